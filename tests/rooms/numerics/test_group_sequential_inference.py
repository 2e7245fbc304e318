"""Power while a trial runs and estimates when it has stopped, against closed forms and simulated trials."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.stats as st
from numpy.testing import assert_allclose

from trialwright.numerics import (
    group_sequential as gs,
    group_sequential_boundaries as gb,
    group_sequential_inference as gi,
)
from trialwright.numerics.spending import spent

TIMES = np.array([0.4, 0.7, 1.0])
UPPER = gb.by_spending(list(TIMES), spent=list(spent("asOF", TIMES, total=0.025)))
LOWER = np.array([-0.3, 0.5, -np.inf])


@pytest.mark.parametrize("z", [-1.0, 0.8, 2.2])
def test_one_look_to_come_has_closed_forms(z: float) -> None:
    seen, drifts = gi.Seen(z, 0.4), np.array([0.0, 1.5, 3.2])
    found = gi.conditional_power(seen, [1.0], lower=[-np.inf], upper=[1.99], drifts=drifts)
    assert_allclose(found, st.norm.cdf((z * np.sqrt(0.4) + 0.6 * drifts - 1.99) / np.sqrt(0.6)), atol=1e-13)
    flat = gi.predictive_power(seen, [1.0], lower=[-np.inf], upper=[1.99])
    assert flat == pytest.approx(gi.predictive_power_at_end(seen, gi.Seen(1.99, 1.0)), abs=1e-10)
    mean, sd = gi.posterior(seen, gi.Prior(1.0, 0.5))
    believed = gi.predictive_power(seen, [1.0], lower=[-np.inf], upper=[1.99], prior=gi.Prior(1.0, 0.5))
    closed = st.norm.cdf((z * np.sqrt(0.4) + 0.6 * mean - 1.99) / np.sqrt(0.6 + 0.36 * sd**2))
    assert believed == pytest.approx(float(closed), abs=1e-10)


def test_an_early_look_at_a_long_trial_keeps_its_accuracy() -> None:
    seen = gi.Seen(1.0, 0.01)
    found = gi.predictive_power(seen, [100.0], lower=[-np.inf], upper=[1.96])
    assert found == pytest.approx(gi.predictive_power_at_end(seen, gi.Seen(1.96, 100.0)), abs=1e-9)


def test_a_wide_prior_is_flat() -> None:
    seen = gi.Seen(1.1, 0.4)
    wide = gi.predictive_power(seen, TIMES[1:], lower=LOWER[1:], upper=UPPER[1:], prior=gi.Prior(3.0, 1e5))
    assert wide == pytest.approx(gi.predictive_power(seen, TIMES[1:], lower=LOWER[1:], upper=UPPER[1:]), abs=1e-8)


def test_conditional_power_averages_to_power() -> None:
    drift = 2.5
    whole = gb.power(list(TIMES), lower=LOWER, upper=UPPER, drift=drift)
    z = np.linspace(LOWER[0], UPPER[0], 401)
    later = [
        gi.conditional_power(gi.Seen(at, 0.4), TIMES[1:], lower=LOWER[1:], upper=UPPER[1:], drifts=drift)[0] for at in z
    ]
    density = st.norm.pdf(z, drift * np.sqrt(0.4))
    early = st.norm.sf(UPPER[0], drift * np.sqrt(0.4))
    assert early + np.trapezoid(density * np.array(later), z) == pytest.approx(whole, abs=1e-5)


def ended(drift: float, *, trials: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """The look and the statistic at which simulated trials ended."""
    steps = np.diff(TIMES, prepend=0)
    normal = np.random.default_rng(seed).normal(drift * steps, np.sqrt(steps), (trials, 3))
    z = np.cumsum(normal, axis=1) / np.sqrt(TIMES)
    stops = (z >= UPPER) | (z <= LOWER)
    stops[:, -1] = True
    look = np.argmax(stops, axis=1)
    return look, z[np.arange(trials), look]


def test_the_p_value_is_uniform_and_the_estimate_is_median_unbiased() -> None:
    look, z = ended(1.7, trials=2000, seed=3)
    p = [
        gi.stagewise_p(at, TIMES[: k + 1], lower=LOWER[:k], upper=UPPER[:k], drifts=1.7)[0]
        for k, at in zip(look, z, strict=True)
    ]  # at most 1/2 where the estimate is above the truth, and between the levels where the interval holds it
    assert st.kstest(p, "uniform").pvalue > 1e-3


def test_without_futility_that_is_not_binding_the_p_value_says_what_the_boundary_said() -> None:
    look, z = ended(2.6, trials=500, seed=5)
    none = np.full(2, -np.inf)
    p = np.array([
        gi.stagewise_p(at, TIMES[: k + 1], lower=none[:k], upper=UPPER[:k])[0] for k, at in zip(look, z, strict=True)
    ])  # fmt: skip
    assert 0 < (p <= 0.025).sum() < 500
    assert ((p <= 0.025) == (z >= UPPER[look])).all()


def test_the_interval_holds_what_the_test_accepts() -> None:
    for k, z in ((0, UPPER[0] + 0.1), (1, UPPER[1]), (1, LOWER[1] - 0.4), (2, 1.1), (2, UPPER[2])):
        bounds = {"lower": LOWER[:k], "upper": UPPER[:k]}
        found = gi.stagewise_estimate(z, TIMES[: k + 1], **bounds)
        again = gi.stagewise_p(z, TIMES[: k + 1], drifts=[0.0, found.low, found.median_unbiased, found.high], **bounds)
        assert_allclose(again, [found.p_value, 0.025, 0.5, 0.975], atol=1e-10)
        assert (found.low > 0) == (found.p_value < 0.025)


def test_one_look_gives_the_usual_interval() -> None:
    found = gi.stagewise_estimate(2.5, [4.0], lower=[], upper=[])
    assert_allclose(found, [st.norm.sf(2.5), 1.25, (2.5 - 1.959964) / 2, (2.5 + 1.959964) / 2], atol=1e-6)


def test_stopping_earlier_is_stronger_evidence() -> None:
    first = gi.stagewise_p(UPPER[0], TIMES[:1], lower=[], upper=[])
    later = gi.stagewise_p(6.0, TIMES[:2], lower=LOWER[:1], upper=UPPER[:1])
    assert first[0] <= later[0]


def test_the_p_value_at_the_last_bound_is_the_error() -> None:
    found = gi.stagewise_p(UPPER[2], TIMES, lower=[-np.inf, -np.inf], upper=UPPER[:2])
    assert found[0] == pytest.approx(0.025, abs=1e-10)


def test_what_does_not_follow_is_refused() -> None:
    with pytest.raises(ValueError, match="more information"):
        gi.conditional_power(gi.Seen(1, 1.0), [1.0], lower=[-np.inf], upper=[2.0], drifts=0)
    with pytest.raises(ValueError, match="level"):
        gi.stagewise_estimate(1.0, [1.0], lower=[], upper=[], level=0.6)


@pytest.mark.parametrize(("mean", "sd"), [(0.0, 1.0), (2.8, 0.7), (3.0, 20.0), (2.0, 1e-3)])
def test_assurance_of_one_look_has_a_closed_form(mean: float, sd: float) -> None:
    found = gi.assurance([1.0], lower=[-np.inf], upper=[1.96], prior=gi.Prior(mean, sd))
    assert found == pytest.approx(float(st.norm.cdf((mean - 1.96) / np.sqrt(1 + sd**2))), abs=1e-9)


def test_assurance_is_the_average_power() -> None:
    drifts = np.random.default_rng(2).normal(2.5, 1.0, 20_000)
    power = gs.crossing(TIMES, lower=LOWER, upper=UPPER, drifts=drifts[:4000]).upper.sum(axis=1)
    found = gi.assurance(TIMES, lower=LOWER, upper=UPPER, prior=gi.Prior(2.5, 1.0))
    assert found == pytest.approx(power.mean(), abs=4 * power.std() / np.sqrt(4000))
