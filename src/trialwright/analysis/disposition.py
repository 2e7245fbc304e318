"""How many people were enrolled, infused, evaluable and followed to the end, by assigned dose level."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

from trialwright.analysis.case import Case
from trialwright.conduct.state import Participant


@final
@dataclass(frozen=True, slots=True)
class Disposition:
    """Counts of one assigned dose level."""

    dose_level: int
    enrolled: int
    infused: int
    evaluable: int
    completed: int
    left_early: int
    not_infused: int  # of those who left early: before any infusion, as when no dose could be made or released
    in_follow_up: int
    backfill: int  # of the enrolled: extra participants at a cleared level, outside the cohorts
    reasons: tuple[tuple[str, str], ...]  # participant and reason, of those who left early


def disposition(case: Case) -> tuple[Disposition, ...]:
    """One row per dose level of the protocol, tried or not."""
    everybody = case.state.participants.values()
    return tuple(
        _of_level(case, level.level, people=[one for one in everybody if one.enrolled.event.dose_level == level.level])
        for level in case.study.dose_levels
    )


def _of_level(case: Case, level: int, *, people: list[Participant]) -> Disposition:
    left = [(one.usubjid, one.ended.event.reason) for one in people if one.ended and not one.ended.event.completed]
    return Disposition(
        dose_level=level,
        enrolled=len(people),
        infused=sum(bool(one.infusions) for one in people),
        evaluable=sum(case.observed[one.usubjid].settled for one in people),
        completed=sum(one.ended is not None and one.ended.event.completed for one in people),
        left_early=len(left),
        not_infused=sum(bool(one.ended) and not one.infusions for one in people),
        in_follow_up=sum(one.ended is None for one in people),
        backfill=sum(one.enrolled.event.backfill for one in people),
        reasons=tuple(left),
    )
