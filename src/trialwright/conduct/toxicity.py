"""Which adverse events are dose-limiting by the protocol's definition, and who has been observed for long enough.

Three-valued: an event that would be dose-limiting if it were related, but has not been judged yet, leaves its
participant unsettled. Day 0 is the day of an infusion; first and last day of the window both count; the window is
complete on the day after its last day.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import final

from trialwright.conduct.activity import activity_of
from trialwright.conduct.dose_limiting import DoseLimiting, computed_dlt, dose_limiting
from trialwright.conduct.state import Known, Participant, TrialState
from trialwright.protocol.study import Study
from trialwright.vocabulary.events import AdverseEventReported
from trialwright.vocabulary.seen import NOT_YET

__all__ = ["Observed", "computed_dlt", "everyone", "is_dlt", "observed"]


@final
@dataclass(frozen=True, slots=True)
class Observed:
    """One participant as dose finding sees them on a day."""

    usubjid: str
    assigned: int
    dose_level: int  # nearest to the dose given; the assigned level before the infusion
    within_tolerance: bool
    dlt: bool
    complete: bool  # the window has passed and nothing in it waits for judgement
    evaluable: bool
    window_ends: date | None  # the last day of the window; None before the infusion
    follow_up: int  # days since the infusion the window counts from, up to the first unjudged event; NOT_YET before it
    dlt_after: int  # days from that infusion to the first DLT; NOT_YET without one
    backfill: bool = False  # an extra participant at a cleared level, outside the cohorts
    active: bool | None = None  # activity as the protocol defines it; None: not known
    activity_awaited: bool = False  # it may still become known
    amount: float = math.nan  # given at the first infusion; nan before it

    @property
    def judged(self) -> bool:
        """Whether activity is known, yes or no."""
        return self.active is not None

    @property
    def settled(self) -> bool:
        """Whether the outcome is known for good: a DLT, or a whole window without one."""
        return self.evaluable and (self.dlt or self.complete)


def is_dlt(study: Study, state: TrialState, *, known: Known[AdverseEventReported]) -> bool | None:
    """Whether an adverse event is dose-limiting: as adjudicated by a person, otherwise by the protocol's definition.

    None when it depends on a judgement that has not been made.
    """
    return dose_limiting(study, state, known=known).stands


def observed(study: Study, state: TrialState, *, participant: Participant, on: date) -> Observed:
    """One participant on one day."""
    known = [dose_limiting(study, state, known=one) for one in state.events_of(participant.usubjid)]
    outcomes = [one.stands for one in known]
    assigned = participant.enrolled.event.dose_level
    ends = _window_ends(study, participant, assigned=assigned)
    counted = None if ends is None else ends - timedelta(days=study.dlt.last_day)
    passed = ends is not None and on > ends
    left = participant.ended is not None and (ends is None or participant.ended.event.on <= ends)
    dlt = any(outcome is True for outcome in outcomes)
    level, tolerated = _level(study, participant, assigned=assigned)
    activity = activity_of(study, participant)
    return Observed(
        usubjid=participant.usubjid,
        assigned=assigned,
        dose_level=level,
        within_tolerance=tolerated,
        dlt=dlt,
        complete=passed and not left and None not in outcomes,
        evaluable=dlt or not left,
        window_ends=ends,
        follow_up=_follow_up(known, counted=counted, on=on),
        dlt_after=_dlt_after(known, counted=counted),
        active=activity.active,
        activity_awaited=activity.awaited,
        backfill=participant.enrolled.event.backfill,
        amount=participant.infusions[0].event.dose_given if participant.infusions else math.nan,
    )


def _follow_up(known: Sequence[DoseLimiting], *, counted: date | None, on: date) -> int:
    """Whole days known to be free of DLT or to hold one: an event that awaits judgement ends what is known."""
    if counted is None:
        return NOT_YET
    waiting = [one.on for one in known if one.stands is None]
    return max(0, (min([on, *waiting]) - counted).days)


def _dlt_after(known: Sequence[DoseLimiting], *, counted: date | None) -> int:
    """Days to the first dose-limiting event; one that belongs to an earlier infusion counts as day 0."""
    days = [one.on for one in known if one.stands is True]
    return NOT_YET if not days or counted is None else max(0, (min(days) - counted).days)


def _window_ends(study: Study, participant: Participant, *, assigned: int) -> date | None:
    """The last day of the window after the last planned infusion; None while infusions are still to come."""
    planned = study.dose_levels[assigned - 1].infusions
    if len(participant.infusions) < planned:
        return None
    return max(known.event.on for known in participant.infusions) + timedelta(days=study.dlt.last_day)


def _level(study: Study, participant: Participant, *, assigned: int) -> tuple[int, bool]:
    """The level that counts, by the first dose given; the assigned one before any infusion."""
    if not participant.infusions:
        return assigned, True
    placed = study.placed(participant.infusions[0].event.dose_given, assigned=assigned)
    return placed.level, placed.within_tolerance


def everyone(study: Study, state: TrialState, *, on: date) -> tuple[Observed, ...]:
    """All participants on one day, in the order of enrolment."""
    return tuple(observed(study, state, participant=participant, on=on) for participant in state.participants.values())
