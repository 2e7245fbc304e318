"""Who may do what: accounts, dated delegation of roles, locked accounts. Passwords and keys are never recorded here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Literal, final

from trialwright.vocabulary.events.words import Account, Event, Name, Role


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class AccountOpened(Event):
    """A person may use this trial's record under this account."""

    kind: ClassVar[str] = "account-opened.1"
    account: Account
    printed_name: Name  # as it stands beside a signature
    on: date


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class AccountClosed(Event):
    """A person may no longer use the record."""

    kind: ClassVar[str] = "account-closed.1"
    account: Account
    on: date
    reason: Name


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class AccountLocked(Event):
    """Too many wrong passwords or codes: the account is locked until an administrator unlocks it."""

    kind: ClassVar[str] = "account-locked.1"
    account: Account
    on: date
    reason: Name


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class AccountUnlocked(Event):
    """An administrator let a locked account in again."""

    kind: ClassVar[str] = "account-unlocked.1"
    account: Account
    on: date
    reason: Name


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class CredentialsChanged(Event):
    """A password or a second factor was set or changed; the secret itself is kept elsewhere."""

    kind: ClassVar[str] = "credentials-changed.1"
    account: Account
    on: date
    what: Literal["password", "second factor"]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class RoleDelegated(Event):
    """A role was delegated to a person from a day on, until a day or until it is ended."""

    kind: ClassVar[str] = "role-delegated.1"
    account: Account
    role: Role
    first_day: date
    last_day: date | None = None
    on: date


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class DelegationEnded(Event):
    """A delegated role was taken back; ``last_day`` is the last on which it was held."""

    kind: ClassVar[str] = "delegation-ended.1"
    account: Account
    role: Role
    last_day: date
    on: date
    reason: Name
