"""What a group-sequential trial says: while it runs (conditional and predictive power) and when it has stopped.

The statistic at look k is Z_k ~ N(drift sqrt(I_k), 1) as in ``group_sequential``; s = z sqrt(I_k) is its score.

Conditional power (Lan, Simon & Halperin 1982, Communications in Statistics C 1:207): given s at information I, the
scores to come less s are those of a new trial with the information I_j - I and the bounds

    (bound_j sqrt(I_j) - s) / sqrt(I_j - I)

so it is a crossing probability again. Predictive power (Spiegelhalter, Freedman & Blackburn 1986, Controlled Clinical
Trials 7:8) averages it over the posterior of the drift, normal with precision 1 / sd^2 + I and mean (mean / sd^2 + s) /
precision; without a prior, mean z / sqrt(I) and variance 1 / I.

Stage-wise order (Armitage 1957, Biometrika 44:9; Fairbanks & Madsen 1982, Biometrika 69:69; Tsiatis, Rosner & Mehta
1984, Biometrics 40:797): an end at (k, z) is exceeded by every stop above before k and by every Z_k beyond z, so

    p(drift) = sum over j < k of P(stop above at j) + P(not stopped before k, Z_k >= z)

p(0) is the one-sided p-value; it rises with the drift, and p = 1/2 gives the median-unbiased estimate, p = level and
p = 1 - level the limits of a confidence interval. It needs no bounds after k and does not depend on looks not taken.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import scipy.optimize as so
import scipy.special as sp

from trialwright.numerics.arrays import Floats
from trialwright.numerics.group_sequential import NODES, PANEL, REACH, WEIGHTS, crossing


class Seen(NamedTuple):
    """What one look has shown: the statistic on the z scale at this information."""

    z: float
    information: float


class Prior(NamedTuple):
    """A normal prior of the drift."""

    mean: float
    sd: float


class Estimate(NamedTuple):
    """The median-unbiased drift with the limits of its interval, per unit of information; p one-sided."""

    p_value: float
    median_unbiased: float
    low: float
    high: float


def conditional_power(
    seen: Seen, information: npt.ArrayLike, *, lower: npt.ArrayLike, upper: npt.ArrayLike, drifts: npt.ArrayLike
) -> Floats:
    """How probably the trial still stops above, given what one look has shown, for each true drift, (D,).

    ``information``, ``lower``, ``upper``: of the looks to come, (J,), all beyond the information seen. The current
    trend is the drift z / sqrt(information). Error as ``crossing``.
    """
    times = np.asarray(information, np.float64)
    if not times[0] > seen.information > 0:
        raise ValueError("the looks to come must have more information than the one seen, which must have some")
    score, more = seen.z * np.sqrt(seen.information), times - seen.information
    below, above = (
        (np.asarray(bounds, np.float64) * np.sqrt(times) - score) / np.sqrt(more) for bounds in (lower, upper)
    )
    return np.asarray(crossing(more, lower=below, upper=above, drifts=drifts).upper.sum(axis=1), np.float64)


def predictive_power(
    seen: Seen, information: npt.ArrayLike, *, lower: npt.ArrayLike, upper: npt.ArrayLike, prior: Prior | None = None
) -> float:
    """How probably the trial still stops above, averaged over what is believed of the drift.

    As ``conditional_power``; ``prior``: None for a flat one. Quadrature on panels, error below 1e-9.
    """
    believed = posterior(seen, prior)
    ahead = float(np.asarray(information, np.float64)[-1]) - seen.information
    drifts, weight = _averaging(believed, ahead)
    return float(weight @ conditional_power(seen, information, lower=lower, upper=upper, drifts=drifts))


def assurance(information: npt.ArrayLike, *, lower: npt.ArrayLike, upper: npt.ArrayLike, prior: Prior) -> float:
    """How probably the trial stops above, averaged over what is believed of the drift before it starts.

    The unconditional probability of success (O'Hagan, Stevens & Campbell 2005, Pharmaceutical Statistics 4:187); with
    one look at z: Phi((mean sqrt(I) - z) / sqrt(1 + I sd^2)). Quadrature on panels, error below 1e-9.

    >>> round(assurance([1.0], lower=[float("-inf")], upper=[1.96], prior=Prior(1.96, 1.0)), 6)
    0.5
    """
    drifts, weight = _averaging(prior, float(np.asarray(information, np.float64)[-1]))
    return float(weight @ crossing(information, lower=lower, upper=upper, drifts=drifts).upper.sum(axis=1))


def _averaging(believed: Prior, ahead: float) -> tuple[Floats, Floats]:
    """Drifts and weights that average a power over a normal belief; ``ahead``: the information still to come."""
    count = int(np.ceil(2 * REACH * max(1.0, believed.sd * np.sqrt(ahead)) / PANEL))
    half = REACH / count
    at = (half * (2 * np.arange(count) + 1)[:, None] - REACH + half * NODES).ravel()
    weight = np.tile(half * WEIGHTS, count) * np.exp(-0.5 * at**2) / np.sqrt(2 * np.pi)
    return believed.mean + believed.sd * at, weight


def posterior(seen: Seen, prior: Prior | None = None) -> Prior:
    """What is believed of the drift after a look, from a normal prior or a flat one."""
    score = seen.z * np.sqrt(seen.information)
    if prior is None:
        return Prior(float(score / seen.information), float(1 / np.sqrt(seen.information)))
    precision = prior.sd**-2 + seen.information
    return Prior(float((prior.mean * prior.sd**-2 + score) / precision), float(precision**-0.5))


def stagewise_p(
    z: float, information: npt.ArrayLike, *, lower: npt.ArrayLike, upper: npt.ArrayLike, drifts: npt.ArrayLike = 0.0
) -> Floats:
    """How probably an end at least as good is seen, in the stage-wise order, for each true drift, (D,).

    ``z``: the statistic at the look that ended the trial; ``information``: of the looks up to that one, (k,);
    ``lower``, ``upper``: the bounds before that one, (k - 1,). At drift 0 it is the one-sided p-value. It is uniform
    when the lower bounds are followed. Where they are not binding, leave them out (minus infinity): then the p-value is
    at most the error of the design just when the trial stopped above, and estimates err, if at all, downwards.

    >>> float(stagewise_p(1.96, [1.0], lower=[], upper=[]).round(4)[0])
    0.025
    """
    below = np.append(np.asarray(lower, np.float64), -np.inf)
    above = np.append(np.asarray(upper, np.float64), z)
    return np.asarray(crossing(information, lower=below, upper=above, drifts=drifts).upper.sum(axis=1), np.float64)


def stagewise_estimate(
    z: float, information: npt.ArrayLike, *, lower: npt.ArrayLike, upper: npt.ArrayLike, level: float = 0.025
) -> Estimate:
    """The p-value, the median-unbiased drift and the interval with ``level`` outside on each side.

    As ``stagewise_p``. With ``level`` the one-sided error of the design and its lower bounds binding or left out, the
    lower limit is above 0 just when the trial stopped above. Roots to 1e-12.
    """
    if not 0 < level < 0.5:
        raise ValueError("the level of one side must lie between 0 and one half")
    times = np.asarray(information, np.float64)
    middle, reach = z / np.sqrt(times[-1]), (abs(z) + 2 * REACH) / np.sqrt(times[0])

    def beyond(drift: float, wanted: float) -> float:
        return float(stagewise_p(z, times, lower=lower, upper=upper, drifts=drift)[0]) - wanted

    low, median, high = (
        float(so.brentq(beyond, middle - reach, middle + reach, args=(wanted,), xtol=1e-12, rtol=1e-14))
        for wanted in (level, 0.5, 1 - level)
    )
    return Estimate(beyond(0.0, 0.0), median, low, high)


def current_trend(seen: Seen) -> float:
    """The drift that the look itself suggests: z / sqrt(information)."""
    return float(seen.z / np.sqrt(seen.information))


def predictive_power_at_end(seen: Seen, last: Seen) -> float:
    """Predictive power with a flat prior and one look to come, whose critical value is ``last.z``, in closed form.

    Phi((z sqrt(I_K) - c sqrt(I)) / sqrt(I_K - I)), I the information seen and c the critical value at I_K.
    """
    ahead = last.information - seen.information
    return float(sp.ndtr((seen.z * np.sqrt(last.information) - last.z * np.sqrt(seen.information)) / np.sqrt(ahead)))
