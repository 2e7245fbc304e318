"""Exact confidence limits for a proportion."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import scipy.special as sp

from trialwright.numerics.arrays import Floats


def clopper_pearson(count: npt.ArrayLike, trials: npt.ArrayLike, *, confidence: float = 0.95) -> tuple[Floats, Floats]:
    """Two-sided exact limits for ``count`` of ``trials``: at each, a result so far out has probability (1 - c) / 2.

    lower = B(alpha/2; y, n - y + 1), upper = B(1 - alpha/2; y + 1, n - y), B the quantile of the Beta distribution;
    0 when y = 0, 1 when y = n, and the whole range when n = 0   (Clopper & Pearson 1934, Biometrika 26:404).

    >>> [round(float(limit), 3) for limit in clopper_pearson(0, 8) + clopper_pearson(5, 6)]
    [0.0, 0.369, 0.359, 0.996]
    """
    y, n = np.broadcast_arrays(np.asarray(count, np.float64), np.asarray(trials, np.float64))
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must lie between 0 and 1, not {confidence}")
    if np.any((y < 0) | (y > n)):
        raise ValueError("a count must lie between 0 and the number of trials")
    tail = (1 - confidence) / 2
    lower = np.where(y > 0, sp.betaincinv(np.maximum(y, 1), n - y + 1, tail), 0.0)
    upper = np.where(y < n, sp.betaincinv(y + 1, np.maximum(n - y, 1), 1 - tail), 1.0)
    return np.asarray(lower, np.float64), np.asarray(upper, np.float64)
