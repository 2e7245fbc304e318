"""Time to event in few participants: Kaplan-Meier, log-rank, and proportional hazards (Cox).

Who is censored at a time is still at risk at that time. Times are of one unit throughout; equal times are ties.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, final

import numpy as np
import numpy.typing as npt
import scipy.optimize as so
import scipy.special as sp

from trialwright.numerics.arrays import Bools, Floats, Ints

MAX_STEPS = 100
LONGEST_STEP = 5.0  # of the log hazard of anybody, at once
FLAT = 1e-10  # curvature per event, of covariates of unit size, below which they are not told apart
SAME = 1e-9  # products of shares that differ by less are the same share


@final
@dataclass(frozen=True, slots=True)
class Curve:
    """Kaplan-Meier: one row for every time at which somebody had the event or was censored, ascending."""

    time: Floats
    at_risk: Ints
    events: Ints
    survival: Floats  # S(t), from this time on
    greenwood: Floats  # sum of d / (n (n - d)) up to here; infinite once nobody is left


@final
@dataclass(frozen=True, slots=True)
class SurvivalAt:
    """What a curve says at one time; no standard error and no limits where the estimate is 0."""

    time: float
    at_risk: int
    survival: float
    standard_error: float | None  # of S(t), Greenwood
    limits: tuple[float, float] | None  # by log(-log S)
    followed: (
        bool  # somebody was followed up to this time, or nobody was left without the event; if not, the last value
    )


@final
@dataclass(frozen=True, slots=True)
class LogRank:
    """The log-rank test of equal hazards: observed and expected events of every group, ascending."""

    observed: Ints
    expected: Floats
    chi_square: float
    degrees_of_freedom: int
    p: float


@final
@dataclass(frozen=True, slots=True)
class Cox:
    """Proportional hazards: log hazard ratios and their covariance."""

    log_hazard_ratio: Floats
    covariance: Floats
    log_likelihood: float


def kaplan_meier(time: npt.ArrayLike, event: npt.ArrayLike) -> Curve:
    """Share still without the event over time: S(t) = product of (1 - d / n) over event times up to t.

    (Kaplan & Meier 1958, Journal of the American Statistical Association 53:457.) ``time`` ``[N]`` is at least 0,
    ``event`` ``[N]`` true for the event and false for censored; ValueError for nobody or a time that is not a number.

    >>> kaplan_meier([1, 2, 2, 3], [True, True, False, False]).survival.tolist()
    [0.75, 0.5, 0.5]
    """
    times, events = _observed(time, event)
    moments, place = np.unique(times, return_inverse=True)
    n_events = np.bincount(place, weights=events).astype(np.int64)
    leaving = np.bincount(place)
    at_risk = len(times) - np.concatenate([[0], np.cumsum(leaving)[:-1]]).astype(np.int64)
    survival = np.asarray(np.cumprod(1 - n_events / at_risk), np.float64)
    left = at_risk - n_events
    greenwood = np.asarray(np.cumsum(n_events / (at_risk * np.maximum(left, 1))), np.float64)
    return Curve(moments, at_risk, n_events, survival, np.where(survival > 0, greenwood, math.inf))


def survival_at(curve: Curve, time: float, *, confidence: float = 0.95) -> SurvivalAt:
    """The Kaplan-Meier estimate at a time, with Greenwood's standard error and log(-log) limits.

    S sqrt(V) and S^exp(-+ z sqrt(V) / log S), V = sum d / (n (n - d))   (Kalbfleisch & Prentice 2002). While
    nobody had the event, the limits are 1 and 1: the formula has nothing to say there. After the last follow-up the
    last value is carried and ``followed`` is false.

    >>> round(survival_at(kaplan_meier([1, 2, 3, 4], [1, 0, 1, 0]), 3.5).survival, 3)
    0.375
    """
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must lie between 0 and 1, not {confidence}")
    place = int(np.searchsorted(curve.time, time, side="right")) - 1
    onward = int(np.searchsorted(curve.time, time))
    at_risk = int(curve.at_risk[onward]) if onward < len(curve.time) else 0
    share = float(curve.survival[place]) if place >= 0 else 1.0
    followed = at_risk > 0 or share == 0
    if share == 0:
        return SurvivalAt(time, at_risk, 0.0, None, None, followed)
    variance = float(curve.greenwood[place]) if place >= 0 else 0.0
    if variance == 0:
        return SurvivalAt(time, at_risk, 1.0, 0.0, (1.0, 1.0), followed)
    reach = float(sp.ndtri((1 + confidence) / 2)) * math.sqrt(variance) / math.log(share)
    limits = share ** math.exp(-reach), share ** math.exp(reach)
    return SurvivalAt(time, at_risk, share, share * math.sqrt(variance), limits, followed)


def limits_of_curve(curve: Curve, *, confidence: float = 0.95) -> tuple[Floats, Floats]:
    """Lower and upper log(-log) limits of S(t) at every time of the curve, (T,) and (T,).

    1 and 1 before the first event; where nobody is left without the event, 0 and the last upper limit before.
    """
    inside = (curve.survival > 0) & (curve.survival < 1)
    z = float(sp.ndtri((1 + confidence) / 2))
    reach = z * np.sqrt(curve.greenwood[inside]) / -np.log(curve.survival[inside])
    low, high = np.ones(len(curve.time)), np.ones(len(curve.time))
    low[inside] = curve.survival[inside] ** np.exp(reach)
    high[inside] = curve.survival[inside] ** np.exp(-reach)
    low[curve.survival == 0] = 0.0
    high[curve.survival == 0] = high[inside][-1] if inside.any() else 1.0
    return low, high


def limits_of_time(curve: Curve, *, share: float = 0.5, confidence: float = 0.95) -> tuple[float | None, float | None]:
    """The first times at which the lower and the upper log(-log) limit are at the share or below; None: never.

    Limits of the median at a share of one half (Brookmeyer & Crowley 1982, Biometrics 38:29, with the limits of S(t)).

    >>> limits_of_time(kaplan_meier([1, 2, 3, 4], [1, 1, 1, 1]))
    (1.0, None)
    """
    low, high = (curve.time[limit <= share] for limit in limits_of_curve(curve, confidence=confidence))
    return float(low[0]) if len(low) else None, float(high[0]) if len(high) else None


def median_time(curve: Curve, *, share: float = 0.5) -> float | None:
    """Time by which half had the event: the first at which S(t) is at or below 0.5; None where it never is.

    Where S(t) is 0.5 itself up to the next event, the middle between the two; up to the end of follow-up, the first
    (Brookmeyer & Crowley 1982, Biometrics 38:29). ``share`` other than 0.5 for other quantiles.

    >>> median_time(kaplan_meier([1, 2, 3, 4], [1, 1, 1, 0])), median_time(kaplan_meier([1, 2], [0, 0]))
    (2.5, None)
    """
    reached = np.flatnonzero(curve.survival <= share + SAME)
    if len(reached) == 0:
        return None
    below = np.flatnonzero(curve.survival < share - SAME)
    first = float(curve.time[reached[0]])
    flat = abs(float(curve.survival[reached[0]]) - share) <= SAME
    return (first + float(curve.time[below[0]])) / 2 if flat and len(below) else first


def log_rank(time: npt.ArrayLike, event: npt.ArrayLike, *, group: npt.ArrayLike) -> LogRank | None:
    """Whether groups have the event at the same rate: observed less expected events over all event times.

    U = sum (d_g - d n_g / n), Var = sum d (n_g / n)(1[g = h] - n_h / n)(n - d) / (n - 1); U' Var^-1 U over all groups
    but one   (Mantel 1966, Cancer Chemotherapy Reports 50:163; Peto & Peto 1972). None where there is one group, no
    event, or no event while two groups are at risk.

    >>> round(log_rank([1, 2, 3, 4], [1, 1, 1, 1], group=[0, 0, 1, 1]).chi_square, 3)
    2.882
    """
    times, events = _observed(time, event)
    labels, place = np.unique(np.asarray(group), return_inverse=True)
    moments = np.unique(times[events])
    risk, died = (np.zeros((len(moments), len(labels))) for _ in range(2))
    for one in range(len(labels)):
        own, theirs = np.sort(times[place == one]), np.searchsorted(moments, times[(place == one) & events])
        risk[:, one] = len(own) - np.searchsorted(own, moments)
        died[:, one] = np.bincount(theirs, minlength=len(moments))
    n, d = risk.sum(axis=1), died.sum(axis=1)
    expected = (risk * (d / n)[:, None]).sum(axis=0) if len(moments) else np.zeros(len(labels))
    share, weight = risk / n[:, None], d * (n - d) / np.maximum(n - 1, 1)
    variance = np.diag(weight @ share) - (share * weight[:, None]).T @ share
    gap = died.sum(axis=0) - expected
    free = int(np.linalg.matrix_rank(variance, tol=1e-10 * max(1.0, float(np.abs(variance).max(initial=0)))))
    if free == 0:
        return None
    chi_square = float(gap @ np.linalg.pinv(variance, rcond=1e-10, hermitian=True) @ gap)
    counts = died.sum(axis=0).astype(np.int64)
    return LogRank(counts, expected, chi_square, free, float(sp.chdtrc(free, chi_square)))


def cox(
    time: npt.ArrayLike, event: npt.ArrayLike, *, covariates: npt.ArrayLike, ties: Literal["efron", "breslow"] = "efron"
) -> Cox | None:
    """Log hazard ratios that make the order of the events most likely; None where no finite ones do.

    Partial likelihood (Cox 1972, Journal of the Royal Statistical Society B 34:187) with ties after Efron 1977 (Journal
    of the American Statistical Association 72:557) or Breslow 1974 (Biometrics 30:89), by Newton steps. ``covariates``
    ``[N]`` or ``[N, p]``. No estimate exists where some direction of the covariates never puts an event below anybody
    at risk (then its ratio is infinite), or where no event time tells two of them apart: both are looked for by linear
    programming once the likelihood turns flat, rather than guessed from a large number.
    """
    times, events = _observed(time, event)
    x = np.asarray(covariates, np.float64).reshape(len(times), -1)
    if not np.isfinite(x).all():
        raise ValueError("a missing covariate must be left out with its participant")
    scale = x.std(axis=0)
    if (scale == 0).any():
        return None
    z = (x - x.mean(axis=0)) / scale
    beta, known = np.zeros(z.shape[1]), False
    value, slope, bend = _partial(beta, (times, events), x=z, ties=ties)
    curved = _least(bend)
    if curved <= FLAT * events.sum():
        return None
    for _ in range(MAX_STEPS):
        if not known and _least(bend) < 1e-3 * curved:
            known = _has_estimate(times, events, x=z)
            if not known:
                return None
        step = np.asarray(np.linalg.solve(bend, slope), np.float64)
        if float(slope @ step) < 1e-16 * max(1.0, abs(value)):
            return Cox(beta / scale, np.linalg.inv(bend) / np.outer(scale, scale), value)
        step = np.asarray(step * min(1.0, LONGEST_STEP / float(np.abs(z @ step).max())), np.float64)
        while (ahead := _partial(beta + step, (times, events), x=z, ties=ties))[0] < value - 1e-12 * abs(value):
            step = np.asarray(step / 2, np.float64)
        beta, (value, slope, bend) = beta + step, ahead
    return None


def _least(bend: Floats) -> float:
    return float(np.linalg.eigvalsh(bend)[0])


def _partial(
    beta: Floats, observed: tuple[Floats, Bools], *, x: Floats, ties: Literal["efron", "breslow"]
) -> tuple[float, Floats, Floats]:
    """Log partial likelihood, its slope, and minus its second derivative."""
    times, events = observed
    risk_score = np.exp(x @ beta)
    value, slope, bend = 0.0, np.zeros(len(beta)), np.zeros((len(beta), len(beta)))
    for moment in np.unique(times[events]):
        risk, died = times >= moment, (times == moment) & events
        value, slope = value + float((x[died] @ beta).sum()), slope + x[died].sum(axis=0)
        for done in np.arange(died.sum()) / died.sum() * (ties == "efron"):
            weight = risk_score * (risk - done * died)
            total = weight.sum()
            mean = weight @ x / total
            value, slope = value - math.log(total), slope - mean
            bend = bend + (x * weight[:, None]).T @ x / total - np.outer(mean, mean)
    return value, slope, bend


def _has_estimate(times: Floats, events: Bools, *, x: Floats) -> bool:
    """Whether the partial likelihood has a top: no direction in which who has the event is always the highest."""
    gaps = [x[i] - x[times >= times[i]] for i in np.flatnonzero(events)]
    rows = np.unique(np.concatenate(gaps), axis=0)
    found = so.linprog(-rows.sum(axis=0), A_ub=-rows, b_ub=np.zeros(len(rows)), bounds=[(-1, 1)] * x.shape[1])
    return bool(found.status == 0 and rows.sum(axis=0) @ found.x < 1e-9)


def _observed(time: npt.ArrayLike, event: npt.ArrayLike) -> tuple[Floats, Bools]:
    times, said = np.asarray(time, np.float64), np.asarray(event, np.float64)
    events = said == 1
    if times.ndim != 1 or times.shape != events.shape or len(times) == 0:
        raise ValueError("times and events need one entry for every participant, and at least one participant")
    if not (np.isfinite(times) & (times >= 0)).all():
        raise ValueError("a time must be a number of at least 0; leave out who was never followed")
    if not np.isin(said, (0, 1)).all():
        raise ValueError("an event is true or false (1 or 0); leave out where it is not known")
    return times, events
