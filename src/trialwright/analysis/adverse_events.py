"""Adverse events: how many people and events of each kind by dose level, by worst grade, and one line each.

People are counted once per row; the denominator is everybody infused at that level. An event counts by its worst grade,
by the more conservative of two judgements of its relation, and as serious once it ever was.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import final

from trialwright.analysis.case import Case
from trialwright.conduct.adverse_events import Course, course
from trialwright.conduct.dose_limiting import DoseLimiting, dose_limiting
from trialwright.conduct.state import Known
from trialwright.vocabulary.events import AdverseEventReported

Reported = Known[AdverseEventReported]


@final
@dataclass(frozen=True, slots=True)
class Tally:
    """People and events of one kind among those infused."""

    people: int
    of: int
    events: int


@final
@dataclass(frozen=True, slots=True)
class OverviewRow:
    """One kind of adverse event: by dose level, in the order of the levels, and in total."""

    kind: str
    levels: tuple[Tally, ...]
    total: Tally


@final
@dataclass(frozen=True, slots=True)
class ListedEvent:
    """One adverse event with what was judged about it."""

    known: Reported
    course: Course
    dose_level: int
    day: int | None  # from the infusion it is tied to, or the first one; None before any infusion
    limiting: DoseLimiting

    @property
    def dlt(self) -> bool | None:
        """Whether it is dose-limiting, as adjudicated where a person adjudicated it."""
        return self.limiting.stands


KINDS: tuple[tuple[str, Callable[[ListedEvent], bool]], ...] = (
    ("any", lambda listed: True),
    ("related", lambda listed: listed.course.relation.counts is True),
    ("not_judged", lambda listed: listed.course.relation.counts is None),
    ("grade_1", lambda listed: listed.course.worst == 1),
    ("grade_2", lambda listed: listed.course.worst == 2),
    ("grade_3_or_more", lambda listed: listed.course.worst >= 3),
    ("serious", lambda listed: listed.course.serious is True),
    ("serious_unknown", lambda listed: listed.course.serious is None),
    ("fatal", lambda listed: listed.course.is_fatal),
    ("dlt", lambda listed: listed.dlt is True),
    ("after_relapse", lambda listed: listed.course.after_relapse is True),
)


def listing(case: Case) -> tuple[ListedEvent, ...]:
    """Every adverse event, by participant and onset."""
    return tuple(_listed(case, known) for usubjid in case.state.participants for known in case.state.events_of(usubjid))


def _listed(case: Case, known: Reported) -> ListedEvent:
    event = known.event
    infusions = case.state.participants[event.usubjid].infusions
    number = event.infusion_number or 1
    start = infusions[number - 1].event.on if number <= len(infusions) else None
    return ListedEvent(
        known=known,
        course=course(case.state, known),
        dose_level=case.level_of(event.usubjid),
        day=None if start is None else (event.on - start).days,
        limiting=dose_limiting(case.study, case.state, known=known),
    )


def overview(case: Case) -> tuple[OverviewRow, ...]:
    """One row per kind, over everybody infused."""
    events = listing(case)
    infused = [one.usubjid for one in case.infused]
    at_level = [[who for who in infused if case.level_of(who) == level.level] for level in case.study.dose_levels]
    return tuple(
        OverviewRow(
            kind=kind,
            levels=tuple(_tally([one for one in events if matches(one)], people) for people in at_level),
            total=_tally([one for one in events if matches(one)], infused),
        )
        for kind, matches in KINDS
    )


def _tally(events: list[ListedEvent], people: list[str]) -> Tally:
    theirs = [one.known.event.usubjid for one in events if one.known.event.usubjid in set(people)]
    return Tally(people=len(set(theirs)), of=len(people), events=len(theirs))


@final
@dataclass(frozen=True, slots=True)
class PersonGrades:
    """How many events of each grade one participant had."""

    usubjid: str
    grades: tuple[int, ...]  # grade 1 to 5
    serious: int
    related: int


def by_person(case: Case) -> tuple[PersonGrades, ...]:
    """One row per infused participant: events of each grade, serious and related ones."""
    return tuple(_person(case, one.usubjid) for one in case.infused)


def _person(case: Case, usubjid: str) -> PersonGrades:
    mine = [course(case.state, known) for known in case.state.events_of(usubjid)]
    return PersonGrades(
        usubjid=usubjid,
        grades=tuple(sum(one.worst == grade for one in mine) for grade in range(1, 6)),
        serious=sum(one.serious is True for one in mine),
        related=sum(one.relation.counts is True for one in mine),
    )
