"""What has to be so before a signature counts: the entry stands, the role signs it and is held, nobody signs twice."""

from __future__ import annotations

from collections.abc import Iterable

from trialwright.conduct.authority import when_held
from trialwright.conduct.guards.offered import Offered
from trialwright.conduct.known import Known
from trialwright.conduct.signatures import entries_to_sign, given_signatures, roles_to_sign
from trialwright.conduct.state import TrialState
from trialwright.protocol.study import Study
from trialwright.vocabulary.errors import Finding
from trialwright.vocabulary.events import Event, Signed
from trialwright.vocabulary.records import event_digest

SEE = "see `trialwright signatures TRIAL`"


def signing(study: Study, state: TrialState, *, offered: Offered) -> Iterable[Finding]:
    """A finding for everything that stands in the way of this signature."""
    event = offered.event
    assert isinstance(event, Signed)
    if not study.guards("accounts"):
        where = study.conduct.where.en if study.conduct.where else "a reconstruction is not signed"
        yield Finding("account", event.account, f"cannot sign here: this record keeps no accounts ({where})")
        return
    if event.on != offered.on:
        yield Finding("on", event.on, f"is not the day of signing ({offered.on})")
    yield from _signer(study, state, event=event, by=offered.by)
    known = next((one for one in entries_to_sign(study, state) if one.position == event.position), None)
    if known is None:
        yield Finding("position", event.position, "is not an entry that stands and is signed", SEE)
        return
    if event.event_digest != event_digest(known.event):
        yield Finding(
            "event_digest", event.event_digest[:12], "is not that of the entry as it stands; it was corrected"
        )
    yield from _role(study, state, known=known, offered=offered)


def _signer(study: Study, state: TrialState, *, event: Signed, by: str) -> Iterable[Finding]:
    if event.account != by:
        yield Finding("account", event.account, f"is not the person who signs ({by})", "everyone signs for themselves")
    passwords = [one for one in state.logs.staff.credentials.get(event.account, []) if one.event.what == "password"]
    if passwords and passwords[-1].by != event.account:
        allowed = f"has a password that {passwords[-1].by} set on {passwords[-1].event.on}"
        way_out = f"choose one that only you know: `trialwright accounts password TRIAL --by {event.account}`"
        yield Finding("account", event.account, allowed, way_out)
    account = state.logs.staff.accounts.get(event.account)
    if account is not None and event.printed_name != account.event.printed_name:
        yield Finding(
            "printed_name", event.printed_name, f"is not the name of the account ({account.event.printed_name})"
        )
    if study.conduct.second_factor and not event.second_factor:
        allowed = "is needed for a signature by this protocol"
        yield Finding("second_factor", False, allowed, "set one up: `trialwright accounts second-factor`")


def _role(study: Study, state: TrialState, *, known: Known[Event], offered: Offered) -> Iterable[Finding]:
    event = offered.event
    assert isinstance(event, Signed)
    staff, wanted = state.logs.staff, roles_to_sign(study, known.event)
    if event.role not in wanted:
        allowed = f"does not sign entry {known.position}; it is signed by {', '.join(wanted)}"
        yield Finding("role", event.role, allowed)
        return
    if event.role not in staff.roles(event.account, on=offered.on):
        when = when_held(staff, event.account, roles=(event.role,), on=offered.on) or "it never was"
        allowed = f"is not delegated to {event.account} on {offered.on} ({when})"
        yield Finding("role", event.role, allowed, "an administrator delegates it: `trialwright accounts delegate`")
    for one in given_signatures(state, known=known):
        if one.event.account == event.account:
            allowed = f"has signed entry {known.position} as {one.event.role} on {one.event.on} already"
            yield Finding("account", event.account, allowed, "another person signs for another role")
        elif one.event.role == event.role:
            allowed = f"has signed entry {known.position} already ({one.event.printed_name}, {one.event.on})"
            yield Finding("role", event.role, allowed)
