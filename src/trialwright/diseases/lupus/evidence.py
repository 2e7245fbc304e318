"""How recorded findings and values decide an item or a criterion, written in the data file and not in code.

A line is a finding (``pleurisy_sign``), its opposite (``not fever_infection``) or a comparison
(``temperature_c > 38.0``, ``arthritis_joints >= min_joints``, ``now - previous > 0.5``, ``now / previous >= 1.15``).
Lines are joined by

* all           every one; one certain no is enough for no
* any           at least one; one certain yes is enough for yes
* at_least, of  so many of them
* measured      at least one of those that were measured (two assays of the same thing: one of them is enough)
* measured_now  at least one of the values recorded at this visit, each by its own rule; ``otherwise`` another rule
                where none was (a dipstick counts only without a quantitative result)
* when          one of two rules (``then``, ``otherwise``), by a yes-or-no parameter, or by what it ``is``

``all_of``, ``any_of`` and ``of`` also take the name of a list of the file: ``rule`` is then written once, with ``{}``
standing for each name in turn.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any, Protocol, final

import numpy as np

from trialwright.diseases.lupus.truth import Bools, Floats, Truth

Value = int | bool | float | str
Parameters = Mapping[str, Value]
Columns = Mapping[str, Floats]  # one array per answer; NaN: not recorded
Lists = Mapping[str, Sequence[str]]

OPERATORS: Mapping[str, Callable[[Floats, float], Bools]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}
LINE = re.compile(
    r"(?P<opposite>not )?(?P<name>\w+)(?: (?P<by>[-/]) (?P<other>\w+))?(?: (?P<sign>[<>]=?) (?P<limit>-?[\w.]+))?"
)
AT_LEAST, AT_MOST = "{} at least", "{} at most"  # columns of a value that is known within bounds only
DECIMALS = 9  # in binary, 1.1 - 0.6 lies a hair above 0.5


class Evidence(Protocol):
    """A rule over recorded answers."""

    def names(self) -> Iterator[str]:
        """The answers and parameters it reads."""
        ...

    def truth(self, columns: Columns, parameters: Parameters) -> Truth:
        """Whether it is met, for each assessment."""
        ...


@final
@dataclass(frozen=True, slots=True)
class Finding:
    """A finding that is there, or (``opposite``) that is not."""

    name: str
    opposite: bool = False

    def names(self) -> Iterator[str]:
        """The one answer it reads."""
        yield self.name

    def truth(self, columns: Columns, parameters: Parameters) -> Truth:
        """Yes where it was found (or, the opposite, where it was looked for and not found)."""
        found = Truth.of(columns[self.name])
        return ~found if self.opposite else found


@final
@dataclass(frozen=True, slots=True)
class Comparison:
    """A value, its difference from another or its share of another, against a limit by number or by parameter."""

    name: str
    sign: str
    limit: float | str
    minus: str | None = None
    over: str | None = None

    def names(self) -> Iterator[str]:
        """The value, the earlier value, and the parameter that sets the limit."""
        yield from (name for name in (self.name, self.minus, self.over, self.limit) if isinstance(name, str))

    def truth(self, columns: Columns, parameters: Parameters) -> Truth:
        """Yes where the value is on the right side of the limit; open where what was recorded cannot say."""
        limit = float(parameters[self.limit] if isinstance(self.limit, str) else self.limit)
        holds = OPERATORS[self.sign]
        if self.minus is None and self.over is None and AT_LEAST.format(self.name) not in columns:
            value = columns[self.name]
            sure = holds(value, limit)
            return Truth(sure, sure | np.isnan(value))
        least, most = bounds(columns, self.name)
        if self.minus is not None:
            other_least, other_most = bounds(columns, self.minus)
            least, most = np.round(least - other_most, DECIMALS), np.round(most - other_least, DECIMALS)
        if self.over is not None:  # a share of nothing is above every limit: compared by multiplying
            other_least, other_most = bounds(columns, self.over)
            least, most = np.round(least - limit * other_most, DECIMALS), np.round(most - limit * other_least, DECIMALS)
            limit = 0.0
        ends = (most, least) if self.sign.startswith("<") else (least, most)
        return Truth(holds(ends[0], limit), holds(ends[1], limit))


def bounds(columns: Columns, name: str) -> tuple[Floats, Floats]:
    """What a value is at least and at most; a value that was not recorded may be anything."""
    if AT_LEAST.format(name) in columns:
        return columns[AT_LEAST.format(name)], columns[AT_MOST.format(name)]
    value = columns[name]
    missing = np.isnan(value)
    return np.where(missing, -np.inf, value), np.where(missing, np.inf, value)


@final
@dataclass(frozen=True, slots=True)
class Joined:
    """Several rules joined by all, any or measured."""

    by: str
    parts: tuple[Evidence, ...]

    def names(self) -> Iterator[str]:
        """Everything the parts read."""
        for part in self.parts:
            yield from part.names()

    def truth(self, columns: Columns, parameters: Parameters) -> Truth:
        """The parts, joined."""
        return JOINED[self.by]([part.truth(columns, parameters) for part in self.parts])


@final
@dataclass(frozen=True, slots=True)
class Counted:
    """At least so many of several rules, the number given as such or by a parameter."""

    at_least: int | str
    parts: tuple[Evidence, ...]

    def names(self) -> Iterator[str]:
        """The parameter, and everything the parts read."""
        if isinstance(self.at_least, str):
            yield self.at_least
        for part in self.parts:
            yield from part.names()

    def truth(self, columns: Columns, parameters: Parameters) -> Truth:
        """Yes where enough are certain; no where not enough are possible."""
        wanted = int(parameters[self.at_least] if isinstance(self.at_least, str) else self.at_least)
        found = [part.truth(columns, parameters) for part in self.parts]
        sure = np.sum([truth.sure for truth in found], axis=0)
        possible = np.sum([truth.possible for truth in found], axis=0)
        return Truth(sure >= wanted, possible >= wanted)


@final
@dataclass(frozen=True, slots=True)
class MeasuredNow:
    """Any of the rules whose own value was recorded at this visit; another rule where no value was."""

    values: tuple[str, ...]
    parts: tuple[Evidence, ...]
    otherwise: Evidence | None = None

    def names(self) -> Iterator[str]:
        """The values, and everything the rules read."""
        yield from self.values
        for part in (*self.parts, *((self.otherwise,) if self.otherwise else ())):
            yield from part.names()

    def truth(self, columns: Columns, parameters: Parameters) -> Truth:
        """A value that was not recorded says nothing either way; open where nothing was recorded at all."""
        recorded = [~np.isnan(columns[name]) for name in self.values]
        found = [part.truth(columns, parameters) for part in self.parts]
        there = reduce(operator.or_, recorded)
        sure = reduce(operator.or_, [truth.sure & now for truth, now in zip(found, recorded, strict=True)])
        possible = reduce(operator.or_, [truth.possible & now for truth, now in zip(found, recorded, strict=True)])
        if self.otherwise is None:
            return Truth(sure, possible | ~there)
        other = self.otherwise.truth(columns, parameters)
        return Truth(np.where(there, sure, other.sure), np.where(there, possible, other.possible))


@final
@dataclass(frozen=True, slots=True)
class Constant:
    """The same answer everywhere: any of an empty list is no, all of an empty list is yes."""

    answer: bool

    def names(self) -> Iterator[str]:
        """It reads nothing."""
        yield from ()

    def truth(self, columns: Columns, parameters: Parameters) -> Truth:
        """The answer, for each assessment."""
        same = np.full(next(iter(columns.values())).shape, self.answer, dtype=np.bool_)
        return Truth(same, same)


@final
@dataclass(frozen=True, slots=True)
class Chosen:
    """One of two rules, by a parameter on which sources or trials differ."""

    parameter: str
    then: Evidence
    otherwise: Evidence
    value: Value = True

    def names(self) -> Iterator[str]:
        """The parameter, and everything either side reads."""
        yield from (self.parameter, *self.then.names(), *self.otherwise.names())

    def truth(self, columns: Columns, parameters: Parameters) -> Truth:
        """The rule of the side taken."""
        side = self.then if parameters[self.parameter] == self.value else self.otherwise
        return side.truth(columns, parameters)


def _all(parts: list[Truth]) -> Truth:
    return reduce(operator.and_, parts)


def _any(parts: list[Truth]) -> Truth:
    return reduce(operator.or_, parts)


def _measured(parts: list[Truth]) -> Truth:
    sure = _any(parts).sure
    unmeasured = ~reduce(operator.or_, [part.known for part in parts])
    return Truth(sure, sure | unmeasured)


JOINED: Mapping[str, Callable[[list[Truth]], Truth]] = {"all": _all, "any": _any, "measured": _measured}


def read(written: Any, lists: Lists | None = None) -> Evidence:
    """The rule that a data file writes; ValueError when it is not one.

    >>> read("proteinuria_g_per_24h > 0.5")
    Comparison(name='proteinuria_g_per_24h', sign='>', limit=0.5, minus=None, over=None)
    """
    if isinstance(written, str):
        return _line(written)
    keys = set(written) if isinstance(written, dict) else set()
    lists = lists or {}
    if "when" in keys:
        then, otherwise = read(written["then"], lists), read(written["otherwise"], lists)
        return Chosen(written["when"], then=then, otherwise=otherwise, value=written.get("is", True))
    if "measured_now" in keys:
        values, parts = zip(*written["measured_now"].items(), strict=True)
        other = read(written["otherwise"], lists) if "otherwise" in keys else None
        return MeasuredNow(values, tuple(read(part, lists) for part in parts), otherwise=other)
    if keys in ({"at_least", "of"}, {"at_least", "of", "rule"}):
        return Counted(written["at_least"], _each(written["of"], written.get("rule"), lists=lists))
    for by in ("all", "any"):
        if keys == {f"{by}_of", "rule"}:
            parts = _each(written[f"{by}_of"], written["rule"], lists=lists)
            return Joined(by, parts) if parts else Constant(by == "all")
    if len(keys) == 1 and keys <= set(JOINED):
        [(by, parts)] = written.items()
        return Joined(by, tuple(read(part, lists) for part in parts))
    raise ValueError(
        f"{written!r} is not a rule: a line, or one of {', '.join(JOINED)}, at_least/of, measured_now, "
        "when/then/otherwise"
    )


def _each(of: Any, rule: Any, *, lists: Lists) -> tuple[Evidence, ...]:
    """The rules of a count: written one by one, or once for every name of a list."""
    if rule is None:
        return tuple(read(part, lists) for part in of)
    return tuple(read(filled(rule, name), lists) for name in (lists[of] if isinstance(of, str) else of))


def filled(rule: Any, name: str) -> Any:
    """A rule with every ``{}`` replaced by a name."""
    if isinstance(rule, str):
        return rule.replace("{}", name)
    if isinstance(rule, dict):
        return {filled(key, name): filled(part, name) for key, part in rule.items()}
    return [filled(part, name) for part in rule] if isinstance(rule, list) else rule


def _line(written: str) -> Evidence:
    parts = LINE.fullmatch(written)
    if parts is None or (parts["sign"] is None and parts["by"]) or (parts["sign"] and parts["opposite"]):
        raise ValueError(f"{written!r} is not a rule: a finding, `not` a finding, or a comparison with > >= < <=")
    if parts["sign"] is None:
        return Finding(parts["name"], opposite=parts["opposite"] is not None)
    limit = parts["limit"] if parts["limit"].isidentifier() else float(parts["limit"])
    minus, over = (parts["other"] if parts["by"] == by else None for by in "-/")
    return Comparison(parts["name"], sign=parts["sign"], limit=limit, minus=minus, over=over)


def read_by(rule: Evidence, parameters: Parameters) -> Iterator[str]:
    """The names a rule reads under the choices made: of a choice, only the side taken."""
    match rule:
        case Chosen():
            yield from read_by(rule.then if parameters[rule.parameter] == rule.value else rule.otherwise, parameters)
        case Joined() | Counted() | MeasuredNow():
            others = (rule.otherwise,) if isinstance(rule, MeasuredNow) and rule.otherwise is not None else ()
            for part in (*rule.parts, *others):
                yield from read_by(part, parameters)
            yield from rule.values if isinstance(rule, MeasuredNow) else ()
        case _:
            yield from rule.names()


def touched(steps: Sequence[tuple[str, Evidence]], parameter: str) -> frozenset[str]:
    """The steps that may come out otherwise under another side of a choice: those that read it, or such a step.

    ``steps`` stand in the order in which they are judged.
    """
    found = {parameter}
    for key, rule in steps:
        if not found.isdisjoint(rule.names()):
            found.add(key)
    return frozenset(found - {parameter})
