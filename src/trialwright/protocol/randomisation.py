"""The ``[randomisation]`` section: arms, ratio, method, strata, and who is blinded. Block sizes do not belong here.

Whatever stands in a protocol is read by everybody; the sizes of permuted blocks are told to the one who seals the list
alone (``trialwright seal-list``), because who knows them can guess the end of a block.
"""

from __future__ import annotations

from itertools import product
from math import prod
from typing import Annotated, Literal, final

from pydantic import BeforeValidator, Field, model_validator

from trialwright.protocol.sections import Part, Positive, in_every_language
from trialwright.vocabulary.words import Text

Words = Annotated[Text, BeforeValidator(in_every_language, json_schema_input_type=Text | str)]
Method = Literal["permuted blocks", "complete", "big stick", "minimisation"]
Person = Literal["participant", "investigator", "assessor", "pharmacist", "statistician", "sponsor"]
MOST_STRATA = 99  # the number of a stratum has two digits


@final
class Arm(Part):
    """One arm of the trial."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9 _.-]{0,39}$", description="Short name of the arm")]
    title: Annotated[Words, Field(description="What is given in it, in one text or in each language")]
    ratio: Annotated[int, Field(ge=1, le=20, description="Its share of the allocation ratio")] = 1
    control: Annotated[
        bool, Field(description="The arm the others are compared with; the last one where none is named")
    ] = False


@final
class Factor(Part):
    """A characteristic by which the list is stratified, or that minimisation balances."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9 _.-]{0,39}$", description="Name of the factor")]
    title: Annotated[Words, Field(description="The factor in words")]
    levels: Annotated[
        tuple[Annotated[str, Field(min_length=1, max_length=60)], ...],
        Field(min_length=2, description="Its levels, as they are recorded when somebody is randomised"),
    ]
    weight: Annotated[Positive, Field(description="Its weight in a minimisation")] = 1.0

    @model_validator(mode="after")
    def _levels_differ(self) -> Factor:
        if len(set(self.levels)) < len(self.levels):
            raise ValueError("names a level twice; give each its own name")
        return self


@final
class Randomisation(Part):
    """How participants are randomised, and who does not know the arm."""

    method: Annotated[Method, Field(description="How the next arm is found")]
    arms: Annotated[tuple[Arm, ...], Field(min_length=2, description="The arms, with the allocation ratio")]
    factors: Annotated[tuple[Factor, ...], Field(description="Strata of the list, or factors of the minimisation")] = ()
    site: Annotated[
        str,
        Field(description="The factor that is the site: each has a break-glass key of its own; one for all if absent"),
    ] = ""
    blinded: Annotated[
        tuple[Person, ...], Field(description="Who does not know the arm; nobody in an open-label trial")
    ] = ("participant", "investigator", "assessor", "statistician", "sponsor")
    numbers: Annotated[
        int | None,
        Field(ge=1, le=999, description="Randomisation numbers in each stratum; as many as are planned if absent"),
    ] = None
    favoured: Annotated[
        float, Field(gt=0, le=1, description="Probability with which a minimisation gives the favoured arm")
    ] = 0.8
    imbalance: Annotated[Literal["range", "variance"], Field(description="How a minimisation measures imbalance")] = (
        "range"
    )
    tolerated: Annotated[int, Field(ge=1, description="Largest difference that the big stick tolerates")] = 3

    @model_validator(mode="after")
    def _parts_go_together(self) -> Randomisation:
        for what, names in (("arm", self.arm_names), ("factor", tuple(one.name for one in self.factors))):
            if len(set(names)) < len(names):
                raise ValueError(f"names the same {what} twice; give each its own name")
        if sum(one.control for one in self.arms) > 1:
            raise ValueError("names more than one control; the others are compared with one arm")
        if self.method == "minimisation" and not self.factors:
            raise ValueError("minimises nothing; add [[randomisation.factors]]")
        if self.site and self.site not in (one.name for one in self.factors):
            raise ValueError(f"names the site {self.site!r}, which is not one of the factors")
        if prod(len(one.levels) for one in self.factors) > MOST_STRATA and self.method != "minimisation":
            raise ValueError(f"makes more than {MOST_STRATA} strata; use fewer factors, or minimisation")
        if self.favoured * sum(self.ratio) <= min(self.ratio):
            raise ValueError("must favour an arm with more than its share of the ratio")
        return self

    @property
    def arm_names(self) -> tuple[str, ...]:
        """The arms by name, in the order of the file."""
        return tuple(one.name for one in self.arms)

    @property
    def control(self) -> str:
        """The arm the others are compared with, by name: the one that says so, else the last."""
        return next((one.name for one in self.arms if one.control), self.arms[-1].name)

    @property
    def ratio(self) -> tuple[int, ...]:
        """The allocation ratio, in the order of the arms."""
        return tuple(one.ratio for one in self.arms)

    @property
    def strata(self) -> tuple[tuple[str, ...], ...]:
        """The level of each factor, stratum by stratum; a minimisation has one list for everybody."""
        if self.method == "minimisation":
            return ((),)
        return tuple(product(*(one.levels for one in self.factors)))

    @property
    def is_blinded(self) -> bool:
        """Whether anybody is blinded."""
        return bool(self.blinded)

    def arm(self, name: str) -> Arm:
        """One arm by its name."""
        return next(one for one in self.arms if one.name == name)

    def site_of(self, levels: tuple[str, ...]) -> str:
        """The site among a participant's levels; empty where the protocol names no such factor."""
        names = [one.name for one in self.factors]
        return levels[names.index(self.site)] if self.site else ""
