"""Sample sizes against slower computations: inverse functions, enumeration, quadrature, simulation."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.integrate as si
import scipy.optimize as so
import scipy.stats as st
from hypothesis import given, settings, strategies as some
from numpy.testing import assert_allclose

from trialwright.numerics import sample_size as ss, survival_size as sv

ERRORS: Any = {"alpha": 0.025, "beta": 0.1}


@settings(max_examples=60, deadline=None)
@given(p1=some.floats(0.02, 0.98), p2=some.floats(0.02, 0.98), m=some.floats(-0.4, 0.4), r=some.floats(0.25, 4))
def test_rates_under_the_null_maximise_the_likelihood(p1: float, p2: float, m: float, r: float) -> None:
    def minus_log_likelihood(q1: float) -> float:
        q2 = q1 - m
        return -float(r * (p1 * np.log(q1) + (1 - p1) * np.log1p(-q1)) + p2 * np.log(q2) + (1 - p2) * np.log1p(-q2))

    low, high = max(0.0, m) + 1e-12, min(1.0, 1 + m) - 1e-12
    slow = so.minimize_scalar(minus_log_likelihood, bounds=(low, high), method="bounded", options={"xatol": 1e-12})
    null1, null2 = ss.rates_under_null(np.float64(p1), np.float64(p2), ratio=r, margin=m)  # type: ignore[arg-type]
    assert float(null1 - null2) == pytest.approx(m, abs=1e-12)
    assert minus_log_likelihood(float(np.clip(null1, low, high))) <= slow.fun + 1e-10


def test_a_tiny_margin_is_none() -> None:
    some_n, none = (ss.two_rates([0.5, 0.2], [0.3, 0.6], margin=m, ratio=2, **ERRORS) for m in (1e-9, 0.0))
    assert_allclose(some_n, none, rtol=1e-6)


@pytest.mark.parametrize(
    ("p1", "p2", "margin", "ratio"), [(0.5, 0.3, 0.0, 1), (0.7, 0.7, -0.15, 1), (0.3, 0.6, 0.0, 2)]
)
def test_the_exact_power_of_the_test_is_near(p1: float, p2: float, margin: float, ratio: float) -> None:
    total = float(ss.two_rates(p1, p2, margin=margin, ratio=ratio, **ERRORS))
    n2 = int(np.ceil(total / (1 + ratio)))
    n1 = int(ratio * n2)
    x1, x2 = np.arange(n1 + 1)[:, None], np.arange(n2 + 1)[None, :]
    seen1, seen2 = np.broadcast_arrays(x1 / n1, x2 / n2)
    null1, null2 = ss.rates_under_null(seen1, seen2, ratio=ratio, margin=margin)
    variance = null1 * (1 - null1) / n1 + null2 * (1 - null2) / n2
    z = np.divide(seen1 - seen2 - margin, np.sqrt(variance), out=np.zeros_like(seen1), where=variance > 0)
    reject = np.sign(p1 - p2 - margin) * z > st.norm.isf(0.025)
    power = (st.binom.pmf(x1, n1, p1) * st.binom.pmf(x2, n2, p2) * reject).sum()
    assert power == pytest.approx(0.9, abs=0.02)


@pytest.mark.parametrize("effect", [0.3, 0.8, 3.0])
def test_the_t_test_has_the_power_it_was_sized_for(effect: float) -> None:
    n = ss.two_means(effect, 1, sd_known=False, ratio=2, **ERRORS)
    t = st.t.isf(0.025, n - 2)
    assert st.nct.sf(t, n - 2, effect * np.sqrt(n * 2 / 9)) == pytest.approx(0.9, abs=1e-6)
    assert n > ss.two_means(effect, 1, ratio=2, **ERRORS)


@pytest.mark.parametrize(
    ("effect", "alpha", "beta"), [(2, 1e-9, 0.4), (2.5, 0.005, 0.2), (50, 0.025, 0.1), (1e-3, 0.025, 0.1)]
)
def test_extreme_effects_and_errors(effect: float, alpha: float, beta: float) -> None:
    n = ss.two_means(effect, 1, alpha=alpha, beta=beta, sd_known=False)
    assert n >= max(3, ss.two_means(effect, 1, alpha=alpha, beta=beta))
    if n > 3:
        power = st.nct.sf(st.t.isf(alpha, n - 2), n - 2, effect * np.sqrt(n) / 2)
        assert power == pytest.approx(1 - beta, abs=1e-5)


@pytest.mark.parametrize(
    ("n", "shift", "alpha"), [(3, 60, 0.005), (4.5, 31, 0.001), (10, 52, 0.005), (900, 39.5, 0.005)]
)
def test_far_out_the_power_is_that_over_every_standard_deviation(n: float, shift: float, alpha: float) -> None:
    """The series of the noncentral t loses its first term there, and answers with no number at all."""
    critical = st.t.isf(alpha, n - 2)

    def reached(z: float) -> float:
        return float(st.norm.pdf(z) * st.chi2.cdf((n - 2) * ((shift + z) / critical) ** 2, n - 2))

    slow = si.quad(reached, -9, 9, epsabs=1e-12)[0]
    assert ss.t_power(n, effect=shift / np.sqrt(n), groups=2, alpha=alpha) == pytest.approx(slow, abs=1e-9)
    assert ss.t_power(n, effect=30 * (1 + 1e-9) / np.sqrt(n), groups=2, alpha=alpha) == pytest.approx(
        ss.t_power(n, effect=30 * (1 - 1e-9) / np.sqrt(n), groups=2, alpha=alpha), abs=1e-8
    )


def test_simulated_t_tests_reach_their_power() -> None:
    n, rng = int(np.ceil(ss.two_means(0.8, 1, sd_known=False, **ERRORS) / 2)), np.random.default_rng(4)
    p = st.ttest_ind(
        rng.normal(0.8, 1, (40_000, n)), rng.normal(0, 1, (40_000, n)), axis=1, alternative="greater"
    ).pvalue
    assert (p <= 0.025).mean() == pytest.approx(0.9, abs=0.015)


def test_non_inferiority_of_means_is_a_shift() -> None:
    assert ss.two_means(0, 1, margin=-0.4, **ERRORS) == pytest.approx(ss.two_means(0.4, 1, **ERRORS))
    assert ss.one_mean(0.5, 1, **ERRORS) == pytest.approx(ss.two_means(0.5, 1, **ERRORS) / 4)
    assert ss.two_means(0.4, 1, margin=0.4, **ERRORS) == np.inf
    assert np.isinf(ss.two_rates(0.4, 0.4, **ERRORS))


@pytest.mark.parametrize(("p0", "p1"), [(0.1, 0.3), (0.3, 0.5), (0.05, 0.2)])
def test_the_exact_binomial_by_trying_every_size(p0: float, p1: float) -> None:
    sizes = range(1, 201)
    limits = [next(r for r in range(n + 1) if st.binom.sf(r, n, p0) <= 0.05) for n in sizes]
    enough = np.array([st.binom.sf(r, n, p1) >= 0.8 for r, n in zip(limits, sizes, strict=True)])
    first = ss.one_rate_exact(p0, p1, alpha=0.05, beta=0.2)
    lasting = ss.one_rate_exact(p0, p1, alpha=0.05, beta=0.2, stays=True, n_max=200)
    assert first is not None
    assert lasting is not None
    assert first[:2] == (1 + enough.argmax(), limits[enough.argmax()])
    assert lasting.n == np.flatnonzero(~enough)[-1] + 2
    assert first.alpha == pytest.approx(st.binom.sf(first.limit, first.n, p0))
    assert first.power == pytest.approx(st.binom.sf(first.limit, first.n, p1))
    mirrored = ss.one_rate_exact(1 - p0, 1 - p1, alpha=0.05, beta=0.2)
    assert mirrored is not None
    assert mirrored[:2] == first[:2]


def test_too_small_an_effect_has_no_exact_size() -> None:
    assert ss.one_rate_exact(0.3, 0.301, alpha=0.05, beta=0.2) is None


@pytest.mark.parametrize("followed", [sv.Followed(18, 12), sv.Followed(18, 12, 0.02), sv.Followed(0, 7, 0.1)])
@pytest.mark.parametrize("hazard", [0.01, 0.2])
def test_event_probability_by_quadrature(hazard: float, followed: sv.Followed) -> None:
    every = hazard + followed.dropout

    def seen(entry: float) -> float:
        return float(hazard / every * -np.expm1(-every * (followed.accrual + followed.follow_up - entry)))

    slow = si.quad(seen, 0, followed.accrual)[0] / followed.accrual if followed.accrual else seen(0)
    assert float(sv.event_probability(hazard, followed)) == pytest.approx(slow, rel=1e-10)


def test_simulated_times_give_the_events_and_the_power() -> None:
    errors: Any = {"alpha": 0.025, "beta": 0.2}
    followed, rng = sv.Followed(18, 12, 0.01), np.random.default_rng(11)
    needed = sv.lachin_foulkes(0.55, control_hazard=0.06, followed=followed, **errors)
    n, trials = int(np.ceil(needed.participants / 2)), 4000
    hazards = np.array([0.55, 1.0])[:, None, None] * 0.06
    event, leaving = rng.exponential(1 / hazards, (2, trials, n)), rng.exponential(100, (2, trials, n))
    followed_for = np.minimum(leaving, 30 - rng.uniform(0, 18, (2, trials, n)))
    events = (event <= followed_for).sum(axis=2)
    exposure = np.minimum(event, followed_for).sum(axis=2)
    z = np.log(events[1] / exposure[1] / (events[0] / exposure[0])) / np.sqrt((1 / events).sum(axis=0))
    assert events.sum(axis=0).mean() == pytest.approx(needed.events * 2 * n / needed.participants, rel=0.01)
    assert (z > st.norm.isf(0.025)).mean() == pytest.approx(0.8, abs=0.03)


@pytest.mark.parametrize(
    "call",
    [
        lambda: ss.two_rates(0.1, 0.2, alpha=0, beta=0.1),
        lambda: ss.two_means(1, 0, **ERRORS),
        lambda: ss.two_means(1, 1, ratio=0, **ERRORS),
        lambda: sv.schoenfeld_events(1, **ERRORS),
        lambda: sv.freedman_events(0.5, alpha=0.6, beta=0.6),
    ],
)
def test_what_cannot_be_sized_is_refused(call: Any) -> None:
    with pytest.raises(ValueError, match="must be above 0"):
        call()
