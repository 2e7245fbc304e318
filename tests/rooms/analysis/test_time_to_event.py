"""Time to event: times and censoring by hand, Aalen and Johansen against another program, and Kaplan and Meier."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from followed import PEOPLE, followed_case, followed_study
from trials import DAY_0, state_of
from trialwright.analysis import case_of
from trialwright.analysis.response_course import endpoint_courses
from trialwright.analysis.time_to_event import EventTime, deaths, event_times, lines
from trialwright.numerics.competing_risks import cumulative_incidence
from trialwright.numerics.survival import kaplan_meier
from trialwright.vocabulary.events import Event, InfusionGiven, ParticipantEnrolled, ResponseAssessed

TIMES = st.lists(st.tuples(st.integers(1, 12), st.integers(0, 2)), min_size=1, max_size=12)


def analysed(name: str) -> EventTime:
    case = followed_case()
    return next(one for one in event_times(case, endpoint_courses(case)) if one.endpoint.name == name)


def test_a_flare_is_found_at_its_visit_and_who_dies_first_did_not_have_it() -> None:
    flare = analysed("flare")
    assert {one.usubjid: (one.days, one.outcome) for one in flare.people} == {
        "P-1": (360, "censored"),
        "P-2": (90, "event"),
        "P-3": (90, "event"),
        "P-4": (360, "censored"),
        "P-5": (180, "event"),
        "P-6": (150, "died"),
        "P-7": (360, "censored"),
    }
    everybody = flare.groups[0]
    assert (everybody.n, everybody.events) == (7, 3)
    assert everybody.curve.survival.tolist() == pytest.approx([5 / 7, 5 / 7, 5 / 7 * 3 / 4, 5 / 7 * 3 / 4])
    assert [at.at_risk for at in everybody.at] == [7, 7, 7, 4, 3]
    assert everybody.median is None
    assert flare.competing is not None
    assert flare.competing.cumulative[-1].tolist() == pytest.approx([3 / 7, 1 / 7])


def test_a_remission_is_counted_from_its_first_visit_and_censored_while_it_lasts() -> None:
    quiet = analysed("quiet")
    assert {one.usubjid: (one.days, one.outcome) for one in quiet.people} == {
        "P-1": (270, "censored"),
        "P-4": (330, "censored"),
        "P-5": (90, "event"),
        "P-6": (60, "died"),
        "P-7": (180, "censored"),
    }
    assert quiet.without == ("P-2", "P-3")


def test_a_death_is_known_from_the_event_or_from_the_end_of_follow_up() -> None:
    assert deaths(followed_case()) == {"P-6": 150}


def test_a_flare_at_an_unscheduled_visit_is_not_lost_to_the_next_one() -> None:
    study = followed_study()
    happened: list[Event] = [
        ParticipantEnrolled(usubjid="P-1", on=DAY_0, dose_level=1),
        InfusionGiven(usubjid="P-1", on=DAY_0, infusion_number=1, dose_given=1.0),
    ]
    for day, met in ((40, True), (60, False)):
        on = DAY_0 + timedelta(days=day)
        happened.append(ResponseAssessed(usubjid="P-1", on=on, endpoint="flare", visit="Unscheduled", met=met))
    case = case_of(study, state_of(study, *happened), on=DAY_0 + timedelta(days=70))
    flare = next(one for one in event_times(case, endpoint_courses(case)) if one.endpoint.kind == "flare")
    assert [(one.days, one.outcome) for one in flare.people] == [(40, "event")]


def test_one_line_for_each_participant() -> None:
    case = followed_case()
    found = {one.usubjid: one for one in lines(case, endpoint_courses(case))}
    assert found["P-6"].death == 150
    assert found["P-6"].severe == ((150, False),)
    assert found["P-5"].flares == ((180, False), (360, False))
    assert found["P-1"].window_ends == 10
    assert (found["P-3"].end, found["P-3"].is_open) == (120, False)


def test_nobody_and_nothing_is_no_curve() -> None:
    assert event_times(followed_case(()), endpoint_courses(followed_case(()))) != ()
    assert all(one.people == () and one.groups == () for one in _of(()))
    silent = (1, (None, None, None, None, None), (None, None, None, None), 365)
    assert all(one.people == () and one.without == ("P-1",) for one in _of((silent,)))


def _of(people: tuple) -> tuple[EventTime, ...]:  # type: ignore[type-arg]
    case = followed_case(people)
    return event_times(case, endpoint_courses(case))


def test_aalen_and_johansen_agree_with_another_program() -> None:
    duration = pytest.importorskip("statsmodels.duration.survfunc")
    time = np.array([3, 5, 5, 8, 9, 12, 12, 15, 20, 21], float)
    cause = np.array([1, 0, 2, 1, 2, 1, 0, 0, 1, 0])
    theirs = duration.CumIncidenceRight(time, cause)
    ours = cumulative_incidence(time, cause, causes=2)
    for kind in (0, 1):
        at = np.searchsorted(ours.time, theirs.times)
        assert ours.cumulative[at, kind] == pytest.approx(theirs.cinc[kind])


@settings(max_examples=40)
@given(TIMES)
def test_the_shares_add_up_and_one_cause_alone_is_one_minus_kaplan_and_meier(data: list[tuple[int, int]]) -> None:
    time, cause = zip(*data, strict=True)
    ours = cumulative_incidence(time, cause, causes=2)
    assert ours.cumulative.sum(axis=1) + ours.free == pytest.approx(np.ones(len(ours.time)))
    alone = cumulative_incidence(time, np.minimum(cause, 1), causes=1)
    curve = kaplan_meier(time, np.array(cause) > 0)
    assert alone.cumulative[:, 0] == pytest.approx(1 - curve.survival)


def test_a_cause_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValueError, match="a cause is a whole number"):
        cumulative_incidence([1.0], [3], causes=2)
    assert len(PEOPLE) == 7
