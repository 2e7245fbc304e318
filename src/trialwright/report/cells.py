"""Values as their readers write them: words in their language, numbers half up, what is missing as a dash."""

from __future__ import annotations

import math
import re
from datetime import date
from typing import TYPE_CHECKING

from trialwright.report.catalogue import catalogue
from trialwright.report.model import Amount, Count, Estimate, Number, Share, Tally
from trialwright.vocabulary.words import NOT_AVAILABLE, Language, Text, day, number, percent

if TYPE_CHECKING:
    from trialwright.report.model import Value, Words

# Control characters, direction overrides, half surrogates, noncharacters: they hide or reorder what is read.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060\u2066-\u2069\ufdd0-\ufdef"
    "\ufeff\ufffe\uffff\ud800-\udfff]"
)
_ANY_LANGUAGE = re.compile(r"(?<=[^\W\d]) (?=\d{1,3}(?![\w.,]))|(?<=\d) (?=× 10)|(?<=×) (?=10[⁰¹²³⁴⁵⁶⁷⁸⁹⁻])")
_FRENCH = re.compile(_ANY_LANGUAGE.pattern + "|(?<=«) | (?=[»:;?!%](?!\\w))")
_ELISION = re.compile(r"(?<=[^\W\d_])'(?=[^\W_]|[«“])")
_BIGGEST = 1e15  # from here on a number is written with an exponent


def say(words: Words, language: Language) -> str:
    """Words in one language, with invisible characters made visible.

    A `Text` whose places nobody filled is printed as it stands: a visible gap is better than no report.
    """
    if isinstance(words, str):
        return legible(words)
    try:
        return legible(words.said(language))
    except (KeyError, IndexError, ValueError, AttributeError):
        if isinstance(words, Text):
            return legible(getattr(words, language))
        raise


def typeset(words: Words, language: Language) -> str:
    r"""Words for a page: a number stays with the word before it, a power of ten whole, French signs with their word.

    >>> typeset(Text(en="phase 1", fr="« phase 1 » : l'essai"), "fr")
    '«\xa0phase\xa01\xa0»\xa0: l’essai'
    """
    said = drawn(words, language)
    if isinstance(words, str):
        return said
    return (_FRENCH if language == "fr" else _ANY_LANGUAGE).sub("\u00a0", said)


def drawn(words: Words, language: Language) -> str:
    """Words for a page or a figure: French elisions take the typographic apostrophe, so that a page never has both.

    What is no sentence of this program, as a name in the record, stays as it was written.
    """
    said = say(words, language)
    return said if isinstance(words, str) or language != "fr" else _ELISION.sub("’", said)


def legible(text: str) -> str:
    r"""The text with every invisible or reordering character spelt out.

    >>> legible("grade\u202e3")
    'grade[U+202E]3'
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return _INVISIBLE.sub(lambda found: f"[U+{ord(found[0]):04X}]", lines)


def written(value: Value, language: Language) -> str:
    """A cell's value for people.

    >>> written(Count(n=3, of=8), "en"), written(Estimate(0.145, 0.1, 0.2), "fr"), written(None, "en")
    ('3 (37.5%)', '0,15 (0,10 à 0,20)', '–')
    """
    match value:
        case None:
            return NOT_AVAILABLE
        case int():
            return _number(value, 0, language=language)
        case Number():
            return _number(value.value, value.decimals, language=language)
        case Share():
            return _percent(value.value, value.decimals, language=language)
        case Count():
            return _count(value, language)
        case Estimate():
            return _estimate(value, language)
        case Tally():
            return _tally(value, language)
        case date():
            return day(value, language)
        case _:
            return say(value, language)


def order(value: Value) -> float | str | None:
    """What a column is sorted by: a number or an ISO day; None where the words themselves serve."""
    match value:
        case Number() | Share() | Estimate() | Amount():
            return value.value if math.isfinite(value.value) else ""
        case Count():
            return value.n
        case Tally():
            return value.people if value.of else ""
        case int():
            return value
        case date():
            return value.isoformat()
        case None:
            return ""
        case _:
            return None


def _number(value: float, decimals: int, *, language: Language) -> str:
    if not math.isfinite(value):
        return _without_end(value)
    if abs(value) >= _BIGGEST:
        return f"{value:.3g}".replace("e+", "e")
    return _signed(number(value, decimals, language))


def _percent(value: float, decimals: int, *, language: Language) -> str:
    if not math.isfinite(value):
        return _without_end(value)
    if abs(value) >= _BIGGEST:
        return f"{value * 100:.3g}%".replace("e+", "e")
    return _signed(percent(value, decimals, language))


def _without_end(value: float) -> str:
    return NOT_AVAILABLE if math.isnan(value) else "∞" if value > 0 else "−∞"


def _signed(text: str) -> str:
    """A true minus sign, and none before a zero."""
    if not text.startswith("-"):
        return text
    return f"−{text[1:]}" if re.search("[1-9]", text) else text[1:]


def _count(value: Count, language: Language) -> str:
    share = _percent(value.n / value.of, value.decimals, language=language) if value.of else NOT_AVAILABLE
    return f"{_number(value.n, 0, language=language)} ({share})"


def _tally(value: Tally, language: Language) -> str:
    if not value.of:
        return NOT_AVAILABLE
    return f"{_count(Count(value.people, value.of), language)} [{_number(value.events, decimals=0, language=language)}]"


def _estimate(value: Estimate, language: Language) -> str:
    _ = catalogue(language)
    write = _percent if value.as_share else _number
    middle = write(value.value, value.decimals, language=language)
    if math.isnan(value.lower) and math.isnan(value.upper):
        return middle
    bounds = [write(bound, value.decimals, language=language) for bound in (value.lower, value.upper)]
    between = _("{lower} to {upper}").format(lower=bounds[0], upper=bounds[1])
    return f"{middle} ({between})"
