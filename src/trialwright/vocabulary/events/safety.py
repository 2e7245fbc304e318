"""Adverse events: reported, followed, judged by investigator and sponsor, coded, adjudicated, told to authorities."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Literal, final

from trialwright.vocabulary.events.words import Event, Grade, InfusionNumber, Name, Subject

Seriousness = Literal[
    "death", "life-threatening", "hospitalisation", "disability", "congenital anomaly", "medically important"
]
Outcome = Literal["recovered", "recovering", "not recovered", "recovered with sequelae", "fatal", "unknown"]
Causality = Literal["certain", "probable", "possible", "unlikely", "unclassified", "unassessable"]
Answer = Literal["yes", "no", "unknown"]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class AdverseEventReported(Event):
    """An adverse event, with its grade and the investigator's judgement of its relation to the product."""

    kind: ClassVar[str] = "adverse-event-reported.2"
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
    ctcae_term: str = ""  # the term whose grades apply
    seriousness: tuple[Seriousness, ...] = ()  # why it is serious
    expected: bool | None = None  # None: not judged yet
    aware_on: date | None = None  # the day the investigator learned of it
    sponsor_aware_on: date | None = None  # the day the sponsor knew the minimum facts: day 0 of the clocks
    ended_on: date | None = None
    outcome: Outcome | None = None
    action: str = ""
    narrative: str = ""
    meaningful: bool | None = None  # a laboratory value that means something for the person; None: not judged
    preexisting: bool = False  # it began before consent, and is reported because it worsened


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class AdverseEventFollowed(Event):
    """How an adverse event went on: what changed, or became known, on a day; None or empty: as before."""

    kind: ClassVar[str] = "adverse-event-followed.1"
    ae: Subject
    on: date  # the day of the change
    grade: Grade | None = None
    serious: bool | None = None
    seriousness: tuple[Seriousness, ...] = ()
    sponsor_aware_on: date | None = None  # the day the sponsor learned of this change
    ended_on: date | None = None
    outcome: Outcome | None = None
    action: str = ""
    narrative: str = ""
    ctcae_term: str = ""  # the term whose grades apply, where it was not known before
    after_relapse: bool | None = None
    meaningful: bool | None = None


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class CausalityAssessed(Event):
    """Investigator or sponsor judged the relation to the product; the later judgement of each stands."""

    kind: ClassVar[str] = "causality-assessed.1"
    ae: Subject
    on: date
    assessor: Literal["investigator", "sponsor"]
    related: bool | None
    causality: Causality | None = None
    naranjo: Mapping[str, Answer] | None = None
    reason: str = ""
    sponsor_aware_on: date | None = None  # the day the sponsor learned of an investigator's judgement


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectednessAssessed(Event):
    """Whether an event was expected by the reference safety information in force at its onset."""

    kind: ClassVar[str] = "expectedness-assessed.1"
    ae: Subject
    on: date
    expected: bool
    reference: Name


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class AdverseEventCoded(Event):
    """The dictionary terms a coder gave to an event; the dictionary itself is the user's."""

    kind: ClassVar[str] = "adverse-event-coded.1"
    ae: Subject
    on: date
    dictionary: Name
    version: Name
    pt: Name
    soc: Name
    llt: str = ""
    hlt: str = ""
    hlgt: str = ""
    code: str = ""


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
class SafetyReportSent(Event):
    """A report of an adverse event went to an authority, an ethics committee or a board."""

    kind: ClassVar[str] = "safety-report-sent.1"
    ae: Subject
    on: date
    clock: Name  # the protocol's name of the clock it answers
    recipient: str = ""
    reference: str = ""
    complete: bool = False  # nothing further is owed: no follow-up report is awaited
