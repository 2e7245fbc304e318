"""The course of an adverse event: what was reported, followed and judged, folded into what is true on a day.

The grades of an event are a course in time: its grade at onset, then every change. Worst is the highest of them.
A grade is *reached* on a day when the event begins at it or rises to it then; one that is merely still there is not
reached again. What several entries of one day say of the grade is read so that their order does not matter: the highest
of the day counts as reached, the lowest as what a later rise is measured from.

Two people judge the relation to the product. Of each the last judgement stands; of the two, the one that says more: the
sponsor may raise what the investigator said, never lower it. A lower opinion of the sponsor is kept and shown beside it
(Regulation (EU) 536/2014, annex III, point 4). A relation that the investigator has not judged stays not judged until
somebody says that it is related. Once serious, an event stays serious: what was entered wrongly is corrected. A fatal
event is serious whatever was said of it before: death is one of the criteria (ICH E2A).

Missing is not "no": an answer is None until somebody gives it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any, TypeVar, final

from trialwright.conduct.state import Known, TrialState
from trialwright.vocabulary import ctcae
from trialwright.vocabulary.events import (
    AdverseEventCoded,
    AdverseEventFollowed,
    AdverseEventReported,
    CausalityAssessed,
)
from trialwright.vocabulary.events.safety import Outcome, Seriousness

Told = Known[AdverseEventReported] | Known[AdverseEventFollowed]
K = TypeVar("K", bound=Known[Any])


@final
@dataclass(frozen=True, slots=True)
class Relation:
    """How the relation to the product was judged, and what counts; None: not judged."""

    investigator: bool | None
    sponsor: bool | None

    @property
    def counts(self) -> bool | None:
        """What counts: related as soon as either says so, otherwise as the investigator says."""
        return True if self.sponsor else self.investigator

    @property
    def downgraded(self) -> bool:
        """Whether the sponsor holds it for unrelated and the investigator does not: an opinion that changes nothing."""
        return self.sponsor is False and self.investigator is not False


@final
@dataclass(frozen=True, slots=True)
class Step:
    """The grades of one day on which an event began or changed."""

    on: date
    highest: int
    lowest: int
    last: int  # as recorded last
    risen: bool  # the event began at the highest, or rose to it


@final
@dataclass(frozen=True, slots=True)
class Course:
    """What is true of one adverse event on a day."""

    known: Known[AdverseEventReported]
    steps: tuple[Step, ...]
    relation: Relation
    serious: bool | None
    seriousness: tuple[Seriousness, ...]
    ended_on: date | None
    outcome: Outcome | None
    expected: bool | None
    after_relapse: bool | None
    meaningful: bool | None
    ctcae_term: str  # the term whose grades apply; empty: not known
    coding: Known[AdverseEventCoded] | None

    @property
    def event(self) -> AdverseEventReported:
        """The event as first reported."""
        return self.known.event

    @property
    def worst(self) -> int:
        """The highest grade so far."""
        return max(step.highest for step in self.steps)

    @property
    def grade(self) -> int | None:
        """The present grade; None once the event has ended."""
        return None if self.ended_on is not None else self.steps[-1].last

    def reached(self, spans: Iterable[tuple[date, date]]) -> tuple[Step, ...]:
        """The days within these spans, both ends included, on which the event began or rose."""
        within = tuple(spans)
        return tuple(step for step in self.steps if step.risen and any(a <= step.on <= b for a, b in within))

    @property
    def threatens_life(self) -> bool | None:
        """Whether the event was fatal or life-threatening; None where it is serious and nobody said why.

        Grade 4 alone does not say so: a laboratory value of grade 4 need not threaten anybody's life.
        """
        if self.is_fatal or {"death", "life-threatening"} & set(self.seriousness):
            return True
        return False if self.serious is False or self.seriousness else None

    @property
    def is_fatal(self) -> bool:
        """Whether the participant died of it, as recorded in any of the three places where this is said."""
        return self.worst == max(ctcae.GRADES) or self.outcome == "fatal" or "death" in self.seriousness


def courses(state: TrialState, *, on: date | None = None) -> tuple[Course, ...]:
    """Every adverse event that had begun by a day, in the order in which they were first recorded."""
    begun = (known for known in state.adverse_events.values() if on is None or known.event.on <= on)
    return tuple(course(state, known, on=on) for known in begun)


def course(state: TrialState, known: Known[AdverseEventReported], *, on: date | None = None) -> Course:
    """One adverse event as it stood on a day; at the end of what is known where no day is given."""
    event, log = known.event, state.logs.safety
    followed = until(log.followed.get(event.ae, ()), on)
    told: tuple[Told, ...] = (known, *followed)
    coding = until(log.coding.get(event.ae, ()), on)
    expected = [event.expected, *(one.event.expected for one in until(log.expectedness.get(event.ae, ()), on))]
    return Course(
        known=known,
        steps=steps_of(known, followed),
        relation=relation_of(event, until(log.judged.get(event.ae, ()), on)),
        serious=_serious(told),
        seriousness=tuple(dict.fromkeys(reason for one in told for reason in one.event.seriousness)),
        ended_on=_latest(told, lambda one: one.event.ended_on),
        outcome=_latest(told, lambda one: one.event.outcome),
        expected=expected[-1],
        after_relapse=_latest(told, lambda one: one.event.after_relapse),
        meaningful=_latest(told, lambda one: one.event.meaningful),
        ctcae_term=_term(told, event.term),
        coding=coding[-1] if coding else None,
    )


def until(entries: Iterable[K], on: date | None) -> tuple[K, ...]:
    """Entries about days up to this one, by day, then in the order of recording."""
    told = (one for one in entries if on is None or one.event.on <= on)
    return tuple(sorted(told, key=lambda one: (one.event.on, one.position)))


def steps_of(known: Known[AdverseEventReported], followed: Iterable[Known[AdverseEventFollowed]]) -> tuple[Step, ...]:
    """The course of the grade, a step for each day that says something of it."""
    grades = [(known.event.on, known.event.grade)]
    grades += [(one.event.on, one.event.grade) for one in followed if one.event.grade is not None]
    steps: list[Step] = []
    for on, entries in groupby(sorted(grades, key=lambda one: one[0]), key=lambda one: one[0]):
        said = [grade for _, grade in entries]
        risen = not steps or max(said) > steps[-1].lowest
        steps.append(Step(on, max(said), min(said), said[-1], risen))
    return tuple(steps)


def relation_of(event: AdverseEventReported, judged: Sequence[Known[CausalityAssessed]]) -> Relation:
    """The last judgement of each; the first report holds the investigator's first one."""
    said: dict[str, bool | None] = {"investigator": event.related, "sponsor": None}
    for one in judged:
        said[one.event.assessor] = one.event.related
    return Relation(said["investigator"], said["sponsor"])


def says_fatal(event: AdverseEventReported | AdverseEventFollowed) -> bool:
    """Whether an entry says, in any of the three places for it, that the participant died of the event."""
    return event.grade == max(ctcae.GRADES) or event.outcome == "fatal" or "death" in event.seriousness


def _serious(told: Sequence[Told]) -> bool | None:
    answers = [True if one.event.seriousness or says_fatal(one.event) else one.event.serious for one in told]
    return True if True in answers else False if False in answers else None


def _latest(told: Sequence[Told], of: Callable[[Told], Any]) -> Any:
    """What was said last; None where nobody said anything."""
    return next((said for one in reversed(told) if (said := of(one)) is not None), None)


def _term(told: Sequence[Told], own_words: str) -> str:
    """The CTCAE term given last, or the event's own words where they are a term."""
    given = _latest(told, lambda one: one.event.ctcae_term or None)
    found = ctcae.find(given or own_words)
    return found.name if found else given or ""
