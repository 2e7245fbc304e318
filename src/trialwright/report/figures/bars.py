"""Horizontal bars, stacked or side by side, each labelled with its value."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from trialwright.report.cells import drawn, written
from trialwright.report.figures.board import (
    DARK_TEXT_ON,
    INK,
    PAPER,
    SERIES,
    SMALL,
    SOFT,
    Board,
    text_width,
    wrapped,
)
from trialwright.report.figures.scales import Scale, draw_axis, scale_for
from trialwright.report.model import Number
from trialwright.report.specifications import BarFigure, BarRow
from trialwright.vocabulary.words import NOT_AVAILABLE, Language

LABEL_WIDTH = 150.0
BAR, SLIM, GAP = 13.0, 10.0, 10.0


def draw(spec: BarFigure, language: Language) -> Board:
    """The whole figure."""
    scale = _scale(spec, language)
    board = Board(height=0)
    top = draw_key(board, [drawn(name, language) for name in spec.series], left=scale.left)
    bottom = top + sum(_row_height(spec, row, language=language) for row in spec.rows) + GAP / 2
    draw_axis(board, scale, top=top, bottom=bottom, label=drawn(spec.axis_label, language), language=language)
    y = top + GAP / 2
    for row in spec.rows:
        height = _row_height(spec, row, language=language)
        board.lines((0, y + (height - GAP) / 2), wrapped(drawn(row.label, language), LABEL_WIDTH))
        paint = _draw_stack if spec.arrangement == "stacked" else _draw_group
        paint(board, spec, row=row, scale=scale, top=y + _lead(spec, height), language=language)
        y += height
    board.height = bottom + 34
    return board


def _bars_height(spec: BarFigure) -> float:
    return BAR if spec.arrangement == "stacked" else SLIM * len(spec.series)


def _row_height(spec: BarFigure, row: BarRow, *, language: Language) -> float:
    lines = len(wrapped(drawn(row.label, language), LABEL_WIDTH))
    return max(_bars_height(spec), 11.0 * lines) + GAP


def _lead(spec: BarFigure, height: float) -> float:
    return (height - GAP - _bars_height(spec)) / 2


def _known(value: float | None) -> float:
    return 0.0 if value is None or not math.isfinite(value) else value


def _scale(spec: BarFigure, language: Language) -> Scale:
    ends = (
        [sum(map(_known, row.values)) for row in spec.rows]
        if spec.arrangement == "stacked"
        else [_known(value) for row in spec.rows for value in row.values]
    )
    labels = [line for row in spec.rows for line in wrapped(drawn(row.label, language), LABEL_WIDTH)]
    remark = max(text_width(_remark(row, language), SMALL) for row in spec.rows)
    left, right = max(map(text_width, labels)) + 12, Board(height=0).width - 40 - remark
    return scale_for([0.0, *ends], span=(left, right), start=0.0, whole=0 if spec.decimals else 1)


def _remark(row: BarRow, language: Language) -> str:
    return f"{drawn(row.remark, language)}{' †' if row.illustrative else ''}".strip()


def draw_key(board: Board, names: Sequence[str], *, left: float) -> float:
    """The names of the series beside a patch of their colour; the answer is where the bars may begin."""
    if len(names) < 2:
        return 6.0
    x, y = left, 8.0
    for index, name in enumerate(names):
        width = 20 + text_width(name, SMALL)
        if x > left and x + width > board.width:
            x, y = left, y + 13
        board.box((x, y - 4), (8, 8), facecolor=SERIES[index % len(SERIES)])
        board.text((x + 12, y), name, size=SMALL)
        x += width + 8
    return y + 12


def _draw_stack(board: Board, spec: BarFigure, **at: Any) -> None:
    row, scale, top, language = at["row"], at["scale"], at["top"], at["language"]
    reached = 0.0
    for index, value in enumerate(row.values):
        part = _known(value)
        left, right = scale(reached), scale(reached + part)
        reached += part
        if part > 0:
            color = SERIES[index % len(SERIES)]
            board.box((left, top), (right - left, BAR), **_look(color, row))
            words = written(Number(part, spec.decimals), language)
            if text_width(words, SMALL) + 4 <= right - left:
                ink = INK if row.illustrative or color in DARK_TEXT_ON else PAPER
                board.text(
                    ((left + right) / 2, top + BAR / 2),
                    words,
                    size=SMALL,
                    color=ink,
                    anchor="center",
                    is_clear=row.illustrative,
                )
    is_missing = all(value is None for value in row.values)
    total = NOT_AVAILABLE if is_missing else written(Number(reached, spec.decimals), language)
    words = " · ".join(filter(None, [total, _remark(row, language)]))
    board.text((scale(reached) + 5, top + BAR / 2), words, size=SMALL)


def _draw_group(board: Board, spec: BarFigure, **at: Any) -> None:
    row, scale, top, language = at["row"], at["scale"], at["top"], at["language"]
    for index, value in enumerate(row.values):
        middle = top + SLIM * (index + 0.5)
        color = SERIES[index % len(SERIES)]
        board.box(
            (scale(0), middle - SLIM / 2 + 0.7), (scale(_known(value)) - scale(0), SLIM - 1.4), **_look(color, row)
        )
        words = NOT_AVAILABLE if value is None else written(Number(value, spec.decimals), language)
        if index == 0:
            words = " · ".join(filter(None, [words, _remark(row, language)]))
        board.text((scale(_known(value)) + 5, middle), words, size=SMALL, color=SOFT if value is None else INK)


def _look(color: str, row: BarRow) -> dict[str, Any]:
    return {"facecolor": PAPER, "edgecolor": color, "hatch": "////"} if row.illustrative else {"facecolor": color}
