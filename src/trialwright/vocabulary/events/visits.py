"""What is seen of a participant at visits: held or missed, measured, assessed. A visit may belong to an infusion."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Literal, final

from trialwright.vocabulary.events.words import Event, InfusionNumber, Name, Number, Part, Subject, Value


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class VisitHeld(Event):
    """A participant came to a visit, planned or not."""

    kind: ClassVar[str] = "visit-held.1"
    usubjid: Subject
    on: date
    visit: Name
    infusion_number: InfusionNumber | None = None  # the infusion it is counted from; None: the first, or none


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class VisitMissed(Event):
    """A planned visit will not take place."""

    kind: ClassVar[str] = "visit-missed.1"
    usubjid: Subject
    on: date
    visit: Name
    infusion_number: InfusionNumber | None = None
    reason: str = ""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Measured(Part):
    """One result; None: taken, and not known."""

    value: Number | str | None
    unit: str = ""
    limit: Literal["", "<", ">"] = ""  # below or above what could be measured


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class MeasurementsRecorded(Event):
    """Laboratory values or vital signs of one day, each with its unit."""

    kind: ClassVar[str] = "measurements-recorded.1"
    usubjid: Subject
    on: date
    visit: Name
    results: Mapping[str, Measured]  # by the name of the test
    infusion_number: InfusionNumber | None = None
    laboratory: str = ""
    sample: str = ""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class LaboratoryRangeSet(Event):
    """The range a laboratory calls normal for one test, from a day on."""

    kind: ClassVar[str] = "laboratory-range-set.1"
    laboratory: Name
    test: Name
    unit: str
    on: date  # the first day it holds
    lower: Number | None = None
    upper: Number | None = None
    sex: Literal["", "female", "male"] = ""  # nothing: both
    age_from: Number | None = None  # years
    age_below: Number | None = None


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class AssessmentRecorded(Event):
    """The items of an instrument at a visit; an item that was not assessed is null or left out."""

    kind: ClassVar[str] = "assessment-recorded.2"
    usubjid: Subject
    on: date
    visit: Name
    instrument: Name
    items: Mapping[str, Value]
    infusion_number: InfusionNumber | None = None


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
