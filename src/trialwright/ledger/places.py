"""Where a ledger can be kept: a path or one URL names a file of SQLite or a schema of PostgreSQL.

Each kind of place is one file (``sqlite``, ``postgresql``) with a class that answers ``Place``, named in ``KINDS``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

from sqlalchemy import URL, Connection, Engine, make_url
from sqlalchemy.exc import ArgumentError

from trialwright.ledger.postgresql import PostgresqlSchema, without_password
from trialwright.ledger.sqlite import SqliteFile
from trialwright.vocabulary.errors import LedgerUnavailable


class Place(Protocol):
    """A place for one ledger. Transactions of an engine with ``begin="IMMEDIATE"`` are writers: one at a time."""

    @property
    def engine(self) -> Engine:
        """What connects to it."""
        ...

    @property
    def shown(self) -> str:
        """The place as a person may see it, and by which it is reached again: never with a password."""
        ...

    def make_room(self, connection: Connection) -> None:
        """Make what must be there before the tables can be, in the transaction that makes the tables."""
        ...

    def settle(self) -> None:
        """Make sure that what is committed is safe."""
        ...

    def damage(self, connection: Connection) -> str:
        """What the database's own check finds wrong; empty when nothing is, or when it has no such check."""
        ...


KINDS: Mapping[str, Callable[..., Place]] = {"sqlite": SqliteFile, "postgresql": PostgresqlSchema}


def place_of(address: str | Path, *, mode: str) -> Place:
    """The place that a path or URL names, for ``mode`` ``rw`` (it is there) or ``rwc`` (it will be made)."""
    try:
        url = address_of(address)
        kind = url.get_backend_name()
        if kind not in KINDS:
            raise LedgerUnavailable(f"a ledger cannot be kept in {kind} yet; there is {', '.join(KINDS)}")
        return KINDS[kind](url, mode=mode)
    except (ArgumentError, ValueError) as error:
        raise LedgerUnavailable(f"the address of the ledger cannot be read. {_WAY_OUT}") from error


_WAY_OUT = "Give the path of a file, or an address such as sqlite:///trial.db or postgresql://name@server/database"


def address_of(address: str | Path) -> URL:
    """A path or URL taken apart; ArgumentError or ValueError when it cannot be."""
    is_url = isinstance(address, str) and "://" in address
    return make_url(address) if isinstance(address, str) and is_url else URL.create("sqlite", database=str(address))


def server_address(address: str) -> str:
    """The address of a server as it is kept beside a trial; LedgerUnavailable: it names none, or holds a password."""
    try:
        url = address_of(address)
    except (ArgumentError, ValueError) as error:
        raise LedgerUnavailable(f"the address of the ledger cannot be read. {_SERVER}") from error
    if url.get_backend_name() != "postgresql":
        raise LedgerUnavailable(f"{url.get_backend_name()} is not a server for a ledger. {_SERVER}")
    if url.password is not None or without_password(url).query != url.query:
        raise LedgerUnavailable(
            "the address of the ledger holds a password, which would be kept with the trial. Leave it out, and set "
            "PGPASSWORD or write it into ~/.pgpass"
        )
    return place_of(address, mode="rw").shown


_SERVER = "Give an address such as postgresql://name@server/database?schema=trial_7"
