"""Documents made from a trial: right numbers, both languages, degenerate trials, the same bytes for any past day."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from trials import PROTOCOLS, THREE, on, state_of, study_of
from trialwright.analysis.board import board
from trialwright.analysis.case import Case, case_of
from trialwright.analysis.registry import event_tables, registry_results
from trialwright.conduct import as_of, fold
from trialwright.conduct.clocks import clocks_page
from trialwright.conduct.cuts import cut_points
from trialwright.conduct.offers import entries_from, read_offers
from trialwright.conduct.state import TrialState
from trialwright.ledger import MemoryLedger
from trialwright.protocol import Study, parse_protocol
from trialwright.report import Document, Section, Table, render_html
from trialwright.report.cells import say, written
from trialwright.report.documents import lay_words
from trialwright.report.documents.board_pack import BoardPack, board_document
from trialwright.report.documents.checklists import Answer, Checklist, item_list
from trialwright.report.documents.consort import QUESTIONS as CONSORT, consort_checklist
from trialwright.report.documents.findings import Findings
from trialwright.report.documents.lay_summary import lay_summary
from trialwright.report.documents.listings import listings_document
from trialwright.report.documents.protocol_section import protocol_document
from trialwright.report.documents.registry import registry_document
from trialwright.report.documents.spirit import QUESTIONS as SPIRIT, spirit_checklist
from trialwright.report.documents.trial_report import trial_report
from trialwright.report.registries import REGISTRIES, clinicaltrials_gov
from trialwright.vocabulary.events import (
    AdverseEventFollowed,
    AdverseEventReported,
    DeviationRecorded,
    DoseDecided,
    Event,
    FollowUpEnded,
    InfusionGiven,
    ParticipantEnrolled,
    QueryRaised,
    SafetyReportSent,
    TrialOpened,
)
from trialwright.vocabulary.records import Entry, Record
from trialwright.vocabulary.words import LANGUAGES, Text

SAID = {"software": "trialwright", "version": "0"}


@cache
def worked(name: str) -> tuple[Study, tuple[Record, ...]]:
    """A worked trial: its protocol and its record, in memory."""
    study = parse_protocol((PROTOCOLS / name / "protocol.toml").read_bytes())
    offers = read_offers((PROTOCOLS / name / "events.jsonl").read_text(encoding="utf-8"))
    ledger = MemoryLedger()
    first = offers[0]
    assert first.at is not None
    opened = TrialOpened(trial=study.identity.id, protocol_digest=study.digest, on=first.at.date(), reconstruction=True)
    records = ledger.append([Entry(opened, "reconstruction", first.at)])
    entries = entries_from(study, records, offers=offers, by="reconstruction", at=first.at)
    return study, (*records, *ledger.append(entries))


def worked_case(name: str, day: date | None = None) -> Case:
    study, records = worked(name)
    zone = study.identity.zone
    last = day or max(record.recorded_on(zone) for record in records)
    return case_of(study, fold(as_of(records, last, zone=zone), zone=zone), on=last)


def made(*events: Event | tuple[int, Event], day: int, **settings: Any) -> Case:
    """A small trial in which these things happened, on a day."""
    study = study_of(design=THREE, **settings)
    return case_of(study, state_of(study, *events), on=on(day))


def enrolled(who: str, day: int, level: int = 1) -> ParticipantEnrolled:
    return ParticipantEnrolled(usubjid=who, on=on(day), dose_level=level)


def infused(who: str, day: int, dose: float = 1.0) -> InfusionGiven:
    return InfusionGiven(usubjid=who, on=on(day), dose_given=dose)


def pack(case: Case, since: date | None = None) -> Document:
    page = clocks_page(case.study, case.state, on=case.on)
    points = cut_points(case.study, case.state, on=case.on)
    found = BoardPack(
        case=case, board=board(case, since=since), findings=Findings.of(case), page=page, points=points, pathways=None
    )
    return board_document(found, **SAID)


def listed(case: Case) -> Document:
    return listings_document(Findings.of(case), **SAID)


def whole(case: Case) -> Document:
    return trial_report(case, **SAID)


MAKERS = {"board pack": pack, "listings": listed, "report": whole}
NOBODY = ((), 5)
ONE = ((enrolled("A", 1), infused("A", 2)), 20)
WAITING = ((enrolled("A", 1),), 3)
DIED = (
    (
        enrolled("A", 1),
        infused("A", 2),
        AdverseEventReported(
            usubjid="A",
            ae="AE-1",
            term="pneumonia",
            on=on(4),
            grade=4,
            related=None,
            seriousness=("hospitalisation",),
            narrative="Admitted with fever.",
        ),
        AdverseEventFollowed(ae="AE-1", on=on(6), grade=5, outcome="fatal", ended_on=on(6)),
        SafetyReportSent(ae="AE-1", on=on(7), clock="sponsor-24h", recipient="sponsor"),
        FollowUpEnded(usubjid="A", on=on(6), completed=False, how="died"),
    ),
    20,
)
TRIALS = {"nobody": NOBODY, "one": ONE, "waiting": WAITING, "died": DIED}
NEVER_SEEN = re.compile(r"\bnan\b|\binf\b|\bNone\b|Text\(|Filled\(|Joined\(|\{[a-z_]+\}")


def ordered(events: tuple[Event, ...]) -> list[Event]:
    return sorted(events, key=lambda event: event.on)  # type: ignore[attr-defined]


def small(name: str) -> Case:
    events, day = TRIALS[name]
    return made(*ordered(events), day=day)


def words_of(document: Document, language: str) -> str:
    """What a reader of the page sees."""
    page = render_html(document, language=language)  # type: ignore[arg-type]
    body = re.sub(r"<(style|script|svg)\b.*?</\1>", " ", page, flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body))


def tables(document: Document) -> dict[str, Table]:
    def walk(sections: tuple[Section, ...]) -> Iterator[Table]:
        for section in sections:
            yield from (block for block in section.blocks if isinstance(block, Table))
            yield from walk(section.sections)

    return {table.name: table for table in walk(document.sections)}


def cells(table: Table) -> list[dict[str, str]]:
    """The rows as a reader sees them in English, by column key."""
    return [
        {column.key: written(cell.value, "en") for column, cell in zip(table.columns, row, strict=True)}
        for row in table.rows
    ]


def answers_of(case: Case) -> Mapping[str, Answer]:
    return consort_checklist(Findings.of(case), whole(case).sections).answers


class TestEveryDocument:
    @pytest.mark.parametrize("maker", MAKERS)
    @pytest.mark.parametrize("name", TRIALS)
    def test_a_trial_with_almost_nothing_in_it_is_told_in_both_languages(self, maker: str, name: str) -> None:
        document = MAKERS[maker](small(name))
        for language in LANGUAGES:
            assert NEVER_SEEN.findall(words_of(document, language)) == []

    @pytest.mark.parametrize("maker", MAKERS)
    def test_the_same_day_gives_the_same_document_whatever_came_after(self, maker: str) -> None:
        for day in (date(2020, 2, 1), date(2021, 7, 25), date(2022, 12, 1)):
            study, records = worked("msc-sle")
            zone = study.identity.zone
            then = tuple(record for record in records if record.recorded_on(zone) <= day)
            known_then = case_of(study, fold(then, zone=zone), on=day)
            shown, then_shown = MAKERS[maker](worked_case("msc-sle", day)), MAKERS[maker](known_then)
            assert render_html(shown, language="fr") == render_html(then_shown, language="fr")


class TestChecklists:
    @pytest.mark.parametrize(("name", "questions"), [("consort_define", CONSORT), ("spirit_define", SPIRIT)])
    def test_every_item_has_its_question_and_its_words(self, name: str, questions: dict[str, Any]) -> None:
        items = item_list(name).items
        assert [one.id for one in items] == list(dict.fromkeys(one.id for one in items))
        assert {one.id for one in items} == set(questions)
        for one in items:
            assert one.text.en != one.text.fr or len(one.text.en) < 25, one.id
            assert one.ask.en
            assert one.ask.fr

    def test_what_was_not_confirmed_says_so(self) -> None:
        confirmed = [one.number for one in item_list("consort_define").items if one.confirmed]
        assert confirmed == ["1a", "1b", "2a.1", "2a.2", "2a.3", "2b", "3a.1", "3a.2"]

    def test_every_section_named_is_in_the_report(self) -> None:
        for case in (worked_case("msc-sle"), small("one")):
            document = whole(case)
            ids: set[str] = set()

            def note(sections: tuple[Section, ...], ids: set[str] = ids) -> None:
                for section in sections:
                    ids.add(section.id)
                    note(section.sections)

            note(document.sections)
            found = consort_checklist(Findings.of(case), document.sections)
            for answer in found.answers.values():
                assert {place for place in answer.where if isinstance(place, str)} <= ids
                assert answer.where or answer.standing in ("missing", "not applicable")

    def test_coverage_counts_full_answers_among_those_that_apply(self) -> None:
        items = item_list("spirit_define")
        answers = {one.id: Answer("not applicable") for one in items.items}
        assert Checklist(items, answers).coverage == 0.0
        answers |= {"title": Answer("there"), "funding": Answer("missing"), "roles": Answer("partly")}
        assert Checklist(items, answers).coverage == pytest.approx(1 / 3)

    def test_it_follows_the_trial(self) -> None:
        before, after = small("nobody"), worked_case("msc-sle")
        standing = [
            {
                name: answer.standing
                for name, answer in consort_checklist(Findings.of(case), whole(case).sections).answers.items()
            }
            for case in (before, after)
        ]
        for item in ("dates", "decisions", "exposure", "estimates", "ended"):
            assert standing[0][item] == "missing", item
            assert standing[1][item] != "missing", item
        assert standing[1]["flow"] == "partly", "no screening in the record"

    def test_a_rule_added_to_the_protocol_is_found(self) -> None:
        plain, staggered = study_of(), study_of(rules=['name = "stagger"\ndays = 7'])
        answers = [spirit_checklist(one, with_operating=False).answers["within-level"] for one in (plain, staggered)]
        assert [answer.standing for answer in answers] == ["missing", "there"]


class TestProtocolSection:
    def test_it_says_what_the_file_says(self) -> None:
        study = parse_protocol((PROTOCOLS / "msc-sle" / "protocol.toml").read_bytes())
        document = protocol_document(study, None, **SAID)
        english, french = (words_of(document, language) for language in LANGUAGES)
        for said in ("3 dose levels", "cohorts of 5", "DLT rate of 20%", "day 0 to day 10", "10 participants"):
            assert said in english, said
        for said in ("3 paliers de dose", "cohortes de 5", "du jour 0 au jour 10"):
            assert said in french, said
        rows = {row["parameter"]: row for row in cells(tables(document)["design-parameters"])}
        assert rows["skeleton"]["value"] == "[0.06, 0.12, 0.2]"
        assert rows["skeleton"]["from"] == "protocol file"
        assert rows["confidence"]["from"] == "default"

    @pytest.mark.parametrize("path", sorted(PROTOCOLS.glob("*/protocol.toml")), ids=lambda path: path.parent.name)
    def test_every_worked_protocol_has_one(self, path: Path) -> None:
        document = protocol_document(parse_protocol(path.read_bytes()), None, **SAID)
        for language in LANGUAGES:
            assert NEVER_SEEN.findall(words_of(document, language)) == []


class TestBoardPack:
    def test_everybody_in_the_window_is_shown_with_what_is_left(self) -> None:
        case = made(enrolled("A", 1), infused("A", 2), enrolled("B", 8), infused("B", 9), day=13)
        rows = cells(tables(pack(case))["participants"])
        assert [row["dlt"] for row in rows] == ["complete, no DLT", "in its window, 6 days left"]

    def test_new_is_what_was_recorded_since_the_last_decision(self) -> None:
        def event(ae: str, day: int) -> AdverseEventReported:
            return AdverseEventReported(usubjid="A", ae=ae, term="rash", on=on(day), grade=3, related=False)

        decided = DoseDecided(
            on=on(20),
            dose_level=1,
            advised_dose_level=2,
            advised_action="escalate",
            endorsed=False,
            reason="careful",
            decided_by="board",
        )
        late = (25, event("AE-2", 5))  # it began before the meeting and was told after it
        case = made(enrolled("A", 1), infused("A", 2), event("AE-1", 4), decided, late, day=30)
        found = board(case)
        assert found.since == on(20)
        assert found.new_events == {"AE-2"}
        severe = next(one for one in found.counted if one.kind == "grade_3_or_more")
        assert (severe.people, severe.events, severe.new_people, severe.new_events) == (1, 2, 1, 1)
        document = pack(case)
        assert "Departures from the advice: 1." in words_of(document, "en")
        assert len(tables(document)["decisions"].rows) == 1
        assert board(case, since=on(26)).new_events == frozenset()

    def test_open_queries_and_new_deviations_are_listed(self) -> None:
        asked = QueryRaised(query="1", on=on(3), text="Which weight?")
        strayed = DeviationRecorded(deviation="D1", on=on(4), category="dose", description="late", major=True)
        said = words_of(pack(made(enrolled("A", 1), asked, strayed, day=5)), "en")
        assert "query 1" in said
        assert "Which weight?" in said
        assert "new deviation D1 (major)" in said

    def test_the_published_trial(self) -> None:
        document = pack(worked_case("msc-sle"))
        events = {row["kind"]: row for row in cells(tables(document)["events"])}
        assert events["Related to the product"]["all"] == "2 (25.0%) [3]"
        assert events["Dose-limiting"]["all"].startswith("0 ")
        assert len(tables(document)["participants"].rows) == 8


class TestListings:
    def test_the_story_of_a_death(self) -> None:
        document = listed(small("died"))
        said = words_of(document, "en")
        for part in (
            "A was assigned to level 1",
            "“pneumonia” began; worst CTCAE grade 5",
            "hospitalisation",
            "has not judged its relation",
            "waits for a judgement",
            "Outcome: fatal on 7 Jan 2024",
            "Reported on 8 Jan 2024 under the clock sponsor-24h to sponsor",
            "As recorded: “Admitted with fever.”",
            "Left the trial by death: A.",
        ):
            assert part in said, part
        (row,) = cells(tables(document)["discontinued"])
        assert (row["how"], row["days"], row["infusions"]) == ("died", "4", "1")

    def test_the_published_trial_line_by_line(self) -> None:
        found = tables(listed(worked_case("kamen-2022")))
        assert len(found["adverse-events"].rows) == 21
        assert len(found["exposure"].rows) == 6
        met = [row["met"] for row in cells(found["responses"]) if "SRI" in row["endpoint"]]
        assert (met.count("yes"), len(met)) == (5, 6)

    def test_rows_come_by_participant_and_day(self) -> None:
        table = tables(listed(worked_case("kamen-2022")))["adverse-events"]
        place = {column.key: number for number, column in enumerate(table.columns)}
        keys = [(row[place["usubjid"]].value, row[place["on"]].value) for row in table.rows]
        assert keys == sorted(keys)  # type: ignore[type-var]


def test_the_report_has_its_appendices_at_the_end() -> None:
    ids = [section.id for section in whole(worked_case("msc-sle")).sections]
    assert ids[0] == "synopsis"
    assert ids[-5:] == ["protocol-brief", "listings", "consort", "spirit", "glossary"]


def test_words_are_the_same_on_a_terminal_and_on_paper() -> None:
    document = pack(small("one"))
    assert say(document.title, "fr").startswith("Comité de surveillance")
    assert json.dumps([section.id for section in document.sections])


def test_a_trial_that_nobody_closed_has_no_reason_to_have_ended() -> None:
    case = small("one")
    assert isinstance(case.state, TrialState)
    later = replace(case, on=case.on + timedelta(days=1))
    assert consort_checklist(Findings.of(later), whole(later).sections).answers["ended"].standing == "missing"


def lay(case: Case) -> Document:
    return lay_summary(Findings.of(case), **SAID)


class TestLaySummary:
    def test_the_numbers_of_the_published_trials(self) -> None:
        said = words_of(lay(worked_case("msc-sle")), "en")
        for part in (
            "There were 3 doses, from low to high: 1 million cells/kg; 2 million cells/kg; 4 million cells/kg.",
            "The plan was to treat 10 people. 8 people had been treated.",
            "0 of 8 people had a strong side effect",
            "as many as 37 in 100 people",  # the exact limit is 36.9 %
            "This had nothing to do with the results.",
            "In 2 of them, doctors thought the treatment may have caused it.",
            "Nobody died",
        ):
            assert part in said, part
        assert "5 of 6 people reached this goal" in words_of(lay(worked_case("kamen-2022")), "en")

    @pytest.mark.parametrize("name", TRIALS)
    def test_it_is_right_for_a_trial_with_almost_nothing_in_it(self, name: str) -> None:
        for language in LANGUAGES:
            assert NEVER_SEEN.findall(words_of(lay(small(name)), language)) == []
        said = words_of(lay(small(name)), "en")
        assert ("1 person died during the trial." in said) == (name == "died")
        assert ("Nobody has taken part yet." in said) == (name == "nobody")

    def test_sentences_are_short_and_words_plain(self) -> None:
        own = [text for name, text in vars(lay_words).items() if name.isupper() and isinstance(text, Text)]
        for text in own:
            for sentence in re.split(r"[.!?:;]\s", f"{text.en} "):
                assert len(sentence.split()) <= 22, sentence
            for word in ("p-value", "posterior", "confidence", "toxicity", "adverse", "cohort", "grade"):
                assert word not in text.en.lower(), text.en
        assert re.findall(r"\bp ?[<=]", words_of(lay(worked_case("kamen-2022")), "en").lower()) == []


class TestRegistries:
    def test_kamen_in_the_shape_of_clinicaltrials_gov(self) -> None:
        record = clinicaltrials_gov(registry_results(worked_case("kamen-2022")))
        assert record["protocolSection"]["identificationModule"]["nctId"] == "NCT03171194"
        found = record["resultsSection"]
        events = found["adverseEventsModule"]
        (group,) = events["eventGroups"]
        assert (group["deathsNumAffected"], group["deathsNumAtRisk"]) == (0, 6)
        assert (group["seriousNumAffected"], group["otherNumAffected"]) == (1, 6)
        assert sum(one["stats"][0]["numEvents"] for one in (*events["seriousEvents"], *events["otherEvents"])) == 21
        primary, response = found["outcomeMeasuresModule"]["outcomeMeasures"]
        assert (primary["type"], response["type"]) == ("PRIMARY", "SECONDARY")
        assert response["classes"][0]["categories"][0]["measurements"][0]["value"] == "5"
        assert response["analyses"][0]["ciLowerLimit"] == "0.359"
        (period,) = found["participantFlowModule"]["periods"]
        counts = {one["type"]: int(one["achievements"][0]["numSubjects"]) for one in period["milestones"]}
        assert counts["STARTED"] == counts["COMPLETED"] + counts["NOT COMPLETED"] == 6
        left = sum(int(one["reasons"][0]["numSubjects"]) for one in period["dropWithdraws"])
        assert left == counts["NOT COMPLETED"]
        assert json.loads(json.dumps(record)) == record

    def test_both_registries_are_told_the_same_numbers(self) -> None:
        results = registry_results(worked_case("msc-sle"))
        first, second = (make(results) for make in REGISTRIES.values())
        groups = first["resultsSection"]["adverseEventsModule"]["eventGroups"]
        others = second["adverseEvents"]["reportingGroups"]
        assert [one["otherNumAffected"] for one in groups] == [
            one["subjectsAffectedByNonSeriousAdverseEvents"] for one in others
        ]
        assert second["trialInformation"]["eudractNumber"] == "2017-001400-29"
        assert "illustrative" in first["resultsSection"]["participantFlowModule"]["preAssignmentDetails"]

    def test_a_rare_event_among_many_is_below_the_threshold(self) -> None:
        people = [(enrolled(f"P{number}", 1), infused(f"P{number}", 2)) for number in range(20)]
        events = [
            AdverseEventReported(usubjid="P0", ae="1", term="cough", on=on(3), grade=1, related=False, serious=False),
            *(
                AdverseEventReported(
                    usubjid=f"P{number}", ae=f"h{number}", term="rash", on=on(3), grade=1, related=False, serious=False
                )
                for number in range(2)
            ),
            AdverseEventReported(usubjid="P3", ae="b", term="early", on=on(1), grade=1, related=False, serious=False),
        ]
        flat = ordered(tuple(event for pair in people for event in pair) + tuple(events))
        tables = event_tables(made(*flat, day=20))
        assert [row.term for row in tables.other] == ["rash"], "1 of 20 is 5 %, and does not exceed it"
        assert tables.other_people == (2,)
        assert tables.before_infusion == 1

    @pytest.mark.parametrize("name", TRIALS)
    def test_almost_nothing_is_told_as_it_is(self, name: str) -> None:
        results = registry_results(small(name))
        for make in REGISTRIES.values():
            assert "NaN" not in json.dumps(make(results))
        document = registry_document(results, **SAID)
        for language in LANGUAGES:
            assert NEVER_SEEN.findall(words_of(document, language)) == []
        assert sum(results.events.deaths) == (name == "died")


def test_the_synopsis_says_what_the_design_would_recommend_and_how_sure_it_is() -> None:
    english = words_of(whole(worked_case("msc-sle")), "en")
    assert "level 3 (4 × 10⁶ cells/kg); DLT 0 of 3; posterior DLT rate" in english
    assert "Level the design recommends" not in words_of(whole(small("nobody")), "en")
    assert "if the trial ends here (no decision) none" in words_of(whole(small("one")), "en")
    assert "DLT 0 of 6; posterior DLT rate 12.5% (0.7% to 34.8%, 90% interval)" in words_of(
        whole(worked_case("kamen-2022")), "en"
    )
