"""Which interval of the DLT rate the posterior speaks for: probability per unit of width.

The unit probability mass of an interval is P(low < p < high) / (high - low) under p ~ Beta(a, b)   (Ji, Liu, Li &
Bekele 2010, Clinical Trials 7:653). With intervals of one width the strongest is the one of highest mass
(Yan, Mandrekar & Yuan 2017, Clinical Cancer Research 23:3994); a piece cut off at 0 or 1 counts by its own width.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np
import scipy.special as sp

from trialwright.numerics.arrays import Floats, Ints

SLIVER = 1e-9  # a piece at 0 or 1 narrower than this is rounding, not an interval
TIE = 1e-9  # masses per unit that differ by less are equal


@final
@dataclass(frozen=True, slots=True)
class Partition:
    """The unit interval cut at ``edges``; interval number ``target`` (from 0) is the one wanted."""

    edges: Floats  # [K + 1], from 0 to 1
    target: int

    @property
    def limits(self) -> tuple[float, float]:
        """Ends of the interval that is wanted."""
        return float(self.edges[self.target]), float(self.edges[self.target + 1])

    @property
    def width(self) -> Floats:
        """Width of every interval, ``[K]``."""
        return np.diff(self.edges)


def three_intervals(low: float, high: float) -> Partition:
    """Below, inside and above (low, high)."""
    return Partition(np.array([0.0, low, high, 1.0]), 1)


def keys(low: float, high: float) -> Partition:
    """The target key (low, high), and keys as wide as it laid side by side out to 0 and 1; the last ones may be cut.

    >>> keys(0.25, 0.35).edges.round(2).tolist(), keys(0.25, 0.35).target
    ([0.0, 0.05, 0.15, 0.25, 0.35, 0.45, 0.55, 0.65, 0.75, 0.85, 0.95, 1.0], 3)
    """
    width = high - low
    downwards = low - width * np.arange(int(np.floor(low / width + SLIVER)) + 1)
    upwards = high + width * np.arange(int(np.floor((1 - high) / width + SLIVER)) + 1)
    down = downwards[downwards > SLIVER]
    up = upwards[upwards < 1 - SLIVER]
    return Partition(np.concatenate([[0.0], down[::-1], up, [1.0]]), len(down))


def unit_mass(*, n: Ints, n_dlt: Ints, prior_a: float, prior_b: float, partition: Partition) -> Floats:
    """Probability of every interval under Beta(a + y, b + n - y), divided by its width; ``[B]`` to ``[B, K]``."""
    pairs, place = np.unique(np.stack([n, n_dlt]), axis=1, return_inverse=True)
    a, b = prior_a + pairs[1], prior_b + pairs[0] - pairs[1]
    below = sp.betainc(a[:, None], b[:, None], partition.edges)
    return np.asarray((np.diff(below, axis=1) / partition.width)[place.ravel()], np.float64)


def strongest(mass: Floats) -> Ints:
    """The place (from 0) of the largest entry of every row ``[B, K]``; the highest place among equals."""
    largest = mass >= mass.max(axis=1, keepdims=True) - TIE
    return np.asarray(mass.shape[1] - 1 - largest[:, ::-1].argmax(axis=1), np.int64)


def towards_target(*, n: Ints, n_dlt: Ints, prior_a: float, prior_b: float, partition: Partition) -> Ints:
    """Where the strongest interval points: 1 up (it lies below the target interval), 0 stay, -1 down; all ``[B]``.

    >>> three = three_intervals(0.25, 0.35)
    >>> towards_target(n=np.array([3, 3, 3]), n_dlt=np.array([0, 1, 2]), prior_a=1, prior_b=1, partition=three).tolist()
    [1, 0, -1]
    """
    mass = unit_mass(n=n, n_dlt=n_dlt, prior_a=prior_a, prior_b=prior_b, partition=partition)
    return np.asarray(np.sign(partition.target - strongest(mass)), np.int64)


def around_target(a: Floats, b: Floats, *, target: float, sds_below: float, sds_above: float) -> Floats:
    """Probabilities below, inside and above an interval measured in standard deviations s of Beta(a, b), ``[B, 3]``.

    The interval is (target - sds_below s, target + sds_above s), s^2 = a b / ((a + b)^2 (a + b + 1))   (Ji, Li &
    Bekele 2007, Clinical Trials 4:235).
    """
    sd = np.sqrt(a * b / ((a + b) ** 2 * (a + b + 1)))
    below = sp.betainc(a, b, np.maximum(target - sds_below * sd, 0.0))
    above = sp.betaincc(a, b, np.minimum(target + sds_above * sd, 1.0))
    return np.asarray(np.stack([below, 1 - below - above, above], axis=1), np.float64)
