"""A crash at any moment loses nothing that was acknowledged, and leaves nothing half written."""

from __future__ import annotations

import os
import signal
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from rooms.ledger.offered import entry
from rooms.ledger.writers import BATCH, appending, started
from trialwright.ledger import DatabaseLedger
from trialwright.vocabulary.errors import LedgerUnavailable
from trialwright.vocabulary.events import AdverseEventReported
from trialwright.vocabulary.records import Record

KILLS_PER_LEDGER = 24
LONGEST_LIFE_S = 0.03
PATIENCE_S = 30


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(5))
def test_a_killed_writer_loses_nothing_acknowledged(place: str, seed: int) -> None:
    """With the other tests of this kind more than five hundred kills; benchmarks/kills.py does as many as asked."""
    acknowledged = list[tuple[int, str]]()
    rng = np.random.default_rng(seed)
    deaths = Counter[str]()
    for kill in range(KILLS_PER_LEDGER):
        writer = started(partial(appending, place, writer=kill))
        if kill % 4:  # every fourth is killed wherever it is, perhaps while it opens the file
            assert writer.has_begun(within_s=PATIENCE_S)
        time.sleep(rng.uniform(0, LONGEST_LIFE_S))
        os.kill(writer.pid, signal.SIGKILL)
        new = writer.wait()
        acknowledged += new
        deaths["while writing" if new else "before the first entry"] += 1
        assert_nothing_is_lost(place, acknowledged)
    assert deaths["while writing"] >= KILLS_PER_LEDGER * 3 / 4


def assert_nothing_is_lost(place: str, acknowledged: list[tuple[int, str]]) -> None:
    with closing(DatabaseLedger.open(place)) as ledger:
        head = ledger.verify()
        records = [*ledger.read()]
    digests = [record.digest for record in records]
    assert head.position == len(records)
    assert all(digests[position - 1] == digest for position, digest in acknowledged)
    batches = Counter[tuple[str, str]]()
    for record in records:
        assert isinstance(record.event, AdverseEventReported)
        batches[record.entry.by, record.event.term] += 1
    assert set(batches.values()) <= {BATCH}, "every batch is there whole or not at all"


def test_a_writer_killed_while_it_creates_the_ledger_leaves_a_whole_one_or_none(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    for kill in range(40):
        path = tmp_path / f"{kill}.db"
        writer = started(partial(creating, path))
        time.sleep(rng.uniform(0, 0.08))
        os.kill(writer.pid, signal.SIGKILL)
        writer.wait()
        try:
            ledger = DatabaseLedger.open(path)
        except LedgerUnavailable:
            ledger = DatabaseLedger.create(path)
        with closing(ledger):
            assert ledger.verify().position == 0
            assert ledger.append([entry(1)])[0].position == 1


def creating(path: Path) -> Iterator[tuple[Record, ...]]:
    """Create a ledger and go."""
    with closing(DatabaseLedger.create(path)) as ledger:
        yield ledger.append([])
