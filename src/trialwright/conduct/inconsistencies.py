"""What does not go together in the adverse events as they stand: listed, for somebody to look at; nothing is refused.

Entries come in the order in which people learn of things, so that two true facts may not go together for a while: a
death is reported as an event before the follow-up is closed. And a correction may leave what came after it behind.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from trialwright.conduct.adverse_events import Course, courses
from trialwright.conduct.dose_limiting import dose_limiting
from trialwright.conduct.state import Participant, TrialState
from trialwright.protocol.study import Study
from trialwright.vocabulary import ctcae
from trialwright.vocabulary.events import CutPoint
from trialwright.vocabulary.words import Text

POINTS: Mapping[str, Text] = {
    "ae-fatal-in-part": Text(
        en="{about} of {usubjid} is fatal by {said}, and not by {missing}",
        fr="{about} de {usubjid} est mortel par {said}, mais non par {missing}",
    ),
    "ae-death-not-ended": Text(
        en="{about} of {usubjid} is fatal, and the follow-up has not ended with the death",
        fr="{about} de {usubjid} est mortel, mais le suivi n'est pas clos par le décès",
    ),
    "ae-death-without-event": Text(
        en="{about} died, and no adverse event is fatal", fr="{about} est décédé, sans événement mortel"
    ),
    "ae-after-death": Text(
        en="{about} of {usubjid} has entries about days after the death ({died})",
        fr="{about} de {usubjid} comporte des entrées postérieures au décès ({died})",
    ),
    "ae-grade-after-end": Text(
        en="{about} of {usubjid} has a grade after its end ({ended})",
        fr="{about} de {usubjid} a un grade après sa fin ({ended})",
    ),
    "ae-end-before-onset": Text(
        en="{about} of {usubjid} ended ({ended}) before it began",
        fr="{about} de {usubjid} finit ({ended}) avant son début",
    ),
    "ae-end-unknown": Text(
        en="{about} of {usubjid} has the outcome “{outcome}” and no day of its end",
        fr="{about} de {usubjid} a l'évolution « {outcome} » sans jour de fin",
    ),
    "ae-grade-unknown-to-term": Text(
        en="{about} of {usubjid}: {term} has no grade {grade:g}",
        fr="{about} de {usubjid} : {term} n'a pas de grade {grade:g}",
    ),
    "ae-serious-without-reason": Text(
        en="{about} of {usubjid} is serious, and no criterion says why",
        fr="{about} de {usubjid} est grave, sans critère de gravité",
    ),
    "ae-sponsor-lower": Text(
        en="{about} of {usubjid}: the sponsor holds it for unrelated; the investigator's judgement counts",
        fr="{about} de {usubjid} : le promoteur le tient pour non lié ; le jugement de l'investigateur compte",
    ),
    "ae-dlt-otherwise": Text(
        en="{about} of {usubjid}: adjudicated otherwise than the DLT definition says",
        fr="{about} de {usubjid} : adjugé autrement que selon la définition de la DLT",
    ),
}
FATAL = {"grade": "grade 5", "outcome": "outcome", "seriousness": "seriousness"}


def inconsistencies(study: Study, state: TrialState, *, on: date) -> tuple[CutPoint, ...]:
    """Everything that does not go together on a day, by event, then by participant."""
    every = courses(state, on=on)
    found = [point for one in every for point in _of_event(study, state, one=one, on=on)]
    fatal = {one.event.usubjid for one in every if one.is_fatal}
    dead = (usubjid for usubjid, one in state.participants.items() if _died(one) and usubjid not in fatal)
    return (*found, *(CutPoint(code="ae-death-without-event", about=usubjid, values={}) for usubjid in dead))


def _of_event(study: Study, state: TrialState, *, one: Course, on: date) -> Iterable[CutPoint]:
    person = state.participants.get(one.event.usubjid)
    for code, values in (
        *_of_death(one, person),
        *_of_days(one, person),
        *_of_grades(study, one),
        *_of_judgements(study, state, one=one, on=on),
    ):
        yield CutPoint(code=code, about=one.event.ae, values={"usubjid": one.event.usubjid, **values})


Points = Iterable[tuple[str, dict[str, str | float]]]


def _of_death(one: Course, person: Participant | None) -> Points:
    if not one.is_fatal:
        return
    says = {"grade": one.worst == max(ctcae.GRADES), "outcome": one.outcome == "fatal"}
    says["seriousness"] = "death" in one.seriousness
    if not all(says.values()):
        said, missing = (
            ", ".join(FATAL[name] for name, so in says.items() if so is wanted) for wanted in (True, False)
        )
        yield "ae-fatal-in-part", {"said": said, "missing": missing}
    if person is not None and not _died(person):
        yield "ae-death-not-ended", {}


def _of_days(one: Course, person: Participant | None) -> Points:
    if one.ended_on is not None and one.ended_on < one.event.on:
        yield "ae-end-before-onset", {"ended": one.ended_on.isoformat()}
    elif one.ended_on is not None and one.steps[-1].on > one.ended_on:
        yield "ae-grade-after-end", {"ended": one.ended_on.isoformat()}
    if one.ended_on is None and one.outcome in ("recovered", "recovered with sequelae"):
        yield "ae-end-unknown", {"outcome": one.outcome}
    died = person.ended.event.on if person is not None and person.ended is not None and _died(person) else None
    if died is not None and one.steps[-1].on > died:
        yield "ae-after-death", {"died": died.isoformat()}


def _of_grades(study: Study, one: Course) -> Points:
    term = ctcae.find(one.ctcae_term) if study.safety.ctcae == ctcae.VERSION else None
    had = {grade for step in one.steps for grade in (step.highest, step.lowest)}
    for grade in sorted(had - set(term.grades)) if term else ():
        yield "ae-grade-unknown-to-term", {"term": one.ctcae_term, "grade": grade}


def _of_judgements(study: Study, state: TrialState, *, one: Course, on: date) -> Points:
    if one.serious and not one.seriousness and not one.is_fatal:
        yield "ae-serious-without-reason", {}
    if one.relation.downgraded:
        yield "ae-sponsor-lower", {}
    if dose_limiting(study, state, known=one.known, on=on).disagree:
        yield "ae-dlt-otherwise", {}


def _died(one: Participant) -> bool:
    return one.ended is not None and one.ended.event.how == "died"
