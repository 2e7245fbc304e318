"""Eight programs append to one ledger at once: is anything lost, is the chain whole, how fast is it?

``python benchmarks/appends.py [ENTRIES] [URL]`` appends ten thousand entries one by one, each flushed to disk before it
is acknowledged, to a SQLite file and to a PostgreSQL server (one is started, unless the URL of a schema is given).
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from functools import partial

from places import Measured, places  # beside this file; it makes the next import possible

from rooms.ledger.offered import entry
from rooms.ledger.writers import started
from trialwright.ledger import DatabaseLedger
from trialwright.vocabulary.records import Record

WRITERS = 8


def one_by_one(address: str, *, writer: int, count: int) -> Iterator[tuple[Record, ...]]:
    """Append so many entries."""
    with closing(DatabaseLedger.open(address)) as ledger:
        for number in range(count):
            yield ledger.append([entry(number, writer=writer)])


def measure(place: Measured, count: int) -> None:
    """Write, then look for every acknowledged entry."""
    DatabaseLedger.create(place.address).close()
    share = count // WRITERS
    began = time.perf_counter()
    running = [started(partial(one_by_one, place.address, writer=number, count=share)) for number in range(WRITERS)]
    acknowledged = [one for writer in running for one in writer.wait()]
    seconds = time.perf_counter() - began
    with closing(DatabaseLedger.open(place.address)) as ledger:
        head = ledger.verify()
        records = [*ledger.read()]
    assert head.position == len(acknowledged) == WRITERS * share, (head, len(acknowledged))
    assert sorted(acknowledged) == [(record.position, record.digest) for record in records]
    assert set(Counter(record.entry.by for record in records).values()) == {share}
    print(
        f"{place.name:<11} {len(acknowledged):,} appends by {WRITERS} writers in {seconds:.1f} s: "
        f"{len(acknowledged) / seconds:,.0f} a second; none lost, chain whole, head {head.digest[:12]}",
        flush=True,
    )


def main() -> None:
    """Each place in turn."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    with places(address=sys.argv[2] if len(sys.argv) > 2 else None) as found:
        for place in found:
            measure(place, count)


if __name__ == "__main__":
    main()
