"""One vertical bar per participant, sorted by size."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import final

from trialwright.report.specifications.words import ReferenceLine, Words


@final
@dataclass(frozen=True, slots=True)
class WaterfallBar:
    """One participant: the value (None: not known), the place of its group in `groups`, and whether it is marked."""

    label: Words
    value: float | None
    group: int = 0
    is_marked: bool = False
    illustrative: bool = False


@final
@dataclass(frozen=True, slots=True)
class WaterfallFigure:
    """Bars from the highest value to the lowest; who has no value stands at the end, hatched and named.

    Equal values stand in the order in which they were given.
    """

    bars: tuple[WaterfallBar, ...]
    axis_label: Words
    groups: tuple[Words, ...] = ()  # one colour each; () or one: no key
    mark: Words = ""  # what a marked bar is, such as a responder
    references: tuple[ReferenceLine, ...] = ()
    as_share: bool = False
    decimals: int = 0

    @property
    def is_illustrative(self) -> bool:
        """Whether any of what is drawn was reconstructed or invented."""
        return any(bar.illustrative for bar in self.bars)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to draw."""
        return not any(bar.value is not None and math.isfinite(bar.value) for bar in self.bars)
