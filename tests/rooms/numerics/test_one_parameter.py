"""The one-parameter posterior and likelihood against slow twins, and identities that hold for every state."""

from __future__ import annotations

import tracemalloc
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import example, given, settings, strategies as st
from numpy.testing import assert_allclose
from scipy.special import sici

from trialwright.numerics import quadrature
from trialwright.numerics.arrays import Floats
from trialwright.numerics.closest import closest_to_target
from trialwright.numerics.most_likely import fit
from trialwright.numerics.one_parameter import (
    GammaPrior,
    NormalPrior,
    OneParameterModel,
    OneParameterPosterior,
    log_posterior,
    posterior,
    tallied,
)

POWER = OneParameterModel("power", (0.05, 0.12, 0.25, 0.4, 0.55))
LOGISTIC = OneParameterModel("logistic", (0.05, 0.12, 0.25, 0.4, 0.55))


@dataclass(frozen=True)
class State:
    model: OneParameterModel
    prior_sd: float
    n: tuple[int, ...]
    n_dlt: tuple[int, ...]
    shape: float | None = None  # of a gamma prior; prior_sd then only says how far to look

    @property
    def prior(self) -> NormalPrior | GammaPrior:
        return NormalPrior(self.prior_sd) if self.shape is None else GammaPrior(self.shape)

    def posterior(self) -> OneParameterPosterior:
        return posterior(self.model, prior=self.prior, n=np.array([self.n]), n_dlt=np.array([self.n_dlt]))


@st.composite
def states(draw: st.DrawFn, most: int = 200) -> State:
    levels = draw(st.integers(1, 6))
    guesses = draw(st.lists(st.integers(1, 90), min_size=levels, max_size=levels, unique=True).map(sorted))
    model = OneParameterModel(draw(st.sampled_from(["power", "logistic"])), tuple(guess / 100 for guess in guesses))
    n = draw(st.lists(st.integers(0, most // levels), min_size=levels, max_size=levels))
    n_dlt = draw(
        st.one_of(st.just(n), st.just([0] * levels), st.tuples(*(st.integers(0, count) for count in n)).map(list))
    )
    prior_sd = draw(st.sampled_from([0.1, 0.5, 1.34**0.5, 2.0, 5.0]) | st.floats(0.1, 5.0))
    shape = draw(st.none() | st.sampled_from([0.5, 1.0, 2.0, 5.0]))
    return State(model, prior_sd if shape is None else 2.0, tuple(n), tuple(n_dlt), shape)


def dense(state: State, points: int = 400_001) -> tuple[Floats, Floats]:
    """A grid so fine that the rule no longer matters, over all of the mass; weights that add up to 1."""

    def logs(beta: Floats) -> Floats:
        n, n_dlt = np.array([state.n], np.float64), np.array([state.n_dlt], np.float64)
        return log_posterior(beta, model=state.model, prior=state.prior, counts=tallied(n, n_dlt))(np.array([0]))[0]

    wide = np.linspace(-60 * state.prior_sd, 60 * state.prior_sd, 40_001)
    seen = np.flatnonzero((values := logs(wide)) > values.max() - 60)
    beta = np.linspace(wide[max(seen[0] - 1, 0)], wide[min(seen[-1] + 1, len(wide) - 1)], points)
    weights = np.exp((values := logs(beta)) - values.max())
    return beta, weights / weights.sum()


EXTREMES = [
    State(POWER, 5.0, (40,) * 5, (40,) * 5),
    State(POWER, 5.0, (40,) * 5, (0,) * 5),
    State(LOGISTIC, 5.0, (40,) * 5, (40,) * 5),
    State(LOGISTIC, 5.0, (40,) * 5, (0,) * 5),
    State(POWER, 0.1, (0, 0, 0, 0, 200), (0, 0, 0, 0, 200)),
    State(POWER, 0.1, (200, 0, 0, 0, 0), (200, 0, 0, 0, 0)),
    State(LOGISTIC, 0.1, (200, 0, 0, 0, 0), (200, 0, 0, 0, 0)),
    State(POWER, 5.0, (100, 0, 0, 0, 100), (100, 0, 0, 0, 0)),
    State(LOGISTIC, 5.0, (100, 0, 0, 0, 100), (100, 0, 0, 0, 0)),
    State(LOGISTIC, 5.0, (1, 0, 0, 0, 0), (1, 0, 0, 0, 0)),
    State(POWER, 1.34**0.5, (0,) * 5, (0,) * 5),
]


def assert_as_dense(state: State) -> None:
    beta, weights = dense(state)
    ours = state.posterior()
    mean = weights @ beta
    assert_allclose(ours.beta_mean[0], mean, rtol=0, atol=1e-8)
    assert_allclose(ours.beta_variance[0], weights @ (beta - mean) ** 2, rtol=0, atol=1e-8)
    assert_allclose(ours.rate_mean[0], weights @ state.model.rates(beta), rtol=0, atol=1e-8)


class TestAgainstTheSlowTwin:
    @pytest.mark.parametrize("state", EXTREMES)
    def test_extreme_states(self, state: State) -> None:
        assert_as_dense(state)

    @settings(max_examples=40)
    @given(states())
    def test_any_state(self, state: State) -> None:
        assert_as_dense(state)

    @settings(max_examples=40)
    @given(states(), st.floats(0.02, 0.98))
    def test_exceedance(self, state: State, rate: float) -> None:
        beta, weights = dense(state)
        below = np.cumsum(weights) - weights / 2
        wanted = np.interp(state.model.beta_at(rate), beta, below, left=0.0, right=1.0)
        assert_allclose(state.posterior().exceedance(rate)[0], wanted, rtol=0, atol=2e-7)


class TestInverses:
    @settings(max_examples=60)
    @given(states(), st.floats(0.001, 0.999))
    def test_exceedance_of_a_quantile(self, state: State, probability: float) -> None:
        believed = state.posterior()
        rates = believed.quantile(probability)[0]
        for level, rate in enumerate(rates):
            if 1e-9 < rate < 0.95:  # beyond, a rate as a float no longer says where on the curve it lies
                assert_allclose(believed.exceedance(float(rate))[0, level], 1 - probability, rtol=0, atol=1e-6)

    @given(states())
    def test_quantiles_rise(self, state: State) -> None:
        believed = state.posterior()
        quantiles = np.array([believed.quantile(share)[0] for share in (0.01, 0.25, 0.5, 0.75, 0.99)])
        assert (np.diff(quantiles, axis=0) >= 0).all()

    @given(st.sampled_from([POWER, LOGISTIC]), st.floats(0.001, 0.95))
    def test_rate_at_the_beta_of_a_rate(self, model: OneParameterModel, rate: float) -> None:
        assert_allclose(np.diag(model.rates(model.beta_at(rate))), rate, rtol=1e-9)

    def test_rates_beyond_the_model(self) -> None:
        believed = posterior(
            LOGISTIC, prior=NormalPrior(1.0), n=np.array([[3, 0, 0, 0, 0]]), n_dlt=np.array([[1, 0, 0, 0, 0]])
        )
        assert (believed.exceedance(0.96) == 0).all()  # the curve never rises above expit(3) = 0.953
        assert (believed.exceedance(0.0) == 1).all()
        assert (believed.exceedance(1.0) == 0).all()

    def test_a_quantile_under_a_vague_prior_needs_little_memory(self) -> None:
        """Ten thousand nodes, and so a hundred million pairs of them, which would take a gigabyte."""
        believed = State(POWER, 75.0, (3, 0, 0, 0, 0), (0, 0, 0, 0, 0)).posterior()
        tracemalloc.start()
        rate = float(believed.quantile(0.95)[0, 4])
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert_allclose(believed.exceedance(rate)[0, 4], 0.05, rtol=0, atol=1e-9)
        assert peak < 50e6

    def test_sums_by_convolution_are_those_pair_by_pair(self, monkeypatch: pytest.MonkeyPatch) -> None:
        n, n_dlt = frontier(trials=50, participants=20, seed=3)
        believed = posterior(LOGISTIC, prior=NormalPrior(2.0), n=n, n_dlt=n_dlt)
        convolved = believed.quantile(0.01), believed.quantile(0.9)
        monkeypatch.setattr(quadrature, "_below_nodes", below_nodes_pair_by_pair)
        assert_allclose(convolved, (believed.quantile(0.01), believed.quantile(0.9)), rtol=0, atol=1e-12)

    @pytest.mark.parametrize("probability", [0.0, 1.0, -0.1])
    def test_no_quantile_at_the_ends(self, probability: float) -> None:
        with pytest.raises(ValueError, match="between 0 and 1"):
            EXTREMES[-1].posterior().quantile(probability)


def below_nodes_pair_by_pair(weights: Floats) -> Floats:
    places = np.arange(weights.shape[1])
    return weights @ (0.5 + sici(np.pi * (places[None, :] - places[:, None]))[0] / np.pi)


def frontier(*, trials: int, participants: int, seed: int) -> tuple[Floats, Floats]:
    draw = np.random.default_rng(seed)
    n = draw.multinomial(participants, np.ones(5) / 5, trials)
    return n, draw.binomial(n, [0.05, 0.12, 0.25, 0.4, 0.55])


class TestTheErrorIsBounded:
    @settings(max_examples=40)
    @given(states())
    def test_halving_the_step_changes_nothing(self, state: State) -> None:
        """The error is about the square of the disagreement that is tolerated."""
        ours = state.posterior()
        (panel,) = ours.panels
        n, n_dlt = np.array([state.n], np.float64), np.array([state.n_dlt], np.float64)
        beta = panel.axis.halved().halved().nodes
        logs = log_posterior(beta, model=state.model, prior=state.prior, counts=tallied(n, n_dlt))(np.array([0]))[0]
        weights = np.exp(logs - logs.max())
        weights /= weights.sum()
        scale = max(1.0, abs(float(ours.beta_mean[0])))
        assert_allclose(ours.beta_mean[0], weights @ beta, rtol=0, atol=5e-10 * scale)
        assert_allclose(ours.rate_mean[0], weights @ state.model.rates(beta), rtol=0, atol=1e-10)

    @pytest.mark.parametrize("model", [POWER, LOGISTIC], ids=lambda model: model.kind)
    @pytest.mark.parametrize("participants", [9, 30, 60])
    def test_decisions_are_stable_under_it(
        self, model: OneParameterModel, participants: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """With twice the nodes and a tolerance a thousand times finer every decision stays; none is near a tie."""
        n, n_dlt = frontier(trials=4_000, participants=participants, seed=11)
        curve = posterior(model, prior=NormalPrior(1.34**0.5), n=n, n_dlt=n_dlt).plug_in()
        monkeypatch.setattr(quadrature, "TOLERANCE", 1e-9)
        monkeypatch.setattr(quadrature, "FIRST_COUNT", 2 * quadrature.FIRST_COUNT - 1)
        monkeypatch.setattr("trialwright.numerics.one_parameter.STEP_IN_SD", 0.0625)
        finer = posterior(model, prior=NormalPrior(1.34**0.5), n=n, n_dlt=n_dlt).plug_in()
        assert np.abs(curve - finer).max() < 1e-11
        assert (closest_to_target(curve, 0.25) == closest_to_target(finer, 0.25)).all()
        distance = np.sort(np.abs(finer - 0.25), axis=1)
        assert (distance[:, 1] - distance[:, 0]).min() > 1e-7

    def test_a_row_does_not_depend_on_its_batch(self) -> None:
        n, n_dlt = frontier(trials=3_000, participants=40, seed=5)
        together = posterior(LOGISTIC, prior=NormalPrior(2.0), n=n, n_dlt=n_dlt)
        limits, medians = together.exceedance(0.3), together.quantile(0.5)
        for row in range(0, 3_000, 97):
            alone = posterior(LOGISTIC, prior=NormalPrior(2.0), n=n[row : row + 1], n_dlt=n_dlt[row : row + 1])
            assert_allclose(alone.beta_mean[0], together.beta_mean[row], rtol=0, atol=1e-12)
            assert_allclose(alone.rate_mean[0], together.rate_mean[row], rtol=0, atol=1e-12)
            assert_allclose(alone.exceedance(0.3)[0], limits[row], rtol=0, atol=1e-12)
            assert_allclose(alone.quantile(0.5)[0], medians[row], rtol=0, atol=1e-10)

    def test_what_cannot_be_integrated_has_no_answer(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(quadrature, "TOLERANCE", 0.0)
        with pytest.raises(quadrature.QuadratureError, match="do not settle"):
            EXTREMES[0].posterior()

    def test_an_empty_batch_is_answered(self) -> None:
        nobody = posterior(
            POWER, prior=NormalPrior(1.0), n=np.zeros((0, 5), np.int64), n_dlt=np.zeros((0, 5), np.int64)
        )
        assert nobody.plug_in().shape == nobody.exceedance(0.3).shape == nobody.quantile(0.5).shape == (0, 5)


class TestTheWarning:
    """architecture.md: quadrature centred on the prior goes wrong where the data have moved the posterior."""

    STATE = State(POWER, 1.34**0.5, (5, 9, 11, 3, 2), (1, 3, 1, 0, 2))

    def careless(self, nodes: int) -> Floats:
        """The plug-in curve by a Gauss-Hermite rule centred on the prior."""
        z, w = np.polynomial.hermite_e.hermegauss(nodes)
        beta = self.STATE.prior_sd * z
        log_p, log_q = POWER.logs(beta)
        n, n_dlt = np.array(self.STATE.n), np.array(self.STATE.n_dlt)
        likelihood = w * np.exp(n_dlt @ log_p + (n - n_dlt) @ log_q)
        return POWER.rates(np.array([likelihood @ beta / likelihood.sum()]))

    def test_twenty_nodes_on_the_prior_choose_another_level(self) -> None:
        ours = self.STATE.posterior().plug_in()
        truth = POWER.rates(np.array([np.dot(*dense(self.STATE))]))
        assert_allclose(ours, truth, rtol=0, atol=1e-8)
        assert np.abs(self.careless(20) - truth).max() > 0.05
        assert np.abs(self.careless(200) - truth).max() < 1e-3
        assert (closest_to_target(self.careless(20), 0.25), closest_to_target(ours, 0.25)) == (2, 3)


class TestLikelihood:
    @settings(max_examples=60)
    @given(states(most=60))
    @example(State(LOGISTIC, 1.0, (20, 0, 0, 0, 0), (20, 0, 0, 0, 0)))
    @example(State(LOGISTIC, 1.0, (3, 0, 0, 0, 0), (2, 0, 0, 0, 0)))
    def test_no_beta_is_more_likely(self, state: State) -> None:
        fitted = fit(state.model, n=np.array([state.n]), n_dlt=np.array([state.n_dlt]))
        beta = np.linspace(-30, 30, 60_001)
        log_p, log_q = state.model.logs(beta)
        n, n_dlt = np.array(state.n), np.array(state.n_dlt)
        likelihood = n_dlt @ log_p + (n - n_dlt) @ log_q
        if fitted.exists[0]:
            log_p, log_q = state.model.logs(fitted.beta)
            assert (n_dlt @ log_p + (n - n_dlt) @ log_q)[0] >= likelihood.max() - 1e-9
        elif n.sum() > 0:
            end = -1 if fitted.beta[0] > 0 else 0
            assert likelihood[end] == likelihood.max()
            assert_allclose(fitted.rate[0], state.model.rates(beta)[end], rtol=0, atol=1e-6)

    @pytest.mark.parametrize("model", [POWER, LOGISTIC], ids=lambda model: model.kind)
    def test_without_heterogeneity_there_is_no_maximum(self, model: OneParameterModel) -> None:
        fitted = fit(
            model, n=np.array([[6, 0, 0, 0, 0]] * 2 + [[0] * 5]), n_dlt=np.array([[0] * 5, [6, 0, 0, 0, 0], [0] * 5])
        )
        assert fitted.exists.tolist() == [False, False, False]
        assert fitted.beta[:2].tolist() == [np.inf, -np.inf]
        assert np.isnan(fitted.beta[2])
        assert (fitted.rate[0] == 0).all()
        assert (fitted.rate[1] > 0.95).all()


@pytest.mark.parametrize("prior", [GammaPrior(0.7), GammaPrior(3.0), NormalPrior(1.3), NormalPrior(0.2)])
def test_the_mass_of_a_prior_is_its_integral(prior: GammaPrior | NormalPrior) -> None:
    beta = np.linspace(-80.0, 12.0, 800_001)
    assert_allclose(np.log(np.trapezoid(np.exp(prior.log_density(beta)), beta)), prior.log_mass, rtol=0, atol=1e-9)
