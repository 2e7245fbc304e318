"""The report's own words (Contents, Table, Page …), from the catalogues in `locale/`.

The source strings are English; `fr.po` holds the French. Marked in code and templates as `_("…")`, so that
gettext tools find them; a test compares what is marked with what is translated.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from importlib.resources import files
from io import BytesIO

from trialwright.vocabulary.words import Language


def catalogue(language: Language) -> Callable[[str], str]:
    """A translator into one language; it refuses a sentence it does not know.

    >>> catalogue("fr")("Contents")
    'Sommaire'
    """
    if language == "en":
        return str
    return _messages(language).__getitem__


@cache
def _messages(language: Language) -> Mapping[str, str]:
    from babel.messages.pofile import read_po

    text = files("trialwright.report").joinpath("locale", f"{language}.po").read_bytes()
    catalog = read_po(BytesIO(text), locale=language)
    return {str(message.id): str(message.string) for message in catalog if message.id and message.string}
