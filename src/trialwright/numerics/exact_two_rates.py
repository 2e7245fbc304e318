"""Two rates compared by an exact test: which tables reject, how probably they come, how many participants it takes.

Tables are (x, y): x of n1 in the treatment, y of n2 in the control; success is a higher rate in the treatment (for a
lower one count the others). ``alpha`` is the error of one side.

    fisher         reject where P(X >= x | x + y) <= alpha, hypergeometric given both margins (Fisher 1935, JRSS 98:39)
    unconditional  tables in the order of the pooled score statistic; as many as keep max over p of P(reject; p, p) at
                   alpha or below (Barnard 1947, Biometrika 34:123; Suissa & Shuster 1985, JRSS A 148:317)

Power = sum over rejecting tables of Bin(x; n1, p1) Bin(y; n2, p2), exact. The maximum over p is taken over 1 000 values
of p, denser near 0 and 1, and refined around the largest; tests compare with scipy.stats.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt
import scipy.special as sp

from trialwright.numerics.arrays import Floats

ExactTest = Literal["fisher", "unconditional"]
Bools = npt.NDArray[np.bool_]
ROUNDING = 1e-12  # an error probability this close to its bound keeps it
TIED = 1e-9  # statistics this close are one
LARGEST = 200  # participants of an arm up to which the unconditional test is asked
KEPT = 10  # larger sizes for which the power must hold too, because it saws up and down
NUISANCE: Floats = np.sin(np.linspace(0, np.pi / 2, 1002)[1:-1]) ** 2


class ExactSize(NamedTuple):
    """Participants of treatment and control, with the error and the power they really have."""

    treatment: int
    control: int
    error: float  # the largest over all common rates
    power: float


@lru_cache(maxsize=64)
def rejects(n1: int, n2: int, *, alpha: float, test: ExactTest = "fisher") -> Bools:
    """Which tables show a higher rate in the treatment, (n1 + 1, n2 + 1).

    >>> int(rejects(12, 6, alpha=0.025)[12].sum())
    4
    """
    found = _fisher(n1, n2, alpha=alpha) if test == "fisher" else _unconditional(n1, n2, alpha=alpha)
    found.flags.writeable = False
    return found


def exact_power(p1: npt.ArrayLike, p2: npt.ArrayLike, *, region: Bools) -> Floats:
    """How probably a rejecting table comes, for each pair of rates; shape of ``p1`` and ``p2`` broadcast together.

    >>> round(float(exact_power(1.0, 5 / 6, region=rejects(12, 6, alpha=0.025))), 4)
    0.0623
    """
    rate1, rate2 = np.broadcast_arrays(np.asarray(p1, np.float64), np.asarray(p2, np.float64))
    n1, n2 = region.shape[0] - 1, region.shape[1] - 1
    inner = binomials(n1, rate1.ravel()) @ region
    return np.asarray((inner * binomials(n2, rate2.ravel())).sum(axis=1).reshape(rate1.shape), np.float64)


def largest_error(region: Bools) -> float:
    """The largest probability to reject when both rates are the same, over all rates."""
    errors = exact_power(NUISANCE, NUISANCE, region=region)
    at = int(np.argmax(errors))
    near = np.linspace(NUISANCE[max(at - 1, 0)], NUISANCE[min(at + 1, len(NUISANCE) - 1)], 101)
    return float(max(errors[at], exact_power(near, near, region=region).max()))


def binomials(n: int, p: Floats) -> Floats:
    """The probability of each count, (len(p), n + 1)."""
    counts = np.arange(n + 1)
    logs = sp.gammaln(n + 1) - sp.gammaln(counts + 1) - sp.gammaln(n - counts + 1)
    rate = p[:, None]
    return np.asarray(np.exp(logs + sp.xlogy(counts, rate) + sp.xlog1py(n - counts, -rate)), np.float64)


def exact_size(
    p1: float, p2: float, *, alpha: float, beta: float, ratio: float = 1.0, test: ExactTest = "fisher", start: int = 2
) -> ExactSize | None:
    """The least size from which on the power holds for this and the next ten; None: more than can be asked.

    ``p1 > p2``; ``start``: participants of the control with which to begin; the treatment has ``ratio`` times as many,
    rounded up.
    """
    held, first = 0, None
    for control in range(max(2, start), LARGEST + 1):
        treatment = math.ceil(ratio * control - ROUNDING)
        if treatment > LARGEST:
            return None
        region = rejects(treatment, control, alpha=alpha, test=test)
        power = float(exact_power(p1, p2, region=region))
        if power < 1 - beta - ROUNDING:
            held, first = 0, None
            continue
        first, held = first or (treatment, control, power), held + 1
        if held > KEPT:
            region = rejects(first[0], first[1], alpha=alpha, test=test)
            return ExactSize(first[0], first[1], largest_error(region), first[2])
    return None


def _fisher(n1: int, n2: int, *, alpha: float) -> Bools:
    x, y = np.arange(n1 + 1), np.arange(n2 + 1)
    total = x[:, None] + y[None, :]
    log_weight = _log_choose(n1, x)[:, None] + _log_choose(n2, y)[None, :] - _log_choose(n1 + n2, total)
    by_total = np.zeros((n1 + n2 + 1, n1 + 1))  # row: the total; column: x
    by_total[total, np.broadcast_to(x[:, None], total.shape)] = np.exp(log_weight)
    tail = np.cumsum(by_total[:, ::-1], axis=1)[:, ::-1]
    return np.asarray(tail[total, x[:, None]] <= alpha + ROUNDING)


def _unconditional(n1: int, n2: int, *, alpha: float) -> Bools:
    x, y = np.arange(n1 + 1)[:, None], np.arange(n2 + 1)[None, :]
    pooled = (x + y) / (n1 + n2)
    spread = np.sqrt(pooled * (1 - pooled) * (1 / n1 + 1 / n2))
    statistic = np.divide(x / n1 - y / n2, spread, out=np.zeros_like(spread), where=spread > 0)
    levels = np.unique(np.round(statistic[statistic > 0] / TIED).astype(np.int64))[::-1]
    place = np.round(statistic / TIED).astype(np.int64)
    low, high = -1, len(levels)  # ``low`` keeps the error, ``high`` does not
    while high - low > 1:
        middle = (low + high) // 2
        fine = largest_error(place >= levels[middle]) <= alpha + ROUNDING
        low, high = (middle, high) if fine else (low, middle)
    return np.asarray(place >= levels[low]) if low >= 0 else np.zeros(place.shape, np.bool_)


def _log_choose(n: int, k: npt.NDArray[np.int64]) -> Floats:
    return np.asarray(sp.gammaln(n + 1) - sp.gammaln(k + 1) - sp.gammaln(n - k + 1), np.float64)
