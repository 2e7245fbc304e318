"""Isotonic estimates against pooling by hand in exact fractions, and the level nearest to the target."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, strategies as st
from numpy.testing import assert_allclose
from scipy import stats

from trialwright.numerics.isotonic import (
    inverse_variance,
    isotonic,
    isotonic_dlt_rate,
    nearest_after_pooling,
    selected_after_pooling,
)


def pooled_by_hand(values: list[Fraction], weights: list[Fraction]) -> list[Fraction]:
    """Pool adjacent violators, one level after the other."""
    blocks: list[tuple[Fraction, Fraction, int]] = []  # mean, weight, levels
    for value, weight in zip(values, weights, strict=True):
        blocks.append((value, weight, 1))
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            (one, light, few), (other, heavy, many) = blocks[-2:]
            blocks[-2:] = [((one * light + other * heavy) / (light + heavy), light + heavy, few + many)]
    return [mean for mean, _, count in blocks for _ in range(count)]


@st.composite
def trials(draw: st.DrawFn) -> list[tuple[int, int]]:
    """Participants and DLTs by level; some levels untried."""
    sizes = draw(st.lists(st.integers(0, 30), min_size=1, max_size=8))
    return [(n, draw(st.integers(0, n))) for n in sizes]


@given(trials(), st.sampled_from([Fraction(1, 20), Fraction(1, 200), Fraction(1)]))
def test_estimates_are_those_pooled_by_hand(trial: list[tuple[int, int]], prior: Fraction) -> None:
    n, n_dlt = np.array([trial]).transpose(2, 0, 1)
    found = isotonic_dlt_rate(n=n, n_dlt=n_dlt, admissible=n > 0, prior=float(prior))[0]
    tried = [(Fraction(size), Fraction(y)) for size, y in trial if size > 0]
    means = [(y + prior) / (size + 2 * prior) for size, y in tried]
    weights = [
        (size + 2 * prior) ** 2 * (size + 2 * prior + 1) / ((y + prior) * (size - y + prior)) for size, y in tried
    ]
    assert_allclose(found[n[0] > 0], [float(mean) for mean in pooled_by_hand(means, weights)], rtol=0, atol=1e-12)
    assert np.isnan(found[n[0] == 0]).all()


@given(trials())
def test_a_batch_is_fitted_row_by_row(trial: list[tuple[int, int]]) -> None:
    n, n_dlt = np.array([trial, trial[::-1]]).transpose(2, 0, 1)
    together = isotonic_dlt_rate(n=n, n_dlt=n_dlt, admissible=n > 0, prior=0.05)
    alone = [
        isotonic_dlt_rate(n=n[i : i + 1], n_dlt=n_dlt[i : i + 1], admissible=n[i : i + 1] > 0, prior=0.05)
        for i in (0, 1)
    ]
    assert_allclose(together, np.concatenate(alone), rtol=0, atol=0)


def test_weights_are_inverse_variances() -> None:
    n, n_dlt = np.array([[3, 6, 9]]), np.array([[0, 2, 9]])
    assert_allclose(inverse_variance(n, n_dlt, prior=0.05), 1 / stats.beta.var(0.05 + n_dlt, 0.05 + n - n_dlt))


def test_the_fit_never_falls_and_a_rising_curve_is_left_alone() -> None:
    values, weight = np.array([[0.1, 0.2, 0.3], [0.3, 0.2, 0.1]]), np.ones((2, 3))
    assert_allclose(isotonic(values, weight), [[0.1, 0.2, 0.3], [0.2, 0.2, 0.2]])


@pytest.mark.parametrize(
    ("rate", "at_most", "level"),
    [
        ((0.1, 0.1, 0.1), 1.0, 3),  # one estimate below the target: the highest
        ((0.4, 0.4, 0.4), 1.0, 1),  # above: the lowest
        ((0.25, 0.25, 0.4), 1.0, 1),  # at the target: the lowest
        ((0.2, 0.3, 0.4), 1.0, 1),  # as far below as above: the lower
        ((np.nan, 0.3, np.nan), 1.0, 2),
        ((np.nan, np.nan, np.nan), 1.0, 0),
        ((0.1, 0.3, 0.4), 0.29, 1),  # the nearest is above the limit
        ((0.3, 0.4, 0.5), 0.29, 0),
    ],
)
def test_the_nearest_level(rate: tuple[float, ...], at_most: float, level: int) -> None:
    assert nearest_after_pooling(np.array([rate]), 0.25, at_most=at_most).tolist() == [level]


@given(trials(), st.data())
def test_what_is_selected_was_tried_and_is_open(trial: list[tuple[int, int]], data: st.DataObject) -> None:
    n, n_dlt = np.array([trial]).transpose(2, 0, 1)
    still_open = np.array([data.draw(st.lists(st.booleans(), min_size=len(trial), max_size=len(trial)))])
    (level,) = selected_after_pooling(still_open, 0.25, n=n, n_dlt=n_dlt, prior=0.05).tolist()
    eligible = np.flatnonzero((n[0] > 0) & still_open[0]) + 1
    assert level in eligible if len(eligible) else level == 0
