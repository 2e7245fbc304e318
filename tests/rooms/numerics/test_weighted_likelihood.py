"""Participants in their window: the weighted posterior and likelihood against slow twins; shares of the window."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from numpy.testing import assert_allclose
from scipy.optimize import minimize_scalar

from trialwright.numerics.arrays import Floats
from trialwright.numerics.most_likely import fit, weighted_fit
from trialwright.numerics.one_parameter import NormalPrior, OneParameterModel, Unfinished, posterior
from trialwright.numerics.windows import adaptive_share, linear_share


@dataclass(frozen=True)
class People:
    """One trial, participant by participant: level, DLT, weight."""

    model: OneParameterModel
    who: tuple[tuple[int, bool, float], ...]

    def counts(self) -> tuple[Floats, Floats, Unfinished]:
        n, n_dlt = np.zeros((2, 1, len(self.model.skeleton)))
        for level, dlt, weight in self.who:
            n[0, level - 1] += dlt or weight == 1
            n_dlt[0, level - 1] += dlt
        level = np.array([[level for level, _, _ in self.who]], np.int64)
        weight = np.array([[0.0 if dlt or weight == 1 else weight for _, dlt, weight in self.who]])
        return n, n_dlt, Unfinished(level, weight)

    def log_likelihood(self, beta: Floats) -> Floats:
        """Participant by participant, in the words of the paper; no counts, no tables."""
        total = np.zeros_like(beta)
        for level, dlt, weight in self.who:
            guess, a0 = self.model.skeleton[level - 1], self.model.intercept
            if self.model.kind == "power":
                log_p = np.exp(beta) * np.log(guess)
            else:
                log_p = -np.logaddexp(0.0, -(a0 + np.exp(beta) * (np.log(guess / (1 - guess)) - a0)))
            with np.errstate(divide="ignore", under="ignore"):
                free = np.log(-np.expm1(log_p)) if weight == 1 else np.log1p(-weight * np.exp(log_p))
            total += log_p if dlt else free
        return total


@st.composite
def people(draw: st.DrawFn) -> People:
    levels = draw(st.integers(1, 5))
    guesses = draw(st.lists(st.integers(2, 85), min_size=levels, max_size=levels, unique=True).map(sorted))
    model = OneParameterModel(draw(st.sampled_from(["power", "logistic"])), tuple(guess / 100 for guess in guesses))
    weight = st.sampled_from([0.0, 1.0]) | st.floats(0.001, 0.999)
    who = draw(st.lists(st.tuples(st.integers(1, levels), st.booleans(), weight), max_size=25))
    return People(model, tuple(who))


class TestPosterior:
    @settings(max_examples=60)
    @given(people(), st.sampled_from([0.3, 1.34**0.5, 2.0]))
    def test_against_the_slow_twin(self, trial: People, prior_sd: float) -> None:
        n, n_dlt, unfinished = trial.counts()
        ours = posterior(trial.model, prior=NormalPrior(prior_sd), n=n, n_dlt=n_dlt, unfinished=unfinished)  # type: ignore[arg-type]
        beta = np.linspace(-12 * prior_sd, 12 * prior_sd, 400_001)
        logs = trial.log_likelihood(beta) - beta**2 / (2 * prior_sd**2)
        weights = np.exp(logs - logs.max())
        weights /= weights.sum()
        mean = weights @ beta
        assert_allclose(ours.beta_mean[0], mean, rtol=0, atol=1e-7)
        assert_allclose(ours.beta_variance[0], weights @ (beta - mean) ** 2, rtol=0, atol=1e-7)
        assert_allclose(ours.rate_mean[0], weights @ trial.model.rates(beta), rtol=0, atol=1e-7)
        below = np.interp(trial.model.beta_at(0.3), beta, np.cumsum(weights) - weights / 2, left=0.0, right=1.0)
        assert_allclose(ours.exceedance(0.3)[0], below, rtol=0, atol=2e-7)

    def test_weight_zero_is_nobody_and_weight_almost_one_is_settled(self) -> None:
        model = OneParameterModel("power", (0.05, 0.12, 0.25))
        n, n_dlt = np.array([[3, 3, 0]]), np.array([[0, 1, 0]])
        level = np.array([[3, 3]])
        for weight, counted in ((0.0, 0), (1 - 1e-13, 2)):
            unfinished = Unfinished(level, np.full((1, 2), weight))
            partly = posterior(model, prior=NormalPrior(1.2), n=n, n_dlt=n_dlt, unfinished=unfinished)
            whole = posterior(model, prior=NormalPrior(1.2), n=n + np.array([[0, 0, counted]]), n_dlt=n_dlt)
            assert_allclose(partly.beta_mean, whole.beta_mean, rtol=0, atol=1e-11)

    def test_more_follow_up_without_a_dlt_never_raises_the_rates(self) -> None:
        model = OneParameterModel("logistic", (0.05, 0.12, 0.25))
        weight = np.linspace(0, 0.99, 34)[:, None]
        n, n_dlt = np.array([[3, 3, 0]]).repeat(34, axis=0), np.array([[0, 1, 0]]).repeat(34, axis=0)
        believed = posterior(
            model, prior=NormalPrior(1.2), n=n, n_dlt=n_dlt, unfinished=Unfinished(np.full((34, 1), 3), weight)
        )
        assert (np.diff(believed.mean(), axis=0) < 0).all()


class TestLikelihood:
    @settings(max_examples=150)
    @given(people())
    def test_nothing_is_more_likely(self, trial: People) -> None:
        n, n_dlt, unfinished = trial.counts()
        fitted = weighted_fit(trial.model, n=n, n_dlt=n_dlt, unfinished=unfinished)  # type: ignore[arg-type]
        if not fitted.exists[0]:
            return
        grid = np.linspace(-12, 5, 3_001)
        logs = trial.log_likelihood(grid)
        assert trial.log_likelihood(fitted.beta)[0] >= np.nanmax(logs) - 1e-9
        best = int(np.nanargmax(logs))
        if 0 < best < len(grid) - 1:
            found = minimize_scalar(
                lambda beta: -trial.log_likelihood(np.array([beta]))[0],
                bounds=(grid[best - 1], grid[best + 1]),
                method="bounded",
                options={"xatol": 1e-10},
            )
            assert trial.log_likelihood(fitted.beta)[0] >= -found.fun - 1e-9

    def test_there_is_none_without_a_dlt_or_with_hardly_anything_else(self) -> None:
        model = OneParameterModel("power", (0.1, 0.3))
        n, n_dlt = np.array([[2, 0], [2, 0], [2, 0], [0, 0]]), np.array([[0, 0], [2, 0], [2, 0], [0, 0]])
        unfinished = Unfinished(np.ones((4, 1), np.int64), np.array([[0.5], [0.5], [0.9], [0.0]]))
        fitted = weighted_fit(model, n=n, n_dlt=n_dlt, unfinished=unfinished)
        assert fitted.exists.tolist() == [False, False, True, False]  # 0.5 / (1 - 0.5) < 2 < 0.9 / (1 - 0.9)
        assert fitted.beta[:2].tolist() == [np.inf, -np.inf]
        assert np.isnan(fitted.beta[3])
        assert (fitted.rate[:2] == np.array([[0.0], [1.0]])).all()

    def test_without_anybody_in_the_window_it_is_the_plain_one(self) -> None:
        model = OneParameterModel("logistic", (0.1, 0.3))
        n, n_dlt = np.array([[3, 3]]), np.array([[0, 1]])
        nobody = Unfinished(np.zeros((1, 4), np.int64), np.zeros((1, 4)))
        weighted = weighted_fit(model, n=n, n_dlt=n_dlt, unfinished=nobody)
        assert weighted.beta[0] == fit(model, n=n, n_dlt=n_dlt).beta[0]


class TestShares:
    def test_linear(self) -> None:
        days = np.array([[-1, 0, 7, 28, 90]])
        assert linear_share(days, window=28).tolist() == [[0, 0, 0.25, 1, 1]]
        assert linear_share(days, window=0).tolist() == [[0] * 5]

    @pytest.mark.parametrize(
        ("day", "share"),
        [(-1, 0), (0, 0), (3, 0.1), (6, 0.2), (8, 0.4), (9, 0.5), (10, 0.6), (19, 0.8), (28, 1), (40, 1)],
    )
    def test_adaptive_by_hand(self, day: int, share: float) -> None:
        """DLTs on the days 6, 6, 10 and 10 of 28: the share rises by a fifth per DLT, once its day is over."""
        days = np.array([[day, 6, 6, 10, 10]])
        dlt = np.array([[False, True, True, True, True]])
        ours = adaptive_share(days, dlt=dlt, dlt_after=np.where(dlt, days, -1), window=28)[0, 0]
        by_hand = {8: (2 + 2 / 4) / 5, 9: (2 + 3 / 4) / 5, 10: 3 / 5, 19: (4 + 9 / 18) / 5}
        assert ours == pytest.approx(by_hand.get(day, share), abs=1e-15)

    def test_a_dlt_on_the_first_day_says_nothing_about_who_is_on_theirs(self) -> None:
        days, dlt = np.array([[0, 1, 0]]), np.array([[False, False, True]])
        ours = adaptive_share(days, dlt=dlt, dlt_after=np.array([[-1, -1, 0]]), window=10)
        assert ours[0, :2].tolist() == [0.0, (1 + 1 / 10) / 2]

    @given(st.lists(st.integers(0, 27), max_size=9), st.integers(1, 28))
    def test_adaptive_rises_from_nothing_to_all(self, days_of_dlt: list[int], window: int) -> None:
        days = np.arange(-1, window + 3)[None, :]
        people = np.concatenate([days, np.array([days_of_dlt], np.int64)], axis=1)
        dlt = np.arange(people.shape[1])[None, :] >= days.shape[1]
        share = adaptive_share(people, dlt=dlt, dlt_after=np.where(dlt, people, -1), window=window)[0, : days.shape[1]]
        assert (np.diff(share) >= -1e-15).all()
        assert share[0] == share[1] == 0
        assert (share[-3:] == 1).all()

    def test_without_a_dlt_adaptive_is_linear(self) -> None:
        days = np.arange(0, 29)[None, :]
        nobody = np.zeros(days.shape, np.bool_)
        ours = adaptive_share(days, dlt=nobody, dlt_after=np.full(days.shape, -1), window=28)
        assert_allclose(ours, linear_share(days, window=28), rtol=0, atol=1e-15)
