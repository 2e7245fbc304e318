"""The latent course, the effect of infusions and care do what their formulas say; entry alone brings regression."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, strategies as st

from trialwright.diseases.lupus.simulated import APPEARANCE
from trialwright.planning.care import CareDraws, Taper, UnderCare, baseline_dose
from trialwright.planning.disease_course import WEEKS_A_YEAR, Course, Spells, mean_sojourns
from trialwright.planning.follow_up import Followed, Numbers, Visits, follow
from trialwright.planning.infusion_effect import Effect, Schedule, sensitised
from trialwright.planning.virtual_people import entrants, flare_rate_from, register, stacked
from trialwright.vocabulary.disease_course import FLARE, LOW_ACTIVE, QUIESCENT, Entry, Shown, central, drawn
from trialwright.vocabulary.errors import ParameterError, Refused

VALUES = central(APPEARANCE.parameters)
ENTRY, ONCE = Entry(6.0), Schedule()
MONTHLY = Visits(tuple(range(0, 53, 4)))


def arm(
    *,
    people: int = 1500,
    schedule: Schedule = ONCE,
    active: bool = False,
    visits: Visits = MONTHLY,
    **changed: float,
) -> Followed:
    values = VALUES | changed
    who = entrants(register(APPEARANCE, values, seed=5, entry=ENTRY), seed=5, trials=range(1), people=people)
    numbers = Numbers.of(APPEARANCE, visits, seed=5, trials=range(1), people=people)
    effect = Effect.of(values) if active else Effect.of(values).none()
    return follow(
        who, visits, schedule=schedule, effect=effect.for_people(np.zeros(people, np.int64)), numbers=numbers,
        appearance=APPEARANCE, values=values,
    )  # fmt: skip


class TestCourse:
    def test_spells_last_as_long_as_their_hazard_says(self) -> None:
        """Many spells of one state, ended by the step, against the mean from the hazard."""
        course = replace(Course.of(VALUES), frailty_variance=0.0)
        people, generator = 4000, np.random.default_rng(1)
        for state in (LOW_ACTIVE, FLARE):
            spells = Spells(np.full(people, state), np.zeros(people, np.int64))
            lasted, going = np.zeros(people), np.ones(people, bool)
            ones = np.ones(people)
            for _ in range(500):
                spells = course.week(spells, generator.random(people), worse=ones, better=ones)
                lasted += going
                going &= spells.state == state
            assert lasted.mean() == pytest.approx(mean_sojourns(course)[state], rel=0.05)

    def test_who_leaves_goes_where_the_hazards_point(self) -> None:
        course = replace(Course.of(VALUES), frailty_variance=0.0)
        people = 200_000
        spells = Spells(np.full(people, LOW_ACTIVE), np.full(people, 10))
        found = course.week(
            spells, np.random.default_rng(2).random(people), worse=np.full(people, 1.7), better=np.full(people, 0.6)
        )
        hazard = course.increments[LOW_ACTIVE, :, 10] * [0.6, 1.0, 1.7]
        leaves = 1 - np.exp(-hazard.sum())
        for state in (QUIESCENT, FLARE):
            share = (found.state == state).mean()
            assert share == pytest.approx(leaves * hazard[state] / hazard.sum(), abs=5e-4)
        assert (found.age[found.state == LOW_ACTIVE] == 11).all()

    def test_frailties_have_mean_one_and_their_variance(self) -> None:
        uniform = (np.arange(20_000) + 0.5) / 20_000
        found = Course.of(VALUES | {"frailty_variance": 0.6}).frailty(uniform)
        assert found.mean() == pytest.approx(1, abs=1e-3)
        assert found.var() == pytest.approx(0.6, rel=0.01)
        assert (np.diff(found) > 0).all()

    def test_without_frailty_flares_come_at_the_exponential_rate(self) -> None:
        flat = VALUES | {"shape_quiescent": 1.0, "frailty_variance": 0.0, "weeks_quiescent_to_flare": 200.0}
        rate = flare_rate_from(QUIESCENT, course=Course.of(flat), seed=1)
        assert rate == pytest.approx(WEEKS_A_YEAR / 200, rel=0.1)

    def test_what_cannot_be_meant_is_said_at_once(self) -> None:
        with pytest.raises(ParameterError) as caught:
            Course.of(VALUES | {"weeks_flare_to_low": 0.0, "frailty_variance": -1.0})
        assert {finding.place for finding in caught.value.findings} == {"weeks_flare_to_low", "frailty_variance"}


class TestEntry:
    def test_people_fall_without_any_treatment(self) -> None:
        """Regression to the mean: nobody adds it, the entry criterion alone brings it."""
        found = arm()
        total = APPEARANCE.evaluate(("sledai-2k",), found.observed)["sledai-2k"]
        assert (found.state[:, 0] == FLARE).mean() > 0.5
        assert np.nanmean(total[:, -1] - total[:, 0]) < -3

    def test_nobody_enters_below_the_criterion(self) -> None:
        found = register(APPEARANCE, VALUES, seed=5, entry=Entry(10.0))
        wider = register(APPEARANCE, VALUES, seed=5, entry=Entry(6.0, graded=False))
        assert found.eligible_share < wider.eligible_share
        with pytest.raises(Refused, match="Nobody"):
            register(APPEARANCE, VALUES, seed=5, entry=Entry(100.0))

    def test_the_criterion_holds_at_baseline_unless_it_is_asked_once(self) -> None:
        again, once = (register(APPEARANCE, VALUES, seed=5, entry=Entry(8.0, again=each)) for each in (True, False))
        met = [
            APPEARANCE.is_eligible(Shown(found.eligible.columns, found.eligible.hidden), Entry(8.0))
            for found in (again, once)
        ]
        assert met[0].all()
        assert 0.4 < met[1].mean() < 0.95  # some have got better since screening
        assert int(met[1].sum()) == len(again.eligible)
        assert again.eligible_share < once.eligible_share
        assert ((again.place >= 0) <= (once.place >= 0)).all()

    def test_without_weeks_of_screening_nobody_changes_state(self) -> None:
        same = register(APPEARANCE, VALUES, seed=5, entry=Entry(8.0), screening_weeks=0)
        later = register(APPEARANCE, VALUES, seed=5, entry=Entry(8.0, again=False), screening_weeks=12)
        assert same.eligible_share == later.eligible_share  # the same people met it at screening
        assert (later.eligible.spells.state == FLARE).mean() < (same.eligible.spells.state == FLARE).mean()

    def test_follow_up_begins_with_what_baseline_showed(self) -> None:
        found = register(APPEARANCE, VALUES, seed=5, entry=ENTRY)
        who = entrants(found, seed=5, trials=range(1), people=60)
        assert np.array_equal(arm(people=60).observed.columns[:, 0], who.columns)

    def test_a_person_is_the_same_in_every_lot(self) -> None:
        both = stacked(3, purpose=2, trials=range(2), shape=(5, 4))
        alone = stacked(3, purpose=2, trials=range(1, 2), shape=(7, 4))
        assert np.array_equal(both[5:], alone[:5])


class TestEffect:
    EFFECT = Effect.of(VALUES | {"sensitised_share": 0.0, "effect_ceiling": 1.5})

    def activity(self, *given: float, week: float) -> float:
        known = np.asarray([given], np.float64)
        return float(self.EFFECT.activity(known, week=week, is_sensitised=np.zeros(known.shape, bool))[0])

    def test_it_rises_to_one_and_halves(self) -> None:
        onset, half = float(self.EFFECT.onset_weeks[0]), float(self.EFFECT.half_life_weeks[0])
        assert self.activity(0.0, week=0) == 0
        assert self.activity(0.0, week=onset / 2) == pytest.approx(0.5)
        assert self.activity(0.0, week=onset) == pytest.approx(1)
        assert self.activity(0.0, week=onset + half) == pytest.approx(0.5)

    @given(st.lists(st.floats(0, 50), min_size=1, max_size=6), st.floats(0, 100))
    def test_more_infusions_never_do_less_and_never_pass_the_ceiling(self, weeks: list[float], week: float) -> None:
        fewer, more = self.activity(*weeks[:-1], np.inf, week=week), self.activity(*weeks, week=week)
        assert 0 <= fewer <= more + 1e-12
        assert more <= 1.5

    def test_sensitised_people_have_less_of_later_infusions(self) -> None:
        effect = Effect.of(VALUES | {"sensitised_loss": 0.5, "effect_ceiling": 1e6})
        given_at, later = np.asarray([[0.0]]), float(effect.onset_weeks[0])
        whole = effect.activity(given_at, week=later, is_sensitised=np.asarray([[False]]))
        half = effect.activity(given_at, week=later, is_sensitised=np.asarray([[True]]))
        assert half[0] == pytest.approx(whole[0] / 2, rel=1e-4)

    def test_nobody_is_sensitised_before_the_first(self) -> None:
        found = sensitised(np.zeros((3, 4)), effect=self.EFFECT.for_people(np.zeros(3, np.int64)))
        assert not found.any()
        everybody = Effect.of(VALUES | {"sensitised_share": 1.0}).for_people(np.zeros(3, np.int64))
        assert sensitised(np.full((3, 4), 0.5), effect=everybody).tolist() == [[False, True, True, True]] * 3

    def test_it_is_seen_in_the_course(self) -> None:
        without, with_it = arm(), arm(active=True, schedule=Schedule((0.0, 12.0, 24.0, 36.0)))
        assert (with_it.state == FLARE).mean() < (without.state == FLARE).mean()
        assert with_it.infusions.mean() > 3

    def test_on_relapse_only_those_who_relapse_are_infused_again(self) -> None:
        found = arm(schedule=Schedule((0.0,), on_relapse=2, apart_weeks=12.0))
        assert set(found.infusions.tolist()) == {1, 2, 3}
        quiet = (found.state != FLARE).all(axis=1)
        assert (found.infusions[quiet] == 1).all()

    def test_an_effect_that_cannot_be_meant_is_refused(self) -> None:
        with pytest.raises(ParameterError) as caught:
            Effect.of(VALUES | {"effect_ceiling": 0.5, "sensitised_share": 2.0, "effect_flare_ratio": 0.0})
        assert {finding.place for finding in caught.value.findings} == {
            "effect_ceiling", "sensitised_share", "effect_flare_ratio"
        }  # fmt: skip

    @pytest.mark.parametrize("weeks", [(), (4.0, 0.0), (-1.0,)])
    def test_impossible_schedules_are_refused(self, weeks: tuple[float, ...]) -> None:
        with pytest.raises(ParameterError, match="weeks"):
            Schedule(weeks)


class TestCare:
    def test_a_taper_lowers_the_dose_and_raises_flares(self) -> None:
        tapered = replace(MONTHLY, taper=Taper(8, 40, 7.5))
        usual, less = arm(), arm(visits=tapered, taper_flare_ratio=6.0)
        assert less.observed.dose[:, -1].mean() < usual.observed.dose[:, -1].mean()
        flares = [
            np.nansum(APPEARANCE.evaluate(("tulip-flare",), one.observed)["tulip-flare"]) for one in (usual, less)
        ]
        assert flares[1] > flares[0]

    def test_a_raised_dose_comes_down_to_baseline_and_no_further(self) -> None:
        draws = CareDraws(*np.ones((5, 1)))
        care = UnderCare(np.asarray([20.0]), np.asarray([10.0]), np.zeros(1, bool), np.zeros(1, bool))
        for _ in range(8):
            care = care.after_visit(
                week=12, new_flare=np.zeros(1, bool), in_flare=np.zeros(1, bool), draws=draws, taper=None, values=VALUES
            )
        assert care.dose.tolist() == [10.0]
        assert care.worse_by_taper(VALUES).tolist() == [1.0]

    def test_doses_have_the_mean_and_sd_asked_for(self) -> None:
        dose = baseline_dose((np.arange(10_000) + 0.5) / 10_000, VALUES)
        assert (dose == 0).mean() == pytest.approx(VALUES["dose_none_share"], abs=0.001)
        assert dose[dose > 0].mean() == pytest.approx(VALUES["dose_mean"], rel=0.02)
        assert dose[dose > 0].std() == pytest.approx(VALUES["dose_sd"], rel=0.05)

    def test_nobody_comes_back(self) -> None:
        found = arm().observed
        assert (np.diff(found.withdrawn.astype(int), axis=1) >= 0).all()
        assert np.isnan(found.columns[found.withdrawn]).all()


def test_what_is_drawn_keeps_fixed_numbers_and_moves_the_others() -> None:
    z = np.ones(len(APPEARANCE.parameters))
    found = drawn(APPEARANCE, z)
    fixed = {one.key for one in APPEARANCE.parameters if one.is_fixed}
    assert all((found[key] == VALUES[key]) == (key in fixed) for key in found)
    assert drawn(APPEARANCE, 0 * z) == pytest.approx(VALUES)
