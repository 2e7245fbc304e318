"""The size again, while the trial runs: from the variance or rate of all arms together, or from a promising z value.

Blinded (nobody learns an arm): the variance of everybody, not corrected for the difference between the arms, so a
little too large (Kieser & Friede 2003, Statistics in Medicine 22:3571); or the rate of everybody, from which both rates
follow when the difference planned is kept (Gould 1992, Statistics in Medicine 11:55).

Unblinded, at the look before the last, share t of the information seen with z: the second stage is enlarged so that
the conditional power at the trend reaches what was planned (Mehta & Pocock 2011, Statistics in Medicine 30:3267;
with the second stage m times as large as planned):

    m = t / (z^2 (1 - t)) ((c - z sqrt t) / sqrt(1 - t) + z_b)^2,   at most what is allowed

Test. ``combined``: sqrt t z + sqrt(1 - t) z_2 >= c with the weights planned (Cui, Hung & Wang 1999, Biometrics 55:853):
keeps the error whatever was done. ``conventional``: the usual z of everybody against c; keeps it only where the bound
that would be exact (Gao, Ware & Mehta 2008, J Biopharm Statistics 18:1184) is not above c, which is so when the
conditional power is high enough: ``least_promising`` finds from where on (Chen, DeMets & Lan 2004, Statistics in
Medicine 23:1023 have one half for any size).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import scipy.special as sp

from trialwright.numerics.arrays import Floats

POINTS = 2001  # of the conditional powers between which the least promising lies


class SecondStage(NamedTuple):
    """What a look says of the stage to come."""

    conditional_power: float  # at the trend, with the size planned
    enlarged: float  # the second stage over the planned one; 1 where nothing is changed
    reached: float  # conditional power with it


def blinded_rates(responders: int, of: int, *, difference: float, ratio: float = 1.0) -> tuple[float, float] | None:
    """Rates of treatment and control that give everybody's rate and keep the difference; None: they leave 0 to 1.

    >>> [round(rate, 3) for rate in blinded_rates(40, 100, difference=0.2)]
    [0.5, 0.3]
    """
    control = responders / of - difference * ratio / (1 + ratio)
    treatment = control + difference
    return (treatment, control) if 0 < control < 1 and 0 < treatment < 1 else None


def conditional_power_at_trend(z: float, *, seen: float, bound: float, enlarged: float = 1.0) -> float:
    """P(combined statistic >= bound) at the trend, with the second stage so many times as large as planned.

    ``seen``: the share of the information at the look, below 1.

    >>> round(conditional_power_at_trend(1.5, seen=0.5, bound=1.96), 4)
    0.5902
    """
    drift = z / np.sqrt(seen) * np.sqrt((1 - seen) * enlarged)
    return float(sp.ndtr(drift - (bound - z * np.sqrt(seen)) / np.sqrt(1 - seen)))


def second_stage(z: float, *, seen: float, bound: float, power: float, least: float, most: float) -> SecondStage:
    """How large the second stage becomes: enlarged where the conditional power lies between ``least`` and ``power``.

    ``most``: the largest whole trial allowed, over the planned one. Raises ValueError for what cannot be meant.
    """
    if not (0 < seen < 1 and 0 < least < power < 1 and most >= 1):
        raise ValueError("a share seen below 1, a least power below that planned, and a largest size of at least 1")
    now = conditional_power_at_trend(z, seen=seen, bound=bound)
    if not least <= now < power:
        return SecondStage(now, 1.0, now)
    wanted = seen / (z**2 * (1 - seen)) * ((bound - z * np.sqrt(seen)) / np.sqrt(1 - seen) - sp.ndtri(1 - power)) ** 2
    enlarged = float(min(max(1.0, wanted), (most - seen) / (1 - seen)))
    reached = conditional_power_at_trend(z, seen=seen, bound=bound, enlarged=enlarged)
    return SecondStage(now, enlarged, reached)


def least_promising(*, seen: float, bound: float, power: float, most: float) -> float:
    """The least conditional power from which on, up to ``power``, the conventional test keeps the error.

    >>> round(least_promising(seen=0.5, bound=1.96, power=0.8, most=1.5), 2)
    0.41
    """
    now = np.linspace(0.001, power - 1e-6, POINTS)
    z = _z_with_power(now, seen=seen, bound=bound)
    enlarged = np.array([second_stage(float(one), seen=seen, bound=bound, power=power, least=1e-6, most=most).enlarged
                         for one in z])  # fmt: skip
    after = seen + (1 - seen) * enlarged  # information at the end, over the planned
    rest = (1 - seen) * enlarged
    exact = (np.sqrt(rest / (1 - seen)) * (bound - z * np.sqrt(seen)) + z * np.sqrt(seen)) / np.sqrt(after)
    wrong = np.flatnonzero(exact > bound + 1e-9)
    return float(now[wrong[-1] + 1]) if len(wrong) and wrong[-1] + 1 < len(now) else float(now[0])


def _z_with_power(now: Floats, *, seen: float, bound: float) -> Floats:
    """The z value at the look whose conditional power at the trend this is."""
    slope = np.sqrt((1 - seen) / seen) + np.sqrt(seen / (1 - seen))
    return np.asarray((sp.ndtri(now) + bound / np.sqrt(1 - seen)) / slope, np.float64)
