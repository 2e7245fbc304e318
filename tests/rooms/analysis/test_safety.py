"""Populations, events, rates, boundaries, laboratory, liver: numbers counted by hand, answers that stay unknown."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, strategies as st
from scipy import stats

from safety_trial import PEOPLE, TESTS, case, coded, enrolled, event, everything, infused, measured, ranges, study
from trials import ELSEWHERE, on, protocol_text
from trialwright.analysis import Case
from trialwright.analysis.adverse_events import listing, overview
from trialwright.analysis.event_rates import by_infusion, by_relapse, rates
from trialwright.analysis.exposure import exposure_by_level, exposures
from trialwright.analysis.grade_shifts import WORST, grade_shifts
from trialwright.analysis.liver import Limit, Peak, liver
from trialwright.analysis.measurements import Measurement, measurements, summary
from trialwright.analysis.populations import populations
from trialwright.analysis.terms import terms
from trialwright.analysis.toxicity import toxicity
from trialwright.protocol import parse_protocol
from trialwright.vocabulary.errors import ProtocolError
from trialwright.vocabulary.events import (
    AdverseEventFollowed,
    BatchMade,
    BatchReleased,
    DonationRegistered,
    Event,
    FollowUpEnded,
    Interruption,
    LaboratoryRangeSet,
    Measured,
    MeasurementsRecorded,
)


@pytest.fixture(scope="module")
def whole() -> Case:
    """The whole made-up trial."""
    return case()


def reasons(of: Case, name: str) -> dict[str, str]:
    """Why each participant is out of a population, in English."""
    population = next(one for one in populations(of) if one.name == name)
    return {one.usubjid: one.why.said("en", **one.values) for one in population.excluded}


class TestPopulations:
    def test_everybody_is_in_or_out_with_a_reason(self, whole: Case) -> None:
        for one in populations(whole):
            assert {*one.members, *(out.usubjid for out in one.excluded)} == set(PEOPLE)
        assert reasons(whole, "safety") == {}
        assert reasons(whole, "dose_determining") == {
            "P-8": "left on 21 Jan 2024, before the end of the DLT window, without a DLT"
        }

    def test_reasons_of_those_on_their_way(self) -> None:
        unjudged = event("AE-9", "P-6", day=36, term="rash", grade=3, related=None)
        somewhere = case(
            *(enrolled(who) for who in ("P-1", "P-2", "P-5", "P-6")),
            FollowUpEnded(usubjid="P-1", on=on(3), completed=False, how="no product"),
            *infused("P-5"),
            *infused("P-6"),
            *infused("P-6", number=2, day=35),
            unjudged,
            at=60,
        )
        assert reasons(somewhere, "safety") == {
            "P-1": "left on 4 Jan 2024 before any infusion",
            "P-2": "not infused by the data cut",
        }
        assert reasons(somewhere, "dose_determining") == {
            "P-1": "left on 4 Jan 2024 before any infusion",
            "P-2": "not infused by the data cut",
            "P-5": "1 of 2 planned infusions given; the DLT window counts from the last",
            "P-6": "an adverse event that may be dose-limiting has not been judged yet",
        }
        at_36 = case(enrolled("P-6"), *infused("P-6"), *infused("P-6", number=2, day=35), at=36)
        assert reasons(at_36, "dose_determining") == {"P-6": "the DLT window lasts until 15 Feb 2024"}


class TestEvents:
    def test_people_and_events_of_every_kind(self, whole: Case) -> None:
        found = {one.kind: (one.total.people, one.total.events) for one in overview(whole, listing(whole))}
        assert found["any"] == (5, 8)
        assert found["emergent"] == (5, 7)
        assert found["grade_3_or_more"] == (2, 2)
        assert found["serious"] == (1, 1)
        assert found["serious_unknown"] == (1, 1)
        assert found["interest:infusion-reaction"] == (1, 1)
        assert found["interest:infection"] == (2, 3)

    def test_an_event_that_rises_after_the_infusion_is_treatment_emergent(self) -> None:
        before = event("AE-1", "P-1", day=3, term="headache", grade=1)
        facts = (enrolled("P-1"), before, *infused("P-1"))
        for grade, emergent in ((2, True), (1, False)):
            later = AdverseEventFollowed(ae="AE-1", on=on(9), grade=grade)
            (only,) = listing(case(*facts, later))
            assert only.emergent is emergent
            assert only.infusion == (1 if emergent else 0)

    def test_terms_stand_in_the_written_order(self, whole: Case) -> None:
        rows = [(row.soc, row.pt, row.total.people, row.total.events) for row in terms(whole, listing(whole))]
        infections = "Infections and infestations"
        assert rows == [
            (infections, "", 2, 3),
            (infections, "Bronchitis", 1, 1),
            (infections, "Nasopharyngitis", 1, 1),
            (infections, "Pneumonia", 1, 1),
            ("Injury, poisoning and procedural complications", "", 1, 1),
            ("Injury, poisoning and procedural complications", "Infusion related reaction", 1, 1),
            ("", "", 3, 3),
            ("", "tiredness", 2, 2),
            ("", "arthritis", 1, 1),
        ]

    def test_people_count_once_by_their_worst_grade(self, whole: Case) -> None:
        first = terms(whole, listing(whole))[0]
        assert first.total_grades.people == (0, 1, 1, 0, 0)  # P-2: grades 1 and 2 rising to 3; P-5: grade 2
        assert [one.severe for one in first.grades] == [1, 0, 0]

    def test_rates_are_events_for_the_days_at_risk(self, whole: Case) -> None:
        emergent = rates(whole, listing(whole))[0]
        days = 7 * (90 - 7 + 1) + (20 - 7 + 1)
        assert (emergent.total.events, emergent.total.days) == (7, days)
        years = days / 365.25
        assert emergent.total.rate == pytest.approx(7 / years)
        assert emergent.total.lower == pytest.approx(stats.chi2.ppf(0.025, 14) / 2 / years)
        assert emergent.total.upper == pytest.approx(stats.chi2.ppf(0.975, 16) / 2 / years)
        assert emergent.levels[2].rate is None

    def test_infusions_share_the_days_between_them(self, whole: Case) -> None:
        first, second = by_infusion(whole, listing(whole))
        assert (first.given_to, first.rate.days, first.emerged.events) == (8, 7 * 28 + 14, 2)
        assert (second.given_to, second.rate.days, second.emerged.events) == (7, 7 * 56, 5)
        assert first.rate.days + second.rate.days == rates(whole, listing(whole))[0].total.days
        assert (first.tied, second.tied) == (6, 1)  # as the record says, which nobody stated for most

    def test_an_event_on_the_day_of_the_second_infusion_counts_for_it(self, whole: Case) -> None:
        (on_the_day,) = (one for one in listing(whole) if one.known.event.ae == "AE-5")
        assert on_the_day.infusion == 2

    def test_what_nobody_said_of_a_relapse_is_not_no(self, whole: Case) -> None:
        emergent = by_relapse(whole, listing(whole))[0]
        assert (emergent.before.events, emergent.after.events, emergent.not_said.events) == (0, 1, 6)
        silent = case(*(one for one in everything() if getattr(one, "ae", "") != "AE-8"))
        assert by_relapse(silent, listing(silent)) == ()


class TestBoundaries:
    def test_the_least_number_that_stops_is_that_of_the_posterior(self, whole: Case) -> None:
        found = toxicity(whole).boundaries
        by_level = [one for one in found if one.rule == "stop_when_too_toxic"]
        assert [(one.n, one.stop_at, one.reached) for one in by_level] == [
            (4, 3, False),
            (3, 2, False),
            (0, None, False),
        ]
        for one in by_level[:2]:
            above = [stats.beta.sf(0.25, 1 + y, 1 + one.n - y) for y in range(one.n + 1)]
            assert one.stop_at == next(y for y, p in enumerate(above) if p > 0.9)
            assert one.exceedance == pytest.approx(above[one.n_dlt])
        (fixed,) = (one for one in found if one.rule == "stop_at_boundary")
        assert (fixed.dose_level, fixed.n, fixed.stop_at) == (0, 7, 3)

    def test_each_level_alone_is_a_beta_posterior(self, whole: Case) -> None:
        level = toxicity(whole).levels[0]
        assert level.alone.mean == pytest.approx(1 / 6)
        assert level.alone.upper == pytest.approx(stats.beta.ppf(0.95, 1, 5))
        assert level.alone.above == pytest.approx([stats.beta.sf(rate, 1, 5) for rate in (0.2, 0.3)])


class TestExposure:
    def test_levels_sum_up_their_infusions(self, whole: Case) -> None:
        first, second, every = exposure_by_level(whole, exposures(whole))
        assert (first.people, first.infusions, first.planned) == (4, 8, 8)
        assert (second.people, second.infusions, second.planned) == (4, 7, 8)
        assert (every.ratio.median, every.minutes.n, every.specification_unknown) == (1.0, 0, 15)


def measurement_of(whole: Case, name: str) -> Measurement:
    return next(one for one in measurements(whole) if one.name.en == name)


class TestMeasurements:
    def test_missing_is_who_came_or_should_have_come(self, whole: Case) -> None:
        rows = measurement_of(whole, "ALT").rows
        found = [(row.visit.en, row.infusion, row.dose_level, row.values.n, row.missing) for row in rows]
        assert found[:3] == [("Baseline", None, 1, 4, 0), ("Baseline", None, 2, 4, 0), ("Baseline", None, 0, 8, 0)]
        assert ("Day 1", 1, 2, 3, 1) in found  # P-8 left without it
        assert ("Week 2", 2, 1, 3, 1) in found  # P-4 missed it
        assert found[-1] == ("Week 2", 2, 0, 6, 1)

    def test_change_counts_those_with_a_baseline_only(self) -> None:
        (alt,) = (
            one
            for one in measurements(
                case(
                    *ranges(),
                    enrolled("P-1"),
                    enrolled("P-2"),
                    measured("P-1", day=6, visit="Baseline", alt=20.0),
                    *infused("P-1"),
                    *infused("P-2"),
                    measured("P-1", day=8, visit="Day 1", alt=50.0),
                    measured("P-2", day=8, visit="Day 1", alt=30.0),
                )
            )
            if one.name.en == "ALT"
        )
        day_1 = next(row for row in alt.rows if row.visit.en == "Day 1")
        assert day_1.values.values == (30.0, 50.0)
        assert day_1.change is not None
        assert day_1.change.values == (30.0,)

    def test_units_are_those_of_the_protocol_and_what_does_not_convert_is_counted(self) -> None:
        def one(value: float | str | None, unit: str, limit: str = "") -> Event:
            results = {"haemoglobin": Measured(value=value, unit=unit, limit=limit)}  # type: ignore[arg-type]
            return MeasurementsRecorded(usubjid="P-1", on=on(8), visit="Day 1", results=results)

        given = (one(12.5, "g/dL"), one(7.0, "mmHg"), one(120.0, ""), one(None, "g/L"), one(50.0, "g/L", "<"))
        found = measurement_of(case(enrolled("P-1"), *infused("P-1"), *given), "haemoglobin")
        assert [(value.value, value.limited) for value in found.values] == [(125.0, False), (50.0, True)]
        assert found.unusable == 3

    @given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=30))
    def test_summaries_are_those_of_the_sorted_values(self, values: list[float]) -> None:
        found = summary(values)
        assert (found.n, found.lowest, found.highest) == (len(values), min(values), max(values))
        ordered = sorted(values)
        place = (len(values) - 1) * 0.25
        low, high = ordered[math.floor(place)], ordered[math.ceil(place)]
        assert found.lower == pytest.approx(low + (high - low) * (place % 1), rel=1e-9, abs=1e-9)
        assert (found.mean is None) == (len(values) < 5)
        if found.mean is not None:
            assert found.deviation == pytest.approx(np.std(values, ddof=1))


class TestShifts:
    def test_everybody_infused_is_in_every_term_once(self, whole: Case) -> None:
        rows = grade_shifts(whole)
        for term in {row.term for row in rows}:
            assert sum(row.of for row in rows if row.term == term) == len(PEOPLE)

    def test_the_worst_grade_after_the_infusion(self, whole: Case) -> None:
        found = {(row.term, row.baseline): dict(zip(WORST, row.people, strict=True)) for row in grade_shifts(whole)}
        alt = found["Alanine aminotransferase increased", 0]
        assert (alt[0], alt[2], alt["no value"]) == (6, 1, 1)  # P-1: 180 of 40 is 4.5 x ULN; P-8 left
        assert found["Neutrophil count decreased", 0][2] == 1  # P-5: 1.4

    def test_without_a_range_the_worst_grade_is_not_guessed(self) -> None:
        unknown = case(enrolled("P-1"), *infused("P-1"), measured("P-1", day=8, visit="Day 1", alt=90.0))
        (row,) = (one for one in grade_shifts(unknown) if one.term.startswith("Alanine"))
        assert row.baseline is None
        assert dict(zip(WORST, row.people, strict=True))["not gradable"] == 1


def candidate(*given: Event, with_ranges: bool = True) -> bool | None:
    """Whether P-1 is a candidate by Hy's law."""
    facts = (*(ranges() if with_ranges else ()), enrolled("P-1"), *infused("P-1"), *given)
    of = case(*facts)
    (row,) = liver(of, measurements(of))
    return row.candidate


def values(day: int, **multiples: float | None) -> Event:
    """Values of a day in multiples of the upper limits."""
    names = {"alt": "ALT", "ast": "AST", "bilirubin": "total bilirubin", "alp": "alkaline phosphatase"}
    results = {
        names[key]: Measured(value=None if times is None else times * (TESTS[names[key]][2]), unit=TESTS[names[key]][0])
        for key, times in multiples.items()
    }
    return MeasurementsRecorded(usubjid="P-1", on=on(day), visit="x", results=results, laboratory="central")


class TestLiver:
    def test_both_limits_without_cholestasis(self) -> None:
        assert candidate(values(8, alt=3.1, ast=1.0, bilirubin=2.1, alp=1.9)) is True

    def test_three_times_the_limit_itself_counts(self) -> None:
        """The guidance of 2009 says threefold or greater; of bilirubin it says above twice."""
        assert candidate(values(8, alt=3.0, ast=1.0, bilirubin=2.1, alp=1.9)) is True
        assert candidate(values(8, alt=3.0, ast=1.0, bilirubin=2.0, alp=1.9)) is False

    @pytest.mark.parametrize(
        ("limit", "operator", "times", "met"),
        [
            (">", ">=", 3, True),
            (">", ">=", 2, None),
            ("<", ">=", 3, False),
            ("<", ">=", 4, None),
            (">", "<", 2, False),
            (">", "<", 1, None),
            ("<", "<", 2, True),
            ("<", "<", 3, None),
        ],
    )
    def test_what_could_not_be_measured(self, limit: str, operator: str, times: float, met: bool | None) -> None:
        """Above 3 times is at least 3 times; below 3 times is not; beyond that it stays open."""
        asked = Limit("alt", operator, Fraction(3 if operator == ">=" else 2), "", "", "")
        assert Peak(times, 8, on(8), limit).meets(asked) is met

    @pytest.mark.parametrize(
        "times",
        [
            {"alt": 2.9, "ast": 2.9, "bilirubin": 5.0, "alp": 1.0},
            {"alt": 9.0, "ast": 9.0, "bilirubin": 2.0, "alp": 1.0},
            {"alt": 9.0, "ast": 9.0, "bilirubin": 5.0, "alp": 2.0},  # twice the limit is not below it
        ],
    )
    def test_a_limit_that_is_not_passed_is_enough_for_no(self, times: dict[str, float]) -> None:
        assert candidate(values(8, **times)) is False

    def test_the_limits_may_be_passed_on_different_days(self) -> None:
        assert candidate(values(8, ast=4.0, bilirubin=1.0, alp=1.0), values(20, ast=1.0, bilirubin=3.0)) is True

    def test_cholestasis_that_comes_later_takes_nothing_back(self) -> None:
        assert candidate(values(8, alt=4.0, bilirubin=3.0, alp=1.0), values(20, alp=3.0)) is True

    def test_before_the_infusion_does_not_count(self) -> None:
        assert candidate(values(3, alt=9.0, bilirubin=9.0, alp=1.0), values(8, alt=1.0, bilirubin=1.0)) is False

    def test_what_is_not_known_stays_unknown(self) -> None:
        assert candidate(values(8, alt=4.0, bilirubin=3.0)) is None  # no alkaline phosphatase
        assert candidate(values(8, alt=4.0, alp=1.0)) is None  # no bilirubin
        assert candidate(values(8, alt=4.0, bilirubin=3.0, alp=1.0), with_ranges=False) is None
        assert candidate(values(8, alt=1.0, alp=1.0)) is False  # whatever the bilirubin was

    def test_the_range_converts(self) -> None:
        held = LaboratoryRangeSet(laboratory="central", test="total bilirubin", unit="mg/dL", on=on(1), upper=1.0)
        given = (held, values(8, alt=4.0, alp=1.0), values(9, bilirubin=1.0))  # 20 µmol/L is 1.17 mg/dL
        assert candidate(*given) is False


def test_a_batch_out_of_specification_is_counted() -> None:
    product = (
        DonationRegistered(donation="D-1", donor="DONOR-1", on=on(0)),
        BatchMade(batch="B-1", on=on(0), donations=("D-1",), expires_on=on(900)),
        BatchReleased(batch="B-1", on=on(1), in_specification=False, failed=("viability",), justification="x"),
    )
    of = case(*product, enrolled("P-1"), *infused("P-1"))
    (level,) = exposure_by_level(of, exposures(of))
    assert (level.infusions, level.out_of_specification, level.specification_unknown) == (1, 1, 0)


def test_minutes_leave_interruptions_out() -> None:
    at = datetime(2024, 1, 8, 9, tzinfo=UTC)
    pause = Interruption(began=at + timedelta(minutes=10), resumed=at + timedelta(minutes=25))
    release, given = infused("P-1")
    timed = replace(given, began=at, ended=at + timedelta(hours=1), interruptions=(pause,))  # type: ignore[call-arg]
    (one,) = exposures(case(enrolled("P-1"), release, timed))
    assert (one.minutes, one.interruptions, one.volume_ml) == (45.0, 1, None)


def test_special_interest_needs_words_and_one_name_each() -> None:
    kind = (
        '\n[[safety.special_interest]]\nname = "a"\ntitle = { en = "A", fr = "A" }\nsource = "s"\nstatus = "choice"\n'
    )
    with pytest.raises(ProtocolError) as raised:
        parse_protocol(protocol_text(extra=ELSEWHERE + "\n[safety]\n" + kind + kind).encode())
    said = [(one.place, one.allowed) for one in raised.value.findings]
    assert ("safety.special_interest[1].name", "is the name of another kind") in said
    assert ("safety.special_interest[2].terms", "needs a term or a system organ class") in said


def test_coding_moves_an_event_to_its_class() -> None:
    facts = (enrolled("P-1"), *infused("P-1"), event("AE-1", "P-1", day=8, term="cold", grade=1))
    assert [row.soc for row in terms(case(*facts), listing(case(*facts)))] == ["", ""]
    of = case(*facts, coded("AE-1", day=9, pt="Nasopharyngitis", soc="Infections and infestations"))
    assert [(row.soc, row.pt, row.coded) for row in terms(of, listing(of))] == [
        ("Infections and infestations", "", True),
        ("Infections and infestations", "Nasopharyngitis", True),
    ]
    assert study().safety.special_interest[1].name in listing(of)[0].interests
