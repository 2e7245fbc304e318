"""The protocol's definition of a DLT over the course of an event, and a person's adjudication beside it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import product

import pytest

from trials import on, protocol_text, state_of, study_of
from trialwright.conduct import everyone
from trialwright.conduct.dose_limiting import DoseLimiting, dose_limiting
from trialwright.protocol import Study, parse_protocol
from trialwright.vocabulary.errors import ProtocolError
from trialwright.vocabulary.events import (
    AdverseEventFollowed,
    AdverseEventReported,
    CausalityAssessed,
    DltAdjudicated,
    Event,
    InfusionGiven,
    ParticipantEnrolled,
)

ENROLLED = ParticipantEnrolled(usubjid="P-1", on=on(1), dose_level=1)
INFUSED = InfusionGiven(usubjid="P-1", on=on(2), dose_given=1.0)  # the window: days 2 to 12
FEVER = AdverseEventReported(usubjid="P-1", ae="AE-1", term="fever", on=on(3), grade=2, related=True)


def followed(day: int, **changes: object) -> AdverseEventFollowed:
    return AdverseEventFollowed(ae="AE-1", on=on(day), **changes)  # type: ignore[arg-type]


def study_with(text: str) -> Study:
    return parse_protocol(protocol_text().replace("last_day = 10", f"last_day = 10\n{text}").encode())


def answer(study: Study, *events: Event, report: AdverseEventReported = FEVER, day: int | None = None) -> DoseLimiting:
    first = (ENROLLED, INFUSED) if report.on >= on(2) else (ENROLLED, report, INFUSED)
    state = state_of(study, *first, *([report] if report.on >= on(2) else []), *events)
    return dose_limiting(study, state, known=state.adverse_events["AE-1"], on=None if day is None else on(day))


class TestOverTime:
    @pytest.mark.parametrize(("day", "expected"), [(12, True), (13, False)])
    def test_the_worst_grade_reached_within_the_window_counts(self, day: int, expected: bool) -> None:
        one = answer(study_of(), followed(day, grade=3))
        assert one.computed is expected
        assert one.on == (on(12) if expected else on(3))  # the day it was reached, not the onset

    def test_a_grade_that_was_there_before_the_window_does_not_count_until_it_rises(self) -> None:
        before = replace(FEVER, on=on(1), grade=3)
        assert answer(study_of(), report=before).computed is False
        assert answer(study_of(), followed(5, grade=3), report=before).computed is False
        assert answer(study_of(), followed(5, grade=4), report=before).computed is True

    def test_only_what_had_been_reached_by_a_day_counts_on_that_day(self) -> None:
        seen = [answer(study_of(), followed(8, grade=4), day=day).computed for day in (3, 7, 8)]
        assert seen == [False, False, True]

    def test_dose_finding_counts_from_the_day_the_grade_was_reached(self) -> None:
        state = state_of(study_of(), ENROLLED, INFUSED, FEVER, followed(8, grade=3))
        (one,) = everyone(study_of(), state, on=on(20))
        assert (one.dlt, one.dlt_after) == (True, 6)
        unjudged = state_of(study_of(), ENROLLED, INFUSED, replace(FEVER, related=None), followed(8, grade=3))
        (one,) = everyone(study_of(), unjudged, on=on(20))
        assert (one.dlt, one.complete, one.follow_up) == (False, False, 6)

    def test_the_conservative_relation_counts(self) -> None:
        def said(assessor: str, related: bool) -> CausalityAssessed:
            return CausalityAssessed(ae="AE-1", on=on(5), assessor=assessor, related=related)  # type: ignore[arg-type]

        severe = replace(FEVER, grade=3)
        assert answer(study_of(), said("sponsor", False), report=severe).computed is True
        assert answer(study_of(), said("sponsor", True), report=replace(severe, related=False)).computed is True
        assert answer(study_of(), said("sponsor", False), report=replace(severe, related=None)).computed is None
        assert answer(study_of(), said("investigator", False), report=severe).computed is False


class TestBothAreKept:
    def test_a_person_decides_and_the_definition_stays_beside_it(self) -> None:
        judged = DltAdjudicated(ae="AE-1", on=on(9), dlt=False, reason="the disease")
        one = answer(study_of(), judged, report=replace(FEVER, grade=3))
        assert (one.computed, one.adjudicated, one.stands, one.disagree) == (True, False, False, True)
        agreed = answer(study_of(), replace(judged, dlt=True), report=replace(FEVER, grade=3))
        assert (agreed.stands, agreed.disagree) == (True, False)
        assert answer(study_of(), judged, report=replace(FEVER, grade=3), day=8).adjudicated is None


class TestFurtherConditions:
    SEVERE = replace(FEVER, grade=3)

    @pytest.mark.parametrize(
        ("text", "changes", "expected"),
        [
            ('excluded_terms = ["fever"]', {}, False),
            ('excluded_terms = ["Nausea"]', {}, True),
            ('excluded_terms = ["fever"]', {"term": "feeling hot"}, None),  # which term it is, nobody has said
            ('excluded_terms = ["fever"]', {"term": "feeling hot", "ctcae_term": "Hot flashes"}, True),
            ('terms = [{ term = "Fever", min_grade = 4 }]', {}, False),
            ('terms = [{ term = "Fever", min_grade = 4 }]', {"grade": 4}, True),
            ('terms = [{ term = "Fever", min_grade = 4 }]', {"term": "feeling hot"}, None),
            ('terms = [{ term = "Fever", min_grade = 4 }]', {"term": "feeling hot", "grade": 4}, True),
            ('terms = [{ term = "Fever", min_grade = 2 }]', {"grade": 2}, True),
            ('terms = [{ term = "Fever", min_grade = 2 }]', {"grade": 2, "term": "Nausea"}, False),
            ("excludes_relapse = true", {}, None),
            ("excludes_relapse = true", {"after_relapse": True}, False),
            ("excludes_relapse = true", {"after_relapse": False}, True),
            ("excludes_relapse = true", {"grade": 2}, False),
            ('needs_meaning = ["Fever"]', {}, None),
            ('needs_meaning = ["Fever"]', {"meaningful": False}, False),
            ('needs_meaning = ["Fever"]', {"meaningful": True}, True),
            ('needs_meaning = ["Anemia"]', {}, True),
            ('needs_meaning = ["Anemia"]', {"term": "pallor"}, None),
            ('needs_meaning = ["Anemia"]', {"term": "pallor", "meaningful": True}, True),
            ('serious = "counts"', {"grade": 1, "serious": True}, True),
            ('serious = "counts"', {"grade": 1}, None),
            ('serious = "counts"', {"grade": 1, "serious": False}, False),
            ('serious = "counts"', {"serious": False}, True),
            ('serious = "required"', {"serious": False}, False),
            ('serious = "required"', {}, None),
            ('serious = "required"', {"serious": True}, True),
        ],
    )
    def test_each_is_yes_no_or_not_known(self, text: str, changes: dict[str, object], expected: bool | None) -> None:
        report = replace(self.SEVERE, **changes)  # type: ignore[arg-type]
        assert answer(study_with(text), report=report).computed is expected

    def test_a_certain_no_beats_whatever_is_not_known(self) -> None:
        study = study_with('excludes_relapse = true\nneeds_meaning = ["Fever"]')
        for relapse, meaningful, related in product((True, False, None), repeat=3):
            one = replace(self.SEVERE, after_relapse=relapse, meaningful=meaningful, related=related)
            answers = {relapse is False if relapse is not None else None, meaningful, related}
            expected = False if False in answers else None if None in answers else True
            assert answer(study, report=one).computed is expected

    def test_a_term_that_ctcae_does_not_have_is_a_finding_with_near_ones(self) -> None:
        with pytest.raises(ProtocolError) as error:
            study_with('excluded_terms = ["alopecy"]\nneeds_meaning = ["anaemia"]')
        said = str(error.value)
        assert "2 findings" in said
        assert "Alopecia" in said
        assert "Anemia" in said


def test_an_infusion_more_opens_a_window_of_its_own() -> None:
    again = InfusionGiven(usubjid="P-1", on=on(30), dose_given=1.0, infusion_number=2)
    late = replace(FEVER, on=on(30) + timedelta(days=10), grade=3)
    state = state_of(study_of(), ENROLLED, INFUSED, again, late)
    assert dose_limiting(study_of(), state, known=state.adverse_events["AE-1"]).computed is True
