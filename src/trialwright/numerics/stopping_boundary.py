"""Stopping boundaries for a rate that is looked at repeatedly: how often they are crossed, and how to find one.

At look k, with n_k participants, a boundary stops when the count Y_k reaches c_k. The counts between looks are
independent binomials, so what has not stopped is carried from look to look exactly:

    f_k(y) = sum over x < c_{k-1} of f_{k-1}(x) Bin(y - x; n_k - n_{k-1}, p)
    P(first crossing at k) = sum over y >= c_k of f_k(y)

(Armitage, McPherson & Rowe 1969, JRSS A 132:235, for binomial counts). A family of boundaries: at every look the
exact one-sided binomial test of p <= p0 at one nominal level a (Pocock 1977, Biometrika 64:191, read for binomials):

    c_k(a) = the least y >= 1 with P(Bin(n_k, p0) >= y) <= a;  n_k + 1 (no stop at this look) where there is none

Raising a never raises any c_k, so the probability of crossing rises with a, in steps, at the finitely many levels where
a tail probability is reached. The search goes through those levels, not along a: what it finds are neighbours.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import scipy.special as sp

from trialwright.numerics.arrays import Floats

Counts = tuple[int, ...]
ROUNDING = 1e-12  # two tail probabilities, or a probability and its bound, closer than this are equal


class Neighbours(NamedTuple):
    """The boundaries on both sides of a wanted crossing probability; nothing in the family lies between them."""

    below: Counts  # crossed with at most that probability
    above: Counts | None  # crossed with more than that probability; None: no boundary of the family is


def first_crossing(looks: Sequence[int], stop_at: Sequence[int], *, rates: npt.ArrayLike) -> Floats:
    """How probably each look is the one at which the trial stops, for each true rate.

    ``looks``: numbers of participants, rising, (K,); ``stop_at``: the count that stops at each, (K,), n_k + 1 or more
    where a look cannot stop; ``rates``: true rates from 0 to 1, (R,) or one number. Answers (R, K); its sum over K is
    the probability of ever stopping. Exact but for rounding: every term is positive.

    >>> first_crossing([2, 4], [2, 3], rates=[0.5]).tolist()
    [[0.25, 0.125]]
    """
    rate = np.atleast_1d(np.asarray(rates, np.float64))
    if not ((rate >= 0) & (rate <= 1)).all():
        raise ValueError("a rate must lie between 0 and 1")
    _check(looks, stop_at)
    going, seen, crossed = np.ones((len(rate), 1)), 0, []
    for look, count in zip(looks, stop_at, strict=True):
        reached = _added(going, more=look - seen, rate=rate)
        crossed.append(reached[:, count:].sum(axis=1))
        going, seen = reached[:, :count], look
    return np.stack(crossed, axis=1)


def crossing_probability(looks: Sequence[int], stop_at: Sequence[int], *, rate: float) -> float:
    """How probably the trial ever stops when this is the true rate."""
    return float(first_crossing(looks, stop_at, rates=rate).sum())


def expected_participants(looks: Sequence[int], stop_at: Sequence[int], *, rates: npt.ArrayLike) -> Floats:
    """How many participants are expected until the boundary or the last look is reached, (R,)."""
    stopped = first_crossing(looks, stop_at, rates=rates)
    last = np.asarray(1 - stopped.sum(axis=1), np.float64)
    return np.asarray(stopped @ np.asarray(looks, np.float64) + last * looks[-1], np.float64)


def boundary_at_level(looks: Sequence[int], *, rate: float, level: float) -> Counts:
    """The counts that stop when every look is an exact test of ``rate`` at this one-sided nominal level.

    >>> boundary_at_level([10, 20, 30], rate=0.2, level=0.05)
    (5, 8, 11)
    """
    return tuple(1 + int((_tails(look, rate) > level * (1 + ROUNDING)).sum()) for look in looks)


def neighbouring_boundaries(
    looks: Sequence[int], *, tested_rate: float, true_rate: float, probability: float
) -> Neighbours:
    """The two boundaries of the family between which the probability of crossing passes ``probability``.

    ``tested_rate``: the rate every look tests (p0); ``true_rate``: the rate at which the crossing is wanted, p0 for an
    error bound, another one for a power; ``probability``: strictly between 0 and 1. One boundary that is crossed with
    exactly that probability counts as below. Bisection over the finitely many boundaries of the family.
    """
    return _split(
        looks,
        tested_rate=tested_rate,
        small=lambda counts: crossing_probability(looks, counts, rate=true_rate) <= probability + ROUNDING,
    )


def least_boundary_reaching(
    looks: Sequence[int], *, tested_rate: float, true_rate: float, probability: float
) -> Counts | None:
    """The boundary of the family crossed least often among those crossed with at least this probability; None: none."""
    return _split(
        looks,
        tested_rate=tested_rate,
        small=lambda counts: crossing_probability(looks, counts, rate=true_rate) < probability - ROUNDING,
    ).above


def _split(looks: Sequence[int], *, tested_rate: float, small: Callable[[Counts], bool]) -> Neighbours:
    """The last boundary with a small crossing probability and the first with one that is not."""
    _check(looks, looks)
    levels = _levels(looks, tested_rate)
    low, high = 0, len(levels)  # boundaries before ``low`` are small, from ``high`` on they are not
    while low < high:
        middle = (low + high) // 2
        if small(boundary_at_level(looks, rate=tested_rate, level=levels[middle])):
            low = middle + 1
        else:
            high = middle
    below = boundary_at_level(looks, rate=tested_rate, level=levels[low - 1] if low else 0.0)
    above = boundary_at_level(looks, rate=tested_rate, level=levels[high]) if high < len(levels) else None
    return Neighbours(below, above)


def _levels(looks: Sequence[int], rate: float) -> list[float]:
    """Every nominal level at which the boundary changes, rising; those apart by rounding only are one."""
    tails = np.unique(np.concatenate([_tails(look, rate) for look in looks]))
    tails = tails[tails > 0]
    last_of_its_kind = np.append(tails[1:] > tails[:-1] * (1 + ROUNDING), True)
    return [float(level) for level in tails[last_of_its_kind]]


def _tails(n: int, rate: float) -> Floats:
    """P(Bin(n, rate) >= y) for y = 1 … n, (n,): the incomplete beta function I_rate(y, n - y + 1)."""
    y = np.arange(1, n + 1)
    return np.asarray(sp.betainc(y, n - y + 1, rate), np.float64)


def _added(going: Floats, *, more: int, rate: Floats) -> Floats:
    """The distribution of the count, (R, Y), after ``more`` further participants, (R, Y + more)."""
    k = np.arange(more + 1)
    choose = sp.gammaln(more + 1) - sp.gammaln(k + 1) - sp.gammaln(more - k + 1)
    steps = np.exp(choose + sp.xlogy(k, rate[:, None]) + sp.xlog1py(more - k, -rate[:, None]))
    reached = np.zeros((len(rate), going.shape[1] + more))
    for added in range(more + 1):
        reached[:, added : added + going.shape[1]] += going * steps[:, [added]]
    return reached


def _check(looks: Sequence[int], stop_at: Sequence[int]) -> None:
    rising = len(looks) > 0 and looks[0] >= 1 and bool((np.diff(looks) > 0).all())
    if not rising or len(stop_at) != len(looks) or min(stop_at) < 1:
        raise ValueError("looks must rise from 1 or more, and every look needs one count of 1 or more")
