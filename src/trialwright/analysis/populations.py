"""Populations: who counts for what, by dose level, and everybody who does not, with the reason.

Enrolled: everybody assigned to a dose level. Safety: everybody who received any infusion. Dose-determining: everybody
with a settled DLT outcome, a DLT or a whole window without one. Activity: everybody infused with an answer to an
endpoint of the protocol, or with the baseline instrument assessed before the first infusion and again after it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, final

from trialwright.analysis.case import Case
from trialwright.conduct.state import Participant
from trialwright.conduct.toxicity import Observed
from trialwright.vocabulary.words import Text

Name = Literal["enrolled", "safety", "dose_determining", "activity"]
NAMES: tuple[Name, ...] = ("enrolled", "safety", "dose_determining", "activity")

LEFT_BEFORE = Text(en="left on {on} before any infusion", fr="sortie de l'essai le {on} avant toute perfusion")
NOT_INFUSED = Text(en="not infused by the data cut", fr="non perfusée à la date d'extraction")
LEFT_WITHIN = Text(
    en="left on {on}, before the end of the DLT window, without a DLT",
    fr="sortie de l'essai le {on}, avant la fin de la fenêtre de DLT, sans DLT",
)
INFUSIONS_TO_COME = Text(
    en="{given} of {planned} planned infusions given; the DLT window counts from the last",
    fr="{given} perfusion(s) sur {planned} prévues ; la fenêtre de DLT compte à partir de la dernière",
)
WINDOW_RUNS = Text(en="the DLT window lasts until {on}", fr="la fenêtre de DLT dure jusqu'au {on}")
NOT_JUDGED = Text(
    en="an adverse event that may be dose-limiting has not been judged yet",
    fr="un événement indésirable peut-être limitant la dose n'est pas encore jugé",
)
NO_BASELINE = Text(
    en="disease activity was not assessed before the first infusion",
    fr="activité de la maladie non évaluée avant la première perfusion",
)
NO_LATER = Text(
    en="disease activity was not assessed after the first infusion",
    fr="activité de la maladie non évaluée après la première perfusion",
)
NO_ANSWER = Text(
    en="no endpoint of the protocol has an answer",
    fr="aucun critère de jugement du protocole n'a de réponse",
)


@final
@dataclass(frozen=True, slots=True)
class Exclusion:
    """Why one participant is not in a population."""

    usubjid: str
    dose_level: int  # assigned
    population: Name
    why: Text
    values: dict[str, object]


@final
@dataclass(frozen=True, slots=True)
class Population:
    """One population: its members in the order of enrolment, and those enrolled who are not in it."""

    name: Name
    members: tuple[str, ...]
    excluded: tuple[Exclusion, ...]

    def at(self, case: Case, level: int) -> int:
        """How many of its members were assigned to a dose level."""
        people = case.state.participants
        return sum(people[who].enrolled.event.dose_level == level for who in self.members)


def populations(case: Case) -> tuple[Population, ...]:
    """Every population, each with its members and its exclusions."""
    return tuple(_population(case, name) for name in NAMES)


def _population(case: Case, name: Name) -> Population:
    members, excluded = [], []
    for usubjid, one in case.state.participants.items():
        why = _why_not(case, one, name=name)
        if why is None:
            members.append(usubjid)
        else:
            excluded.append(Exclusion(usubjid, one.enrolled.event.dose_level, name, *why))
    return Population(name, tuple(members), tuple(excluded))


Why = tuple[Text, dict[str, object]]


def _why_not(case: Case, one: Participant, *, name: Name) -> Why | None:
    """The reason why a participant is not in a population; None for its members."""
    match name:
        case "enrolled":
            return None
        case "safety":
            return _not_infused(one)
        case "dose_determining":
            return _not_settled(case, one, seen=case.observed[one.usubjid])
        case "activity":
            return _not_infused(one) or _without_activity(case, one)


def _not_infused(one: Participant) -> Why | None:
    if one.infusions:
        return None
    return (NOT_INFUSED, {}) if one.ended is None else (LEFT_BEFORE, {"on": one.ended.event.on})


def _not_settled(case: Case, one: Participant, *, seen: Observed) -> Why | None:
    if seen.settled:
        return None
    if not one.infusions:
        return _not_infused(one)
    if not seen.evaluable and one.ended is not None:
        return LEFT_WITHIN, {"on": one.ended.event.on}
    if seen.window_ends is None:
        planned = case.study.dose_levels[one.enrolled.event.dose_level - 1].infusions
        return INFUSIONS_TO_COME, {"given": len(one.infusions), "planned": planned}
    if case.on <= seen.window_ends:
        return WINDOW_RUNS, {"on": seen.window_ends}
    return NOT_JUDGED, {}


def _without_activity(case: Case, one: Participant) -> Why | None:
    section = case.study.disease_section
    if any(known.event.met is not None for known in one.responses):
        return None
    if section is None:
        return NO_ANSWER, {}
    first = one.infusions[0].event.on
    days = [
        known.event.on
        for known in one.assessments
        if known.event.instrument == (section.baseline or known.event.instrument)
    ]
    if not any(day <= first for day in days):
        return NO_BASELINE, {}
    return None if any(day > first for day in days) else (NO_LATER, {})
