"""One-parameter dose-toxicity models: the posterior of beta under a normal or gamma prior.

With prior guesses (the skeleton) s_1 < ... < s_D and p_d the probability of a DLT at level d,

    power      p_d = s_d^exp(beta)                                           (Cheung 2011)
    logistic   logit p_d = a0 + exp(beta) x_d,  x_d = logit(s_d) - a0 < 0    (O'Quigley, Pepe & Fisher 1990)
    prior      beta ~ N(0, prior_sd^2), or exp(beta) ~ Gamma(shape, rate = shape), whose mean is 1
    posterior  log f(beta | y, n) = log prior + sum_d [y_d log p_d + (n_d - y_d) log(1 - p_d)] + constant

Participants still in their window, without a DLT so far, add sum_i log(1 - w_i p_d(i)): weight w_i is the share of the
window that counts as passed (Cheung & Chappell 2000, Biometrics 56:1177).

Data may belong to other doses than the levels: ``seen_at`` holds the guess at each of these doses, n_d and y_d count
there, and what is asked for is still the rate of every level.

Every p_d falls when beta rises, so the quantiles of p_d are those of beta, and P(p_d > rate) = P(beta < beta_d(rate)).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Literal, final

import numpy as np
import scipy.special as sp

from trialwright.numerics import quadrature
from trialwright.numerics.arrays import Bools, Floats, Ints
from trialwright.numerics.quadrature import Axis, Panel

LOW, HIGH = -9.0, 8.0  # ends of the first axis, in prior standard deviations; DLTs alone pull further than none
STEP_IN_SD, STEP = 0.1, 0.25  # its step, in prior standard deviations, and never more than this in beta
STEEP = 60.0  # of a shorter first axis: -log p of all its DLTs at the high end
TIERS = ((1, 4, 0.75), (3, 12, 0.5))  # at least so many DLTs and others: share of the low end that is kept
GAMMA_TAIL = 40.0  # log density at the ends of the first axis under a gamma prior, below the peak
LARGEST_LOG = 650.0  # exp() of it, times any number of participants, is still a number


@final
@dataclass(frozen=True, slots=True)
class OneParameterModel:
    """The curve: a skeleton, and how beta bends it."""

    kind: Literal["power", "logistic"]
    skeleton: tuple[float, ...]
    intercept: float = 3.0  # a0 of the logistic model
    seen_at: tuple[float, ...] = ()  # guesses at the S doses the counts belong to; empty: at the levels, S = D

    @property
    def slopes(self) -> Floats:
        """What exp(beta) multiplies at every level, made positive: -log s_d, or -x_d."""
        return self._slopes_of(self.skeleton)

    @property
    def seen_slopes(self) -> Floats:
        """The same at the doses the counts belong to, ``[S]``."""
        return self._slopes_of(self.seen_at or self.skeleton)

    def _slopes_of(self, guesses: tuple[float, ...]) -> Floats:
        s = np.asarray(guesses, np.float64)
        return np.asarray(-np.log(s) if self.kind == "power" else self.intercept - sp.logit(s), np.float64)

    def logs(self, beta: Floats) -> tuple[Floats, Floats]:
        """Logs of p and of 1 - p where the counts belong: ``[..., K]`` to ``[..., S, K]``, finite for finite beta."""
        log_u = np.minimum(beta[..., None, :] + np.log(self.seen_slopes)[:, None], LARGEST_LOG)
        u = np.exp(log_u)
        if self.kind == "logistic":
            return -np.logaddexp(0.0, u - self.intercept), -np.logaddexp(0.0, self.intercept - u)
        with np.errstate(divide="ignore"):
            log_q = np.where(log_u < np.log(1e-8), log_u - u / 2, np.log(-np.expm1(-u)))
        return -u, log_q

    def rates(self, beta: Floats) -> Floats:
        """The rate p at every level: ``[...]`` to ``[..., D]``."""
        return self._rates_of(self.slopes, beta)

    def seen_rates(self, beta: Floats) -> Floats:
        """The rate p at the doses the counts belong to: ``[...]`` to ``[..., S]``."""
        return self._rates_of(self.seen_slopes, beta)

    def _rates_of(self, slopes: Floats, beta: Floats) -> Floats:
        u = np.exp(np.minimum(beta[..., None] + np.log(slopes), LARGEST_LOG))
        return np.asarray(np.exp(-u) if self.kind == "power" else sp.expit(self.intercept - u), np.float64)

    def beta_at(self, rate: float) -> Floats:
        """The beta at which each level has this rate, ``[D]``; -inf where no beta makes the rate as high as that."""
        if not 0 < rate < 1:
            return np.full(len(self.skeleton), np.inf if rate <= 0 else -np.inf)
        u = -np.log(rate) if self.kind == "power" else self.intercept - sp.logit(rate)
        with np.errstate(divide="ignore"):
            return np.asarray(np.log(np.maximum(u, 0.0) / self.slopes), np.float64)


@final
@dataclass(frozen=True, slots=True)
class NormalPrior:
    """beta ~ N(0, sd^2)."""

    sd: float

    def log_density(self, beta: Floats) -> Floats:
        """Up to a constant."""
        return np.asarray(-(beta**2) / (2 * self.sd**2), np.float64)

    @property
    def log_mass(self) -> float:
        """Log of the integral of exp(log_density): what a density has to be divided by."""
        return float(np.log(self.sd * np.sqrt(2 * np.pi)))

    @property
    def start(self) -> Axis:
        """The axis on which every row is tried first."""
        return Axis.between(LOW * self.sd, HIGH * self.sd, step=min(STEP_IN_SD * self.sd, STEP))


@final
@dataclass(frozen=True, slots=True)
class GammaPrior:
    """exp(beta) ~ Gamma(shape, rate = shape): log density of beta = shape (beta - exp(beta)), the Jacobian included.

    A gamma prior of another rate for a slope whose coded doses are divided by its prior mean is the same model.
    """

    shape: float

    def log_density(self, beta: Floats) -> Floats:
        """Up to a constant."""
        return np.asarray(self.shape * (beta - np.exp(np.minimum(beta, LARGEST_LOG))), np.float64)

    @property
    def log_mass(self) -> float:
        """Log of the integral of exp(log_density): Gamma(shape) / shape^shape."""
        return float(sp.gammaln(self.shape) - self.shape * np.log(self.shape))

    @property
    def start(self) -> Axis:
        """The axis on which every row is tried first: the tail falls like exp(shape beta) on the left."""
        low, high = -GAMMA_TAIL / self.shape - 1, float(np.log(GAMMA_TAIL / self.shape + 10))
        halves = int(np.ceil((high - low) / (2 * min(STEP, STEP_IN_SD / self.shape**0.5 + 0.01))))
        return Axis(low, (high - low) / (2 * halves), 2 * halves + 1)


Prior = NormalPrior | GammaPrior


@final
@dataclass(frozen=True, slots=True)
class Unfinished:
    """Participants in their window without a DLT so far, one by one; ``[B, Q]`` for any ``Q`` that has room for all.

    Whoever has the weight 1 is among the counts instead: here 1 - w p has to stay above 0 for every p.
    """

    place: Ints  # level, 1 ... D; with ``seen_at`` which of these doses, 1 ... S; any number where the weight is 0
    weight: Floats  # 0 <= weight < 1; 0: nobody, or nothing known yet

    @property
    def anybody(self) -> Bools:
        """Whether someone's time counts for anything, ``[B]``."""
        return np.asarray((self.weight > 0).any(axis=1), np.bool_)

    def of(self, rows: Bools | Ints) -> Unfinished:
        """The same for some trials of the batch."""
        return Unfinished(self.place[rows], self.weight[rows])

    def log_likelihood(self, rate: Floats) -> Floats:
        """The sum of log(1 - w p) over the participants of each trial: rates ``[S, K]`` to ``[B, K]``."""
        total = np.zeros((len(self.place), rate.shape[1]))
        for place, weight in zip(self.place.T, self.weight.T, strict=True):
            known = weight > 0
            total[known] += np.log1p(-weight[known, None] * rate[place[known] - 1])
        return total

    def score(self, model: OneParameterModel, beta: Floats) -> Floats:
        """The derivative of that sum with respect to exp(beta) at one beta per trial, ``[B]``: never negative."""
        place = np.where(self.weight > 0, self.place - 1, 0)
        p = np.take_along_axis(model.seen_rates(beta), place, axis=1)
        fall = model.seen_slopes[place] * p * (1 - p if model.kind == "logistic" else 1.0)
        return np.asarray((self.weight * fall / (1 - self.weight * p)).sum(axis=1), np.float64)


@final
@dataclass(frozen=True, slots=True)
class OneParameterPosterior:
    """The posterior of beta for a batch of trials, and through it of the DLT rate of every level."""

    model: OneParameterModel
    prior: Prior
    n: Floats  # [B, S]
    n_dlt: Floats  # [B, S]
    beta_mean: Floats  # [B]
    beta_variance: Floats  # [B]
    rate_mean: Floats  # [B, D]
    panels: tuple[Panel, ...]
    unfinished: Unfinished | None = None

    def plug_in(self) -> Floats:
        """The curve at the posterior mean of beta, ``[B, D]``; not the posterior mean of the curve."""
        return self.model.rates(self.beta_mean)

    def wald_limits(self, confidence: float) -> tuple[Floats, Floats]:
        """The curve at beta_mean plus and minus z standard deviations: lower and upper limits, each ``[B, D]``."""
        reach = sp.ndtri((1 + confidence) / 2) * np.sqrt(self.beta_variance)
        return self.model.rates(self.beta_mean + reach), self.model.rates(self.beta_mean - reach)

    def summary(self, confidence: float) -> dict[str, Callable[[], Floats]]:
        """What is shown of it, by name, worked out when asked: beta and its variance, ``[B]``; curves and limits."""
        return {
            "beta_mean": lambda: self.beta_mean,
            "beta_variance": lambda: self.beta_variance,
            "plug_in": self.plug_in,
            "posterior_mean": self.mean,
            "lower_limit": lambda: self.wald_limits(confidence)[0],
            "upper_limit": lambda: self.wald_limits(confidence)[1],
        }

    def mean(self) -> Floats:
        """Posterior mean of the DLT rate, ``[B, D]``."""
        return self.rate_mean

    def quantile(self, probability: float) -> Floats:
        """The rate below which the truth lies with this probability, ``[B, D]``."""
        if not 0 < probability < 1:
            raise ValueError(f"a quantile needs a probability between 0 and 1, not {probability}")
        beta = quadrature.quantiles(self._log_density(), self.panels, probability=1 - probability)
        return self.model.rates(beta)

    def exceedance(self, rate: float) -> Floats:
        """Probability that the true DLT rate is above ``rate``, ``[B, D]``."""
        return quadrature.cumulative(self._log_density(), self.panels, points=self.model.beta_at(rate))

    def log_evidence(self) -> Floats:
        """Log probability of the data, beta integrated out: the log of int L(beta) f(beta) dbeta, ``[B]``.

        By the trapezoid on the nodes that reached the tolerance for the moments; the binomial coefficients, the same
        under every model, are left out.
        """
        answer, density = np.empty(len(self.n)), self._log_density()
        for panel in self.panels:
            logs = density(panel.axis.nodes)(panel.rows)
            answer[panel.rows] = sp.logsumexp(logs, axis=1) + np.log(panel.axis.step)
        return np.asarray(answer - self.prior.log_mass, np.float64)

    def _log_density(self) -> quadrature.LogDensity:
        counts = tallied(self.n, self.n_dlt)
        return partial(log_posterior, model=self.model, prior=self.prior, counts=counts, unfinished=self.unfinished)


def tallied(n: Floats, n_dlt: Floats) -> Floats:
    """What the log posterior is a sum over: DLTs and others at every level, and 1 for the prior; ``[B, 2 D + 1]``."""
    return np.concatenate([n_dlt, n - n_dlt, np.ones((len(n), 1))], axis=1)


def log_posterior(
    beta: Floats,
    *,
    model: OneParameterModel,
    prior: Prior,
    counts: Floats,
    unfinished: Unfinished | None = None,
) -> quadrature.OnNodes:
    """Log posterior density of beta at nodes ``[K]``, up to a constant: what answers rows of the counts, ``[rows, K]``.

    ``counts``: as ``tallied`` lists them.

    The curves are worked out at the nodes once, for all the rows that are asked for afterwards.
    """
    log_p, log_q = model.logs(beta)
    table = np.concatenate([log_p, log_q, prior.log_density(beta)[None, :]])
    rate = None if unfinished is None else np.exp(log_p)

    def of(rows: Ints) -> Floats:
        settled = np.asarray((table.T @ counts[rows].T).T, np.float64)  # node by node in memory: what follows is faster
        if unfinished is None or rate is None:
            return settled
        return settled + unfinished.of(rows).log_likelihood(rate)

    return of


def posterior(
    model: OneParameterModel, *, prior: Prior, n: Ints, n_dlt: Ints, unfinished: Unfinished | None = None
) -> OneParameterPosterior:
    """The posterior after ``n`` settled participants per level, ``n_dlt`` of them with a DLT; both ``[B, D]``.

    With ``model.seen_at`` they are counted by those doses, ``[B, S]``, none of them above the highest level's guess.
    """
    settled, toxic = np.asarray(n, np.float64), np.asarray(n_dlt, np.float64)
    moments, panels = quadrature.expectations(
        partial(log_posterior, model=model, prior=prior, counts=tallied(settled, toxic), unfinished=unfinished),
        partial(_moments, model),
        batch=len(settled),
        start=_starts(model, prior, n=settled, n_dlt=toxic),
    )
    mean, square = moments[:, 0], moments[:, 1]
    variance = np.maximum(square - mean**2, 0.0)
    return OneParameterPosterior(
        model, prior, settled, toxic, mean, variance, moments[:, 2:], panels, unfinished=unfinished
    )


def _starts(model: OneParameterModel, prior: Prior, *, n: Floats, n_dlt: Floats) -> list[Panel]:
    """The axis each row is tried on first: the shorter, the more DLTs bound beta from above and others from below."""
    wide, dlts, others = prior.start, n_dlt.sum(axis=1), (n - n_dlt).sum(axis=1)
    tier = sum(((dlts >= most) & (others >= least)).astype(np.int64) for most, least, _ in TIERS)
    panels = [Panel(np.flatnonzero(tier == 0), wide)]
    for place, (most, _, share) in enumerate(TIERS, start=1):
        high = float(np.log(STEEP / (model.slopes.min() * most)))
        short = Axis.between(share * wide.low, min(high, wide.nodes[-1]), step=wide.step)
        panels.append(Panel(np.flatnonzero(tier == place), short))
    return [panel for panel in panels if len(panel.rows)] or panels[:1]


def _moments(model: OneParameterModel, beta: Floats) -> Floats:
    return np.concatenate([beta[..., None], beta[..., None] ** 2, model.rates(beta)], axis=-1)
