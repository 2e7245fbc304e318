"""What has to be so before accounts and roles change: forward in time, by another, never without administrator."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from trialwright.conduct.authority import PROGRAM
from trialwright.conduct.guards.offered import Offered
from trialwright.conduct.logs import StaffLog
from trialwright.conduct.state import TrialState
from trialwright.protocol.study import Study
from trialwright.vocabulary.errors import Finding
from trialwright.vocabulary.events import AccountClosed, AccountOpened, DelegationEnded, RoleDelegated


def accounts(study: Study, state: TrialState, *, offered: Offered) -> Iterable[Finding]:
    """A finding for everything that stands in the way of this change of accounts or roles."""
    if not study.guards("accounts"):
        return
    staff = state.logs.staff
    match offered.event:
        case AccountOpened(account=account) if account == PROGRAM:
            yield Finding("account", account, "is this program's own name", "choose another")
        case RoleDelegated() as event:
            yield from _delegation(event, by=offered.by, on=offered.on)
        case DelegationEnded(account=account, role="administrator", last_day=last):
            yield from _last_administrator(staff, account, after=max(offered.on, last))
        case AccountClosed(account=account) if "administrator" in staff.roles(account, on=offered.on):
            yield from _last_administrator(staff, account, after=offered.on)


def _delegation(event: RoleDelegated, *, by: str, on: date) -> Iterable[Finding]:
    if event.account == by:
        yield Finding("account", event.account, "does not delegate a role to itself", "another administrator does")
    if event.first_day < on:
        yield Finding(
            "first_day", event.first_day, f"lies before the day of delegation ({on})", "delegate from today on"
        )
    if event.last_day is not None and event.last_day < event.first_day:
        yield Finding("last_day", event.last_day, f"lies before the first day ({event.first_day})")


def _last_administrator(staff: StaffLog, account: str, *, after: date) -> Iterable[Finding]:
    """A finding when nobody else could keep the accounts from the next day on."""
    then = after + timedelta(days=1)
    others = (one for one in staff.accounts if one != account and staff.is_open(one))
    if not any("administrator" in staff.roles(one, on=then) for one in others):
        allowed = f"is the only administrator on {then}"
        yield Finding("account", account, allowed, "delegate the role to somebody else first")
