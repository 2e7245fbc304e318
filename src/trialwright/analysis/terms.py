"""Treatment-emergent adverse events by system organ class and preferred term, each with the worst grade of each person.

Sorted by written rule: classes by people (most first), then events, then name; terms likewise within their class; what
has no class comes last. A term that nobody coded stands as it was reported, under the class that was reported with it,
or under none. People are counted once per row, by the worst grade of any of their events of that row.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import final

from trialwright.analysis.adverse_events import ListedEvent, Tally, people_by_level, tally
from trialwright.analysis.case import Case
from trialwright.conduct.names import same
from trialwright.vocabulary import ctcae

SEVERE = 3  # grade from which CTCAE calls an event severe


@final
@dataclass(frozen=True, slots=True)
class WorstGrades:
    """How many people of a group had each grade as their worst."""

    people: tuple[int, ...]  # by grade, 1 to 5
    of: int

    @property
    def any(self) -> int:
        """Everybody with such an event."""
        return sum(self.people)

    @property
    def severe(self) -> int:
        """Everybody whose worst grade is 3 or more."""
        return sum(self.people[SEVERE - 1 :])


@final
@dataclass(frozen=True, slots=True)
class TermRow:
    """A class (no term) or a term of a class: tallies and worst grades by dose level, in order, and in total."""

    soc: str  # nothing: not coded, and no class was reported
    pt: str  # nothing: the class as a whole
    coded: bool
    levels: tuple[Tally, ...]
    total: Tally
    grades: tuple[WorstGrades, ...]
    total_grades: WorstGrades


def terms(case: Case, events: Sequence[ListedEvent]) -> tuple[TermRow, ...]:
    """Every class followed by its terms, in the order of the written rule."""
    infused = {one.usubjid for one in case.infused}
    counted = [one for one in events if one.emergent and one.known.event.usubjid in infused]
    classes = [(_row(case, group), group) for group in _grouped(counted, lambda one: one.soc)]
    rows: list[TermRow] = []
    for heading, group in sorted(classes, key=lambda pair: _order(pair[0])):
        below = [_row(case, some, pt=some[0].pt) for some in _grouped(group, lambda one: one.pt)]
        rows += [heading, *sorted(below, key=_order)]
    return tuple(rows)


def _grouped(events: Sequence[ListedEvent], word: Callable[[ListedEvent], str]) -> list[list[ListedEvent]]:
    """Events of the same word, whatever its capitals."""
    groups: dict[str, list[ListedEvent]] = {}
    for one in events:
        groups.setdefault(same(word(one)), []).append(one)
    return list(groups.values())


def _order(row: TermRow) -> tuple[bool, int, int, str]:
    """Without a class last; then most people, most events, name."""
    return not row.soc, -row.total.people, -row.total.events, same(row.pt or row.soc)


def _row(case: Case, events: Sequence[ListedEvent], *, pt: str = "") -> TermRow:
    infused = [one.usubjid for one in case.infused]
    at_level = people_by_level(case)
    return TermRow(
        soc=events[0].soc,
        pt=pt,
        coded=all(one.course.coding is not None for one in events),
        levels=tuple(tally(events, people) for people in at_level),
        total=tally(events, infused),
        grades=tuple(_worst(events, people) for people in at_level),
        total_grades=_worst(events, infused),
    )


def _worst(events: Sequence[ListedEvent], people: Collection[str]) -> WorstGrades:
    worst: dict[str, int] = {}
    for one in events:
        who = one.known.event.usubjid
        if who in people:
            worst[who] = max(worst.get(who, 0), one.course.worst)
    return WorstGrades(tuple(list(worst.values()).count(grade) for grade in ctcae.GRADES), len(people))
