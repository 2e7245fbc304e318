"""What of findings and results does not go with the protocol: names nobody asks for, other kinds of value or unit."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping

from trialwright.conduct.names import BESIDE_THE_CRITERIA, asked, is_drug, known_as, same, title_of
from trialwright.conduct.units import same_kind
from trialwright.protocol.eligibility import Comparison, Statement, Treatment
from trialwright.protocol.sections import EligibilitySection
from trialwright.protocol.study import Study
from trialwright.vocabulary.errors import MISSING, Finding
from trialwright.vocabulary.events import Fact, MeasurementsRecorded, ScreeningRecorded, Taken, WaiverGranted

NO_SUCH_NAME = "is not asked for by any criterion, so nobody would ever look at it"


def misfits_of_screening(study: Study, event: ScreeningRecorded) -> Iterable[Finding]:
    """Every complaint about what was found at screening."""
    section = study.eligibility
    if not section.inclusion and not section.exclusion:
        return
    for name, fact in event.facts.items():
        yield from _of_fact(section, name, fact=fact)
    for number, taken in enumerate(event.treatments or (), start=1):
        yield from (one.within(f"treatments[{number}]") for one in _of_treatment(section, taken))


def misfits_of_waiver(study: Study, event: WaiverGranted) -> Iterable[Finding]:
    """A waiver of a criterion that the protocol does not have."""
    known = [one.id for one in (*study.eligibility.inclusion, *study.eligibility.exclusion)]
    if event.criterion not in known:
        allowed = f"is not a criterion of the protocol; there is {', '.join(known) or 'none'}"
        yield Finding("criterion", event.criterion, allowed)


def misfits_of_results(study: Study, event: MeasurementsRecorded) -> Iterable[Finding]:
    """Results in a unit that cannot become the one in which the protocol expects the test."""
    for test, measured in event.results.items():
        declared = next((one for one in study.laboratory if same(test) in (same(one.name.en), same(one.name.fr))), None)
        if declared is not None and measured.unit and not same_kind(measured.unit, declared.unit):
            allowed = f"cannot be converted to {declared.unit or 'a bare number'}, in which the protocol expects it"
            yield Finding(f"results.{test}.unit", measured.unit, allowed)


def question_named(section: EligibilitySection, name: str) -> Comparison | Statement | None:
    """The quantity or statement that is recorded under a name."""
    rules = [rule for rule in asked(section) if not isinstance(rule, Treatment)]
    return next((rule for rule in rules if same(name) in known_as(rule, section)), None)


def _of_fact(section: EligibilitySection, name: str, *, fact: Fact) -> Iterable[Finding]:
    place = f"facts.{name}"
    beside = {same(word): unit for text, unit in BESIDE_THE_CRITERIA.items() for word in (text.en, text.fr)}
    rule = question_named(section, name)
    if rule is None and same(name) not in beside:
        yield Finding(place, fact.value, NO_SUCH_NAME, _did_you_mean(name, section, beside=beside))
        return
    if isinstance(rule, Statement):
        if not isinstance(fact.value, bool | None):
            yield Finding(place, fact.value, "is a statement: yes, no, or not known (null)")
        return
    unit = beside[same(name)] if rule is None else rule.unit
    if isinstance(fact.value, bool | str):
        yield Finding(place, fact.value, "must be a number, or not known (null)")
    elif fact.value is not None:
        yield from _of_unit(f"{place}.unit", fact.unit, unit=unit)


def _of_unit(place: str, given: str, *, unit: str) -> Iterable[Finding]:
    if unit and not given:
        yield Finding(
            place, MISSING, f"is required: the criterion is written in {unit}", f"say {unit}, or another unit"
        )
    elif not same_kind(given, unit):
        yield Finding(place, given, f"cannot be converted to {unit or 'a bare number'}, as the criterion is written")


def _of_treatment(section: EligibilitySection, taken: Taken) -> Iterable[Finding]:
    rules = [rule for rule in asked(section) if isinstance(rule, Treatment)]
    answers = {
        title_of(rule).en: same(taken.drug) in known_as(rule, section) or is_drug(rule, taken.drug, route=taken.route)
        for rule in rules
    }
    for limit in (limit for rule in rules if answers[title_of(rule).en] for limit in rule.dose[:1]):
        if taken.dose is not None:
            yield from _of_unit("unit", taken.unit, unit=limit.unit)
    if taken.from_day and taken.to_day and taken.from_day > taken.to_day:
        yield Finding("to_day", taken.to_day, f"lies before the first day ({taken.from_day})")
    unclear = [name for name, answer in answers.items() if answer is None]
    if unclear and True not in answers.values():
        allowed = f"needs its route: a criterion asks for {unclear[0]}"
        yield Finding("drug", taken.drug, allowed, "give the drug with its route")


def _did_you_mean(name: str, section: EligibilitySection, *, beside: Mapping[str, str]) -> str:
    known = [*beside, *(one for rule in asked(section) for one in sorted(known_as(rule, section)))]
    near = difflib.get_close_matches(same(name), known, n=1)
    return f"did you mean {near[0]}?" if near else "see `trialwright screen TRIAL --template`"
