"""Bars to both sides of a column of names: two things said of the same rows, such as any grade and grade 3 or more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

from trialwright.report.specifications.words import Words


@final
@dataclass(frozen=True, slots=True)
class ButterflyRow:
    """One name with its share to the left and to the right, as people of so many."""

    label: Words
    left: tuple[int, int]  # people, of
    right: tuple[int, int]
    heading: bool = False  # a row that sums up those below it
    illustrative: bool = False


@final
@dataclass(frozen=True, slots=True)
class ButterflyFigure:
    """Two groups of bars, mirrored, on one scale of shares; every bar carries its number of people."""

    rows: tuple[ButterflyRow, ...]
    left_label: Words
    right_label: Words
    axis_label: Words

    @property
    def is_illustrative(self) -> bool:
        """Whether any of what is drawn was reconstructed or invented."""
        return any(row.illustrative for row in self.rows)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to draw."""
        return not any(row.left[0] or row.right[0] for row in self.rows)
