"""CTCAE version 5.0: the terms, and which grades each of them has.

Not every term has every grade: nausea stops at 3, anaphylaxis begins at 3. A grade that a term does not have is
refused; a term that is not there is answered with the nearest ones. Source and licence: ``data/ctcae-v5.toml``.
"""

from __future__ import annotations

import csv
import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import final

from trialwright.vocabulary.errors import Finding

VERSION = "5.0"
GRADES = (1, 2, 3, 4, 5)
SUGGESTIONS = 5  # how many near terms are named
ALIKE = 0.6  # how alike two words must be, of 1


@final
@dataclass(frozen=True, slots=True)
class Term:
    """One term: the grades it has, and what some of them ask for, in a few words."""

    name: str
    grades: tuple[int, ...]
    asks: Mapping[int, str]  # by grade, where restated
    note: str
    status: str


@cache
def terms() -> Mapping[str, Term]:
    """Every term, by its name in lower case."""
    text = resources.files(__package__).joinpath("data", "ctcae-v5.csv").read_text("utf-8")
    return {row["term"].casefold(): _term(row) for row in csv.DictReader(text.splitlines())}


def _term(row: Mapping[str, str]) -> Term:
    asks = {grade: row[f"grade_{grade}"] for grade in GRADES if row[f"grade_{grade}"]}
    return Term(row["term"], tuple(int(digit) for digit in row["grades"]), asks, row["note"], row["status"])


def find(name: str) -> Term | None:
    """The term of this name, whatever its capitals; None when there is none.

    >>> find("nausea").grades, find("tiredness")
    ((1, 2, 3), None)
    """
    return terms().get(" ".join(name.split()).casefold())


def near(name: str) -> tuple[str, ...]:
    """Terms that may be meant: those written alike first, then those that hold every word of it; at most five.

    British spellings are read as American ones, in which the terms are written.

    >>> near("dyspnoea")[0], near("oedema limbs")[0]
    ('Dyspnea', 'Edema limbs')
    """
    wanted = " ".join(name.split()).casefold().replace("ae", "e").replace("oe", "e")
    alike = difflib.get_close_matches(wanted, terms(), n=SUGGESTIONS, cutoff=ALIKE)
    holding = [key for key in terms() if wanted and all(word in key for word in wanted.split())]
    found = dict.fromkeys((*alike[:2], *holding, *alike))
    return tuple(terms()[key].name for key in tuple(found)[:SUGGESTIONS])


def term_findings(name: str, *, place: str) -> Iterable[Finding]:
    """A complaint when a name is not a term."""
    if find(name) is not None:
        return
    meant = near(name)
    remedy = f"did you mean {', '.join(meant)}?" if meant else "leave it empty and keep your own words in `term`"
    yield Finding(place, name, f"is not a term of CTCAE {VERSION}", remedy)


def grade_findings(name: str, grade: int, *, place: str) -> Iterable[Finding]:
    """A complaint when a term does not have a grade; nothing when the name is not a term."""
    term = find(name)
    if term is None or grade in term.grades:
        return
    allowed = ", ".join(str(one) for one in term.grades)
    yield Finding(
        place,
        grade,
        f"does not exist for {term.name} in CTCAE {VERSION}; it has grade {allowed}",
        "grade what the term describes, or choose another term",
    )
