"""Confidence and credible limits for a proportion: exact, by the score, Bayesian, and those of a simulated share."""

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
    y, n = _counts(count, trials, confidence=confidence)
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


def upper_limit(count: npt.ArrayLike, trials: npt.ArrayLike, *, confidence: float = 0.95) -> Floats:
    """One-sided exact upper limit: the largest rate at which so few as ``count`` of ``trials`` is not yet improbable.

    B(c; y + 1, n - y), B the quantile of the Beta distribution; 1 when y = n, and when n = 0 (Clopper & Pearson 1934).
    It answers "how much can this few still hide": none of three leaves, with 95 % confidence, up to 63 %.

    >>> round(float(upper_limit(0, 3)), 3), float(upper_limit(0, 0))
    (0.632, 1.0)
    """
    y, n = _counts(count, trials, confidence=confidence)
    return np.where(y < n, sp.betaincinv(y + 1, np.maximum(n - y, 1), confidence), 1.0)


def agresti_coull(count: npt.ArrayLike, trials: npt.ArrayLike, *, confidence: float = 0.95) -> tuple[Floats, Floats]:
    """Two-sided limits of the plain normal form around a share that has z^2 / 2 more of both kinds.

    p~ -+ z sqrt(p~ (1 - p~) / n~), n~ = n + z^2, p~ = (y + z^2 / 2) / n~   (Agresti & Coull 1998, The American
    Statistician 52:119). Not clipped: a limit below 0 or above 1 is what the formula says; who prints it, cuts it.

    >>> [round(float(limit), 3) for limit in agresti_coull(0, 3, confidence=0.8)]
    [-0.05, 0.404]
    """
    y, n = _counts(count, trials, confidence=confidence)
    z = sp.ndtri((1 + confidence) / 2)
    share = (y + z**2 / 2) / (n + z**2)
    reach = z * np.sqrt(share * (1 - share) / (n + z**2))
    return share - reach, share + reach


def beta_equal_tail(
    count: npt.ArrayLike, trials: npt.ArrayLike, *, prior: tuple[float, float] = (0.5, 0.5), confidence: float = 0.95
) -> tuple[Floats, Floats]:
    """Equal-tailed credible limits: as much posterior probability lies below the lower as above the upper one.

    Quantiles of Beta(a + y, b + n - y). The prior (0.5, 0.5) is that of Jeffreys (1946, Proceedings of the Royal
    Society A 186:453), (1, 1) the uniform one. No exception is made for y = 0 and y = n; of nobody, it is the prior.

    >>> [round(float(limit), 3) for limit in beta_equal_tail(0, 3, prior=(1, 1), confidence=0.9)]
    [0.013, 0.527]
    """
    y, n = _counts(count, trials, confidence=confidence)
    if min(prior) <= 0:
        raise ValueError(f"both parameters of a Beta prior must be above 0, not {prior}")
    a, b, tail = prior[0] + y, prior[1] + n - y, (1 - confidence) / 2
    return np.asarray(sp.betaincinv(a, b, tail)), np.asarray(sp.betaincinv(a, b, 1 - tail))


def _counts(count: npt.ArrayLike, trials: npt.ArrayLike, *, confidence: float) -> tuple[Floats, Floats]:
    y, n = np.broadcast_arrays(np.asarray(count, np.float64), np.asarray(trials, np.float64))
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must lie between 0 and 1, not {confidence}")
    if not np.all((y >= 0) & (y <= n)):
        raise ValueError("a count must lie between 0 and the number of trials")
    return y, n
