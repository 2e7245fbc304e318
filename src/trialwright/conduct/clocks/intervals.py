"""How long to wait between participants: the sentinel of a cohort, and the days between two infusions.

The rules of the protocol decide (``advise``); this says from which day on they would no longer hold anybody up, as far
as days alone are concerned.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, final

from trialwright.conduct.advise import snapshot
from trialwright.conduct.state import TrialState
from trialwright.conduct.toxicity import Observed, everyone
from trialwright.protocol.study import Study
from trialwright.rules.sentinel import Sentinel
from trialwright.rules.stagger import Stagger


@final
@dataclass(frozen=True, slots=True)
class Interval:
    """A wait that a rule of the protocol asks for."""

    rule: Literal["sentinel", "stagger"]
    days: int
    usubjid: str  # whose infusion it is counted from
    until: date | None  # the first day without it; None while that participant has not been infused
    days_left: int | None


def intervals(study: Study, state: TrialState, *, on: date) -> tuple[Interval, ...]:
    """The waits that are running on a day."""
    found: list[Interval] = []
    for rule in study.rules:
        if isinstance(rule, Stagger):
            found += [_of("stagger", rule.days, one=one, state=state, on=on) for one in _recent(study, state, on=on)]
        if isinstance(rule, Sentinel):
            found += [_of("sentinel", rule.days, one=one, state=state, on=on) for one in _alone(study, state, on=on)]
    return tuple(one for one in found if one.days_left is None or one.days_left > 0)


def _recent(study: Study, state: TrialState, *, on: date) -> list[Observed]:
    """Everybody who counts: the rule waits for each of them."""
    return [one for one in everyone(study, state, on=on) if one.evaluable]


def _alone(study: Study, state: TrialState, *, on: date) -> list[Observed]:
    """The first participant of the cohort that is being filled, as long as nobody else has joined it."""
    counted = [one for one in everyone(study, state, on=on) if one.evaluable and not one.backfill]
    if not counted or int(snapshot(study, state, on=on).counted_in_cohort[0]) != 1:
        return []
    return counted[-1:]


def _of(rule: Literal["sentinel", "stagger"], days: int, *, one: Observed, state: TrialState, on: date) -> Interval:
    given = state.participants[one.usubjid].infusions
    until = max(known.event.on for known in given) + timedelta(days=days) if given else None
    return Interval(rule, days, one.usubjid, until, None if until is None else (until - on).days)
