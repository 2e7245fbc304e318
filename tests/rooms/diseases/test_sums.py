"""Indices that add up, damage over time, glucocorticoids from a diary, the laboratory panel."""

from __future__ import annotations

import math
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from trialwright import diseases
from trialwright.diseases.lupus.damage import over_time, separate_episodes
from trialwright.diseases.lupus.glucocorticoids import (
    Taken,
    cumulative_dose,
    drugs,
    in_drug,
    in_prednisone,
    mean_oral_dose,
    oral_dose,
    pulses,
)
from trialwright.diseases.lupus.laboratory import analytes, converted, egfr, is_high, is_low
from trialwright.diseases.lupus.sums import Sum
from trialwright.testing.diseases import absent, scale_of, worst
from trialwright.vocabulary.errors import ParameterError

SUMS = {name: each for name, each in diseases.disease("lupus").instruments().items() if isinstance(each, Sum)}
SDI, DAS = SUMS["sdi"], SUMS["sle-das"]
Items = dict[str, Any]


def value(name: str, **items: Any) -> float | None:
    return SUMS[name].score(items).value


@pytest.mark.parametrize(
    ("name", "largest"),
    {
        "clasi-activity": 70,
        "sdi": 45,
        "sdi-with-glossary": 47,
        "eular-acr-2019-points": 51,
        "bilag-2004-letters": 108,
        "bilag-classic-letters": 72,
        "pga": 3,
        "swollen-joints-28": 28,
    }.items(),
)
def test_the_largest_total_is_the_printed_one(name: str, largest: float) -> None:
    assert SUMS[name].score(worst(SUMS[name])).value == largest
    assert SUMS[name].score(absent(SUMS[name])).value == 0


@pytest.mark.parametrize("name", SUMS)
def test_a_batch_and_one_by_one_agree(name: str) -> None:
    index = SUMS[name]
    random = np.random.default_rng(5)
    codes = {each.key: each.codes for each in index.listing.recorded}
    for _ in range(8):
        drawn = {key: list(answers)[random.integers(len(answers))] for key, answers in scale_of(index).items()}
        row: Items = {key: answer for key, answer in drawn.items() if random.random() > 0.1}
        numbers = [
            math.nan
            if row.get(key) is None
            else float(codes[key].get(row[key], row[key]))
            if codes[key]
            else float(row[key])
            for key in index.items
        ]
        together, alone = index.score_many(np.array([numbers])), index.score(row)
        assert (together.lower[0], together.upper[0]) == (alone.lower, alone.upper)


class TestPga:
    def test_millimetres_become_the_scale_of_three(self) -> None:
        assert value("pga", pga_mm=50) == 1.5
        assert value("pga", pga=1.5) == 1.5
        assert SUMS["pga"].score({"pga_mm": 46}).points[0].value == "pga_mm = 46"

    def test_not_drawn_is_between_none_and_all(self) -> None:
        score = SUMS["pga"].score({})
        assert (score.value, score.lower, score.upper) == (None, 0, 3)

    def test_a_line_of_100_is_no_line_of_3(self) -> None:
        with pytest.raises(ParameterError, match="goes to pga_mm"):
            SUMS["pga"].score({"pga": 46})


class TestDamage:
    def test_kidney_failure_replaces_what_led_to_it(self) -> None:
        led = {"gfr_below_half": True, "proteinuria_nephrotic": True}
        assert SDI.score(absent(SDI) | led).value == 2
        assert SDI.score(absent(SDI) | led | {"end_stage_renal_disease": True}).value == 3
        said = SDI.score(absent(SDI) | led | {"end_stage_renal_disease": True}).explained("en")
        assert any("not added" in line and "End-stage renal disease counts instead" in line for line in said)

    def test_an_open_kidney_failure_bounds_the_total(self) -> None:
        score = SDI.score(absent(SDI) | {"gfr_below_half": True, "end_stage_renal_disease": None})
        assert (score.value, score.lower, score.upper) == (None, 1, 3)

    def test_only_the_glossary_counts_two_lines(self) -> None:
        both = {"pancreatic_insufficiency": True, "tendon_rupture": True}
        glossary = SUMS["sdi-with-glossary"]
        assert glossary.score(absent(glossary) | both).value == 2
        assert not set(both) & set(SDI.items)

    @pytest.mark.parametrize(
        ("days", "count"),
        [
            ([], 0),
            ([(2020, 1, 10)], 1),
            ([(2020, 1, 10), (2020, 7, 9)], 1),
            ([(2020, 1, 10), (2020, 7, 10)], 2),
            ([(2020, 7, 10), (2020, 1, 10)], 2),
            ([(2020, 1, 10), (2020, 4, 1), (2020, 7, 10)], 2),
            ([(2020, 8, 31), (2021, 2, 28)], 2),
        ],
    )
    def test_episodes_count_six_months_apart(self, days: list[tuple[int, int, int]], count: int) -> None:
        assert separate_episodes([date(*day) for day in days]) == count

    def test_what_is_taken_back_stands_and_is_named(self) -> None:
        none = absent(SDI)
        visits = over_time(SDI, [none | {"cataract": True, "stroke": 1}, none, none | {"stroke": 2}])
        assert [visit.score.value for visit in visits] == [2, 2, 3]
        assert [visit.fell for visit in visits] == [(), ("cataract", "stroke"), ("cataract",)]

    def test_what_was_absent_and_is_not_asked_again_is_open(self) -> None:
        visits = over_time(SDI, [absent(SDI), {"cataract": True}])
        assert visits[1].score.value is None
        assert visits[1].score.lower == 1

    @settings(max_examples=40, deadline=None)
    @given(st.lists(st.data(), min_size=2, max_size=5))
    def test_damage_never_falls(self, draws: list[st.DataObject]) -> None:
        visits: list[Items] = []
        for data in draws:
            visits.append({key: data.draw(st.sampled_from([*answers, None])) for key, answers in scale_of(SDI).items()})
        lowers = [visit.score.lower for visit in over_time(SDI, visits)]
        assert lowers == sorted(lowers)


class TestSleDas:
    NONE = absent(DAS)

    @pytest.mark.parametrize(
        ("changed", "expected", "band"),
        [
            ({}, 0.366, "remission"),
            ({"low_complement": True, "raised_anti_dsdna": True}, 2.076, "remission"),
            ({"proteinuria_mg_per_24h": 500}, 0.366, "remission"),
            ({"proteinuria_mg_per_24h": 501}, 6.473, "mild"),
            ({"platelets_e9_per_l": 100}, 0.366, "remission"),
            ({"platelets_e9_per_l": 99}, 0.844, "remission"),
            ({"leukocytes_e9_per_l": 3.0}, 0.366, "remission"),
            ({"swollen_joints_28": 3}, 4.860, "mild"),
            ({"neuropsychiatric": True}, 18.366, "moderate or severe"),
        ],
    )
    def test_terms_and_bands(self, changed: Items, expected: float, band: str) -> None:
        score = DAS.score(self.NONE | changed)
        assert score.value == pytest.approx(expected, abs=1e-3)
        assert score.band is not None
        assert score.band.en == band

    def test_a_generalised_rash_replaces_a_local_one(self) -> None:
        both = self.NONE | {"local_rash": True, "generalised_rash": True}
        assert DAS.score(both).value == pytest.approx(0.366 + 3.887)

    def test_a_missing_value_bounds_its_logarithm(self) -> None:
        score = DAS.score({key: answer for key, answer in self.NONE.items() if key != "platelets_e9_per_l"})
        assert score.value is None
        assert score.lower == 0.366
        assert score.upper == pytest.approx(0.366 + 26.105)

    def test_it_says_what_rests_on_one_implementation(self) -> None:
        assert DAS.score(self.NONE).unverified == ("arthritis",)


class TestGlucocorticoids:
    START = date(2024, 1, 1)
    DIARY = (
        Taken("prednisone", 20, date(2024, 1, 1), date(2024, 1, 10)),
        Taken("prednisone", 10, date(2024, 1, 11)),
        Taken("hydrocortisone", 20, date(2024, 1, 5), date(2024, 1, 5)),
        Taken("methylprednisolone", 500, date(2024, 1, 3), date(2024, 1, 5), route="intravenous"),
        Taken("triamcinolone", 40, date(2024, 1, 8), date(2024, 1, 8), route="local"),
    )

    @pytest.mark.parametrize(("day", "dose"), [(1, 20), (4, 20), (5, 25), (10, 20), (11, 10), (31, 10)])
    def test_a_pulse_is_no_daily_dose(self, day: int, dose: float) -> None:
        assert oral_dose(self.DIARY, on=date(2024, 1, day)) == dose

    def test_mean_and_sum(self) -> None:
        assert mean_oral_dose(self.DIARY, first=self.START, last=date(2024, 1, 10)) == 20.5
        pulsed = cumulative_dose(self.DIARY, first=self.START, last=date(2024, 1, 31), routes=("intravenous",))
        assert pulsed == 3 * 625
        assert [line.drug for line in pulses(self.DIARY, last=date(2024, 1, 5))] == ["methylprednisolone"]
        assert oral_dose((), on=self.START) == 0

    def test_cortisone_is_not_hydrocortisone(self) -> None:
        assert in_prednisone(20, drug="hydrocortisone") == 5
        assert in_prednisone(20, drug="cortisone") == 4

    @pytest.mark.parametrize("drug", ["prednison", "fludrocortisone"])
    def test_what_cannot_be_converted_is_refused(self, drug: str) -> None:
        with pytest.raises(ParameterError):
            in_prednisone(5, drug=drug)

    @given(st.sampled_from(sorted(drugs())), st.floats(0, 1000))
    def test_there_and_back(self, drug: str, mg: float) -> None:
        assert in_drug(in_prednisone(mg, drug=drug), drug=drug) == pytest.approx(mg)

    @given(st.integers(1, 40), st.integers(0, 30))
    def test_the_mean_is_the_mean_of_the_days(self, length: int, shift: int) -> None:
        first = self.START + timedelta(days=shift)
        days = [first + timedelta(days=each) for each in range(length)]
        slow = sum(oral_dose(self.DIARY, on=day) for day in days) / length
        assert mean_oral_dose(self.DIARY, first=days[0], last=days[-1]) == pytest.approx(slow)


class TestLaboratory:
    @pytest.mark.parametrize(
        ("creatinine_mg_dl", "age", "female"), [(1.0, 50, 1), (1.0, 50, 0), (0.6, 30, 1), (0.8, 18, 0), (2.5, 70, 0)]
    )
    def test_egfr_by_hand(self, creatinine_mg_dl: float, age: float, female: float) -> None:
        kappa, alpha, factor = (0.7, -0.241, 1.012) if female else (0.9, -0.302, 1.0)
        share = creatinine_mg_dl / kappa
        slow = 142 * min(share, 1) ** alpha * max(share, 1) ** -1.2 * 0.9938**age * factor
        found = float(egfr(np.array(creatinine_mg_dl * 88.4), age_years=np.array(age), is_female=np.array(female)))
        assert found == pytest.approx(slow)

    def test_units_and_ranges(self) -> None:
        assert converted("upcr", 500, unit="mg/g") == pytest.approx(56.56)
        assert converted("c3", 90, unit="mg/dL") == pytest.approx(0.9)
        with pytest.raises(ParameterError, match="is not a unit of c3"):
            converted("c3", 1, unit="mg")
        with pytest.raises(ParameterError, match="Did you mean creatinine"):
            converted("creatinin", 1, unit="mg/dL")
        assert is_low(0.7, lower_limit=0.9) is True
        assert is_low(0.9, lower_limit=0.9) is False
        assert is_low(0.7, lower_limit=None) is None
        assert is_high(31, upper_limit=30) is True

    def test_codes_are_adam_names(self) -> None:
        codes = [each.paramcd for each in analytes().values()]
        assert len(set(codes)) == len(codes)
        assert all(len(code) <= 8 and code.isalnum() and code.isupper() for code in codes)
