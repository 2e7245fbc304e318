"""Limits of shares and rates against their definitions: the probability of a result so far out, summed up."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.integrate as si
import scipy.stats as ss
from numpy.testing import assert_allclose

from trialwright.numerics import intervals, poisson_rates


class TestShares:
    @pytest.mark.parametrize(("count", "trials"), [(0, 3), (2, 7), (5, 40)])
    def test_at_the_one_sided_limit_so_few_have_the_probability_left(self, count: int, trials: int) -> None:
        limit = float(intervals.upper_limit(count, trials, confidence=0.9))
        assert_allclose(ss.binom.pmf(np.arange(count + 1), trials, limit).sum(), 0.1, atol=1e-10)

    def test_all_of_all_and_none_of_none_exclude_nothing(self) -> None:
        assert intervals.upper_limit([4, 0], [4, 0]).tolist() == [1.0, 1.0]

    @pytest.mark.parametrize(("count", "trials", "prior"), [(0, 3, (0.5, 0.5)), (5, 8, (1.0, 1.0)), (0, 0, (1.0, 3.0))])
    def test_credible_limits_cut_equal_tails_of_the_posterior(
        self, count: int, trials: int, prior: tuple[float, float]
    ) -> None:
        def weight(rate: float) -> float:
            return float(rate ** (count + prior[0] - 1) * (1 - rate) ** (trials - count + prior[1] - 1))

        lower, upper = (float(limit) for limit in intervals.beta_equal_tail(count, trials, prior=prior, confidence=0.8))
        below, between, above = (si.quad(weight, *ends)[0] for ends in ((0, lower), (lower, upper), (upper, 1)))
        assert_allclose([below, above], 0.1 * (below + between + above), rtol=1e-6)

    def test_agresti_coull_has_the_centre_of_wilson_and_holds_it(self) -> None:
        for count in range(9):
            score, plain = intervals.wilson(count, 8), intervals.agresti_coull(count, 8)
            assert plain[0] <= score[0] + 1e-12
            assert plain[1] >= score[1] - 1e-12
            if 0 < count < 8:
                assert_allclose(sum(score), sum(plain))

    @pytest.mark.parametrize("call", [intervals.upper_limit, intervals.agresti_coull, intervals.beta_equal_tail])
    @pytest.mark.parametrize(
        ("count", "trials", "confidence"), [(-1, 3, 0.9), (4, 3, 0.9), (1, 3, 1.0), (np.nan, 3, 0.9)]
    )
    def test_what_cannot_be_is_refused(self, call, count, trials, confidence) -> None:  # type: ignore[no-untyped-def]
        with pytest.raises(ValueError, match="must lie between"):
            call(count, trials, confidence=confidence)

    def test_a_prior_has_two_positive_parameters(self) -> None:
        with pytest.raises(ValueError, match="above 0"):
            intervals.beta_equal_tail(1, 3, prior=(0, 1))


class TestRates:
    @pytest.mark.parametrize(("events", "exposure"), [(0, 10), (1, 52.5), (12, 200)])
    def test_at_the_exact_limits_so_far_out_has_half_of_what_is_left(self, events: int, exposure: float) -> None:
        lower, upper = (float(limit) for limit in poisson_rates.poisson_exact(events, exposure, confidence=0.9))
        assert_allclose(ss.poisson.pmf(np.arange(events + 1), upper * exposure).sum(), 0.05, atol=1e-10)
        if events:
            assert_allclose(1 - ss.poisson.pmf(np.arange(events), lower * exposure).sum(), 0.05, atol=1e-10)
        else:
            assert lower == 0

    def test_credible_limits_cut_equal_tails(self) -> None:
        limits = poisson_rates.gamma_equal_tail(3, 20.0, confidence=0.8)
        assert_allclose([ss.gamma.cdf(limit, 3.5, scale=1 / 20) for limit in limits], [0.1, 0.9])

    @pytest.mark.parametrize("call", [poisson_rates.poisson_exact, poisson_rates.gamma_equal_tail])
    @pytest.mark.parametrize(
        ("events", "exposure", "says"),
        [(0, 0, "no rate"), (1, -2, "no rate"), (-1, 3, "0 or more"), (1, np.nan, "no rate")],
    )
    def test_of_nobody_at_risk_there_is_no_rate(self, call, events, exposure, says) -> None:  # type: ignore[no-untyped-def]
        with pytest.raises(ValueError, match=says):
            call(events, exposure)

    def test_a_prior_shape_is_positive_and_confidence_a_share(self) -> None:
        with pytest.raises(ValueError, match="shape"):
            poisson_rates.gamma_equal_tail(1, 3, shape=0)
        with pytest.raises(ValueError, match="confidence"):
            poisson_rates.poisson_exact(1, 3, confidence=0)
