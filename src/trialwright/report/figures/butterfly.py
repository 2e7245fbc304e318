"""Mirrored bars around a column of names, each with its number of people; one scale of shares for both sides."""

from __future__ import annotations

from trialwright.report.cells import drawn, written
from trialwright.report.figures.board import (
    BLUE,
    FAINT,
    PAPER,
    RULE,
    SMALL,
    SOFT,
    VERMILION,
    Board,
    text_width,
    wrapped,
)
from trialwright.report.figures.scales import Scale, scale_for, tick_label
from trialwright.report.model import Count
from trialwright.report.specifications import ButterflyFigure, ButterflyRow
from trialwright.vocabulary.words import Language

MIDDLE = 168.0  # widest column of names
BAR, GAP, EDGE = 9.0, 5.0, 62.0  # room at the outer edge, for what a bar that is full is labelled with
DAGGER = " †"


def draw(spec: ButterflyFigure, language: Language) -> Board:
    """The whole figure."""
    board = Board(height=0)
    labels = [wrapped(_label(row, language), MIDDLE, size=SMALL, is_bold=row.heading)[:2] for row in spec.rows]
    widest = max(text_width(line, SMALL, is_bold=True) for lines in labels for line in lines)
    half = min(widest, MIDDLE) / 2 + 8
    centre = board.width / 2
    reach = centre - half - EDGE
    scale = scale_for([0.0, *_shares(spec)], span=(0.0, reach), start=0.0, end=1.0)
    for side, words in ((-1, spec.left_label), (1, spec.right_label)):
        color, anchor = (BLUE, "right") if side < 0 else (VERMILION, "left")
        board.text(
            (centre + side * half, 8), drawn(words, language), size=SMALL, color=color, is_bold=True, anchor=anchor
        )
    top = y = 20.0
    for row, lines in zip(spec.rows, labels, strict=True):
        height = max(BAR, SMALL * 1.2 * len(lines)) + GAP
        middle = y + height / 2
        board.lines((centre, middle), lines, size=SMALL, anchor="center", is_bold=row.heading)
        for side, share in ((-1, row.left), (1, row.right)):
            _draw_bar(board, share, side=side, at=(centre + side * half, middle), scale=scale, language=language)
        y += height
    _draw_axes(board, scale, half=half, top=top, bottom=y, language=language)
    board.text((centre, y + 22), drawn(spec.axis_label, language), size=SMALL, color=SOFT, anchor="center")
    board.height = y + 32
    return board


def _label(row: ButterflyRow, language: Language) -> str:
    return drawn(row.label, language) + (DAGGER if row.illustrative else "")


def _shares(spec: ButterflyFigure) -> list[float]:
    return [people / of for row in spec.rows for people, of in (row.left, row.right) if of]


def _draw_bar(
    board: Board, share: tuple[int, int], *, side: int, at: tuple[float, float], scale: Scale, language: Language
) -> None:
    """A bar away from the middle; nobody has no bar, and says so."""
    (people, of), (x, y) = share, at
    width = scale(people / of) if of else 0.0
    color = BLUE if side < 0 else VERMILION
    look = {"facecolor": color} if side < 0 else {"facecolor": PAPER, "edgecolor": color, "hatch": "//////"}
    if width:
        board.box((x if side > 0 else x - width, y - BAR / 2), (width, BAR), **look)
    words = written(Count(people, of), language)
    anchor = "left" if side > 0 else "right"
    ink = {} if people else {"color": SOFT}
    board.text((x + side * (width + 4), y), words, size=SMALL - 0.5, anchor=anchor, **ink)


def _draw_axes(board: Board, scale: Scale, *, half: float, top: float, bottom: float, language: Language) -> None:
    for side in (-1, 1):
        start = board.width / 2 + side * half
        for tick in scale.ticks:
            x = start + side * scale(tick)
            board.line((x, top), (x, bottom), color=RULE if tick == 0 else FAINT, linewidth=0.8, zorder=0)
            words = tick_label(tick, scale.step, language=language, as_share=True)
            board.text((x, bottom + 9), words, anchor="center", size=SMALL - 1, color=SOFT)
