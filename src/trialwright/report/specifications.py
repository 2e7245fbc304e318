"""What a figure shows, as values; `figures/` knows how to draw each kind.

    FigureSpec
      x IntervalFigure   a point and an interval per category, perhaps with a reference line
      x TimelineFigure   points and spans over days, one lane per person or topic
      x BarFigure        horizontal bars, stacked or grouped, with their counts
      x TreeFigure       what follows from what, from left to right, a sign and words in every box
      x PanelFigure      the same bars for several groups, side by side in small panels
      x ScatterFigure    one dot per thing compared, some of them named

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


Kind = Literal["start", "up", "same", "down", "hold", "end"]


@final
@dataclass(frozen=True, slots=True)
class TreeNode:
    """A box of a tree: what it says, what led to it, and what follows; its kind is a sign and a colour."""

    label: Words
    kind: Kind
    edge: Words = ""  # on the way to it
    then: tuple[TreeNode, ...] = ()


@final
@dataclass(frozen=True, slots=True)
class TreeFigure:
    """What follows from what, from left to right; ``kinds`` is the key: a kind and its words."""

    root: TreeNode
    heads: tuple[Words, ...]  # one above each column
    kinds: tuple[tuple[Kind, Words], ...]

    @property
    def is_illustrative(self) -> bool:
        """A tree shows what would follow; nothing in it was observed or invented."""
        return False

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to draw."""
        return False


@final
@dataclass(frozen=True, slots=True)
class Panel:
    """One small panel of bars: a value per row and series (None: missing); a marked row carries a sign."""

    title: Words
    values: tuple[tuple[float | None, ...], ...]  # [row][series]
    marked: int | None = None  # place of the row to be marked, from 0


@final
@dataclass(frozen=True, slots=True)
class PanelFigure:
    """Small multiples: the same rows and series in every panel, on one scale."""

    rows: tuple[Words, ...]
    series: tuple[Words, ...]
    panels: tuple[Panel, ...]
    axis_label: Words
    as_share: bool = True
    mark: Words = ""  # what a marked row means

    @property
    def is_illustrative(self) -> bool:
        """Nothing in it was observed or invented."""
        return False

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to draw."""
        return not self.panels or not self.rows or not self.series


@final
@dataclass(frozen=True, slots=True)
class ScatterDot:
    """One thing compared; a named one is labelled, a hollow one does not meet the conditions."""

    x: float
    y: float
    name: Words = ""
    hollow: bool = False


@final
@dataclass(frozen=True, slots=True)
class ScatterFigure:
    """One dot per thing compared, on two scales of shares."""

    dots: tuple[ScatterDot, ...]
    x_label: Words
    y_label: Words
    x_limit: ReferenceLine | None = None

    @property
    def is_illustrative(self) -> bool:
        """Nothing in it was observed or invented."""
        return False

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to draw."""
        return not self.dots


FigureSpec = IntervalFigure | TimelineFigure | BarFigure | TreeFigure | PanelFigure | ScatterFigure
