"""What opens something sealed: one participant's envelope, the kit list, codes. Each is an entry first, then shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import final

from trialwright.conduct.randomisation import numbers_of
from trialwright.ledger.sealing import Key, code_of, read_code, read_key, site_key, written_code
from trialwright.protocol.randomisation import Arm
from trialwright.vocabulary.errors import NotFound, TrialError
from trialwright.vocabulary.events import EnvelopeSealed, SealedListOpened, TreatmentUnblinded
from trialwright.vocabulary.events.randomisation import Purpose
from trialwright.vocabulary.records import Record
from trialwright.workbench.asker import asker
from trialwright.workbench.identity import identified
from trialwright.workbench.recording import record_events
from trialwright.workbench.sealed_lists import (
    arm_of,
    arms_by_number,
    checked_key,
    envelope_for,
    in_force,
    opened_contents,
    section_of,
    site_of,
)
from trialwright.workbench.trials import Trial


def key_from(path: Path) -> Key:
    """A key from its file; where it is locked, the passphrase is asked for as a password is."""
    return read_key(path, passphrase=lambda: asker().password(path.name, again=False))


@final
@dataclass(frozen=True, slots=True)
class Shown:
    """One participant's arm, and the entry that says it was shown."""

    record: Record
    usubjid: str
    number: str
    arm: Arm


def unblind(
    trial: Trial,
    usubjid: str,
    *,
    reason: str,
    told_to: Sequence[str],
    key: Key | None = None,
    code: str | None = None,
    emergency: bool = False,
    witness: str | None = None,
    by: str,
    at: datetime | None = None,
) -> Shown:
    """Show one participant's arm to those named, for a reason; the entry is made first.

    Without an emergency a second person (``witness``) proves to be there, and the list key is used. In an emergency
    the code of the number or the break-glass key of the site opens the one envelope, and one person is enough. Where
    the key or code does not fit, nothing is recorded and nothing shown.
    """
    known = trial.state().logs.randomisation.randomised.get(usubjid)
    if known is None:
        raise NotFound(f"{usubjid} is not randomised; `trialwright randomised` lists who is")
    number = known.event.number
    arm = section_of(trial.study).arm(arm_of(trial, number, key=key, code=None if code is None else read_code(code)))
    event = TreatmentUnblinded(
        usubjid=usubjid,
        on=trial.day_of(at),
        reason=reason,
        told_to=tuple(told_to),
        emergency=emergency,
        witness=witness,
        opened_with="code" if key is None or code is not None else key.holds,
    )
    if witness is not None:
        identified(trial, by=witness, at=at and trial.moment(at), signing=True)
    record = record_events(trial, [event], by=by, at=at, computed=True, signing=not emergency)[0]
    return Shown(record, usubjid, number, arm)


def opening(trial: Trial, purpose: Purpose, *, by: str, at: datetime | None = None, cut: str = "") -> Record:
    """The entry that the list is opened, made before anything of it is shown."""
    return record_events(
        trial, [SealedListOpened(on=trial.day_of(at), purpose=purpose, cut=cut)], by=by, at=at, computed=True
    )[0]


@final
@dataclass(frozen=True, slots=True)
class Kit:
    """A line of the pharmacist's list."""

    number: str
    usubjid: str
    arm: Arm
    dispensed: tuple[tuple[str, str], ...]  # kit, and what was in it


def kit_list(trial: Trial, key: Key, *, by: str, at: datetime | None = None) -> tuple[Kit, ...]:
    """Which arm everybody randomised so far is in, and what was in each kit: for the pharmacist's eyes only."""
    section, arms = section_of(trial.study), arms_by_number(trial, key)
    log = trial.state().logs.randomisation
    kits = tuple(
        Kit(
            number,
            usubjid,
            section.arm(arms[number]),
            tuple(
                (one.event.kit, opened_contents(trial, key, kit=one.event.kit, sealed=one.event.contents))
                for one in log.kits.get(usubjid, [])
            ),
        )
        for number, usubjid in log.numbers.items()
    )
    opening(trial, "kit list", by=by, at=at)
    return kits


def allocation(trial: Trial, key: Key, *, purpose: Purpose, by: str, at: datetime | None, cut: str) -> dict[str, str]:
    """The arm of every participant by pseudonym, for an analysis by arm; the entry that it was opened is made."""
    arms = arms_by_number(trial, key)
    opening(trial, purpose, by=by, at=at, cut=cut)
    numbers = trial.state().logs.randomisation.numbers
    return {usubjid: arms[number] for number, usubjid in numbers.items()}


def seal_envelopes(trial: Trial, key: Key, *, by: str, at: datetime | None = None) -> tuple[Record, ...]:
    """After a minimisation: seal the envelope of everybody who has none, so that each can be unblinded alone."""
    if section_of(trial.study).method != "minimisation":
        raise TrialError("every number of this list has its envelope already; only a minimisation needs them added")
    arms, log = arms_by_number(trial, key), trial.state().logs.randomisation
    events = [
        EnvelopeSealed(on=trial.day_of(at), number=number, envelope=envelope_for(trial, key, number=number, arm=arm))
        for number, arm in arms.items()
        if number not in log.envelopes
    ]
    return record_events(trial, events, by=by, at=at, computed=True) if events else ()


@final
@dataclass(frozen=True, slots=True)
class Code:
    """The code of one number, for a paper envelope at its site."""

    number: str
    site: str
    code: str


def unblinding_codes(trial: Trial, key: Key, *, by: str, at: datetime | None = None) -> tuple[Code, ...]:
    """The code of each number, to be printed and sealed on paper; in a minimisation, of the numbers that are given.

    A code opens the envelope of its number and nothing else; no arm is read for them.
    """
    if checked_key(trial, key).holds != "list key":
        raise TrialError("codes are made with the list key, not with a break-glass key")
    section, log = section_of(trial.study), trial.state().logs.randomisation
    if section.method == "minimisation":
        sites = {number: site_of(trial, number) for number in log.numbers}
    else:
        count = in_force(log).numbers
        sites = {
            number: section.site_of(levels)
            for place, levels in enumerate(section.strata, start=1)
            for number in numbers_of(section, place, count=count)
        }
    opening(trial, "unblinding codes", by=by, at=at)
    return tuple(
        Code(number, site, written_code(code_of(site_key(key.secret, site), number))) for number, site in sites.items()
    )


def unblinded_days(trial: Trial) -> tuple[tuple[str, date, str], ...]:
    """Who was unblinded, when, and why; never the arm."""
    log = trial.state().logs.randomisation
    return tuple(
        (usubjid, known.event.on, known.event.reason) for usubjid, all_of in log.unblindings.items() for known in all_of
    )
