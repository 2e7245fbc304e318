"""The sections of a protocol file: what may stand in each, with the sentence an editor shows beside it.

Units stand in the names or beside the numbers; every clinical number can carry its source and status in ``about``.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, JsonValue

from trialwright.protocol.eligibility import Criterion
from trialwright.vocabulary import ctcae
from trialwright.vocabulary.errors import MISSING, Complaints, Finding
from trialwright.vocabulary.words import Text

Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, lt=1)]
Status = Literal["confirmed", "conflict", "unverified", "choice"]


def _known_zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError("is not a time zone; use a name such as Europe/Paris")
    return name


def _known_term(name: str) -> str:
    """A CTCAE term as it is written there; ValueError names near ones."""
    for finding in ctcae.term_findings(name, place=""):
        raise ValueError(f"{finding.allowed}; {finding.remedy}")
    found = ctcae.find(name)
    return found.name if found else name


CtcaeTerm = Annotated[str, AfterValidator(_known_term)]


def in_every_language(value: Any) -> Any:
    """A plain string says the same in every language."""
    return Text(en=value, fr=value) if isinstance(value, str) and value else value


class Part(BaseModel):
    """Any section: immutable, and a word it does not know is a finding."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class Identity(Part):
    """What the trial is called, who runs it, where it is registered."""

    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9 ._-]{0,39}$", description="Short name of the trial")]
    title: Annotated[Text, Field(description="Full title in English and French")]
    phase: Annotated[str, Field(description="Phase as registered")]
    sponsor: Annotated[str, Field(description="Legal sponsor")]
    site: Annotated[str, Field(description="Site or sites")] = ""
    registry: Annotated[tuple[str, ...], Field(description="Registry numbers")] = ()
    planned_n: Annotated[int, Field(ge=1, description="Participants planned to be treated")]
    time_zone: Annotated[
        str, AfterValidator(_known_zone), Field(description="Where a calendar day begins, e.g. Europe/Paris")
    ] = "UTC"
    reconstruction: Annotated[
        bool, Field(description="True when the record is rebuilt afterwards from publications")
    ] = False

    @property
    def zone(self) -> ZoneInfo:
        """The time zone in which days are counted."""
        return ZoneInfo(self.time_zone)

    def day_of(self, moment: datetime) -> date:
        """The calendar day on which a moment falls in this trial."""
        return moment.astimezone(self.zone).date()


class Dosing(Part):
    """The declared dose set and how people move through it."""

    unit: Annotated[
        Text,
        BeforeValidator(in_every_language, json_schema_input_type=Text | str),
        Field(description="Unit of every dose amount, as it will be printed; one text, or one for each language"),
    ]
    amounts: Annotated[
        tuple[Positive, ...],
        Field(min_length=1, description="Dose amount of level 1, 2, …, increasing, or repeated with more infusions"),
    ]
    start_level: Annotated[int, Field(ge=1, description="Level of the first participants; it need not be the lowest")]
    cohort_size: Annotated[int, Field(ge=1, description="Participants treated between two dose decisions; 3 is usual")]
    tolerance: Annotated[
        Share, Field(description="A dose given within this share of a level counts as that level without remark")
    ] = 0.1
    infusions: Annotated[
        tuple[Annotated[int, Field(ge=1)], ...], Field(description="Infusions per level; 1 each if absent")
    ] = ()
    interval_days: Annotated[int | None, Field(ge=1, description="Days between infusions, where there are several")] = (
        None
    )
    interval_window_days: Annotated[
        int | None, Field(ge=0, description="Allowed deviation of that interval either way; absent when not published")
    ] = None
    basis: Annotated[
        Literal["per kg", "total"] | None,
        Field(
            description="Whether an amount is per kg of body weight or for the whole person; needed to prepare doses"
        ),
    ] = None


class TermGrade(Part):
    """A CTCAE term that is dose-limiting from a grade of its own."""

    term: Annotated[CtcaeTerm, Field(description="The term, as CTCAE v5.0 writes it")]
    min_grade: Annotated[int, Field(ge=1, le=5, description="Lowest grade of this term that counts")]


class DltDefinition(Part):
    """What counts as a dose-limiting toxicity. Day 0 is the day of the infusion; both days are included."""

    min_grade: Annotated[int, Field(ge=1, le=5, description="Lowest CTCAE grade that counts")]
    relation: Annotated[
        Literal["related", "any"], Field(description="Whether only events related to the product count")
    ]
    first_day: Annotated[int, Field(ge=0, description="First day of the window, counted from the infusion")] = 0
    last_day: Annotated[int, Field(ge=0, description="Last day of the window, included")]
    terms: Annotated[
        tuple[TermGrade, ...], Field(description="CTCAE terms that count from another grade than the others")
    ] = ()
    excluded_terms: Annotated[tuple[CtcaeTerm, ...], Field(description="CTCAE terms that never count")] = ()
    excludes_relapse: Annotated[
        bool, Field(description="Whether events that a person ascribed to a relapse of the disease do not count")
    ] = False
    needs_meaning: Annotated[
        tuple[CtcaeTerm, ...],
        Field(description="Laboratory terms that count only where a person judged them clinically meaningful"),
    ] = ()
    serious: Annotated[
        Literal["ignored", "counts", "required"],
        Field(description="Whether a serious event counts whatever its grade, or only serious events count"),
    ] = "ignored"

    @property
    def window_days(self) -> int:
        """Days from the infusion to the end of the window, the day of the infusion included."""
        return self.last_day + 1

    @property
    def looks_at_terms(self) -> bool:
        """Whether the answer may depend on the CTCAE term of an event."""
        return bool(self.terms or self.excluded_terms or self.needs_meaning)


class NamedParameters(BaseModel):
    """A design or rule by its registered name, followed by its own parameters."""

    model_config = ConfigDict(extra="allow", frozen=True)
    __pydantic_extra__: dict[str, JsonValue]
    name: Annotated[
        str, Field(min_length=1, description="Registered name; `trialwright designs` and `trialwright rules` list them")
    ]

    @property
    def parameters(self) -> dict[str, Any]:
        """Everything beside the name."""
        return dict(self.__pydantic_extra__)


class Visit(Part):
    """A planned visit, counted in days from an infusion: the first, a later one, or each of them."""

    name: Text
    day: Annotated[int, Field(description="Planned day")]
    infusion: Annotated[int, Field(ge=1)] | Literal["each"] = Field(
        default=1,
        description="Number of the infusion it is counted from, or each: it takes place after every one",
    )
    instruments: Annotated[
        tuple[str, ...] | None, Field(description="Instruments assessed at it; those of the disease if absent")
    ] = None
    window_days: Annotated[
        int | None, Field(ge=0, description="Allowed deviation either way; absent when not published")
    ] = None


class DiseaseSection(Part):
    """The disease and the instruments this trial scores."""

    name: Annotated[str, Field(description="A registered disease")]
    instruments: Annotated[tuple[str, ...], Field(description="Instruments assessed in this trial")] = ()
    baseline: Annotated[str, Field(description="Instrument whose baseline is reported first")] = ""


class Endpoint(Part):
    """A response, remission or flare that participants have or not at a visit."""

    name: Annotated[str, Field(min_length=1)]
    title: Text
    visit: Annotated[str, Field(description="The visit that is judged; the other visits show the course")]
    definition: Text
    kind: Annotated[
        Literal["response", "remission", "flare"],
        Field(description="A remission can be lost again; of a flare the time to the first is analysed"),
    ] = "response"
    instrument: Annotated[
        str, Field(description="Met by the score of this instrument where nobody recorded the answer; or nothing")
    ] = ""
    operator: Annotated[Literal[">", ">=", "=", "<", "<="] | None, Field(description="How the score compares")] = None
    value: Annotated[float | None, Field(allow_inf_nan=False, description="The score it compares with")] = None
    sustained_days: Annotated[
        int | None, Field(ge=1, description="From its first to its last visit, to count as sustained; or not analysed")
    ] = None
    prior: Annotated[
        tuple[float, float], Field(description="Beta prior of the share who meet it, both above 0; uniform if absent")
    ] = (1.0, 1.0)

    def findings(self, disease: DiseaseSection | None) -> Sequence[Finding]:
        """Complaints when the fields do not go together, or name what the protocol does not have."""
        complaints = Complaints()
        declared = disease.instruments if disease else ()
        allowed = f"is not assessed in this protocol; it declares {', '.join(declared) or 'none'}"
        there = not self.instrument or self.instrument in declared
        complaints.unless(there, "instrument", self.instrument, allowed, "add it to disease.instruments")
        for place in ("operator", "value"):
            given = getattr(self, place) is not None
            allowed = "is required with an instrument" if self.instrument else "goes with an instrument"
            fine = given == bool(self.instrument)
            complaints.unless(fine, place, getattr(self, place) if given else MISSING, allowed)
        fine = all(0 < one < math.inf for one in self.prior)
        complaints.unless(fine, "prior", self.prior, "must be two numbers above 0", "[1, 1] is uniform")
        return complaints.findings


class EligibilitySection(Part):
    """Who may enter; every criterion keeps the operator that was registered."""

    inclusion: tuple[Criterion, ...] = ()
    exclusion: tuple[Criterion, ...] = ()
    complete: Annotated[bool, Field(description="False when part of the registered text could not be obtained")] = True
    note: Text | None = None


class About(Part):
    """Where a part of this file comes from, and how sure that is."""

    place: Annotated[str, Field(min_length=1, description="The part spoken of, e.g. design or dlt.last_day")]
    status: Annotated[Status, Field(description="confirmed, conflict, unverified, or choice (ours)")]
    source: str = ""
    note: Text


class Published(Part):
    """A published aggregate of the trial, shown beside what the record says."""

    label: Text
    value: Text
    source: str
