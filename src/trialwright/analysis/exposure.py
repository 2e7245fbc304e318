"""Assigned, released and given: the three doses of every infusion, and the level at which it counts."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import final

from trialwright.analysis.adverse_events import people_by_level
from trialwright.analysis.case import Case
from trialwright.analysis.measurements import Summary, summary
from trialwright.conduct.infusion import minutes_running
from trialwright.conduct.state import Known, Participant
from trialwright.vocabulary.events import InfusionGiven


@final
@dataclass(frozen=True, slots=True)
class LevelExposure:
    """What one dose level received (level 0: all): doses given in parts of those assigned, minutes of an infusion."""

    dose_level: int
    people: int
    planned: int  # infusions planned for them
    infusions: int
    ratio: Summary
    minutes: Summary
    out_of_specification: int
    specification_unknown: int


@final
@dataclass(frozen=True, slots=True)
class Exposure:
    """One infusion of one participant; doses in the protocol's unit."""

    usubjid: str
    infusion_number: int
    on: date
    assigned_level: int
    assigned: float
    released: float | None  # None: no release is recorded
    given: float
    counted_level: int
    within_tolerance: bool
    batch: str
    volume_ml: float | None
    minutes: float | None  # during which the product ran, without interruptions; None: not known
    interruptions: int
    in_specification: bool | None  # of the batch, at its release; None: not recorded here
    follow_up_days: int | None  # from the infusion to the end of follow-up; None while it goes on
    illustrative: frozenset[str]  # which of the facts above are illustrative


def exposures(case: Case) -> tuple[Exposure, ...]:
    """One row per infusion, in the order of enrolment."""
    return tuple(
        _exposure(case, participant, infusion=infusion)
        for participant in case.infused
        for infusion in participant.infusions
    )


def _exposure(case: Case, participant: Participant, *, infusion: Known[InfusionGiven]) -> Exposure:
    event, enrolled = infusion.event, participant.enrolled
    release = participant.release_for(event.infusion_number)
    placed = case.study.placed(event.dose_given, assigned=enrolled.event.dose_level)
    ended = participant.ended
    batch = event.batch or (release.event.batch if release else "")
    tested = case.state.logs.product.releases.get(batch)
    flags = {
        "usubjid": enrolled.illustrative("usubjid"),
        "on": infusion.illustrative("on"),
        "released": release is not None and release.illustrative("dose_released"),
        "given": infusion.illustrative("dose_given"),
        "batch": infusion.illustrative("batch"),
        "follow_up_days": infusion.illustrative("on") or (ended is not None and ended.illustrative("on")),
    }
    return Exposure(
        usubjid=participant.usubjid,
        infusion_number=event.infusion_number,
        on=event.on,
        assigned_level=enrolled.event.dose_level,
        assigned=case.study.dose_levels[enrolled.event.dose_level - 1].amount,
        released=None if release is None else release.event.dose_released,
        given=event.dose_given,
        counted_level=placed.level,
        within_tolerance=placed.within_tolerance,
        batch=batch,
        volume_ml=event.volume_ml,
        minutes=minutes_running(event),
        interruptions=len(event.interruptions),
        in_specification=None if tested is None else tested.event.in_specification,
        follow_up_days=None if ended is None else (ended.event.on - event.on).days,
        illustrative=frozenset(name for name, flag in flags.items() if flag),
    )


def exposure_by_level(case: Case, given: Sequence[Exposure]) -> tuple[LevelExposure, ...]:
    """One row per dose level at which anybody counts, and one for all where there are several."""
    groups = [(level, people) for level, people in enumerate(people_by_level(case), start=1) if people]
    if len(groups) > 1:
        groups.append((0, tuple(one.usubjid for one in case.infused)))
    return tuple(_of_level(case, given, level=level, people=people) for level, people in groups)


def _of_level(case: Case, given: Sequence[Exposure], *, level: int, people: Collection[str]) -> LevelExposure:
    mine = [one for one in given if one.usubjid in people]
    assigned = [case.state.participants[who].enrolled.event.dose_level for who in people]
    return LevelExposure(
        dose_level=level,
        people=len(people),
        planned=sum(case.study.dose_levels[place - 1].infusions for place in assigned),
        infusions=len(mine),
        ratio=summary([one.given / one.assigned for one in mine]),
        minutes=summary([one.minutes for one in mine if one.minutes is not None]),
        out_of_specification=sum(one.in_specification is False for one in mine),
        specification_unknown=sum(one.in_specification is None for one in mine),
    )
