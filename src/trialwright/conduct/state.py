"""The state of a trial: what is known after folding the ledger's events, each fact with its place in the record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import final

from trialwright.conduct.known import Known
from trialwright.conduct.logs import Logs
from trialwright.vocabulary.events import (
    AdverseEventReported,
    AssessmentRecorded,
    BaselineRecorded,
    DltAdjudicated,
    DoseDecided,
    EnrolmentClosed,
    FollowUpEnded,
    IdentityConfirmed,
    InfusionGiven,
    ParticipantEnrolled,
    ProductReleased,
    ResponseAssessed,
    TrialOpened,
)
from trialwright.vocabulary.records import Head

__all__ = ["Known", "Participant", "TrialState"]


@final
@dataclass(frozen=True, slots=True)
class Participant:
    """One participant: everything known, in the order in which it happened."""

    enrolled: Known[ParticipantEnrolled]
    baseline: Mapping[str, Known[BaselineRecorded]] = field(default_factory=dict)
    releases: tuple[Known[ProductReleased], ...] = ()
    confirmations: tuple[Known[IdentityConfirmed], ...] = ()
    infusions: tuple[Known[InfusionGiven], ...] = ()
    assessments: tuple[Known[AssessmentRecorded], ...] = ()
    responses: tuple[Known[ResponseAssessed], ...] = ()
    ended: Known[FollowUpEnded] | None = None

    @property
    def usubjid(self) -> str:
        """The participant's pseudonym."""
        return self.enrolled.event.usubjid

    def release_for(self, infusion_number: int) -> Known[ProductReleased] | None:
        """What was released for one infusion."""
        return next((known for known in self.releases if known.event.infusion_number == infusion_number), None)

    def confirmation_for(self, infusion_number: int) -> Known[IdentityConfirmed] | None:
        """The last check by a second person before one infusion."""
        said = [known for known in self.confirmations if known.event.infusion_number == infusion_number]
        return said[-1] if said else None


@final
@dataclass(frozen=True, slots=True)
class TrialState:
    """The whole trial at one point of its record."""

    opened: Known[TrialOpened] | None = None
    participants: Mapping[str, Participant] = field(default_factory=dict)  # in the order of enrolment
    adverse_events: Mapping[str, Known[AdverseEventReported]] = field(default_factory=dict)
    adjudications: Mapping[str, Known[DltAdjudicated]] = field(default_factory=dict)  # by adverse event, the latest
    decisions: tuple[Known[DoseDecided], ...] = ()
    closed: Known[EnrolmentClosed] | None = None
    logs: Logs = field(default_factory=Logs)
    corrections: int = 0
    head: Head = field(default_factory=Head)

    def events_of(self, usubjid: str) -> tuple[Known[AdverseEventReported], ...]:
        """The adverse events of one participant, by onset."""
        mine = (known for known in self.adverse_events.values() if known.event.usubjid == usubjid)
        return tuple(sorted(mine, key=lambda known: (known.event.on, known.position)))

    @property
    def is_reconstruction(self) -> bool:
        """Whether the record was rebuilt from publications."""
        return self.opened is not None and self.opened.event.reconstruction

    @property
    def is_rehearsal(self) -> bool:
        """Whether the trial was opened for practice: none of it happened."""
        return self.opened is not None and self.opened.event.rehearsal
