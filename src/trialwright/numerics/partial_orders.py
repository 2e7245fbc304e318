"""Levels of which only some are known to be above others: orderings, what they agree on, and orderings of a grid.

An *ordering* is a list of all levels (from 1), the one held to be least toxic first. What is known is what every
possible ordering says: level a is known to be below level b when a comes before b in all of them (the partial order
is the intersection of its linear extensions; Dushnik & Miller 1941, American Journal of Mathematics 63:600).

A *grid* has one row for each step of one component and one column for each step of the other; its levels are counted
row by row, level = (row - 1) columns + column.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from trialwright.numerics.arrays import Bools

Ordering = tuple[int, ...]


def below_in_every(orderings: Sequence[Sequence[int]]) -> Bools:
    """Which levels are known to be below which: entry ``[a - 1, b - 1]`` of ``[D, D]`` holds when a is before b.

    >>> below_in_every([(1, 2, 3, 4), (1, 3, 2, 4)]).astype(int).tolist()
    [[0, 1, 1, 1], [0, 0, 0, 1], [0, 0, 0, 1], [0, 0, 0, 0]]
    """
    ranks = np.argsort(np.asarray(orderings), axis=1)
    return np.asarray((ranks[:, :, None] < ranks[:, None, :]).all(axis=0), np.bool_)


def below_on_grid(rows: int, columns: int) -> Bools:
    """The same for a grid: below means lower in one component and not higher in the other, ``[D, D]``."""
    row, column = (place.ravel() for place in np.indices((rows, columns)))
    at_most = (row[:, None] <= row) & (column[:, None] <= column)
    return np.asarray(at_most & ~np.eye(rows * columns, dtype=np.bool_), np.bool_)


def directly_below(below: Bools) -> Bools:
    """Of those pairs the ones with no level in between, ``[D, D]``.

    >>> directly_below(below_in_every([(1, 2, 3, 4), (1, 3, 2, 4)])).astype(int).tolist()
    [[0, 1, 1, 0], [0, 0, 0, 1], [0, 0, 0, 1], [0, 0, 0, 0]]
    """
    steps = below.astype(np.int64)
    return np.asarray(below & (steps @ steps == 0), np.bool_)


def grid_orderings(rows: int, columns: int) -> tuple[Ordering, ...]:
    """Six usual orderings of a grid, those that are the same only once: by rows, by columns, four ways by diagonals.

    A diagonal holds the levels of equal row + column; *up* takes it from its lowest row to its highest, *down* the
    other way round, the last two alternate and begin with down and with up on the first diagonal of two levels.
    (Wages & Conaway 2013, Pharmaceutical Statistics 12:217.)

    >>> grid_orderings(2, 2)
    ((1, 2, 3, 4), (1, 3, 2, 4))
    """
    places = [(row, column) for row in range(rows) for column in range(columns)]

    def diagonals(*rising: bool) -> list[tuple[int, int]]:
        """Diagonal after diagonal; ``rising`` says, in turn, whether rows go up along it."""
        ways = {total: rising[(total - 1) % len(rising)] for total in range(rows + columns)}
        return sorted(places, key=lambda at: (sum(at), at[0] if ways[sum(at)] else -at[0]))

    six = (
        places,
        sorted(places, key=lambda at: (at[1], at[0])),
        diagonals(True),
        diagonals(False),
        diagonals(False, True),
        diagonals(True, False),
    )
    return _once([tuple(row * columns + column + 1 for row, column in one) for one in six])


def _once(orderings: Iterable[Ordering]) -> tuple[Ordering, ...]:
    return tuple(dict.fromkeys(orderings))
