"""A sentence with its values, said in a language when somebody reads it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import final

from trialwright.vocabulary.words import Language, Text, plain, unit_said


@final
@dataclass(frozen=True, slots=True)
class Sentence:
    """A text and what fills its places."""

    text: Text
    values: Mapping[str, object] = field(default_factory=dict)

    def said(self, language: Language) -> str:
        """The sentence in one language."""
        return self.text.said(language, **self.values)


@final
@dataclass(frozen=True, slots=True)
class Amount:
    """A number with its unit; up to six decimals are shown, all are kept."""

    value: Fraction | float
    unit: str = ""

    def said(self, language: Language) -> str:
        """``2,000 mg/day``."""
        return f"{plain(float(self.value), language)} {unit_said(self.unit, language)}".strip()


@final
@dataclass(frozen=True, slots=True)
class Joined:
    """Sentences one after the other."""

    parts: tuple[Sentence, ...]
    by: str = "; "

    def said(self, language: Language) -> str:
        """All of them."""
        by = " ; " if language == "fr" and self.by == "; " else self.by
        return by.join(part.said(language) for part in self.parts)


def sentence(text: Text, **values: object) -> Sentence:
    """A text with its values."""
    return Sentence(text, values)
