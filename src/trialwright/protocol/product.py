"""The ``[product]`` section: the cell product, the limits it is released against, and how a dose of it is made.

Release limits, storage limits, recovery, rounding, rates: all of it differs by product, so all of it is data here, each
number with its source and status; nothing of it is assumed where the file is silent.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from typing import Annotated, Literal, final

from pydantic import BeforeValidator, Field, model_validator

from trialwright.protocol.eligibility import SIGN, Operator
from trialwright.protocol.sections import Part, Positive, Status, in_every_language
from trialwright.vocabulary.words import Language, Text, plain

Words = Annotated[Text, BeforeValidator(in_every_language, json_schema_input_type=Text | str)]
Fraction = Annotated[float, Field(gt=0, le=1, allow_inf_nan=False)]
YES = Text(en="yes", fr="oui")
NO = Text(en="no", fr="non")


class Sourced(Part):
    """Something with a source and how sure that is."""

    source: Annotated[str, Field(description="Where the number comes from")] = ""
    status: Annotated[Status, Field(description="confirmed, conflict, unverified, or choice (ours)")] = "confirmed"


@final
class Bound(Part):
    """One limit of a measured value; the operator is kept as written (``>`` is not ``≥``)."""

    operator: Operator
    value: Annotated[float, Field(allow_inf_nan=False)]


@final
class ReleaseTest(Sourced):
    """A test every batch must pass before it is used: limits of a number, or the result that is expected."""

    test: Annotated[str, Field(min_length=1, description="Name of the test, as results will name it")]
    title: Annotated[Words, Field(description="The test in words, in one text or in each language")]
    limits: Annotated[tuple[Bound, ...], Field(description="Limits of a measured value; all must hold")] = ()
    expected: Annotated[bool | str | None, Field(description="The result expected, where nothing is measured")] = None
    unit: Annotated[str, Field(description="Unit of the limits; a result in another unit is refused")] = ""

    @model_validator(mode="after")
    def _limits_or_expected(self) -> ReleaseTest:
        if bool(self.limits) == (self.expected is not None):
            raise ValueError("must hold either limits of a number or the result expected, not both and not neither")
        return self

    def said(self, language: Language) -> str:
        """What passes, in words: ``≥ 70 %``."""
        if isinstance(self.expected, bool):
            return (YES if self.expected else NO).said(language)
        if self.expected is not None:
            return self.expected
        bounds = [f"{SIGN[one.operator]} {plain(one.value, language)}" for one in self.limits]
        return " · ".join(f"{bound} {self.unit}".strip() for bound in bounds)


@final
class Storage(Sourced):
    """How warm a bag may become in store, and for how long."""

    warmest_c: Annotated[float, Field(allow_inf_nan=False, description="A bag at most this warm (°C) is no excursion")]
    minutes: Annotated[float, Field(ge=0, allow_inf_nan=False, description="Minutes warmer than that, in all")]


@final
class DmsoLimit(Sourced):
    """How much DMSO a participant may receive in a day."""

    value: Annotated[Positive, Field(description="Per kg of body weight and day")]
    unit: Annotated[Literal["mL/kg", "g/kg"], Field(description="By volume, or by mass")]
    density_g_per_ml: Annotated[Positive | None, Field(description="Density of DMSO, needed for a limit by mass")] = (
        None
    )

    @model_validator(mode="after")
    def _mass_needs_density(self) -> DmsoLimit:
        if self.unit == "g/kg" and self.density_g_per_ml is None:
            raise ValueError("is a limit by mass; add density_g_per_ml, with which the volume is turned into mass")
        return self


@final
class Preparation(Sourced):
    """How the dose of one participant is made up from bags."""

    cells: Annotated[Literal["viable", "total"], Field(description="Which cells the dose counts")]
    counted: Annotated[
        Literal["pre-freeze", "post-thaw"], Field(description="Whether the dose counts them before freezing or after")
    ]
    cells_per_dose_unit: Annotated[
        Positive,
        Field(description="Cells one unit of a dose amount stands for: 1 for numbers of cells, 1e6 for millions"),
    ]
    recovery: Annotated[
        Fraction | None,
        Field(description="Share of the cells, as the dose counts them before freezing, that is left after thawing"),
    ] = None
    rounding: Annotated[
        Literal["whole bags", "volume"], Field(description="Whether bags are given whole, or a volume is drawn")
    ]
    towards: Annotated[
        Literal["nearest", "down", "up"], Field(description="Rounding of the bags or the volume; a tie goes up")
    ]
    volume_step_ml: Annotated[Positive | None, Field(description="The volume drawn is a multiple of this")] = None
    weight_cap_kg: Annotated[Positive | None, Field(description="A heavier participant is dosed at this weight")] = None
    max_volume_ml: Annotated[Positive | None, Field(description="Largest volume of one infusion")] = None
    max_volume_ml_per_kg: Annotated[Positive | None, Field(description="Largest volume of one infusion per kg")] = None
    max_dmso: Annotated[DmsoLimit | None, Field(description="Largest amount of DMSO per kg and day")] = None

    @model_validator(mode="after")
    def _a_volume_has_a_step(self) -> Preparation:
        if self.rounding == "volume" and self.volume_step_ml is None:
            raise ValueError("draws a volume; add volume_step_ml, what it is rounded to")
        return self


@final
class RateLimit(Sourced):
    """How fast an infusion may run, as its mean rate while it ran."""

    value: Positive
    unit: Annotated[
        Literal["mL/min", "mL/h", "mL/kg/h", "dose/min", "dose/h"],
        Field(description="'dose' stands for the dose unit of the protocol"),
    ]


@final
class Infusion(Part):
    """How the product is given."""

    hours_after_thaw: Annotated[Positive | None, Field(description="Hours from thawing within which it is given")] = (
        None
    )
    thaw_until: Annotated[
        Literal["start", "end"], Field(description="Whether the hours run to the start or the end of the infusion")
    ] = "end"
    max_rate: RateLimit | None = None


@final
class Retention(Sourced):
    """How long the chain from donor to participant is kept, after the product's expiry."""

    years: Annotated[int, Field(ge=1, description="Years after the expiry date of the product")]


@cache
def usual_retention() -> Retention:
    """What holds where a protocol states no time of its own: packaged data, with its source and status."""
    text = resources.files("trialwright.protocol").joinpath("data", "retention.toml").read_text(encoding="utf-8")
    return Retention.model_validate(tomllib.loads(text)["retention"])


@final
class Product(Part):
    """The cell product."""

    name: Annotated[Text, Field(description="What is infused")]
    donors: Annotated[int | None, Field(ge=1, description="Number of donors, when known")] = None
    tests: Annotated[tuple[ReleaseTest, ...], Field(description="What a batch is released against")] = ()
    storage: Annotated[
        Storage | None, Field(description="Limits in store; without them every excursion refuses a bag")
    ] = None
    preparation: Preparation | None = None
    infusion: Infusion = Infusion()
    retention: Annotated[Retention | None, Field(description="Without it, the packaged default with its source")] = None

    @model_validator(mode="after")
    def _names_are_unique(self) -> Product:
        names = [one.test for one in self.tests]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"names the release test {', '.join(twice)} more than once; give each its own name")
        return self

    def release_test(self, name: str) -> ReleaseTest | None:
        """A release test by its name."""
        return next((one for one in self.tests if one.test == name), None)

    @property
    def kept_for(self) -> Retention:
        """How long the chain is kept: as the protocol says, or the packaged default."""
        return self.retention or usual_retention()
