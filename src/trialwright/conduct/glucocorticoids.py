"""Glucocorticoids as prednisone: the anti-inflammatory equivalents of the packaged table, exactly."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from importlib import resources
from typing import final

from trialwright.conduct.names import same


@final
@dataclass(frozen=True, slots=True)
class Glucocorticoid:
    """A drug, how much of it equals 5 mg of prednisone, and how sure that is."""

    drug: str
    equals_5_mg: Fraction | None  # None: it has no equivalent
    status: str
    source: str


@cache
def glucocorticoids() -> Mapping[str, Glucocorticoid]:
    """The table, by the name of the drug; names are matched whole, never as parts of others."""
    text = resources.files(__package__).joinpath("data", "glucocorticoids.csv").read_text("utf-8")
    found = {}
    for row in csv.DictReader(text.splitlines()):
        amount = row["mg_equal_to_prednisone_5mg"]
        equal = Fraction(amount) if amount else None
        found[same(row["drug"])] = Glucocorticoid(row["drug"], equal, row["status"], row["source"])
    return found


def times(drug: str, *, base: str) -> Fraction | None:
    """What a dose of a drug is multiplied by to be one of another: 1 mg of dexamethasone is 20/3 mg of prednisone.

    None where one of the two is not in the table, or has no equivalent.

    >>> times("dexamethasone", base="prednisone")
    Fraction(20, 3)
    """
    table = glucocorticoids()
    given, wanted = table.get(same(drug)), table.get(same(base))
    if given is None or wanted is None or given.equals_5_mg is None or wanted.equals_5_mg is None:
        return None
    return wanted.equals_5_mg / given.equals_5_mg
