"""Entries of the ledger: an event, who recorded it and when, and where the knowledge came from.

The stored form is canonical JSON: keys sorted, no spaces, UTF-8, dates as ISO 8601. The same entry always gives the
same bytes, so its digest can be recomputed by anyone.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from typing import Any, Protocol, Self, final
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter, ValidationError

from trialwright.vocabulary.errors import MISSING, Finding, RecordError
from trialwright.vocabulary.events import EVENTS, UPCASTS, Body, Event
from trialwright.vocabulary.validated import allowed_by, way_out

GENESIS = "0" * 64  # what the first entry is chained to


@final
@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a reconstructed entry comes from, and which of its fields are illustrative rather than published."""

    source: str
    illustrative: tuple[str, ...] = ()

    def shows(self, name: str) -> bool:
        """Whether a field is published (True) or was made up to fill the gap (False)."""
        return name not in self.illustrative


@final
@dataclass(frozen=True, slots=True)
class Entry:
    """What is offered to the ledger: the event, who records it, when, and its provenance if reconstructed."""

    event: Event
    by: str
    at: datetime
    provenance: Provenance | None = None

    def canonical(self) -> str:
        """The entry as the one text that is stored and hashed."""
        return canonical_json(
            {
                "kind": self.event.kind,
                "body": body_of(self.event),
                "by": self.by,
                "at": self.at.astimezone(UTC).isoformat(timespec="microseconds"),
                "provenance": None
                if self.provenance is None
                else {"source": self.provenance.source, "illustrative": list(self.provenance.illustrative)},
            }
        )

    @classmethod
    def from_canonical(cls, text: str) -> Self:
        """The entry back from its stored text; older kinds are lifted to today's."""
        stored = json.loads(text)
        provenance = stored["provenance"]
        return cls(
            event=revive(stored["kind"], stored["body"]),
            by=stored["by"],
            at=datetime.fromisoformat(stored["at"]),
            provenance=provenance and Provenance(provenance["source"], tuple(provenance["illustrative"])),
        )


@final
@dataclass(frozen=True, slots=True)
class Record:
    """An entry as it lies in the ledger, at its position, with its link of the digest chain."""

    position: int  # from 1
    entry: Entry
    digest: str

    @property
    def event(self) -> Event:
        """What happened."""
        return self.entry.event

    def recorded_on(self, zone: ZoneInfo) -> date:
        """The calendar day, where the trial is run, on which this became known to the record."""
        return self.entry.at.astimezone(zone).date()


@final
@dataclass(frozen=True, slots=True)
class Head:
    """The end of the ledger: how many entries, and the digest that stands for all of them."""

    position: int = 0
    digest: str = GENESIS


class Ledger(Protocol):
    """An append-only record. Every implementation passes ``trialwright.testing.check_ledger``."""

    def append(self, entries: Sequence[Entry], *, expected: int | None = None) -> tuple[Record, ...]:
        """Add entries, all or none; LedgerMoved when ``expected`` is not the present last position."""
        ...

    def read(self, *, after: int = 0) -> Iterator[Record]:
        """Records in order, from the one after position ``after``."""
        ...

    def head(self) -> Head:
        """The last position and digest."""
        ...

    def verify(self) -> Head:
        """Recompute the whole chain; LedgerBroken names the first position that does not fit."""
        ...

    def close(self) -> None:
        """Let go of files and connections."""
        ...


def chained(previous: str, position: int, canonical: str) -> str:
    """The digest of one entry: SHA-256 over the previous digest, the position and the stored text."""
    return hashlib.sha256(f"{previous}\n{position}\n{canonical}".encode()).hexdigest()


def canonical_json(value: object) -> str:
    """The one way a value is written down: sorted keys, no spaces, UTF-8."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


@cache
def _adapter(kind: str) -> TypeAdapter[Any]:
    return TypeAdapter(EVENTS[kind])


def body_of(event: Event) -> Body:
    """The facts of an event as plain JSON values."""
    body: Body = _adapter(event.kind).dump_python(event, mode="json")
    return body


def event_digest(event: Event) -> str:
    """SHA-256 of an event's kind and facts, written canonically: what a signature is bound to."""
    return hashlib.sha256(canonical_json({"kind": event.kind, "body": body_of(event)}).encode()).hexdigest()


def newest(kind: str) -> str:
    """Today's name of a kind that may be stored under an older one."""
    while kind in UPCASTS:
        kind, _ = UPCASTS[kind]
    return kind


def revive(kind: str, body: Mapping[str, Any]) -> Event:
    """The event back from its stored name and facts, lifted through every older version of its kind.

    Raises RecordError with every complaint when the facts do not fit.
    """
    facts = dict(body)
    while kind in UPCASTS:
        kind, lift = UPCASTS[kind]
        facts = lift(facts)
    if kind not in EVENTS:
        finding = Finding("event", kind, f"is not a kind of event; there is {', '.join(EVENTS)}")
        raise RecordError("an entry cannot be read", [finding])
    try:
        event: Event = _adapter(kind).validate_python(facts)
    except ValidationError as error:
        raise RecordError(f"{kind} does not fit", [*_findings(error)]) from error
    return event


def _findings(error: ValidationError) -> Iterable[Finding]:
    """A pydantic error in this package's own words."""
    for detail in error.errors():
        place = ".".join(str(part) for part in detail["loc"] if part not in ("float", "bool", "str"))
        allowed = allowed_by(detail)
        if detail["type"] == "missing":
            yield Finding(place, MISSING, allowed, "add it")
        else:
            yield Finding(place, detail["input"], allowed, way_out(detail["input"], allowed=allowed))
