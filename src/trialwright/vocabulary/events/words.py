"""The types that the fields of events are made of, and the base that every event shares."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import AwareDatetime, ConfigDict, Field

__all__ = [
    "STRICT",
    "Account",
    "Amount",
    "AwareDatetime",
    "Dose",
    "Event",
    "Grade",
    "InfusionNumber",
    "Level",
    "Name",
    "Number",
    "Part",
    "Role",
    "Share",
    "Subject",
    "Value",
]

Name = Annotated[str, Field(min_length=1, max_length=200)]
Subject = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$")]
Account = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,39}$")]
Level = Annotated[int, Field(ge=1)]
Grade = Annotated[int, Field(ge=1, le=5)]
Dose = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Amount = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Number = Annotated[float, Field(allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Value = bool | float | str | None
InfusionNumber = Annotated[int, Field(ge=1)]
Role = Literal[
    "investigator",
    "statistician",
    "data manager",
    "pharmacist",
    "monitor",
    "board",
    "sponsor",
    "administrator",
    "unblinded pharmacist",
    "unblinded statistician",
]

STRICT = ConfigDict(extra="forbid", allow_inf_nan=False)


class Part:
    """A group of facts inside an event."""

    __slots__ = ()
    __pydantic_config__: ClassVar[ConfigDict] = STRICT


class Event(Part):
    """One thing that happened. Final subclasses carry the facts; ``kind`` is the name under which it is stored."""

    __slots__ = ()
    kind: ClassVar[str]
