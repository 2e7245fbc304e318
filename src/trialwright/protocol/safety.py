"""The `[safety]` and `[[clocks]]` sections: which CTCAE grades, and how soon which events are reported to whom.

Every clock is protocol data with its source. A protocol names packaged sets of clocks (``profiles``), writes its own
under ``[[clocks]]``, or both.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Annotated, Literal, final

from pydantic import Field, TypeAdapter

from trialwright.protocol.sections import Part, Status
from trialwright.vocabulary.errors import Complaints, Finding
from trialwright.vocabulary.words import Text


@final
class Clock(Part):
    """How soon an event of some kind is reported. Day 0 is the day of awareness; days are calendar days."""

    name: Annotated[
        str,
        Field(
            pattern=r"^[a-z0-9][a-z0-9-]{0,39}$", description="Its short name, named by every report that answers it"
        ),
    ]
    title: Annotated[Text, Field(description="What is reported to whom, and how soon")]
    starts: Annotated[
        Literal["sponsor", "investigator"], Field(description="Whose awareness is day 0 of the clock")
    ] = "sponsor"
    serious: Annotated[bool, Field(description="Whether only serious events start it")] = True
    related: Annotated[bool, Field(description="Whether only events related to the product start it")] = True
    unexpected: Annotated[bool, Field(description="Whether only unexpected events start it")] = True
    severity: Annotated[
        Literal["any", "fatal or life-threatening", "other"], Field(description="Which of them start it")
    ] = "any"
    days: Annotated[int, Field(ge=0, description="Days from day 0 to the last day; 0: without delay")]
    follow_up_days: Annotated[int | None, Field(ge=1, description="Further days for what completes the report")] = None
    follow_up_from: Annotated[
        Literal["report", "deadline"],
        Field(description="Counted from the last day of the report, or from the report where that is earlier"),
    ] = "deadline"
    also_answered_by: Annotated[tuple[str, ...], Field(description="Other clocks whose report answers this one")] = ()
    source: Annotated[str, Field(min_length=1, description="Where the rule stands")]
    status: Annotated[Status, Field(description="How sure that is: confirmed, conflict, unverified, or choice (ours)")]
    note: Text | None = None


@final
class SpecialInterest(Part):
    """Adverse events of special interest: terms, or whole system organ classes, that are counted by themselves."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$", description="Its short name")]
    title: Annotated[Text, Field(description="What they are called in tables")]
    terms: Annotated[
        tuple[Annotated[str, Field(min_length=1)], ...],
        Field(description="CTCAE terms, preferred terms of the coding dictionary, or terms as reported; whole words"),
    ] = ()
    classes: Annotated[
        tuple[Annotated[str, Field(min_length=1)], ...], Field(description="System organ classes that count entirely")
    ] = ()
    source: Annotated[str, Field(min_length=1, description="Where the list stands")]
    status: Annotated[Status, Field(description="How sure that is: confirmed, conflict, unverified, or choice (ours)")]
    note: Text | None = None


@final
class SafetySection(Part):
    """How adverse events are graded and reported."""

    ctcae: Annotated[
        Literal["5.0", "other"],
        Field(description="Version of CTCAE that grades; terms and grades are checked where it is 5.0"),
    ] = "5.0"
    profiles: Annotated[
        tuple[str, ...],
        Field(description="Packaged clocks: investigator-24h, eu-536-2014, fr-r1123-54, us-ind"),
    ] = ()
    special_interest: Annotated[
        tuple[SpecialInterest, ...], Field(description="Adverse events of special interest, counted by themselves")
    ] = ()


@final
@dataclass(frozen=True, slots=True)
class Profile:
    """A packaged set of clocks."""

    name: str
    title: Text
    clocks: tuple[Clock, ...]


@cache
def profiles() -> Mapping[str, Profile]:
    """Every packaged set of clocks, by its name."""
    text = resources.files(__package__).joinpath("data", "clock-profiles.toml").read_text("utf-8")
    clocks = TypeAdapter(tuple[Clock, ...])
    return {
        name: Profile(name, Text(**body["title"]), clocks.validate_python(body["clocks"]))
        for name, body in tomllib.loads(text).items()
    }


def clocks_of(section: SafetySection, own: Sequence[Clock]) -> tuple[Clock, ...]:
    """The clocks of a protocol: those of its profiles, then its own."""
    known = profiles()
    return (*(clock for name in section.profiles if name in known for clock in known[name].clocks), *own)


def clock_findings(section: SafetySection, own: Sequence[Clock]) -> Sequence[Finding]:
    """Complaints about profiles that are not there, names used twice, and answers by a clock that is not there."""
    complaints = Complaints()
    for name in section.profiles:
        complaints.unless(
            name in profiles(), "safety.profiles", name, f"is not packaged; there is {', '.join(profiles())}"
        )
    complaints.add(_interest_findings(section))
    every = clocks_of(section, own)
    names = [clock.name for clock in every]
    for place, clock in enumerate(own, start=1):
        once = names.count(clock.name) == 1
        complaints.unless(once, f"clocks[{place}].name", clock.name, "is the name of another clock", "choose another")
        for other in clock.also_answered_by:
            allowed = f"is not a clock of this protocol; there is {', '.join(names)}"
            complaints.unless(other in names, f"clocks[{place}].also_answered_by", other, allowed)
    return complaints.findings


def _interest_findings(section: SafetySection) -> Sequence[Finding]:
    """Complaints about kinds of special interest that share a name, or name nothing."""
    complaints = Complaints()
    names = [one.name for one in section.special_interest]
    for place, one in enumerate(section.special_interest, start=1):
        at = f"safety.special_interest[{place}]"
        complaints.unless(
            names.count(one.name) == 1, f"{at}.name", one.name, "is the name of another kind", "choose another"
        )
        complaints.unless(
            bool(one.terms or one.classes), f"{at}.terms", (), "needs a term or a system organ class", "name one"
        )
    return complaints.findings
