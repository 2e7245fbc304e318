"""Small multiples: the same bars for several groups, in panels side by side on one scale, each bar with its value."""

from __future__ import annotations

import math

from trialwright.report.cells import say, written
from trialwright.report.figures.bars import draw_key
from trialwright.report.figures.board import FAINT, INK, LEADING, RULE, SERIES, SMALL, SOFT, Board, text_width, wrapped
from trialwright.report.model import Number, Share
from trialwright.report.specifications import Panel, PanelFigure
from trialwright.vocabulary.words import NOT_AVAILABLE, Language

ACROSS, GUTTER = 3, 16.0
SLIM, GAP = 9.0, 5.0
MARK = "▸"  # before the row that is marked; the key says why


def draw(spec: PanelFigure, language: Language) -> Board:
    """The whole figure."""
    board = Board(height=0)
    top = draw_key(board, [say(name, language) for name in spec.series], left=0) if len(spec.series) > 1 else 4.0
    width = (board.width - GUTTER * (ACROSS - 1)) / ACROSS
    for first in range(0, len(spec.panels), ACROSS):
        row = spec.panels[first : first + ACROSS]
        titles = [wrapped(say(panel.title, language), width, size=SMALL, is_bold=True) for panel in row]
        head = SMALL * LEADING * max(map(len, titles)) + 6
        for place, (panel, title) in enumerate(zip(row, titles, strict=True)):
            left = place * (width + GUTTER)
            board.lines((left, top + head / 2), title, size=SMALL, is_bold=True)
            _draw_panel(board, spec, panel=panel, left=left, width=width, top=top + head, language=language)
        top += head + _height(spec) + 12
    words = say(spec.axis_label, language)
    if spec.mark:
        words += f"; {MARK} {say(spec.mark, language)}"
    for line in wrapped(words, board.width, size=SMALL):
        board.text((0, top), line, size=SMALL, color=SOFT)
        top += SMALL * LEADING
    board.height = top + 4
    return board


def _height(spec: PanelFigure) -> float:
    return len(spec.rows) * (SLIM * len(spec.series) + GAP)


def _known(value: float | None) -> float:
    return 0.0 if value is None or not math.isfinite(value) else value


def _value(value: float | None, spec: PanelFigure, *, language: Language) -> str:
    if value is None:
        return NOT_AVAILABLE
    return written(Share(value, 0) if spec.as_share else Number(value, 1), language)


def _draw_panel(
    board: Board, spec: PanelFigure, *, panel: Panel, left: float, width: float, top: float, language: Language
) -> None:
    labels = [say(row, language) for row in spec.rows]
    before = text_width(MARK, SMALL) + 3 if any(one.marked is not None for one in spec.panels) else 0.0
    start = left + max(text_width(label, SMALL, is_bold=bool(before)) for label in labels) + before + 5
    highest = max((_known(value) for one in spec.panels for row in one.values for value in row), default=0.0) or 1.0
    room = left + width - start - max(text_width(_value(highest, spec, language=language), SMALL), 18) - 4
    board.box((start, top), (room, _height(spec)), facecolor=FAINT, zorder=0.5)
    board.line((start, top), (start, top + _height(spec)), color=RULE)
    y = top + GAP / 2
    for place, (label, values) in enumerate(zip(labels, panel.values, strict=True)):
        middle = y + SLIM * len(spec.series) / 2
        if place == panel.marked:
            board.text((left, middle), MARK, size=SMALL)
        board.text((start - 5, middle), label, size=SMALL, anchor="right", is_bold=place == panel.marked)
        for index, value in enumerate(values):
            height = y + SLIM * index
            size = (_known(value) / highest * room, SLIM - 1.4)
            board.box((start, height + 0.7), size, facecolor=SERIES[index % len(SERIES)])
            at = (start + size[0] + 3, height + SLIM / 2)
            board.text(at, _value(value, spec, language=language), size=SMALL - 1, color=INK)
        y += SLIM * len(spec.series) + GAP
