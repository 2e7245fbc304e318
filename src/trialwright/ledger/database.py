"""A ledger in a database: one SQLite file by default, or a schema of a PostgreSQL database (``places``).

What ``append`` has returned is on disk. Writers queue before they look at the head, so two of them never chain to the
same entry.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Self, final

from sqlalchemy import Connection, func, insert, select

from trialwright.ledger import schema
from trialwright.ledger.chain import Kept, Line, check_link, continued, follow, record_of, recorded, settle
from trialwright.ledger.credentials import Change, Credentials
from trialwright.ledger.places import Place, place_of
from trialwright.ledger.schema import entries as table
from trialwright.ledger.troubles import in_plain_words, is_busy
from trialwright.vocabulary.errors import LedgerBroken, LedgerUnavailable
from trialwright.vocabulary.records import Entry, Head, Record

ATTEMPTS = 4  # each waits up to the timeout of its place
PAGE = 1_000  # lines read at a time, so that a slow reader never holds up a writer
COLUMNS = tuple(table.c[name] for name in Line._fields)


@final
class DatabaseLedger:
    """A ledger that outlives the program; several people and programs may write to it at once."""

    def __init__(self, place: Place) -> None:
        self._kept_in = place
        self._engine = place.engine
        self._writer = place.engine.execution_options(begin="IMMEDIATE")
        self.place = place.shown  # by which it can be opened again; never with a password

    @classmethod
    def create(cls, place: str | Path, *, first: Sequence[Entry] = (), beside: Change | None = None) -> Self:
        """Start a ledger at a path or URL, with its first entries; LedgerUnavailable when something is there already.

        The tables, the first entries and the credentials ``beside`` them are there afterwards, or nothing is.
        """
        return cls.restore(place, continued(settle(first), last=None, expected=None), beside=beside)

    @classmethod
    def restore(cls, place: str | Path, lines: Iterable[Line], *, beside: Change | None = None) -> Self:
        """Start a ledger with the lines of another, each checked: all of them are there afterwards, or nothing is."""
        ledger = cls(place_of(place, mode="rwc"))
        with ledger._or_close(), in_plain_words(ledger.place):
            with ledger._writer.begin() as connection:
                ledger._kept_in.make_room(connection)
                if not schema.is_empty(connection):
                    raise LedgerUnavailable(f"{ledger.place} is there already. Open it, or choose another name")
                schema.bring_up_to_date(connection)
                for page in batched(follow(lines, Head()), PAGE):
                    connection.execute(insert(table), [line._asdict() for line in page])
                if beside is not None:
                    beside(connection)
            ledger._kept_in.settle()
        return ledger

    @classmethod
    def open(cls, place: str | Path) -> Self:
        """Open the ledger at a path or URL, upgrading its tables if an older version made them."""
        ledger = cls(place_of(place, mode="rw"))
        with ledger._or_close(), in_plain_words(ledger.place):
            with ledger._engine.begin() as connection:
                is_current = schema.is_current(connection, place=ledger.place)
            if not is_current:
                with ledger._writer.begin() as connection:
                    schema.upgrade(connection, place=ledger.place)
            ledger._kept_in.settle()
        return ledger

    def append(
        self, entries: Sequence[Entry], *, expected: int | None = None, beside: Change | None = None
    ) -> tuple[Record, ...]:
        """Add entries, all or none; LedgerMoved when ``expected`` is not the present last position.

        Without ``expected`` the entries follow whatever is last; a busy database is then tried a few times.
        ``beside`` changes credentials in the same transaction: both are there afterwards, or neither.
        """
        kept = settle(entries)
        for _ in range(0 if expected is not None else ATTEMPTS - 1):
            try:
                return self._append(kept, expected, beside=beside)
            except LedgerUnavailable as error:
                if not is_busy(error):
                    raise
        return self._append(kept, expected, beside=beside)

    def _append(self, kept: Sequence[Kept], expected: int | None, *, beside: Change | None) -> tuple[Record, ...]:
        with in_plain_words(self.place), self._writer.begin() as connection:
            lines = continued(kept, last=_last(connection), expected=expected)
            if lines:
                connection.execute(insert(table), [line._asdict() for line in lines])
            if beside is not None:
                beside(connection)
        return recorded(kept, lines)

    @property
    def credentials(self) -> Credentials:
        """What proves who somebody is, kept beside the record and never in it."""
        return Credentials(self._writer, place=self.place)

    def read(self, *, after: int = 0) -> Iterator[Record]:
        """Records in order, from the one after position ``after`` to the last at the time of asking.

        Each is checked against the one before it, so a changed entry is never given out.
        """
        return map(record_of, self.lines(after=after))

    def lines(self, *, after: int = 0) -> Iterator[Line]:
        """The stored lines that ``read`` makes records of, checked likewise: the texts as they were hashed."""
        return self._lines(after=max(after, 0), upto=self._length())

    def head(self) -> Head:
        """The last position and digest."""
        with in_plain_words(self.place), self._engine.begin() as connection:
            last = _last(connection)
        return last.head if last else Head()

    def verify(self) -> Head:
        """Recompute the whole chain and check the file; LedgerBroken names the first position that does not fit."""
        head = Head()
        for record in self.read():
            head = Head(record.position, record.digest)
        self._check_file(reached=head.position)
        return head

    def close(self) -> None:
        """Let go of files and connections."""
        self._engine.dispose()

    # How it is done

    @contextmanager
    def _or_close(self) -> Iterator[None]:
        try:
            yield
        except BaseException:
            self.close()
            raise

    def _length(self) -> int:
        with in_plain_words(self.place, reached=0), self._engine.begin() as connection:
            return connection.scalar(select(func.max(table.c.position))) or 0

    def _lines(self, *, after: int, upto: int) -> Iterator[Line]:
        before = self._head_at(after) if 0 < after < upto else Head()
        while max(after, before.position) < upto:
            page = self._page(after=before.position, upto=upto)
            yield from follow(page, before)
            before = page[-1].head

    def _page(self, *, after: int, upto: int) -> list[Line]:
        """The next lines; fewer and fewer of them when one is damaged, until that one is the first."""
        limit = PAGE
        while True:
            try:
                return self._next_lines(after=after, upto=upto, limit=limit)
            except LedgerBroken:
                if limit == 1:
                    raise
                limit //= 2

    def _next_lines(self, *, after: int, upto: int, limit: int) -> list[Line]:
        query = select(*COLUMNS).where(table.c.position > after, table.c.position <= upto)
        with in_plain_words(self.place, reached=after), self._engine.begin() as connection:
            rows = connection.execute(query.order_by(table.c.position).limit(limit)).all()
        if not rows:
            raise LedgerBroken(position=after + 1, why="it is missing")
        return [Line(*row) for row in rows]

    def _head_at(self, position: int) -> Head:
        with in_plain_words(self.place, reached=position - 1), self._engine.begin() as connection:
            digest = connection.scalar(select(table.c.digest).where(table.c.position == position))
        if digest is None:
            raise LedgerBroken(position=position, why="it is missing")
        return Head(position, digest)

    def _check_file(self, *, reached: int) -> None:
        """The database's own check finds what the chain cannot: a damaged page that hides the last entries."""
        with in_plain_words(self.place, reached=reached), self._engine.begin() as connection:
            damage = self._kept_in.damage(connection)
        if damage:
            raise LedgerBroken(position=reached + 1, why=f"the file is damaged there or beyond ({damage})")


def _last(connection: Connection) -> Line | None:
    """The last line, checked against the one before it; nothing may be added to a broken end."""
    rows = connection.execute(select(*COLUMNS).order_by(table.c.position.desc()).limit(2)).all()
    lines = [Line(*row) for row in rows]
    if not lines:
        return None
    check_link(lines[0], lines[1].head if len(lines) > 1 else Head())
    return lines[0]


def batched(lines: Iterable[Line], size: int) -> Iterator[list[Line]]:
    """The lines, so many at a time."""
    rest = iter(lines)
    while page := list(islice(rest, size)):
        yield page
