"""Sentences that stand in the code in English alone, said in another language by a catalogue (`locale/LANGUAGE.po`).

The key is the English sentence. Where numbers and names were filled into it, the catalogue holds it with numbered
places: ``{0} is not enrolled``. Such a sentence is recognised by its fixed words, the most of them first, and what
stood in its places goes into the translation as it was, or translated where the catalogue knows it too.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from io import BytesIO
from typing import NamedTuple, final

from trialwright.vocabulary.words import Language

FEW_LETTERS = 7  # a sentence with fewer beside its places is recognised only where something known is in one of them
_PLACE = re.compile(r"\{(\d+)\}")


@final
class Bilingual(str):
    """An English sentence that brings its French along, for a file that stands by itself: a design of another package.

    >>> Bilingual("must be odd", fr="doit être impair").upper()
    'MUST BE ODD'
    """

    __slots__ = ("fr",)
    fr: str

    def __new__(cls, en: str, /, *, fr: str) -> Bilingual:
        """Both sentences, filled in already."""
        one = super().__new__(cls, en)
        one.fr = fr
        return one


class _Pattern(NamedTuple):
    """One sentence with places."""

    recognised: re.Pattern[str]
    said: str
    is_general: bool  # few words stand around the places


def translated(sentence: str, language: Language) -> str:
    """A complaint in its reader's language; as it stands where no catalogue knows it.

    >>> translated("P-01 is not enrolled", "fr")
    "P-01 n'est pas inclus"
    """
    if language == "en":
        return sentence
    if isinstance(sentence, Bilingual):
        return sentence.fr
    whole = messages("trialwright.vocabulary", language).get(sentence)
    return _filled(sentence, language) if whole is None else whole


def _filled(sentence: str, language: Language) -> str:
    """The translation of a sentence whose places hold something."""
    for pattern in _patterns(language):
        match = pattern.recognised.fullmatch(sentence)
        held = tuple(translated(value, language) for value in match.groups()) if match else ()
        if match and not (pattern.is_general and held == match.groups()):
            return _placed(pattern.said, held)
    return sentence


def _placed(sentence: str, held: tuple[str, ...]) -> str:
    """The sentence with its places filled."""
    return _PLACE.sub(lambda place: held[int(place[1])], sentence)


@cache
def messages(package: str, language: Language) -> Mapping[str, str]:
    """What the catalogue of a package says for each English sentence; read when the first one is asked for."""
    from babel.messages.pofile import read_po  # Babel costs a tenth of a second; English needs none

    text = files(package).joinpath("locale", f"{language}.po").read_bytes()
    catalog = read_po(BytesIO(text), locale=language)
    return {str(one.id): str(one.string) for one in catalog if one.id and one.string and not one.fuzzy}


@cache
def _patterns(language: Language) -> tuple[_Pattern, ...]:
    """The sentences with places, those with the most fixed words first."""
    known = messages("trialwright.vocabulary", language)
    placed = sorted((one for one in known if _PLACE.search(one)), key=lambda one: (-len(_PLACE.sub("", one)), one))
    return tuple(_pattern(one, said=known[one]) for one in placed)


def _pattern(sentence: str, *, said: str) -> _Pattern:
    """A sentence with anything in its places."""
    fixed = _PLACE.split(sentence)[::2]
    recognised = re.compile("(.*?)".join(re.escape(part) for part in fixed), re.DOTALL)
    return _Pattern(recognised, said, is_general=sum(map(str.isalpha, "".join(fixed))) < FEW_LETTERS)
