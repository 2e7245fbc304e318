"""BOP2: one group, monitored for one or two yes-or-no endpoints with a cut-off that rises with the people seen.

Zhou, Lee & Yuan 2017, Statistics in Medicine 36:3302. With prior Dirichlet(the null's cell probabilities), worth one
person, each endpoint's rate is a posteriori Beta(phi + x, 1 - phi + n - x), phi its null rate. At n of N the
trial stops when

    P(rate good enough | x of n) < lambda (n / N)^gamma

with "good enough" above phi for activity, at most phi for toxicity. Two endpoints: activity and toxicity stop when
either fails, co-primary activities only when both do. Among a grid of (lambda, gamma) the design has the most power
under the alternative while the error keeps its level under every null given; ties go to the fewer people expected
under the first null, then to the smaller lambda and gamma. The paper finds both by simulation; here every number is
exact, by carrying the probabilities of all pairs of counts from look to look.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, final

import numpy as np
import scipy.special as sp

from trialwright.numerics.arrays import Bools, Floats, Ints

Stops = Literal["either", "both"]
LAMBDAS: Floats = np.round(np.arange(0.50, 0.9951, 0.01), 4)
GAMMAS: Floats = np.round(np.arange(0.0, 1.001, 0.05), 4)
SLACK = 1e-9  # rounding of an error that equals its level


@final
@dataclass(frozen=True, slots=True)
class Cells:
    """True probabilities of two endpoints: of the first, of the second, and of both in one person."""

    first: float
    second: float
    both: float

    def __post_init__(self) -> None:
        if not all(0 <= cell <= 1 for row in self.table for cell in row):
            raise ValueError("the three probabilities do not go together")

    @property
    def table(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """P(neither), P(second alone); P(first alone), P(both)."""
        alone = self.first - self.both, self.second - self.both
        return (_near(1 - self.first - self.second + self.both), _near(alone[1])), (_near(alone[0]), self.both)

    @classmethod
    def independent(cls, first: float, second: float) -> Cells:
        """Two endpoints that know nothing of each other."""
        return cls(first, second, first * second)


class Endpoint(NamedTuple):
    """The null rate of an endpoint, and whether many are good (activity) or bad (toxicity)."""

    null: float
    is_good: bool = True


class Monitored(NamedTuple):
    """A design: its cut-off, the counts at which it stops, and what it does."""

    cut: tuple[float, float]  # lambda, gamma
    bounds: tuple[Ints, ...]  # of each endpoint, (L,): at most so many stop (activity), at least so many (toxicity)
    error: float  # the largest over the nulls
    power: float
    expected: float  # people under the first null


class Watched(NamedTuple):
    """What a design does under true rates."""

    declared: float  # P(declared promising)
    stops: Floats  # (L,), the last look included
    expected: float


def bounds_at(endpoint: Endpoint, looks: Sequence[int], *, cut: tuple[float, float]) -> Ints:
    """The counts at which an endpoint fails at each look, (L,): -1 or n + 1 where none does.

    >>> bounds_at(Endpoint(0.2), [10, 15, 20, 25, 30, 35, 40], cut=(0.909, 1.0)).tolist()
    [1, 2, 3, 5, 7, 9, 11]
    """
    found: Ints = _bounds(endpoint, looks, cuts=np.array([cut]))[0]
    return found


def watched(
    endpoints: Sequence[Endpoint], bounds: Sequence[Ints], *, looks: Sequence[int], truth: Cells, stops: Stops
) -> Watched:
    """Exactly what monitoring does; with one endpoint, ``truth`` gives its rate first and the rest is not read."""
    declared, stopped = _watched_all(endpoints, [one[None] for one in bounds], looks=looks, truth=truth, stops=stops)
    return Watched(float(declared[0]), stopped[0], float(_people(declared, stopped, looks=looks)[0]))


def optimal(
    endpoints: Sequence[Endpoint], looks: Sequence[int], *, nulls: Sequence[Cells], good: Cells, alpha: float,
    stops: Stops = "either",
) -> Monitored | None:  # fmt: skip
    """The cut-off with the most power that keeps the error under every null; None where none of the grid can."""
    cuts = np.array([(level, power) for level in LAMBDAS for power in GAMMAS])
    every = np.concatenate([_bounds(one, looks, cuts=cuts) for one in endpoints], axis=1)
    _, first = np.unique(every, axis=0, return_index=True)
    first.sort()
    bounds = [each[first] for each in np.split(every, len(endpoints), axis=1)]
    under = [_watched_all(endpoints, bounds, looks=looks, truth=null, stops=stops) for null in nulls]
    error = np.max([declared for declared, _ in under], axis=0)
    power, _ = _watched_all(endpoints, bounds, looks=looks, truth=good, stops=stops)
    allowed = np.flatnonzero((error <= alpha + SLACK) & (power > 0))
    if not len(allowed):
        return None
    people = _people(*under[0], looks=looks)
    best = allowed[np.lexsort((people[allowed].round(10), -power[allowed].round(10)))[0]]
    cut = cuts[first[best]]
    return Monitored(
        (float(cut[0]), float(cut[1])), tuple(one[best] for one in bounds), float(error[best]), float(power[best]),
        float(people[best]),
    )  # fmt: skip


def _bounds(endpoint: Endpoint, looks: Sequence[int], *, cuts: Floats) -> Ints:
    """The bounds of many cut-offs, (C, L)."""
    found = np.empty((len(cuts), len(looks)), np.int64)
    for place, n in enumerate(looks):
        x = np.arange(n + 1)
        a, b = endpoint.null + x, 1 - endpoint.null + n - x
        good = sp.betaincc(a, b, endpoint.null) if endpoint.is_good else sp.betainc(a, b, endpoint.null)
        level = cuts[:, 0] * (n / looks[-1]) ** cuts[:, 1]
        fails = (good[None, :] < level[:, None]).sum(axis=1)
        found[:, place] = fails - 1 if endpoint.is_good else n + 1 - fails
    return found


def _watched_all(
    endpoints: Sequence[Endpoint], bounds: Sequence[Ints], *, looks: Sequence[int], truth: Cells, stops: Stops
) -> tuple[Floats, Floats]:
    """Of many designs at once: P(declared), (C,), and P(stopped) at each look, (C, L)."""
    mass, before = np.ones((len(bounds[0]), 1, 1)), 0
    stopped = np.zeros(bounds[0].shape)
    for look, n in enumerate(looks):
        mass = _convolved(mass, _cohort(truth, n - before, width=len(endpoints)))
        out = _fails(endpoints, [bound[:, look] for bound in bounds], n=n, stops=stops)
        stopped[:, look] = np.where(out, mass, 0.0).sum(axis=(1, 2))
        mass = np.where(out, 0.0, mass)
        before = n
    return np.asarray(mass.sum(axis=(1, 2)), np.float64), stopped


def _people(declared: Floats, stopped: Floats, *, looks: Sequence[int]) -> Floats:
    ends = stopped.copy()
    ends[:, -1] += declared
    return np.asarray(ends @ np.asarray(looks, np.float64), np.float64)


def _near(value: float) -> float:
    return 0.0 if abs(value) < 1e-12 else value


def _cohort(truth: Cells, people: int, *, width: int) -> Floats:
    """P(so many with the first, so many with the second) among new people: one person, by itself again and again."""
    one = np.asarray(truth.table) if width == 2 else np.array([[1 - truth.first], [truth.first]])
    found = np.ones((1, 1, 1))
    for _ in range(people):
        found = _convolved(found, one)
    alone: Floats = found[0]
    return alone


def _convolved(mass: Floats, more: Floats) -> Floats:
    """Sums of two independent pairs of counts, (C, n + 1, m + 1)."""
    count, rows, columns = mass.shape
    found = np.zeros((count, rows + more.shape[0] - 1, columns + more.shape[1] - 1))
    for i, j in np.ndindex(*more.shape):
        found[:, i : i + rows, j : j + columns] += more[i, j] * mass
    return found


def _fails(endpoints: Sequence[Endpoint], bounds: Sequence[Ints], *, n: int, stops: Stops) -> Bools:
    """Which pairs of counts stop each design, (C, n + 1, n + 1 or 1)."""
    x = np.arange(n + 1)[None, :]
    first, *others = (
        x <= at[:, None] if one.is_good else x >= at[:, None] for one, at in zip(endpoints, bounds, strict=True)
    )
    if not others:
        return np.asarray(first[:, :, None], np.bool_)
    second = others[0][:, None, :]
    return np.asarray(first[:, :, None] | second if stops == "either" else first[:, :, None] & second, np.bool_)
