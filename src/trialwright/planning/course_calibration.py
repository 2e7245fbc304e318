"""Holding a simulated course against published numbers: calibration, and what the numbers cannot tell.

Method of simulated moments with a prior: the parameters, in prior standard deviations from their prior, minimise
sum ((simulated - published) / tolerance)^2 + sum (distance from the prior)^2, over one set of virtual people whose
random numbers stay the same (McFadden 1989, Econometrica 57:995). Gauss-Newton steps with differences wide enough to
see past single people. Near the minimum, J being the Jacobian of the weighted moments, the parameters are known with
covariance (I + J'J)^-1 in prior standard deviations: a parameter whose standard deviation stays near 1 was not
identified by these numbers, and says what its prior says; two that are strongly correlated fit equally well together.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import final

import numpy as np

from trialwright.numerics.arrays import Floats
from trialwright.planning.care import Taper
from trialwright.planning.disease_course import Course
from trialwright.planning.follow_up import Numbers, Visits, follow
from trialwright.planning.infusion_effect import Effect, Schedule
from trialwright.planning.virtual_people import entrants, flare_rate_from, register
from trialwright.vocabulary.disease_course import (
    QUIESCENT,
    Appearance,
    CourseParameter,
    CourseTarget,
    Entry,
    Values,
    central,
)

WIDTH = 0.4  # prior standard deviations of a difference
STEPS = (1.0, 0.5, 0.2)  # shares of a Gauss-Newton step that are tried
LEAST_GAIN = 0.005  # of the sum of squares; less ends the search
NOT_IDENTIFIED = 0.8  # of the prior standard deviation left after calibration
TOGETHER = 0.6  # correlation from which two parameters are said to fit equally well together

Progress = Callable[[int, float], None]  # round, sum of squares


@final
@dataclass(frozen=True, slots=True)
class PlaceboArm:
    """The virtual placebo arm whose numbers are compared with published ones."""

    appearance: Appearance
    entry: Entry
    visits: Visits
    people: int
    seed: int

    def summaries(self, values: Values) -> dict[str, float]:
        """What a trial would print of it under some values of the parameters."""
        found = register(
            self.appearance, values, seed=self.seed, entry=self.entry, screening_weeks=self.visits.screening_weeks
        )
        who = entrants(found, seed=self.seed, trials=range(1), people=self.people)
        numbers = Numbers.of(self.appearance, self.visits, seed=self.seed, trials=range(1), people=self.people)
        effect = Effect.of(values).none().for_people(np.zeros(self.people, np.int64))
        followed = follow(
            who, self.visits, schedule=Schedule(), effect=effect, numbers=numbers, appearance=self.appearance,
            values=values,
        )  # fmt: skip
        quiescent = flare_rate_from(QUIESCENT, course=Course.of(values), seed=self.seed)
        return dict(self.appearance.summaries(followed.observed)) | {"flares_per_quiescent_year": quiescent}


def fit_of(arm: PlaceboArm, values: Values, *, taper: Taper) -> dict[str, float]:
    """What is simulated for each target: by the arm as it is, or, where the published arm had one, with a taper."""
    plain = arm.summaries(values)
    tapered = replace(arm, visits=replace(arm.visits, taper=taper)).summaries(values)
    return {one.key: (tapered if one.tapered else plain)[one.key] for one in arm.appearance.targets}


@final
@dataclass(frozen=True, slots=True)
class Calibrated:
    """What calibration found, and what it could not find."""

    free: tuple[str, ...]
    values: Mapping[str, float]  # of every parameter
    fit: Mapping[str, float]  # what is simulated at these values, by target
    factor: Floats  # [free, free]: lower triangular L with L L' the covariance, in prior standard deviations
    jacobian: Floats  # [targets, free], in tolerances per prior standard deviation
    squares: float

    @property
    def sds(self) -> Floats:
        """Standard deviation left of each free parameter, as a share of its prior's, ``[free]``."""
        return np.asarray(np.sqrt((self.factor**2).sum(axis=1)))

    @property
    def not_identified(self) -> tuple[str, ...]:
        """The parameters about which the published numbers say little."""
        return tuple(key for key, sd in zip(self.free, self.sds, strict=True) if sd >= NOT_IDENTIFIED)

    @property
    def together(self) -> tuple[tuple[str, str, float], ...]:
        """Pairs of parameters that can be traded for each other, with their correlation, the strongest first."""
        correlation = (self.factor @ self.factor.T) / np.outer(self.sds, self.sds)
        pairs = [
            (self.free[one], self.free[other], float(correlation[one, other]))
            for one in range(len(self.free))
            for other in range(one)
            if abs(correlation[one, other]) >= TOGETHER
        ]
        return tuple(sorted(pairs, key=lambda pair: (-abs(pair[2]), pair[:2])))


def calibrate_course(
    arm: PlaceboArm,
    *,
    rounds: int = 6,
    onwards: bool = False,
    progress: Progress = lambda number, squares: None,
) -> Calibrated:
    """The parameters that bring a placebo arm closest to the published numbers, within what their priors allow.

    Every parameter that is not fixed and not about the effect of infusions is free. The same arm gives the same answer.
    ``onwards``: from the values in use, not from the priors.
    """
    free = [one for one in arm.appearance.parameters if not one.is_fixed and one.about != "effect"]
    search = _Search(arm, tuple(free), tuple(arm.appearance.targets))
    place = np.asarray([one.moved if onwards else 0.0 for one in free])
    residuals = search.residuals(place)
    for number in range(rounds):
        progress(number, _squares(residuals, place))
        jacobian = search.jacobian(place, residuals)
        step = np.linalg.solve(np.eye(len(free)) + jacobian.T @ jacobian, -(jacobian.T @ residuals + place))
        tried = [(place + share * step, search.residuals(place + share * step)) for share in STEPS]
        best = min(tried, key=lambda one: _squares(one[1], one[0]))
        gain = _squares(residuals, place) - _squares(best[1], best[0])
        if gain > 0:
            place, residuals = best
        if gain < LEAST_GAIN * _squares(residuals, place):
            break
    jacobian = search.jacobian(place, residuals)
    covariance = np.linalg.inv(np.eye(len(free)) + jacobian.T @ jacobian)
    values = search.values(place)
    return Calibrated(
        tuple(one.key for one in free), values, search.arm.summaries(values), np.linalg.cholesky(covariance), jacobian,
        _squares(residuals, place),
    )  # fmt: skip


def _squares(residuals: Floats, place: Floats) -> float:
    return float(residuals @ residuals + place @ place)


@final
@dataclass(frozen=True, slots=True)
class _Search:
    arm: PlaceboArm
    free: tuple[CourseParameter, ...]
    targets: tuple[CourseTarget, ...]

    def values(self, place: Floats) -> dict[str, float]:
        """Every parameter, the free ones so many prior standard deviations from their prior."""
        moved = {one.key: one.away(float(sds), centre=one.prior) for one, sds in zip(self.free, place, strict=True)}
        return central(self.arm.appearance.parameters) | moved

    def residuals(self, place: Floats) -> Floats:
        """How far each simulated number is from the published one, in tolerances, ``[targets]``."""
        found = self.arm.summaries(self.values(place))
        return np.asarray([(found[one.key] - one.value) / one.tolerance for one in self.targets])

    def jacobian(self, place: Floats, residuals: Floats) -> Floats:
        """Differences, ``[targets, free]``, towards the prior so that they stay in what it allows."""
        columns = []
        for number in range(len(self.free)):
            step = np.zeros(len(self.free))
            step[number] = -WIDTH if place[number] > 0 else WIDTH
            columns.append((self.residuals(place + step) - residuals) / step[number])
        return np.stack(columns, axis=1)
