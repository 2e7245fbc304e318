"""What a design alone advises after every possible result at a level: its decision table.

For n = 1 … N participants at a level, all of them settled, and every number of DLTs among them, the design's own
``propose`` is asked, all states in one batch. No rule of the protocol is applied.

A design that borrows between levels needs to be told what came before. The course assumed is the shortest one by which
the design alone comes from the starting level to the level of the table: upwards, cohorts without any DLT until it goes
up; downwards, one cohort with the fewest DLTs that send it down. It is part of the table, and is to be shown with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import final

import numpy as np

from trialwright.vocabulary.decisions import Action
from trialwright.vocabulary.errors import Complaints, ParameterError
from trialwright.vocabulary.orders import order_of
from trialwright.vocabulary.seen import Design, People, Seen

MOST_COHORTS = 20  # DLT-free cohorts after which a design is not waited for any longer
MOST_PARTICIPANTS = 60  # at one level of a table: 1 890 states


@final
@dataclass(frozen=True, slots=True)
class Group:
    """Participants treated one after the other at a level; those with a DLT come last."""

    dose_level: int
    n: int
    n_dlt: int

    def __str__(self) -> str:
        """The usual notation, ``2NNT``."""
        return f"{self.dose_level}{'N' * (self.n - self.n_dlt)}{'T' * self.n_dlt}"


@final
@dataclass(frozen=True, slots=True)
class Advised:
    """One place of the table: what is advised after so many DLTs in so many participants."""

    n: int
    n_dlt: int
    action: Action
    dose_level: int  # 0 when nobody is treated


@final
@dataclass(frozen=True, slots=True)
class DecisionTable:
    """The advice at one level, ordered by number of participants, then by number of DLTs."""

    dose_level: int
    before: tuple[Group, ...]  # the course assumed before the first participant of the table
    reached: bool  # whether the design alone comes to this level by that course
    advised: tuple[Advised, ...]

    @property
    def up_to(self) -> int:
        """The largest number of participants in the table."""
        return max(one.n for one in self.advised)

    @property
    def last_dlt_that_matters(self) -> int:
        """The number of DLTs from which on another one changes nothing, whatever the number of participants."""
        by_place = {(one.n, one.n_dlt): (one.action, one.dose_level) for one in self.advised}
        return max((y for (n, y), said in by_place.items() if y and by_place[n, y - 1] != said), default=0)

    def row(self, n: int) -> tuple[Advised, ...]:
        """The advice for one number of participants, without any DLT first."""
        return tuple(one for one in self.advised if one.n == n)


@final
@dataclass(frozen=True, slots=True)
class Setting:
    """What a table takes from the protocol besides the design."""

    levels: int
    start_level: int
    cohort_size: int

    def seen_after(self, courses: Sequence[Sequence[Group]]) -> Seen:
        """A batch of trials, each after a course in which everybody is settled."""
        width = max(sum(group.n for group in course) for course in courses)
        assigned = np.zeros((len(courses), width), np.int64)
        dlt = np.zeros((len(courses), width), np.bool_)
        for trial, course in enumerate(courses):
            place = 0
            for group in course:
                assigned[trial, place : place + group.n] = group.dose_level
                dlt[trial, place + group.n - group.n_dlt : place + group.n] = True
                place += group.n
        people = People.settled(assigned, dlt)
        return Seen.of_people(people, levels=self.levels, start_level=self.start_level, cohort_size=self.cohort_size)


def decision_table(design: Design, setting: Setting, *, dose_level: int, up_to: int) -> DecisionTable:
    """What the design alone advises at a level after up to ``up_to`` participants there.

    Raises ParameterError when the level or the number of participants cannot be had.
    """
    complaints = Complaints()
    exists = 1 <= dose_level <= setting.levels
    complaints.unless(exists, "level", dose_level, f"must be one of the {setting.levels} dose levels")
    fine = 1 <= up_to <= MOST_PARTICIPANTS
    complaints.unless(fine, "up to", up_to, f"must be a whole number from 1 to {MOST_PARTICIPANTS}")
    complaints.add(design.fits(setting.levels))
    complaints.raise_as(ParameterError, "this decision table cannot be drawn up")
    before, reached = _course_to(design, setting, dose_level=dose_level)
    here = [Group(dose_level, n, n_dlt) for n in range(1, up_to + 1) for n_dlt in range(n + 1)]
    return DecisionTable(dose_level, before, reached, _advice(design, setting, before=before, here=here))


def _advice(design: Design, setting: Setting, *, before: Sequence[Group], here: Sequence[Group]) -> tuple[Advised, ...]:
    """What the design advises after the course so far and each of the groups, in one batch."""
    seen = replace(setting.seen_after([(*before, group) for group in here]), order=order_of(design))
    proposal = design.propose(seen)
    up, down = seen.goes_up(proposal.dose_level), seen.goes_down(proposal.dose_level)
    advised = []
    for trial, group in enumerate(here):
        level = int(proposal.dose_level[trial])
        nobody = bool(proposal.stop[trial] or proposal.wait[trial])
        action: Action = "escalate" if up[trial] else "de-escalate" if down[trial] else "stay"
        if nobody:
            action = "stop" if proposal.stop[trial] else "wait"
        advised.append(Advised(group.n, group.n_dlt, action, 0 if nobody else level))
    return tuple(advised)


def _course_to(design: Design, setting: Setting, *, dose_level: int) -> tuple[tuple[Group, ...], bool]:
    """The shortest course to a level, and whether the design alone follows it."""
    if dose_level >= setting.start_level:
        return _course_up(design, setting, dose_level=dose_level)
    return _course_down(design, setting, dose_level=dose_level)


def _course_up(design: Design, setting: Setting, *, dose_level: int) -> tuple[tuple[Group, ...], bool]:
    before: tuple[Group, ...] = ()
    reached, size = True, setting.cohort_size

    def leads(one: Advised, level: int) -> bool:
        return one.action == "escalate" and (order_of(design) is None or one.dose_level == level + 1)

    for level in range(setting.start_level, dose_level):
        tried = [Group(level, cohorts * size, 0) for cohorts in range(1, MOST_COHORTS + 1)]
        advised = _advice(design, setting, before=before, here=tried)
        left = next((group for group, one in zip(tried, advised, strict=True) if leads(one, level)), None)
        reached &= left is not None
        before = (*before, left or tried[0])
    return before, reached


def _course_down(design: Design, setting: Setting, *, dose_level: int) -> tuple[tuple[Group, ...], bool]:
    before: tuple[Group, ...] = ()
    here = setting.start_level
    while here > dose_level:
        tried = [Group(here, setting.cohort_size, n_dlt) for n_dlt in range(setting.cohort_size + 1)]
        advised = _advice(design, setting, before=before, here=tried)
        downwards = [
            (group, one.dose_level)
            for group, one in zip(tried, advised, strict=True)
            if one.action == "de-escalate" and one.dose_level >= dose_level
        ]
        if not downwards:
            return (), False
        group, here = downwards[0]
        before = (*before, group)
    return before, True
