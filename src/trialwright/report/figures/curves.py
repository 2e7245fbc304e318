"""Lines and steps over a numeric axis, each named where it ends; below, the numbers at risk.

Curves differ in colour and in dash, so that they can be told apart in print and by every eye.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, final

from trialwright.report.cells import drawn, written
from trialwright.report.figures.board import (
    FAINT,
    INK,
    LEADING,
    PAPER,
    RULE,
    SERIES,
    SMALL,
    SOFT,
    VERMILION,
    Board,
    text_width,
    wrapped,
)
from trialwright.report.figures.scales import Scale, scale_for, tick_label
from trialwright.report.specifications import Curve, CurveFigure, ReferenceLine
from trialwright.vocabulary.words import Language

HEIGHT, LOW, TOP = 210.0, 120.0, 32.0  # of the axes; low where one curve alone is drawn
NAME_WIDTH, RISK_WIDTH = 110.0, 96.0
NAME_STEP = SMALL * 1.25
DASHES: tuple[Any, ...] = ("-", (0, (5, 2)), (0, (1.5, 1.5)), (0, (6, 2, 1.5, 2)), (0, (3, 1)), (0, (8, 3)))
BAND_STRENGTH = 0.16
DENSE, DENSER = 1.6, 2.4  # labels of a high or low upright axis may stand this much nearer than those of a level one

Point = tuple[float, float]


@final
@dataclass(frozen=True, slots=True)
class _Sheet:
    """The board with its two scales; `y` puts a value at its height."""

    board: Board
    across: Scale
    up: Scale
    language: Language

    def at(self, point: Point) -> Point:
        return self.across(point[0]), self.bottom - self.up(point[1])

    @property
    def bottom(self) -> float:
        """Where the level axis lies."""
        return TOP + self.up.right


def draw(spec: CurveFigure, language: Language) -> Board:
    """The whole figure."""
    sheet = _sheet(spec, language)
    _draw_axes(sheet, spec)
    for index, curve in enumerate(spec.curves):
        _draw_curve(sheet, curve, index=index)
    for line in spec.y_references:
        _draw_level(sheet, line)
    for line in spec.x_references:
        _draw_upright(sheet, line)
    _draw_names(sheet, spec)
    bottom = _draw_numbers_at_risk(sheet, spec, top=sheet.bottom + 36)
    sheet.board.height = _draw_key(sheet, spec, y=bottom)
    return sheet.board


def _sheet(spec: CurveFigure, language: Language) -> _Sheet:
    board = Board(height=0)
    names = [line for curve in spec.curves for line in wrapped(drawn(curve.label, language), NAME_WIDTH, size=SMALL)]
    right = board.width - 14 - (max(text_width(name, SMALL) for name in names) if len(spec.curves) > 1 else 0.0)
    lines = [drawn(line.label, language) for line in spec.y_references]
    right = min(right, board.width - 14 - max((text_width(line, SMALL) for line in lines), default=0.0))
    left = 46.0
    if any(curve.at_risk for curve in spec.curves):
        labels = [
            line for curve in spec.curves for line in wrapped(drawn(curve.label, language), RISK_WIDTH, size=SMALL)
        ]
        left = max(left, 16 + max(text_width(label, SMALL) for label in labels))
    return _Sheet(board, _across(spec, (left, right)), _up(spec), language)


def _across(spec: CurveFigure, span: tuple[float, float]) -> Scale:
    known = [x for curve in spec.curves for x, _ in curve.points if math.isfinite(x)]
    places = [*known, *spec.x_ticks, *(line.value for line in spec.x_references)]
    if spec.x_ticks:
        return Scale(min(places), max(*places, min(places) + 1e-9), 1.0, *span)
    return scale_for(places, span=span, end=1.0 if spec.x_as_share else None)


def _up(spec: CurveFigure) -> Scale:
    known = [y for curve in spec.curves for _, y in curve.points if y is not None and math.isfinite(y)]
    bounds = [y for curve in spec.curves for _, *both in curve.band for y in both if math.isfinite(y)]
    places = [*known, *bounds, *(line.value for line in spec.y_references)]
    places += [] if spec.y_end is None else [spec.y_end]
    start = 0.0 if spec.as_share and spec.y_start is None else spec.y_start
    height = LOW if len(spec.curves) == 1 and not (spec.curves[0].band or spec.curves[0].at_risk) else HEIGHT
    dense = scale_for(
        places,
        span=(0.0, height * (DENSE if height == HEIGHT else DENSER)),
        start=start,
        end=1.0 if spec.as_share else None,
    )
    return replace(dense, right=height)


def _draw_axes(sheet: _Sheet, spec: CurveFigure) -> None:
    board, across, up, language = sheet.board, sheet.across, sheet.up, sheet.language
    board.text((0, 8), drawn(spec.y_label, language), color=SOFT)
    for tick in up.ticks:
        y = sheet.at((0.0, tick))[1]
        board.line((across.left, y), (across.right, y), color=FAINT, linewidth=0.8, zorder=0)
        words = tick_label(tick, up.step, language=language, as_share=spec.as_share)
        board.text((across.left - 6, y), words, anchor="right", size=SMALL, color=SOFT)
    bottom = sheet.bottom
    reached = -math.inf
    for place, tick in enumerate(spec.x_ticks or across.ticks):
        x, words = across(tick), _tick(spec, across, place=place, tick=tick, language=language)
        board.line((x, bottom), (x, bottom + 3), color=RULE)
        half = text_width(words, SMALL) / 2
        if x - half > reached + 2:  # a label that would touch the one before is left out; its tick stays
            board.text((x, bottom + 10), words, anchor="center", size=SMALL, color=SOFT)
            reached = x + half
    board.line((across.left, TOP), (across.left, bottom))
    board.line((across.left, bottom), (across.right, bottom))
    board.text(
        ((across.left + across.right) / 2, bottom + 24), drawn(spec.x_label, language), anchor="center", color=SOFT
    )


def _tick(spec: CurveFigure, across: Scale, *, place: int, tick: float, language: Language) -> str:
    if spec.x_names:
        return drawn(spec.x_names[place], language)
    step = across.step if not spec.x_ticks or all(one == int(one) for one in spec.x_ticks) else 0.1
    return tick_label(tick, step, language=language, as_share=spec.x_as_share)


def _color(index: int) -> str:
    return SERIES[index % len(SERIES)]


def _draw_curve(sheet: _Sheet, curve: Curve, *, index: int) -> None:
    color = _color(index)
    band = [one for one in curve.band if all(map(math.isfinite, one))]
    lower = _path([(x, low) for x, low, _ in band], curve.kind)
    upper = _path([(x, high) for x, _, high in band], curve.kind)
    if len(band) > 1:
        outline = [sheet.at(point) for point in [*lower, *reversed(upper)]]
        sheet.board.area(outline, facecolor=color, alpha=BAND_STRENGTH)
    dash = (0, (1.5, 1)) if curve.illustrative else DASHES[index % len(DASHES)]
    for piece in _pieces(curve.points):
        way = [sheet.at(point) for point in _path(piece, curve.kind)]
        sheet.board.path(way, color=color, linewidth=1.8, linestyle=dash, zorder=3)
        if curve.has_dots or len(piece) == 1:
            for point in piece:
                sheet.board.dot(*sheet.at(point), color=color, size=5, is_hollow=curve.illustrative)
    for tick in curve.ticks:
        height = _height(curve, tick)
        if height is not None:
            x, y = sheet.at((tick, height))
            sheet.board.line((x, y - 4), (x, y + 4), color=color, linewidth=1.2, zorder=3.5)


def _pieces(points: Sequence[tuple[float, float | None]]) -> list[list[Point]]:
    """The runs of known points; what is missing breaks a line and is never bridged."""
    runs: list[list[Point]] = [[]]
    for x, y in points:
        if y is None or not (math.isfinite(y) and math.isfinite(x)):
            runs.append([])
        else:
            runs[-1].append((x, y))
    return [run for run in runs if run]


def _path(points: Sequence[Point], kind: str) -> list[Point]:
    """The corners of a line: of a step, one more wherever the value changes."""
    if kind == "line" or not points:
        return list(points)
    corners = [points[0]]
    for x, y in points[1:]:
        corners += [(x, corners[-1][1]), (x, y)]
    return corners


def _height(curve: Curve, x: float) -> float | None:
    """The curve's value at a place, as it is drawn there."""
    known = [(one, y) for one, y in curve.points if y is not None]
    before = [point for point in known if point[0] <= x]
    after = [point for point in known if point[0] > x]
    if not before:
        return None
    if curve.kind == "step" or not after or before[-1][0] == x:
        return before[-1][1]
    (left, low), (right, high) = before[-1], after[0]
    return low + (high - low) * (x - left) / (right - left)


def _draw_level(sheet: _Sheet, line: ReferenceLine) -> None:
    left, y = sheet.at((sheet.across.low, line.value))
    look = {"color": VERMILION, "linewidth": 1.0, "linestyle": (0, (4, 2.5)), "zorder": 2}
    sheet.board.line((left, y), (sheet.across.right, y), **look)


def _draw_upright(sheet: _Sheet, line: ReferenceLine) -> None:
    x = sheet.across(line.value)
    look = {"color": VERMILION, "linewidth": 1.0, "linestyle": (0, (4, 2.5)), "zorder": 2}
    sheet.board.line((x, TOP - 4), (x, sheet.bottom), **look)
    words = drawn(line.label, sheet.language)
    half = text_width(words, SMALL) / 2
    at = min(max(x, half), sheet.board.width - half)
    sheet.board.text((at, TOP - 9), words, size=SMALL, color=VERMILION, anchor="center", is_clear=True)


def _draw_names(sheet: _Sheet, spec: CurveFigure) -> None:
    """Names at the right, as near to where their curve ends as they fit without touching."""
    wanted: list[tuple[float, list[str], str, Point | None]] = []
    for line in spec.y_references:
        y = sheet.at((0.0, line.value))[1]
        wanted.append((y, [drawn(line.label, sheet.language)], VERMILION, None))
    for index, curve in enumerate(spec.curves if len(spec.curves) > 1 else ()):
        known = [(x, y) for x, y in curve.points if y is not None and math.isfinite(y)]
        if known:
            end = sheet.at(known[-1])
            name = wrapped(drawn(curve.label, sheet.language), NAME_WIDTH, size=SMALL)
            wanted.append((end[1], name, _color(index), end))
    wanted.sort(key=lambda one: one[0])
    heights = _apart(
        [y for y, *_ in wanted], [NAME_STEP * len(words) + 2 for _, words, *_ in wanted], limit=sheet.bottom
    )
    for y, (_, words, color, curve_end) in zip(heights, wanted, strict=True):
        if curve_end:
            is_early = curve_end[0] < sheet.across.right - 1  # the line to its name must not look like the curve
            look = {"color": RULE if is_early else color, "linewidth": 0.8, "zorder": 1.5}
            sheet.board.line(curve_end, (sheet.across.right + 6, y), **look)
            sheet.board.box((sheet.across.right + 6, y - 3), (3, 6), facecolor=color)
        ink = VERMILION if curve_end is None else INK
        sheet.board.lines((sheet.across.right + 12, y), words, size=SMALL, color=ink)


def _apart(heights: Sequence[float], needs: Sequence[float], *, limit: float) -> list[float]:
    """The heights moved as little as a simple sweep does, none nearer to the next than both need."""
    placed: list[float] = []
    for place, (y, need) in enumerate(zip(heights, needs, strict=True)):
        least = placed[-1] + (needs[place - 1] + need) / 2 if placed else -math.inf
        placed.append(max(y, least))
    for place in range(len(placed) - 1, -1, -1):
        placed[place] = min(placed[place], limit)
        limit = placed[place] - (needs[place] + needs[place - 1]) / 2
    return placed


def _draw_numbers_at_risk(sheet: _Sheet, spec: CurveFigure, *, top: float) -> float:
    """One line per curve, each number under its tick; the answer is where the table ends."""
    shown = [(index, curve) for index, curve in enumerate(spec.curves) if curve.at_risk]
    if not shown:
        return top
    sheet.board.text((0, top + 4), drawn(spec.at_risk_label, sheet.language), size=SMALL, color=SOFT)
    y = top + 6
    for index, curve in shown:
        lines = wrapped(drawn(curve.label, sheet.language), RISK_WIDTH, size=SMALL)
        height = max(13.0, SMALL * LEADING * len(lines) + 3)
        y += height
        middle = y - height / 2 + 5
        sheet.board.box((0, middle - 3), (3, 6), facecolor=_color(index))
        sheet.board.lines((7, middle), lines, size=SMALL)
        reached = -math.inf
        for tick, number in zip(spec.x_ticks, curve.at_risk, strict=True):
            words = written(number, sheet.language)
            half = text_width(words, SMALL) / 2
            if sheet.across(tick) - half > reached + 3:
                sheet.board.text((sheet.across(tick), middle), words, size=SMALL, anchor="center")
                reached = sheet.across(tick) + half
    return y + 10


def _draw_key(sheet: _Sheet, spec: CurveFigure, *, y: float) -> float:
    """What the band and the ticks mean; the answer is the height of the sheet."""
    x, y = 0.0, y + 4
    band, tick = drawn(spec.band_label, sheet.language), drawn(spec.tick_label, sheet.language)
    if band and any(curve.band for curve in spec.curves):
        sheet.board.box((x, y - 4), (12, 8), facecolor=SERIES[0], alpha=BAND_STRENGTH * 2)
        sheet.board.text((x + 16, y), band, size=SMALL, color=SOFT)
        x += 30 + text_width(band, SMALL)
    if tick and any(curve.ticks for curve in spec.curves):
        sheet.board.box((x, y - 5), (10, 10), facecolor=PAPER)
        sheet.board.line((x + 5, y - 4), (x + 5, y + 4), color=SOFT, linewidth=1.2, zorder=3)
        sheet.board.text((x + 14, y), tick, size=SMALL, color=SOFT)
        x += 1.0
    return y + (10 if x else 0)
