"""The calendar: visits counted from each infusion, in their windows, late, missed, missing."""

from __future__ import annotations

import pytest

from trials import ELSEWHERE, on, protocol_text, state_of
from trialwright.conduct.visits import Appointment, calendar, next_visit
from trialwright.protocol import Study, parse_protocol
from trialwright.vocabulary.errors import ProtocolError
from trialwright.vocabulary.events import (
    AssessmentRecorded,
    ConsentWithdrawn,
    Event,
    FollowUpEnded,
    InfusionGiven,
    Measured,
    MeasurementsRecorded,
    ParticipantEnrolled,
    VisitHeld,
    VisitMissed,
)

PLAN = """
[[visits]]
name = { en = "Week 1", fr = "Semaine 1" }
day = 7
window_days = 2
infusion = "each"

[[visits]]
name = { en = "Month 1", fr = "Mois 1" }
day = 30

[[visits]]
name = { en = "Last", fr = "Dernière" }
day = 20
window_days = 0
infusion = 2

[[laboratory]]
name = { en = "ALT", fr = "ALAT" }
unit = "U/L"
visits = ["Week 1"]
"""


def plan(extra: str = PLAN) -> Study:
    return parse_protocol(protocol_text(extra=ELSEWHERE + extra).encode())


ENROLLED = ParticipantEnrolled(usubjid="P-1", on=on(0), dose_level=1)
FIRST = InfusionGiven(usubjid="P-1", on=on(1), dose_given=1.0)
SECOND = InfusionGiven(usubjid="P-1", on=on(10), dose_given=1.0, infusion_number=2)


def held(day: int, visit: str = "Week 1", number: int | None = None) -> VisitHeld:
    return VisitHeld(usubjid="P-1", on=on(day), visit=visit, infusion_number=number)


def appointments(*events: Event, day: int) -> tuple[Appointment, ...]:
    study = plan()
    late = [(60, one) for one in events]
    return calendar(study, state_of(study, ENROLLED, *late), on=on(day))


def standing(*events: Event, day: int) -> dict[tuple[str, int], str]:
    return {(one.visit.en, one.infusion_number): one.standing for one in appointments(*events, day=day)}


@pytest.mark.parametrize(
    ("day", "expected"), [(5, "not yet due"), (6, "due"), (8, "due"), (10, "due"), (11, "missing")]
)
def test_a_visit_is_due_within_its_window(day: int, expected: str) -> None:
    assert standing(FIRST, day=day)["Week 1", 1] == expected


@pytest.mark.parametrize(
    ("day", "expected"), [(5, "held early"), (6, "held in window"), (10, "held in window"), (11, "held late")]
)
def test_a_visit_that_took_place(day: int, expected: str) -> None:
    assert standing(FIRST, held(day), day=50)["Week 1", 1] == expected


def test_without_a_window_nothing_is_late() -> None:
    assert standing(FIRST, day=30)["Month 1", 1] == "not yet due"
    assert standing(FIRST, day=200)["Month 1", 1] == "due"
    assert standing(FIRST, held(99, "Month 1"), day=200)["Month 1", 1] == "held"


def test_visits_are_counted_from_their_own_infusion() -> None:
    found = {
        (one.visit.en, one.infusion_number): one for one in appointments(FIRST, SECOND, held(17, number=2), day=50)
    }
    assert set(found) == {("Week 1", 1), ("Week 1", 2), ("Month 1", 1), ("Last", 2)}
    assert found["Week 1", 2].planned == on(17)
    assert (found["Week 1", 1].standing, found["Week 1", 2].standing) == ("missing", "held in window")
    assert found["Last", 2].planned == on(30)
    assert standing(FIRST, day=50)["Last", 2] == "not yet due", "the second infusion has not been given"


def test_missed_and_not_expected() -> None:
    missed = VisitMissed(usubjid="P-1", on=on(9), visit="Week 1", reason="snow")
    found = next(one for one in appointments(FIRST, missed, day=50) if one.visit.en == "Week 1")
    assert (found.standing, found.reason) == ("missed", "snow")
    assert standing(FIRST, missed, held(9), day=50)["Week 1", 1] == "held in window"
    for left in (
        FollowUpEnded(usubjid="P-1", on=on(20), completed=False),
        ConsentWithdrawn(usubjid="P-1", on=on(20), scope="everything"),
    ):
        known = standing(FIRST, left, day=50)
        assert (known["Week 1", 1], known["Month 1", 1]) == ("missing", "not expected")


def test_what_was_recorded_at_a_visit_shows_that_it_took_place_and_what_lacks() -> None:
    results = MeasurementsRecorded(
        usubjid="P-1", on=on(8), visit="Week 1", results={"alt": Measured(value=3.0, unit="U/L")}
    )
    found = next(one for one in appointments(FIRST, results, day=50) if one.visit.en == "Week 1")
    assert (found.standing, found.held, found.not_recorded) == ("held in window", on(8), ())
    found = next(one for one in appointments(FIRST, held(8), day=50) if one.visit.en == "Week 1")
    assert found.not_recorded == ("ALT",)
    assessed = AssessmentRecorded(usubjid="P-1", on=on(31), visit="Month 1", instrument="x", items={})
    assert standing(FIRST, assessed, day=50)["Month 1", 1] == "held"


def test_unscheduled_visits_are_listed() -> None:
    found = appointments(FIRST, held(3, "Unscheduled"), held(0, "Baseline"), day=4)
    assert [(one.visit.en, one.standing) for one in found if one.planned is None and one.held] == [
        ("Unscheduled", "unscheduled"),
        ("Baseline", "held"),
    ]


def test_what_is_next() -> None:
    assert next_visit(appointments(FIRST, day=4), "P-1").planned == on(8)  # type: ignore[union-attr]
    assert next_visit(appointments(day=4), "P-1") is None


@pytest.mark.parametrize(
    ("extra", "place"),
    [
        (PLAN.replace("Month 1", "Week 1"), "visits[2].name"),
        (PLAN.replace('visits = ["Week 1"]', 'visits = ["Week 9"]'), "laboratory[1].visits"),
        (PLAN.replace("day = 30\n", 'day = 30\ninstruments = ["nothing"]\n'), "visits[2].instruments"),
        (PLAN.replace('infusion = "each"', 'infusion = "every"'), "visits[1].infusion"),
    ],
)
def test_a_plan_that_does_not_go_together_is_refused(extra: str, place: str) -> None:
    with pytest.raises(ProtocolError) as caught:
        plan(extra)
    assert any(finding.place.startswith(place) for finding in caught.value.findings)
