"""Nobody is enrolled or infused without consent and confirmed eligibility (inspectors' finding 6).

Eligibility is confirmed when an investigator judged the person eligible after the last finding, and the criteria
themselves give *met*, or each one that does not was waived with a reason, signed by everybody who signs waivers.
The criteria are computed anew at every enrolment and every infusion.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from trialwright.conduct.eligibility import Eligibility, eligibility
from trialwright.conduct.fold import corrected_event
from trialwright.conduct.guards.offered import Offered
from trialwright.conduct.state import TrialState
from trialwright.protocol.study import Study
from trialwright.vocabulary.errors import MISSING, Finding
from trialwright.vocabulary.events import (
    Corrected,
    EligibilityConfirmed,
    Event,
    InfusionGiven,
    ParticipantEnrolled,
    ParticipantRandomised,
    ParticipantScreened,
    ScreeningRecorded,
)

ENTERING = (ParticipantEnrolled, ParticipantRandomised, InfusionGiven)
CONFIRM = "`trialwright confirm TRIAL {usubjid}`"
SHOW = "`trialwright screen TRIAL {usubjid} --show` lists them"


def is_confirmed(study: Study, state: TrialState, *, offered: Offered) -> Iterable[Finding]:
    """What stands in the way of entering or of an infusion: consent, findings, waivers, the confirmation itself."""
    event = _meant(state, offered.event)
    if not study.guards("eligibility") or not isinstance(event, ENTERING):
        return
    yield from _in_the_way(study, state, usubjid=event.usubjid, on=event.on)


def consent_comes_first(study: Study, state: TrialState, *, offered: Offered) -> Iterable[Finding]:
    """Consent is dated before the screening, and before anything that is found in it."""
    event = offered.event
    if not study.guards("eligibility"):
        return
    if isinstance(event, ParticipantScreened) and event.consented_on > event.on:
        yield Finding(
            "consented_on", event.consented_on, f"must not lie after the screening ({event.on})", "consent comes first"
        )
    screened = state.logs.screening.screened.get(getattr(event, "usubjid", ""))
    if isinstance(event, ScreeningRecorded) and screened and event.on < screened.event.consented_on:
        allowed = f"lies before the consent of {event.usubjid} ({screened.event.consented_on})"
        yield Finding("on", event.on, allowed, "nothing is looked for at screening before consent")


def judgement_fits(study: Study, state: TrialState, *, offered: Offered) -> Iterable[Finding]:
    """A confirmation says what the criteria gave, and sets nothing aside that was not waived."""
    event = offered.event
    if not study.guards("eligibility") or not isinstance(event, EligibilityConfirmed):
        return
    known = eligibility(study, state, usubjid=event.usubjid)
    if event.computed != known.computed:
        yield Finding("computed", event.computed, f"the criteria give: {known.computed}", _with(CONFIRM, event.usubjid))
    waived = {one.criterion.id for one in known.in_the_way if one.waiver is not None}
    for name in event.waived:
        if name not in waived:
            allowed = "is not waived, or needs no waiver"
            yield Finding(
                "waived", name, allowed, _with("`trialwright waive TRIAL {usubjid} CRITERION`", event.usubjid)
            )
    if not event.eligible:
        return
    for one in known.in_the_way:
        if one.criterion.id not in event.waived:
            allowed = f"cannot be so: criterion {one.criterion.id} {_stands(one.lets_in)} and is not waived"
            yield Finding("eligible", True, allowed, _with(SHOW, event.usubjid))


def _meant(state: TrialState, event: Event) -> Event | None:
    """The event, or what a correction puts in place; none where it corrects an entry of the same kind and person."""
    if not isinstance(event, Corrected):
        return event
    new = corrected_event(event)
    one = state.participants.get(getattr(new, "usubjid", ""))
    standing = () if one is None else (one.enrolled, *one.infusions)
    same = any(known.position == event.position and type(known.event) is type(new) for known in standing)
    return None if same else new


def _in_the_way(study: Study, state: TrialState, *, usubjid: str, on: date) -> Iterable[Finding]:
    screening = state.logs.screening
    screened = screening.screened.get(usubjid)
    if screened is None:
        remedy = _with("record consent and findings with `trialwright screen TRIAL {usubjid} --consented DAY`", usubjid)
        yield Finding("usubjid", usubjid, "has not been screened", remedy)
        return
    if screened.event.consented_on > on:
        yield Finding("on", on, f"lies before the consent ({screened.event.consented_on})", "consent comes first")
    withdrawn = screening.withdrew(usubjid)
    if withdrawn is not None and withdrawn.event.on <= on:
        yield Finding("usubjid", usubjid, f"withdrew consent on {withdrawn.event.on}", "nothing more is given")
    known = eligibility(study, state, usubjid=usubjid)
    yield from _confirmation(state, known, on=on)
    yield from _criteria(known)


def _confirmation(state: TrialState, known: Eligibility, *, on: date) -> Iterable[Finding]:
    """Whether an investigator's judgement stands, is favourable, and rests on what is known now."""
    usubjid, screening = known.usubjid, state.logs.screening
    said = screening.confirmed(usubjid)
    remedy = _with(CONFIRM, usubjid)
    if said is None:
        yield Finding("eligibility", MISSING, f"of {usubjid} is not confirmed", remedy)
        return
    last = max((one.position for one in screening.findings.get(usubjid, [])), default=0)
    digest = said.event.findings_digest
    if last > said.position or (digest and digest != known.digest):
        yield Finding(
            "eligibility", said.event.on, "was confirmed before the last finding, or before one was corrected", remedy
        )
    if not said.event.eligible:
        yield Finding("eligibility", said.event.on, f"was judged: {usubjid} is not eligible", said.event.reason)
    elif said.event.on > on:
        yield Finding("on", on, f"lies before eligibility was confirmed ({said.event.on})", remedy)


def _criteria(known: Eligibility) -> Iterable[Finding]:
    """Each criterion that does not let the person in and is not waived, or not by everybody who signs."""
    for one in known.unsettled:
        place, stands = f"criterion {one.criterion.id}", _stands(one.lets_in)
        if one.waiver is None:
            remedy = f"`trialwright waive TRIAL {known.usubjid} {one.criterion.id} --reason …`, if that is right"
            yield Finding(place, MISSING, f"{stands}, and is not waived", remedy)
        else:
            unsigned = ", ".join(one.missing_signatures)
            remedy = f"`trialwright sign TRIAL {one.waiver.position}`"
            yield Finding(place, MISSING, f"{stands}; its waiver is not signed ({unsigned})", remedy)


def _stands(lets_in: bool | None) -> str:
    return "cannot be assessed" if lets_in is None else "keeps the person out"


def _with(text: str, usubjid: str) -> str:
    return text.format(usubjid=usubjid)
