"""One dot per thing compared, on two scales: what is gained against what it costs, or one limit against another."""

from __future__ import annotations

import math
from typing import Any

from trialwright.report.cells import drawn
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
LEAST = 1e-3  # of a scale of powers of ten; what is smaller stands there


def draw(spec: ScatterFigure, language: Language) -> Board:
    """The whole figure."""
    board = Board(height=TOP + HEIGHT + 38)
    limits = [[line.value] if line else [] for line in (spec.x_limit, spec.y_limit)]
    across = _scale(spec, [*(dot.x for dot in spec.dots), *limits[0]], span=(LEFT, board.width - RIGHT))
    up = _scale(spec, [*(dot.y for dot in spec.dots), *limits[1]], span=(0.0, HEIGHT))
    board.text((0, 10), drawn(spec.y_label, language), color=SOFT)
    for tick in up.ticks:
        y = _height(up, tick)
        board.line((LEFT, y), (board.width - RIGHT, y), color=FAINT, linewidth=0.8, zorder=0)
        board.text((LEFT - 6, y), _tick(spec, up, tick=tick, language=language), anchor="right", size=SMALL, color=SOFT)
    board.line((LEFT, TOP), (LEFT, TOP + HEIGHT), color=RULE)
    _draw_below(board, spec, scale=across, language=language)
    _draw_limits(board, spec, across=across, up=up, language=language)
    for dot in spec.dots:
        color, marker = (ORANGE, "s") if dot.hollow else (BLUE, "o")
        x, y = _at(spec, dot.x), _at(spec, dot.y)
        board.dot(across(x), _height(up, y), color=color, marker=marker, is_hollow=dot.hollow, size=6)
    _name_dots(board, spec, across=across, up=up, language=language)
    return board


def _at(spec: ScatterFigure, value: float) -> float:
    """Where a value stands on its scale: itself, or its power of ten."""
    return value if spec.scale == "share" else math.log10(max(value, LEAST))


def _scale(spec: ScatterFigure, values: list[float], *, span: tuple[float, float]) -> Scale:
    if spec.scale == "share":
        return scale_for(values, span=span, end=1.0)
    powers = [_at(spec, value) for value in values if math.isfinite(value)]
    return Scale(math.floor(min(powers, default=-1.0)), max(1.0, math.ceil(max(powers, default=1.0))), 1.0, *span)


def _tick(spec: ScatterFigure, scale: Scale, *, tick: float, language: Language) -> str:
    if spec.scale == "share":
        return tick_label(tick, scale.step, language=language, as_share=True)
    return f"{tick_label(10.0**tick, min(10.0**tick, 1.0), language=language, as_share=False)} ×"


def _draw_below(board: Board, spec: ScatterFigure, *, scale: Scale, language: Language) -> None:
    label, bottom = drawn(spec.x_label, language), TOP + HEIGHT
    if spec.scale == "share":
        draw_axis(board, scale, top=TOP, bottom=bottom, label=label, language=language, unit="share")
        return
    for tick in scale.ticks:
        board.line((scale(tick), TOP), (scale(tick), bottom), color=FAINT, linewidth=0.8, zorder=0)
        words = _tick(spec, scale, tick=tick, language=language)
        board.text((scale(tick), bottom + 9), words, anchor="center", size=SMALL, color=SOFT)
    board.line((scale.left, bottom), (scale.right, bottom), color=RULE)
    board.text(((scale.left + scale.right) / 2, bottom + 23), label, anchor="center", color=SOFT)


def _height(up: Scale, value: float) -> float:
    return TOP + HEIGHT - up(value)


def _draw_limits(board: Board, spec: ScatterFigure, *, across: Scale, up: Scale, language: Language) -> None:
    look: dict[str, Any] = {"color": VERMILION, "linewidth": 1.1, "linestyle": (0, (4, 2.5)), "zorder": 2}
    if spec.x_limit:
        at = across(_at(spec, spec.x_limit.value))
        board.line((at, TOP - 4), (at, TOP + HEIGHT), **look)
        words = drawn(spec.x_limit.label, language)
        half = text_width(words, SMALL) / 2
        x = min(max(at, half), board.width - half)
        board.text((x, TOP - 9), words, size=SMALL, color=VERMILION, anchor="center")
    if spec.y_limit:
        y = _height(up, _at(spec, spec.y_limit.value))
        board.line((LEFT, y), (board.width - RIGHT, y), **look)
        board.text((LEFT + 4, y - 6), drawn(spec.y_limit.label, language), size=SMALL, color=VERMILION)
    if spec.corner:
        board.text((board.width - 18, TOP + 8), drawn(spec.corner, language), size=SMALL, color=SOFT, anchor="right")


def _name_dots(board: Board, spec: ScatterFigure, *, across: Scale, up: Scale, language: Language) -> None:
    """Names beside their dots, the highest first; one that would lie on another is put lower."""
    taken: list[tuple[float, float, float]] = []
    for dot in sorted((one for one in spec.dots if one.name), key=lambda one: (-one.y, one.x)):
        words = drawn(dot.name, language)
        width = text_width(words, SMALL)
        at = across(_at(spec, dot.x))
        x = at + 6 if at + 6 + width <= board.width else at - 6 - width
        y = _height(up, _at(spec, dot.y))
        while any(abs(y - other) < SMALL * 1.15 and x < right and left < x + width for left, right, other in taken):
            y += SMALL * 1.2
        taken.append((x, x + width, y))
        board.text((x, y), words, size=SMALL, is_clear=True)
