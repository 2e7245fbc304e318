"""One edition of a document: in one language, numbered, every cell in its final words, ready to be laid out.

An edition is made of plain dictionaries and lists (what JSON knows), so that the HTML template and the PDF template
read the very same values and neither decides what a number looks like.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, final

from trialwright.report.catalogue import catalogue
from trialwright.report.cells import order, typeset, written
from trialwright.report.figures import sheet_of
from trialwright.report.figures.board import Board
from trialwright.report.model import (
    Block,
    Bullets,
    Callout,
    Cell,
    Count,
    Document,
    Estimate,
    Figure,
    KeyFacts,
    Paragraph,
    Provenance,
    Sayable,
    Section,
    Share,
    Table,
    Tally,
    Value,
)
from trialwright.report.widths import WHOLE, layout_of
from trialwright.vocabulary.words import Language, day

DAGGER = "†"
ROWS_WORTH_SORTING, ROWS_WORTH_FILTERING = 4, 8
ROWS_KEPT, LONG_CELL = 15, 120  # a table of so many rows, none with a cell of more letters, stays on one page
SHORT, LONG = 14, 45  # letters of a column that never breaks, and from which it needs room
FEW_SECTIONS = 4  # of a paper that is read without a page of contents
BROAD = 12  # letters of a head that deserves room

Spoken = dict[str, Any]


@final
@dataclass(frozen=True, slots=True)
class Edition:
    """The document as laid-out words, and its figures as SVG under the ids the words refer to."""

    words: Spoken
    figures: dict[str, str]
    pictures: Callable[[], Mapping[str, bytes]]  # the same figures as PNG, painted when first asked for


def edition_of(document: Document, language: Language) -> Edition:
    """The document in one language, tables and figures numbered in reading order."""
    return _Editor(document, language).edition()


def numbered_tables(document: Document) -> list[tuple[str, Table]]:
    """Every table with the stem of its file's name: `01-disposition`."""
    return [(_stem(number, table.name), table) for number, table in enumerate(_of_kind(document, Table), 1)]


def numbered_figures(document: Document) -> list[tuple[str, Figure]]:
    """Every figure with the stem of its file's name."""
    return [(_stem(number, figure.name), figure) for number, figure in enumerate(_of_kind(document, Figure), 1)]


def slug(text: str) -> str:
    """A name fit for files and addresses.

    >>> slug("Événements indésirables (tous)")
    'evenements-indesirables-tous'
    """
    plain = unicodedata.normalize("NFKD", text.lower()).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60] or "x"


def _stem(number: int, name: str) -> str:
    return f"{number:02d}-{slug(name)}"


def _of_kind(document: Document, kind: type[Any]) -> Iterator[Any]:
    yield from (block for section in document.sections for block in _blocks(section) if isinstance(block, kind))


def _blocks(section: Section) -> Iterator[Block]:
    yield from section.blocks
    for inner in section.sections:
        yield from _blocks(inner)


@dataclass(slots=True)
class _Editor:
    """Walks through the document once, counting tables and figures."""

    document: Document
    language: Language
    n_tables: int = 0
    n_figures: int = 0
    ids: set[str] = field(default_factory=set)
    sheets: dict[str, tuple[Board, dict[str, str]]] = field(default_factory=dict)

    def edition(self) -> Edition:
        document = self.document
        words = {
            "language": self.language,
            "title": self.say(document.title),
            "subtitle": self.say(document.subtitle),
            "running_head": self.say(document.running_head),
            "provenance": self.provenance(document.provenance),
            "footer": self.footer(document.provenance),
            "has_contents": len(document.sections) > FEW_SECTIONS,
            "sections": self.sections(document.sections, number=""),
        }
        return Edition(
            words,
            figures={name: board.svg(**said) for name, (board, said) in self.sheets.items()},
            pictures=cache(lambda: {name: board.png(**said) for name, (board, said) in self.sheets.items()}),
        )

    def say(self, words: Any) -> str:
        return "" if words is None else typeset(words, self.language)

    def translate(self, message: str) -> str:
        return catalogue(self.language)(message)

    def provenance(self, origin: Provenance) -> list[Spoken]:
        _ = self.translate
        entry = _("entry {position}").format(position=written(origin.ledger_position, self.language))
        cut = [self.origin(_("Data cut"), day(origin.data_cut, self.language))] if origin.data_cut else []
        ledger = [self.origin(_("Ledger"), entry, digest=origin.ledger_digest)] if origin.ledger_digest else []
        return [
            self.origin(_("Source"), self.say(origin.source)),
            *cut,
            self.origin(_("Software"), self.say(f"{origin.software} {origin.version}")),
            *([self.origin(_("Protocol"), "", digest=origin.protocol_digest)] if origin.protocol_digest else []),
            *([self.origin(_("Data files"), "", digest=origin.data_digest)] if origin.data_digest else []),
            *ledger,
        ]

    def origin(self, label: str, value: str, *, digest: str = "") -> Spoken:
        return {"label": label, "value": value, "digest": self.say(digest)}

    def footer(self, origin: Provenance) -> list[str]:
        """Two short lines for the foot of every page."""
        _ = self.translate
        first = [self.say(origin.source)]
        second = [f"{self.say(origin.software)} {self.say(origin.version)}"]
        if origin.protocol_digest:
            second.append(_("protocol") + f" {self.say(origin.protocol_digest)[:12]}")
        if origin.data_digest:
            second.append(_("data files") + f" {self.say(origin.data_digest)[:12]}")
        if origin.data_cut:
            first.append(_("Data cut") + f" {day(origin.data_cut, self.language)}")
        if origin.ledger_digest:
            entry = _("ledger entry {position}").format(position=written(origin.ledger_position, self.language))
            second.append(f"{entry}, {self.say(origin.ledger_digest)[:12]}")
        return [" · ".join(first), " · ".join(second)]

    def sections(self, sections: Sequence[Section], *, number: str) -> list[Spoken]:
        return [self.section(section, number=f"{number}{index}") for index, section in enumerate(sections, 1)]

    def section(self, section: Section, *, number: str) -> Spoken:
        empty = self.say(section.empty) or self.translate("Nothing was recorded for this section.")
        return {
            "id": self.unique(f"s-{slug(section.id)}"),
            "number": number,
            "level": number.count(".") + 1,
            "title": self.say(section.title),
            "blocks": [self.block(block) for block in section.blocks],
            "sections": self.sections(section.sections, number=f"{number}."),
            "empty": "" if section.blocks or section.sections else empty,
        }

    def unique(self, wanted: str) -> str:
        """An id nobody else in the document has."""
        found, count = wanted, 1
        while found in self.ids:
            count += 1
            found = f"{wanted}-{count}"
        self.ids.add(found)
        return found

    def block(self, block: Block) -> Spoken:
        match block:
            case Paragraph():
                return {"kind": "paragraph", "text": self.say(block.text)}
            case Bullets():
                return {"kind": "bullets", "items": [self.say(item) for item in block.items]}
            case Callout():
                return {"kind": "callout", "tone": block.kind, "name": self.tone(block), "text": self.say(block.text)}
            case KeyFacts():
                return self.key_facts(block)
            case Table():
                return self.table(block)
            case Figure():
                return self.figure(block)

    def tone(self, callout: Callout) -> str:
        _ = self.translate
        return {"info": _("Note"), "warning": _("Warning"), "illustrative": _("Illustrative")}[callout.kind]

    def key_facts(self, facts: KeyFacts) -> Spoken:
        rows = [{"label": self.say(fact.label), "value": self.cell(fact.value)} for fact in facts.rows]
        notes = [self.illustrative_note()] if facts.has_illustrative_cells else []
        return {"kind": "facts", "rows": rows, "notes": notes, "empty": self.translate("Nothing to show.")}

    def illustrative_note(self) -> str:
        return f"{DAGGER} {self.say(self.document.illustrative_note)}"

    def table(self, table: Table) -> Spoken:
        self.n_tables += 1
        notes = [self.say(note) for note in table.notes]
        is_flat = not any(cell.indent for cells in table.rows for cell in cells)
        columns = [self.column(table, index) for index in range(len(table.columns))]
        rows = [[self.cell(cell) for cell in cells] for cells in table.rows] if table.columns else []
        layout = layout_of(columns, rows, wish=table.landscape)
        return {
            "kind": "table",
            "id": f"table-{self.n_tables}",
            "label": self.translate("Table {number}").format(number=self.n_tables),
            "title": self.say(table.title),
            "columns": columns,
            "rows": rows,
            "notes": [*notes, *([self.illustrative_note()] if table.has_illustrative_cells else [])],
            "source": self.say(table.source),
            "empty": self.say(table.empty) or self.translate("No entries."),
            "landscape": layout.landscape,
            "widths": list(layout.widths),
            "size": layout.size,
            "is_short": len(rows) <= ROWS_KEPT and all(len(cell["text"]) <= LONG_CELL for row in rows for cell in row),
            "sortable": is_flat and len(table.rows) >= ROWS_WORTH_SORTING,
            "filterable": len(table.rows) >= ROWS_WORTH_FILTERING,
        }

    def column(self, table: Table, index: int) -> Spoken:
        column = table.columns[index]
        big_n = "" if column.big_n is None else self.translate("N = {n}").format(n=written(column.big_n, self.language))
        longest = max((len(written(cells[index].value, self.language)) for cells in table.rows), default=0)
        return {
            "label": self.say(column.label),
            "sub": self.say(column.sub),
            "big_n": big_n,
            "align": column.align,
            "is_broad": len(self.say(column.label)) > BROAD,
            "measure": "short" if longest <= SHORT else "medium" if longest <= LONG else "long",
        }

    def written(self, value: Value) -> str:
        return typeset(value, self.language) if isinstance(value, Sayable) else written(value, self.language)

    def cell(self, cell: Cell) -> Spoken:
        text = self.written(cell.value)
        return {
            "text": text,
            "whole": len(text) <= WHOLE or isinstance(cell.value, Share | Count | Estimate | Tally),
            "order": order(cell.value),
            "illustrative": cell.illustrative,
            "emphasis": cell.emphasis,
            "indent": cell.indent,
        }

    def figure(self, figure: Figure) -> Spoken:
        self.n_figures += 1
        name = f"figure-{self.n_figures}"
        notes = [self.say(note) for note in figure.notes]
        spoken: Spoken = {
            "kind": "figure",
            "id": name,
            "label": self.translate("Figure {number}").format(number=self.n_figures),
            "title": self.say(figure.title),
            "alt": self.say(figure.alt),
            "notes": [*notes, *([self.illustrative_note()] if figure.spec.is_illustrative else [])],
            "source": self.say(figure.source),
            "empty": "",
        }
        if figure.spec.is_empty:
            return spoken | {"empty": self.say(figure.empty) or self.translate("No data to draw.")}
        said = {"title": spoken["title"], "alt": spoken["alt"]}
        sheet = sheet_of(figure.spec, self.language)
        self.sheets[name] = (sheet, said)
        return spoken | {"ratio": round(sheet.height / sheet.width, 4)}
