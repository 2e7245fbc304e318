"""The table that holds the ledger, the triggers that guard it, and how an older file is brought up to date.

The table is described twice on purpose: here as the code uses it today, and in ``migrations/versions/`` as each release
made it. A test compares the two.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import (
    CheckConstraint,
    Column,
    Connection,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    column,
    inspect,
    select,
    table,
)

from trialwright.vocabulary.errors import LedgerUnavailable

if TYPE_CHECKING:
    from alembic.script import ScriptDirectory

MIGRATIONS = Path(__file__).parent / "migrations"
MIGRATION = re.compile(r"version_(\d{4})\w*")  # the file name of a migration says the version that it makes

metadata = MetaData()

entries = Table(
    "entries",
    metadata,
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("canonical", Text, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("kind", String(100), nullable=False),
    Column("usubjid", String(40)),
    Column("recorded_at", String(40), nullable=False),
    CheckConstraint("position >= 1", name="positions_start_at_1"),
)

# What proves who somebody is: never part of the record, nor of anything made from it. It may be changed.
credentials = Table(
    "credentials",
    metadata,
    Column("account", String(40), primary_key=True),
    Column("password_hash", Text),
    Column("second_factor", Text),  # the secret of one-time codes
    Column("last_step", Integer),  # of the last code that was used: no code counts twice
    Column("failures", Integer, nullable=False),  # attempts since the last that succeeded
)

# The guards of version 0001, per database. Never edited: a change is a new name and a new migration.
# The third closes a side door: SQLite's INSERT OR REPLACE removes a row without asking the DELETE trigger.
APPEND_ONLY: Mapping[str, tuple[str, ...]] = {
    "sqlite": (
        """
        CREATE TRIGGER entries_are_never_changed BEFORE UPDATE ON entries
        BEGIN SELECT RAISE(ABORT, 'the ledger is append-only: an entry is never changed. Record a correction instead');
        END
        """,
        """
        CREATE TRIGGER entries_are_never_removed BEFORE DELETE ON entries
        BEGIN SELECT RAISE(ABORT, 'the ledger is append-only: an entry is never removed. Record a correction instead');
        END
        """,
        """
        CREATE TRIGGER entries_are_added_at_the_end BEFORE INSERT ON entries
        WHEN NEW.position IS NOT (SELECT coalesce(max(position), 0) + 1 FROM entries)
        BEGIN SELECT RAISE(ABORT, 'the ledger is append-only: an entry is added after the last one');
        END
        """,
    ),
    # A statement is refused whole, whether it would have met a row or not. ALWAYS: replication sets no guard aside.
    "postgresql": (
        """
        CREATE FUNCTION entries_stay_as_they_are() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION 'the ledger is append-only: an entry is never %. Record a correction instead',
                CASE TG_OP WHEN 'UPDATE' THEN 'changed' ELSE 'removed' END USING ERRCODE = 'restrict_violation';
        END $$
        """,
        """
        CREATE FUNCTION entries_follow_the_last() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE
            next_position integer;
        BEGIN
            EXECUTE format('SELECT coalesce(max(position), 0) + 1 FROM %I.%I', TG_TABLE_SCHEMA, TG_TABLE_NAME)
                INTO next_position;
            IF NEW.position IS DISTINCT FROM next_position THEN
                RAISE EXCEPTION 'the ledger is append-only: an entry is added after the last one'
                    USING ERRCODE = 'restrict_violation';
            END IF;
            RETURN NEW;
        END $$
        """,
        """
        CREATE TRIGGER entries_are_never_changed BEFORE UPDATE ON entries
        FOR EACH STATEMENT EXECUTE FUNCTION entries_stay_as_they_are()
        """,
        """
        CREATE TRIGGER entries_are_never_removed BEFORE DELETE OR TRUNCATE ON entries
        FOR EACH STATEMENT EXECUTE FUNCTION entries_stay_as_they_are()
        """,
        """
        CREATE TRIGGER entries_are_added_at_the_end BEFORE INSERT ON entries
        FOR EACH ROW EXECUTE FUNCTION entries_follow_the_last()
        """,
        "ALTER TABLE entries ENABLE ALWAYS TRIGGER entries_are_never_changed",
        "ALTER TABLE entries ENABLE ALWAYS TRIGGER entries_are_never_removed",
        "ALTER TABLE entries ENABLE ALWAYS TRIGGER entries_are_added_at_the_end",
    ),
}


# Alembic keeps one line here; it is loaded only where tables are made or brought up to date.
_stamp = table("alembic_version", column("version_num"))


def versions() -> tuple[str, ...]:
    """The versions of the tables that this program knows, the oldest first."""
    named = (MIGRATION.fullmatch(file.stem) for file in (MIGRATIONS / "versions").glob("*.py"))
    return tuple(sorted(found[1] for found in named if found))


def scripts() -> ScriptDirectory:
    """The migrations that came with this version."""
    return _scripts_in(MIGRATIONS)


@cache
def _scripts_in(folder: Path) -> ScriptDirectory:
    from alembic.script import ScriptDirectory

    return ScriptDirectory(str(folder))


def version_of(connection: Connection, *, place: str) -> str | None:
    """The version of the tables in this database; None when no ledger was ever made in it.

    LedgerUnavailable when they claim to be of several versions at once.
    """
    if not inspect(connection).has_table(_stamp.name):
        return None
    found = sorted(connection.scalars(select(_stamp.c.version_num)))
    if len(found) > 1:
        raise LedgerUnavailable(
            f"{place} cannot be used as a ledger: its tables claim to be of several versions ({', '.join(found)}). "
            "Restore it from a backup"
        )
    return found[0] if found else None


def is_empty(connection: Connection) -> bool:
    """Whether the database holds no table at all."""
    return not inspect(connection).get_table_names()


def is_current(connection: Connection, *, place: str) -> bool:
    """Whether the tables are those of this version; LedgerUnavailable when there are none, or newer ones."""
    version, ours = version_of(connection, place=place), versions()
    if version is None:
        raise LedgerUnavailable(f"{place} is a database, but holds no ledger. Name the file that does, or create one")
    if version not in ours:
        raise LedgerUnavailable(
            f"{place} was made by a newer version of this program (its tables are version {version}; this program "
            f"knows up to {ours[-1]}). Install that version or a later one; nothing was changed"
        )
    return version == ours[-1]


def upgrade(connection: Connection, *, place: str) -> None:
    """Bring older tables up to date, unless another program did so, or went further, while we waited to write."""
    if not is_current(connection, place=place):
        bring_up_to_date(connection)


def bring_up_to_date(connection: Connection) -> None:
    """Run every migration that this database has not seen, within the caller's transaction."""
    from alembic.migration import MigrationContext
    from alembic.operations import Operations

    context, ours = MigrationContext.configure(connection), scripts()
    missing = ours.iterate_revisions("head", context.get_current_revision() or "base")
    for script in reversed(list(missing)):
        with Operations.context(context):
            script.module.upgrade()
        context.stamp(ours, script.revision)
