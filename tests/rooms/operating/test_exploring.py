"""Designs compared and calibrated: the numbers are those of the exact engine, the rules of ranking are kept."""

from __future__ import annotations

import tomllib

import numpy as np
import pytest
from hypothesis import given, strategies as st
from numpy.testing import assert_allclose

from trials import CRM, THREE, protocol_text, study_of
from trialwright.numerics.calibration import skeleton
from trialwright.operating import Truths, every_end
from trialwright.operating.calibration import Wanted, as_toml, calibrate
from trialwright.operating.comparison import Aim, Candidate, compare
from trialwright.operating.scenarios import Scenario, default_scenarios, parse_scenarios
from trialwright.operating.variants import with_design
from trialwright.protocol import parse_protocol
from trialwright.vocabulary.errors import NotFound, ParameterError, Refused
from trialwright.vocabulary.words import Text

SKIP, STOP = 'name = "no_skipping"', 'name = "stop_at_n"\nn = 12'
MODEL = 'name = "stop_when_too_toxic"\nlevel = "lowest"\nrate = 0.25\nconfidence = 0.8\nposterior = "design"'
STUDY = study_of(rules=[SKIP, STOP])
SCENARIOS = default_scenarios(STUDY)
TITE = CRM.replace('"crm"', '"tite_crm"')


def named(*rates: float) -> Scenario:
    return Scenario(Text(en="s", fr="s"), rates)


class TestComparison:
    def test_each_design_has_the_numbers_of_a_protocol_that_names_it(self) -> None:
        found = compare(STUDY, [Candidate("crm", {}), Candidate("boin", {})], scenarios=SCENARIOS)
        alone = study_of(design='name = "boin"\ntarget_toxicity_rate = 0.25', rules=[SKIP, STOP])
        for study, one in zip((STUDY, alone), found.compared, strict=True):
            for place, scenario in enumerate(SCENARIOS):
                expected = every_end(study).characteristics(Truths.of_dlt(scenario.dlt))
                assert_allclose(one.characteristics.selection[place], expected.selection[0], atol=1e-14)
                assert_allclose(one.characteristics.expected_n[place], expected.expected_n[0], rtol=1e-14)

    def test_right_and_too_high_and_too_low_are_everything(self) -> None:
        (one,) = compare(STUDY, [Candidate("crm", {})], scenarios=SCENARIOS).compared
        below = [one.characteristics.selection[place, :right].sum() for place, right in enumerate(one.right)]
        assert_allclose(one.correct + one.overdosing + below, 1.0)
        assert (one.overdosing >= 0).all()

    @given(st.lists(st.floats(0.01, 0.95), min_size=3, max_size=3).map(sorted))
    def test_none_is_right_exactly_where_all_are_too_toxic(self, rates: list[float]) -> None:
        aim = Aim(0.25, 0.35)
        right = int(aim.right(Truths.of_dlt(rates))[0])
        assert (right == 0) == (rates[0] > 0.35)
        if right:
            assert abs(rates[right - 1] - 0.25) <= min(abs(rate - 0.25) for rate in rates) + 1e-9

    def test_selecting_none_is_right_where_all_are_too_toxic(self) -> None:
        (one,) = compare(STUDY, [Candidate("crm", {})], scenarios=[named(0.5, 0.6, 0.7)]).compared
        assert one.right.tolist() == [0]
        assert one.correct[0] == one.none[0]
        assert_allclose(one.overdosing[0], 1 - one.none[0])

    def test_what_is_not_exact_is_listed_with_the_reason(self) -> None:
        changed = {"skeleton": [0.1, 0.2, 0.3]}
        found = compare(STUDY, [Candidate("crm", {}), Candidate("tite_crm", changed)], scenarios=SCENARIOS)
        assert [one.title for one in found.compared] == ["crm"]
        assert [one.candidate.name for one in found.left_out] == ["tite_crm"]
        assert "simulate" in str(found.left_out[0].why)

    def test_no_text_is_written_about_another_design_than_the_chosen_one(self) -> None:
        study = study_of(design=TITE, rules=[STOP])
        found = compare(study, [Candidate("tite_crm", {}), Candidate("boin", {})], scenarios=SCENARIOS, within=0.02)
        assert [one.title for one in found.compared] == ["boin"]
        assert found.chosen is None
        assert found.worst == ()

    def test_what_does_not_go_with_a_rule_is_listed_with_the_reason(self) -> None:
        study = study_of(rules=[MODEL, STOP])
        found = compare(study, [Candidate("crm", {}), Candidate("three_plus_three", {})], scenarios=SCENARIOS)
        assert [one.candidate.name for one in found.left_out] == ["three_plus_three"]
        assert "posterior" in str(found.left_out[0].why)

    def test_everything_wrong_is_named_at_once(self) -> None:
        wrong = [Candidate("boin", {"p_saf": 0.5}), Candidate("crm", {"prior_sd": -1, "skeleton": [0.1]})]
        with pytest.raises(ParameterError) as caught:
            compare(STUDY, wrong, scenarios=SCENARIOS)
        places = [finding.place for finding in caught.value.findings]
        assert any("boin" in place and "p_saf" in place for place in places)
        assert any("prior_sd" in place for place in places)

    def test_an_unknown_design_and_a_missing_target_are_said(self) -> None:
        with pytest.raises(NotFound, match="boin"):
            compare(STUDY, [Candidate("boim", {})], scenarios=SCENARIOS)
        with pytest.raises(ParameterError, match="--target"):
            Aim.of(study_of(design=THREE))
        assert Aim.of(study_of(design=THREE), target=0.3) == Aim(0.3, 0.42)
        with pytest.raises(ParameterError, match="too-toxic"):
            Aim.of(STUDY, too_toxic=0.2)

    def test_the_worst_case_is_no_better_than_the_scenario(self) -> None:
        found = compare(STUDY, [Candidate("crm", {})], scenarios=SCENARIOS, within=0.03)
        (one,) = found.compared
        for place, (right, high) in enumerate(found.worst):
            assert right.bound <= right.value <= one.correct[place] + 1e-9
            assert high.bound >= high.value >= one.overdosing[place] - 1e-9
            assert np.abs(np.array(right.truth) - SCENARIOS[place].dlt).max() <= 0.03 + 1e-6


class TestVariants:
    def test_a_skeleton_is_made_by_indifference_intervals(self) -> None:
        made = with_design(STUDY, "crm", parameters={"target_toxicity_rate": 0.25, "half_width": 0.05, "prior_mtd": 2})
        expected = skeleton(target=0.25, halfwidth=0.05, prior_mtd=2, levels=3)
        assert_allclose(made.design_parameters["skeleton"], expected, atol=5e-5)  # type: ignore[arg-type]

    def test_a_small_guess_keeps_the_digits_that_tell_it_from_0(self) -> None:
        given_ = {"target_toxicity_rate": 0.25, "half_width": 0.2, "prior_mtd": 3}
        made = with_design(STUDY, "crm", parameters=given_)
        assert made.design_parameters["skeleton"] == [3.4e-9, 0.0055, 0.25]

    @pytest.mark.parametrize(
        ("given_", "place"),
        [
            ({"half_width": 0.3, "prior_mtd": 2}, "half_width"),
            ({"half_width": 0.05, "prior_mtd": 4}, "prior_mtd"),
            ({"half_width": 0.05}, "prior_mtd"),
            ({"prior_mtd": 2}, "half_width"),
        ],
    )
    def test_a_skeleton_that_cannot_be_is_said(self, given_: dict[str, float], place: str) -> None:
        with pytest.raises(ParameterError) as caught:
            with_design(STUDY, "crm", parameters={"target_toxicity_rate": 0.25, **given_})
        assert [finding.place for finding in caught.value.findings] == [place]

    def test_a_design_for_another_number_of_levels_is_refused(self) -> None:
        with pytest.raises(ParameterError, match="skeleton"):
            with_design(STUDY, "crm", parameters={"target_toxicity_rate": 0.25, "skeleton": [0.1, 0.2]})


class TestCalibration:
    grid = {"prior_sd": [0.5, 1.16], "half_width": [0.03, 0.06]}  # noqa: RUF012 - read only
    fixed = {"prior_mtd": 2}  # noqa: RUF012 - read only

    def test_every_setting_is_judged_and_ranked_as_written(self) -> None:
        found = calibrate(STUDY, self.grid, scenarios=SCENARIOS, fixed=self.fixed)
        assert found.is_complete
        assert len(found.tried) == 4
        assert [one.score for one in found.tried] == sorted((one.score for one in found.tried), reverse=True)
        for one in found.tried:
            assert one.score == pytest.approx(np.mean(one.correct))
            study = parse_protocol(
                protocol_text(design=as_toml(found, one).split("\n", 1)[1], rules=[SKIP, STOP]).encode()
            )
            (again,) = compare(study, [Candidate("crm", {})], scenarios=SCENARIOS).compared
            assert_allclose(again.correct, one.correct, rtol=0, atol=1e-12)
            assert_allclose(again.overdosing, one.overdosing, rtol=0, atol=1e-12)

    def test_the_worst_scenario_may_be_the_objective(self) -> None:
        found = calibrate(STUDY, self.grid, scenarios=SCENARIOS, fixed=self.fixed, wanted=Wanted("worst"))
        assert [one.score for one in found.tried] == sorted((min(one.correct) for one in found.tried), reverse=True)

    def test_settings_over_a_limit_come_last_and_are_never_best(self) -> None:
        some = SCENARIOS[:3]
        free = calibrate(STUDY, self.grid, scenarios=some, fixed=self.fixed)
        limit = sorted(max(one.overdosing) for one in free.tried)[1]
        found = calibrate(STUDY, self.grid, scenarios=some, fixed=self.fixed, wanted=Wanted(most_overdosing=limit))
        assert [one.within for one in found.tried] == [True, True, False, False]
        assert found.best is not None
        assert max(found.best.overdosing) <= limit + 1e-9
        assert (
            calibrate(STUDY, self.grid, scenarios=SCENARIOS, fixed=self.fixed, wanted=Wanted(most_dlts=0.1)).best
            is None
        )

    def test_the_cohort_size_may_vary(self) -> None:
        found = calibrate(STUDY, {"cohort_size": [1, 3]}, scenarios=SCENARIOS)
        by_size = {one.cohort_size: one for one in found.tried}
        (three,) = compare(STUDY, [Candidate("crm", {})], scenarios=SCENARIOS).compared
        assert_allclose(by_size[3].correct, three.correct)
        assert by_size[1].correct != by_size[3].correct
        assert "cohort_size = 1" in as_toml(found, by_size[1])
        assert tomllib.loads(as_toml(found, by_size[1]))["design"]["name"] == "crm"

    def test_what_is_done_is_kept_when_it_is_stopped(self) -> None:
        def impatient(done: int, of: int) -> None:
            if done == 2:
                raise KeyboardInterrupt

        found = calibrate(STUDY, self.grid, scenarios=SCENARIOS, fixed=self.fixed, progress=impatient)
        assert len(found.tried) == 2
        assert not found.is_complete
        assert found.best is not None

    def test_settings_that_cannot_be_are_kept_apart(self) -> None:
        found = calibrate(STUDY, {"half_width": [0.05, 0.3]}, scenarios=SCENARIOS, fixed=self.fixed)
        assert len(found.tried) == 1
        assert [one.setting for one in found.impossible] == [{"half_width": 0.3}]
        assert found.is_complete
        with pytest.raises(ParameterError, match="no setting"):
            calibrate(STUDY, {"half_width": [0.3]}, scenarios=SCENARIOS, fixed=self.fixed)

    def test_a_wrong_grid_is_answered_with_everything(self) -> None:
        with pytest.raises(ParameterError) as caught:
            calibrate(STUDY, {"prior_st": [1], "half_width": [], "skeleton": [[0.1, 0.2, 0.3]]}, scenarios=SCENARIOS)
        assert {finding.place for finding in caught.value.findings} == {"vary", "vary half_width", "skeleton"}
        with pytest.raises(ParameterError, match="at least one"):
            calibrate(STUDY, {}, scenarios=SCENARIOS)
        with pytest.raises(ParameterError, match="5000"):
            calibrate(STUDY, {"prior_sd": [0.1 + place for place in range(5001)]}, scenarios=SCENARIOS)

    def test_a_design_without_exact_characteristics_is_refused(self) -> None:
        study = study_of(design=TITE, rules=[STOP])
        with pytest.raises(Refused, match="simulate"):
            calibrate(study, {"prior_sd": [0.5]}, scenarios=SCENARIOS)

    def test_limits_that_cannot_be_are_said(self) -> None:
        with pytest.raises(ParameterError) as caught:
            Wanted("median", most_overdosing=2, most_dlts=-1)  # type: ignore[arg-type]
        assert len(caught.value.findings) == 3


def test_a_brace_in_the_name_of_a_scenario_is_a_brace() -> None:
    content = b'[[scenario]]\nname = "{flat}"\ndlt = [0.1, 0.1, 0.1]\n'
    (scenario,) = parse_scenarios(content, levels=3)
    assert scenario.name.said("en") == "{flat}"
