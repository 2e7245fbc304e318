"""Sizes of the next trial: against published numbers, a second computation of each, and simulation at fixed seeds."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import scipy.optimize as so
import scipy.special as sp
import scipy.stats as st
from hypothesis import given, settings, strategies as some
from numpy.testing import assert_allclose

from trialwright.numerics import many_to_one, sample_size, survival_size
from trialwright.numerics.count_rates import log_ratio_variance, two_count_rates
from trialwright.numerics.exact_two_rates import exact_power, exact_size, largest_error, rejects
from trialwright.numerics.repeated_size import last_visit_variance, repeated_means, visit_correlation

ERRORS = {"alpha": 0.025, "beta": 0.2}
TRIALS = 4000
SE4 = 4 * math.sqrt(0.8 * 0.2 / TRIALS)  # four Monte Carlo errors of a power of 80%


class TestCounts:
    @pytest.mark.parametrize(("null", "published"), [("control", 22.37386), ("own", 21.23734), ("pooled", 20.85564)])
    def test_the_three_methods_of_zhu_and_lakkis(self, null: Any, published: float) -> None:
        """Rates 5 and 10, k = 0.5, 80%: as printed in the vignette of MKpower 0.5."""
        found = two_count_rates(10, 5, follow_up=1, dispersion=0.5, null=null, **ERRORS)
        assert found / 2 == pytest.approx(published, abs=5e-6)

    def test_no_dispersion_is_poisson(self) -> None:
        z = sum(-sp.ndtri(value) for value in (0.025, 0.2))
        expected = 2 * (z / math.log(0.7)) ** 2 * (1 / 1.4 + 1 / 2.0) / 0.5
        assert two_count_rates(1.4, 2.0, follow_up=0.5, dispersion=0, **ERRORS) == pytest.approx(expected)

    @pytest.mark.parametrize(("ratio", "margin", "rates"), [(1.0, 1.0, (0.5, 0.9)), (2.0, 1.3, (0.8, 0.9))])
    def test_simulated_power(self, ratio: float, margin: float, rates: tuple[float, float]) -> None:
        k, time = 0.6, 1.5
        total = two_count_rates(*rates, follow_up=time, dispersion=k, ratio=ratio, margin=margin, **ERRORS)
        n2 = math.ceil(total / (1 + ratio))
        n1 = math.ceil(ratio * n2)
        draw = np.random.default_rng(7)
        sums = [
            draw.poisson(draw.gamma(1 / k, k, (TRIALS, n)) * rate * time).sum(1)
            for n, rate in zip((n1, n2), rates, strict=True)
        ]
        gap = np.log(sums[0] / n1) - np.log(sums[1] / n2) - math.log(margin)
        rate = [total_count / (n * time) for total_count, n in zip(sums, (n1, n2), strict=True)]
        variance = [
            log_ratio_variance(a, b, follow_up=time, dispersion=k, ratio=n1 / n2) / n2
            for a, b in zip(*rate, strict=True)
        ]
        assert (gap / np.sqrt(variance) < -1.959964).mean() == pytest.approx(0.8, abs=SE4 + 0.01)


class TestRepeated:
    def test_the_worked_numbers_of_lu_luo_and_chen(self) -> None:
        """Exchangeable 0.25, kept 1, 0.9, 0.8, 0.7, half a standard deviation: 174 participants; twice as many 1:2."""
        phi = last_visit_variance(visit_correlation(range(1, 5), correlation=0.25, pattern="compound symmetry"),
                                  [1, 0.9, 0.8, 0.7])  # fmt: skip
        assert repeated_means(0.5, 1, spread=(phi, phi), **ERRORS) == pytest.approx(174, abs=0.05)

    @pytest.mark.parametrize("spread", [(1, 1), (1, 2), (2, 1), (2, 2)])
    @pytest.mark.parametrize("ratio", [1.0, 2.0, 0.5])
    def test_the_formula_of_the_paper(self, spread: tuple[float, float], ratio: float) -> None:
        z = -sp.ndtri(0.025) - sp.ndtri(0.1)
        treated = (spread[0] + ratio * spread[1]) * z**2 / 0.25
        found = repeated_means(0.5, 1, spread=spread, alpha=0.025, beta=0.1, ratio=ratio)
        assert found == pytest.approx(treated * (1 + 1 / ratio))

    @given(some.floats(0, 0.95), some.lists(some.floats(0.3, 1), min_size=2, max_size=5))
    @settings(max_examples=30, deadline=None)
    def test_early_visits_help_and_never_more_than_everybody_staying(self, rho: float, kept: list[float]) -> None:
        falling = sorted(kept, reverse=True)
        for pattern in ("compound symmetry", "ar1"):
            between = visit_correlation(range(len(kept)), correlation=rho, pattern=pattern)
            assert 1 - 1e-9 <= last_visit_variance(between, falling) <= 1 / falling[-1] + 1e-9

    def test_simulated_power_with_people_leaving(self) -> None:
        """Generalised least squares with the covariance known, participant by participant."""
        between = visit_correlation([4, 12, 24], correlation=0.6, pattern="ar1")
        kept = [1.0, 0.85, 0.7]
        n = math.ceil(repeated_means(-0.6, 1, spread=(last_visit_variance(between, kept),) * 2, **ERRORS) / 2)
        draw, root = np.random.default_rng(3), np.linalg.cholesky(between)
        weights = [np.linalg.inv(between[:last, :last]) for last in (1, 2, 3)]
        found = []
        for _ in range(1500):
            means, variances = [], []
            for effect in (-0.6, 0.0):
                seen = 1 + (draw.random(n)[:, None] < np.array([[0.85, 0.7]])).sum(axis=1)
                values = draw.standard_normal((n, 3)) @ root.T + np.array([0, 0, effect])
                information, score = np.zeros((3, 3)), np.zeros(3)
                for last in (1, 2, 3):
                    mine = values[seen == last, :last]
                    information[:last, :last] += len(mine) * weights[last - 1]
                    score[:last] += weights[last - 1] @ mine.sum(axis=0)
                inverse = np.linalg.inv(information)
                means.append((inverse @ score)[-1])
                variances.append(inverse[-1, -1])
            found.append((means[0] - means[1]) / math.sqrt(sum(variances)))
        assert (np.array(found) < -1.959964).mean() == pytest.approx(0.8, abs=4 * math.sqrt(0.16 / 1500) + 0.01)


class TestManyToOne:
    @pytest.mark.parametrize(
        ("ratios", "two_sided", "published"),
        [([1, 1], False, 1.92), ([1, 1, 1], False, 2.06), ([1, 1], True, 2.21), ([1, 1, 1], True, 2.35)],
    )
    def test_the_tables_of_dunnett_at_5_percent_and_known_variance(
        self, ratios: list[float], two_sided: bool, published: float
    ) -> None:
        assert many_to_one.dunnett_bound(0.05, ratios=ratios, two_sided=two_sided) == pytest.approx(published, abs=6e-3)

    def test_the_multivariate_normal_of_scipy_says_the_same(self) -> None:
        ratios = np.array([1.0, 2.0, 0.5])
        load = np.sqrt(ratios / (1 + ratios))
        between = np.where(np.eye(3) == 1, 1.0, load[:, None] * load)
        bound = many_to_one.dunnett_bound(0.025, ratios=ratios.tolist())
        found = st.multivariate_normal(cov=between, seed=1).cdf(np.full(3, bound))
        assert found == pytest.approx(0.975, abs=2e-5)

    @given(some.lists(some.floats(0.3, 3), min_size=1, max_size=4), some.floats(-1, 3))
    @settings(max_examples=15, deadline=None)
    def test_another_integration_says_the_same(self, ratios: list[float], bound: float) -> None:
        load = np.sqrt(np.array(ratios) / (1 + np.array(ratios)))
        at = np.linspace(-9, 9, 20001)
        given_x = st.norm.cdf((bound - load[:, None] * at) / np.sqrt(1 - load[:, None] ** 2)).prod(axis=0)
        assert many_to_one.all_within(-np.inf, bound, ratios=ratios) == pytest.approx(
            np.trapezoid(given_x * st.norm.pdf(at), at), abs=1e-10
        )

    def test_one_treatment_is_the_normal_bound(self) -> None:
        assert many_to_one.dunnett_bound(0.025, ratios=[3.0]) == pytest.approx(1.959963985, abs=1e-8)

    def test_simulated_error_and_power(self) -> None:
        draw, n, ratios = np.random.default_rng(11), 40, [1.0, 2.0]
        bound, effects = many_to_one.dunnett_bound(0.025, ratios=ratios), (0.0, 0.5, 0.7)
        arms = [
            effect + draw.standard_normal((20000, int(n * ratio))).mean(axis=1)
            for effect, ratio in zip(effects, (1, *ratios), strict=True)
        ]
        shifts = [effect / math.sqrt((1 + 1 / ratio) / n) for effect, ratio in zip(effects[1:], ratios, strict=True)]
        z = np.stack([(arm - arms[0]) / math.sqrt((1 + 1 / r) / n) for arm, r in zip(arms[1:], ratios, strict=True)])
        powers = (z > bound).any(axis=0).mean(), (z > bound).all(axis=0).mean()
        assert powers[0] == pytest.approx(many_to_one.power_any(bound, ratios=ratios, shifts=shifts), abs=0.014)
        assert powers[1] == pytest.approx(many_to_one.power_all(bound, ratios=ratios, shifts=shifts), abs=0.014)
        none = z - np.array(shifts)[:, None]
        assert (none > bound).any(axis=0).mean() == pytest.approx(0.025, abs=4 * math.sqrt(0.025 / 20000))


class TestRatios:
    def test_the_odds_ratio_of_wang_chow_and_li(self) -> None:
        """Rates 40% and 25%, 80%: 156 in each arm, page 104."""
        assert math.ceil(float(sample_size.odds_ratio(0.4, 0.25, **ERRORS)) / 2) == 156

    @given(some.floats(0.05, 0.95), some.floats(0.05, 0.95), some.floats(0.5, 2), some.floats(0.4, 2.5))
    @settings(max_examples=40, deadline=None)
    def test_the_rates_under_a_ratio_are_the_most_likely(self, p1: float, p2: float, r: float, margin: float) -> None:
        null1, null2 = sample_size.rates_under_ratio(np.array(p1), np.array(p2), ratio=r, margin=margin)

        def unlikely(second: float) -> float:
            first = margin * second
            both = ((p1, first, r), (p2, second, 1.0))
            return -sum(w * (p * math.log(q) + (1 - p) * math.log1p(-q)) for p, q, w in both)

        limit = min(1.0, 1 / margin)
        best = so.minimize_scalar(unlikely, bounds=(1e-9, limit - 1e-9), method="bounded", options={"xatol": 1e-10})
        assert float(null2) == pytest.approx(best.x, abs=2e-5)
        assert float(null1) == pytest.approx(margin * best.x, abs=5e-5)

    @pytest.mark.parametrize("ratio", [1.0, 2.0])
    def test_no_margin_is_the_pooled_test(self, ratio: float) -> None:
        for p1, p2 in ((0.6, 0.35), (0.2, 0.4)):
            one = sample_size.risk_ratio(p1, p2, ratio=ratio, **ERRORS)
            assert_allclose(one, sample_size.two_rates(p1, p2, ratio=ratio, **ERRORS), rtol=1e-10)

    def test_simulated_power_of_a_ratio_that_must_be_kept(self) -> None:
        margin, rates = 0.7, (0.5, 0.5)
        n = math.ceil(float(sample_size.risk_ratio(*rates, margin=margin, **ERRORS)) / 2)
        draw = np.random.default_rng(5)
        p1, p2 = (draw.binomial(n, rate, TRIALS) / n for rate in rates)
        null1, null2 = sample_size.rates_under_ratio(p1, p2, ratio=1.0, margin=margin)
        z = (p1 - margin * p2) / np.sqrt((null1 * (1 - null1) + margin**2 * null2 * (1 - null2)) / n)
        assert (z > 1.959964).mean() == pytest.approx(0.8, abs=SE4 + 0.01)

    def test_a_hazard_ratio_that_must_be_kept(self) -> None:
        """Equal hazards, margin 1.3: (1 + 1)^2 (z / log 1.3)^2 events."""
        z = -sp.ndtri(0.025) - sp.ndtri(0.2)
        found = survival_size.schoenfeld_events(1.0, margin=1.3, **ERRORS)
        assert found == pytest.approx(4 * (z / math.log(1.3)) ** 2)


class TestExact:
    def test_deng_2017_could_not_have_shown_a_benefit(self) -> None:
        """12 against 6: with 5 of 6 on placebo, even 12 of 12 is not significant."""
        region = rejects(12, 6, alpha=0.025)
        assert not region[:, 5].any()
        assert st.fisher_exact([[12, 0], [5, 1]], alternative="greater").pvalue == pytest.approx(1 / 3)
        at_most = float(exact_power(1.0, 5 / 6, region=region))
        assert at_most == pytest.approx(float(st.binom.cdf(3, 6, 5 / 6)), abs=1e-12)
        assert at_most == pytest.approx(0.0623, abs=5e-5)

    @given(some.integers(2, 25), some.integers(2, 25), some.sampled_from([0.01, 0.025, 0.05]))
    @settings(max_examples=12, deadline=None)
    def test_fisher_rejects_as_scipy_does(self, n1: int, n2: int, alpha: float) -> None:
        x, y = np.meshgrid(np.arange(n1 + 1), np.arange(n2 + 1), indexing="ij")
        p = st.hypergeom.sf(x - 1, n1 + n2, x + y, n1)
        assert (rejects(n1, n2, alpha=alpha) == (p <= alpha + 1e-12)).all()

    @pytest.mark.parametrize(("n1", "n2"), [(8, 8), (12, 6), (7, 10)])
    def test_unconditional_rejects_as_barnard_of_scipy(self, n1: int, n2: int) -> None:
        region = rejects(n1, n2, alpha=0.025, test="unconditional")
        edge = [(x, y) for x in range(n1 + 1) for y in range(n2 + 1) if x / n1 > y / n2]
        for x, y in edge[:: max(1, len(edge) // 12)]:
            p = st.barnard_exact([[x, y], [n1 - x, n2 - y]], alternative="greater", n=64).pvalue
            assert abs(p - 0.025) < 1e-4 or bool(region[x, y]) == (p <= 0.025)

    @pytest.mark.parametrize("test", ["fisher", "unconditional"])
    def test_the_error_is_kept_for_every_common_rate(self, test: Any) -> None:
        region = rejects(23, 17, alpha=0.025, test=test)
        rates = np.linspace(0.001, 0.999, 997)
        assert exact_power(rates, rates, region=region).max() <= min(0.025, largest_error(region)) + 1e-9

    def test_the_unconditional_test_needs_fewer(self) -> None:
        fisher, barnard = (
            exact_size(0.65, 0.35, start=30, test=test, **ERRORS) for test in ("fisher", "unconditional")
        )
        assert fisher is not None
        assert barnard is not None
        near = float(sample_size.two_rates(0.65, 0.35, **ERRORS)) / 2
        assert near - 1 < barnard.control < fisher.control < 1.2 * near
        assert barnard.error <= 0.025 + 1e-12
        assert barnard.power >= 0.8

    def test_a_size_that_cannot_be_asked_is_none(self) -> None:
        assert exact_size(0.51, 0.5, start=195, **ERRORS) is None
