"""Which level of a curve lies closest to a target, with a written rule for ties."""

from __future__ import annotations

import numpy as np

from trialwright.numerics.arrays import Floats, Ints

TIE = 1e-9  # distances that differ by less are equal: far above rounding, far below anything a trial could tell apart


def closest_to_target(curve: Floats, target: float) -> Ints:
    """The level (from 1) whose rate is nearest to the target, for every row of a rising curve ``[B, D]``.

    The highest level when no rate is above the target, the lowest when none is below it, otherwise the smallest
    absolute distance; distances within 1e-9 are ties and go to the lower level. (The first two clauses matter only on a
    flat curve. Cheung 2011, Dose Finding by the Continual Reassessment Method; the conventions of
    references/dfcrm_crm.)

    >>> closest_to_target(np.array([[0.1, 0.2, 0.3], [0.1, 0.15, 0.25], [0.0, 0.0, 0.0]]), 0.2).tolist()
    [2, 2, 3]
    """
    curve = np.asfortranarray(curve)  # level by level in memory: the comparisons below run along the rows
    distance = np.abs(curve - target)
    nearest = (distance <= distance.min(axis=1, keepdims=True) + TIE).argmax(axis=1) + 1
    none_above, none_below = (curve <= target).all(axis=1), (curve >= target).all(axis=1)
    return np.asarray(np.where(none_above, curve.shape[1], np.where(none_below, 1, nearest)), np.int64)
