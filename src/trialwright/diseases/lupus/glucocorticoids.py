"""Glucocorticoids in prednisone equivalents, from a diary; pulses and injections are kept out of the oral daily dose.

dose in mg of prednisone = dose × 5 / (mg equal to 5 mg of prednisone); the table is `data/oral-glucocorticoid.toml`
(China guideline 2020, table 3; Goodman & Gilman 13e). Names are matched whole: "cortisone" stands inside
"hydrocortisone". A mineralocorticoid (fludrocortisone) is not converted.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Literal, final

from trialwright.diseases.lupus.tables import written_in
from trialwright.vocabulary.errors import Complaints, ParameterError
from trialwright.vocabulary.words import Text

Route = Literal["oral", "intravenous", "intramuscular", "local"]
FIVE = 5.0  # mg of prednisone that the table equates
NOT_CONVERTED = Text(
    en="is a mineralocorticoid and is not converted", fr="est un minéralocorticoïde et n'est pas converti"
)


@final
@dataclass(frozen=True, slots=True)
class Taken:
    """One line of a diary: a drug, its dose a day in mg, its first and its last day (included; None: still taken)."""

    drug: str
    mg_per_day: float
    first: date
    last: date | None = None
    route: Route = "oral"

    def covers(self, day: date) -> bool:
        """Whether it was taken on a day."""
        return self.first <= day and (self.last is None or day <= self.last)


@cache
def drugs() -> dict[str, float]:
    """Each drug with the mg that equal 5 mg of prednisone."""
    terms = written_in("oral-glucocorticoid")["term"]
    return {line["drug"]: float(line["equal_to_prednisone_5_mg"]) for line in terms.values()}


def in_prednisone(mg: float, *, drug: str) -> float:
    """A dose in mg of prednisone; ParameterError for a drug the table does not have.

    >>> in_prednisone(20, drug="hydrocortisone"), in_prednisone(25, drug="cortisone")
    (5.0, 5.0)
    """
    return mg * FIVE / _equal(drug)


def in_drug(prednisone_mg: float, *, drug: str) -> float:
    """The dose of a drug that equals a dose of prednisone.

    >>> in_drug(40, drug="dexamethasone")
    6.0
    """
    return prednisone_mg * _equal(drug) / FIVE


def oral_dose(diary: Iterable[Taken], *, on: date) -> float:
    """The oral dose of a day in mg of prednisone; an empty diary says that none was taken."""
    return sum(in_prednisone(line.mg_per_day, drug=line.drug) for line in diary if _oral(line) and line.covers(on))


def mean_oral_dose(diary: Iterable[Taken], *, first: date, last: date) -> float:
    """The mean oral dose of the days from the first to the last, both included, in mg of prednisone a day."""
    complaints = Complaints()
    complaints.unless(last >= first, "last", last, f"must not lie before {first}")
    complaints.raise_as(ParameterError, "there is no mean dose")
    return cumulative_dose(diary, first=first, last=last) / ((last - first).days + 1)


def cumulative_dose(diary: Iterable[Taken], *, first: date, last: date, routes: Sequence[Route] = ("oral",)) -> float:
    """Everything taken by the named routes from the first day to the last, both included, in mg of prednisone."""
    total = 0.0
    for line in diary:
        begins, ends = max(line.first, first), last if line.last is None else min(line.last, last)
        days = max(0, (ends - begins).days + 1)
        total += days * in_prednisone(line.mg_per_day, drug=line.drug) if line.route in routes else 0.0
    return total


def pulses(diary: Iterable[Taken], *, first: date | None = None, last: date | None = None) -> tuple[Taken, ...]:
    """What was not taken by mouth: pulses and injections, in the order given."""
    return tuple(
        line
        for line in diary
        if not _oral(line)
        and (last is None or line.first <= last)
        and (first is None or line.last is None or line.last >= first)
    )


def _oral(line: Taken) -> bool:
    return line.route == "oral"


def _equal(drug: str) -> float:
    known, name = drugs(), drug.strip().lower()
    complaints = Complaints()
    near = difflib.get_close_matches(name, known, n=1)
    remedy = f"Did you mean {near[0]}?" if near and name != "fludrocortisone" else "Leave it out of the diary"
    there = f"is not in the table; there is {', '.join(known)}"
    allowed = NOT_CONVERTED.en if name == "fludrocortisone" else there
    complaints.unless(name in known, "drug", drug, allowed, remedy)
    complaints.raise_as(ParameterError, "this dose cannot be converted")
    return known[name]
