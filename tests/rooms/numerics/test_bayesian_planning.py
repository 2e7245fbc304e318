"""Kernels of the Bayesian plans against slow twins, closed forms, publications and simulation."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
import scipy.integrate as si
import scipy.stats as st

from trialwright.numerics.adaptive_allocation import Allocation, probably_best, simulate_allocation
from trialwright.numerics.beta_mixtures import BetaMixture, Unit, size_by_information, size_by_moments
from trialwright.numerics.dropping_arms import Dropping, dunnett_quantiles, simulate_dropping
from trialwright.numerics.many_to_one import all_within
from trialwright.numerics.meta_analytic import as_mixture, predictive_prior, tail_of
from trialwright.numerics.optimal_monitoring import Cells, Endpoint, bounds_at, optimal, watched
from trialwright.numerics.two_arm_posterior import calibrated, largest, operate, predicted, superiority

FLAT = BetaMixture.of((1, 1, 1))
MIXED = BetaMixture.of((0.6, 4, 9), (0.3, 1.5, 2), (0.1, 1, 1))
LOOKS = [10, 15, 20, 25, 30, 35, 40]
ANKYLOSING = [(23, 107), (12, 44), (19, 51), (9, 39), (39, 139), (6, 20), (9, 78), (10, 35)]


def monte_carlo(share: float, trials: int) -> float:
    """Four standard errors."""
    return 4 * math.sqrt(share * (1 - share) / trials)


class TestMixtures:
    def test_the_posterior_is_the_density_times_the_likelihood(self) -> None:
        nodes = Unit.between(0, 1)
        raw = MIXED.density(nodes) * nodes.p**3 * nodes.q**5
        np.testing.assert_allclose(MIXED.after(3, 8).density(nodes), raw / (raw @ nodes.weights), rtol=1e-9)

    def test_what_is_foreseen_is_the_mean_binomial(self) -> None:
        nodes = Unit.between(0, 1)
        slow = [(st.binom.pmf(y, 6, nodes.p) * MIXED.density(nodes)) @ nodes.weights for y in range(7)]
        np.testing.assert_allclose(MIXED.foreseen(6), slow, rtol=1e-10)

    def test_moments_and_quantiles(self) -> None:
        nodes = Unit.between(0, 1)
        density = MIXED.density(nodes) * nodes.weights
        assert float(MIXED.mean) == pytest.approx(density @ nodes.p, rel=1e-10)
        assert float(MIXED.sd) == pytest.approx(math.sqrt(density @ (nodes.p - MIXED.mean) ** 2), rel=1e-9)
        assert 1 - float(MIXED.above(MIXED.quantile(0.3))) == pytest.approx(0.3)

    def test_information_of_a_mixture_by_finite_differences(self) -> None:
        grid = np.linspace(1e-4, 1 - 1e-4, 40_001)
        step = grid[1] - grid[0]
        density = sum(w * st.beta.pdf(grid, a, b) for w, a, b in zip(MIXED.weights, MIXED.a, MIXED.b, strict=True))
        curve = -np.gradient(np.gradient(np.log(density), step), step)
        slow = float((density * curve * grid * (1 - grid))[2:-2].sum() * step)
        assert size_by_information(MIXED) == pytest.approx(slow, rel=0.01)
        assert size_by_information(BetaMixture.of((1, 0.5, 2))) is None

    def test_a_robust_part_takes_over_under_conflict(self) -> None:
        robust = BetaMixture.of((1, 40, 60)).made_robust(0.2)
        assert robust.after(80, 100).weights[1] > 0.99
        assert robust.after(40, 100).weights[1] < 0.2 / 3
        assert size_by_moments(robust) < 100


class TestTwoArms:
    def test_integer_parameters_have_a_closed_sum(self) -> None:
        """P(X > Y) for X ~ Beta(3, 4), Y ~ Beta(2, 6) by the sum over integers (Thompson 1933)."""
        a, b, c, d = 3, 4, 2, 6
        total = math.comb(a + b + c + d - 2, a + b - 1)
        slow = sum(math.comb(a + c - 1, k) * math.comb(b + d - 1, a + b - 1 - k) for k in range(a)) / total
        assert superiority(FLAT, FLAT, n=(5, 6))[2, 1] == pytest.approx(slow, abs=1e-12)

    @pytest.mark.parametrize("difference", [0.15, -0.2])
    @pytest.mark.parametrize(("x", "y"), [(0, 7), (4, 2), (6, 0)])
    def test_a_difference_by_adaptive_quadrature(self, difference: float, x: int, y: int) -> None:
        found = superiority(MIXED, FLAT, n=(6, 7), difference=difference)[x, y]
        after = MIXED.after(x, 6)

        def inside(p: float) -> float:
            return float(st.beta.pdf(p, 1 + y, 8 - y) * after.above(p + difference))

        slow = si.quad(inside, 0, 1, points=[max(0, -difference), min(1, 1 - difference)], epsabs=1e-11, limit=200)[0]
        assert found == pytest.approx(slow, abs=1e-8)

    def test_operating_characteristics_are_the_sum_over_all_outcomes(self) -> None:
        """Two looks at 2 and 4 people an arm: every sequence of outcomes written out."""
        sizes = [(2, 2), (4, 4)]
        tables = [superiority(FLAT, FLAT, n=size) for size in sizes]
        up = [table > 0.85 for table in tables]
        low = [table < 0.2 for table in tables]
        found = operate(up, low, sizes=sizes, rates=[(0.6, 0.3)])
        slow = np.zeros((2, 2))
        for outcome in itertools.product((0, 1), repeat=8):
            t, c = outcome[:4], outcome[4:]
            chance = math.prod([0.6 if x else 0.4 for x in t] + [0.3 if x else 0.7 for x in c])
            for look, n in enumerate((2, 4)):
                pair = sum(t[:n]), sum(c[:n])
                if up[look][pair] or low[look][pair]:
                    slow[0 if up[look][pair] else 1, look] += chance
                    break
        np.testing.assert_allclose([found.efficacy[0], found.futility[0]], slow, atol=1e-12)
        early = slow[:, 0].sum()
        assert found.expected[0] == pytest.approx(4 * early + 8 * (1 - early))

    def test_the_cut_off_is_the_least_that_keeps_the_error(self) -> None:
        sizes, nulls = [(15, 15), (30, 30)], [(p, p) for p in np.linspace(0.05, 0.95, 19)]
        tables = [superiority(FLAT, FLAT, n=size) for size in sizes]
        cut = calibrated(tables, sizes=sizes, nulls=nulls, alpha=0.05)
        assert largest(tables, cut, sizes=sizes, nulls=nulls) <= 0.05
        assert largest(tables, cut - 1e-4, sizes=sizes, nulls=nulls) > 0.05 or cut < 1e-4

    def test_prediction_by_simulation(self) -> None:
        success = superiority(FLAT, FLAT, n=(20, 20)) > 0.95
        found = predicted(FLAT, FLAT, now=(10, 10), then=(20, 20), success=success)[7, 3]
        rng, trials = np.random.default_rng(1), 40_000
        t = 7 + rng.binomial(10, rng.beta(8, 4, trials))
        c = 3 + rng.binomial(10, rng.beta(4, 8, trials))
        assert success[t, c].mean() == pytest.approx(found, abs=monte_carlo(found, trials))


class TestMetaAnalyticPrior:
    def test_eight_published_placebo_arms(self) -> None:
        """Ankylosing spondylitis (Baeten 2013): 0.26, 0.09, 0.11, 0.25, 0.47 by another tool; remembered."""
        found = predictive_prior(ANKYLOSING, heterogeneity=1.0)
        shown = [found.mean, found.sd, *(found.quantile(q) for q in (0.025, 0.5, 0.975))]
        assert [round(one, 2) for one in shown] == [0.26, 0.09, 0.11, 0.25, 0.47]

    def test_a_dense_grid_of_two_arms(self) -> None:
        """Everything on plain grids: mu, tau and each log-odds."""
        arms = [(9, 30), (14, 30)]
        mu, tau, theta = np.linspace(-5, 4, 226), (np.arange(150) + 0.5) * 0.018, np.linspace(-9, 8, 681)
        log = -0.5 * (mu[:, None] / 2) ** 2 - 0.5 * (tau[None, :] / 0.5) ** 2
        z = (theta - mu[:, None, None]) / tau[None, :, None]
        normal = np.exp(-0.5 * z**2)
        normal /= normal.sum(axis=-1, keepdims=True) + 1e-300
        rate = 1 / (1 + np.exp(-theta))
        for y, n in arms:
            log = log + np.log(normal @ (rate**y * (1 - rate) ** (n - y)) + 1e-300)
        weight = np.exp(log - log.max())
        weight /= weight.sum()
        further = np.einsum("mt,mtg->g", weight, normal)
        mean = float(further @ rate / further.sum())
        found = predictive_prior(arms, heterogeneity=0.5)
        assert found.mean == pytest.approx(mean, abs=5e-4)
        assert found.sd == pytest.approx(math.sqrt(further @ (rate - mean) ** 2 / further.sum()), abs=1e-3)

    def test_the_mixture_is_close(self) -> None:
        prior = predictive_prior(ANKYLOSING, heterogeneity=1.0)
        mixture, divergence = as_mixture(prior)
        assert 0 <= divergence < 1e-3
        assert float(mixture.mean) == pytest.approx(prior.mean, abs=1e-3)
        assert float(mixture.sd) == pytest.approx(prior.sd, abs=2e-3)
        assert all(1 - float(mixture.above(prior.quantile(q))) == pytest.approx(q, abs=0.01) for q in (0.05, 0.5, 0.95))

    def test_more_heterogeneity_borrows_less(self) -> None:
        sizes = [
            size_by_moments(as_mixture(predictive_prior([(9, 30), (14, 30)], heterogeneity=h))[0]) for h in (0.1, 1)
        ]
        assert sizes[0] > sizes[1]

    def test_a_count_in_the_middle_surprises_nobody(self) -> None:
        prior = BetaMixture.of((1, 30, 70))
        assert tail_of(prior, (30, 100)) > 0.9
        assert tail_of(prior, (70, 100)) < 1e-4


class TestBop2:
    """Bounds that the authors' successors publish for given cut-offs (BOP2-FE, MIT, its front page)."""

    @pytest.mark.parametrize(
        ("null", "is_good", "level", "bounds"),
        [
            (0.20, True, 0.909, [1, 2, 3, 5, 7, 9, 11]),
            (0.45, True, 0.70, [3, 5, 8, 10, 13, 16, 19]),
            (0.30, False, 0.70, [5, 6, 7, 8, 9, 10, 11]),
            (0.10, True, 0.95, [0, 1, 2, 3, 4, 5, 7]),
            (0.20, True, 0.95, [1, 2, 4, 5, 7, 9, 12]),
            (0.15, True, 0.95, [0, 1, 3, 4, 5, 7, 10]),
            (0.30, True, 0.95, [2, 3, 6, 8, 10, 13, 17]),
        ],
    )
    def test_published_bounds(self, null: float, is_good: bool, level: float, bounds: list[int]) -> None:
        assert bounds_at(Endpoint(null, is_good), LOOKS, cut=(level, 1.0)).tolist() == bounds

    @pytest.mark.parametrize("stops", ["either", "both"])
    def test_watching_is_the_sum_over_all_outcomes(self, stops: str) -> None:
        endpoints, looks, truth = [Endpoint(0.3), Endpoint(0.3, is_good=stops == "both")], [2, 4], Cells(0.5, 0.3, 0.2)
        bounds = [np.array([0, 1]), np.array([0, 1]) if stops == "both" else np.array([2, 2])]
        declared, early = 0.0, 0.0
        for people in itertools.product(itertools.product((0, 1), repeat=2), repeat=4):
            chance = math.prod(truth.table[i][j] for i, j in people)
            for look, n in enumerate(looks):
                x, y = sum(one[0] for one in people[:n]), sum(one[1] for one in people[:n])
                fails = x <= bounds[0][look], (y <= bounds[1][look] if stops == "both" else y >= bounds[1][look])
                if (any if stops == "either" else all)(fails):
                    early += chance * (look == 0)
                    break
            else:
                declared += chance
        found = watched(endpoints, bounds, looks=looks, truth=truth, stops=stops)  # type: ignore[arg-type]
        assert found.declared == pytest.approx(declared)
        assert found.expected == pytest.approx(2 * early + 4 * (1 - early))

    def test_no_other_cut_off_of_a_grid_has_more_power(self) -> None:
        best = optimal([Endpoint(0.2)], LOOKS, nulls=[Cells(0.2, 0, 0)], good=Cells(0.4, 0, 0), alpha=0.1)
        assert best is not None
        assert best.error <= 0.1
        for cut in itertools.product(np.arange(0.5, 1, 0.07), np.arange(0, 1.01, 0.2)):
            bounds = [bounds_at(Endpoint(0.2), LOOKS, cut=cut)]
            ends = [
                watched([Endpoint(0.2)], bounds, looks=LOOKS, truth=Cells(p, 0, 0), stops="either").declared
                for p in (0.2, 0.4)
            ]
            assert ends[0] > 0.1 or ends[1] <= best.power + 1e-9

    def test_nothing_keeps_an_impossible_level(self) -> None:
        assert optimal([Endpoint(0.2)], [2], nulls=[Cells(0.2, 0, 0)], good=Cells(0.4, 0, 0), alpha=1e-6) is None


class TestDropping:
    design = Dropping((40, 40, 40), (45, 45, 45))

    def test_dunnett_quantiles_are_those_of_the_distribution(self) -> None:
        z = np.array([-1.0, 0.5, 1.96, 3.0])
        slow = [st.norm.ppf(all_within(-np.inf, one, ratios=[1.0, 2.0])) for one in z]
        np.testing.assert_allclose(dunnett_quantiles(z, ratios=[1.0, 2.0]), slow, atol=1e-4)

    @pytest.mark.parametrize("truth", [(0, 0, 0), (0, 0, 0.6)])
    @pytest.mark.parametrize("keep", [1, 2])
    def test_the_familywise_error_is_kept(self, truth: tuple[float, ...], keep: int) -> None:
        design, trials = Dropping((40, 40, 40), (45, 45, 45), keep=keep), 40_000
        found = simulate_dropping(design, truth, trials=trials, seed=4, kind="mean")
        wrong = found.rejected[:, [k for k in range(2) if truth[k + 1] == 0]].any(axis=1).mean()
        assert wrong <= 0.025 + monte_carlo(0.025, trials)

    def test_all_null_is_at_the_level_and_the_naive_test_above(self) -> None:
        trials = 100_000
        found = simulate_dropping(self.design, (0, 0, 0), trials=trials, seed=5, kind="mean")
        for shown in (found.rejected, found.together):
            assert shown.any(axis=1).mean() == pytest.approx(0.025, abs=monte_carlo(0.025, trials))
        assert found.naive.any(axis=1).mean() > 0.035

    def test_futile_everywhere_ends_the_trial(self) -> None:
        found = simulate_dropping(Dropping((40, 40, 40), (45, 45, 45), futile_below=9.0), (0.3,) * 3, trials=50, seed=1)
        assert not found.kept.any()
        assert (found.people == 120).all()


class TestAdaptiveAllocation:
    def test_probably_best_of_three(self) -> None:
        n, x = np.array([[20, 15, 10]]), np.array([[8, 9, 5]])
        rng = np.random.default_rng(2)
        drawn = rng.beta(1 + x, 1 + n - x, (200_000, 3)).argmax(axis=1)
        np.testing.assert_allclose(probably_best(n, x)[0], np.bincount(drawn) / 200_000, atol=0.005)

    def test_errors_and_costs(self) -> None:
        """Equal rates: the error is kept; a drift breaks the pooled test and not the stratified one."""
        trials = 4000
        design = Allocation(160, 20, 40)
        null = simulate_allocation(design, (0.4, 0.4), trials=trials, seed=1)
        drifted = simulate_allocation(design, (0.4, 0.4), trials=trials, seed=1, drift=2.5)
        assert (null.z >= 1.96).mean() == pytest.approx(0.025, abs=monte_carlo(0.025, trials) + 0.003)
        assert (drifted.z >= 1.96).mean() > 0.05
        assert (drifted.stratified >= 1.96).mean() <= 0.025 + monte_carlo(0.025, trials) + 0.003
        assert (null.given.sum(axis=1) == 160).all()

    def test_the_better_arm_is_given_more_often_unless_outcomes_come_too_late(self) -> None:
        seen = simulate_allocation(Allocation(100, 10, 20), (0.3, 0.7), trials=300, seed=2)
        late = simulate_allocation(Allocation(100, 10, 20, delay=100), (0.3, 0.7), trials=300, seed=2)
        assert seen.given[:, 1].mean() > 60
        assert late.given[:, 1].mean() == pytest.approx(50, abs=1.5)

    def test_equal_allocation_is_equal(self) -> None:
        found = simulate_allocation(Allocation(100, 10, 0, adaptive=False), (0.3, 0.7), trials=50, seed=2)
        assert (found.given == 50).all()
