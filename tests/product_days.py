"""Days of a trial with a product: the example protocol of the docs, a batch of three bags, and a dose of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from trialwright.conduct import TrialState, fold
from trialwright.conduct.offers import Offer, entries_from
from trialwright.ledger import MemoryLedger
from trialwright.protocol import Study, parse_protocol
from trialwright.vocabulary.errors import RecordError
from trialwright.vocabulary.events import (
    AccountOpened,
    BagFilled,
    BatchMade,
    BatchReleased,
    DonationRegistered,
    Event,
    IdentityConfirmed,
    InfusionGiven,
    ParticipantEnrolled,
    ProductReleased,
    ReleaseTested,
    RoleDelegated,
    Signed,
    StorageRecorded,
    TrialOpened,
)
from trialwright.vocabulary.records import Entry, Record, body_of, event_digest

EXAMPLE = (Path(__file__).parents[1] / "docs" / "examples" / "product.toml").read_text(encoding="utf-8")
DAY_0 = date(2026, 3, 1)
RESULTS: dict[str, Any] = {"viability": 91.0, "marker": 98.0, "sterility": "no growth", "mycoplasma": False}


def study_of(*changes: tuple[str, str]) -> Study:
    """The example, with pieces of its text replaced; a piece that is not there is a mistake of the test."""
    text = EXAMPLE
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    return parse_protocol(text.encode())


def on(day: int) -> date:
    return DAY_0 + timedelta(days=day)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(on(day), time(hour, minute), UTC)


def donation() -> Event:
    return DonationRegistered(donation="DIN-1", donor="DONOR-1", on=on(0), tissue="umbilical cord")


def made(batch: str = "B-1", *, expires: int = 700) -> Event:
    return BatchMade(batch=batch, on=on(1), donations=("DIN-1",), expires_on=on(expires))


def bag(number: str, batch: str = "B-1", **more: Any) -> Event:
    facts: dict[str, Any] = {
        "volume_ml": 20.0,
        "cells": 1e8,
        "counts": "total",
        "counted": "pre-freeze",
        "viability": 0.9,
        "dmso_percent": 10.0,
    }
    return BagFilled(**{"bag": number, "batch": batch, "on": on(1), **facts, **more})


def results(batch: str = "B-1", *, without: Sequence[str] = (), **found: Any) -> list[Event]:
    return [
        ReleaseTested(batch=batch, on=on(2), test=test, value=value)
        for test, value in {**RESULTS, **found}.items()
        if test not in without
    ]


def released(batch: str = "B-1", **more: Any) -> Event:
    return BatchReleased(**{"batch": batch, "on": on(3), "in_specification": True, **more})


def stored(number: str, what: Any, day: int, **more: Any) -> Event:
    return StorageRecorded(bag=number, on=on(day), what=what, **more)


def enrolled(who: str = "P-01", level: int = 1) -> Event:
    return ParticipantEnrolled(usubjid=who, on=on(9), dose_level=level)


def dose(who: str = "P-01", *, day: int = 10, bags: tuple[str, ...] = ("BAG-1",), **more: Any) -> Event:
    """65 kg × 10⁶ at level 1; a bag holds 1e8 × 0.9 × 0.8 = 7.2 × 10⁷ cells in 20 mL; 18 mL hold 6.48 × 10⁷."""
    facts: dict[str, Any] = {
        "usubjid": who,
        "on": on(day),
        "batch": "B-1",
        "dose_released": 6.48e7 / 65,
        "bags": bags,
        "weight_kg": 65.0,
        "volume_ml": 18.0,
        "thawed_at": at(day, 8),
    }
    return ProductReleased(**{**facts, **more})


def check(who: str = "P-01", *, day: int = 10, **more: Any) -> Event:
    facts = {"usubjid": who, "on": on(day), "infusion_number": 1, "weight_kg": 65.0, "batch": "B-1", "bags": ("BAG-1",)}
    return IdentityConfirmed(**{**facts, **more})


def given(who: str = "P-01", *, day: int = 10, **more: Any) -> Event:
    facts: dict[str, Any] = {
        "usubjid": who,
        "on": on(day),
        "dose_given": 6.48e7 / 65,
        "batch": "B-1",
        "bags": ("BAG-1",),
        "volume_ml": 18.0,
        "began": at(day, 9),
        "ended": at(day, 9, 30),
    }
    return InfusionGiven(**{**facts, **more})


BATCH: tuple[Event, ...] = (donation(), made(), bag("BAG-1"), bag("BAG-2"), bag("BAG-3"), *results(), released())


class Trial:
    """A record that grows through the same checks as a real one; the days are those of the events."""

    def __init__(self, study: Study, *events: Event, by: str = "pharmacist") -> None:
        self.study = study
        self.ledger = MemoryLedger()
        opened = TrialOpened(trial="EXAMPLE", protocol_digest=study.digest, on=DAY_0)
        self.ledger.append([Entry(opened, "tester", at(0, 6))])
        for event in events:
            self.take(event, by=by)

    @property
    def records(self) -> tuple[Record, ...]:
        return tuple(self.ledger.read())

    @property
    def state(self) -> TrialState:
        return fold(self.records, zone=self.study.identity.zone)

    def take(self, event: Event, *, by: str = "pharmacist", hour: int = 10) -> None:
        """Record one event, or raise RecordError with every finding."""
        moment = max(datetime.combine(event.on, time(hour), UTC), self.records[-1].entry.at)
        offers = [Offer(line=1, kind=event.kind, body=body_of(event))]
        self.ledger.append(entries_from(self.study, self.records, offers=offers, by=by, at=moment))

    def keep(self, *events: Event) -> None:
        """Put events into the record past every check: what other tests are about."""
        self.ledger.append([Entry(event, "tester", self.records[-1].entry.at) for event in events])

    def sign(self, position: int) -> None:
        """Sign an entry as an investigator with an account, as `trialwright sign` would."""
        last = self.records[position - 1]
        person = {"account": "dr.b", "on": last.entry.at.date()}
        digest = event_digest(last.event)
        said = {"meaning": "approval", "printed_name": "Dr B", "role": "investigator", "second_factor": True}
        self.keep(
            AccountOpened(**person, printed_name="Dr B"),
            RoleDelegated(**person, role="investigator", first_day=DAY_0),
            Signed(**person, **said, position=last.position, event_digest=digest),  # type: ignore[arg-type]
        )

    def findings(self, event: Event, *, by: str = "pharmacist", hour: int = 10) -> dict[str, str]:
        """What stands in the way of an event, by field; nothing when it would be recorded."""
        last = self.records[-1].entry.at
        day = getattr(event, "on", last.date())  # a correction has no day of its own
        moment = max(datetime.combine(day, time(hour), UTC), last)
        try:
            entries_from(self.study, self.records, offers=[Offer(1, event.kind, body_of(event))], by=by, at=moment)
        except RecordError as error:
            found: dict[str, str] = {}
            for finding in error.findings:
                place = finding.place.removeprefix("line 1").removeprefix(".")
                found[place] = found.get(place, "") + finding.line() + "\n"
            return found
        return {}
