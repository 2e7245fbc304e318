"""How many participants a comparison of two rates of recurrent events needs: negative binomial counts.

A participant followed for time t has a count with mean m = rate t and variance m + k m^2. ``ratio`` is n1 / n2 of
treatment to control, ``alpha`` the error of one side. The Wald test of the log rate ratio has, for each control
participant, the variance

    V(r1, r2) = (1/r2 + 1/(ratio r1)) / t + k (1 + ratio) / ratio

and n2 = (z_a sqrt V0 + z_b sqrt V1)^2 / log(r1 / (r2 margin))^2, V1 at the rates assumed (Zhu & Lakkis 2014, Statistics
in Medicine 33:376). V0, under the null, is one of their three:

    control   both rates that of the control (method 1); superiority only
    own       the rates assumed: V0 = V1 (method 2), as a Wald test estimates it; the default
    pooled    both rates the mean rate (r2 + ratio r1) / (1 + ratio) (method 3); superiority only
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import scipy.special as sp

NullVariance = Literal["control", "own", "pooled"]


def two_count_rates(
    rate1: float,
    rate2: float,
    *,
    follow_up: float,
    dispersion: float,
    alpha: float,
    beta: float,
    ratio: float = 1.0,
    margin: float = 1.0,
    null: NullVariance = "own",
) -> float:
    """Participants in both groups, not rounded, to tell two rates apart or to show their ratio beyond a margin.

    ``rate1``, ``rate2``: events per unit of time, treatment and control; ``follow_up``: mean time of a participant;
    ``dispersion``: k; ``margin``: the rate ratio under the null. Raises ValueError for what cannot be meant.

    >>> round(two_count_rates(10, 5, follow_up=1, dispersion=0.5, alpha=0.025, beta=0.2) / 2, 5)
    21.23734
    """
    if not (0 < alpha < 1 and 0 < beta < 1 and alpha + beta < 1 and min(rate1, rate2, follow_up, ratio, margin) > 0):
        raise ValueError("errors must be above 0 and together below 1; rates, time, ratio and margin above 0")
    if dispersion < 0 or (margin != 1 and null != "own"):
        raise ValueError("the dispersion must be 0 or more, and a margin goes with the rates' own variance")
    pooled = (rate2 + ratio * rate1) / (1 + ratio)
    under_null = {"control": (rate2, rate2), "own": (rate1, rate2), "pooled": (pooled, pooled)}[null]
    told = {"follow_up": follow_up, "dispersion": dispersion, "ratio": ratio}
    null_sd, sd = (np.sqrt(log_ratio_variance(*rates, **told)) for rates in (under_null, (rate1, rate2)))
    gap = np.log(rate1 / (rate2 * margin))
    if gap == 0:
        return float(np.inf)
    control = ((-sp.ndtri(alpha) * null_sd - sp.ndtri(beta) * sd) / gap) ** 2
    return float(control * (1 + ratio))


def log_ratio_variance(rate1: float, rate2: float, *, follow_up: float, dispersion: float, ratio: float) -> float:
    """The variance of the log rate ratio, times the number of control participants."""
    return (1 / rate2 + 1 / (ratio * rate1)) / follow_up + dispersion * (1 + ratio) / ratio
