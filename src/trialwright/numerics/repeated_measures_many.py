"""Repeated measures (MMRM) of many simulated trials at once: REML, unstructured covariance, Kenward and Roger.

The model of ``repeated_measures`` for one special design, which is that of a randomised trial: every column of x (a 1,
the arm, the baseline) has a coefficient of its own at every visit. Then all that a trial says lies in sums over the
people who were seen at the same visits, and every derivative in sums of products over those sets. With W the inverse of
V at the visits of a set, zero elsewhere, C = (X' W X)^-1, r = y - X beta, u = W r, K = W X C X' W:

    deviance   log |V| + log |X' W X| + r' W r, gradient tr(V_i L), L = sum W - K - u u'
    both       u' V_i W V_j u - u' V_i W X C X' W V_j u, half the mean of observed and expected information of 2 log L
    expected   tr(V_i W V_j W) - 2 tr(V_i W V_j K) + tr(C P_i C P_j), P_i = X' W V_i W X; observed = 2 both - expected

Steps are by the average information (Gilmour, Thompson & Cullis 1995, Biometrics 51:1440); where one does not lower the
deviance or leaves the positive definite matrices, a step of EM is taken, V - V L V / n (Laird & Ware 1982, Biometrics
38:963), which always does. The slow twin is ``repeated_measures.fit`` with ``small_samples.contrast``.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import final

import numpy as np

from trialwright.numerics.arrays import Bools, Floats, Ints

MAX_STEPS = 100
CONVERGED = 1e-12  # squared length of the gradient, measured by the information; one more step is taken
LEAST_SHARE = 1e-8  # of the variance of a visit that the other visits must leave unexplained
SMALL = 200_000  # multiplications in one matrix product: more might be shared between threads, and round otherwise
LEAST_KNOWN = 1e-9  # the smallest eigenvalue of a visit's design, columns of unit size
NEAR = 0.3  # such a squared length, from which steps go by the observed information
RISE = 1e-10  # of the deviance that is rounding


@final
@dataclass(frozen=True, slots=True)
class Contrasts:
    """One coefficient of every trial, ``[B]`` each; NaN where the trial has no unstructured estimate."""

    estimate: Floats
    standard_error: Floats  # adjusted by Kenward and Roger
    degrees_of_freedom: Floats
    t: Floats


@final
@dataclass(frozen=True, slots=True)
class _Sums:
    """What trials say: sums over the people of a trial who were seen at the same visits, U such sets."""

    trial: Ints  # [U], rising
    seen: Bools  # [U, T]
    n: Floats  # [U]
    xx: Floats  # [U, q, q]
    yx: Floats  # [U, T, q]
    yy: Floats  # [U, T, T]
    trials: int

    @property
    def slices(self) -> Iterator[slice]:
        """The sets of each trial."""
        ends = np.searchsorted(self.trial, np.arange(self.trials + 1))
        return (slice(int(begin), int(end)) for begin, end in itertools.pairwise(ends))

    def added(self, what: Floats) -> Floats:
        """Over the sets of each trial, ``[U, …]`` to ``[B, …]``."""
        return np.stack([what[part].sum(axis=0) for part in self.slices])

    def product(self, one: Floats, other: Floats) -> Floats:
        """Sums of outer products over the sets of each trial, ``[U, m]``, ``[U, n]`` to ``[B, m, n]``."""
        return np.stack([_times(one[part].T, other[part]) for part in self.slices])

    def spread(self, what: Floats) -> Floats:
        """A ``[B, q, T, q, T]`` array weighed by xx and summed over q, for each set: ``[U, T, T]``."""
        b, q, visits = what.shape[:3]
        flat = what.transpose(0, 1, 3, 2, 4).reshape(b, q * q, visits * visits)
        weights = self.xx.reshape(-1, q * q)
        found = [_times(weights[part], flat[place]) for place, part in enumerate(self.slices)]
        return np.concatenate(found).reshape(-1, visits, visits)

    def of(self, which: Bools) -> _Sums:
        """Those of some trials."""
        kept = which[self.trial]
        number = np.cumsum(which) - 1
        return _Sums(
            number[self.trial[kept]], self.seen[kept], self.n[kept], self.xx[kept], self.yx[kept], self.yy[kept],
            int(which.sum()),
        )  # fmt: skip


@final
@dataclass(frozen=True, slots=True)
class _At:
    """Every trial at one covariance matrix each."""

    weights: Floats  # W, [U, T, T]
    covariance: Floats  # C, [B, qT, qT]
    beta: Floats  # [B, qT], by column of x and visit
    pulls: Floats  # sum of u u', [U, T, T]
    held: Floats  # sum of K, [U, T, T]
    onto: Floats  # sum of u x', [U, T, q]
    deviance: Floats  # [B]


def contrasts_of_many(y: Floats, x: Floats, *, column: int, visit: int = -1) -> Contrasts:
    """The coefficient of a column of x at a visit, in every trial, with its Kenward-Roger error and degrees of freedom.

    ``y`` ``[B, N, T]``: values, NaN where missing. ``x`` ``[B, N, q]``: what the means depend on, each column with a
    coefficient at every visit. People without any value, or with a missing x, do not count. NaN where a trial
    has no unstructured covariance to estimate (too few people, two visits that nobody has both of, no convergence).
    """
    size = _size(y)
    values, columns = y / size[:, None, None], _scaled(x, known=np.asarray(np.isfinite(y).any(axis=2)))
    sums = _summed(values, columns[0])
    fit = _can_be_fitted(sums)
    found = np.full((4, len(y)), np.nan)
    matrices = np.zeros((len(y), y.shape[2], y.shape[2]))
    if fit.any():
        matrices[fit], fit[fit] = _climb(sums.of(fit))
    if fit.any():
        place = column * y.shape[2] + np.arange(y.shape[2])[visit]
        found[:, fit] = _judged(sums.of(fit), matrices[fit], place=place)
    back = size / columns[1][:, column]
    return Contrasts(found[0] * back, found[1] * back, found[2], found[0] / found[1])


def _times(one: Floats, other: Floats) -> Floats:
    """A matrix product that rounds alike on any number of threads: in parts that one thread does."""
    most = max(1, SMALL // (len(one) * other.shape[1]))
    found = np.zeros((len(one), other.shape[1]))
    for place in range(0, len(other), most):
        found += one[:, place : place + most] @ other[place : place + most]
    return found


def _within(one: Floats, middle: Floats) -> Floats:
    """A M A'."""
    return _times(_times(one, middle), one.T.copy())


def _size(y: Floats) -> Floats:
    known = np.isfinite(y)
    count = np.maximum(known.sum(axis=(1, 2)), 1)
    value = np.where(known, y, 0.0)
    mean = value.sum(axis=(1, 2)) / count
    spread = np.sqrt((np.where(known, y - mean[:, None, None], 0.0) ** 2).sum(axis=(1, 2)) / count)
    return np.where(spread > 0, spread, 1.0)


def _scaled(x: Floats, *, known: Bools) -> tuple[Floats, Floats]:
    """Columns of unit size among those who count, NaN for the others; and what they were divided by, ``[B, q]``."""
    counts = known & np.isfinite(x).all(axis=2)
    value = np.where(counts[:, :, None], x, 0.0)
    size = np.sqrt((value**2).sum(axis=1) / np.maximum(counts.sum(axis=1), 1)[:, None])
    size = np.where(size > 0, size, 1.0)
    return np.where(counts[:, :, None], value / size[:, None, :], np.nan), size


def _summed(y: Floats, x: Floats) -> _Sums:
    counts = np.isfinite(x).all(axis=2)
    trial = np.broadcast_to(np.arange(len(y))[:, None], counts.shape)[counts]
    values, columns = y[counts], x[counts]
    known = np.isfinite(values)
    _, first, which = np.unique(np.column_stack([trial, known]), axis=0, return_index=True, return_inverse=True)
    order = np.argsort(which.ravel(), kind="stable")
    begins = np.searchsorted(which.ravel()[order], np.arange(len(first)))
    values, columns = np.where(known, values, 0.0)[order], columns[order]

    def added(what: Floats) -> Floats:
        return np.asarray(np.add.reduceat(what, begins, axis=0)) if len(what) else what

    return _Sums(
        trial[first], known[first], added(np.ones(len(values))), added(columns[:, :, None] * columns[:, None, :]),
        added(values[:, :, None] * columns[:, None, :]), added(values[:, :, None] * values[:, None, :]), len(y),
    )  # fmt: skip


def _can_be_fitted(sums: _Sums) -> Bools:
    """Whether the means can be told apart at every visit, and any two visits have somebody in common."""
    visits = sums.seen.shape[1]
    pairs = sums.added(sums.n[:, None, None] * (sums.seen[:, :, None] & sums.seen[:, None, :]))
    designs = sums.added(sums.xx[:, None] * sums.seen[:, :, None, None])
    people = np.maximum(np.diagonal(pairs, axis1=1, axis2=2), 1)
    least = np.linalg.eigvalsh(designs / people[:, :, None, None])[:, :, 0].min(axis=1)
    enough = sums.added(sums.n) > visits + sums.xx.shape[1]
    return np.asarray((pairs > 0).all(axis=(1, 2)) & (least > LEAST_KNOWN) & enough, np.bool_)


def _evaluate(sums: _Sums, matrices: Floats) -> _At:
    """Every trial at its matrix ``[B, T, T]``, which is positive definite."""
    visits, q = sums.seen.shape[1], sums.xx.shape[1]
    cells = sums.seen[:, :, None] & sums.seen[:, None, :]
    masked = np.where(cells, matrices[sums.trial], np.eye(visits))
    weights = np.where(cells, np.linalg.inv(masked), 0.0)
    strength = sums.product(sums.xx.reshape(-1, q * q), weights.reshape(-1, visits**2))
    strength = strength.reshape(-1, q, q, visits, visits).transpose(0, 1, 3, 2, 4).reshape(-1, q * visits, q * visits)
    covariance = np.asarray(np.linalg.inv(strength), np.float64)
    push = sums.added(weights @ sums.yx).transpose(0, 2, 1).reshape(-1, q * visits)
    beta = (covariance @ push[:, :, None])[:, :, 0]
    means = beta.reshape(-1, q, visits).transpose(0, 2, 1)[sums.trial]
    explained = means @ sums.yx.transpose(0, 2, 1)
    rests = sums.yy - explained - explained.transpose(0, 2, 1) + means @ sums.xx @ means.transpose(0, 2, 1)
    spread = sums.spread(covariance.reshape(-1, q, visits, q, visits))
    sizes = sums.n * np.linalg.slogdet(masked)[1] + np.einsum("uab,uab->u", weights, rests)
    return _At(
        weights, covariance, beta, weights @ rests @ weights, weights @ spread @ weights,
        weights @ (sums.yx - means @ sums.xx), sums.added(sizes) + np.linalg.slogdet(strength)[1],
    )  # fmt: skip


def _climb(sums: _Sums) -> tuple[Floats, Bools]:
    """The matrix of every trial at which its deviance is lowest, and whether it was found."""
    visits = sums.seen.shape[1]
    found, done = np.zeros((sums.trials, visits, visits)), np.zeros(sums.trials, np.bool_)
    active, here = np.arange(sums.trials), _first_guess(sums)
    lowest, safe = np.full(sums.trials, np.inf), here
    people, near = sums.added(sums.n), np.zeros(sums.trials, np.bool_)
    for _ in range(MAX_STEPS):
        at = _evaluate(sums, here)
        left = sums.added(sums.n[:, None, None] * at.weights - at.held - at.pulls)
        gradient = _packed(left) * np.where(_pairs(visits)[0] == _pairs(visits)[1], 1.0, 2.0)
        step = _solved(_curvature(sums, at, near=near), gradient)
        length = np.abs((gradient * step).sum(axis=1))
        ended, near = length < CONVERGED, length < NEAR
        worse = ~(at.deviance <= lowest + RISE * np.abs(lowest))
        onward, em = here - _unpacked(step, visits), here - here @ left @ here / people[:, None, None]
        lowest = np.where(worse, lowest, at.deviance)
        safe = np.where(worse[:, None, None], safe, (em + em.transpose(0, 2, 1)) / 2)
        onward = np.where((worse | ~_is_inside(onward))[:, None, None], safe, onward)
        found[active[ended]], done[active[ended]] = onward[ended], True
        stays = ~ended & _is_inside(safe)
        if not stays.any():
            break
        if not stays.all():
            sums = sums.of(stays)
        active, here, lowest, safe, people, near = (one[stays] for one in (active, onward, lowest, safe, people, near))
    return found, done


def _first_guess(sums: _Sums) -> Floats:
    """Covariance of the residuals of plain least squares over pairs of visits, drawn in until positive definite."""
    visits = sums.seen.shape[1]
    plain = _evaluate(sums, np.broadcast_to(np.eye(visits), (sums.trials, visits, visits)))
    pairs = sums.added(sums.n[:, None, None] * (sums.seen[:, :, None] & sums.seen[:, None, :]))
    guess = sums.added(plain.pulls) / np.maximum(pairs, 1)
    spread = np.diagonal(guess, axis1=1, axis2=2)
    spread = np.maximum(spread, 0.05 * spread.mean(axis=1, keepdims=True) + np.finfo(float).tiny)
    own = spread[:, :, None] * np.eye(visits)
    off, best = guess * (1 - np.eye(visits)), own
    for share in (0.1, 0.3, 0.6, 0.9, 1.0):
        drawn = own + share * off
        best = np.where(_is_inside(drawn, least=0.02)[:, None, None], drawn, best)
    return np.asarray(best, np.float64)


def _is_inside(matrices: Floats, *, least: float = LEAST_SHARE) -> Bools:
    """Whether every matrix is positive definite, no visit all but determined by the others, ``[B]``."""
    spread = np.diagonal(matrices, axis1=1, axis2=2)
    fine = np.asarray(np.isfinite(matrices).all(axis=(1, 2)) & (spread > 0).all(axis=1))
    scale = np.sqrt(np.where(fine[:, None], spread, 1.0))
    correlation = np.where(fine[:, None, None], matrices, np.eye(len(scale[0]))) / (scale[:, :, None] * scale[:, None])
    return np.asarray(fine & (np.linalg.eigvalsh(correlation)[:, 0] > least), np.bool_)


def _solved(information: Floats, gradient: Floats) -> Floats:
    """Steps ``[B, k]``; a trace of the diagonal keeps a matrix without inverse from ending the others."""
    spread = np.abs(np.diagonal(information, axis1=1, axis2=2))
    top = spread.max(axis=1, keepdims=True)
    ridge = np.where(top > 0, 1e-13 * np.maximum(spread, 1e-6 * top), 1.0)
    fine = np.asarray(np.isfinite(information).all(axis=(1, 2)))[:, None, None]
    matrix = np.where(fine, information + ridge[:, :, None] * np.eye(spread.shape[1]), np.eye(spread.shape[1]))
    return np.asarray(np.linalg.solve(matrix, gradient[:, :, None])[:, :, 0])


@cache
def _pairs(visits: int) -> tuple[Ints, Ints]:
    """The cells of a covariance parameter: a, b with a <= b."""
    a, b = np.triu_indices(visits)
    return a, b


@cache
def _cell(visits: int) -> Ints:
    """Which parameter stands at a, b, ``[T, T]``."""
    a, b = _pairs(visits)
    table = np.zeros((visits, visits), np.int64)
    table[a, b] = table[b, a] = np.arange(len(a))
    return table


@cache
def _half(visits: int) -> Floats:
    """1/2 for a variance, 1 for a covariance: V_i = half (e_a e_b' + e_b e_a'), ``[k]``."""
    a, b = _pairs(visits)
    return np.where(a == b, 0.5, 1.0)


@cache
def _crossed(visits: int) -> Ints:
    """Places of the four products in tr(V_i W V_j M) among those of W by M, ``[4, k, k]``."""
    (a, b), cell = _pairs(visits), _cell(visits)
    ways = ((b, a, a, b), (b, b, a, a), (a, a, b, b), (a, b, b, a))
    # W_bc M_da + W_bd M_ca + W_ac M_db + W_ad M_cb, with i = (a, b), j = (c, d)
    first = [cell[i1[:, None], j1[None, :]] for i1, j1, _, _ in ways]
    second = [cell[j2[None, :], i2[:, None]] for _, _, i2, j2 in ways]
    return np.stack(first) * len(a) + np.stack(second)


def _packed(matrices: Floats) -> Floats:
    a, b = _pairs(matrices.shape[-1])
    return np.asarray(matrices[..., a, b])


def _unpacked(parameters: Floats, visits: int) -> Floats:
    return np.asarray(parameters[..., _cell(visits)])


def _traces(sums: _Sums, weights: Floats, *, other: Floats) -> Floats:
    """Sum of tr(V_i W V_j M) over the sets of each trial, ``[B, k, k]``; ``other``: M, ``[U, T, T]``."""
    visits = weights.shape[-1]
    products = sums.product(_packed(weights), _packed(other)).reshape(sums.trials, -1)
    total = products[:, _crossed(visits)].sum(axis=1)
    return np.asarray(total * np.outer(_half(visits), _half(visits)))


def _reached(sums: _Sums, at: _At) -> Floats:
    """Sum of X' W V_i u, ``[B, k, qT]``."""
    visits, q = at.onto.shape[1:]
    a, b = _pairs(visits)
    found = sums.product(at.weights.reshape(-1, visits**2), at.onto.reshape(-1, visits * q))
    found = found.reshape(-1, visits, visits, visits, q)  # t, a, b, column
    turned = found[:, :, a, b] + found[:, :, b, a]  # [B, T, k, q]
    return np.asarray((turned.transpose(0, 2, 3, 1) * _half(visits)[:, None, None]).reshape(len(turned), len(a), -1))


def _curvature(sums: _Sums, at: _At, *, near: Bools) -> Floats:
    """Curvature of the deviance, ``[B, k, k]``: the average information, or near the lowest point the observed one.

    The first is never negative. The second lacks tr(C P_i C P_j), which is small and to be taken away.
    """
    onto, which = _reached(sums, at), near[sums.trial][:, None, None]
    observed = 2 * (at.pulls + at.held) - sums.n[:, None, None] * at.weights
    once = _traces(sums, at.weights, other=np.where(which, observed, at.pulls))
    held = np.stack([_within(each, c) for each, c in zip(onto, at.covariance, strict=True)])
    return once - np.where(near, 2.0, 1.0)[:, None, None] * held


def _slopes(sums: _Sums, at: _At) -> Iterator[Floats]:
    """P of each trial, ``[k, qT, qT]``."""
    visits, q = at.onto.shape[1:]
    (a, b), cell = _pairs(visits), _cell(visits)
    packed = _packed(at.weights)
    k, every = len(a), np.arange(visits)
    ta, tb = cell[every, a[:, None]], cell[every, b[:, None]]  # [k, T]
    one, other = ta[:, :, None] * k + tb[:, None, :], tb[:, :, None] * k + ta[:, None, :]
    for part in sums.slices:
        mine, found = packed[part], np.empty((k, q, visits, q, visits))
        for row in range(q):
            for column in range(row, q):
                products = ((sums.xx[part, row, column, None] * mine).T @ mine).ravel()
                block = (products[one] + products[other]) * _half(visits)[:, None, None]
                found[:, row, :, column], found[:, column, :, row] = block, block
        yield found.reshape(k, q * visits, q * visits)


def _judged(sums: _Sums, matrices: Floats, *, place: int) -> Floats:
    """Estimate, error and degrees of freedom of one coefficient, then 1 where they can be trusted, ``[4, B]``."""
    at, visits = _evaluate(sums, matrices), matrices.shape[1]
    line = at.covariance[:, :, place]
    by_column = line.reshape(sums.trials, -1, visits)
    spread = sums.spread(by_column[:, :, :, None, None] * by_column[:, None, None, :, :])
    curves = _traces(sums, at.weights, other=at.weights @ spread @ at.weights)
    curvature = _curvature(sums, at, near=np.ones(sums.trials, np.bool_))
    found = np.full((4, sums.trials), np.nan)
    for trial, slopes in enumerate(_slopes(sums, at)):
        turned = at.covariance[trial] @ slopes
        count = len(turned)
        crossed = _times(turned.reshape(count, -1), turned.transpose(0, 2, 1).reshape(count, -1).T)
        observed = curvature[trial] - crossed
        scale = np.sqrt(np.abs(np.diag(observed)))
        if not scale.all() or np.linalg.eigvalsh(observed / np.outer(scale, scale))[0] < 1e-10:
            continue
        uncertain = np.linalg.inv(observed / 2)
        pushed = slopes @ line[trial]  # P_i C l
        own, slope = line[trial, place], pushed @ line[trial]
        extra = curves[trial] - _within(pushed, at.covariance[trial])
        adjusted = own + 2 * float((uncertain * extra).sum())
        free = 2 * own**2 / float(slope @ uncertain @ slope)
        found[:, trial] = at.beta[trial, place], np.sqrt(adjusted), free, 1.0
    return found
