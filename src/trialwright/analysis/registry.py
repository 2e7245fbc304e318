"""The results of a trial as registries ask for them: flow, baseline, outcomes, and three tables of adverse events.

A group is a dose level in which anybody was enrolled: by the level assigned for flow and baseline, by the level of the
dose given for outcomes and adverse events. Adverse events are those that began on or after the day of the first
infusion. An event whose seriousness is not known is counted among the others, and their number is told.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, final

from trialwright.analysis.adverse_events import ListedEvent, listing
from trialwright.analysis.baseline import Summary, summarised
from trialwright.analysis.case import Case
from trialwright.analysis.responses import responders
from trialwright.analysis.toxicity import Rate, rate
from trialwright.conduct.state import Participant
from trialwright.protocol.sections import Endpoint

THRESHOLD = 0.05  # ClinicalTrials.gov: other events that exceed 5 % in any group are reported
SEXES = {"f": "female", "female": "female", "woman": "female", "m": "male", "male": "male", "man": "male"}
Sex = Literal["female", "male", "unknown"]
ONGOING = "ongoing"


@final
@dataclass(frozen=True, slots=True)
class FlowGroup:
    """One dose level as assigned: who started, was infused, completed; and why others did not, by classification."""

    dose_level: int
    started: int
    infused: int
    evaluable: int
    completed: int
    reasons: tuple[tuple[str, int], ...]  # how they left, or "ongoing"


@final
@dataclass(frozen=True, slots=True)
class BaselineGroup:
    """One dose level as assigned, or everybody (level 0): sex and age as recorded."""

    dose_level: int
    n: int
    sexes: tuple[tuple[Sex, int], ...]
    age: Summary


@final
@dataclass(frozen=True, slots=True)
class Outcome:
    """One outcome counted in people: by level of the dose given, and over all levels with its exact interval."""

    endpoint: Endpoint | None  # None: dose-limiting toxicity, the primary outcome
    groups: tuple[tuple[int, int, int], ...]  # dose level, with the outcome, assessed
    overall: Rate


@final
@dataclass(frozen=True, slots=True)
class TermRow:
    """One term: affected people and events by level, in the order of the groups."""

    term: str
    organ_system: str  # empty: not coded
    affected: tuple[int, ...]
    events: tuple[int, ...]


@final
@dataclass(frozen=True, slots=True)
class EventTables:
    """The three tables of adverse events, by level of the dose given."""

    levels: tuple[int, ...]
    at_risk: tuple[int, ...]
    deaths: tuple[int, ...]
    serious_people: tuple[int, ...]
    other_people: tuple[int, ...]  # with a term above the threshold
    serious: tuple[TermRow, ...]
    other: tuple[TermRow, ...]  # above the threshold in any group
    seriousness_unknown: int  # events counted among the others
    before_infusion: int  # events left out: they began before the first infusion, or without any
    coded: bool  # whether every event has terms of a dictionary


@final
@dataclass(frozen=True, slots=True)
class RegistryResults:
    """Everything a registry is told."""

    case: Case
    flow: tuple[FlowGroup, ...]
    baseline: tuple[BaselineGroup, ...]  # everybody last
    outcomes: tuple[Outcome, ...]
    events: EventTables

    @property
    def split_is_illustrative(self) -> bool:
        """Whether who belongs to which level was made up: a record made from publications, with several levels."""
        return self.case.state.is_reconstruction and len(self.flow) > 1


def registry_results(case: Case) -> RegistryResults:
    """The results at the data cut."""
    return RegistryResults(case, _flow(case), _baseline(case), _outcomes(case), event_tables(case))


def _assigned(case: Case, level: int) -> list[Participant]:
    return [one for one in case.state.participants.values() if one.enrolled.event.dose_level == level]


def _flow(case: Case) -> tuple[FlowGroup, ...]:
    found = []
    for level in case.study.dose_levels:
        people = _assigned(case, level.level)
        if not people:
            continue
        left = Counter(
            ONGOING if one.ended is None else one.ended.event.how or "other"
            for one in people
            if one.ended is None or not one.ended.event.completed
        )
        found.append(
            FlowGroup(
                dose_level=level.level,
                started=len(people),
                infused=sum(bool(one.infusions) for one in people),
                evaluable=sum(case.observed[one.usubjid].settled for one in people),
                completed=sum(one.ended is not None and one.ended.event.completed for one in people),
                reasons=tuple(sorted(left.items())),
            )
        )
    return tuple(found)


def _baseline(case: Case) -> tuple[BaselineGroup, ...]:
    levels = [level.level for level in case.study.dose_levels if _assigned(case, level.level)]
    groups = [_described(case, level, people=_assigned(case, level)) for level in levels]
    return (*groups, _described(case, 0, people=list(case.state.participants.values())))


def _described(case: Case, level: int, *, people: Sequence[Participant]) -> BaselineGroup:
    sexes: Counter[Sex] = Counter(_sex(case, one) for one in people)
    ages = [age for one in people if (age := _age(case, one)) is not None]
    counted: list[tuple[Sex, int]] = [("female", sexes["female"]), ("male", sexes["male"])]
    if sexes["unknown"]:
        counted.append(("unknown", sexes["unknown"]))
    return BaselineGroup(level, len(people), tuple(counted), summarised(ages, missing=len(people) - len(ages)))


def _characteristic(case: Case, one: Participant, *, name: str) -> object:
    """A value of the baseline, otherwise the last one of the screening."""
    if name in one.baseline:
        return one.baseline[name].event.value
    found = case.state.logs.screening.findings.get(one.usubjid, ())
    facts = [known.event.facts[name] for known in found if name in known.event.facts]
    return facts[-1].value if facts and facts[-1].unit in ("", "years") else None


def _sex(case: Case, one: Participant) -> Sex:
    said = SEXES.get(str(_characteristic(case, one, name="sex")).lower(), "unknown")
    return "female" if said == "female" else "male" if said == "male" else "unknown"


def _age(case: Case, one: Participant) -> float | None:
    value = _characteristic(case, one, name="age")
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _given(case: Case) -> tuple[int, ...]:
    """The levels at which anybody infused counts."""
    counted = {case.level_of(one.usubjid) for one in case.infused}
    return tuple(sorted(counted))


def _outcomes(case: Case) -> tuple[Outcome, ...]:
    settled = case.evaluable
    limiting = Outcome(
        endpoint=None,
        groups=tuple(
            (level, sum(one.dlt for one in at), len(at))
            for level in _given(case)
            for at in [[one for one in settled if one.dose_level == level]]
        ),
        overall=rate(sum(one.dlt for one in settled), len(settled)),
    )
    others = []
    for found in responders(case):
        said = [(case.level_of(who), known.event.met) for who, known in found.answers if known is not None]
        judged = [(level, met) for level, met in said if met is not None]
        groups = tuple(
            (level, sum(met for at, met in judged if at == level), sum(at == level for at, _ in judged))
            for level in _given(case)
        )
        others.append(Outcome(found.endpoint, groups, found.rate))
    return (limiting, *others)


def event_tables(case: Case) -> EventTables:
    """All-cause mortality, serious events, and other events above the threshold."""
    levels, events = _given(case), listing(case)
    emergent = [one for one in events if _is_emergent(case, one)]
    at_risk = tuple(sum(case.level_of(one.usubjid) == level for one in case.infused) for level in levels)
    died = {one.usubjid for one in case.infused if one.ended is not None and one.ended.event.how == "died"}
    died |= {one.known.event.usubjid for one in emergent if one.course.is_fatal}
    serious = [one for one in emergent if one.course.serious is True]
    rest = [one for one in emergent if one.course.serious is not True]
    rows = _terms(rest, levels)
    above = tuple(row for row in rows if any(n > THRESHOLD * of for n, of in zip(row.affected, at_risk, strict=True)))
    named = {row.term for row in above}
    return EventTables(
        levels=levels,
        at_risk=at_risk,
        deaths=tuple(sum(case.level_of(who) == level for who in died) for level in levels),
        serious_people=_people(serious, levels),
        other_people=_people([one for one in rest if term_of(one) in named], levels),
        serious=_terms(serious, levels),
        other=above,
        seriousness_unknown=sum(one.course.serious is None for one in rest),
        before_infusion=len(events) - len(emergent),
        coded=all(one.course.coding is not None for one in emergent),
    )


def _is_emergent(case: Case, one: ListedEvent) -> bool:
    infusions = case.state.participants[one.known.event.usubjid].infusions
    return bool(infusions) and one.known.event.on >= infusions[0].event.on


def term_of(one: ListedEvent) -> str:
    """The preferred term where the event is coded; its own words otherwise."""
    return one.known.event.term if one.course.coding is None else one.course.coding.event.pt


def _organ_system(one: ListedEvent) -> str:
    return one.known.event.soc if one.course.coding is None else one.course.coding.event.soc


def _people(events: Sequence[ListedEvent], levels: Sequence[int]) -> tuple[int, ...]:
    return tuple(len({one.known.event.usubjid for one in events if one.dose_level == level}) for level in levels)


def _count(events: Sequence[ListedEvent], levels: Sequence[int]) -> tuple[int, ...]:
    return tuple(sum(one.dose_level == level for one in events) for level in levels)


def _terms(events: Sequence[ListedEvent], levels: Sequence[int]) -> tuple[TermRow, ...]:
    """One row per term, in alphabetical order of organ system and term."""
    named: dict[tuple[str, str], list[ListedEvent]] = {}
    for one in events:
        named.setdefault((_organ_system(one), term_of(one)), []).append(one)
    return tuple(
        TermRow(term, system, affected=_people(own, levels), events=_count(own, levels))
        for (system, term), own in sorted(named.items())
    )
