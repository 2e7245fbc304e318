"""Bayesian monitoring of a plan: the posterior that stops it, what that does exactly, and what borrowing changes.

Shares: ``numerics.two_arm_posterior``, exact by enumeration. Other endpoints: the estimate is normal with the
information planned, so that a posterior probability is a bound on z and the recursion of group-sequential trials gives
its errors. Futility is a predictive probability of success that is too low; the calibrated cut-off does not rely on it.
Where a low share is good, everything is said of those who do well.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import final

import numpy as np
import scipy.special as sp

from trialwright.numerics.arrays import Bools, Floats
from trialwright.numerics.beta_mixtures import BetaMixture
from trialwright.numerics.group_sequential import crossing
from trialwright.numerics.two_arm_posterior import Operated, calibrated, operate, predicted, superiority
from trialwright.planning.further_sections import BayesianSection
from trialwright.planning.plan import BinaryEndpoint
from trialwright.planning.sizing import Sized, value_of

NULLS = 49  # true shares of the control over which the error is kept and drawn
Pair = tuple[int, int]


@final
@dataclass(frozen=True, slots=True)
class RuleRow:
    """One look: what stops the trial there, and how often."""

    number: int
    sizes: Pair  # treatment, control
    at_control: int | None  # responders of the control for which the counts are said: those expected
    needed: int | None  # responders of the treatment from which efficacy is shown; None: none suffices
    futile: int | None  # … up to which it is futile; None: none is
    upper_z: float  # other endpoints
    lower_z: float
    efficacy: tuple[float, float]  # without and with the effect
    futility: tuple[float, float]


@final
@dataclass(frozen=True, slots=True)
class Monitoring:
    """A Bayesian rule and its exact operating characteristics."""

    section: BayesianSection
    cut: float
    rows: tuple[RuleRow, ...]
    error: float  # the largest over the null rates, nobody stopping for futility
    power: float
    expected: tuple[float, float]  # participants, without and with the effect
    curve: tuple[tuple[float, float], ...]  # true share of the control, error; () for other endpoints
    difference: float  # what the treatment must be better by


@final
@dataclass(frozen=True, slots=True)
class TwoArms:
    """The looks of a plan as counts of those who do well."""

    sizes: tuple[Pair, ...]
    treatment: BetaMixture
    difference: float
    assumed: tuple[float, float]  # shares doing well, treatment and control

    @classmethod
    def of(cls, sized: Sized, section: BayesianSection) -> TwoArms:
        """From a plan with its size; the first treatment against the control."""
        plan, endpoint = sized.plan, sized.plan.endpoint
        assert isinstance(endpoint, BinaryEndpoint)
        whole = sized.evaluable[sized.first.arm.name], sized.evaluable[plan.control.name]
        parts = (*sized.looks.fractions[:-1], 1.0)
        sizes = tuple((math.ceil(whole[0] * f - 1e-9), math.ceil(whole[1] * f - 1e-9)) for f in parts)
        high = endpoint.better == "higher"
        assumed = value_of(plan, sized.first.arm), value_of(plan, plan.control)
        shares = assumed if high else (1 - assumed[0], 1 - assumed[1])
        margin = endpoint.margin or 0.0
        prior = section.prior if high else section.prior[::-1]
        return cls(sizes, BetaMixture.of((1.0, *prior)), margin if high else -margin, shares)

    def tables(self, control: BetaMixture) -> list[Floats]:
        """The posterior probability after every pair of counts at every look."""
        return [superiority(self.treatment, control, n=size, difference=self.difference) for size in self.sizes]

    def nulls(self, low: float, high: float) -> list[tuple[float, float]]:
        """True shares (treatment, control) that differ by just what is tested against."""
        found = [(float(p + self.difference), float(p)) for p in np.linspace(low, high, NULLS)]
        return [(t, c) for t, c in found if 0 < t < 1]

    def futile(self, control: BetaMixture, *, success: Bools, below: float) -> list[Bools]:
        """Which pairs stop each look but the last."""
        found = [
            predicted(self.treatment, control, now=size, then=self.sizes[-1], success=success) < below
            for size in self.sizes[:-1]
        ]
        return [*found, np.zeros_like(success)]


def control_prior(sized: Sized, section: BayesianSection) -> BetaMixture:
    """That of the file, of those who do well."""
    high = sized.plan.endpoint.better == "higher"
    return BetaMixture.of((1.0, *(section.control_prior if high else section.control_prior[::-1])))


def monitoring(sized: Sized, section: BayesianSection, *, control: BetaMixture | None = None) -> Monitoring:
    """The rule of a plan; ``control``: a borrowed prior of the control instead of the plan's own.

    The cut-off is calibrated without borrowing, whatever is borrowed afterwards.
    """
    if not isinstance(sized.plan.endpoint, BinaryEndpoint):
        return _of_effect(sized, section)
    arms, own = TwoArms.of(sized, section), control_prior(sized, section)
    nulls = arms.nulls(*section.null_rates)
    used, cut = own if control is None else control, cut_off(sized, section)
    tables = arms.tables(used)
    up = [table > cut for table in tables]
    low = arms.futile(used, success=up[-1], below=section.futility)
    same = arms.assumed[1] + arms.difference, arms.assumed[1]
    found = operate(up, low, sizes=arms.sizes, rates=[same, arms.assumed])
    free = operate(up, [np.zeros_like(one) for one in up], sizes=arms.sizes, rates=nulls).success
    rows = tuple(_row(k, arms, up=up[k], low=low[k], found=found) for k in range(len(up)))
    high = sized.plan.endpoint.better == "higher"
    curve = tuple((c if high else 1 - c, float(error)) for (_, c), error in zip(nulls, free, strict=True))
    people = found.expected
    return Monitoring(
        section, cut, rows, float(free.max()), float(found.success[1]), (float(people[0]), float(people[1])),
        curve, arms.difference,
    )  # fmt: skip


def cut_off(sized: Sized, section: BayesianSection) -> float:
    """The posterior probability from which efficacy is shown: the file's, or calibrated to the level."""
    if section.efficacy is not None:
        return section.efficacy
    arms = TwoArms.of(sized, section)
    tables = arms.tables(control_prior(sized, section))
    return calibrated(
        tables, sizes=arms.sizes, nulls=arms.nulls(*section.null_rates), alpha=sized.first.errors.one_side
    )


def _row(place: int, arms: TwoArms, *, up: Bools, low: Bools, found: Operated) -> RuleRow:
    size = arms.sizes[place]
    expected = round(arms.assumed[1] * size[1])
    above, below = np.flatnonzero(up[:, expected]), np.flatnonzero(low[:, expected] & ~up[:, expected])
    return RuleRow(
        place + 1, size, expected, int(above[0]) if len(above) else None, int(below[-1]) if len(below) else None,
        math.nan, math.nan, (float(found.efficacy[0, place]), float(found.efficacy[1, place])),
        (float(found.futility[0, place]), float(found.futility[1, place])),
    )  # fmt: skip


def _of_effect(sized: Sized, section: BayesianSection) -> Monitoring:
    """The effect in units of the one assumed, its information from the drift of the plan."""
    times = np.append(np.asarray(sized.looks.fractions[:-1], np.float64), 1.0)
    information = sized.drift**2 * times
    cut, level = section.efficacy, sized.first.errors.one_side
    never = np.full(len(times), -np.inf)
    if cut is None:
        low, high = 0.0, 12.0
        for _ in range(60):
            middle = (low + high) / 2
            bounds = bounds_on_z(information, middle, prior=section.effect_prior)
            error = float(crossing(times, lower=never, upper=bounds, drifts=0.0).upper.sum())
            low, high = (low, middle) if error <= level else (middle, high)
        cut = float(sp.ndtr(high))
    upper = bounds_on_z(information, float(sp.ndtri(cut)), prior=section.effect_prior)
    lower = futile_below(information, upper[-1], prior=section.effect_prior, below=section.futility)
    lower = np.minimum(lower, upper)
    found = crossing(times, lower=lower, upper=upper, drifts=[0.0, sized.drift])
    free = float(crossing(times, lower=never, upper=upper, drifts=0.0).upper.sum())
    whole = sized.evaluable[sized.first.arm.name], sized.evaluable[sized.plan.control.name]
    sizes = [(math.ceil(whole[0] * f - 1e-9), math.ceil(whole[1] * f - 1e-9)) for f in times]
    rows = tuple(
        RuleRow(
            k + 1, sizes[k], None, None, None, float(upper[k]), float(lower[k]) if k + 1 < len(times) else -math.inf,
            (float(found.upper[0, k]), float(found.upper[1, k])), (float(found.lower[0, k]), float(found.lower[1, k])),
        )
        for k in range(len(times))
    )  # fmt: skip
    people = found.stopping @ np.array([sum(size) for size in sizes], np.float64)
    power = float(found.upper[1].sum())
    return Monitoring(section, cut, rows, free, power, (float(people[0]), float(people[1])), (), 0.0)


def bounds_on_z(information: Floats, quantile: float, *, prior: tuple[float, float] | None) -> Floats:
    """Z from which the posterior probability of an effect above 0 is Phi(quantile), at each look.

    With N(m, s^2): (m / s^2 + z sqrt(I)) / sqrt(1 / s^2 + I) >= quantile (Spiegelhalter, Freedman & Parmar 1994,
    Journal of the Royal Statistical Society A 157:357); a flat prior gives z >= quantile.
    """
    mean, precision = (0.0, 0.0) if prior is None else (prior[0], prior[1] ** -2)
    root = np.sqrt(information)
    return np.asarray((quantile * np.sqrt(precision + information) - mean * precision) / root, np.float64)


def futile_below(information: Floats, final: float, *, prior: tuple[float, float] | None, below: float) -> Floats:
    """Z below which the predictive probability of passing ``final`` at the last look is less than ``below``.

    With S = z sqrt(I), d the information to come, and the posterior N(m, v) of the effect: S at the end is N(S + d m,
    d + d^2 v). Linear in z, so the bound is solved for. Minus infinity at the last look, and where nothing is too low.
    """
    found = np.full(len(information), -np.inf)
    if below <= 0:
        return found
    mean, precision = (0.0, 0.0) if prior is None else (prior[0], prior[1] ** -2)
    for k, seen in enumerate(information[:-1]):
        ahead = information[-1] - seen
        variance = 1 / (precision + seen)
        spread = math.sqrt(ahead + ahead**2 * variance)
        wanted = final * math.sqrt(information[-1]) + float(sp.ndtri(below)) * spread
        found[k] = (wanted - ahead * variance * mean * precision) / (math.sqrt(seen) * (1 + ahead * variance))
    return found
