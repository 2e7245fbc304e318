"""What happens to the trial as a whole: opened, closed, decided on, signed, questioned, locked, reviewed, corrected."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, ClassVar, Literal, final

from pydantic import Field

from trialwright.vocabulary.events.words import Account, Event, Name, Part, Role, Value

Position = Annotated[int, Field(ge=1)]
Meaning = Literal["authorship", "review", "approval", "responsibility"]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class TrialOpened(Event):
    """The trial was opened from a protocol file, identified by its digest."""

    kind: ClassVar[str] = "trial-opened.2"
    trial: Name
    protocol_digest: Name
    on: date
    reconstruction: bool = False  # written afterwards from publications, not as it happened
    rehearsal: bool = False  # for practice: nobody is treated, and the day of an entry may be stated


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolmentClosed(Event):
    """Nobody else will be enrolled; whether the reason has to do with the data is part of the fact."""

    kind: ClassVar[str] = "enrolment-closed.2"
    on: date
    by: Literal["sponsor", "board", "investigator", "recruitment", "rule", "planned"]
    informative: bool  # True when the trial's own data were the reason
    reason: Name


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class CutPoint(Part):
    """One thing that was open, missing or unsettled when the data were cut."""

    code: Name
    about: str = ""  # a participant, an adverse event, a query
    values: Mapping[str, Value]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class DataCutFrozen(Event):
    """The data behind a decision: the record up to an entry, checked, with everything that was open listed."""

    kind: ClassVar[str] = "data-cut-frozen.1"
    cut: Name  # its own number, unique within the trial
    on: date  # what was known at the end of this day
    upto: Position  # the last entry of the record that belongs to it
    ledger_digest: Name  # of the record up to that entry
    data_digest: Name  # SHA-256 of the data as the design sees them, written canonically
    points: tuple[CutPoint, ...] = ()


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class DoseDecided(Event):
    """People endorsed the advice or departed from it, with a reason; the advice itself is kept beside it."""

    kind: ClassVar[str] = "dose-decided.2"
    on: date
    dose_level: Annotated[int, Field(ge=0)]  # 0: no further treatment
    advised_dose_level: Annotated[int, Field(ge=0)]
    advised_action: Literal["start", "escalate", "stay", "de-escalate", "backfill", "wait", "stop"]
    endorsed: bool
    reason: Name
    seen_digest: str = ""  # of the ledger as the decision saw it
    decided_by: Name
    cut: str = ""  # the frozen data the decision was taken on
    pathways_digest: str = ""  # SHA-256 of the dose-transition pathways shown with it


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Signed(Event):
    """A person signed an entry; the signature holds for exactly what the entry said then."""

    kind: ClassVar[str] = "signed.1"
    position: Position  # of the entry signed
    event_digest: Name  # SHA-256 of its kind and facts, written canonically: a later correction voids the signature
    on: date
    meaning: Meaning
    account: Account
    printed_name: Name
    role: Role
    second_factor: bool  # a one-time code beside the password


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class QueryRaised(Event):
    """A question about the data, to be answered by those who recorded them."""

    kind: ClassVar[str] = "query-raised.1"
    query: Name  # its own number, unique within the trial
    on: date
    text: Name
    usubjid: str = ""
    position: Position | None = None  # the entry it is about
    field: str = ""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class QueryAnswered(Event):
    """An answer to a query; it stays open until it is closed."""

    kind: ClassVar[str] = "query-answered.1"
    query: Name
    on: date
    text: Name


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class QueryClosed(Event):
    """A query was settled."""

    kind: ClassVar[str] = "query-closed.1"
    query: Name
    on: date
    reason: str = ""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class DeviationRecorded(Event):
    """Something was not done as the protocol says."""

    kind: ClassVar[str] = "deviation-recorded.1"
    deviation: Name  # its own number, unique within the trial
    on: date
    category: Literal["eligibility", "consent", "product", "dose", "visit", "safety", "procedure", "other"]
    description: Name
    major: bool
    usubjid: str = ""
    action: str = ""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class DataLocked(Event):
    """The data are final: nothing but an unlocking, reviews and signatures may follow."""

    kind: ClassVar[str] = "data-locked.1"
    on: date
    reason: Name
    points: tuple[CutPoint, ...] = ()  # what was open when it was locked


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class DataUnlocked(Event):
    """The data were opened again, for a reason."""

    kind: ClassVar[str] = "data-unlocked.1"
    on: date
    reason: Name


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class TrailReviewed(Event):
    """A planned review of the audit trail up to an entry."""

    kind: ClassVar[str] = "trail-reviewed.1"
    on: date
    upto: Position
    findings: str = ""  # nothing: none


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Corrected(Event):
    """An earlier entry was wrong: ``replacement`` stands in its place, or nothing does (withdrawn)."""

    kind: ClassVar[str] = "corrected.1"
    position: Position
    reason: Name
    replacement_kind: str = ""
    replacement: Mapping[str, Any] | None = None
