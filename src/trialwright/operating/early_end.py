"""Enrolment ended before the planned number: what was planned, what is lost, what the missing could change.

Every result that the participants who were never treated could have had is followed, none is drawn: the trial goes on
from its last state as if enrolment were open, through the protocol's own ``decide`` (the walk of the pathways), until
the planned number, or until the protocol itself would have stopped.

The probability of a result is predictive. One participant after the other, the next has a DLT with the posterior mean
of the rate at the level given, after everybody before: P(y_1 … y_m | data) = product of P(y_k | y_1 … y_{k-1}, data),
which is the posterior predictive of the whole group exactly. The posterior is the design's; a design that keeps none
is given a Beta prior for each level alone, and says so.

It stands with the operating characteristics, not with the analyses, because it walks trials that were never run.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from math import comb, prod
from typing import Any, final

import numpy as np

from trialwright.conduct.advise import explained, seen_of_all
from trialwright.conduct.state import TrialState
from trialwright.conduct.toxicity import Observed, everyone
from trialwright.numerics.beta_binomial import BetaPosterior
from trialwright.numerics.intervals import clopper_pearson
from trialwright.operating.ends import TrialEnds
from trialwright.operating.exact import every_end
from trialwright.operating.pathways import MOST_PATHS, TOO_MANY, Node, Step, Walk, walk_of
from trialwright.operating.truths import Truths
from trialwright.protocol.study import Study
from trialwright.rules.stop_at_n import StopAtN
from trialwright.vocabulary.decisions import Reason
from trialwright.vocabulary.errors import Refused
from trialwright.vocabulary.events import EnrolmentClosed
from trialwright.vocabulary.seen import Floats, Ints

PRIOR = (1.0, 1.0)  # of the DLT rate at a level, where the design keeps no posterior, and over all levels together
GRID = tuple(round(0.05 * step, 2) for step in range(13))  # true DLT rates at which the boundary is asked


@final
@dataclass(frozen=True, slots=True)
class Share:
    """A DLT count among so many, its exact (Clopper-Pearson) 95 % limits, and its Beta posterior."""

    count: int
    of: int
    lower: float
    upper: float
    mean: float
    credible: tuple[float, float]  # equal-tailed, 95 %
    above_target: float | None  # P(DLT rate over all levels > target); None: the design has no target

    @property
    def width(self) -> float:
        """How wide the exact interval is."""
        return self.upper - self.lower


@final
@dataclass(frozen=True, slots=True)
class Possibility:
    """One way in which the trial could have gone on; levels from 1."""

    added: tuple[int, ...]  # participants settled at each level after the end of enrolment
    added_dlt: tuple[int, ...]
    probability: float
    selected: int  # the level recommended at that end; 0: none
    safety: tuple[Reason, ...]  # what rules of safety said there
    stops_early: bool  # the protocol would have stopped before the planned number
    share: Share  # over all levels, with those added

    @property
    def is_for_safety(self) -> bool:
        """Whether a rule of safety spoke, or the protocol stopped early with no level left to recommend."""
        return bool(self.safety) or (self.stops_early and self.selected == 0)


@final
@dataclass(frozen=True, slots=True)
class Power:
    """How probably the trial stops for safety, by a DLT rate that is the same at every level.

    For safety: by a rule that judges it, or before the planned number with no level left to recommend.
    """

    rates: tuple[float, ...]
    planned: tuple[float, ...]
    treated: tuple[float, ...]


@final
@dataclass(frozen=True, slots=True)
class EarlyEnd:
    """What is lost by an end of enrolment before the planned number."""

    closed: EnrolmentClosed
    planned: int
    treated: int
    pending: int  # of those treated, still in their window
    share: Share
    selected: int  # recommended on what is there; 0: none
    next_level: int  # at which the next would have been treated; 0: nobody would
    model: bool  # predictive by the design's posterior; else by a Beta prior at each level alone
    prior: tuple[float, float]
    possibilities: tuple[Possibility, ...]
    refused: Refused | None  # why not every possibility could be followed
    power: Power | None  # None: the design is not one of counts, nobody was treated, or too many states

    @property
    def missing(self) -> int:
        """How many were planned and not treated."""
        return self.planned - self.treated

    @property
    def changed(self) -> float:
        """How probably the recommendation would have been another."""
        return sum(one.probability for one in self.possibilities if one.selected != self.selected)

    @property
    def stopped(self) -> float:
        """How probably a rule of safety would have spoken, or no level would have been left."""
        return sum(one.probability for one in self.possibilities if one.is_for_safety)


def early_end(study: Study, state: TrialState, *, on: date) -> EarlyEnd | None:
    """What an early end of enrolment costs; None while enrolment is open, or where the planned number was treated."""
    closed = state.closed
    treated = sum(bool(one.infusions) for one in state.participants.values())
    if closed is None or closed.event.on > on or treated >= study.identity.planned_n:
        return None
    course = everyone(study, state, on=on)
    walk = walk_of(study, most=len(course) + study.identity.planned_n - treated)
    now = walk.asked([Node(course, ())])[0]
    possibilities, refused = _followed(walk, course, codes=_safety(study))
    seen = seen_of_all(study, [course])
    return EarlyEnd(
        closed=closed.event,
        planned=study.identity.planned_n,
        treated=treated,
        pending=sum(one.evaluable and not one.settled for one in course),
        share=_share(study, sum(now.n_dlt), of=sum(now.n)),
        selected=int(explained(study, seen, on=on).evidence["selected_if_stopped_now"]),
        next_level=now.dose_level,
        model=study.design.propose(seen).posterior is not None,
        prior=PRIOR,
        possibilities=possibilities,
        refused=refused,
        power=_power(study, treated=treated),
    )


def _safety(study: Study) -> frozenset[str]:
    """The codes of the rules that judge whether a level is safe."""
    pairs = zip(study.rules, study.rule_names, strict=True)
    return frozenset(named.name for rule, named in pairs if getattr(rule, "judges_safety", False))


def _share(study: Study, count: int, *, of: int) -> Share:
    lower, upper = (float(limit) for limit in clopper_pearson(count, of))
    belief = BetaPosterior.after(n=np.array([[of]]), n_dlt=np.array([[count]]), prior_a=PRIOR[0], prior_b=PRIOR[1])
    low, high = (float(belief.quantile(place)[0, 0]) for place in (0.025, 0.975))
    above = None if study.target is None else float(belief.exceedance(study.target)[0, 0])
    return Share(count, of, lower, upper, float(belief.mean()[0, 0]), (low, high), above)


def _followed(
    walk: Walk, course: tuple[Observed, ...], *, codes: frozenset[str]
) -> tuple[tuple[Possibility, ...], Refused | None]:
    """Every possibility with its probability, most probable first; or why there are too many."""
    try:
        ends = _ends(walk, course)
    except Refused as refusal:
        return (), refusal
    start = walk.asked([Node(course, ())])[0]
    found: dict[object, Possibility] = {}
    for step, chance, size in ends:
        one = _possibility(walk, step, start=start, codes=codes, early=size < (walk.most or 0))
        key = (one.added, one.added_dlt, one.selected, tuple(reason.code for reason in one.safety))
        before = found[key].probability if key in found else 0.0
        found[key] = replace(one, probability=before + chance)
    return tuple(sorted(found.values(), key=lambda one: (one.added_dlt, one.added))), None


def _possibility(walk: Walk, step: Step, *, start: Step, codes: frozenset[str], early: bool) -> Possibility:
    added = tuple(after - before for after, before in zip(step.n, start.n, strict=True))
    dlts = tuple(after - before for after, before in zip(step.n_dlt, start.n_dlt, strict=True))
    safety = tuple(reason for reason in step.reasons if reason.code in codes)
    share = _share(walk.study, sum(step.n_dlt), of=sum(step.n))
    return Possibility(added, dlts, 0.0, step.selected, safety, early, share)


def _ends(walk: Walk, course: tuple[Observed, ...]) -> list[tuple[Step, float, int]]:
    """Where the trial could have ended: the last step, its probability, and how many were in it."""
    pending = any(one.evaluable and not one.settled for one in course)
    ahead = (
        _weighed(walk, [(Node(course, ()), 1.0)], branches=[walk.settled(course)])
        if pending
        else [(Node(course, ()), 1.0)]
    )
    ends: list[tuple[Step, float, int]] = []
    while ahead:
        steps = walk.asked([node for node, _ in ahead])
        going = [(pair, step) for pair, step in zip(ahead, steps, strict=True) if step.next_size]
        stay = [(pair, step) for pair, step in zip(ahead, steps, strict=True) if not step.next_size]
        ends += [(step, chance, len(node.course)) for (node, chance), step in stay]
        branches = [walk.branches(node, step) for (node, _), step in going]
        if len(ends) + sum(map(len, branches)) > MOST_PATHS:
            raise Refused(TOO_MANY, {"most": MOST_PATHS})
        ahead = _weighed(walk, [pair for pair, _ in going], branches=branches)
    return ends


def _weighed(
    walk: Walk, before: Sequence[tuple[Node, float]], *, branches: Sequence[Sequence[Node]]
) -> list[tuple[Node, float]]:
    """Every branch with the probability to be there."""
    cases = [(chance, node) for (_, chance), nodes in zip(before, branches, strict=True) for node in nodes]
    if not cases:
        return []
    courses = [course for _, node in cases for course in _growing(node)]
    rates = iter(_rates(walk.study, courses))
    found = []
    for chance, node in cases:
        ways = 1 if walk.ordered else _orders(node.last)
        parts = [_part(next(rates), one) for one in node.last]
        found.append((node, chance * ways * prod(parts)))
    return found


def _growing(node: Node) -> list[tuple[Observed, ...]]:
    """What was known before each of those seen last, one after the other."""
    new = {id(one) for one in node.last}
    known = [one for one in node.course if id(one) not in new]
    return [(*known, *node.last[:count]) for count in range(len(node.last))]


def _orders(last: Sequence[Observed]) -> int:
    """In how many orders these results can have come: at each level, which of its participants had the DLTs."""
    at = {one.dose_level: [other.dlt for other in last if other.dose_level == one.dose_level] for one in last}
    return prod(comb(len(results), sum(results)) for results in at.values())


def _part(rates: Floats, one: Observed) -> float:
    rate = float(rates[one.dose_level - 1])
    return rate if one.dlt else 1 - rate


def _rates(study: Study, courses: Sequence[tuple[Observed, ...]]) -> list[Floats]:
    """The posterior mean of the DLT rate at every level, after each course."""
    seen = seen_of_all(study, courses)
    posterior: Any = study.design.propose(seen).posterior
    if posterior is None:
        posterior = BetaPosterior.after(n=seen.n, n_dlt=seen.n_dlt, prior_a=PRIOR[0], prior_b=PRIOR[1])
    return list(np.asarray(posterior.mean(), np.float64))


def _power(study: Study, *, treated: int) -> Power | None:
    """How probably the trial stops for safety as planned, and planned for those treated."""
    codes = _safety(study)
    if treated == 0:
        return None
    try:
        as_planned, as_treated = every_end(study), every_end(_shorter(study, treated))
    except Refused:
        return None
    return Power(GRID, _stops(as_planned, codes=codes), _stops(as_treated, codes=codes))


def _shorter(study: Study, n: int) -> Study:
    """The same protocol planned for so many."""
    rules = tuple(replace(rule, n=min(rule.n, n)) if isinstance(rule, StopAtN) else rule for rule in study.rules)
    identity = study.identity.model_copy(update={"planned_n": n})
    return replace(study, identity=identity, rules=rules)


def _stops(ends: TrialEnds, *, codes: frozenset[str]) -> tuple[float, ...]:
    truths = Truths.of_dlt([[rate] * ends.levels for rate in GRID])
    by_rule = np.array([reason in codes for reason in ends.reasons], np.bool_)[ends.reason]
    stopping: Ints = np.flatnonzero(by_rule | (ends.early & (ends.selected == 0)))
    return tuple(float(row[stopping].sum()) for row in ends.probabilities(truths))
