"""The `[conduct]` section: who signs what, and what is documented in another system instead of here.

A trial that is run for real is guarded: nobody records without an account and a role, nobody is enrolled without
confirmed eligibility, nobody is infused without a signed dose decision and a second person's check of identity. A guard
is taken away only by naming the other system that stands in for it, and every report says so. A reconstruction from
publications has no guards: what it would check was never published.
"""

from __future__ import annotations

from typing import Annotated, Literal, final

from pydantic import BeforeValidator, Field, model_validator

from trialwright.protocol.sections import Part, in_every_language
from trialwright.vocabulary.events import Role
from trialwright.vocabulary.words import Text

Guarded = Literal["accounts", "eligibility", "decision", "product", "identity"]
GUARDED: tuple[Guarded, ...] = ("accounts", "eligibility", "decision", "product", "identity")
Roles = tuple[Role, ...]


@final
class Signatures(Part):
    """The roles that sign, one signature of each; an entry counts once all of them have signed."""

    dose_decision: Annotated[Roles, Field(min_length=1, description="Who signs a dose decision")] = (
        "investigator",
        "board",
    )
    waiver: Annotated[Roles, Field(min_length=1, description="Who signs the waiver of a criterion")] = ("investigator",)
    out_of_specification: Annotated[
        Roles, Field(min_length=1, description="Who signs the release of a batch outside its specification")
    ] = ("investigator",)
    deviation: Annotated[
        Roles, Field(min_length=1, description="Who signs a major deviation, so that what was done can be recorded")
    ] = ("investigator",)
    data_lock: Annotated[Roles, Field(min_length=1, description="Who signs that the data are final")] = (
        "data manager",
        "investigator",
    )
    trail_review: Annotated[Roles, Field(min_length=1, description="Who signs a review of the audit trail")] = (
        "monitor",
    )


@final
class ConductSection(Part):
    """How the trial is run: signatures, and what another system documents."""

    signatures: Signatures = Signatures()
    second_factor: Annotated[bool, Field(description="Whether signing needs a one-time code beside the password")] = (
        True
    )
    failed_attempts: Annotated[
        int,
        Field(ge=1, le=100, description="Wrong passwords or codes in a row after which an account is locked"),
    ] = 5  # our choice; NIST SP 800-63B 5.2.2 allows no more than 100
    password_min_length: Annotated[int, Field(ge=8, le=200, description="Characters that a password has at least")] = (
        12  # our choice; NIST SP 800-63B 5.1.1.2 asks for 8 or more
    )
    elsewhere: Annotated[
        tuple[Guarded, ...],
        Field(description="What another system documents, so that nothing waits for it here"),
    ] = ()
    where: Annotated[
        Text | None,
        BeforeValidator(in_every_language, json_schema_input_type=Text | str | None),
        Field(description="That system; required where there is something elsewhere"),
    ] = None

    @model_validator(mode="after")
    def _elsewhere_is_somewhere(self) -> ConductSection:
        if self.elsewhere and self.where is None:
            raise ValueError("says that something is documented elsewhere; name that system under 'where'")
        return self
