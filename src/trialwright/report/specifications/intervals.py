"""A point and an interval per category."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

from trialwright.report.specifications.words import ReferenceLine, Words


@final
@dataclass(frozen=True, slots=True)
class IntervalRow:
    """One category: its estimate and interval (None: no estimate), its counts, and a remark at the right."""

    label: Words
    value: float | None
    lower: float | None
    upper: float | None
    count: Words = ""
    annotation: Words = ""
    illustrative: bool = False


@final
@dataclass(frozen=True, slots=True)
class IntervalFigure:
    """A point and an interval per category."""

    rows: tuple[IntervalRow, ...]
    axis_label: Words
    row_label: Words = ""  # heads the labels at the left
    count_label: Words = ""  # heads the counts
    annotation_label: Words = ""  # heads the remarks at the right
    reference: ReferenceLine | None = None
    as_share: bool = True  # the axis is a percentage
    axis_start: float | None = 0.0  # None: from the data

    @property
    def is_illustrative(self) -> bool:
        """Whether any of what is drawn was reconstructed or invented."""
        return any(row.illustrative for row in self.rows)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to draw."""
        return not self.rows
