"""The delegation log: who has an account, whether it is open, and which role each holds on which day."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any, ClassVar, final

from trialwright.conduct.known import Known, copied, require
from trialwright.vocabulary.events import (
    AccountClosed,
    AccountLocked,
    AccountOpened,
    AccountUnlocked,
    CredentialsChanged,
    DelegationEnded,
    Event,
    Role,
    RoleDelegated,
)


@final
@dataclass(slots=True)
class StaffLog:
    """Accounts by name, and their delegations."""

    TAKES: ClassVar[tuple[type[Event], ...]] = (
        AccountOpened,
        AccountClosed,
        AccountLocked,
        AccountUnlocked,
        CredentialsChanged,
        RoleDelegated,
        DelegationEnded,
    )

    accounts: dict[str, Known[AccountOpened]] = field(default_factory=dict)
    closed: dict[str, Known[AccountClosed]] = field(default_factory=dict)
    locked: dict[str, Known[AccountLocked]] = field(default_factory=dict)  # locked now
    credentials: dict[str, list[Known[CredentialsChanged]]] = field(default_factory=dict)
    delegations: dict[str, list[Known[RoleDelegated]]] = field(default_factory=dict)
    endings: dict[str, list[Known[DelegationEnded]]] = field(default_factory=dict)

    def take(self, event: Event, known: Known[Any]) -> None:
        """Add one event about people and their roles."""
        if isinstance(event, AccountOpened):
            require(event.account not in self.accounts, f"account {event.account} exists already")
            self.accounts[event.account] = known
            return
        account: str = getattr(event, "account", "")
        require(account in self.accounts, f"there is no account {account}")
        require(account not in self.closed, f"account {account} is closed")
        match event:
            case AccountClosed():
                self.closed[account] = known
            case AccountLocked():
                self.locked[account] = known
            case AccountUnlocked():
                require(account in self.locked, f"account {account} is not locked")
                del self.locked[account]
            case CredentialsChanged():
                self.credentials.setdefault(account, []).append(known)
            case RoleDelegated():
                self.delegations.setdefault(account, []).append(known)
            case DelegationEnded(role=role, last_day=last_day):
                held = role in self.roles(account, on=last_day)
                require(held, f"{account} does not hold the role of {role} on {last_day}")
                self.endings.setdefault(account, []).append(known)

    def roles(self, account: str, *, on: date) -> tuple[Role, ...]:
        """The roles a person holds on a day, in the order in which they were delegated."""
        held: list[Role] = []
        for known in self.delegations.get(account, []):
            last = self.last_day(known)
            within = known.event.first_day <= on and (last is None or on <= last)
            if within and known.event.role not in held:
                held.append(known.event.role)
        return tuple(held)

    def last_day(self, delegation: Known[RoleDelegated]) -> date | None:
        """The last day of a delegation: as it was given, or earlier where it was taken back; None: no end is set."""
        event = delegation.event
        taken_back = (
            ending.event.last_day
            for ending in self.endings.get(event.account, [])
            if ending.event.role == event.role and ending.position > delegation.position
        )
        return min((day for day in (event.last_day, *taken_back) if day is not None), default=None)

    def is_open(self, account: str) -> bool:
        """Whether an account may be used: opened, not closed, not locked."""
        return account in self.accounts and account not in self.closed and account not in self.locked

    def copy(self) -> StaffLog:
        """The same log, which does not grow with this one."""
        return copied(self)
