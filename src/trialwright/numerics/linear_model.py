"""Least squares with normal errors: analysis of covariance, analysis of variance, and combinations of coefficients."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import final

import numpy as np
import numpy.typing as npt
import scipy.special as sp

from trialwright.numerics.arrays import Floats

SAME = 1e-9  # of the largest singular value: a direction below it cannot be told apart


@final
@dataclass(frozen=True, slots=True)
class LinearFit:
    """Coefficients, (X' X)^-1 (of generalised kind where columns depend), and the residual variance."""

    coefficients: Floats
    inverse: Floats
    variance: float
    degrees_of_freedom: int
    space: Floats  # rows of X as an orthonormal basis: what can be estimated lies in it


@final
@dataclass(frozen=True, slots=True)
class Estimated:
    """A combination of coefficients with its standard error, t test of 0 and confidence limits."""

    estimate: float
    standard_error: float
    degrees_of_freedom: int
    p: float
    limits: tuple[float, float]


def least_squares(response: npt.ArrayLike, design: npt.ArrayLike) -> LinearFit | None:
    """Fit y = X b + e by least squares; None where no row is left to judge the variation by.

    b = (X' X)^- X' y, s^2 = r' r / (n - rank X)   (Searle 1971, Linear Models, ch. 5). ``response`` ``[N]``, ``design``
    ``[N, p]``. Columns that depend on others are allowed: combinations that can be estimated do not depend on how.
    """
    y, x = np.asarray(response, np.float64), np.asarray(design, np.float64)
    if not (np.isfinite(y).all() and np.isfinite(x).all()):
        raise ValueError("a missing value must be left out with its row")
    if len(y) == 0:
        return None
    left, sizes, right = np.linalg.svd(x, full_matrices=False)
    kept = sizes > SAME * sizes.max(initial=0.0)
    left, sizes, right = left[:, kept], sizes[kept], right[kept]
    coefficients = right.T @ ((left.T @ y) / sizes)
    free = len(y) - int(kept.sum())
    rest = y - x @ coefficients
    if free < 1:
        return None
    inverse = (right.T / sizes**2) @ right
    return LinearFit(coefficients, inverse, float(rest @ rest) / free, free, right)


def combination(fitted: LinearFit, weights: npt.ArrayLike, *, confidence: float = 0.95) -> Estimated | None:
    """Estimate, standard error, t test and limits of l'b; None where the data cannot tell it.

    se = s sqrt(l' (X' X)^- l), t with the residual degrees of freedom. It can be told where l lies in the row space of
    X   (Searle 1971, ch. 5.4).
    """
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must lie between 0 and 1, not {confidence}")
    line = np.asarray(weights, np.float64)
    outside = line - fitted.space.T @ (fitted.space @ line)
    if np.abs(outside).max() > 1e-7 * max(1.0, float(np.abs(line).max())):
        return None
    estimate = float(line @ fitted.coefficients)
    error = math.sqrt(max(0.0, float(line @ fitted.inverse @ line)) * fitted.variance)
    if error == 0:
        return Estimated(estimate, 0.0, fitted.degrees_of_freedom, math.nan, (estimate, estimate))
    free = fitted.degrees_of_freedom
    p = 2 * float(sp.stdtr(free, -abs(estimate / error)))
    reach = float(sp.stdtrit(free, (1 + confidence) / 2)) * error
    return Estimated(estimate, error, free, p, (estimate - reach, estimate + reach))


def one_way(values: npt.ArrayLike, group: npt.ArrayLike) -> float | None:
    """P of the analysis of variance: whether groups have equal means.

    F = sum n_g (m_g - m)^2 / (k - 1) / s^2, s^2 the variation within   (Fisher 1925). ``values`` and ``group`` ``[N]``;
    None for one group, or no variation within.

    >>> round(one_way([1, 2, 3, 2, 3, 4], [0, 0, 0, 1, 1, 1]), 4)
    0.2879
    """
    y, (_, place) = np.asarray(values, np.float64), np.unique(np.asarray(group), return_inverse=True)
    groups = int(place.max(initial=-1)) + 1
    free = len(y) - groups
    if groups < 2 or free < 1:
        return None
    counts = np.bincount(place)
    means = np.bincount(place, weights=y) / counts
    within = float(((y - means[place]) ** 2).sum())
    between = float((counts * (means - y.mean()) ** 2).sum())
    if within <= SAME**2 * max(1.0, float((y**2).sum())):
        return None
    return float(sp.fdtrc(groups - 1, free, between / (groups - 1) / (within / free)))
