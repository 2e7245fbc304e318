"""Questions and choices are read from the simulated trials themselves, on the same virtual people."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from rooms.planning.test_rct_simulation import PLAN
from trialwright.diseases.lupus.simulated import APPEARANCE
from trialwright.planning.infusion_effect import Schedule
from trialwright.planning.optimiser import Budget, Choices, candidates
from trialwright.planning.rct_analysis import Analysis
from trialwright.planning.rct_campaign import RctCampaign
from trialwright.planning.rct_questions import (
    SizeCurve,
    answered,
    best_separation,
    every_analysis,
    questions,
    schedules,
    separations,
    size_curve,
)
from trialwright.planning.rct_simulation import RctPlan, RctResults
from trialwright.vocabulary.errors import ParameterError

TRIALS = 30
SMALL = replace(PLAN, secondary=())


def run(plan: RctPlan) -> RctResults:
    return RctCampaign(plan, APPEARANCE, trials=TRIALS, seed=2).run()


class TestQuestions:
    ASKED = questions(SMALL, APPEARANCE)

    def test_every_question_is_a_trial_that_can_be_simulated(self) -> None:
        assert {key.split("/")[0] for key in self.ASKED} == {"schedule", "endpoint", "waning", "taper", "size"}
        for plan in self.ASKED.values():
            assert plan.check(APPEARANCE) is plan
            assert len(plan.arms) == 2
            assert plan.arms[0].schedule == plan.arms[1].schedule

    def test_schedules_meet_the_same_placebo_arm(self) -> None:
        one, two = run(self.ASKED["schedule/one"]), run(self.ASKED["schedule/two"])
        assert np.array_equal(one.means[:, 0], two.means[:, 0])
        first, second = answered("one", one), answered("two", two)
        assert second.infusions > first.infusions == 1
        assert first.found == int((one.z[:, 0, -1] >= 1.2815515655446004).sum())

    def test_a_rule_on_the_dose_only_takes_responses_away(self) -> None:
        found = run(self.ASKED["taper/mandatory"])
        loose, strict = answered("", found), answered("", found, analysis=1)
        assert strict.control < loose.control
        assert strict.treatment < loose.treatment

    def test_every_endpoint_is_judged_at_every_visit(self) -> None:
        plan = replace(self.ASKED["endpoint/all"], visits=PLAN.visits)
        assert len(plan.secondary) == len(every_analysis(SMALL, APPEARANCE)) == 8 * 3
        found = run(replace(plan, participants=40))
        best = best_separation({"endpoint/all": found})
        assert best.mean_z == max(one.mean_z for one in separations(found))

    def test_repeated_infusions_stay_within_the_trial(self) -> None:
        assert schedules(52)["quarterly"].weeks == (0, 12, 24, 36, 48)
        assert schedules(24)["quarterly"].weeks == (0, 12)


class TestSizes:
    def test_smaller_sizes_are_the_first_participants(self) -> None:
        curve = size_curve(run(TestQuestions.ASKED["size/nothing"]))
        assert curve.people[-1] == 2 * PLAN.participants
        assert len(curve.found) == len(curve.people)

    @pytest.mark.parametrize(
        ("found", "power", "needed"),
        [((10, 50, 90), 0.7, 125), ((10, 50, 90), 0.05, 50), ((10, 50, 60), 0.8, None), ((10, 60, 50, 90), 0.6, 100)],
    )
    def test_the_size_for_a_power_lies_between_two_sizes(
        self, found: tuple[int, ...], power: float, needed: int | None
    ) -> None:
        curve = SizeCurve(tuple(50 * (place + 1) for place in range(len(found))), found, 100)
        assert curve.needed(power) == needed


class TestChoices:
    CHOICES = Choices(
        {"one": Schedule((0.0,)), "two": Schedule((0.0, 4.0))},
        (40, 80),
        (Analysis("sri-4", 24, "cmh"), Analysis("sledai-2k", 24, "ancova")),
        Budget(people=80, infusions=60, product_per_infusion=2.0),
    )

    def test_the_budget_comes_first_then_power_and_the_front_is_unbeaten(self) -> None:
        found = {name: run(plan) for name, plan in self.CHOICES.plans(SMALL).items()}
        ranked = candidates(self.CHOICES, found)
        assert len(ranked) == 8
        assert [one.within for one in ranked] == sorted((one.within for one in ranked), reverse=True)
        inside = [one for one in ranked if one.within]
        assert [one.found for one in inside] == sorted((one.found for one in inside), reverse=True)
        over = next(one for one in ranked if one.schedule == "two" and one.people == 80)
        assert not over.within
        assert over.product == pytest.approx(2 * over.infusions)
        for one in inside:
            beaten = any(
                other.found >= one.found and other.people <= one.people and other.infusions <= one.infusions
                and (other.found, -other.people, -other.infusions) != (one.found, -one.people, -one.infusions)
                for other in inside
            )  # fmt: skip
            assert one.on_front is not beaten

    def test_nothing_to_choose_from_is_refused(self) -> None:
        with pytest.raises(ParameterError) as caught:
            Choices({}, (80, 40), (), Budget())
        assert {finding.place for finding in caught.value.findings} == {"schedules", "analyses", "sizes"}
        with pytest.raises(ParameterError, match="people"):
            Budget(people=0)
