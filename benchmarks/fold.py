"""How long a million events take: made, folded into the state, and read back from a ledger on disk.

``python benchmarks/fold.py [EVENTS]`` prints one line per step: seconds, events a second, and the most memory the
process has held so far. The trial is made up: a thousand participants who come back for visit after visit.
"""

from __future__ import annotations

import gc
import resource
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

from trialwright.conduct import fold
from trialwright.ledger import DatabaseLedger
from trialwright.vocabulary.events import (
    AdverseEventReported,
    AssessmentRecorded,
    BaselineRecorded,
    DltAdjudicated,
    Event,
    InfusionGiven,
    ParticipantEnrolled,
    ProductReleased,
    ResponseAssessed,
    TrialOpened,
)
from trialwright.vocabulary.records import GENESIS, Entry, Record

PARTICIPANTS = 1_000
ZONE = ZoneInfo("Europe/Paris")
START = datetime(2020, 1, 1, 9, tzinfo=UTC)
DAY = START.date()
BATCH = 10_000


def events(count: int) -> Iterator[Event]:
    """An opening, enrolments, then visits, participant after participant, until there are enough."""
    yield TrialOpened(trial="Large", protocol_digest=GENESIS, on=DAY)
    people = [f"P-{number:04d}" for number in range(PARTICIPANTS)]
    for usubjid in people:
        yield ParticipantEnrolled(usubjid=usubjid, on=DAY, dose_level=1)
    made, number = 1 + PARTICIPANTS, 0
    while made < count:
        number += 1
        for usubjid in people:
            yield from visit(usubjid, number, DAY + timedelta(days=number))
            made += 8


def visit(usubjid: str, number: int, on: date) -> Iterator[Event]:
    """Eight events of one participant on one day."""
    name, ae = f"Visit {number}", f"{usubjid}-{number}"
    yield ProductReleased(usubjid=usubjid, on=on, batch="B-1", dose_released=1.0, infusion_number=number)
    yield InfusionGiven(usubjid=usubjid, on=on, dose_given=1.0, infusion_number=number)
    yield BaselineRecorded(usubjid=usubjid, on=on, characteristic=f"weight {number}", value=60.5)
    yield AssessmentRecorded(usubjid=usubjid, on=on, visit=name, instrument="score", items={"a": 1.0, "b": None})
    yield AssessmentRecorded(usubjid=usubjid, on=on, visit=name, instrument="other", items={"c": True})
    yield AdverseEventReported(usubjid=usubjid, ae=ae, term="fever", on=on, grade=1, related=None)
    yield DltAdjudicated(ae=ae, on=on, dlt=False, reason="mild")
    yield ResponseAssessed(usubjid=usubjid, on=on, endpoint="response", visit=name, met=None)


def entries(count: int) -> Iterator[Entry]:
    """The events as entries, one a second."""
    for number, event in zip(range(count), events(count), strict=False):
        yield Entry(event, "benchmark", START + timedelta(seconds=number))


def report(step: str, began: float, count: int) -> None:
    """One line; seconds are of the processor, so that other programs count less."""
    seconds, megabytes = time.process_time() - began, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{step:<40} {seconds:8.2f} s  {count / seconds:10,.0f} a second  {megabytes:6.0f} MB at most", flush=True)


def folded(count: int) -> None:
    """Fold records that are in memory already."""
    records = [Record(number, entry, f"{number:064x}") for number, entry in enumerate(entries(count), start=1)]
    gc.collect()
    began = time.process_time()
    state = fold(records, zone=ZONE)
    report(f"fold of {count:,} events", began, count)
    assert state.head.position == count


def kept(count: int) -> None:
    """Write, verify, and read and fold a ledger on disk."""
    with TemporaryDirectory() as folder, closing(DatabaseLedger.create(Path(folder) / "ledger.sqlite")) as ledger:
        batch, written, began = list[Entry](), 0, time.process_time()
        for entry in entries(count):
            batch.append(entry)
            if len(batch) == BATCH or written + len(batch) == count:
                written = ledger.append(batch)[-1].position
                batch.clear()
        report(f"append in batches of {BATCH:,}", began, count)
        began = time.process_time()
        assert ledger.verify().position == count
        report("verify: read, rehash, revive each", began, count)
        began = time.process_time()
        state = fold(ledger.read(), zone=ZONE)
        report("read and fold", began, count)
        assert len(state.participants) == PARTICIPANTS


def main() -> None:
    """Fold first, so that its memory is its own."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    folded(count)
    if "--fold-only" not in sys.argv:
        kept(count)


if __name__ == "__main__":
    main()
