"""Questions to a simulated trial: which schedule, which endpoint and when, how many people, what a taper and waning do.

Every question is a set of plans that differ in one thing and are run as campaigns; all of them meet the same virtual
people, so that differences are not differences of people. Nothing is computed but from simulated trials.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import final

import numpy as np
import scipy.special as sp

from trialwright.numerics.arrays import Floats
from trialwright.planning.care import Taper
from trialwright.planning.infusion_effect import Schedule
from trialwright.planning.looks import Looks
from trialwright.planning.rct_analysis import FITS, Analysis
from trialwright.planning.rct_simulation import Arm, RctPlan, RctResults
from trialwright.vocabulary.disease_course import Appearance

MONTHS_APART = 12  # weeks between the infusions of "every three months"
TAPER = Taper(8, 40, 7.5)
HALF_LIVES = (13, 26, 52)  # weeks from the peak to half of it
SIZES = (0.25, 0.375, 0.5, 0.625, 0.75, 0.875, 1.0)  # of the largest size that is looked at
LARGEST = 2.0  # times the size of the plan
POWERS = (0.8, 0.9)
HALF_LIFE = "effect_half_life_weeks"
ONE, TWO, QUARTERLY, RELAPSE = "one", "two", "quarterly", "relapse"
SHAPE = Looks((1.0,))


def schedules(weeks: int) -> dict[str, Schedule]:
    """The schedules that are compared in a trial of so many weeks."""
    repeated = tuple(float(week) for week in range(0, weeks, MONTHS_APART))
    return {
        ONE: Schedule((0.0,)),
        TWO: Schedule((0.0, 4.0)),
        QUARTERLY: Schedule(repeated),
        RELAPSE: Schedule((0.0,), on_relapse=max(1, len(repeated) - 1)),
    }


def two_arms(plan: RctPlan, schedule: Schedule | None = None) -> RctPlan:
    """The control and the first treatment alone, half and half, with one look; perhaps on another schedule."""
    treatment = plan.arms[1]
    used = treatment.schedule if schedule is None else schedule
    arms = (Arm(plan.arms[0].name, used, active=False), Arm(treatment.name, used))
    return replace(plan, arms=arms, looks=SHAPE, secondary=())


def at_last_visit(plan: RctPlan) -> tuple[Analysis, ...]:
    """The primary analysis at the last visit too, where it is judged before: whether what was gained lasts."""
    last = plan.visits.weeks[-1]
    return () if plan.primary.week == last else (replace(plan.primary, week=last),)


def every_analysis(plan: RctPlan, appearance: Appearance) -> tuple[Analysis, ...]:
    """Every endpoint at every visit after baseline, each by its usual test."""
    return tuple(
        Analysis(name, week, FITS[known.kind][0], strata_at=plan.primary.strata_at)
        for name, known in appearance.endpoints.items()
        for week in plan.visits.weeks[1:]
    )


def questions(plan: RctPlan, appearance: Appearance) -> dict[str, RctPlan]:
    """The plans behind every question, by a key that says which: ``schedule/one``, ``waning/26/quarterly`` …"""
    weeks = plan.visits.weeks[-1]
    known = schedules(weeks)
    later = at_last_visit(plan)
    asked = {f"schedule/{name}": replace(two_arms(plan, one), secondary=later) for name, one in known.items()}
    asked["endpoint/all"] = replace(two_arms(plan), secondary=every_analysis(plan, appearance))
    for half_life in HALF_LIVES:
        for name in (ONE, QUARTERLY):
            changed = (
                *((key, value) for key, value in plan.changed if key != HALF_LIFE),
                (HALF_LIFE, float(half_life)),
            )
            asked[f"waning/{half_life}/{name}"] = replace(two_arms(plan, known[name]), changed=changed, secondary=later)
    free, tapered = replace(plan.visits, taper=None), replace(plan.visits, taper=plan.visits.taper or TAPER)
    loose = replace(plan.primary, dose_at_most=None)
    strict = replace(plan.primary, dose_at_most=(plan.visits.taper or TAPER).target)
    asked["taper/none"] = replace(two_arms(plan), visits=free, primary=loose)
    asked["taper/mandatory"] = replace(two_arms(plan), visits=tapered, primary=loose, secondary=(strict,))
    for drawn in ("nothing", "effect"):
        largest = replace(two_arms(plan), participants=int(LARGEST * plan.participants), looks=Looks(SIZES))
        asked[f"size/{drawn}"] = replace(largest, drawn="effect" if drawn == "effect" else "nothing")
    return asked


@final
@dataclass(frozen=True, slots=True)
class Answer:
    """One plan of a question, answered: responses in both arms, and how often the difference is found."""

    key: str
    control: float
    treatment: float
    found: int  # trials that find the treatment better at the level of the plan
    trials: int
    infusions: float  # per participant of the treatment arm
    reactions: float

    @property
    def power(self) -> float:
        """Share of the trials that find it."""
        return self.found / self.trials


def critical_z(plan: RctPlan) -> float:
    """The z from which one look at the end finds a difference."""
    return float(-sp.ndtri(plan.errors.one_side))


def answered(key: str, results: RctResults, *, analysis: int = 0) -> Answer:
    """What one plan gave, by its primary analysis (0) or a secondary one (from 1)."""
    z = results.z[:, 0, -1] if analysis == 0 else results.others[:, 0, analysis - 1, -1]
    means = results.means[:, :, analysis].mean(axis=0)
    return Answer(
        key, float(means[0]), float(means[1]), int((z >= critical_z(results.plan)).sum()), results.trials,
        float(results.infusions[:, 1].mean()), float(results.reactions[:, 1].mean()),
    )  # fmt: skip


@final
@dataclass(frozen=True, slots=True)
class Separation:
    """How well one endpoint tells the arms apart at one visit."""

    analysis: Analysis
    control: float
    treatment: float
    mean_z: float
    found: int
    trials: int


def separations(results: RctResults) -> tuple[Separation, ...]:
    """Every secondary analysis of a campaign, in its order."""
    bound = critical_z(results.plan)
    means = results.means.mean(axis=0)
    return tuple(
        Separation(
            one, float(means[0, place + 1]), float(means[1, place + 1]), float(results.others[:, 0, place, -1].mean()),
            int((results.others[:, 0, place, -1] >= bound).sum()), results.trials,
        )
        for place, one in enumerate(results.plan.secondary)
    )  # fmt: skip


@final
@dataclass(frozen=True, slots=True)
class SizeCurve:
    """Power (or assurance) by the number of participants."""

    people: tuple[int, ...]
    found: tuple[int, ...]
    trials: int

    @property
    def power(self) -> Floats:
        """Share of the trials at each size."""
        return np.asarray(self.found, np.float64) / self.trials

    def needed(self, power: float) -> int | None:
        """The least number of participants that reaches a power, between the sizes in a line; None: not reached.

        Shares that fall by chance from one size to a larger one count as the highest so far.
        """
        reached = np.maximum.accumulate(self.power)
        if reached[-1] < power:
            return None
        place = int((reached >= power).argmax())
        if place == 0:
            return self.people[0]
        low, high = float(reached[place - 1]), float(reached[place])
        step = (power - low) / (high - low)
        return int(np.ceil(self.people[place - 1] + step * (self.people[place] - self.people[place - 1])))


def size_curve(results: RctResults, *, analysis: int = 0) -> SizeCurve:
    """Power at every look of a campaign, each taken as a size of its own."""
    z = results.z[:, 0] if analysis == 0 else results.others[:, 0, analysis - 1]
    found = (z >= critical_z(results.plan)).sum(axis=0)
    return SizeCurve(results.plan.people_at_looks, tuple(int(count) for count in found), results.trials)


def best_separation(found: Mapping[str, RctResults]) -> Separation:
    """The endpoint and visit with the largest mean z; the earlier in the list where two are equal."""
    return max(separations(found["endpoint/all"]), key=lambda one: one.mean_z)
