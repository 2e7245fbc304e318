"""How the visits of one participant vary together: patterns of a covariance matrix, with both derivatives.

Patterns, from the freest to the plainest: ``unstructured`` (every variance and covariance its own), the heterogeneous
ones (a standard deviation per visit; correlations by lag, as powers of one, or all equal), then the same three with one
variance. Lags count visits, not days: the patterns by lag take the visits as evenly spaced.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, final

import numpy as np

from trialwright.numerics.arrays import Floats, Ints

PatternName = Literal[
    "unstructured",
    "heterogeneous_toeplitz",
    "heterogeneous_autoregressive",
    "heterogeneous_compound_symmetry",
    "toeplitz",
    "autoregressive",
    "compound_symmetry",
]


@final
@dataclass(frozen=True, slots=True)
class Shape:
    """A covariance matrix ``[T, T]`` with its first ``[k, T, T]`` and second ``[k, k, T, T]`` derivatives."""

    value: Floats
    first: Floats
    second: Floats


@final
@dataclass(frozen=True, slots=True)
class Pattern:
    """A family of covariance matrices: the one at given parameters, and parameters near a given matrix."""

    at: Callable[[Floats], Shape]
    near: Callable[[Floats], Floats]


def pattern(name: PatternName, visits: int) -> Pattern:
    """The named pattern for a number of visits; one visit has a variance and no pattern.

    >>> pattern("compound_symmetry", 2).at(np.array([4.0, 1.0])).value.tolist()
    [[4.0, 1.0], [1.0, 4.0]]
    >>> pattern("heterogeneous_autoregressive", 3).at(np.array([1.0, 2.0, 2.0, 0.5])).value[0].tolist()
    [1.0, 1.0, 0.5]
    """
    if visits == 1:
        return _linear(np.ones((1, 1, 1)))
    return PATTERNS[name](visits)


def unstructured_by_order(visit: Ints, order: Ints) -> Pattern:
    """A variance for every visit, a correlation for every two places in the order in which somebody's visits follow.

    ``visit`` and ``order`` say of every row of the matrix which visit it is, and which of the observed ones. Rows that
    nobody has together (two orders of a visit, two visits in one place) have no correlation.
    """
    scales = (visit[:, None] == np.arange(visit.max() + 1)).astype(np.float64)
    pairs = [(i, j) for i in range(int(order.max()) + 1) for j in range(i)]
    basis = np.zeros((len(pairs), len(visit), len(visit)))
    for place, pair in enumerate(pairs):
        one, other = (order == end for end in pair)
        basis[place] = np.outer(one, other) | np.outer(other, one)
    return _scaled(scales, _correlations(basis), lags=basis)


def _unstructured(visits: int) -> Pattern:
    pairs = [(i, j) for i in range(visits) for j in range(i, visits)]
    basis = np.zeros((len(pairs), visits, visits))
    for place, (i, j) in enumerate(pairs):
        basis[place, i, j] = basis[place, j, i] = 1
    return _linear(basis)


def _linear(basis: Floats) -> Pattern:
    """Sum of parameters times 0/1 matrices that share no cell; near: the mean over each one's cells."""
    count, visits = basis.shape[:2]
    nothing = np.zeros((count, count, visits, visits))

    def at(theta: Floats) -> Shape:
        return Shape(np.tensordot(theta, basis, 1), basis, nothing)

    def near(matrix: Floats) -> Floats:
        return np.asarray((basis * matrix).sum(axis=(1, 2)) / basis.sum(axis=(1, 2)), np.float64)

    return Pattern(at, near)


def _scaled(scales: Floats, correlation: Callable[[Floats], Shape], *, lags: Floats) -> Pattern:
    """s_i s_j R_ij: standard deviations ``scales`` (visits by parameters), correlations of a few parameters.

    Product rule throughout: d(SR) = dS R + S dR, S_ij = s_i s_j.
    """
    spread = scales.shape[1]

    def at(theta: Floats) -> Shape:
        s, r = scales @ theta[:spread], correlation(theta[spread:])
        outer, split = np.outer(s, s), scales.T
        d_outer = split[:, :, None] * s + s[:, None] * split[:, None, :]
        dd_outer = split[:, None, :, None] * split[None, :, None, :] + split[None, :, :, None] * split[:, None, None, :]
        mixed = d_outer[:, None] * r.first[None]
        upper = np.concatenate([dd_outer * r.value, mixed], axis=1)
        lower = np.concatenate([mixed.swapaxes(0, 1), outer * r.second], axis=1)
        first = np.concatenate([d_outer * r.value, outer * r.first])
        return Shape(outer * r.value, first, np.concatenate([upper, lower]))

    def near(matrix: Floats) -> Floats:
        deviation = np.sqrt(np.diag(matrix))
        correlated = matrix / np.outer(deviation, deviation)
        by_lag = [float((correlated * lag).sum() / lag.sum()) for lag in lags]
        own = np.sqrt((scales * deviation[:, None] ** 2).sum(axis=0) / scales.sum(axis=0))
        return np.concatenate([own, by_lag])

    return Pattern(at, near)


def _by_lag(visits: int) -> Floats:
    """One 0/1 matrix for every distance between two visits, from 1 on."""
    lag = _distance(visits)
    return np.stack([lag == step for step in range(1, visits)]).astype(np.float64)


def _distance(visits: int) -> Floats:
    place = np.arange(visits, dtype=np.float64)
    return np.abs(place[:, None] - place)


def _correlations(basis: Floats) -> Callable[[Floats], Shape]:
    """1 on the diagonal, and one correlation for the cells of each 0/1 matrix."""
    count, visits = basis.shape[:2]
    nothing = np.zeros((count, count, visits, visits))
    return lambda rho: Shape(np.eye(visits) + np.tensordot(rho, basis, 1), basis, nothing)


def _powers(visits: int) -> Callable[[Floats], Shape]:
    """The correlation at one step, to the power of the number of steps."""
    lag = _distance(visits)

    def at(rho: Floats) -> Shape:
        power = [np.where(lag >= less, rho[0] ** np.maximum(lag - less, 0), 0.0) for less in range(3)]
        return Shape(power[0], (lag * power[1])[None], (lag * (lag - 1) * power[2])[None, None])

    return at


def _toeplitz(visits: int) -> Pattern:
    return _linear(np.concatenate([np.eye(visits)[None], _by_lag(visits)]))


def _compound_symmetry(visits: int) -> Pattern:
    return _linear(np.stack([np.eye(visits), 1 - np.eye(visits)]))


def _autoregressive(visits: int) -> Pattern:
    return _scaled(np.ones((visits, 1)), _powers(visits), lags=_by_lag(visits)[:1])


def _heterogeneous_toeplitz(visits: int) -> Pattern:
    return _scaled(np.eye(visits), _correlations(_by_lag(visits)), lags=_by_lag(visits))


def _heterogeneous_autoregressive(visits: int) -> Pattern:
    return _scaled(np.eye(visits), _powers(visits), lags=_by_lag(visits)[:1])


def _heterogeneous_compound_symmetry(visits: int) -> Pattern:
    off = 1 - np.eye(visits)[None]
    return _scaled(np.eye(visits), _correlations(off), lags=off)


PATTERNS: Mapping[PatternName, Callable[[int], Pattern]] = {
    "unstructured": _unstructured,
    "heterogeneous_toeplitz": _heterogeneous_toeplitz,
    "heterogeneous_autoregressive": _heterogeneous_autoregressive,
    "heterogeneous_compound_symmetry": _heterogeneous_compound_symmetry,
    "toeplitz": _toeplitz,
    "autoregressive": _autoregressive,
    "compound_symmetry": _compound_symmetry,
}
