"""The course between visits: spells of a state (flare, low activity, remission), and times to and in it.

A state is known on the days of visits only: yes, no, or not known. So a spell begins after the last visit without it
and by the first visit with it, and ends after the last visit with it and by the next without it; both brackets are
kept. A convention says which day is taken. What had not happened by the last known visit is censored there.

Conventions: ``seen`` counts from the first to the last visit with the state (the least there can have been),
``middle`` halves each bracket, ``until_next`` counts to the visit that found it gone. Nothing is carried over a gap
longer than the one allowed: what happened in it is not known.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, final

from trialwright.vocabulary.errors import Complaints, ParameterError

Convention = Literal["seen", "middle", "until_next"]


@final
@dataclass(frozen=True, slots=True)
class Seen:
    """What one visit says about a state; None: it could not be assessed."""

    day: int
    present: bool | None


@final
@dataclass(frozen=True, slots=True)
class Spell:
    """An unbroken stay in a state, from its first to its last visit, with the brackets of its two ends."""

    first: int
    last: int
    absent_before: int | None  # the last visit without the state; None: it was there when observation began
    absent_after: int | None  # the next visit without it; None: it was not seen to end

    @property
    def is_ongoing(self) -> bool:
        """Whether nothing is known of its end: the length is censored."""
        return self.absent_after is None

    def begins(self, convention: Convention = "seen") -> float:
        """The day it begins under a convention."""
        if convention == "middle" and self.absent_before is not None:
            return (self.absent_before + self.first) / 2
        return self.first

    def ends(self, convention: Convention = "seen") -> float:
        """The day it ends under a convention; the last visit with it where no end is known."""
        if self.absent_after is None or convention == "seen":
            return self.last
        return (self.last + self.absent_after) / 2 if convention == "middle" else self.absent_after

    def days(self, convention: Convention = "seen") -> float:
        """Its length in days; where it is ongoing, what it has reached so far."""
        return self.ends(convention) - self.begins(convention)


@final
@dataclass(frozen=True, slots=True)
class Time:
    """A time to an event: the day it was found, or the day to which it had not happened (``is_event`` false).

    The event lies after ``after`` (the last day known without it; None: not known) and by ``day``.
    """

    day: float
    is_event: bool
    after: int | None = None

    @property
    def cnsr(self) -> int:
        """The ADaM censoring flag: 0 for an event, 1 for censored."""
        return 0 if self.is_event else 1


def spells(visits: Sequence[Seen], *, longest_gap_days: int | None = None) -> tuple[Spell, ...]:
    """Every spell in the order of the visits, which may lie at any days.

    A visit that could not be assessed breaks nothing by itself: yes, not known, yes is one spell. A gap between known
    visits that is longer than ``longest_gap_days`` ends a spell without an end that was seen.
    """
    found: list[Spell] = []
    last_absent: int | None = None
    first = last = None
    for seen in _known(visits):
        if last is not None and longest_gap_days is not None and seen.day - last > longest_gap_days:
            found.append(Spell(_given(first), last, absent_before=last_absent, absent_after=None))
            first = last = last_absent = None
        if seen.present:
            first, last = seen.day if first is None else first, seen.day
            continue
        if last is not None:
            found.append(Spell(_given(first), last, absent_before=last_absent, absent_after=seen.day))
            first = last = None
        last_absent = seen.day
    if last is not None:
        found.append(Spell(_given(first), last, absent_before=last_absent, absent_after=None))
    return tuple(found)


def time_to_first(visits: Sequence[Seen], *, from_day: int = 0) -> Time | None:
    """The time from a day to the first visit with the state; censored at the last known visit; None without any visit.

    Visits up to ``from_day`` do not count: a flare on the day of the infusion is no flare after it.
    """
    known = [seen for seen in _known(visits) if seen.day > from_day]
    if not known:
        return None
    absent: int | None = None
    for seen in known:
        if seen.present:
            return Time(seen.day - from_day, is_event=True, after=None if absent is None else absent - from_day)
        absent = seen.day
    return Time(known[-1].day - from_day, is_event=False, after=known[-1].day - from_day)


def time_to_loss(visits: Sequence[Seen], *, spell: int = 0, longest_gap_days: int | None = None) -> Time | None:
    """How long a spell lasted from its first visit: to the visit that found it gone, or censored; None without one."""
    there = spells(visits, longest_gap_days=longest_gap_days)
    if spell >= len(there):
        return None
    one = there[spell]
    if one.absent_after is None:
        return Time(one.last - one.first, is_event=False, after=one.last - one.first)
    return Time(one.absent_after - one.first, is_event=True, after=one.last - one.first)


def time_to_sustained(
    visits: Sequence[Seen], *, days: int, from_day: int = 0, longest_gap_days: int | None = None
) -> Time | None:
    """The time to the beginning of the first spell seen to last at least so many days ("for a year").

    It counts from the first to the last visit with the state. An ongoing spell that has not reached the length censors
    at its beginning: until then, none had begun and lasted.
    """
    later = [seen for seen in _known(visits) if seen.day > from_day]
    if not later:
        return None
    for one in spells(later, longest_gap_days=longest_gap_days):
        if one.days() >= days:
            after = None if one.absent_before is None else one.absent_before - from_day
            return Time(one.first - from_day, is_event=True, after=after)
        if one.is_ongoing:
            return Time(one.first - from_day, is_event=False)
    return Time(later[-1].day - from_day, is_event=False, after=later[-1].day - from_day)


def is_sustained(visits: Sequence[Seen], *, days: int, longest_gap_days: int | None = None) -> bool | None:
    """Whether any spell lasted at least so many days; None where an ongoing one still may.

    A spell that was seen to end between two visits is judged by what was certainly seen of it.
    """
    there = spells(visits, longest_gap_days=longest_gap_days)
    if any(one.days() >= days for one in there):
        return True
    return None if (not there and not _known(visits)) or any(one.is_ongoing for one in there) else False


def share_of_time(
    visits: Sequence[Seen], *, convention: Convention = "middle", longest_gap_days: int | None = None
) -> float | None:
    """The share of the observed time spent in the state; None when less than two known visits are near enough.

    Between two visits with the state all the time counts, between two without it none; between one and the other, what
    the convention says: none (``seen``), half (``middle``), or, from a visit with it, all (``until_next``).
    """
    inside = observed = 0.0
    for before, after in pairwise(_known(visits)):
        days = after.day - before.day
        if longest_gap_days is not None and days > longest_gap_days:
            continue
        observed += days
        inside += days * _part(before, after, convention=convention)
    return inside / observed if observed else None


def _part(before: Seen, after: Seen, *, convention: Convention) -> float:
    if before.present == after.present:
        return float(bool(before.present))
    if convention == "middle":
        return 0.5
    return float(convention == "until_next" and bool(before.present))


def _known(visits: Sequence[Seen]) -> list[Seen]:
    """The visits that say yes or no, each day once; ParameterError for days out of order or given twice."""
    complaints = Complaints()
    for place, (before, after) in enumerate(pairwise(visits), start=1):
        allowed = f"must lie after the visit before it (day {before.day})"
        complaints.unless(after.day > before.day, f"visits[{place}].day", after.day, allowed)
    complaints.raise_as(ParameterError, "this course cannot be read")
    return [seen for seen in visits if seen.present is not None]


def _given(day: int | None) -> int:
    assert day is not None, "a spell has a first visit"
    return day
