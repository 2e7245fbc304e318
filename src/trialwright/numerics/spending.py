"""How much of an error may have been spent by each look: spending functions of the information fraction t.

    asOF   2 - 2 Phi(z_{1-a/2} / sqrt t)                  Lan & DeMets 1983, Biometrika 70:659, like O'Brien-Fleming
    asP    a log(1 + (e - 1) t)                           the same paper, like Pocock
    asHSD  a (1 - exp(-g t)) / (1 - exp(-g)); a t at g=0  Hwang, Shih & de Cani 1990, Statistics in Medicine 9:1439
    asKD   a t^g, g > 0                                   Kim & DeMets 1987, Biometrika 74:149

Each is one-sided: a is the error of one side. A symmetric two-sided design spends each side's half alike.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal

import numpy as np
import numpy.typing as npt
import scipy.special as sp

from trialwright.numerics.arrays import Floats

Spending = Literal["asOF", "asP", "asHSD", "asKD"]


def spent(kind: Spending, fractions: npt.ArrayLike, *, total: float, gamma: float | None = None) -> Floats:
    """How much of ``total`` is spent by each information fraction, cumulative, (K,); all of it from 1 on.

    ``fractions``: t, above 0, (K,); ``gamma``: the parameter of asHSD and asKD. Raises ValueError where it is missing.

    >>> spent("asKD", [0.5, 1], total=0.025, gamma=3).tolist()
    [0.003125, 0.025]
    """
    t = np.minimum(np.atleast_1d(np.asarray(fractions, np.float64)), 1.0)
    if not (t > 0).all() or not 0 < total < 1:
        raise ValueError("fractions must be above 0 and the total strictly between 0 and 1")
    return np.where(t == 1, total, FUNCTIONS[kind](t, total=total, gamma=gamma))


def _obrien_fleming(t: Floats, *, total: float, gamma: float | None) -> Floats:
    return np.asarray(2 * sp.ndtr(sp.ndtri(total / 2) / np.sqrt(t)), np.float64)


def _pocock(t: Floats, *, total: float, gamma: float | None) -> Floats:
    return total * np.log1p((np.e - 1) * t)


def _hwang_shih_decani(t: Floats, *, total: float, gamma: float | None) -> Floats:
    if gamma is None:
        raise ValueError("asHSD needs gamma")
    if gamma == 0:
        return total * t
    if gamma < 0:  # both sides times exp(gamma): nothing overflows
        return np.asarray(total * np.exp(-gamma * (t - 1)) * np.expm1(gamma * t) / np.expm1(gamma), np.float64)
    return np.asarray(total * np.expm1(-gamma * t) / np.expm1(-gamma), np.float64)


def _kim_demets(t: Floats, *, total: float, gamma: float | None) -> Floats:
    if gamma is None or gamma <= 0:
        raise ValueError("asKD needs gamma above 0")
    return np.asarray(total * t**gamma, np.float64)


FUNCTIONS: Mapping[Spending, Callable[..., Floats]] = {
    "asOF": _obrien_fleming,
    "asP": _pocock,
    "asHSD": _hwang_shih_decani,
    "asKD": _kim_demets,
}
