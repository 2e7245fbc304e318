"""The data file of BILAG-2004, read: items, systems with the rule of each grade, steps of the numeric rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, final

from trialwright.diseases.lupus import evidence
from trialwright.diseases.lupus.evidence import Evidence, Finding
from trialwright.diseases.lupus.sheets import Level
from trialwright.diseases.lupus.tables import Parameter, Recorded, parameter_from, recorded_from, written_in
from trialwright.vocabulary.scores import Status
from trialwright.vocabulary.words import Text

LETTERS = ("E", "D", "C", "B", "A")  # a letter's place is its rank


@final
@dataclass(frozen=True, slots=True)
class Item:
    """One line of the form."""

    key: str
    number: int
    system: str
    label: Text
    status: Status
    list: str = ""  # A, B or C where the system has lists
    coded: bool = True  # recorded 0 to 4


@final
@dataclass(frozen=True, slots=True)
class System:
    """One of the nine systems, with the rule of each grade."""

    key: str
    paramcd: str
    label: Text
    status: Status
    source: str
    levels: tuple[Level, ...]  # from A to E
    rules: Mapping[str, Text] = field(hash=False)


@final
@dataclass(frozen=True, slots=True)
class Step:
    """A condition that the rules of a system use by name; one with a label is said when it is met."""

    key: str
    evidence: Evidence
    system: str = ""
    label: Text | None = None
    rule: Text | None = None
    status: Status = "confirmed"


@final
@dataclass(frozen=True, slots=True)
class Form:
    """The data file, read."""

    name: str
    version: str
    paramcd: str
    title: Text
    items: tuple[Item, ...]
    recorded: tuple[Recorded, ...]
    systems: tuple[System, ...]
    steps: tuple[Step, ...]
    system_of: Mapping[str, str] = field(hash=False)  # where a key belongs
    parameters: tuple[Parameter, ...]
    points: Mapping[str, float] = field(hash=False)
    codes: Mapping[str, Text] = field(hash=False)

    @property
    def keys(self) -> tuple[str, ...]:
        """Everything an assessment may carry."""
        return tuple(recorded.key for recorded in self.recorded)

    def touched_by(self, parameter: str) -> tuple[Step, ...]:
        """The steps that may come out otherwise under another side of a choice."""
        keys = evidence.touched([(step.key, step.evidence) for step in self.steps], parameter)
        return tuple(step for step in self.steps if step.key in keys)


@cache
def form() -> Form:
    """The data file of BILAG-2004."""
    body = written_in("bilag-2004")
    items = tuple(_item(key, line) for key, line in body["item"].items())
    recorded = [_recorded(key, line) for key, line in (body["item"] | body["recorded"]).items()]
    steps = tuple(_step(key, line) for key, line in body["step"].items())
    return Form(
        name=body["name"],
        version=body["version"],
        paramcd=body["paramcd"],
        title=Text(**body["title"]),
        items=items,
        recorded=tuple(recorded),
        systems=tuple(_system(key, line, items=items, generic=body["generic"]) for key, line in body["system"].items()),
        steps=steps,
        system_of={key: line["system"] for key, line in (body["item"] | body["recorded"]).items()},
        parameters=tuple(parameter_from(key, line) for key, line in body["parameter"].items()),
        points={letter: float(points) for letter, points in body["points"].items()},
        codes={code: Text(**words) for code, words in body["codes"].items()},
    )


def _step(key: str, line: Mapping[str, Any]) -> Step:
    words = {name: Text(**line[name]) if name in line else None for name in ("label", "rule")}
    read, status = evidence.read(line["evidence"], {"nothing": ()}), line.get("status", "confirmed")
    return Step(key, read, system=line.get("system", ""), status=status, **words)


def _item(key: str, line: Mapping[str, Any]) -> Item:
    return Item(
        key=key,
        number=line["number"],
        system=line["system"],
        label=Text(**line["label"]),
        status=line["status"],
        list=line.get("list", ""),
        coded="list" in line,
    )


def _recorded(key: str, line: Mapping[str, Any]) -> Recorded:
    """What may be recorded under a key: 0 to 4 for a listed item, else as the file says."""
    if "list" in line:
        kind: dict[str, Any] = {"kind": "count", "high": 4, "scale": (0, 1, 4)}
        kind["remedy"] = "0 not present, 1 improving, 2 same, 3 worse, 4 new; leave out what was not done"
    else:
        kind = {name: line[name] for name in ("kind", "low", "high", "remedy", "scale") if name in line}
        if line["kind"] == "yes-no" and "number" in line:
            kind["scale"] = (False, True)
    return recorded_from(key, {"label": line["label"], **kind})


def _system(key: str, line: Mapping[str, Any], *, items: Sequence[Item], generic: Mapping[str, Any]) -> System:
    """A system's grades: its own rules, or the rule of the lists; D where it was involved before, E otherwise."""
    mine = [item for item in items if item.system == key]
    lists = {name: [item.key for item in mine if item.list == name] for name in ("A", "B", "C", "O")}
    rules = generic["rule"] | line.get("rule", {})
    read = {letter: evidence.read(line.get(letter, generic[letter]), lists) for letter in "ABC"}
    before: dict[str, Evidence | None] = {**read, "D": Finding(f"{key}_before"), "E": None}
    levels = tuple(
        Level(LETTERS.index(letter), Text(en=letter, fr=letter), before[letter]) for letter in reversed(LETTERS)
    )
    return System(
        key=key,
        paramcd=line["paramcd"],
        label=Text(**line["label"]),
        status=line["status"],
        source=line["source"],
        levels=levels,
        rules={letter: Text(**words) for letter, words in rules.items()},
    )
