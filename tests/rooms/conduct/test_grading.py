"""CTCAE grades of laboratory values: every row of the table at its limits, the range, the baseline, what is missing."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given, strategies as st

from trials import on, state_of, study_of
from trialwright.conduct.analytes import analytes, packaged
from trialwright.conduct.grading import Bounds, Measure, grade, rules_for
from trialwright.conduct.laboratory import Suggestion, suggestions
from trialwright.vocabulary.events import (
    BaselineRecorded,
    Event,
    InfusionGiven,
    LaboratoryRangeSet,
    Measured,
    MeasurementsRecorded,
    ParticipantEnrolled,
)

ROWS = packaged("ctcae_v5_labs.csv")
RULES = [rule for key in analytes() for rule in rules_for(key)]


def at(value: str, **more: object) -> Measure:
    number = Fraction(value)
    return Measure(low=number, high=number, **more)  # type: ignore[arg-type]


def graded(analyte: str, value: str, *, direction: str = "", **more: object) -> int | None:
    rules = [rule for rule in rules_for(analyte) if not direction or rule.direction == direction]
    assert len(rules) == 1
    return grade(rules[0], at(value, **more)).grade


def test_every_row_is_read() -> None:
    assert len(RULES) == len(ROWS) == 28
    assert {row["analyte"] for row in ROWS} <= set(analytes())


@pytest.mark.parametrize(
    ("analyte", "direction", "limit", "values"),
    [
        # value: grade, at the limits of section 1.1
        ("haemoglobin", "low", "120", {"120": 0, "119.9": 1, "100": 1, "99.9": 2, "80": 2, "79.9": 3, "10": 3}),
        ("platelets", "low", "150", {"150": 0, "149": 1, "75": 1, "74": 2, "50": 2, "49": 3, "25": 3, "24": 4}),
        ("neutrophils", "low", "1.8", {"1.8": 0, "1.5": 1, "1.49": 2, "0.99": 3, "0.5": 3, "0.49": 4}),
        ("lymphocytes", "low", "1", {"1": 0, "0.8": 1, "0.79": 2, "0.5": 2, "0.49": 3, "0.19": 4}),
        ("lymphocytes", "high", "4", {"4": 0, "4.1": 2, "20": 2, "20.1": 3}),
        ("potassium", "high", "5", {"5": 0, "5.1": 1, "5.5": 1, "5.6": 2, "6": 2, "6.1": 3, "7": 3, "7.1": 4}),
        ("potassium", "low", "3.5", {"3.5": 0, "3.4": 1, "3.0": 1, "2.9": 3, "2.5": 3, "2.4": 4}),
        ("sodium", "low", "135", {"135": 0, "134": 1, "130": 1, "129": 2, "125": 2, "124": 3, "120": 3, "119": 4}),
        ("sodium", "low", "135", {"129.5": 2}),
        ("sodium", "high", "145", {"145": 0, "146": 1, "150": 1, "151": 2, "155": 2, "156": 3, "160": 3, "161": 4}),
        ("magnesium", "high", "1", {"1.1": 1, "1.23": 1, "1.24": 3, "3.3": 3, "3.31": 4}),
        ("glucose", "low", "3.9", {"3.8": 1, "3": 1, "2.9": 2, "2.1": 3, "1.6": 4}),
        ("triglycerides", "high", None, {"1.7": 0, "1.71": 1, "3.42": 1, "3.43": 2, "5.71": 3, "11.5": 4}),
        ("inr", "high", None, {"1.2": 0, "1.3": 1, "1.5": 1, "1.6": 2, "2.6": 3}),
        ("albumin", "low", "35", {"35": 0, "34": 1, "30": 1, "29": 2, "20": 2, "19": 3}),
        ("cpk", "high", "100", {"100": 0, "101": 1, "250": 1, "251": 2, "501": 3, "1001": 4}),
        ("aptt", "high", "40", {"40": 0, "41": 1, "60": 1, "61": 2, "101": 3, "400": 3}),
    ],
)
def test_grades_begin_where_the_table_says(
    analyte: str, direction: str, limit: str | None, values: dict[str, int]
) -> None:
    held = None if limit is None else Fraction(limit)
    found = {value: graded(analyte, value, direction=direction, limit=held) for value in values}
    assert found == values


class TestBaseline:
    ULN = Fraction(40)

    @pytest.mark.parametrize(
        ("value", "answer"), [("40", 0), ("41", 1), ("120", 1), ("121", 2), ("201", 3), ("801", 4)]
    )
    def test_a_normal_baseline_counts_multiples_of_uln(self, value: str, answer: int) -> None:
        assert graded("alt", value, limit=self.ULN, baseline=Fraction(20), baseline_abnormal=False) == answer

    @pytest.mark.parametrize(
        ("value", "answer"), [("100", 0), ("149", 0), ("150", 1), ("300", 1), ("301", 2), ("501", 3), ("2001", 4)]
    )
    def test_an_abnormal_baseline_counts_its_own_multiples(self, value: str, answer: int) -> None:
        assert graded("alt", value, limit=self.ULN, baseline=Fraction(100), baseline_abnormal=True) == answer

    def test_bilirubin_above_an_abnormal_baseline(self) -> None:
        of = {"limit": Fraction(20), "baseline": Fraction(30), "baseline_abnormal": True}
        assert [graded("bilirubin", value, **of) for value in ("30", "31", "45", "46", "91")] == [0, 1, 1, 2, 3]

    def test_creatinine_takes_the_higher_of_the_two(self) -> None:
        of = {"limit": Fraction(100), "baseline": Fraction(40), "baseline_abnormal": False}
        assert [graded("creatinine", value, **of) for value in ("60", "61", "120", "121", "301", "601")] == [
            *(0, 2, 2, 3, 3, 4)
        ]
        of = {"limit": Fraction(100), "baseline": Fraction(100), "baseline_abnormal": False}
        assert [graded("creatinine", value, **of) for value in ("101", "150", "151", "301")] == [1, 1, 2, 3]

    def test_what_is_missing_leaves_bounds(self) -> None:
        (alt,) = rules_for("alt")
        (creatinine,) = rules_for("creatinine")
        assert grade(alt, at("130", limit=self.ULN)) == Bounds(0, 2)
        assert grade(alt, at("30", limit=self.ULN)) == Bounds(0, 0), "normal whatever the baseline was"
        assert grade(alt, at("130")) == Bounds(0, 4)
        assert grade(creatinine, at("120", limit=Fraction(100))) == Bounds(1, 3)
        assert grade(creatinine, at("700", limit=Fraction(100))) == Bounds(4, 4)
        (haemoglobin,) = rules_for("haemoglobin")
        assert grade(haemoglobin, at("110")) == Bounds(0, 1)
        assert grade(haemoglobin, at("79")) == Bounds(3, 3)


@given(
    st.sampled_from(RULES),
    st.fractions(0, 1000, max_denominator=100),
    st.fractions(0, 1000, max_denominator=100),
    st.fractions(1, 200, max_denominator=10),
    st.fractions(1, 200, max_denominator=10),
)
def test_a_worse_value_never_has_a_lower_grade(
    rule: object, one: Fraction, other: Fraction, limit: Fraction, baseline: Fraction
) -> None:
    assert hasattr(rule, "direction")
    low, high = sorted((one, other))
    of = {"limit": limit, "baseline": baseline, "baseline_abnormal": baseline > limit}
    first, last = (grade(rule, Measure(low=value, high=value, **of)) for value in (low, high))  # type: ignore[arg-type]
    assert first.grade is not None
    assert last.grade is not None
    assert (first.grade <= last.grade) if rule.direction == "high" else (first.grade >= last.grade)


# In a trial

ENROLLED = ParticipantEnrolled(usubjid="P-1", on=on(0), dose_level=1)
SEX = BaselineRecorded(usubjid="P-1", on=on(0), characteristic="sex", value="F")
INFUSED = InfusionGiven(usubjid="P-1", on=on(5), dose_given=1.0)
RANGE = LaboratoryRangeSet(laboratory="central", test="ALT", unit="U/L", on=on(0), lower=5.0, upper=40.0)


def measured(day: int, value: float, *, test: str = "ALT", unit: str = "U/L", **more: object) -> MeasurementsRecorded:
    results = {test: Measured(value=value, unit=unit, **more)}  # type: ignore[arg-type]
    return MeasurementsRecorded(usubjid="P-1", on=on(day), visit="x", results=results, laboratory="central")


def found(*events: Event) -> tuple[Suggestion, ...]:
    study = study_of()
    late = sorted(events, key=lambda event: event.on)  # type: ignore[attr-defined]
    return suggestions(study, state_of(study, ENROLLED, *late), usubjid="P-1")


class TestInATrial:
    def test_the_baseline_is_the_last_value_before_the_first_infusion(self) -> None:
        before, last, same_day, after = found(
            RANGE, measured(1, 20.0), measured(4, 100.0), INFUSED, measured(5, 30.0), measured(6, 160.0)
        )
        assert (after.grade, after.baseline_grade, after.shift) == (1, 0, 1)
        assert after.baseline is last.result
        assert before.grade == 0
        assert same_day.grade == 0

    def test_without_a_baseline_or_a_range_nothing_is_guessed(self) -> None:
        (only,) = found(RANGE, INFUSED, measured(6, 130.0))
        assert (only.grade, only.shift) == (None, None)
        assert only.why is not None
        assert only.why.said("en") == "grade 0 to 2: the baseline is not known"
        (only,) = found(INFUSED, measured(6, 130.0))
        assert only.why is not None
        assert only.why.said("fr") == "grade 0 à 4 : les valeurs de référence du laboratoire sont inconnues"

    def test_values_and_ranges_are_converted(self) -> None:
        held = replace(RANGE, test="creatinine", unit="mg/dL", lower=0.5, upper=1.0)
        before = measured(1, 88.0, test="creatinine", unit="µmol/L")
        after = measured(6, 1.6, test="creatinine", unit="mg/dL")
        results = found(held, before, INFUSED, after)
        assert [one.grade for one in results] == [0, 2]

    @pytest.mark.parametrize(
        ("unit", "why"), [("", "no unit is recorded"), ("points", "45 points cannot be converted to U/L")]
    )
    def test_a_unit_that_is_missing_or_does_not_fit(self, unit: str, why: str) -> None:
        (only,) = found(RANGE, INFUSED, measured(6, 45.0, unit=unit))
        assert only.bounds is None
        assert only.why is not None
        assert why in only.why.said("en")

    def test_below_what_can_be_measured(self) -> None:
        (only,) = found(INFUSED, measured(6, 25.0, test="platelets", unit="G/L", limit="<"))
        assert only.grade == 4
        (only,) = found(INFUSED, measured(6, 60.0, test="platelets", unit="G/L", limit="<"))
        assert only.bounds == Bounds(2, 4)

    def test_the_range_of_the_laboratory_the_day_the_sex_and_the_age(self) -> None:
        hb = replace(RANGE, test="Hb", unit="g/dL", lower=13.0, upper=17.0)
        female = replace(hb, lower=12.0, sex="female")
        low = measured(6, 12.5, test="Hb", unit="g/dL")
        assert [one.grade for one in found(hb, INFUSED, low)] == [1]
        assert [one.grade for one in found(SEX, hb, female, INFUSED, low)] == [0]
        assert [one.grade for one in found(hb, female, INFUSED, low)] == [None], "the sex is not known"
        assert [one.grade for one in found(SEX, replace(female, sex="male"), INFUSED, low)] == [None]
        assert [one.grade for one in found(hb, replace(hb, lower=12.0, on=on(6)), INFUSED, low)] == [0]
        assert [one.grade for one in found(hb, replace(hb, lower=12.0, on=on(7)), INFUSED, low)] == [1]
        assert [one.grade for one in found(replace(hb, laboratory="other"), INFUSED, low)] == [None]
        young = replace(hb, lower=11.0, age_below=18.0)
        age = BaselineRecorded(usubjid="P-1", on=on(0), characteristic="age", value=17.0)
        assert [one.grade for one in found(age, hb, young, INFUSED, low)] == [0]
        assert [one.grade for one in found(replace(age, value=18.0), hb, young, INFUSED, low)] == [1]
