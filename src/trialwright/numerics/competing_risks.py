"""Time to the first of several events that exclude each other: how many have had each of them by a time.

Who died without a flare can no longer have one: 1 - Kaplan-Meier of the flare, with the dead censored, would count the
flares they might have had. The Aalen-Johansen estimate does not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np
import numpy.typing as npt

from trialwright.numerics.arrays import Floats, Ints
from trialwright.numerics.survival import kaplan_meier


@final
@dataclass(frozen=True, slots=True)
class Incidence:
    """One row for every time at which somebody had an event or was censored, ascending; one column per cause."""

    time: Floats
    at_risk: Ints
    cumulative: Floats  # [T, K] share who have had each cause, from this time on
    free: Floats  # [T] share without any


def cumulative_incidence(time: npt.ArrayLike, cause: npt.ArrayLike, *, causes: int) -> Incidence:
    """Share who have had each of several events over time, each event ending the time in which another could come.

    F_k(t) = sum over event times u up to t of S(u-) d_k(u) / n(u), S the Kaplan-Meier estimate of having had none
    (Aalen & Johansen 1978, Scandinavian Journal of Statistics 5:141). ``time`` ``[N]`` of at least 0; ``cause`` ``[N]``
    0 for censored, 1 to ``causes`` for the event that came. Who is censored at a time is at risk at it. ValueError for
    nobody, a time that is not a number, or a cause that does not exist.

    >>> cumulative_incidence([1, 2, 3, 4], [1, 2, 0, 1], causes=2).cumulative[-1].tolist()
    [0.75, 0.25]
    """
    kinds = np.asarray(cause, np.float64)
    if not np.isin(kinds, np.arange(causes + 1)).all():
        raise ValueError(f"a cause is a whole number from 0 (censored) to {causes}")
    curve = kaplan_meier(time, kinds > 0)
    before = np.concatenate([[1.0], curve.survival[:-1]])
    times = np.asarray(time, np.float64)
    came = [[np.count_nonzero((times == one) & (kinds == kind)) for kind in range(1, causes + 1)] for one in curve.time]
    steps = (before / curve.at_risk)[:, None] * np.asarray(came, np.float64).reshape(len(curve.time), causes)
    return Incidence(curve.time, curve.at_risk, np.asarray(np.cumsum(steps, axis=0), np.float64), curve.survival)
