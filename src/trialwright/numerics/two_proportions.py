"""Two independent proportions: tests and intervals for their difference, and the conditional odds ratio.

Everywhere ``first`` and ``second`` are (count, of): so many of so many, of one arm each. None means that there is no
such number: nobody in an arm, or the same outcome for everybody.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import scipy.optimize as so
import scipy.special as sp

from trialwright.numerics.arrays import Floats
from trialwright.numerics.intervals import wilson

Share = tuple[int, int]  # so many of so many
SLACK = 1e-7  # tables this close, relative to the observed one, are equally probable: they differ by rounding alone


def fisher_exact(first: Share, second: Share) -> tuple[float, float] | None:
    """Exact two-sided p, and exact p for "the first share is higher", given both margins.

    Two-sided: the sum over all tables that are no more probable than the one observed (Fisher 1935, Journal of the
    Royal Statistical Society 98:39; Freeman & Halton 1951). None when an arm is empty.

    >>> [round(p, 4) for p in fisher_exact((5, 5), (0, 5))]
    [0.0079, 0.004]
    """
    if _empty(first, second):
        return None
    counts, log_weight = _tables(first, second)
    share = np.exp(log_weight - sp.logsumexp(log_weight))
    observed = share[counts == first[0]][0]
    two_sided = share[share <= observed * (1 + SLACK)].sum()
    return min(1.0, float(two_sided)), min(1.0, float(share[counts >= first[0]].sum()))


def conditional_odds_ratio(first: Share, second: Share) -> float | None:
    """Odds ratio that maximises the conditional likelihood: the mean of the noncentral hypergeometric is what was seen.

    Root of E(X; psi) = x, P(x; psi) proportional to C(n1, x) C(n2, t - x) psi^x   (Cornfield 1956; Breslow & Day
    1980). 0 when the first count is as low as the margins allow; None when it is as high (the ratio is infinite),
    when the margins leave one table only, or when an arm is empty.

    >>> round(conditional_odds_ratio((7, 13), (1, 12)), 3), conditional_odds_ratio((5, 5), (0, 5))
    (11.526, None)
    """
    counts, log_weight = _tables(first, second)
    if _empty(first, second) or len(counts) == 1 or first[0] == counts[-1]:
        return None
    if first[0] == counts[0]:
        return 0.0

    def excess(log_ratio: float) -> float:
        log_share = log_weight + counts * log_ratio
        return float((np.exp(log_share - sp.logsumexp(log_share)) * counts).sum() - first[0])

    reach = 1.0
    while excess(-reach) > 0 or excess(reach) < 0:
        reach *= 2
    return math.exp(so.brentq(excess, -reach, reach, xtol=1e-12, rtol=1e-14))


def chi_square(first: Share, second: Share) -> float | None:
    """Pearson's chi-square p with one degree of freedom and no continuity correction.

    (p1 - p2)^2 / (p (1 - p) (1/n1 + 1/n2))   (Pearson 1900). None when an arm is empty or everybody has one outcome.

    >>> round(chi_square((5, 5), (0, 5)), 5)
    0.00157
    """
    total, of = first[0] + second[0], first[1] + second[1]
    if _empty(first, second) or total in (0, of):
        return None
    gap, pooled = first[0] / first[1] - second[0] / second[1], total / of
    return float(sp.chdtrc(1, gap**2 / (pooled * (1 - pooled) * (1 / first[1] + 1 / second[1]))))


def newcombe(first: Share, second: Share, *, confidence: float = 0.95) -> tuple[float, float] | None:
    """Limits for the difference of two shares, put together from the score limits of each.

    d - sqrt((p1 - l1)^2 + (u2 - p2)^2) to d + sqrt((u1 - p1)^2 + (p2 - l2)^2), l and u after Wilson   (Newcombe 1998,
    Statistics in Medicine 17:873, method 10). None when an arm is empty.

    >>> [round(limit, 4) for limit in newcombe((56, 70), (48, 80))]
    [0.0524, 0.3339]
    """
    if _empty(first, second):
        return None
    one, two = first[0] / first[1], second[0] / second[1]
    (low_one, high_one), (low_two, high_two) = (wilson(*share, confidence=confidence) for share in (first, second))
    down, up = math.hypot(one - low_one, high_two - two), math.hypot(high_one - one, two - low_two)
    return one - two - down, one - two + up


def miettinen_nurminen(first: Share, second: Share, *, confidence: float = 0.95) -> tuple[float, float] | None:
    """Limits for the difference of two shares by the score: differences that a chi-square test would not reject.

    (p1 - p2 - d)^2 / V(d) = z^2, V(d) = (q1 (1 - q1) / n1 + q2 (1 - q2) / n2) N / (N - 1), q1 = q2 + d the most likely
    shares under d   (Miettinen & Nurminen 1985, Statistics in Medicine 4:213). None when an arm is empty.

    >>> [round(limit, 4) for limit in miettinen_nurminen((56, 70), (48, 80))]
    [0.0528, 0.3382]
    """
    z = _quantile(confidence)
    if _empty(first, second):
        return None
    gap = first[0] / first[1] - second[0] / second[1]

    def distance(difference: float) -> float:
        return _score(first, second, difference=difference) - z

    lower = _edge(distance, inside=gap, outside=-1.0)
    return lower, _edge(distance, inside=gap, outside=1.0)


def wald(first: Share, second: Share, *, confidence: float = 0.95) -> tuple[float, float] | None:
    """Plain normal limits for the difference of two shares: too narrow in small arms, kept because it is quoted.

    d -+ z sqrt(p1 (1 - p1) / n1 + p2 (1 - p2) / n2)   (Newcombe 1998, method 1). None when an arm is empty.

    >>> [round(limit, 4) for limit in wald((56, 70), (48, 80))]
    [0.0575, 0.3425]
    """
    z = _quantile(confidence)
    if _empty(first, second):
        return None
    one, two = first[0] / first[1], second[0] / second[1]
    reach = z * math.sqrt(one * (1 - one) / first[1] + two * (1 - two) / second[1])
    return one - two - reach, one - two + reach


def restricted_shares(first: Share, second: Share, *, difference: float) -> tuple[float, float]:
    """The most likely two shares that differ by exactly ``difference``: q1 = q2 + d, both between 0 and 1.

    Root of a cubic in closed form (Miettinen & Nurminen 1985, appendix); both arms must hold somebody.

    >>> restricted_shares((3, 6), (3, 6), difference=0.0)
    (0.5, 0.5)
    """
    (x, m), (y, n), d = first, second, difference
    cubic = m + n
    square = (m + 2 * n) * d - (m + n) - (x + y)
    linear = (n * d - (m + n) - 2 * y) * d + (x + y)
    free = y * d * (1 - d)
    v = (square / (3 * cubic)) ** 3 - square * linear / (6 * cubic**2) + free / (2 * cubic)
    u = math.copysign(math.sqrt(max(0.0, (square / (3 * cubic)) ** 2 - linear / (3 * cubic))), v)
    turn = (math.pi + math.acos(max(-1.0, min(1.0, v / u**3)))) / 3 if u**3 else math.pi / 2
    root = 2 * u * math.cos(turn) - square / (3 * cubic)
    two = min(max(root, 0.0, -d), 1.0, 1 - d)
    return min(max(two + d, 0.0), 1.0), two


def _score(first: Share, second: Share, *, difference: float) -> float:
    """How many standard errors the observed difference lies from another one; infinite where that has no variance."""
    one, two = restricted_shares(first, second, difference=difference)
    people = first[1] + second[1]
    variance = (one * (1 - one) / first[1] + two * (1 - two) / second[1]) * people / (people - 1)
    gap = abs(first[0] / first[1] - second[0] / second[1] - difference)
    if variance <= 0:
        return math.inf if gap > 0 else 0.0
    return gap / math.sqrt(variance)


def _edge(distance: Callable[[float], float], *, inside: float, outside: float) -> float:
    """Where ``distance`` turns from at most 0 to above 0, by bisection; the outer end where it never does."""
    if distance(outside) <= 0:
        return outside
    for _ in range(80):
        middle = (inside + outside) / 2
        inside, outside = (middle, outside) if distance(middle) <= 0 else (inside, middle)
    return (inside + outside) / 2


def _tables(first: Share, second: Share) -> tuple[Floats, Floats]:
    """Every first count that the margins allow, and the log of the number of ways to it."""
    (x, m), (y, n) = first, second
    if not (0 <= x <= m and 0 <= y <= n):
        raise ValueError(f"a count must lie between 0 and the number in its arm, not {first} and {second}")
    counts = np.arange(max(0, x + y - n), min(m, x + y) + 1, dtype=np.float64)
    log_ways = _log_choose(m, counts) + _log_choose(n, x + y - counts)
    return counts, log_ways


def _log_choose(of: int, counts: Floats) -> Floats:
    return np.asarray(sp.gammaln(of + 1) - sp.gammaln(counts + 1) - sp.gammaln(of - counts + 1), np.float64)


def _empty(first: Share, second: Share) -> bool:
    if not all(0 <= count <= of for count, of in (first, second)):
        raise ValueError(f"a count must lie between 0 and the number in its arm, not {first} and {second}")
    return first[1] == 0 or second[1] == 0


def _quantile(confidence: float) -> float:
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must lie between 0 and 1, not {confidence}")
    return float(sp.ndtri((1 + confidence) / 2))
