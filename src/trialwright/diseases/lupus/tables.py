"""The data file of a weighted index, read: its items, what may be recorded, its parameters, and its subtotals.

A file that is ``based_on`` another holds only what differs, and names the version it was written against.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any, Literal, final

from trialwright.diseases.lupus import evidence
from trialwright.diseases.lupus.evidence import Evidence, Value, filled
from trialwright.vocabulary.scores import Status
from trialwright.vocabulary.words import LANGUAGES, Text


@final
@dataclass(frozen=True, slots=True)
class Item:
    """One line of an index: what it weighs, the rule in our words, where it comes from and how sure that is."""

    key: str
    weight: float
    domain: str
    label: Text
    rule: Text  # may hold places to fill: the parameters by name
    source: str
    status: Status
    groups: tuple[str, ...] = ()  # "laboratory", "serology": what a subtotal may leave out
    note: Text | None = None
    evidence: Evidence | None = None


@final
@dataclass(frozen=True, slots=True)
class Recorded:
    """A finding or value that may be recorded beside the items; its unit is part of its key."""

    key: str
    kind: Literal["yes-no", "number", "count", "code"]
    label: Text
    low: float = 0.0
    high: float = 1.0
    remedy: str = ""
    implies: str | None = None  # severe pain is pain
    codes: Mapping[str, float] = field(default_factory=dict, hash=False)  # letters and words, and what they count as
    settled_by: str = ""  # a criterion that, where it is known, says as much
    scale: tuple[Value, ...] = ()  # of a full assessment: its answers, from the least result to the greatest


@final
@dataclass(frozen=True, slots=True)
class Option:
    """One value a parameter may take, and the words it puts into the rule."""

    value: Value
    text: Text
    source: str = ""
    status: Status = "confirmed"


@final
@dataclass(frozen=True, slots=True)
class Parameter:
    """A choice the index leaves open; options stand from the widest reading to the narrowest."""

    name: str
    default: Value
    because: Text
    status: Status
    options: tuple[Option, ...]
    item: str | None = None  # the item whose answer depends on it

    def text(self, value: Value) -> Text:
        """The words a value puts into the rule."""
        return next(option.text for option in self.options if option.value == value)

    def is_unverified(self, value: Value) -> bool:
        """Whether nobody has compared the side taken with its source."""
        return any(option.value == value and option.status == "unverified" for option in self.options)

    @property
    def values(self) -> tuple[Value, ...]:
        """The allowed values, the widest reading first."""
        return tuple(option.value for option in self.options)


@final
@dataclass(frozen=True, slots=True)
class Total:
    """One instrument of the file: the sum over all items, or over those outside the groups it leaves out."""

    name: str
    paramcd: str
    title: Text
    leaves_out: tuple[str, ...] = ()


@final
@dataclass(frozen=True, slots=True)
class Table:
    """One data file."""

    name: str
    version: str
    items: tuple[Item, ...]
    recorded: tuple[Recorded, ...]
    parameters: tuple[Parameter, ...]
    totals: tuple[Total, ...]

    @property
    def keys(self) -> tuple[str, ...]:
        """Everything an assessment may carry: the items, then the findings and values."""
        return (*(item.key for item in self.items), *(recorded.key for recorded in self.recorded))


@cache
def table(name: str) -> Table:
    """One data file of this folder, read."""
    written = _written(name)
    return Table(
        name=name,
        version=written["version"],
        items=tuple(_item(key, body) for key, body in written["item"].items()),
        recorded=tuple(recorded_from(key, body) for key, body in written["recorded"].items()),
        parameters=tuple(parameter_from(key, body) for key, body in written["parameter"].items()),
        totals=tuple(_total(body) for body in written["total"]),
    )


def written_in(name: str) -> dict[str, Any]:
    """A data file of this folder as written."""
    return tomllib.loads(resources.files(__package__).joinpath("data", f"{name}.toml").read_text("utf-8"))


def _written(name: str) -> dict[str, Any]:
    """The file as written, on top of the file it is based on."""
    written = written_in(name)
    if "based_on" not in written:
        return written
    base, wanted = _written(written["based_on"]), written["based_on_version"]
    if base["version"] != wanted:
        raise ValueError(f"{name}.toml was written against version {wanted}; the file below is {base['version']}")
    kept = {key: body for key, body in base["parameter"].items() if key not in written.get("without_parameters", ())}
    return written | {
        "item": _overlaid(base["item"], written["item"]),
        "recorded": _overlaid(base["recorded"], written.get("recorded", {})),
        "parameter": _overlaid(kept, written.get("parameter", {})),
    }


def _overlaid(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    return dict(below) | {key: below.get(key, {}) | body for key, body in above.items()}


def _item(key: str, body: Mapping[str, Any]) -> Item:
    return Item(
        key=key,
        weight=float(body["weight"]),
        domain=body["domain"],
        label=Text(**body["label"]),
        rule=Text(**body["rule"]),
        source=body["source"],
        status=body["status"],
        groups=tuple(body.get("groups", ())),
        note=Text(**body["note"]) if "note" in body else None,
        evidence=evidence.read(body["evidence"]) if "evidence" in body else None,
    )


def recorded_from(key: str, body: Mapping[str, Any]) -> Recorded:
    """What a file says may be recorded under a key."""
    codes = body.get("codes", {})
    span = {"low": min(codes.values()), "high": max(codes.values())} if codes else {}
    scale = tuple(body.get("scale", ()))
    return Recorded(key=key, **{**body, **span, "label": Text(**body["label"]), "scale": scale})


def parameter_from(name: str, body: Mapping[str, Any]) -> Parameter:
    """A choice as a file writes it."""
    options = tuple(
        Option(
            option["value"],
            text=Text(en=option["en"], fr=option["fr"]),
            source=option.get("source", ""),
            status=option.get("status", "confirmed"),
        )
        for option in body["options"]
    )
    return Parameter(name=name, **{**body, "because": Text(**body["because"]), "options": options})


def _total(body: Mapping[str, Any]) -> Total:
    return Total(**{**body, "title": Text(**body["title"]), "leaves_out": tuple(body.get("leaves_out", ()))})


def spread(written: Mapping[str, Any], lists: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Keys in file order; one ``over`` a list stands once for each of its names, whose words fill ``{}``."""
    for key, body in written.items():
        if "over" not in body:
            yield key, body
            continue
        rest = {name: value for name, value in body.items() if name not in ("over", "names", "label", "rule")}
        for name in lists[body["over"]]:
            words = body["names"][name] if "names" in body else dict.fromkeys(LANGUAGES, name)
            said = {
                part: {each: body[part][each].replace("{}", words[each]) for each in LANGUAGES}
                for part in ("label", "rule")
                if part in body
            }
            yield filled(key, name), filled(rest, name) | said
