"""Adverse events for the time at risk: rates by dose level, by infusion, and before and after a relapse."""

from __future__ import annotations

from trialwright.analysis.event_rates import EventRate, InfusionRow, RateRow, RelapseRow
from trialwright.report.documents.event_kinds import kind_words, level_columns, level_sizes, tally_cell
from trialwright.report.documents.findings import Findings
from trialwright.report.model import Block, Cell, Column, Filled, Number, Table, fill
from trialwright.vocabulary.words import Text

RATE = Text(
    en="{rate:number2} ({lower:number2} to {upper:number2}) [{events}]",
    fr="{rate:number2} ({lower:number2} à {upper:number2}) [{events}]",
)
NOBODY = Text(en="Nobody has been infused.", fr="Personne n'a été perfusé.")
EXPOSURE = Text(
    en="Participant-years at risk: from the first infusion to the end of follow-up or the data cut, both days "
    "included; a year has 365.25 days.",
    fr="Personnes-années à risque : de la première perfusion à la fin du suivi ou à la date d'extraction, jours inclus "
    "; une année compte 365,25 jours.",
)
EXACT = Text(
    en="Rates with exact (Poisson) 95% intervals, which take events of one person as independent; number of events in "
    "brackets.",
    fr="Taux avec intervalles exacts (Poisson) à 95 %, qui supposent indépendants les événements d'une même personne ; "
    "nombre d'événements entre crochets.",
)
BETWEEN = Text(
    en="An event counts for the infusion last given by the day it emerged, that day included; time at risk of an "
    "infusion ends on the day before the next one.",
    fr="Un événement compte pour la dernière perfusion reçue au jour de sa survenue, ce jour inclus ; le temps à "
    "risque d'une perfusion s'achève la veille de la suivante.",
)
TIED = Text(
    en="Tied in the record: events that the reporter ascribed to this infusion, whenever they emerged.",
    fr="Rattachés au registre : événements que le déclarant a rattachés à cette perfusion, quel que soit leur jour.",
)


def time_blocks(findings: Findings) -> tuple[Block, ...]:
    """Rates, the table by infusion where anybody had several, and that by relapse where anybody said."""
    blocks: tuple[Block, ...] = (_rates(findings),)
    if len(findings.by_infusion) > 1 or any(level.infusions > 1 for level in findings.case.study.dose_levels):
        blocks += (_by_infusion(findings),)
    return (*blocks, _by_relapse(findings)) if findings.by_relapse else blocks


def _rate(one: EventRate) -> Filled | None:
    if one.rate is None:
        return None
    return fill(RATE, rate=one.rate, lower=one.lower, upper=one.upper, events=one.events)


def _rates(findings: Findings) -> Table:
    sizes = level_sizes(findings)

    def line(row: RateRow) -> tuple[Cell, ...]:
        cells = [Cell(_rate(one), illustrative=findings.invented and one.rate is not None) for one in row.levels]
        invented = findings.invented and row.total.rate is not None
        return (Cell(kind_words(findings, row.kind)), *cells, Cell(_rate(row.total), illustrative=invented))

    first = findings.rates[0]
    years = [
        Cell(Number(one.years, 2) if one.days else None, illustrative=findings.invented and one.days > 0)
        for one in first.levels
    ]
    at_risk = (
        Cell(Text(en="Participant-years at risk", fr="Personnes-années à risque"), emphasis=True),
        *years,
        Cell(Number(first.total.years, 2), illustrative=findings.invented),
    )
    return Table(
        name="adverse-event-rates",
        title=Text(
            en="Adverse events per participant-year, by dose level", fr="Événements indésirables par personne-année"
        ),
        columns=(
            Column("kind", Text(en="Events per participant-year", fr="Événements par personne-année")),
            *level_columns(findings, sizes, total=len(findings.case.infused)),
        ),
        rows=(at_risk, *(line(row) for row in findings.rates)) if findings.case.infused else (),
        notes=(EXPOSURE, EXACT),
        empty=NOBODY,
    )


def _by_infusion(findings: Findings) -> Table:
    def line(row: InfusionRow) -> tuple[Cell, ...]:
        cells = (tally_cell(row.emerged), tally_cell(row.related), tally_cell(row.severe))
        return (
            Cell(row.number),
            Cell(row.given_to),
            Cell(row.rate.days, illustrative=findings.invented),
            *(Cell(value) for value in cells),
            Cell(_rate(row.rate), illustrative=findings.invented),
            Cell(row.tied),
        )

    return Table(
        name="adverse-events-by-infusion",
        title=Text(
            en="Adverse events after each infusion, up to the next one",
            fr="Événements indésirables après chaque perfusion, jusqu'à la suivante",
        ),
        columns=(
            Column("infusion", Text(en="Infusion", fr="Perfusion"), "right"),
            Column("given_to", Text(en="Given to", fr="Reçue par"), "right"),
            Column("days", Text(en="Days at risk", fr="Jours à risque"), "right"),
            Column("any", Text(en="Treatment-emergent", fr="Survenus sous traitement"), "right"),
            Column("related", Text(en="Related", fr="Liés"), "right"),
            Column("severe", Text(en="Grade 3 or more", fr="Grade 3 ou plus"), "right"),
            Column("rate", Text(en="Per participant-year", fr="Par personne-année"), "right"),
            Column("tied", Text(en="Tied in the record", fr="Rattachés au registre"), "right"),
        ),
        rows=tuple(line(row) for row in findings.by_infusion),
        notes=(BETWEEN, EXACT, TIED),
        empty=NOBODY,
    )


def _by_relapse(findings: Findings) -> Table:
    def line(row: RelapseRow) -> tuple[Cell, ...]:
        cells = (tally_cell(row.before), tally_cell(row.after), tally_cell(row.not_said))
        return (Cell(kind_words(findings, row.kind)), *(Cell(value) for value in cells))

    size = len(findings.case.infused)
    return Table(
        name="adverse-events-by-relapse",
        title=Text(
            en="Adverse events before and after a relapse of the disease",
            fr="Événements indésirables avant et après une rechute de la maladie",
        ),
        columns=(
            Column("kind", Text(en="Participants with (events)", fr="Personnes avec (événements)")),
            Column("before", Text(en="Not after a relapse", fr="Hors rechute"), "right", big_n=size),
            Column("after", Text(en="After a relapse", fr="Après une rechute"), "right", big_n=size),
            Column("not_said", Text(en="Not recorded", fr="Non enregistré"), "right", big_n=size),
        ),
        rows=tuple(line(row) for row in findings.by_relapse),
    )
