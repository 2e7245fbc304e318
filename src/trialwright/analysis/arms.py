"""Disposition and adverse events by arm, for those who may see it; of everybody together for those who may not.

Who is in which arm is not in the record. A case holds it (``allocation``) only where the sealed list was opened with
its key; without it, an analysis by arm is refused, and the same analyses are made of everybody together.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

from trialwright.analysis.adverse_events import KINDS, ListedEvent, Tally, listing
from trialwright.analysis.case import Case
from trialwright.vocabulary.errors import Refused
from trialwright.vocabulary.words import Text

SEALED = Text(
    en="this trial is blinded, and its allocation is sealed: an analysis by arm needs the list key (`trialwright "
    "closed-report TRIAL --key FILE`); without it, `trialwright open-report` shows everybody together",
    fr="cet essai est en aveugle et sa répartition est scellée : une analyse par bras demande la clé de la liste "
    "(`trialwright closed-report TRIAL --key FILE`) ; sans elle, `trialwright open-report` montre l'ensemble",
)
NO_ARMS = Text(
    en="this trial has no arms: its protocol has no [randomisation]",
    fr="cet essai n'a pas de bras : son protocole n'a pas de section [randomisation]",
)


@final
@dataclass(frozen=True, slots=True)
class Group:
    """People who are counted together: an arm by its name, or everybody randomised (no name)."""

    arm: str
    usubjids: tuple[str, ...]


def everybody(case: Case) -> tuple[Group, ...]:
    """One group of everybody randomised, in the order of randomisation; Refused where the trial has no arms."""
    if case.study.randomisation is None:
        raise Refused(NO_ARMS)
    randomised = case.state.logs.randomisation.randomised
    return (Group("", tuple(one for one in randomised if one in case.state.participants)),)


def by_arm(case: Case) -> tuple[Group, ...]:
    """The arms of the protocol, each with its people; Refused where the case was made without the allocation."""
    (everyone,) = everybody(case)
    if case.allocation is None or case.study.randomisation is None:
        raise Refused(SEALED)
    allocated = case.allocation
    return tuple(
        Group(arm, tuple(one for one in everyone.usubjids if allocated[one] == arm))
        for arm in case.study.randomisation.arm_names
    )


@final
@dataclass(frozen=True, slots=True)
class Disposed:
    """What became of the people of one group, everybody as randomised."""

    arm: str
    randomised: int
    infused: int
    completed: int
    left_early: int
    in_follow_up: int
    unblinded: int


def disposition_of(case: Case, groups: tuple[Group, ...]) -> tuple[Disposed, ...]:
    """One row for each group."""
    return tuple(_disposed(case, group) for group in groups)


def _disposed(case: Case, group: Group) -> Disposed:
    people = [case.state.participants[one] for one in group.usubjids]
    unblindings = case.state.logs.randomisation.unblindings
    return Disposed(
        arm=group.arm,
        randomised=len(people),
        infused=sum(bool(one.infusions) for one in people),
        completed=sum(one.ended is not None and one.ended.event.completed for one in people),
        left_early=sum(one.ended is not None and not one.ended.event.completed for one in people),
        in_follow_up=sum(one.ended is None for one in people),
        unblinded=sum(one.usubjid in unblindings for one in people),
    )


@final
@dataclass(frozen=True, slots=True)
class ArmOverview:
    """One kind of adverse event: people and events among those infused, in the order of the groups."""

    kind: str
    groups: tuple[Tally, ...]


def adverse_events_of(case: Case, groups: tuple[Group, ...]) -> tuple[ArmOverview, ...]:
    """One row for each kind of adverse event, over those of each group who were infused."""
    events = listing(case)
    infused = {one.usubjid for one in case.infused}
    people = [tuple(one for one in group.usubjids if one in infused) for group in groups]
    return tuple(
        ArmOverview(kind, tuple(_tally([one for one in events if matches(one)], each) for each in people))
        for kind, matches in KINDS
    )


def _tally(events: list[ListedEvent], people: tuple[str, ...]) -> Tally:
    theirs = [one.known.event.usubjid for one in events if one.known.event.usubjid in people]
    return Tally(people=len(set(theirs)), of=len(people), events=len(theirs))
