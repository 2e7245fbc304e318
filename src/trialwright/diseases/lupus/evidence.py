"""How recorded findings and values decide an item, written in the data file and not in code.

A line is a finding (``pleurisy_sign``), its opposite (``not fever_infection``) or a comparison
(``temperature_c > 38.0``, ``arthritis_joints >= min_joints``, ``now - previous > 0.5``). Lines are joined by

* all        every one; one certain no is enough for no
* any        at least one; one certain yes is enough for yes
* measured   at least one of those that were measured (two assays of the same thing: one of them is enough)
* when       one of two rules (``then``, ``otherwise``), by a yes-or-no parameter
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import reduce
from typing import Any, Protocol, final

import numpy as np

from trialwright.diseases.lupus.truth import Bools, Floats, Truth

Parameters = Mapping[str, int | bool]
Columns = Mapping[str, Floats]  # one array per answer; NaN: not recorded

OPERATORS: Mapping[str, Callable[[Floats, float], Bools]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}
LINE = re.compile(r"(?P<opposite>not )?(?P<name>\w+)(?: - (?P<minus>\w+))?(?: (?P<sign>[<>]=?) (?P<limit>[\w.]+))?")


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
    """A value, or the difference of two, against a limit given by number or by parameter."""

    name: str
    sign: str
    limit: float | str
    minus: str | None = None

    def names(self) -> Iterator[str]:
        """The value, the earlier value, and the parameter that sets the limit."""
        yield from (name for name in (self.name, self.minus, self.limit) if isinstance(name, str))

    def truth(self, columns: Columns, parameters: Parameters) -> Truth:
        """Yes where the value is on the right side of the limit; open where it was not recorded."""
        value = columns[self.name]
        if self.minus is not None:
            value = np.round(value - columns[self.minus], 9)  # in binary, 1.1 - 0.6 lies a hair above 0.5
        limit = parameters[self.limit] if isinstance(self.limit, str) else self.limit
        met, recorded = OPERATORS[self.sign](value, float(limit)), ~np.isnan(value)
        return Truth(met & recorded, met | ~recorded)


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
class Chosen:
    """One of two rules, by a parameter on which sources disagree."""

    parameter: str
    then: Evidence
    otherwise: Evidence

    def names(self) -> Iterator[str]:
        """The parameter, and everything either side reads."""
        yield from (self.parameter, *self.then.names(), *self.otherwise.names())

    def truth(self, columns: Columns, parameters: Parameters) -> Truth:
        """The rule of the side taken."""
        side = self.then if parameters[self.parameter] else self.otherwise
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


def read(written: Any) -> Evidence:
    """The rule that a data file writes; ValueError when it is not one.

    >>> read("proteinuria_g_per_24h > 0.5")
    Comparison(name='proteinuria_g_per_24h', sign='>', limit=0.5, minus=None)
    """
    if isinstance(written, str):
        return _line(written)
    if isinstance(written, dict) and "when" in written:
        return Chosen(written["when"], then=read(written["then"]), otherwise=read(written["otherwise"]))
    if isinstance(written, dict) and len(written) == 1 and set(written) <= set(JOINED):
        [(by, parts)] = written.items()
        return Joined(by, tuple(read(part) for part in parts))
    raise ValueError(f"{written!r} is not a rule: a line, or one of {', '.join(JOINED)}, when/then/otherwise")


def _line(written: str) -> Evidence:
    parts = LINE.fullmatch(written)
    if parts is None or (parts["sign"] is None and parts["minus"]) or (parts["sign"] and parts["opposite"]):
        raise ValueError(f"{written!r} is not a rule: a finding, `not` a finding, or a comparison with > >= < <=")
    if parts["sign"] is None:
        return Finding(parts["name"], opposite=parts["opposite"] is not None)
    limit = parts["limit"] if parts["limit"].isidentifier() else float(parts["limit"])
    return Comparison(parts["name"], sign=parts["sign"], limit=limit, minus=parts["minus"])
