"""What happened when: points and spans over days, one lane below the other, each labelled where it stands."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import final

from trialwright.report.catalogue import catalogue
from trialwright.report.cells import drawn
from trialwright.report.figures.board import (
    BLUE,
    INK,
    PAPER,
    RULE,
    SKY,
    SMALL,
    SOFT,
    VERMILION,
    Anchor,
    Board,
    text_width,
    wrapped,
)
from trialwright.report.figures.scales import Scale, draw_axis, scale_for
from trialwright.report.specifications import Lane, TimelineFigure, TimelineMark, TimelinePoint, TimelineSpan
from trialwright.vocabulary.words import Language

LABEL_WIDTH = 110.0
LEVEL = 10.5  # height of one line of labels
STRIP, CLOSE, MANY = 20.0, 13.0, 14  # height of a lane without labels; where there are many lanes, and how many are
SHAPES = {"dot": "o", "diamond": "D", "square": "s", "triangle": "^", "cross": "X"}
TONES = {"neutral": SOFT, "accent": BLUE, "warning": VERMILION}
SPAN_TONES = {"neutral": "#aeb6bf", "accent": SKY, "warning": "#F0A58A"}


@final
@dataclass(slots=True)
class _Levels:
    """Lines of labels above a lane; each label takes the lowest line where it touches no other."""

    taken: list[list[tuple[float, float]]] = field(default_factory=list)

    def place(self, left: float, right: float) -> int:
        for level, spans in enumerate(self.taken):
            if all(right + 5 < start or end + 5 < left for start, end in spans):
                spans.append((left, right))
                return level
        self.taken.append([(left, right)])
        return len(self.taken) - 1


@final
@dataclass(frozen=True, slots=True)
class _Label:
    words: str
    x: float
    at: float
    anchor: Anchor
    level: int
    color: str


def draw(spec: TimelineFigure, language: Language) -> Board:
    """The whole figure."""
    scale = _scale(spec, language)
    marks = _mark_labels(spec.marks, scale, language=language)
    top = 6 + LEVEL * (1 + max((label.level for label in marks), default=-1))
    board, y = Board(height=0), top
    strip = STRIP if len(spec.lanes) <= MANY else CLOSE
    for lane in spec.lanes:
        y = _draw_lane(board, lane, scale=scale, language=language, top=y, strip=strip)
    draw_axis(board, scale, top=top, bottom=y + 2, label=drawn(spec.axis_label, language), language=language)
    for label in marks:
        board.line((label.at, 6 + LEVEL * label.level + 9), (label.at, y + 2), color=VERMILION, linewidth=0.9, zorder=1)
        at = (label.x, 6 + LEVEL * label.level + 3)
        board.text(at, label.words, size=SMALL, color=VERMILION, anchor=label.anchor, is_clear=True)
    board.height = y + 36
    if spec.is_illustrative:
        _draw_key(board, language)
    return board


def _scale(spec: TimelineFigure, language: Language) -> Scale:
    points = [point.day for lane in spec.lanes for point in lane.points]
    spans = [day for lane in spec.lanes for span in lane.spans for day in (span.start, span.end)]
    days = [*points, *spans, *(mark.day for mark in spec.marks)]
    widths = [text_width(line) for lane in spec.lanes for line in wrapped(drawn(lane.label, language), LABEL_WIDTH)]
    return scale_for(days, span=(max(widths, default=0) + 16, Board(height=0).width - 16), start=0.0, whole=1)


def _mark_labels(marks: tuple[TimelineMark, ...], scale: Scale, *, language: Language) -> list[_Label]:
    levels = _Levels()
    placed = sorted(marks, key=lambda mark: mark.day)
    return [
        _label(levels, drawn(mark.label, language), x=scale(mark.day), scale=scale, color=VERMILION) for mark in placed
    ]


def _label(levels: _Levels, words: str, *, x: float, scale: Scale, color: str) -> _Label:
    """Centred over its day; at the edges of the plot, flush with it."""
    width, edge = text_width(words, SMALL), scale.right + 14
    anchor: Anchor = "center"
    left = x - width / 2
    if left < scale.left - 6:
        anchor, left = "left", x - 3
    elif left + width > edge:
        anchor, left = "right", x + 3 - width
    at = {"center": x, "left": left, "right": left + width}[anchor]
    return _Label(words, x=at, at=x, anchor=anchor, level=levels.place(left, left + width), color=color)


def _draw_lane(board: Board, lane: Lane, *, scale: Scale, language: Language, top: float, strip: float) -> float:
    """The lane between two rules; the answer is where the next one begins."""
    levels = _Levels()
    shown = [(drawn(point.label, language), point) for point in sorted(lane.points, key=lambda point: point.day)]
    labels = [_label(levels, words, x=scale(point.day), scale=scale, color=INK) for words, point in shown if words]
    spans = [_span_label(levels, span, scale=scale, language=language) for span in lane.spans]
    lines = wrapped(drawn(lane.label, language), LABEL_WIDTH)
    height = max(strip + LEVEL * len(levels.taken), len(lines) * 11.5 + 6)
    y = top + height - strip / 2
    board.line((0, top), (scale.right, top), linewidth=0.5)
    board.lines((0, min(y, top + height - len(lines) * 5.6 - 2)), lines)
    for label in (label for label in [*labels, *spans] if label):
        _draw_label(board, label, y=y)
    for span in lane.spans:
        _draw_span(board, span, scale=scale, y=y)
    for point in lane.points:
        _draw_point(board, point, x=scale(point.day), y=y)
    return top + height


def _span_label(levels: _Levels, span: TimelineSpan, *, scale: Scale, language: Language) -> _Label | None:
    words = drawn(span.label, language)
    if not words:
        return None
    return _label(levels, words, x=(scale(span.start) + scale(span.end)) / 2, scale=scale, color=SOFT)


def _draw_label(board: Board, label: _Label, *, y: float) -> None:
    height = y - 11 - LEVEL * label.level
    if label.level:
        board.line((label.at, height + 5), (label.at, y - 4), color=RULE, linewidth=0.5, zorder=2)
    board.text((label.x, height), label.words, size=SMALL, color=label.color, anchor=label.anchor, is_clear=True)


def _draw_span(board: Board, span: TimelineSpan, *, scale: Scale, y: float) -> None:
    left, right = scale(span.start), max(scale(span.end), scale(span.start) + 1.5)
    color = SPAN_TONES[span.tone]
    look = {"facecolor": PAPER, "edgecolor": color, "hatch": "////"} if span.illustrative else {"facecolor": color}
    board.box((left, y - 3), (right - left, 6), **look)
    if span.is_open:
        board.dot(right + 2, y, marker=">", color=color, edge=color, size=7.5)


def _draw_point(board: Board, point: TimelinePoint, *, x: float, y: float) -> None:
    board.dot(
        x,
        y,
        marker=SHAPES[point.marker],
        color=TONES[point.tone],
        is_hollow=point.illustrative,
        size=8.5 if point.marker == "cross" else 6.5,
    )


def _draw_key(board: Board, language: Language) -> None:
    _ = catalogue(language)
    y = board.height + 2
    board.dot(5, y, color=SOFT, is_hollow=True)
    board.text((14, y), _("hollow or hatched: illustrative"), size=SMALL, color=SOFT)
    board.height += 12
