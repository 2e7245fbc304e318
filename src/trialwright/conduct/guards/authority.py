"""Who records: an open account, with a role on that day that may record this kind of entry (inspectors' finding 2)."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress

from trialwright.conduct.authority import BY_PROGRAM, PROGRAM, roles_for, when_held
from trialwright.conduct.fold import corrected_event
from trialwright.conduct.guards.offered import Offered
from trialwright.conduct.logs import Logs, StaffLog
from trialwright.protocol.study import Study
from trialwright.vocabulary.errors import Finding, RecordError
from trialwright.vocabulary.events import Corrected, CredentialsChanged, Event, Role, Signed, TrialOpened

# What was done with accounts and signatures is not data: what follows puts it right, and nothing takes its place.
NEVER_CORRECTED = (TrialOpened, Signed, *StaffLog.TAKES)
NOT_CORRECTED = "end the role, close the account; of a signature, correct what was signed, and sign it again"
ASK = "an administrator delegates it: `trialwright accounts delegate`"


def authority(study: Study, logs: Logs, *, offered: Offered) -> Iterable[Finding]:
    """A finding when this account may not record this event on this day."""
    if not study.guards("accounts"):
        return
    if offered.by == PROGRAM:
        if not isinstance(offered.event, BY_PROGRAM):
            yield Finding("by", offered.by, "is this program's own name", "say who you are: --by ACCOUNT")
        return
    shut = tuple(_account(logs.staff, offered.by))
    yield from shut or dict.fromkeys(_role(study, logs.staff, offered=offered))


def _account(staff: StaffLog, by: str) -> Iterable[Finding]:
    """Why an account may not be used at all."""
    if by not in staff.accounts:
        way_out = "say who you are (--by ACCOUNT); an administrator opens accounts: `trialwright accounts open`"
        yield Finding("by", by, "has no account in this trial", way_out)
    elif by in staff.closed:
        yield Finding("by", by, f"is an account that was closed on {staff.closed[by].event.on}")
    elif by in staff.locked:
        allowed = f"is an account that is locked since {staff.locked[by].event.on}"
        yield Finding("by", by, allowed, "an administrator unlocks it: `trialwright accounts unlock`")


def _role(study: Study, staff: StaffLog, *, offered: Offered) -> Iterable[Finding]:
    held = staff.roles(offered.by, on=offered.on)
    for event in _events(offered):
        if isinstance(event, NEVER_CORRECTED) and isinstance(offered.event, Corrected):
            yield Finding("position", event.kind, "is never corrected", NOT_CORRECTED)
            continue
        if isinstance(event, CredentialsChanged) and event.account == offered.by and event is offered.event:
            continue
        allowed = roles_for(study, event)
        if not set(allowed) & set(held):
            yield _without_role(staff, offered, event=event, allowed=allowed)


def _events(offered: Offered) -> Iterable[Event]:
    """What a person needs a role for: the event; of a correction, what it replaces and what takes its place."""
    correction = offered.event
    if not isinstance(correction, Corrected):
        yield correction
        return
    if offered.corrects is None:
        return  # the fold says that no such entry stands
    yield offered.corrects
    with suppress(RecordError):  # the protocol's own check says what does not fit
        replacement = corrected_event(correction)
        if replacement is not None:
            yield replacement


def _without_role(staff: StaffLog, offered: Offered, *, event: Event, allowed: tuple[Role, ...]) -> Finding:
    held = " and ".join(staff.roles(offered.by, on=offered.on)) or "no role"
    wanted = f"{event.kind} is recorded by {' or '.join(allowed) or 'the program alone'}"
    when = when_held(staff, offered.by, roles=allowed, on=offered.on)
    said = f"holds {held} on {offered.on}" + (f" ({when})" if when else "")
    return Finding("by", offered.by, f"{said}; {wanted}", ASK if allowed else "")
