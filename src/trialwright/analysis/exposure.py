"""Assigned, released and given: the three doses of every infusion, and the level at which it counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import final

from trialwright.analysis.case import Case
from trialwright.conduct.state import Known, Participant
from trialwright.vocabulary.events import InfusionGiven


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
        batch=event.batch or (release.event.batch if release else ""),
        follow_up_days=None if ended is None else (ended.event.on - event.on).days,
        illustrative=frozenset(name for name, flag in flags.items() if flag),
    )
