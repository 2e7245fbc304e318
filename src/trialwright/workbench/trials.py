"""A trial in its folder: a copy of the protocol and the ledger, opened, reached again, and verified."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import final

from trialwright.conduct import TrialState, as_of, fold
from trialwright.ledger import Change, DatabaseLedger, check_anchor
from trialwright.protocol import Study, protocol_schema, read_protocol
from trialwright.vocabulary.errors import LedgerBroken, NotFound, TrialError
from trialwright.vocabulary.events import Event, TrialOpened
from trialwright.vocabulary.records import Entry, Head, Ledger, Record

PROTOCOL_FILE = "protocol.toml"
LEDGER_FILE = "ledger.sqlite"
OWNER_ONLY = 0o600  # where credentials lie beside the record


def now() -> datetime:
    """The present moment, in UTC: the one place where the clock is read."""
    return datetime.now(UTC)


@final
@dataclass(frozen=True, slots=True)
class Trial:
    """A trial in use: where it lies, what its protocol says, and its record."""

    folder: Path
    study: Study
    ledger: Ledger

    def records(self, *, on: date | None = None) -> tuple[Record, ...]:
        """The record, or what was in it at the end of a day."""
        records = tuple(self.ledger.read())
        return records if on is None else as_of(records, on, zone=self.study.identity.zone)

    def state(self, *, on: date | None = None) -> TrialState:
        """What is known, or was known at the end of a day."""
        return fold(self.records(on=on), zone=self.study.identity.zone)

    def is_rehearsal(self) -> bool:
        """Whether the trial was opened for practice."""
        first = next(iter(self.ledger.read()), None)
        return first is not None and isinstance(first.event, TrialOpened) and first.event.rehearsal

    def moment(self, stated: datetime | None) -> datetime:
        """When an entry is made: now, or as stated, which only a rehearsal may do."""
        if stated is None:
            return now()
        if not self.is_rehearsal():
            raise TrialError(
                "the moment of an entry is stated only in a rehearsal (`trialwright open --rehearsal`); "
                "leave --at out: the clock is read"
            )
        return stated if stated.tzinfo else stated.replace(tzinfo=self.study.identity.zone)

    def today(self) -> date:
        """The day it is where the trial is run; in a reconstruction or a rehearsal, the day of its last entry."""
        zone = self.study.identity.zone
        if not self.study.identity.reconstruction and not self.is_rehearsal():
            return now().astimezone(zone).date()
        return max((record.recorded_on(zone) for record in self.ledger.read()), default=now().astimezone(zone).date())


def open_trial(
    protocol: Path,
    folder: Path,
    *,
    by: str,
    at: datetime | None = None,
    rehearsal: bool = False,
    first: Sequence[Event] = (),
    beside: Change | None = None,
) -> Trial:
    """Open a trial from a protocol file in a new folder; its first entry is the opening.

    A rehearsal is for practice: every guard works as in the trial, but the moment of an entry may be stated, and
    everything that is shown or printed says that it is a rehearsal. ``first`` follows the opening, and ``beside`` goes
    with it: the account of the person who opens the trial, and the password (``staff.open_trial``).

    Raises ProtocolError with every finding, or TrialError when the folder already holds a trial.
    """
    study = read_protocol(protocol)
    target = folder / PROTOCOL_FILE
    if target.exists() or (folder / LEDGER_FILE).exists():
        raise TrialError(
            f"{folder} already holds a trial; choose another folder with --trial, or go on with that trial"
        )
    moment = at or now()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        target.write_bytes(protocol.read_bytes())
    except OSError as error:
        raise TrialError(
            f"{folder} cannot be written ({error.strerror}); choose another folder with --trial"
        ) from error
    opened = TrialOpened(
        trial=study.identity.id,
        protocol_digest=study.digest,
        on=moment.astimezone(study.identity.zone).date(),
        reconstruction=study.identity.reconstruction,
        rehearsal=rehearsal,
    )
    ledger = DatabaseLedger.create(folder / LEDGER_FILE)
    ledger.append([Entry(event, by, moment) for event in (opened, *first)], expected=0, beside=beside)
    if beside is not None:
        (folder / LEDGER_FILE).chmod(OWNER_ONLY)
    return Trial(folder, study, ledger)


@contextmanager
def reach_trial(folder: Path) -> Iterator[Trial]:
    """A trial that was opened before, closed again at the end of the block.

    Raises NotFound when there is none, LedgerBroken when the protocol is not the one it was opened from.
    """
    if not (folder / LEDGER_FILE).exists():
        raise NotFound(f"there is no trial in {folder}; open one with `trialwright open PROTOCOL --trial {folder}`")
    study = read_protocol(folder / PROTOCOL_FILE)
    ledger = DatabaseLedger.open(folder / LEDGER_FILE)
    try:
        _same_protocol(study, ledger)
        yield Trial(folder, study, ledger)
    finally:
        ledger.close()


def _same_protocol(study: Study, ledger: Ledger) -> None:
    first = next(iter(ledger.read()), None)
    if first is None or not isinstance(first.event, TrialOpened):
        raise LedgerBroken(position=1, why="the record does not begin with the opening of a trial")
    if first.event.protocol_digest != study.digest:
        raise TrialError(
            f"{PROTOCOL_FILE} in the trial's folder is not the file the trial was opened from "
            f"(digest {study.digest[:12]}…, recorded {first.event.protocol_digest[:12]}…); put the original back"
        )


def verify_trial(folder: Path, *, anchor: Path | None = None) -> Head:
    """Recompute the whole digest chain of a trial; LedgerBroken names the first entry that does not fit.

    ``anchor`` is a file written earlier with the head of that day: it shows whether entries were cut off since.
    """
    if not (folder / LEDGER_FILE).exists():
        raise NotFound(f"there is no trial in {folder}")
    ledger = DatabaseLedger.open(folder / LEDGER_FILE)
    try:
        head = ledger.verify()
        if anchor is not None:
            check_anchor(ledger, _anchor(anchor))
        _same_protocol(read_protocol(folder / PROTOCOL_FILE), ledger)
    finally:
        ledger.close()
    return head


def write_anchor(head: Head, path: Path) -> None:
    """Write the head of a ledger to a file that is kept elsewhere, to be compared with later."""
    _write(path, {"position": head.position, "digest": head.digest})


def write_schema(path: Path) -> None:
    """Write the JSON Schema of a protocol file."""
    _write(path, protocol_schema())


def _write(path: Path, value: object) -> None:
    text = json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise TrialError(f"{path} cannot be written ({error.strerror}); name another file") from error


def _anchor(path: Path) -> Head:
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
        return Head(int(stored["position"]), str(stored["digest"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise NotFound(
            f"{path} is not an anchor file; write one with `trialwright verify TRIAL --write-anchor FILE`"
        ) from error
