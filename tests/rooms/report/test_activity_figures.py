"""Curves, waterfalls and heat maps: any numbers and words make a figure, and what is missing is seen to be missing."""

from __future__ import annotations

import math
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings, strategies as st

from trialwright.report import (
    Curve,
    CurveFigure,
    HeatCell,
    HeatmapFigure,
    HeatRow,
    ReferenceLine,
    WaterfallBar,
    WaterfallFigure,
)
from trialwright.report.figures import curves, draw_svg, heatmap
from trialwright.report.figures.board import INK
from trialwright.report.specifications import FigureSpec

WORDS = st.text(max_size=30)
VALUES = st.none() | st.floats(-1e6, 1e6) | st.just(math.nan)
POINTS = st.lists(st.tuples(st.floats(0, 400), VALUES), min_size=1, max_size=6).map(
    lambda points: tuple(sorted_by_x(points))
)


def sorted_by_x(points: list[tuple[float, float | None]]) -> list[tuple[float, float | None]]:
    return sorted(points, key=lambda point: point[0])


def drawn(spec: FigureSpec) -> ElementTree.Element:
    return ElementTree.fromstring(draw_svg(spec, title="t", alt="a", language="fr"))


@settings(max_examples=15)
@given(st.lists(POINTS, min_size=1, max_size=3), WORDS, st.sampled_from(["line", "step"]), st.booleans())
def test_any_curves_are_drawn(series: list, words: str, kind: str, share: bool) -> None:
    made = tuple(Curve(words, points, kind, ((0, 0.1, 0.9), (9, 0.2, 0.8)), (5.0,), (3, 2)) for points in series)  # type: ignore[arg-type]
    line = (ReferenceLine(0.5, words),)
    spec = CurveFigure(made, words, words, as_share=share, x_ticks=(0, 100), x_references=line, y_references=line)
    drawn(spec)


@settings(max_examples=15)
@given(st.lists(st.tuples(WORDS, VALUES, st.booleans()), min_size=1, max_size=9))
def test_any_waterfall_is_drawn(bars: list) -> None:
    made = tuple(WaterfallBar(words, value, 1, marked) for words, value, marked in bars)
    drawn(WaterfallFigure(made, "x", ("a", "b"), "responder", (ReferenceLine(-4, "limit"),)))


@settings(max_examples=15)
@given(st.lists(st.tuples(VALUES, VALUES, WORDS), min_size=1, max_size=5), WORDS)
def test_any_heatmap_is_drawn(rows: list, words: str) -> None:
    made = tuple(
        HeatRow(said, (HeatCell(one), HeatCell(other, said, is_due=False)), words) for one, other, said in rows
    )
    drawn(HeatmapFigure((words, "b"), made, words))


def test_what_is_missing_breaks_a_line_and_is_never_bridged() -> None:
    assert curves._pieces(((0, 1.0), (1, None), (2, math.nan), (3, 0.5), (4, 0.4))) == [
        [(0, 1.0)],
        [(3, 0.5), (4, 0.4)],
    ]


def test_a_step_holds_its_value_until_the_next_point() -> None:
    assert curves._path([(0, 1.0), (5, 0.5)], "step") == [(0, 1.0), (5, 1.0), (5, 0.5)]
    step = Curve("", ((0, 1.0), (5, 0.5), (9, 0.5)), "step")
    assert [curves._height(step, x) for x in (-1, 0, 4.9, 5, 20)] == [None, 1.0, 1.0, 0.5, 0.5]
    line = Curve("", ((0, 1.0), (5, 0.5)))
    assert curves._height(line, 2) == pytest.approx(0.8)


def test_names_at_the_ends_never_touch() -> None:
    heights = curves._apart([50.0, 51.0, 52.0, 240.0, 241.0], [12.0] * 5, limit=curves.TOP + curves.HEIGHT)
    assert all(high - low >= 12.0 - 1e-9 for low, high in pairwise(heights))
    assert heights[-1] <= curves.TOP + curves.HEIGHT


def test_numbers_at_risk_belong_to_a_tick_each() -> None:
    with pytest.raises(ValueError, match="one number at risk per x tick"):
        CurveFigure((Curve("", ((0, 1),), at_risk=(3, 2)),), "", "", x_ticks=(0,))
    with pytest.raises(ValueError, match="one name per x tick"):
        CurveFigure((Curve("", ((0, 1),)),), "", "", x_ticks=(0,), x_names=("a", "b"))
    with pytest.raises(ValueError, match="one cell per column"):
        HeatmapFigure(("a", "b"), (HeatRow("r", (HeatCell(1.0),)),), "")


def luminance(color: tuple[float, ...]) -> float:
    linear = [one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in color]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_every_cell_can_be_read_and_a_higher_value_is_darker() -> None:
    ink = luminance(tuple(int(INK[place : place + 2], 16) / 255 for place in (1, 3, 5)))
    shares = [place / 100 for place in range(101)]
    lights = [luminance(heatmap._shade(share)) for share in shares]
    letters = [1.0 if share >= heatmap.DARK else ink for share in shares]
    contrasts = [
        (max(one, other) + 0.05) / (min(one, other) + 0.05) for one, other in zip(lights, letters, strict=True)
    ]
    assert min(contrasts) >= 4.0
    assert all(after < before for before, after in pairwise(lights))


@pytest.mark.parametrize(
    "spec",
    [
        CurveFigure((Curve("a", ((0, None), (1, math.nan))),), "", ""),
        WaterfallFigure((WaterfallBar("a", None), WaterfallBar("b", math.nan)), ""),
        HeatmapFigure(("a",), (HeatRow("r", (HeatCell(math.nan),)),), ""),
    ],
)
def test_nothing_to_draw_is_known(spec: FigureSpec) -> None:
    assert spec.is_empty
    assert not spec.is_illustrative
