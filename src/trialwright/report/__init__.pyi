# What the report room offers, by file; read by `lazy_loader` when the package is loaded.

from .csv_tables import (
    table_csv as table_csv,
)
from .docx import (
    render_docx as render_docx,
)
from .html import (
    render_html as render_html,
)
from .model import (
    Block as Block,
    Bullets as Bullets,
    Callout as Callout,
    Cell as Cell,
    Column as Column,
    Count as Count,
    Document as Document,
    Estimate as Estimate,
    Fact as Fact,
    Figure as Figure,
    Filled as Filled,
    KeyFacts as KeyFacts,
    Number as Number,
    Paragraph as Paragraph,
    Provenance as Provenance,
    Sayable as Sayable,
    Section as Section,
    Share as Share,
    Table as Table,
    Value as Value,
    Words as Words,
    fill as fill,
    row as row,
)
from .pdf import (
    render_pdf as render_pdf,
)
from .specifications import (
    BarFigure as BarFigure,
    BarRow as BarRow,
    ButterflyFigure as ButterflyFigure,
    ButterflyRow as ButterflyRow,
    CourseBand as CourseBand,
    CourseFigure as CourseFigure,
    CoursePanel as CoursePanel,
    CoursePoint as CoursePoint,
    CourseSeries as CourseSeries,
    Curve as Curve,
    CurveFigure as CurveFigure,
    FigureSpec as FigureSpec,
    FlowBox as FlowBox,
    FlowBranch as FlowBranch,
    FlowFigure as FlowFigure,
    FlowStep as FlowStep,
    HeatCell as HeatCell,
    HeatmapFigure as HeatmapFigure,
    HeatRow as HeatRow,
    IntervalFigure as IntervalFigure,
    IntervalRow as IntervalRow,
    Lane as Lane,
    Panel as Panel,
    PanelFigure as PanelFigure,
    ReferenceLine as ReferenceLine,
    ScatterDot as ScatterDot,
    ScatterFigure as ScatterFigure,
    TimelineFigure as TimelineFigure,
    TimelineMark as TimelineMark,
    TimelinePoint as TimelinePoint,
    TimelineSpan as TimelineSpan,
    TreeFigure as TreeFigure,
    TreeNode as TreeNode,
    WaterfallBar as WaterfallBar,
    WaterfallFigure as WaterfallFigure,
)
from .write import (
    Written as Written,
    write_report as write_report,
)
