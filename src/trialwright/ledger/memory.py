"""A ledger that lasts as long as the program: for trying things out, for simulated trials and for tests."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from threading import Lock
from typing import final

from trialwright.ledger.chain import Line, continued, follow, record_of, recorded, settle
from trialwright.vocabulary.records import Entry, Head, Record


@final
class MemoryLedger:
    """A ledger kept in memory; it makes the same promises as one on disk, except to outlive the program."""

    def __init__(self) -> None:
        self._lines: list[Line] = []
        self._lock = Lock()

    def append(self, entries: Sequence[Entry], *, expected: int | None = None) -> tuple[Record, ...]:
        """Add entries, all or none; LedgerMoved when ``expected`` is not the present last position."""
        kept = settle(entries)
        with self._lock:
            lines = continued(kept, last=self._lines[-1] if self._lines else None, expected=expected)
            self._lines.extend(lines)
        return recorded(kept, lines)

    def read(self, *, after: int = 0) -> Iterator[Record]:
        """Records in order, from the one after position ``after`` to the last at the time of asking."""
        start = max(after, 0)
        lines = self._lines[start:]
        before = self._lines[start - 1].head if start and lines else Head()
        return map(record_of, follow(lines, before))

    def head(self) -> Head:
        """The last position and digest."""
        return self._lines[-1].head if self._lines else Head()

    def verify(self) -> Head:
        """Recompute the whole chain; LedgerBroken names the first position that does not fit."""
        head = Head()
        for record in self.read():
            head = Head(record.position, record.digest)
        return head

    def close(self) -> None:
        """Nothing to let go of."""
