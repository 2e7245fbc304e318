"""What was done in breach of the protocol has to be recordable: a major deviation, signed, lets the fact in.

The record never refuses the truth for good. Who infused in spite of a guard records the deviation first, with its
description; once those who must have signed it, the event is taken, and stays visible beside its deviation.
"""

from __future__ import annotations

from dataclasses import replace

from trialwright.conduct.guards.offered import Offered
from trialwright.conduct.signatures import missing_signatures
from trialwright.conduct.state import TrialState
from trialwright.protocol.study import Study
from trialwright.vocabulary.errors import Finding
from trialwright.vocabulary.events import InfusionGiven, ParticipantEnrolled

EXCUSABLE = (InfusionGiven, ParticipantEnrolled)
WAY_OUT = (
    "if it was done all the same, record a major deviation of that day first (`trialwright deviation`), "
    "and have it signed"
)


def with_way_out(finding: Finding) -> Finding:
    """The finding with what to do where it has happened already."""
    return replace(finding, remedy=f"{finding.remedy}; {WAY_OUT}" if finding.remedy else WAY_OUT)


def excused(study: Study, state: TrialState, *, offered: Offered) -> bool:
    """Whether a signed major deviation of that participant and day stands in the record."""
    event = offered.event
    if not isinstance(event, EXCUSABLE):
        return False
    return any(
        known.event.major
        and known.event.usubjid == event.usubjid
        and known.event.on == event.on
        and not missing_signatures(study, state, known=known)
        for known in state.logs.oversight.deviations.values()
    )
