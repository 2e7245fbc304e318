"""One dot per thing compared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, final

from trialwright.report.specifications.words import ReferenceLine, Words


@final
@dataclass(frozen=True, slots=True)
class ScatterDot:
    """One thing compared; a named one is labelled, a hollow square is told apart: the figure's notes say why."""

    x: float
    y: float
    name: Words = ""
    hollow: bool = False


@final
@dataclass(frozen=True, slots=True)
class ScatterFigure:
    """One dot per thing compared, on two scales of shares; or, for multiples of a limit, of powers of ten."""

    dots: tuple[ScatterDot, ...]
    x_label: Words
    y_label: Words
    x_limit: ReferenceLine | None = None
    y_limit: ReferenceLine | None = None
    corner: Words = ""  # what lies beyond both limits
    scale: Literal["share", "multiple"] = "share"

    @property
    def is_illustrative(self) -> bool:
        """Nothing in it was observed or invented."""
        return False

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to draw."""
        return not self.dots
