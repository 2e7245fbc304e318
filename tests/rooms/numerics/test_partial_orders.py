"""Orderings of a grid, and what orderings agree on."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from trialwright.numerics.partial_orders import below_in_every, below_on_grid, directly_below, grid_orderings

GRIDS = [(1, 1), (1, 4), (3, 1), (2, 2), (2, 3), (3, 3), (4, 3)]


def test_the_six_orderings_of_three_by_three() -> None:
    """Written out by hand: rows, columns, diagonals up and down, and alternating both ways."""
    assert grid_orderings(3, 3) == (
        (1, 2, 3, 4, 5, 6, 7, 8, 9),
        (1, 4, 7, 2, 5, 8, 3, 6, 9),
        (1, 2, 4, 3, 5, 7, 6, 8, 9),
        (1, 4, 2, 7, 5, 3, 8, 6, 9),
        (1, 4, 2, 3, 5, 7, 8, 6, 9),
        (1, 2, 4, 7, 5, 3, 6, 8, 9),
    )


@pytest.mark.parametrize(("rows", "columns"), GRIDS)
def test_every_ordering_keeps_the_order_of_the_grid_and_together_they_say_no_more(rows: int, columns: int) -> None:
    orderings = grid_orderings(rows, columns)
    assert all(sorted(one) == [*range(1, rows * columns + 1)] for one in orderings)
    assert len(set(orderings)) == len(orderings)
    places = [divmod(level, columns) for level in range(rows * columns)]
    for (a, low), (b, high) in itertools.permutations(enumerate(places), 2):
        known = low[0] <= high[0] and low[1] <= high[1]
        assert below_on_grid(rows, columns)[a, b] == known
        assert below_in_every(orderings)[a, b] == known


@pytest.mark.parametrize(("rows", "columns"), GRIDS)
def test_directly_below_is_one_step_on_a_grid(rows: int, columns: int) -> None:
    places = np.array([divmod(level, columns) for level in range(rows * columns)])
    apart = places[None, :] - places[:, None]
    one_step = (apart.sum(axis=2) == 1) & (apart >= 0).all(axis=2)
    assert np.array_equal(directly_below(below_on_grid(rows, columns)), one_step)
