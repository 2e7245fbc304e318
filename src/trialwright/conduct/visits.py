"""The calendar: every planned visit of every participant, when it is due, and whether it took place.

A visit is counted from an infusion. It took place on the day it was held, or else on the first day something was
assessed or measured at it. Without a window in the protocol nothing is early or late: it is
*held*, and *due* from its day on.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, final

from trialwright.conduct.misfits import BESIDE_THE_PLAN
from trialwright.conduct.names import same
from trialwright.conduct.state import Participant, TrialState
from trialwright.protocol.sections import Visit
from trialwright.protocol.study import Study
from trialwright.vocabulary.words import Text

Standing = Literal[
    "held in window",
    "held early",
    "held late",
    "held",
    "missed",
    "missing",
    "due",
    "not yet due",
    "not expected",
    "unscheduled",
]
OPEN: tuple[Standing, ...] = ("missing", "due", "not yet due")


@final
@dataclass(frozen=True, slots=True)
class Appointment:
    """One visit of one participant: when it is due, how it stands, and what was not recorded at it."""

    usubjid: str
    visit: Text
    infusion_number: int
    planned: date | None  # None: the infusion it is counted from has not been given, or the visit is not planned
    first: date | None
    last: date | None  # None: the protocol states no window
    held: date | None
    standing: Standing
    not_recorded: tuple[str, ...] = ()
    reason: str = ""


def calendar(study: Study, state: TrialState, *, on: date) -> tuple[Appointment, ...]:
    """Every visit of every participant on a day, planned ones first, in the order of their days."""
    return tuple(
        one for participant in state.participants.values() for one in _of(study, state, participant=participant, on=on)
    )


def next_visit(appointments: tuple[Appointment, ...], usubjid: str) -> Appointment | None:
    """The first open visit of a participant whose day is known."""
    mine = [one for one in appointments if one.usubjid == usubjid and one.standing in OPEN and one.planned is not None]
    return min(mine, key=lambda one: one.planned or date.max) if mine else None


def visit_named(study: Study, name: str) -> Visit | None:
    """A planned visit by its English name."""
    return next((visit for visit in study.visits if visit.name.en == name), None)


def counted_from(study: Study, name: str, *, stated: int | None) -> int:
    """The infusion an entry at a visit belongs to: the one it names, else the one the visit is counted from."""
    visit = visit_named(study, name)
    own = 1 if visit is None or visit.infusion == "each" else visit.infusion
    return stated or own


def _of(study: Study, state: TrialState, *, participant: Participant, on: date) -> Iterator[Appointment]:
    planned = [
        _appointment(study, state, participant=participant, visit=visit, number=number, on=on)
        for visit in study.visits
        for number in _numbers(study, participant, visit=visit)
    ]
    yield from sorted(planned, key=lambda one: (one.planned or date.max, one.infusion_number))
    names = {visit.name.en for visit in study.visits}
    for known in state.logs.visits.held.get(participant.usubjid, []):
        event = known.event
        if event.visit not in names:
            number = event.infusion_number or 1
            standing: Standing = "held" if event.visit in BESIDE_THE_PLAN[:2] else "unscheduled"
            named = Text(en=event.visit, fr=event.visit)
            yield Appointment(event.usubjid, named, number, None, None, None, held=event.on, standing=standing)


def _numbers(study: Study, participant: Participant, *, visit: Visit) -> tuple[int, ...]:
    """The infusions a visit is counted from: one of them, or all that are planned or were given."""
    if visit.infusion != "each":
        return (visit.infusion,)
    level = study.dose_levels[participant.enrolled.event.dose_level - 1]
    return tuple(range(1, max(level.infusions, len(participant.infusions)) + 1))


def _appointment(
    study: Study, state: TrialState, *, participant: Participant, visit: Visit, number: int, on: date
) -> Appointment:
    given = next((known.event.on for known in participant.infusions if known.event.infusion_number == number), None)
    planned = None if given is None else given + timedelta(days=visit.day)
    first = last = None
    if planned is not None and visit.window_days is not None:
        first, last = (planned + timedelta(days=sign * visit.window_days) for sign in (-1, 1))
    name = visit.name.en
    held = _held(study, state, participant=participant, name=name, number=number)
    missed = [
        known.event.reason
        for known in state.logs.visits.missed.get(participant.usubjid, [])
        if known.event.visit == name and counted_from(study, name, stated=known.event.infusion_number) == number
    ]
    if held is not None:
        standing = _kept(held, planned=planned, first=first, last=last)
    elif missed:
        standing = "missed"
    else:
        standing = _awaited(_left(state, participant), planned=planned, first=first, last=last, on=on)
    lacking = () if held is None else not_recorded(study, state, participant=participant, name=name, number=number)
    reason = missed[-1] if missed and held is None else ""
    return Appointment(participant.usubjid, visit.name, number, planned, first, last, held, standing, lacking, reason)


def _held(study: Study, state: TrialState, *, participant: Participant, name: str, number: int) -> date | None:
    """The day a visit was held; else the first day on which something was recorded at it."""
    log, usubjid = state.logs.visits, participant.usubjid
    came = [(one.event.visit, one.event.infusion_number, one.event.on) for one in log.held.get(usubjid, [])]
    seen = [(one.event.visit, one.event.infusion_number, one.event.on) for one in participant.assessments]
    seen += [(one.event.visit, one.event.infusion_number, one.event.on) for one in log.measurements.get(usubjid, [])]
    for kind in (came, seen):
        days = [
            on for visit, stated, on in kind if visit == name and counted_from(study, name, stated=stated) == number
        ]
        if days:
            return min(days)
    return None


def _kept(held: date, *, planned: date | None, first: date | None, last: date | None) -> Standing:
    if planned is None or first is None or last is None:
        return "held"
    return "held early" if held < first else "held late" if held > last else "held in window"


def _awaited(left: date | None, *, planned: date | None, first: date | None, last: date | None, on: date) -> Standing:
    """How a visit stands that nobody came to yet."""
    if left is not None and (planned is None or planned > left):
        return "not expected"
    if planned is None or on < (first or planned):
        return "not yet due"
    return "missing" if last is not None and on > last else "due"


def _left(state: TrialState, participant: Participant) -> date | None:
    """The day a participant left observation: the follow-up ended, or consent to everything was withdrawn."""
    withdrawn = [
        known.event.on
        for known in state.logs.screening.withdrawals.get(participant.usubjid, [])
        if known.event.scope == "everything"
    ]
    ended = [participant.ended.event.on] if participant.ended is not None else []
    return min((*withdrawn, *ended), default=None)


def instruments_at(study: Study, name: str) -> tuple[str, ...]:
    """The instruments assessed at a visit."""
    visit = visit_named(study, name)
    if visit is not None and visit.instruments is not None:
        return visit.instruments
    return study.disease_section.instruments if study.disease_section else ()


def tests_at(study: Study, name: str) -> tuple[str, ...]:
    """The laboratory tests done at a visit."""
    return tuple(test.name.en for test in study.laboratory if not test.visits or name in test.visits)


def not_recorded(
    study: Study, state: TrialState, *, participant: Participant, name: str, number: int
) -> tuple[str, ...]:
    """The instruments and tests of a visit that nothing was recorded of."""
    assessed = {
        known.event.instrument
        for known in participant.assessments
        if known.event.visit == name and counted_from(study, name, stated=known.event.infusion_number) == number
    }
    measured = {
        same(test)
        for known in state.logs.visits.measurements.get(participant.usubjid, [])
        if known.event.visit == name and counted_from(study, name, stated=known.event.infusion_number) == number
        for test in known.event.results
    }
    instruments = [one for one in instruments_at(study, name) if one not in assessed]
    return (*instruments, *(one for one in tests_at(study, name) if same(one) not in measured))
