"""Isotonic rates on a grid: the 12 estimates of references/boin_select_mtd_comb, and a slow twin."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose

from trialwright.numerics.isotonic import isotonic
from trialwright.numerics.isotonic_grid import isotonic_grid, isotonic_grid_dlt_rate

FILE = json.loads(
    (Path(__file__).parents[2] / "references" / "boin_select_mtd_comb" / "cases.json").read_text(encoding="utf-8")
)


def test_every_case_is_here() -> None:
    assert len(FILE["cases"]) == 12


@pytest.mark.parametrize("case", FILE["cases"], ids=lambda case: case["id"])
def test_estimates(case: dict[str, Any]) -> None:
    n, n_dlt = (np.array([case["inputs"][name]]) for name in ("npts", "ntox"))
    rate = isotonic_grid_dlt_rate(n=n, n_dlt=n_dlt)[0]
    assert_allclose(rate, case["outputs"]["p_est"], rtol=0, atol=FILE["tolerance"]["p_est"])


def upper_sets(rows: int, columns: int) -> list[Any]:
    """Every set of combinations that holds all those above its members, as masks."""
    starts = itertools.product(range(columns + 1), repeat=rows)
    falling = (start for start in starts if all(a >= b for a, b in itertools.pairwise(start)))
    return [np.arange(columns) >= np.array(start)[:, None] for start in falling]


def by_all_upper_sets(values: Any, weight: Any) -> Any:
    """The max-min formula over all upper sets U and lower sets L that hold the combination."""
    sets = upper_sets(*values.shape)
    answer = np.full(values.shape, -np.inf)
    for upper in sets:
        lowest = np.full(values.shape, np.inf)
        for beyond in sets:
            both = upper & ~beyond
            if both.any():
                average = (weight * values)[both].sum() / weight[both].sum()
                lowest[both] = np.minimum(lowest[both], average)
        answer[upper] = np.maximum(answer[upper], lowest[upper])
    return answer


@pytest.mark.parametrize("shape", [(2, 3), (3, 3), (1, 4)])
def test_agrees_with_all_upper_sets(shape: tuple[int, int]) -> None:
    draw = np.random.default_rng(5)
    values, weight = draw.random((8, *shape)), draw.uniform(0.1, 9.0, (8, *shape))
    slow = [by_all_upper_sets(*one) for one in zip(values, weight, strict=True)]
    assert_allclose(isotonic_grid(values, weight), slow, rtol=0, atol=1e-6)


def test_one_row_is_the_fit_of_one_drug() -> None:
    draw = np.random.default_rng(6)
    values, weight = draw.random((20, 1, 5)), draw.uniform(0.1, 9.0, (20, 1, 5))
    assert_allclose(isotonic_grid(values, weight)[:, 0], isotonic(values[:, 0], weight[:, 0]), rtol=0, atol=1e-9)


def test_a_weight_of_zero_is_refused() -> None:
    with pytest.raises(ValueError, match="weight above 0"):
        isotonic_grid(np.zeros((1, 2, 2)), np.zeros((1, 2, 2)))
