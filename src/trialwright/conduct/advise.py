"""The one door to a dose decision: the design's proposal, then the protocol's rules in their order.

``decide`` takes a batch and is called by the live trial, the simulator and the exact engine alike; ``advise`` is the
live trial: a batch of one, on one day.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import reduce
from typing import Any

import numpy as np

from trialwright.conduct.state import TrialState
from trialwright.conduct.toxicity import Observed, everyone
from trialwright.protocol.study import Study
from trialwright.vocabulary.decisions import Action, Decision, LevelEvidence, Reason
from trialwright.vocabulary.seen import NO_LEVEL, People, Proposal, Seen
from trialwright.vocabulary.words import Text

INTERVAL = (0.05, 0.95)  # the 90 % interval shown beside every posterior

START = Text(
    en="Nobody has been treated yet; the protocol starts at dose level {level}.",
    fr="Personne n'a encore été traité ; le protocole commence au palier de dose {level}.",
)
CLOSED = Text(
    en="Enrolment was closed on {on} (“{reason}”).",
    fr="Les inclusions ont été closes le {on} (« {reason} »).",
)
WERE_OPEN = Text(
    en="Were enrolment open, the next participant would be treated at dose level {level}.",
    fr="Si les inclusions étaient ouvertes, la personne suivante serait traitée au palier de dose {level}.",
)
WERE_OPEN_STOP = Text(
    en="Were enrolment open, the advice would still be not to treat anyone now.",
    fr="Même si les inclusions étaient ouvertes, l'avis serait de ne traiter personne pour l'instant.",
)


def decide(study: Study, seen: Seen) -> Proposal:
    """What to do next, for every trial of the batch: the design proposes, each rule may change it and says why."""
    first = _started(study.design.propose(seen), seen, start_level=study.dosing.start_level)
    return reduce(lambda proposal, rule: rule(proposal, seen), study.rules, first)


def _started(proposal: Proposal, seen: Seen, *, start_level: int) -> Proposal:
    """Before the first participant there is nothing to decide: the protocol's starting level is used."""
    nobody = seen.n_assigned == 0
    if not nobody.any():
        return proposal
    notes = tuple(replace(note, where=note.where & ~nobody) for note in proposal.notes)
    return replace(proposal, notes=notes).changed(
        nobody, code="conduct.start", text=START, values={"level": start_level}, dose_level=start_level, stop=False
    )


def snapshot(study: Study, state: TrialState, *, on: date) -> Seen:
    """The trial on one day as a dose decision sees it: a batch of one."""
    return seen_of(study, everyone(study, state, on=on))


def seen_of(study: Study, observations: Sequence[Observed]) -> Seen:
    """Participants, in the order of their assignment, as a batch of one."""

    def row(name: str, kind: type) -> Any:
        return np.array([[getattr(one, name) for one in observations]], dtype=kind)

    people = People(
        assigned=row("assigned", np.int64),
        dose_level=row("dose_level", np.int64),
        dlt=row("dlt", np.bool_),
        complete=row("complete", np.bool_),
        evaluable=row("evaluable", np.bool_),
        follow_up=row("follow_up", np.int64),
        dlt_after=row("dlt_after", np.int64),
        backfill=row("backfill", np.bool_),
    )
    dosing = study.dosing
    return Seen.of_people(
        people,
        levels=len(dosing.amounts),
        start_level=dosing.start_level,
        cohort_size=dosing.cohort_size,
        window_days=study.dlt.window_days,
        replacements=study.replacements,
    )


def advise(study: Study, state: TrialState, on: date) -> Decision:
    """What the protocol's design and rules advise on one day, with the reasons and the evidence.

    ``state`` is what was known then: fold the records as of that day.
    """
    seen = snapshot(study, state, on=on)
    decision = explained(study, seen, on=on)
    if state.closed is None or state.closed.event.on > on:
        return decision
    closing = state.closed.event
    reasons = [Reason("conduct.enrolment_closed", CLOSED, {"on": closing.on, "reason": closing.reason})]
    if decision.action in ("stop", "wait"):
        reasons.append(Reason("conduct.if_open", WERE_OPEN_STOP))
    else:
        reasons.append(Reason("conduct.if_open", WERE_OPEN, {"level": decision.dose_level}))
    evidence = {
        **decision.evidence,
        "if_enrolment_were_open": {"action": decision.action, "dose_level": decision.dose_level},
    }
    return replace(
        decision, action="stop", dose_level=NO_LEVEL, reasons=(*reasons, *decision.reasons), evidence=evidence
    )


def explained(study: Study, seen: Seen, *, on: date) -> Decision:
    """The decision for the first trial of a batch, in words."""
    proposal = decide(study, seen)
    current = int(seen.current[0])
    design_alone = study.design.propose(seen)
    return Decision(
        on=on,
        action=_action(proposal, current, started=bool(seen.n_assigned[0])),
        dose_level=NO_LEVEL if proposal.stop[0] or proposal.wait[0] else int(proposal.dose_level[0]),
        current=current,
        proposed=int(design_alone.dose_level[0]) if seen.n_assigned[0] else current,
        reasons=tuple(Reason(note.code, note.text, note.said_of(0)) for note in proposal.notes if note.where[0]),
        levels=_levels(study, seen, proposal=proposal),
        evidence={name: np.asarray(value)[0].tolist() for name, value in (proposal.evidence or {}).items()}
        | {"selected_if_stopped_now": int(study.design.select(seen)[0])},
    )


def _action(proposal: Proposal, current: int, *, started: bool) -> Action:
    level = int(proposal.dose_level[0])
    if proposal.stop[0]:
        return "stop"
    if proposal.wait[0]:
        return "wait"
    if not started:
        return "start"
    if proposal.backfilled[0]:
        return "backfill"
    return "stay" if level == current else "escalate" if level > current else "de-escalate"


def _levels(study: Study, seen: Seen, *, proposal: Proposal) -> tuple[LevelEvidence, ...]:
    """What is known about each level."""
    posterior, target = proposal.posterior, study.target
    columns: dict[str, Any] = {}
    if posterior is not None:
        lower, upper = (posterior.quantile(probability)[0] for probability in INTERVAL)
        columns = {"mean": posterior.mean()[0], "lower": lower, "upper": upper}
        if target is not None:
            columns["above_target"] = posterior.exceedance(target)[0]
    return tuple(
        LevelEvidence(
            dose_level=level.level,
            dose_amount=level.amount,
            n=int(seen.n[0, level.level - 1]),
            n_dlt=int(seen.n_dlt[0, level.level - 1]),
            n_pending=int(seen.n_pending[0, level.level - 1]),
            **{name: float(values[level.level - 1]) for name, values in columns.items()},
        )
        for level in study.dose_levels
    )
