"""Every word of the report's own is translated, and every translation is used."""

from __future__ import annotations

from importlib.resources import files
from io import BytesIO
from pathlib import Path

from babel.messages.extract import extract
from babel.messages.pofile import read_po

import trialwright.report

ROOM = Path(trialwright.report.__file__).parent


def _marked() -> set[str]:
    found: set[str] = set()
    for path in ROOM.rglob("*"):
        method = {".py": "python", ".jinja": "jinja2.ext:babel_extract"}.get(path.suffix)
        if method:
            with path.open("rb") as source:
                found |= {
                    str(message)
                    for _, message, _, _ in extract(method, source, keywords={"_": None, "translate": None})
                }
    return found


def test_marked_and_translated_are_the_same_words():
    text = files("trialwright.report").joinpath("locale", "fr.po").read_bytes()
    catalog = read_po(BytesIO(text), locale="fr")
    translated = {str(message.id) for message in catalog if message.id and message.string and not message.fuzzy}
    assert _marked() - translated == set(), "marked, but without French"
    assert translated - _marked() == set(), "French that nobody says"


def test_places_are_the_same_in_both_languages():
    text = files("trialwright.report").joinpath("locale", "fr.po").read_bytes()
    for message in read_po(BytesIO(text), locale="fr"):
        places = [
            sorted(part.split("}")[0] for part in str(words).split("{")[1:]) for words in (message.id, message.string)
        ]
        assert not message.id or places[0] == places[1], message.id
