"""Dose-limiting toxicity by dose level and overall: counts, exact intervals, and posteriors.

Two posteriors are kept apart: the design's own (by level, from the protocol's model) and a plain Beta posterior of the
rate over all levels together, which says how little a handful of people can exclude.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np

from trialwright.analysis.boundaries import Boundary, boundaries
from trialwright.analysis.case import Case
from trialwright.conduct import advise
from trialwright.numerics.beta_binomial import BetaPosterior
from trialwright.numerics.intervals import clopper_pearson
from trialwright.vocabulary.decisions import LevelEvidence

PLAIN_PRIOR = (1.0, 1.0)  # uniform on the DLT rate
CREDIBLE = (0.05, 0.95)
ASKED_RATES = (0.20, 0.30)  # DLT rates whose exceedance is reported


@final
@dataclass(frozen=True, slots=True)
class Rate:
    """So many of so many, with the exact (Clopper-Pearson) two-sided 95 % interval; None of nobody."""

    count: int
    of: int
    lower: float | None
    upper: float | None


@final
@dataclass(frozen=True, slots=True)
class Credible:
    """Posterior mean of a rate with its equal-tailed 90 % interval, and the probabilities above the asked rates."""

    mean: float
    lower: float
    upper: float
    above: tuple[float, ...]  # in the order of ASKED_RATES


@final
@dataclass(frozen=True, slots=True)
class LevelToxicity:
    """One dose level: the observed rate, what the design believes about it, and the posterior of this level alone."""

    evidence: LevelEvidence
    rate: Rate
    alone: Credible


@final
@dataclass(frozen=True, slots=True)
class Toxicity:
    """Dose-limiting toxicity of the whole trial."""

    levels: tuple[LevelToxicity, ...]
    overall: Rate
    prior: tuple[float, float]
    exceedance: tuple[tuple[float, float], ...]  # (rate, posterior probability that the true rate is above it)
    boundaries: tuple[Boundary, ...]


def rate(count: int, of: int) -> Rate:
    """A proportion with its exact 95 % interval.

    >>> round(rate(0, 8).upper, 3), rate(0, 0).upper
    (0.369, None)
    """
    if of == 0:
        return Rate(0, 0, None, None)
    lower, upper = clopper_pearson(count, of)
    return Rate(count, of, float(lower), float(upper))


def toxicity(case: Case) -> Toxicity:
    """DLTs among settled participants, by the level of the dose given, and over all levels."""
    levels = advise(case.study, case.state, on=case.on).levels
    count, of = sum(level.n_dlt for level in levels), sum(level.n for level in levels)
    plain = BetaPosterior(np.array([[PLAIN_PRIOR[0] + count]]), np.array([[PLAIN_PRIOR[1] + of - count]]))
    return Toxicity(
        levels=tuple(
            LevelToxicity(level, rate(level.n_dlt, level.n), _alone(level.n_dlt, level.n)) for level in levels
        ),
        overall=rate(count, of),
        prior=PLAIN_PRIOR,
        exceedance=tuple((asked, float(plain.exceedance(asked)[0, 0])) for asked in ASKED_RATES),
        boundaries=boundaries(case, levels),
    )


def _alone(count: int, of: int) -> Credible:
    """The posterior of one level that borrows nothing from the others, from the plain prior."""
    a, b = PLAIN_PRIOR
    beta = BetaPosterior.after(n=np.array([[of]]), n_dlt=np.array([[count]]), prior_a=a, prior_b=b)
    mean, lower, upper = beta.mean(), *(beta.quantile(place) for place in CREDIBLE)
    above = tuple(float(beta.exceedance(asked)[0, 0]) for asked in ASKED_RATES)
    return Credible(mean=float(mean[0, 0]), lower=float(lower[0, 0]), upper=float(upper[0, 0]), above=above)
