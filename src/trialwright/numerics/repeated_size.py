"""How many participants a mixed model for repeated measures needs when some leave before the last visit.

Of one arm, share r_j is still seen at visit j (r_1 >= r_2 >= ... >= r_J); R_j is the correlation of the first j visits.
The information on the means of all visits, for each participant, is

    I = sum over j of (r_j - r_{j+1}) [R_j^-1 0; 0 0],  r_{J+1} = 0

and phi = (I^-1)_JJ the variance of the mean at the last visit, in units of sd^2 / n: 1 when nobody leaves, at most
1/r_J, less the better early visits predict the last. With ratio = n1 / n2,

    n2 = (z_a + z_b)^2 (sd / (d - m))^2 (phi_1 / ratio + phi_2)       (Lu, Luo & Chen 2008, Int J Biostatistics 4(1):9)

Normal quantiles, covariance taken as known, missing at random.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import scipy.special as sp

from trialwright.numerics.arrays import Floats

Pattern = Literal["compound symmetry", "ar1"]


def visit_correlation(times: Sequence[float], *, correlation: float, pattern: Pattern) -> Floats:
    """The correlation of all visits, (J, J).

    ``compound symmetry``: the same between any two; ``ar1``: ``correlation`` to the power of the time between two
    visits over the mean time between neighbours.
    """
    at = np.asarray(times, np.float64)
    apart = np.abs(at[:, None] - at[None, :])
    if pattern == "compound symmetry":
        return np.where(apart == 0, 1.0, correlation)
    step = float(np.diff(at).mean()) if len(at) > 1 else 1.0
    return np.asarray(np.where(apart == 0, 1.0, np.power(correlation, apart / step)), np.float64)


def last_visit_variance(correlation: Floats, retained: Sequence[float]) -> float:
    """phi: the variance of the mean at the last visit over sd^2 / n, n all those randomised to the arm.

    ``correlation``: (J, J); ``retained``: share seen at each visit, above 0, never rising, (J,).

    >>> round(last_visit_variance(visit_correlation([1, 2], correlation=0.5, pattern="ar1"), [1.0, 0.8]), 4)
    1.1875
    """
    share = np.asarray(retained, np.float64)
    if share.shape != (len(correlation),) or not (share > 0).all() or (np.diff(share) > 0).any() or share[0] > 1:
        raise ValueError("the share retained must be given for each visit, above 0, at most 1, and never rise")
    information = np.zeros_like(correlation, dtype=np.float64)
    for last, leaving in enumerate(share - np.append(share[1:], 0.0), start=1):
        information[:last, :last] += leaving * np.linalg.inv(correlation[:last, :last])
    return float(np.linalg.inv(information)[-1, -1])


def repeated_means(
    difference: float,
    sd: float,
    *,
    spread: tuple[float, float],
    alpha: float,
    beta: float,
    ratio: float = 1.0,
    margin: float = 0.0,
) -> float:
    """Participants randomised in both groups, not rounded, to tell the means at the last visit apart.

    ``sd``: at the last visit within a group; ``spread``: phi of treatment and control; infinite without an effect.

    >>> phi = last_visit_variance(visit_correlation([1, 2, 3, 4], correlation=0.25, pattern="compound symmetry"),
    ...     [1, 0.9, 0.8, 0.7])
    >>> round(repeated_means(0.5, 1, spread=(phi, phi), alpha=0.025, beta=0.2), 1)
    174.0
    """
    if not (0 < alpha < 1 and 0 < beta < 1 and alpha + beta < 1 and ratio > 0 and sd > 0):
        raise ValueError("errors must be above 0 and together below 1; ratio and standard deviation above 0")
    if difference == margin:
        return float(np.inf)
    z = -sp.ndtri(alpha) - sp.ndtri(beta)
    control = (z * sd / (difference - margin)) ** 2 * (spread[0] / ratio + spread[1])
    return float(control * (1 + ratio))
