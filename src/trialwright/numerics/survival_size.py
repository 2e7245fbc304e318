"""How many events, and how many participants until they are seen, a comparison of two times to an event needs.

``alpha`` is the error of one side, ``ratio`` n1 / n2 of treatment to control, ``hazard_ratio`` treatment over control.
Survival is exponential, accrual uniform over R, everybody is followed until T = R + the least follow-up; leaving early
is exponential with hazard e in both groups:

    P(event; h) = h / (h + e) (1 - (exp(-(h + e) (T - R)) - exp(-(h + e) T)) / ((h + e) R))

    Schoenfeld      events = (1 + r)^2 / r ((z_a + z_b) / log(hr / margin))^2         Schoenfeld 1981, Biometrika 68:316
    Freedman        events = (1 + r hr)^2 / (r (1 - hr)^2) (z_a + z_b)^2    Freedman 1982, Statistics in Medicine 1:121
    Lachin-Foulkes  n = ((z_a s0 + z_b s1) / log hr)^2, s1^2 = 1 / (w1 P(h1)) + 1 / (w2 P(h2)), s0^2 the same at the
                    common hazard w1 h1 + w2 h2; w the shares of the groups

differs from Lachin & Foulkes 1986, Biometrics 42:507: the effect is the log hazard ratio, not the difference of
hazards, as in the tool of references/gsdesign_sample_size. All answers are not rounded.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import scipy.special as sp

from trialwright.numerics.arrays import Floats


class Followed(NamedTuple):
    """How participants come and are followed; one unit of time throughout."""

    accrual: float  # duration of uniform accrual; 0: everybody on one day
    follow_up: float  # from the last entry to the end
    dropout: float = 0.0  # hazard of leaving without the event


class Needed(NamedTuple):
    """Events and participants, both groups together."""

    events: float
    participants: float


def event_probability(hazard: npt.ArrayLike, followed: Followed) -> Floats:
    """How probably a participant's event is seen by the end, for each hazard per unit of time.

    >>> event_probability([0.1], Followed(accrual=0, follow_up=10)).round(6).tolist()
    [0.632121]
    """
    rate = np.asarray(hazard, np.float64)
    every = rate + followed.dropout
    mean = np.exp(-every * followed.follow_up) * sp.exprel(-every * followed.accrual)
    return np.asarray(rate / every * (1 - mean), np.float64)


def schoenfeld_events(
    hazard_ratio: float, *, alpha: float, beta: float, ratio: float = 1.0, margin: float = 1.0
) -> float:
    """Events for the log-rank test, by the log hazard ratio; ``margin``: the hazard ratio under the null.

    >>> round(schoenfeld_events(0.6, alpha=0.025, beta=0.2), 4)
    120.3157
    """
    _check(hazard_ratio / margin, alpha=alpha, beta=beta, ratio=ratio)
    return float((1 + ratio) ** 2 / ratio * (_both(alpha, beta) / np.log(hazard_ratio / margin)) ** 2)


def freedman_events(hazard_ratio: float, *, alpha: float, beta: float, ratio: float = 1.0) -> float:
    """Events for the log-rank test, by its expectation under proportional hazards."""
    _check(hazard_ratio, alpha=alpha, beta=beta, ratio=ratio)
    return float(((1 + ratio * hazard_ratio) / (1 - hazard_ratio) * _both(alpha, beta)) ** 2 / ratio)


def participants_for(
    events: float, *, control_hazard: float, hazard_ratio: float, followed: Followed, ratio: float = 1.0
) -> float:
    """Participants among whom this many events are expected by the end."""
    return events / _mean_probability(control_hazard, hazard_ratio, followed=followed, ratio=ratio)


def lachin_foulkes(
    hazard_ratio: float, *, control_hazard: float, followed: Followed, alpha: float, beta: float, ratio: float = 1.0
) -> Needed:
    """Events and participants with the variance at the common hazard under the null."""
    _check(hazard_ratio, alpha=alpha, beta=beta, ratio=ratio)
    shares = np.array([ratio, 1.0]) / (1 + ratio)
    hazards = np.array([hazard_ratio, 1.0]) * control_hazard
    common = np.full(2, shares @ hazards)
    null, true = (np.sqrt((1 / (shares * event_probability(at, followed))).sum()) for at in (common, hazards))
    n = float(((-sp.ndtri(alpha) * null - sp.ndtri(beta) * true) / np.log(hazard_ratio)) ** 2)
    return Needed(n * _mean_probability(control_hazard, hazard_ratio, followed=followed, ratio=ratio), n)


def _mean_probability(control_hazard: float, hazard_ratio: float, *, followed: Followed, ratio: float) -> float:
    treated, control = event_probability(np.array([hazard_ratio, 1.0]) * control_hazard, followed)
    return float((ratio * treated + control) / (1 + ratio))


def _both(alpha: float, beta: float) -> float:
    return float(-sp.ndtri(alpha) - sp.ndtri(beta))


def _check(hazard_ratio: float, *, alpha: float, beta: float, ratio: float) -> None:
    if not (0 < alpha < 1 and 0 < beta < 1 and alpha + beta < 1):
        raise ValueError("alpha and beta must be above 0, and together below 1")
    if not (ratio > 0 and hazard_ratio > 0 and hazard_ratio != 1):
        raise ValueError("the ratio of the groups must be above 0, the hazard ratio above 0 and not 1")
