"""Programs are killed while they write, and the server with them: is anything acknowledged lost, anything half there?

``python benchmarks/kills.py [KILLS]`` kills five hundred writers of a SQLite file and five hundred of a PostgreSQL
server with SIGKILL, each at a random moment, and looks after every one; then it lets the server itself crash twenty
times under a writer (an immediate shutdown: it recovers from its log).
"""

from __future__ import annotations

import os
import signal
import sys
import time
from contextlib import closing
from dataclasses import replace
from functools import partial

import numpy as np
from places import Measured, places  # beside this file; it makes the next import possible

from rooms.ledger.writers import BATCH, Writer, appending, started
from trialwright.ledger import DatabaseLedger

LONGEST_LIFE_S = 0.03
PATIENCE_S = 60
CRASHES = 20
FRESH_AFTER = 50


def look_after(place: Measured, acknowledged: dict[int, str]) -> int:
    """Verify the chain, every acknowledged entry, and that batches are whole; the answer is the length."""
    with closing(DatabaseLedger.open(place.address)) as ledger:
        head = ledger.verify()
        digests = {record.position: record.digest for record in ledger.read()}
    assert head.position % BATCH == 0, "a batch is there in part"
    assert all(digests.get(position) == digest for position, digest in acknowledged.items()), "an entry was lost"
    return head.position


def killed(writer: Writer, rng: np.random.Generator, *, anywhere: bool) -> list[tuple[int, str]]:
    """Kill a writer at a random moment: of its writing, or anywhere."""
    if not anywhere:
        assert writer.has_begun(within_s=PATIENCE_S)
    time.sleep(rng.uniform(0, LONGEST_LIFE_S))
    os.kill(writer.pid, signal.SIGKILL)
    return writer.wait()


def kill_writers(place: Measured, kills: int) -> None:
    """So many writers, one after the other; a new ledger for every fifty, so that each is looked at whole."""
    rng, acknowledged, kept = np.random.default_rng(2026), 0, 0
    for first in range(0, kills, FRESH_AFTER):
        fresh = replace(place, address=f"{place.address}_{first}")
        DatabaseLedger.create(fresh.address).close()
        known, total = dict[int, str](), 0
        for number in range(first, min(first + FRESH_AFTER, kills)):
            writer = started(partial(appending, fresh.address, writer=number))
            known.update(killed(writer, rng, anywhere=number % 4 == 0))
            total = look_after(fresh, known)
        acknowledged, kept = acknowledged + len(known), kept + total
    print(
        f"{place.name:<11} {kills} writers killed: {acknowledged:,} acknowledged, {kept:,} kept; none lost", flush=True
    )


def crash_server(place: Measured, crashes: int) -> None:
    """The server crashes under a writer, and comes back."""
    rng, acknowledged, total = np.random.default_rng(7), dict[int, str](), look_after(place, {})
    for number in range(crashes):
        writer = started(partial(appending, place.address, writer=number))
        assert writer.has_begun(within_s=PATIENCE_S)
        time.sleep(rng.uniform(0, LONGEST_LIFE_S))
        server = place.server.get_postmaster_info().process
        server.send_signal(signal.SIGQUIT)
        acknowledged.update(writer.wait())
        server.wait(PATIENCE_S)
        place.server.ensure_postgres_running()
        total = look_after(place, acknowledged)
    known = f"{len(acknowledged):,} acknowledged, {total:,} kept; none lost"
    print(f"{place.name:<11} {crashes} crashes of the server: {known}", flush=True)


def main() -> None:
    """Each place in turn."""
    kills = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    with places() as found:
        for place in found:
            DatabaseLedger.create(place.address).close()
            kill_writers(place, kills)
            if place.server is not None:
                crash_server(place, CRASHES)


if __name__ == "__main__":
    sys.stderr = open(os.devnull, "w")  # noqa: PTH123, SIM115 - what dying writers say
    main()
