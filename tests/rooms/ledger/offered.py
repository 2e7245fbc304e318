"""Entries to offer to a ledger: plain ones by number, and random ones of every kind."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any, get_type_hints

from hypothesis import strategies as st

from trialwright.vocabulary import events
from trialwright.vocabulary.events import EVENTS, AdverseEventReported, Event
from trialwright.vocabulary.records import Entry, Provenance

START = datetime(2024, 3, 1, 9, 0, tzinfo=UTC)


def entry(number: int, *, batch: int = 0, writer: int = 0) -> Entry:
    """An entry that says which one of which batch of which writer it is."""
    event = AdverseEventReported(
        usubjid=f"S-{writer}", ae=str(number), term=f"batch {batch} «é»", on=START.date(), grade=1, related=None
    )
    return Entry(event, f"writer {writer}", START)


def many(count: int) -> list[Entry]:
    """Entries of three kinds of subject, an hour apart."""
    return [
        Entry(entry(number, writer=number % 3).event, "Dr Åse Noël", START + timedelta(hours=number))
        for number in range(1, count + 1)
    ]


# Random entries: the type of a field says what may stand in it

text = st.text(st.characters(codec="utf-8"))
numbers = st.floats(allow_nan=False, allow_infinity=False)
values = st.one_of(st.none(), st.booleans(), numbers, text)
FIELDS: dict[Any, st.SearchStrategy[Any]] = {
    events.Name: st.text(st.characters(codec="utf-8"), min_size=1, max_size=200),
    events.Subject: st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}", fullmatch=True),
    events.Level: st.integers(min_value=1, max_value=10**6),
    events.Grade: st.integers(min_value=1, max_value=5),
    events.Dose: st.floats(min_value=0, allow_nan=False, allow_infinity=False),
    events.Value: values,
    events.InfusionNumber: st.integers(min_value=1, max_value=10**6),
    date: st.dates(),
    str: text,
}


def field(name: str, hint: Any) -> st.SearchStrategy[Any]:
    """Values for one field of an event."""
    if hint in FIELDS:
        return FIELDS[hint]
    if name.endswith("dose_level"):
        return st.integers(min_value=0, max_value=99)
    if name in ("items", "replacement"):
        contents = st.dictionaries(text, values, max_size=5)
        return contents if name == "items" else st.none() | contents
    if name == "position":
        return FIELDS[events.Level]
    if name == "infusion_number":
        return st.none() | FIELDS[events.InfusionNumber]
    return st.from_type(hint)


def event_of(kind: type[Event]) -> st.SearchStrategy[Event]:
    """Any event of one kind."""
    hints = get_type_hints(kind, include_extras=True)
    names = kind.__dataclass_fields__  # type: ignore[attr-defined]
    return st.builds(kind, **{name: field(name, hints[name]) for name in names if name != "kind"})


provenances = st.none() | st.builds(Provenance, text, st.lists(text, max_size=3).map(tuple))
moments = st.datetimes(datetime(1900, 1, 2), datetime(2100, 1, 1), timezones=st.timezones())  # noqa: DTZ001
any_event = st.one_of([event_of(kind) for kind in EVENTS.values()])
any_entry = st.builds(Entry, any_event, text, moments, provenances)
logs = st.lists(any_entry, max_size=8).map(lambda log: sorted(log, key=lambda entry: entry.at))
