"""The product from the donor to the vein: donations, batches, bags, tests, release, storage, preparation, infusion."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated, ClassVar, Literal, final

from pydantic import Field

from trialwright.vocabulary.events.words import (
    Amount,
    AwareDatetime,
    Dose,
    Event,
    InfusionNumber,
    Name,
    Number,
    Part,
    Share,
    Subject,
)


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class DonationRegistered(Event):
    """A donation by a donor known under a pseudonym."""

    kind: ClassVar[str] = "donation-registered.1"
    donation: Name  # donation identification number
    donor: Subject
    on: date
    tissue: str = ""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class BatchMade(Event):
    """A batch was made from one or more donations."""

    kind: ClassVar[str] = "batch-made.1"
    batch: Name
    on: date
    donations: tuple[Name, ...]
    expires_on: date
    product_code: str = ""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class BagFilled(Event):
    """A bag of a batch, with the cells that were counted in it."""

    kind: ClassVar[str] = "bag-filled.1"
    bag: Name
    batch: Name
    on: date
    volume_ml: Amount
    cells: Amount  # counted in the bag
    counts: Literal["viable", "total"]
    counted: Literal["pre-freeze", "post-thaw"]
    viability: Share | None = None  # share of viable cells, needed where total cells were counted
    dmso_percent: Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)] | None = None  # volume by volume
    identifier: str = ""  # chain-of-identity identifier


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseTested(Event):
    """The result of one release test of a batch."""

    kind: ClassVar[str] = "release-tested.1"
    batch: Name
    on: date
    test: Name  # as the protocol names it
    value: Number | bool | str | None  # None: could not be determined
    unit: str = ""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class BatchReleased(Event):
    """A batch was released for use; out of specification only with a physician's justification, to be signed."""

    kind: ClassVar[str] = "batch-released.1"
    batch: Name
    on: date
    in_specification: bool  # as the protocol's limits gave it
    failed: tuple[Name, ...] = ()  # the tests outside their limits, or missing
    justification: str = ""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class StorageRecorded(Event):
    """Something happened to a bag in store: received, moved, thawed, out of temperature, destroyed, returned."""

    kind: ClassVar[str] = "storage-recorded.1"
    bag: Name
    on: date
    what: Literal["received", "moved", "thawed", "excursion", "destroyed", "returned"]
    at: AwareDatetime | None = None
    place: str = ""
    temperature_c: Number | None = None
    minutes: Dose | None = None
    note: str = ""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class ProductReleased(Event):
    """A dose was prepared and released for one participant; the released dose may be below the assigned one."""

    kind: ClassVar[str] = "product-released.2"
    usubjid: Subject
    on: date
    batch: Name
    dose_released: Dose  # in the protocol's dose unit
    infusion_number: InfusionNumber = 1
    bags: tuple[Name, ...] = ()
    weight_kg: Amount | None = None  # on the day
    cells: Dose | None = None  # cells in the volume released, as the protocol counts them
    volume_ml: Dose | None = None
    thawed_at: AwareDatetime | None = None
    note: str = ""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityConfirmed(Event):
    """A second person checked participant, weight, batch and bags against the release."""

    kind: ClassVar[str] = "identity-confirmed.1"
    usubjid: Subject
    on: date
    infusion_number: InfusionNumber
    weight_kg: Amount
    batch: Name
    bags: tuple[Name, ...]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Interruption(Part):
    """A pause of an infusion."""

    began: AwareDatetime
    resumed: AwareDatetime | None = None  # None: never
    reason: str = ""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class InfusionGiven(Event):
    """A participant received an infusion; the dose given is what the dose design counts."""

    kind: ClassVar[str] = "infusion-given.2"
    usubjid: Subject
    on: date
    dose_given: Dose  # in the protocol's dose unit
    batch: str = ""
    infusion_number: InfusionNumber = 1
    bags: tuple[Name, ...] = ()
    volume_ml: Dose | None = None
    began: AwareDatetime | None = None
    ended: AwareDatetime | None = None
    interruptions: tuple[Interruption, ...] = ()
