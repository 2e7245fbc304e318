"""Grades of laboratory values by CTCAE 5.0: against fixed limits, the laboratory's range, or the person's baseline.

The rules are data (`data/ctcae_v5_labs.csv`). A value has a grade when everything its rule needs is known; else the
grade lies between two bounds, and where these differ it *cannot be graded*. What the numbers do not show (symptoms,
interventions, danger to life) is for the investigator: a grade here is a suggestion, never an adverse event.

- *low* rules: the highest grade whose limit the value lies below; *high* rules: whose limit it exceeds.
- against *ULN or baseline*: multiples of ULN where the baseline is normal (not above ULN), else of the baseline
- against *ULN and baseline* (creatinine): the higher of the two
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Literal, final

from trialwright.conduct.analytes import packaged

Against = Literal["absolute", "integer bands", "ULN", "ULN or baseline", "ULN and baseline"]
NONE, HIGHEST = 0, 4


@final
@dataclass(frozen=True, slots=True)
class GradeRule:
    """One row of the table: a term, its direction and its limits by grade."""

    term: str
    analyte: str
    direction: Literal["low", "high"]
    unit: str
    limits: Mapping[int, Fraction]  # by grade; grade 1 is left out where it is the limit of the range
    from_range: bool  # whether grade 1 begins at the limit of the laboratory's range
    against: Against
    first_included: bool  # whether the limit of grade 1 itself counts
    abnormal_first: Fraction | None
    abnormal_included: bool
    baseline_limits: Mapping[int, Fraction]
    status: str
    source: str
    note: str

    @property
    def in_multiples(self) -> bool:
        """Whether the limits are multiples of the upper limit of normal."""
        return self.against.startswith("ULN")


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """A value between two ends (equal where it was measured), with the limit of the range and the baseline, if known.

    All in one unit: that of the rule, or that of the range where limits are multiples of it.
    """

    low: Fraction
    high: Fraction
    limit: Fraction | None = None  # LLN of a low rule, ULN of a high one
    baseline: Fraction | None = None
    baseline_abnormal: bool | None = None  # above ULN; None: not known


@final
@dataclass(frozen=True, slots=True)
class Bounds:
    """The grades a value can have; a grade where the two agree."""

    lower: int
    upper: int

    @property
    def grade(self) -> int | None:
        """The grade, or None where it cannot be said."""
        return self.lower if self.lower == self.upper else None


@cache
def rules_for(analyte: str) -> tuple[GradeRule, ...]:
    """The rules of an analyte, low and high."""
    return tuple(_rule(row) for row in packaged("ctcae_v5_labs.csv") if row["analyte"] == analyte)


def _rule(row: Mapping[str, str]) -> GradeRule:
    from_range = row["g1"] in ("LLN", "ULN")
    shift = 1 if row["against"] == "integer bands" and row["direction"] == "low" else 0  # 129 and less: below 130
    limits = {
        grade: Fraction(row[f"g{grade}"]) + shift
        for grade in range(1, HIGHEST + 1)
        if row[f"g{grade}"] and not (grade == 1 and from_range)
    }
    return GradeRule(
        term=row["ctcae_term"],
        analyte=row["analyte"],
        direction="low" if row["direction"] == "low" else "high",
        unit=row["unit"],
        limits=limits,
        from_range=from_range,
        against=row["against"],  # type: ignore[arg-type]  # the table is packaged, and tested
        first_included=row["g1_included"] == "yes",
        abnormal_first=Fraction(row["abnormal_g1"]) if row["abnormal_g1"] else None,
        abnormal_included=row["abnormal_g1_included"] == "yes",
        baseline_limits={grade: Fraction(row[f"baseline_g{grade}"]) for grade in (2, 3) if row[f"baseline_g{grade}"]},
        status=row["status"],
        source=row["source"],
        note=row["note"],
    )


def grade(rule: GradeRule, measure: Measure) -> Bounds:
    """The grade of a value, or the grades it can have where something is not known."""
    ends = [_at(rule, value, measure=measure) for value in (measure.low, measure.high)]
    return Bounds(min(one.lower for one in ends), max(one.upper for one in ends))


def _at(rule: GradeRule, value: Fraction, *, measure: Measure) -> Bounds:
    if not rule.in_multiples:
        return _absolute(rule, value, limit=measure.limit)
    if rule.against == "ULN and baseline":
        return _either(rule, value, measure=measure)
    by_range = _multiple(rule, value, of=measure.limit)
    if rule.against == "ULN":
        return by_range
    return _range_or_baseline(rule, value, measure=measure, by_range=by_range)


def _absolute(rule: GradeRule, value: Fraction, *, limit: Fraction | None) -> Bounds:
    """Fixed limits, with grade 1 from the range where the rule says so."""
    certain = _highest(rule, value)
    if certain or not rule.from_range:
        return Bounds(certain, certain)
    if limit is None:
        return Bounds(NONE, 1)
    beyond = int(value < limit if rule.direction == "low" else value > limit)
    return Bounds(beyond, beyond)


def _highest(rule: GradeRule, value: Fraction) -> int:
    passed = [
        grade
        for grade, limit in rule.limits.items()
        if (value < limit if rule.direction == "low" else value > limit)
        or (grade == 1 and rule.first_included and value == limit)
    ]
    return max(passed, default=NONE)


def _multiple(rule: GradeRule, value: Fraction, *, of: Fraction | None) -> Bounds:
    """Multiples of the upper limit of normal; anything is possible where it is not known."""
    if not of or of < 0:
        return Bounds(NONE, max(rule.limits))
    found = _highest(rule, value / of)
    return Bounds(found, found)


def _range_or_baseline(rule: GradeRule, value: Fraction, *, measure: Measure, by_range: Bounds) -> Bounds:
    """Multiples of ULN where the baseline is normal, of the baseline where it is not."""
    if measure.baseline_abnormal is False:
        return by_range
    if measure.baseline_abnormal is None or not measure.baseline:
        return Bounds(NONE, by_range.upper)  # an abnormal baseline lies above ULN, so its multiples grade no higher
    times = value / measure.baseline
    higher = [one for one, limit in rule.limits.items() if one > 1 and times > limit]
    first = rule.abnormal_first or Fraction(1)
    begun = times > first or (rule.abnormal_included and times == first)
    found = max(higher, default=int(begun))
    return Bounds(found, found)


def _either(rule: GradeRule, value: Fraction, *, measure: Measure) -> Bounds:
    """The higher of the grades by ULN and by the baseline."""
    by_range = _multiple(rule, value, of=measure.limit)
    if not measure.baseline:
        return Bounds(by_range.lower, max(by_range.upper, *rule.baseline_limits))
    times = value / measure.baseline
    by_baseline = max((one for one, limit in rule.baseline_limits.items() if times > limit), default=NONE)
    return Bounds(max(by_range.lower, by_baseline), max(by_range.upper, by_baseline))
