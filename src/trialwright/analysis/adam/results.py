"""One row for every statistic: what was counted or estimated, in whom, in which group, at which visit, and how."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import final

from trialwright.analysis.adam.notes import Note

TOTAL = "Total"


@final
@dataclass(frozen=True, slots=True)
class Result:
    """One statistic. ``item`` is the place in the table, outermost first; ``group`` an arm, or two ("A v B")."""

    table: str
    item: tuple[str, ...]
    group: str
    statistic: str
    value: float
    population: str = ""
    visit: str = ""
    method: str = ""
    decimals: int = 0  # of the values it was made from


@final
@dataclass(slots=True)
class Answer:
    """The results of one analysis in their order, and what is to be said beside them."""

    table: str
    results: list[Result] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)

    def items(self) -> list[tuple[str, ...]]:
        """The rows of the table, in the order in which they first appear."""
        return list(dict.fromkeys(result.item for result in self.results))


@final
class Lookup:
    """Results by their place: what a layout asks for."""

    def __init__(self, results: Iterable[Result]) -> None:
        self._by_place = {(one.item, one.visit, one.group, one.statistic): one for one in results}

    def find(self, item: Sequence[str], group: str, *, statistic: str, visit: str = "") -> Result | None:
        """The row, if there is one."""
        return self._by_place.get((tuple(item), visit, group, statistic))

    def value(self, item: Sequence[str], group: str, *, statistic: str, visit: str = "") -> float:
        """The value of a statistic; not a number where there is none."""
        found = self.find(item, group, statistic=statistic, visit=visit)
        return math.nan if found is None else found.value

    def __iter__(self) -> Iterator[Result]:
        return iter(self._by_place.values())
