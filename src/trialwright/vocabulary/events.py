"""Everything that can happen in a trial, as events; the stored name of each is stable for as long as records are kept.

* trial
  x TrialOpened               trial-opened.1
  x EnrolmentClosed           enrolment-closed.1
* participant
  x ParticipantEnrolled       participant-enrolled.2      assigned to a dose level, in a cohort or as a backfill
  x BaselineRecorded          baseline-recorded.1         a characteristic before the first infusion
  x FollowUpEnded             follow-up-ended.1
* product and infusion
  x ProductReleased           product-released.1
  x InfusionGiven             infusion-given.1
* safety
  x AdverseEventReported      adverse-event-reported.1
  x DltAdjudicated            dlt-adjudicated.1
* activity
  x AssessmentRecorded        assessment-recorded.1       items of an instrument at a visit
  x ResponseAssessed          response-assessed.1
* decision
  x DoseDecided               dose-decided.1
* correction
  x Corrected                 corrected.1                 replaces or withdraws an earlier entry; nothing is ever edited

Missing is ``None`` ("not known"), never zero and never "no".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, ClassVar, Literal, final

from pydantic import ConfigDict, Field

Name = Annotated[str, Field(min_length=1, max_length=200)]
Subject = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$")]
Level = Annotated[int, Field(ge=1)]
Grade = Annotated[int, Field(ge=1, le=5)]
Dose = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Value = bool | float | str | None
InfusionNumber = Annotated[int, Field(ge=1)]

STRICT = ConfigDict(extra="forbid", allow_inf_nan=False)


class Event:
    """One thing that happened. Final subclasses carry the facts; ``kind`` is the name under which it is stored."""

    __slots__ = ()
    __pydantic_config__: ClassVar[ConfigDict] = STRICT
    kind: ClassVar[str]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class TrialOpened(Event):
    """The trial was opened from a protocol file, identified by its digest."""

    kind: ClassVar[str] = "trial-opened.1"
    trial: Name
    protocol_digest: Name
    on: date
    reconstruction: bool = False  # written afterwards from publications, not as it happened


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolmentClosed(Event):
    """Nobody else will be enrolled; whether the reason has to do with the data is part of the fact."""

    kind: ClassVar[str] = "enrolment-closed.1"
    on: date
    by: Literal["sponsor", "board", "investigator", "rule", "planned"]
    informative: bool  # True when the trial's own data were the reason
    reason: Name


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class ParticipantEnrolled(Event):
    """A participant entered the trial and was assigned to a dose level."""

    kind: ClassVar[str] = "participant-enrolled.2"
    usubjid: Subject
    on: date
    dose_level: Level
    backfill: bool = False  # an extra participant at a cleared level, outside the cohorts


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class BaselineRecorded(Event):
    """A characteristic of a participant before the first infusion: sex, age, weight."""

    kind: ClassVar[str] = "baseline-recorded.1"
    usubjid: Subject
    on: date
    characteristic: Name
    value: Value


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUpEnded(Event):
    """A participant left observation, as planned or earlier; before any infusion where no dose could be made."""

    kind: ClassVar[str] = "follow-up-ended.1"
    usubjid: Subject
    on: date
    completed: bool
    reason: str = ""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class ProductReleased(Event):
    """A batch was released for one participant; the released dose may be below the assigned one."""

    kind: ClassVar[str] = "product-released.1"
    usubjid: Subject
    on: date
    batch: Name
    dose_released: Dose  # in the protocol's dose unit
    infusion_number: InfusionNumber = 1


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class InfusionGiven(Event):
    """A participant received an infusion; the dose given is what the dose design counts."""

    kind: ClassVar[str] = "infusion-given.1"
    usubjid: Subject
    on: date
    dose_given: Dose  # in the protocol's dose unit
    batch: str = ""
    infusion_number: InfusionNumber = 1


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class AdverseEventReported(Event):
    """An adverse event, with its grade and the investigator's judgement of its relation to the product."""

    kind: ClassVar[str] = "adverse-event-reported.1"
    usubjid: Subject
    ae: Subject  # the event's own number, unique within the trial
    term: Name
    on: date  # onset
    grade: Grade
    related: bool | None  # None: not judged yet
    serious: bool | None = None
    infusion_number: InfusionNumber | None = 1  # None: not tied to an infusion
    after_relapse: bool | None = None
    soc: str = ""
    causality: str = ""  # the word used, "possible"


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class DltAdjudicated(Event):
    """A person judged whether an adverse event is dose-limiting; kept beside the computed answer."""

    kind: ClassVar[str] = "dlt-adjudicated.1"
    ae: Subject
    on: date
    dlt: bool
    reason: Name


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class AssessmentRecorded(Event):
    """The items of an instrument at a visit; an item that was not assessed is null or left out."""

    kind: ClassVar[str] = "assessment-recorded.1"
    usubjid: Subject
    on: date
    visit: Name
    instrument: Name
    items: Mapping[str, Value]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseAssessed(Event):
    """Whether a participant met an endpoint of the protocol at a visit; null when it cannot be assessed."""

    kind: ClassVar[str] = "response-assessed.1"
    usubjid: Subject
    on: date
    endpoint: Name
    visit: Name
    met: bool | None
    reason: str = ""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class DoseDecided(Event):
    """People endorsed the advice or departed from it, with a reason; the advice itself is kept beside it."""

    kind: ClassVar[str] = "dose-decided.1"
    on: date
    dose_level: Annotated[int, Field(ge=0)]  # 0: no further treatment
    advised_dose_level: Annotated[int, Field(ge=0)]
    advised_action: Literal["start", "escalate", "stay", "de-escalate", "backfill", "wait", "stop"]
    endorsed: bool
    reason: Name
    seen_digest: str = ""  # of the ledger as the decision saw it
    decided_by: Name


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Corrected(Event):
    """An earlier entry was wrong: ``replacement`` stands in its place, or nothing does (withdrawn)."""

    kind: ClassVar[str] = "corrected.1"
    position: Annotated[int, Field(ge=1)]
    reason: Name
    replacement_kind: str = ""
    replacement: Mapping[str, Any] | None = None


EVENTS: Mapping[str, type[Event]] = {
    event.kind: event
    for event in (
        TrialOpened,
        EnrolmentClosed,
        ParticipantEnrolled,
        BaselineRecorded,
        FollowUpEnded,
        ProductReleased,
        InfusionGiven,
        AdverseEventReported,
        DltAdjudicated,
        AssessmentRecorded,
        ResponseAssessed,
        DoseDecided,
        Corrected,
    )
}

Body = dict[str, Any]
# How an entry stored under an older name is read today: old name -> (new name, lift of its body).
UPCASTS: Mapping[str, tuple[str, Callable[[Body], Body]]] = {
    "participant-enrolled.1": ("participant-enrolled.2", lambda body: {"backfill": False, **body}),
}
