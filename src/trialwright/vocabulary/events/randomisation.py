"""Who is randomised, what is dispensed, who was unblinded. No event holds an arm, or anything computed from one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, ClassVar, Literal, final

from pydantic import Field

from trialwright.vocabulary.events.words import Account, Event, InfusionNumber, Name, Subject

Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
RandomisationNumber = Annotated[str, Field(pattern=r"^[0-9]{2}-[0-9]{3}-[0-9]$")]
Kit = Annotated[str, Field(pattern=r"^[0-9]{2}-[0-9]{3}-[0-9]/[1-9][0-9]?$")]
Ciphertext = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]+={0,2}$", max_length=4000)]
Purpose = Literal["kit list", "closed report", "unblinding codes", "envelopes", "randomisation"]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class RandomisationListSealed(Event):
    """The randomisation list, or the secret of a minimisation, was sealed; it lies encrypted beside the trial."""

    kind: ClassVar[str] = "randomisation-list-sealed.1"
    on: date
    method: Name  # as the protocol names it; block sizes are in the sealed file alone
    strata: Annotated[int, Field(ge=1, le=99)]
    numbers: Annotated[int, Field(ge=1, le=999)]  # randomisation numbers in each stratum
    cipher: Name
    sealed_digest: Digest  # SHA-256 of the sealed file
    key_digest: Digest  # tells whether a key is the one of this list; the key cannot be found from it


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class ParticipantRandomised(Event):
    """A participant got the next randomisation number of the stratum; which arm that is, the record does not know."""

    kind: ClassVar[str] = "participant-randomised.1"
    usubjid: Subject
    on: date
    number: RandomisationNumber
    stratum: Mapping[Name, Name] = field(default_factory=dict)  # level of each factor of the protocol
    sealed_digest: Digest  # of the list it belongs to


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class EnvelopeSealed(Event):
    """After a minimisation: the envelope by which this one number can be unblinded when no key holder is there."""

    kind: ClassVar[str] = "envelope-sealed.1"
    on: date
    number: RandomisationNumber
    envelope: Ciphertext  # equally long whatever is in it


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class KitDispensed(Event):
    """The kit of one infusion was made up and handed out; what is in it is sealed, for the trace of the product."""

    kind: ClassVar[str] = "kit-dispensed.1"
    usubjid: Subject
    on: date
    infusion_number: InfusionNumber
    kit: Kit
    contents: Ciphertext  # batch and bags, equally long whatever is in it


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class KitChecked(Event):
    """A second person read the kit number off the bag and checked it against the participant."""

    kind: ClassVar[str] = "kit-checked.1"
    usubjid: Subject
    on: date
    infusion_number: InfusionNumber
    kit: Kit


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class TreatmentUnblinded(Event):
    """One participant's arm was, right after this entry, shown to these people, for this reason."""

    kind: ClassVar[str] = "treatment-unblinded.1"
    usubjid: Subject
    on: date
    reason: Name
    told_to: tuple[Name, ...]
    emergency: bool
    witness: Account | None = None  # the second person; nobody in an emergency
    opened_with: Literal["list key", "break-glass key", "code"]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class SealedListOpened(Event):
    """Somebody opened the sealed list with its key, for this purpose."""

    kind: ClassVar[str] = "sealed-list-opened.1"
    on: date
    purpose: Purpose
    cut: str = ""  # the frozen data of a closed report
