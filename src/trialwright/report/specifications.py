"""What a figure shows, as values; `figures/` knows how to draw each kind.

    FigureSpec
      x IntervalFigure   a point and an interval per category, perhaps with a reference line
      x TimelineFigure   points and spans over days, one lane per person or topic
      x BarFigure        horizontal bars, stacked or grouped, with their counts

Words are as in `model.py`: a `Text`, a `Reason`, or a `str`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol, final

from trialwright.vocabulary.words import Language


class _Sayable(Protocol):
    def said(self, language: Language, /) -> str: ...


Words = _Sayable | str
Marker = Literal["dot", "diamond", "square", "triangle", "cross"]
Tone = Literal["neutral", "accent", "warning"]


@final
@dataclass(frozen=True, slots=True)
class IntervalRow:
    """One category: its estimate and interval (None: no estimate), its counts, and a remark at the right."""

    label: Words
    value: float | None
    lower: float | None
    upper: float | None
    count: Words = ""
    annotation: Words = ""
    illustrative: bool = False


@final
@dataclass(frozen=True, slots=True)
class ReferenceLine:
    """A value to compare with, such as a target."""

    value: float
    label: Words


@final
@dataclass(frozen=True, slots=True)
class IntervalFigure:
    """A point and an interval per category."""

    rows: tuple[IntervalRow, ...]
    axis_label: Words
    row_label: Words = ""  # heads the labels at the left
    count_label: Words = ""  # heads the counts
    annotation_label: Words = ""  # heads the remarks at the right
    reference: ReferenceLine | None = None
    as_share: bool = True  # the axis is a percentage
    axis_start: float | None = 0.0  # None: from the data

    @property
    def is_illustrative(self) -> bool:
        """Whether any of what is drawn was reconstructed or invented."""
        return any(row.illustrative for row in self.rows)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to draw."""
        return not self.rows


@final
@dataclass(frozen=True, slots=True)
class TimelinePoint:
    """Something that happened on a day; hollow when illustrative."""

    day: int
    label: Words = ""
    marker: Marker = "dot"
    tone: Tone = "accent"
    illustrative: bool = False


@final
@dataclass(frozen=True, slots=True)
class TimelineSpan:
    """Something that lasted; `is_open` when it goes on after its last day."""

    start: int
    end: int
    label: Words = ""
    tone: Tone = "neutral"
    is_open: bool = False
    illustrative: bool = False


@final
@dataclass(frozen=True, slots=True)
class Lane:
    """One line of a timeline."""

    label: Words
    points: tuple[TimelinePoint, ...] = ()
    spans: tuple[TimelineSpan, ...] = ()


@final
@dataclass(frozen=True, slots=True)
class TimelineMark:
    """A day that concerns every lane, such as the data cut."""

    day: int
    label: Words


@final
@dataclass(frozen=True, slots=True)
class TimelineFigure:
    """Points and spans over days, one lane below the other."""

    lanes: tuple[Lane, ...]
    axis_label: Words
    marks: tuple[TimelineMark, ...] = ()

    @property
    def is_illustrative(self) -> bool:
        """Whether any of what is drawn was reconstructed or invented."""
        return any(
            any(one.illustrative for one in lane.points) or any(one.illustrative for one in lane.spans)
            for lane in self.lanes
        )

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to draw."""
        return not any(lane.points or lane.spans for lane in self.lanes)


@final
@dataclass(frozen=True, slots=True)
class BarRow:
    """One bar, or group of bars: a value per series (None: missing), and a remark at its end."""

    label: Words
    values: tuple[float | None, ...]
    remark: Words = ""
    illustrative: bool = False


@final
@dataclass(frozen=True, slots=True)
class BarFigure:
    """Horizontal bars, labelled with their values."""

    series: tuple[Words, ...]
    rows: tuple[BarRow, ...]
    axis_label: Words
    arrangement: Literal["stacked", "grouped"] = "stacked"
    decimals: int = 0

    @property
    def is_illustrative(self) -> bool:
        """Whether any of what is drawn was reconstructed or invented."""
        return any(row.illustrative for row in self.rows)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to draw."""
        return not self.rows or not self.series


FigureSpec = IntervalFigure | TimelineFigure | BarFigure
