"""Several lines or steps over one numeric axis, perhaps with bands, censoring ticks and the numbers at risk."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, final

from trialwright.report.specifications.words import ReferenceLine, Words


@final
@dataclass(frozen=True, slots=True)
class Curve:
    """One series: its points (y None: a gap), what lies around it, and where somebody left observation.

    A step holds its value until the next point. `band` is (x, lower, upper); `ticks` are places on the x axis marked on
    the curve; `at_risk` is one number per `CurveFigure.x_ticks`.
    """

    label: Words
    points: tuple[tuple[float, float | None], ...]
    kind: Literal["line", "step"] = "line"
    band: tuple[tuple[float, float, float], ...] = ()
    ticks: tuple[float, ...] = ()
    at_risk: tuple[int, ...] = ()
    has_dots: bool = False  # a dot on every point
    illustrative: bool = False


@final
@dataclass(frozen=True, slots=True)
class CurveFigure:
    """Curves on common axes, each named at its end; numbers at risk below the axis where they are given."""

    curves: tuple[Curve, ...]
    x_label: Words
    y_label: Words
    as_share: bool = False  # the y axis is a percentage, from 0% to at most 100%
    x_as_share: bool = False
    x_ticks: tuple[float, ...] = ()  # (): round numbers
    x_names: tuple[Words, ...] = ()  # what stands at each of `x_ticks` in place of its number
    y_start: float | None = 0.0  # None: from the data
    y_end: float | None = None  # None: from the data; a share often wants 1.0
    x_references: tuple[ReferenceLine, ...] = ()
    y_references: tuple[ReferenceLine, ...] = ()
    at_risk_label: Words = ""  # heads the numbers at risk
    tick_label: Words = ""  # what a tick on a curve means
    band_label: Words = ""  # what the band is

    def __post_init__(self) -> None:
        if self.x_names and len(self.x_names) != len(self.x_ticks):
            raise ValueError("curves: one name per x tick")
        if any(curve.at_risk and len(curve.at_risk) != len(self.x_ticks) for curve in self.curves):
            raise ValueError("curves: one number at risk per x tick")

    @property
    def is_illustrative(self) -> bool:
        """Whether any of what is drawn was reconstructed or invented."""
        return any(curve.illustrative for curve in self.curves)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to draw."""
        return not any(y is not None and math.isfinite(y) for curve in self.curves for _, y in curve.points)
