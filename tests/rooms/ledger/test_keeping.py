"""What the ledger keeps, it gives back: every kind of event, any text, any time zone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date
from itertools import count
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

from rooms.ledger.offered import START, built, logs, many
from trialwright.ledger import DatabaseLedger, MemoryLedger, check_anchor, database
from trialwright.ledger.chain import Line, follow, record_of
from trialwright.vocabulary.errors import LedgerBroken
from trialwright.vocabulary.events import EVENTS, Event, ParticipantEnrolled
from trialwright.vocabulary.records import GENESIS, Entry, Head, Ledger, canonical_json, chained

Make = Callable[[], Ledger]


@pytest.fixture(scope="module", params=["memory", "sqlite"])
def make(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Make:
    folder, numbers = tmp_path_factory.mktemp("ledgers"), count()
    if request.param == "memory":
        return MemoryLedger
    return lambda: DatabaseLedger.create(folder / f"{next(numbers)}.db")


@given(log=logs, cut=st.integers(0, 8))
def test_what_the_ledger_keeps_it_gives_back(make: Make, log: list[Entry], cut: int) -> None:
    with closing(make()) as ledger:
        answered = ledger.append(log[:cut]) + ledger.append(log[cut:])
        # In UTC: in an hour that a clock repeats, Python holds no two time zones equal.
        assert [record.entry for record in ledger.read()] == [replace(one, at=one.at.astimezone(UTC)) for one in log]
        assert tuple(ledger.read()) == answered
        assert ledger.verify() == ledger.head()


@given(log=logs)
def test_the_text_of_a_record_is_the_text_that_was_hashed(log: list[Entry]) -> None:
    """A trail exported from the records can be checked by anyone, without this program's database."""
    ledger, head = MemoryLedger(), Head()
    for record in ledger.append(log):
        assert record.digest == chained(head.digest, record.position, record.entry.canonical())
        head = Head(record.position, record.digest)
    assert head == ledger.head()


@pytest.mark.parametrize("kind", EVENTS.values(), ids=lambda kind: kind.kind)
@settings(max_examples=20)
@given(data=st.data())
def test_every_kind_of_event_is_kept(kind: type[Event], data: st.DataObject) -> None:
    event = data.draw(built(kind))
    ledger = MemoryLedger()
    ledger.append([Entry(event, "tester", START)])
    assert [record.event for record in ledger.read()] == [event]


def test_long_ledgers_are_read_page_by_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "PAGE", 7)
    with closing(DatabaseLedger.create(tmp_path / "trial.db")) as ledger:
        records = ledger.append(many(50))
        for after in range(51):
            assert tuple(ledger.read(after=after)) == records[after:]


def test_a_reader_that_stops_early_keeps_nobody_waiting(tmp_path: Path) -> None:
    with closing(DatabaseLedger.create(tmp_path / "trial.db")) as ledger:
        ledger.append(many(3))
        reading: Iterator[object] = ledger.read()
        next(reading)
        ledger.append(many(5)[3:])
        assert len([*reading]) == 2


class TestAnchors:
    """A ledger cut short at its end is whole in itself; only a head noted down earlier can tell."""

    def test_every_earlier_head_is_still_there(self, make: Make) -> None:
        with closing(make()) as ledger:
            heads = [Head(), *(Head(record.position, record.digest) for record in ledger.append(many(10)))]
            assert {check_anchor(ledger, head) for head in heads} == {ledger.head()}

    def test_a_shorter_ledger_is_noticed(self, make: Make) -> None:
        with closing(make()) as whole, closing(make()) as short:
            whole.append(many(10))
            short.append(many(7))
            assert short.verify().position == 7
            with pytest.raises(LedgerBroken, match="once reached entry 10") as caught:
                check_anchor(short, whole.head())
            assert caught.value.position == 8

    def test_a_ledger_written_anew_is_noticed(self, make: Make) -> None:
        with closing(make()) as whole, closing(make()) as other:
            anchor = Head(5, whole.append(many(10))[4].digest)
            other.append([*many(10)[1:3], *many(12)[3:]])
            with pytest.raises(LedgerBroken, match="written anew") as caught:
                check_anchor(other, anchor)
            assert caught.value.position == 5


def test_an_enrolment_stored_before_backfill_reads_as_one_in_a_cohort_and_keeps_its_digest() -> None:
    body = {"usubjid": "A-001", "on": "2024-01-02", "dose_level": 1}
    stored: dict[str, object] = {
        "kind": "participant-enrolled.1",
        "body": body,
        "by": "t",
        "at": "2024-01-02T12:00:00.000000+00:00",
    }
    text = canonical_json({**stored, "provenance": None})
    line = Line(1, text, chained(GENESIS, 1, text), "participant-enrolled.1", "A-001", str(stored["at"]))
    (kept,) = follow([line], Head())
    record = record_of(kept)
    assert record.digest == line.digest
    assert record.event == ParticipantEnrolled(usubjid="A-001", on=date(2024, 1, 2), dose_level=1, backfill=False)
