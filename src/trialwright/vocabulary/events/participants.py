"""What happens to a participant's place in the trial: screened, found eligible, enrolled, gone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import ClassVar, Literal, final

from trialwright.vocabulary.events.words import Amount, Dose, Event, Level, Name, Part, Subject, Value

Departure = Literal[
    "completed",
    "consent withdrawn",
    "adverse event",
    "died",
    "lost to follow-up",
    "investigator",
    "sponsor",
    "no product",
    "other",
]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class ParticipantScreened(Event):
    """A person consented and is being screened under a pseudonym."""

    kind: ClassVar[str] = "participant-screened.1"
    usubjid: Subject
    on: date
    consented_on: date
    consent_version: str = ""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Taken(Part):
    """A treatment a person has had: the drug as the protocol names it, its dose with unit, and for how long."""

    drug: Name
    dose: Dose | None = None
    unit: str = ""  # mg/day, mg/kg/day, mg/week …
    duration: Dose | None = None
    duration_unit: Literal["days", "weeks", "months", "years"] = "days"
    course: bool | None = None  # whether a course described in words was given
    route: str = ""
    from_day: date | None = None
    to_day: date | None = None


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Fact(Part):
    """What was found about one quantity or statement of the criteria; None: looked for, and not known."""

    value: Value
    unit: str = ""
    on: date | None = None
    source: str = ""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class ScreeningRecorded(Event):
    """Findings that the eligibility criteria ask for; later ones stand in place of earlier ones of the same name."""

    kind: ClassVar[str] = "screening-recorded.1"
    usubjid: Subject
    on: date
    facts: Mapping[str, Fact] = field(default_factory=dict)  # by the name of the quantity or statement
    treatments: tuple[Taken, ...] | None = None  # the whole history; None: says nothing of treatments
    weight_kg: Amount | None = None


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class WaiverGranted(Event):
    """A criterion that is not met, or cannot be assessed, was set aside for one person, with a reason; to be signed."""

    kind: ClassVar[str] = "waiver-granted.1"
    usubjid: Subject
    on: date
    criterion: Name
    reason: Name


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class EligibilityConfirmed(Event):
    """An investigator's judgement of all criteria, beside what the criteria themselves gave on that day."""

    kind: ClassVar[str] = "eligibility-confirmed.1"
    usubjid: Subject
    on: date
    eligible: bool
    computed: Literal["met", "not met", "cannot be assessed"]
    waived: tuple[Name, ...] = ()
    reason: str = ""
    findings_digest: str = ""  # SHA-256 of the findings it rests on: another finding, or a correction, voids it


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
class ConsentWithdrawn(Event):
    """A participant withdrew consent: to further infusions, or to everything, which ends the follow-up too."""

    kind: ClassVar[str] = "consent-withdrawn.1"
    usubjid: Subject
    on: date
    scope: Literal["infusions", "everything"]
    reason: str = ""  # nobody has to give one


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUpEnded(Event):
    """A participant left observation, as planned or earlier; before any infusion where no dose could be made."""

    kind: ClassVar[str] = "follow-up-ended.2"
    usubjid: Subject
    on: date
    completed: bool
    reason: str = ""
    how: Departure | None = None  # None: not classified
