"""The calendar of a simulated trial: when looks and the end come, who is in by then, what early stopping saves."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from trialwright.numerics.arrays import Floats, Ints
from trialwright.planning.accrual import DAYS_A_MONTH
from trialwright.planning.rct_calendar import RctCalendar
from trialwright.planning.rct_simulation import RctPlan
from trialwright.report.documents import rct_calendar_words as words
from trialwright.report.model import (
    Block,
    Callout,
    Column,
    Estimate,
    Figure,
    Paragraph,
    Section,
    Table,
    Value,
    Words,
    fill,
    row,
)
from trialwright.report.specifications import Curve, CurveFigure, ReferenceLine
from trialwright.vocabulary.disease_course import NORMAL_95

BAND = (0.05, 0.5, 0.95)
POINTS = 80  # of the curve
MOSTLY = 0.5


def calendar_section(plan: RctPlan, calendar: RctCalendar | None) -> tuple[Section, ...]:
    """One section, or none where the plan does not say how people come."""
    return () if calendar is None else (Section("calendar", words.SECTION, tuple(_blocks(plan, calendar))),)


def _blocks(plan: RctPlan, calendar: RctCalendar) -> Iterator[Block]:
    yield Paragraph(words.COUNTED)
    for place, people in enumerate(plan.people_at_looks[:-1]):
        all_in = float((calendar.randomised[:, place] == plan.participants).mean())
        if all_in >= MOSTLY:
            yield Callout("warning", fill(words.TOO_LATE, look=place + 1, people=people, share=all_in))
    yield Paragraph(words.SPREAD)
    yield milestones(plan, calendar)
    if len(plan.people_at_looks) > 1:
        early = float((calendar.stops < len(plan.people_at_looks) - 1).mean())
        yield Paragraph(fill(words.EARLY, share=early))
        yield _stopping(plan, calendar)
    yield accrual_figure(plan, calendar)


def spread(values: Floats | Ints, *, decimals: int = 0) -> Estimate:
    """Median and 5 to 95 % of the trials."""
    low, middle, high = (float(each) for each in np.quantile(values, BAND))
    return Estimate(middle, low, high, decimals=decimals)


def mean(values: Floats, *, decimals: int) -> Estimate:
    """A mean with its Monte Carlo limits, 95 %."""
    centre = float(values.mean())
    reach = NORMAL_95 * float(values.std(ddof=1)) / len(values) ** 0.5 if len(values) > 1 else float("nan")
    return Estimate(centre, centre - reach, centre + reach, decimals=decimals)


def milestones(plan: RctPlan, calendar: RctCalendar) -> Table:
    """Every milestone with its month, and who is in by its decision."""

    def months(days: Floats) -> Estimate:
        return spread(days / DAYS_A_MONTH, decimals=1)

    last = len(plan.people_at_looks) - 1
    rows = []
    for place, people in enumerate(plan.people_at_looks):
        label = fill(
            words.FINAL if place == last else words.LOOK, look=place + 1, people=people, week=plan.primary.week
        )
        over: Value = None if place == last else spread(calendar.randomised[:, place] - people)
        rows.append(
            row(
                label, months(calendar.reached[:, place]), months(calendar.decided[:, place]),
                spread(calendar.randomised[:, place]), spread(calendar.infused[:, place]), over,
            )
        )  # fmt: skip
    rows.insert(last, row(words.LAST_RANDOMISED, months(calendar.last_randomised), None, None, None, None))
    rows.append(row(words.LAST_VISIT, months(calendar.last_visit[:, -1]), None, None, None, None))
    keys = ("milestone", "month", "decision", "randomised", "infused", "overrun")
    columns = tuple(Column(key, words.COLUMNS[key], align="left" if key == "milestone" else "right") for key in keys)
    return Table("calendar", words.MILESTONES, columns, tuple(rows), (words.OVERRUN,))


def _stopping(plan: RctPlan, calendar: RctCalendar) -> Table:
    """What early stopping saves: duration and people, with it and without."""
    month, visit = calendar.decided / DAYS_A_MONTH, calendar.last_visit / DAYS_A_MONTH
    shown = (
        (words.COLUMNS["decision"], month, 1),
        (words.LAST_VISIT_MONTH, visit, 1),
        (words.COLUMNS["randomised"], calendar.randomised, 0),
        (words.COLUMNS["infused"], calendar.infused, 0),
    )
    rows = tuple(
        row(
            label, mean(calendar.at_the_end(what), decimals=decimals),
            mean(what[:, -1].astype(np.float64), decimals=decimals),
        )
        for label, what, decimals in shown
    )  # fmt: skip
    columns = (
        Column("what", words.EXPECTED),
        Column("with", words.WITH_STOPPING, align="right"),
        Column("without", words.WITHOUT_STOPPING, align="right"),
    )
    return Table("stopping", words.EXPECTED_TITLE, columns, rows, (words.FOLLOWED,))


def accrual_figure(plan: RctPlan, calendar: RctCalendar) -> Figure:
    """People randomised by month, median with its band over trials, were no look to stop it; looks marked."""
    months = calendar.came / DAYS_A_MONTH
    early, middle, late = np.quantile(months, BAND, axis=0)
    people, end = calendar.people_at.astype(np.float64), float(late[-1])
    grid = np.linspace(0.0, end, POINTS)
    lower, centre, upper = (np.interp(grid, days, people, left=0.0) for days in (late, middle, early))
    band = tuple(zip(grid.tolist(), lower.tolist(), upper.tolist(), strict=True))
    points = tuple(zip(grid.tolist(), centre.tolist(), strict=True))
    marks = tuple(
        ReferenceLine(float(np.median(calendar.decided[:, place])) / DAYS_A_MONTH, _mark(plan, place))
        for place in range(len(plan.people_at_looks))
    )
    spec = CurveFigure(
        (Curve(words.RANDOMISED, points, band=band),), words.MONTH, words.PEOPLE_AXIS,
        y_end=float(plan.participants), x_references=marks, band_label=words.BAND,
    )  # fmt: skip
    return Figure("accrual", words.CURVE, words.CURVE_ALT, spec, (words.CURVE_NOTE,))


def _mark(plan: RctPlan, place: int) -> Words:
    is_last = place == len(plan.people_at_looks) - 1
    return words.FINAL_MARK if is_last else fill(words.LOOK_MARK, look=place + 1)
