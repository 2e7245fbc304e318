"""A ledger in one schema of a PostgreSQL database: ``postgresql://name@server/database?schema=trial_7``.

One trial, one schema: several trials share a database without meeting, and rights are granted per trial. Without
``schema`` it is ``trialwright``. Everything else of the address is libpq's own (``sslmode``, ``host`` …), and so is the
password: from ``PGPASSWORD`` or ``~/.pgpass``.

Writers queue for one lock per ledger (``pg_advisory_xact_lock``) before they look at the head, so two of them never
chain to the same entry; the lock needs no right but INSERT, and ends with the transaction. A commit is answered when it
is on the server's disk, whatever the server's default for ``synchronous_commit``.
"""

from __future__ import annotations

import re
from typing import final

from sqlalchemy import URL, Connection, Engine, create_engine, event, text

from trialwright.vocabulary.errors import LedgerUnavailable

SCHEMA = "trialwright"  # where the address names none
LOCK_TIMEOUT_S = 5
CONNECT_TIMEOUT_S = "10"
OURS = "schema"  # of the address; the rest of its query is libpq's

# One round trip at the start of every transaction. Local settings: nothing is left behind in a shared connection.
_BEGIN = text("SELECT set_config('search_path', :schema, true)")
_BEGIN_WRITING = text(
    """
    SELECT set_config('search_path', :schema, true), set_config('lock_timeout', :patience, true),
           set_config('synchronous_commit', CASE current_setting('synchronous_commit')
                      WHEN 'off' THEN 'on' ELSE current_setting('synchronous_commit') END, true)
    """
)
_QUEUE = text("SELECT pg_advisory_xact_lock(hashtextextended('trialwright ledger ' || :schema, 0))")


@final
class PostgresqlSchema:
    """A schema of a PostgreSQL database, by its URL."""

    def __init__(self, url: URL, *, mode: str) -> None:
        query = dict(url.query)
        name = query.pop(OURS, SCHEMA)
        if not isinstance(name, str) or not re.fullmatch(r"[a-z_][a-z0-9_]{0,62}", name) or name.startswith("pg_"):
            raise LedgerUnavailable(
                f"{name!r} cannot be the schema of a ledger; use small letters, digits and _, as in ?schema=trial_7"
            )
        self.schema = name
        self.shown = without_password(url).update_query_dict({OURS: name}).render_as_string()
        query.setdefault("connect_timeout", CONNECT_TIMEOUT_S)
        self.engine = _engine(url.set(drivername="postgresql+psycopg", query=query))
        event.listen(self.engine, "begin", self._begin)

    def make_room(self, connection: Connection) -> None:
        """Make the schema, unless somebody with the right to did so before."""
        encoding = connection.scalar(text("SELECT current_setting('server_encoding')"))
        if encoding != "UTF8":
            raise LedgerUnavailable(
                f"{self.shown}: the database is in {encoding}, which cannot keep every text. "
                "Ask for one made with ENCODING 'UTF8'"
            )
        if not connection.scalar(
            text("SELECT count(*) FROM pg_namespace WHERE nspname = :name"), {"name": self.schema}
        ):
            connection.execute(text(f"CREATE SCHEMA {self.schema}"))

    def settle(self) -> None:
        """Nothing to set: every writer asks for a commit on disk."""

    def damage(self, connection: Connection) -> str:
        """PostgreSQL checks its pages as they are read, where the server was made with checksums."""
        return ""

    def _begin(self, connection: Connection) -> None:
        if connection.get_execution_options().get("begin") != "IMMEDIATE":
            connection.execute(_BEGIN, {"schema": self.schema})
            return
        patience = f"{int(LOCK_TIMEOUT_S * 1000)}ms"
        connection.execute(_BEGIN_WRITING, {"schema": self.schema, "patience": patience})
        connection.execute(_QUEUE, {"schema": self.schema})


def without_password(url: URL) -> URL:
    """The address as it may be shown and kept."""
    hidden = [name for name in url.query if "password" in name.lower()]
    return URL.create(
        url.get_backend_name(),
        url.username,
        None,
        url.host,
        url.port,
        url.database,
        url.difference_update_query(hidden).query,
    )


def _engine(url: URL) -> Engine:
    try:
        engine = create_engine(
            url,
            isolation_level="READ COMMITTED",  # a writer sees what was committed while it queued
            pool_pre_ping=True,
            hide_parameters=True,  # among them are hashes and secrets
            connect_args={"client_encoding": "utf8", "application_name": "trialwright"},
        )
    except ImportError as error:
        raise LedgerUnavailable(
            'a ledger on a PostgreSQL server needs the extra "postgresql"; install it with '
            "`pip install 'trialwright[postgresql]'`"
        ) from error
    # Many rows in one statement: the driver's own way for many rows reports a refusal on standard error as well.
    engine.dialect.use_insertmanyvalues_wo_returning = True
    return engine
