"""Time to event against definitions written out person by person, and where there is nothing to estimate."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from numpy.testing import assert_allclose
from scipy import optimize

from trialwright.numerics import survival as sv
from trialwright.numerics.arrays import Bools, Floats

PEOPLE = st.lists(st.tuples(st.integers(1, 6), st.booleans()), min_size=1, max_size=12)


@settings(max_examples=60)
@given(PEOPLE, st.floats(0, 7))
def test_the_curve_is_the_product_over_event_times(people: list[tuple[int, bool]], at: float) -> None:
    time, event = (np.array(column) for column in zip(*people, strict=True))
    share, variance = 1.0, 0.0
    for moment in sorted({t for t, had in people if had and t <= at}):
        n, d = int((time >= moment).sum()), int((event & (time == moment)).sum())
        share, variance = share * (n - d) / n, variance + (d / (n * (n - d)) if n > d else math.inf)
    found = sv.survival_at(sv.kaplan_meier(time, event), at)
    assert found.survival == pytest.approx(share)
    assert found.at_risk == (time >= at).sum()
    assert (found.limits is None) == (share == 0)
    if found.limits is not None:
        assert found.standard_error == pytest.approx(share * math.sqrt(variance))
        assert found.limits[0] <= share + 1e-12
        assert found.limits[1] >= share - 1e-12


@settings(max_examples=60)
@given(PEOPLE, st.data())
def test_the_log_rank_test_adds_up_a_table_for_every_event_time(
    people: list[tuple[int, bool]], data: st.DataObject
) -> None:
    time, event = (np.array(column) for column in zip(*people, strict=True))
    group = np.array(data.draw(st.lists(st.integers(0, 1), min_size=len(time), max_size=len(time))))
    gap, variance = 0.0, 0.0
    for moment in sorted({t for t, had in people if had}):
        risk, died = time >= moment, event & (time == moment)
        n, d, m = risk.sum(), died.sum(), (risk & (group == 1)).sum()
        gap += (died & (group == 1)).sum() - d * m / n
        variance += d * (m / n) * (1 - m / n) * (n - d) / max(n - 1, 1)
    found = sv.log_rank(time, event, group=group)
    if variance == 0:
        assert found is None
        return
    assert found is not None
    assert found.chi_square == pytest.approx(gap**2 / variance, abs=1e-9)
    assert found.degrees_of_freedom == 1


def test_three_groups_have_two_degrees_of_freedom_whatever_they_are_called() -> None:
    rng = np.random.default_rng(2)
    time, event, group = rng.integers(1, 9, 30), rng.random(30) < 0.7, np.arange(30) % 3
    one = sv.log_rank(time, event, group=group)
    other = sv.log_rank(time, event, group=np.array(["c", "a", "b"])[group])
    assert one is not None
    assert other is not None
    assert (one.degrees_of_freedom, one.chi_square) == (2, pytest.approx(other.chi_square))
    assert_allclose(one.observed.sum(), one.expected.sum())


class TestMedian:
    @pytest.mark.parametrize(
        ("time", "event", "median"),
        [
            ([1, 2, 3, 4], [1, 1, 0, 0], 2.0),  # one half to the end of follow-up
            ([1, 2, 3, 4], [1, 1, 0, 1], 3.0),  # one half until the next event
            ([1, 2, 3], [1, 1, 1], 2.0),
            ([1, 2, 3], [1, 0, 0], None),
            ([5], [1], 5.0),
        ],
    )
    def test_where_half_had_the_event(self, time: list[int], event: list[int], median: float | None) -> None:
        assert sv.median_time(sv.kaplan_meier(time, event)) == median

    def test_ten_products_that_make_one_half_are_one_half(self) -> None:
        """0.9 * 8/9 * ... * 5/6 is not 0.5 to the last digit."""
        curve = sv.kaplan_meier(np.arange(1, 11), np.ones(10, bool))
        assert sv.median_time(curve) == 5.5


def by_hand(beta: Floats, time: Floats, event: Bools, *, x: Floats, ties: str) -> float:
    """Log partial likelihood, one event after the other."""
    value = 0.0
    for moment in sorted(set(time[event])):
        died, risk = np.flatnonzero(event & (time == moment)), np.flatnonzero(time >= moment)
        for done, who in enumerate(died):
            total = sum(math.exp(x[j] @ beta) for j in risk)
            if ties == "efron":
                total -= done / len(died) * sum(math.exp(x[j] @ beta) for j in died)
            value += float(x[who] @ beta) - math.log(total)
    return value


class TestCox:
    @pytest.mark.parametrize("ties", ["efron", "breslow"])
    @pytest.mark.parametrize("seed", [1, 4])
    def test_it_is_the_top_of_the_likelihood(self, ties: Literal["efron", "breslow"], seed: int) -> None:
        rng = np.random.default_rng(seed)
        time, event = rng.integers(1, 8, 25).astype(float), rng.random(25) < 0.7
        x = np.column_stack([np.arange(25) % 2, rng.normal(50, 12, 25)])
        found = sv.cox(time, event, covariates=x, ties=ties)
        assert found is not None
        twin = optimize.minimize(
            lambda b: -by_hand(b / [1, 12], time, event, x=x - x.mean(axis=0), ties=ties), [0, 0], method="BFGS"
        )
        assert_allclose(found.log_hazard_ratio, twin.x / [1, 12], atol=1e-4)
        assert found.log_likelihood == pytest.approx(-twin.fun, abs=1e-8)
        step = 1e-3
        ahead, here, behind = (
            by_hand(found.log_hazard_ratio + np.array([sign * step, 0]), time, event, x=x, ties=ties)
            for sign in (1, 0, -1)
        )
        curvature = np.linalg.inv(found.covariance)[0, 0]
        assert curvature == pytest.approx(-(ahead - 2 * here + behind) / step**2, rel=1e-4)

    @pytest.mark.parametrize(
        ("time", "event", "x"),
        [
            ([1, 2, 3, 4], [1, 1, 0, 0], [1, 1, 0, 0]),  # only one group has events
            ([1, 2, 3, 4], [1, 1, 1, 1], [4, 3, 2, 1]),  # the highest at risk is always next
            ([1, 2, 3, 4], [0, 0, 0, 0], [1, 0, 1, 0]),  # no event
            ([1, 2, 3, 4], [1, 1, 1, 1], [1, 1, 1, 1]),  # nothing to compare
            ([3], [1], [1]),  # nobody to compare with
            ([1, 2, 3], [0, 0, 1], [0, 1, 0]),  # the event comes when nobody else is left
        ],
    )
    def test_no_finite_ratio(self, time: list[int], event: list[int], x: list[int]) -> None:
        assert sv.cox(time, event, covariates=x) is None

    def test_one_separating_direction_of_two_covariates(self) -> None:
        x = np.array([[2, 1], [1, 2], [1, 0], [0, 1], [0, 0.0]])
        assert sv.cox([1, 1, 2, 2, 3], [1, 1, 1, 1, 0], covariates=x) is None
        twice = np.column_stack([x[:, 0], 2 * x[:, 0]])
        assert sv.cox([1, 1, 2, 2, 3], [1, 1, 0, 1, 1], covariates=twice) is None

    def test_a_very_strong_ratio_is_still_found(self) -> None:
        """Nearly separated: a hundred orders right, one wrong; the likelihood has its top far out."""
        x = np.concatenate([[0], np.ones(100), np.zeros(100)])
        found = sv.cox(np.arange(201), np.ones(201), covariates=x)
        assert found is not None
        assert 3 < found.log_hazard_ratio[0] < 12


@pytest.mark.parametrize(
    ("time", "event"), [([], []), ([-1.0], [1]), ([np.nan], [1]), ([1.0, 2.0], [1]), ([1.0], [np.nan]), ([1.0], [2])]
)
def test_what_is_no_time_or_event_is_refused(time: list[float], event: list[float]) -> None:
    for call in (sv.kaplan_meier, lambda t, e: sv.log_rank(t, e, group=t), lambda t, e: sv.cox(t, e, covariates=t)):
        with pytest.raises(ValueError, match=r"leave out|at least one participant"):
            call(time, event)


def test_before_the_first_event_and_after_the_last_follow_up() -> None:
    curve = sv.kaplan_meier([2, 4, 6], [1, 0, 0])
    assert sv.survival_at(curve, 1) == sv.SurvivalAt(1, 3, 1.0, 0.0, (1.0, 1.0), followed=True)
    late = sv.survival_at(curve, 7)
    assert (late.at_risk, late.followed, late.survival) == (0, False, pytest.approx(2 / 3))
    gone = sv.survival_at(sv.kaplan_meier([2.0], [1]), 3)
    assert (gone.survival, gone.standard_error, gone.limits, gone.followed) == (0.0, None, None, True)
    with pytest.raises(ValueError, match="confidence"):
        sv.survival_at(curve, 1, confidence=95)
