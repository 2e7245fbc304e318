"""Tests and limits for means of repeated measures in few participants: Satterthwaite, and Kenward and Roger.

The covariance of the visits is estimated, not known. Both methods answer with fewer degrees of freedom; Kenward and
Roger also widen the standard errors, and get Hotelling's exact test back where every participant has every visit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, final

import numpy as np
import numpy.typing as npt
import scipy.special as sp

from trialwright.numerics.arrays import Floats
from trialwright.numerics.repeated_measures import Fitted

Method = Literal["kenward-roger", "satterthwaite"]
INDETERMINATE = 1e-3  # degrees of freedom this near 2 leave the scale of F to rounding

Information = Literal["observed", "expected"]


@final
@dataclass(frozen=True, slots=True)
class Contrast:
    """One combination of coefficients: its estimate, and how sure that is."""

    estimate: float
    standard_error: float
    degrees_of_freedom: float
    t: float
    p: float  # two-sided
    limits: tuple[float, float]


@final
@dataclass(frozen=True, slots=True)
class JointTest:
    """Several combinations of coefficients tested at once against 0."""

    f: float
    numerator: int
    denominator: float  # degrees of freedom
    p: float


def contrast(
    fitted: Fitted,
    weights: npt.ArrayLike,
    *,
    method: Method = "kenward-roger",
    confidence: float = 0.95,
    information: Information = "observed",
) -> Contrast:
    """Estimate, standard error, degrees of freedom, test of 0 and limits of one combination l of the coefficients.

    Degrees of freedom 2 (l' C l)^2 / (g' A g), g_i = l' C P_i C l the derivative of l' C l by the i-th covariance
    parameter, A the covariance of those parameters (Giesbrecht & Burns 1985, Biometrics 41:477); with one combination
    Kenward and Roger's are the same. The standard error is from C for Satterthwaite and from the adjusted C for Kenward
    and Roger. A is the inverse of the observed information, as is usual in trial reports; Kenward and Roger 1997
    themselves used the expected one (``information="expected"``).
    """
    line = np.atleast_2d(np.asarray(weights, np.float64))
    if line.shape != (1, len(fitted.coefficients)) or not line.any():
        raise ValueError(f"a contrast has {len(fitted.coefficients)} weights, not all 0")
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must lie between 0 and 1, not {confidence}")
    spread = adjusted_covariance(fitted, information=information) if method == "kenward-roger" else fitted.covariance
    estimate, error = float((line @ fitted.coefficients)[0]), float(np.sqrt((line @ spread @ line.T)[0, 0]))
    free = _degrees_of_freedom(fitted, line[0], information=information)
    reach = float(sp.stdtrit(free, (1 + confidence) / 2)) * error
    t = estimate / error
    p = 2 * float(sp.stdtr(free, -abs(t)))
    return Contrast(estimate, error, free, t, p, (estimate - reach, estimate + reach))


def joint_test(
    fitted: Fitted,
    weights: npt.ArrayLike,
    *,
    method: Method = "kenward-roger",
    information: Information = "observed",
) -> JointTest | None:
    """F test that all rows of ``weights`` ``[q, p]``, times the coefficients, are 0; the rows must be independent.

    Kenward-Roger: the scaled F of Kenward & Roger 1997 (Biometrics 53:983): A1, A2, B, E*, V*, m and lambda
    as there. Satterthwaite: Fai & Cornelius 1996 (Journal of Statistical Computation and Simulation 54:363); its
    degrees of freedom depend a little on which rows span the hypothesis, Kenward and Roger's do not.
    None where the data do not carry such a test: no degrees of freedom are left.
    """
    lines = np.atleast_2d(np.asarray(weights, np.float64))
    if lines.shape[1] != len(fitted.coefficients) or np.linalg.matrix_rank(lines) < len(lines):
        raise ValueError(f"a joint test has independent rows of {len(fitted.coefficients)} weights")
    if len(lines) == 1:
        one = contrast(fitted, lines[0], method=method, information=information)
        return JointTest(one.t**2, 1, one.degrees_of_freedom, one.p)
    if method == "satterthwaite":
        return _fai_cornelius(fitted, lines, information=information)
    return _scaled_f(fitted, lines, information=information)


def parameter_covariance(fitted: Fitted, *, information: Information = "observed") -> Floats:
    """Covariance A of the estimated covariance parameters: the inverse of the information, ``[k, k]``."""
    return np.asarray(np.linalg.inv(fitted.observed if information == "observed" else fitted.expected), np.float64)


def adjusted_covariance(fitted: Fitted, *, information: Information = "observed") -> Floats:
    """Covariance of the coefficients, widened because that of the visits was estimated.

    C + 2 C (sum A_ij (Q_ij - P_i C P_j)) C   (Kenward & Roger 1997; Harville & Jeske 1992, Journal of the
    American Statistical Association 87:724). For unstructured, Toeplitz and compound symmetry, which are linear in
    their parameters, that is all of Kenward and Roger's.
    # differs from Kenward & Roger 1997 for the other patterns: their term in the second derivatives, -R_ij / 4, is left
    # out, as it makes the answer depend on whether a variance or its root is the parameter (they say so in 2009,
    # Computational Statistics and Data Analysis 53:2583); without it, it does not.
    """
    uncertain = parameter_covariance(fitted, information=information)
    held = np.einsum("ipq,qr,jrs->ijps", fitted.slopes, fitted.covariance, fitted.slopes, optimize=True)
    bulk = np.einsum("ij,ijpq->pq", uncertain, fitted.curves - held)
    widened = fitted.covariance + 2 * fitted.covariance @ bulk @ fitted.covariance
    return np.asarray((widened + widened.T) / 2, np.float64)


def _degrees_of_freedom(fitted: Fitted, line: Floats, *, information: Information) -> float:
    reached = fitted.covariance @ line
    slope = np.einsum("p,ipq,q->i", reached, fitted.slopes, reached)
    spread = float(slope @ parameter_covariance(fitted, information=information) @ slope)
    return 2 * float(line @ reached) ** 2 / spread


def _fai_cornelius(fitted: Fitted, lines: Floats, *, information: Information) -> JointTest | None:
    """Independent combinations, each with its own degrees of freedom v: E = sum v / (v - 2), m = 2 E / (E - q)."""
    sizes, axes = np.linalg.eigh(lines @ fitted.covariance @ lines.T)
    turned = axes.T @ lines
    f = float(((turned @ fitted.coefficients) ** 2 / sizes).mean())
    free = np.array([_degrees_of_freedom(fitted, line, information=information) for line in turned])
    if (free <= 2).any():
        return None
    together, q = float((free / (free - 2)).sum()), len(lines)
    return _answer(f, q, denominator=2 * together / (together - q))


def _scaled_f(fitted: Fitted, lines: Floats, *, information: Information) -> JointTest | None:
    q = len(lines)
    uncertain = parameter_covariance(fitted, information=information)
    middle = lines.T @ np.linalg.solve(lines @ fitted.covariance @ lines.T, lines)
    moved = middle @ fitted.covariance @ fitted.slopes @ fitted.covariance
    traces = np.einsum("ipp->i", moved)
    a1 = float(traces @ uncertain @ traces)
    a2 = float(np.einsum("ij,ipq,jqp->", uncertain, moved, moved, optimize=True))
    scaled = _moments(q, a1, a2=a2)
    if scaled is None:
        return None
    denominator, factor = scaled
    gap = lines @ fitted.coefficients
    spread = lines @ adjusted_covariance(fitted, information=information) @ lines.T
    return _answer(factor * float(gap @ np.linalg.solve(spread, gap)) / q, q, denominator=denominator)


def _moments(q: int, a1: float, *, a2: float) -> tuple[float, float] | None:
    """Degrees of freedom m and factor lambda that match two moments of F (Kenward & Roger 1997).

    The expressions are kept where m is below 4 and the variance that they stand for is not finite: they still give
    Hotelling's m = n - q there. At m = 2 itself lambda is 0 / 0: None.
    """
    b = (a1 + 6 * a2) / (2 * q)
    g = ((q + 1) * a1 - (q + 4) * a2) / ((q + 2) * a2)
    c1, c2, c3 = (top / (3 * q + 2 * (1 - g)) for top in (g, q - g, q + 2 - g))
    inverse_mean, spread = 1 - a2 / q, (1 - c2 * b) ** 2 * (1 - c3 * b)
    rest = inverse_mean**2 * (1 + c1 * b) - spread  # (q rho - 1) times spread, rho = V* / (2 E*^2)
    if rest == 0:
        return None
    m = 4 + (q + 2) * spread / rest
    factor = m * inverse_mean / (m - 2) if abs(m - 2) > INDETERMINATE else 0.0
    return (m, factor) if m > 0 and factor > 0 else None


def _answer(f: float, q: int, *, denominator: float) -> JointTest:
    return JointTest(f, q, denominator, float(sp.fdtrc(q, denominator, f)))
