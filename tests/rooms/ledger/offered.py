"""Entries to offer to a ledger: plain ones by number, and random ones of every kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

from hypothesis import strategies as st

from trialwright.vocabulary.events import EVENTS, AdverseEventReported, words
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
offsets = st.integers(-12 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
FIELDS: dict[Any, st.SearchStrategy[Any]] = {
    words.Name: st.text(st.characters(codec="utf-8"), min_size=1, max_size=200),
    words.Subject: st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}", fullmatch=True),
    words.Account: st.from_regex(r"[a-z0-9][a-z0-9._-]{0,39}", fullmatch=True),
    words.AwareDatetime: st.datetimes(datetime(1900, 1, 2), datetime(2100, 1, 1), timezones=offsets),  # noqa: DTZ001
    Any: st.none() | st.booleans() | numbers | text,
    float: numbers,
    date: st.dates(),
    str: text,
}


def value(hint: Any) -> st.SearchStrategy[Any]:
    """Values for a field of this type."""
    if hint in FIELDS:
        return FIELDS[hint]
    origin, inside = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return numbered(inside[0], inside[1].metadata)
    if origin in (Union, UnionType):
        return st.one_of([value(one) for one in inside])
    if origin is tuple:
        return st.lists(value(inside[0]), max_size=3).map(tuple)
    if origin is Mapping:
        return st.dictionaries(value(inside[0]), value(inside[1]), max_size=4)
    return built(hint) if isinstance(hint, type) and issubclass(hint, words.Part) else st.from_type(hint)


def numbered(kind: type, limits: Sequence[Any]) -> st.SearchStrategy[Any]:
    """Numbers within the limits that a field declares; texts of its pattern."""
    if kind is str:
        pattern = next(limit.pattern for limit in limits if getattr(limit, "pattern", None))
        return st.from_regex(pattern.removeprefix("^").removesuffix("$"), fullmatch=True).filter(str.isascii)
    low = max([getattr(limit, "ge", None) or getattr(limit, "gt", None) or 0 for limit in limits], default=None)
    above = any(hasattr(limit, "gt") for limit in limits)
    bounded = any(hasattr(limit, "ge") or hasattr(limit, "gt") for limit in limits)
    high = next((limit.le for limit in limits if hasattr(limit, "le")), None)
    if kind is int:
        return st.integers(min_value=low, max_value=high or 10**6)
    finite = {"allow_nan": False, "allow_infinity": False, "max_value": high}
    return st.floats(min_value=low if bounded else None, exclude_min=above, **finite)


def built(kind: type) -> st.SearchStrategy[Any]:
    """Any event of one kind, or any part of one."""
    hints = get_type_hints(kind, include_extras=True)
    names = kind.__dataclass_fields__  # type: ignore[attr-defined]
    return st.builds(kind, **{name: value(hints[name]) for name in names if name != "kind"})


provenances = st.none() | st.builds(Provenance, text, st.lists(text, max_size=3).map(tuple))
moments = st.datetimes(datetime(1900, 1, 2), datetime(2100, 1, 1), timezones=st.timezones())  # noqa: DTZ001
any_event = st.one_of([built(kind) for kind in EVENTS.values()])
any_entry = st.builds(Entry, any_event, text, moments, provenances)
logs = st.lists(any_entry, max_size=8).map(lambda log: sorted(log, key=lambda entry: entry.at))
