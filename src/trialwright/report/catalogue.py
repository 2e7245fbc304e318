"""The report's own words (Contents, Table, Page …), from the catalogues in `locale/`.

The source strings are English; `fr.po` holds the French. Marked in code and templates as `_("…")`, so that
gettext tools find them; a test compares what is marked with what is translated.
"""

from __future__ import annotations

from collections.abc import Callable

from trialwright.vocabulary.catalogues import messages
from trialwright.vocabulary.words import Language


def catalogue(language: Language) -> Callable[[str], str]:
    """A translator into one language; it refuses a sentence it does not know.

    >>> catalogue("fr")("Contents")
    'Sommaire'
    """
    if language == "en":
        return str
    return messages("trialwright.report", language).__getitem__
