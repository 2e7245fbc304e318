"""One adverse event as the row of a table, with what was judged about it."""

from __future__ import annotations

from collections.abc import Mapping

from trialwright.analysis.adverse_events import ListedEvent
from trialwright.report.documents.findings import NO, UNKNOWN, YES
from trialwright.report.model import Cell, Column
from trialwright.vocabulary.events.safety import Outcome, Seriousness
from trialwright.vocabulary.words import Text

OUTCOMES: Mapping[Outcome, Text] = {
    "recovered": Text(en="recovered", fr="rétabli"),
    "recovering": Text(en="recovering", fr="en cours de rétablissement"),
    "not recovered": Text(en="not recovered", fr="non rétabli"),
    "recovered with sequelae": Text(en="recovered with sequelae", fr="rétabli avec séquelles"),
    "fatal": Text(en="fatal", fr="mortel"),
    "unknown": Text(en="unknown", fr="inconnu"),
}
SERIOUS_BECAUSE: Mapping[Seriousness, Text] = {
    "death": Text(en="death", fr="décès"),
    "life-threatening": Text(en="life-threatening", fr="mise en jeu du pronostic vital"),
    "hospitalisation": Text(en="hospitalisation", fr="hospitalisation"),
    "disability": Text(en="disability", fr="handicap"),
    "congenital anomaly": Text(en="congenital anomaly", fr="anomalie congénitale"),
    "medically important": Text(en="medically important", fr="médicalement important"),
}


def event_columns() -> tuple[Column, ...]:
    """The columns of a list of adverse events."""
    return (
        Column("usubjid", Text(en="Participant", fr="Personne")),
        Column("ae", Text(en="Event", fr="Événement")),
        Column("level", Text(en="Level", fr="Palier"), "right"),
        Column("term", Text(en="Term", fr="Terme")),
        Column("on", Text(en="Onset", fr="Début")),
        Column("day", Text(en="Day", fr="Jour"), "right"),
        Column("grade", Text(en="Worst grade", fr="Grade maximal"), "right"),
        Column("related", Text(en="Related", fr="Lié")),
        Column("serious", Text(en="Serious", fr="Grave")),
        Column("dlt", Text(en="DLT", fr="DLT")),
        Column("ended", Text(en="Ended", fr="Fin")),
        Column("outcome", Text(en="Outcome", fr="Évolution")),
    )


def event_row(one: ListedEvent) -> tuple[Cell, ...]:
    """One event; what is not known is said to be unknown, never no."""
    event, known, course = one.known.event, one.known, one.course
    who = known.illustrative("usubjid")
    return (
        Cell(event.usubjid, illustrative=who),
        Cell(event.ae, illustrative=known.illustrative("ae")),
        Cell(one.dose_level, illustrative=who),
        Cell(event.term, illustrative=known.illustrative("term")),
        Cell(event.on, illustrative=known.illustrative("on")),
        Cell(one.day, illustrative=known.illustrative("on") and one.day is not None),
        Cell(course.worst, illustrative=known.illustrative("grade")),
        Cell(answer(course.relation.counts), illustrative=known.illustrative("related")),
        Cell(answer(course.serious), illustrative=known.illustrative("serious")),
        Cell(answer(one.dlt), emphasis=one.dlt is not False),
        Cell(course.ended_on),
        Cell(None if course.outcome is None else OUTCOMES[course.outcome]),
    )


def answer(value: bool | None) -> Text:
    """Yes, no, or not known."""
    return UNKNOWN if value is None else YES if value else NO
