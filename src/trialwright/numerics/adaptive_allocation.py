"""Response-adaptive allocation: the arm that looks better is given more often; simulated, with what that costs.

Thall & Wathen 2007 (European Journal of Cancer 43:859): after a first part with equal shares, arm k of a trial of N is
given with probability proportional to

    P(arm k is best | data)^c,   c = n / (2 N)

n the people so far, bounded away from 0 and 1. Beta priors; P(best) by cells of the log-odds, the same for all trials
(error below 1e-3, which moves a probability, never a test). Outcomes reach the rule ``delay`` people late.

Tests at the end: the pooled score z, and the same stratified by block (Mantel & Haenszel 1959), which compares only
people of one time: where the rate drifts while the shares of the arms do too, the first confuses time with treatment
(Villar, Bowden & Wason 2018, Pharmaceutical Statistics 17:182) and the second does not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, final

import numpy as np
import scipy.special as sp

from trialwright.numerics.arrays import Floats, Ints

CELLS = 141
_EDGES = np.linspace(-7.0, 7.0, CELLS + 1)
_AT: Floats = (_EDGES[1:] + _EDGES[:-1]) / 2
_UP: Floats = -np.logaddexp(0.0, -_AT)
_DOWN: Floats = -np.logaddexp(0.0, _AT)


@final
@dataclass(frozen=True, slots=True)
class Allocation:
    """How participants are allocated; arms in order, the control first."""

    people: int
    block: int  # allocated before the shares are worked out again
    burn_in: int  # people of all arms together with equal shares
    least: float = 0.1  # no arm is given with less than this
    delay: int = 0  # people allocated between somebody and that one's outcome
    adaptive: bool = True
    power: float | None = None  # c, fixed; None: n / (2 N)
    prior: tuple[float, float] = (1.0, 1.0)


class Allocated(NamedTuple):
    """Simulated trials."""

    given: Ints  # (S, A) people
    responded: Ints  # (S, A)
    z: Floats  # (S, A - 1): pooled score of each treatment against the control
    stratified: Floats  # (S, A - 1): the same by block


def simulate_allocation(
    design: Allocation, rates: tuple[float, ...], *, trials: int, seed: int, drift: float = 0.0
) -> Allocated:
    """Whole trials; ``drift``: by how much everybody's log-odds rise from the first participant to the last.

    The rates are those at the middle of the trial.
    """
    rng = np.random.Generator(np.random.Philox(key=seed))
    arms, starts = len(rates), np.arange(0, design.people, design.block)
    given = np.zeros((len(starts), trials, arms), np.int64)
    seen = np.zeros_like(given)
    for place, start in enumerate(starts):
        size = min(design.block, design.people - int(start))
        if design.adaptive and start >= design.burn_in:
            known = starts[:place] + design.block + design.delay <= start
            past = [each[:place][known].sum(axis=0) for each in (given, seen)]
            shares = chances(past[0], past[1], people=int(start), design=design)
            given[place] = rng.multinomial(size, shares)
        else:
            given[place] = _evenly(rng, size, trials=trials, arms=arms)
        now = sp.expit(sp.logit(np.asarray(rates)) + drift * ((start + size / 2) / design.people - 0.5))
        seen[place] = rng.binomial(given[place], now)
    return Allocated(given.sum(axis=0), seen.sum(axis=0), _score(given.sum(axis=0)[None], seen.sum(axis=0)[None]),
                     _score(given, seen))  # fmt: skip


def chances(n: Ints, x: Ints, *, people: int, design: Allocation) -> Floats:
    """With which probability each arm is given next, (S, A)."""
    best = probably_best(n, x, prior=design.prior)
    power = people / (2 * design.people) if design.power is None else design.power
    shares = np.maximum(best, 1e-12) ** power
    shares /= shares.sum(axis=1, keepdims=True)
    free = 1 - design.least * n.shape[1]
    return np.asarray(design.least + free * shares, np.float64)


def probably_best(n: Ints, x: Ints, *, prior: tuple[float, float] = (1.0, 1.0)) -> Floats:
    """P(arm k has the highest rate | x of n), (S, A); half of a cell's own mass counts as below it.

    >>> probably_best(np.array([[10, 10]]), np.array([[5, 5]])).round(3).tolist()
    [[0.5, 0.5]]
    """
    logs = (prior[0] + x)[..., None] * _UP + (prior[1] + n - x)[..., None] * _DOWN
    mass = np.exp(logs - logs.max(axis=-1, keepdims=True))
    mass /= mass.sum(axis=-1, keepdims=True)
    below = np.cumsum(mass, axis=-1) - mass / 2
    every = np.maximum(below, 1e-300)
    others = np.exp(np.log(every).sum(axis=1, keepdims=True) - np.log(every))
    best = np.asarray((mass * others).sum(axis=-1), np.float64)
    return np.asarray(best / best.sum(axis=1, keepdims=True), np.float64)


def _evenly(rng: np.random.Generator, size: int, *, trials: int, arms: int) -> Ints:
    """As even as a block allows; who is given one more is drawn."""
    whole, left = divmod(size, arms)
    more = np.argsort(rng.random((trials, arms)), axis=1) < left
    return np.asarray(whole + more, np.int64)


def _score(given: Ints, seen: Ints) -> Floats:
    """Mantel-Haenszel z of each treatment against the control over strata; one stratum is the pooled score."""
    n, m = given[..., 1:].astype(np.float64), given[..., :1].astype(np.float64)
    total, responders = n + m, seen[..., 1:] + seen[..., :1]
    fine = total > 1
    share = np.divide(responders, total, out=np.zeros_like(total), where=total > 0)
    excess = (seen[..., 1:] - n * share).sum(axis=0)
    shared = np.divide(n * m, np.maximum(total - 1, 1), out=np.zeros_like(total), where=fine)
    variance = (shared * share * (1 - share)).sum(axis=0)
    found = np.divide(excess, np.sqrt(variance), out=np.zeros_like(excess), where=variance > 0)
    return np.asarray(found, np.float64)
