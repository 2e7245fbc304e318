"""Sentences in the languages of the trial, and numbers written the way their readers write them.

Every sentence that reaches a person exists in English and French. Rounding is half-up on the decimal number
as printed (0.145 becomes 0.15), everywhere.
"""

from __future__ import annotations

import re
import string
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, localcontext
from functools import cache, lru_cache
from typing import Any, Literal, final

Language = Literal["en", "fr"]
LANGUAGES: tuple[Language, ...] = ("en", "fr")
LOCALES: Mapping[str, str] = {"en": "en_GB", "fr": "fr_FR"}
NOT_AVAILABLE = "–"
SUPERSCRIPT = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
FRENCH_UNITS: Mapping[str, str] = {
    "year": "an",
    "years": "ans",
    "month": "mois",
    "months": "mois",
    "week": "semaine",
    "weeks": "semaines",
    "day": "jour",
    "days": "jours",
    "hour": "heure",
    "hours": "heures",
    "cells": "cellules",
    "units": "unités",
    "share": "part",
    "ratio": "rapport",
    "per": "par",
}
MOST_DIGITS = 20  # of a number that is written without Babel's help
BIG = 10_000  # from here on an amount is written with a power of ten


def number(value: float, decimals: int = 2, language: Language = "en") -> str:
    """A number with a fixed count of decimals, rounded half up.

    >>> number(0.145, 2), number(1234.5, 0), number(0.145, 2, "fr")
    ('0.15', '1,235', '0,15')
    """
    exact = Decimal(repr(float(value)))
    if not exact.is_finite() or exact.adjusted() + decimals > MOST_DIGITS:
        return _by_babel(exact, decimals, language=language)
    group, point = _signs(language)
    whole, _, part = f"{exact.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP):,f}".partition(".")
    return whole.replace(",", group) + (point + part if part else "")


@cache
def _signs(language: Language) -> tuple[str, str]:
    """What parts thousands and what stands before decimals, as Babel has it for the language."""
    from babel.numbers import (  # Babel costs a tenth of a second; a help text has none
        get_decimal_symbol,
        get_group_symbol,
    )

    return get_group_symbol(LOCALES[language]), get_decimal_symbol(LOCALES[language])


def _by_babel(exact: Decimal, decimals: int, *, language: Language) -> str:
    """The slow way of `number`, which knows every number."""
    from babel.numbers import format_decimal  # see _signs()

    pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
    with localcontext() as context:
        context.rounding = ROUND_HALF_UP
        return format_decimal(exact, pattern, locale=LOCALES[language])


def plain(value: float, language: Language = "en") -> str:
    """A number with as many decimals as it has, up to six.

    >>> plain(2000), plain(2.5, "fr")
    ('2,000', '2,5')
    """
    digits = f"{float(value):.6f}".rstrip("0").partition(".")[2]
    return number(value, len(digits), language)


def amount(value: float, language: Language = "en") -> str:
    """An amount of cells or of a dose as clinicians write it: a large one with a power of ten.

    >>> amount(2e6), amount(3.5e6, "fr"), amount(75)
    ('2 × 10⁶', '3,5 × 10⁶', '75')
    """
    if value < BIG:
        return plain(value, language)
    mantissa, exponent = f"{value:e}".split("e")
    return f"{plain(float(mantissa), language)} × 10{str(int(exponent)).translate(SUPERSCRIPT)}"


def unit_said(unit: str, language: Language = "en") -> str:
    """A unit with its words in the reader's language; symbols are the same in both.

    >>> unit_said("mg/kg/day", "fr"), unit_said("years", "fr"), unit_said("10^9/L", "fr")
    ('mg/kg/jour', 'ans', '10^9/L')
    """
    if language == "en":
        return unit
    return re.sub("[a-z]+", lambda found: FRENCH_UNITS.get(found[0], found[0]), unit)


def percent(value: float, decimals: int = 1, language: Language = "en") -> str:
    """A share written as a percentage, rounded half up.

    >>> percent(0.369, 1), percent(5 / 6, 1)
    ('36.9%', '83.3%')
    """
    from babel.numbers import format_percent  # see _signs()

    pattern = "#,##0" + ("." + "0" * decimals if decimals else "") + ("%" if language == "en" else "\u00a0%")
    with localcontext() as context:
        context.rounding = ROUND_HALF_UP
        return format_percent(Decimal(repr(float(value))), pattern, locale=LOCALES[language])


def day(value: date | None, language: Language = "en") -> str:
    """A calendar day as its readers write it.

    >>> day(date(2019, 9, 11)), day(date(2019, 9, 11), "fr")
    ('11 Sept 2019', '11 sept. 2019')
    """
    from babel.dates import format_date  # see _signs()

    return NOT_AVAILABLE if value is None else format_date(value, "d MMM y", locale=LOCALES[language])


class _Template(string.Formatter):
    """Fills ``{n:d} … {rate:percent1}`` with numbers written in the reader's language."""

    def __init__(self, language: Language) -> None:
        super().__init__()
        self.language = language

    def format_field(self, value: Any, format_spec: str) -> Any:
        if type(value) is str and not format_spec:
            return value
        if hasattr(value, "said"):  # a sentence inside a sentence
            return value.said(self.language)
        if isinstance(value, date):
            return day(value, self.language)
        if format_spec in ("amount", "plain"):
            return (amount if format_spec == "amount" else plain)(float(value), self.language)
        wanted = re.fullmatch(r"(percent|number)(\d*)", format_spec)
        if wanted is None:
            return super().format_field(value, format_spec)
        write = percent if wanted[1] == "percent" else number
        return write(float(value), int(wanted[2] or 1), self.language)


_TEMPLATES = {language: _Template(language) for language in LANGUAGES}


@lru_cache(maxsize=4096)
def _places(written: str) -> tuple[tuple[str, str | None, str], ...] | None:
    """The words before each place, its name and how it is written; None where a place is more than a name."""
    parts = tuple(string.Formatter().parse(written))
    plain = all(
        name is None or (name.isidentifier() and not how and "{" not in (spec or "")) for _, name, spec, how in parts
    )
    return tuple((words, name, spec or "") for words, name, spec, _ in parts) if plain else None


@final
@dataclass(frozen=True, slots=True)
class Text:
    """One sentence in every language of the trial, with named places to fill.

    Places take ``percent`` or ``number`` with a count of decimals: ``{rate:percent1}``, ``{skeleton:number2}``; or
    ``amount`` for cells and doses, ``plain`` for a number with the decimals it has.

    >>> rule = Text(en="DLT rate {rate:percent0} of {n}", fr="taux de DLT {rate:percent0} sur {n}")
    >>> rule.said("en", rate=0.25, n=4)
    'DLT rate 25% of 4'
    """

    en: str
    fr: str

    @classmethod
    def literally(cls, en: str, fr: str) -> Text:
        """Words somebody else wrote, in which a brace is a brace.

        >>> Text.literally("a {b}", "un {b}").said("fr")
        'un {b}'
        """
        doubled = [text.replace("{", "{{").replace("}", "}}") for text in (en, fr)]
        return cls(*doubled)

    def said(self, language: Language, /, **values: object) -> str:
        """The sentence in one language, its places filled."""
        written: str = getattr(self, language)
        template, places = _TEMPLATES[language], _places(written)
        if places is None:
            return template.format(written, **values)
        return "".join(
            words if name is None else words + template.format_field(values[name], spec) for words, name, spec in places
        )


def filled(text: Text, /, **values: object) -> Text:
    """A sentence with its places filled, still in every language; to stand inside another one."""
    return Text(**{language: text.said(language, **values) for language in LANGUAGES})
