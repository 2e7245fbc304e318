"""What may be recorded of an adverse event, what is refused with its way out, and what is only listed."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time
from zoneinfo import ZoneInfo

import pytest

from trials import ELSEWHERE, on, protocol_text, recorded, state_of, study_of
from trialwright.conduct.inconsistencies import POINTS, inconsistencies
from trialwright.conduct.offers import Offer, entries_from
from trialwright.protocol import Study, parse_protocol
from trialwright.vocabulary.errors import Finding, RecordError
from trialwright.vocabulary.events import (
    AdverseEventFollowed,
    AdverseEventReported,
    CausalityAssessed,
    Corrected,
    DltAdjudicated,
    Event,
    FollowUpEnded,
    InfusionGiven,
    ParticipantEnrolled,
    SafetyReportSent,
)
from trialwright.vocabulary.records import body_of

ENROLLED = ParticipantEnrolled(usubjid="P-1", on=on(1), dose_level=1)
INFUSED = InfusionGiven(usubjid="P-1", on=on(2), dose_given=1.0)
NAUSEA = AdverseEventReported(
    usubjid="P-1", ae="AE-1", term="felt sick", ctcae_term="Nausea", on=on(4), grade=2, related=True, serious=False
)
STUDY = parse_protocol(protocol_text(extra=f'{ELSEWHERE}\n[safety]\nprofiles = ["eu-536-2014"]\n').encode())


def followed(day: int, **changes: object) -> AdverseEventFollowed:
    return AdverseEventFollowed(ae="AE-1", on=on(day), **changes)  # type: ignore[arg-type]


def refused(event: Event, *before: Event, study: Study = STUDY, day: int = 30) -> list[Finding]:
    """The findings when an event is offered on a day, after others."""
    records = recorded(ENROLLED, INFUSED, *before)
    at = datetime.combine(on(day), time(12), ZoneInfo("UTC"))
    try:
        entries_from(study, records, offers=[Offer(1, event.kind, body_of(event))], by="tester", at=at)
    except RecordError as error:
        return [replace(finding, place=finding.place.removeprefix("line 1.")) for finding in error.findings]
    return []


class TestReport:
    def test_what_is_right_is_taken(self) -> None:
        assert refused(NAUSEA) == []

    @pytest.mark.parametrize(
        ("changes", "place", "says"),
        [
            ({"grade": 4}, "grade", "1, 2, 3"),
            ({"ctcae_term": "Nausia"}, "ctcae_term", "Nausea"),
            ({"serious": True}, "seriousness", "criterion"),
            ({"seriousness": ("death",)}, "serious", "death"),
            ({"outcome": "fatal"}, "serious", "fatal"),
            ({"ended_on": on(3)}, "ended_on", "onset"),
            ({"aware_on": on(3)}, "aware_on", "onset"),
            ({"ended_on": on(31)}, "ended_on", "day of recording"),
            ({"sponsor_aware_on": on(31)}, "sponsor_aware_on", "day of recording"),
        ],
    )
    def test_what_does_not_go_together_is_named_with_the_way_out(
        self, changes: dict[str, object], place: str, says: str
    ) -> None:
        (finding,) = refused(replace(NAUSEA, **changes))  # type: ignore[arg-type]
        assert finding.place == place
        assert says in finding.line()
        assert finding.remedy

    def test_every_finding_comes_at_once(self) -> None:
        wrong = replace(NAUSEA, grade=4, serious=True, ended_on=on(3), sponsor_aware_on=on(40))
        assert {finding.place for finding in refused(wrong)} == {
            "grade",
            "seriousness",
            "ended_on",
            "sponsor_aware_on",
        }

    def test_serious_may_be_unknown_and_the_term_free(self) -> None:
        assert refused(replace(NAUSEA, serious=None, ctcae_term="", grade=5)) == []

    def test_another_version_of_ctcae_is_not_checked(self) -> None:
        other = parse_protocol(protocol_text(extra=f'{ELSEWHERE}\n[safety]\nctcae = "other"\n').encode())
        assert refused(replace(NAUSEA, grade=4, ctcae_term="Nausia"), study=other) == []

    def test_a_correction_is_checked_like_the_entry_it_replaces(self) -> None:
        wrong = replace(NAUSEA, grade=4)
        correction = Corrected(
            position=4, reason="typing error", replacement_kind=wrong.kind, replacement=body_of(wrong)
        )
        (finding,) = refused(correction, NAUSEA)
        assert finding.place == "replacement.grade"


class TestFollowUp:
    def test_what_is_right_is_taken(self) -> None:
        assert refused(followed(6, grade=3, serious=True, seriousness=("hospitalisation",)), NAUSEA) == []
        assert refused(followed(9, ended_on=on(9), outcome="recovered"), NAUSEA, followed(6, grade=1)) == []
        assert refused(followed(9, ended_on=on(12)), NAUSEA, followed(9, ended_on=on(9)), day=13) == []

    @pytest.mark.parametrize(
        ("event", "before", "place"),
        [
            (followed(6, grade=4), (), "grade"),  # nausea stops at 3
            (followed(3, grade=1), (), "on"),
            (followed(9, grade=3), (followed(8, ended_on=on(8)),), "grade"),
            (followed(9, ended_on=on(5)), (followed(8, grade=3),), "ended_on"),
            (followed(9, grade=1, ended_on=on(8)), (), "ended_on"),
            (followed(9, serious=False), (followed(8, serious=True, seriousness=("disability",)),), "serious"),
            (followed(9, ctcae_term="Anaphylaxis"), (), "ctcae_term"),
            (followed(9, ctcae_term="nothing like it at all"), (), "ctcae_term"),
            (followed(9, serious=True), (), "seriousness"),
        ],
    )
    def test_what_contradicts_the_course_is_refused(
        self, event: AdverseEventFollowed, before: tuple[Event, ...], place: str
    ) -> None:
        findings = refused(event, NAUSEA, *before)
        assert [finding.place for finding in findings] == [place]
        assert findings[0].remedy

    def test_an_event_that_is_not_there_is_refused(self) -> None:
        (finding,) = refused(followed(6, grade=3))
        assert "AE-1 is not recorded" in finding.allowed


class TestJudgementsAndReports:
    def test_category_and_answer_must_say_the_same(self) -> None:
        said = CausalityAssessed(ae="AE-1", on=on(6), assessor="sponsor", related=True, causality="possible")
        assert refused(said, NAUSEA) == []
        assert refused(replace(said, related=None, causality="unassessable"), NAUSEA) == []
        assert refused(replace(said, related=False, causality="unlikely"), NAUSEA) == []
        for wrong in (replace(said, causality="unlikely"), replace(said, causality="unassessable")):
            (finding,) = refused(wrong, NAUSEA)
            assert finding.place == "related"
        (finding,) = refused(replace(said, naranjo={"11": "yes"}), NAUSEA)
        assert finding.place == "naranjo.11"

    def test_a_report_answers_a_clock_of_the_protocol(self) -> None:
        assert refused(SafetyReportSent(ae="AE-1", on=on(6), clock="eu-other"), NAUSEA) == []
        (finding,) = refused(SafetyReportSent(ae="AE-1", on=on(6), clock="eu-others"), NAUSEA)
        assert "eu-fatal, eu-other" in finding.allowed

    def test_a_judgement_before_the_onset_is_refused(self) -> None:
        early = DltAdjudicated(ae="AE-1", on=on(3), dlt=True, reason="so")
        (finding,) = refused(early, NAUSEA)
        assert finding.place == "on"


def listed(*events: Event) -> list[tuple[str, str]]:
    return [
        (point.code, point.about)
        for point in inconsistencies(STUDY, state_of(STUDY, ENROLLED, INFUSED, *events), on=on(40))
    ]


DEATH = FollowUpEnded(usubjid="P-1", on=on(10), completed=False, how="died")


class TestListed:
    def test_nothing_is_listed_where_everything_goes_together(self) -> None:
        fatal = followed(10, grade=5, outcome="fatal", seriousness=("death",), serious=True)
        free = replace(NAUSEA, ctcae_term="")
        assert listed(NAUSEA) == []
        assert listed(free, fatal, DEATH) == []

    def test_a_death_must_be_in_every_place_where_it_belongs(self) -> None:
        free = replace(NAUSEA, ctcae_term="")
        assert listed(free, followed(10, grade=5)) == [("ae-fatal-in-part", "AE-1"), ("ae-death-not-ended", "AE-1")]
        assert listed(free, DEATH) == [("ae-death-without-event", "P-1")]
        late = followed(12, grade=1)
        assert ("ae-after-death", "AE-1") in listed(free, DEATH, late)

    def test_what_a_correction_left_behind_is_found(self) -> None:
        wrong = replace(NAUSEA, grade=4)
        correction = Corrected(
            position=4, reason="typing error", replacement_kind=wrong.kind, replacement=body_of(wrong)
        )
        assert listed(NAUSEA, (20, correction)) == [("ae-grade-unknown-to-term", "AE-1")]  # type: ignore[arg-type]

    def test_opinions_and_adjudications_that_differ(self) -> None:
        severe = replace(NAUSEA, grade=3)
        lower = CausalityAssessed(ae="AE-1", on=on(6), assessor="sponsor", related=False)
        other = DltAdjudicated(ae="AE-1", on=on(7), dlt=False, reason="the disease")
        assert listed(severe, lower, other) == [("ae-sponsor-lower", "AE-1"), ("ae-dlt-otherwise", "AE-1")]

    def test_ends_and_reasons_that_are_missing(self) -> None:
        bare = replace(NAUSEA, serious=True, outcome="recovered")
        assert listed(bare) == [("ae-end-unknown", "AE-1"), ("ae-serious-without-reason", "AE-1")]

    def test_every_point_has_its_sentence_in_both_languages(self) -> None:
        study = study_of()
        events = (replace(NAUSEA, serious=True, outcome="recovered", grade=5), followed(6, grade=1, ended_on=on(5)))
        points = inconsistencies(study, state_of(study, ENROLLED, INFUSED, *events), on=on(40))
        assert len(points) >= 4
        for point in points:
            for language in ("en", "fr"):
                assert "AE-1" in POINTS[point.code].said(language, about=point.about, **point.values)  # type: ignore[arg-type]
