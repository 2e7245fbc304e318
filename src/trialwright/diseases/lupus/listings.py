"""The data file of an index that adds up, read: its lines, what may be recorded, its choices, variants and bands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, final

from trialwright.diseases.lupus import evidence
from trialwright.diseases.lupus.evidence import Evidence
from trialwright.diseases.lupus.tables import (
    Parameter,
    Recorded,
    parameter_from,
    recorded_from,
    spread,
    written_in,
)
from trialwright.vocabulary.scores import Status
from trialwright.vocabulary.words import Text


@final
@dataclass(frozen=True, slots=True)
class Term:
    """One line of a sum."""

    key: str
    label: Text
    rule: Text
    source: str
    status: Status
    weight: float = 1.0
    when: Evidence | None = None
    values: tuple[tuple[str, float], ...] = ()  # key and factor; the first that was recorded counts
    log_of: str | None = None
    intercept: float = 0.0
    groups: tuple[str, ...] = ()

    def reads(self) -> Iterator[str]:
        """Every key it looks at."""
        yield from (key for key, _ in self.values)
        if self.log_of is not None:
            yield self.log_of
        if self.when is not None:
            yield from self.when.names()


@final
@dataclass(frozen=True, slots=True)
class Band:
    """A name for totals up to a limit."""

    up_to: float
    label: Text


@final
@dataclass(frozen=True, slots=True)
class Variant:
    """One instrument of the file: the groups it takes; all of them when it names none."""

    name: str
    paramcd: str
    title: Text
    takes: tuple[str, ...] = ()
    leaves_out: tuple[str, ...] = ()


@final
@dataclass(frozen=True, slots=True)
class Listing:
    """The data file of a sum, read."""

    name: str
    version: str
    constant: float
    terms: tuple[Term, ...]
    recorded: tuple[Recorded, ...]
    parameters: tuple[Parameter, ...]
    variants: tuple[Variant, ...]
    highest: tuple[tuple[tuple[str, ...], ...], ...] = ()  # groups of alternatives, each a sum of terms
    bands: tuple[Band, ...] = ()
    bands_source: str = ""

    @property
    def keys(self) -> tuple[str, ...]:
        """Everything an assessment may carry."""
        return tuple(recorded.key for recorded in self.recorded)


@cache
def listing(name: str) -> Listing:
    """One data file of this folder, read."""
    body = written_in(name)
    lists = body.get("list", {})
    terms = [_term(key, line, lists=lists) for key, line in spread(body["term"], lists)]
    lines = {**dict(spread(body["term"], lists)), **dict(spread(body.get("recorded", {}), lists))}
    return Listing(
        name=name,
        version=body["version"],
        constant=float(body.get("constant", 0.0)),
        terms=tuple(terms),
        recorded=tuple(_recorded(key, line) for key, line in lines.items() if "kind" in line),
        parameters=tuple(parameter_from(key, line) for key, line in body.get("parameter", {}).items()),
        variants=tuple(_variant(line) for line in body["variant"]),
        highest=tuple(tuple(tuple(keys) for keys in choice["of"]) for choice in body.get("highest", ())),
        bands=tuple(Band(line["up_to"], Text(en=line["en"], fr=line["fr"])) for line in body.get("band", ())),
        bands_source=body.get("bands_source", ""),
    )


def _term(key: str, line: Mapping[str, Any], *, lists: evidence.Lists) -> Term:
    """A line of the sum; one that says what is recorded counts its own value, or its own yes."""
    log = line.get("log", {})
    own = "when" not in line and "values" not in line
    counts = own and line["kind"] != "yes-no"
    values = line.get("values", {key: 1.0} if counts else {})
    when = line.get("when", key if own and not counts else None)
    return Term(
        key=key,
        label=Text(**line["label"]),
        rule=Text(**line["rule"]) if "rule" in line else Text(**line["label"]),
        source=line["source"],
        status=line["status"],
        weight=float(line.get("weight", log.get("slope", 1.0))),
        when=None if when is None else evidence.read(when, lists),
        values=tuple(values.items()),
        log_of=log.get("of"),
        intercept=log.get("intercept", 0.0),
        groups=tuple(line.get("groups", ())),
    )


def _recorded(key: str, line: Mapping[str, Any]) -> Recorded:
    """What may be recorded; a full assessment has it unless the file says it is optional."""
    kept = {name: line[name] for name in ("kind", "label", "low", "high", "remedy", "codes", "scale") if name in line}
    if "scale" not in kept and not line.get("optional"):
        if line["kind"] == "yes-no":
            kept["scale"] = (False, True)
        elif "codes" in line:
            kept["scale"] = tuple(sorted(line["codes"], key=lambda code: line["codes"][code]))
        else:
            kept["scale"] = (line.get("low", 0), line.get("high", 1))
    return recorded_from(key, kept)


def _variant(line: Mapping[str, Any]) -> Variant:
    takes, out = (tuple(line.get(name, ())) for name in ("takes", "leaves_out"))
    return Variant(line["name"], line["paramcd"], title=Text(**line["title"]), takes=takes, leaves_out=out)
