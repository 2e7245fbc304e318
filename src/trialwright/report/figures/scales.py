"""From values to places on paper, and the round numbers at which an axis is labelled."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import final

from trialwright.report.cells import written
from trialwright.report.figures.board import FAINT, RULE, SIZE, SMALL, SOFT, Board, text_width
from trialwright.report.model import Number, Share
from trialwright.vocabulary.words import Language

STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
FAR = 1e12  # values beyond it stand at the edge of the plot


@final
@dataclass(frozen=True, slots=True)
class Scale:
    """A straight axis from `low` at `left` to `high` at `right`, labelled every `step`."""

    low: float
    high: float
    step: float
    left: float
    right: float

    def __call__(self, value: float) -> float:
        """The place of a value; values outside stay at the edge."""
        share = (value - self.low) / (self.high - self.low)
        return self.left + min(max(share, 0.0), 1.0) * (self.right - self.left)

    @property
    def ticks(self) -> list[float]:
        """The labelled values."""
        count = round((self.high - self.low) / self.step)
        return [self.low + index * self.step for index in range(count + 1)]


def scale_for(values: Iterable[float | None], *, span: tuple[float, float], **limits: float | None) -> Scale:
    """An axis of round numbers around the values near enough; `start` fixes its lower end, `end` caps its upper end."""
    known = [value for value in values if value is not None and abs(value) <= FAR] or [0.0, 1.0]
    start, end = limits.get("start"), limits.get("end")
    if start is None and max(known) - min(known) <= abs(max(known)) * 1e-6:
        known += _beside(max(known), end=end)
    low = min(known) if start is None else min(start, *known, start)
    high = max(known)
    extent = max(high - low, abs(high) * 1e-6, 1e-9)
    step = _round_step(extent / max(2.0, (span[1] - span[0]) / 55), is_whole=bool(limits.get("whole")))
    low, high = math.floor(low / step + 1e-9) * step, math.ceil(high / step - 1e-9) * step
    if end is not None and max(known) <= end:
        high = min(high, end)
    return Scale(low, high if high > low else low + step, step, *span)


def _beside(value: float, *, end: float | None) -> list[float]:
    """Values around one that stands alone, so that its axis has a length."""
    room = abs(value) * 0.1 or 0.5
    return [value - room, value + room if end is None else min(end, value + room)]


def draw_axis(board: Board, scale: Scale, *, top: float, bottom: float, **style: str | Language | int) -> None:
    """Grid lines, tick labels and the name of the axis below; `label`, `language`, `unit` (share or number)."""
    language: Language = "fr" if style["language"] == "fr" else "en"
    for tick in scale.ticks:
        board.line((scale(tick), top), (scale(tick), bottom), color=FAINT, linewidth=0.8, zorder=0)
        words = tick_label(tick, scale.step, language=language, as_share=style.get("unit") == "share")
        board.text((scale(tick), bottom + 9), words, anchor="center", size=SMALL, color=SOFT)
    board.line((scale.left, bottom), (scale.right, bottom), color=RULE)
    words = str(style.get("label", ""))
    size = next((size for size in (SIZE, SMALL) if text_width(words, size) <= board.width), SMALL - 1)
    half = min(text_width(words, size), board.width) / 2
    middle = min(max((scale.left + scale.right) / 2, half), board.width - half)
    board.text((middle, bottom + 23), words, anchor="center", color=SOFT, size=size)


def tick_label(value: float, step: float, *, language: Language, as_share: bool) -> str:
    """A tick with as many decimals as its step needs."""
    shown_step = step * 100 if as_share else step
    decimals = next((count for count in range(7) if abs(shown_step * 10**count % 1) < 1e-6), 6)
    value = 0.0 if abs(value) < step * 1e-9 else round(value, 12)
    return written(Share(value, decimals) if as_share else Number(value, decimals), language)


def _round_step(rough: float, *, is_whole: bool) -> float:
    unit = 10.0 ** math.floor(math.log10(rough))
    step = next(unit * factor for factor in STEPS if unit * factor >= rough * (1 - 1e-9))
    return max(1.0, float(math.ceil(step))) if is_whole else step
