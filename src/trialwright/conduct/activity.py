"""Whether a participant shows activity, by the definition of the protocol: yes, no, or not known.

Not known is neither. A participant whose DLT window is complete counts for toxicity from that day, and for activity
from the day on which it is known (decisions/0007). Known means: a response was assessed at the visit as met or not; or
the instrument was scored before the first infusion and at the visit, and the change is certain to satisfy the
threshold, or certain not to, whatever the items that were not assessed.

Baseline is the last assessment of the instrument not after the day of the first infusion; of several at the visit, the
last recorded counts, as for the endpoints. A response recorded as not assessable, or a follow-up that ended before the
visit, makes a participant not evaluable for activity: nothing is awaited any more, and still nothing is "no".
"""

from __future__ import annotations

import operator
from dataclasses import dataclass
from typing import final

from trialwright.conduct.state import Known, Participant
from trialwright.protocol.activity import ActivityDefinition
from trialwright.protocol.study import Study
from trialwright.vocabulary.events import AssessmentRecorded
from trialwright.vocabulary.scores import Score

HOLDS = {">": operator.gt, ">=": operator.ge, "<": operator.lt, "<=": operator.le}
DECIMALS = 9  # of a change: what is left of it after them is the rounding of a difference


@final
@dataclass(frozen=True, slots=True)
class Activity:
    """What is known of one participant's activity on a day."""

    active: bool | None  # None: not known
    awaited: bool  # it may still become known


def activity_of(study: Study, participant: Participant) -> Activity:
    """Activity of one participant, from what is in the record; not awaited where the protocol does not observe it."""
    definition = study.activity
    if definition is None:
        return Activity(None, awaited=False)
    if definition.endpoint:
        active, closed = _by_endpoint(study, participant, definition=definition)
    else:
        active, closed = _by_change(study, participant, definition=definition), False
    return Activity(active, awaited=active is None and not closed and participant.ended is None)


def _by_endpoint(study: Study, participant: Participant, *, definition: ActivityDefinition) -> tuple[bool | None, bool]:
    """Whether the endpoint was met, and whether it was said that this cannot be assessed."""
    visit = definition.judged_at(study.endpoints)
    mine = [
        known.event
        for known in participant.responses
        if known.event.endpoint == definition.endpoint
        and known.event.visit == visit
        and _counts(known.event, participant, definition=definition)
    ]
    return (mine[-1].met, mine[-1].met is None) if mine else (None, False)


def _by_change(study: Study, participant: Participant, *, definition: ActivityDefinition) -> bool | None:
    """Whether the change of the instrument satisfies the threshold; None unless that is certain."""
    scored = [known for known in participant.assessments if known.event.instrument == definition.instrument]
    if not participant.infusions:
        return None
    first = participant.infusions[0].event.on
    before = sorted(
        (known for known in scored if known.event.on <= first), key=lambda one: (one.event.on, one.position)
    )
    after = [
        known
        for known in scored
        if known.event.visit == definition.visit
        and known.event.on > first
        and _counts(known.event, participant, definition=definition)
    ]
    if not before or not after or definition.operator is None or definition.change is None:
        return None
    baseline, later = (_score(study, definition, known=known) for known in (before[-1], after[-1]))
    holds, limit = HOLDS[definition.operator], definition.change
    least, most = later.lower - baseline.upper, later.upper - baseline.lower
    answers = {bool(holds(round(change, DECIMALS), limit)) for change in (least, most)}
    return answers.pop() if len(answers) == 1 else None


def _counts(event: object, participant: Participant, *, definition: ActivityDefinition) -> bool:
    """Whether an assessment lies on a day that counts; before any infusion only where no days are given."""
    if not participant.infusions:
        return definition.first_day is None and definition.last_day is None
    return definition.in_window((event.on - participant.infusions[0].event.on).days)  # type: ignore[attr-defined]


def _score(study: Study, definition: ActivityDefinition, *, known: Known[AssessmentRecorded]) -> Score:
    instrument = study.instrument(definition.instrument)
    assert instrument is not None, "the reader has checked the instrument"
    return instrument.score(known.event.items)
