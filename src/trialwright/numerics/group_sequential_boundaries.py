"""Boundaries of a group-sequential trial that keep the error of repeated looks: shapes, spending, futility.

Fractions t_k = I_k / I_K rise to 1. Error a is that of one side; ``two-sided`` mirrors the upper boundary, so both
sides together have 2 a.

    shape D         u_k = c t_k^(D - 1/2), c solved; D = 0 O'Brien & Fleming 1979, Biometrics 35:549; D = 1/2 Pocock
                    1977, Biometrika 64:191; between: Wang & Tsiatis 1987, Biometrics 43:193
    Haybittle-Peto  u_k given before the end (3 is usual), the last solved (Haybittle 1971, Br J Radiol 44:793)
    spending        P(stop above at k, drift 0) = a(t_k) - a(t_{k-1}), solved look by look (Lan & DeMets 1983)
    beta spending   P(stop below at k, the drift of the alternative) = b(t_k) - b(t_{k-1}); that drift is the one at
                    which both boundaries meet at the end (Pampallona, Tsiatis & Kim 2001, Drug Information J 35:1113)

A non-binding futility boundary is not used when the upper boundary is solved: going on against it keeps the error.
A binding one is. Power and expected information follow it either way.

Drift at power 1 - b: with I_K = 1, the least drift > 0 at which P(stop above) = 1 - b; inflation = drift^2 /
(z_{1-a} + z_{1-b})^2, the maximum information over that of a design with one look. In a two-sided design only stopping
above counts as success. Roots by Brent's method to 1e-12; probabilities as in ``group_sequential``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import scipy.optimize as so
import scipy.special as sp

from trialwright.numerics.arrays import Floats
from trialwright.numerics.group_sequential import Going, Look, crossing

LOWEST, HIGHEST = -12.0, 37.0  # z values between which a bound is looked for
LEAST_ERROR = 1e-300  # a look that may spend less than this cannot stop
FIRST_DRIFT, MOST_DRIFT = 8.0, 1000.0  # drifts up to which a power is looked for
LEAST_MIRRORED = 1e-6  # the mirrored bounds of a two-sided design do not meet


class Bounds(NamedTuple):
    """Both boundaries on the z scale, (K,) each; infinite where a look cannot stop."""

    lower: Floats
    upper: Floats


def wang_tsiatis(
    fractions: Sequence[float],
    *,
    alpha: float,
    delta: float,
    lower: npt.ArrayLike | None = None,
    two_sided: bool = False,
) -> Floats:
    """The upper bounds c t^(delta - 1/2) with the error ``alpha`` of one side, (K,).

    ``fractions``: t_k, rising to 1, (K,); ``delta``: 0 O'Brien-Fleming, 1/2 Pocock; ``lower``: a binding futility
    bound at each look but the last, (K - 1,); ``two_sided``: mirrored, ``alpha`` for each side. Error below 1e-9.

    >>> wang_tsiatis([0.5, 1], alpha=0.025, delta=0.5).round(5).tolist()
    [2.17827, 2.17827]
    """
    shape = np.asarray(fractions, np.float64) ** (delta - 0.5)

    def excess(constant: float) -> float:
        upper = constant * shape
        under = -upper if two_sided else np.minimum(futile, upper)
        return error(fractions, lower=under, upper=upper) - alpha

    futile = _with_end(lower, len(fractions))
    least = LEAST_MIRRORED if two_sided else LOWEST
    return _root(excess, low=least, high=HIGHEST / float(shape.min())) * shape


def last_solved(
    fractions: Sequence[float],
    *,
    alpha: float,
    before: Sequence[float],
    lower: npt.ArrayLike | None = None,
    two_sided: bool = False,
) -> Floats:
    """The bounds ``before`` the last look as given, (K - 1,), and the last that makes the error ``alpha``, (K,).

    ``LOWEST`` where so many stop below that success of all who reach the last look does not spend the error. Raises
    ValueError where the bounds given use up the error already.
    """
    given = np.asarray(before, np.float64)

    def excess(last: float) -> float:
        upper = np.append(given, last)
        under = -upper if two_sided else np.minimum(futile, upper)
        return error(fractions, lower=under, upper=upper) - alpha

    futile = _with_end(lower, len(fractions))
    least = LEAST_MIRRORED if two_sided else LOWEST
    if excess(HIGHEST) > 0:
        raise ValueError("the bounds before the last look use up the error")
    if excess(least) < 0 and not two_sided:
        return np.append(given, LOWEST)
    return np.append(given, _root(excess, low=least, high=HIGHEST))


def by_spending(
    fractions: Sequence[float], *, spent: Sequence[float], lower: npt.ArrayLike | None = None, two_sided: bool = False
) -> Floats:
    """The upper bounds whose error by each look is what may be spent, (K,).

    ``spent``: cumulative error of one side, (K,); ``lower``: a binding futility bound at each look but the last,
    (K - 1,); ``two_sided``: mirrored. A look that may spend nothing cannot stop: its bound is infinite; one that may
    spend more than all who got there has the bound ``LOWEST``.
    """
    increments = np.diff(np.asarray(spent, np.float64), prepend=0.0)
    futile = _with_end(lower, len(fractions))
    going, upper = Going.from_start(0.0), np.full(len(fractions), np.inf)
    for k, time in enumerate(fractions):
        upper[k] = _bound(partial(going.above, information=time), increments[k], rising=False)
        if k + 1 < len(fractions):
            under = -upper[k] if two_sided else min(futile[k], upper[k])
            going = going.after(Look(time, under, upper[k]), next_step=fractions[k + 1] - time)
    return upper


class WithFutility(NamedTuple):
    """Both boundaries and the drift (I_K = 1) of the alternative for which they were made."""

    lower: Floats
    upper: Floats
    drift: float


def by_both_spendings(
    fractions: Sequence[float], *, alpha_spent: Sequence[float], beta_spent: Sequence[float], binding: bool
) -> WithFutility:
    """An upper boundary that spends alpha and a lower one that spends beta, meeting at the last look.

    ``alpha_spent``, ``beta_spent``: cumulative, (K,); ``binding``: whether the upper boundary relies on the lower being
    followed. Error of the bounds below 1e-8.
    """
    beta = float(beta_spent[-1])

    def made(drift: float) -> Bounds:
        return _futility_at(drift, fractions, alpha=alpha_spent, beta=beta_spent, binding=binding)

    def excess(drift: float) -> float:
        both = made(drift)
        return beta - float(crossing(fractions, lower=both.lower, upper=both.upper, drifts=drift).lower.sum())

    drift = _root_upwards(excess, low=1e-3)
    return WithFutility(*made(drift), drift=drift)


def error(fractions: Sequence[float], *, lower: npt.ArrayLike, upper: npt.ArrayLike) -> float:
    """The probability of stopping above when there is no effect."""
    return power(fractions, lower=lower, upper=upper, drift=0.0)


def power(fractions: Sequence[float], *, lower: npt.ArrayLike, upper: npt.ArrayLike, drift: float) -> float:
    """The probability of stopping above at this drift."""
    return float(crossing(fractions, lower=lower, upper=upper, drifts=drift).upper.sum())


def drift_at_power(fractions: Sequence[float], *, lower: npt.ArrayLike, upper: npt.ArrayLike, wanted: float) -> float:
    """The drift (I_K = 1) at which the trial stops above with the probability ``wanted``.

    Raises ValueError where no drift up to 1000 reaches it: a futility boundary that stops almost everybody.
    """

    def excess(drift: float) -> float:
        return power(fractions, lower=lower, upper=upper, drift=drift) - wanted

    return _root_upwards(excess, low=0.0 if excess(0.0) < 0 else -MOST_DRIFT)


def inflation(drift: float, *, alpha: float, beta: float) -> float:
    """The maximum information over that of one look at the same errors: drift^2 / (z_{1-alpha} + z_{1-beta})^2."""
    return float((drift / (sp.ndtri(1 - alpha) + sp.ndtri(1 - beta))) ** 2)


def _futility_at(
    drift: float, fractions: Sequence[float], *, alpha: Sequence[float], beta: Sequence[float], binding: bool
) -> Bounds:
    """Both boundaries when the lower one spends beta at this drift; at the last look they meet."""
    upper = by_spending(fractions, spent=alpha) if not binding else np.full(len(fractions), np.inf)
    lower, more, less = np.full(len(fractions), -np.inf), np.diff(alpha, prepend=0.0), np.diff(beta, prepend=0.0)
    null, effect = Going.from_start(0.0), Going.from_start(drift)
    for k, time in enumerate(fractions):
        if binding:
            upper[k] = _bound(partial(null.above, information=time), more[k], rising=False)
        if k + 1 == len(fractions):
            break
        futile = _bound(partial(effect.below, information=time), less[k], rising=True)
        lower[k] = min(futile, upper[k])
        look, step = Look(time, lower[k], upper[k]), fractions[k + 1] - time
        null, effect = null.after(look, next_step=step), effect.after(look, next_step=step)
    lower[-1] = upper[-1]
    return Bounds(lower, upper)


def _with_end(lower: npt.ArrayLike | None, looks: int) -> Floats:
    """The futility bounds with none at the last look; none at all where none are given."""
    if lower is None:
        return np.full(looks, -np.inf)
    bounds = np.append(np.asarray(lower, np.float64), -np.inf)
    if len(bounds) != looks:
        raise ValueError("every look but the last needs a futility bound")
    return bounds


def _bound(probability: Callable[[float], Floats], wanted: float, *, rising: bool) -> float:
    """Where a probability reaches what is wanted; infinite where nothing may be spent or nothing is left."""
    if wanted <= LEAST_ERROR:
        return -np.inf if rising else np.inf
    least, most = sorted((_one(probability(LOWEST)), _one(probability(HIGHEST))))
    if wanted <= least:
        return -np.inf if rising else np.inf
    if wanted >= most:  # everything that goes on may stop here
        return np.inf if rising else LOWEST
    return _root(lambda z: _one(probability(z)) - wanted, low=LOWEST, high=HIGHEST)


def _root(excess: Callable[[float], float], *, low: float, high: float) -> float:
    return float(so.brentq(excess, low, high, xtol=1e-12, rtol=1e-14))


def _root_upwards(excess: Callable[[float], float], *, low: float) -> float:
    """The root of what is below 0 at ``low`` and rises; looked for ever further up."""
    high = FIRST_DRIFT
    while excess(high) < 0:
        low, high = high, 2 * high
        if high > MOST_DRIFT:
            raise ValueError("no effect reaches the power wanted")
    return _root(excess, low=low, high=high)


def _one(value: Floats) -> float:
    return float(value[0])
