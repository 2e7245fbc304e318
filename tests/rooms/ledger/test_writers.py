"""Many writers at once: none waits in vain, none is lost, and nobody writes on what he has not seen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from functools import partial
from pathlib import Path

import pytest

from rooms.ledger.offered import entry
from rooms.ledger.writers import BATCH, appending, started
from trialwright.ledger import DatabaseLedger, MemoryLedger
from trialwright.vocabulary.errors import LedgerMoved
from trialwright.vocabulary.records import Ledger, Record

WRITERS = 8
BATCHES = 60


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ledger]:
    if request.param == "memory":
        made: Ledger = MemoryLedger()
    elif request.param == "sqlite":
        made = DatabaseLedger.create(tmp_path / "t.db")
    else:
        made = DatabaseLedger.create(request.getfixturevalue("postgresql").address())
    with closing(made) as ledger:
        yield ledger


@pytest.mark.slow
def test_processes_lose_nothing(place: str) -> None:
    """Smaller than benchmarks/appends.py, which appends ten thousand entries."""
    writers = [started(partial(appending, place, writer=number, batches=BATCHES)) for number in range(WRITERS)]
    acknowledged = [one for writer in writers for one in writer.wait()]
    with closing(DatabaseLedger.open(place)) as ledger:
        assert ledger.verify().position == WRITERS * BATCHES * BATCH
        records = [*ledger.read()]
    assert sorted(acknowledged) == [(record.position, record.digest) for record in records]
    assert set(Counter(record.entry.by for record in records).values()) == {BATCHES * BATCH}
    for first in range(0, len(records), BATCH):
        assert len({(record.entry.by, record.event) for record in records[first : first + BATCH]}) == BATCH
        assert len({record.entry.by for record in records[first : first + BATCH]}) == 1, "batches are not mixed"


@pytest.mark.slow
def test_processes_that_expect_a_head_each_win_in_turn(place: str) -> None:
    writers = [started(partial(insisting, place, writer=number, count=25)) for number in range(WRITERS)]
    acknowledged = [one for writer in writers for one in writer.wait()]
    with closing(DatabaseLedger.open(place)) as ledger:
        assert ledger.verify().position == len(acknowledged) == WRITERS * 25


def insisting(place: str, *, writer: int, count: int) -> Iterator[tuple[Record, ...]]:
    """Read, decide, write; when the ledger has moved meanwhile, read and decide again."""
    with closing(DatabaseLedger.open(place)) as ledger:
        for number in range(count):
            yield agreed(ledger, number, writer=writer)


def agreed(ledger: Ledger, number: int, *, writer: int) -> tuple[Record, ...]:
    while True:
        seen = ledger.head().position
        with suppress(LedgerMoved):
            records = ledger.append([entry(number, writer=writer)], expected=seen)
            assert records[0].position == seen + 1
            return records


def test_threads_share_one_ledger(ledger: Ledger) -> None:
    def write(writer: int) -> list[int]:
        return [ledger.append([entry(number, writer=writer)])[0].position for number in range(40)]

    with ThreadPoolExecutor(WRITERS) as pool:
        positions = [position for found in pool.map(write, range(WRITERS)) for position in found]
    assert sorted(positions) == [*range(1, WRITERS * 40 + 1)]
    assert ledger.verify().position == WRITERS * 40


def test_of_threads_with_the_same_expectation_one_wins(ledger: Ledger) -> None:
    def write(writer: int) -> bool:
        try:
            ledger.append([entry(1, writer=writer)], expected=0)
        except LedgerMoved:
            return False
        return True

    with ThreadPoolExecutor(WRITERS) as pool:
        assert sum(pool.map(write, range(WRITERS))) == 1
    assert ledger.verify().position == 1
