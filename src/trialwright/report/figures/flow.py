"""How participants go through a trial: the trunk from top to bottom, then a column of boxes for every group."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

from trialwright.report.cells import drawn
from trialwright.report.figures.board import BLUE, FAINT, INK, LEADING, PAPER, SMALL, SOFT, WIDTH, Board, wrapped
from trialwright.report.specifications.flow import FlowBox, FlowFigure, FlowStep
from trialwright.vocabulary.words import Language

PAD, GAP, BETWEEN = 5.0, 14.0, 8.0  # inside a box, below it, beside it
NAMES = 62.0  # where the rows are named
NARROWEST = 84.0  # of a column
TRUNK, ASIDE = 190.0, 210.0
STEP = SMALL * LEADING


@final
@dataclass(frozen=True, slots=True)
class _Set:
    """A box with its words already broken into lines."""

    head: tuple[str, ...]
    lines: tuple[str, ...]

    @property
    def height(self) -> float:
        return (len(self.head) + len(self.lines)) * STEP + 2 * PAD


def draw(spec: FlowFigure, language: Language) -> Board:
    """The whole figure."""
    count = len(spec.branches)
    width = max(WIDTH, NAMES + count * NARROWEST + (count - 1) * BETWEEN) if count else WIDTH
    board = Board(height=0, width=width)
    middle = (NAMES + width) / 2
    y = 2.0
    for step in spec.trunk:
        y = _draw_step(board, step, middle=middle, y=y, language=language)
    board.height = (_draw_branches(board, spec, middle=middle, y=y, language=language) if count else y) + 2
    return board


def _set(box: FlowBox, width: float, *, language: Language) -> _Set:
    room = width - 2 * PAD
    head = wrapped(drawn(box.head, language), room, size=SMALL, is_bold=True)
    lines = [line for words in box.lines for line in wrapped(drawn(words, language), room, size=SMALL)]
    return _Set(tuple(head), tuple(lines))


def _put(board: Board, box: _Set, *, left: float, y: float, width: float, height: float, aside: bool = False) -> None:
    color = SOFT if aside else BLUE
    fill = PAPER if not aside else FAINT
    board.box((left, y), (width, height), facecolor=fill, edgecolor=color, linewidth=0.9, zorder=4.0)
    top = y + PAD + STEP / 2
    for number, words in enumerate(box.head):
        board.text((left + PAD, top + number * STEP), words, size=SMALL, is_bold=True, color=INK)
    top += len(box.head) * STEP
    for number, words in enumerate(box.lines):
        board.text((left + PAD, top + number * STEP), words, size=SMALL, color=INK)


def _draw_step(board: Board, step: FlowStep, *, middle: float, y: float, language: Language) -> float:
    """One box of the trunk, what leaves it beside it; the answer is where the next one begins."""
    left = middle - TRUNK / 2
    box = _set(step.box, TRUNK, language=language)
    _put(board, box, left=left, y=y, width=TRUNK, height=box.height)
    bottom = y + box.height
    end = bottom + GAP
    if step.aside is not None:
        room = min(ASIDE, board.width - middle - 3 * BETWEEN)
        aside = _set(step.aside, room, language=language)
        at = bottom + GAP / 2
        end = at + aside.height + GAP / 2
        _line(board, (middle, at + aside.height / 2), to=(board.width - room - 1, at + aside.height / 2))
        _put(board, aside, left=board.width - room - 1, y=at, width=room, height=aside.height, aside=True)
    _line(board, (middle, bottom), to=(middle, end))
    return end


def _line(board: Board, start: tuple[float, float], *, to: tuple[float, float]) -> None:
    board.line(start, to, color=SOFT, linewidth=0.8)


def _draw_branches(board: Board, spec: FlowFigure, *, middle: float, y: float, language: Language) -> float:
    """A column for every group; boxes of one row begin and end at the same height."""
    count = len(spec.branches)
    room = board.width - NAMES - 1
    width = min(ASIDE, (room - (count - 1) * BETWEEN) / count)
    first = NAMES + (room - count * width - (count - 1) * BETWEEN) / 2
    lefts = [first + place * (width + BETWEEN) for place in range(count)]
    centres = [left + width / 2 for left in lefts]
    if count > 1:
        _line(board, (min(*centres, middle), y), to=(max(*centres, middle), y))
    titles = [wrapped(drawn(branch.title, language), width, size=SMALL, is_bold=True) for branch in spec.branches]
    top = y + 6 + max(map(len, titles)) * STEP + 2
    for centre, title in zip(centres, titles, strict=True):
        _line(board, (centre, y), to=(centre, y + 5))  # the line stops above the title and goes on below it
        _line(board, (centre, top), to=(centre, top + GAP / 2))
        for number, words in enumerate(title):
            at = y + 7 + STEP / 2 + number * STEP
            board.text((centre, at), words, size=SMALL, is_bold=True, color=BLUE, anchor="center")
    return _draw_rows(board, spec, lefts=lefts, width=width, y=top + GAP / 2, language=language)


def _draw_rows(
    board: Board, spec: FlowFigure, *, lefts: Sequence[float], width: float, y: float, language: Language
) -> float:
    for number, name in enumerate(spec.rows):
        boxes = [_set(branch.boxes[number], width, language=language) for branch in spec.branches]
        height = max(box.height for box in boxes)
        for left, box in zip(lefts, boxes, strict=True):
            _put(board, box, left=left, y=y, width=width, height=height)
            if number + 1 < len(spec.rows):
                _line(board, (left + width / 2, y + height), to=(left + width / 2, y + height + GAP))
        words = wrapped(drawn(name, language), NAMES - 6, size=SMALL)
        board.lines((0, y + height / 2), words, size=SMALL, color=SOFT)
        y += height + (GAP if number + 1 < len(spec.rows) else 0)
    return y
