"""Points and spans over days, one lane per person or topic."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

from trialwright.report.specifications.words import Marker, Tone, Words


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
