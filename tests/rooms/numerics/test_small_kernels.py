"""Beta posteriors, exact limits, ties: against scipy, and by what must hold for every input."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, strategies as st
from numpy.testing import assert_allclose
from scipy import stats

from trialwright.numerics.beta_binomial import BetaPosterior
from trialwright.numerics.boin_boundaries import deescalation_boundary, escalation_boundary
from trialwright.numerics.closest import closest_to_target
from trialwright.numerics.intervals import clopper_pearson


@st.composite
def counts(draw: st.DrawFn) -> tuple[int, int]:
    n = draw(st.integers(0, 200))
    return draw(st.integers(0, n)), n


class TestBetaPosterior:
    @given(counts(), st.floats(0.1, 5), st.floats(0.1, 5), st.floats(0.01, 0.99))
    def test_agrees_with_scipy(self, count: tuple[int, int], a: float, b: float, share: float) -> None:
        n_dlt, n = count
        believed = BetaPosterior.after(n=np.array([[n]]), n_dlt=np.array([[n_dlt]]), prior_a=a, prior_b=b)
        twin = stats.beta(a + n_dlt, b + n - n_dlt)
        assert_allclose(believed.mean(), twin.mean())
        assert_allclose(believed.exceedance(share), twin.sf(share), atol=1e-12)
        assert_allclose(believed.quantile(share), twin.ppf(share), rtol=1e-6, atol=1e-12)

    @given(counts(), st.floats(0.01, 0.99))
    def test_exceedance_of_a_quantile(self, count: tuple[int, int], share: float) -> None:
        believed = BetaPosterior(np.array([[1.0 + count[0]]]), np.array([[1.0 + count[1] - count[0]]]))
        rate = float(believed.quantile(share)[0, 0])
        assert_allclose(believed.exceedance(rate), 1 - share, atol=1e-8)

    def test_repeated_counts_are_put_back_in_their_place(self) -> None:
        n, n_dlt = np.array([[3, 6], [6, 3], [3, 6]]), np.array([[1, 2], [2, 1], [0, 2]])
        believed = BetaPosterior.after(n=n, n_dlt=n_dlt)
        assert_allclose(believed.exceedance(0.3), stats.beta.sf(0.3, 1 + n_dlt, 1 + n - n_dlt))

    def test_limits_of_the_rate(self) -> None:
        believed = BetaPosterior.after(n=np.array([[3]]), n_dlt=np.array([[1]]))
        assert (believed.exceedance(0.0), believed.exceedance(1.0)) == (1, 0)
        with pytest.raises(ValueError, match="between 0 and 1"):
            believed.quantile(1.0)


class TestClopperPearson:
    @pytest.mark.parametrize(
        ("count", "trials", "lower", "upper"),
        [(0, 8, 0.0, 0.369), (5, 6, 0.359, 0.996), (0, 0, 0.0, 1.0), (4, 4, 0.398, 1.0)],
    )
    def test_known_limits(self, count: int, trials: int, lower: float, upper: float) -> None:
        assert_allclose(clopper_pearson(count, trials), (lower, upper), atol=5e-4)

    @given(counts(), st.floats(0.5, 0.99))
    def test_a_result_so_far_out_has_half_of_what_is_left(self, count: tuple[int, int], confidence: float) -> None:
        y, n = count
        lower, upper = (float(limit) for limit in clopper_pearson(y, n, confidence=confidence))
        assert 0 <= lower <= (y / n if n else 1) <= upper <= 1
        if y > 0:
            assert_allclose(stats.binom.sf(y - 1, n, lower), (1 - confidence) / 2, rtol=1e-6)
        if y < n:
            assert_allclose(stats.binom.cdf(y, n, upper), (1 - confidence) / 2, rtol=1e-6)

    def test_impossible_counts_are_refused(self) -> None:
        with pytest.raises(ValueError, match="between 0 and the number"):
            clopper_pearson(4, 3)
        with pytest.raises(ValueError, match="confidence"):
            clopper_pearson(1, 3, confidence=95)


class TestClosestToTarget:
    @pytest.mark.parametrize(
        ("curve", "level"),
        [
            ((0.1, 0.2, 0.3), 2),
            ((0.15, 0.25, 0.35), 1),  # as far below as above: the lower level
            ((0.15 - 5e-10, 0.25, 0.35), 1),  # within 1e-9 of a tie
            ((0.15 - 5e-9, 0.25, 0.35), 2),
            ((0.0, 0.0, 0.0), 3),  # no rate above the target
            ((1.0, 1.0, 1.0), 1),  # none below
            ((0.05, 0.1, 0.19), 3),
            ((0.21, 0.4, 0.5), 1),
        ],
    )
    def test_level(self, curve: tuple[float, ...], level: int) -> None:
        assert closest_to_target(np.array([curve]), 0.2).tolist() == [level]


def log_likelihood(rate: float, *, observed: float) -> float:
    """Of one participant, when this share of them had a DLT."""
    return float(observed * np.log(rate) + (1 - observed) * np.log1p(-rate))


class TestBoinBoundaries:
    @given(st.floats(0.02, 0.98), st.floats(0.05, 0.95), st.floats(0.05, 0.95))
    def test_two_rates_are_equally_likely_at_a_boundary_between_them(
        self, target: float, below: float, above: float
    ) -> None:
        low, high = target * below, target + (1 - target) * above
        lower, upper = escalation_boundary(target, low), deescalation_boundary(target, high)
        assert low < lower < target < upper < high
        for boundary, other in ((lower, low), (upper, high)):
            mine, theirs = (log_likelihood(rate, observed=boundary) for rate in (target, other))
            assert_allclose(mine, theirs, rtol=1e-9)

    def test_sixty_and_a_hundred_and_forty_per_cent_of_the_target_are_usual(self) -> None:
        assert escalation_boundary(0.25) == escalation_boundary(0.25, 0.6 * 0.25)
        assert deescalation_boundary(0.25) == deescalation_boundary(0.25, 1.4 * 0.25)
