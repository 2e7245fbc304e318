"""What of an adverse event does not go with the protocol, with CTCAE, or with itself, whatever is known so far."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from trialwright.conduct.adverse_events import says_fatal
from trialwright.conduct.aids import RELATED, naranjo
from trialwright.protocol.study import Study
from trialwright.vocabulary import ctcae
from trialwright.vocabulary.errors import Finding, ParameterError
from trialwright.vocabulary.events import (
    AdverseEventFollowed,
    AdverseEventReported,
    CausalityAssessed,
    Event,
    SafetyReportSent,
)

DAYS = ("ended_on", "aware_on", "sponsor_aware_on")  # beside `on`: days that must have come


def safety_misfits(study: Study, event: Event, *, recorded_on: date) -> Iterable[Finding]:
    """Every complaint about one event of safety, on its own."""
    if not isinstance(event, AdverseEventReported | AdverseEventFollowed | CausalityAssessed | SafetyReportSent):
        return
    for name in DAYS:
        day = getattr(event, name, None)
        if day is not None and day > recorded_on:
            yield Finding(name, day, f"lies after the day of recording ({recorded_on})", "record what has happened")
    match event:
        case AdverseEventReported():
            yield from _of_report(study, event)
        case AdverseEventFollowed():
            yield from _of_term(study, event.ctcae_term)
            yield from _of_seriousness(study, event)
        case CausalityAssessed():
            yield from _of_judgement(event)
        case SafetyReportSent(clock=clock):
            names = [one.name for one in study.clocks]
            if clock not in names:
                allowed = f"is not a clock of the protocol; there is {', '.join(names) or 'none'}"
                yield Finding("clock", clock, allowed, "see [safety].profiles and [[clocks]] in the protocol")


def _of_report(study: Study, event: AdverseEventReported) -> Iterable[Finding]:
    yield from _of_term(study, event.ctcae_term)
    if study.safety.ctcae == ctcae.VERSION and event.ctcae_term:
        yield from ctcae.grade_findings(event.ctcae_term, event.grade, place="grade")
    yield from _of_seriousness(study, event)
    for name in ("ended_on", "aware_on"):
        day = getattr(event, name)
        if day is not None and day < event.on:
            yield Finding(name, day, f"lies before the onset ({event.on})", "mend one of the two")


def _of_term(study: Study, term: str) -> Iterable[Finding]:
    if term and study.safety.ctcae == ctcae.VERSION:
        yield from ctcae.term_findings(term, place="ctcae_term")


def _of_seriousness(study: Study, event: AdverseEventReported | AdverseEventFollowed) -> Iterable[Finding]:
    """A serious event has a reason; publications rarely give it. A fatal one is serious."""
    if event.serious is False and (event.seriousness or says_fatal(event)):
        reasons = ", ".join(event.seriousness) or "a fatal event"
        yield Finding("serious", False, f"does not go with {reasons}", "mend one of the two")
    if event.serious and not event.seriousness and not study.identity.reconstruction:
        remedy = "name at least one criterion in `seriousness`; leave `serious` empty while it is not known"
        yield Finding("seriousness", "", "is required for a serious event", remedy)


def _of_judgement(event: CausalityAssessed) -> Iterable[Finding]:
    """Category and answer must say the same, where both are given; the questions of Naranjo are numbered 1 to 10."""
    if event.causality is not None and event.related is not None and event.related is not RELATED[event.causality]:
        allowed = f"does not go with the category “{event.causality}”"
        yield Finding("related", event.related, allowed, "leave it empty for unclassified and unassessable")
    if event.naranjo is not None:
        try:
            naranjo(event.naranjo)
        except ParameterError as error:
            yield from (finding.within("naranjo") for finding in error.findings)
