"""Drawings: one file per kind of figure, each a function from a specification to a picture on a `Board`.

To add a kind: a file in `specifications/` with a frozen class that has `is_empty` (named in `FigureSpec`), a file here
with one `draw` function (named in `_draw`). A drawing gets words already in one language, computes nothing but places
on paper, and prints text only through the board. Imports matplotlib only inside `board.py`, when drawing.
"""

from __future__ import annotations

from typing import assert_never

from trialwright.report.figures import (
    bars,
    butterfly,
    courses,
    curves,
    flow,
    heatmap,
    intervals,
    panels,
    scatter,
    timelines,
    trees,
    waterfall,
)
from trialwright.report.figures.board import Board
from trialwright.report.specifications import (
    BarFigure,
    ButterflyFigure,
    CourseFigure,
    CurveFigure,
    FigureSpec,
    FlowFigure,
    HeatmapFigure,
    IntervalFigure,
    PanelFigure,
    ScatterFigure,
    TimelineFigure,
    TreeFigure,
    WaterfallFigure,
)
from trialwright.vocabulary.words import Language


def draw_svg(spec: FigureSpec, *, title: str, alt: str, language: Language) -> str:
    """A figure as one SVG file: text as outlines, light background, title and description for screen readers."""
    return sheet_of(spec, language).svg(title=title, alt=alt)


def sheet_of(spec: FigureSpec, language: Language) -> Board:
    """A figure on its sheet, ready to become an SVG or a PNG."""
    return _draw(spec, language)


def _draw(spec: FigureSpec, language: Language) -> Board:
    match spec:
        case IntervalFigure():
            return intervals.draw(spec, language)
        case TimelineFigure():
            return timelines.draw(spec, language)
        case BarFigure():
            return bars.draw(spec, language)
        case TreeFigure():
            return trees.draw(spec, language)
        case PanelFigure():
            return panels.draw(spec, language)
        case ScatterFigure():
            return scatter.draw(spec, language)
        case CurveFigure():
            return curves.draw(spec, language)
        case WaterfallFigure():
            return waterfall.draw(spec, language)
        case HeatmapFigure():
            return heatmap.draw(spec, language)
        case CourseFigure():
            return courses.draw(spec, language)
        case ButterflyFigure():
            return butterfly.draw(spec, language)
        case FlowFigure():
            return flow.draw(spec, language)
        case _:
            assert_never(spec)
