"""Values of the tables of somebody else's data: how statistics that belong together are written in one cell."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import final

from trialwright.vocabulary.words import NOT_AVAILABLE, Language, number

LEAST = 0.001


@final
@dataclass(frozen=True, slots=True)
class P:
    """A p-value with three decimals, and below 0.001 said so.

    >>> P(0.0136).said("en"), P(0.00002).said("en"), P(1.0).said("fr")
    ('0.014', '<0.001', '>0,999')
    """

    value: float

    def said(self, language: Language, /) -> str:
        """The p-value in the reader's language."""
        if not math.isfinite(self.value):
            return NOT_AVAILABLE
        if self.value < LEAST:
            return f"<{number(LEAST, 3, language)}"
        if self.value > 1 - LEAST:
            return f">{number(1 - LEAST, 3, language)}"
        return number(self.value, 3, language)


@final
@dataclass(frozen=True, slots=True)
class Spread:
    """A mean with its standard deviation or error, with one and two decimals more than the values had.

    >>> Spread(75.2093, 8.5902, 0).said("en"), Spread(75.0, float("nan"), 0).said("en")
    ('75.2 (8.59)', '75.0 (–)')
    """

    mean: float
    spread: float
    decimals: int

    def said(self, language: Language, /) -> str:
        """Both in the reader's language."""
        if not math.isfinite(self.mean):
            return NOT_AVAILABLE
        mean = _said(self.mean, self.decimals + 1, language=language)
        return f"{mean} ({_said(self.spread, self.decimals + 2, language=language)})"


@final
@dataclass(frozen=True, slots=True)
class Between:
    """Two ends, as of a range.

    >>> Between(52.0, 89.0, 0).said("en"), Between(float("nan"), 1.0, 0).said("en")
    ('52, 89', '–, 1')
    """

    low: float
    high: float
    decimals: int

    def said(self, language: Language, /) -> str:
        """Both ends in the reader's language; a semicolon between them where the comma is the decimal sign."""
        low, high = (_said(one, self.decimals, language=language) for one in (self.low, self.high))
        return f"{low}{', ' if language == 'en' else ' ; '}{high}"


@final
@dataclass(frozen=True, slots=True)
class Steps:
    """Counts of ordered categories, least first.

    >>> Steps((5, 1, 0)).said("en")
    '5 / 1 / 0'
    """

    counts: tuple[int, ...]

    def said(self, language: Language, /) -> str:
        """The counts with strokes between them."""
        return " / ".join(number(count, 0, language) for count in self.counts)


def _said(value: float, decimals: int, *, language: Language) -> str:
    if not math.isfinite(value):
        return NOT_AVAILABLE
    text = number(value, decimals, language)
    return (f"−{text[1:]}" if any(sign in "123456789" for sign in text) else text[1:]) if text[0] == "-" else text
