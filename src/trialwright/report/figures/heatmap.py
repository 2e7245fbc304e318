"""Participant by visit: every cell carries its value, the shade goes from light to dark, what is missing is hatched.

One hue from light to dark: it keeps its order in grey print and for every kind of colour vision.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, final

from trialwright.report.catalogue import catalogue
from trialwright.report.cells import drawn, written
from trialwright.report.figures.board import INK, LEADING, PAPER, RULE, SMALL, SOFT, Board, text_width, wrapped
from trialwright.report.model import Number, Share
from trialwright.report.specifications import HeatCell, HeatmapFigure
from trialwright.vocabulary.words import NOT_AVAILABLE, Language

# Light to dark blue (after ColorBrewer's "Blues", Brewer 1994): ordered by lightness alone.
SHADES = (
    (0.969, 0.984, 1.0),
    (0.871, 0.922, 0.969),
    (0.62, 0.792, 0.882),
    (0.259, 0.573, 0.776),
    (0.031, 0.318, 0.612),
)
DARK = 0.81  # from this share of the scale on, white letters have the better contrast
ROW, LABEL_WIDTH, WIDEST = 17.0, 110.0, 62.0


@final
@dataclass(frozen=True, slots=True)
class _Sheet:
    board: Board
    left: float
    slot: float
    low: float
    high: float
    language: Language


def draw(spec: HeatmapFigure, language: Language) -> Board:
    """The whole figure."""
    sheet = _sheet(spec, language)
    y = _draw_heads(sheet, spec)
    group = ""
    for row in spec.rows:
        name = drawn(row.group, language)
        if name and name != group:
            sheet.board.text((0, y + 9), name, size=SMALL, is_bold=True)
            y, group = y + 16, name
        sheet.board.lines(
            (0, y + ROW / 2), wrapped(drawn(row.label, language), LABEL_WIDTH, size=SMALL)[:2], size=SMALL
        )
        for place, cell in enumerate(row.cells):
            _draw_cell(sheet, spec, cell=cell, corner=(sheet.left + sheet.slot * place, y))
        y += ROW
    sheet.board.height = _draw_key(sheet, spec, y=y + 14)
    return sheet.board


def _sheet(spec: HeatmapFigure, language: Language) -> _Sheet:
    board = Board(height=0)
    lines = [line for row in spec.rows for line in wrapped(drawn(row.label, language), LABEL_WIDTH, size=SMALL)]
    left = max(text_width(line, SMALL) for line in lines) + 10
    slot = min(WIDEST, (board.width - left - 2) / max(len(spec.columns), 1))
    known = [value for row in spec.rows for cell in row.cells if (value := _known(cell)) is not None] or [0.0]
    low = min(known) if spec.low is None else spec.low
    high = max(known) if spec.high is None else spec.high
    return _Sheet(board, left, slot, low, high, language)


def _known(cell: HeatCell) -> float | None:
    return cell.value if cell.value is not None and math.isfinite(cell.value) else None


def _draw_heads(sheet: _Sheet, spec: HeatmapFigure) -> float:
    heads = [wrapped(drawn(column, sheet.language), sheet.slot - 3, size=SMALL) for column in spec.columns]
    height = SMALL * LEADING * max(map(len, heads), default=0) + 6
    for place, head in enumerate(heads):
        middle = sheet.left + sheet.slot * (place + 0.5)
        lowest = height - 4 - SMALL * LEADING * len(head) / 2
        sheet.board.lines((middle, lowest), head, size=SMALL, color=SOFT, anchor="center")
    return height


def _draw_cell(sheet: _Sheet, spec: HeatmapFigure, *, cell: HeatCell, corner: tuple[float, float]) -> None:
    (x, y), value, size = corner, _known(cell), (sheet.slot - 1.5, ROW - 1.5)
    middle = (x + size[0] / 2, y + size[1] / 2)
    if value is None:
        if cell.is_due:
            sheet.board.box(corner, size, facecolor=PAPER, edgecolor=RULE, hatch="//////")
            words = drawn(cell.words, sheet.language) or NOT_AVAILABLE
            shown = wrapped(words, size[0] - 4, size=SMALL)[0]
            sheet.board.text(middle, shown, size=SMALL, color=SOFT, anchor="center", is_clear=True)
        return
    share = _share(sheet, value)
    sheet.board.box(corner, size, facecolor=_shade(share))
    number = Share(value, spec.decimals) if spec.as_share else Number(value, spec.decimals)
    words = drawn(cell.words, sheet.language) or written(number, sheet.language)
    words += "†" if cell.illustrative else ""
    ink = PAPER if share >= DARK else INK
    sheet.board.text(middle, wrapped(words, size[0], size=SMALL)[0], size=SMALL, color=ink, anchor="center")


def _share(sheet: _Sheet, value: float) -> float:
    """Where a value stands between the two ends; one value alone stands in the middle."""
    if sheet.high <= sheet.low:
        return 0.5
    return min(max((value - sheet.low) / (sheet.high - sheet.low), 0.0), 1.0)


def _shade(share: float) -> tuple[float, ...]:
    at = share * (len(SHADES) - 1)
    lower = min(int(at), len(SHADES) - 2)
    pairs = zip(SHADES[lower], SHADES[lower + 1], strict=True)
    return tuple(one + (other - one) * (at - lower) for one, other in pairs)


def _draw_key(sheet: _Sheet, spec: HeatmapFigure, *, y: float) -> float:
    """The scale from end to end, and what a hatched cell means."""
    _ = catalogue(sheet.language)
    board, language = sheet.board, sheet.language
    words = drawn(spec.scale_label, language)
    board.text((0, y), words, size=SMALL, color=SOFT)
    x = text_width(words, SMALL) + 10
    ends = [_end(value, spec, language=language) for value in (sheet.low, sheet.high)]
    board.text((x, y), ends[0], size=SMALL, color=SOFT)
    x += text_width(ends[0], SMALL) + 4
    for step in range(10):
        board.box((x + 6 * step, y - 4), (6, 8), facecolor=_shade(step / 9))
    look: dict[str, Any] = {"facecolor": "none", "edgecolor": RULE}
    board.box((x, y - 4), (60, 8), **look)
    board.text((x + 64, y), ends[1], size=SMALL, color=SOFT)
    if any(cell.is_due and _known(cell) is None for row in spec.rows for cell in row.cells):
        words = _("hatched: missing")
        y += 14
        board.box((0, y - 4), (12, 8), facecolor=PAPER, edgecolor=RULE, hatch="//////")
        board.text((16, y), words, size=SMALL, color=SOFT)
    return y + 10


def _end(value: float, spec: HeatmapFigure, *, language: Language) -> str:
    return written(Share(value, spec.decimals) if spec.as_share else Number(value, spec.decimals), language)
