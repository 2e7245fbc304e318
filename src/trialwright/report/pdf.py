"""The report as a tagged PDF (PDF/UA-1, PDF/A-2a): A4, contents, bookmarks, fonts embedded, the same bytes every time.

The words reach the typesetter as data (JSON), never as source, so nothing in them can act. Its fonts are the ones it
carries; the only date in the file is the data cut.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from importlib.resources import files
from typing import Any

from trialwright.report.catalogue import catalogue
from trialwright.report.edition import Edition, Spoken, edition_of
from trialwright.report.model import Document
from trialwright.report.widths import PADDING, bound_brackets, breakable, length
from trialwright.vocabulary.words import Language

UNDATED = date(2000, 1, 1)  # a PDF must carry a date; the same document gives the same bytes on every day
STANDARDS: tuple[list[str], ...] = (["ua-1", "a-2a"], ["ua-1"], [])  # the strictest that the text allows
_UNKNOWN_LETTERS = re.compile(r'the text `"(?P<text>.+?)"` could not be displayed')
_MAX_REPAIRS = 200


def render_pdf(document: Document, *, language: Language) -> bytes:
    """The whole report in one language."""
    return lay_out_pdf(edition_of(document, language), language=language, data_cut=document.provenance.data_cut)


def lay_out_pdf(edition: Edition, *, language: Language, data_cut: date | None) -> bytes:
    """An edition as PDF; letters that no embedded font has are spelt out by their number."""
    import typst

    spoken = {**edition.words, "sections": _with_breaks(edition.words["sections"]), "ui": _labels(language)}
    words = json.dumps(spoken, ensure_ascii=False, sort_keys=True)
    for _ in range(_MAX_REPAIRS):
        try:
            return _compile(words, edition.figures, data_cut=data_cut, standards=STANDARDS[0])
        except typst.TypstError as error:
            unknown = _UNKNOWN_LETTERS.search(str(error))
            if unknown is None:
                break
            words = _spelt_out(words, unknown["text"])
    for standards in STANDARDS[1:-1]:
        try:
            return _compile(words, edition.figures, data_cut=data_cut, standards=standards)
        except typst.TypstError:
            continue
    return _compile(words, edition.figures, data_cut=data_cut, standards=STANDARDS[-1])


def _with_breaks(sections: Sequence[Spoken]) -> list[Spoken]:
    """The sections with places where the long words of their tables may be broken."""
    return [
        section
        | {
            "blocks": [_table_with_breaks(block) if block["kind"] == "table" else block for block in section["blocks"]],
            "sections": _with_breaks(section["sections"]),
        }
        for section in sections
    ]


def _table_with_breaks(table: Spoken) -> Spoken:
    rooms = [width - PADDING for width in table["widths"]]

    def broken(words: Spoken, key: str, *, room: float) -> Spoken:
        is_whole = words.get("whole", False) and length(words[key], size=table["size"]) <= room
        return words | {"whole": is_whole, key: breakable(words[key], width=room, size=table["size"])}

    def headed(column: Spoken, room: float) -> Spoken:
        return column | {"label": bound_brackets(column["label"], width=room, size=table["size"])}

    return table | {
        "columns": [
            broken(headed(column, room), "label", room=room)
            for column, room in zip(table["columns"], rooms, strict=True)
        ],
        "rows": [
            [broken(cell, "text", room=room) for cell, room in zip(row, rooms, strict=True)] for row in table["rows"]
        ],
    }


def _spelt_out(words: str, letters: str) -> str:
    for letter in letters:
        if not letter.isascii():
            words = words.replace(letter, f"[U+{ord(letter):04X}]")
    return words


def _compile(words: str, figures: Mapping[str, str], *, data_cut: date | None, standards: list[str]) -> bytes:
    import typst

    sheets: dict[str, bytes] = {f"{name}.svg": svg.encode() for name, svg in figures.items()}
    template = files("trialwright.report").joinpath("templates", "report.typ").read_bytes()
    project: Any = {"main.typ": template, "report.json": words.encode(), **sheets}
    standard: Any = standards
    first_second = datetime.combine(data_cut or UNDATED, time(), tzinfo=UTC)
    return typst.compile(project, ignore_system_fonts=True, pdf_standards=standard, timestamp=first_second)


def _labels(language: Language) -> dict[str, str]:
    _ = catalogue(language)
    return {
        "contents": _("Contents"),
        "page": _("Page {page} of {pages}"),
        "source": _("Source"),
    }
