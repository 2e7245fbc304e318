"""One vertical bar per participant, from the highest value to the lowest, each with its value and its name."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any, final

from trialwright.report.catalogue import catalogue
from trialwright.report.cells import drawn, written
from trialwright.report.figures.bars import draw_key
from trialwright.report.figures.board import FAINT, PAPER, RULE, SERIES, SMALL, SOFT, VERMILION, Board, text_width
from trialwright.report.figures.scales import Scale, scale_for, tick_label
from trialwright.report.model import Number, Share
from trialwright.report.specifications import WaterfallBar, WaterfallFigure
from trialwright.vocabulary.words import Language

HEIGHT, LEFT, MARGIN = 210.0, 46.0, 22.0
DENSE = 1.4  # labels of an upright axis may stand this much nearer to each other than those of a level one
WIDEST, FILLED = 34.0, 0.72  # of a bar, in points, and as a share of its slot
MARK = "★"


@final
@dataclass(frozen=True, slots=True)
class _Sheet:
    board: Board
    up: Scale
    top: float
    slot: float
    right: float
    language: Language

    def height(self, value: float) -> float:
        return self.top + HEIGHT - self.up(value)

    def middle(self, place: int) -> float:
        return LEFT + 8 + self.slot * (place + 0.5)


def draw(spec: WaterfallFigure, language: Language) -> Board:
    """The whole figure."""
    sheet = _sheet(spec, language)
    _draw_axis(sheet, spec)
    ordered = sorted(spec.bars, key=lambda bar: (_known(bar) is None, -(_known(bar) or 0.0)))
    for place, bar in enumerate(ordered):
        _draw_bar(sheet, spec, bar=bar, x=sheet.middle(place))
    bottom = _draw_labels(sheet, ordered)
    sheet.board.height = _draw_foot(sheet, spec, y=bottom + 8)
    return sheet.board


def _known(bar: WaterfallBar) -> float | None:
    return bar.value if bar.value is not None and math.isfinite(bar.value) else None


def _sheet(spec: WaterfallFigure, language: Language) -> _Sheet:
    board = Board(height=0)
    top = draw_key(board, [drawn(name, language) for name in spec.groups], left=0) + 22
    board.text((0, top - 18), drawn(spec.axis_label, language), color=SOFT)
    values = [value for bar in spec.bars if (value := _known(bar)) is not None]
    dense = scale_for([0.0, *values, *(line.value for line in spec.references)], span=(0.0, HEIGHT * DENSE))
    up = replace(dense, left=MARGIN, right=HEIGHT - MARGIN)
    names = max((text_width(drawn(line.label, language), SMALL) for line in spec.references), default=0.0)
    right = board.width - 14 - names
    slot = (right - LEFT - 16) / max(len(spec.bars), 1)
    return _Sheet(board, up, top, min(slot, WIDEST / FILLED), right, language)


def _draw_axis(sheet: _Sheet, spec: WaterfallFigure) -> None:
    board = sheet.board
    for tick in sheet.up.ticks:
        y = sheet.height(tick)
        board.line((LEFT, y), (sheet.right, y), color=FAINT, linewidth=0.8, zorder=0)
        words = tick_label(tick, sheet.up.step, language=sheet.language, as_share=spec.as_share)
        board.text((LEFT - 6, y), words, anchor="right", size=SMALL, color=SOFT)
    board.line((LEFT, sheet.top), (LEFT, sheet.top + HEIGHT))
    board.line((LEFT, sheet.height(0.0)), (sheet.right, sheet.height(0.0)), color=SOFT, zorder=3)
    for line in spec.references:
        y = sheet.height(line.value)
        look = {"color": VERMILION, "linewidth": 1.0, "linestyle": (0, (4, 2.5)), "zorder": 2.5}
        board.line((LEFT, y), (sheet.right, y), **look)
        board.text((sheet.right + 6, y), drawn(line.label, sheet.language), size=SMALL, color=VERMILION)


def _draw_bar(sheet: _Sheet, spec: WaterfallFigure, *, bar: WaterfallBar, x: float) -> None:
    board, width, value = sheet.board, sheet.slot * FILLED, _known(bar)
    if value is None:
        _ = catalogue(sheet.language)
        words = _("missing")
        board.box((x - width / 2, sheet.top + MARGIN), (width, HEIGHT - 2 * MARGIN), **_hatched(RULE))
        long = text_width(words, SMALL)
        middle = sheet.top + HEIGHT / 2
        board.box((x - SMALL * 0.6, middle - long / 2 - 2), (SMALL * 1.2, long + 4), facecolor=PAPER, zorder=4.5)
        board.upright((x, middle - long / 2), words, size=SMALL, color=SOFT)
        return
    zero, end = sheet.height(0.0), sheet.height(value)
    color = SERIES[bar.group % len(SERIES)]
    look = _hatched(color) if bar.illustrative else {"facecolor": color}
    board.box((x - width / 2, min(zero, end)), (width, abs(end - zero)), **look)
    away = 1 if value < 0 else -1
    words = written(Share(value, spec.decimals) if spec.as_share else Number(value, spec.decimals), sheet.language)
    length = 8.0
    if text_width(words, SMALL) <= sheet.slot - 1:
        board.text((x, end + away * 7), words, size=SMALL, anchor="center", is_clear=True)
    else:
        length = text_width(words, SMALL)
        board.upright((x, end + 4 if value < 0 else end - 4 - length), words, size=min(SMALL, sheet.slot * 0.95))
    if bar.is_marked:
        board.text((x, end + away * (9 + length)), MARK, size=SMALL, anchor="center")


def _hatched(color: str) -> dict[str, Any]:
    return {"facecolor": PAPER, "edgecolor": color, "hatch": "////"}


def _draw_labels(sheet: _Sheet, ordered: list[WaterfallBar]) -> float:
    """The participants below their bars, upright where they would touch; the answer is where they end."""
    labels = [drawn(bar.label, sheet.language) + (" †" if bar.illustrative else "") for bar in ordered]
    widest = max(text_width(label, SMALL) for label in labels)
    top = sheet.top + HEIGHT + 14
    for place, label in enumerate(labels):
        if widest <= sheet.slot - 4:
            sheet.board.text((sheet.middle(place), top), label, size=SMALL, anchor="center")
        else:
            sheet.board.upright((sheet.middle(place), top - 5), label, size=min(SMALL, sheet.slot * 0.95))
    return top + (8 if widest <= sheet.slot - 4 else widest)


def _draw_foot(sheet: _Sheet, spec: WaterfallFigure, *, y: float) -> float:
    words = drawn(spec.mark, sheet.language)
    if not words or not any(bar.is_marked for bar in spec.bars):
        return y + 2
    sheet.board.text((0, y), f"{MARK} {words}", size=SMALL, color=SOFT)
    return y + 10
