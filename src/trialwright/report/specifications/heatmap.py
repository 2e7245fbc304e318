"""Participant by visit, the value in every cell."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import final

from trialwright.report.specifications.words import Words


@final
@dataclass(frozen=True, slots=True)
class HeatCell:
    """One value and, where it is not a number to be printed, its words; None is missing, `words` may say why."""

    value: float | None
    words: Words = ""
    is_due: bool = True  # False: nothing was expected here yet; drawn empty, not as missing
    illustrative: bool = False


@final
@dataclass(frozen=True, slots=True)
class HeatRow:
    """One participant: a cell per column; rows of one `group` stand together under its name."""

    label: Words
    cells: tuple[HeatCell, ...]
    group: Words = ""


@final
@dataclass(frozen=True, slots=True)
class HeatmapFigure:
    """A value per row and column, light for `low` and dark for `high` (None: from the data)."""

    columns: tuple[Words, ...]
    rows: tuple[HeatRow, ...]
    scale_label: Words  # what the values are, with their unit
    low: float | None = None
    high: float | None = None
    decimals: int = 0
    as_share: bool = False

    def __post_init__(self) -> None:
        if any(len(row.cells) != len(self.columns) for row in self.rows):
            raise ValueError("heatmap: one cell per column in every row")

    @property
    def is_illustrative(self) -> bool:
        """Whether any of what is drawn was reconstructed or invented."""
        return any(cell.illustrative for row in self.rows for cell in row.cells)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to draw."""
        values = [cell.value for row in self.rows for cell in row.cells]
        return not any(value is not None and math.isfinite(value) for value in values)
