"""Tables of counts: the exact test of any number of rows and columns, and a table for every stratum.

Exact means enumerated: every table with the margins that were seen counts with its probability; nothing is drawn.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, final

import numpy as np
import numpy.typing as npt
import scipy.special as sp

from trialwright.numerics.arrays import Floats, Ints

SLACK = 1e-7  # tables this close, relative to the observed one, are equally probable: they differ by rounding alone
MAX_STEPS = 2_000_000

Nodes = dict[tuple[int, ...], dict[float, float]]


@final
@dataclass(frozen=True, slots=True)
class TooLarge:
    """The table would take more steps than are taken here; an asymptotic test applies, or a coarser table."""

    steps: int


@final
@dataclass(frozen=True, slots=True)
class Stratified:
    """A test over strata: the statistic, its degrees of freedom and p."""

    chi_square: float
    degrees_of_freedom: int
    p: float


def freeman_halton(table: npt.ArrayLike) -> float | TooLarge | None:
    """Exact p of no association in an r by c table of counts, given its margins.

    The sum over all tables that are no more probable than the one observed, P = prod(rows!) prod(columns!) / (n! prod
    (cells!))   (Freeman & Halton 1951, Biometrika 38:141). Columns are filled one after the other; tables that agree in
    what is left of the rows and in their probability so far are one node of the network (Mehta & Patel 1983, Journal of
    the American Statistical Association 78:427). None where only one row or column has anybody.

    >>> round(freeman_halton([[3, 0, 1], [0, 4, 2]]), 6)
    0.033333
    """
    counts = _counts(table)
    counts = counts[counts.sum(axis=1) > 0][:, counts.sum(axis=0) > 0]
    if min(counts.shape) < 2:
        return None
    if counts.shape[0] > counts.shape[1]:
        counts = counts.T
    rows, columns = counts.sum(axis=1), np.sort(counts.sum(axis=0))[::-1]
    margins = float(sp.gammaln(rows + 1).sum() + sp.gammaln(columns + 1).sum() - sp.gammaln(counts.sum() + 1))
    nodes: Nodes = {tuple(rows.tolist()): {0.0: 1.0}}
    steps = 0
    for column in columns[:-2]:
        nodes, steps = _next_nodes(nodes, int(column), steps=steps)
        if steps > MAX_STEPS:
            return TooLarge(steps)
    for left in nodes:
        steps += _count_fills(left, int(columns[-2]))
        if steps > 10 * MAX_STEPS:  # the last two columns are summed up whole arrays at a time
            return TooLarge(steps)
    limit = margins - float(sp.gammaln(counts + 1).sum()) + math.log1p(SLACK)
    return min(
        1.0, sum(_tail(left, held, column=int(columns[-2]), within=(margins, limit)) for left, held in nodes.items())
    )


def _tail(left: tuple[int, ...], held: dict[float, float], *, column: int, within: tuple[float, float]) -> float:
    """Probability of the tables that pass through a node and end no more probable than the limit."""
    margins, limit = within
    filled = _fills(left, column)
    own = margins - sp.gammaln(filled + 1).sum(axis=1) - sp.gammaln(np.array(left) - filled + 1).sum(axis=1)
    own.sort()
    below = np.concatenate([[-np.inf], np.logaddexp.accumulate(own)])
    weight, ways = (np.array(one) for one in (list(held), list(held.values())))
    reached = below[np.searchsorted(own, limit - weight, side="right")]
    return float((ways * np.exp(weight + reached)).sum())


def _next_nodes(nodes: Nodes, column: int, *, steps: int) -> tuple[Nodes, int]:
    """What is left of the rows after one more column, with log weights and numbers of tables; and the work."""
    found: Nodes = {}
    for left, held in nodes.items():
        steps += _count_fills(left, column) * len(held)
        if steps > MAX_STEPS:
            return {}, steps
        filled = _fills(left, column)
        own = -sp.gammaln(filled + 1).sum(axis=1)
        for rest, by in zip((np.array(left) - filled).tolist(), own.tolist(), strict=True):
            _add(found.setdefault(tuple(rest), {}), held, by=by)
    return found, steps


def _add(to: dict[float, float], held: dict[float, float], *, by: float) -> None:
    for weight, ways in held.items():
        key = round(weight + by, 10)  # sums of the same factorials in another order are the same weight
        to[key] = to.get(key, 0.0) + ways


def _count_fills(left: tuple[int, ...], column: int) -> int:
    """How many ways there are to spread a column over rows that have so much left: a product of polynomials."""
    ways = np.ones(1)
    for row in left:
        ways = np.convolve(ways, np.ones(min(row, column) + 1))[: column + 1]
    return int(ways[column]) if len(ways) > column else 0


def _fills(left: tuple[int, ...], column: int) -> Ints:
    """Every way to spread a column over rows that have so much left, one a line."""
    filled, rest = np.zeros((1, 0), np.int64), np.array([column])
    for place, row in enumerate(left):
        least = np.maximum(0, rest - sum(left[place + 1 :]))
        choices = np.minimum(row, rest) - least + 1
        source = np.repeat(np.arange(len(rest)), choices)
        cell = least[source] + np.arange(len(source)) - np.repeat(np.cumsum(choices) - choices, choices)
        filled, rest = np.column_stack([filled[source], cell]), rest[source] - cell
    return filled


def mantel_haenszel(
    strata: npt.ArrayLike, *, kind: Literal["general", "row means", "correlation"] = "general"
) -> Stratified | None:
    """Cochran-Mantel-Haenszel test of no association between rows and columns within any stratum.

    ``strata`` ``[S, r, c]`` counts. Q = G' V^-1 G, G = sum A (n - m), with m and V the mean and covariance of the cells
    given the margins of their stratum   (Landis, Heyman & Koch 1978, International Statistical Review 46:237).
    "general": any association, (r - 1)(c - 1) degrees of freedom; "row means": the columns scored 1, 2, ...,
    r - 1; "correlation": rows too, 1. For 2 by 2 tables all three are Mantel and Haenszel's (1959, Journal of the
    National Cancer Institute 22:719) without continuity correction. A stratum of fewer than two says nothing. None
    where none says anything.

    >>> round(mantel_haenszel([[[3, 1], [1, 3]], [[4, 2], [2, 4]]]).p, 4)
    0.0898
    """
    tables = np.asarray(strata)
    if tables.ndim != 3:
        raise ValueError("strata are tables of rows by columns, one for each stratum")
    counts = np.stack([_counts(one) for one in tables]).astype(np.float64) if len(tables) else tables.astype(np.float64)
    rows, columns = counts.shape[1:]
    weights = _weights(rows, columns, kind=kind)
    gap, variance = np.zeros(len(weights)), np.zeros((len(weights), len(weights)))
    for one in counts[counts.sum(axis=(1, 2)) > 1]:
        n, row, column = one.sum(), one.sum(axis=1), one.sum(axis=0)
        gap = gap + weights @ (one - np.outer(row, column) / n).ravel()
        spread = np.kron(np.diag(row) - np.outer(row, row) / n, np.diag(column) - np.outer(column, column) / n) / (
            n - 1
        )
        variance = variance + weights @ spread @ weights.T
    free = int(np.linalg.matrix_rank(variance, tol=1e-9 * max(1.0, float(np.abs(variance).max(initial=0)))))
    if free == 0:
        return None
    chi_square = float(gap @ np.linalg.pinv(variance, rcond=1e-9, hermitian=True) @ gap)
    return Stratified(chi_square, free, float(sp.chdtrc(free, chi_square)))


def _weights(rows: int, columns: int, *, kind: Literal["general", "row means", "correlation"]) -> Floats:
    """Which sums of cells are compared with their mean, one row each; the last row and column follow from the rest."""
    by_row, by_column = np.eye(rows)[:-1], np.eye(columns)[:-1]
    if kind != "general":
        by_column = np.arange(1.0, columns + 1)[None]
    if kind == "correlation":
        by_row = np.arange(1.0, rows + 1)[None]
    return np.asarray(np.kron(by_row, by_column), np.float64)


def _counts(table: npt.ArrayLike) -> Ints:
    given = np.asarray(table)
    if given.ndim != 2 or not np.isfinite(np.asarray(given, np.float64)).all():
        raise ValueError("a table has rows and columns of counts")
    counts = given.astype(np.int64)
    if (counts != given).any() or (counts < 0).any():
        raise ValueError("a count is a whole number of at least 0")
    return counts
