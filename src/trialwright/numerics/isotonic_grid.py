"""DLT rates of two drugs together that may fall with neither dose: weighted isotonic regression on a grid.

The curve nearest to the observed rates in weighted least squares among those that fall in no row and in no column, by
Dykstra's alternating projections: rows and columns are fitted in turn, each after the other's last correction is taken
back (Dykstra & Robertson 1982, Annals of Statistics 10:708). The rates are posterior means under Beta(a, a) and their
weights n + 2a, so that a combination nobody was given weighs next to nothing; these weights are what the estimates of
references/boin_select_mtd_comb show (the design: Lin & Yin 2017, Statistical Methods in Medical Research 26:2155).

Which combination is selected from them is the affair of the design boin_comb, ties included.
"""

from __future__ import annotations

import numpy as np

from trialwright.numerics.arrays import Floats, Ints
from trialwright.numerics.isotonic import isotonic

SETTLED = 1e-10  # rows and columns agree: the answer is found
ROUNDS = 20_000  # of both fits, before there is no answer rather than a doubtful one


class NoIsotonicFit(ArithmeticError):
    """The alternating fits of rows and columns did not come together."""


def isotonic_grid(values: Floats, weight: Floats) -> Floats:
    """The grid nearest to ``values`` that falls in no row and no column; both ``[B, R, C]``, every weight above 0.

    >>> isotonic_grid(np.array([[[0.1, 0.5], [0.3, 0.3]]]), np.ones((1, 2, 2))).round(3).tolist()
    [[[0.1, 0.4], [0.3, 0.4]]]
    """
    if not (weight > 0).all():
        raise ValueError("every combination needs a weight above 0; a prior gives the untried ones theirs")
    fitted = np.asarray(values, np.float64)
    in_rows, in_columns = np.zeros_like(fitted), np.zeros_like(fitted)
    for _ in range(ROUNDS):
        by_rows = _each_row(fitted - in_rows, weight)
        in_rows = by_rows - (fitted - in_rows)
        before = by_rows - in_columns
        by_columns = np.swapaxes(_each_row(np.swapaxes(before, 1, 2), np.swapaxes(weight, 1, 2)), 1, 2)
        in_columns = by_columns - before
        moved = max(np.abs(by_columns - fitted).max(initial=0.0), np.abs(by_columns - by_rows).max(initial=0.0))
        fitted = by_columns
        if moved <= SETTLED:
            return np.asarray(fitted, np.float64)
    raise NoIsotonicFit(f"rows and columns still differ by {moved:.1e} after {ROUNDS} rounds")


def isotonic_grid_dlt_rate(*, n: Ints, n_dlt: Ints, prior: float = 0.05) -> Floats:
    """The estimated DLT rate of every combination, falling with neither drug; all ``[B, R, C]``."""
    return isotonic_grid((n_dlt + prior) / (n + 2 * prior), np.asarray(n + 2 * prior, np.float64))


def _each_row(values: Floats, weight: Floats) -> Floats:
    columns = values.shape[2]
    return isotonic(values.reshape(-1, columns), weight.reshape(-1, columns)).reshape(values.shape)
