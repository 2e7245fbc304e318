"""Change within participants: the signed-rank test, its exact distribution, and the change in the middle.

Zeros are left out of the ranking, ties share the average rank (Wilcoxon 1945, Biometrics Bulletin 1:80). Exact p-values
come from the distribution of the ranks that were seen, ties included, so they are exact with ties too.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import final

import numpy as np
import numpy.typing as npt
import scipy.special as sp
import scipy.stats as ss

from trialwright.numerics.arrays import Floats


@final
@dataclass(frozen=True, slots=True)
class SignedRank:
    """The signed-rank test of "as many went up as down, and as far"; None where nobody changed."""

    positive_ranks: float  # V: the sum of the ranks of those who went up
    n: int  # who changed
    n_zero: int  # who did not
    tied: bool
    p_exact: float | None  # given the ranks seen; with ties it is conditional on them
    p_normal: float | None  # tie-corrected variance, continuity correction


@final
@dataclass(frozen=True, slots=True)
class PairedT:
    """The mean change with its t test; the test and the limits are None of one participant or of equal changes."""

    mean: float
    t: float | None
    p: float | None
    limits: tuple[float, float] | None


def signed_rank(change: npt.ArrayLike) -> SignedRank:
    """Wilcoxon's signed-rank test of changes from baseline, two-sided, exact and by the normal approximation.

    V = sum of the ranks of |change| over those above 0. Normal: (V - n (n + 1) / 4 -+ 1/2) / s, s^2 = n (n + 1)
    (2n + 1) / 24 - sum (t^3 - t) / 48 over groups of t equal |changes|   (Hollander, Wolfe & Chicken
    2014). Exact: twice the smaller tail of V over all 2^n signs. ``change`` of nobody is a ValueError.

    >>> signed_rank([1, 2, 3, 4]).p_exact, signed_rank([0, 0]).p_exact
    (0.125, None)
    """
    changes = _finite(change)
    moved = changes[changes != 0]
    ranks = np.asarray(ss.rankdata(np.abs(moved)), np.float64)
    seen, n = float(ranks[moved > 0].sum()), len(moved)
    _, sizes = np.unique(np.abs(moved), return_counts=True)
    if n == 0:
        return SignedRank(0.0, 0, len(changes), False, None, None)
    variance = n * (n + 1) * (2 * n + 1) / 24 - float((sizes.astype(np.float64) ** 3 - sizes).sum()) / 48
    off = seen - n * (n + 1) / 4
    z = (off - math.copysign(0.5, off)) / math.sqrt(variance) if off else 0.0
    normal = min(1.0, 2 * float(sp.ndtr(-abs(z)))) if off else 1.0
    return SignedRank(seen, n, len(changes) - n, bool((sizes > 1).any()), _exact(ranks, seen), normal)


def hodges_lehmann(change: npt.ArrayLike) -> float:
    """The change in the middle: the median of the averages of every two changes, each with itself too.

    (Hodges & Lehmann 1963, Annals of Mathematical Statistics 34:598; zeros count here: no change is a change of 0.)

    >>> hodges_lehmann([-8, -3, -1]), hodges_lehmann([2])
    (-3.75, 2.0)
    """
    return float(np.median(walsh_averages(change)))


def walsh_averages(change: npt.ArrayLike) -> Floats:
    """The n (n + 1) / 2 averages of every two changes, each with itself too, in ascending order.

    >>> walsh_averages([0, 2]).tolist()
    [0.0, 1.0, 2.0]
    """
    changes = _finite(change)
    return np.sort(((changes[:, None] + changes) / 2)[np.triu_indices(len(changes))])


def hodges_lehmann_limits(change: npt.ArrayLike, *, confidence: float = 0.95) -> tuple[float, float, float] | None:
    """Limits for the change in the middle, and the confidence that they reach: at least what was asked for.

    The k-th lowest and highest of the averages of every two changes, k the largest with 2 P(V <= k - 1) <= 1 - c, V
    the signed-rank sum of n untied changes   (Hollander, Wolfe & Chicken 2014). With ties the reached
    confidence is a lower bound. None when so few cannot give that confidence: five changes reach 93.75 %.

    >>> hodges_lehmann_limits([1, 2, 3, 4, 5]), hodges_lehmann_limits([1, 2, 3, 4, 5, 6])
    (None, (1.0, 6.0, 0.96875))
    """
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must lie between 0 and 1, not {confidence}")
    averages = walsh_averages(change)
    n = len(_finite(change))
    below = np.cumsum(_ways(np.arange(1, n + 1, dtype=np.float64)))[::2]  # P(V <= 0), P(V <= 1), ...
    allowed = np.flatnonzero(2 * below <= (1 - confidence) * (1 + 1e-12))
    if len(allowed) == 0:
        return None
    k = int(allowed[-1])
    return float(averages[k]), float(averages[-1 - k]), 1 - 2 * float(below[k])


def paired_t(change: npt.ArrayLike, *, confidence: float = 0.95) -> PairedT:
    """Mean change with the two-sided t test of no change and its limits, n - 1 degrees of freedom (Student 1908).

    >>> paired_t([3.0]).limits is None, paired_t([-1, 0, 1]).p
    (True, 1.0)
    """
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must lie between 0 and 1, not {confidence}")
    changes = _finite(change)
    mean, n = float(changes.mean()), len(changes)
    error = float(changes.std(ddof=1)) / math.sqrt(n) if n > 1 else 0.0
    if error <= 1e-14 * max(1.0, abs(mean)):
        return PairedT(mean, None, None, None)
    t, reach = mean / error, float(sp.stdtrit(n - 1, (1 + confidence) / 2)) * error
    return PairedT(mean, t, 2 * float(sp.stdtr(n - 1, -abs(t))), (mean - reach, mean + reach))


def _exact(ranks: Floats, seen: float) -> float:
    """Twice the smaller tail, at most 1, over all choices of signs of these ranks."""
    below, at = np.cumsum(_ways(ranks)), round(2 * seen)
    nearer = min(at, len(below) - 1 - at)  # turned round, the distribution is the same: no difference of near-equals
    return min(1.0, 2 * float(below[nearer]))


def _ways(ranks: Floats) -> Floats:
    """Probability of every twice-the-sum of ranks whose signs are drawn by a fair coin; average ranks are halves."""
    share = np.ones(1)
    for doubled in np.rint(2 * ranks).astype(np.int64):
        moved = np.concatenate([np.zeros(doubled), share])
        share = (np.concatenate([share, np.zeros(doubled)]) + moved) / 2
    return share


def _finite(change: npt.ArrayLike) -> Floats:
    changes = np.asarray(change, np.float64).ravel()
    if len(changes) == 0 or not np.isfinite(changes).all():
        raise ValueError(
            "a change needs at least one participant, and every one of them a number; leave out the missing"
        )
    return changes
