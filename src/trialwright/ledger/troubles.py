"""What a storage error means to a person, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError

from trialwright.vocabulary.errors import LedgerBroken, LedgerError, LedgerUnavailable

DAMAGED = "the file is damaged. Restore it from a backup"
WAITED = "another program is writing to it and did not finish in time. Nothing was recorded; try again"
LOST = (
    "the connection to the server was lost. Read the ledger before repeating the command: the last entry may be there"
)
# By SQLite's name of the error, whose longer forms start with the shorter ones.
REMEDIES: Mapping[str, str] = {
    "SQLITE_BUSY": WAITED,
    "SQLITE_LOCKED": WAITED,
    "SQLITE_READONLY": "it may only be read. Nothing was recorded; ask for permission to write the file and its "
    "folder, or work on a copy",
    "SQLITE_PERM": "this account may not open it. Ask for permission to write the file and its folder",
    "SQLITE_CANTOPEN": "the file cannot be opened. Its folder must exist, and you must be allowed to write in it",
    "SQLITE_FULL": "the disk is full. Nothing was recorded; make room, then repeat the command",
    "SQLITE_IOERR": "the disk did not do as asked. Check the disk, its free space and your quota, and read the ledger "
    "before repeating the command",
    "SQLITE_NOTADB": "this is not a ledger, or its beginning is damaged. Check the name, or restore it from a backup",
    "SQLITE_CORRUPT": DAMAGED,
    # By PostgreSQL's code of the error (SQLSTATE), of which the first two characters are its class.
    "08": LOST,
    "57P": LOST,
    "57014": "the server stopped the command: it took too long, or somebody cancelled it. Nothing was recorded",
    "28": "the server does not let this account in. Check the name and the password (PGPASSWORD or ~/.pgpass)",
    "3D": "the server has no database of that name. Check the address, or ask for the database to be made",
    "3F": "the database has no schema of that name. Check the address, or open a trial there",
    "42501": "this account lacks the right. Ask for USAGE on the schema, SELECT on its tables and INSERT on entries; "
    "to open a trial, for CREATE on the database. Nothing was recorded",
    "25006": "it may only be read: a standby server, or a read-only account. Nothing was recorded; name the main "
    "server",
    "531": "the disk of the server is full. Nothing was recorded; have room made, then repeat the command",
    "53": "the server is out of memory or of connections. Nothing was recorded; try again later",
    "54": "the server's limits are too narrow for this. Nothing was recorded",
    "40": WAITED,
    "55P03": WAITED,
    "23505": WAITED,
    "58": "the disk of the server did not do as asked. Have the server checked, and read the ledger before repeating "
    "the command",
    "XX001": "a page of the server's disk is damaged. Restore the ledger from a backup",
    "XX002": "an index on the server is damaged. Have it made anew (REINDEX), or restore the ledger from a backup",
}
# libpq says why it could not connect in words only.
UNREACHED: Mapping[str, str] = {
    "password": "the server does not let this account in. Check the name and the password (PGPASSWORD or ~/.pgpass)",
    "does not exist": "the server knows no such account or database. Check the address",
    "pg_hba.conf": "the server does not let this account in from here. Ask who keeps the server",
    "closed the connection": LOST,
    "resolve host": "the server's name is not known. Check the address, and the network",
    "connection": "the server cannot be reached. Check the address, and that the server runs and listens",
}
# Names of the ways in which damage shows when a row is read.
DAMAGE = ("SQLITE_CORRUPT", "SQLITE_TOOBIG", "SQLITE_NOMEM", "SQLITE_MISMATCH", "XX001")
BUSY = ("SQLITE_BUSY", "SQLITE_LOCKED", "40", "55P03", "23505")


@contextmanager
def in_plain_words(place: str, *, reached: int | None = None) -> Iterator[None]:
    """Turn errors of the database into ours; ``reached`` is the last position known to be whole, when reading."""
    try:
        yield
    except DBAPIError as error:
        raise _explained(error, place=place, reached=reached) from error
    except SQLAlchemyError as error:
        raise LedgerUnavailable(f"{place} cannot be used as a ledger: {error}") from error
    except (MemoryError, UnicodeDecodeError) as error:  # from rows whose damaged length or text makes no sense
        raise _damaged(place=place, reached=reached, words=repr(error)) from error


def is_busy(error: LedgerError) -> bool:
    """Whether waiting may help."""
    return name_of(error.__cause__).startswith(BUSY)


def name_of(error: BaseException | None) -> str:
    """The database's own name of an error, ``SQLITE_FULL`` or PostgreSQL's ``53100``; empty when it has none."""
    original = getattr(error, "orig", None)
    return str(getattr(original, "sqlite_errorname", None) or getattr(original, "sqlstate", None) or "")


def _explained(error: DBAPIError, *, place: str, reached: int | None) -> LedgerError:
    name, words = name_of(error), str(error.orig).partition("\n")[0]
    if name.startswith(DAMAGE) or "decode" in words:
        return _damaged(place=place, reached=reached, words=words)
    told = REMEDIES if name else UNREACHED if isinstance(error, OperationalError) else {}
    remedy = next((told[key] for key in told if (name.startswith(key) if name else key in words)), "")
    return LedgerUnavailable(f"{place}: {remedy} ({words})" if remedy else f"{place} cannot be used: {words}")


def _damaged(*, place: str, reached: int | None, words: str) -> LedgerError:
    if reached is None:
        return LedgerUnavailable(f"{place}: {DAMAGED} ({words})")
    return LedgerBroken(position=reached + 1, why=f"it cannot be read, the file is damaged ({words})")
