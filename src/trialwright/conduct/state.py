"""The state of a trial: what is known after folding the ledger's events, each fact with its place in the record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Generic, TypeVar, final

from trialwright.vocabulary.events import (
    AdverseEventReported,
    AssessmentRecorded,
    BaselineRecorded,
    DltAdjudicated,
    DoseDecided,
    EnrolmentClosed,
    Event,
    FollowUpEnded,
    InfusionGiven,
    ParticipantEnrolled,
    ProductReleased,
    ResponseAssessed,
    TrialOpened,
)
from trialwright.vocabulary.records import Head, Provenance

E = TypeVar("E", bound=Event)


@final
@dataclass(frozen=True, slots=True)
class Known(Generic[E]):
    """A fact, where it stands in the record, when it was recorded, and whether parts of it are illustrative."""

    event: E
    position: int
    recorded_on: date
    provenance: Provenance | None = None

    def illustrative(self, name: str) -> bool:
        """Whether one field of the fact was made up to fill a gap in what is published."""
        return self.provenance is not None and not self.provenance.shows(name)


@final
@dataclass(frozen=True, slots=True)
class Participant:
    """One participant: everything known, in the order in which it happened."""

    enrolled: Known[ParticipantEnrolled]
    baseline: Mapping[str, Known[BaselineRecorded]] = field(default_factory=dict)
    releases: tuple[Known[ProductReleased], ...] = ()
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
