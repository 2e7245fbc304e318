"""Laboratory values of a trial: the range that holds, the baseline, the CTCAE grade suggested, the shift.

- The range is that of the laboratory that measured, set last on or before the day, for the person's sex and age. The
  narrowest that fits is taken: one for a sex before one for both. A range for a sex or an age that is not known of the
  person does not hold for certain, so nothing is graded by it.
- The baseline is the last known value before the first infusion (on its day, only at a visit named Baseline or
  Screening). It is graded by the same rules, with itself as the baseline.
- A value without a unit, or in one that does not convert, cannot be graded, and says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import final

from trialwright.conduct.analytes import Analyte, analyte_named, analyte_of
from trialwright.conduct.findings import findings_of
from trialwright.conduct.grading import Bounds, GradeRule, Measure, grade, rules_for
from trialwright.conduct.known import Known
from trialwright.conduct.names import same
from trialwright.conduct.sentence import Amount, Sentence, sentence
from trialwright.conduct.state import TrialState
from trialwright.conduct.treatments import NEEDS
from trialwright.conduct.units import converted, exact
from trialwright.protocol.study import Study
from trialwright.vocabulary.events import LaboratoryRangeSet, Measured, MeasurementsRecorded
from trialwright.vocabulary.words import Text

BEFORE_INFUSION = ("Baseline", "Screening")
TINY = Fraction(1, 10**12)  # as close to a limit of detection as no value will be
HUGE = Fraction(10**12)
NO_UNIT = Text(en="no unit is recorded", fr="aucune unité n'est recueillie")
NO_VALUE = Text(en="no value is known", fr="valeur inconnue")
NO_RANGE = Text(
    en="the range of the laboratory is not known", fr="les valeurs de référence du laboratoire sont inconnues"
)
NO_BASELINE = Text(en="the baseline is not known", fr="la valeur initiale est inconnue")
BETWEEN = Text(en="grade {lower} to {upper}: {why}", fr="grade {lower} à {upper} : {why}")


@final
@dataclass(frozen=True, slots=True)
class Result:
    """One result of one day."""

    usubjid: str
    on: date
    visit: str
    test: str
    measured: Measured
    laboratory: str
    position: int


@final
@dataclass(frozen=True, slots=True)
class Suggestion:
    """A result with a rule that grades it: the grade, or why there is none, and the baseline beside it."""

    result: Result
    rule: GradeRule
    bounds: Bounds | None  # None: nothing can be said at all
    range: LaboratoryRangeSet | None
    baseline: Result | None
    baseline_grade: int | None
    why: Sentence | None = None  # why it cannot be graded

    @property
    def grade(self) -> int | None:
        """The grade suggested; None where it cannot be graded."""
        return None if self.bounds is None else self.bounds.grade

    @property
    def shift(self) -> int | None:
        """How far the grade moved from that of the baseline; None where either is not known."""
        if self.grade is None or self.baseline_grade is None:
            return None
        return self.grade - self.baseline_grade


def suggestions(study: Study, state: TrialState, *, usubjid: str) -> tuple[Suggestion, ...]:
    """Every result of a person that CTCAE 5.0 has numbers for, by day, with the grade it suggests."""
    results = sorted(_results(state, usubjid), key=lambda one: (one.on, one.position))
    found = []
    for one in results:
        analyte = analyte_of(study, one.test)
        if analyte is not None:
            baseline = _baseline(study, state, results=results, analyte=analyte)
            found += [
                _suggest(state, one, rule=rule, analyte=analyte, baseline=baseline) for rule in rules_for(analyte.key)
            ]
    return tuple(found)


def _results(state: TrialState, usubjid: str) -> Iterator[Result]:
    known: Known[MeasurementsRecorded]
    for known in state.logs.visits.measurements.get(usubjid, []):
        event = known.event
        for test, measured in event.results.items():
            yield Result(usubjid, event.on, event.visit, test, measured, event.laboratory, known.position)


def _baseline(study: Study, state: TrialState, *, results: Sequence[Result], analyte: Analyte) -> Result | None:
    """The last known value before the first infusion."""
    usubjid = results[0].usubjid
    person = state.participants.get(usubjid)
    first = person.infusions[0].event.on if person is not None and person.infusions else None
    if first is None:
        return None
    before = [
        one
        for one in results
        if analyte_of(study, one.test) == analyte
        and isinstance(one.measured.value, float | int)
        and (one.on < first or (one.on == first and one.visit in BEFORE_INFUSION))
    ]
    return before[-1] if before else None


def _suggest(
    state: TrialState, result: Result, *, rule: GradeRule, analyte: Analyte, baseline: Result | None
) -> Suggestion:
    held = range_for(state, result)
    bounds, why = _graded(state, result, rule=rule, analyte=analyte, baseline=baseline)
    of_baseline = None
    if baseline is not None:
        there, _ = _graded(state, baseline, rule=rule, analyte=analyte, baseline=baseline)
        of_baseline = None if there is None else there.grade
    return Suggestion(result, rule, bounds, held, baseline, of_baseline, why)


def _graded(
    state: TrialState, result: Result, *, rule: GradeRule, analyte: Analyte, baseline: Result | None
) -> tuple[Bounds | None, Sentence | None]:
    """The grade of one result, and what is missing for it."""
    held = range_for(state, result)
    unit = rule.unit if not rule.in_multiples else held.unit if held is not None else result.measured.unit
    ends = _ends(result, unit=unit, analyte=analyte)
    if isinstance(ends, Sentence):
        return None, ends
    limit = _limit(held, rule, unit=unit, analyte=analyte)
    before, abnormal = _before(state, baseline, rule=rule, unit=unit, analyte=analyte)
    measure = Measure(low=ends[0], high=ends[1], limit=limit, baseline=before, baseline_abnormal=abnormal)
    bounds = grade(rule, measure)
    if bounds.grade is not None:
        return bounds, None
    missing = NO_RANGE if limit is None else NO_BASELINE if before is None or abnormal is None else NO_VALUE
    return bounds, sentence(BETWEEN, lower=bounds.lower, upper=bounds.upper, why=sentence(missing))


def _ends(result: Result, *, unit: str, analyte: Analyte) -> tuple[Fraction, Fraction] | Sentence:
    """The value in another unit, as two ends; below or above what could be measured, one of them is open."""
    measured = result.measured
    if not isinstance(measured.value, float | int) or isinstance(measured.value, bool):
        return sentence(NO_VALUE)
    if not measured.unit and unit not in ("", "ratio"):
        return sentence(NO_UNIT)
    there = converted(exact(measured.value), measured.unit, to=unit, substance=analyte.substance)
    if isinstance(there, str):
        return sentence(NEEDS[there], given=Amount(measured.value, measured.unit), unit=unit)
    match measured.limit:
        case "<":
            return Fraction(0), there * (1 - TINY)
        case ">":
            return there * (1 + TINY), max(there, Fraction(1)) * HUGE
    return there, there


def _limit(held: LaboratoryRangeSet | None, rule: GradeRule, *, unit: str, analyte: Analyte) -> Fraction | None:
    """LLN of a low rule, ULN of a high one, in a unit; None where it is not known."""
    value = None if held is None else held.lower if rule.direction == "low" else held.upper
    if held is None or value is None:
        return None
    there = converted(exact(value), held.unit, to=unit, substance=analyte.substance)
    return there if isinstance(there, Fraction) else None


def _before(
    state: TrialState, baseline: Result | None, *, rule: GradeRule, unit: str, analyte: Analyte
) -> tuple[Fraction | None, bool | None]:
    """The baseline in a unit, and whether it lay above the upper limit of its own laboratory."""
    if baseline is None:
        return None, None
    ends = _ends(baseline, unit=unit, analyte=analyte)
    if isinstance(ends, Sentence) or ends[0] != ends[1]:
        return None, None
    limit = _limit(range_for(state, baseline), rule, unit=unit, analyte=analyte)
    return ends[0], None if limit is None else ends[0] > limit


# Ranges


def range_for(state: TrialState, result: Result) -> LaboratoryRangeSet | None:
    """The range that holds for a result, or None where none does for certain."""
    sex, age = _sex(state, result.usubjid), _age(state, result.usubjid)
    set_before = [
        known
        for known in state.logs.visits.ranges
        if _same_test(known.event.test, result.test)
        and same(known.event.laboratory) == same(result.laboratory)
        and known.event.on <= result.on
    ]
    newest: dict[tuple[object, ...], Known[LaboratoryRangeSet]] = {}
    for known in sorted(set_before, key=lambda one: (one.event.on, one.position)):
        newest[known.event.sex, known.event.age_from, known.event.age_below] = known
    fits = [(known.event, _fits(known.event, sex=sex, age=age)) for known in newest.values()]
    if any(fit is None for _, fit in fits):
        return None  # one of them might hold, or might not
    held = sorted((event for event, fit in fits if fit), key=_narrowness)
    return held[-1] if held else None


def _same_test(name: str, other: str) -> bool:
    """Whether two names are the same, or names of the same analyte."""
    analyte = analyte_named(name)
    return same(name) == same(other) or (analyte is not None and analyte == analyte_named(other))


def _fits(event: LaboratoryRangeSet, *, sex: str, age: Fraction | None) -> bool | None:
    """Whether a range is one for this person; None where that is not known."""
    if event.sex and sex and event.sex != sex:
        return False
    aged = event.age_from is not None or event.age_below is not None
    if aged and age is not None:
        young = event.age_from is not None and age < exact(event.age_from)
        old = event.age_below is not None and age >= exact(event.age_below)
        if young or old:
            return False
    return None if (event.sex and not sex) or (aged and age is None) else True


def _narrowness(event: LaboratoryRangeSet) -> tuple[bool, int, date]:
    ends = (event.age_from is not None) + (event.age_below is not None)
    return bool(event.sex), ends, event.on


SEXES = {"f": "female", "female": "female", "femme": "female", "m": "male", "male": "male", "homme": "male"}


def _sex(state: TrialState, usubjid: str) -> str:
    """Female or male, as recorded at baseline or screening; nothing where it is not known."""
    return SEXES.get(same(str(_characteristic(state, usubjid, "sex", "sexe") or "")), "")


def _age(state: TrialState, usubjid: str) -> Fraction | None:
    """Age in years, as recorded at baseline or screening."""
    value = _characteristic(state, usubjid, "age")
    return exact(value) if isinstance(value, float | int) and not isinstance(value, bool) else None


def _characteristic(state: TrialState, usubjid: str, *names: str) -> bool | float | str | None:
    person = state.participants.get(usubjid)
    for name, known in (person.baseline if person is not None else {}).items():
        if same(name) in names:
            return known.event.value
    found = findings_of(state.logs.screening.findings.get(usubjid, [])).named(names)
    if found is None or not isinstance(found.fact.value, float | int) or isinstance(found.fact.value, bool):
        return None if found is None else found.fact.value
    years = converted(exact(found.fact.value), found.fact.unit, to="years")
    return float(years) if isinstance(years, Fraction) else None
