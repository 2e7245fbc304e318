"""Terms and abbreviations of the reports, in English and French side by side."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files

from trialwright.report.model import Column, Section, Table, row
from trialwright.vocabulary.words import Text

GLOSSARY = Text(en="Terms and abbreviations", fr="Termes et abréviations")


@cache
def terms() -> tuple[tuple[Text, Text], ...]:
    """Every term with its meaning, in the order of the file."""
    text = files("trialwright.report.documents").joinpath("data", "glossary.toml").read_text("utf-8")
    return tuple(
        (Text.literally(*one["term"]), Text.literally(one["en"], one["fr"])) for one in tomllib.loads(text)["terms"]
    )


def glossary_section() -> Section:
    """A table of every term: the reader's language first, the other beside it."""
    table = Table(
        name="glossary",
        title=GLOSSARY,
        columns=(
            Column("term", Text(en="Term", fr="Terme")),
            Column("meaning", Text(en="Meaning", fr="Signification")),
            Column("other", Text(en="In French", fr="En anglais")),
        ),
        rows=tuple(row(term, meaning, Text(en=term.fr, fr=term.en)) for term, meaning in terms()),
    )
    return Section("glossary", GLOSSARY, (table,))
