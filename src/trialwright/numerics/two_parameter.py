"""Two-parameter logistic dose-toxicity models: the joint posterior of intercept and slope under a normal prior.

With x_d the coded dose of level d (Neuenschwander, Branson & Gsponer 2008: x_d = log(dose_d / reference dose)),

    log-normal slope   logit p_d = a + exp(b) x_d      (a = log alpha, b = log beta in the paper)
    normal slope       logit p_d = a + b x_d           (b, and so the whole curve, may fall)
    prior              (a, b) ~ N(mean, covariance)
    posterior          log f(a, b | y, n) = log prior + sum_d [y_d log p_d + (n_d - y_d) log(1 - p_d)] + constant

Data may belong to other doses than the levels: ``seen_at`` holds their coded doses, n_d and y_d count there, and what
is asked for is still the rate of every level.

The integrals run over coordinates in which the prior is standard normal: b = m_b + s_b v and
a = m_a + rho s_a v + s_a sqrt(1 - rho^2) u. For every v the rate of a level rises with u, so P(p_d > rate | v) is a
tail in u, and that is the sinc interpolant of the density integrated term by term (Stenger 1993):
with nodes u_k and step h, P(u < t | v) = h sum_k f(u_k, v) (1/2 + Si(pi (t - u_k) / h) / pi). No indicator function is
ever summed over a grid: that would leave an error of the order of the step.

Moments and exceedances come from ``lattice``, which works out many states at once, and from ``plane`` for the few it
leaves; quantiles from ``plane``. Each is worked out when it is first asked for.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal, final

import numpy as np
import scipy.special as sp

from trialwright.numerics import lattice, plane
from trialwright.numerics.arrays import Floats, Ints
from trialwright.numerics.lattice import Integrand
from trialwright.numerics.plane import Box, Patch
from trialwright.numerics.quadrature import Axis

HALF_WIDTH, STEP = 8.0, 0.5  # of the box on which every row looks for its mass, in prior standard deviations
LARGEST_LOG = 300.0  # exp() of it, times any dose, is still a number
ROUNDS = 60  # of Newton's method or bisection
NEGLIGIBLE = 1e-20  # share of the mass at a node that a quantile does without: all such nodes together add no digit


@final
@dataclass(frozen=True, slots=True)
class TwoParameterModel:
    """The curve, and the prior of its two parameters."""

    slope: Literal["log-normal", "normal"]
    coded_doses: tuple[float, ...]
    mean: tuple[float, float]
    sd: tuple[float, float]
    correlation: float = 0.0
    seen_at: tuple[float, ...] = ()  # coded doses the counts belong to, S of them; empty: the levels', S = D

    def intercept(self, v: Floats) -> Floats:
        """The intercept a at u = 0."""
        return np.asarray(self.mean[0] + self.correlation * self.sd[0] * v, np.float64)

    @property
    def reach(self) -> float:
        """By how much a rises with u."""
        return float(self.sd[0] * np.sqrt(1 - self.correlation**2))

    def steepness(self, v: Floats) -> Floats:
        """What the coded doses are multiplied by."""
        b = self.mean[1] + self.sd[1] * v
        return np.asarray(b if self.slope == "normal" else np.exp(np.minimum(b, LARGEST_LOG)), np.float64)

    def centres(self, v: Floats) -> Floats:
        """The logit of the rate of every level at u = 0, ``[len(v), D]``."""
        return self._centres_at(self.coded_doses, v)

    def _centres_at(self, coded: tuple[float, ...], v: Floats) -> Floats:
        return np.asarray(self.intercept(v)[:, None] + np.multiply.outer(self.steepness(v), coded), np.float64)

    def logits(self, box: Box) -> Floats:
        """The logit of the rate of every level, ``[D, size]``."""
        return self._logits_at(self.coded_doses, box)

    def _logits_at(self, coded: tuple[float, ...], box: Box) -> Floats:
        rise = self.reach * box.u.nodes[:, None]
        return np.asarray(self._centres_at(coded, box.v.nodes).T[:, None, :] + rise, np.float64).reshape(-1, box.size)

    def table(self, box: Box) -> Floats:
        """What a DLT, nobody's DLT and the prior add to the log density at every node, ``[2 S + 1, size]``."""
        logits = self._logits_at(self.seen_at or self.coded_doses, box)
        bend = -np.log1p(np.exp(-np.abs(logits)))
        log_p, log_q = bend + np.minimum(logits, 0.0), bend - np.maximum(logits, 0.0)
        prior = -np.add.outer(box.u.nodes**2, box.v.nodes**2) / 2
        return np.concatenate([log_p, log_q, prior.reshape(1, box.size)])


@final
@dataclass(frozen=True, slots=True)
class Moments:
    """The posterior density, and the rate of every level and its square."""

    model: TwoParameterModel

    def table(self, box: Box) -> Floats:
        """As the model's."""
        return self.model.table(box)

    def functions(self, box: Box) -> Floats:
        """``[size, 2 D]``."""
        p = sp.expit(self.model.logits(box)).T
        return np.concatenate([p, p**2], axis=1)


@final
@dataclass(frozen=True, slots=True)
class Exceedances:
    """The posterior density, and what every node adds to the probability of a higher rate than each of some."""

    model: TwoParameterModel
    rates: tuple[float, ...]

    def table(self, box: Box) -> Floats:
        """As the model's."""
        return self.model.table(box)

    def functions(self, box: Box) -> Floats:
        """``[size, rates x D]``."""
        model, logits = self.model, sp.logit(np.asarray(self.rates))
        points = (logits[:, None] - model.centres(box.v.nodes)[:, None, :]) / model.reach
        steps = (points - box.u.nodes[:, None, None, None]) / box.u.step
        return _share_above(steps).reshape(box.size, -1)


@final
@dataclass(frozen=True)
class TwoParameterPosterior:
    """The joint posterior for a batch of trials, and through it the DLT rate of every level."""

    model: TwoParameterModel
    counts: Floats  # [states, 2 S + 1] of the different states of the batch
    state: Ints  # [B] which of them each trial is in
    tails: dict[float, Floats] = field(default_factory=dict, repr=False, compare=False)  # [states, D] known so far

    def mean(self) -> Floats:
        """Posterior mean of the DLT rate, ``[B, D]``."""
        return np.asarray(self._moments[self.state, : len(self.model.coded_doses)], np.float64)

    def sd(self) -> Floats:
        """Posterior standard deviation of the DLT rate, ``[B, D]``."""
        square = self._moments[self.state, len(self.model.coded_doses) :]
        return np.asarray(np.sqrt(np.maximum(square - self.mean() ** 2, 0.0)), np.float64)

    def exceedance(self, rate: float) -> Floats:
        """Probability that the true DLT rate is above ``rate``, ``[B, D]``."""
        if not 0 < rate < 1:
            return np.full((len(self.state), len(self.model.coded_doses)), float(rate <= 0))
        if rate not in self.tails:
            self.work_out((rate,))
        return np.asarray(self.tails[rate][self.state], np.float64)

    def work_out(self, rates: tuple[float, ...]) -> None:
        """Prepares the exceedances of several rates in one pass."""
        tails = np.clip(_expectations(self.counts, Exceedances(self.model, rates)), 0.0, 1.0)
        self.tails.update(zip(rates, np.split(tails, len(rates), axis=1), strict=True))

    def quantile(self, probability: float) -> Floats:
        """The rate below which the truth lies with this probability, ``[B, D]``."""
        if not 0 < probability < 1:
            raise ValueError(f"a quantile needs a probability between 0 and 1, not {probability}")
        answer = np.empty((len(self.counts), len(self.model.coded_doses)))
        for patch in self._patches:
            # the error of a tail is the square root of a moment's (quadrature.cumulative), hence both halved
            box = Box(patch.box.u.halved(), patch.box.v.halved())
            terms = self.model.table(box)
            for row in patch.rows:
                weights = plane.densities(self.counts[row : row + 1], terms)[0]
                answer[row] = _quantiles(self.model, box, weights=weights, probability=probability)
        return np.asarray(sp.expit(answer)[self.state], np.float64)

    @cached_property
    def _moments(self) -> Floats:
        """Mean of the rate and of its square, ``[states, 2 D]``."""
        return _expectations(self.counts, Moments(self.model))

    @cached_property
    def _patches(self) -> tuple[Patch, ...]:
        return _on_a_plane(self.counts, Moments(self.model))[1]


def posterior(
    model: TwoParameterModel, *, n: Ints, n_dlt: Ints, rates: tuple[float, ...] = ()
) -> TwoParameterPosterior:
    """The posterior after ``n`` settled participants per level, ``n_dlt`` of them with a DLT; both ``[B, D]``.

    With ``model.seen_at`` they are counted by those doses, ``[B, S]``.

    The exceedances of ``rates`` are worked out at once, in one pass; everything else when it is asked for. Trials in
    the same state are worked out once.
    """
    toxic = np.asarray(n_dlt, np.float64)
    counts = np.concatenate([toxic, n - toxic, np.ones((len(toxic), 1))], axis=1)
    different, state = np.unique(counts, axis=0, return_inverse=True)
    believed = TwoParameterPosterior(model, different, state.ravel())
    if rates:
        believed.work_out(rates)
    return believed


def _expectations(counts: Floats, integrand: Integrand) -> Floats:
    """Expected values of the functions, ``[states, M]``."""
    values, settled = lattice.expectations(counts, integrand)
    if not settled.all():
        values[~settled] = _on_a_plane(counts[~settled], integrand)[0]
    return values


def _on_a_plane(counts: Floats, integrand: Integrand) -> tuple[Floats, tuple[Patch, ...]]:
    wide = Axis.around_zero(HALF_WIDTH, STEP)
    return plane.expectations(counts, integrand.table, functions=integrand.functions, start=Box(wide, wide))


def _share_above(steps: Floats) -> Floats:
    """What a node contributes to the probability above a point that lies so many steps above it."""
    return np.asarray(0.5 - sp.sici(np.pi * steps)[0] / np.pi, np.float64)


def _quantiles(model: TwoParameterModel, box: Box, *, weights: Floats, probability: float) -> Floats:
    """The quantile of the logit of every level's rate, ``[D]``, for one row."""
    share, pitch = weights / weights.sum(), model.reach * box.u.step
    some = share > NEGLIGIBLE
    logits = model.logits(box)[:, some]
    return np.array([_quantile(level, share=share[some], pitch=pitch, above=1 - probability) for level in logits])


def _quantile(logits: Floats, *, share: Floats, pitch: float, above: float) -> float:
    """Newton's steps from the quantile of the nodes, bisection where one would leave the bracket.

    ``pitch``: by how much the logit rises from a node to the next along u.
    """
    order = np.argsort(logits)
    low, high = float(logits[order[0]]), float(logits[order[-1]])
    place = np.searchsorted(np.cumsum(share[order]), 1 - above)
    point = float(logits[order[min(int(place), len(order) - 1)]])
    for _ in range(ROUNDS):
        steps = (point - logits) / pitch
        tail, slope = float(share @ _share_above(steps)), float(share @ np.sinc(steps)) / pitch
        low, high = (point, high) if tail > above else (low, point)
        newton = point + (tail - above) / slope if slope > 0 else np.inf
        if abs(newton - point) < 1e-12 * (1 + abs(point)):  # an end of the bracket by now: not a step that leaves it
            return float(newton)
        point = float(newton) if low < newton < high else (low + high) / 2
    return point
