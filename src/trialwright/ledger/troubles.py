"""What a storage error means to a person, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from alembic.util import CommandError
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from trialwright.vocabulary.errors import LedgerBroken, LedgerError, LedgerUnavailable

DAMAGED = "the file is damaged. Restore it from a backup"
# By SQLite's name of the error, whose longer forms start with the shorter ones.
REMEDIES: Mapping[str, str] = {
    "SQLITE_BUSY": "another program is writing to it and did not finish in time. Nothing was recorded; try again",
    "SQLITE_LOCKED": "another program is writing to it and did not finish in time. Nothing was recorded; try again",
    "SQLITE_READONLY": "it may only be read. Nothing was recorded; ask for permission to write the file and its "
    "folder, or work on a copy",
    "SQLITE_PERM": "this account may not open it. Ask for permission to write the file and its folder",
    "SQLITE_CANTOPEN": "the file cannot be opened. Its folder must exist, and you must be allowed to write in it",
    "SQLITE_FULL": "the disk is full. Nothing was recorded; make room, then repeat the command",
    "SQLITE_IOERR": "the disk did not do as asked. Check the disk, its free space and your quota, and read the ledger "
    "before repeating the command",
    "SQLITE_NOTADB": "this is not a ledger, or its beginning is damaged. Check the name, or restore it from a backup",
    "SQLITE_CORRUPT": DAMAGED,
}
# Names of the ways in which damage shows when a row is read.
DAMAGE = ("SQLITE_CORRUPT", "SQLITE_TOOBIG", "SQLITE_NOMEM", "SQLITE_MISMATCH")


@contextmanager
def in_plain_words(place: str, *, reached: int | None = None) -> Iterator[None]:
    """Turn errors of the database into ours; ``reached`` is the last position known to be whole, when reading."""
    try:
        yield
    except DBAPIError as error:
        raise _explained(error, place=place, reached=reached) from error
    except (SQLAlchemyError, CommandError) as error:
        raise LedgerUnavailable(f"{place} cannot be used as a ledger: {error}") from error
    except (MemoryError, UnicodeDecodeError) as error:  # from rows whose damaged length or text makes no sense
        raise _damaged(place=place, reached=reached, words=repr(error)) from error


def is_busy(error: LedgerError) -> bool:
    """Whether waiting may help."""
    return name_of(error.__cause__).startswith(("SQLITE_BUSY", "SQLITE_LOCKED"))


def name_of(error: BaseException | None) -> str:
    """The database's own name of an error, such as ``SQLITE_FULL``; empty when it has none."""
    return str(getattr(getattr(error, "orig", None), "sqlite_errorname", ""))


def _explained(error: DBAPIError, *, place: str, reached: int | None) -> LedgerError:
    name, words = name_of(error), str(error.orig)
    if name.startswith(DAMAGE) or "decode" in words:
        return _damaged(place=place, reached=reached, words=words)
    remedy = next((remedy for key, remedy in REMEDIES.items() if name.startswith(key)), "")
    return LedgerUnavailable(f"{place}: {remedy} ({words})" if remedy else f"{place} cannot be used: {words}")


def _damaged(*, place: str, reached: int | None, words: str) -> LedgerError:
    if reached is None:
        return LedgerUnavailable(f"{place}: {DAMAGED} ({words})")
    return LedgerBroken(position=reached + 1, why=f"it cannot be read, the file is damaged ({words})")
