"""Tests of two randomised arms for many trials at once: one z per trial, above 0 where the treated have more.

Arrays lead with the trials, ``[B, N]``: B trials of N participants; ``treated`` says who has the treatment, ``counted``
who is looked at. Each is the test of the packages for one trial (see the tests), written over the batch.
"""

from __future__ import annotations

import numpy as np
import scipy.special as sp

from trialwright.numerics.arrays import Bools, Floats, Ints

LARGEST_Z = 38.0  # beyond it a normal tail is 0 in double precision
TINY = 1e-12


def mantel_haenszel_z(yes: Floats, *, treated: Bools, counted: Bools, stratum: Ints) -> Floats:
    """Cochran-Mantel-Haenszel without continuity correction, over strata numbered from 0; 0 where nothing varies.

    z = sum (a - m1 n1 / n) / sqrt(sum m1 m0 n1 n0 / (n^2 (n - 1)))   (Mantel & Haenszel 1959, JNCI 22:719). All
    arguments ``[B, N]`` to ``[B]``.
    """
    gap, variance = np.zeros(len(yes)), np.zeros(len(yes))
    for one in range(int(stratum.max(initial=0)) + 1):
        here = counted & (stratum == one)
        n, n1 = here.sum(axis=1).astype(np.float64), (here & treated).sum(axis=1).astype(np.float64)
        m1 = (yes * here).sum(axis=1)
        gap += (yes * (here & treated)).sum(axis=1) - m1 * n1 / np.maximum(n, 1)
        variance += m1 * (n - m1) * n1 * (n - n1) / np.maximum(n * n * (n - 1), 1)
    return _over(gap, variance)


def fisher_z(yes: Floats, *, treated: Bools, counted: Bools) -> Floats:
    """Fisher's exact test: z of the one-sided p-value (hypergeometric upper tail), ``[B]``."""
    counts = [
        (int((yes[row] * (counted[row] & arm[row])).sum()), int((counted[row] & arm[row]).sum()))
        for row in range(len(yes))
        for arm in (treated, ~treated)
    ]
    found: dict[tuple[tuple[int, int], tuple[int, int]], float] = {}
    tables = list(zip(counts[::2], counts[1::2], strict=True))
    for table in set(tables):
        found[table] = _upper_tail(*table)
    return np.asarray([found[table] for table in tables], np.float64)


def _upper_tail(first: tuple[int, int], second: tuple[int, int]) -> float:
    """The z of P(the treated have as many or more), given the margins."""
    (a, n1), (b, n2) = first, second
    responders = a + b
    counts = np.arange(max(0, responders - n2), min(n1, responders) + 1)
    log = (
        _log_choose(n1, counts) + _log_choose(n2, responders - counts) - _log_choose(n1 + n2, np.asarray([responders]))
    )
    above = float(np.exp(log[counts >= a]).sum())
    return float(np.clip(-sp.ndtri(min(max(above, 1e-300), 1 - 1e-16)), -LARGEST_Z, LARGEST_Z))


def _log_choose(of: int, counts: Floats | Ints) -> Floats:
    return np.asarray(sp.gammaln(of + 1) - sp.gammaln(counts + 1) - sp.gammaln(of - counts + 1), np.float64)


def ancova_z(value: Floats, *, baseline: Floats, treated: Bools, counted: Bools) -> Floats:
    """Least squares of a value on treatment and baseline; the t of the treatment as the z of the same tail, ``[B]``."""
    weight = counted.astype(np.float64)
    n = weight.sum(axis=1)
    columns = [_centred(each, weight) for each in (treated.astype(np.float64), baseline, value)]
    arm, before, after = columns
    free = np.maximum(n - 3, 1)
    aa, bb, ab = (arm**2).sum(axis=1), (before**2).sum(axis=1), (arm * before).sum(axis=1)
    ay, by, yy = (arm * after).sum(axis=1), (before * after).sum(axis=1), (after**2).sum(axis=1)
    slope = np.where(bb > TINY, ab / np.maximum(bb, TINY), 0.0)
    left = aa - slope * ab  # what baseline leaves of the treatment
    effect = np.where(left > TINY, (ay - slope * by) / np.maximum(left, TINY), 0.0)
    residual = yy - np.where(bb > TINY, by**2 / np.maximum(bb, TINY), 0.0) - effect**2 * left
    t = _over(effect, np.maximum(residual, 0.0) / free / np.maximum(left, TINY))
    return z_of_t(t, degrees_of_freedom=free)


def z_of_t(t: Floats, *, degrees_of_freedom: Floats) -> Floats:
    """The z whose normal tail is that of a t, ``[B]``."""
    lower = sp.stdtr(degrees_of_freedom, -np.abs(t))
    return np.asarray(np.sign(t) * np.minimum(-sp.ndtri(np.maximum(lower, 1e-300)), LARGEST_Z))


def _centred(column: Floats, weight: Floats) -> Floats:
    """A column less its mean, 0 for those who do not count (whatever stands there)."""
    known = np.where(weight > 0, column, 0.0)
    mean = (known * weight).sum(axis=1) / np.maximum(weight.sum(axis=1), 1)
    return np.asarray((known - mean[:, None]) * weight)


def log_rank_z(event: Ints, last: Ints, *, treated: Bools, counted: Bools) -> Floats:
    """Log-rank test on visits numbered from 0; above 0 where the treated have more events, ``[B]``.

    ``event``: the visit that shows the first event, -1 for none; ``last``: the last visit attended. Somebody without an
    event is at risk up to the last visit; observed less expected events over all visits (Mantel 1966).
    """
    gap, variance = np.zeros(len(event)), np.zeros(len(event))
    until = np.where(event >= 0, event, last)
    for visit in range(int(max(until.max(initial=0), 0)) + 1):
        risk = counted & (until >= visit)
        died = counted & (event == visit)
        n, n1 = risk.sum(axis=1).astype(np.float64), (risk & treated).sum(axis=1).astype(np.float64)
        d = died.sum(axis=1).astype(np.float64)
        share = n1 / np.maximum(n, 1)
        gap += (died & treated).sum(axis=1) - d * share
        variance += d * share * (1 - share) * (n - d) / np.maximum(n - 1, 1)
    return _over(gap, variance)


def _over(gap: Floats, variance: Floats) -> Floats:
    return np.where(variance > TINY, gap / np.sqrt(np.maximum(variance, TINY)), 0.0)
