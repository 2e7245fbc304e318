"""What runs out, as the tables of a document: reports owed, intervals between participants, next visits, bags."""

from __future__ import annotations

from datetime import date

from trialwright.conduct.clocks import BagClock, Interval, NextVisit, Page, Reporting
from trialwright.conduct.clocks.reporting import Standing
from trialwright.report.model import Block, Cell, Column, Filled, Joined, Paragraph, Section, Table, Value, fill
from trialwright.vocabulary.words import Text

CLOCKS = Text(en="What is running out", fr="Échéances en cours")
NOTHING = Text(
    en="No report is owed, no interval runs, no visit is awaited and no bag is thawed or out of date.",
    fr="Aucune déclaration due, aucun intervalle en cours, aucune visite attendue, aucune poche décongelée ou périmée.",
)
NO_CLOCKS = Text(
    en="The protocol file names no clocks of expedited reporting, so none can be shown here.",
    fr="Le fichier de protocole ne nomme aucun délai de déclaration : aucun ne peut être montré ici.",
)
REPORTS = Text(en="Reports owed", fr="Déclarations dues")
INTERVALS = Text(en="Intervals between participants", fr="Intervalles entre participants")
VISITS = Text(en="Next visits", fr="Prochaines visites")
BAGS = Text(en="Bags thawed, or out of date", fr="Poches décongelées ou périmées")
LEFT = Text(en="Days left", fr="Jours restants")
LAST_DAY = Text(en="Last day", fr="Dernier jour")
PARTICIPANT = Text(en="Participant", fr="Personne")
STANDING: dict[Standing, Text] = {
    "overdue": Text(en="overdue", fr="en retard"),
    "running": Text(en="running", fr="en cours"),
    "day 0 not known": Text(en="day 0 not known", fr="jour 0 inconnu"),
    "answered": Text(en="answered; its completion is awaited", fr="répondue ; complément attendu"),
    "answered late": Text(en="answered late; its completion is awaited", fr="répondue en retard ; complément attendu"),
}
CONDITIONS = {
    "seriousness": Text(en="seriousness", fr="gravité"),
    "relation": Text(en="relation", fr="imputabilité"),
    "expectedness": Text(en="expectedness", fr="caractère attendu"),
    "severity": Text(en="severity", fr="mise en jeu du pronostic vital"),
}
WAITS = Text(en="{standing}; depends on: {what}", fr="{standing} ; dépend de : {what}")
RULES = {
    "sentinel": Text(en="sentinel, {days} days", fr="sentinelle, {days} jours"),
    "stagger": Text(en="stagger, {days} days", fr="décalage, {days} jours"),
}


def clocks_section(page: Page, *, has_clocks: bool, with_visits: bool = True) -> Section:
    """The tables that have rows; what does not run is not shown, nor are bags that simply lie in store.

    ``with_visits``: False for a record made from publications, in which visits were never recorded.
    """
    owed = [one for one in page.reports if one.is_open]
    visits = page.visits if with_visits else ()
    every = (_reports(owed), _intervals(page.intervals), _visits(visits), _bags(page.bags))
    tables: list[Block] = [table for table in every if table.rows]
    said = [] if has_clocks else [Paragraph(NO_CLOCKS)]
    return Section("clocks", CLOCKS, (*said, *(tables or [Paragraph(NOTHING)])))


def _reports(owed: list[Reporting]) -> Table:
    columns = (
        Column("ae", Text(en="Event", fr="Événement")),
        Column("usubjid", PARTICIPANT),
        Column("clock", Text(en="Clock", fr="Délai")),
        Column("day_0", Text(en="Day 0", fr="Jour 0")),
        Column("due", LAST_DAY),
        Column("left", LEFT, "right"),
        Column("standing", Text(en="Standing", fr="État")),
    )
    return Table(name="reports-owed", title=REPORTS, columns=columns, rows=tuple(_owed(one) for one in owed))


def _owed(one: Reporting) -> tuple[Cell, ...]:
    late = one.is_overdue
    return (
        Cell(one.ae),
        Cell(one.usubjid),
        Cell(one.clock.title),
        Cell(one.day_0),
        Cell(one.open_until or one.due),
        Cell(one.days_left, emphasis=late),
        Cell(_standing(one), emphasis=late),
    )


def _standing(one: Reporting) -> Text | Filled:
    said = STANDING["overdue"] if one.is_overdue else STANDING[one.standing]
    if not one.waits_for:
        return said
    return fill(WAITS, standing=said, what=Joined(tuple(CONDITIONS[name] for name in one.waits_for)))


def _intervals(running: tuple[Interval, ...]) -> Table:
    columns = (
        Column("rule", Text(en="Rule", fr="Règle")),
        Column("usubjid", PARTICIPANT),
        Column("until", Text(en="Free from", fr="Libre à partir du")),
        Column("left", LEFT, "right"),
    )
    rows = [
        (Cell(fill(RULES[one.rule], days=one.days)), Cell(one.usubjid), Cell(one.until), Cell(one.days_left))
        for one in running
    ]
    return Table(name="intervals", title=INTERVALS, columns=columns, rows=tuple(rows))


def _visits(awaited: tuple[NextVisit, ...]) -> Table:
    columns = (
        Column("usubjid", PARTICIPANT),
        Column("visit", Text(en="Visit", fr="Visite")),
        Column("planned", Text(en="Planned", fr="Prévue")),
        Column("last", LAST_DAY),
        Column("left", LEFT, "right"),
    )
    rows = [
        tuple(
            Cell(value, emphasis=one.days_left < 0)
            for value in _values(one.usubjid, one.visit, one.planned, one.last, one.days_left)
        )
        for one in awaited
    ]
    return Table(name="next-visits", title=VISITS, columns=columns, rows=tuple(rows))


def _bags(held: tuple[BagClock, ...]) -> Table:
    columns = (
        Column("bag", Text(en="Bag", fr="Poche")),
        Column("batch", Text(en="Batch", fr="Lot")),
        Column("thawed", Text(en="Thawed", fr="Décongelée")),
        Column("expires", Text(en="Batch expires", fr="Péremption du lot")),
        Column("left", LEFT, "right"),
    )
    rows = [
        tuple(
            Cell(value, emphasis=one.days_left < 0)
            for value in _values(one.bag, one.batch, one.thawed_on, one.expires_on, one.days_left)
        )
        for one in held
        if one.thawed_on is not None or one.days_left < 0
    ]
    return Table(name="bags", title=BAGS, columns=columns, rows=tuple(rows))


def _values(*values: str | int | Text | date | None) -> tuple[Value, ...]:
    return values
