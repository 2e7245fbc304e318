"""The course of every laboratory value and vital sign, person by person, in panels."""

from __future__ import annotations

from trialwright.analysis.measurements import Measurement
from trialwright.report.documents.findings import Findings
from trialwright.report.model import Figure, Filled, Joined, fill
from trialwright.report.specifications import (
    CourseBand,
    CourseFigure,
    CoursePanel,
    CoursePoint,
    CourseSeries,
    ReferenceLine,
)
from trialwright.vocabulary.words import Text

PANELS = 9  # in one figure, so that it stays on a page
NAMED = 6  # lines in a panel that can still carry a name each
TEST = Text(en="{name} ({unit})", fr="{name} ({unit})")
PANEL = Text(en="{name}, n\u00a0=\u00a0{n}", fr="{name}, n\u00a0=\u00a0{n}")
NORMAL = Text(en="normal range of the laboratory", fr="valeurs de référence du laboratoire")
GRADE = Text(en="grade {grade}", fr="grade {grade}")
DAYS = Text(en="Days from the first infusion", fr="Jours depuis la première perfusion")
INFUSION = Text(en="infusion", fr="perfusion")
TITLE = Text(en="Courses of laboratory values and vital signs", fr="Évolution de la biologie et des signes vitaux")
SEVERAL = Text(
    en="Courses of laboratory values and vital signs ({part} of {parts})",
    fr="Évolution de la biologie et des signes vitaux ({part} sur {parts})",
)
NOTES = (
    Text(
        en="One line per participant, coloured by dose level as given; a hollow sign is the baseline; every scale is "
        "its own.",
        fr="Une ligne par personne, colorée selon le palier reçu ; un signe vide marque la valeur initiale ; chaque "
        "échelle est propre au panneau.",
    ),
    Text(
        en="Broken lines: limits beyond which CTCAE 5.0 suggests the grade, where they lie near the values; limits in "
        "multiples of the upper limit hold for a normal baseline.",
        fr="Traits discontinus : limites au-delà desquelles la CTCAE 5.0 suggère le grade, si elles sont proches des "
        "valeurs ; celles en multiples de la limite supérieure supposent une valeur initiale non élevée.",
    ),
)
ALT = Text(
    en="{name}: {n} participants, {low:plain} to {high:plain}.",
    fr="{name} : {n} personnes, de {low:plain} à {high:plain}.",
)


def named(one: Measurement) -> Text | Filled:
    """A test with its unit."""
    return fill(TEST, name=one.name, unit=one.unit) if one.unit else one.name


def course_figures(findings: Findings) -> tuple[Figure, ...]:
    """Panels of all tests that have values, nine to a figure."""
    tests = [one for one in findings.measurements if one.values]
    parts = [tests[start : start + PANELS] for start in range(0, len(tests), PANELS)]
    return tuple(_figure(findings, some, part=place, parts=len(parts)) for place, some in enumerate(parts, start=1))


def _figure(findings: Findings, tests: list[Measurement], *, part: int, parts: int) -> Figure:
    levels = [level.level for level in findings.case.study.dose_levels]
    return Figure(
        name=f"laboratory-courses-{part}" if parts > 1 else "laboratory-courses",
        title=TITLE if parts == 1 else fill(SEVERAL, part=part, parts=parts),
        alt=Joined(tuple(_said(one) for one in tests), " "),
        spec=CourseFigure(
            panels=tuple(_panel(findings, one) for one in tests),
            x_label=DAYS,
            key=tuple(findings.dose(level) for level in levels),
            marks=_infusions(findings),
        ),
        notes=NOTES,
    )


def _said(one: Measurement) -> Filled:
    values = [value.value for value in one.values]
    return fill(ALT, name=named(one), n=one.people, low=min(values), high=max(values))


def _infusions(findings: Findings) -> tuple[ReferenceLine, ...]:
    """Infusions, where everybody had each on the same day; the first is day 0 for all."""
    days: dict[int, set[int]] = {}
    for person in findings.case.infused:
        for known in person.infusions:
            day = (known.event.on - person.infusions[0].event.on).days
            days.setdefault(known.event.infusion_number, set()).add(day)
    shared = {number: seen.pop() for number, seen in days.items() if len(seen) == 1}
    label = INFUSION if len(days) == 1 else None
    return tuple(ReferenceLine(day, label or fill(NUMBERED, number=number)) for number, day in sorted(shared.items()))


NUMBERED = Text(en="inf. {number}", fr="perf. {number}")


def _panel(findings: Findings, one: Measurement) -> CoursePanel:
    people = [person.usubjid for person in findings.case.infused]
    lines = [[value for value in one.values if value.usubjid == who] for who in people]
    shown = [line for line in lines if line]
    known = findings.case.state.participants
    series = tuple(
        CourseSeries(
            points=tuple(
                CoursePoint(
                    value.day,
                    value.value,
                    baseline=value == one.baseline.get(value.usubjid),
                    illustrative=known[value.usubjid].enrolled.illustrative("usubjid"),
                )
                for value in line
            ),
            label=line[0].usubjid if len(shown) <= NAMED else "",
            group=findings.case.level_of(line[0].usubjid) - 1,
        )
        for line in shown
    )
    bands = () if one.normal is None else (CourseBand(*one.normal, NORMAL),)
    limits = tuple(ReferenceLine(at, fill(GRADE, grade=grade)) for grade, at in one.grades)
    return CoursePanel(fill(PANEL, name=named(one), n=one.people), series, bands, limits)
