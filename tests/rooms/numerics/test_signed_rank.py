"""The signed-rank test against all signs written out, and its limits against the test turned round."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from numpy.testing import assert_allclose
from scipy import stats

from trialwright.numerics import signed_rank as sr

CHANGES = st.lists(st.integers(-6, 6), min_size=1, max_size=9)


@settings(max_examples=60)
@given(CHANGES)
def test_exact_p_counts_every_choice_of_signs(change: list[int]) -> None:
    tested = sr.signed_rank(change)
    moved = np.array([one for one in change if one], float)
    if len(moved) == 0:
        assert (tested.p_exact, tested.p_normal, tested.n_zero) == (None, None, len(change))
        return
    ranks = stats.rankdata(np.abs(moved))
    sums = np.array([ranks[np.array(signs)].sum() for signs in product([False, True], repeat=len(moved))])
    tails = (sums <= tested.positive_ranks).mean(), (sums >= tested.positive_ranks).mean()
    assert tested.p_exact == pytest.approx(min(1, 2 * min(tails)), abs=1e-12)


@settings(max_examples=40)
@given(CHANGES, st.floats(-5, 5))
def test_the_change_in_the_middle_moves_with_the_changes(change: list[int], by: float) -> None:
    moved = sr.hodges_lehmann(np.array(change) + by)
    assert moved == pytest.approx(sr.hodges_lehmann(change) + by, abs=1e-9)
    assert min(change) - 1e-9 <= moved - by <= max(change) + 1e-9


@pytest.mark.parametrize("n", [9, 120])
def test_a_p_far_out_keeps_its_digits_on_both_sides(n: int) -> None:
    """Everybody up is one of 2^n: as improbable as everybody down, however many they are."""
    for change in (np.arange(1, n + 1), -np.arange(1, n + 1), np.ones(n)):
        assert sr.signed_rank(change).p_exact == pytest.approx(2.0 ** (1 - n), rel=1e-9, abs=0)


def test_untied_p_is_that_of_scipy() -> None:
    change = [1.1, -2.3, 3.2, 4.8, -0.5, 6.1, 7.7]
    tested = sr.signed_rank(change)
    assert tested.p_exact == pytest.approx(stats.wilcoxon(change, method="exact").pvalue)
    assert tested.p_normal == pytest.approx(stats.wilcoxon(change, method="asymptotic", correction=True).pvalue)
    assert not tested.tied


@pytest.mark.parametrize("confidence", [0.8, 0.9, 0.95])
def test_limits_hold_what_the_exact_test_does_not_reject(confidence: float) -> None:
    change = np.array([1.13, -2.31, 3.27, 4.81, -0.57, 6.19, 7.75, 2.02])
    found = sr.hodges_lehmann_limits(change, confidence=confidence)
    assert found is not None
    lower, upper, reached = found
    assert reached >= confidence
    for inside, shift in ((True, lower + 1e-6), (True, upper - 1e-6), (False, lower - 1e-6), (False, upper + 1e-6)):
        p = sr.signed_rank(change - shift).p_exact
        assert p is not None
        assert (p > 1 - confidence) is inside


def test_one_participant_and_equal_changes() -> None:
    assert sr.paired_t([2.0]) == sr.PairedT(2.0, None, None, None)
    assert sr.paired_t([0.1, 0.1, 0.1]).p is None
    assert (sr.signed_rank([2.0]).p_exact, sr.signed_rank([2.0]).p_normal) == (1.0, pytest.approx(1.0))
    assert sr.hodges_lehmann_limits([2.0]) is None


@pytest.mark.parametrize("call", [sr.signed_rank, sr.hodges_lehmann, sr.hodges_lehmann_limits, sr.paired_t])
@pytest.mark.parametrize("change", [[], [1.0, np.nan]])
def test_nobody_and_the_missing_are_refused(call, change) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ValueError, match="leave out the missing"):
        call(change)


def test_confidence_is_a_share() -> None:
    with pytest.raises(ValueError, match="confidence"):
        sr.hodges_lehmann_limits([1, 2], confidence=95)
    with pytest.raises(ValueError, match="confidence"):
        sr.paired_t([1, 2], confidence=95)
    assert_allclose(sr.walsh_averages([3, 1]), [1, 2, 3])
