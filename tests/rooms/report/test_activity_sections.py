"""The report of trials in which little, nothing or everything was seen: right sentences, nothing empty."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import timedelta
from functools import cache

import pytest

from followed import PEOPLE, SECTION, Person, events_of, followed_case, followed_study
from trials import DAY_0, state_of
from trialwright.analysis import Case, case_of
from trialwright.report.cells import say, written
from trialwright.report.documents.activity import activity_section
from trialwright.report.documents.early_end import early_end_section
from trialwright.report.documents.findings import Findings
from trialwright.report.documents.response_course import response_course_section
from trialwright.report.documents.time_to_event import time_to_event_section
from trialwright.report.documents.trial_report import trial_report
from trialwright.report.edition import edition_of
from trialwright.report.model import Figure, Paragraph, Section, Table
from trialwright.vocabulary.events import AssessmentRecorded, EnrolmentClosed, Event, InfusionGiven, ParticipantEnrolled
from trialwright.vocabulary.words import LANGUAGES, Language

MAKERS = (activity_section, response_course_section, time_to_event_section, early_end_section)
SILENT: Person = (1, (None, None, None, None, None), (None, None, None, None), 365)
NO_CHANGE: Person = (1, (2.0, 2.0, 2.0, 2.0, 2.0), (False, False, False, False), 365)
CASES: dict[str, Sequence[Person]] = {
    "usual": PEOPLE,
    "nobody": (),
    "one participant": PEOPLE[:1],
    "no assessment": (SILENT, SILENT),
    "nobody responds": (NO_CHANGE, NO_CHANGE, NO_CHANGE),
    "only baseline": ((1, (2.0, None, None, None, None), (None, None, None, None), 365),),
    "only after baseline": ((1, (None, 1.0, None, None, None), (None, None, None, None), 365),),
}


def sections(case: Case) -> list[Section]:
    findings = Findings.of(case)
    return [made for maker in MAKERS if (made := maker(findings)) is not None]


def words(found: Sequence[Section], language: Language) -> Iterator[str]:
    for section in found:
        yield say(section.title, language)
        for block in section.blocks:
            match block:
                case Paragraph():
                    yield say(block.text, language)
                case Table():
                    yield from (say(note, language) for note in (block.title, *block.notes))
                    yield from (written(cell.value, language) for row in block.rows for cell in row)
                case Figure():
                    yield from (say(note, language) for note in (block.title, block.alt, *block.notes))


@cache
def of_case(name: str) -> tuple[Section, ...]:
    return tuple(sections(followed_case(CASES[name])))


@pytest.mark.parametrize("name", CASES)
def test_no_table_or_figure_is_empty_and_nothing_is_left_unsaid(name: str) -> None:
    found = of_case(name)
    for language in LANGUAGES:
        said = "\n".join(words(found, language))
        assert not re.search(r"\bnan\b|\bNone\b|[{}]|\binf\b", said), said
    for section in found:
        assert section.blocks
        for block in section.blocks:
            assert not isinstance(block, Table) or block.rows, block
            assert not isinstance(block, Figure) or not block.spec.is_empty, block


@pytest.mark.parametrize(("name", "language"), [("usual", "en"), ("one participant", "fr"), ("nobody", "en")])
def test_every_figure_is_drawn(name: str, language: Language) -> None:
    edition = edition_of(trial_report(followed_case(CASES[name]), software="t", version="0"), language)
    assert all(svg.endswith("</svg>\n") for svg in edition.figures.values())
    if name == "usual":
        assert len(edition.figures) >= 7


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("nobody", "Nobody has received an infusion: there is no course to report."),
        (
            "no assessment",
            "Physician's global assessment, 0 to 3: nothing was recorded, its course cannot be reported.",
        ),
        ("only baseline", "Values at baseline: 1 of 1 participants."),
        ("no assessment", "Flare: no participant has a visit that says so after the start of the time"),
        ("nobody responds", "Quiet disease: no participant has a visit that says so after the start of the time"),
    ],
)
def test_what_is_not_there_is_said(name: str, sentence: str) -> None:
    assert sentence in "\n".join(words(of_case(name), "en"))


def test_few_values_are_shown_one_by_one_and_a_small_group_has_no_quartiles() -> None:
    table = next(block for block in of_case("usual")[0].blocks if isinstance(block, Table))
    level_1 = [row for row in table.rows if say(row[1].value, "en") == "level 1"]  # type: ignore[arg-type]
    assert written(level_1[0][4].value, "en") == "1.50; 2.00; 2.50"
    assert written(table.rows[0][4].value, "en") == "2.0 (1.9 to 2.3)"


def test_a_participant_of_two_infusions_and_levels_counts_once() -> None:
    study = followed_study()
    twice = [
        ParticipantEnrolled(usubjid="P-1", on=DAY_0, dose_level=1),
        AssessmentRecorded(usubjid="P-1", on=DAY_0, visit="Baseline", instrument="pga", items={"pga": 2.0}),
        InfusionGiven(usubjid="P-1", on=DAY_0, infusion_number=1, dose_given=1.0),
        InfusionGiven(usubjid="P-1", on=DAY_0 + timedelta(days=60), infusion_number=2, dose_given=2.0),
        AssessmentRecorded(
            usubjid="P-1", on=DAY_0 + timedelta(days=90), visit="Month 3", instrument="pga", items={"pga": 1.0}
        ),
        AssessmentRecorded(
            usubjid="P-1",
            on=DAY_0 + timedelta(days=150),
            visit="Month 3",
            instrument="pga",
            items={"pga": 0.5},
            infusion_number=2,
        ),
    ]
    case = case_of(study, state_of(study, *twice), on=DAY_0 + timedelta(days=200))
    found = sections(case)
    table = next(block for block in found[0].blocks if isinstance(block, Table))
    visits = [written(row[0].value, "en") for row in table.rows]
    assert visits.count("Month 3, infusion 1") == 1
    assert visits.count("Month 3, infusion 2") == 1
    assert all(row[2].value in (0, 1) for row in table.rows)


def test_an_early_end_is_told_in_both_languages() -> None:
    findings = Findings.of(followed_case())
    section = early_end_section(findings)
    assert section is not None
    english, french = ("\n".join(words([section], language)) for language in LANGUAGES)
    assert "by the sponsor with 7 of 10 planned participants treated" in english
    assert "par le promoteur, 7 personnes traitées sur 10 prévues" in french
    table = next(block for block in section.blocks if isinstance(block, Table))
    assert len(table.rows) == 1 + 4, "as it is, and none to three DLTs among three"


def test_an_end_by_the_data_is_not_called_uninformative() -> None:
    study = followed_study()
    closed = EnrolmentClosed(on=DAY_0 + timedelta(days=700), by="board", informative=True, reason="two strokes")
    state = state_of(study, *events_of(closed=False), closed)
    section = early_end_section(Findings.of(case_of(study, state, on=DAY_0 + timedelta(days=800))))
    assert section is not None
    assert "the trial's own data were the reason" in "\n".join(words([section], "en"))


def test_a_trial_that_goes_on_has_no_such_section() -> None:
    study = followed_study()
    case = case_of(study, state_of(study, *events_of(closed=False)), on=DAY_0 + timedelta(days=800))
    assert early_end_section(Findings.of(case)) is None


def test_an_index_of_levels_is_counted_by_level_and_drawn_with_its_words() -> None:
    study = followed_study(section=SECTION.replace('"sledai-2k"]', '"doris-2021"]'))
    happened: list[Event] = []
    for number, pga in enumerate((0.0, 2.0, None)):
        who, start = f"P-{number}", DAY_0 + timedelta(days=20 * number)
        happened.append(ParticipantEnrolled(usubjid=who, on=start, dose_level=1))
        happened.append(InfusionGiven(usubjid=who, on=start, infusion_number=1, dose_given=1.0))
        items = {"clinical_sledai": 0.0, "pga": pga, "prednisone_mg_per_day": 2.5, "stable_treatment": True}
        on = start + timedelta(days=30)
        happened.append(AssessmentRecorded(usubjid=who, on=on, visit="Month 1", instrument="doris-2021", items=items))
    happened.sort(key=lambda event: event.on)  # type: ignore[attr-defined]
    case = case_of(study, state_of(study, *happened), on=DAY_0 + timedelta(days=80))
    found = sections(case)[0]
    table = next(block for block in found.blocks if isinstance(block, Table))
    month_1 = [
        [written(cell.value, "fr") for cell in row] for row in table.rows if say(row[0].value, "en") == "Month 1"
    ]  # type: ignore[arg-type]
    assert [row[2:4] + row[5:] for row in month_1] == [["2", "1", "1"], ["2", "1", "1"]]
    figure = next(block for block in found.blocks if isinstance(block, Figure))
    assert not figure.spec.is_empty
