"""Several treatments against one control: the joint distribution of their statistics, Dunnett's bound, joint power.

Z_i compares treatment i with the control; r_i participants for each one of the control. The Z_i share the control, so
cor(Z_i, Z_j) = l_i l_j, l_i = sqrt(r_i / (1 + r_i)), and given one normal x they are independent:

    P(a_i < Z_i <= b_i for all i) = integral of phi(x) prod_i [Phi((b_i - s_i - l_i x) / sqrt(1 - l_i^2)) - Phi((a_i -
    ...)] dx,  s_i the mean of Z_i                                            (Dunnett 1955, J Am Stat Assoc 50:1096)

Gauss-Legendre over +- 9 standard deviations, 32 panels of 16 nodes: error below 1e-12 (tests: a dense grid and
scipy's multivariate normal). Normal, so for known or well-estimated variances.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import scipy.optimize as so
import scipy.special as sp

from trialwright.numerics.arrays import Floats

REACH, PANELS = 9.0, 32
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(16)
_HALF = REACH / PANELS
AT: Floats = ((2 * np.arange(PANELS) + 1 - PANELS)[:, None] * _HALF + _HALF * _NODES).ravel()
MASS: Floats = np.tile(_HALF * _WEIGHTS, PANELS) * np.exp(-0.5 * AT**2) / np.sqrt(2 * np.pi)


def all_within(
    low: npt.ArrayLike, high: npt.ArrayLike, *, ratios: Sequence[float], shifts: npt.ArrayLike = 0.0
) -> float:
    """The probability that every statistic lies between its bounds.

    ``low``, ``high``: one for each treatment or one for all, infinite where there is none; ``ratios``: r_i, (K,);
    ``shifts``: the mean of each statistic.

    >>> round(all_within(-np.inf, 1.9163, ratios=[1, 1]), 4)
    0.95
    """
    r = np.asarray(ratios, np.float64)
    if not (len(r) > 0 and (r > 0).all()):
        raise ValueError("every treatment needs a ratio above 0")
    load = np.sqrt(r / (1 + r))[:, None]
    mean = np.broadcast_to(np.asarray(shifts, np.float64), r.shape)[:, None]
    bounds = (np.broadcast_to(np.asarray(side, np.float64), r.shape)[:, None] for side in (low, high))
    under, over = (sp.ndtr((bound - mean - load * AT) / np.sqrt(1 - load**2)) for bound in bounds)
    return float(np.prod(over - under, axis=0) @ MASS)


def dunnett_bound(alpha: float, *, ratios: Sequence[float], two_sided: bool = False) -> float:
    """The bound that any statistic passes with probability ``alpha`` when no treatment has an effect.

    ``alpha``: of all treatments together, both sides together when ``two_sided``.

    >>> round(dunnett_bound(0.05, ratios=[1, 1]), 3), round(dunnett_bound(0.05, ratios=[1, 1, 1], two_sided=True), 3)
    (1.916, 2.349)
    """
    if not 0 < alpha < 1:
        raise ValueError("alpha must lie between 0 and 1")

    def excess(bound: float) -> float:
        return 1 - all_within(-bound if two_sided else -np.inf, bound, ratios=ratios) - alpha

    return float(so.brentq(excess, 1e-6 if two_sided else -8.0, 12.0, xtol=1e-12))


def power_any(bounds: npt.ArrayLike, *, ratios: Sequence[float], shifts: npt.ArrayLike) -> float:
    """The probability that at least one treatment is shown: some statistic above its bound."""
    return 1 - all_within(-np.inf, bounds, ratios=ratios, shifts=shifts)


def power_all(bounds: npt.ArrayLike, *, ratios: Sequence[float], shifts: npt.ArrayLike) -> float:
    """The probability that every treatment is shown: all statistics above their bounds."""
    return all_within(bounds, np.inf, ratios=ratios, shifts=shifts)
