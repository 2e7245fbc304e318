"""The meta-analytic-predictive prior of a rate: what the placebo arms of other trials say about the next one.

Binomial responders, log-odds that differ from trial to trial (Neuenschwander, Capkun-Niggli, Branson & Spiegelhalter
2010, Clinical Trials 7:5; Schmidli et al. 2014, Biometrics 70:1023):

    y_i ~ Bin(n_i, p_i),  logit p_i ~ N(mu, tau^2),  mu ~ N(m, s^2),  tau ~ half-normal(scale)

and the prior is the posterior of a further logit p. Every integral is a sum over nodes: mu at sinh-spaced trapezoid
nodes around the pooled log-odds, tau at Gauss-Legendre nodes in its root, each trial's own log-odds at trapezoid nodes
of its normal, the new one as exact masses of cells. No random numbers: the same arms give the same prior.

The mixture of betas is fitted to those masses by weighted EM, every a and b held at 1 or more so that its size by
information exists; the fewest components whose Kullback-Leibler divergence from the prior is small are kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

import numpy as np
import scipy.special as sp

from trialwright.numerics.arrays import Floats
from trialwright.numerics.beta_mixtures import BetaMixture

CENTRES, SPREADS, OWN, CELLS = 101, 48, 801, 400
WIDE = 7.0  # how far the nodes of mu and the cells reach from the pooled log-odds
SPREAD_TO = 5.0  # tau up to so many scales: 1e-6 of the half-normal is left out
CLOSE = 1e-3  # divergence at which a mixture is close enough
ROUNDS, NEWTON = 600, 2
Arm = tuple[int, int]  # responders, of


@final
@dataclass(frozen=True, slots=True)
class Predicted:
    """The rate of a further trial, as masses of cells; and what was learned of the trials."""

    rates: Floats  # (G,): the middle of each cell on the log-odds scale, as a rate
    masses: Floats  # (G,)
    spread: float  # posterior mean of tau
    homogeneous: float  # P(tau < scale / 10 | data)

    @property
    def mean(self) -> float:
        """The mean rate."""
        return float(self.rates @ self.masses)

    @property
    def sd(self) -> float:
        """The standard deviation of the rate."""
        return float(np.sqrt((self.rates - self.mean) ** 2 @ self.masses))

    def quantile(self, probability: float) -> float:
        """The rate below which a further trial lies with this probability."""
        return float(np.interp(probability, np.cumsum(self.masses) - self.masses / 2, self.rates))


def predictive_prior(
    arms: Sequence[Arm], *, heterogeneity: float, centre: tuple[float, float] = (0.0, 2.0)
) -> Predicted:
    """The prior for the rate of a further trial.

    ``arms``: responders and participants of each earlier trial; ``heterogeneity``: scale of the half-normal of tau;
    ``centre``: mean and standard deviation of mu. ValueError where there is no arm or a scale is not above 0.
    """
    if not arms or heterogeneity <= 0 or centre[1] <= 0 or not all(0 <= y <= n and n > 0 for y, n in arms):
        raise ValueError("arms must hold responders among those there were, and scales be above 0")
    pooled = sum(y for y, _ in arms) + 0.5, sum(n for _, n in arms) + 1.0
    middle = float(sp.logit(pooled[0] / pooled[1]))
    narrow = float(np.sqrt(pooled[1] / (pooled[0] * (pooled[1] - pooled[0]))))
    mu, mu_step = _spaced(middle, narrow, count=CENTRES)
    tau, tau_step = _spreads(heterogeneity)
    logs = -0.5 * ((mu - centre[0]) / centre[1]) ** 2
    joint = (np.log(mu_step) + logs)[:, None] + (np.log(tau_step) - 0.5 * (tau / heterogeneity) ** 2)[None, :]
    for arm in arms:
        joint = joint + _seen(arm, mu=mu, tau=tau)
    weights = np.exp(joint - joint.max())
    weights /= weights.sum()
    return _further(weights, mu=mu, tau=tau, edges=_spaced(middle, narrow, count=CELLS + 1)[0], scale=heterogeneity)


def as_mixture(prior: Predicted, *, most: int = 4) -> tuple[BetaMixture, float]:
    """The mixture of the fewest betas that is close to a prior, with its Kullback-Leibler divergence from it."""
    found, divergence = _fitted(prior, 1)
    for count in range(2, most + 1):
        if divergence < CLOSE:
            break
        found, divergence = _fitted(prior, count)
    return found, divergence


def tail_of(prior: BetaMixture, arm: Arm) -> float:
    """How surprising an arm is under a prior: the predictive probability of a count as improbable or more (Box 1980).

    >>> round(tail_of(BetaMixture.of((1, 1, 1)), (3, 9)), 6)
    1.0
    """
    mass = prior.foreseen(arm[1])
    return float(mass[mass <= mass[arm[0]] * (1 + 1e-9)].sum())


def _spaced(middle: float, narrow: float, *, count: int) -> tuple[Floats, Floats]:
    """Nodes middle + narrow sinh(t), and the step of each."""
    t = np.linspace(-1, 1, count) * np.arcsinh(WIDE / narrow)
    return middle + narrow * np.sinh(t), narrow * np.cosh(t) * (t[1] - t[0])


def _spreads(scale: float) -> tuple[Floats, Floats]:
    nodes, weights = np.polynomial.legendre.leggauss(SPREADS)
    u = (nodes + 1) / 2
    return SPREAD_TO * scale * u**2, SPREAD_TO * scale * u * weights


def _seen(arm: Arm, *, mu: Floats, tau: Floats) -> Floats:
    """Log of the integral of Bin(y; n, expit(t)) N(t; mu, tau), (M, T)."""
    z = np.linspace(-8.0, 8.0, OWN)
    mass = np.exp(-0.5 * z**2)
    mass /= mass.sum()
    y, n = arm
    best = sp.xlogy(y, y / n) + sp.xlog1py(n - y, -y / n)
    found = np.empty((len(mu), len(tau)))
    for place, spread in enumerate(tau):
        at = mu[:, None] + spread * z[None, :]
        logs = y * at - n * np.logaddexp(0.0, at) - best
        found[:, place] = np.log(np.maximum(np.exp(logs) @ mass, 1e-300))
    return found


def _further(weights: Floats, *, mu: Floats, tau: Floats, edges: Floats, scale: float) -> Predicted:
    masses = np.zeros(len(edges) - 1)
    for place, spread in enumerate(tau):
        below = sp.ndtr((edges[None, :] - mu[:, None]) / spread)
        masses += weights[:, place] @ np.diff(below, axis=1)
    masses /= masses.sum()
    of_tau = weights.sum(axis=0)
    rates = np.asarray(sp.expit((edges[1:] + edges[:-1]) / 2), np.float64)
    return Predicted(rates, masses, float(of_tau @ tau), float(of_tau[tau < scale / 10].sum()))


def _fitted(prior: Predicted, count: int) -> tuple[BetaMixture, float]:
    """EM from components of one mean and rising size, so that the first rounds decide between core and tails."""
    x, mass = np.clip(prior.rates, 1e-12, 1 - 1e-12), prior.masses
    log_x, log_y = np.log(x), np.log1p(-x)
    size = max(prior.mean * (1 - prior.mean) / prior.sd**2 - 1, 2.0)
    sizes = size * 4.0 ** (np.arange(count) - (count - 1) / 2)
    a, b = np.maximum(sizes * prior.mean, 1.0), np.maximum(sizes * (1 - prior.mean), 1.0)
    weights = np.full(count, 1 / count)
    before = -np.inf
    for _ in range(ROUNDS):
        logs = np.log(weights)[:, None] + (a - 1)[:, None] * log_x + (b - 1)[:, None] * log_y - sp.betaln(a, b)[:, None]
        total = sp.logsumexp(logs, axis=0)
        fit = float(total @ mass)
        if abs(fit - before) < 1e-9:
            break
        before = fit
        share = np.exp(logs - total) * mass
        weights = np.maximum(share.sum(axis=1), 1e-12)
        means = (share @ log_x) / weights, (share @ log_y) / weights
        weights = weights / weights.sum()
        a, b = _best(a, b, means=means)
    order = np.argsort(-weights, kind="stable")
    kept = mass > 0
    cell = np.log(mass[kept]) - np.log(np.gradient(x)[kept])
    return BetaMixture(weights[order], a[order], b[order]), float(mass[kept] @ (cell - total[kept]))


def _best(a: Floats, b: Floats, *, means: tuple[Floats, Floats]) -> tuple[Floats, Floats]:
    """Towards the most likely parameters given the means of log p and log(1 - p), by Newton's method; none below 1.

    A few steps suffice: the next round of EM goes on from here.
    """
    first, second = means
    for _ in range(NEWTON):
        both = sp.polygamma(1, a + b)
        one = sp.digamma(a + b) - sp.digamma(a) + first
        two = sp.digamma(a + b) - sp.digamma(b) + second
        p, q = both - sp.polygamma(1, a), both - sp.polygamma(1, b)
        det = p * q - both**2
        a_step, b_step = (q * one - both * two) / det, (p * two - both * one) / det
        a, b = np.maximum(a - a_step, a / 3), np.maximum(b - b_step, b / 3)
    low_a, low_b = a < 1, b < 1
    b = np.where(low_a, np.maximum(-1 / second, 1.0), b)
    a = np.where(low_b & ~low_a, np.maximum(-1 / first, 1.0), a)
    return np.maximum(a, 1.0), np.maximum(b, 1.0)
