"""Keys and masses: the partition covers 0 to 1, masses agree with numerical integration, ties go up."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, strategies as st
from numpy.testing import assert_allclose
from scipy import integrate, stats

from trialwright.numerics.unit_mass import around_target, keys, strongest, three_intervals, unit_mass


@given(st.floats(0.02, 0.9), st.floats(0.01, 0.2))
def test_keys_cover_every_rate_once(low: float, width: float) -> None:
    high = min(low + width, 0.99)
    partition = keys(low, high)
    assert (partition.edges[0], partition.edges[-1]) == (0, 1)
    assert (np.diff(partition.edges) > 0).all()
    assert_allclose(partition.edges[partition.target : partition.target + 2], [low, high], atol=1e-12)
    assert_allclose(partition.width[1:-1], high - low, atol=1e-9)
    assert (partition.width[[0, -1]] <= high - low + 1e-8).all()


@pytest.mark.parametrize(
    ("low", "high", "count", "target"),
    [(0.2, 0.3, 10, 2), (0.25, 0.35, 11, 3), (0.15, 0.25, 11, 2), (0.1, 0.2, 10, 1), (0.05, 0.3, 5, 1)],
)
def test_rounding_makes_no_sliver(low: float, high: float, count: int, target: int) -> None:
    partition = keys(low, high)
    assert (len(partition.width), partition.target) == (count, target)
    assert partition.width.min() > 0.01


@pytest.mark.parametrize(("n", "n_dlt"), [(3, 0), (3, 1), (12, 5), (30, 30)])
def test_masses_agree_with_integration(n: int, n_dlt: int) -> None:
    partition = keys(0.22, 0.31)
    found = unit_mass(n=np.array([n]), n_dlt=np.array([n_dlt]), prior_a=1.0, prior_b=0.5, partition=partition)[0]
    density = stats.beta(1 + n_dlt, 0.5 + n - n_dlt).pdf
    for place, (low, high) in enumerate(zip(partition.edges[:-2], partition.edges[1:-1], strict=True)):
        assert_allclose(found[place], integrate.quad(density, low, high)[0] / (high - low), rtol=1e-7, atol=1e-12)
    assert_allclose((found * partition.width).sum(), 1, rtol=1e-12)


def test_repeated_counts_are_put_back_in_their_place() -> None:
    n, n_dlt = np.array([6, 3, 6, 3]), np.array([2, 1, 0, 1])
    together = unit_mass(n=n, n_dlt=n_dlt, prior_a=1.0, prior_b=1.0, partition=three_intervals(0.2, 0.3))
    twin = np.diff(stats.beta.cdf([0, 0.2, 0.3, 1], 1 + n_dlt[:, None], 1 + (n - n_dlt)[:, None]), axis=1)
    assert_allclose(together * np.array([0.2, 0.1, 0.7]), twin, atol=1e-14)


def test_the_highest_of_equals_is_the_strongest() -> None:
    assert strongest(np.array([[1.0, 2.0, 2.0 - 1e-12], [3.0, 2.0, 1.0], [1.0, 1.0, 1.0]])).tolist() == [2, 0, 2]


@pytest.mark.parametrize(("n", "n_dlt"), [(3, 0), (4, 2), (9, 1)])
def test_the_interval_in_standard_deviations(n: int, n_dlt: int) -> None:
    a, b = np.array([0.005 + n_dlt]), np.array([0.005 + n - n_dlt])
    twin = stats.beta(a[0], b[0])
    low, high = 0.25 - 1.5 * twin.std(), 0.25 + twin.std()
    wanted = [twin.cdf(low), twin.cdf(high) - twin.cdf(low), twin.sf(high)]
    assert_allclose(around_target(a, b, target=0.25, sds_below=1.5, sds_above=1.0)[0], wanted, atol=1e-12)
