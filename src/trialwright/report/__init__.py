"""Reports: a document of words, tables and figures becomes HTML, PDF, Word, CSV, SVG and PNG files.

Lives here: the document model and its renderers, which compute nothing and know nothing about trials; whoever builds a
document brings every number, word and unit.

    model, specifications    what a report says (plain immutable values)
      → edition, cells       numbered, in one language, every cell in its final words
        → widths             how wide the columns of a printed table are
        → html, pdf, docx    one self-contained page | one tagged PDF | one Word file (`word`), from the same edition
        → csv_tables         each table with its raw values
        → figures/           each figure as SVG and PNG
          → write, manifest  the files of a report, replaced as a whole, with their digests

May import: vocabulary; later the results of analysis. Heavy libraries (matplotlib, jinja2, typst, docx) are imported
when something is rendered, never with this package. To add a document: build a `Document` (`documents/`, or anywhere);
the renderers stay as they are. To add a report word: `_("…")` and its French in `locale/fr.po`.
To add a format: one module with one function from a document and a language to bytes, called in `write`. To add a kind
of figure: `figures/__init__.py` says how. The same document gives the same bytes, always.
"""

from trialwright.report.csv_tables import table_csv
from trialwright.report.docx import render_docx
from trialwright.report.html import render_html
from trialwright.report.model import (
    Block,
    Bullets,
    Callout,
    Cell,
    Column,
    Count,
    Document,
    Estimate,
    Fact,
    Figure,
    Filled,
    KeyFacts,
    Number,
    Paragraph,
    Provenance,
    Sayable,
    Section,
    Share,
    Table,
    Value,
    Words,
    fill,
    row,
)
from trialwright.report.pdf import render_pdf
from trialwright.report.specifications import (
    BarFigure,
    BarRow,
    ButterflyFigure,
    ButterflyRow,
    CourseBand,
    CourseFigure,
    CoursePanel,
    CoursePoint,
    CourseSeries,
    Curve,
    CurveFigure,
    FigureSpec,
    FlowBox,
    FlowBranch,
    FlowFigure,
    FlowStep,
    HeatCell,
    HeatmapFigure,
    HeatRow,
    IntervalFigure,
    IntervalRow,
    Lane,
    Panel,
    PanelFigure,
    ReferenceLine,
    ScatterDot,
    ScatterFigure,
    TimelineFigure,
    TimelineMark,
    TimelinePoint,
    TimelineSpan,
    TreeFigure,
    TreeNode,
    WaterfallBar,
    WaterfallFigure,
)
from trialwright.report.write import Written, write_report

__all__ = [
    "BarFigure",
    "BarRow",
    "Block",
    "Bullets",
    "ButterflyFigure",
    "ButterflyRow",
    "Callout",
    "Cell",
    "Column",
    "Count",
    "CourseBand",
    "CourseFigure",
    "CoursePanel",
    "CoursePoint",
    "CourseSeries",
    "Curve",
    "CurveFigure",
    "Document",
    "Estimate",
    "Fact",
    "Figure",
    "FigureSpec",
    "Filled",
    "FlowBox",
    "FlowBranch",
    "FlowFigure",
    "FlowStep",
    "HeatCell",
    "HeatRow",
    "HeatmapFigure",
    "IntervalFigure",
    "IntervalRow",
    "KeyFacts",
    "Lane",
    "Number",
    "Panel",
    "PanelFigure",
    "Paragraph",
    "Provenance",
    "ReferenceLine",
    "Sayable",
    "ScatterDot",
    "ScatterFigure",
    "Section",
    "Share",
    "Table",
    "TimelineFigure",
    "TimelineMark",
    "TimelinePoint",
    "TimelineSpan",
    "TreeFigure",
    "TreeNode",
    "Value",
    "WaterfallBar",
    "WaterfallFigure",
    "Words",
    "Written",
    "fill",
    "render_docx",
    "render_html",
    "render_pdf",
    "row",
    "table_csv",
    "write_report",
]
