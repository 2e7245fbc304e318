"""Tables of counts against every table written out, and against tests that they contain."""

from __future__ import annotations

import math
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from numpy.testing import assert_allclose
from scipy import stats

from trialwright.numerics import contingency as ct
from trialwright.numerics.two_proportions import fisher_exact


def by_labels(table: np.ndarray) -> float:
    """Exact p over every table of 2 or 3 rows with the margins, by their multinomial coefficients in whole numbers."""
    rows, columns = table.sum(axis=1), table.sum(axis=0)
    free = [range(min(r, c) + 1) for r in rows[:-1] for c in columns[:-1]]
    weights = {}
    for cells in product(*free):
        inner = np.array(cells).reshape(len(rows) - 1, len(columns) - 1)
        full = np.column_stack([inner, rows[:-1] - inner.sum(axis=1)])
        full = np.vstack([full, columns - full.sum(axis=0)])
        if (full >= 0).all():
            ways = 1
            for column, total in zip(full.T, columns, strict=True):
                ways *= math.factorial(int(total)) // math.prod(math.factorial(int(cell)) for cell in column)
            weights[full.tobytes()] = ways
    seen = weights[np.ascontiguousarray(table, dtype=full.dtype).tobytes()]
    return sum(ways for ways in weights.values() if ways <= seen) / sum(weights.values())


TABLES = st.sampled_from([(2, 2), (2, 3), (3, 3), (3, 2)]).flatmap(
    lambda shape: st.lists(st.integers(0, 4), min_size=shape[0] * shape[1], max_size=shape[0] * shape[1]).map(
        lambda cells: np.array(cells).reshape(shape)
    )
)


@settings(max_examples=60, deadline=None)
@given(TABLES)
def test_the_exact_p_is_the_sum_over_every_table(table: np.ndarray) -> None:
    found = ct.freeman_halton(table)
    if (table.sum(axis=1) > 0).sum() < 2 or (table.sum(axis=0) > 0).sum() < 2:
        assert found is None
    else:
        assert found == pytest.approx(by_labels(table), abs=1e-8)


def test_two_by_two_is_fishers() -> None:
    assert ct.freeman_halton([[7, 6], [1, 11]]) == pytest.approx((fisher_exact((7, 13), (1, 12)) or (0,))[0], abs=1e-10)


def test_a_table_that_is_too_large_says_so() -> None:
    for table in (np.arange(30).reshape(5, 6), np.full((3, 3), 150)):
        found = ct.freeman_halton(table)
        assert isinstance(found, ct.TooLarge)
        assert found.steps > ct.MAX_STEPS


def test_three_arms_of_eighty_by_three_classes_are_no_trouble() -> None:
    """Near Pearson's p, as it must be with so many; and the most probable table of all has p = 1."""
    table = np.array([[14, 42, 30], [8, 55, 21], [11, 47, 26]])
    assert ct.freeman_halton(table) == pytest.approx(stats.chi2_contingency(table).pvalue, abs=0.005)
    assert ct.freeman_halton(np.full((3, 3), 20)) == pytest.approx(1.0, abs=1e-9)


def test_margins_as_uneven_as_a_column_of_one() -> None:
    table = np.array([[0, 8, 78], [0, 6, 78], [1, 9, 74]])
    assert ct.freeman_halton(table) == pytest.approx(by_labels(table), abs=1e-9)


class TestStrata:
    def test_two_by_two_is_mantel_and_haenszels(self) -> None:
        strata = np.array([[[11, 25], [10, 27]], [[16, 4], [22, 10]], [[14, 5], [7, 12]]])
        gap = sum(s[0, 0] - s[0].sum() * s[:, 0].sum() / s.sum() for s in strata)
        variance = sum(math.prod([*s.sum(axis=0), *s.sum(axis=1)]) / (s.sum() ** 2 * (s.sum() - 1)) for s in strata)
        for kind in ("general", "row means", "correlation"):
            found = ct.mantel_haenszel(strata, kind=kind)
            assert found is not None
            assert (found.chi_square, found.degrees_of_freedom) == (pytest.approx(gap**2 / variance), 1)

    def test_one_stratum_is_pearsons_nearly(self) -> None:
        """(n - 1) / n times Pearson's chi-square (Landis, Heyman & Koch 1978)."""
        table = np.array([[3, 5, 2], [8, 1, 4], [2, 6, 7]])
        found, twin = ct.mantel_haenszel([table]), stats.chi2_contingency(table, correction=False)
        assert found is not None
        n = table.sum()
        assert_allclose((found.chi_square, found.degrees_of_freedom), (twin.statistic * (n - 1) / n, 4))

    def test_scores_give_the_correlation_and_the_analysis_of_variance(self) -> None:
        table = np.array([[3, 5, 2], [8, 1, 4], [2, 6, 7]])
        row, column = (np.repeat(axis.ravel(), table.ravel()) for axis in np.indices(table.shape))
        correlation, means = (
            ct.mantel_haenszel([table], kind="correlation"),
            ct.mantel_haenszel([table], kind="row means"),
        )
        assert correlation is not None
        assert means is not None
        assert correlation.chi_square == pytest.approx((len(row) - 1) * np.corrcoef(row, column)[0, 1] ** 2)
        between = sum(len(c := column[row == r]) * (c.mean() - column.mean()) ** 2 for r in range(3))
        assert means.chi_square == pytest.approx(between / column.var(ddof=1))
        assert means.degrees_of_freedom == 2

    def test_strata_that_say_nothing(self) -> None:
        full = [[3, 1], [1, 3]]
        for silent in ([[0, 0], [0, 0]], [[1, 0], [0, 0]], [[2, 3], [0, 0]], [[2, 0], [3, 0]]):
            assert ct.mantel_haenszel([full, silent]) == ct.mantel_haenszel([full])
            assert ct.mantel_haenszel([silent]) is None
        assert ct.mantel_haenszel(np.zeros((0, 2, 2))) is None

    def test_an_empty_row_takes_its_degrees_of_freedom_along(self) -> None:
        found = ct.mantel_haenszel([[[3, 1], [1, 3], [0, 0]]])
        assert found is not None
        assert found.degrees_of_freedom == 1


@pytest.mark.parametrize("table", [[[1.5, 2], [3, 4]], [[-1, 2], [3, 4]], [[np.nan, 1], [1, 1]], [1, 2]])
def test_what_is_no_table_of_counts_is_refused(table: list[list[float]]) -> None:
    with pytest.raises(ValueError, match=r"count"):
        ct.freeman_halton(table)
    with pytest.raises(ValueError, match=r"count|rows by columns"):
        ct.mantel_haenszel([table])
