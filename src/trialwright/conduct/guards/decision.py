"""Nobody is assigned or infused but under a signed dose decision that today's data bear out (inspectors' finding 1)."""

from __future__ import annotations

from collections.abc import Iterable

from trialwright.conduct.cuts import is_stale
from trialwright.conduct.gate import Gate, infusion_gate, next_gate
from trialwright.conduct.guards.offered import Offered
from trialwright.conduct.state import TrialState
from trialwright.conduct.toxicity import observed
from trialwright.protocol.study import Study
from trialwright.vocabulary.errors import Finding
from trialwright.vocabulary.events import DoseDecided, InfusionGiven, ParticipantEnrolled

DECIDE = "freeze the data (`trialwright cut`), decide (`trialwright decide`) and sign (`trialwright sign`)"
WAIT = "see `trialwright gate`"


def of_enrolment(study: Study, state: TrialState, *, offered: Offered) -> Iterable[Finding]:
    """What keeps the next participant from being assigned to this level."""
    event = offered.event
    if not study.guards("decision") or not isinstance(event, ParticipantEnrolled):
        return
    gate = next_gate(study, state, on=event.on)
    if event.backfill:
        yield from _of_backfill(event, gate)
        return
    yield from _of_gate(gate, place="dose_level", value=event.dose_level)
    if not gate.shut and event.dose_level != gate.level:
        yield Finding("dose_level", event.dose_level, f"must be level {gate.level}, which was decided", DECIDE)


def _of_backfill(event: ParticipantEnrolled, gate: Gate) -> Iterable[Finding]:
    """An extra participant may join below the level in force while its cohort waits, never while people decide."""
    if gate.awaited:
        yield from _of_gate(gate, place="backfill", value=True)
    if event.dose_level > gate.level:
        allowed = f"must not lie above level {gate.level}, which was decided"
        yield Finding("dose_level", event.dose_level, allowed, "assign to a level that is cleared")


def of_infusion(study: Study, state: TrialState, *, offered: Offered) -> Iterable[Finding]:
    """What keeps a participant from being infused on this day."""
    event = offered.event
    if not study.guards("decision") or not isinstance(event, InfusionGiven) or event.usubjid not in state.participants:
        return
    yield from _of_gate(
        infusion_gate(study, state, usubjid=event.usubjid, on=event.on), place="usubjid", value=event.usubjid
    )
    one = observed(study, state, participant=state.participants[event.usubjid], on=event.on)
    if event.infusion_number > 1 and one.dlt:
        allowed = "has had a dose-limiting toxicity and is not infused again"
        yield Finding("usubjid", event.usubjid, allowed, "if it was done all the same, record the deviation first")


def of_decision(study: Study, state: TrialState, *, offered: Offered) -> Iterable[Finding]:
    """A decision rests on frozen data that are still the data (inspectors' finding 3)."""
    event = offered.event
    if not study.guards("decision") or not isinstance(event, DoseDecided):
        return
    cuts = state.logs.oversight.cuts
    if event.cut not in cuts:
        yield Finding("cut", event.cut, "must name a frozen data cut", "freeze one with `trialwright cut`")
        return
    cut = cuts[event.cut].event
    if is_stale(study, state, cut=cut):
        allowed = "is out of date: what was recorded since changes the data it froze"
        yield Finding("cut", event.cut, allowed, "freeze a new one with `trialwright cut`")


def _of_gate(gate: Gate, *, place: str, value: object) -> Iterable[Finding]:
    if gate.shut:
        said = " ".join(reason.said("en") for reason in gate.reasons)
        yield Finding(place, value, f"must wait. {said}", WAIT)
