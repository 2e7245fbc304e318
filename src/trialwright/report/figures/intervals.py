"""A point and an interval per category, counts beside it: how the probability of an event is shown by dose level."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import final

from trialwright.report.cells import drawn
from trialwright.report.figures.board import (
    BLUE,
    INK,
    LEADING,
    SIZE,
    SMALL,
    SOFT,
    VERMILION,
    Anchor,
    Board,
    text_width,
    wrapped,
)
from trialwright.report.figures.scales import Scale, draw_axis, scale_for
from trialwright.report.specifications import IntervalFigure, IntervalRow
from trialwright.vocabulary.words import NOT_AVAILABLE, Language

GAP = 14.0  # between columns
ROW = 25.0
LABEL_WIDTH, COUNT_WIDTH, REMARK_WIDTH = 130.0, 70.0, 120.0


@final
@dataclass(frozen=True, slots=True)
class _Columns:
    """Where each column begins or ends."""

    count: float  # right edge of the counts
    plot: tuple[float, float]
    remark: float


def draw(spec: IntervalFigure, language: Language) -> Board:
    """The whole figure."""
    columns = _columns(spec, language)
    scale = _scale(spec, columns.plot)
    label = drawn(spec.reference.label, language) if spec.reference else ""
    is_crowded = text_width(label, SMALL) > columns.remark - columns.count - 2 * GAP
    top = 10 + SMALL * LEADING * (max(map(len, _heads(spec, language))) + is_crowded)
    heights = [_row_height(row, language) for row in spec.rows]
    bottom = top + sum(heights) + 4
    board = Board(height=bottom + 34)
    _draw_heads(board, spec, language=language, columns=columns, bottom=top - 6)
    unit = "share" if spec.as_share else "number"
    name = drawn(spec.axis_label, language)
    draw_axis(board, scale, top=top, bottom=bottom, label=name, language=language, unit=unit)
    if spec.reference:
        at = scale(spec.reference.value)
        board.line((at, top - 4), (at, bottom), color=VERMILION, linewidth=1.1, linestyle=(0, (4, 2.5)), zorder=2)
        ends = (0.0, board.width) if is_crowded else (columns.count + GAP, columns.remark - GAP)
        y = 8.0 if is_crowded else top - 11
        board.line((at, y + 6), (at, top - 4), color=VERMILION, linewidth=1.1, linestyle=(0, (4, 2.5)), zorder=2)
        _draw_reference_label(board, label, at=at, y=y, ends=ends)
    y = top + 2
    for row, height in zip(spec.rows, heights, strict=True):
        _draw_row(board, row, language=language, columns=columns, scale=scale, y=y + height / 2)
        y += height
    return board


def _row_height(row: IntervalRow, language: Language) -> float:
    """A row of one or two lines has the usual height; a longer one has what its lines need."""
    lines = max(
        len(wrapped(_label(row, language), LABEL_WIDTH)), len(wrapped(drawn(row.annotation, language), REMARK_WIDTH))
    )
    return max(ROW, SIZE * LEADING * lines + 4)


def _columns(spec: IntervalFigure, language: Language) -> _Columns:
    labels = [_label(row, language) for row in spec.rows]
    label_width = min(LABEL_WIDTH, max(text_width(label) for label in [*labels, drawn(spec.row_label, language)]))
    counts = [drawn(row.count, language) for row in spec.rows]
    _, count_head, remark_head = _heads(spec, language)
    count_width = max([*map(text_width, counts), *(text_width(line, SMALL) for line in count_head)])
    remarks = [drawn(row.annotation, language) for row in spec.rows]
    remark_width = min(REMARK_WIDTH, max(text_width(remark) for remark in remarks))
    remark_width = max(remark_width, *(text_width(line, SMALL) for line in remark_head))
    count_edge = label_width + (GAP + count_width if count_width else 0)
    board_width = Board(height=0).width
    left = count_edge + GAP + 4
    right = board_width - 12 - (GAP + remark_width if remark_width else 0)
    return _Columns(count=count_edge, plot=(left, right), remark=right + GAP + 6)


def _label(row: IntervalRow, language: Language) -> str:
    return drawn(row.label, language) + (" †" if row.illustrative else "")


def _heads(spec: IntervalFigure, language: Language) -> list[list[str]]:
    """Lines of the heads of the labels, the counts and the remarks."""
    heads = ((spec.row_label, LABEL_WIDTH), (spec.count_label, COUNT_WIDTH), (spec.annotation_label, REMARK_WIDTH))
    return [wrapped(drawn(words, language), width, size=SMALL) for words, width in heads]


def _scale(spec: IntervalFigure, span: tuple[float, float]) -> Scale:
    values = [value for row in spec.rows for value in (row.value, row.lower, row.upper)]
    reference = [spec.reference.value] if spec.reference else []
    return scale_for([*values, *reference], span=span, start=spec.axis_start, end=1.0 if spec.as_share else None)


def _draw_heads(board: Board, spec: IntervalFigure, *, language: Language, columns: _Columns, bottom: float) -> None:
    """Each head ends just above the first row."""
    places: tuple[tuple[float, Anchor], ...] = ((0, "left"), (columns.count, "right"), (columns.remark, "left"))
    for (x, anchor), head in zip(places, _heads(spec, language), strict=True):
        middle = bottom - SMALL * LEADING * len(head) / 2
        board.lines((x, middle), head, size=SMALL, color=SOFT, anchor=anchor)


def _draw_reference_label(board: Board, words: str, *, at: float, y: float, ends: tuple[float, float]) -> None:
    """Above its line, kept between the heads beside it."""
    half = text_width(words, SMALL) / 2
    x = min(max(at, ends[0] + half), ends[1] - half)
    board.text((x, y), words, size=SMALL, color=VERMILION, anchor="center")


def _draw_row(board: Board, row: IntervalRow, *, language: Language, columns: _Columns, scale: Scale, y: float) -> None:
    label = wrapped(_label(row, language), LABEL_WIDTH)
    board.lines((0, y), label)
    board.text((columns.count, y), drawn(row.count, language), anchor="right")
    board.lines((columns.remark, y), wrapped(drawn(row.annotation, language), REMARK_WIDTH), color=INK)
    _draw_estimate(board, row, scale=scale, y=y)


def _draw_estimate(board: Board, row: IntervalRow, *, scale: Scale, y: float) -> None:
    value, lower, upper = (_known(number) for number in (row.value, row.lower, row.upper))
    if value is None:
        board.text(((scale.left + scale.right) / 2, y), NOT_AVAILABLE, anchor="center", color=SOFT)
        return
    if lower is not None and upper is not None:
        dashes = {"linestyle": (0, (1.5, 1))} if row.illustrative else {}
        board.line((scale(lower), y), (scale(upper), y), color=BLUE, linewidth=2.2, zorder=3, **dashes)
        for bound in (lower, upper):
            board.line((scale(bound), y - 3.5), (scale(bound), y + 3.5), color=BLUE, linewidth=1.2, zorder=3)
    board.dot(scale(value), y, color=BLUE, size=7.5, is_hollow=row.illustrative)


def _known(value: float | None) -> float | None:
    return None if value is None or math.isnan(value) else value
