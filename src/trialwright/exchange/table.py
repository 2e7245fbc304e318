"""What a file holds before anybody made sense of it: columns as they stood there, and what the file says of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import final

import pandas as pd

Wanted = Callable[[str], bool]


@final
@dataclass(frozen=True, slots=True)
class Table:
    """One data set as read: ``frame`` with upper-case column names, labels where the file has them.

    ``dates`` names the columns that the file itself says are dates counted in days from 1960-01-01, ``seconds`` those
    counted in seconds; ``typed`` the columns whose type the file states, so that text in a number's place is a coercion
    there and merely the format elsewhere; ``decoded`` counts the values per column that are not in the encoding that
    they should have.
    """

    name: str
    path: Path
    frame: pd.DataFrame
    labels: Mapping[str, str] = field(default_factory=dict)
    dates: frozenset[str] = frozenset()
    seconds: frozenset[str] = frozenset()
    numbers: frozenset[str] = frozenset()  # columns that the file declares to be numbers
    typed: bool = True
    decoded: Mapping[str, int] = field(default_factory=dict)


class Unreadable(Exception):
    """A file does not hold what its name says; the words are for a finding."""

    def __init__(self, value: object, allowed: str, *, remedy: str = "") -> None:
        self.value, self.allowed, self.remedy = value, allowed, remedy
        super().__init__(allowed)


def everything(_column: str) -> bool:
    """Read every column."""
    return True


def count_foreign(frame: pd.DataFrame) -> dict[str, int]:
    """How many values of each text column have letters outside ASCII."""
    counts: dict[str, int] = {}
    for name in frame.columns:
        if frame[name].dtype.kind not in "TUO" and str(frame[name].dtype) not in ("str", "string"):
            continue
        values = frame[name].value_counts()
        foreign = int(sum(n for value, n in values.items() if isinstance(value, str) and not value.isascii()))
        if foreign:
            counts[str(name)] = foreign
    return counts
