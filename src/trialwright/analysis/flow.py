"""The way of participants through the trial, by assigned dose level: screened, enrolled, infused, evaluable, followed.

Everybody enrolled stands in exactly one place of each row: infused, never infused, or awaiting an infusion; evaluable
for DLT, not evaluable, or still awaited; follow-up completed, ended early, or going on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, final

from trialwright.analysis.case import Case
from trialwright.conduct.eligibility import eligibility
from trialwright.conduct.state import Participant
from trialwright.vocabulary.events.participants import Departure

Excluded = Literal["withdrew", "not eligible", "in screening", "eligible"]
EXCLUDED: tuple[Excluded, ...] = ("not eligible", "withdrew", "eligible", "in screening")


@final
@dataclass(frozen=True, slots=True)
class Lost:
    """People who left observation early for one reason: how it was classified, or in the words of the record."""

    how: Departure | None
    reason: str
    people: int


@final
@dataclass(frozen=True, slots=True)
class LevelFlow:
    """The participants of one assigned dose level."""

    dose_level: int
    allocated: int
    backfill: int  # of the allocated: outside the cohorts
    infused: int
    never_infused: int  # left before any infusion
    awaiting: int  # neither infused nor gone
    not_all_infusions: int  # of the infused: fewer infusions than planned at the data cut
    evaluable: int
    with_dlt: int  # of the evaluable
    not_evaluable: int
    replaced: int  # of those: gave their place in the cohort back, by the rule of the protocol
    unsettled: int  # in the window, or waiting for a judgement or an infusion
    completed: int
    lost: tuple[Lost, ...]
    in_follow_up: int

    @property
    def left_early(self) -> int:
        """Everybody who left observation early."""
        return sum(one.people for one in self.lost)


@final
@dataclass(frozen=True, slots=True)
class Flow:
    """The whole trial; ``screened`` is None where the record holds no screening."""

    screened: int | None
    excluded: tuple[tuple[Excluded, int], ...]  # of the screened, who were not enrolled
    criteria: tuple[tuple[str, int], ...]  # criterion and how many of the ineligible it keeps out; one may have several
    enrolled: int
    enrolled_unscreened: int  # enrolled without screening in this record
    levels: tuple[LevelFlow, ...]

    @property
    def not_enrolled(self) -> int:
        """The screened who were not enrolled."""
        return sum(people for _, people in self.excluded)


def flow(case: Case) -> Flow:
    """The flow of participants at the data cut, one entry per dose level of the protocol, tried or not."""
    people = case.state.participants
    screened = case.state.logs.screening.screened
    outside = [who for who in screened if who not in people]
    kinds = {who: _why_outside(case, who) for who in outside}
    counted = Counter(kinds.values())
    gave_back = _gave_back(case)
    return Flow(
        screened=len(screened) if screened else None,
        excluded=tuple((kind, counted[kind]) for kind in EXCLUDED if counted[kind]),
        criteria=_criteria(case, [who for who, kind in kinds.items() if kind == "not eligible"]),
        enrolled=len(people),
        enrolled_unscreened=sum(who not in screened for who in people) if screened else 0,
        levels=tuple(_level(case, level.level, gave_back=gave_back) for level in case.study.dose_levels),
    )


def _why_outside(case: Case, usubjid: str) -> Excluded:
    log = case.state.logs.screening
    if log.withdrew(usubjid) is not None:
        return "withdrew"
    confirmed = log.confirmed(usubjid)
    if confirmed is not None:
        return "eligible" if confirmed.event.eligible else "not eligible"
    return "in screening"


def _criteria(case: Case, ineligible: Sequence[str]) -> tuple[tuple[str, int], ...]:
    """How many of the ineligible each criterion keeps out, in the order of the protocol."""
    section = case.study.eligibility
    counted = Counter(
        one.criterion.id
        for who in ineligible
        for one in eligibility(case.study, case.state, usubjid=who).judged
        if one.lets_in is False
    )
    return tuple((one.id, counted[one.id]) for one in (*section.inclusion, *section.exclusion) if counted[one.id])


def _gave_back(case: Case) -> frozenset[str]:
    """Who gave a place in a cohort back: the first so many who are not evaluable, in the order of assignment."""
    limit = case.study.replacements
    gone = [
        who
        for who, one in case.observed.items()
        if not one.evaluable and not case.state.participants[who].enrolled.event.backfill
    ]
    return frozenset(gone if limit is None else gone[:limit])


def _level(case: Case, level: int, *, gave_back: frozenset[str]) -> LevelFlow:
    people = [one for one in case.state.participants.values() if one.enrolled.event.dose_level == level]
    seen = [case.observed[one.usubjid] for one in people]
    planned = case.study.dose_levels[level - 1].infusions
    return LevelFlow(
        dose_level=level,
        allocated=len(people),
        backfill=sum(one.enrolled.event.backfill for one in people),
        infused=sum(bool(one.infusions) for one in people),
        never_infused=sum(one.ended is not None and not one.infusions for one in people),
        awaiting=sum(one.ended is None and not one.infusions for one in people),
        not_all_infusions=sum(0 < len(one.infusions) < planned for one in people),
        evaluable=sum(one.settled for one in seen),
        with_dlt=sum(one.settled and one.dlt for one in seen),
        not_evaluable=sum(not one.evaluable for one in seen),
        replaced=sum(one.usubjid in gave_back for one in people),
        unsettled=sum(one.evaluable and not one.settled for one in seen),
        completed=sum(one.ended is not None and one.ended.event.completed for one in people),
        lost=_lost(people),
        in_follow_up=sum(one.ended is None for one in people),
    )


def _lost(people: Iterable[Participant]) -> tuple[Lost, ...]:
    """Those who left early by reason, most frequent first, then in the order in which the reasons came."""
    ended = [one.ended.event for one in people if one.ended is not None and not one.ended.event.completed]
    counted = Counter((event.how, "" if event.how not in (None, "other") else event.reason) for event in ended)
    return tuple(Lost(how, reason, count) for (how, reason), count in counted.most_common())
