"""Confidence limits for a proportion: exact ones, and those of a simulated share."""

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


def wilson(count: npt.ArrayLike, trials: npt.ArrayLike, *, confidence: float = 0.95) -> tuple[Floats, Floats]:
    """Two-sided score limits for ``count`` of ``trials``: the rates that lie z standard errors of their own away.

    (p + z^2 / 2n -+ z sqrt(p (1 - p) / n + z^2 / 4n^2)) / (1 + z^2 / n)  (Wilson 1927, Journal of the American
    Statistical Association 22:209); the whole range when n = 0.

    >>> [round(float(limit), 4) for limit in wilson(15, 148)]
    [0.0624, 0.1605]
    """
    y, n = np.broadcast_arrays(np.asarray(count, np.float64), np.asarray(trials, np.float64))
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must lie between 0 and 1, not {confidence}")
    if np.any((y < -1e-9) | (y > n + 1e-9)):
        raise ValueError("a count must lie between 0 and the number of trials")
    z, some = sp.ndtri((1 + confidence) / 2), np.maximum(n, 1)
    share = np.clip(y / some, 0, 1)
    centre, reach = share + z**2 / (2 * some), z * np.sqrt(share * (1 - share) / some + z**2 / (4 * some**2))
    lower, upper = (centre - reach) / (1 + z**2 / some), (centre + reach) / (1 + z**2 / some)
    lower, upper = np.where(share == 0, 0.0, lower), np.where(share == 1, 1.0, upper)
    return np.where(n > 0, lower, 0.0), np.where(n > 0, upper, 1.0)
