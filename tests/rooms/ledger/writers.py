"""Processes that write to a ledger, to be raced against each other and to be killed."""

from __future__ import annotations

import os
import select
import struct
import traceback
import warnings
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from rooms.ledger.offered import entry
from trialwright.ledger import DatabaseLedger
from trialwright.vocabulary.records import Record

BATCH = 3
ACKNOWLEDGEMENT = struct.Struct("<q32s")


@dataclass(frozen=True)
class Writer:
    """A running process, and the pipe through which it acknowledges what was recorded."""

    pid: int
    acknowledged: int

    def has_begun(self, *, within_s: float) -> bool:
        """Wait until something was acknowledged."""
        return bool(select.select([self.acknowledged], [], [], within_s)[0])

    def wait(self) -> list[tuple[int, str]]:
        """Everything acknowledged until the process ended: position and digest."""
        with os.fdopen(self.acknowledged, "rb") as pipe:
            data = pipe.read()
        os.waitpid(self.pid, 0)
        whole = len(data) // ACKNOWLEDGEMENT.size * ACKNOWLEDGEMENT.size
        return [(position, digest.hex()) for position, digest in ACKNOWLEDGEMENT.iter_unpack(data[:whole])]


def started(work: Callable[[], Iterator[tuple[Record, ...]]]) -> Writer:
    """Run ``work`` in a copy of this process; each batch it yields, after ``append`` has returned, is acknowledged."""
    reading, writing = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # the child only writes and ends; it needs no thread
        pid = os.fork()
    if pid:
        os.close(writing)
        return Writer(pid, reading)
    try:
        for batch in work():
            acknowledgements = (ACKNOWLEDGEMENT.pack(one.position, bytes.fromhex(one.digest)) for one in batch)
            os.write(writing, b"".join(acknowledgements))
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(0)


def appending(place: str | Path, *, writer: int, batches: int | None = None) -> Iterator[tuple[Record, ...]]:
    """Append batches of three, each naming its writer and number, for ever or for a number of batches."""
    with closing(DatabaseLedger.open(place)) as ledger:
        for batch in count() if batches is None else range(batches):
            yield ledger.append([entry(number, batch=batch, writer=writer) for number in range(BATCH)])
