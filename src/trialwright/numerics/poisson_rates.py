"""Confidence and credible limits for an event rate per unit of exposure (participant-time)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import scipy.special as sp

from trialwright.numerics.arrays import Floats


def poisson_exact(events: npt.ArrayLike, exposure: npt.ArrayLike, *, confidence: float = 0.95) -> tuple[Floats, Floats]:
    """Two-sided exact limits for a rate: ``events`` in ``exposure`` units of time at risk, per unit of that time.

    lower = G(alpha/2; y) / T, upper = G(1 - alpha/2; y + 1) / T, G(.; k) the quantile of the Gamma distribution of
    shape k and rate 1; lower = 0 when y = 0   (Garwood 1936, Biometrika 28:437). Somebody must have been at risk:
    ValueError when an exposure is not above 0.

    >>> [round(float(limit), 3) for limit in poisson_exact(0, 10)]
    [0.0, 0.369]
    """
    y, time = _observed(events, exposure, confidence=confidence)
    tail = (1 - confidence) / 2
    lower = np.where(y > 0, sp.gammaincinv(np.maximum(y, 1), tail), 0.0)
    return lower / time, sp.gammaincinv(y + 1, 1 - tail) / time


def gamma_equal_tail(
    events: npt.ArrayLike, exposure: npt.ArrayLike, *, shape: float = 0.5, confidence: float = 0.95
) -> tuple[Floats, Floats]:
    """Equal-tailed credible limits for a rate: quantiles of Gamma(shape + y, rate T).

    Shape 0.5 (and no exposure of its own) is the prior of Jeffreys for a Poisson mean (Box & Tiao 1973, Bayesian
    Inference in Statistical Analysis, section 1.3). ValueError when an exposure is not above 0.

    >>> [round(float(limit), 3) for limit in gamma_equal_tail(2, 10)]
    [0.042, 0.642]
    """
    y, time = _observed(events, exposure, confidence=confidence)
    if not shape > 0:
        raise ValueError(f"the shape of a Gamma prior must be above 0, not {shape}")
    tail = (1 - confidence) / 2
    return sp.gammaincinv(y + shape, tail) / time, sp.gammaincinv(y + shape, 1 - tail) / time


def _observed(events: npt.ArrayLike, exposure: npt.ArrayLike, *, confidence: float) -> tuple[Floats, Floats]:
    y, time = np.broadcast_arrays(np.asarray(events, np.float64), np.asarray(exposure, np.float64))
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must lie between 0 and 1, not {confidence}")
    if not np.all((y >= 0) & (y < np.inf)):
        raise ValueError("a number of events must be 0 or more")
    if not np.all((time > 0) & (time < np.inf)):
        raise ValueError("a rate needs exposure above 0; of nobody at risk there is no rate")
    return y, time
