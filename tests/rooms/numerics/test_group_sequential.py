"""Group-sequential numbers against slower computations of the same: dense grids, multivariate normals, Monte Carlo."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.special as sp
import scipy.stats as st
from hypothesis import given, settings, strategies as some
from numpy.testing import assert_allclose

from trialwright.numerics import group_sequential as gs, group_sequential_boundaries as gb
from trialwright.numerics.spending import spent

THREE = (0.2, 0.65, 1.0)


def by_dense_grid(information: Any, *, lower: Any, upper: Any, drift: float, points: int = 3001) -> Any:
    """Crossing above and below by Simpson's rule on the z scale, one look after the other."""
    above, below, grid, mass, before = [], [], np.zeros(1), np.ones(1), 0.0
    for time, low, high in zip(information, lower, upper, strict=True):
        step, root = time - before, np.sqrt(time)
        mean = grid + drift * step
        above.append((mass * sp.ndtr((mean - high * root) / np.sqrt(step))).sum())
        below.append((mass * sp.ndtr((low * root - mean) / np.sqrt(step))).sum())
        centre = drift * time
        new = np.linspace(max(low * root, centre - 8 * root), min(high * root, centre + 8 * root), points)
        simpson = np.r_[1, np.tile([4, 2], (points - 3) // 2), 4, 1] * (new[1] - new[0]) / 3
        density = (st.norm.pdf(new[:, None], mean[None, :], np.sqrt(step)) * mass).sum(axis=1)
        grid, mass, before = new, simpson * density, time
    return np.array(above), np.array(below)


@pytest.mark.parametrize("drift", [-1.0, 0.0, 2.8])
@pytest.mark.parametrize("information", [THREE, (0.05, 0.1, 1.0), (3.0, 8.0, 9.0)])
def test_a_dense_grid_agrees(information: tuple[float, ...], drift: float) -> None:
    lower, upper = (-0.5, 0.4, -np.inf), (2.9, 2.4, 2.0)
    found = gs.crossing(information, lower=lower, upper=upper, drifts=drift)
    above, below = by_dense_grid(information, lower=lower, upper=upper, drift=drift)
    assert_allclose(found.upper[0], above, atol=1e-10, rtol=0)
    assert_allclose(found.lower[0], below, atol=1e-10, rtol=0)


def test_the_multivariate_normal_agrees() -> None:
    times, upper, drift = np.array([0.3, 0.6, 1.0]), np.array([2.5, 2.2, 2.0]), 1.5
    covariance = np.sqrt(np.minimum.outer(times, times) / np.maximum.outer(times, times))
    inside = [
        st.multivariate_normal.cdf(
            upper[: k + 1], mean=drift * np.sqrt(times[: k + 1]), cov=covariance[: k + 1, : k + 1],
            abseps=1e-8, releps=1e-8, rng=np.random.default_rng(1),
        )
        for k in range(3)
    ]  # fmt: skip
    found = gs.crossing(times, lower=[-np.inf] * 3, upper=upper, drifts=drift)
    assert_allclose(np.cumsum(found.upper[0]), 1 - np.array(inside), atol=2e-6)


def test_simulated_trials_agree() -> None:
    rng, n, times = np.random.default_rng(20), 400_000, np.array(THREE)
    steps = np.diff(times, prepend=0)
    z = np.cumsum(rng.normal(2.0 * steps, np.sqrt(steps), (n, 3)), axis=1) / np.sqrt(times)
    lower, upper = np.array([-0.2, 0.5, 1.9]), np.array([3.0, 2.3, 1.9])
    first = np.argmax((z >= upper) | (z <= lower), axis=1)
    high = z[np.arange(n), first] >= upper[first]
    found = gs.crossing(THREE, lower=lower, upper=upper, drifts=2.0)
    assert_allclose(found.upper[0], [(high & (first == k)).mean() for k in range(3)], atol=4 * 0.5 / np.sqrt(n))
    assert_allclose(found.lower[0], [(~high & (first == k)).mean() for k in range(3)], atol=4 * 0.5 / np.sqrt(n))


@pytest.mark.parametrize("looks", [3, 12, 50])
def test_twice_the_nodes_change_nothing(looks: int, monkeypatch: pytest.MonkeyPatch) -> None:
    times = list((np.arange(1, looks + 1) / looks) ** 1.5)
    upper, lower, drifts = [2.4] * looks, [-1.2] * looks, [-2.0, 0.0, 3.0]
    found = gs.crossing(times, lower=lower, upper=upper, drifts=drifts)
    nodes, weights = np.polynomial.legendre.leggauss(40)
    monkeypatch.setattr(gs, "NODES", nodes)
    monkeypatch.setattr(gs, "WEIGHTS", weights)
    finer = gs.crossing(times, lower=lower, upper=upper, drifts=drifts)
    assert_allclose(found.upper, finer.upper, atol=1e-11, rtol=0)
    assert_allclose(found.lower, finer.lower, atol=1e-11, rtol=0)


def test_many_drifts_at_once_are_each_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    drifts = np.linspace(-3, 6, 23)
    bounds: Any = {"lower": [-1, 0, 2.0], "upper": [3, 2.5, 2.0]}
    together = gs.crossing(THREE, drifts=drifts, **bounds)
    monkeypatch.setattr(gs, "LARGEST", 1)
    alone = gs.crossing(THREE, drifts=drifts, **bounds)
    assert_allclose(together.upper, alone.upper, atol=1e-12)
    assert (np.diff(together.upper.sum(axis=1)) > 0).all()


@settings(max_examples=25, deadline=None)
@given(
    steps=some.lists(some.floats(0.02, 1), min_size=1, max_size=4),
    high=some.floats(0, 4),
    low=some.floats(-4, 0),
    drift=some.floats(-30, 30),
)
def test_every_trial_ends_once(steps: list[float], high: float, low: float, drift: float) -> None:
    times = list(np.cumsum(steps))
    lower = [low] * (len(times) - 1) + [high]
    found = gs.crossing(times, lower=lower, upper=[high] * len(times), drifts=drift)
    assert_allclose(found.stopping.sum(axis=1), 1, atol=1e-12)
    assert_allclose((found.upper + found.lower).sum(), 1, atol=1e-11)
    mirrored = gs.crossing(times, lower=[-high] * len(times), upper=[-b for b in lower], drifts=-drift)
    assert_allclose(mirrored.lower, found.upper, atol=1e-12)


def test_one_look_is_the_normal_test() -> None:
    assert_allclose(gb.wang_tsiatis([1.0], alpha=0.025, delta=0.0), [sp.ndtri(0.975)], atol=1e-10)
    assert_allclose(gb.by_spending([1.0], spent=[0.025]), [sp.ndtri(0.975)], atol=1e-10)
    drift = gb.drift_at_power([1.0], lower=[-np.inf], upper=[sp.ndtri(0.975)], wanted=0.9)
    assert gb.inflation(drift, alpha=0.025, beta=0.1) == pytest.approx(1, abs=1e-9)


@pytest.mark.parametrize("kind", ["asOF", "asP", "asHSD", "asKD"])
@pytest.mark.parametrize("two_sided", [False, True])
def test_what_is_spent_is_what_was_planned(kind: Any, two_sided: bool) -> None:
    plan = spent(kind, THREE, total=0.03, gamma=1.5)
    upper = gb.by_spending(THREE, spent=plan, two_sided=two_sided)
    lower = -upper if two_sided else np.full(3, -np.inf)
    found = np.cumsum(gs.crossing(THREE, lower=lower, upper=upper, drifts=0.0).upper[0])
    assert_allclose(found, plan, atol=1e-11)


@pytest.mark.parametrize("delta", [0.0, 0.2, 0.5, 0.7])
@pytest.mark.parametrize("lower", [None, [-0.3, 0.8]])
def test_shapes_keep_the_error(delta: float, lower: list[float] | None) -> None:
    upper = gb.wang_tsiatis(THREE, alpha=0.05, delta=delta, lower=lower)
    futile = np.append(lower, -np.inf) if lower else np.full(3, -np.inf)
    assert gb.error(THREE, lower=futile, upper=upper) == pytest.approx(0.05, abs=1e-11)
    assert_allclose(upper / upper[-1], np.array(THREE) ** (delta - 0.5), rtol=1e-12)


@pytest.mark.parametrize("binding", [False, True])
def test_beta_spending_meets_at_the_end(binding: bool) -> None:
    alpha, beta = (list(spent("asOF", THREE, total=total)) for total in (0.025, 0.1))
    made = gb.by_both_spendings(THREE, alpha_spent=alpha, beta_spent=beta, binding=binding)
    found = gs.crossing(THREE, lower=made.lower, upper=made.upper, drifts=[0, made.drift])
    assert made.lower[-1] == made.upper[-1]
    assert_allclose(np.cumsum(found.lower[1]), beta, atol=1e-9)
    ignoring = gb.error(THREE, lower=np.full(3, -np.inf), upper=made.upper)
    followed = float(found.upper[0].sum())
    kept, other = (followed, ignoring) if binding else (ignoring, followed)
    assert kept == pytest.approx(0.025, abs=1e-9)
    assert (other > kept) is binding


def test_nothing_to_spend_is_no_stop() -> None:
    upper = gb.by_spending(THREE, spent=[0.0, 0.0, 0.025])
    assert np.isinf(upper[:2]).all()
    assert upper[2] == pytest.approx(sp.ndtri(0.975), abs=1e-9)


def test_hwang_shih_decani_through_zero() -> None:
    around = [spent("asHSD", THREE, total=0.05, gamma=g) for g in (-1e-7, 0.0, 1e-7)]
    assert_allclose(around[0], around[1], atol=1e-8)
    assert_allclose(around[2], around[1], atol=1e-8)
    assert_allclose(spent("asHSD", [0.5], total=0.05, gamma=-4), 0.05 * (1 - np.exp(2)) / (1 - np.exp(4)), rtol=1e-12)
    assert np.isfinite(spent("asHSD", THREE, total=0.05, gamma=-2000)).all()


@pytest.mark.parametrize(
    "wrong",
    [
        {"information": [1, 1], "lower": [0, 0], "upper": [2, 2]},
        {"information": [0, 1], "lower": [0, 0], "upper": [2, 2]},
        {"information": [0.5, 1], "lower": [0], "upper": [2, 2]},
        {"information": [0.5, 1], "lower": [3, 0], "upper": [2, 2]},
        {"information": [0.5, 1], "lower": [np.nan, 0], "upper": [2, 2]},
    ],
)
def test_bounds_that_do_not_fit_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="bound"):
        gs.crossing(wrong["information"], lower=wrong["lower"], upper=wrong["upper"], drifts=0)


def test_bounds_that_use_up_the_error_are_refused() -> None:
    with pytest.raises(ValueError, match="use up"):
        gb.last_solved([0.5, 1], alpha=0.01, before=[2.0])
