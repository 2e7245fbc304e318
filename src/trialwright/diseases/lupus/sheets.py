"""The data file of an endpoint, read: its levels, its criteria, what may be recorded, its choices, its named variants.

A criterion is a rule that stands in the explanation; later criteria and the levels may use it by its name. A criterion
without words of its own (``label``) is only a step. Rules and keys that repeat over a list are written once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, final

from trialwright.diseases.lupus import evidence
from trialwright.diseases.lupus.evidence import Evidence, Value
from trialwright.diseases.lupus.indices import questions
from trialwright.diseases.lupus.tables import Parameter, Recorded, parameter_from, recorded_from, spread, written_in
from trialwright.vocabulary.scores import Status
from trialwright.vocabulary.words import LANGUAGES, Text


@final
@dataclass(frozen=True, slots=True)
class Level:
    """One possible result; the last of a file has no rule: it is what remains."""

    value: float
    label: Text
    evidence: Evidence | None


@final
@dataclass(frozen=True, slots=True)
class Criterion:
    """One condition: its rule in words and as evidence, where it comes from, and how sure that is."""

    key: str
    evidence: Evidence
    source: str
    status: Status
    label: Text | None = None  # without: a step that is not shown
    rule: Text | None = None
    note: Text | None = None


@final
@dataclass(frozen=True, slots=True)
class Variant:
    """One instrument of the file: its name, its ADaM code, and the choices it makes."""

    name: str
    paramcd: str
    title: Text
    choices: tuple[tuple[str, Value], ...] = ()


@final
@dataclass(frozen=True, slots=True)
class Derived:
    """A value that follows from the items of another index, where they were given: ``gives`` from item + suffix."""

    instrument: str
    gives: str  # empty: its items are only asked for
    suffix: str
    scaled: bool = False  # whether a full assessment has the items (and not the total)


@final
@dataclass(frozen=True, slots=True)
class Sheet:
    """One data file."""

    name: str
    version: str
    levels: tuple[Level, ...]
    criteria: tuple[Criterion, ...]
    recorded: tuple[Recorded, ...]
    parameters: tuple[Parameter, ...]
    variants: tuple[Variant, ...]
    derived: tuple[Derived, ...] = ()
    about: Text | None = None

    @property
    def keys(self) -> tuple[str, ...]:
        """Everything an assessment may carry."""
        return tuple(recorded.key for recorded in self.recorded)

    def touched_by(self, parameter: str) -> tuple[Criterion, ...]:
        """The criteria that may come out otherwise under another side of a choice."""
        keys = evidence.touched([(each.key, each.evidence) for each in self.criteria], parameter)
        return tuple(each for each in self.criteria if each.key in keys)


@cache
def sheet(name: str) -> Sheet:
    """One data file of this folder, read."""
    written = written_in(name)
    derived = tuple(Derived(**body) for body in written.get("derived", ()))
    asked = {each.instrument: [one.key for one in questions(each.instrument)] for each in derived}
    lists = {"nothing": [], **asked, **written.get("list", {})}
    own = [recorded_from(key, body) for key, body in spread(written["recorded"], lists)]
    behind = [one for each in derived for one in _behind(each)]
    return Sheet(
        name=name,
        version=written["version"],
        levels=tuple(
            Level(body["value"], Text(**body["label"]), _evidence(body.get("evidence"), lists))
            for body in written["level"]
        ),
        criteria=tuple(_criterion(key, body, lists=lists) for key, body in written.get("criterion", {}).items()),
        recorded=(*own, *behind),
        parameters=tuple(parameter_from(key, body) for key, body in written.get("parameter", {}).items()),
        variants=tuple(_variant(body) for body in written["variant"]),
        derived=derived,
        about=Text(**written["about"]) if "about" in written else None,
    )


def _behind(derived: Derived) -> Iterator[Recorded]:
    """The items behind a derived value, under their key and the suffix."""
    before = Text(en="{label} (previous)", fr="{label} (précédent)")
    for one in questions(derived.instrument):
        label = (
            Text(**{each: before.said(each, label=one.label) for each in LANGUAGES}) if derived.suffix else one.label
        )
        scale = one.scale if derived.scaled else ()
        yield replace(one, key=one.key + derived.suffix, label=label, scale=scale)


def _evidence(written: Any, lists: evidence.Lists) -> Evidence | None:
    return None if written is None else evidence.read(written, lists)


def _criterion(key: str, body: Mapping[str, Any], *, lists: evidence.Lists) -> Criterion:
    words = {name: Text(**body[name]) if name in body else None for name in ("label", "rule", "note")}
    read = evidence.read(body["evidence"], lists)
    return Criterion(key, read, source=body.get("source", ""), status=body.get("status", "confirmed"), **words)


def _variant(body: Mapping[str, Any]) -> Variant:
    choices = tuple(body.get("choices", {}).items())
    return Variant(body["name"], body["paramcd"], title=Text(**body["title"]), choices=choices)
