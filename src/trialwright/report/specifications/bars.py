"""Horizontal bars, stacked or grouped, with their counts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, final

from trialwright.report.specifications.words import Words


@final
@dataclass(frozen=True, slots=True)
class BarRow:
    """One bar, or group of bars: a value per series (None: missing), and a remark at its end."""

    label: Words
    values: tuple[float | None, ...]
    remark: Words = ""
    illustrative: bool = False


@final
@dataclass(frozen=True, slots=True)
class BarFigure:
    """Horizontal bars, labelled with their values."""

    series: tuple[Words, ...]
    rows: tuple[BarRow, ...]
    axis_label: Words
    arrangement: Literal["stacked", "grouped"] = "stacked"
    decimals: int = 0

    @property
    def is_illustrative(self) -> bool:
        """Whether any of what is drawn was reconstructed or invented."""
        return any(row.illustrative for row in self.rows)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to draw."""
        return not self.rows or not self.series
