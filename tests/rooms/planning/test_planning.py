"""The planning room: what a planner asks, answered by the kernels; what cannot be meant, refused with all findings."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose

from trialwright.numerics.group_sequential_inference import Prior
from trialwright.planning import (
    Comparison,
    Errors,
    Looks,
    Means,
    Rates,
    SingleArm,
    TimeToEvent,
    assurance,
    at_interim,
    at_the_end,
    boundaries,
)
from trialwright.vocabulary.errors import ParameterError, Refused

THREE = (0.4, 0.7, 1.0)
SIMPLE = Rates(0.6, 0.35)
FLARES = TimeToEvent(0.6, control_median=12, accrual=18, follow_up=12)


class TestBoundaries:
    @pytest.mark.parametrize("sides", [1, 2])
    @pytest.mark.parametrize(
        ("shape", "parameter"),
        [("OF", None), ("P", None), ("WT", 0.3), ("HP", None), ("HP", 3.3), ("asOF", None), ("asP", None),
         ("asHSD", -2), ("asKD", 2)],
    )  # fmt: skip
    def test_every_shape_keeps_both_errors(self, shape: Any, parameter: float | None, sides: Any) -> None:
        errors = Errors(alpha=0.05, power=0.9, sides=sides)
        found = boundaries(Looks(THREE, shape, parameter), errors)
        assert found.error_by_look.sum() == pytest.approx(errors.one_side, abs=1e-10)
        assert found.power_by_look.sum() == pytest.approx(0.9, abs=1e-10)
        assert found.inflation > 1
        assert (found.nominal <= errors.one_side + 1e-12).all()
        assert (found.lower == -found.upper).all() == (sides == 2)

    @pytest.mark.parametrize("futility", [{"futility": (-0.2, 0.6)}, {"futility_spending": "asP"}])
    @pytest.mark.parametrize("shape", ["OF", "asOF"])
    def test_futility_saves_participants_without_an_effect(self, shape: Any, futility: dict[str, Any]) -> None:
        without = boundaries(Looks(THREE, shape), Errors())
        ignored, followed = (boundaries(Looks(THREE, shape, binding=at, **futility), Errors()) for at in (False, True))
        assert ignored.expected[0] < without.expected[0]
        assert ignored.inflation > without.inflation
        assert ignored.error_by_look.sum() < 0.025
        assert followed.error_by_look.sum() == pytest.approx(0.025, abs=1e-9)
        assert_allclose(ignored.upper, without.upper, atol=1e-9)
        for found in (ignored, followed):
            assert found.power_by_look.sum() == pytest.approx(0.8, abs=1e-9)

    def test_one_look_is_a_fixed_design(self) -> None:
        found = boundaries(Looks(), Errors())
        assert found.inflation == pytest.approx(1, abs=1e-9)
        assert found.expected == pytest.approx((1, 1), abs=1e-9)

    def test_futility_of_a_two_sided_test_is_refused_in_both_languages(self) -> None:
        with pytest.raises(Refused) as refused:
            boundaries(Looks(THREE, futility=(0.0, 0.5)), Errors(alpha=0.05, sides=2))
        assert "one-sided" in refused.value.said("en")
        assert "unilatéral" in refused.value.said("fr")

    def test_bounds_that_use_up_the_error_are_refused(self) -> None:
        with pytest.raises(Refused, match="uses up the error") as refused:
            boundaries(Looks(THREE, "HP", 1.5), Errors())
        assert "1,5" in refused.value.said("fr")

    def test_power_out_of_reach_is_refused(self) -> None:
        with pytest.raises(Refused, match="however large") as refused:
            boundaries(Looks((1e-8, 1.0), futility=(1.0,)), Errors(power=0.95))
        assert "Aucun effet" in refused.value.said("fr")
        early = boundaries(Looks((0.001, 0.002, 1.0), futility=(0.0, 0.0)), Errors(power=0.99))
        assert early.power_by_look.sum() == pytest.approx(0.99, abs=1e-9)

    @pytest.mark.parametrize(
        ("shape", "futility", "look"),
        [
            ("asP", (0.0, 0.0, 2.5, 2.9), 3),  # nobody is left to spend the error on: no bound of -12 is printed
            ("P", (0.0, 0.0, 2.5, 2.9), 3),
            ("HP", (0.5, 0.77, 1.03, 2.9), 5),  # success of all who get there spends too little
        ],
    )
    def test_futility_that_leaves_no_room_for_efficacy_is_refused(self, shape: Any, futility: Any, look: int) -> None:
        looks = Looks((0.2, 0.4, 0.6, 0.8, 1.0), shape, futility=futility, binding=True)
        with pytest.raises(Refused, match=f"At look {look} the futility boundary leaves no room") as refused:
            boundaries(looks, Errors())
        assert f"À l’analyse {look}" in refused.value.said("fr")

    def test_every_mistake_is_found_at_once(self) -> None:
        with pytest.raises(ParameterError) as error:
            Looks((0.5, 0.4), "Pocock")  # type: ignore[arg-type]
        assert [finding.place for finding in error.value.findings] == ["fractions", "shape"]
        with pytest.raises(ParameterError) as error:
            Looks(THREE, "asKD", -1, futility=(0.1,), futility_spending="asHSD")
        places = [finding.place for finding in error.value.findings]
        assert places == ["parameter", "futility", "futility", "futility_parameter"]
        with pytest.raises(ParameterError) as error:
            Errors(alpha=0, power=2, sides=3)  # type: ignore[arg-type]
        assert len(error.value.findings) == 3

    @pytest.mark.parametrize("wrong", [{"alpha": 0.5, "power": 0.3}, {"alpha": math.nan}, {"power": True}])
    def test_errors_that_cannot_be_meant(self, wrong: dict[str, Any]) -> None:
        with pytest.raises(ParameterError):
            Errors(**wrong)


class TestSize:
    @pytest.mark.parametrize("endpoint", [SIMPLE, Rates(0.6, 0.6, margin=-0.15), Means(-3, 6), FLARES])
    @pytest.mark.parametrize("ratio", [1, 2, 0.5])
    def test_looks_inflate_a_fixed_number(self, endpoint: Any, ratio: float) -> None:
        fixed = Comparison(endpoint, ratio=ratio).size()
        found = Comparison(endpoint, looks=Looks((0.5, 1.0), "P"), ratio=ratio).size()
        assert found.fixed_total == pytest.approx(fixed.total)
        assert found.total == pytest.approx(fixed.total * found.boundaries.inflation)
        assert 0 <= sum(found.participants) - found.total < 2
        assert found.participants[0] / found.participants[1] == pytest.approx(ratio, rel=0.05)
        assert found.at_looks[-1] == pytest.approx(found.events or found.total)
        assert found.expected[1] < found.expected[0] < found.at_looks[-1]

    def test_methods_for_a_time_to_an_event_are_of_one_size(self) -> None:
        sizes = [
            Comparison(TimeToEvent(0.6, 12, 18, 12, method=method)).size().events
            for method in ("Schoenfeld", "Freedman", "Lachin-Foulkes")
        ]
        assert len(set(sizes)) == 3
        assert all(size == pytest.approx(121, rel=0.06) for size in sizes)
        leaving = Comparison(TimeToEvent(0.6, 12, 18, 12, dropout=0.02)).size()
        assert leaving.events == pytest.approx(sizes[0])
        assert leaving.total > Comparison(FLARES).size().total

    def test_a_two_sided_trial_of_the_doubled_level_has_the_same_size(self) -> None:
        one, two = (Comparison(SIMPLE, errors=Errors(0.025 * sides, sides=sides)).size() for sides in (1, 2))
        assert one.total == pytest.approx(two.total)

    @pytest.mark.parametrize("endpoint", [Rates(0.4, 0.4), Means(1, 2, margin=1), TimeToEvent(1, 12, 18, 12)])
    def test_no_effect_is_refused(self, endpoint: Any) -> None:
        with pytest.raises(Refused, match="no number of participants") as refused:
            Comparison(endpoint).size()
        assert "aucun nombre" in refused.value.said("fr")

    def test_more_arms_are_refused(self) -> None:
        with pytest.raises(Refused, match="3 arms") as refused:
            Comparison(SIMPLE, arms=("one infusion", "two infusions", "placebo"))
        assert "3 bras" in refused.value.said("fr")

    @pytest.mark.parametrize(
        ("build", "places"),
        [
            (lambda: Rates(0, 1.2, margin=1), ["treatment", "control", "margin"]),
            (lambda: Means(math.inf, 0, margin=math.nan), ["difference", "sd", "margin"]),
            (lambda: TimeToEvent(0, -1, -2, 0, -0.1, "Cox"),  # type: ignore[arg-type]
             ["hazard_ratio", "control_median", "follow_up", "accrual", "dropout", "method"]),
            (lambda: Comparison(0.3, ratio=0, arms=("a",)), ["endpoint", "ratio", "arms"]),  # type: ignore[arg-type]
            (lambda: SingleArm(0, 1, 0, 1, 1), ["poor", "good", "alpha", "power", "n_max"]),
            (lambda: SingleArm(0.3, 0.2), ["good"]),
        ],
    )  # fmt: skip
    def test_every_mistake_is_found_at_once(self, build: Any, places: list[str]) -> None:
        with pytest.raises(ParameterError) as error:
            build()
        assert [finding.place for finding in error.value.findings] == places


class TestMonitoring:
    plan = boundaries(Looks(THREE, "asOF", futility_spending="asOF"), Errors(power=0.9))

    def test_a_better_look_raises_every_probability(self) -> None:
        low, high = (at_interim(self.plan, 1, z=z) for z in (0.6, 1.6))
        for name in ("under_the_trend", "as_planned", "without_effect", "predictive"):
            assert 0 < getattr(low, name) < getattr(high, name) < 1
        assert low.without_effect < low.under_the_trend < low.as_planned

    def test_a_sceptical_prior_lowers_the_prediction_after_a_good_look(self) -> None:
        sceptical = at_interim(self.plan, 1, z=2.0, prior=Prior(0.0, 0.5))
        assert sceptical.predictive < at_interim(self.plan, 1, z=2.0).predictive

    def test_assurance_is_below_power_when_the_effect_is_uncertain(self) -> None:
        sure, unsure = (assurance(self.plan, mean=1, sd=sd) for sd in (1e-6, 0.5))
        assert sure == pytest.approx(0.9, abs=1e-6)
        assert unsure < 0.8
        with pytest.raises(ParameterError) as error:
            assurance(self.plan, mean=math.inf, sd=0)
        assert len(error.value.findings) == 2

    def test_the_result_of_a_trial_that_stopped(self) -> None:
        found = at_the_end(self.plan, 2, z=2.9)
        assert found.p_value < 0.025
        assert 0 < found.low < found.drift < found.high
        assert found.of_planned[0] == pytest.approx(found.drift / self.plan.drift)
        naive = 2.9 / math.sqrt(0.7)
        assert found.drift < naive

    def test_a_bound_exactly_reached_at_the_end_is_the_error(self) -> None:
        found = at_the_end(self.plan, 3, z=float(self.plan.upper[2]))
        assert found.p_value == pytest.approx(0.025, abs=1e-9)
        assert at_the_end(self.plan, 3, z=float(self.plan.upper[2]), binding=True).p_value < 0.025

    def test_what_does_not_apply_is_refused(self) -> None:
        with pytest.raises(Refused, match="is the last") as refused:
            at_interim(self.plan, 3, z=1.0)
        assert "dernière" in refused.value.said("fr")
        with pytest.raises(Refused, match="goes on") as refused:
            at_the_end(self.plan, 1, z=1.0)
        assert "continue" in refused.value.said("fr")
        with pytest.raises(Refused, match="∞"):
            at_the_end(boundaries(Looks(THREE), Errors()), 1, z=1.0)

    def test_a_look_that_cannot_be_meant(self) -> None:
        with pytest.raises(ParameterError) as error:
            at_interim(self.plan, 4, z=math.nan, prior=Prior(0, 0))
        assert [finding.place for finding in error.value.findings] == ["look", "z", "prior"]


class TestSingleArm:
    def test_designs(self) -> None:
        asked = SingleArm(0.1, 0.3)
        stages = asked.two_stages()
        assert stages.optimal[:4] == (1, 10, 5, 29)
        assert stages.minimax[:4] == (1, 15, 5, 25)
        assert asked.one_stage()[:2] == (25, 5)

    def test_too_few_participants_are_refused(self) -> None:
        for ask in (SingleArm(0.1, 0.2, n_max=30).two_stages, SingleArm(0.1, 0.2, n_max=30).one_stage):
            with pytest.raises(Refused, match="30 participants or fewer") as refused:
                ask()
            assert "30 participants ou moins" in refused.value.said("fr")


def test_simulated_trials_keep_the_errors_of_the_whole_plan() -> None:
    size = Comparison(Rates(0.5, 0.4), looks=Looks((0.5, 1.0), "asOF")).size()
    plan, (n1, n2), trials = size.boundaries, size.participants, 20_000
    rng, stopped = np.random.default_rng(8), {}
    for name, p1 in (("effect", 0.5), ("none", 0.4)):
        first = np.zeros(trials, bool)
        x1, x2, m1, m2 = (np.zeros(trials), np.zeros(trials), 0, 0)
        for share, bound in zip(plan.fractions, plan.upper, strict=True):
            more1, more2 = round(n1 * share) - m1, round(n2 * share) - m2
            x1, x2, m1, m2 = (
                x1 + rng.binomial(more1, p1, trials),
                x2 + rng.binomial(more2, 0.4, trials),
                m1 + more1,
                m2 + more2,
            )
            pooled = (x1 + x2) / (m1 + m2)
            z = (x1 / m1 - x2 / m2) / np.sqrt(pooled * (1 - pooled) * (1 / m1 + 1 / m2))
            first |= z >= bound
        stopped[name] = first.mean()
    assert stopped["effect"] == pytest.approx(0.8, abs=0.02)
    assert stopped["none"] == pytest.approx(0.025, abs=0.006)


@pytest.mark.parametrize("looks", [
    Looks(THREE, "OF"), Looks(THREE, "P"), Looks(THREE, "WT", 0.3), Looks(THREE, "HP"), Looks(THREE, "asOF"),
    Looks(THREE, "asP"), Looks(THREE, "asHSD", 1), Looks(THREE, "asKD", 2),
    Looks(THREE, "asOF", futility=(0.0, 0.7), binding=True), Looks(THREE, "OF", futility_spending="asP", binding=True),
])  # fmt: skip
def test_simulated_statistics_keep_the_error_and_reach_the_power(looks: Looks) -> None:
    plan, trials = boundaries(looks, Errors(power=0.9)), 200_000
    steps = np.diff(plan.fractions, prepend=0)
    noise = np.random.default_rng(31).normal(0, np.sqrt(steps), (trials, 3))
    for drift, wanted in ((0.0, 0.025), (plan.drift, 0.9)):
        z = np.cumsum(noise + drift * steps, axis=1) / np.sqrt(plan.fractions)
        first = np.argmax(np.column_stack([(z >= plan.upper) | (z <= plan.lower), np.ones(trials, bool)]), axis=1)
        shown = (first < 3) & (z >= plan.upper)[np.arange(trials), np.minimum(first, 2)]
        assert shown.mean() == pytest.approx(wanted, abs=4 * np.sqrt(wanted * (1 - wanted) / trials))
