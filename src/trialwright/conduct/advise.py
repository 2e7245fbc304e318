"""The one door to a dose decision: the design's proposal, then the protocol's rules in their order.

``decide`` takes a batch, for the simulator and the exact engine; ``advise`` is the live trial: a batch of one, on one
day, that goes through the very same steps (``_ruled``) and keeps what the design said before them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import reduce
from typing import Any

import numpy as np

from trialwright.conduct.state import TrialState
from trialwright.conduct.toxicity import Observed, everyone
from trialwright.protocol.study import Study
from trialwright.vocabulary.decisions import Action, Decision, LevelEvidence, Reason
from trialwright.vocabulary.seen import NO_LEVEL, NOT_YET, Ints, People, Proposal, Seen
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

NOBODY: Mapping[str, int | bool | float] = {  # a place that is not taken
    "assigned": NO_LEVEL,
    "dose_level": NO_LEVEL,
    "dlt": False,
    "complete": False,
    "evaluable": False,
    "follow_up": NOT_YET,
    "dlt_after": NOT_YET,
    "backfill": False,
    "active": False,
    "judged": False,
    "amount": math.nan,  # told only where the design uses the dose given itself
}
KINDS = {bool: np.bool_, int: np.int64, float: np.float64}
IF_ACTIVITY = ("active", "judged")  # told only where the trial observes activity


def decide(study: Study, seen: Seen) -> Proposal:
    """What to do next, for every trial of the batch: the design proposes, each rule may change it and says why."""
    return _ruled(study, study.design.propose(seen), seen=seen)


def _ruled(study: Study, proposed: Proposal, *, seen: Seen) -> Proposal:
    """The design's proposal after the protocol's starting level and its rules."""
    first = _started(proposed, seen, start_level=study.dosing.start_level)
    known = seen if study.order is None else replace(seen, order=study.order)
    return reduce(lambda proposal, rule: rule(proposal, known), study.rules, first)


def selected(study: Study, seen: Seen, *, proposed: Proposal | None = None) -> Ints:
    """The level recommended if the trial ended now, ``[B]``; 0 = none.

    ``proposed``: a proposal on what was seen, where one has been asked for already; its posterior is not worked out
    a second time. A design with a posterior may offer ``select_by`` for this, and a rule says with ``asks_posterior``
    that it can do without (one that says nothing is taken to need it).

    The design selects; then every rule that judges whether a level is safe has its say, as if that level were to be
    treated next. A level nobody may be treated at is not recommended.
    """
    judges = [rule for rule in study.rules if getattr(rule, "judges_safety", False)]
    if proposed is None and any(getattr(rule, "asks_posterior", True) for rule in judges):
        proposed = study.design.propose(seen)
    posterior = None if proposed is None else proposed.posterior
    select_by: Any = None if posterior is None else getattr(study.design, "select_by", None)
    chosen: Ints = study.design.select(seen) if select_by is None else select_by(seen, posterior)
    if not judges:
        return chosen
    proposal = replace(Proposal.of_level(chosen), posterior=posterior)
    known = seen if study.order is None else replace(seen, order=study.order)
    judged = reduce(lambda proposal, rule: rule(proposal, known), judges, proposal)
    return np.asarray(np.where(judged.stop, NO_LEVEL, judged.dose_level), np.int64)


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
    return seen_of_all(study, [observations])


def seen_of_all(study: Study, courses: Sequence[Sequence[Observed]]) -> Seen:
    """Several courses of a trial as one batch; each lists its participants in the order of their assignment."""
    longest = max(map(len, courses))

    def rows(name: str) -> Any:
        nobody = NOBODY[name]
        listed = [[*(getattr(one, name) for one in course), *[nobody] * (longest - len(course))] for course in courses]
        return np.array(listed, dtype=KINDS[type(nobody)]).reshape(len(courses), longest)

    told = {**dict.fromkeys(NOBODY, True), **dict.fromkeys(IF_ACTIVITY, study.activity is not None)}
    told["amount"] = study.uses_dose_given
    dosing = study.dosing
    return Seen.of_people(
        People(**{name: rows(name) for name, is_told in told.items() if is_told}),
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
    design_alone = study.design.propose(seen)
    proposal = _ruled(study, design_alone, seen=seen)
    current = int(seen.current[0])
    return Decision(
        on=on,
        action=action_of(proposal, replace(seen, order=study.order)),
        dose_level=NO_LEVEL if proposal.stop[0] or proposal.wait[0] else int(proposal.dose_level[0]),
        current=current,
        proposed=int(design_alone.dose_level[0]) if seen.n_assigned[0] else current,
        reasons=tuple(Reason(note.code, note.text, note.said_of(0)) for note in proposal.notes if note.where[0]),
        levels=_levels(study, seen, proposal=proposal),
        evidence={name: np.asarray(value)[0].tolist() for name, value in (proposal.evidence or {}).items()}
        | {"selected_if_stopped_now": int(selected(study, seen, proposed=design_alone)[0])},
    )


def action_of(proposal: Proposal, seen: Seen, *, trial: int = 0) -> Action:
    """What one trial of the batch is told; a level that may be above the current one is an escalation.

    ``seen`` carries the order of the levels where the protocol knows only a part of it.
    """
    if proposal.stop[trial]:
        return "stop"
    if proposal.wait[trial]:
        return "wait"
    if not seen.n_assigned[trial]:
        return "start"
    if proposal.backfilled[trial]:
        return "backfill"
    if seen.goes_up(proposal.dose_level)[trial]:
        return "escalate"
    return "de-escalate" if seen.goes_down(proposal.dose_level)[trial] else "stay"


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
            n_active=None if seen.n_active is None else int(seen.n_active[0, level.level - 1]),
            n_judged=None if seen.n_active is None else int(seen.judged[0, level.level - 1]),
            **{name: float(values[level.level - 1]) for name, values in columns.items()},
        )
        for level in study.dose_levels
    )
