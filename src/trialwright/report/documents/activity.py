"""Disease activity over the visits: a table and figures for each index, and the change within participants."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

from trialwright.analysis.activity import FEW, Activity, Change, Measured, VisitRow, When
from trialwright.analysis.baseline import Summary
from trialwright.report.cells import written
from trialwright.report.documents.activity_figures import course_figure, heat_figure, visit_words, waterfall_figure
from trialwright.report.documents.findings import Findings
from trialwright.report.model import (
    Block,
    Cell,
    Column,
    Estimate,
    Number,
    Paragraph,
    Section,
    Share,
    Table,
    Value,
    Words,
    fill,
)
from trialwright.vocabulary.words import Language, Text

ALL = Text(en="all", fr="ensemble")
LEVEL = Text(en="level {level}", fr="palier {level}")

NOTHING = Text(
    en="{title}: nothing was recorded, its course cannot be reported.",
    fr="{title} : aucune donnée n'a été enregistrée, l'évolution ne peut être rapportée.",
)
ONLY_BASELINE = Text(
    en="{title}: no value is known after baseline, neither course nor change can be reported. Values at baseline: {n} "
    "of {of} participants.",
    fr="{title} : aucune valeur n'est connue après l'état initial, ni l'évolution ni la variation ne peuvent être "
    "rapportées. Valeurs à l'état initial : {n} sur {of} personnes.",
)
NOBODY = Text(
    en="Nobody has received an infusion: there is no course to report.",
    fr="Personne n'a reçu de perfusion : il n'y a pas d'évolution à rapporter.",
)
HOW = Text(
    en="Participants infused. Median (quartiles, interpolated, type 7); with fewer than {few} values, the values "
    "themselves. Missing: the visit was due and the score is not known, or not certain because items were not "
    "assessed. Nothing is imputed. Change: value at the visit less value at baseline, of those with both.",
    fr="Personnes perfusées. Médiane (quartiles interpolés, type 7) ; à moins de {few} valeurs, les valeurs "
    "elles-mêmes. Manquant : visite échue et score inconnu, ou incertain faute d'items évalués. Aucune imputation. "
    "Variation : valeur à la visite moins valeur à l'état initial, chez les personnes ayant les deux.",
)
MIDDLE = Text(
    en="Hodges–Lehmann: the median of the averages of every two changes. Its interval has at least the confidence "
    "printed; none of 95% exists for fewer than six. P: Wilcoxon's signed-rank test, two-sided, exact given the "
    "ranks; a description of this group, without adjustment for several indices and visits, and without a control.",
    fr="Hodges–Lehmann : médiane des moyennes de toutes les paires de variations. Son intervalle a au moins le niveau "
    "indiqué ; il n'en existe pas à 95 % en dessous de six personnes. P : test des rangs signés de Wilcoxon, "
    "bilatéral, exact conditionnellement aux rangs ; description de ces personnes, sans correction pour la "
    "multiplicité des scores et des visites, et sans témoins.",
)


@final
@dataclass(frozen=True, slots=True)
class Listed:
    """Values one after another, as they were."""

    values: tuple[float, ...]

    def said(self, language: Language, /) -> str:
        """The values in ascending order."""
        places = 0 if all(value == int(value) for value in self.values) else 2
        return "; ".join(written(Number(value, places), language) for value in sorted(self.values))


@final
@dataclass(frozen=True, slots=True)
class Range:
    """From the lowest to the highest."""

    low: float
    high: float

    def said(self, language: Language, /) -> str:
        """Both ends."""
        places = 0 if self.low == int(self.low) and self.high == int(self.high) else 2
        between = Text(en="{low} to {high}", fr="{low} à {high}")
        return between.said(
            language, low=written(Number(self.low, places), language), high=written(Number(self.high, places), language)
        )


def activity_section(findings: Findings) -> Section | None:
    """Every index the protocol assesses, over the visits; None where it assesses none."""
    if not findings.activity:
        return None
    title = Text(en="Disease activity over the visits", fr="Activité de la maladie au fil des visites")
    if not findings.case.infused:
        return Section("activity", title, (Paragraph(NOBODY),))
    blocks = [block for one in findings.activity for block in _blocks(findings, one)]
    return Section("activity", title, tuple(blocks))


def _blocks(findings: Findings, one: Activity) -> list[Block]:
    title, of = one.instrument.title, len(one.people)
    if not one.is_recorded:
        return [Paragraph(fill(NOTHING, title=title))]
    if not one.is_followed:
        n = sum(course[0].value is not None for course in one.people)
        return [Paragraph(fill(ONLY_BASELINE, title=title, n=n, of=of))]
    if one.of_levels:
        return [_levels_table(findings, one), heat_figure(findings, one)]
    figures = [course_figure(findings, one), heat_figure(findings, one), waterfall_figure(findings, one)]
    changes = [_change_table(findings, one)] if one.changes else []
    return [_table(findings, one), *changes, *(figure for figure in figures if figure is not None)]


def group_words(level: int | None) -> Words:
    """Everybody, or a dose level."""
    return ALL if level is None else fill(LEVEL, level=level)


def _invented(one: Activity, when: When, *, level: int | None) -> bool:
    measured: list[Measured] = [each for course in one.people for each in course if each.when == when]
    return any(each.illustrative for each in measured if level is None or each.dose_level == level)


def middle_of(summary: Summary | None, values: tuple[float, ...]) -> Value:
    """Median and quartiles; the values themselves where they are few; None where there is none."""
    if summary is None or summary.median is None or summary.lower_quartile is None or summary.upper_quartile is None:
        return None
    if summary.n < FEW:
        return Listed(values)
    return Estimate(summary.median, summary.lower_quartile, summary.upper_quartile, 1)


def _range(summary: Summary | None) -> Value:
    if summary is None or summary.minimum is None or summary.maximum is None:
        return None
    return Range(summary.minimum, summary.maximum)


def _table(findings: Findings, one: Activity) -> Table:
    middle = Text(en="Median (quartiles)", fr="Médiane (quartiles)")
    spread = Text(en="Range", fr="Étendue")
    change = Text(en="Change: median (quartiles)", fr="Variation : médiane (quartiles)")
    return Table(
        name=f"activity-{one.instrument.name}",
        title=fill(Text(en="{title} by visit", fr="{title} par visite"), title=one.instrument.title),
        columns=(
            Column("visit", Text(en="Visit", fr="Visite")),
            Column("group", Text(en="Group", fr="Groupe")),
            Column("n", "n", "right"),
            Column("missing", Text(en="Missing", fr="Manquants"), "right"),
            Column("value", middle, "right"),
            Column("range", spread, "right"),
            Column("changed", Text(en="n, change", fr="n, variation"), "right"),
            Column("change", change, "right"),
            Column("change_range", Text(en="Change: range", fr="Variation : étendue"), "right"),
        ),
        rows=tuple(_row(findings, one, row=row) for row in one.rows),
        notes=(fill(HOW, few=FEW),),
        landscape=True,
    )


def _row(findings: Findings, one: Activity, *, row: VisitRow) -> tuple[Cell, ...]:
    flag = _invented(one, row.when, level=row.dose_level)
    changed = flag or (row.change is not None and _invented(one, one.visits[0], level=row.dose_level))
    return (
        Cell(visit_words(findings, row.when, all_visits=one.visits), emphasis=row.dose_level is None),
        Cell(group_words(row.dose_level)),
        Cell(row.summary.n),
        Cell(row.summary.missing),
        Cell(middle_of(row.summary, row.values), illustrative=flag and bool(row.values)),
        Cell(_range(row.summary), illustrative=flag and bool(row.values)),
        Cell(None if row.change is None else row.change.n),
        Cell(middle_of(row.change, row.changes), illustrative=changed and bool(row.changes)),
        Cell(_range(row.change), illustrative=changed and bool(row.changes)),
    )


def _change_table(findings: Findings, one: Activity) -> Table:
    title = Text(en="{title}: change within participants", fr="{title} : variation chez les mêmes personnes")
    return Table(
        name=f"change-{one.instrument.name}",
        title=fill(title, title=one.instrument.title),
        columns=(
            Column("visit", Text(en="Visit", fr="Visite")),
            Column("n", "n", "right"),
            Column("zero", Text(en="Unchanged", fr="Sans variation"), "right"),
            Column("middle", Text(en="Hodges–Lehmann (interval)", fr="Hodges–Lehmann (intervalle)"), "right"),
            Column("confidence", Text(en="Confidence", fr="Niveau"), "right"),
            Column("p", Text(en="P, exact", fr="P exact"), "right"),
        ),
        rows=tuple(_change_row(findings, one, change=change) for change in one.changes),
        notes=(MIDDLE,),
    )


def _change_row(findings: Findings, one: Activity, *, change: Change) -> tuple[Cell, ...]:
    flag = _invented(one, change.when, level=None) or _invented(one, one.visits[0], level=None)
    low, high, reached = change.limits or (float("nan"), float("nan"), None)
    return (
        Cell(visit_words(findings, change.when, all_visits=one.visits)),
        Cell(change.n),
        Cell(change.n_zero),
        Cell(Estimate(change.middle, low, high, 2), illustrative=flag),
        Cell(None if reached is None else Share(reached)),
        Cell(None if change.p is None else Number(change.p, 4), illustrative=flag),
    )


def _levels_table(findings: Findings, one: Activity) -> Table:
    rows = []
    for row in one.rows:
        flag = _invented(one, row.when, level=row.dose_level)
        for words, count in row.levels or ((None, None),):
            visit = visit_words(findings, row.when, all_visits=one.visits)
            n, missing = sum(count for _, count in row.levels), row.summary.missing
            cells = (visit, group_words(row.dose_level), n, missing, words, count)
            rows.append(tuple(Cell(value, illustrative=flag and place > 3) for place, value in enumerate(cells)))
    return Table(
        name=f"activity-{one.instrument.name}",
        title=fill(Text(en="{title} by visit", fr="{title} par visite"), title=one.instrument.title),
        columns=(
            Column("visit", Text(en="Visit", fr="Visite")),
            Column("group", Text(en="Group", fr="Groupe")),
            Column("n", "n", "right"),
            Column("missing", Text(en="Missing", fr="Manquants"), "right"),
            Column("level", Text(en="Result", fr="Résultat")),
            Column("count", Text(en="Participants", fr="Personnes"), "right"),
        ),
        rows=tuple(rows),
        notes=(fill(HOW, few=FEW),),
    )
