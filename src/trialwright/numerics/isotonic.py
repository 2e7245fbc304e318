"""DLT rates that may not fall with dose: weighted isotonic regression, and the level nearest to the target after it.

The estimate before pooling is the posterior mean under Beta(a, a), m = (y + a) / (n + 2a), and its weight the inverse
of the posterior variance, w = (n + 2a)^2 (n + 2a + 1) / ((y + a) (n - y + a))   (Ji, Liu, Li & Bekele 2010, Clinical
Trials 7:653; Liu & Yuan 2015, Applied Statistics 64:507; a = 0.005 in the one, 0.05 in the other).
"""

from __future__ import annotations

import numpy as np

from trialwright.numerics.arrays import Bools, Floats, Ints

NUDGE = 1e-10  # what the k-th estimate is raised by, k times, before the nearest is taken: far above rounding


def isotonic(values: Floats, weight: Floats) -> Floats:
    """The non-decreasing curve nearest to ``values`` in weighted least squares, for every row; both are ``[B, D]``.

    g_i = max over j <= i of min over k >= i of Av(j, k), Av(j, k) = sum_{j..k} w v / sum_{j..k} w   (the max-min
    formula, Robertson, Wright & Dykstra 1988, Order Restricted Statistical Inference). Places with
    weight 0 are left out: the others are fitted as if these were not there, and their own answer is NaN.

    >>> isotonic(np.array([[0.1, 0.4, 0.2, 0.9]]), np.array([[1.0, 1.0, 3.0, 0.0]])).round(3).tolist()
    [[0.1, 0.25, 0.25, nan]]
    """
    levels, used = values.shape[1], weight > 0
    start, end = np.arange(levels)[:, None], np.arange(levels)
    mass = _sums(weight)
    total = _sums(weight * np.where(used, values, 0.0))
    real = (mass > 0) & (end >= start)
    average = np.where(real, total / np.where(real, mass, 1.0), np.inf)
    lowest_to_the_end = np.minimum.accumulate(average[:, :, ::-1], axis=2)[:, :, ::-1]
    fitted = np.where(start <= end, lowest_to_the_end, -np.inf).max(axis=1)
    return np.where(used, fitted, np.nan)


def _sums(values: Floats) -> Floats:
    """Sums over places j to k, ``[B, D]`` to ``[B, D, D]``; without meaning where k < j."""
    running = np.pad(values.cumsum(axis=1), ((0, 0), (1, 0)))
    return np.asarray(running[:, None, 1:] - running[:, :-1, None], np.float64)


def inverse_variance(n: Ints, n_dlt: Ints, *, prior: float) -> Floats:
    """Weight of a level: the inverse of the variance of Beta(prior + n_dlt, prior + n - n_dlt), ``[B, D]``."""
    a, b = prior + n_dlt, prior + n - n_dlt
    return np.asarray((a + b) ** 2 * (a + b + 1) / (a * b), np.float64)


def isotonic_dlt_rate(*, n: Ints, n_dlt: Ints, admissible: Bools, prior: float) -> Floats:
    """The estimated DLT rate of every admissible level, never falling with dose; NaN elsewhere. All ``[B, D]``."""
    mean = (n_dlt + prior) / (n + 2 * prior)
    return isotonic(mean, np.where(admissible, inverse_variance(n, n_dlt, prior=prior), 0.0))


def selected_after_pooling(
    still_open: Bools, target: float, *, n: Ints, n_dlt: Ints, prior: float, at_most: float = np.inf
) -> Ints:
    """The level (from 1) selected at the end of every trial, ``[B]``, among those tried and open; 0 = none.

    The DLT rates of these levels are pooled and the nearest to ``target`` is taken; counts and ``still_open`` are
    ``[B, D]``, ``prior`` and ``at_most`` as in the two functions this one joins.

    >>> n, n_dlt, still_open = np.array([[3, 6, 3]]), np.array([[0, 1, 3]]), np.array([[True, True, False]])
    >>> selected_after_pooling(still_open, 0.25, n=n, n_dlt=n_dlt, prior=0.05).tolist()
    [2]
    """
    rate = isotonic_dlt_rate(n=n, n_dlt=n_dlt, admissible=(n > 0) & still_open, prior=prior)
    return nearest_after_pooling(rate, target, at_most=at_most)


def nearest_after_pooling(rate: Floats, target: float, *, at_most: float = np.inf) -> Ints:
    """The level (from 1) whose estimate is nearest to the target, for every row; 0 when there is none.

    NaN takes no part, nor does an estimate above ``at_most``. Levels that share one estimate: below the target the
    highest of them, otherwise the lowest. One estimate as far below the target as another above: the lower level.
    (Ji et al. 2010, by the nudge of references/boin_select_mtd: the k-th estimate is raised by k 1e-10.)

    >>> nearest_after_pooling(np.array([[0.2, 0.2, np.nan], [0.3, 0.3, 0.4], [0.2, 0.3, 0.9]]), 0.25).tolist()
    [2, 1, 1]
    """
    taking_part = rate <= at_most  # false for NaN
    nudged = rate + NUDGE * (~np.isnan(rate)).cumsum(axis=1)
    distance = np.where(taking_part, np.abs(nudged - target), np.inf)
    return np.asarray(np.where(taking_part.any(axis=1), distance.argmin(axis=1) + 1, 0), np.int64)
