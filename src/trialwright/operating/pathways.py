"""Dose-transition pathways: for every result of the next few cohorts, what the protocol will say.

A cohort is treated at the level advised; when everybody in it is settled the protocol's own ``decide`` is asked again,
once for every number of dose-limiting toxicities there can be, all results of a step in one batch. From an open trial,
those still in their window settle first: each of their possible results is followed too.

What is promised holds for a decision taken once the whole cohort is settled. In between, the live trial is asked on
its days and may answer earlier, after a first toxicity for example. Rules that only make people wait some days
(sentinel, stagger) have nothing left to say by then and are left out.

After Yap, Billingham, Cheung, Craddock and O'Quigley 2017, Clinical Cancer Research 23:7440.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice, product
from math import prod
from typing import final

from trialwright.conduct.advise import action_of, decide, seen_of_all, selected
from trialwright.conduct.state import TrialState
from trialwright.conduct.titration import titrating
from trialwright.conduct.toxicity import Observed, everyone
from trialwright.numerics.scalars import is_count
from trialwright.operating.decision_table import Group
from trialwright.protocol.study import Study
from trialwright.rules.coherence import Coherence
from trialwright.rules.stop_at_n import StopAtN
from trialwright.vocabulary.decisions import Action, Reason
from trialwright.vocabulary.errors import Complaints, ParameterError, Refused
from trialwright.vocabulary.seen import NOT_YET, Proposal, Seen
from trialwright.vocabulary.words import Text

MOST_PATHS = 5_000  # more than anybody reads; CRM decides on as many in a fraction of a second
TOO_MANY = Text(
    en="more than {most} different courses would have to be followed; ask for fewer cohorts (--cohorts) or smaller "
    "ones (--size), or wait until some of those in their window are settled",
    fr="il faudrait suivre plus de {most} déroulements différents ; demandez moins de cohortes (--cohorts) ou de plus "
    "petites (--size), ou attendez que des personnes dans leur fenêtre soient évaluées",
)
CLOSED = Text(
    en="enrolment is closed, so there is no next cohort; ask as of a day before it was closed",
    fr="les inclusions sont closes, il n'y a donc pas de cohorte suivante ; demandez à une date d'avant la clôture",
)


@final
@dataclass(frozen=True, slots=True)
class Step:
    """A point at which the protocol is asked, and every result of the people treated next.

    ``outcomes``: what was seen since the step before, by level; empty at the start. ``orders``: where the answer
    depends on the order of the results, the orders meant here (N: no DLT, T: DLT); empty: all of them.
    """

    outcomes: tuple[Group, ...]
    orders: tuple[str, ...]
    action: Action
    dose_level: int  # for the people treated next; 0: nobody
    reasons: tuple[Reason, ...]
    n: tuple[int, ...]  # settled participants by level
    n_dlt: tuple[int, ...]
    selected: int  # the level that would be recommended if the trial ended here; 0: none
    next_size: int  # participants who settle before the next step; 0: nothing follows, or nothing was asked for
    then: tuple[Step, ...]

    @property
    def paths(self) -> int:
        """How many courses end here or further on."""
        return sum(step.paths for step in self.then) or 1


@final
@dataclass(frozen=True, slots=True)
class Pathways:
    """All courses of the next cohorts of a study."""

    study: Study
    on: date | None  # the day whose record they start from; None: from the start of the protocol
    cohorts: int
    pending: tuple[int, ...]  # participants in their window, by level: their results come first
    start: Step

    def steps(self) -> tuple[tuple[tuple[Step, ...], Step], ...]:
        """Every step with those on the way to it, in reading order."""
        found: list[tuple[tuple[Step, ...], Step]] = []

        def visit(step: Step, before: tuple[Step, ...]) -> None:
            found.append((before, step))
            for following in step.then:
                visit(following, (*before, step))

        visit(self.start, ())
        return tuple(found)


def pathways(
    study: Study,
    *,
    cohorts: int = 2,
    size: int | None = None,
    state: TrialState | None = None,
    on: date | None = None,
) -> Pathways:
    """What the protocol will say after every result of the next cohorts.

    ``cohorts``: how many to look ahead. ``size``: participants in each; None: the protocol's cohort size, a cohort
    already begun being filled first. ``state`` and ``on``: an open trial, as known on that day; without them, from the
    start of the protocol. Raises ParameterError for numbers that cannot be, Refused where there is nothing ahead
    or too much.
    """
    _check(cohorts=cohorts, size=size, state=state, on=on)
    observed: tuple[Observed, ...] = ()
    if state is not None and on is not None:
        if state.closed is not None and state.closed.event.on <= on:
            raise Refused(CLOSED)
        observed = everyone(study, state, on=on)
    walk = walk_of(study, size=size)
    waiting, today = _pending(observed), [Node(observed, ())]
    if waiting:
        now = Walk(study, size, walk.ordered).asked(today)[0]
        start = replace(now, next_size=len(waiting), then=walk.settling(observed, left=cohorts))
    else:
        start = walk.steps(today, left=cohorts)[0]
    pending = tuple(sum(one.dose_level == level for one in waiting) for level in walk.levels)
    return Pathways(study, on, cohorts, pending, start)


def walk_of(study: Study, *, size: int | None = None, most: int | None = None) -> Walk:
    """How courses go on under a study: as in ``pathways``, with at most so many participants in all."""
    settled = replace(study, rules=tuple(rule for rule in study.rules if not getattr(rule, "about_time", False)))
    return Walk(settled, size, any(map(looks_at_order, study.rules)), most)


def _check(*, cohorts: int, size: int | None, state: TrialState | None, on: date | None) -> None:
    complaints = Complaints()
    complaints.unless(is_count(cohorts), "cohorts", cohorts, "must be a whole number of 1 or more", "2 is usual")
    complaints.unless(size is None or is_count(size), "size", size, "must be a whole number of 1 or more")
    complaints.unless((state is None) == (on is None), "on", on, "must be given with a state, and only then")
    complaints.raise_as(ParameterError, "these pathways cannot be followed")


def _check_paths(paths: int) -> None:
    if paths > MOST_PATHS:
        raise Refused(TOO_MANY, {"most": MOST_PATHS})


def looks_at_order(rule: object) -> bool:
    """Whether the order of the results within a cohort may matter to a rule."""
    return isinstance(rule, Coherence) and rule.judged == "last"


def _pending(observed: Sequence[Observed]) -> tuple[Observed, ...]:
    return tuple(one for one in observed if one.evaluable and not one.settled)


def _settled(one: Observed, *, dlt: bool, window_days: int) -> Observed:
    """The same person, observed to the end."""
    return replace(one, dlt=dlt, complete=not dlt, follow_up=window_days, dlt_after=0 if dlt else NOT_YET)


Course = tuple[Observed, ...]  # everybody, in the order of assignment


@final
@dataclass(frozen=True, slots=True)
class Node:
    """A step being built: the people so far, and what was seen last."""

    course: Course
    last: tuple[Observed, ...]


@final
@dataclass(frozen=True, slots=True)
class Walk:
    """How courses branch under a study."""

    study: Study
    size: int | None
    ordered: bool
    most: int | None = None  # participants in all; None: as many as the rules let in

    @property
    def levels(self) -> range:
        """The numbers of the dose levels."""
        return range(1, len(self.study.dosing.amounts) + 1)

    def settling(self, observed: Course, *, left: int) -> tuple[Step, ...]:
        """The trial once those in their window are settled, one step per result, and what follows each."""
        return _merged(self.steps(self.settled(observed), left=left))

    def settled(self, observed: Course) -> list[Node]:
        """The trial once those in their window are settled: one node per result."""
        waiting = [place for place, one in enumerate(observed) if one in _pending(observed)]
        nodes = []
        for results in self._results([observed[place].dose_level for place in waiting]):
            course = list(observed)
            for place, dlt in zip(waiting, results, strict=True):
                course[place] = self._with(observed[place], dlt=dlt)
            nodes.append(Node(tuple(course), tuple(course[place] for place in waiting)))
        return nodes

    def _with(self, one: Observed, *, dlt: bool) -> Observed:
        return _settled(one, dlt=dlt, window_days=self.study.dlt.window_days)

    def _results(self, levels: Sequence[int]) -> list[tuple[bool, ...]]:
        """Every result of some people, DLT or none; one per number of DLTs at each level where order is nothing."""
        at = {level: [place for place, one in enumerate(levels) if one == level] for level in sorted(set(levels))}
        paths = 2 ** len(levels) if self.ordered else prod(len(places) + 1 for places in at.values())
        _check_paths(paths)
        if self.ordered:
            return list(product((False, True), repeat=len(levels)))
        found = []
        for counts in product(*(range(len(places) + 1) for places in at.values())):
            toxic = {
                place
                for count, places in zip(counts, at.values(), strict=True)
                for place in places[len(places) - count :]
            }
            found.append(tuple(place in toxic for place in range(len(levels))))
        return found

    def steps(self, nodes: list[Node], *, left: int) -> list[Step]:
        """One step per node, each with everything that may follow in so many cohorts."""
        asked = self.asked(nodes)
        if left == 0 or not nodes:
            return [replace(step, next_size=0) for step in asked]
        branches = [self.branches(node, step) for node, step in zip(nodes, asked, strict=True)]
        _check_paths(sum(max(1, len(branch)) for branch in branches))
        following = iter(self.steps([node for branch in branches for node in branch], left=left - 1))
        return [
            replace(step, then=_merged(list(islice(following, len(branch)))))
            for step, branch in zip(asked, branches, strict=True)
        ]

    def branches(self, node: Node, step: Step) -> list[Node]:
        """Every result of the people treated next."""
        if not step.next_size:
            return []
        level, person = step.dose_level, self._newcomer(step.dose_level)
        nodes = []
        for results in self._results([level] * step.next_size):
            last = tuple(self._with(person, dlt=dlt) for dlt in results)
            nodes.append(Node((*node.course, *last), last))
        return nodes

    def _newcomer(self, level: int) -> Observed:
        """Somebody treated at a level as assigned."""
        return Observed(
            usubjid="",
            assigned=level,
            dose_level=level,
            within_tolerance=True,
            dlt=False,
            complete=False,
            evaluable=True,
            window_ends=None,
            follow_up=NOT_YET,
            dlt_after=NOT_YET,
        )

    def asked(self, nodes: list[Node]) -> list[Step]:
        """What the protocol says at every node."""
        if not nodes:
            return []
        seen = seen_of_all(self.study, [node.course for node in nodes])
        proposal = decide(self.study, seen)
        chosen = selected(self.study, seen, proposed=proposal)
        known = replace(seen, order=self.study.order)
        steps = []
        for row, node in enumerate(nodes):
            action = action_of(proposal, known, trial=row)
            level = 0 if action in ("stop", "wait") else int(proposal.dose_level[row])
            steps.append(
                Step(
                    outcomes=_groups(node.last),
                    orders=("".join("T" if one.dlt else "N" for one in node.last),) if self.ordered else (),
                    action=action,
                    dose_level=level,
                    reasons=_reasons(proposal, row),
                    n=tuple(seen.n[row].tolist()),
                    n_dlt=tuple(seen.n_dlt[row].tolist()),
                    selected=int(chosen[row]),
                    next_size=self._next_size(seen, row=row, level=level, course=node.course) if level else 0,
                    then=(),
                )
            )
        return steps

    def _next_size(self, seen: Seen, *, row: int, level: int, course: Course) -> int:
        """How many are treated before the protocol is asked again; a cohort begun at this level is filled."""
        treated = seen.n_treated[row]
        taken = int(seen.in_cohort[row]) if level == _begun(course) else 0
        size = self.size or self.study.dosing.cohort_size - taken
        if titrating(self.study, seen)[row] and treated[level - 1] == 0:
            size = 1
        for rule in self.study.rules:
            if isinstance(rule, StopAtN):
                counted = seen.n_assigned[row] if rule.count == "assigned" else treated.sum()
                size = min(size, rule.n - int(counted))
        return size if self.most is None else min(size, max(0, self.most - len(course)))


def _begun(course: Course) -> int:
    """The level to which the last participant was assigned, whatever was given; 0 before the first."""
    return course[-1].assigned if course else 0


def _reasons(proposal: Proposal, row: int) -> tuple[Reason, ...]:
    return tuple(Reason(note.code, note.text, note.said_of(row)) for note in proposal.notes if note.where[row])


def _groups(last: tuple[Observed, ...]) -> tuple[Group, ...]:
    """What was seen, by level."""
    levels = sorted({one.dose_level for one in last})
    at = {level: [one.dlt for one in last if one.dose_level == level] for level in levels}
    return tuple(Group(level, len(dlts), sum(dlts)) for level, dlts in at.items())


def _merged(steps: Sequence[Step]) -> tuple[Step, ...]:
    """Orders of the same result that lead to the same advice all the way are one branch."""
    merged: dict[object, Step] = {}
    total: dict[tuple[Group, ...], int] = {}
    for step in steps:
        total[step.outcomes] = total.get(step.outcomes, 0) + 1
        key = _advice(step)
        before = merged.get(key)
        merged[key] = step if before is None else replace(before, orders=(*before.orders, *step.orders))
    whole = [replace(step, orders=()) if len(step.orders) == total[step.outcomes] else step for step in merged.values()]
    return tuple(sorted(whole, key=lambda step: ([one.n_dlt for one in step.outcomes], step.orders)))


def _advice(step: Step) -> object:
    """All that is promised at a step and after it."""
    return (
        step.outcomes,
        step.action,
        step.dose_level,
        step.selected,
        step.next_size,
        tuple((following.orders, _advice(following)) for following in step.then),
    )
