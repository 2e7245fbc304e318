"""Courses over days or visits: lines in small panels, one panel per analyte, instrument or dose level."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, final

from trialwright.report.specifications.words import ReferenceLine, Words


@final
@dataclass(frozen=True, slots=True)
class CoursePoint:
    """A value on a day (or at the place of a visit); None: missing, and the line is broken there."""

    x: float
    y: float | None
    baseline: bool = False  # drawn as a ring: the value that changes are counted from
    illustrative: bool = False


@final
@dataclass(frozen=True, slots=True)
class CourseSeries:
    """One line: a participant, or a median. Its group is a place in the key, and gives colour and marker."""

    points: tuple[CoursePoint, ...]  # by x
    label: Words = ""  # written at its end
    group: int | None = None  # None: grey, outside the key
    weight: Literal["thin", "normal", "bold"] = "normal"


@final
@dataclass(frozen=True, slots=True)
class CourseBand:
    """A range across a panel, such as what the laboratory calls normal; an end that is None is open."""

    low: float | None
    high: float | None
    label: Words = ""


@final
@dataclass(frozen=True, slots=True)
class CoursePanel:
    """One panel: what it shows (with unit and n), its lines, and what to compare them with."""

    title: Words
    series: tuple[CourseSeries, ...]
    bands: tuple[CourseBand, ...] = ()
    references: tuple[ReferenceLine, ...] = ()

    @property
    def has_values(self) -> bool:
        """Whether any value is known."""
        return any(point.y is not None for one in self.series for point in one.points)


@final
@dataclass(frozen=True, slots=True)
class CourseFigure:
    """Small multiples of lines. Panels share the axis below; that at the left only where ``same_scale``."""

    panels: tuple[CoursePanel, ...]
    x_label: Words
    key: tuple[Words, ...] = ()  # what each group is
    x_ticks: tuple[tuple[float, Words], ...] = ()  # such as visits; nothing: round numbers
    marks: tuple[ReferenceLine, ...] = ()  # days that concern every panel, such as an infusion
    same_scale: bool = False
    start: float | None = None  # lower end of the axis at the left; None: from the data
    across: int | None = None  # panels side by side; None: as many as their number suggests
    as_share: bool = False  # values are proportions

    @property
    def is_illustrative(self) -> bool:
        """Whether any of what is drawn was reconstructed or invented."""
        return any(point.illustrative for panel in self.panels for one in panel.series for point in one.points)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to draw."""
        return not any(panel.has_values for panel in self.panels)
