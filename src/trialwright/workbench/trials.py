"""A trial in its folder: a copy of the protocol, and the ledger or where it is; opened, reached again, and verified."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import final

from trialwright.conduct import TrialState, as_of, fold
from trialwright.ledger import Change, DatabaseLedger, server_address
from trialwright.protocol import Study, protocol_schema, read_protocol
from trialwright.vocabulary.errors import LedgerBroken, NotFound, TrialError
from trialwright.vocabulary.events import Event, TrialOpened
from trialwright.vocabulary.records import Entry, Ledger, Record

PROTOCOL_FILE = "protocol.toml"
LEDGER_FILE = "ledger.sqlite"
SEALED_FILE = "randomisation.sealed"  # of a trial with arms: the list, encrypted
OWNER_ONLY = 0o600  # where credentials lie beside the record
LEDGER_ADDRESS_FILE = "ledger.toml"  # in its place, where the ledger is kept on a server
ADDRESS = """\
# Where the record of this trial is kept. No password belongs here: it comes from PGPASSWORD or ~/.pgpass.
address = {address}
"""


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

    def day_of(self, stated: datetime | None) -> date:
        """The calendar day, where the trial is run, of the moment at which an entry is made."""
        return self.study.identity.day_of(self.moment(stated))

    def today(self) -> date:
        """The day it is where the trial is run; in a reconstruction or a rehearsal, the day of its last entry."""
        identity = self.study.identity
        if not identity.reconstruction and not self.is_rehearsal():
            return identity.day_of(now())
        entries = (record.recorded_on(identity.zone) for record in self.ledger.read())
        return max(entries, default=identity.day_of(now()))


def open_trial(
    protocol: Path,
    folder: Path,
    *,
    by: str,
    at: datetime | None = None,
    rehearsal: bool = False,
    ledger: str | None = None,
    first: Sequence[Event] = (),
    beside: Change | None = None,
) -> Trial:
    """Open a trial from a protocol file in a new folder; its first entry is the opening.

    A rehearsal is for practice: every guard works as in the trial, but the moment of an entry may be stated, and
    everything that is shown or printed says that it is a rehearsal. ``ledger`` is the address of a PostgreSQL server
    where the record is kept; without it, a file in the folder. ``first`` follows the opening, and ``beside`` goes with
    it: the account of the person who opens the trial, and the password (``staff.open_trial``).

    Raises ProtocolError with every finding, TrialError when the folder already holds a trial, LedgerUnavailable when
    the ledger cannot be made; nothing is left then.
    """
    study = read_protocol(protocol)
    moment = at or now()
    opened = TrialOpened(
        trial=study.identity.id,
        protocol_digest=study.digest,
        on=study.identity.day_of(moment),
        reconstruction=study.identity.reconstruction,
        rehearsal=rehearsal,
    )
    entries = [Entry(event, by, moment) for event in (opened, *first)]
    with new_folder(folder, protocol.read_bytes(), address=ledger) as place:
        if beside is not None and isinstance(place, Path):
            place.touch(mode=OWNER_ONLY)
        return Trial(folder, study, DatabaseLedger.create(place, first=entries, beside=beside))


def keep_private(trial: Trial) -> None:
    """Let nobody but its owner read the file in which credentials are to lie."""
    file = trial.folder / LEDGER_FILE
    if file.exists():
        file.chmod(OWNER_ONLY)


@contextmanager
def new_folder(folder: Path, protocol: bytes, *, address: str | None) -> Iterator[Path | str]:
    """The place for the ledger of a new trial, whose folder holds the protocol; nothing is left when the block fails.

    Raises TrialError when the folder holds a trial already, or cannot be written.
    """
    check_free(folder)
    place: Path | str = folder / LEDGER_FILE if address is None else server_address(address)
    was_there = folder.exists()
    try:
        with _writable(folder):
            folder.mkdir(parents=True, exist_ok=True)
            (folder / PROTOCOL_FILE).write_bytes(protocol)
            if isinstance(place, str):
                quoted = json.dumps(place, ensure_ascii=False)  # a JSON string is a TOML string
                (folder / LEDGER_ADDRESS_FILE).write_text(ADDRESS.format(address=quoted), encoding="utf-8")
        yield place
    except BaseException:
        _remove_new(folder, with_folder=not was_there)
        raise


def check_free(folder: Path) -> None:
    """TrialError when the folder holds a trial already."""
    if any((folder / name).exists() for name in (PROTOCOL_FILE, LEDGER_FILE, LEDGER_ADDRESS_FILE)):
        raise TrialError(
            f"{folder} already holds a trial; choose another folder with --trial, or go on with that trial"
        )


@contextmanager
def _writable(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise TrialError(
            f"{folder} cannot be written ({error.strerror}); choose another folder with --trial"
        ) from error


def _remove_new(folder: Path, *, with_folder: bool) -> None:
    ledger = (LEDGER_FILE, f"{LEDGER_FILE}-wal", f"{LEDGER_FILE}-shm", f"{LEDGER_FILE}-journal")
    with suppress(OSError):
        for name in (PROTOCOL_FILE, LEDGER_ADDRESS_FILE, *ledger):
            (folder / name).unlink(missing_ok=True)
        if with_folder:
            folder.rmdir()


def ledger_place(folder: Path) -> Path | str:
    """Where the ledger of a trial is: a file in its folder, or the address that stands there; NotFound without both."""
    file, address = folder / LEDGER_FILE, folder / LEDGER_ADDRESS_FILE
    if file.exists() and address.exists():
        raise TrialError(
            f"{folder} holds a ledger and the address of another; take away {LEDGER_ADDRESS_FILE} or the file"
        )
    if not address.exists():
        if not file.exists():
            raise NotFound(f"there is no trial in {folder}; open one with `trialwright open PROTOCOL --trial {folder}`")
        return file
    try:
        said = tomllib.loads(address.read_text(encoding="utf-8"))["address"]
        return server_address(said.strip())
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise NotFound(
            f"{address} does not say where the ledger is; it holds one line: "
            'address = "postgresql://name@server/database?schema=trial_7"'
        ) from error


@contextmanager
def reach_ledger(folder: Path) -> Iterator[DatabaseLedger]:
    """The ledger of a trial that was opened before, closed again at the end of the block."""
    ledger = DatabaseLedger.open(ledger_place(folder))
    try:
        yield ledger
    finally:
        ledger.close()


@contextmanager
def reach_trial(folder: Path) -> Iterator[Trial]:
    """A trial that was opened before, closed again at the end of the block.

    Raises NotFound when there is none, LedgerBroken when the protocol is not the one it was opened from.
    """
    with reach_ledger(folder) as ledger:
        study = read_protocol(folder / PROTOCOL_FILE)
        same_protocol(study, ledger)
        yield Trial(folder, study, ledger)


def same_protocol(study: Study, ledger: Ledger) -> TrialOpened:
    """The opening of the trial; TrialError when it was opened from another protocol file."""
    first = next(iter(ledger.read()), None)
    if first is None or not isinstance(first.event, TrialOpened):
        raise LedgerBroken(position=1, why="the record does not begin with the opening of a trial")
    if first.event.protocol_digest != study.digest:
        raise TrialError(
            f"{PROTOCOL_FILE} in the trial's folder is not the file the trial was opened from "
            f"(digest {study.digest[:12]}…, recorded {first.event.protocol_digest[:12]}…); put the original back"
        )
    return first.event


def write_schema(path: Path) -> None:
    """Write the JSON Schema of a protocol file."""
    write_json(path, protocol_schema())


def write_json(path: Path, value: object) -> None:
    """Write a JSON document where the person said."""
    text = json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise TrialError(f"{path} cannot be written ({error.strerror}); name another file") from error
