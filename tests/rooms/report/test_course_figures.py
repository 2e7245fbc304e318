"""Courses, butterflies, multiples of a limit: any values and words are drawn, a gap stands where a value is missing."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings, strategies as st

from trialwright.report import (
    ButterflyFigure,
    ButterflyRow,
    CourseBand,
    CourseFigure,
    CoursePanel,
    CoursePoint,
    CourseSeries,
    ReferenceLine,
    ScatterDot,
    ScatterFigure,
)
from trialwright.report.figures import courses, draw_svg

WORDS = st.text(max_size=20)
VALUES = st.none() | st.floats(allow_nan=True, allow_infinity=True)
POINTS = st.builds(CoursePoint, st.floats(-1e6, 1e6), VALUES, st.booleans(), st.booleans())
SERIES = st.builds(
    CourseSeries,
    st.lists(POINTS, max_size=4).map(tuple),
    WORDS,
    st.none() | st.integers(0, 9),
    st.sampled_from(["thin", "normal", "bold"]),
)
PANELS = st.lists(st.builds(CoursePanel, WORDS, st.lists(SERIES, max_size=3).map(tuple)), min_size=1, max_size=5)


@settings(max_examples=20)
@given(PANELS.map(tuple), WORDS, st.booleans())
def test_any_courses_are_drawn(panels: tuple[CoursePanel, ...], words: str, same_scale: bool) -> None:
    ticks = ((0.0, words), (7.0, "W1"))
    bands = (CourseBand(None, 3.0, words), CourseBand(1.0, None))
    compared = (CoursePanel(words, (), bands, (ReferenceLine(2.0, words),)), *panels)
    spec = CourseFigure(
        compared, words, ("a", words), ticks if same_scale else (), (ReferenceLine(0, words),), same_scale=same_scale
    )
    assert "<svg" in draw_svg(spec, title="t", alt="a", language="fr")


def test_a_line_is_broken_where_a_value_is_missing() -> None:
    def lines(*values: float | None) -> int:
        series = CourseSeries(tuple(CoursePoint(x, y) for x, y in enumerate(values)), group=0)
        sheet = draw_svg(CourseFigure((CoursePanel("ALT", (series,)),), "day"), title="t", alt="a", language="en")
        return sheet.count("stroke-width: 1.3")

    assert (lines(1.0, 2.0, 3.0), lines(1.0, None, 3.0), lines(1.0, None, 3.0, 4.0)) == (2, 0, 1)


def test_figures_without_values_are_empty_and_what_was_invented_is_known() -> None:
    missing = CourseFigure((CoursePanel("ALT", (CourseSeries((CoursePoint(0, None),)),)),), "day")
    invented = CourseFigure((CoursePanel("ALT", (CourseSeries((CoursePoint(0, 1.0, illustrative=True),)),)),), "day")
    assert missing.is_empty
    assert not missing.is_illustrative
    assert invented.is_illustrative
    assert not invented.is_empty


@given(st.lists(st.floats(0, 100), max_size=12).map(sorted))
def test_names_at_the_ends_of_lines_stand_apart_and_on_the_panel(heights: list[float]) -> None:
    placed = courses.apart(heights, step=5.0, low=0.0, high=100.0)
    assert len(placed) == len(heights)
    assert all(below - above >= 5.0 - 1e-9 for above, below in pairwise(placed))
    assert all(-1e-9 <= one <= 100.0 + 1e-9 for one in placed)


COUNTS = st.integers(0, 40).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of)))


@settings(max_examples=15)
@given(st.lists(st.builds(ButterflyRow, WORDS, COUNTS, COUNTS, st.booleans()), min_size=1, max_size=6), WORDS)
def test_any_butterfly_is_drawn(rows: list[ButterflyRow], words: str) -> None:
    spec = ButterflyFigure(tuple(rows), words, words, words)
    assert "<svg" in draw_svg(spec, title="t", alt="a", language="fr")
    assert spec.is_empty == (not any(row.left[0] or row.right[0] for row in rows))


@settings(max_examples=15)
@given(st.lists(st.builds(ScatterDot, st.floats(0, 1e6), st.floats(0, 1e6), WORDS, st.booleans()), max_size=6), WORDS)
def test_multiples_of_a_limit_stand_on_powers_of_ten(dots: list[ScatterDot], words: str) -> None:
    line = ReferenceLine(3.0, words)
    spec = ScatterFigure(tuple(dots), words, words, line, line, corner=words, scale="multiple")
    assert "<svg" in draw_svg(spec, title="t", alt="a", language="en")
    assert spec.is_empty == (not dots)
