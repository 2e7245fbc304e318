"""The gate before the next participant: open only under a signed dose decision that today's data still bear out.

A decision covers one cohort at one level. The protocol's starting level needs none for the first cohort. The gate is
shut while a decision waits for signatures, when its cohort is full, when people decided to treat nobody, when enrolment
is closed, and when the rules say wait, stop or go down today though the decision was taken on other advice. What people
decided knowingly against the advice stays decided as long as the advice stays the same.

The same questions are asked again at the first infusion of a participant, as if they were to be assigned on that day:
a toxicity between assignment and infusion must be able to shut the gate.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import final

from trialwright.conduct.advise import advise
from trialwright.conduct.signatures import missing_signatures
from trialwright.conduct.state import Known, Participant, TrialState
from trialwright.conduct.toxicity import observed
from trialwright.protocol.study import Study
from trialwright.vocabulary.decisions import ACTIONS, Decision, Reason
from trialwright.vocabulary.events import DoseDecided, Role
from trialwright.vocabulary.seen import NO_LEVEL
from trialwright.vocabulary.words import Text, filled

OPEN = Text(
    en="Up to {places} more may be treated at dose level {level} under decision {decision}.",
    fr="Encore {places} au plus à traiter au palier de dose {level}, selon la décision {decision}.",
)
OPEN_START = Text(
    en="Up to {places} more may be treated at dose level {level}, where the protocol starts.",
    fr="Encore {places} au plus à traiter au palier de dose {level}, où le protocole commence.",
)
UNSIGNED = Text(
    en="The decision in entry {position} is not signed yet; it waits for: {roles}.",
    fr="La décision de l'entrée {position} n'est pas encore signée ; il manque : {roles}.",
)
FULL = Text(
    en="The cohort of {size} is complete: freeze the data, decide, and sign before anyone else is treated.",
    fr="La cohorte de {size} est complète : geler les données, décider et signer avant de traiter quelqu'un d'autre.",
)
NOBODY = Text(
    en="The decision in entry {position} is to treat nobody further.",
    fr="La décision de l'entrée {position} est de ne plus traiter personne.",
)
CLOSED = Text(en="Enrolment was closed on {on}.", fr="Les inclusions ont été closes le {on}.")
CHANGED = Text(
    en="The advice today is to {action}; that was not known when level {level} was decided. Decide anew.",
    fr="L'avis du jour : {action} ; ce n'était pas connu lors de la décision du palier {level}. Décider à nouveau.",
)

WAITING = Text(
    en="The advice today is to wait; that was not known when level {level} was decided.",
    fr="L'avis du jour est d'attendre ; ce n'était pas connu lors de la décision du palier {level}.",
)


@final
@dataclass(frozen=True, slots=True)
class Gate:
    """Whether the next participant may be treated, at which level, and why or why not."""

    level: int  # that people decided on, or where the protocol starts; 0: nobody
    places: int  # left in the cohort
    reasons: tuple[Reason, ...]
    shut: bool
    awaited: tuple[Role, ...] = ()  # who has still to sign


def next_gate(study: Study, state: TrialState, *, on: date) -> Gate:
    """The gate as it stands on a day, for whoever is assigned next."""
    decision = in_force(study, state)
    level = decision.event.dose_level if decision else study.dosing.start_level
    places = _places(study, state, since=decision, on=on)
    reasons = [*_of_decisions(study, state), *_of_closing(state, on=on)]
    if level == NO_LEVEL and decision is not None:
        reasons.append(Reason("gate.nobody", NOBODY, {"position": decision.position}))
    elif places <= 0:
        reasons.append(Reason("gate.full", FULL, {"size": study.dosing.cohort_size}))
    elif not reasons:
        reasons += _of_advice(study, state, level=level, decision=decision, on=on)
    if reasons:
        return Gate(level, max(places, 0), tuple(reasons), shut=True, awaited=_awaited(study, state))
    return Gate(level, places, (_open(level, places, decision=decision),), shut=False)


def infusion_gate(study: Study, state: TrialState, *, usubjid: str, on: date) -> Gate:
    """The gate for one participant's infusion: as if whoever is not infused yet were still to be assigned."""
    participant = state.participants[usubjid]
    level = participant.enrolled.event.dose_level
    decision = in_force(study, state)
    decided = decision.event.dose_level if decision else study.dosing.start_level
    reasons = [*_of_decisions(study, state)]
    if decision is not None and decided == NO_LEVEL:
        reasons.append(Reason("gate.nobody", NOBODY, {"position": decision.position}))
    if not reasons and not participant.infusions:
        before = _without_uninfused(state)
        covering = decision if decided >= level else None
        reasons += _of_advice(study, before, level=level, decision=covering, on=on)
    return Gate(level, 1, tuple(reasons), shut=bool(reasons), awaited=_awaited(study, state))


def in_force(study: Study, state: TrialState) -> Known[DoseDecided] | None:
    """The last decision that everyone has signed who must; None before the first."""
    signed = [known for known in state.decisions if not missing_signatures(study, state, known=known)]
    return signed[-1] if signed else None


def unsigned(study: Study, state: TrialState) -> Known[DoseDecided] | None:
    """The last decision, while it waits for signatures."""
    last = state.decisions[-1] if state.decisions else None
    return last if last is not None and missing_signatures(study, state, known=last) else None


def _awaited(study: Study, state: TrialState) -> tuple[Role, ...]:
    waiting = unsigned(study, state)
    return () if waiting is None else missing_signatures(study, state, known=waiting)


def _of_decisions(study: Study, state: TrialState) -> Iterable[Reason]:
    waiting = unsigned(study, state)
    if waiting is not None:
        roles = ", ".join(_awaited(study, state))
        yield Reason("gate.unsigned", UNSIGNED, {"position": waiting.position, "roles": roles})


def _of_closing(state: TrialState, *, on: date) -> Iterable[Reason]:
    if state.closed is not None and state.closed.event.on <= on:
        yield Reason("gate.closed", CLOSED, {"on": state.closed.event.on})


def _of_advice(
    study: Study, state: TrialState, *, level: int, decision: Known[DoseDecided] | None, on: date
) -> Iterable[Reason]:
    """What the design and rules say today, where it forbids the level and was not known to those who decided."""
    advice = advise(study, state, on=on)
    held_back = advice.action in ("wait", "stop") or 0 < advice.dose_level < level
    if not held_back or _known_then(advice, decision):
        return
    if advice.action == "wait":
        yield Reason("gate.wait", WAITING, {"level": level})
    else:
        action = filled(ACTIONS[advice.action], level=advice.dose_level)
        yield Reason("gate.advice", CHANGED, {"action": action, "level": level})
    yield from advice.reasons


def _known_then(advice: Decision, decision: Known[DoseDecided] | None) -> bool:
    """Whether people decided in the face of this very advice."""
    if decision is None or decision.event.endorsed:
        return False
    return (decision.event.advised_action, decision.event.advised_dose_level) == (advice.action, advice.dose_level)


def _places(study: Study, state: TrialState, *, since: Known[DoseDecided] | None, on: date) -> int:
    """The places left in the cohort that a decision opened; those who are to be replaced give theirs back."""
    after = since.position if since else 0
    taken = [one for one in state.participants.values() if _in_cohort(one, after=after)]
    lost = sum(not observed(study, state, participant=one, on=on).evaluable for one in taken)
    allowed = study.replacements
    back = lost if allowed is None else min(lost, allowed)
    return study.dosing.cohort_size - len(taken) + back


def _in_cohort(participant: Participant, *, after: int) -> bool:
    return participant.enrolled.position > after and not participant.enrolled.event.backfill


def _without_uninfused(state: TrialState) -> TrialState:
    """The trial as if nobody were assigned who has not been infused; those who left stay."""
    kept = {usubjid: one for usubjid, one in state.participants.items() if one.infusions or one.ended is not None}
    events = {number: known for number, known in state.adverse_events.items() if known.event.usubjid in kept}
    return replace(state, participants=kept, adverse_events=events)


def _open(level: int, places: int, *, decision: Known[DoseDecided] | None) -> Reason:
    if decision is None:
        return Reason("gate.open", OPEN_START, {"places": places, "level": level})
    return Reason("gate.open", OPEN, {"places": places, "level": level, "decision": decision.position})
