"""Eligibility criteria as data: a criterion keeps its own operator (``>`` is not ``≥``), unit and duration.

A rule is one of: a comparison, a statement, a treatment tried long enough, or all/any of other rules.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag

from trialwright.vocabulary.words import Language, Text, plain, unit_said

Operator = Literal[">", ">=", "<", "<=", "="]
SIGN = {">": ">", ">=": "≥", "<": "<", "<=": "≤", "=": "="}
KEY = r"^[a-z0-9][a-z0-9_-]{0,39}$|^$"
AND = Text(en=" and ", fr=" et ")
OR = Text(en=" or ", fr=" ou ")
FOR = Text(en="for {duration}", fr="pendant {duration}")


class _Rule(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class Comparison(_Rule):
    """A measured quantity against a threshold."""

    quantity: Text
    key: Annotated[str, Field(pattern=KEY, description="Short name under which it is recorded; may be left out")] = ""
    operator: Operator
    value: float
    unit: str = ""

    def said(self, language: Language) -> str:
        """The comparison in words: ``age > 18 years``."""
        amount = f"{plain(self.value, language)} {unit_said(self.unit, language)}".strip()
        return f"{self.quantity.said(language)} {SIGN[self.operator]} {amount}"


class Statement(_Rule):
    """Something that is so or not, judged by a person."""

    statement: Text
    key: Annotated[str, Field(pattern=KEY, description="Short name under which it is recorded; may be left out")] = ""

    def said(self, language: Language) -> str:
        """The statement."""
        return self.statement.said(language)


class Treatment(_Rule):
    """A drug taken at a dose for a time; used for refractoriness and for stable background treatment."""

    drug: Text
    key: Annotated[str, Field(pattern=KEY, description="Short name under which it is recorded; may be left out")] = ""
    dose: Annotated[tuple[Comparison, ...], Field(description="Dose limits; all must hold")] = ()
    course: Text | None = None  # where the dose is a course rather than a rate
    duration: Comparison | None = None

    def said(self, language: Language) -> str:
        """The drug with its dose and duration: ``mycophenolate mofetil, dose > 2,000 mg/day, for ≥ 90 days``."""
        parts = [self.drug.said(language), *(limit.said(language) for limit in self.dose)]
        parts += [self.course.said(language)] if self.course else []
        if self.duration:
            unit = unit_said(self.duration.unit, language)
            amount = f"{SIGN[self.duration.operator]} {plain(self.duration.value, language)} {unit}"
            parts.append(FOR.said(language, duration=amount))
        return ", ".join(parts)


class All(_Rule):
    """Every one of these must hold."""

    all: Annotated[tuple[AnyRule, ...], Field(min_length=1)]

    def said(self, language: Language) -> str:
        """The rules joined by *and*."""
        return _joined(self.all, AND, language=language)


class AnyOf(_Rule):
    """At least one of these must hold."""

    any: Annotated[tuple[AnyRule, ...], Field(min_length=1)]

    def said(self, language: Language) -> str:
        """The rules joined by *or*."""
        return _joined(self.any, OR, language=language)


def _joined(rules: tuple[AnyRule, ...], word: Text, *, language: Language) -> str:
    inner = [f"({rule.said(language)})" if isinstance(rule, All | AnyOf) else rule.said(language) for rule in rules]
    return word.said(language).join(inner)


_SHAPES = {"quantity": "comparison", "statement": "statement", "drug": "treatment", "all": "all", "any": "any"}


def _shape(value: Any) -> str | None:
    """Which kind of rule a table is, told by the one key that only it has."""
    for key, name in _SHAPES.items():
        if (key in value) if isinstance(value, dict) else hasattr(value, key):
            return name
    return None


AnyRule = Annotated[
    Annotated[Comparison, Tag("comparison")]
    | Annotated[Statement, Tag("statement")]
    | Annotated[Treatment, Tag("treatment")]
    | Annotated[All, Tag("all")]
    | Annotated[AnyOf, Tag("any")],
    Discriminator(
        _shape,
        custom_error_type="rule_shape",
        custom_error_message="a rule holds exactly one of: quantity, statement, drug, all, any",
    ),
]
All.model_rebuild()
AnyOf.model_rebuild()


class Criterion(_Rule):
    """One numbered inclusion or exclusion criterion."""

    id: Annotated[str, Field(min_length=1)]
    text: Text
    rule: AnyRule
    source: str = ""
    status: Literal["confirmed", "conflict", "unverified"] = "confirmed"
    note: Text | None = None
