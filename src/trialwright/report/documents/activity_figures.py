"""Figures of disease activity: courses by dose level, participant by visit, change of each participant."""

from __future__ import annotations

from collections.abc import Sequence

from trialwright.analysis.activity import Activity, Measured, When
from trialwright.protocol import Study
from trialwright.report.documents.findings import Findings
from trialwright.report.model import Figure, Words, fill
from trialwright.report.specifications import (
    CourseFigure,
    CoursePanel,
    CoursePoint,
    CourseSeries,
    HeatCell,
    HeatmapFigure,
    HeatRow,
    WaterfallBar,
    WaterfallFigure,
)
from trialwright.vocabulary.words import Text

OF_INFUSION = Text(en="{visit}, infusion {number}", fr="{visit}, perfusion {number}")
BASELINE = Text(en="Baseline", fr="État initial")
BESIDE_THE_PLAN = {
    "Baseline": BASELINE,
    "Screening": Text(en="Screening", fr="Sélection"),
    "Unscheduled": Text(en="Unscheduled", fr="Hors calendrier"),
}
PANEL = Text(en="{dose}, n = {n}", fr="{dose}, n = {n}")


def visit_words(findings: Findings, when: When, *, all_visits: Sequence[When] = ()) -> Words:
    """A visit in words; with the infusion where it is held after several."""
    return visit_of(findings.case.study, when, all_visits=all_visits)


def visit_of(study: Study, when: When, *, all_visits: Sequence[When] = ()) -> Words:
    """The same, where there is a study and nothing else."""
    if when.is_baseline:
        return BASELINE
    name = BESIDE_THE_PLAN.get(when.name) or study.visit_name(when.name)
    several = sum(other.name == when.name for other in all_visits) > 1 or when.infusion > 1
    return fill(OF_INFUSION, visit=name, number=when.infusion) if several else name


def _levels(one: Activity) -> list[int]:
    return sorted({course[0].dose_level for course in one.people})


def course_figure(findings: Findings, one: Activity) -> Figure:
    """One line per participant, one panel per dose level."""
    panels = tuple(_panel(findings, one, level=level) for level in _levels(one))
    title = Text(en="{title}: course of each participant", fr="{title} : évolution de chaque personne")
    alt = Text(
        en="{title} of each participant over the days since the first infusion, one panel for each dose level; the "
        "values are in the table above and by participant in the next figure.",
        fr="{title}, chaque personne, selon les jours depuis la première perfusion, un cadre par palier de dose ; les "
        "valeurs sont dans le tableau précédent et, par personne, dans la figure suivante.",
    )
    return Figure(
        name=f"courses-{one.instrument.name}",
        title=fill(title, title=one.instrument.title),
        alt=fill(alt, title=one.instrument.title),
        spec=CourseFigure(
            panels=panels,
            x_label=Text(en="days since the first infusion", fr="jours depuis la première perfusion"),
            same_scale=True,
        ),
        notes=(Text(en="A missing value breaks the line.", fr="Une valeur manquante interrompt la ligne."),),
    )


def _panel(findings: Findings, one: Activity, *, level: int) -> CoursePanel:
    mine = [course for course in one.people if course[0].dose_level == level]
    series = tuple(
        CourseSeries(tuple(_point(each) for each in _dated(course)), course[0].usubjid, weight="thin")
        for course in mine
    )
    return CoursePanel(fill(PANEL, dose=findings.dose(level), n=len(mine)), series)


def _dated(course: tuple[Measured, ...]) -> list[Measured]:
    """What has a day, in the order of the days; a visit that is missing altogether stands nowhere on the axis."""
    return sorted((each for each in course if each.day is not None), key=lambda each: each.day or 0)


def _point(each: Measured) -> CoursePoint:
    return CoursePoint(float(each.day or 0), each.value, each.when.is_baseline, each.illustrative)


def heat_figure(findings: Findings, one: Activity) -> Figure:
    """Participant by visit, the value in every cell."""
    title = Text(en="{title}: participant by visit", fr="{title} : personne par visite")
    alt = Text(
        en="{title}: one row per participant, one column per visit, the value in each cell; darker is higher.",
        fr="{title} : une ligne par personne, une colonne par visite, la valeur dans chaque case ; plus foncé, plus "
        "élevé.",
    )
    ordered = sorted(one.people, key=lambda course: course[0].dose_level)
    several = len(_levels(one)) > 1
    return Figure(
        name=f"heat-{one.instrument.name}",
        title=fill(title, title=one.instrument.title),
        alt=fill(alt, title=one.instrument.title),
        spec=HeatmapFigure(
            columns=tuple(visit_words(findings, when, all_visits=one.visits) for when in one.visits),
            rows=tuple(
                HeatRow(
                    course[0].usubjid,
                    tuple(_heat(each) for each in course),
                    findings.dose(course[0].dose_level) if several else "",
                )
                for course in ordered
            ),
            scale_label=one.instrument.title,
            decimals=_decimals([each.value for course in one.people for each in course]),
        ),
        notes=(
            Text(
                en="An empty place: the visit was not due at the data cut, or the follow-up had ended.",
                fr="Une place vide : visite non échue à la date d'extraction, ou suivi terminé.",
            ),
        ),
    )


def _decimals(values: list[float | None]) -> int:
    return 0 if all(value is None or value == int(value) for value in values) else 2


def _heat(each: Measured) -> HeatCell:
    words: Words = ""
    if each.score is not None and each.score.level is not None:
        words = each.score.level
    return HeatCell(each.value, words, each.standing != "not expected", each.illustrative)


def judged_visit(findings: Findings, one: Activity) -> When | None:
    """The visit of the first endpoint where a change is known there; else the one with most changes, the latest."""
    known = {row.when: len(row.changes) for row in one.rows if row.dose_level is None and row.changes}
    for endpoint in findings.case.study.endpoints:
        for when in known:
            if endpoint.kind == "response" and when.name == endpoint.visit:
                return when
    ordered = [when for when in one.visits if when in known]
    return max(ordered, key=lambda when: (known[when], ordered.index(when)), default=None)


def waterfall_figure(findings: Findings, one: Activity) -> Figure | None:
    """The change of each participant at one visit; None where no change is known."""
    when = judged_visit(findings, one)
    if when is None:
        return None
    place, levels = one.visits.index(when), _levels(one)
    visit = visit_words(findings, when, all_visits=one.visits)
    answered = next((each for each in findings.endpoint_courses if each.endpoint.kind == "response"), None)
    met = {each.usubjid: each.at(when) for each in answered.people} if answered else {}
    bars = tuple(
        WaterfallBar(
            label=course[0].usubjid,
            value=_difference(course, place),
            group=levels.index(course[0].dose_level),
            is_marked=(found := met.get(course[0].usubjid)) is not None and found.met is True,
            illustrative=course[place].illustrative or course[0].illustrative,
        )
        for course in one.people
    )
    title = Text(en="{title}: change from baseline, {visit}", fr="{title} : variation depuis l'état initial, {visit}")
    alt = Text(
        en="One bar per participant, sorted: change of {title} from baseline to {visit}.",
        fr="Une barre par personne, triées : {title}, variation de l'état initial à {visit}.",
    )
    mark = Text(en="met: {title}, {visit}", fr="rempli : {title}, {visit}")
    return Figure(
        name=f"waterfall-{one.instrument.name}",
        title=fill(title, title=one.instrument.title, visit=visit),
        alt=fill(alt, title=one.instrument.title, visit=visit),
        spec=WaterfallFigure(
            bars=bars,
            axis_label=fill(Text(en="{title}: change", fr="{title} : variation"), title=one.instrument.title),
            groups=tuple(findings.dose(level) for level in levels) if len(levels) > 1 else (),
            mark=fill(mark, title=answered.endpoint.title, visit=visit) if answered else "",
            decimals=_decimals([bar.value for bar in bars]),
        ),
    )


def _difference(course: tuple[Measured, ...], place: int) -> float | None:
    before, after = course[0].value, course[place].value
    return None if before is None or after is None else after - before
