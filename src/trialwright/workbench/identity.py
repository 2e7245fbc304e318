"""Who is at the keyboard: every writing use case passes through ``identified`` before anything is recorded.

Where the trial keeps accounts, the person named by ``by`` proves to be that person with a password, and for a
signature with a one-time code as well. How a person is asked depends on the program (a terminal, a page, a script): it
says so once, with ``asker.asking``. Who is not recognised gets the same answer, whatever it was that was not right.
"""

from __future__ import annotations

from datetime import datetime

from trialwright.conduct.authority import PROGRAM
from trialwright.conduct.offers import Offer, entries_from
from trialwright.ledger import Credentials, DatabaseLedger
from trialwright.ledger.secrets import password_fits, step_of
from trialwright.vocabulary.errors import LedgerMoved, NotRecognised, TrialError
from trialwright.vocabulary.events import AccountLocked
from trialwright.vocabulary.records import body_of
from trialwright.workbench.asker import asker
from trialwright.workbench.trials import Trial, now

ATTEMPTS = 5  # to note a lock-out while others write


def credentials_of(trial: Trial) -> Credentials:
    """The credentials beside a trial's record."""
    if not isinstance(trial.ledger, DatabaseLedger):
        raise TrialError("accounts need a record in a database; this one is kept in memory")
    return trial.ledger.credentials


def identified(trial: Trial, *, by: str, at: datetime | None = None, signing: bool = False) -> None:
    """Nothing where the person is recognised, or the trial keeps no accounts; NotRecognised otherwise.

    ``signing``: the password is typed again, with a one-time code where the protocol asks for one. ``at`` is the
    moment by which the code is checked where one is stated, in a rehearsal; otherwise the clock is read once the code
    is typed.
    """
    if not trial.study.guards("accounts"):
        return
    with_code = signing and trial.study.conduct.second_factor
    password = asker().password(by, again=signing)
    code = asker().code(by) if with_code else None
    moment = at or now()
    stored, allowed = credentials_of(trial).attempt(by), trial.study.conduct.failed_attempts
    fits = password_fits(stored.password_hash if stored else None, password)
    if stored is not None and stored.failures <= allowed and fits:
        if code is not None and stored.second_factor is None:
            credentials_of(trial).succeeded(by)
            raise TrialError(f"{by} has no second factor; set one up: `trialwright accounts second-factor`")
        step = None if code is None else step_of(stored.second_factor, code, at=moment, after=stored.last_step)
        if (code is None or step is not None) and credentials_of(trial).succeeded(by, step=step):
            return
    if stored is not None and stored.failures >= allowed:
        _lock(trial, by, at=moment)
    raise NotRecognised(
        f"not recognised: {by} has no account here, is locked, or the password{' or the code' if with_code else ''} is "
        f"not right. Nothing was recorded. After {allowed} wrong attempts an account is locked; an administrator "
        "unlocks it with `trialwright accounts unlock`"
    )


def _lock(trial: Trial, account: str, *, at: datetime) -> None:
    """Note in the record that an account is locked, once; whoever else writes meanwhile goes first."""
    allowed = trial.study.conduct.failed_attempts
    for _ in range(ATTEMPTS):
        records = trial.records()
        staff = trial.state().logs.staff
        if not staff.is_open(account):
            return
        moment = max(at, records[-1].entry.at)
        on = trial.study.identity.day_of(moment)
        event = AccountLocked(account=account, on=on, reason=f"{allowed} wrong passwords or codes in a row")
        offer = Offer(1, event.kind, body_of(event), computed=True)
        entries = entries_from(trial.study, records, offers=[offer], by=PROGRAM, at=moment)
        try:
            trial.ledger.append(entries, expected=len(records))
        except LedgerMoved:
            continue
        return
