"""Activity over the visits: what is known, what is missing, what was not due; counted by hand."""

from __future__ import annotations

from datetime import timedelta

import pytest

from followed import PEOPLE, VISITS, followed_case, followed_study
from trials import DAY_0, state_of
from trialwright.analysis import case_of
from trialwright.analysis.activity import BASELINE, VisitRow, When, activity
from trialwright.vocabulary.events import AssessmentRecorded, InfusionGiven, ParticipantEnrolled


def rows(day: int = 800) -> dict[tuple[str, int | None], VisitRow]:
    pga = activity(followed_case(day=day))[0]
    return {(row.when.name, row.dose_level): row for row in pga.rows}


def test_visits_come_in_the_order_of_their_days_after_baseline() -> None:
    assert activity(followed_case())[0].visits == (BASELINE, *(When(name) for name in VISITS))


def test_values_and_changes_are_those_recorded() -> None:
    month_3 = rows()["Month 3", None]
    assert month_3.values == (0.5, 1.5, 2.0, 0.0, 0.5, 0.5, 1.0)
    assert month_3.changes == (-1.5, -1.0, 0.5, -2.0, -2.5, -1.5, -0.75)
    assert (month_3.summary.median, month_3.summary.minimum, month_3.summary.maximum) == (0.5, 0.0, 2.0)
    assert month_3.change is not None
    assert month_3.change.median == -1.5
    assert rows()["Month 3", 2].values == (0.0, 0.5, 0.5, 1.0)
    assert rows()["", None].change is None


def test_a_missed_visit_is_missing_and_one_after_the_end_is_not_expected() -> None:
    found = rows()
    assert [found[name, None].summary.missing for name in VISITS] == [1, 0, 0, 0]
    assert [found[name, None].summary.n for name in VISITS] == [6, 7, 5, 5]


def test_a_visit_that_is_not_due_yet_is_not_missing() -> None:
    case = followed_case(day=100)
    pga = activity(case)[0]
    late = [one for course in pga.people for one in course if one.when.name in ("Month 6", "Month 12")]
    assert {one.standing for one in late if one.value is None} == {"not expected"}


def test_the_change_in_the_middle_with_its_exact_test() -> None:
    month_3 = next(one for one in activity(followed_case())[0].changes if one.when.name == "Month 3")
    # Seven changes with ranks 1, 2, 3, 4.5, 4.5, 6, 7 of |change|; only 0.5, rank 1, went up: V = 1.
    assert month_3.p == pytest.approx(2 * 2 / 2**7)
    assert (month_3.n, month_3.n_zero) == (7, 0)
    assert month_3.limits is not None
    assert month_3.limits[2] >= 0.95
    month_6 = next(one for one in activity(followed_case())[0].changes if one.when.name == "Month 6")
    assert month_6.limits is None, "five cannot give 95 %"


def test_an_index_that_nobody_recorded_says_so() -> None:
    sledai = activity(followed_case())[1]
    assert not sledai.is_recorded
    assert not sledai.is_followed
    assert all(row.summary.n == 0 and row.summary.median is None for row in sledai.rows)


def test_of_two_assessments_at_a_visit_the_last_recorded_counts() -> None:
    study = followed_study()
    start = [
        ParticipantEnrolled(usubjid="P-1", on=DAY_0, dose_level=1),
        InfusionGiven(usubjid="P-1", on=DAY_0, infusion_number=1, dose_given=1.0),
    ]
    said = [
        AssessmentRecorded(
            usubjid="P-1", on=DAY_0 + timedelta(days=30), visit="Month 1", instrument="pga", items={"pga": value}
        )
        for value in (2.0, 1.0)
    ]
    case = case_of(study, state_of(study, *start, *said), on=DAY_0 + timedelta(days=60))
    pga = activity(case)[0]
    assert [one.value for one in pga.people[0]] == [None, 1.0, None, None, None]
    assert pga.people[0][0].standing == "missing"
    assert pga.changes == (), "without a baseline there is no change"


def test_a_score_that_is_not_certain_is_missing() -> None:
    study = followed_study()
    events = [
        ParticipantEnrolled(usubjid="P-1", on=DAY_0, dose_level=1),
        InfusionGiven(usubjid="P-1", on=DAY_0, infusion_number=1, dose_given=1.0),
        AssessmentRecorded(
            usubjid="P-1",
            on=DAY_0 + timedelta(days=30),
            visit="Month 1",
            instrument="sledai-2k",
            items={"arthritis": True},
        ),
    ]
    sledai = activity(case_of(study, state_of(study, *events), on=DAY_0 + timedelta(days=60)))[1]
    one = sledai.people[0][1]
    assert (one.standing, one.value) == ("missing", None)
    assert one.score is not None
    assert one.score.lower == 4


def test_an_earlier_day_knows_less() -> None:
    assert len(PEOPLE) == 7
    early = activity(followed_case(day=70))[0]
    assert len(early.people) == 7, "the state is what is folded; the day says what was due"
    assert all(one.standing != "missing" for course in early.people for one in course if one.when.name == "Month 12")
