"""Hy's law: who reached both liver limits after the first infusion without cholestasis, for somebody to look at.

Limits are multiples of the upper limit of normal (ULN) of the laboratory that measured, kept as data with their
source (``conduct/data/hys_law.csv``). Each says on which side a value counts and whether the limit itself does: three
times ULN of an aminotransferase does, as the guidance of 2009 has it. Both are taken at their highest after the first
infusion, at any time of each other: that finds more than a window would. Cholestasis is judged by the last alkaline
phosphatase up to the day on which both limits have been met. Of ALT and AST one suffices; one that was never measured
leaves it to the other. A person is no candidate as soon as one limit is known not to be met; where a value or its
range is not known, that is said. A candidate is a signal, not a diagnosis: other causes are for the investigator.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cache
from typing import final

from trialwright.analysis.case import Case
from trialwright.analysis.measurements import Measurement, Value
from trialwright.conduct.analytes import packaged
from trialwright.conduct.laboratory import range_for
from trialwright.conduct.units import NOTHING, converted, exact

COMPARISONS: Mapping[str, Callable[[float, Fraction], bool]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}


@final
@dataclass(frozen=True, slots=True)
class Limit:
    """One limit of the rule, with its source and how sure it is."""

    analyte: str
    operator: str  # how a value stands to the multiple: > >= < <=
    multiple: Fraction
    role: str  # aminotransferase, bilirubin, cholestasis
    source: str
    status: str


@final
@dataclass(frozen=True, slots=True)
class Peak:
    """A value in multiples of the upper limit of normal, and its day from the first infusion."""

    multiple: float
    day: int
    on: date
    limit: str = ""  # below or above what could be measured

    def meets(self, limit: Limit) -> bool | None:
        """Whether it lies on the limit's side; None where the limit of what could be measured leaves that open."""
        if not self.limit:
            return COMPARISONS[limit.operator](self.multiple, limit.multiple)
        higher = self.limit == ">"
        known = self.multiple >= limit.multiple if higher else self.multiple <= limit.multiple
        return higher == limit.operator.startswith(">") if known else None


@final
@dataclass(frozen=True, slots=True)
class LiverRow:
    """The liver of one participant after the first infusion; None: not known."""

    usubjid: str
    dose_level: int
    alt: Peak | None
    ast: Peak | None
    bilirubin: Peak | None
    alp: Peak | None  # the last one up to the day on which both limits have been reached; the highest otherwise
    candidate: bool | None

    @property
    def aminotransferase(self) -> Peak | None:
        """The higher of the two."""
        known = [one for one in (self.alt, self.ast) if one is not None]
        return max(known, key=lambda one: one.multiple, default=None)


@cache
def limits() -> dict[str, Limit]:
    """The limits by analyte."""
    return {
        row["analyte"]: Limit(
            row["analyte"], row["operator"], Fraction(row["multiple"]), row["role"], row["source"], row["status"]
        )
        for row in packaged("hys_law.csv")
    }


def liver(case: Case, tests: Sequence[Measurement]) -> tuple[LiverRow, ...]:
    """One row per infused participant; none where nobody had an aminotransferase or bilirubin measured."""
    by_key = {one.key: one for one in tests if one.key in limits()}
    if not any(by_key[key].values for key in ("alt", "ast", "bilirubin") if key in by_key):
        return ()
    return tuple(_of_person(case, one.usubjid, tests=by_key) for one in case.infused)


def _of_person(case: Case, usubjid: str, *, tests: dict[str, Measurement]) -> LiverRow:
    after = {key: _multiples(case, usubjid, test=tests.get(key)) for key in limits()}
    peaks = {
        key: max((one for one in some if one), key=lambda one: one.multiple, default=None)
        for key, some in after.items()
    }
    enzymes = _any([_met(after[key], limits()[key]) for key in ("alt", "ast") if after[key]])
    bilirubin = _met(after["bilirubin"], limits()["bilirubin"])
    alp, candidate = peaks["alp"], _both(enzymes, bilirubin)
    if candidate:
        alp = _last(after["alp"], _met_on(after))
        candidate = None if alp is None else alp.meets(limits()["alp"])
    return LiverRow(usubjid, case.level_of(usubjid), peaks["alt"], peaks["ast"], peaks["bilirubin"], alp, candidate)


def _multiples(case: Case, usubjid: str, *, test: Measurement | None) -> list[Peak | None]:
    """Every value after the first infusion in multiples of ULN; None for one whose range is not known."""
    if test is None:
        return []
    mine = [one for one in test.values if one.usubjid == usubjid and not one.before]
    return [_multiple(case, one, test=test) for one in mine]


def _multiple(case: Case, one: Value, *, test: Measurement) -> Peak | None:
    held = range_for(case.state, one.result)
    if held is None or not held.upper:
        return None
    substance = test.analyte.substance if test.analyte is not None else NOTHING
    there = converted(
        exact(float(one.result.measured.value or 0.0)), one.result.measured.unit, to=held.unit, substance=substance
    )
    return (
        Peak(float(there / exact(held.upper)), one.day, one.on, one.result.measured.limit)
        if isinstance(there, Fraction)
        else None
    )


def _met(values: Sequence[Peak | None], limit: Limit) -> bool | None:
    """Whether any value met the limit; None where that is not known of one, or nothing was measured."""
    answers = [None if one is None else one.meets(limit) for one in values]
    return _any(answers)


def _any(answers: Sequence[bool | None]) -> bool | None:
    """Kleene's *or*; of nothing it is not known."""
    return True if True in answers else False if answers and None not in answers else None


def _both(one: bool | None, other: bool | None) -> bool | None:
    return False if False in (one, other) else None if None in (one, other) else True


def _met_on(after: dict[str, list[Peak | None]]) -> date:
    """The first day by which both limits have been met."""

    def first(*keys: str) -> date:
        return min(one.on for key in keys for one in after[key] if one is not None and one.meets(limits()[key]))

    return max(first("alt", "ast"), first("bilirubin"))


def _last(values: Sequence[Peak | None], on: date) -> Peak | None:
    known = [one for one in values if one is not None and one.on <= on]
    return known[-1] if known else None
