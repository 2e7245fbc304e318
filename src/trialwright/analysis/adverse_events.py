"""Adverse events: how many people and events of each kind by dose level, by worst grade, and one line each.

People are counted once per row; the denominator is everybody infused at that level. An event counts by its worst grade,
by the more conservative of two judgements of its relation, and as serious once it ever was. It is treatment-emergent
when it began, or rose to a higher grade, on or after the day of the first infusion; only such events are counted, but
for the rows that say otherwise. An event of special interest is one whose CTCAE term, preferred term, own words or
system organ class the protocol lists.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import final

from trialwright.analysis.case import Case
from trialwright.conduct.adverse_events import Course, course
from trialwright.conduct.dose_limiting import DoseLimiting, dose_limiting
from trialwright.conduct.names import same
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
    emerged_on: date | None  # the day it became treatment-emergent; None: it is not
    infusion: int  # the last infusion given by that day; 0: none
    interests: tuple[str, ...]  # names of the kinds of special interest it is of

    @property
    def emergent(self) -> bool:
        """Whether it began, or rose, on or after the day of the first infusion."""
        return self.emerged_on is not None

    @property
    def soc(self) -> str:
        """System organ class as coded, else as reported; nothing where it was not coded."""
        return self.course.coding.event.soc if self.course.coding else self.known.event.soc

    @property
    def pt(self) -> str:
        """Preferred term as coded, else the term as reported."""
        return self.course.coding.event.pt if self.course.coding else self.known.event.term

    @property
    def dlt(self) -> bool | None:
        """Whether it is dose-limiting, as adjudicated where a person adjudicated it."""
        return self.limiting.stands


KINDS: tuple[tuple[str, Callable[[ListedEvent], bool]], ...] = (
    ("any", lambda listed: True),
    ("emergent", lambda listed: listed.emergent),
    ("related", lambda listed: listed.emergent and listed.course.relation.counts is True),
    ("not_judged", lambda listed: listed.emergent and listed.course.relation.counts is None),
    ("grade_1", lambda listed: listed.emergent and listed.course.worst == 1),
    ("grade_2", lambda listed: listed.emergent and listed.course.worst == 2),
    ("grade_3_or_more", lambda listed: listed.emergent and listed.course.worst >= 3),
    ("serious", lambda listed: listed.emergent and listed.course.serious is True),
    ("serious_unknown", lambda listed: listed.emergent and listed.course.serious is None),
    ("fatal", lambda listed: listed.emergent and listed.course.is_fatal),
    ("dlt", lambda listed: listed.dlt is True),
    ("after_relapse", lambda listed: listed.emergent and listed.course.after_relapse is True),
)


def of_interest(name: str) -> Callable[[ListedEvent], bool]:
    """Whether an event is treatment-emergent and of this kind of special interest."""
    return lambda listed: listed.emergent and name in listed.interests


def listing(case: Case) -> tuple[ListedEvent, ...]:
    """Every adverse event, by participant and onset."""
    return tuple(_listed(case, known) for usubjid in case.state.participants for known in case.state.events_of(usubjid))


def _listed(case: Case, known: Reported) -> ListedEvent:
    event = known.event
    infusions = case.state.participants[event.usubjid].infusions
    number = event.infusion_number or 1
    start = infusions[number - 1].event.on if number <= len(infusions) else None
    now = course(case.state, known)
    emerged = _emerged(now, first=infusions[0].event.on if infusions else None)
    return ListedEvent(
        known=known,
        course=now,
        dose_level=case.level_of(event.usubjid),
        day=None if start is None else (event.on - start).days,
        limiting=dose_limiting(case.study, case.state, known=known),
        emerged_on=emerged,
        infusion=sum(one.event.on <= emerged for one in infusions) if emerged else 0,
        interests=_interests(case, now),
    )


def _emerged(now: Course, *, first: date | None) -> date | None:
    """The first day, from that of the first infusion on, on which the event began or rose to a higher grade."""
    if first is None:
        return None
    return min((step.on for step in now.reached([(first, date.max)])), default=None)


def _interests(case: Case, now: Course) -> tuple[str, ...]:
    """The kinds of special interest an event is of, by any of the words it has."""
    coding = now.coding.event if now.coding else None
    terms = {same(word) for word in (now.ctcae_term, now.event.term, coding.pt if coding else "") if word}
    classes = {same(word) for word in (coding.soc if coding else "", now.event.soc) if word}
    return tuple(
        one.name
        for one in case.study.safety.special_interest
        if terms & {same(term) for term in one.terms} or classes & {same(name) for name in one.classes}
    )


def overview(case: Case, events: Sequence[ListedEvent]) -> tuple[OverviewRow, ...]:
    """One row per kind, and one per kind of special interest, over everybody infused."""
    infused = [one.usubjid for one in case.infused]
    at_level = people_by_level(case)
    kinds = (*KINDS, *((f"interest:{one.name}", of_interest(one.name)) for one in case.study.safety.special_interest))
    return tuple(
        OverviewRow(
            kind=kind,
            levels=tuple(tally([one for one in events if matches(one)], people) for people in at_level),
            total=tally([one for one in events if matches(one)], infused),
        )
        for kind, matches in kinds
    )


def people_by_level(case: Case) -> tuple[tuple[str, ...], ...]:
    """Those infused at every dose level of the protocol, by the dose given."""
    infused = [one.usubjid for one in case.infused]
    return tuple(tuple(who for who in infused if case.level_of(who) == level.level) for level in case.study.dose_levels)


def left_because_of_events(case: Case) -> tuple[str, ...]:
    """Those infused who left because of an adverse event, as recorded at their departure."""
    return tuple(
        one.usubjid for one in case.infused if one.ended is not None and one.ended.event.how == "adverse event"
    )


def departures_unclassified(case: Case) -> int:
    """How many of those infused left early without a recorded kind of reason."""
    left = [one.ended.event for one in case.infused if one.ended is not None]
    return sum(not event.completed and event.how is None for event in left)


def tally(events: Iterable[ListedEvent], people: Collection[str]) -> Tally:
    """People among these with any of the events, and how many events they had."""
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
