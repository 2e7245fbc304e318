"""Simulating whole randomised trials: arms, schedules, visits, endpoints, analyses and looks, over many trials at once.

A simulated participant goes through the same visits, endpoints and tests as a live one; nothing is replaced by
a formula. Trials are addressed: trial i under a seed is the same in every lot, process and machine. A lot of trials
gives whole numbers and sums per trial, kept in the order of the trials, so that any number of workers gives the same
bytes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from math import gcd
from typing import Any, Literal, final

import numpy as np

from trialwright.numerics.arrays import Bools, Floats, Ints
from trialwright.numerics.scalars import is_count
from trialwright.planning.follow_up import Followed, Numbers, Visits, follow
from trialwright.planning.infusion_effect import Effect, Schedule
from trialwright.planning.looks import Boundaries, Errors, Looks, boundaries
from trialwright.planning.rct_analysis import Analysis, TrialData, change, response, z_of
from trialwright.planning.virtual_people import ENTERING, entrants, register
from trialwright.protocol.misread import or_near
from trialwright.vocabulary.disease_course import Appearance, Entry, Observed, Values, central, drawn
from trialwright.vocabulary.errors import Complaints, ParameterError

LOT = 20  # trials run together: part of what a seed means where the whole model is drawn
DRAWN = ENTERING + 100  # purpose of the numbers behind drawn parameters
Drawn = Literal["nothing", "effect", "all"]
Multiplicity = Literal["bonferroni", "hierarchical"]


@final
@dataclass(frozen=True, slots=True)
class Arm:
    """One arm: its name, its infusions, whether they hold the product, and its part of the allocation."""

    name: str
    schedule: Schedule
    active: bool = True
    share: int = 1


@final
@dataclass(frozen=True, slots=True)
class RctPlan:
    """A randomised trial as it is simulated; the first arm is the control."""

    arms: tuple[Arm, ...]
    participants: int  # in all arms together
    visits: Visits
    entry: Entry
    primary: Analysis
    secondary: tuple[Analysis, ...] = ()
    looks: Looks = field(default_factory=Looks)
    errors: Errors = field(default_factory=Errors)
    drawn: Drawn = "nothing"  # what is not held at its central value: one draw per trial
    multiplicity: Multiplicity = "bonferroni"  # how several treatments share the level
    changed: tuple[tuple[str, float], ...] = ()  # parameters with another value than that of the disease

    def check(self, appearance: Appearance) -> RctPlan:
        """The same; ParameterError with everything that does not go together."""
        complaints = Complaints()
        complaints.unless(len(self.arms) >= 2, "arms", len(self.arms), "must be two at least, the control first")
        least = 2 * sum(arm.share for arm in self.arms)
        fine = is_count(self.participants, least=least)
        complaints.unless(fine, "participants", self.participants, f"must be a whole number of {least} or more")
        fine = all(is_count(arm.share) for arm in self.arms)
        complaints.unless(fine, "arms.share", [arm.share for arm in self.arms], "must be whole numbers from 1 on")
        names = [arm.name for arm in self.arms]
        complaints.unless(len(set(names)) == len(names), "arms.name", names, "must differ")
        known = {one.key: one.scale for one in appearance.parameters}
        for key, value in self.changed:
            place = f"course.change.{key}"
            if complaints.unless(key in known, place, key, f"is not a number of this disease; {or_near(key, known)}"):
                fine = {"log": value > 0, "logit": 0 <= value <= 1, "plain": value >= 0}[known[key]]
                allowed = {"log": "must be above 0", "logit": "must lie between 0 and 1", "plain": "must be 0 or more"}
                complaints.unless(fine, place, value, allowed[known[key]])
        for analysis in (self.primary, *self.secondary):
            complaints.add(analysis.check(appearance.endpoints, weeks=self.visits.weeks).findings)
        complaints.raise_as(ParameterError, "this trial cannot be simulated")
        return self

    @property
    def allocation(self) -> Ints:
        """The arm of each participant in the order of entry, ``[N]``: the shares, evenly spread and repeated."""
        share = np.asarray([arm.share for arm in self.arms])
        share = share // gcd(*share.tolist())
        block = np.asarray([arm for turn in range(share.max()) for arm in range(len(share)) if turn < share[arm]])
        return np.resize(block, self.participants).astype(np.int64)

    @property
    def comparisons(self) -> tuple[int, ...]:
        """The arms that are compared with the control."""
        return tuple(range(1, len(self.arms)))

    @property
    def boundaries(self) -> Boundaries:
        """Those of each comparison; under Bonferroni the level is shared equally between comparisons."""
        errors = self.errors
        alpha = errors.alpha / (len(self.comparisons) if self.multiplicity == "bonferroni" else 1)
        return _boundaries(self.looks, Errors(alpha, errors.power, errors.sides))

    @property
    def people_at_looks(self) -> tuple[int, ...]:
        """How many participants each look sees."""
        return tuple(max(2, round(fraction * self.participants)) for fraction in self.looks.fractions)


@cache
def _boundaries(looks: Looks, errors: Errors) -> Boundaries:
    return boundaries(looks, errors)


@final
@dataclass(frozen=True, slots=True)
class LotResult:
    """What a lot of trials gave; lists lead with the trials, in their order, and are plain numbers."""

    begin: int
    z: list[list[list[float]]]  # [trial, comparison, look] of the primary analysis
    others: list[list[list[list[float]]]]  # [trial, comparison, analysis, look] of the secondary ones
    means: list[list[list[float]]]  # [trial, arm, analysis]: share of responses or mean change, primary first
    infusions: list[list[float]]  # [trial, arm], mean
    reactions: list[list[float]]  # [trial, arm], mean
    left: list[list[float]]  # [trial, arm], share

    def plain(self) -> dict[str, Any]:
        """As JSON holds it."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


def lot_ranges(trials: int) -> list[range]:
    """The trials, numbered from 0, in the lots in which they are run."""
    return [range(begin, min(begin + LOT, trials)) for begin in range(0, trials, LOT)]


def simulate_lot(plan: RctPlan, appearance: Appearance, *, seed: int, trials: range) -> LotResult:
    """Some trials of a plan; what a worker is asked to do."""
    data, followed = trial_data(plan, appearance, seed=seed, trials=trials)
    analyses = (plan.primary, *plan.secondary)
    z = np.stack([[_at_looks(data, one, plan=plan, arm=arm) for one in analyses] for arm in plan.comparisons])
    z = np.moveaxis(z, (2, 3), (0, 3))  # [trial, comparison, analysis, look]
    summed = _by_arm(plan, followed, trials=len(trials))
    return LotResult(
        begin=trials.start,
        z=z[:, :, 0].tolist(),
        others=z[:, :, 1:].tolist(),
        means=np.stack([arm_means(data, one) for one in analyses], axis=2).tolist(),
        infusions=summed["infusions"].tolist(),
        reactions=summed["reactions"].tolist(),
        left=summed["left"].tolist(),
    )


def _at_looks(data: TrialData, analysis: Analysis, *, plan: RctPlan, arm: int) -> Floats:
    """The z of one arm by an analysis, ``[B, look]``."""
    return np.stack([z_of(data, analysis, arm=arm, people=people) for people in plan.people_at_looks], axis=1)


def arm_means(data: TrialData, analysis: Analysis) -> Floats:
    """The share of responses (or the mean change of those seen) in each arm, ``[B, A]``."""
    of = change if data.endpoints[analysis.endpoint].kind == "change" else response
    value = of(data, analysis)
    arms = range(int(data.arm.max()) + 1)
    return np.stack([_mean(value[:, data.arm == arm]) for arm in arms], axis=1)


def _mean(value: Floats) -> Floats:
    known = ~np.isnan(value)
    return np.asarray(np.where(known, value, 0.0).sum(axis=1) / np.maximum(known.sum(axis=1), 1))


def _by_arm(plan: RctPlan, followed: Sequence[Followed], *, trials: int) -> dict[str, Floats]:
    def each(value: Sequence[Floats | Ints]) -> Floats:
        return np.stack([one.reshape(trials, -1).mean(axis=1) for one in value], axis=1)

    return {
        "infusions": each([one.infusions for one in followed]),
        "reactions": each([one.reactions for one in followed]),
        "left": each([one.observed.withdrawn[:, -1].astype(np.float64) for one in followed]),
    }


def trial_data(
    plan: RctPlan, appearance: Appearance, *, seed: int, trials: range
) -> tuple[TrialData, tuple[Followed, ...]]:
    """What some trials record, and what came of each arm's people. A response is judged where it is analysed only."""
    values, effects = _values(plan, appearance, seed=seed, trials=trials)
    weeks = plan.visits.screening_weeks
    found = register(appearance, values, seed=seed, entry=plan.entry, screening_weeks=weeks)
    people = plan.participants
    who = entrants(found, seed=seed, trials=trials, people=people)
    numbers = Numbers.of(appearance, plan.visits, seed=seed, trials=trials, people=people)
    trial = np.repeat(np.arange(len(trials)), people)
    in_arm = np.tile(plan.allocation, len(trials))
    followed = []
    for place, arm in enumerate(plan.arms):
        rows = np.flatnonzero(in_arm == place)
        effect = effects if arm.active else effects.none()
        followed.append(
            follow(
                who.those(rows), plan.visits, schedule=arm.schedule, effect=effect.for_people(trial[rows]),
                numbers=numbers.rows(rows), appearance=appearance, values=values,
            )
        )  # fmt: skip
    order = np.argsort(np.concatenate([np.flatnonzero(in_arm == arm) for arm in range(len(plan.arms))]))
    everybody = together([one.observed for one in followed]).rows(order)
    return _data(plan, everybody, appearance=appearance), tuple(followed)


def together(parts: Sequence[Observed]) -> Observed:
    """The people of several arms one after the other."""
    stacked = {
        name: np.concatenate([getattr(one, name) for one in parts])
        for name in ("columns", "dose", "rescued", "withdrawn")
    }
    return Observed(weeks=parts[0].weeks, **stacked)


def _data(plan: RctPlan, everybody: Observed, *, appearance: Appearance) -> TrialData:
    index = next(name for name, one in appearance.endpoints.items() if one.kind == "change")
    shape = (-1, plan.participants, len(plan.visits.weeks))
    analyses, places = (plan.primary, *plan.secondary), dict[str, list[int]]()
    for one in analyses:
        if appearance.endpoints[one.endpoint].kind == "response":
            places.setdefault(one.endpoint, []).append(plan.visits.weeks.index(one.week))
    wanted = tuple(dict.fromkeys((*(one.endpoint for one in analyses), index)))
    found = appearance.evaluate(wanted, everybody, places={name: sorted({*at}) for name, at in places.items()})
    arrays = {name: value.reshape(shape) for name, value in found.items()}
    seen = ~np.isnan(arrays[index])
    return TrialData(
        appearance.endpoints, plan.visits.weeks, arrays, arrays[index], everybody.dose.reshape(shape), seen,
        everybody.rescued.reshape(shape), plan.allocation,
    )  # fmt: skip


def _values(plan: RctPlan, appearance: Appearance, *, seed: int, trials: range) -> tuple[Values, Effect]:
    """The parameters of a lot, and the effect in each of its trials."""
    fixed, changed = central(appearance.parameters), dict(plan.changed)
    if plan.drawn == "nothing":
        return fixed | changed, Effect.of(fixed | changed)
    count = len(appearance.parameters)
    each = [drawn(appearance, _normal(seed, trial=trial, count=count)) | changed for trial in trials]
    return (fixed | changed if plan.drawn == "effect" else each[0]), Effect.of(*each)


def _normal(seed: int, *, trial: int, count: int) -> Floats:
    generator = np.random.Generator(np.random.Philox(key=seed, counter=[0, 0, DRAWN, trial]))
    return np.asarray(generator.standard_normal(count))


@final
@dataclass(frozen=True, slots=True)
class RctResults:
    """All trials of a plan together; arrays lead with the trials in their order."""

    plan: RctPlan
    seed: int
    z: Floats  # [T, comparison, look]
    others: Floats  # [T, comparison, secondary, look]
    means: Floats  # [T, arm, analysis]
    infusions: Floats  # [T, arm]
    reactions: Floats  # [T, arm]
    left: Floats  # [T, arm]

    @classmethod
    def of(cls, plan: RctPlan, lots: Sequence[Mapping[str, Any]], *, seed: int) -> RctResults:
        """Lots in any order, put in theirs."""
        parts = sorted(lots.values() if isinstance(lots, Mapping) else lots, key=lambda one: int(one["begin"]))
        names = ("z", "others", "means", "infusions", "reactions", "left")
        return cls(
            plan, seed, *(np.asarray([row for part in parts for row in part[name]], np.float64) for name in names)
        )

    @property
    def trials(self) -> int:
        """How many."""
        return len(self.z)

    @property
    def stopped(self) -> Ints:
        """The look at which each comparison ends, from 1; below 0 where that is for futility or without success."""
        bound = self.plan.boundaries
        upper, lower = self.z >= bound.upper, self.z <= bound.lower
        lower[:, :, -1] = True
        ends = upper | lower
        look = ends.argmax(axis=2)
        won = np.take_along_axis(upper, look[:, :, None], axis=2)[:, :, 0]
        return np.asarray(np.where(won, look + 1, -(look + 1)), np.int64)

    @property
    def won(self) -> Bools:
        """Whether each arm is found better, ``[T, comparison]``; in a hierarchy only if those before it are."""
        won = self.stopped > 0
        return np.logical_and.accumulate(won, axis=1) if self.plan.multiplicity == "hierarchical" else won

    @property
    def rejections(self) -> Ints:
        """How many trials find each comparison's arm better, ``[comparison]``."""
        return np.asarray(self.won.sum(axis=0), np.int64)

    @property
    def rejections_of_any(self) -> int:
        """How many trials find any arm better: the family-wise error under the null."""
        return int(self.won.any(axis=1).sum())

    @property
    def by_look(self) -> Ints:
        """How many trials stop for efficacy at each look, ``[comparison, look]``."""
        looks = range(1, self.z.shape[2] + 1)
        return np.stack([(self.stopped == look).sum(axis=0) for look in looks], axis=1).astype(np.int64)

    def share_above(self, analysis: int) -> Ints:
        """How many trials find each arm better by a secondary analysis, at the nominal level, ``[comparison]``."""
        bound = float(self.plan.boundaries.upper[-1])
        return np.asarray((self.others[:, :, analysis, -1] >= bound).sum(axis=0), np.int64)

    @property
    def expected_people(self) -> Floats:
        """Mean number of participants when each comparison stops, ``[comparison]``."""
        people = np.asarray(self.plan.people_at_looks, np.float64)
        return np.asarray(people[np.abs(self.stopped) - 1].mean(axis=0))
