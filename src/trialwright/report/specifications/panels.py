"""The same bars for several groups, side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

from trialwright.report.specifications.words import Words


@final
@dataclass(frozen=True, slots=True)
class Panel:
    """One small panel of bars: a value per row and series (None: missing); a marked row carries a sign."""

    title: Words
    values: tuple[tuple[float | None, ...], ...]  # [row][series]
    marked: int | None = None  # place of the row to be marked, from 0


@final
@dataclass(frozen=True, slots=True)
class PanelFigure:
    """Small multiples: the same rows and series in every panel, on one scale."""

    rows: tuple[Words, ...]
    series: tuple[Words, ...]
    panels: tuple[Panel, ...]
    axis_label: Words
    as_share: bool = True
    mark: Words = ""  # what a marked row means

    @property
    def is_illustrative(self) -> bool:
        """Nothing in it was observed or invented."""
        return False

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to draw."""
        return not self.panels or not self.rows or not self.series
