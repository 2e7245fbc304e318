"""What of an event does not go with the protocol: levels, instruments, endpoints, visits, days still to come."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from trialwright.conduct.adverse_event_misfits import safety_misfits
from trialwright.conduct.asked_for import misfits_of_results, misfits_of_screening, misfits_of_waiver
from trialwright.conduct.fold import corrected_event
from trialwright.conduct.logs import RandomisationLog, StaffLog
from trialwright.conduct.product_misfits import done_again, product_misfits
from trialwright.conduct.pseudonyms import unmasked
from trialwright.conduct.randomisation import telling
from trialwright.protocol.study import Study
from trialwright.vocabulary.errors import Finding, ParameterError
from trialwright.vocabulary.events import (
    AssessmentRecorded,
    Corrected,
    DataCutFrozen,
    DataLocked,
    DoseDecided,
    Event,
    MeasurementsRecorded,
    ParticipantEnrolled,
    ResponseAssessed,
    ScreeningRecorded,
    Signed,
    TrialOpened,
    VisitHeld,
    VisitMissed,
    WaiverGranted,
)

# What a command computes, or asks a password for, is not put in the place of another entry.
BY_COMMAND_ALONE = (
    *(TrialOpened, DoseDecided, DataCutFrozen, DataLocked, Signed, Corrected),
    *StaffLog.TAKES,
    *RandomisationLog.TAKES,
)
BESIDE_THE_PLAN = ("Screening", "Baseline", "Unscheduled")  # visits that every trial may have


def misfits(study: Study, event: Event, *, recorded_on: date) -> Iterable[Finding]:
    """Every complaint about one event, before it is folded into the trial."""
    on = getattr(event, "on", None)
    if isinstance(on, date) and on > recorded_on:
        yield Finding("on", on, f"lies after the day of recording ({recorded_on})", "record what has happened")
    yield from product_misfits(study, event)
    yield from safety_misfits(study, event, recorded_on=recorded_on)
    yield from telling(study, event)
    yield from unmasked(study, event)
    levels = len(study.dosing.amounts)
    match event:
        case ScreeningRecorded():
            yield from misfits_of_screening(study, event)
        case WaiverGranted():
            yield from misfits_of_waiver(study, event)
        case ParticipantEnrolled(dose_level=level) | DoseDecided(dose_level=level) if level > levels:
            yield Finding("dose_level", level, f"must be one of the protocol's {levels} dose levels")
        case ParticipantEnrolled(backfill=True) if all(rule.name != "backfill" for rule in study.rule_names):
            yield Finding("backfill", True, "is not foreseen: the protocol has no rule named backfill", "remove it")
        case AssessmentRecorded():
            yield from _of_assessment(study, event)
        case VisitHeld() | VisitMissed():
            yield from _of_visit(study, event.visit)
        case MeasurementsRecorded():
            yield from _of_visit(study, event.visit)
            yield from misfits_of_results(study, event)
        case ResponseAssessed():
            yield from _of_response(study, event)
        case Corrected():
            yield from _of_correction(study, event, recorded_on=recorded_on)


def _of_assessment(study: Study, event: AssessmentRecorded) -> Iterable[Finding]:
    yield from _of_visit(study, event.visit)
    instrument = study.instrument(event.instrument)
    declared = study.disease_section.instruments if study.disease_section else ()
    if instrument is None or event.instrument not in declared:
        allowed = f"is not assessed in this protocol; it declares {', '.join(declared) or 'none'}"
        yield Finding("instrument", event.instrument, allowed)
        return
    try:
        instrument.score(event.items)
    except ParameterError as error:
        yield from (finding.within("items") for finding in error.findings)


def _of_response(study: Study, event: ResponseAssessed) -> Iterable[Finding]:
    yield from _of_visit(study, event.visit)
    known = [endpoint.name for endpoint in study.endpoints]
    if event.endpoint not in known:
        allowed = f"is not an endpoint of the protocol; there is {', '.join(known) or 'none'}"
        yield Finding("endpoint", event.endpoint, allowed)


def _of_visit(study: Study, name: str) -> Iterable[Finding]:
    """A visit by its English name; a misspelt one would be left out of every analysis in silence."""
    planned = [visit.name.en for visit in study.visits]
    if planned and name not in (*planned, *BESIDE_THE_PLAN):
        allowed = f"is not a visit of the protocol; there is {', '.join((*planned, *BESIDE_THE_PLAN))}"
        yield Finding("visit", name, allowed)


def _of_correction(study: Study, event: Corrected, *, recorded_on: date) -> Iterable[Finding]:
    replacement = corrected_event(event)
    if replacement is None:
        return
    if isinstance(replacement, (*BY_COMMAND_ALONE, *done_again(study))):
        yield Finding(
            "replacement_kind", replacement.kind, "cannot be put in place by hand", "withdraw the entry instead"
        )
        return
    yield from (finding.within("replacement") for finding in misfits(study, replacement, recorded_on=recorded_on))
