"""Events offered for recording: checked against the protocol and the state, all findings at once, all or nothing."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, final

from trialwright.conduct.advise import advise
from trialwright.conduct.fold import Folding, fold, known_of, stands_at
from trialwright.conduct.guards import NEED_STATE, Offered, readiness, standing
from trialwright.conduct.logs import RandomisationLog
from trialwright.conduct.misfits import misfits
from trialwright.conduct.state import TrialState
from trialwright.protocol.study import Study
from trialwright.vocabulary.errors import MISSING, Complaints, OutOfOrder, ParameterError, RecordError
from trialwright.vocabulary.events import (
    AccountLocked,
    AccountOpened,
    AccountUnlocked,
    Corrected,
    CredentialsChanged,
    DataCutFrozen,
    DataLocked,
    DoseDecided,
    Event,
    Signed,
    TrialOpened,
)
from trialwright.vocabulary.records import GENESIS, Entry, Head, Provenance, Record, chained, newest, revive

DECIDE = "decide"  # in a reconstruction: a decision that was taken; the advice beside it is computed here
# What this package computes or asks a password for: never taken from a file, only made by its command.
BY_COMMAND: Mapping[str, str] = {
    TrialOpened.kind: "a trial is opened with `trialwright open`, not recorded",
    DECIDE: "a dose decision is made with `trialwright decide`, which keeps the advice beside it",
    DoseDecided.kind: "a dose decision is made with `trialwright decide`, which keeps the advice beside it",
    DataCutFrozen.kind: "data are cut with `trialwright cut`, which checks and hashes them",
    Signed.kind: "an entry is signed with `trialwright sign`, which asks for the password",
    DataLocked.kind: "data are locked with `trialwright lock`, which checks them",
    AccountOpened.kind: "accounts are kept with `trialwright accounts`",
    AccountLocked.kind: "an account is locked by too many wrong passwords, not by hand",
    AccountUnlocked.kind: "an account is unlocked with `trialwright accounts unlock`",
    **{
        kind.kind: "randomisation, kits and unblinding have their commands; see docs/randomisation.md"
        for kind in RandomisationLog.TAKES
    },
    CredentialsChanged.kind: "passwords and second factors are changed with `trialwright accounts`",
}
ENVELOPE = ("kind", "body", "at", "by", "provenance")


@final
@dataclass(frozen=True, slots=True)
class Offer:
    """One line offered for recording, not yet checked against the trial."""

    line: int
    kind: str
    body: Mapping[str, Any]
    at: datetime | None = None
    by: str | None = None
    provenance: Provenance | None = None
    computed: bool = False  # made by a command of this package, not typed by a person


def read_offers(text: str) -> tuple[Offer, ...]:
    """Offers from JSON Lines, one event a line; RecordError names every line that cannot be read."""
    complaints = Complaints()
    offers = []
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            offer = _offer(number, line, complaints=complaints)
            offers += [offer] if offer else []
    complaints.raise_as(RecordError, "the events cannot be read; nothing was recorded")
    return tuple(offers)


def _offer(number: int, line: str, *, complaints: Complaints) -> Offer | None:
    place = f"line {number}"
    try:
        value = json.loads(line, parse_constant=_no_constant)
        json.dumps(value, ensure_ascii=False).encode()  # half a character could not be written down
    except (ValueError, RecursionError) as error:
        complaints.unless(False, place, line, f"is not JSON: {error}")
        return None
    shaped = isinstance(value, dict) and isinstance(value.get("kind"), str) and isinstance(value.get("body"), dict)
    if not complaints.unless(
        shaped, place, line, 'must be an object with "kind" and "body"', "see docs/reference/events.md"
    ):
        return None
    for key in value.keys() - set(ENVELOPE):
        complaints.unless(False, f"{place}.{key}", value[key], f"is not known here; a line holds {', '.join(ENVELOPE)}")
    by = value.get("by")
    complaints.unless(by is None or (isinstance(by, str) and bool(by)), f"{place}.by", by, "must be a name")
    return Offer(
        line=number,
        kind=value["kind"],
        body=value["body"],
        at=_moment(value.get("at"), place, complaints=complaints),
        by=by,
        provenance=_provenance(value.get("provenance"), place, complaints=complaints),
    )


def _no_constant(text: str) -> float:
    raise ValueError(f"{text} is not a number that can be recorded")


def _moment(value: Any, place: str, *, complaints: Complaints) -> datetime | None:
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        moment = None
    fine = moment is not None and moment.tzinfo is not None
    complaints.unless(
        fine, f"{place}.at", value, "must be a date and time with its offset, as in 2020-01-31T12:00:00+01:00"
    )
    return moment if fine else None


def _provenance(value: Any, place: str, *, complaints: Complaints) -> Provenance | None:
    if value is None:
        return None
    shaped = isinstance(value, dict) and isinstance(value.get("source"), str)
    names = value.get("illustrative", []) if shaped else []
    fine = shaped and isinstance(names, list) and all(isinstance(name, str) for name in names)
    complaints.unless(fine, f"{place}.provenance", value, 'must hold "source" and a list "illustrative" of field names')
    return Provenance(value["source"], tuple(names)) if fine else None


def entries_from(
    study: Study, records: Sequence[Record], *, offers: Iterable[Offer], by: str, at: datetime
) -> tuple[Entry, ...]:
    """The entries to append for these offers, every one of them checked.

    ``by`` and ``at`` are who records and when; a reconstruction states its own. RecordError names every finding, by
    line, and then nothing is to be recorded.
    """
    recording = _Recording(study, list(records))
    for offer in offers:
        recording.take(offer, by=by, at=at)
    recording.complaints.raise_as(RecordError, "these events do not fit the trial; nothing was recorded")
    return tuple(recording.entries)


def decided(
    study: Study,
    state: TrialState,
    *,
    on: date,
    dose_level: int | None,
    reason: str,
    decided_by: str,
    cut: DataCutFrozen | None = None,
    pathways_digest: str = "",
) -> DoseDecided:
    """What people decided on a day, with the advice beside it and whether they followed it.

    ``state`` is what they saw: that of the frozen ``cut``, whose day the advice is for, or of the day of the decision.
    ``dose_level`` None follows the advice.
    """
    advice = advise(study, state, on=cut.on if cut else on)
    level = advice.dose_level if dose_level is None else dose_level
    return DoseDecided(
        on=on,
        dose_level=level,
        advised_dose_level=advice.dose_level,
        advised_action=advice.action,
        endorsed=level == advice.dose_level,
        reason=reason,
        seen_digest=state.head.digest,
        decided_by=decided_by,
        cut=cut.cut if cut else "",
        pathways_digest=pathways_digest,
    )


@final
@dataclass(slots=True)
class _Recording:
    """The ledger as it would be after the offers taken so far."""

    study: Study
    records: list[Record]
    folding: Folding = field(init=False)
    entries: list[Entry] = field(default_factory=list)
    complaints: Complaints = field(default_factory=Complaints)

    def __post_init__(self) -> None:
        """Start from what is recorded already."""
        self.folding = Folding.of(fold(self.records, zone=self.study.identity.zone))

    def take(self, offer: Offer, *, by: str, at: datetime) -> None:
        """Check one offer and hold it ready, or note what is wrong with it."""
        place = f"line {offer.line}"
        if not self._envelope_fits(offer, place):
            return
        try:
            event = self._event(offer)
            entry = Entry(event, offer.by or by, offer.at or at, offer.provenance)
            self._fits(event, recorded_on=self.study.identity.day_of(entry.at))
            self._allowed(entry)
            self._fold(entry)
        except (RecordError, ParameterError) as error:
            self.complaints.add(finding.within(place) for finding in error.findings)
        except OutOfOrder as error:
            self.complaints.unless(False, place, offer.kind, str(error))
        except UnicodeEncodeError as error:  # in who records it, as the system gave the name
            self.complaints.unless(False, place, offer.kind, f"cannot be written down: {error}")

    def _envelope_fits(self, offer: Offer, place: str) -> bool:
        """Only a reconstruction may say when, by whom and from which publication an entry comes."""
        if self.study.identity.reconstruction:
            previous = self.records[-1].entry.at if self.records else None
            late = offer.at is None or previous is None or offer.at >= previous
            return self.complaints.unless(
                late, f"{place}.at", offer.at, "must not lie before the entry before it", "sort the lines"
            )
        stated = {"at": offer.at, "by": offer.by, "provenance": offer.provenance}
        if self._is_rehearsal:
            del stated["at"]
        return all(
            self.complaints.unless(
                value is None,
                f"{place}.{name}",
                value,
                "is stated only in a reconstruction" + (" or a rehearsal" if name == "at" else ""),
                "remove it; it is recorded by itself",
            )
            for name, value in stated.items()
        )

    @property
    def _is_rehearsal(self) -> bool:
        return self.folding.opened is not None and self.folding.opened.event.rehearsal

    def _event(self, offer: Offer) -> Event:
        kind = newest(offer.kind)  # by an older name, too
        if offer.kind == DECIDE and self.study.identity.reconstruction:
            return self._decision(offer.body)
        if kind in BY_COMMAND and not offer.computed:
            raise OutOfOrder(BY_COMMAND[kind])
        return revive(offer.kind, offer.body)

    def _decision(self, body: Mapping[str, Any]) -> Event:
        """A decision known from publications; the advice beside it is computed, never taken from the file."""
        complaints = Complaints()
        for name in ("on", "dose_level", "reason", "decided_by"):
            complaints.unless(name in body, name, body.get(name, MISSING), "is required")
        complaints.raise_as(RecordError, "the decision does not fit")
        stand_in = {"advised_dose_level": 0, "advised_action": "stop", "endorsed": False}
        wanted = revive(DoseDecided.kind, {**body, **stand_in})
        assert isinstance(wanted, DoseDecided)
        state = self.folding.state(self._head())
        return decided(
            self.study,
            state,
            on=wanted.on,
            dose_level=wanted.dose_level,
            reason=wanted.reason,
            decided_by=wanted.decided_by,
        )

    def _fits(self, event: Event, *, recorded_on: date) -> None:
        findings = list(misfits(self.study, event, recorded_on=recorded_on))
        if findings:
            raise RecordError("the event does not fit the protocol", findings)

    def _allowed(self, entry: Entry) -> None:
        """RecordError when the trial is not ready for this event, or the person may not record it."""
        event, on = entry.event, self.study.identity.day_of(entry.at)
        corrects = stands_at(self.records, event.position) if isinstance(event, Corrected) else None
        offered = Offered(event, entry.by, on, entry.at, corrects)
        findings = list(standing(self.study, self.folding.logs, offered=offered))
        if not findings and type(entry.event) in NEED_STATE:
            findings = list(readiness(self.study, self.folding.state(self._head()), offered=offered))
        if findings:
            raise RecordError("the trial is not ready for this", findings)

    def _fold(self, entry: Entry) -> None:
        head = self._head()
        position = head.position + 1
        record = Record(position, entry, chained(head.digest, position, entry.canonical()))
        if isinstance(entry.event, Corrected):
            refolded = fold([*self.records, record], zone=self.study.identity.zone)
            self.folding = Folding.of(refolded)
        else:
            self.folding.take(entry.event, known_of(record, entry.event, zone=self.study.identity.zone))
        self.records.append(record)
        self.entries.append(entry)

    def _head(self) -> Head:
        return Head(self.records[-1].position, self.records[-1].digest) if self.records else Head(0, GENESIS)
