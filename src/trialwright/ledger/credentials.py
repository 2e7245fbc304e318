"""What proves who somebody is, in a table beside the record: password hashes, second factors, failed attempts.

Nothing of it is ever written to the record, to a report, an export or a backup. It may be changed and removed; that it
was changed is an entry of the record, written in the same transaction.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, final

from sqlalchemy import Connection, Engine, func, insert, or_, select, true, update

from trialwright.ledger.schema import credentials as table
from trialwright.ledger.troubles import in_plain_words

Change = Callable[[Connection], None]  # of the credentials, within the transaction that records it


class Stored(NamedTuple):
    """What is kept for one account; its representation shows no secret."""

    account: str
    password_hash: str | None
    second_factor: str | None
    last_step: int | None
    failures: int

    def __repr__(self) -> str:
        return f"Stored({self.account!r}, …)"


@final
class Credentials:
    """The credentials of a trial's accounts. Every method is one transaction."""

    def __init__(self, writer: Engine, *, place: str) -> None:
        self._writer = writer
        self._place = place

    def is_empty(self) -> bool:
        """Whether nobody has a password here: a record that was just restored, or never had any."""
        with in_plain_words(self._place), self._writer.begin() as connection:
            return not connection.scalar(select(func.count()).where(table.c.password_hash.is_not(None)))

    def has_second_factor(self, account: str) -> bool:
        """Whether one-time codes are set up for an account."""
        with in_plain_words(self._place), self._writer.begin() as connection:
            return connection.scalar(select(table.c.second_factor).where(table.c.account == account)) is not None

    def attempt(self, account: str) -> Stored | None:
        """Count an attempt, before it is looked at, and give what it is to be compared with; None: no such account.

        Counted first, so that attempts made at the same time do not get around the limit.
        """
        mine = table.c.account == account
        with in_plain_words(self._place), self._writer.begin() as connection:
            connection.execute(update(table).where(mine).values(failures=table.c.failures + 1))
            columns = (table.c[name] for name in Stored._fields)
            row = connection.execute(select(*columns).where(mine)).one_or_none()
        return None if row is None else Stored(*row)

    def succeeded(self, account: str, *, step: int | None = None) -> bool:
        """Forget the failed attempts, and use up a one-time code; False when that code, or a later one, was used."""
        unused = or_(table.c.last_step.is_(None), table.c.last_step < step) if step is not None else true()
        used = {"last_step": step} if step is not None else {}
        with in_plain_words(self._place), self._writer.begin() as connection:
            done = connection.execute(
                update(table).where(table.c.account == account, unused).values(failures=0, **used)
            )
        return done.rowcount == 1


def set_password(account: str, password_hash: str) -> Change:
    """A new password; failed attempts are forgotten."""
    return lambda connection: _put(connection, account, password_hash=password_hash, failures=0)


def set_second_factor(account: str, secret: str) -> Change:
    """A new second factor, of which no code was used yet."""
    return lambda connection: _put(connection, account, second_factor=secret, last_step=None)


def remove_second_factor(account: str) -> Change:
    """No second factor any more."""
    return lambda connection: _put(connection, account, second_factor=None, last_step=None)


def forget_failures(account: str) -> Change:
    """Let an account try again."""
    return lambda connection: _put(connection, account, failures=0)


def _put(connection: Connection, account: str, **values: str | int | None) -> None:
    changed = connection.execute(update(table).where(table.c.account == account).values(**values))
    if not changed.rowcount:
        connection.execute(insert(table).values(**{"account": account, "failures": 0, **values}))
