"""Writing to the record: events from a file or from a command, all of them or none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from trialwright.conduct.offers import Offer, entries_from, read_offers
from trialwright.ledger import Change, DatabaseLedger
from trialwright.vocabulary.errors import Finding, NotFound, RecordError, TrialError
from trialwright.vocabulary.events import Event
from trialwright.vocabulary.records import Record, body_of
from trialwright.workbench.identity import identified
from trialwright.workbench.trials import Trial, now


def record_file(trial: Trial, path: Path, *, by: str, at: datetime | None = None) -> tuple[Record, ...]:
    """Record the events of a JSON Lines file: all of them, or none and every finding (RecordError).

    ``at`` is stated in a rehearsal only.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise NotFound(f"{path} cannot be read as UTF-8 text ({error})") from error
    return record_offers(trial, read_offers(text), by=by, at=at and trial.moment(at))


def record_offers(
    trial: Trial,
    offers: Sequence[Offer],
    *,
    by: str,
    at: datetime | None = None,
    signing: bool = False,
    beside: Change | None = None,
) -> tuple[Record, ...]:
    """Record offers, all or none: RecordError holds every finding; LedgerMoved says that someone wrote meanwhile.

    Every entry a person makes passes through here, so that nobody records who is not recognised (NotRecognised).
    """
    identified(trial, by=by, at=at, signing=signing)
    return append_offers(trial, offers, by=by, at=at or now(), beside=beside)


def append_offers(
    trial: Trial, offers: Sequence[Offer], *, by: str, at: datetime, beside: Change | None = None
) -> tuple[Record, ...]:
    """Record offers of somebody who is recognised already; ``beside`` changes credentials in the same transaction."""
    records = trial.records()
    entries = entries_from(trial.study, records, offers=offers, by=by, at=at)
    if beside is None:
        return trial.ledger.append(entries, expected=len(records))
    if not isinstance(trial.ledger, DatabaseLedger):
        raise TrialError("accounts need a record in a database; this one is kept in memory")
    return trial.ledger.append(entries, expected=len(records), beside=beside)


def record_events(
    trial: Trial,
    events: Sequence[Event],
    *,
    by: str,
    at: datetime | None = None,
    computed: bool = False,
    signing: bool = False,
    beside: Change | None = None,
) -> tuple[Record, ...]:
    """Record events made by a command, all or none; ``at`` is stated in a rehearsal only.

    ``computed`` says that the command itself worked out what the event says, as it does for a decision or a signature.
    ``signing`` asks for the password anew, and for a one-time code; ``beside`` changes credentials with it.

    RecordError holds every finding, placed by the field of the event.
    """
    try:
        return record_offers(
            trial,
            offers_of(events, computed=computed),
            by=by,
            at=at and trial.moment(at),
            signing=signing,
            beside=beside,
        )
    except RecordError as error:
        if len(events) != 1:
            raise
        raise RecordError(error.headline, [_without_line(finding) for finding in error.findings]) from error


def offers_of(events: Sequence[Event], *, computed: bool) -> list[Offer]:
    """Events as they are offered for recording."""
    return [
        Offer(line=number, kind=one.kind, body=body_of(one), computed=computed)
        for number, one in enumerate(events, start=1)
    ]


def _without_line(finding: Finding) -> Finding:
    """A finding about the only event there is: its line says nothing."""
    return replace(finding, place=finding.place.removeprefix("line 1").removeprefix("."))
