"""Exact designs with one group and a response rate: one stage, and two stages with a stop when too few respond.

Two stages: n1 participants; stop when r1 or fewer respond; otherwise go on to n and declare the treatment not promising
when r or fewer of all respond. With b and B the binomial mass and distribution (Simon 1989, Controlled Clinical Trials
10:1):

    P(not promising; p) = B(r1; n1, p) + sum over x = r1+1 … min(n1, r) of b(x; n1, p) B(r - x; n - n1, p)
    PET(p) = B(r1; n1, p),    EN(p) = n1 + (1 - PET(p)) (n - n1)

A design is allowed when P(promising; p0) <= alpha and P(not promising; p1) <= beta, with r above r1. For every (n1, r1,
n) only the least such r that keeps alpha matters: a larger one only lowers power. ``optimal`` has the least EN(p0);
``minimax`` the least n, and the least EN(p0) among those; ``admissible`` (Jung, Lee, Kim & George 2004, Statistics in
Medicine 23:561) are those that minimise w n + (1 - w) EN(p0) for some w in [0, 1]: the corners of the lower hull from
minimax to optimal. Ties: the smaller n, then the smaller n1, then the smaller r1.

The search is complete and exact but for rounding: for each (n1, n) all (r1, r) come from one matrix product, and first
stages longer than the best expected size so far are left out once the minimax size is known.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import scipy.special as sp

from trialwright.numerics.arrays import Floats, Ints
from trialwright.numerics.sample_size import ROUNDING, ExactRate, one_rate_exact


class TwoStage(NamedTuple):
    """Stop at r1 or fewer of n1; not promising at r or fewer of n; with EN and PET at p0 and the exact errors."""

    r1: int
    n1: int
    r: int
    n: int
    expected: float  # EN(p0)
    stops_early: float  # PET(p0)
    alpha: float
    power: float


class Simon(NamedTuple):
    """The two-stage designs that keep the errors."""

    optimal: TwoStage
    minimax: TwoStage
    admissible: tuple[TwoStage, ...]  # from minimax to optimal, both included


class AtRate(NamedTuple):
    """What a two-stage design does at one true rate, (R,) each for R rates."""

    promising: Floats
    stops_early: Floats
    expected: Floats


def two_stage(p0: float, p1: float, *, alpha: float, beta: float, n_max: int = 120) -> Simon | None:
    """Simon's optimal and minimax designs, and those between them; None where ``n_max`` does not suffice.

    ``p0``: a response rate not worth pursuing; ``p1``: one that is, above p0.

    >>> found = two_stage(0.05, 0.25, alpha=0.1, beta=0.1)
    >>> found.optimal[:4], found.minimax[:4]
    ((0, 9, 2, 24), (0, 13, 2, 20))
    """
    if not 0 < p0 < p1 < 1 or not (0 < alpha < 1 and 0 < beta < 1):
        raise ValueError("rates must rise strictly between 0 and 1, and both errors lie between 0 and 1")
    best: list[TwoStage] = []  # the best of each n
    for n in range(2, n_max + 1):
        longest = n - 1 if not best else min(n - 1, int(min(design.expected for design in best)))
        of_n = (_best_at(n1, n, p0=p0, p1=p1, alpha=alpha, beta=beta) for n1 in range(1, longest + 1))
        if found := [design for design in of_n if design is not None]:
            best.append(min(found, key=_less))
    if not best:
        return None
    return Simon(min(best, key=_less), best[0], _hull(best))


def single_stage(p0: float, p1: float, *, alpha: float, beta: float, n_max: int = 2000) -> ExactRate | None:
    """The least n with an exact test that keeps both errors; not promising at ``limit`` or fewer responses.

    >>> single_stage(0.1, 0.3, alpha=0.05, beta=0.2)[:2]
    (25, 5)
    """
    if not 0 < p0 < p1 < 1:
        raise ValueError("rates must rise strictly between 0 and 1")
    return one_rate_exact(p0, p1, alpha=alpha, beta=beta, n_max=n_max)


def at_rates(design: TwoStage | Sequence[float], rates: Sequence[float]) -> AtRate:
    """How a two-stage design behaves at each true rate; only r1, n1, r and n of it are read."""
    r1, n1, r, n = (int(value) for value in design[:4])
    promising = np.array([_promising(n1, n, p=p)[r1 + 1, r + 1] for p in rates])
    early = np.array([sp.bdtr(r1, n1, p) if r1 >= 0 else 0.0 for p in rates])
    return AtRate(promising, early, np.asarray(n1 + (1 - early) * (n - n1), np.float64))


def _best_at(n1: int, n: int, *, p0: float, p1: float, alpha: float, beta: float) -> TwoStage | None:
    """The design of these sizes with the least expected number, or None."""
    error = _promising(n1, n, p=p0)[1:-1]  # r1 = 0 … n1 - 1; columns r = -1 … n
    rows = np.arange(n1)
    least: Ints = np.maximum(np.argmax(error <= alpha + ROUNDING, axis=1), rows + 2)  # r is above r1
    power = _promising(n1, n, p=p1)[1:-1][rows, least]
    allowed = np.flatnonzero(power >= 1 - beta - ROUNDING)
    if not len(allowed):
        return None
    r1 = int(allowed[-1])  # more stop early with a higher r1
    early = float(sp.bdtr(r1, n1, p0))
    errors = float(error[r1, least[r1]]), float(power[r1])
    return TwoStage(r1, n1, int(least[r1]) - 1, n, n1 + (1 - early) * (n - n1), early, *errors)


def _promising(n1: int, n: int, *, p: float) -> Floats:
    """P(more than r1 of n1 and more than r of n), (n1 + 2, n + 2): row r1 + 1, column r + 1, both from -1."""
    x, r = np.arange(n1 + 1), np.arange(-1, n + 1)
    over = _tail(n - n1, p)[np.clip(r[None, :] - x[:, None] + 1, 0, n - n1 + 1)]
    joint = _mass(n1, p)[:, None] * over
    return np.vstack([np.cumsum(joint[::-1], axis=0)[::-1], np.zeros(n + 2)])


def _mass(n: int, p: float) -> Floats:
    k = np.arange(n + 1)
    choose = sp.gammaln(n + 1) - sp.gammaln(k + 1) - sp.gammaln(n - k + 1)
    return np.asarray(np.exp(choose + k * np.log(p) + (n - k) * np.log1p(-p)), np.float64)


def _tail(n: int, p: float) -> Floats:
    """P(Bin(n, p) >= y) for y = 0 … n + 1."""
    return np.append(np.cumsum(_mass(n, p)[::-1])[::-1], 0.0)


def _less(design: TwoStage) -> tuple[float, int, int, int]:
    return round(design.expected, 10), design.n, design.n1, design.r1


def _hull(best: Sequence[TwoStage]) -> tuple[TwoStage, ...]:
    """The corners of the lower hull of (n, EN) from the least n to the least EN."""
    corners: list[TwoStage] = []
    for design in best[: best.index(min(best, key=_less)) + 1]:
        while len(corners) > 1 and _not_below(corners[-2], corners[-1], after=design):
            corners.pop()
        corners.append(design)
    return tuple(corners)


def _not_below(before: TwoStage, middle: TwoStage, *, after: TwoStage) -> bool:
    """Whether the middle one lies on or above the line between its neighbours."""
    rise = (middle.expected - before.expected) * (after.n - before.n)
    return rise >= (after.expected - before.expected) * (middle.n - before.n)
