"""The calendar of simulated trials: people come as the sites say, looks fall when their people are due."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import scipy.integrate
import scipy.optimize
import scipy.stats
from hypothesis import given, settings, strategies as st

from rooms.planning.test_rct_simulation import PLAN
from trialwright.planning.accrual import (
    DAYS_A_MONTH,
    PEOPLE_COME,
    Accrual,
    _sites,
    at_full_rate,
    randomised_days,
    waits,
)
from trialwright.planning.looks import Looks
from trialwright.planning.rct_calendar import RctCalendar, rct_calendar
from trialwright.planning.rct_simulation import Arm, RctPlan, RctResults
from trialwright.planning.virtual_people import uniforms
from trialwright.vocabulary.errors import ParameterError

SITES = Accrual(
    per_site_month=1.5, sites=6, at_start=2, opening_gap_days=20, opening_delay_days=10, between_sites_cv=0.5,
    ramp_days=60, start_share=0.25, to_infusion_days=(7, 14, 28), decision_days=30,
)  # fmt: skip
LOOKS = replace(PLAN, looks=Looks((0.25, 0.5, 1.0), "P"), participants=40)


def results(plan: RctPlan, *, trials: int, highest: float = 4.0) -> RctResults:
    """Trials with made-up z, rising and falling, so that some stop at each look."""
    shape = (trials, len(plan.comparisons), len(plan.looks.fractions))
    z = np.random.default_rng(5).uniform(-1.0, highest, shape)
    arms = np.zeros((trials, len(plan.arms)))
    return RctResults(plan, 3, z, np.zeros((*shape[:2], 0, shape[2])), arms[:, :, None], arms, arms, arms)


class TestComing:
    def test_the_steady_stream_is_the_sum_of_exponentials(self) -> None:
        days = randomised_days(Accrual(per_month=10), seed=4, trials=range(2, 5), people=30)
        for row, trial in zip(days, range(2, 5), strict=True):
            gaps = -np.log1p(-uniforms(4, purpose=PEOPLE_COME, trial=trial, shape=(30,)))
            assert np.array_equal(row, np.floor(np.cumsum(gaps) * DAYS_A_MONTH / 10))

    @settings(max_examples=25, deadline=None)
    @given(st.floats(0, 200), st.floats(0, 1), st.floats(0, 400))
    def test_what_days_are_worth_is_the_integral_of_the_rate(self, rise: float, share: float, until: float) -> None:
        accrual = Accrual(per_month=1, ramp_days=rise, start_share=share if rise else 1.0)

        def rate(day: float) -> float:
            return 1.0 if day >= rise else accrual.start_share + (1 - accrual.start_share) * day / rise

        whole, _ = scipy.integrate.quad(rate, 0, until, points=[rise] if 0 < rise < until else None)
        assert float(at_full_rate(accrual, np.asarray(until))) == pytest.approx(whole, rel=1e-6, abs=1e-6)
        assert float(at_full_rate(accrual, np.asarray(-1.0))) == 0

    def test_the_day_is_where_all_sites_together_reach_the_sum(self) -> None:
        """The slow twin: each person's moment by root finding on the summed cumulative rate."""
        days = randomised_days(SITES, seed=8, trials=range(4), people=60)
        opens, rates = _sites(SITES, seed=8, trials=range(4))
        for trial in range(4):
            due = np.cumsum(-np.log1p(-uniforms(8, purpose=PEOPLE_COME, trial=trial, shape=(60,))))

            def reached(day: float, trial: int = trial) -> float:
                return float((rates[trial] * at_full_rate(SITES, day - opens[trial])).sum())

            slow = [scipy.optimize.brentq(lambda day, want=want: reached(day) - want, 0, 1e5) for want in due]
            assert np.array_equal(days[trial], np.floor(slow))

    def test_sites_that_recruit_each_on_their_own_give_the_same_trial(self) -> None:
        """Another way to the same: thinned streams at every site, pooled. Mean and spread of the last of 40."""
        last = randomised_days(SITES, seed=1, trials=range(1500), people=40)[:, -1]
        opens, rates = _sites(SITES, seed=1, trials=range(1500))
        rng, slow = np.random.default_rng(2), []
        for begin, rate in zip(opens[:600], rates[:600], strict=True):
            came = np.concatenate(
                [_thinned(rng, rate=one, until=1500 - at) + at for at, one in zip(begin, rate, strict=True)]
            )
            slow.append(np.floor(np.sort(came)[39]))
        assert scipy.stats.ks_2samp(last, slow).pvalue > 1e-3
        assert last.std() > np.std(randomised_days(Accrual(per_month=9), seed=1, trials=range(300), people=40)[:, -1])

    def test_more_people_and_trials_only_add(self) -> None:
        few = randomised_days(SITES, seed=1, trials=range(3, 5), people=20)
        assert np.array_equal(few, randomised_days(SITES, seed=1, trials=range(6), people=50)[3:5, :20])

    def test_waits_are_triangular(self) -> None:
        found = waits(replace(SITES, to_infusion_days=(7, 14, 28)), seed=1, trials=range(60), people=50)
        assert 7 <= found.min() < found.max() <= 28
        assert found.mean() == pytest.approx((7 + 14 + 28) / 3, abs=0.4)
        assert set(waits(Accrual(per_month=1, to_infusion_days=(21,)), seed=1, trials=range(2), people=3).ravel()) == {
            21
        }


def _thinned(rng: np.random.Generator, *, rate: float, until: float) -> np.ndarray:
    came = rng.uniform(0, until, rng.poisson(rate * until))
    keep = SITES.start_share + (1 - SITES.start_share) * came / SITES.ramp_days
    return came[rng.random(len(came)) < keep]


class TestLooks:
    def test_every_day_is_what_a_person_would_count(self) -> None:
        """The slow twin: the calendar of each trial person by person."""
        arms = (LOOKS.arms[0], LOOKS.arms[1], Arm("later", replace(LOOKS.arms[1].schedule, weeks=(2.0, 4.0))))
        plan = replace(LOOKS, arms=arms, participants=60)
        found = results(plan, trials=45)
        ours = rct_calendar(SITES, found)
        came = randomised_days(SITES, seed=3, trials=range(45), people=60)
        begins = came + waits(SITES, seed=3, trials=range(45), people=60)
        for trial in range(45):
            for look, people in enumerate(plan.people_at_looks):
                reached = max(begins[trial, :people]) + 24 * 7
                assert ours.reached[trial, look] == reached
                within = [person for person in range(60) if came[trial, person] <= reached + 30]
                first = [begins[trial, person] + 14 * (plan.allocation[person] == 2) for person in within]
                assert ours.randomised[trial, look] == len(within)
                assert ours.infused[trial, look] == sum(day <= reached + 30 for day in first)
                assert ours.last_visit[trial, look] == max(begins[trial, within]) + 24 * 7
            assert ours.stops[trial] == max(abs(found.stopped[trial])) - 1
        assert np.array_equal(ours.last_randomised, came.max(axis=1))
        assert {0, 1, 2} == set(ours.stops.tolist())
        assert np.array_equal(ours.at_the_end(ours.decided), ours.decided[np.arange(45), ours.stops])

    def test_slower_people_and_longer_waits_only_delay(self) -> None:
        found = results(LOOKS, trials=20)

        def of(accrual: Accrual) -> RctCalendar:
            return rct_calendar(accrual, found)

        base, slow = of(SITES), of(replace(SITES, per_site_month=0.5))
        waiting = of(replace(SITES, to_infusion_days=(60,)))
        assert (slow.reached >= base.reached).all()
        assert (waiting.reached > base.reached).all()
        assert (waiting.infused <= waiting.randomised).all()
        assert (slow.randomised[:, 0] - LOOKS.people_at_looks[0]).mean() < (base.randomised[:, 0] - 10).mean()


@pytest.mark.parametrize(
    ("given", "places"),
    [
        ({}, {"per_month"}),
        ({"per_month": 3, "per_site_month": 1, "sites": 2}, {"per_month"}),
        ({"per_month": 0}, {"per_month"}),
        ({"per_month": 3, "sites": 4, "at_start": 2}, {"sites", "at_start"}),
        ({"per_site_month": 1}, {"sites"}),
        ({"per_site_month": -1, "sites": 3, "at_start": 4, "opening_gap_days": 9000, "between_sites_cv": 3,
          "ramp_days": -1, "opening_delay_days": float("nan"), "decision_days": 1e9, "to_infusion_days": (3, 2, 9)},
         {"per_site_month", "at_start", "opening_gap_days", "between_sites_cv", "ramp_days", "opening_delay_days",
          "decision_days", "to_infusion_days"}),
        ({"per_month": 3, "start_share": 0.5}, {"start_share"}),
        ({"per_month": 3, "start_share": 1.5, "to_infusion_days": (1, 2)}, {"start_share", "to_infusion_days"}),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_said_at_once(given: dict[str, object], places: set[str]) -> None:
    with pytest.raises(ParameterError) as caught:
        Accrual(**given)  # type: ignore[arg-type]
    assert {finding.place for finding in caught.value.findings} == places
