"""The product in use: batches from a file, releases, storage, doses prepared and checked, infusions."""

from __future__ import annotations

import csv
import json
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any, final

from trialwright.conduct.infusion import Rate, dose_of_volume, rate
from trialwright.conduct.offers import Offer
from trialwright.conduct.preparation import Prepared, prepare
from trialwright.conduct.product import Bag, Specification, bags_on, specification, specification_of
from trialwright.conduct.signatures import roles_to_sign
from trialwright.conduct.state import TrialState
from trialwright.protocol import Study
from trialwright.vocabulary.errors import Complaints, Finding, NotFound, OutOfOrder, RecordError
from trialwright.vocabulary.events import (
    BagFilled,
    BatchMade,
    BatchReleased,
    DonationRegistered,
    Event,
    IdentityConfirmed,
    InfusionGiven,
    ProductReleased,
    ReleaseTested,
    StorageRecorded,
)
from trialwright.vocabulary.records import Record, revive
from trialwright.workbench.recording import record_events, record_offers
from trialwright.workbench.tables import named_cells
from trialwright.workbench.trials import Trial

TABLES: Mapping[str, type[Event]] = {  # in the order in which they are recorded
    "donations": DonationRegistered,
    "batches": BatchMade,
    "bags": BagFilled,
    "tests": ReleaseTested,
    "storage": StorageRecorded,
    "releases": BatchReleased,
}
BY_RESULT = ("in_specification", "failed")  # of a release: computed here, never taken from a file


@final
@dataclass(frozen=True, slots=True)
class BatchStanding:
    """A batch as it stands on a day."""

    made: BatchMade
    specification: Specification
    released: BatchReleased | None
    bags: tuple[Bag, ...]


def batches(trial: Trial, *, on: date | None = None) -> tuple[BatchStanding, ...]:
    """Every batch with its tests and bags as they stand on a day, the one that expires first in front."""
    study, state = trial.study, trial.state(on=on)
    day = on or trial.today()
    log = state.logs.product
    bags = bags_on(study, state, on=day)
    made = sorted((known.event for known in log.batches.values()), key=lambda one: (one.expires_on, one.on, one.batch))
    return tuple(
        BatchStanding(
            one,
            specification_of(study, state, batch=one.batch),
            log.releases[one.batch].event if one.batch in log.releases else None,
            tuple(bag for bag in bags if bag.filled.batch == one.batch),
        )
        for one in made
    )


def record_batches(trial: Trial, path: Path, *, by: str, at: datetime | None = None) -> tuple[Record, ...]:
    """Record donations, batches, bags, tests, storage and releases of a file: all of it, or none and every finding.

    TOML or JSON with one list a kind, or CSV with the kind in its first column; see ``batch_template``. Whether a
    release is in specification is computed from the results on record and in the file.
    """
    rows = _rows(path)
    moment = trial.moment(at)
    complaints = Complaints()
    offers = [_offer(row, number, complaints=complaints) for number, row in enumerate(rows, start=1)]
    complaints.raise_as(RecordError, f"{path} cannot be read; nothing was recorded")
    known = [one for one in offers if one is not None]
    judged = _released_as_tested(trial.study, trial.state(), offers=known)
    try:
        return record_offers(trial, judged, by=by, at=moment)
    except RecordError as error:
        raise RecordError(error.headline, [_placed(finding, rows) for finding in error.findings]) from error


@final
@dataclass(frozen=True, slots=True)
class _Row:
    """One thing in a file: which table it belongs to, where it stands, and its fields."""

    table: str
    place: str
    fields: dict[str, Any]


def _rows(path: Path) -> list[_Row]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise NotFound(f"{path} cannot be read as UTF-8 text ({error})") from error
    kind = path.suffix.lower()
    try:
        if kind == ".csv":
            return _rows_of_csv(text)
        tables = json.loads(text) if kind == ".json" else tomllib.loads(text)
    except (ValueError, csv.Error, RecursionError) as error:
        raise RecordError(
            f"{path} cannot be read; nothing was recorded", [Finding("file", kind, str(error))]
        ) from error
    return _rows_of_tables(tables)


def _rows_of_tables(tables: Any) -> list[_Row]:
    complaints = Complaints()
    there_is = f"there is {', '.join(TABLES)}"
    if complaints.unless(isinstance(tables, dict), "file", tables, f"must hold lists by name; {there_is}"):
        for name, rows in tables.items():
            complaints.unless(name in TABLES, name, "", f"is not known here; {there_is}")
            shaped = isinstance(rows, list) and all(isinstance(row, dict) for row in rows)
            complaints.unless(shaped, name, rows, "must be a list of tables", f"write [[{name}]]")
    complaints.raise_as(RecordError, "the file cannot be read; nothing was recorded")
    return [
        _Row(name, f"{name}[{number}]", dict(row))
        for name in TABLES
        for number, row in enumerate(tables.get(name, ()), start=1)
    ]


def _rows_of_csv(text: str) -> list[_Row]:
    """Rows in the order of ``TABLES``; an empty cell is a field that is not there, ``|`` or ``;`` parts a list."""
    rows = []
    for line, row in named_cells(text):
        cells = {name: value.strip() for name, value in row.items() if value is not None}
        if len(cells) < len(row):
            raise ValueError(f"line {line} has not as many cells as the first line has names")
        fields = {name: _cell(name, value) for name, value in cells.items() if name and name != "what" and value}
        rows.append(_Row(cells.get("what", ""), f"line {line}", fields))
    order = list(TABLES)
    return sorted(rows, key=lambda row: order.index(row.table) if row.table in order else len(order))


def _cell(name: str, value: str) -> Any:
    """A cell as its field is typed: a list, a number, true or false, or the text itself."""
    if name == "donations":
        return [part.strip() for part in value.replace("|", ";").split(";") if part.strip()]
    if value in ("true", "false"):
        return value == "true"
    numeric = name in ("value", "volume_ml", "cells", "viability", "dmso_percent", "temperature_c", "minutes")
    try:
        return float(value.replace(",", ".")) if numeric else value
    except ValueError:
        return value


def _offer(row: _Row, number: int, *, complaints: Complaints) -> Offer | None:
    if not complaints.unless(
        row.table in TABLES, f"{row.place}.what", row.table, f"is not known here; there is {', '.join(TABLES)}"
    ):
        return None
    fields = dict(row.fields)
    if row.table == "storage" and "event" in fields:
        fields["what"] = fields.pop("event")  # in CSV the column ``what`` names the table
    if row.table == "tests":
        fields.setdefault("value", None)  # a test without a result could not be determined: never a pass
    if row.table == "releases":
        for name in BY_RESULT:
            complaints.unless(
                name not in fields,
                f"{row.place}.{name}",
                fields.get(name),
                "is computed from the tests",
                "leave it out",
            )
    return Offer(number, TABLES[row.table].kind, {name: _plain(value) for name, value in fields.items()})


def _plain(value: Any) -> Any:
    """A value as a record stores it: days and times as text."""
    return value.isoformat() if isinstance(value, date | datetime) else value


def _released_as_tested(study: Study, state: TrialState, *, offers: Sequence[Offer]) -> list[Offer]:
    """Offers with every release judged by the results on record and in the same file."""
    found: dict[str, list[ReleaseTested]] = {
        batch: [known.event for known in tests] for batch, tests in state.logs.product.tests.items()
    }
    judged = []
    for one in offers:
        offer = one
        if one.kind == ReleaseTested.kind:
            for event in _read(one):
                found.setdefault(event.batch, []).append(event)
        if one.kind == BatchReleased.kind:
            offer = replace(one, body=_judged(study, found.get(str(one.body.get("batch")), []), body=one.body))
        judged.append(offer)
    return judged


def _judged(study: Study, found: Iterable[ReleaseTested], *, body: Mapping[str, Any]) -> dict[str, Any]:
    verdict = specification(study, found)
    return {**body, "in_specification": verdict.verdict == "met", "failed": list(verdict.failed)}


def _read(offer: Offer) -> list[ReleaseTested]:
    try:
        event = revive(offer.kind, offer.body)
    except RecordError:
        return []  # it is refused with its findings when it is recorded
    return [event] if isinstance(event, ReleaseTested) else []


def _placed(finding: Finding, rows: Sequence[_Row]) -> Finding:
    """A finding about the nth offer, in the place of the file where it stands."""
    first, _, rest = finding.place.partition(".")
    row = rows[int(first.removeprefix("line ")) - 1]
    return replace(finding, place=f"{row.place}.{rest}" if rest else row.place)


def release_batch(
    trial: Trial, batch: str, *, justification: str = "", by: str, at: datetime | None = None
) -> tuple[Record, BatchReleased, tuple[str, ...]]:
    """Release a batch for use; outside its specification, only with a physician's justification.

    The answer holds the roles that have to sign before it may be used.
    """
    state, moment = trial.state(), trial.moment(at)
    if batch not in state.logs.product.batches:
        raise OutOfOrder(f"batch {batch} is not recorded")
    verdict = specification_of(trial.study, state, batch=batch)
    event = BatchReleased(
        batch=batch,
        on=trial.study.identity.day_of(moment),
        in_specification=verdict.verdict == "met",
        failed=verdict.failed,
        justification=justification,
    )
    return record_events(trial, [event], by=by, at=at)[0], event, roles_to_sign(trial.study, event)


def store_bags(
    trial: Trial, bags: Sequence[str], *, facts: Mapping[str, Any], by: str, at: datetime | None = None
) -> tuple[Record, ...]:
    """Record that something happened to bags in store, at the moment of the entry."""
    moment = trial.moment(at)
    on = trial.study.identity.day_of(moment)
    body = {"on": on.isoformat(), "at": moment.isoformat(), **facts}
    return record_events(trial, [revive(StorageRecorded.kind, {"bag": bag, **body}) for bag in bags], by=by, at=at)


def prepare_dose(
    trial: Trial,
    usubjid: str,
    *,
    weight_kg: float,
    infusion_number: int | None = None,
    bags: Sequence[str] = (),
    at: datetime | None = None,
) -> Prepared:
    """The dose of a participant's next infusion, line by line, from bags named or suggested; nothing is recorded."""
    moment = trial.moment(at)
    return prepare(
        trial.study,
        trial.state(),
        usubjid=usubjid,
        weight_kg=weight_kg,
        on=trial.study.identity.day_of(moment),
        moment=moment,
        infusion_number=infusion_number,
        bags=bags,
    )


def release_dose(
    trial: Trial,
    prepared: Prepared,
    *,
    thawed_at: datetime | None = None,
    note: str = "",
    by: str,
    at: datetime | None = None,
) -> Record:
    """Record the release of a dose that was prepared; RecordError with everything that stands against it."""
    if not prepared.stands:
        complaints = [Finding("dose", prepared.usubjid, reason.said("en")) for reason in prepared.against]
        complaints += [
            Finding("bags", bag, f"may not be used: {reason.said('en')}")
            for bag, reasons in (prepared.refused.items() if prepared.named else ())
            for reason in reasons
        ]
        raise RecordError("the dose cannot be released; nothing was recorded", complaints)
    thawed = None if thawed_at is None else _in_zone(trial, thawed_at)
    release = prepared.released(thawed_at=thawed, note=note)
    return record_events(trial, [*_thawings(trial, release), release], by=by, at=at)[-1]


def _thawings(trial: Trial, release: ProductReleased) -> list[Event]:
    """The thawing of each bag, where the store does not know of it: a bag stays thawed if its dose is never given."""
    storage = trial.state().logs.product.storage
    known = {bag for bag, events in storage.items() if any(one.event.what == "thawed" for one in events)}
    if release.thawed_at is None:
        return []
    on = trial.study.identity.day_of(release.thawed_at)
    new = [bag for bag in release.bags if bag not in known]
    return [StorageRecorded(bag=bag, on=on, what="thawed", at=release.thawed_at) for bag in new]


def confirm_identity(
    trial: Trial, usubjid: str, *, facts: Mapping[str, Any], by: str, at: datetime | None = None
) -> Record:
    """Record a second person's check of participant, weight, batch and bags before an infusion."""
    on = trial.day_of(at)
    event = revive(IdentityConfirmed.kind, {"usubjid": usubjid, "on": on.isoformat(), **facts})
    return record_events(trial, [event], by=by, at=at)[0]


@final
@dataclass(frozen=True, slots=True)
class Infused:
    """An infusion as recorded, with what is computed of it."""

    record: Record
    event: InfusionGiven
    assigned: float
    released: float | None
    rate: Rate | None


def infuse(trial: Trial, usubjid: str, *, facts: Mapping[str, Any], by: str, at: datetime | None = None) -> Infused:
    """Record an infusion: what is not stated is as released, the dose from the volume given.

    ``facts`` are fields of the event; ``began`` and ``ended`` may lack an offset, which is then that of the trial.
    """
    study, state, moment = trial.study, trial.state(), trial.moment(at)
    if usubjid not in state.participants:
        raise OutOfOrder(f"{usubjid} is not enrolled")
    one = state.participants[usubjid]
    number = facts.get("infusion_number") or len(one.infusions) + 1
    known = one.release_for(number)
    release = known.event if known else None
    stated = {name: _timed(trial, value) for name, value in facts.items() if value is not None}
    body = {"usubjid": usubjid, "on": study.identity.day_of(moment).isoformat(), **stated}
    body["infusion_number"] = number
    if release is not None:
        body = {"batch": release.batch, "bags": list(release.bags), "volume_ml": release.volume_ml, **body}
        if "dose_given" not in body:
            volume = body["volume_ml"]
            dose = release.dose_released if volume is None else dose_of_volume(release, float(volume))
            body |= {} if dose is None else {"dose_given": dose}
    assigned = study.dose_levels[one.enrolled.event.dose_level - 1].amount
    if study.is_blinded:  # what the kit would hold in the arm that holds anything
        body = {"dose_given": assigned, **body}
    event = revive(InfusionGiven.kind, body)
    assert isinstance(event, InfusionGiven)
    record = record_events(trial, [event], by=by, at=at)[0]
    ran = rate(study, event, weight_kg=release.weight_kg if release else None)
    return Infused(record, event, assigned, release.dose_released if release else None, ran)


def _timed(trial: Trial, value: Any) -> Any:
    if isinstance(value, datetime):
        return _in_zone(trial, value).isoformat()
    if isinstance(value, list | tuple):
        return [_timed(trial, one) for one in value]
    if isinstance(value, dict):
        return {name: _timed(trial, one) for name, one in value.items()}
    return value


def _in_zone(trial: Trial, moment: datetime) -> datetime:
    """A time of day without an offset is that of the place where the trial is run."""
    return moment if moment.tzinfo else moment.replace(tzinfo=trial.study.identity.zone)


__all__ = [
    "BatchStanding",
    "Infused",
    "batches",
    "confirm_identity",
    "infuse",
    "prepare_dose",
    "record_batches",
    "release_batch",
    "release_dose",
    "store_bags",
]
