"""Laboratory values and vital signs: every usable value in one unit, and their summaries by visit and dose level.

The unit is that of the protocol, else that of the first value recorded; a value that has no unit, or one that does not
convert, is counted as not usable and left out. Below or above what could be measured, the limit itself stands. The
baseline is the last usable value before the first infusion (on its day, only at a visit named Baseline or Screening).
Of several values of a person at a visit the last counts; unscheduled ones count in courses and shifts only. Missing at
a visit: those infused whose visit was held, or should have been, without a usable value.

Quartiles interpolate between order statistics (type 7), as for disease activity. Below five values the values
themselves are given, and no mean or standard deviation.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import final

import numpy as np

from trialwright.analysis.adverse_events import people_by_level
from trialwright.analysis.baseline import quartiles
from trialwright.analysis.case import Case
from trialwright.conduct.analytes import Analyte, analyte_of
from trialwright.conduct.grading import GradeRule, rules_for
from trialwright.conduct.laboratory import BEFORE_INFUSION, Result, range_for
from trialwright.conduct.names import same
from trialwright.conduct.state import Participant
from trialwright.conduct.units import NOTHING, converted, exact
from trialwright.conduct.visits import Appointment, calendar, counted_from
from trialwright.vocabulary.words import Text

NEAR = 0.25  # how far beyond the values, in parts of their span, a limit of a grade is still worth a line
FEW = 5  # from so many values on a mean and a standard deviation are given
CAME = ("held in window", "held early", "held late", "held", "missed", "missing")


@final
@dataclass(frozen=True, slots=True)
class Value:
    """One usable value of a participant."""

    usubjid: str
    on: date
    day: int  # from the first infusion
    visit: str
    infusion: int
    value: float
    limited: bool  # below or above what could be measured
    before: bool  # before the first infusion
    result: Result


@final
@dataclass(frozen=True, slots=True)
class Summary:
    """Some values in numbers; mean and deviation from five on, the values themselves below."""

    n: int
    mean: float | None
    deviation: float | None
    lowest: float | None
    lower: float | None  # first quartile
    median: float | None
    upper: float | None
    highest: float | None
    values: tuple[float, ...]  # sorted; only below five


@final
@dataclass(frozen=True, slots=True)
class VisitRow:
    """One visit of one group of people: the values, and their changes from baseline."""

    visit: Text
    infusion: int | None  # None: the visit is counted from the only infusion it can be
    dose_level: int  # 0: all levels
    of: int  # people infused in the group
    missing: int
    values: Summary
    change: Summary | None  # None: at baseline


@final
@dataclass(frozen=True, slots=True)
class Measurement:
    """One test: its unit, its usable values by person and day, the baseline of each, and the summaries."""

    key: str
    name: Text
    unit: str
    analyte: Analyte | None
    values: tuple[Value, ...]
    baseline: dict[str, Value]
    unusable: int  # results of people infused that are not known, or in no unit that converts
    rows: tuple[VisitRow, ...]
    normal: tuple[float | None, float | None] | None  # of the laboratories, where it is the same for all values
    grades: tuple[tuple[int, float], ...]  # grade and the limit beyond which CTCAE suggests it, near the values

    @property
    def people(self) -> int:
        """How many participants have any value."""
        return len({one.usubjid for one in self.values})


def measurements(case: Case) -> tuple[Measurement, ...]:
    """Every test of the protocol, in its order, then others that were recorded, by name."""
    appointments = calendar(case.study, case.state, on=case.on)
    planned = [(_key(case, test.name.en), test.name, test.unit) for test in case.study.laboratory]
    results = [one for person in case.infused for one in results_of(case, person)]
    known = {key for key, _, _ in planned}
    others: dict[str, tuple[str, Text, str]] = {}
    for one in results:
        key = _key(case, one.test)
        if key not in known:
            others.setdefault(key, (key, Text.literally(en=one.test, fr=one.test), ""))
    tests = [*planned, *(others[key] for key in sorted(others))]
    return tuple(
        _measurement(case, test, results=[one for one in results if _key(case, one.test) == test[0]], due=appointments)
        for test in tests
    )


def _key(case: Case, test: str) -> str:
    analyte = analyte_of(case.study, test)
    return same(test) if analyte is None else analyte.key


def results_of(case: Case, person: Participant) -> Iterator[Result]:
    """Every result of a person, by day and order of recording."""
    known = case.state.logs.visits.measurements.get(person.usubjid, [])
    for one in sorted(known, key=lambda each: (each.event.on, each.position)):
        event = one.event
        for test, measured in event.results.items():
            yield Result(person.usubjid, event.on, event.visit, test, measured, event.laboratory, one.position)


def _measurement(
    case: Case, test: tuple[str, Text, str], *, results: Sequence[Result], due: Sequence[Appointment]
) -> Measurement:
    key, name, wanted = test
    analyte = analyte_of(case.study, name.en)
    unit = wanted or next((one.measured.unit for one in results if is_number(one)), "")
    usable = [(one, in_unit(one, unit, analyte=analyte)) for one in results]
    values = tuple(_value(case, one, value=value) for one, value in usable if value is not None)
    baseline = {one.usubjid: one for one in values if one.before}
    rows = tuple(_rows(case, name, values=values, baseline=baseline, due=due))
    normal = _normal(case, values, unit=unit, analyte=analyte)
    grades = _grade_limits(values, unit=unit, analyte=analyte, normal=normal)
    return Measurement(key, name, unit, analyte, values, baseline, len(usable) - len(values), rows, normal, grades)


def _normal(
    case: Case, values: Sequence[Value], *, unit: str, analyte: Analyte | None
) -> tuple[float | None, float | None] | None:
    """What the laboratories call normal, in this unit; None where it differs, or is not known of any value."""
    held = {range_for(case.state, one.result) for one in values}
    if len(held) != 1 or (only := held.pop()) is None:
        return None
    ends = [_there(end, only.unit, to=unit, analyte=analyte) for end in (only.lower, only.upper)]
    return None if ends == [None, None] else (ends[0], ends[1])


def _there(value: float | None, unit: str, *, to: str, analyte: Analyte | None) -> float | None:
    if value is None:
        return None
    there = converted(exact(value), unit, to=to, substance=analyte.substance if analyte is not None else NOTHING)
    return float(there) if isinstance(there, Fraction) else None


def _grade_limits(
    values: Sequence[Value],
    *,
    unit: str,
    analyte: Analyte | None,
    normal: tuple[float | None, float | None] | None,
) -> tuple[tuple[int, float], ...]:
    """The limits of CTCAE that lie among the values or a little beyond: fixed ones, and multiples of ULN."""
    if analyte is None or not values:
        return ()
    low, high = min(one.value for one in values), max(one.value for one in values)
    reach = max(high - low, abs(high) * NEAR) * NEAR
    found = set()
    for rule in rules_for(analyte.key):
        for grade, limit in rule.limits.items():
            at = _limit_at(rule, float(limit), unit=unit, analyte=analyte, upper=normal[1] if normal else None)
            if at is not None and low - reach <= at <= high + reach:
                found.add((grade, at))
    return tuple(sorted(found))


def _limit_at(rule: GradeRule, limit: float, *, unit: str, analyte: Analyte, upper: float | None) -> float | None:
    if rule.in_multiples:
        return None if upper is None else limit * upper
    return _there(limit, rule.unit, to=unit, analyte=analyte)


def is_number(result: Result) -> bool:
    """Whether a result is a number at all."""
    value = result.measured.value
    return isinstance(value, float | int) and not isinstance(value, bool)


def in_unit(result: Result, unit: str, *, analyte: Analyte | None) -> Fraction | None:
    """A result in a unit, exactly; None where it is not known or does not convert."""
    if not is_number(result):
        return None
    value = exact(float(result.measured.value or 0.0))
    if same(result.measured.unit) == same(unit):
        return value
    if not result.measured.unit or not unit:
        return None
    substance = analyte.substance if analyte is not None else NOTHING
    there = converted(value, result.measured.unit, to=unit, substance=substance)
    return there if isinstance(there, Fraction) else None


def _value(case: Case, one: Result, *, value: Fraction) -> Value:
    first = case.state.participants[one.usubjid].infusions[0].event.on
    stated = _stated(case, one)
    return Value(
        usubjid=one.usubjid,
        on=one.on,
        day=(one.on - first).days,
        visit=one.visit,
        infusion=counted_from(case.study, one.visit, stated=stated),
        value=float(value),
        limited=bool(one.measured.limit),
        before=one.on < first or (one.on == first and one.visit in BEFORE_INFUSION),
        result=one,
    )


def _stated(case: Case, one: Result) -> int | None:
    entries = case.state.logs.visits.measurements[one.usubjid]
    return next(each.event.infusion_number for each in entries if each.position == one.position)


def _rows(
    case: Case, name: Text, *, values: Sequence[Value], baseline: dict[str, Value], due: Sequence[Appointment]
) -> Iterable[VisitRow]:
    """Baseline, then every planned visit at which the test is done; by level where several have people."""
    groups = [(level, people) for level, people in enumerate(people_by_level(case), start=1) if people]
    if len(groups) != 1:
        groups.append((0, tuple(one.usubjid for one in case.infused)))
    at_baseline = {who: one.value for who, one in baseline.items()}
    for level, people in groups:
        yield _row(BASELINE, None, level=level, people=people, expected=people, found=at_baseline, before=None)
    declared = next((test for test in case.study.laboratory if test.name == name), None)
    for visit, number, shown in _planned(case, declared.visits if declared else (), due=due):
        found = {one.usubjid: one.value for one in values if one.visit == visit.en and one.infusion == number}
        its = [one for one in due if one.visit == visit and one.infusion_number == number]
        came = {one.usubjid for one in its if one.standing in CAME}
        for level, people in groups:
            expected = [who for who in people if who in came or who in found]
            if expected:
                yield _row(visit, shown, level=level, people=people, expected=expected, found=found, before=at_baseline)


def _planned(
    case: Case, only: Collection[str], *, due: Sequence[Appointment]
) -> Iterator[tuple[Text, int, int | None]]:
    """Every visit at which a test is done, in the order of time, and its infusion where it is counted from several."""
    places = []
    for visit in case.study.visits:
        if visit.name.en in BEFORE_INFUSION or (only and visit.name.en not in only):
            continue
        numbers = sorted({one.infusion_number for one in due if one.visit == visit.name})
        places += [
            (number, visit.day, visit.name.en, (visit.name, number, number if len(numbers) > 1 else None))
            for number in numbers
        ]
    yield from (found for *_, found in sorted(places, key=lambda one: one[:3]))


BASELINE = Text(en="Baseline", fr="Valeur initiale")


def _row(
    visit: Text,
    infusion: int | None,
    *,
    level: int,
    people: Collection[str],
    expected: Collection[str],
    found: dict[str, float],
    before: dict[str, float] | None,
) -> VisitRow:
    there = [found[who] for who in people if who in found]
    change = None
    if before is not None:
        change = summary([found[who] - before[who] for who in people if who in found and who in before])
    return VisitRow(visit, infusion, level, len(people), len(expected) - len(there), summary(there), change)


def summary(values: Sequence[float]) -> Summary:
    """Some values in numbers.

    >>> few = summary([3.0, 1.0])
    >>> few.n, few.mean, few.median, few.values
    (2, None, 2.0, (1.0, 3.0))
    """
    if not values:
        return Summary(0, None, None, None, None, None, None, None, ())
    known = np.sort(np.asarray(values, np.float64))
    lower, median, upper = quartiles(values)
    enough = len(known) >= FEW
    return Summary(
        n=len(known),
        mean=float(known.mean()) if enough else None,
        deviation=float(known.std(ddof=1)) if enough else None,
        lowest=float(known[0]),
        lower=lower,
        median=median,
        upper=upper,
        highest=float(known[-1]),
        values=() if enough else tuple(float(one) for one in known),
    )
