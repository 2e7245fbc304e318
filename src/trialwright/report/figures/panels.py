"""Small multiples: the same bars for several groups, in panels side by side on one scale, each bar with its value."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import final

from trialwright.report.cells import drawn, written
from trialwright.report.figures.bars import draw_key
from trialwright.report.figures.board import FAINT, INK, LEADING, RULE, SERIES, SMALL, SOFT, Board, text_width, wrapped
from trialwright.report.model import Number, Share
from trialwright.report.specifications import Panel, PanelFigure
from trialwright.vocabulary.words import NOT_AVAILABLE, Language

ACROSS, GUTTER = 3, 16.0
LABELS = 0.5  # part of a panel that its labels may take
SLIM, GAP = 9.0, 5.0
MARK = "▸"  # before the row that is marked; the key says why


def draw(spec: PanelFigure, language: Language) -> Board:
    """The whole figure."""
    board = Board(height=0)
    top = draw_key(board, [drawn(name, language) for name in spec.series], left=0) if len(spec.series) > 1 else 4.0
    grid = _grid(spec, board.width, language=language)
    for first in range(0, len(spec.panels), grid.across):
        row = spec.panels[first : first + grid.across]
        titles = [wrapped(drawn(panel.title, language), grid.width, size=SMALL, is_bold=True) for panel in row]
        head = SMALL * LEADING * max(map(len, titles)) + 6
        for place, (panel, title) in enumerate(zip(row, titles, strict=True)):
            left = place * (grid.width + GUTTER)
            board.lines((left, top + head / 2), title, size=SMALL, is_bold=True)
            _draw_panel(board, spec, panel=panel, grid=grid, at=(left, top + head), language=language)
        top += head + sum(grid.heights) + 12
    words = drawn(spec.axis_label, language)
    if spec.mark:
        words += f"; {MARK} {drawn(spec.mark, language)}"
    for line in wrapped(words, board.width, size=SMALL):
        board.text((0, top), line, size=SMALL, color=SOFT)
        top += SMALL * LEADING
    board.height = top + 4
    return board


@final
@dataclass(frozen=True, slots=True)
class _Grid:
    """How many panels stand side by side, how wide each is, and the labels of its rows with their heights."""

    across: int
    width: float
    labels: tuple[tuple[str, ...], ...]
    room: float  # of the labels
    heights: tuple[float, ...]


def _grid(spec: PanelFigure, width: float, *, language: Language) -> _Grid:
    """As many panels side by side as leave half of each to its bars; labels too long even then are wrapped."""
    said = [drawn(row, language) for row in spec.rows]
    longest = max(text_width(label, SMALL, is_bold=True) for label in said)
    wide = {across: (width - GUTTER * (across - 1)) / across for across in range(ACROSS, 0, -1)}
    across = next((across for across, each in wide.items() if longest <= LABELS * each), 2)
    room = min(longest, LABELS * wide[across])
    labels = tuple(tuple(wrapped(label, room, size=SMALL, is_bold=True)) for label in said)
    bars = SLIM * len(spec.series) + GAP
    heights = tuple(max(bars, SMALL * LEADING * len(lines) + 2) for lines in labels)
    return _Grid(across, wide[across], labels, room, heights)


def _known(value: float | None) -> float:
    return 0.0 if value is None or not math.isfinite(value) else value


def _value(value: float | None, spec: PanelFigure, *, language: Language) -> str:
    if value is None:
        return NOT_AVAILABLE
    return written(Share(value, 0) if spec.as_share else Number(value, 1), language)


def _draw_panel(
    board: Board, spec: PanelFigure, *, panel: Panel, grid: _Grid, at: tuple[float, float], language: Language
) -> None:
    left, top = at
    before = text_width(MARK, SMALL) + 3 if any(one.marked is not None for one in spec.panels) else 0.0
    start = left + grid.room + before + 5
    highest = max((_known(value) for one in spec.panels for row in one.values for value in row), default=0.0) or 1.0
    room = left + grid.width - start - max(text_width(_value(highest, spec, language=language), SMALL), 18) - 4
    board.box((start, top), (room, sum(grid.heights)), facecolor=FAINT, zorder=0.5)
    board.line((start, top), (start, top + sum(grid.heights)), color=RULE)
    y = top
    for place, (label, values, height) in enumerate(zip(grid.labels, panel.values, grid.heights, strict=True)):
        middle = y + height / 2
        if place == panel.marked:
            board.text((left, middle), MARK, size=SMALL)
        board.lines((start - 5, middle), label, size=SMALL, anchor="right", is_bold=place == panel.marked)
        for index, value in enumerate(values):
            over = middle + SLIM * (index - len(spec.series) / 2)
            size = (_known(value) / highest * room, SLIM - 1.4)
            board.box((start, over + 0.7), size, facecolor=SERIES[index % len(SERIES)])
            end = (start + size[0] + 3, over + SLIM / 2)
            board.text(end, _value(value, spec, language=language), size=SMALL - 1, color=INK)
        y += height
