"""Repeated measures of the same participants by restricted maximum likelihood (REML): the model behind an MMRM.

y = X beta + e; participants are independent, the visits of one vary together as a pattern says (one matrix for all; who
missed a visit contributes the rest of it). Missing visits are left out, not filled in: right where being missed depends
on what was seen alone. There are no random effects beyond the pattern.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, final

import numpy as np
import numpy.typing as npt

from trialwright.numerics.arrays import Bools, Floats, Ints
from trialwright.numerics.covariance_patterns import Pattern, PatternName, Shape, pattern, unstructured_by_order

MAX_STEPS = 200
CONVERGED = 1e-12  # squared length of the gradient, measured by the information, in units of the deviance
SAME_TOP = 1e-6  # two tops whose deviance differs by less are one, reached from two sides
LEAST_SHARE = 1e-8  # of the variance of a visit that the other visits must leave unexplained

Covariance = PatternName | Literal["unstructured_by_order"]
Why = Literal["too_few", "not_identifiable", "never_together", "no_variation", "singular", "no_convergence"]


@final
@dataclass(frozen=True, slots=True)
class NotFitted:
    """The model has no (trustworthy) estimate here, and the reason."""

    why: Why


@final
@dataclass(frozen=True, slots=True)
class Fitted:
    """REML estimates and what small-sample inference needs of them.

    Shapes: p coefficients, T visits, k covariance parameters. ``slopes`` P_i = sum X' W V_i W X ``[k, p, p]`` and
    ``curves`` Q_ij = sum X' W V_i W V_j W X ``[k, k, p, p]``, W the inverse of V.
    """

    pattern: Covariance
    coefficients: Floats
    covariance: Floats  # of the coefficients, (X' W X)^-1: no small-sample correction
    visits: Floats  # V, [T, T]; by order: a row for every visit at every place in the order
    parameters: Floats
    observed: Floats  # second derivatives of minus the log-likelihood in the parameters, [k, k]
    expected: Floats
    log_likelihood: float  # restricted: -((N - p) log 2 pi + log |V| + log |X' W X| + r' W r) / 2
    n_observations: int
    n_participants: int
    slopes: Floats
    curves: Floats


@final
@dataclass(frozen=True, slots=True)
class _Data:
    """Participants by visits, zero where missing; the sets of visits that occur, and who has which."""

    y: Floats  # [S, T]
    x: Floats  # [S, T, p]
    sets: Bools  # [M, T]; the whole of V among them, seen by somebody or not: it must be positive definite
    which: Ints  # [S]

    @property
    def seen(self) -> Bools:
        return np.asarray(self.sets[self.which], np.bool_)

    def scaled(self) -> _Data:
        """The same with columns of unit size: the deviance moves by a constant, the sums lose fewer digits."""
        size = np.sqrt((self.x**2).mean(axis=(0, 1)))
        return _Data(self.y, self.x / np.where(size > 0, size, 1), self.sets, self.which)


@final
@dataclass(frozen=True, slots=True)
class _At:
    """The model at one set of parameters."""

    theta: Floats
    shape: Shape
    weights: Floats  # W of every set of visits, zero where missing, [M, T, T]
    wx: Floats  # W X, [S, T, p]
    half: Floats  # W X C^1/2, [S, T, p]
    covariance: Floats
    coefficients: Floats
    pull: Floats  # W (y - X beta), [S, T]
    deviance: float  # minus twice the log-likelihood, without the constant


def fit(
    response: npt.ArrayLike,
    design: npt.ArrayLike,
    *,
    participant: npt.ArrayLike,
    visit: npt.ArrayLike,
    covariance: Covariance = "unstructured",
) -> Fitted | NotFitted:
    """Fit the means of a response over visits, and how the visits vary together, by REML.

    Minimises log |V| + log |X' W X| + r' W r, r = y - X beta, beta = (X' W X)^-1 X' W y   (Harville 1977, Journal of
    the American Statistical Association 72:320; Patterson & Thompson 1971, Biometrika 58:545), by Newton steps on the
    covariance parameters with exact derivatives, damped towards Fisher scoring; a step that does not lower the deviance
    or leaves the positive definite matrices is shortened. Parameters are estimated inside, never set to an edge. Two
    starts are tried: of two tops, the higher one is the estimate.

    ``unstructured_by_order`` is not a model to plan with: it has a variance for every visit, but pairs the correlations
    by the place among the observed visits, so that visits 2 and 3 of somebody without visit 1 take those of 1 and 2. It
    is what gls() of R does with corSymm() when no visit is named, and is here to repeat such results.

    ``response`` ``[N]`` and ``design`` ``[N, p]`` hold one row per observation, without missing values; ``participant``
    and ``visit`` ``[N]`` are labels, visits in ascending order. ValueError for two rows of one participant and visit or
    for numbers that are not finite; ``NotFitted`` where there is nothing to estimate, or no convergence.
    """
    y, x = np.asarray(response, np.float64), np.asarray(design, np.float64)
    people, who = np.unique(np.asarray(participant), return_inverse=True)
    stages, when = np.unique(np.asarray(visit), return_inverse=True)
    _must_be_rows(y, x, place=who * len(stages) + when)
    if why := _hopeless(y, x):
        return NotFitted(why)
    if covariance == "unstructured_by_order":
        cells, when = np.unique(np.stack([when, _order(who, when)]), axis=1, return_inverse=True)
        shapes = unstructured_by_order(*cells)
    else:
        shapes = pattern(covariance, len(stages))
    data = _spread(y, x, place=(who, when.ravel()), whole=covariance != "unstructured_by_order")
    if covariance == "unstructured" and not (data.seen.T.astype(int) @ data.seen.astype(int)).all():
        return NotFitted("never_together")
    found = _highest(shapes, data.scaled(), guess=_first_guess(y, x, data=data))
    if isinstance(found, NotFitted):
        return found
    at = _evaluate(shapes, found.theta, data=data)
    if at is None:
        return NotFitted("singular")
    slopes, curves = _sums(at, data)
    observed, expected = _information(at, data)
    constant = (len(y) - x.shape[1]) * np.log(2 * np.pi)
    return Fitted(
        pattern=covariance,
        coefficients=at.coefficients,
        covariance=at.covariance,
        visits=at.shape.value,
        parameters=at.theta,
        observed=observed / 2,
        expected=expected / 2,
        log_likelihood=float(-(at.deviance + constant) / 2),
        n_observations=len(y),
        n_participants=len(people),
        slopes=slopes,
        curves=curves,
    )


def _must_be_rows(y: Floats, x: Floats, *, place: Ints) -> None:
    if y.ndim != 1 or x.ndim != 2 or not len(y) == len(x) == len(place):
        raise ValueError("response, design, participant and visit must have one row for every observation")
    if not (np.isfinite(y).all() and np.isfinite(x).all()):
        raise ValueError("a missing value must be left out with its row, not passed on")
    if len(np.unique(place)) != len(place):
        raise ValueError("a participant has at most one observation at a visit")


def _hopeless(y: Floats, x: Floats) -> Why | None:
    """Why there is nothing to fit whatever the covariance; None where there is."""
    if len(y) <= x.shape[1]:
        return "too_few"
    size = np.linalg.norm(x, axis=0)
    if x.shape[1] == 0 or (size == 0).any() or np.linalg.matrix_rank(x / size, tol=1e-9) < x.shape[1]:
        return "not_identifiable"
    rest = y - x @ np.linalg.lstsq(x, y, rcond=None)[0]
    return "no_variation" if np.linalg.norm(rest) <= 1e-10 * float(np.linalg.norm(y)) else None


def _order(who: Ints, when: Ints) -> Ints:
    """Which of their observed visits it is for each participant: 0 for the first, by visit."""
    by_visit = np.lexsort((when, who))
    starts = np.searchsorted(who[by_visit], who[by_visit])
    order = np.empty(len(who), np.int64)
    order[by_visit] = np.arange(len(who)) - starts
    return order


def _spread(y: Floats, x: Floats, *, place: tuple[Ints, Ints], whole: bool) -> _Data:
    """Rows laid out as participants by visits."""
    people, visits = (int(axis.max()) + 1 for axis in place)
    table, seen = np.zeros((people, visits)), np.zeros((people, visits), np.bool_)
    designs = np.zeros((people, visits, x.shape[1]))
    table[place], seen[place], designs[place] = y, True, x
    sets, which = np.unique(seen, axis=0, return_inverse=True)
    if whole:
        sets = np.concatenate([sets, np.ones((1, visits), np.bool_)])
    return _Data(table, designs, sets, which.ravel())


def _first_guess(y: Floats, x: Floats, *, data: _Data) -> Floats:
    """Covariance of the residuals of plain least squares over pairs of visits, drawn in until positive definite."""
    beta = np.linalg.lstsq(x, y, rcond=None)[0]
    rest = np.where(data.seen, data.y - data.x @ beta, 0.0)
    pairs = data.seen.T.astype(np.float64) @ data.seen
    guess: Floats = rest.T @ rest / np.maximum(pairs, 1)
    least = float(np.square(rest).mean(where=data.seen))
    spread: Floats = np.maximum(np.diag(guess), 0.05 * least)
    off = guess - np.diag(np.diag(guess))
    for share in (0.9, 0.6, 0.3, 0.1):
        drawn: Floats = np.diag(spread) + np.multiply(share, off)
        if np.linalg.eigvalsh(drawn / np.sqrt(np.outer(spread, spread)))[0] > 0.02:
            return np.asarray(drawn, np.float64)
    return np.asarray(np.diag(spread), np.float64)


def _evaluate(shapes: Pattern, theta: Floats, *, data: _Data) -> _At | None:
    """The model at these parameters; None where some matrix is not positive definite."""
    shape = shapes.at(theta)
    weights = np.zeros((len(data.sets), *shape.value.shape))
    log_size = np.zeros(len(data.sets))
    people = np.bincount(data.which, minlength=len(data.sets))
    try:
        for place, seen in enumerate(data.sets):
            cells = np.ix_(seen, seen)
            root = np.linalg.inv(np.linalg.cholesky(shape.value[cells]))
            weights[place][cells] = root.T @ root
            log_size[place] = -2 * np.log(np.diag(root)).sum()
        wx = weights[data.which] @ data.x
        strength = np.einsum("stp,stq->pq", data.x, wx)
        root = np.linalg.inv(np.linalg.cholesky(strength))
    except np.linalg.LinAlgError:
        return None
    covariance = root.T @ root
    beta = covariance @ np.einsum("stp,st->p", wx, data.y)
    rest = np.where(data.seen, data.y - data.x @ beta, 0.0)
    pull = np.einsum("sab,sb->sa", weights[data.which], rest)
    deviance = float(people @ log_size - 2 * np.log(np.diag(root)).sum() + (rest * pull).sum())
    at = _At(theta, shape, weights, wx, wx @ root.T, covariance, beta, pull, deviance)
    return at if np.isfinite(deviance) else None


def _highest(shapes: Pattern, data: _Data, *, guess: Floats) -> _At | NotFitted:
    """The better of two tops: that above the covariance of the residuals, and that above its variances alone.

    With few participants and many missing visits the likelihood may have more than one (Drton & Richardson 2004,
    Biometrika 91:383, for regressions seen together), and the start decides which one is reached.
    """
    found = _climb(shapes, data, start=shapes.near(guess))
    if isinstance(found, NotFitted):
        return found
    other = _climb(shapes, data, start=shapes.near(np.diag(np.diag(guess))))
    return found if isinstance(other, NotFitted) or other.deviance > found.deviance - SAME_TOP else other


def _climb(shapes: Pattern, data: _Data, *, start: Floats) -> _At | NotFitted:
    """The model where the deviance is lowest around the start."""
    at, damping = _evaluate(shapes, start, data=data), 1e-3
    for _ in range(MAX_STEPS):
        if at is None or any(_nearly_singular(at.shape.value[np.ix_(seen, seen)]) for seen in data.sets):
            return NotFitted("singular")
        gradient = _gradient(at, data)
        observed, expected = _information(at, data)
        if not _is_positive(expected):
            return NotFitted("singular")
        if gradient @ np.linalg.solve(expected, gradient) < CONVERGED:
            return at if _is_positive(observed) else NotFitted("no_convergence")
        better = None
        for damped in _dampings(damping):
            better = _evaluate(shapes, at.theta - _step(gradient, (observed, expected), damping=damped), data=data)
            if better is not None and better.deviance <= at.deviance + 1e-12 * abs(at.deviance):
                damping = max(damped / 10, 1e-9)
                break
        else:
            return NotFitted("no_convergence")
        at = better
    return NotFitted("no_convergence")


def _dampings(first: float) -> Iterator[float]:
    """Ever shorter steps, each with ten times the damping, up to a practical standstill."""
    return (first * 10.0**power for power in range(20))


def _step(gradient: Floats, information: tuple[Floats, Floats], *, damping: float) -> Floats:
    """Newton's step where the deviance is convex, Fisher's where it is not; shorter with more damping."""
    observed, expected = information
    extra = damping * np.diag(np.diag(expected))
    curvature = observed + extra
    return np.asarray(np.linalg.solve(curvature if _is_positive(curvature) else expected + extra, gradient), np.float64)


def _gradient(at: _At, data: _Data) -> Floats:
    """Of the deviance: tr(G V_i) - u' V_i u, u = W r, G = W - W X C X' W, C = (X' W X)^-1, over all participants."""
    return np.asarray(np.einsum("iab,ab->i", at.shape.first, _left(at, data)), np.float64)


def _left(at: _At, data: _Data) -> Floats:
    """G - u u', summed over participants, ``[T, T]``."""
    total = at.weights[data.which].sum(axis=0) - at.pull.T @ at.pull
    return np.asarray(total - np.tensordot(at.half, at.half, ([0, 2], [0, 2])), np.float64)


def _sums(at: _At, data: _Data) -> tuple[Floats, Floats]:
    """P ``[k, p, p]`` without its sign, and Q ``[k, k, p, p]`` (Kenward & Roger 1997)."""
    turned = np.einsum("iab,sbp->isap", at.shape.first, at.wx, optimize=True)
    slopes: Floats = np.einsum("sap,isaq->ipq", at.wx, turned, optimize=True)
    weighed = at.weights[data.which][None] @ turned
    count, p = len(turned), turned.shape[-1]
    flat, heavy = (one.transpose(0, 3, 1, 2).reshape(count * p, -1) for one in (turned, weighed))
    curves: Floats = (flat @ heavy.T).reshape(count, p, count, p).transpose(0, 2, 1, 3)
    return slopes, curves


def _information(at: _At, data: _Data) -> tuple[Floats, Floats]:
    """Observed and expected second derivatives of the deviance.

    Expected: tr(G V_i G V_j). Observed: tr(G V_ij) - tr(G V_i G V_j) + 2 y' G V_i G V_j G y - y' G V_ij G y   (Harville
    1977; Searle, Casella & McCulloch 1992). G y is u.
    """
    people = np.bincount(data.which, minlength=len(data.sets)).astype(np.float64)
    by_set = at.weights[:, None] @ at.shape.first[None]
    expected: Floats = np.einsum("m,miab,mjba->ij", people, by_set, by_set, optimize=True)
    turned = np.einsum("iab,sbp->isap", at.shape.first, at.half, optimize=True)
    count = len(turned)
    flat, heavy = (one.reshape(count, -1) for one in (turned, at.weights[data.which][None] @ turned))
    held = np.einsum("sap,isaq->ipq", at.half, turned, optimize=True).reshape(count, -1)
    expected = expected - 2 * flat @ heavy.T + held @ held.T
    pushed = np.einsum("sb,iab->isa", at.pull, at.shape.first)
    onto = np.einsum("sap,isa->ip", at.half, pushed, optimize=True)
    heavy = (at.weights[data.which][None] @ pushed[..., None]).reshape(count, -1)
    both = pushed.reshape(count, -1) @ heavy.T - onto @ onto.T
    return np.einsum("ijab,ab->ij", at.shape.second, _left(at, data)) - expected + 2 * both, expected


def _is_positive(matrix: Floats) -> bool:
    scale = np.sqrt(np.abs(np.diag(matrix)))
    if not np.isfinite(matrix).all() or (scale == 0).any():
        return False
    return bool(np.linalg.eigvalsh(matrix / np.outer(scale, scale))[0] > 1e-10)


def _nearly_singular(covariance: Floats) -> bool:
    """Whether one visit is all but determined by the others: the likelihood then has no top."""
    scale = np.sqrt(np.diag(covariance))
    return bool(np.linalg.eigvalsh(covariance / np.outer(scale, scale))[0] < LEAST_SHARE)
