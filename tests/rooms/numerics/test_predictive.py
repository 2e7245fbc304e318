"""Predictive probabilities of success against the beta-binomial of scipy and simulated trials."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.stats as st
from numpy.testing import assert_allclose

from trialwright.numerics.predictive import predictive_success, responses_needed


def test_the_beta_binomial_agrees() -> None:
    x, n = np.array([[0, 3, 9], [5, 1, 20]]), np.array([[0, 10, 12], [30, 30, 40]])
    found = predictive_success(x, n, n_total=40, needed=15, prior=(0.5, 1.5))
    slow = [
        [st.betabinom.sf(14 - at, 40 - seen, 0.5 + at, 1.5 + seen - at) for at, seen in zip(*row, strict=True)]
        for row in zip(x, n, strict=True)
    ]
    assert_allclose(found, slow, atol=1e-12)
    assert found[1, 2] == 1


def test_simulated_trials_agree() -> None:
    rng, trials = np.random.default_rng(6), 400_000
    rate = rng.beta(1 + 6, 1 + 9, trials)
    reached = (6 + rng.binomial(15, rate) >= 14).mean()
    found = predictive_success(6, 15, n_total=30, needed=14, prior=(1, 1))
    assert float(found) == pytest.approx(reached, abs=4 * 0.5 / np.sqrt(trials))


def test_what_is_needed_is_just_enough() -> None:
    needed = responses_needed(30, rate=0.25, confidence=0.9, prior=(1, 1))
    after = st.beta.sf(0.25, 1 + np.array([needed - 1, needed]), 31 - np.array([needed - 1, needed]))
    assert after[0] <= 0.9 < after[1]
    assert responses_needed(3, rate=0.9, confidence=0.99, prior=(1, 1)) == 4


@pytest.mark.parametrize("wrong", [(5, 4, (1, 1)), (1, 41, (1, 1)), (-1, 4, (1, 1)), (1, 4, (0, 1))])
def test_what_cannot_have_been_seen_is_refused(wrong: tuple[int, int, tuple[float, float]]) -> None:
    with pytest.raises(ValueError, match="must"):
        predictive_success(wrong[0], wrong[1], n_total=40, needed=10, prior=wrong[2])
