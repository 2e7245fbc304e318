"""Laboratory values and vital signs: summaries by visit, shifts of grade, courses, and the liver."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

from trialwright.analysis.grade_shifts import WORST, ShiftRow
from trialwright.analysis.measurements import Measurement, Summary, VisitRow
from trialwright.report.cells import written
from trialwright.report.documents.findings import Findings
from trialwright.report.documents.laboratory_figures import course_figures, named
from trialwright.report.documents.liver import liver_blocks
from trialwright.report.model import (
    Block,
    Cell,
    Column,
    Count,
    Filled,
    Joined,
    Number,
    Paragraph,
    Section,
    Table,
    Value,
    fill,
)
from trialwright.vocabulary.words import Language, Text

TITLE = Text(en="Laboratory and vital signs", fr="Biologie et signes vitaux")
NOTHING = Text(
    en="The protocol plans no laboratory test or vital sign, and none has been recorded.",
    fr="Le protocole ne prévoit ni examen de biologie ni signe vital, et aucun n'a été enregistré.",
)
NO_VALUES = Text(
    en="No value of any test has been recorded for anybody infused.",
    fr="Aucune valeur n'a été enregistrée pour une personne perfusée.",
)
LEVEL = Text(en="level {level}", fr="palier {level}")
ALL = Text(en="all levels", fr="tous paliers")
OF_INFUSION = Text(en="{visit}, infusion {number}", fr="{visit}, perfusion {number}")
SUMMARY_NOTES = (
    Text(
        en="Baseline: the last value before the first infusion. n / N: participants with a value, of those infused; "
        "missing: infused, the visit held or overdue, and no usable value.",
        fr="Valeur initiale : la dernière avant la première perfusion. n / N : personnes ayant une valeur, sur les "
        "perfusées ; manquantes : perfusées, visite tenue ou dépassée, sans valeur utilisable.",
    ),
    Text(
        en="Below five values the values themselves are given instead of mean and standard deviation. Quartiles "
        "interpolate between order statistics (type 7). A value below or above what could be measured counts at that "
        "limit. Unscheduled values are in the courses and shifts only. [n]: people whose "
        "change is known, where others have no baseline.",
        fr="En dessous de cinq valeurs, les valeurs elles-mêmes remplacent moyenne et écart-type. Quartiles "
        "interpolés entre statistiques d'ordre (type 7). Une valeur hors du domaine mesurable compte à sa borne. "
        "Les valeurs hors calendrier ne figurent que dans les évolutions et les changements de grade. [n] : "
        "personnes dont la variation est connue, si d'autres n'ont pas de valeur initiale.",
    ),
)
UNUSABLE = Text(
    en="{name}: {n} result(s) not usable (not known, without a unit, or in one that does not convert).",
    fr="{name} : {n} résultat(s) non utilisable(s) (inconnus, sans unité, ou dans une unité non convertible).",
)
SHIFT_NOTES = (
    Text(
        en="Grades suggested by CTCAE 5.0 from the numbers alone, against the laboratory's range and the baseline; "
        "people infused, each once per term and direction. Shares are of those with that baseline grade.",
        fr="Grades suggérés par la CTCAE 5.0 d'après les seules valeurs, selon les valeurs de référence et la valeur "
        "initiale ; personnes perfusées, une fois par terme et sens. Parts des personnes ayant ce grade initial.",
    ),
    Text(
        en="Not gradable: a value after the first infusion may exceed the others and its range, unit or baseline is "
        "not known. Tests without numeric grades in CTCAE are not shown.",
        fr="Non gradable : une valeur après la première perfusion pourrait dépasser les autres, et ses valeurs de "
        "référence, son unité ou la valeur initiale manquent. Les examens sans grade numérique n'y figurent pas.",
    ),
)
DIRECTION = {"low": Text(en="low", fr="bas"), "high": Text(en="high", fr="haut")}
NOT_GRADABLE = Text(en="Not gradable", fr="Non gradable")
NO_VALUE = Text(en="No value", fr="Sans valeur")
UNKNOWN_GRADE = Text(en="not known", fr="non connu")


def laboratory_section(findings: Findings) -> Section:
    """Everything measured, or a sentence where nothing was planned or recorded."""
    if not findings.measurements:
        return Section("laboratory", TITLE, (Paragraph(NOTHING),))
    blocks: tuple[Block, ...] = (_summary_table(findings),)
    if any(one.values for one in findings.measurements):
        blocks += (_shift_table(findings), *course_figures(findings), *liver_blocks(findings))
    return Section("laboratory", TITLE, blocks)


def decimals_of(one: Measurement) -> int:
    """As many decimals as the values have, two at most."""
    parts = (f"{value.value:.2f}".rstrip("0").partition(".")[2] for value in one.values)
    return max(map(len, parts), default=0)


def _summary_table(findings: Findings) -> Table:
    columns = (
        Column("visit", Text(en="Test and visit", fr="Examen et visite")),
        Column("level", Text(en="Dose level", fr="Palier")),
        Column("n", Text(en="n / N", fr="n / N"), "right"),
        Column("missing", Text(en="Missing", fr="Manquantes"), "right"),
        Column("mean", Text(en="Mean (SD), or the values", fr="Moyenne (ET), ou valeurs"), "right"),
        Column("median", Text(en="Median (quartiles)", fr="Médiane (quartiles)"), "right"),
        Column("range", Text(en="Range", fr="Étendue"), "right"),
        Column(
            "change", Text(en="Change: mean (SD), or the values", fr="Variation : moyenne (ET), ou valeurs"), "right"
        ),
        Column("change_median", Text(en="Change: median (range)", fr="Variation : médiane (étendue)"), "right"),
    )
    rows = tuple(cells for one in findings.measurements for cells in _test_rows(one))
    unusable = tuple(fill(UNUSABLE, name=one.name, n=one.unusable) for one in findings.measurements if one.unusable)
    some = bool(findings.case.infused)
    return Table(
        name="laboratory-by-visit",
        title=Text(en="Laboratory and vital signs by visit", fr="Biologie et signes vitaux par visite"),
        columns=columns,
        rows=rows if some else (),
        notes=(*SUMMARY_NOTES, *unusable),
        empty=NO_VALUES,
        landscape=True,
    )


def _test_rows(one: Measurement) -> list[tuple[Cell, ...]]:
    heading = (Cell(named(one), emphasis=True), *(Cell("") for _ in range(8)))
    return [heading, *(_visit_row(row, decimals=decimals_of(one)) for row in one.rows)]


def _visit_row(row: VisitRow, *, decimals: int) -> tuple[Cell, ...]:
    visit = row.visit if row.infusion is None else fill(OF_INFUSION, visit=row.visit, number=row.infusion)
    change = row.change
    changes: tuple[Value, ...] = ("", "")
    if change is not None:
        changes = (_middle(change, decimals), _spread(change, decimals, of=row.values.n))
    return (
        Cell(visit, indent=1),
        Cell(fill(LEVEL, level=row.dose_level) if row.dose_level else ALL),
        Cell(f"{row.values.n} / {row.of}"),
        Cell(row.missing, emphasis=row.missing > 0),
        Cell(_middle(row.values, decimals)),
        Cell(_quartiles(row.values, decimals)),
        Cell(_range(row.values, decimals)),
        *(Cell(value) for value in changes),
    )


@final
@dataclass(frozen=True, slots=True)
class _Shown:
    """A number inside a sentence, written as in a cell: with a true minus."""

    value: float
    decimals: int

    def said(self, language: Language, /) -> str:
        """The number in the reader's language."""
        return written(Number(self.value, self.decimals), language)


def _middle(one: Summary, decimals: int) -> Value:
    """Mean and standard deviation, one decimal more than the data; or the values themselves."""
    if not one.n:
        return None
    if one.mean is not None and one.deviation is not None:
        return fill(BESIDE, one=_Shown(one.mean, decimals + 1), other=_Shown(one.deviation, decimals + 1))
    return Joined(tuple(_Shown(value, decimals) for value in one.values), "; ")


def _quartiles(one: Summary, decimals: int) -> Value:
    return _three(one.median, one.lower, one.upper, decimals=decimals)


def _spread(one: Summary, decimals: int, *, of: int) -> Value:
    """With the number of people where it is another than that of the values: without a baseline there is no change."""
    three = _three(one.median, one.lowest, one.highest, decimals=decimals)
    return three if three is None or one.n == of else fill(WITH_N, three=three, n=one.n)


def _three(*values: float | None, decimals: int) -> Filled | None:
    """A middle with two ends."""
    middle, low, high = values
    if middle is None or low is None or high is None:
        return None
    return fill(THREE, middle=_Shown(middle, decimals), low=_Shown(low, decimals), high=_Shown(high, decimals))


def _range(one: Summary, decimals: int) -> Value:
    if one.lowest is None or one.highest is None:
        return None
    return fill(FROM_TO, low=_Shown(one.lowest, decimals), high=_Shown(one.highest, decimals))


BESIDE = Text(en="{one} ({other})", fr="{one} ({other})")
THREE = Text(en="{middle} ({low} to {high})", fr="{middle} ({low} à {high})")
FROM_TO = Text(en="{low} to {high}", fr="{low} à {high}")
WITH_N = Text(en="{three} [{n}]", fr="{three} [{n}]")


def _shift_table(findings: Findings) -> Table:
    columns = [
        Column("term", Text(en="CTCAE term", fr="Terme CTCAE")),
        Column("direction", Text(en="Direction", fr="Sens")),
        Column("baseline", Text(en="Baseline grade", fr="Grade initial"), "right"),
        Column("of", Text(en="People", fr="Personnes"), "right"),
    ]
    columns += [
        Column(f"worst_{place}", _worst_head(worst), "right", sub=WORST_HEAD if isinstance(worst, int) else None)
        for place, worst in enumerate(WORST)
    ]
    return Table(
        name="laboratory-shifts",
        title=Text(
            en="Laboratory grades: from baseline to the worst after the first infusion",
            fr="Grades de biologie : de la valeur initiale au pire grade après la première perfusion",
        ),
        columns=tuple(columns),
        rows=tuple(_shift_row(one) for one in findings.grade_shifts),
        notes=SHIFT_NOTES,
        empty=Text(
            en="Nothing that CTCAE grades by numbers has been measured.",
            fr="Rien de ce que la CTCAE grade par des valeurs n'a été mesuré.",
        ),
        landscape=True,
    )


WORST_HEAD = Text(en="worst after", fr="pire après")


def _worst_head(worst: object) -> Text:
    if worst == "not gradable":
        return NOT_GRADABLE
    return NO_VALUE if worst == "no value" else Text(en=f"Grade {worst}", fr=f"Grade {worst}")


def _shift_row(one: ShiftRow) -> tuple[Cell, ...]:
    worse = [isinstance(worst, int) and one.baseline is not None and worst > one.baseline for worst in WORST]
    return (
        Cell(one.term),
        Cell(DIRECTION[one.direction]),
        Cell(UNKNOWN_GRADE if one.baseline is None else one.baseline),
        Cell(one.of),
        *(Cell(Count(n, one.of, 0), emphasis=up and n > 0) for n, up in zip(one.people, worse, strict=True)),
    )
