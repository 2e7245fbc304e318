"""Mixtures of beta distributions: a prior for a rate that stays conjugate, with how many people it is worth.

With prior sum_k w_k Beta(a_k, b_k) and x of n responding, every component moves on by itself and the weights follow how
well each foresaw x (Bernardo & Smith 1994; Schmidli et al. 2014, Biometrics 70:1023):

    Beta(a_k + x, b_k + n - x),   w_k' proportional to w_k B(a_k + x, b_k + n - x) / B(a_k, b_k)

Effective sample sizes: ``moments``, a + b of the one beta with the same mean and variance; ``elir``, the expected local
information ratio of Neuenschwander, Weber, Schmidli & O'Hagan (2020, Biometrics 76:578): the mean over the prior
of -(log f)''(p) p (1 - p). It needs every a and b to be 1 or more.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self, final

import numpy as np
import numpy.typing as npt
import scipy.special as sp

from trialwright.numerics.arrays import Floats

REACH, NODES = 4.0, 801  # tanh-sinh nodes: exp(-85) of the unit interval is left out at each end
_T = np.linspace(-REACH, REACH, NODES)
_UP: Floats = np.asarray(sp.expit(np.pi * np.sinh(_T)), np.float64)
_DOWN: Floats = np.asarray(sp.expit(-np.pi * np.sinh(_T)), np.float64)
_STEP: Floats = (_T[1] - _T[0]) * np.pi * np.cosh(_T) * _UP * _DOWN


@final
@dataclass(frozen=True, slots=True)
class Unit:
    """Nodes of a part of the unit interval: p, 1 - p (both exact near the ends), and their weights."""

    p: Floats
    q: Floats
    weights: Floats

    @classmethod
    def between(cls, low: float, high: float) -> Self:
        """Tanh-sinh nodes (Takahasi & Mori 1974): singular ends do no harm."""
        width = high - low
        return cls(low + width * _UP, (1 - high) + width * _DOWN, width * _STEP)


@final
@dataclass(frozen=True, slots=True)
class BetaMixture:
    """Weights that sum to 1 and the two parameters of each component, (K,) each, or (…, K) for a batch."""

    weights: Floats
    a: Floats
    b: Floats

    @classmethod
    def of(cls, *components: tuple[float, float, float]) -> Self:
        """From (weight, a, b) of each component; the weights are scaled to sum to 1.

        >>> BetaMixture.of((1, 2, 6)).mean.tolist()
        0.25
        """
        found = np.asarray(components, np.float64)
        if found.ndim != 2 or not (found > 0).all():
            raise ValueError("weights and parameters of a beta mixture must be above 0")
        return cls(found[:, 0] / found[:, 0].sum(), found[:, 1], found[:, 2])

    @property
    def mean(self) -> Floats:
        """The mean rate."""
        return np.asarray((self.weights * self.a / (self.a + self.b)).sum(axis=-1), np.float64)

    @property
    def sd(self) -> Floats:
        """The standard deviation of the rate."""
        total = self.a + self.b
        square = (self.weights * self.a * (self.a + 1) / (total * (total + 1))).sum(axis=-1)
        return np.asarray(np.sqrt(np.maximum(square - self.mean**2, 0.0)), np.float64)

    def above(self, rate: npt.ArrayLike) -> Floats:
        """P(p > rate); ``rate`` and the batch broadcast, the components are summed."""
        at = np.clip(np.asarray(rate, np.float64), 0.0, 1.0)[..., None]
        return np.asarray((self.weights * sp.betaincc(self.a, self.b, at)).sum(axis=-1), np.float64)

    def quantile(self, probability: float) -> float:
        """The rate below which the truth lies with this probability; one mixture, not a batch."""
        low, high = 0.0, 1.0
        for _ in range(60):
            middle = (low + high) / 2
            low, high = (low, middle) if 1 - float(self.above(middle)) >= probability else (middle, high)
        return (low + high) / 2

    def density(self, nodes: Unit) -> Floats:
        """The density at nodes, (…, G)."""
        parts = self._parts(nodes)
        return np.asarray((self.weights[..., None] * parts).sum(axis=-2), np.float64)

    def _parts(self, nodes: Unit) -> Floats:
        a, b = self.a[..., None], self.b[..., None]
        logs = (a - 1) * np.log(nodes.p) + (b - 1) * np.log(nodes.q) - sp.betaln(a, b)
        return np.exp(logs)

    def after(self, responses: npt.ArrayLike, n: npt.ArrayLike) -> BetaMixture:
        """What is believed after ``responses`` of ``n``; both broadcast to the batch of the answer."""
        x = np.asarray(responses, np.float64)[..., None]
        y = np.asarray(n, np.float64)[..., None] - x
        if (x < 0).any() or (y < 0).any():
            raise ValueError("responses must lie between 0 and the number seen")
        a, b = self.a + x, self.b + y
        logs = np.log(self.weights) + sp.betaln(a, b) - sp.betaln(self.a, self.b)
        weights = np.exp(logs - sp.logsumexp(logs, axis=-1, keepdims=True))
        return BetaMixture(weights, *(np.asarray(each, np.float64) for each in np.broadcast_arrays(a, b)))

    def foreseen(self, ahead: int) -> Floats:
        """P(y of ``ahead`` respond), y = 0 … ahead: beta-binomial, (…, ahead + 1)."""
        y = np.arange(ahead + 1.0)
        choose = sp.gammaln(ahead + 1) - sp.gammaln(y + 1) - sp.gammaln(ahead - y + 1)
        a, b = self.a[..., None], self.b[..., None]
        logs = choose + sp.betaln(a + y, b + ahead - y) - sp.betaln(a, b)
        return np.asarray((self.weights[..., None] * np.exp(logs)).sum(axis=-2), np.float64)

    def made_robust(self, weight: float, *, prior: tuple[float, float] = (1.0, 1.0)) -> BetaMixture:
        """With a vague component of this weight (Schmidli et al. 2014); 0 leaves it as it is."""
        if not 0 <= weight < 1:
            raise ValueError("the weight of the vague component must lie between 0 and below 1")
        if weight == 0:
            return self
        added = (np.append(one, new) for one, new in zip((self.a, self.b), prior, strict=True))
        return BetaMixture(np.append(self.weights * (1 - weight), weight), *added)


def size_by_moments(prior: BetaMixture) -> float:
    """How many people a prior is worth: a + b of the beta with its mean and variance.

    >>> round(size_by_moments(BetaMixture.of((1, 4, 12))), 6)
    16.0
    """
    mean, variance = float(prior.mean), float(prior.sd) ** 2
    return mean * (1 - mean) / variance - 1


def size_by_information(prior: BetaMixture) -> float | None:
    """How many people a prior is worth by the expected local information ratio; None where a or b is below 1.

    >>> round(size_by_information(BetaMixture.of((1, 4, 12))), 6)
    16.0
    """
    if (prior.a < 1).any() or (prior.b < 1).any():
        return None
    nodes = Unit.between(0.0, 1.0)
    p, q = nodes.p, nodes.q
    a, b = prior.a[:, None] - 1, prior.b[:, None] - 1
    parts = prior.weights[:, None] * prior._parts(nodes)
    density = parts.sum(axis=0)
    slope = a / p - b / q
    curve = slope**2 - a / p**2 - b / q**2
    # f (log f)'' = f'' - f'^2 / f; where f is 0 to rounding nothing is added
    first, second = (parts * slope).sum(axis=0), (parts * curve).sum(axis=0)
    square = np.divide(first**2, density, out=np.zeros_like(first), where=density > 0)
    return float(((square - second) * p * q) @ nodes.weights)
