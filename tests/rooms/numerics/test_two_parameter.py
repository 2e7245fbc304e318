"""The two-parameter posterior against a slow twin, and identities that hold for every state."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest
import scipy.special as sp
from hypothesis import example, given, settings, strategies as st
from numpy.testing import assert_allclose

from trialwright.numerics import lattice, plane, quadrature
from trialwright.numerics.arrays import Floats, Ints
from trialwright.numerics.two_parameter import TwoParameterModel, TwoParameterPosterior, posterior

DOSES = (10.0, 20.0, 50.0, 100.0, 200.0)
CODED = tuple(float(np.log(dose / 100)) for dose in DOSES)
LOG_NORMAL = TwoParameterModel("log-normal", CODED, (-0.85, 0.0), (2.0, 1.0), 0.0)
CORRELATED = TwoParameterModel("log-normal", CODED, (-1.39, 0.1), (1.2, 0.8), -0.6)
NORMAL = TwoParameterModel("normal", CODED, (-1.0, 1.0), (2.5, 0.5), 0.4)
WIDE = TwoParameterModel("log-normal", tuple(coded + np.log(2) for coded in CODED), (-1.0, 0.2), (2.5, 0.5), 0.4)


@dataclass(frozen=True)
class State:
    model: TwoParameterModel
    n: tuple[int, ...]
    n_dlt: tuple[int, ...]

    def posterior(self, rates: tuple[float, ...] = ()) -> TwoParameterPosterior:
        return posterior(self.model, n=np.array([self.n]), n_dlt=np.array([self.n_dlt]), rates=rates)


@st.composite
def states(draw: st.DrawFn, most: int = 60) -> State:
    n = draw(st.lists(st.integers(0, most // 5), min_size=5, max_size=5))
    n_dlt = draw(st.one_of(st.just(n), st.just([0] * 5), st.tuples(*(st.integers(0, count) for count in n)).map(list)))
    return State(draw(st.sampled_from([LOG_NORMAL, CORRELATED, NORMAL])), tuple(n), tuple(n_dlt))


def slow(state: State, rate: float) -> tuple[Floats, Floats]:
    """Mean and exceedance in the plain coordinates: b on a fine grid, for each the whole of a by a finer one."""
    model, covariance = state.model, np.diag(np.square(state.model.sd))
    covariance[0, 1] = covariance[1, 0] = model.correlation * model.sd[0] * model.sd[1]
    precision = np.linalg.inv(covariance)
    n, n_dlt = np.array(state.n), np.array(state.n_dlt)
    a = np.linspace(model.mean[0] - 9 * model.sd[0], model.mean[0] + 9 * model.sd[0], 4_001)
    mass, mean, above = [], [], []
    for b in np.linspace(model.mean[1] - 8 * model.sd[1], model.mean[1] + 8 * model.sd[1], 1_201):
        slope = np.exp(b) if model.slope == "log-normal" else b
        logits = a + slope * np.array(CODED)[:, None]
        apart = np.stack([a - model.mean[0], np.full_like(a, b - model.mean[1])])
        logs = -np.einsum("ik,ij,jk->k", apart, precision, apart) / 2
        logs += n_dlt @ -np.logaddexp(0, -logits) + (n - n_dlt) @ -np.logaddexp(0, logits)
        density = np.exp(logs)
        below = np.concatenate([[0.0], np.cumsum((density[1:] + density[:-1]) / 2)])
        mass.append(below[-1])
        mean.append(sp.expit(logits) @ density)
        threshold = sp.logit(rate) - slope * np.array(CODED)
        above.append(below[-1] - np.interp(threshold, a, below))
    return np.sum(mean, axis=0) / np.sum(mass), np.sum(above, axis=0) / np.sum(mass)


EXTREMES = [
    State(LOG_NORMAL, (0,) * 5, (0,) * 5),
    State(LOG_NORMAL, (3, 0, 0, 0, 0), (3, 0, 0, 0, 0)),
    State(LOG_NORMAL, (0, 0, 0, 0, 30), (0, 0, 0, 0, 0)),
    State(LOG_NORMAL, (30, 0, 0, 0, 30), (30, 0, 0, 0, 0)),
    State(CORRELATED, (12,) * 5, (12,) * 5),
    State(CORRELATED, (12,) * 5, (0,) * 5),
    State(CORRELATED, (6, 6, 6, 6, 6), (0, 1, 2, 3, 5)),
    State(NORMAL, (3, 3, 3, 0, 0), (0, 1, 2, 0, 0)),
    State(NORMAL, (12,) * 5, (0,) * 5),
]


class TestAgainstTheSlowTwin:
    @pytest.mark.parametrize("state", EXTREMES)
    def test_extreme_states(self, state: State) -> None:
        mean, above = slow(state, 0.3)
        ours = state.posterior(rates=(0.3,))
        assert_allclose(ours.mean()[0], mean, rtol=0, atol=2e-7)
        assert_allclose(ours.exceedance(0.3)[0], above, rtol=0, atol=1e-5)  # the twin interpolates linearly

    @settings(max_examples=8, deadline=None)
    @given(states(), st.floats(0.05, 0.9))
    def test_any_state(self, state: State, rate: float) -> None:
        mean, above = slow(state, rate)
        assert_allclose(state.posterior().mean()[0], mean, rtol=0, atol=2e-7)
        assert_allclose(state.posterior().exceedance(rate)[0], above, rtol=0, atol=2e-5)


class TestInverses:
    @settings(max_examples=15, deadline=None)
    @given(states(most=30), st.sampled_from([0.025, 0.2, 0.5, 0.9, 0.975]))
    @example(State(WIDE, (10, 0, 10, 5, 5), (0, 0, 1, 3, 0)), 0.975)
    def test_exceedance_of_a_quantile(self, state: State, probability: float) -> None:
        """A narrow density under a wide prior was off by 1e-4 while its moments were right."""
        believed = state.posterior()
        for level, rate in enumerate(believed.quantile(probability)[0]):
            if 1e-9 < rate < 1 - 1e-6:
                above = believed.exceedance(float(rate))[0, level]
                assert_allclose(above, 1 - probability, rtol=0, atol=1e-6)

    @pytest.mark.parametrize("probability", [0.0, 1.0])
    def test_no_quantile_at_the_ends(self, probability: float) -> None:
        with pytest.raises(ValueError, match="between 0 and 1"):
            EXTREMES[0].posterior().quantile(probability)

    def test_rates_at_the_ends(self) -> None:
        believed = EXTREMES[1].posterior()
        assert (believed.exceedance(0.0) == 1).all()
        assert (believed.exceedance(1.0) == 0).all()

    def test_without_data_the_prior_is_given_back(self) -> None:
        """At the reference dose the logit is a itself: normal quantiles."""
        believed = EXTREMES[0].posterior()
        for probability in (0.025, 0.5, 0.975):
            wanted = sp.expit(-0.85 + 2.0 * sp.ndtri(probability))
            assert_allclose(believed.quantile(probability)[0, 3], wanted, rtol=0, atol=1e-8)
        above = 1 - sp.ndtr((sp.logit(0.3) + 0.85) / 2.0)
        assert_allclose(believed.exceedance(0.3)[0, 3], above, rtol=0, atol=1e-9)


def frontier(*, trials: int, seed: int) -> tuple[Ints, Ints]:
    draw = np.random.default_rng(seed)
    level = np.clip(draw.integers(-1, 2, (trials, 10)).cumsum(axis=1), 0, 4)
    n = np.stack([3 * (level == d).sum(axis=1) for d in range(5)], axis=1)
    return n, draw.binomial(n, [0.05, 0.12, 0.25, 0.4, 0.55])


FINER = {"TOLERANCE": 1e-8, "END": 29.0, "SEEN": 36.0, "NODES_PER_SD": 4.6, "NODES_PER_CHORD": 140.0}


class TestTheErrorIsBounded:
    @pytest.mark.parametrize("model", [LOG_NORMAL, CORRELATED, NORMAL], ids=["log-normal", "correlated", "normal"])
    def test_a_finer_rule_changes_nothing(self, model: TwoParameterModel, monkeypatch: pytest.MonkeyPatch) -> None:
        """The error is about the square of the disagreement that is tolerated."""
        n, n_dlt = frontier(trials=150, seed=3)
        ours = posterior(model, n=n, n_dlt=n_dlt, rates=(0.16, 0.33))
        monkeypatch.setattr(plane, "TOLERANCE", 1e-9)
        monkeypatch.setattr(plane, "END", 40.0)
        monkeypatch.setattr(plane, "CROP", 46.0)
        for name, value in FINER.items():
            monkeypatch.setattr(lattice, name, value)
        finer = posterior(model, n=n, n_dlt=n_dlt, rates=(0.16, 0.33))
        assert np.abs(ours.mean() - finer.mean()).max() < 1e-8
        assert np.abs(ours.sd() - finer.sd()).max() < 1e-8
        for rate in (0.16, 0.33):
            assert np.abs(ours.exceedance(rate) - finer.exceedance(rate)).max() < 1e-8

    def test_a_row_does_not_depend_on_its_batch(self) -> None:
        n, n_dlt = frontier(trials=200, seed=5)
        together = posterior(LOG_NORMAL, n=n, n_dlt=n_dlt, rates=(0.33,))
        later = together.exceedance(0.2)
        for row in range(0, 200, 23):
            alone = posterior(LOG_NORMAL, n=n[row : row + 1], n_dlt=n_dlt[row : row + 1], rates=(0.33,))
            assert_allclose(alone.mean()[0], together.mean()[row], rtol=0, atol=1e-12)
            assert_allclose(alone.exceedance(0.33)[0], together.exceedance(0.33)[row], rtol=0, atol=1e-12)
            assert_allclose(alone.exceedance(0.2)[0], later[row], rtol=0, atol=1e-12)

    def test_a_rate_asked_later_gets_the_same_answer(self) -> None:
        state = EXTREMES[6]
        at_once = state.posterior(rates=(0.25,)).exceedance(0.25)
        assert_allclose(at_once, state.posterior().exceedance(0.25), rtol=0, atol=1e-9)

    def test_what_cannot_be_integrated_has_no_answer(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(lattice, "TOLERANCE", 0.0)
        monkeypatch.setattr(plane, "TOLERANCE", 0.0)
        monkeypatch.setattr(plane, "LAST_COUNT", 200)
        with pytest.raises(quadrature.QuadratureError, match="do not settle"):
            EXTREMES[1].posterior(rates=(0.3,))
        with pytest.raises(quadrature.QuadratureError, match="do not settle"):
            EXTREMES[1].posterior().mean()

    def test_an_empty_batch_is_answered(self) -> None:
        nobody = np.zeros((0, 5), np.int64)
        believed = posterior(LOG_NORMAL, n=nobody, n_dlt=nobody, rates=(0.3,))
        shapes = {believed.mean().shape, believed.exceedance(0.3).shape, believed.quantile(0.5).shape}
        assert shapes == {(0, 5)}

    def test_a_sharp_prior_is_met_too(self) -> None:
        """Very small and very large prior scales: the box follows the mass, not the prior's guess of it."""
        for sd in ((0.05, 0.05), (8.0, 2.0)):
            state = State(replace(LOG_NORMAL, sd=sd), (3, 3, 3, 3, 0), (0, 0, 1, 1, 0))
            mean, _ = slow(state, 0.3)
            assert_allclose(state.posterior().mean()[0], mean, rtol=0, atol=1e-5 if sd[0] > 1 else 1e-8)
