"""What a safety board asks on a day: how everybody stands, and what is new since its last meeting.

New is what was first recorded after the end of that day, whatever day it happened on: an event reported late is new to
the board. The last meeting is the day of the last dose decision before the data cut, unless a day is named.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, final

from trialwright.analysis.adverse_events import KINDS as OVERVIEW, ListedEvent, listing, of_interest
from trialwright.analysis.case import Case
from trialwright.analysis.decision_history import Decided, decision_history
from trialwright.conduct.clocks.windows import Window, dlt_windows
from trialwright.conduct.known import Known
from trialwright.conduct.state import Participant
from trialwright.vocabulary.events import DeviationRecorded, QueryRaised


@final
@dataclass(frozen=True, slots=True)
class Stands:
    """How one participant stands."""

    participant: Participant
    window: Window
    counted_level: int
    follow_up_days: int | None  # from the first infusion to the data cut or the end of follow-up; None before it
    worst_grade: int | None  # of any adverse event; None without one
    new: bool  # enrolled since the last meeting


@final
@dataclass(frozen=True, slots=True)
class Counted:
    """People and events of one kind: in all, and among those first recorded since the last meeting."""

    kind: str
    people: int
    events: int
    new_people: int
    new_events: int


@final
@dataclass(frozen=True, slots=True)
class Board:
    """The trial as the board sees it."""

    since: date | None  # the last meeting; None: there has been none
    people: tuple[Stands, ...]
    infused: int
    counted: tuple[Counted, ...]
    notable: tuple[ListedEvent, ...]  # serious, of grade 3 or more, dose-limiting, or waiting for that judgement
    new_events: frozenset[str]  # by number
    decisions: tuple[Decided, ...]  # since the last meeting, that day included
    queries: tuple[Known[QueryRaised], ...]
    deviations: tuple[Known[DeviationRecorded], ...]  # since the last meeting


SEVERE = 3  # CTCAE: severe or medically significant
KINDS = ("any", "related", "not_judged", "grade_3_or_more", "serious", "fatal", "dlt")


def board(case: Case, *, since: date | None = None) -> Board:
    """Everything the board looks at on the day of the data cut."""
    decisions = decision_history(case)
    last = since or max((one.known.event.on for one in decisions if one.known.event.on < case.on), default=None)
    events = listing(case)
    oversight = case.state.logs.oversight
    return Board(
        since=last,
        people=_people(case, events, last=last),
        infused=len(case.infused),
        counted=tuple(
            _counted(kind, [one for one in events if matches(one)], last=last) for kind, matches in _kinds(case)
        ),
        notable=tuple(one for one in events if _notable(one)),
        new_events=frozenset(one.known.event.ae for one in events if _is_new(one.known, last)),
        decisions=tuple(one for one in decisions if last is None or one.known.event.on >= last),
        queries=oversight.open_queries,
        deviations=tuple(known for known in oversight.deviations.values() if _is_new(known, last)),
    )


def _is_new(known: Known[Any], last: date | None) -> bool:
    return last is None or known.recorded_on > last


def _notable(one: ListedEvent) -> bool:
    return one.course.serious is True or one.course.worst >= SEVERE or one.dlt is not False


def _people(case: Case, events: tuple[ListedEvent, ...], *, last: date | None) -> tuple[Stands, ...]:
    windows = {one.usubjid: one for one in dlt_windows(case.study, case.state, on=case.on)}
    found = []
    for who, one in case.state.participants.items():
        first = one.infusions[0].event.on if one.infusions else None
        until = case.on if one.ended is None else min(one.ended.event.on, case.on)
        grades = [event.course.worst for event in events if event.known.event.usubjid == who]
        days = None if first is None else (until - first).days
        level = case.level_of(who)
        found.append(Stands(one, windows[who], level, days, max(grades, default=None), _is_new(one.enrolled, last)))
    return tuple(found)


def _kinds(case: Case) -> list[tuple[str, Callable[[ListedEvent], bool]]]:
    """The kinds that a board counts, and the protocol's events of special interest."""
    asked = [(kind, matches) for kind, matches in OVERVIEW if kind in KINDS]
    return asked + [(f"interest:{one.name}", of_interest(one.name)) for one in case.study.safety.special_interest]


def _counted(kind: str, events: Sequence[ListedEvent], *, last: date | None) -> Counted:
    matching = [one.known for one in events]
    new = [known for known in matching if _is_new(known, last)]
    people = [len({known.event.usubjid for known in some}) for some in (matching, new)]
    return Counted(kind, people[0], len(matching), people[1], len(new))
