"""Two arms, a rate in each: how probably the treatment is better, what a look may do, and how often it does, exactly.

With independent priors (beta or mixtures of betas) the posterior probability is one integral (Thall & Simon 1994,
Biometrics 50:337):

    P(p_t > p_c + d | data) = integral of f_c(p) [1 - F_t(p + d)] dp

by tanh-sinh quadrature of 801 nodes (tests: against a dense grid and the closed sum of integer parameters; error below
1e-9). A rule is a table of what every pair of counts means at every look; how often it stops where is the sum over all
pairs, carried from look to look: exact but for rounding, no simulation.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import scipy.special as sp

from trialwright.numerics.arrays import Bools, Floats
from trialwright.numerics.beta_mixtures import BetaMixture, Unit

STEPS = 24  # of the bisection for a cut-off: 6e-8 of the unit interval
Pair = tuple[int, int]  # participants of the treatment, of the control


def superiority(treatment: BetaMixture, control: BetaMixture, *, n: Pair, difference: float = 0.0) -> Floats:
    """P(p_t > p_c + difference) after every pair of counts, (n_t + 1, n_c + 1).

    >>> flat = BetaMixture.of((1, 1, 1))
    >>> superiority(flat, flat, n=(1, 1)).round(4).tolist()
    [[0.5, 0.1667], [0.8333, 0.5]]
    """
    if not -1 < difference < 1 or min(n) < 0:
        raise ValueError("the difference must lie strictly between -1 and 1, and nobody can be fewer than 0")
    low, high = max(0.0, -difference), min(1.0, 1.0 - difference)
    nodes = Unit.between(low, high)
    above = _after_all(treatment, n[0])
    others = _after_all(control, n[1])
    weighted = others.density(nodes) * nodes.weights
    tail = np.zeros((n[0] + 1, len(nodes.p)))
    for k in range(above.weights.shape[-1]):
        part = _tail(above.a[:, k], above.b[:, k], nodes=nodes, difference=difference)
        tail += above.weights[:, k, None] * part
    found = tail @ weighted.T
    if difference < 0:
        found += (1 - others.above(low))[None, :]
    return np.clip(found, 0.0, 1.0)


def predicted(treatment: BetaMixture, control: BetaMixture, *, now: Pair, then: Pair, success: Bools) -> Floats:
    """The predictive probability of success at the end, after every pair of counts now, (n_t + 1, n_c + 1).

    ``success``: what counts as success among the pairs at the end, (N_t + 1, N_c + 1). The sum over what may still be
    seen, beta-binomial in each arm (Lee & Liu 2008, Clinical Trials 5:93, for two arms).
    """
    first = _ahead(treatment, now=now[0], then=then[0])
    second = _ahead(control, now=now[1], then=then[1])
    return np.clip(first @ success @ second.T, 0.0, 1.0)


class Operated(NamedTuple):
    """How often each look stops the trial, for each pair of true rates; (R, L) each."""

    efficacy: Floats
    futility: Floats
    people: Floats  # (L,), both arms

    @property
    def success(self) -> Floats:
        """P(the treatment is declared better), (R,)."""
        return np.asarray(self.efficacy.sum(axis=1), np.float64)

    @property
    def expected(self) -> Floats:
        """Expected number of participants, (R,)."""
        stops = self.efficacy + self.futility
        stops[:, -1] += 1 - stops.sum(axis=1)
        return np.asarray(stops @ self.people, np.float64)


def operate(
    efficacy: Sequence[Bools], futility: Sequence[Bools], *, sizes: Sequence[Pair], rates: Sequence[tuple[float, float]]
) -> Operated:
    """Exact operating characteristics of a rule over pairs of counts.

    ``efficacy``, ``futility``: at each look which pairs stop the trial, (n_t + 1, n_c + 1) each; where both hold,
    efficacy does. ``sizes``: participants of both arms at each look, rising; ``rates``: true (treatment, control).
    """
    found = np.zeros((2, len(rates), len(sizes)))
    for place, (treatment, control) in enumerate(rates):
        mass, before = np.ones((1, 1)), (0, 0)
        for look, size in enumerate(sizes):
            first = _steps(before[0], size[0], p=treatment)
            second = _steps(before[1], size[1], p=control)
            mass = first.T @ mass @ second
            low = futility[look] & ~efficacy[look]
            found[:, place, look] = mass[efficacy[look]].sum(), mass[low].sum()
            mass = np.where(efficacy[look] | low, 0.0, mass)
            before = size
    return Operated(found[0], found[1], np.array([sum(size) for size in sizes], np.float64))


def calibrated(
    tables: Sequence[Floats], *, sizes: Sequence[Pair], nulls: Sequence[tuple[float, float]], alpha: float
) -> float:
    """The least cut-off for which declaring efficacy above it keeps ``alpha`` under every null given.

    ``tables``: the posterior probability after every pair of counts at each look. Nobody stops for futility here, so
    that the error is kept also when a futility rule is not followed. Bisection: the error falls as the cut-off rises.
    """
    low, high = 0.0, 1.0
    for _ in range(STEPS):
        middle = (low + high) / 2
        low, high = (low, middle) if largest(tables, middle, sizes=sizes, nulls=nulls) <= alpha else (middle, high)
    return high


def largest(
    tables: Sequence[Floats], cut: float, *, sizes: Sequence[Pair], nulls: Sequence[tuple[float, float]]
) -> float:
    """The largest error over the nulls given when efficacy is declared above this cut-off."""
    up = [table > cut for table in tables]
    never = [np.zeros_like(table) for table in up]
    return float(operate(up, never, sizes=sizes, rates=nulls).success.max())


def _after_all(prior: BetaMixture, n: int) -> BetaMixture:
    return prior.after(np.arange(n + 1), n)


def _ahead(prior: BetaMixture, *, now: int, then: int) -> Floats:
    """P(so many at the end | so many now), (now + 1, then + 1)."""
    coming = _after_all(prior, now).foreseen(then - now)
    found = np.zeros((now + 1, then + 1))
    for x in range(now + 1):
        found[x, x : x + coming.shape[1]] = coming[x]
    return found


def _tail(a: Floats, b: Floats, *, nodes: Unit, difference: float) -> Floats:
    """1 - F(p + difference), by the nearer end of the interval so that nothing cancels."""
    at, left = nodes.p + difference, nodes.q - difference
    small = np.clip(at, 0.0, 1.0)[None, :]
    rest = np.clip(left, 0.0, 1.0)[None, :]
    lower = sp.betaincc(a[:, None], b[:, None], small)
    return np.asarray(np.where(rest < 0.5, sp.betainc(b[:, None], a[:, None], rest), lower), np.float64)


def _steps(before: int, after: int, *, p: float) -> Floats:
    """P(x' responders of ``after`` | x of ``before``), (before + 1, after + 1)."""
    more = after - before
    k = np.arange(more + 1)
    choose = sp.gammaln(more + 1) - sp.gammaln(k + 1) - sp.gammaln(more - k + 1)
    mass = np.exp(choose + sp.xlogy(k, p) + sp.xlog1py(more - k, -p))
    found = np.zeros((before + 1, after + 1))
    for x in range(before + 1):
        found[x, x : x + more + 1] = mass
    return found
