"""Tables of somebody else's trial: identities, slow twins, and everything that is missing, empty or alone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import adam_made as made
from trialwright.analysis import repeated_measures
from trialwright.analysis.adam import adverse_events, ancova, categories, demographics, findings, mmrm, shifts
from trialwright.analysis.adam.analyses import NAMES, analyse
from trialwright.analysis.adam.results import Lookup
from trialwright.analysis.adam.settings import Model, Settings
from trialwright.analysis.adam.time_to_event import round_times
from trialwright.analysis.adam.trial import AdamError, AdamTrial, trial_of
from trialwright.exchange.coerce import make_sense
from trialwright.exchange.table import Table
from trialwright.numerics.linear_model import least_squares

Frames = dict[str, pd.DataFrame]
PACKAGE = made.package(60)


def sensible(frames: Frames) -> Frames:
    return {name: make_sense(Table(name, Path(name), frame)).frame for name, frame in frames.items()}


def trial(frames: Frames | None = None, settings: Settings | None = None) -> AdamTrial:
    return trial_of(sensible(PACKAGE if frames is None else frames), settings=settings or Settings())


@pytest.fixture(scope="module")
def whole() -> AdamTrial:
    return trial()


class TestAdverseEvents:
    def test_people_and_events_are_those_of_a_slow_count(self, whole: AdamTrial) -> None:
        lookup = Lookup(adverse_events.by_term(whole).results)
        events = PACKAGE["ADAE"][PACKAGE["ADAE"]["TRTEMFL"] == "Y"]
        for (soc, term, arm), part in events.groupby(["AEBODSYS", "AEDECOD", "TRTA"]):
            assert lookup.value((soc, term), arm, statistic="events") == len(part)
            assert lookup.value((soc, term), arm, statistic="people") == part["USUBJID"].nunique()
        for arm, part in events.groupby("TRTA"):
            assert lookup.value(("any",), arm, statistic="people") == part["USUBJID"].nunique()

    def test_everybody_counts_once_by_the_worst_severity(self, whole: AdamTrial) -> None:
        lookup = Lookup(adverse_events.by_severity(whole).results)
        ranks = {"MILD": 1, "MODERATE": 2, "SEVERE": 3}
        events = PACKAGE["ADAE"][PACKAGE["ADAE"]["TRTEMFL"] == "Y"].assign(RANK=lambda one: one["AESEV"].map(ranks))
        worst = events.groupby(["TRTA", "USUBJID"])["RANK"].max()
        for arm in whole.arms:
            for word, rank in ranks.items():
                assert lookup.value(("any",), arm, statistic=word) == int((worst[arm] == rank).sum())
            people = lookup.value(("any",), arm, statistic="people")
            assert people == sum(lookup.value(("any",), arm, statistic=word) for word in ranks)

    def test_severity_that_is_missing_is_not_mild(self) -> None:
        events = PACKAGE["ADAE"].assign(AESEV=lambda one: np.where(one.index % 2 == 0, "", one["AESEV"]))
        answer = adverse_events.overview(trial({**PACKAGE, "ADAE": events}))
        assert any("no severity" in note.said("en") for note in answer.notes)
        unstated = Lookup(answer.results).value(("worst severity", "not stated"), "Total", statistic="people")
        assert unstated > 0

    def test_without_a_flag_an_unknown_day_counts_as_treatment_emergent(self) -> None:
        events = PACKAGE["ADAE"].drop(columns="TRTEMFL")
        derived = adverse_events.overview(trial({**PACKAGE, "ADAE": events}))
        flagged = adverse_events.overview(trial())
        assert Lookup(derived.results).value(("any",), "Total", statistic="events") == Lookup(flagged.results).value(
            ("any",), "Total", statistic="events"
        )
        undated = adverse_events.overview(trial({**PACKAGE, "ADAE": events.assign(ASTDT=pd.NaT)}))
        assert Lookup(undated.results).value(("any",), "Total", statistic="events") == len(events)
        assert any("no known day" in note.said("en") for note in undated.notes)


class TestModels:
    def test_ancova_is_that_of_statsmodels(self, whole: AdamTrial) -> None:
        import statsmodels.formula.api as smf

        lookup = Lookup(ancova.analyse(whole).results)
        frame = PACKAGE["ADQSADAS"]
        frame = frame[(frame["AVISITN"] == 24) & (frame["EFFFL"] == "Y")]
        fitted = smf.ols("CHG ~ C(TRTP, Treatment('Placebo')) + C(SITEGR1) + BASE", data=frame).fit()
        item = ("ADQSADAS", "ACTOT")
        for arm in ("Low dose", "High dose"):
            term, group = f"C(TRTP, Treatment('Placebo'))[T.{arm}]", f"{arm} v Placebo"
            low, high = fitted.conf_int().loc[term]
            wanted = {
                "difference": fitted.params[term],
                "difference se": fitted.bse[term],
                "difference lower": low,
                "difference upper": high,
                "difference p": fitted.pvalues[term],
            }
            for statistic, value in wanted.items():
                found = lookup.value(item, group, statistic=statistic, visit="Week 24")
                assert found == pytest.approx(value, rel=1e-9)
        grid = pd.DataFrame({"SITEGR1": sorted(frame["SITEGR1"].unique()), "BASE": frame["BASE"].mean()})
        for arm in whole.arms:
            predicted = fitted.predict(grid.assign(TRTP=arm)).mean()
            assert lookup.value(item, arm, statistic="LS mean", visit="Week 24") == pytest.approx(predicted, rel=1e-9)
        dose = smf.ols("CHG ~ TRTPN + C(SITEGR1) + BASE", data=frame).fit()
        p = lookup.value(item, "all arms", statistic="dose response p", visit="Week 24")
        assert p == pytest.approx(dose.pvalues["TRTPN"], rel=1e-8)

    def test_observed_weights_move_the_means_and_not_their_differences(self) -> None:
        asked = Model("ADQSADAS", "ACTOT", "ancova", least_squares="observed")
        both = [
            Lookup(ancova.analyse(trial(settings=settings)).results)
            for settings in (Settings(), Settings(models=(asked,)))
        ]
        means, gaps = (
            [one.value(("ADQSADAS", "ACTOT"), group, statistic=what, visit="Week 24") for one in both]
            for group, what in (("Placebo", "LS mean"), ("High dose v Placebo", "difference"))
        )
        assert means[0] != pytest.approx(means[1], abs=1e-6)
        assert gaps[0] == pytest.approx(gaps[1], rel=1e-9)

    def test_without_sites_repeated_measures_are_those_of_any_origin(self) -> None:
        model = Model("ADQSADAS", "ACTOT", "mmrm", factors=())
        one = trial({**PACKAGE, "ADSL": PACKAGE["ADSL"]}, Settings(models=(model,)))
        lookup = Lookup(mmrm.analyse(one).results)
        frame = PACKAGE["ADQSADAS"]
        frame = frame[(frame["AVISITN"] > 0) & (frame["EFFFL"] == "Y") & (frame["DTYPE"] == "")]
        same = repeated_measures.by_visit(
            frame["CHG"], participant=frame["USUBJID"].to_numpy(str), visit=frame["AVISITN"], baseline=frame["BASE"],
            arm=frame["TRTP"].to_numpy(str), reference="Placebo",
        )  # fmt: skip
        item = ("ADQSADAS", "ACTOT")
        for mean in same.means:
            found = lookup.value(item, str(mean.arm), statistic="LS mean", visit=f"Week {mean.visit:g}")
            assert found == pytest.approx(mean.mean.estimate, rel=1e-7)
        for gap in same.differences:
            group, visit = f"{gap.arm} v Placebo", f"Week {gap.visit:g}"
            assert lookup.value(item, group, statistic="difference p", visit=visit) == pytest.approx(
                gap.mean.p, rel=1e-5
            )
            assert lookup.value(item, group, statistic="difference df", visit=visit) == pytest.approx(
                gap.mean.degrees_of_freedom, rel=1e-5
            )

    def test_site_groups_enter_repeated_measures_in_equal_weight(self, whole: AdamTrial) -> None:
        answer = mmrm.analyse(whole)
        assert "SITEGR1" in next(one.method for one in answer.results if one.item == ("ADQSADAS", "ACTOT"))
        lookup = Lookup(answer.results)
        low, placebo, gap = (
            lookup.value(("ADQSADAS", "ACTOT"), group, statistic=what, visit="Week 24")
            for group, what in (("Low dose", "LS mean"), ("Placebo", "LS mean"), ("Low dose v Placebo", "difference"))
        )
        assert gap == pytest.approx(low - placebo, abs=1e-9)

    def test_mere_numbering_of_arms_is_not_a_dose(self) -> None:
        subjects = PACKAGE["ADSL"].assign(TRT01PN=lambda one: one["TRT01PN"].map({0: 1, 54: 2, 81: 3}).astype(float))
        answer = ancova.analyse(trial({**PACKAGE, "ADSL": subjects}))
        assert not [one for one in answer.results if one.statistic == "dose response p"]

    def test_two_sites_that_say_the_same_as_arms_give_no_difference(self) -> None:
        subjects = PACKAGE["ADSL"].assign(SITEGR1=PACKAGE["ADSL"]["TRT01P"])
        scores = PACKAGE["ADQSADAS"].drop(columns="SITEGR1")
        lookup = Lookup(ancova.analyse(trial({**PACKAGE, "ADSL": subjects, "ADQSADAS": scores})).results)
        group = "High dose v Placebo"
        assert lookup.find(("ADQSADAS", "ACTOT"), group, statistic="difference", visit="Week 24") is None

    def test_a_model_of_a_column_that_is_nowhere_says_so(self) -> None:
        model = Model("ADQSADAS", "ACTOT", "ancova", covariates=("NOWHERE",))
        answer = ancova.analyse(trial(settings=Settings(models=(model,))))
        assert any("NOWHERE" in note.said("en") for note in answer.notes)

    def test_categories_keep_every_person_and_are_tested_within_sites(self, whole: AdamTrial) -> None:
        answer = categories.analyse(whole)
        lookup = Lookup(answer.results)
        items = [item for item in answer.items() if len(item) == 3]
        for arm in whole.arms:
            people = sum(lookup.value(item, arm, statistic="people", visit="Week 24") for item in items)
            assert people == lookup.value(items[0], arm, statistic="of", visit="Week 24")
        assert 0 < lookup.value(("ADQSCIBC", "CIBICVAL"), "all arms", statistic="p", visit="Week 24") <= 1


class TestFindings:
    def test_by_visit_is_a_slow_groupby(self, whole: AdamTrial) -> None:
        lookup = Lookup(findings.analyse(whole, "ADLBC", theme="safety").results)
        for (param, visit, arm), part in PACKAGE["ADLBC"].groupby(["PARAMCD", "AVISIT", "TRTA"]):
            named = {"visit": visit}
            assert lookup.value((param,), arm, statistic="AVAL n", **named) == len(part)
            assert lookup.value((param,), arm, statistic="AVAL sd", **named) == pytest.approx(part["AVAL"].std())
            assert lookup.value((param,), arm, statistic="AVAL median", **named) == pytest.approx(part["AVAL"].median())

    def test_of_several_records_the_flagged_one_counts_else_the_last(self) -> None:
        first = PACKAGE["ADLBC"].iloc[:1]
        again = pd.concat([first.assign(AVAL=1.0, ADY=1.0), first.assign(AVAL=2.0, ADY=2.0)])
        arm = str(first["TRTA"].iloc[0])
        place = {"visit": str(first["AVISIT"].iloc[0])}
        for flags, wanted in ((["Y", ""], 1.0), (["", ""], 2.0)):
            answer = findings.analyse(trial({**PACKAGE, "ADLBC": again.assign(ANL01FL=flags)}), "ADLBC", theme="safety")
            lookup = Lookup(answer.results)
            assert lookup.value((str(first["PARAMCD"].iloc[0]),), arm, statistic="AVAL mean", **place) == wanted
            assert answer.notes

    def test_time_points_are_kept_apart(self) -> None:
        frame = pd.concat(
            [PACKAGE["ADVS"].assign(ATPT=point, ATPTN=float(n)) for n, point in enumerate(("Lying", "Standing"))]
        )
        answer = findings.analyse(trial({**PACKAGE, "ADVS": frame}), "ADVS", theme="safety")
        assert {item[1] for item in answer.items()} == {"Lying", "Standing"}
        assert answer.notes == []

    def test_a_shift_counts_everybody_once_for_a_parameter(self, whole: AdamTrial) -> None:
        answer = shifts.analyse(whole, "ADLBC")
        after = PACKAGE["ADLBC"][PACKAGE["ADLBC"]["AVISITN"] > 0]
        for param in ("ALT", "K"):
            people = sum(one.value for one in answer.results if one.item[0] == param and one.statistic == "people")
            assert people == after[after["PARAMCD"] == param]["USUBJID"].nunique()


class TestWhoCounts:
    def test_rows_of_strangers_and_people_who_stand_twice_are_noted(self) -> None:
        subjects = pd.concat([PACKAGE["ADSL"], PACKAGE["ADSL"].iloc[:2]])
        events = pd.concat([PACKAGE["ADAE"], PACKAGE["ADAE"].iloc[:3].assign(USUBJID="X-1")])
        one = trial({**PACKAGE, "ADSL": subjects, "ADAE": events})
        assert len(one.subjects) == 60
        told = " ".join(note.said("en") for note in one.notes)
        assert "2 people stand twice" in told
        assert "3 rows of 1 people who are not in ADSL" in told

    def test_somebody_with_two_different_rows_is_an_error(self) -> None:
        subjects = pd.concat([PACKAGE["ADSL"], PACKAGE["ADSL"].iloc[:1].assign(AGE=1.0)])
        with pytest.raises(AdamError, match="must have one row"):
            trial({"ADSL": subjects})

    def test_screen_failures_and_empty_flags_are_in_no_arm_and_noted(self) -> None:
        subjects = PACKAGE["ADSL"].assign(
            TRT01P=lambda one: one["TRT01P"].where(one.index > 0, "Screen Failure"),
            TRT01A=lambda one: one["TRT01A"].where(one.index > 0, ""),
            SAFFL=lambda one: one["SAFFL"].where(one.index > 1, ""),
        )
        one = trial({"ADSL": subjects})
        assert one.arms == ("Placebo", "Low dose", "High dose")
        assert sum(one.population("safety").sizes.values()) == 58
        assert any("neither Y nor N in SAFFL" in note.said("en") for note in one.notes)

    @pytest.mark.parametrize(
        ("settings", "place"),
        [
            (Settings(reference="Nobody"), "reference"),
            (Settings(population="XFL"), "population"),
            (Settings(treatment="XX"), "treatment"),
            (Settings(arms=("Placebo",)), "arms"),
        ],
    )
    def test_wishes_that_do_not_fit_are_findings(self, settings: Settings, place: str) -> None:
        with pytest.raises(AdamError) as told:
            trial(settings=settings)
        assert place in {finding.place for finding in told.value.findings}

    def test_without_adsl_or_names_nothing_can_be_counted(self) -> None:
        with pytest.raises(AdamError) as told:
            trial_of({"ADAE": pd.DataFrame({"X": [1]})}, settings=Settings())
        assert [finding.place for finding in told.value.findings] == ["ADSL", "ADAE.USUBJID"]

    @pytest.mark.parametrize("case", ["nobody but one", "one arm", "no events", "an arm with nobody", "no safety data"])
    def test_little_is_analysed_and_said(self, case: str) -> None:
        frames: Frames = dict(PACKAGE)
        subjects = frames["ADSL"]
        if case == "nobody but one":
            frames = {name: frame[frame["USUBJID"] == subjects["USUBJID"][0]] for name, frame in frames.items()}
        elif case == "one arm":
            own = subjects["USUBJID"][subjects["TRT01AN"] == 0]
            frames = {name: frame[frame["USUBJID"].isin(own)] for name, frame in frames.items()}
        elif case == "no events":
            frames["ADAE"] = frames["ADAE"].iloc[:0]
        elif case == "an arm with nobody":
            frames["ADSL"] = subjects.assign(SAFFL=np.where(subjects["TRT01AN"] == 81, "N", "Y"))
        else:
            frames = {"ADSL": subjects}
        frames = {name: frame.reset_index(drop=True) for name, frame in frames.items()}
        one = trial(frames)
        answers = analyse(one)
        assert answers
        assert all(np.isfinite(row.value) for answer in answers for row in answer.results)
        notes = [*one.notes, *(note for answer in answers for note in answer.notes)]
        assert all(note.said("fr") for note in notes)
        if case == "an arm with nobody":
            assert any("nobody in the safety population" in note.said("en") for note in notes)

    def test_only_what_is_asked_for_is_made(self, whole: AdamTrial) -> None:
        assert [answer.table for answer in analyse(whole, ["ancova", "populations"])] == ["populations", "ancova"]
        assert set(NAMES) >= {"populations", "laboratory", "mmrm"}

    def test_baseline_tests_can_be_asked_for(self) -> None:
        asked = replace(Settings(), baseline_tests=True)
        exact = [one for one in demographics.analyse(trial(settings=asked)).results if one.item == ("SEX",)]
        assert {one.statistic for one in exact} == {"p", "p chi-square"}


def test_no_residual_degree_of_freedom_is_no_fit() -> None:
    assert least_squares([1.0, 2.0], np.eye(2)) is None


@pytest.mark.parametrize("longest", [0.3, 1.0, 7.0, 212.0, 199.0, 5000.0])
def test_round_times_reach_nearly_to_the_end(longest: float) -> None:
    times = round_times(longest)
    assert 4 <= len(times) <= 10
    assert times[-1] <= longest + 1e-9 < times[-1] + times[1] + 1e-9
