"""Lines over days or visits in small panels: every point shown, a ring for the baseline, a gap where one is missing."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import final

from trialwright.report.cells import drawn
from trialwright.report.figures.board import (
    FAINT,
    INK,
    LEADING,
    RULE,
    SERIES,
    SMALL,
    SOFT,
    VERMILION,
    Board,
    text_width,
    wrapped,
)
from trialwright.report.figures.scales import FAR, Scale, scale_for, tick_label
from trialwright.report.specifications import CourseFigure, CoursePanel, CoursePoint, CourseSeries, ReferenceLine
from trialwright.vocabulary.words import Language

GUTTER, BELOW = 16.0, 20.0
HEIGHTS = {1: 210.0, 2: 140.0, 3: 110.0}  # of a panel, by how many stand side by side
WIDTHS = {"thin": 0.8, "normal": 1.3, "bold": 2.6}  # of a line
DOTS = {"thin": 3.6, "normal": 4.6, "bold": 6.0}
SHAPES = ("o", "s", "^", "D", "v", "P")
BAND = "#e3efe6"
TINY = SMALL - 1
DAGGER = "†"  # at the end of a line with an illustrative value; the figure's footnote explains it
CLOSE = 1e-9
FINER = 1.6  # how much closer ticks stand than those of a wide figure


@final
@dataclass(frozen=True, slots=True)
class _Frame:
    """Where a panel stands on the sheet, and its two scales (that of the values from the bottom up)."""

    left: float
    right: float
    top: float
    bottom: float
    across: Scale
    up: Scale

    def at(self, x: float, y: float) -> tuple[float, float]:
        return self.across(x), self.top + self.bottom - self.up(y)

    def height_of(self, y: float) -> float:
        return self.top + self.bottom - self.up(y)


def draw(spec: CourseFigure, language: Language) -> Board:
    """The whole figure; panels without any value say so by a dash."""
    board = Board(height=0)
    top = _draw_key(board, spec, language=language)
    count = len(spec.panels)
    across = max(1, min(spec.across or (count if count < 3 else 2 if count == 4 else 3), count))
    width = (board.width - GUTTER * (across - 1)) / across
    height = HEIGHTS[min(across, 3)]
    room = _room_for_ticks(spec, height=height, language=language)
    for first in range(0, count, across):
        row = spec.panels[first : first + across]
        titles = [wrapped(drawn(panel.title, language), width, size=SMALL, is_bold=True) for panel in row]
        head = SMALL * LEADING * max(map(len, titles)) + 8
        for place, (panel, title) in enumerate(zip(row, titles, strict=True)):
            left = place * (width + GUTTER)
            board.lines((left, top + SMALL * LEADING * len(title) / 2), title, size=SMALL, is_bold=True)
            _draw_panel(
                board, spec, panel=panel, box=(left + room, left + width, top + head, height), language=language
            )
        top += head + height + BELOW
    for line in wrapped(drawn(spec.x_label, language), board.width, size=SMALL):
        board.text((board.width / 2, top + 3), line, size=SMALL, color=SOFT, anchor="center")
        top += SMALL * LEADING
    board.height = top + 6
    return board


def _draw_key(board: Board, spec: CourseFigure, *, language: Language) -> float:
    """The groups that have a line, with colour and marker, and what the bands are; where the panels may begin."""
    used = sorted({one.group for panel in spec.panels for one in panel.series if one.group is not None})
    groups = [(group, drawn(spec.key[group], language)) for group in used if group < len(spec.key)]
    bands = dict.fromkeys(drawn(band.label, language) for panel in spec.panels for band in panel.bands)
    entries: list[tuple[int | None, str]] = [*groups, *((None, words) for words in bands if words)]
    if not entries:
        return 6.0
    x, y = 0.0, 8.0
    for group, name in entries:
        width = 22 + text_width(name, SMALL)
        if x and x + width > board.width:
            x, y = 0.0, y + 13
        if group is None:
            board.box((x, y - 4), (14, 8), facecolor=BAND)
        else:
            board.line((x, y), (x + 14, y), color=_color(group), linewidth=1.4)
            board.dot(x + 7, y, color=_color(group), marker=_shape(group), size=5)
        board.text((x + 18, y), name, size=SMALL)
        x += width + 10
    return y + 14


def _color(group: int | None) -> str:
    return SOFT if group is None else SERIES[group % len(SERIES)]


def _shape(group: int | None) -> str:
    return "o" if group is None else SHAPES[group % len(SHAPES)]


def _known(panels: Iterable[CoursePanel]) -> list[CoursePoint]:
    return [point for panel in panels for one in panel.series for point in one.points if _is_known(point.y)]


def _is_known(y: float | None) -> bool:
    return y is not None and math.isfinite(y)


def _up(spec: CourseFigure, panel: CoursePanel, *, span: tuple[float, float]) -> Scale:
    """The axis of the values of a panel: its own, or that of all; what it is compared with has to be on it."""
    panels = spec.panels if spec.same_scale else (panel,)
    values = [point.y for point in _known(panels)]
    beside = [one.value for each in panels for one in each.references]
    beside += [end for each in panels for band in each.bands for end in (band.low, band.high) if end is not None]
    finer = (0.0, (span[1] - span[0]) * FINER)
    return replace(scale_for([*values, *beside], span=finer, start=spec.start), left=span[0], right=span[1])


def _across(spec: CourseFigure, *, span: tuple[float, float]) -> Scale:
    """The axis below, the same for all panels: from the first value to the last."""
    ticks = [place for place, _ in spec.x_ticks]
    values = [*(point.x for point in _known(spec.panels)), *ticks, *(mark.value for mark in spec.marks)]
    near = [value for value in values if abs(value) <= FAR] or [0.0]
    low, high = min(near), max(near)
    high = high if high - low > CLOSE * max(1.0, abs(high)) else low + max(1.0, abs(low))
    return Scale(low, high, scale_for([low, high], span=span).step, *span)


def _room_for_ticks(spec: CourseFigure, *, height: float, language: Language) -> float:
    """The widest tick label of any panel at the left, so that panels stand in line."""
    scales = [_up(spec, panel, span=(0.0, height)) for panel in spec.panels]
    labels = [
        tick_label(tick, scale.step, language=language, as_share=spec.as_share)
        for scale in scales
        for tick in scale.ticks
    ]
    return max(text_width(label, TINY) for label in labels) + 6


def _draw_panel(
    board: Board,
    spec: CourseFigure,
    *,
    panel: CoursePanel,
    box: tuple[float, float, float, float],
    language: Language,
) -> None:
    left, right, top, height = box
    ends = max((text_width(_end(one, language), TINY) for one in panel.series), default=0.0)
    inset = 6.0
    span = (left + inset, right - inset - (min(ends + 3, (right - left) / 3) if ends else 0.0))
    bottom = top + height
    frame = _Frame(
        left, right, top, bottom, _across(spec, span=span), _up(spec, panel, span=(top + inset, bottom - inset))
    )
    _draw_axes(board, spec, frame=frame, language=language)
    _draw_comparisons(board, panel, frame=frame, language=language)
    if not panel.has_values:
        board.text(((left + right) / 2, (top + bottom) / 2), "–", anchor="center", color=SOFT)
    for one in panel.series:
        _draw_series(board, one, frame=frame)
    _draw_ends(board, panel.series, frame=frame, language=language)


def _draw_axes(board: Board, spec: CourseFigure, *, frame: _Frame, language: Language) -> None:
    for tick in frame.up.ticks:
        y = frame.height_of(tick)
        board.line((frame.left, y), (frame.right, y), color=FAINT, linewidth=0.8, zorder=0)
        words = tick_label(tick, frame.up.step, language=language, as_share=spec.as_share)
        board.text((frame.left - 4, y), words, anchor="right", size=TINY, color=SOFT)
    board.line((frame.left, frame.top), (frame.left, frame.bottom))
    board.line((frame.left, frame.bottom), (frame.right, frame.bottom))
    reached = -math.inf
    for place, words in _x_ticks(spec, frame.across, language=language):
        x = frame.across(place)
        board.line((x, frame.bottom), (x, frame.bottom + 2.5))
        half = text_width(words, TINY) / 2
        if x - half > reached + 3:
            board.text((x, frame.bottom + 9), words, anchor="center", size=TINY, color=SOFT)
            reached = x + half
    _draw_marks(board, spec.marks, frame=frame, language=language)


def _x_ticks(spec: CourseFigure, scale: Scale, *, language: Language) -> list[tuple[float, str]]:
    """The named ticks, or the round numbers that lie on the axis."""
    if spec.x_ticks:
        return [(place, drawn(words, language)) for place, words in spec.x_ticks]
    first, last = math.ceil(scale.low / scale.step - CLOSE), math.floor(scale.high / scale.step + CLOSE)
    round_numbers = [index * scale.step for index in range(first, last + 1)]
    return [(tick, tick_label(tick, scale.step, language=language, as_share=False)) for tick in round_numbers]


def _draw_marks(board: Board, marks: Sequence[ReferenceLine], *, frame: _Frame, language: Language) -> None:
    """Days of every panel; a name that would touch the one before it stands a line lower."""
    reached, y = -math.inf, frame.top - 2
    for mark in sorted(marks, key=lambda one: one.value):
        x = frame.across(mark.value)
        board.line((x, frame.top), (x, frame.bottom), color=SOFT, linestyle=(0, (2, 2)), zorder=1.5)
        words = drawn(mark.label, language)
        width = text_width(words, TINY)
        left = min(x + 3, frame.right - width)
        y = frame.top - 2 if left > reached + 3 else y + TINY * 1.1
        board.text((left, y), words, size=TINY, color=SOFT)
        reached = left + width


def _draw_comparisons(board: Board, panel: CoursePanel, *, frame: _Frame, language: Language) -> None:
    """Bands, named in the key, and lines to compare with, named where they begin."""
    for band in panel.bands:
        upper = frame.top if band.high is None else frame.height_of(band.high)
        lower = frame.bottom if band.low is None else frame.height_of(band.low)
        board.box((frame.left, upper), (frame.right - frame.left, lower - upper), facecolor=BAND, zorder=-1)
    for one in panel.references:
        _draw_reference(board, one, frame=frame, language=language)


def _draw_reference(board: Board, one: ReferenceLine, *, frame: _Frame, language: Language) -> None:
    y = frame.height_of(one.value)
    board.line((frame.left, y), (frame.right, y), color=VERMILION, linewidth=0.9, linestyle=(0, (4, 2.5)), zorder=2)
    above, below = y - TINY * 0.75, y + TINY * 0.85
    height = above if above > frame.top + 3 else below
    board.text((frame.left + 3, height), drawn(one.label, language), size=TINY, color=VERMILION)


def _draw_series(board: Board, one: CourseSeries, *, frame: _Frame) -> None:
    """Its known points, with a line between neighbours: none across a value that is missing."""
    color = _color(one.group)
    before: tuple[float, float] | None = None
    for point in one.points:
        if point.y is None or not math.isfinite(point.y):
            before = None
            continue
        at = frame.at(point.x, point.y)
        if before is not None:
            board.line(before, at, color=color, linewidth=WIDTHS[one.weight], zorder=3)
        board.dot(*at, color=color, marker=_shape(one.group), size=DOTS[one.weight], is_hollow=point.baseline)
        before = at


def _end(one: CourseSeries, language: Language) -> str:
    dagger = DAGGER if any(point.illustrative for point in one.points) else ""
    return f"{drawn(one.label, language)}{dagger}".strip()


def _draw_ends(board: Board, series: Sequence[CourseSeries], *, frame: _Frame, language: Language) -> None:
    """The name of each line at its last known point, moved down or up where names would touch."""
    ends = []
    for one in series:
        known = [point for point in one.points if _is_known(point.y)]
        words = _end(one, language)
        if known and words:
            x, y = frame.at(known[-1].x, known[-1].y or 0.0)
            ends.append(_Name(x, y, words, _ink(_color(one.group))))
    ends.sort(key=lambda one: one.x)
    while ends:
        reach = ends[0].x + text_width(ends[0].words, TINY) + 8
        together = [one for one in ends if one.x <= reach]
        ends = ends[len(together) :]
        _draw_names(board, sorted(together, key=lambda one: (one.y, one.x)), frame=frame)


@final
@dataclass(frozen=True, slots=True)
class _Name:
    """What a line is called, and where it ends."""

    x: float
    y: float
    words: str
    color: str


def _draw_names(board: Board, names: Sequence[_Name], *, frame: _Frame) -> None:
    """Names that end near each other, in one column."""
    step = TINY * 1.12
    column = max(one.x for one in names)
    heights = apart([one.y for one in names], step=step, low=frame.top + step / 2, high=frame.bottom - step / 2)
    for one, height in zip(names, heights, strict=True):
        moved = abs(height - one.y) > step / 2 or one.x < column
        if moved:
            board.line((one.x + 3, one.y), (column + 7, height), color=RULE, linewidth=0.5, zorder=2)
        at = (column + (8 if moved else 6), height)
        board.text(at, one.words, size=TINY, color=one.color, is_clear=True)


def _ink(color: str) -> str:
    """Names are read: orange and sky blue on white paper are too pale for letters."""
    return INK if color in (SERIES[1], SERIES[3], SERIES[4]) else color


def apart(heights: Sequence[float], *, step: float, low: float, high: float) -> list[float]:
    """Sorted heights moved as little as a simple sweep does, so that neighbours are a step apart within the limits.

    Where there is no room for all, they are spread evenly.

    >>> apart([10.0, 11.0, 30.0], step=5.0, low=0.0, high=40.0)
    [10.0, 15.0, 30.0]
    """
    if not heights:
        return []
    if step * (len(heights) - 1) > high - low:
        share = (high - low) / max(1, len(heights) - 1)
        return [low + share * place for place in range(len(heights))]
    placed: list[float] = []
    for height in heights:
        placed.append(max(height, low, placed[-1] + step if placed else low))
    ceiling = high
    for place in range(len(placed) - 1, -1, -1):
        placed[place] = min(placed[place], ceiling)
        ceiling = placed[place] - step
    return placed
