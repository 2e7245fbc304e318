"""The populations of a trial: how many are in each, by assigned dose level, and who is not, with the reason."""

from __future__ import annotations

from trialwright.analysis.populations import Exclusion, Name, Population
from trialwright.report.documents.findings import Findings
from trialwright.report.model import Block, Cell, Column, Count, Paragraph, Section, Table, fill
from trialwright.vocabulary.words import Text

TITLES: dict[Name, Text] = {
    "enrolled": Text(en="Enrolled", fr="Incluses"),
    "safety": Text(en="Safety (infused)", fr="Tolérance (perfusées)"),
    "dose_determining": Text(
        en="Dose-determining (evaluable for DLT)", fr="Détermination de la dose (évaluables pour la DLT)"
    ),
    "activity": Text(en="Activity", fr="Activité"),
}
NOTES = (
    Text(
        en="Share of those enrolled at that dose level, rounded half up. Safety: any infusion received. "
        "Dose-determining: infused and observed for the whole DLT window, or with a DLT.",
        fr="Part des personnes incluses à ce palier, arrondie au plus proche (demi vers le haut). Tolérance : toute "
        "perfusion reçue. Détermination de la dose : perfusée et observée pendant toute la fenêtre de DLT, ou ayant "
        "une DLT.",
    ),
    Text(
        en="Activity: infused, with an answer to an endpoint of the protocol, or with disease activity assessed before "
        "the first infusion and again after it.",
        fr="Activité : perfusée, avec une réponse à un critère de jugement du protocole, ou une activité de la maladie "
        "évaluée avant puis après la première perfusion.",
    ),
)
TITLE = Text(en="Populations", fr="Populations")
NOBODY_OUT = Text(
    en="Everybody enrolled is in every population.",
    fr="Toutes les personnes incluses font partie de toutes les populations.",
)
NOBODY = Text(en="Nobody has been enrolled.", fr="Personne n'a été inclus.")
PARTICIPANT = Text(en="Participant", fr="Personne")


def populations_section(findings: Findings) -> Section:
    """Counts of every population, and the list of exclusions."""
    if not findings.populations[0].members:
        return Section("populations", TITLE, (Paragraph(NOBODY),))
    blocks: tuple[Block, ...] = (_counts(findings), _exclusions(findings))
    return Section("populations", TITLE, blocks)


def _counts(findings: Findings) -> Table:
    levels = [level.level for level in findings.case.study.dose_levels]
    everybody = findings.populations[0]
    enrolled = {level: everybody.at(findings.case, level) for level in levels}
    columns = [Column("population", Text(en="Population", fr="Population"))]
    columns += [Column(f"level_{level}", findings.dose(level), "right", big_n=enrolled[level]) for level in levels]
    columns.append(Column("total", Text(en="Total", fr="Total"), "right", big_n=len(everybody.members)))

    def line(one: Population) -> tuple[Cell, ...]:
        cells = [Cell(_count(one.at(findings.case, level), enrolled[level])) for level in levels]
        return (
            Cell(TITLES[one.name]),
            *cells,
            Cell(_count(len(one.members), len(everybody.members)), emphasis=True),
        )

    return Table(
        name="populations",
        title=Text(en="Populations, by assigned dose level", fr="Populations, par palier de dose assigné"),
        columns=tuple(columns),
        rows=tuple(line(one) for one in findings.populations),
        notes=NOTES,
    )


def _count(n: int, of: int) -> Count | None:
    return Count(n, of) if of else None


def _exclusions(findings: Findings) -> Table:
    rows = tuple(_exclusion(findings, one) for each in findings.populations for one in each.excluded)
    return Table(
        name="exclusions",
        title=Text(en="Who is not in a population, and why", fr="Qui ne fait pas partie d'une population, et pourquoi"),
        columns=(
            Column("population", Text(en="Not in the population", fr="Hors de la population")),
            Column("usubjid", PARTICIPANT),
            Column("level", Text(en="Assigned level", fr="Palier assigné"), "right"),
            Column("reason", Text(en="Reason", fr="Motif")),
        ),
        rows=rows,
        empty=NOBODY_OUT,
    )


def _exclusion(findings: Findings, one: Exclusion) -> tuple[Cell, ...]:
    invented = findings.case.state.participants[one.usubjid].enrolled.illustrative("usubjid")
    return (
        Cell(TITLES[one.population]),
        Cell(one.usubjid, illustrative=invented),
        Cell(one.dose_level),
        Cell(fill(one.why, **one.values)),
    )
