"""What does not go together in a record is found, with a code, a person and the days."""

from __future__ import annotations

from pathlib import Path

import pytest

from trials import PROTOCOLS, on, state_of, study_of
from trialwright.conduct.consistency import OTHERS, SINCE, TEXTS, WHAT, Happening, clashes, consistency, said
from trialwright.conduct.cuts import cut_points
from trialwright.conduct.offers import read_offers
from trialwright.vocabulary.errors import RecordError
from trialwright.vocabulary.events import (
    AdverseEventFollowed,
    AdverseEventReported,
    AssessmentRecorded,
    ConsentWithdrawn,
    Event,
    FollowUpEnded,
    InfusionGiven,
    MeasurementsRecorded,
    ParticipantEnrolled,
    ParticipantScreened,
    ProductReleased,
    ResponseAssessed,
    VisitHeld,
)
from trialwright.vocabulary.words import LANGUAGES
from trialwright.workbench import check_data, inconsistencies, open_trial, record_file

SCREENED = ParticipantScreened(usubjid="P-1", on=on(1), consented_on=on(1))
ENROLLED = ParticipantEnrolled(usubjid="P-1", on=on(2), dose_level=1)
INFUSED = InfusionGiven(usubjid="P-1", on=on(3), dose_given=1.0)
DIED = FollowUpEnded(usubjid="P-1", on=on(10), completed=False, how="died")
WITHDREW = ConsentWithdrawn(usubjid="P-1", on=on(5), scope="everything")
BEFORE = (SCREENED, ENROLLED, INFUSED)


def visit(day: int, name: str = "Month 1") -> VisitHeld:
    return VisitHeld(usubjid="P-1", on=on(day), visit=name)


def assessed(day: int) -> AssessmentRecorded:
    return AssessmentRecorded(usubjid="P-1", on=on(day), visit="Month 1", instrument="x", items={})


def response(day: int, met: bool | None = True) -> ResponseAssessed:
    return ResponseAssessed(usubjid="P-1", on=on(day), endpoint="mcr", visit="Month 1", met=met)


def event(day: int, **more: object) -> AdverseEventReported:
    body = {"grade": 2, "related": False} | more
    return AdverseEventReported(usubjid="P-1", ae=f"AE-{day}", term="x", on=on(day), **body)  # type: ignore[arg-type]


def codes(*events: Event | tuple[int, Event]) -> list[str]:
    study = study_of()
    late = [one if isinstance(one, tuple) else (20, one) for one in events]  # all of them recorded on one day
    return [point.code for point in consistency(study, state_of(study, *late))]


def test_a_whole_course_goes_together() -> None:
    assert codes(*BEFORE, event(3), visit(5), assessed(6), response(8), event(9, grade=5, ended_on=on(10)), DIED) == []


@pytest.mark.parametrize(
    ("after", "code"),
    [
        (visit(11), "visit-after-death"),
        (assessed(11), "assessment-after-death"),
        (response(11), "response-after-death"),
        (event(11), "event-after-death"),
        (MeasurementsRecorded(usubjid="P-1", on=on(11), visit="x", results={}), "measurement-after-death"),
        (InfusionGiven(usubjid="P-1", on=on(11), dose_given=1.0, infusion_number=2), "infusion-after-death"),
        (
            ProductReleased(usubjid="P-1", on=on(11), batch="B", dose_released=1.0, infusion_number=2),
            "release-after-death",
        ),
    ],
)
def test_nothing_happens_after_a_death(after: Event, code: str) -> None:
    assert codes(*BEFORE, DIED, after) == [code]


@pytest.mark.parametrize("last", [visit(10), event(10), assessed(10), response(40, met=False)])
def test_the_day_of_death_itself_is_no_contradiction(last: Event) -> None:
    assert codes(*BEFORE, DIED, last) == []


def test_a_fatal_event_is_a_death_too() -> None:
    fatal = event(9, grade=5, ended_on=on(10))
    assert codes(*BEFORE, fatal, visit(11)) == ["visit-after-death", "death-not-ended"]
    later = AdverseEventFollowed(ae="AE-4", on=on(7), outcome="fatal")
    assert codes(*BEFORE, event(4), later, visit(8)) == ["visit-after-death", "death-not-ended"]
    assert codes(*BEFORE, fatal, FollowUpEnded(usubjid="P-1", on=on(12), completed=False, how="died")) == [
        "deaths-disagree"
    ]


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ((SCREENED, ENROLLED, INFUSED, visit(0)), ["visit-before-consent"]),
        ((ENROLLED, INFUSED, ParticipantScreened(usubjid="P-1", on=on(5), consented_on=on(5))), None),
        ((*BEFORE, response(2)), ["response-before-infusion"]),
        ((*BEFORE, event(2)), ["event-before-its-infusion"]),
        ((*BEFORE, event(4, infusion_number=2)), ["event-without-its-infusion"]),
        ((*BEFORE, event(4, ended_on=on(3))), ["event-ends-before-it-begins"]),
        (
            (*BEFORE, InfusionGiven(usubjid="P-1", on=on(2), dose_given=1.0, infusion_number=2)),
            ["infusions-out-of-order"],
        ),
        (
            (*BEFORE, ProductReleased(usubjid="P-1", on=on(4), batch="B", dose_released=1.0)),
            ["released-after-infusion"],
        ),
        (
            (*BEFORE, ConsentWithdrawn(usubjid="P-1", on=on(5), scope="everything"), visit(6)),
            ["visit-after-withdrawal"],
        ),
        ((*BEFORE, ConsentWithdrawn(usubjid="P-1", on=on(5), scope="infusions"), visit(6)), []),
        ((*BEFORE, FollowUpEnded(usubjid="P-1", on=on(5), completed=True), visit(6)), ["visit-after-end"]),
    ],
)
def test_order_of_things(events: tuple[Event, ...], expected: list[str] | None) -> None:
    found = codes(*events)
    assert found == (expected if expected is not None else ["enrolment-before-consent", "infusion-before-consent"])


def test_every_code_has_words_in_both_languages() -> None:
    assert len(TEXTS) == len(WHAT) * len(SINCE) + len(OTHERS)
    study = study_of()
    for point in consistency(study, state_of(study, *BEFORE, DIED, visit(11))):
        assert said(point, "en") == "P-1: a visit (Month 1) on 12 Jan 2024, after the death of 11 Jan 2024"
        assert all(said(point, language) for language in LANGUAGES)


def test_a_day_that_may_be_later_is_not_called_early() -> None:
    early = Happening("1", "response", 3, or_later=True)
    assert clashes([Happening("1", "infusion", 5), early]) == ()
    assert [one.code for one in clashes([Happening("1", "infusion", 5), Happening("1", "response", 3)])] == [
        "response-before-infusion"
    ]
    assert clashes([Happening("1", "death", 5), Happening("1", "response", on(400))]) == (), "days of two kinds"


@pytest.mark.parametrize("name", ["msc-sle", "kamen-2022"])
def test_the_worked_trials_go_together(name: str, tmp_path: Path) -> None:
    folder = PROTOCOLS / name
    first = read_offers((folder / "events.jsonl").read_text("utf-8"))[0]
    trial = open_trial(folder / "protocol.toml", tmp_path / "trial", by="x", at=first.at)
    record_file(trial, folder / "events.jsonl", by="x")
    unpublished = {"ae-serious-without-reason"}
    assert {point.code for point in inconsistencies(trial)} <= unpublished
    trial.ledger.close()


MAP = '[[table]]\nfile = "a.csv"\nusubjid = "who"\n[[table.happening]]\nwhat = "visit"\ncolumn = "v"\nday = "day"\n'


@pytest.mark.parametrize(
    ("text", "table", "said_so"),
    [
        (MAP.replace("day", "dai"), "who,v,day\n", "happening"),
        (MAP, "who,v\n1,x\n", "is not a column"),
        (MAP, "who,v,day\n1,x,soon\n", "must be a day"),
        (MAP, "who,v,day\n,x,3\n", "must name the person"),
        ("not toml", "", "is not TOML"),
    ],
)
def test_a_map_or_table_that_cannot_be_read(text: str, table: str, said_so: str, tmp_path: Path) -> None:
    (tmp_path / "map.toml").write_text(text, "utf-8")
    (tmp_path / "a.csv").write_text(table, "utf-8")
    with pytest.raises(RecordError, match=said_so):
        check_data(tmp_path / "map.toml")


def test_a_data_cut_says_each_contradiction_once() -> None:
    study = study_of()
    late = [(20, one) for one in (*BEFORE, DIED, event(11), event(4, ended_on=on(3)), visit(11))]
    points = cut_points(study, state_of(study, *late), on=on(20))
    said_of = [(point.code, point.about) for point in points if "after-death" in point.code or "end" in point.code]
    assert sorted(said_of) == [
        ("ae-after-death", "AE-11"),
        ("ae-end-before-onset", "AE-4"),
        ("visit-after-death", "P-1"),
    ]
