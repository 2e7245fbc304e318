"""Placebo arms of earlier trials as a prior for the control: what they say, what they are worth, what they risk.

The prior: ``numerics.meta_analytic``. Its cost is shown, not hidden: the exact error and power of the trial over the
true share of its own placebo arm, with nothing borrowed, with the prior made robust, and with the prior as it is.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from typing import final

import numpy as np

from trialwright.numerics.beta_mixtures import BetaMixture, size_by_information, size_by_moments
from trialwright.numerics.meta_analytic import Predicted, as_mixture, predictive_prior, tail_of
from trialwright.numerics.two_arm_posterior import operate
from trialwright.planning.further_sections import BayesianSection
from trialwright.planning.posterior_monitoring import TwoArms, control_prior, cut_off
from trialwright.planning.sizing import Sized
from trialwright.vocabulary.errors import MISSING, Complaints, ParameterError

POINTS = 19  # true shares of the control
COLUMNS = ("trial", "responders", "of", "source")


@final
@dataclass(frozen=True, slots=True)
class EarlierArm:
    """One placebo arm that was published."""

    trial: str
    responders: int
    of: int
    source: str
    status: str = ""


@final
@dataclass(frozen=True, slots=True)
class Shown:
    """At one true share of the control: error and power with nothing borrowed, robustly, and fully."""

    share: float
    error: tuple[float, float, float]
    power: tuple[float, float, float] | None  # for the same difference as assumed, where there is room for it
    weight: float  # on the earlier trials, after the placebo arm has shown just this share
    tail: float  # how surprising that would be under the earlier trials


@final
@dataclass(frozen=True, slots=True)
class Borrowed:
    """A prior from earlier placebo arms, and its operating characteristics."""

    arms: tuple[EarlierArm, ...]
    prior: Predicted
    mixture: BetaMixture
    divergence: float
    robust: BetaMixture  # of those who do well, as it is used
    moments: tuple[float, float]  # people it is worth: as it is, made robust
    information: tuple[float | None, float | None]
    shown: tuple[Shown, ...]
    cut: float

    def largest(self, kind: int) -> tuple[float, float]:
        """The largest error and the share at which: 0 nothing borrowed, 1 robust, 2 as it is."""
        worst = max(self.shown, key=lambda one: one.error[kind])
        return worst.error[kind], worst.share


def read_earlier_arms(content: bytes, *, name: str = "the placebo arms") -> tuple[EarlierArm, ...]:
    """Earlier arms from a CSV; ParameterError with every finding."""
    complaints = Complaints()
    rows = list(csv.DictReader(content.decode("utf-8-sig").splitlines()))
    missing = [one for one in COLUMNS if not rows or one not in rows[0]]
    complaints.unless(not missing, "columns", MISSING, "must hold " + ", ".join(COLUMNS))
    found = []
    for line, one in enumerate(rows if not missing else (), start=2):
        seen, of = one["responders"] or "", one["of"] or ""
        fine = seen.isascii() and of.isascii() and seen.isdigit() and of.isdigit() and 0 <= int(seen) <= int(of) > 0
        allowed = "must be whole numbers, responders among those there were"
        if complaints.unless(fine, f"line {line}", f"{seen} of {of}", allowed):
            found.append(EarlierArm(one["trial"], int(seen), int(of), one["source"] or "", one.get("status") or ""))
    names = [one.trial for one in found]
    complaints.unless(len(set(names)) == len(names), "trial", names, "must each stand once: nobody counts twice")
    complaints.raise_as(ParameterError, f"{name} cannot be borrowed")
    return tuple(found)


def borrowed(sized: Sized, section: BayesianSection, *, arms: tuple[EarlierArm, ...]) -> Borrowed:
    """The prior, what it is worth, and what it does to the trial."""
    asked = section.borrowing
    assert asked is not None, "the caller saw that it is there"
    prior = predictive_prior(
        [(one.responders, one.of) for one in arms], heterogeneity=asked.heterogeneity, centre=asked.centre
    )
    mixture, divergence = as_mixture(prior)
    own = section.control_prior
    robust = mixture.made_robust(asked.robust_weight, prior=own)
    high = sized.plan.endpoint.better == "higher"
    kinds = [control_prior(sized, section), *(one if high else _turned(one) for one in (robust, mixture))]
    two, cut = TwoArms.of(sized, section), cut_off(sized, section)
    return Borrowed(
        arms, prior, mixture, divergence, kinds[1], (size_by_moments(mixture), size_by_moments(robust)),
        (size_by_information(mixture), size_by_information(robust)),
        _shown(two, kinds, cut=cut, high=high), cut,
    )  # fmt: skip


def _turned(prior: BetaMixture) -> BetaMixture:
    return BetaMixture(prior.weights, prior.b, prior.a)


def _shown(two: TwoArms, kinds: list[BetaMixture], *, cut: float, high: bool) -> tuple[Shown, ...]:
    shares = [float(p) for p in np.linspace(0.05, 0.95, POINTS)]
    gap = two.assumed[0] - two.assumed[1]
    errors, powers = [], []
    for prior in kinds:
        up = [table > cut for table in two.tables(prior)]
        low = [np.zeros_like(one) for one in up]
        under = [(_inside(p + two.difference), p) for p in shares]
        better = [(_inside(p + gap), p) for p in shares]
        both = operate(up, low, sizes=two.sizes, rates=[*under, *better]).success
        errors.append(both[: len(shares)])
        powers.append(both[len(shares) :])
    n, found = two.sizes[-1][1], []
    for place, p in enumerate(shares):
        count = round(p * n)
        after = kinds[1].after(count, n)
        kept = float(after.weights[: len(kinds[2].weights)].sum())
        room = 0 < p + gap < 1
        power = tuple(float(one[place]) for one in powers)
        error = tuple(float(one[place]) for one in errors)
        found.append(
            Shown(
                p if high else 1 - p, (error[0], error[1], error[2]),
                (power[0], power[1], power[2]) if room else None, kept, tail_of(kinds[2], (count, n)),
            )
        )  # fmt: skip
    return tuple(found if high else found[::-1])


def _inside(share: float) -> float:
    return min(max(share, 0.0), 1.0)
