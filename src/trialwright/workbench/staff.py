"""Accounts, roles and passwords: a trial opened by its first administrator, accounts kept, signatures, reviews."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import final, get_args

from trialwright.conduct.authority import PROGRAM
from trialwright.conduct.logs import StaffLog
from trialwright.conduct.signatures import ToSign, signing_list
from trialwright.ledger import credentials
from trialwright.ledger.secrets import hash_password, new_secret, setup_address
from trialwright.protocol import Study, read_protocol
from trialwright.vocabulary.errors import NotFound, TrialError
from trialwright.vocabulary.events import (
    AccountClosed,
    AccountOpened,
    AccountUnlocked,
    CredentialsChanged,
    DelegationEnded,
    Event,
    Role,
    RoleDelegated,
    Signed,
    TrailReviewed,
)
from trialwright.vocabulary.events.trial import Meaning
from trialwright.vocabulary.records import Record, event_digest
from trialwright.workbench import trials
from trialwright.workbench.asker import asker
from trialwright.workbench.identity import credentials_of
from trialwright.workbench.recording import append_offers, offers_of, record_events
from trialwright.workbench.trials import Trial, now

ACCOUNT = re.compile(r"[a-z0-9][a-z0-9._-]{0,39}")
MEANINGS: tuple[Meaning, ...] = get_args(Meaning)


def open_trial(
    protocol: Path,
    folder: Path,
    *,
    by: str,
    printed_name: str = "",
    at: datetime | None = None,
    rehearsal: bool = False,
    ledger: str | None = None,
) -> Trial:
    """Open a trial; where it keeps accounts, whoever opens it becomes its first administrator, with a password.

    All of that is recorded at once, or nothing is. ``ledger`` is the address of a server, as in ``trials.open_trial``.
    """
    study = read_protocol(protocol)
    if not study.guards("accounts"):
        return trials.open_trial(protocol, folder, by=by, at=at, rehearsal=rehearsal, ledger=ledger)
    moment = at or now()
    day = study.identity.day_of(moment)
    _check_account(by, printed_name=printed_name)
    trials.check_free(folder)
    password = _new_password(study, by)
    first = (
        AccountOpened(account=by, printed_name=printed_name, on=day),
        RoleDelegated(account=by, role="administrator", first_day=day, on=day),
        CredentialsChanged(account=by, on=day, what="password"),
    )
    beside = credentials.set_password(by, hash_password(password))
    return trials.open_trial(
        protocol, folder, by=by, at=moment, rehearsal=rehearsal, ledger=ledger, first=first, beside=beside
    )


def _check_account(account: str, *, printed_name: str) -> None:
    if not ACCOUNT.fullmatch(account) or account in (PROGRAM, "unknown"):
        raise TrialError(
            f"{account!r} is not the name of an account; use small letters, digits, '.', '_' and '-', as in "
            "--by anna.example"
        )
    if not printed_name.strip():
        raise TrialError(f"the name of {account}, as it stands beside a signature, is needed: --name 'Anna Example'")


def _new_password(study: Study, account: str) -> str:
    password = asker().new_password(account)
    least = study.conduct.password_min_length
    if len(password) < least:
        raise TrialError(f"a password has at least {least} characters; nothing was recorded")
    return password


def _keeps_accounts(trial: Trial) -> None:
    if not trial.study.guards("accounts"):
        raise TrialError("this trial keeps no accounts here; its protocol says where they are kept ([conduct] where)")


# Accounts and roles


def open_account(
    trial: Trial, account: str, *, printed_name: str, roles: Sequence[Role], by: str, at: datetime | None = None
) -> tuple[Record, ...]:
    """An account for a person, with roles from today on and a first password, all at once.

    Nobody signs with a password that somebody else set: its owner chooses another first.
    """
    _keeps_accounts(trial)
    _check_account(account, printed_name=printed_name)
    on = trial.day_of(at)
    events: list[Event] = [AccountOpened(account=account, printed_name=printed_name, on=on)]
    events += [RoleDelegated(account=account, role=role, first_day=on, on=on) for role in roles]
    events.append(CredentialsChanged(account=account, on=on, what="password"))
    asker().password(by, again=False)  # of who does it, before that of the account; it is looked at when recording
    change = credentials.set_password(account, hash_password(_new_password(trial.study, account)))
    return record_events(trial, events, by=by, at=at, computed=True, beside=change)


def close_account(trial: Trial, account: str, *, reason: str, by: str, at: datetime | None = None) -> Record:
    """Nobody uses this account any more; what it recorded and signed stays."""
    _keeps_accounts(trial)
    return record_events(trial, [AccountClosed(account=account, on=trial.day_of(at), reason=reason)], by=by, at=at)[0]


def unlock_account(trial: Trial, account: str, *, reason: str, by: str, at: datetime | None = None) -> Record:
    """Let a locked account in again."""
    _keeps_accounts(trial)
    event = AccountUnlocked(account=account, on=trial.day_of(at), reason=reason)
    change = credentials.forget_failures(account)
    return record_events(trial, [event], by=by, at=at, computed=True, beside=change)[0]


def delegate(
    trial: Trial,
    account: str,
    *,
    role: Role,
    by: str,
    first_day: date | None = None,
    last_day: date | None = None,
    at: datetime | None = None,
) -> Record:
    """Delegate a role to a person, from today or a later day on."""
    _keeps_accounts(trial)
    on = trial.day_of(at)
    event = RoleDelegated(account=account, role=role, first_day=first_day or on, last_day=last_day, on=on)
    return record_events(trial, [event], by=by, at=at)[0]


def end_delegation(
    trial: Trial,
    account: str,
    *,
    role: Role,
    reason: str,
    by: str,
    last_day: date | None = None,
    at: datetime | None = None,
) -> Record:
    """Take a role back; the last day on which it is held is today or the one named."""
    _keeps_accounts(trial)
    on = trial.day_of(at)
    event = DelegationEnded(account=account, role=role, last_day=last_day or on, on=on, reason=reason)
    return record_events(trial, [event], by=by, at=at)[0]


# Passwords and second factors


def change_password(trial: Trial, account: str, *, by: str, at: datetime | None = None) -> tuple[Record, ...]:
    """A new password: one's own, or another's by an administrator.

    In a record without any password (it was just restored from a backup) an administrator sets the first one without
    proof; whoever can read and write the database could do more than that.
    """
    _keeps_accounts(trial)
    on = trial.day_of(at)
    event = CredentialsChanged(account=account, on=on, what="password")
    if not credentials_of(trial).is_empty():
        asker().password(by, again=False)  # the present one first; it is looked at when recording
        change = credentials.set_password(account, hash_password(_new_password(trial.study, account)))
        return record_events(trial, [event], by=by, at=at, computed=True, beside=change)
    staff = trial.state().logs.staff
    if account != by or "administrator" not in staff.roles(account, on=on):
        raise TrialError(
            "nobody has a password here (the record was restored from a backup); an administrator sets their own "
            "first: `trialwright accounts password TRIAL --by ADMINISTRATOR`"
        )
    let_in = AccountUnlocked(account=account, on=on, reason="no account had a password")
    events = [*([let_in] if account in staff.locked else []), event]
    change = credentials.set_password(account, hash_password(_new_password(trial.study, account)))
    trials.keep_private(trial)
    offers = offers_of(events, computed=True)
    return append_offers(trial, offers, by=PROGRAM, at=trial.moment(at), beside=change)


def new_second_factor(trial: Trial, *, by: str, at: datetime | None = None) -> str:
    """Set up one-time codes for oneself; the answer is the address for an authenticator, shown once and kept nowhere.

    Who has codes already types one of them; who lost them asks an administrator to remove them.
    """
    _keeps_accounts(trial)
    secret = new_secret()
    event = CredentialsChanged(account=by, on=trial.day_of(at), what="second factor")
    has_one = credentials_of(trial).has_second_factor(by) and trial.study.conduct.second_factor
    change = credentials.set_second_factor(by, secret)
    record_events(trial, [event], by=by, at=at, computed=True, signing=has_one, beside=change)
    return setup_address(secret, account=by, trial=trial.study.identity.id)


def remove_second_factor(trial: Trial, account: str, *, by: str, at: datetime | None = None) -> Record:
    """Take away the one-time codes of a person who lost them; an administrator does."""
    _keeps_accounts(trial)
    if account == by:
        raise TrialError("another person removes the second factor: an administrator, not its owner")
    event = CredentialsChanged(account=account, on=trial.day_of(at), what="second factor")
    change = credentials.remove_second_factor(account)
    return record_events(trial, [event], by=by, at=at, computed=True, beside=change)[0]


# Signatures and reviews


def signature_list(trial: Trial, *, on: date | None = None) -> tuple[ToSign, ...]:
    """Every entry that is signed by the protocol, in the order of the record, as known on a day."""
    return signing_list(trial.study, trial.state(on=on))


def entry_to_sign(trial: Trial, position: int) -> ToSign:
    """One entry that is signed; NotFound when there is none at that position."""
    _keeps_accounts(trial)
    found = next((one for one in signature_list(trial) if one.known.position == position), None)
    if found is None:
        raise NotFound(
            f"entry {position} is not one that stands and is signed; `trialwright signatures TRIAL` lists them"
        )
    return found


def sign(
    trial: Trial,
    position: int,
    *,
    meaning: Meaning,
    by: str,
    role: Role | None = None,
    at: datetime | None = None,
    expected: ToSign | None = None,
) -> Record:
    """Sign an entry: the password is typed again, with a one-time code where the protocol asks for it.

    What is signed is the entry as the person saw it (``expected``), or as it stands; where it was corrected meanwhile,
    the signature is refused.
    """
    entry = expected or entry_to_sign(trial, position)
    on, staff = trial.day_of(at), trial.state().logs.staff
    account = staff.accounts.get(by)
    event = Signed(
        position=position,
        event_digest=event_digest(entry.known.event),
        on=on,
        meaning=meaning,
        account=by,
        printed_name=account.event.printed_name if account else by,
        role=role or _role(staff, by, entry=entry, on=on),
        second_factor=trial.study.conduct.second_factor,
    )
    return record_events(trial, [event], by=by, at=at, computed=True, signing=True)[0]


def _role(staff: StaffLog, by: str, *, entry: ToSign, on: date) -> Role:
    """The role in which a person signs, where there is only one; the guard refuses one that does not fit."""
    held = [role for role in staff.roles(by, on=on) if role in entry.missing]
    if len(held) > 1:
        raise TrialError(f"{by} may sign as {' or as '.join(held)}; say which: --role")
    waiting = entry.missing or tuple(one.event.role for one in entry.given)
    return held[0] if held else waiting[0]


def review_trail(
    trial: Trial, *, by: str, upto: int | None = None, findings: str = "", at: datetime | None = None
) -> Record:
    """Record a review of the audit trail up to an entry, the last one unless it is named; then it is signed."""
    last = trial.ledger.head().position
    if upto is not None and not 1 <= upto <= last:
        raise TrialError(f"there is no entry {upto}; the record ends at entry {last}")
    event = TrailReviewed(on=trial.day_of(at), upto=upto or last, findings=findings)
    return record_events(trial, [event], by=by, at=at)[0]


# Who there is


@final
@dataclass(frozen=True, slots=True)
class Person:
    """An account: its owner, the roles held on a day, every delegation, and whether it may be used."""

    account: str
    printed_name: str
    roles: tuple[Role, ...]
    delegations: tuple[tuple[Role, date, date | None], ...]  # role, first and last day
    is_open: bool
    closed_on: date | None
    locked_on: date | None


def people(trial: Trial, *, on: date | None = None) -> tuple[Person, ...]:
    """Every account and what it may do on a day, as known at the end of that day; today without one."""
    day = on or trial.today()
    staff = trial.state(on=on).logs.staff
    return tuple(_person(staff, account, on=day) for account in staff.accounts)


def _person(staff: StaffLog, account: str, *, on: date) -> Person:
    closed, locked = staff.closed.get(account), staff.locked.get(account)
    given = staff.delegations.get(account, [])
    return Person(
        account,
        staff.accounts[account].event.printed_name,
        staff.roles(account, on=on),
        tuple((one.event.role, one.event.first_day, staff.last_day(one)) for one in given),
        staff.is_open(account),
        closed.event.on if closed else None,
        locked.event.on if locked else None,
    )
