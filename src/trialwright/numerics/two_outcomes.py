"""Two outcomes at once: the posterior of the DLT rate and of the activity rate of every level, with their association.

With x_d the coded dose of level d, and p_d, q_d the rates of DLT and of activity (Thall & Cook 2004):

    logit p_d = a + b x_d                       (a, b) independent normal
    logit q_d = c + e x_d + f x_d^2             (c, e, f) independent normal
    P(activity = i, DLT = j) = q^i (1 - q)^(1 - i) p^j (1 - p)^(1 - j) + (-1)^(i + j) q (1 - q) p (1 - p) k,
    k = (exp(s) - 1) / (exp(s) + 1) = tanh(s / 2),  s normal                                   (Gumbel's model)

The likelihood is that of the DLTs, times that of activity, times a factor that couples them and would be 1 for s = 0;
for a participant with both it is 1 + k (1 - q)(1 - p), with neither 1 + k q p, with activity alone 1 - k (1 - q) p,
with a DLT alone 1 - k q (1 - p). Each of the two posteriors without the factor is log-concave in two or three
dimensions: the trapezoid rule on a box around its mode, along the axes of its curvature, has an error that falls like
exp(-c / step) (Trefethen & Weideman 2014, theorem 5.1); the step along every axis is set by the nearest pole of the
logistic function. What the association changes is small, and is added as a difference of two sums over every second
node: the tensor of both boxes and Gauss-Hermite nodes for s. Exceedances are no sums of indicators: along the axis on
which a logit moves most, the sinc interpolant of the density is integrated term by term (Stenger 1993).

One state at a time: nothing depends on what else is asked, memory is bounded by one pair of boxes, and states that
come again (in simulation most do) are remembered.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import final

import numpy as np
import scipy.special as sp

from trialwright.numerics.arrays import Floats

END = 18.0  # log density at the faces of a box, below the peak
GAUSSIAN_STEP = 0.5  # along a direction in which the density is normal, in standard deviations
POLE_STEP = 0.8  # logits per step: the poles of the logistic function lie pi away
LEAST_WEIGHT = 1e-5  # of the heaviest node: lighter ones take no part in the sums over pairs of nodes
NEXT_TO_NOTHING = 1e-8  # of the heaviest node: lighter ones are not worth a rate
ASSOCIATIONS = 9  # Gauss-Hermite nodes
MOST_PAIRS = 400_000  # of nodes whose coupling is worked out: 3 MB
ROUNDS = 100  # of Newton's method
REMEMBERED = 4_096  # states

Normal = tuple[float, float]  # mean, standard deviation
Cells = tuple[tuple[int, ...], ...]  # one row for each of CELLS, one entry per level
CELLS = ("neither", "dlt_alone", "activity_alone", "both", "no_dlt_activity_unknown", "dlt_activity_unknown")


@final
@dataclass(frozen=True, slots=True)
class TwoOutcomeModel:
    """The coded doses and the six independent normal priors."""

    coded_doses: tuple[float, ...]
    dlt: tuple[Normal, Normal]  # intercept, slope
    activity: tuple[Normal, Normal, Normal]  # intercept, slope, curvature
    association: Normal

    def rows(self, prior: tuple[Normal, ...]) -> tuple[Floats, Floats]:
        """The logits at the prior mean, ``[D]``, and what one prior sd of each parameter adds, ``[D, k]``."""
        powers = np.asarray(self.coded_doses)[:, None] ** np.arange(len(prior))
        mean, sd = np.asarray(prior, np.float64).T
        return powers @ mean, powers * sd


@final
@dataclass(frozen=True, slots=True)
class TwoOutcomes:
    """What is believed about every level, ``[D]`` each."""

    dlt: Floats  # posterior mean of the DLT rate
    activity: Floats  # posterior mean of the activity rate
    dlt_below: Floats  # probability that the DLT rate is below the rate asked about
    activity_above: Floats  # probability that the activity rate is above the rate asked about


@lru_cache(maxsize=REMEMBERED)
def two_outcomes(model: TwoOutcomeModel, cells: Cells, *, dlt_rate: float, activity_rate: float) -> TwoOutcomes:
    """The posterior after the counts in ``cells`` (rows in the order of ``CELLS``); absolute error below 2e-4."""
    counts = np.asarray(cells, np.float64)
    neither, dlt_alone, activity_alone, both, spared, toxic = counts
    grids = (
        _grid(*model.rows(model.dlt), yes=dlt_alone + both + toxic, no=neither + activity_alone + spared),
        _grid(*model.rows(model.activity), yes=activity_alone + both, no=neither + dlt_alone),
    )
    asked = (float(sp.logit(dlt_rate)), float(sp.logit(activity_rate)))
    apart = [grid.answers(logit) for grid, logit in zip(grids, asked, strict=True)]
    if counts[:4].sum():
        coarse = _thinned(*grids)
        coupled = _coupled(*coarse, counts=counts[:4], association=model.association)
        for place, (rough, joined) in enumerate(zip(coarse, coupled, strict=True)):
            apart[place] = apart[place] + joined.answers(asked[place]) - rough.answers(asked[place])
    dlt, activity = (np.clip(answer, 0.0, 1.0) for answer in apart)
    found = TwoOutcomes(dlt[0], activity[0], dlt_below=dlt[1], activity_above=1 - activity[1])
    for values in (found.dlt, found.activity, found.dlt_below, found.activity_above):
        values.setflags(write=False)  # what is remembered must not change
    return found


@final
@dataclass(frozen=True, slots=True)
class _Grid:
    """The nodes of a box with their weights, which add up to 1."""

    logits: Floats  # [size, D]
    weights: Floats  # [size]
    counts: tuple[int, ...]  # nodes along each axis, each odd; the last runs fastest
    reach: Floats  # [D] by how much each logit moves in one step, along the axis on which it moves most

    def answers(self, logit: float) -> Floats:
        """Mean of every rate, and the probability that its logit is below the one asked about, ``[2, D]``."""
        kept = self.weights > NEXT_TO_NOTHING * self.weights.max()
        weights, logits = self.weights[kept], self.logits[kept]
        share = 0.5 + sp.sici(np.pi * (logit - logits) / self.reach)[0] / np.pi
        sums = np.stack([weights @ sp.expit(logits), weights @ share])
        return np.asarray(sums / weights.sum(), np.float64)


def _grid(offset: Floats, rows: Floats, *, yes: Floats, no: Floats) -> _Grid:
    """The posterior of logits ``offset + rows @ w``, w standard normal, after so many yes and no at every level."""
    informed = np.flatnonzero(yes + no)

    def log_density(w: Floats) -> Floats:
        logits = offset[informed] + w @ rows[informed].T
        log_no = np.minimum(-logits, 0.0) - np.log1p(np.exp(-np.abs(logits)))
        told = log_no @ (yes + no)[informed] + logits @ yes[informed]
        return np.asarray(told - (w**2).sum(axis=-1) / 2, np.float64)

    mode = _mode(offset, rows, yes=yes, no=no)
    curvature = _curvature(offset + rows @ mode, rows, n=yes + no)
    values, vectors = np.linalg.eigh(curvature)
    axes = vectors / np.sqrt(values)
    peak, moves = float(log_density(mode)), np.abs(rows @ axes)
    wanted = np.minimum(GAUSSIAN_STEP, POLE_STEP / np.maximum(moves.max(axis=0), 1e-12))
    nodes = _box(lambda z: log_density(mode + z @ axes.T) - peak, wanted)
    z = _product(nodes)
    w = mode + z @ axes.T
    weights = np.exp(log_density(w) - peak)
    steps = np.array([axis[1] - axis[0] for axis in nodes])
    most = moves.argmax(axis=1)
    reach = np.maximum(moves[np.arange(len(rows)), most] * steps[most], 1e-12)
    return _Grid(offset + w @ rows.T, weights / weights.sum(), tuple(map(len, nodes)), reach)


def _curvature(logits: Floats, rows: Floats, *, n: Floats) -> Floats:
    p = sp.expit(logits)
    return np.asarray(np.eye(rows.shape[1]) + (rows.T * (n * p * (1 - p))) @ rows, np.float64)


def _mode(offset: Floats, rows: Floats, *, yes: Floats, no: Floats) -> Floats:
    """Newton's method on a strictly concave function; a step that would go down is halved."""

    def value(w: Floats) -> float:
        logits = offset + rows @ w
        return float(-np.logaddexp(0, -logits) @ yes - np.logaddexp(0, logits) @ no - w @ w / 2)

    w = np.zeros(rows.shape[1])
    for _ in range(ROUNDS):
        logits = offset + rows @ w
        slope = rows.T @ (yes - (yes + no) * sp.expit(logits)) - w
        step = np.linalg.solve(_curvature(logits, rows, n=yes + no), slope)
        if np.abs(step).max() < 1e-10:
            break
        while value(w + step) < value(w) and np.abs(step).max() > 1e-12:
            step = step / 2
        w = w + step
    return w


def _box(below_peak: Callable[[Floats], Floats], wanted: Floats) -> list[Floats]:
    """Nodes along each axis, out to where the density has died out."""
    half = 8
    while True:
        line = np.arange(-half, half + 1.0)
        seen = below_peak(_product([line] * len(wanted))).reshape((len(line),) * len(wanted)) > -END
        ends = [np.flatnonzero(seen.any(axis=tuple(set(range(len(wanted))) - {axis}))) for axis in range(len(wanted))]
        if all(places[0] > 0 and places[-1] < len(line) - 1 for places in ends):
            break
        half *= 2
    nodes = []
    for places, step in zip(ends, wanted, strict=True):
        low, high = line[places[0] - 1], line[places[-1] + 1]
        halves = int(np.ceil((high - low) / step / 2))
        nodes.append(np.linspace(low, high, 2 * halves + 1))
    return nodes


def _product(nodes: list[Floats]) -> Floats:
    """All points of a box, ``[size, k]``; the last axis runs fastest."""
    return np.stack([axis.ravel() for axis in np.meshgrid(*nodes, indexing="ij")], axis=1)


def _thinned(first: _Grid, second: _Grid) -> tuple[_Grid, _Grid]:
    """Every second node of both boxes, or fewer, so that there are not too many pairs."""
    stride = 2
    while True:
        coarse = _every(first, stride), _every(second, stride)
        if len(coarse[0].weights) * len(coarse[1].weights) <= MOST_PAIRS:
            return coarse
        stride += 1


def _every(grid: _Grid, stride: int) -> _Grid:
    """Every ``stride``-th node along each axis, without those that weigh next to nothing."""
    places = np.arange(len(grid.weights)).reshape(grid.counts)
    chosen = places[tuple(slice((count - 1) // 2 % stride, None, stride) for count in grid.counts)].ravel()
    chosen = chosen[grid.weights[chosen] > LEAST_WEIGHT * grid.weights[chosen].max()]
    weights = grid.weights[chosen]
    return _Grid(grid.logits[chosen], weights / weights.sum(), (len(chosen),), stride * grid.reach)


def _coupled(dlt: _Grid, activity: _Grid, *, counts: Floats, association: Normal) -> tuple[_Grid, _Grid]:
    """Both grids weighed by the coupling of the outcomes, averaged over the other grid and over the association."""
    p, q = sp.expit(dlt.logits), sp.expit(activity.logits)
    signs = (1.0, -1.0, -1.0, 1.0)
    shares = ((p, q), (1 - p, q), (p, 1 - q), (1 - p, 1 - q))
    terms = [
        (counts[cell, level], signs[cell] * np.multiply.outer(shares[cell][0][:, level], shares[cell][1][:, level]))
        for cell in range(4)
        for level in np.flatnonzero(counts[cell])
    ]
    nodes, shares_of = np.polynomial.hermite_e.hermegauss(ASSOCIATIONS)
    kappa = np.tanh((association[0] + association[1] * nodes) / 2)
    logs = [sum(count * np.log1p(k * term) for count, term in terms) for k in kappa]
    top = max(float(log.max()) for log in logs)
    factor = sum(share * np.exp(log - top) for share, log in zip(shares_of, logs, strict=True))
    return _reweighed(dlt, factor @ activity.weights), _reweighed(activity, dlt.weights @ factor)


def _reweighed(grid: _Grid, factor: Floats) -> _Grid:
    weights = grid.weights * factor
    return _Grid(grid.logits, weights / weights.sum(), grid.counts, grid.reach)
