"""Every word of a report is said in both languages: the catalogue's, the code's, the data files', the templates'."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from importlib.resources import files
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.extract import extract
from babel.messages.pofile import read_po

import sentences
import trialwright.report
from rooms.report.sample import sample
from rooms.report.worked import worked
from sentences import Sentence, said_parts, words_of
from trialwright.report import Document, render_html, table_csv
from trialwright.report.edition import numbered_tables
from trialwright.vocabulary.words import unit_said

ROOM = Path(trialwright.report.__file__).parent
TEMPLATES = ROOM / "templates"
UNITS_OF_TIME = re.compile(r"[≥≤<>=] [\d\s.,]+(?:years?|months?|weeks?|days?|hours?)\b|/(?:day|week|month)\b")

# Words that are the same in both languages: terms, names, units. A sentence made of them alone may be the same too.
WORDS = """
    action actions administration article assurance backfill code composite date description discussion distribution dlt
    dose due exclusion final grade hospitalisation inclusion index infection information initial instrument
    interruptions intervention interventions introduction item kit kits listings maximum minimum minutes normal note
    observation page participant participants phase placebo plan points population populations possible probable
    question rare score section sections signature signatures site sites source sources synopsis test tests total
    type urine utc variable version volume
    allocation optimal minimax admissible p log rank fisher miettinen nurminen
    bicla bilag ctcae lldas sledai selena sha sle sri das lymphocytes prednisone sodium potassium calcium ml kg
"""
SAME = frozenset(WORDS.split())
# Said to readers of French alone, because it speaks of what there is in English.
FRENCH_ONLY = frozenset({"La description détaillée n'existe qu'en anglais."})


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


def _catalogue() -> dict[str, str]:
    text = files("trialwright.report").joinpath("locale", "fr.po").read_bytes()
    catalog = read_po(BytesIO(text), locale="fr")
    return {str(one.id): str(one.string) for one in catalog if one.id and one.string and not one.fuzzy}


def test_marked_and_translated_are_the_same_words():
    translated = set(_catalogue())
    assert _marked() - translated == set(), "marked, but without French"
    assert translated - _marked() == set(), "French that nobody says"


def test_places_are_the_same_in_both_languages():
    for english, french in _catalogue().items():
        assert sorted(sentences.PLACE.findall(english)) == sorted(sentences.PLACE.findall(french)), english


def _untranslated(found: Iterator[Sentence]) -> list[Sentence]:
    return [
        one
        for one in found
        if (bool(one.en.strip()) != bool(one.fr.strip()) and one.fr not in FRENCH_ONLY)
        or (one.en == one.fr and not words_of(one.en) <= SAME)
    ]


def test_every_sentence_of_the_code_has_french_of_its_own():
    found = list(sentences.in_code())
    assert len(found) > 1000
    assert _untranslated(iter(found)) == []
    assert list(sentences.half_said()) == []


def test_every_sentence_of_the_data_has_french_of_its_own():
    found = list(sentences.in_data())
    assert len(found) > 500
    assert _untranslated(iter(found)) == []


@pytest.mark.parametrize(
    "sentence",
    [Sentence("x", "Nothing was given", "Nothing was given"), Sentence("x", "Yes", ""), Sentence("x", "", "Oui")],
)
def test_an_untranslated_sentence_is_found(sentence: Sentence):
    assert _untranslated(iter([sentence])) == [sentence]


def test_the_templates_say_nothing_of_their_own():
    page = (TEMPLATES / "report.html.jinja").read_text("utf-8")
    page = re.sub(r"{% macro classes.*?{% endmacro %}", "", page, flags=re.DOTALL)  # names of looks, not words
    bare = re.sub(r"\{%.*?%\}|\{\{.*?\}\}", "", page, flags=re.DOTALL)
    assert re.findall(r"[^\W\d_]+", re.sub(r"<[^>]*>", " ", bare)) == []
    assert re.findall(r'\s(?:aria-label|title|alt|placeholder)="[^"]*[A-Za-z][^"]*"', bare) == []
    printed = re.sub(r"//.*", "", (TEMPLATES / "report.typ").read_text("utf-8"))
    assert set(re.findall(r'"[A-Za-z]+(?: [A-Za-z]+)+"', printed)) <= {'"Libertinus Serif"', '"DejaVu Sans Mono"'}
    script = (TEMPLATES / "report.js").read_text("utf-8")
    assert re.findall(r'(?:textContent =|label"?,|append\()\s*"[A-Za-z]', script) == []


@pytest.fixture(scope="module")
def documents(tmp_path_factory) -> list[Document]:
    return [sample(), worked("msc-sle", tmp_path_factory.mktemp("worked") / "trial")]


def _everything_said(document: Document) -> str:
    """All a French reader is shown: the page without its code, its tables for machines, what figures say aloud."""
    page = re.sub(r"<(script|style)\b.*?</\1>", " ", render_html(document, language="fr"), flags=re.DOTALL)
    tables = [table_csv(table, language="fr") for _, table in numbered_tables(document)]
    shown = " ".join([html.unescape(re.sub(r"<[^>]+>", " ", page)), *tables])
    return " ".join(shown.split())


def test_a_french_report_says_nothing_known_in_english(documents):
    both = [*sentences.in_code(), *sentences.in_data(), *(Sentence("", *pair) for pair in _catalogue().items())]
    french = {part for one in both for part in said_parts(one.fr)}
    english = {part for one in both for part in said_parts(one.en)} - french
    assert len(english) > 500
    for document in documents:
        shown = _everything_said(document)
        assert [part for part in english if part in shown] == []


def test_english_in_a_french_report_would_be_found():
    known = {part for one in sentences.in_code() for part in said_parts(one.en)}
    shown = " ".join(render_html(sample(), language="en").split())
    assert any(part in shown for part in known)


def test_no_english_unit_of_time_in_french(documents):
    for document in documents:
        assert UNITS_OF_TIME.findall(_everything_said(document)) == []
    assert unit_said("mg/kg/day", "en") == "mg/kg/day"
