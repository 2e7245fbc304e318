"""A ledger in one SQLite file.

SQLite runs with a write-ahead log flushed to disk at every commit (``WAL``, ``synchronous=FULL``), so what ``append``
has returned survives a crash of the program and a loss of power. Writers take the write lock before they look at the
head (``BEGIN IMMEDIATE``), so two of them never chain to the same entry. Keep the file on a local disk: the lock of a
network folder cannot be relied upon.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, final

from sqlalchemy import URL, Connection, Engine, create_engine, event

from trialwright.vocabulary.errors import LedgerUnavailable

BUSY_TIMEOUT_S = 5
NO_TRANSACTION = ""


@final
class SqliteFile:
    """A file of SQLite, by its path or its URL."""

    def __init__(self, url: URL, *, mode: str) -> None:
        file = Path(url.database) if url.database and not url.query else None
        if file and mode == "rw" and not file.exists():
            raise LedgerUnavailable(f"there is no ledger at {file}. Check the name, or create it first")
        self.shown = str(file) if file else url.render_as_string(hide_password=True)
        if file:
            url = url.set(database=file.absolute().as_uri(), query={"mode": mode, "uri": "true"})
        self.engine: Engine = create_engine(url, connect_args={"timeout": BUSY_TIMEOUT_S}, hide_parameters=True)
        event.listen(self.engine, "connect", _prepare)
        event.listen(self.engine, "begin", _begin)

    def make_room(self, connection: Connection) -> None:
        """Nothing to make: opening the file made it."""

    def settle(self) -> None:
        """Keep a write-ahead log. Set only when it differs: the file remembers it, and changing it needs it alone."""
        with self.engine.execution_options(begin=NO_TRANSACTION).connect() as connection:
            if connection.exec_driver_sql("PRAGMA journal_mode").scalar() != "wal":
                connection.exec_driver_sql("PRAGMA journal_mode=WAL")

    def damage(self, connection: Connection) -> str:
        """What SQLite's own check of the file finds first."""
        answer = str(connection.exec_driver_sql("PRAGMA integrity_check(1)").scalar())
        return "" if answer == "ok" else answer.splitlines()[-1]


def _prepare(connection: Any, _: object) -> None:
    connection.isolation_level = None  # transactions begin where we say so, not where the driver guesses
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA foreign_keys=ON")


def _begin(connection: Connection) -> None:
    how = connection.get_execution_options().get("begin", "DEFERRED")
    if how != NO_TRANSACTION:
        connection.exec_driver_sql(f"BEGIN {how}")
