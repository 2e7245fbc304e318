"""The trail tells every entry in both languages, what a correction changed, and can be checked by anyone."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import ClassVar, final
from zoneinfo import ZoneInfo

import pytest

from trials import on, protocol_text
from trialwright.conduct.offers import read_offers
from trialwright.ledger import DatabaseLedger, MemoryLedger, json_line, read_json_lines
from trialwright.report.documents.trail import TrailEntry, trail_entries
from trialwright.report.documents.trail_words import stem_of
from trialwright.report.documents.trail_words_fr import FIELDS_IN_FRENCH, KINDS_IN_FRENCH
from trialwright.testing.ledgers import STORY
from trialwright.vocabulary.errors import LedgerUnavailable, NotFound
from trialwright.vocabulary.events import (
    EVENTS,
    AdverseEventReported,
    Corrected,
    DltAdjudicated,
    Event,
    InfusionGiven,
    ParticipantEnrolled,
    TrialOpened,
)
from trialwright.vocabulary.records import Entry, body_of
from trialwright.workbench import Wanted, export_trail, open_trial, reach_trial, trail_of, verify_trial, write_trail_pdf
from trialwright.workbench.recording import record_offers

ZONE = ZoneInfo("Europe/Paris")
ENROLLED = ParticipantEnrolled(usubjid="P-1", on=on(1), dose_level=1)
INFUSED = InfusionGiven(usubjid="P-1", on=on(2), dose_given=1.5)
FEVER = AdverseEventReported(usubjid="P-1", ae="AE-1", term="fever", on=on(3), grade=2, related=None)


def corrects(position: int, event: Event | None, reason: str) -> Corrected:
    replacement = None if event is None else body_of(event)
    kind = "" if event is None else event.kind
    return Corrected(position=position, reason=reason, replacement_kind=kind, replacement=replacement)


def told(*events: Event) -> list[TrailEntry]:
    """How these events are told, the first at entry 2."""
    opened = TrialOpened(trial="TEST-1", protocol_digest="0" * 64, on=on(0))
    moment = datetime(2024, 1, 10, 9, 30, tzinfo=UTC)
    records = MemoryLedger().append([Entry(event, "Dr A", moment) for event in (opened, *events)])
    return [*trail_entries(records, zone=ZONE)][1:]


class TestWords:
    def test_an_entry_is_told_in_both_languages(self) -> None:
        (entry,) = told(FEVER)
        assert entry.what("en") == (
            "Adverse event reported. adverse event: AE-1 · term: fever · day: 2024-01-04 · grade: 2 · "
            "related: not known"
        )
        assert entry.what("fr") == (
            "Événement indésirable déclaré. événement indésirable : AE-1 · terme : fever · jour : 2024-01-04 · "
            "grade : 2 · lié au produit : inconnu"
        )

    def test_numbers_are_written_exactly(self) -> None:
        (entry,) = told(dataclasses.replace(INFUSED, dose_given=0.1 + 0.2))
        assert "dose given: 0.30000000000000004" in entry.what("en")
        assert "dose administrée : 0,30000000000000004" in entry.what("fr")

    def test_a_correction_shows_old_and_new_and_why(self) -> None:
        worse = dataclasses.replace(FEVER, grade=3, related=True)
        *_, entry = told(ENROLLED, INFUSED, FEVER, corrects(4, worse, "typing error"))
        assert entry.what("en") == (
            "Corrected. Entry 4 (Adverse event reported): grade: 2 → 3 · related: not known → yes · "
            "reason: typing error"
        )
        assert "Corrigé. Entrée 4 (Événement indésirable déclaré) : grade : 2 → 3" in entry.what("fr")
        assert entry.usubjid == "P-1"

    def test_a_second_correction_is_compared_with_the_first(self) -> None:
        worse, worst = (dataclasses.replace(FEVER, grade=grade) for grade in (3, 4))
        *_, entry = told(ENROLLED, INFUSED, FEVER, corrects(4, worse, "one"), corrects(4, worst, "two"))
        assert "grade: 3 → 4 · reason: two" in entry.what("en")

    def test_what_is_withdrawn_is_still_told(self) -> None:
        *_, entry = told(ENROLLED, INFUSED, FEVER, corrects(4, None, "another trial"))
        assert "withdrawn. It said: " in entry.what("en")
        assert "term: fever" in entry.what("en")
        assert "retirée. Elle disait" in entry.what("fr")

    def test_a_correction_that_fits_nothing_is_told_as_it_stands(self) -> None:
        odd = Corrected(
            position=2, reason="odd", replacement_kind="participant-enrolled.2", replacement={"dose_level": 0}
        )
        *_, entry = told(ENROLLED, odd)
        assert "dose level: 1 → 0" in entry.what("en")

    def test_what_refers_to_a_participant_is_about_that_participant(self) -> None:
        judged = DltAdjudicated(ae="AE-1", on=on(4), dlt=False, reason="mild")
        other = ParticipantEnrolled(usubjid="P-2", on=on(1), dose_level=1)
        entries = told(ENROLLED, other, FEVER, judged, corrects(5, None, "not yet"), corrects(2, None, "wrong person"))
        assert [entry.usubjid for entry in entries] == ["P-1", "P-2", "P-1", "P-1", "P-1", "P-1"]

    def test_a_new_kind_of_event_appears_by_itself(self, monkeypatch: pytest.MonkeyPatch) -> None:
        @final
        @dataclass(frozen=True, slots=True, kw_only=True)
        class MoonSeen(Event):
            kind: ClassVar[str] = "moon-seen.1"
            on: date
            moon_phase: str
            usubjid: str = ""

        monkeypatch.setitem(EVENTS, MoonSeen.kind, MoonSeen)  # type: ignore[arg-type]
        (entry,) = told(MoonSeen(on=on(1), moon_phase="full", usubjid="P-1"))
        assert entry.what("en") == "Moon seen. day: 2024-01-02 · moon phase: full"
        assert entry.what("fr") == "Moon seen. jour : 2024-01-02 · moon phase : full"
        assert entry.usubjid == "P-1"

    def test_every_kind_and_field_has_its_french(self) -> None:
        """A new one appears without it, in English; its French is one line in report/documents/trail_words_fr.py."""
        assert {stem_of(kind) for kind in EVENTS} <= set(KINDS_IN_FRENCH)
        names = {each.name for event in EVENTS.values() for each in dataclasses.fields(event)}  # type: ignore[arg-type]
        assert names <= set(FIELDS_IN_FRENCH)

    def test_times_are_told_here_and_in_utc(self) -> None:
        (entry,) = told(ENROLLED)
        utc, local = entry.times()
        assert datetime.fromisoformat(f"{utc}+00:00") == entry.utc.replace(microsecond=0)
        assert local.endswith(" +0100")


@pytest.fixture
def trial(tmp_path: Path) -> Path:
    (tmp_path / "protocol.toml").write_text(protocol_text(), "utf-8")
    folder = tmp_path / "trial"
    at = datetime(2024, 1, 10, 23, 30, tzinfo=UTC)  # the day after, in Paris
    open_trial(tmp_path / "protocol.toml", folder, by="Dr A", at=at).ledger.close()
    events = [ENROLLED, INFUSED, FEVER, corrects(4, dataclasses.replace(FEVER, grade=3), "typing error")]
    for by, event in zip(("nurse", "nurse", "Dr A", "Dr A"), events, strict=True):
        with reach_trial(folder) as reached:
            line = json.dumps({"kind": event.kind, "body": body_of(event)})
            record_offers(reached, read_offers(line), by=by, at=at)
    return folder


class TestParts:
    @pytest.mark.parametrize(
        ("wanted", "positions"),
        [
            (Wanted(), [1, 2, 3, 4, 5]),
            (Wanted(participant="P-1"), [2, 3, 4, 5]),
            (Wanted(participant="P-9"), []),
            (Wanted(kind="adverse-event-reported"), [4]),
            (Wanted(kind="adverse-event-reported.1"), [4]),
            (Wanted(by="Dr A"), [1, 4, 5]),
            (Wanted(by="Dr A", participant="P-1", kind="corrected"), [5]),
        ],
    )
    def test_a_part_can_be_asked_for(self, trial: Path, wanted: Wanted, positions: list[int]) -> None:
        assert [entry.record.position for entry in trail_of(trial, wanted).entries] == positions

    def test_a_day_is_a_day_where_the_trial_is_run(self, trial: Path) -> None:
        zone = trail_of(trial).zone
        day = datetime(2024, 1, 10, 23, 30, tzinfo=UTC).astimezone(zone).date()
        assert len(trail_of(trial, Wanted(on=day)).entries) == 5
        assert not trail_of(trial, Wanted(on=date(2024, 1, 9))).entries

    def test_a_kind_that_there_is_not(self, trial: Path) -> None:
        with pytest.raises(NotFound, match="'moon-seen' is not a kind of entry; there is account-closed"):
            trail_of(trial, Wanted(kind="moon-seen"))


class TestExport:
    def test_anyone_can_recompute_the_chain(self, trial: Path, tmp_path: Path) -> None:
        """With nothing of this program: the recipe of docs/record.md."""
        head = export_trail(trial, tmp_path / "trail.jsonl")
        digest = "0" * 64
        with (tmp_path / "trail.jsonl").open(encoding="utf-8", newline="\n") as file:
            for line in map(json.loads, file):
                text = f"{digest}\n{line['position']}\n{line['canonical']}"
                digest = hashlib.sha256(text.encode()).hexdigest()
                assert digest == line["digest"]
        assert digest == head.digest == verify_trial(trial).digest

    def test_the_export_is_the_same_every_time_and_replaces_the_last(self, trial: Path, tmp_path: Path) -> None:
        export_trail(trial, tmp_path / "one")
        (tmp_path / "two").write_text("something older", "utf-8")
        export_trail(trial, tmp_path / "two")
        assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
        assert not [*tmp_path.glob(".*")]

    def test_lines_come_back_as_they_were(self, tmp_path: Path) -> None:
        ledger = DatabaseLedger.create(tmp_path / "story.db", first=STORY[:5])
        lines = [*ledger.lines()]
        ledger.close()
        texts = [json_line(line).encode() for line in lines]
        assert [*read_json_lines(texts, place="x")] == lines
        texts[2] = texts[2].replace(b"1000000.0", b"2000000.0")
        with pytest.raises(LedgerUnavailable, match="x is damaged at line 3: its text does not match its digest"):
            list(read_json_lines(texts, place="x"))

    @pytest.mark.parametrize("language", ["en", "fr"])
    def test_the_pdf_is_the_same_every_time(self, trial: Path, tmp_path: Path, language: str) -> None:
        found = trail_of(trial, Wanted(participant="P-1"))
        for name in ("one.pdf", "two.pdf"):
            write_trail_pdf(found, tmp_path / name, language=language)  # type: ignore[arg-type]
        assert (tmp_path / "one.pdf").read_bytes() == (tmp_path / "two.pdf").read_bytes()
        assert (tmp_path / "one.pdf").read_bytes().startswith(b"%PDF")
