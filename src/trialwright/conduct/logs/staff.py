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
            event = known.event
            within = event.first_day <= on and (event.last_day is None or on <= event.last_day)
            if within and not self._ended(known, on=on) and event.role not in held:
                held.append(event.role)
        return tuple(held)

    def _ended(self, delegation: Known[RoleDelegated], *, on: date) -> bool:
        """Whether a delegation was taken back, by an entry after it, before this day."""
        return any(
            ending.event.role == delegation.event.role
            and ending.position > delegation.position
            and on > ending.event.last_day
            for ending in self.endings.get(delegation.event.account, [])
        )

    def is_open(self, account: str) -> bool:
        """Whether an account may be used: opened, not closed, not locked."""
        return account in self.accounts and account not in self.closed and account not in self.locked

    def copy(self) -> StaffLog:
        """The same log, which does not grow with this one."""
        return copied(self)
