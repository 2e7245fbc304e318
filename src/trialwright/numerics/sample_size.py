"""How many participants a comparison needs: means and rates, one group or two, superiority and non-inferiority.

``alpha`` is the error of one side (half the level of a two-sided test), ``beta`` the probability of missing the effect,
``ratio`` n1 / n2 of group 1 (treatment) to group 2 (control). Every answer is the total, not rounded: round each group
up. Only the direction of the effect counts as success. With z_a, z_b upper normal quantiles:

    two rates   n1 = (z_a s0 + z_b s1)^2 / (p1 - p2 - m)^2, s1^2 = p1 q1 + r p2 q2, s0 the same at the rates nearest to
                p1 and p2 (maximum likelihood) that differ by m (Farrington & Manning 1990, Statistics in Medicine
                9:1447, appendix); at m = 0 both are the pooled rate. No continuity correction
    risk ratio  n1 = (z_a s0 + z_b s1)^2 / (p1 - f p2)^2, s1^2 = p1 q1 + r f^2 p2 q2, s0 the same at the most likely
                rates with p1 = f p2, f the ratio under the null (Farrington & Manning 1990, the same appendix)
    odds ratio  n1 = (z_a + z_b)^2 (1 / (p1 q1) + r / (p2 q2)) / (logit p1 - logit p2 - log f)^2, the Wald test of the
                log odds ratio (Wang, Chow & Li 2002, J Biopharm Statistics)
    two means   n = (1 + r)^2 / r (s / (d - m))^2 (z_a + z_b)^2; sd estimated: the n at which the noncentral t with
                n - 2 degrees of freedom exceeds its critical value with probability 1 - beta
    one group   the same with one variance: s^2 at p0 under the null and at p1 under the alternative
    exact rate  critical counts and power by the binomial distribution (``one_rate_exact``)

A group-sequential trial needs the fixed number times the inflation of its boundaries.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import scipy.optimize as so
import scipy.special as sp

from trialwright.numerics.arrays import Floats

LARGE_SHIFT = 30.0  # a noncentrality from which exp(-d^2 / 2) is lost below the least number
NODES, WEIGHTS = (9 * part for part in np.polynomial.legendre.leggauss(60))  # of a standard normal, to 9
ROUNDING = 1e-12  # an error probability this close to its bound keeps it


class ExactRate(NamedTuple):
    """One group, exact: declare success above ``limit`` responses of ``n``."""

    n: int
    limit: int
    alpha: float
    power: float


def two_rates(
    p1: npt.ArrayLike, p2: npt.ArrayLike, *, alpha: float, beta: float, ratio: float = 1.0, margin: float = 0.0
) -> Floats:
    """Participants in both groups to tell two rates apart, or to show p1 - p2 beyond a margin.

    ``p1``, ``p2``: expected rates, of one shape; ``margin``: the difference under the null, so that -0.1 asks whether
    group 1 is at most 0.1 worse where high is good. Answers the total, of the same shape; infinite without an effect.

    >>> round(float(two_rates(0.5, 0.3, alpha=0.025, beta=0.2)), 4)
    185.9977
    """
    rate1, rate2 = np.broadcast_arrays(np.asarray(p1, np.float64), np.asarray(p2, np.float64))
    _check(alpha=alpha, beta=beta, ratio=ratio)
    null1, null2 = rates_under_null(rate1, rate2, ratio=ratio, margin=margin)
    null = np.sqrt(_variance(null1) + ratio * _variance(null2))
    true = np.sqrt(_variance(rate1) + ratio * _variance(rate2))
    n1 = _squared(_z(alpha) * null + _z(beta) * true, rate1 - rate2 - margin)
    return np.asarray(n1 * (1 + 1 / ratio), np.float64)


def rates_under_null(p1: Floats, p2: Floats, *, ratio: float, margin: float) -> tuple[Floats, Floats]:
    """The most likely rates that differ by the margin, when those expected are p1 and p2.

    Farrington & Manning 1990, appendix: the root of a cubic, by its trigonometric form; theta = n2 / n1.
    """
    theta = 1 / ratio
    if margin == 0:
        pooled = (p1 + theta * p2) / (1 + theta)
        return pooled, pooled
    a = 1 + theta
    b = -(1 + theta + p1 + theta * p2 + margin * (theta + 2))
    c = margin**2 + margin * (2 * p1 + theta + 1) + p1 + theta * p2
    d = -p1 * margin * (1 + margin)
    v = b**3 / (3 * a) ** 3 - b * c / (6 * a**2) + d / (2 * a)
    u = np.where(v < 0, -1.0, 1.0) * np.sqrt(np.maximum(b**2 / (3 * a) ** 2 - c / (3 * a), 0))
    cosine = np.divide(v, u**3, out=np.zeros_like(np.asarray(v)), where=u != 0)
    w = (np.pi + np.arccos(np.clip(cosine, -1, 1))) / 3
    null1 = np.clip(2 * u * np.cos(w) - b / (3 * a), max(0.0, margin), min(1.0, 1 + margin))
    return null1, null1 - margin


def risk_ratio(
    p1: npt.ArrayLike, p2: npt.ArrayLike, *, alpha: float, beta: float, ratio: float = 1.0, margin: float = 1.0
) -> Floats:
    """Participants in both groups to show a ratio of two rates beyond ``margin``; as ``two_rates``.

    >>> round(float(risk_ratio(0.5, 0.3, alpha=0.025, beta=0.2)), 4)
    185.9977
    """
    rate1, rate2 = np.broadcast_arrays(np.asarray(p1, np.float64), np.asarray(p2, np.float64))
    _check(alpha=alpha, beta=beta, ratio=ratio, sd=margin)
    null1, null2 = rates_under_ratio(rate1, rate2, ratio=ratio, margin=margin)
    null, true = (
        np.sqrt(_variance(one) + ratio * margin**2 * _variance(two)) for one, two in ((null1, null2), (rate1, rate2))
    )
    n1 = _squared(_z(alpha) * null + _z(beta) * true, rate1 - margin * rate2)
    return np.asarray(n1 * (1 + 1 / ratio), np.float64)


def rates_under_ratio(p1: Floats, p2: Floats, *, ratio: float, margin: float) -> tuple[Floats, Floats]:
    """The most likely rates with p1 = margin p2: the smaller root of a quadratic in p1, theta = n2 / n1."""
    theta = 1 / ratio
    a, c = 1 + theta, margin * (p1 + theta * p2)
    b = -(margin * (1 + theta * p2) + theta + p1)
    null1 = (-b - np.sqrt(np.maximum(b**2 - 4 * a * c, 0))) / (2 * a)
    return np.asarray(null1, np.float64), np.asarray(null1 / margin, np.float64)


def odds_ratio(
    p1: npt.ArrayLike, p2: npt.ArrayLike, *, alpha: float, beta: float, ratio: float = 1.0, margin: float = 1.0
) -> Floats:
    """Participants in both groups to show an odds ratio of two rates beyond ``margin``; as ``two_rates``.

    >>> round(float(odds_ratio(0.4, 0.25, alpha=0.025, beta=0.2)), 1)
    310.4
    """
    rate1, rate2 = np.broadcast_arrays(np.asarray(p1, np.float64), np.asarray(p2, np.float64))
    _check(alpha=alpha, beta=beta, ratio=ratio, sd=margin)
    spread = np.sqrt(1 / _variance(rate1) + ratio / _variance(rate2))
    gap = sp.logit(rate1) - sp.logit(rate2) - np.log(margin)
    return np.asarray(_squared((_z(alpha) + _z(beta)) * spread, gap) * (1 + 1 / ratio), np.float64)


def one_rate(p0: npt.ArrayLike, p1: npt.ArrayLike, *, alpha: float, beta: float) -> Floats:
    """Participants to tell the rate of one group from p0, by the normal approximation; infinite without an effect."""
    null, true = np.broadcast_arrays(np.asarray(p0, np.float64), np.asarray(p1, np.float64))
    _check(alpha=alpha, beta=beta)
    return _squared(_z(alpha) * np.sqrt(_variance(null)) + _z(beta) * np.sqrt(_variance(true)), true - null)


def one_rate_exact(
    p0: float, p1: float, *, alpha: float, beta: float, stays: bool = False, n_max: int = 2000
) -> ExactRate | None:
    """Participants to tell the rate of one group from p0 by the exact binomial test; None: more than ``n_max``.

    Power saws up and down with n. The answer is the least n that reaches it; with ``stays`` the least from which on
    every n up to ``n_max`` does. For p1 < p0 failures are counted instead, and ``limit`` is one of failures.
    """
    _check(alpha=alpha, beta=beta)
    if p1 < p0:
        p0, p1 = 1 - p0, 1 - p1
    n = np.arange(1, n_max + 1)
    limit = exact_limits(n, p0, alpha=alpha)
    reached = binomial_above(limit, n, p=p1) >= 1 - beta - ROUNDING
    if not reached.any() or (stays and not reached[-1]):
        return None
    at = int(np.flatnonzero(~reached)[-1] + 1) if stays and not reached.all() else int(np.argmax(reached))
    size, most = int(n[at]), int(limit[at])
    return ExactRate(size, most, float(binomial_above(most, size, p=p0)), float(binomial_above(most, size, p=p1)))


def exact_limits(n: npt.ArrayLike, p0: float, *, alpha: float) -> npt.NDArray[np.int64]:
    """The least r for each n with P(Bin(n, p0) > r) <= alpha; it is n where only that never rejects."""
    size = np.asarray(n, np.int64)
    low, high = np.full(size.shape, -1), size.copy()  # above ``low`` too often, above ``high`` never
    while (high - low > 1).any():
        middle = (low + high) // 2
        fine = binomial_above(middle, size, p=p0) <= alpha + ROUNDING
        low, high = np.where(fine, low, middle), np.where(fine, middle, high)
    return high


def binomial_above(limit: npt.ArrayLike, n: npt.ArrayLike, *, p: float) -> Floats:
    """P(Bin(n, p) > limit): the incomplete beta function I_p(limit + 1, n - limit); 1 below 0, 0 from n on."""
    r, size = np.broadcast_arrays(np.asarray(limit, np.float64), np.asarray(n, np.float64))
    inside = (r >= 0) & (r < size)
    tail = sp.betainc(np.where(inside, r + 1, 1), np.where(inside, size - r, 1), p)
    return np.asarray(np.where(inside, tail, np.where(r < 0, 1.0, 0.0)), np.float64)


def two_means(
    difference: float,
    sd: float,
    *,
    alpha: float,
    beta: float,
    ratio: float = 1.0,
    margin: float = 0.0,
    sd_known: bool = True,
) -> float:
    """Participants in both groups to tell two means apart, or to show a difference beyond a margin.

    ``sd``: of one participant in either group, in the unit of ``difference``; ``sd_known``: normal quantiles, otherwise
    the noncentral t, with one degree of freedom at least. Direction is that of ``difference - margin``; infinite
    without an effect.

    >>> round(two_means(0.3, 1, alpha=0.025, beta=0.2), 4)
    348.8391
    """
    _check(alpha=alpha, beta=beta, ratio=ratio, sd=sd)
    return _of_mean(
        abs(difference - margin) / sd * np.sqrt(ratio) / (1 + ratio), 2, alpha=alpha, beta=beta, known=sd_known
    )


def one_mean(difference: float, sd: float, *, alpha: float, beta: float, sd_known: bool = True) -> float:
    """Participants to tell the mean of one group from a fixed value; as ``two_means``."""
    _check(alpha=alpha, beta=beta, sd=sd)
    return _of_mean(abs(difference) / sd, 1, alpha=alpha, beta=beta, known=sd_known)


def t_power(n: float, *, effect: float, groups: int, alpha: float) -> float:
    """P(T > t_{1-alpha}) with n - groups degrees of freedom and noncentrality effect sqrt(n).

    T = (Z + d) / s: for a large d, whose series start at exp(-d^2 / 2), the chi-square probability of s < (Z + d) / t
    is averaged over the normal Z instead.
    """
    freedom, shift = n - groups, float(effect * np.sqrt(n))
    critical = float(-sp.stdtrit(freedom, alpha))
    if shift <= LARGE_SHIFT:
        return float(1 - sp.nctdtr(freedom, shift, critical))
    if critical <= 0:
        return 1.0
    below = sp.gammainc(freedom / 2, freedom / 2 * ((shift + NODES) / critical) ** 2)
    return min(1.0, float(WEIGHTS @ (below * np.exp(-(NODES**2) / 2)) / np.sqrt(2 * np.pi)))


def _of_mean(effect: float, groups: int, *, alpha: float, beta: float, known: bool) -> float:
    if effect == 0:
        return np.inf
    normal = float(((_z(alpha) + _z(beta)) / effect) ** 2)
    if known:
        return normal
    least, most = groups + 1.0, 2 * normal + groups + 1000  # at least one degree of freedom

    def missing(n: float) -> float:
        return t_power(n, effect=effect, groups=groups, alpha=alpha) - (1 - beta)

    return least if missing(least) >= 0 else float(so.brentq(missing, least, most, xtol=1e-9, rtol=1e-13))


def _z(upper: float) -> float:
    return float(-sp.ndtri(upper))


def _variance(p: Floats) -> Floats:
    return np.asarray(p * (1 - p), np.float64)


def _squared(above: Floats, below: Floats) -> Floats:
    """(above / below)^2, infinite where there is nothing below."""
    quotient = np.divide(above, below, out=np.full(np.shape(below), np.inf), where=np.asarray(below) != 0)
    return np.asarray(quotient**2, np.float64)


def _check(*, alpha: float, beta: float, ratio: float = 1.0, sd: float = 1.0) -> None:
    if not (0 < alpha < 1 and 0 < beta < 1 and alpha + beta < 1):
        raise ValueError("alpha and beta must be above 0, and together below 1")
    if not (ratio > 0 and sd > 0):
        raise ValueError("the ratio of the groups and the standard deviation must be above 0")
