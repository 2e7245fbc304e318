"""Several treatments against one control in two stages, the worse ones dropped in between, with a strong error.

Closed testing of the intersections of "no better than the control" (Marcus, Peritz & Gabriel 1976); each intersection J
by the inverse normal combination of the two stages (Lehmacher & Wassmer 1999, Biometrics 55:1286; Posch, Koenig,
Branson, Brannath, Dunger-Baldauf & Bauer 2005, Statistics in Medicine 24:3697):

    w1 q1(J) + w2 q2(J) >= z_(1 - alpha),  w^2 the planned shares of the two stages

q1(J) and q2(J): normal quantiles of 1 - the Dunnett p-value of J's largest statistic in that stage's own people, q2
among those kept. The stages are independent, so the familywise error is kept whatever is dropped, for any reason.
Statistics: pooled score for shares, known variance for means. For means this is exact; for shares as good as the normal
approximation. Whole trials are simulated; draws come from one generator, so the same seed gives the same trials.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, NamedTuple, final

import numpy as np
import scipy.special as sp

from trialwright.numerics.arrays import Bools, Floats
from trialwright.numerics.many_to_one import AT, MASS, dunnett_bound

GRID: Floats = np.linspace(-9.0, 9.0, 1201)


@final
@dataclass(frozen=True, slots=True)
class Dropping:
    """The design: people in each stage, the control first; how many treatments go on; below which z none does."""

    first: tuple[int, ...]
    second: tuple[int, ...]  # of those kept
    keep: int = 1
    futile_below: float = -np.inf  # z of the first stage
    alpha: float = 0.025

    @property
    def ratios(self) -> tuple[float, ...]:
        """Participants of each treatment for one of the control."""
        return tuple(n / self.first[0] for n in self.first[1:])

    @property
    def weights(self) -> tuple[float, float]:
        """Of the two stages, fixed before the trial."""
        share = self.first[0] / (self.first[0] + self.second[0])
        return float(np.sqrt(share)), float(np.sqrt(1 - share))


class Outcomes(NamedTuple):
    """Simulated trials of one truth."""

    rejected: Bools  # (S, K): shown by the closed test
    kept: Bools  # (S, K)
    people: Floats  # (S,)
    naive: Bools  # (S, K): a plain test of everybody's data at the level, among those kept; keeps no error
    together: Bools  # (S, K): nobody dropped, Dunnett's bound at the end


def simulate_dropping(
    design: Dropping, truth: Sequence[float], *, trials: int, seed: int, kind: Literal["share", "mean"] = "share",
    sd: float = 1.0,
) -> Outcomes:  # fmt: skip
    """Whole trials under one truth: the rate (or mean, high is good) of each arm, the control first."""
    rng = np.random.Generator(np.random.Philox(key=seed))
    sums = [_drawn(rng, truth, sizes=sizes, trials=trials, kind=kind, sd=sd) for sizes in (design.first, design.second)]
    statistics = [
        _statistics(each, sizes, kind=kind, sd=sd)
        for each, sizes in zip(sums, (design.first, design.second), strict=True)
    ]
    kept = _kept(statistics[0], design)
    everybody = tuple(one + two for one, two in zip(design.first, design.second, strict=True))
    whole = _statistics(sums[0] + sums[1], everybody, kind=kind, sd=sd)
    people = sum(design.first) + np.where(kept.any(axis=1), design.second[0] + kept @ np.array(design.second[1:]), 0.0)
    return Outcomes(
        _closed(statistics, kept, design=design), kept, people,
        kept & (whole >= -sp.ndtri(design.alpha)),
        whole >= dunnett_bound(design.alpha, ratios=design.ratios),
    )  # fmt: skip


def dunnett_quantiles(z: Floats, *, ratios: Sequence[float]) -> Floats:
    """The normal quantile of 1 - Dunnett's p-value when the largest of several statistics is z; linear between nodes.

    >>> float(dunnett_quantiles(np.array([1.959964]), ratios=[1.0]).round(4)[0])
    1.96
    """
    return np.interp(z, GRID, _quantiles_at_nodes(tuple(ratios)))


@lru_cache(maxsize=64)
def _quantiles_at_nodes(ratios: tuple[float, ...]) -> Floats:
    if len(ratios) == 1:
        return GRID
    load = np.sqrt(np.asarray(ratios) / (1 + np.asarray(ratios)))[:, None, None]
    above = sp.ndtr(-(GRID[None, :, None] - load * AT) / np.sqrt(1 - load**2))
    missed = -np.expm1(np.log1p(-np.minimum(above, 1 - 1e-16)).sum(axis=0)) @ MASS
    return np.asarray(-sp.ndtri(np.clip(missed, 1e-300, 1 - 1e-16)), np.float64)


def _drawn(
    rng: np.random.Generator, truth: Sequence[float], *, sizes: Sequence[int], trials: int, kind: str, sd: float
) -> Floats:  # fmt: skip
    """Sums of the outcomes of each arm, (S, K + 1)."""
    n, at = np.asarray(sizes), np.asarray(truth, np.float64)
    if kind == "share":
        return rng.binomial(n, at, size=(trials, len(n))).astype(np.float64)
    return np.asarray(n * at + sd * np.sqrt(n) * rng.standard_normal((trials, len(n))), np.float64)


def _statistics(sums: Floats, sizes: Sequence[int], *, kind: str, sd: float) -> Floats:
    """Z of each treatment against the control, (S, K)."""
    n = np.asarray(sizes, np.float64)
    means = sums / n
    gap = means[:, 1:] - means[:, :1]
    per = 1 / n[1:] + 1 / n[0]
    if kind == "mean":
        return np.asarray(gap / (sd * np.sqrt(per)), np.float64)
    pooled = (sums[:, 1:] + sums[:, :1]) / (n[1:] + n[0])
    error = np.sqrt(pooled * (1 - pooled) * per)
    return np.asarray(np.divide(gap, error, out=np.zeros_like(gap), where=error > 0), np.float64)


def _kept(z: Floats, design: Dropping) -> Bools:
    """The best few of each trial that are not futile; of two alike the earlier one."""
    order = np.argsort(-z, axis=1, kind="stable")
    rank = np.argsort(order, axis=1, kind="stable")
    return np.asarray((rank < design.keep) & (z >= design.futile_below), np.bool_)


def _closed(statistics: Sequence[Floats], kept: Bools, *, design: Dropping) -> Bools:
    """A kept treatment is shown when every intersection that holds it is rejected."""
    count, ratios = kept.shape[1], design.ratios
    first_weight, second_weight = design.weights
    bound = float(-sp.ndtri(design.alpha))
    shown = kept.copy()
    for size in range(1, count + 1):
        for together in itertools.combinations(range(count), size):
            members = list(together)
            one = dunnett_quantiles(statistics[0][:, members].max(axis=1), ratios=[ratios[i] for i in members])
            two = _second(statistics[1], kept, members=members, ratios=ratios)
            rejected = first_weight * one + second_weight * two >= bound
            shown[:, members] &= rejected[:, None]
    return shown


def _second(z: Floats, kept: Bools, *, members: list[int], ratios: Sequence[float]) -> Floats:
    """The second stage's quantile of an intersection by its members kept; minus infinity where none was."""
    found = np.full(len(z), -np.inf)
    for size in range(1, len(members) + 1):
        for left in itertools.combinations(members, size):
            these = [i in left for i in members]
            here = (kept[:, members] == these).all(axis=1)
            if here.any():
                best = z[here][:, list(left)].max(axis=1)
                found[here] = dunnett_quantiles(best, ratios=[ratios[i] for i in left])
    return found
