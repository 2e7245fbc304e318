"""The next planned visit of every participant, counted from the first infusion."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import final

from trialwright.conduct.state import Participant, TrialState
from trialwright.protocol.study import Study
from trialwright.vocabulary.words import Text


@final
@dataclass(frozen=True, slots=True)
class NextVisit:
    """A planned visit that has been neither held nor missed."""

    usubjid: str
    visit: Text
    planned: date
    first: date  # the window of the visit; the planned day alone where none is given
    last: date
    days_left: int  # to the last day; negative once it is over


def next_visits(study: Study, state: TrialState, *, on: date) -> tuple[NextVisit, ...]:
    """The next visit of everybody who has been infused and is still followed, by its last day."""
    found = (_next(study, state, one=one, on=on) for one in state.participants.values() if one.ended is None)
    return tuple(sorted((one for one in found if one), key=lambda one: (one.last, one.usubjid)))


def _next(study: Study, state: TrialState, *, one: Participant, on: date) -> NextVisit | None:
    if not one.infusions:
        return None
    start, log = one.infusions[0].event.on, state.logs.visits
    done = {known.event.visit for known in log.held.get(one.usubjid, ())}
    done |= {known.event.visit for known in log.missed.get(one.usubjid, ())}
    done |= {known.event.visit for known in one.assessments} | {known.event.visit for known in one.responses}
    waiting = [visit for visit in study.visits if visit.day >= 0 and visit.name.en not in done]
    if not waiting:
        return None
    visit = min(waiting, key=lambda visit: visit.day)
    planned, either_way = start + timedelta(days=visit.day), timedelta(days=visit.window_days or 0)
    last = planned + either_way
    return NextVisit(one.usubjid, visit.name, planned, planned - either_way, last, (last - on).days)
