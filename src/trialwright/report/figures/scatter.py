"""One dot per thing compared, on two scales of shares: what is gained against what it costs."""

from __future__ import annotations

from trialwright.report.cells import say
from trialwright.report.figures.board import (
    BLUE,
    FAINT,
    ORANGE,
    RULE,
    SMALL,
    SOFT,
    VERMILION,
    Board,
    text_width,
)
from trialwright.report.figures.scales import Scale, draw_axis, scale_for, tick_label
from trialwright.report.specifications import ScatterFigure
from trialwright.vocabulary.words import Language

HEIGHT, TOP, LEFT, RIGHT = 230.0, 30.0, 46.0, 22.0


def draw(spec: ScatterFigure, language: Language) -> Board:
    """The whole figure."""
    board = Board(height=TOP + HEIGHT + 38)
    limit = [spec.x_limit.value] if spec.x_limit else []
    across = scale_for([*(dot.x for dot in spec.dots), *limit], span=(LEFT, board.width - RIGHT), end=1.0)
    up = scale_for([dot.y for dot in spec.dots], span=(0.0, HEIGHT), end=1.0)
    board.text((0, 10), say(spec.y_label, language), color=SOFT)
    for tick in up.ticks:
        y = _height(up, tick)
        board.line((LEFT, y), (board.width - RIGHT, y), color=FAINT, linewidth=0.8, zorder=0)
        words = tick_label(tick, up.step, language=language, as_share=True)
        board.text((LEFT - 6, y), words, anchor="right", size=SMALL, color=SOFT)
    board.line((LEFT, TOP), (LEFT, TOP + HEIGHT), color=RULE)
    label = say(spec.x_label, language)
    draw_axis(board, across, top=TOP, bottom=TOP + HEIGHT, label=label, language=language, unit="share")
    if spec.x_limit:
        _draw_limit(board, spec, at=across(spec.x_limit.value), language=language)
    for dot in spec.dots:
        color, marker = (ORANGE, "s") if dot.hollow else (BLUE, "o")
        board.dot(across(dot.x), _height(up, dot.y), color=color, marker=marker, is_hollow=dot.hollow, size=6)
    _name_dots(board, spec, across=across, up=up, language=language)
    return board


def _height(up: Scale, value: float) -> float:
    return TOP + HEIGHT - up(value)


def _draw_limit(board: Board, spec: ScatterFigure, *, at: float, language: Language) -> None:
    assert spec.x_limit is not None
    board.line((at, TOP - 4), (at, TOP + HEIGHT), color=VERMILION, linewidth=1.1, linestyle=(0, (4, 2.5)), zorder=2)
    words = say(spec.x_limit.label, language)
    half = text_width(words, SMALL) / 2
    x = min(max(at, half), board.width - half)
    board.text((x, TOP - 9), words, size=SMALL, color=VERMILION, anchor="center")


def _name_dots(board: Board, spec: ScatterFigure, *, across: Scale, up: Scale, language: Language) -> None:
    """Names beside their dots, the highest first; one that would lie on another is put lower."""
    taken: list[tuple[float, float, float]] = []
    for dot in sorted((one for one in spec.dots if one.name), key=lambda one: (-one.y, one.x)):
        words = say(dot.name, language)
        width = text_width(words, SMALL)
        x = across(dot.x) + 6
        x = x if x + width <= board.width else across(dot.x) - 6 - width
        y = _height(up, dot.y)
        while any(abs(y - other) < SMALL * 1.15 and x < right and left < x + width for left, right, other in taken):
            y += SMALL * 1.2
        taken.append((x, x + width, y))
        board.text((x, y), words, size=SMALL, is_clear=True)
