"""The digest chain that every ledger shares: how entries become lines, and how a line is checked against the last.

digest_n = SHA-256(digest_{n-1} ⏎ n ⏎ text_n), with digest_0 = 64 zeros. A change to any text, digest, position or order
therefore shows at the first line it touches. A ledger cut short at its end is whole in itself: only an anchor (a head
noted down earlier, elsewhere) can tell; see ``check_anchor``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, NamedTuple

from trialwright.vocabulary.errors import (
    Complaints,
    Finding,
    LedgerBroken,
    LedgerMoved,
    LedgerUnavailable,
    OutOfOrder,
    RecordError,
)
from trialwright.vocabulary.events import EVENTS, UPCASTS
from trialwright.vocabulary.records import Entry, Head, Ledger, Record, chained

UNWRITABLE = (ValueError, TypeError, KeyError, OverflowError)  # NaN, half a character, an unknown kind, the year 0
UNREADABLE = (ValueError, TypeError, KeyError, AttributeError, RecursionError)


class Line(NamedTuple):
    """One entry as it is stored: its text and digest, and columns copied from the text so that it can be queried."""

    position: int
    canonical: str
    digest: str
    kind: str
    usubjid: str | None
    recorded_at: str

    @property
    def head(self) -> Head:
        """The end of the ledger as it was when this line was the last."""
        return Head(self.position, self.digest)


class Kept(NamedTuple):
    """An entry as it will be read back, and the text that is stored for it."""

    entry: Entry
    text: str


# Writing


def settle(entries: Sequence[Entry]) -> list[Kept]:
    """The entries as they will be read back; RecordError with all findings when one of them could not be."""
    complaints, kept = Complaints(), []
    for number, entry in enumerate(entries, start=1):
        try:
            kept.append(_settled(entry))
        except RecordError as error:
            complaints.add(finding.within(f"entry {number}") for finding in error.findings)
    complaints.raise_as(RecordError, "nothing was recorded")
    return kept


def _settled(entry: Entry) -> Kept:
    if entry.at.utcoffset() is None:
        raise OutOfOrder(f"an entry is recorded at {entry.at}, which names no time zone. Nothing was recorded")
    try:
        readable = Entry.from_canonical(entry.canonical())
        text = readable.canonical()
        text.encode()
    except UNWRITABLE as error:
        finding = Finding(entry.event.kind, entry.event, f"cannot be written down: {error}")
        raise RecordError("nothing was recorded", [finding]) from error
    return Kept(readable, text)


def continued(kept: Sequence[Kept], *, last: Line | None, expected: int | None) -> tuple[Line, ...]:
    """The lines that follow the last one; LedgerMoved or OutOfOrder when the entries may not follow it."""
    head = last.head if last else Head()
    if expected is not None and expected != head.position:
        raise LedgerMoved(expected=expected, actual=head.position)
    _check_order(kept, datetime.fromisoformat(last.recorded_at) if last else None)
    return tuple(_chain(kept, head))


def _check_order(kept: Sequence[Kept], before: datetime | None) -> None:
    for number, (entry, _) in enumerate(kept, start=1):
        if before is not None and entry.at < before:
            raise OutOfOrder(
                f"entry {number} of {len(kept)} is recorded at {entry.at.isoformat()}, before the entry it follows "
                f"({before.isoformat()}). Nothing was recorded; check the clock of this computer"
            )
        before = entry.at


def _chain(kept: Iterable[Kept], head: Head) -> Iterator[Line]:
    for position, (_, text) in enumerate(kept, start=head.position + 1):
        digest = chained(head.digest, position, text)
        yield line_of(position, text, digest=digest)
        head = Head(position, digest)


def line_of(position: int, text: str, *, digest: str) -> Line:
    """The line that a stored text is, its columns taken from it. Raises one of ``UNREADABLE``."""
    return Line(position, text, digest, **_columns(text))


def _columns(text: str) -> dict[str, Any]:
    """The facts of a stored text that can be queried without reading it."""
    stored = json.loads(text)
    return {"kind": stored["kind"], "usubjid": stored["body"].get("usubjid"), "recorded_at": stored["at"]}


def recorded(kept: Iterable[Kept], lines: Iterable[Line]) -> tuple[Record, ...]:
    """What ``append`` answers: exactly what ``read`` will give."""
    return tuple(Record(line.position, entry, line.digest) for (entry, _), line in zip(kept, lines, strict=True))


# Reading


def follow(lines: Iterable[Line], before: Head) -> Iterator[Line]:
    """The same lines, each checked against the one before it; LedgerBroken names the first that does not fit."""
    for line in lines:
        check_link(line, before)
        before = line.head
        yield line


def check_link(line: Line, before: Head) -> None:
    """LedgerBroken unless this line is the one that belongs after ``before``."""
    position = before.position + 1
    if line.position != position:
        raise LedgerBroken(position=position, why=f"it is missing; entry {line.position} stands in its place")
    if line.digest != chained(before.digest, position, line.canonical):
        raise LedgerBroken(position=position, why="its text does not match its digest")
    try:
        columns = _columns(line.canonical)
    except UNREADABLE as error:
        raise LedgerBroken(position=position, why="its text cannot be read") from error
    for name, said in columns.items():
        if getattr(line, name) != said:
            raise LedgerBroken(position=position, why=f"its text and its column {name} do not say the same")


def record_of(line: Line) -> Record:
    """The record that a stored line stands for."""
    try:
        return Record(line.position, Entry.from_canonical(line.canonical), line.digest)
    except (RecordError, *UNREADABLE) as error:
        if line.kind in EVENTS or line.kind in UPCASTS:
            raise LedgerBroken(position=line.position, why=f"it does not read as {line.kind}") from error
        raise LedgerUnavailable(
            f"entry {line.position} is of a kind this version does not know ({line.kind}): "
            "a newer version wrote it. Install that version or a later one"
        ) from error


CLOCKS_DIFFER_BY = timedelta(minutes=10)  # at most, between the computers that write to one ledger


def check_anchor(ledger: Ledger, anchor: Head, *, written_at: datetime | None = None) -> Head:
    """Whether the ledger still holds everything it held when the anchor was noted down; the answer is its present head.

    Verifies the chain first. LedgerBroken when the ledger is shorter than the anchor, or was written anew since. With
    ``written_at``, the moment the anchor was noted down, also when an entry was dated back: one that the anchor does
    not know, although it says that it was recorded before.
    """
    head = ledger.verify()
    if head.position < anchor.position:
        why = f"it is missing; the anchor shows that the ledger once reached entry {anchor.position}"
        raise LedgerBroken(position=head.position + 1, why=why)
    around = islice(ledger.read(after=max(anchor.position - 1, 0)), 2)
    found = {record.position: record for record in around}
    last, following = found.get(anchor.position), found.get(anchor.position + 1)
    if (Head(last.position, last.digest) if last else Head()) != anchor:
        raise LedgerBroken(position=anchor.position, why="its digest is not that of the anchor: it was written anew")
    if written_at is not None:
        _check_times(last, following, written_at=written_at)
    return head


def _check_times(last: Record | None, following: Record | None, *, written_at: datetime) -> None:
    if last is not None and last.entry.at > written_at + CLOCKS_DIFFER_BY:
        why = f"it was recorded at {last.entry.at}, after the anchor that names it ({written_at}): one was changed"
        raise LedgerBroken(position=last.position, why=why)
    if following is not None and following.entry.at < written_at - CLOCKS_DIFFER_BY:
        why = f"it says that it was recorded at {following.entry.at}, but the anchor of {written_at} does not know it"
        raise LedgerBroken(position=following.position, why=why)
