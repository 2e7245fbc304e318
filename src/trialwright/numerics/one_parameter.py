"""One-parameter dose-toxicity models: the posterior of beta under a normal prior, and its maximum-likelihood estimate.

With prior guesses (the skeleton) s_1 < ... < s_D and p_d the probability of a DLT at level d,

    power      p_d = s_d^exp(beta)                                           (Cheung 2011, section 3.2)
    logistic   logit p_d = a0 + exp(beta) x_d,  x_d = logit(s_d) - a0 < 0    (O'Quigley, Pepe & Fisher 1990)
    prior      beta ~ N(0, prior_sd^2)
    posterior  log f(beta | y, n) = -beta^2 / (2 prior_sd^2) + sum_d [y_d log p_d + (n_d - y_d) log(1 - p_d)] + constant

Every p_d falls when beta rises, so the quantiles of p_d are those of beta, and P(p_d > rate) = P(beta < beta_d(rate)).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Literal, final

import numpy as np
import scipy.special as sp

from trialwright.numerics import quadrature
from trialwright.numerics.arrays import Bools, Floats, Ints
from trialwright.numerics.quadrature import Axis, Panel

HALF_WIDTH = 9.0  # of the first axis, in prior standard deviations: the prior leaves 2e-19 outside
STEP_IN_SD, STEP = 0.125, 0.25  # its step, in prior standard deviations, and never more than this in beta
LARGEST_LOG = 650.0  # exp() of it, times any number of participants, is still a number


@final
@dataclass(frozen=True, slots=True)
class OneParameterModel:
    """The curve: a skeleton, and how beta bends it."""

    kind: Literal["power", "logistic"]
    skeleton: tuple[float, ...]
    intercept: float = 3.0  # a0 of the logistic model

    @property
    def slopes(self) -> Floats:
        """What exp(beta) multiplies, made positive: -log s_d, or -x_d."""
        guesses = np.asarray(self.skeleton, np.float64)
        return np.asarray(-np.log(guesses) if self.kind == "power" else self.intercept - sp.logit(guesses), np.float64)

    def logs(self, beta: Floats) -> tuple[Floats, Floats]:
        """The logs of p and of 1 - p at every level: ``[..., K]`` to ``[..., D, K]``, finite for every finite beta."""
        log_u = np.minimum(beta[..., None, :] + np.log(self.slopes)[:, None], LARGEST_LOG)
        u = np.exp(log_u)
        if self.kind == "logistic":
            return -np.logaddexp(0.0, u - self.intercept), -np.logaddexp(0.0, self.intercept - u)
        with np.errstate(divide="ignore"):
            log_q = np.where(log_u < np.log(1e-8), log_u - u / 2, np.log(-np.expm1(-u)))
        return -u, log_q

    def rates(self, beta: Floats) -> Floats:
        """The rate p at every level: ``[...]`` to ``[..., D]``."""
        u = np.exp(np.minimum(beta[..., None] + np.log(self.slopes), LARGEST_LOG))
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
class OneParameterPosterior:
    """The posterior of beta for a batch of trials, and through it of the DLT rate of every level."""

    model: OneParameterModel
    prior_sd: float
    n: Floats  # [B, D]
    n_dlt: Floats  # [B, D]
    beta_mean: Floats  # [B]
    beta_variance: Floats  # [B]
    rate_mean: Floats  # [B, D]
    panels: tuple[Panel, ...]

    def plug_in(self) -> Floats:
        """The curve at the posterior mean of beta, ``[B, D]``; not the posterior mean of the curve."""
        return self.model.rates(self.beta_mean)

    def wald_limits(self, confidence: float) -> tuple[Floats, Floats]:
        """The curve at beta_mean plus and minus z standard deviations: lower and upper limits, each ``[B, D]``."""
        reach = sp.ndtri((1 + confidence) / 2) * np.sqrt(self.beta_variance)
        return self.model.rates(self.beta_mean + reach), self.model.rates(self.beta_mean - reach)

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
            logs = density(panel.rows, panel.axis.nodes)
            answer[panel.rows] = sp.logsumexp(logs, axis=1) + np.log(panel.axis.step)
        return np.asarray(answer - np.log(self.prior_sd * np.sqrt(2 * np.pi)), np.float64)

    def _log_density(self) -> quadrature.LogDensity:
        return partial(log_posterior, model=self.model, prior_sd=self.prior_sd, n=self.n, n_dlt=self.n_dlt)


def log_posterior(
    rows: Ints, beta: Floats, *, model: OneParameterModel, prior_sd: float, n: Floats, n_dlt: Floats
) -> Floats:
    """Log posterior density of beta up to a constant, for some rows of the counts: nodes ``[K]`` to ``[rows, K]``."""
    log_p, log_q = model.logs(beta)
    table = np.concatenate([log_p, log_q, -(beta[None, :] ** 2) / (2 * prior_sd**2)])
    dlt = n_dlt[rows]
    counts = np.concatenate([dlt, n[rows] - dlt, np.ones((len(rows), 1))], axis=1)
    return np.asarray(counts @ table, np.float64)


def posterior(model: OneParameterModel, *, prior_sd: float, n: Ints, n_dlt: Ints) -> OneParameterPosterior:
    """The posterior after ``n`` settled participants per level, ``n_dlt`` of them with a DLT; both ``[B, D]``."""
    settled, toxic = np.asarray(n, np.float64), np.asarray(n_dlt, np.float64)
    moments, panels = quadrature.expectations(
        partial(log_posterior, model=model, prior_sd=prior_sd, n=settled, n_dlt=toxic),
        partial(_moments, model),
        batch=len(settled),
        start=Axis.around_zero(HALF_WIDTH * prior_sd, min(STEP_IN_SD * prior_sd, STEP)),
    )
    mean, square = moments[:, 0], moments[:, 1]
    return OneParameterPosterior(
        model, prior_sd, settled, toxic, mean, np.maximum(square - mean**2, 0.0), moments[:, 2:], panels
    )


def _moments(model: OneParameterModel, beta: Floats) -> Floats:
    return np.concatenate([beta[..., None], beta[..., None] ** 2, model.rates(beta)], axis=-1)


@final
@dataclass(frozen=True, slots=True)
class LikelihoodFit:
    """Where the likelihood of beta is highest, for a batch of trials.

    Without a DLT, or with little but DLTs, it rises all the way to one end and has no maximum: ``exists`` is False and
    ``beta`` is the end it rises to, +inf (every rate 0) or -inf (every rate as high as the model allows). With nobody
    settled it is flat and ``beta`` is nan.
    """

    beta: Floats  # [B]
    exists: Bools  # [B]
    rate: Floats  # [B, D] the curve at beta, its limit where there is no maximum; nan where nobody is settled


def fit(model: OneParameterModel, *, n: Ints, n_dlt: Ints) -> LikelihoodFit:
    """Maximum likelihood of beta (O'Quigley & Shen 1996), by bisection of the score; n and n_dlt are ``[B, D]``.

    In exp(beta) the log likelihood is concave, so the score changes sign at most once. It does if there is a DLT, and
    the score is positive at the steep end: always when someone had none (power), or when the sum over levels of
    -x_d (n_d expit(a0) - y_d) is positive (logistic: no curve rises above expit(a0)).
    """
    settled, toxic = np.asarray(n, np.float64), np.asarray(n_dlt, np.float64)
    any_settled, any_dlt = settled.sum(axis=1) > 0, toxic.sum(axis=1) > 0
    if model.kind == "power":
        falls_at_low_end = (settled - toxic).sum(axis=1) > 0
    else:
        falls_at_low_end = (settled * sp.expit(model.intercept) - toxic) @ model.slopes > 0
    exists = any_dlt & falls_at_low_end
    beta = np.where(any_dlt, -np.inf, np.inf)
    beta[~any_settled] = np.nan
    beta[exists] = _score_root(model, n=settled[exists], n_dlt=toxic[exists])
    rate = np.where(np.isfinite(beta)[:, None], model.rates(np.where(exists, beta, 0.0)), _limits(model, beta))
    return LikelihoodFit(beta, exists, rate)


def _limits(model: OneParameterModel, beta: Floats) -> Floats:
    highest = 1.0 if model.kind == "power" else float(sp.expit(model.intercept))
    at_end = np.where(np.isnan(beta), np.nan, np.where(beta > 0, 0.0, highest))
    return np.repeat(at_end[:, None], len(model.skeleton), axis=1)


def _score_root(model: OneParameterModel, *, n: Floats, n_dlt: Floats) -> Floats:
    low, high = np.full(len(n), -LARGEST_LOG), np.full(len(n), LARGEST_LOG)
    for _ in range(80):
        middle = (low + high) / 2
        rising = _score(model, middle, n=n, n_dlt=n_dlt) > 0
        low, high = np.where(rising, middle, low), np.where(rising, high, middle)
    return np.asarray((low + high) / 2, np.float64)


def _score(model: OneParameterModel, beta: Floats, *, n: Floats, n_dlt: Floats) -> Floats:
    """Derivative of the log likelihood with respect to exp(beta): decreasing, so its sign is all that is needed."""
    u = np.exp(np.minimum(beta[:, None] + np.log(model.slopes), LARGEST_LOG))
    if model.kind == "logistic":
        return np.asarray((n * sp.expit(model.intercept - u) - n_dlt) @ model.slopes, np.float64)
    odds = 1 / np.maximum(np.expm1(np.minimum(u, LARGEST_LOG)), np.finfo(float).tiny)  # p / (1 - p)
    return np.asarray(((n - n_dlt) * odds - n_dlt) @ model.slopes, np.float64)
