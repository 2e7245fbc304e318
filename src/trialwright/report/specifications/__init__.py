"""What a figure shows, as values; `figures/` knows how to draw each kind.

    FigureSpec
      x IntervalFigure   a point and an interval per category, perhaps with a reference line
      x TimelineFigure   points and spans over days, one lane per person or topic
      x BarFigure        horizontal bars, stacked or grouped, with their counts
      x TreeFigure       what follows from what, from left to right, a sign and words in every box
      x PanelFigure      the same bars for several groups, side by side in small panels
      x ScatterFigure    one dot per thing compared, some of them named
      x CurveFigure      lines or steps over a numeric axis, with bands, censoring ticks, numbers at risk
      x WaterfallFigure  one vertical bar per participant, sorted
      x HeatmapFigure    participant by visit, the value in every cell
      x CourseFigure     lines over days or visits, in small panels
      x ButterflyFigure  bars to both sides of a column of names
      x FlowFigure       how participants go through a trial, boxes from top to bottom, a column a group

One file per kind. Words are as in `model.py`: a `Text`, a `Reason`, or a `str`.
"""

from trialwright.report.specifications.bars import BarFigure, BarRow
from trialwright.report.specifications.butterfly import ButterflyFigure, ButterflyRow
from trialwright.report.specifications.courses import (
    CourseBand,
    CourseFigure,
    CoursePanel,
    CoursePoint,
    CourseSeries,
)
from trialwright.report.specifications.curves import Curve, CurveFigure
from trialwright.report.specifications.flow import FlowBox, FlowBranch, FlowFigure, FlowStep
from trialwright.report.specifications.heatmap import HeatCell, HeatmapFigure, HeatRow
from trialwright.report.specifications.intervals import IntervalFigure, IntervalRow
from trialwright.report.specifications.panels import Panel, PanelFigure
from trialwright.report.specifications.scatter import ScatterDot, ScatterFigure
from trialwright.report.specifications.timelines import Lane, TimelineFigure, TimelineMark, TimelinePoint, TimelineSpan
from trialwright.report.specifications.trees import Kind, TreeFigure, TreeNode
from trialwright.report.specifications.waterfall import WaterfallBar, WaterfallFigure
from trialwright.report.specifications.words import Marker, ReferenceLine, Tone, Words

FigureSpec = (
    IntervalFigure
    | TimelineFigure
    | BarFigure
    | TreeFigure
    | PanelFigure
    | ScatterFigure
    | CurveFigure
    | WaterfallFigure
    | HeatmapFigure
    | CourseFigure
    | ButterflyFigure
    | FlowFigure
)

__all__ = [
    "BarFigure",
    "BarRow",
    "ButterflyFigure",
    "ButterflyRow",
    "CourseBand",
    "CourseFigure",
    "CoursePanel",
    "CoursePoint",
    "CourseSeries",
    "Curve",
    "CurveFigure",
    "FigureSpec",
    "FlowBox",
    "FlowBranch",
    "FlowFigure",
    "FlowStep",
    "HeatCell",
    "HeatRow",
    "HeatmapFigure",
    "IntervalFigure",
    "IntervalRow",
    "Kind",
    "Lane",
    "Marker",
    "Panel",
    "PanelFigure",
    "ReferenceLine",
    "ScatterDot",
    "ScatterFigure",
    "TimelineFigure",
    "TimelineMark",
    "TimelinePoint",
    "TimelineSpan",
    "Tone",
    "TreeFigure",
    "TreeNode",
    "WaterfallBar",
    "WaterfallFigure",
    "Words",
]
