"""The report as a Word file: headings for navigation, tables whose heads come again, figures, page x of y.

The same bytes every time: the file's dates are those of the data cut, its entries are packed sorted and undated.
python-docx carries the container; what is said in it is written here, from the same edition as the page and the PDF.
"""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from importlib.resources import files
from io import BytesIO
from typing import Any, final

from trialwright.report import word
from trialwright.report.catalogue import catalogue
from trialwright.report.edition import Edition, Spoken, edition_of
from trialwright.report.model import Document, Provenance
from trialwright.report.widths import PORTRAIT
from trialwright.vocabulary.words import Language

UNDATED = date(2000, 1, 1)
TAGS: dict[Language, str] = {"en": "en-GB", "fr": "fr-FR"}
TALLEST = 215.0  # mm; a figure of this height leaves room for its caption and notes
FACTS, ORIGIN = (58.0, 112.0), (26.0, 144.0)
CALLOUTS = {"info": ("0A5A94", "F4F6F8"), "warning": ("A3340C", "F4F6F8"), "illustrative": ("6A4A00", "FDF6E3")}
NO_BORDERS = ""
BULLET = (
    f"<w:numbering {word.NAMESPACES}>"
    '<w:abstractNum w:abstractNumId="0"><w:multiLevelType w:val="hybridMultilevel"/><w:lvl w:ilvl="0">'
    '<w:start w:val="1"/><w:numFmt w:val="bullet"/><w:lvlText w:val="•"/><w:lvlJc w:val="left"/>'
    '<w:pPr><w:ind w:left="360" w:hanging="260"/></w:pPr></w:lvl></w:abstractNum>'
    '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num></w:numbering>'
)


def render_docx(document: Document, *, language: Language) -> bytes:
    """The whole report in one language as a Word file."""
    return lay_out_docx(edition_of(document, language), language=language, origin=document.provenance)


def lay_out_docx(edition: Edition, *, language: Language, origin: Provenance) -> bytes:
    """An edition as a Word file."""
    from docx import Document as Container

    container: Any = Container()
    _furnish(container, edition.words, language=language, origin=origin)
    parts = {
        "header": _header(container, edition.words),
        "footer": _footer(container, edition.words, language=language),
    }
    writer = _Writer(container, edition, parts, language)
    _fill(container.element.body, writer.body())
    packed = BytesIO()
    container.save(packed)
    return _repacked(packed.getvalue())


def _parsed(xml: str) -> Any:
    from docx.oxml import parse_xml

    return parse_xml(xml)


def _fill(place: Any, xml: str) -> None:
    """Put paragraphs and tables into an emptied place."""
    for child in list(place):
        place.remove(child)
    place.extend(list(_parsed(f"<w:body {word.NAMESPACES}>{xml}</w:body>")))


def _furnish(container: Any, words: Spoken, *, language: Language, origin: Provenance) -> None:
    """Styles, lists and properties of our own in place of the library's."""
    styles = files("trialwright.report").joinpath("templates", "styles.xml").read_text("utf-8")
    ours = _parsed(styles.replace("{language}", TAGS[language]))
    for theirs, new in ((container.styles.element, ours), (container.part.numbering_part.element, _parsed(BULLET))):
        for child in list(theirs):
            theirs.remove(child)
        theirs.extend(list(new))
    _without(container.part.package.rels, "thumbnail", "extended-properties")
    _without(container.part.rels, "stylesWithEffects", "customXml")
    day = datetime.combine(origin.data_cut or UNDATED, time())
    about: dict[str, Any] = {
        "author": words["provenance"][0]["value"][:250],
        "last_modified_by": f"{origin.software} {origin.version}",
        "title": words["title"][:250],
        "subject": words["subtitle"][:250],
        "comments": "",
        "language": TAGS[language],
        "created": day,
        "modified": day,
        "revision": 1,
    }
    for name, value in about.items():
        setattr(container.core_properties, name, value)


def _without(relations: Any, *kinds: str) -> None:
    for name in [name for name, one in relations.items() if one.reltype.endswith(kinds)]:
        del relations[name]


def _header(container: Any, words: Spoken) -> str:
    part, name = container.part.add_header_part()
    _fill(part.element, word.paragraph("Header", word.run(words["running_head"])))
    return str(name)


def _footer(container: Any, words: Spoken, *, language: Language) -> str:
    """Source, data cut, version and digest at the left, page x of y at the right."""
    part, name = container.part.add_footer_part()
    before, middle, after = _around(catalogue(language)("Page {page} of {pages}"))
    page = [word.run(before), word.field("PAGE"), word.run(middle), word.field("NUMPAGES"), word.run(after)]
    left = "".join(word.paragraph("Footer", word.run(line)) for line in words["footer"])
    right = word.paragraph("Footer", *page, more='<w:jc w:val="right"/>')
    widths = (PORTRAIT - 30.0, 30.0)
    cells = [word.box(content, width=width) for content, width in zip((left, right), widths, strict=True)]
    rule = f'<w:tblBorders><w:top w:val="single" w:sz="4" w:color="{word.RULE}"/></w:tblBorders>'
    _fill(part.element, word.table([word.row(cells)], widths=widths, borders=rule) + word.paragraph("Thin"))
    return str(name)


def _around(words: str) -> tuple[str, str, str]:
    before, rest = words.split("{page}")
    middle, after = rest.split("{pages}")
    return before, middle, after


@final
@dataclass(slots=True)
class _Writer:
    """Walks through the edition once, turning the page where a table lies on its side."""

    container: Any
    edition: Edition
    parts: Mapping[str, str]
    language: Language
    lies: bool = False  # the page that is being written
    is_first: bool = True
    marks: Iterator[int] = field(default_factory=lambda: iter(range(1, 100_000)))
    pictures: int = 0

    def body(self) -> str:
        sections = list(self.sections(self.edition.words["sections"]))
        return self.front() + "".join(sections) + self.page()

    def page(self) -> str:
        settled = word.page(self.parts, landscape=self.lies, is_first=self.is_first)
        self.is_first = False
        return settled

    def turned(self, lies: bool) -> str:
        """The end of the pages so far, where the next ones lie otherwise."""
        if lies == self.lies:
            return ""
        settled = self.page()
        self.lies = lies
        return word.paragraph("Thin", more=settled)

    def front(self) -> str:
        """Title, where everything comes from, contents."""
        words = self.edition.words
        lines = [word.paragraph("Title", word.run(words["title"]))]
        if words["subtitle"]:
            lines.append(word.paragraph("Subtitle", word.run(words["subtitle"])))
        lines.append(self.origin(words["provenance"]))
        lines.append(word.paragraph("Thin"))
        if words["has_contents"]:
            lines.append(word.paragraph("TOCHeading", word.run(catalogue(self.language)("Contents"))))
            lines.append(word.contents(list(_entries(words["sections"], iter(range(1, 100_000))))))
        return "".join(lines)

    def origin(self, provenance: Sequence[Spoken]) -> str:
        small = word.letters(8.5)
        rows = []
        for line in provenance:
            value = ", ".join(filter(None, [line["value"], line["digest"]]))
            label = word.run(line["label"], look=f'<w:color w:val="{word.SOFT}"/>{small}')
            shown = [word.paragraph("Cell", label), word.paragraph("Cell", word.run(value, look=small))]
            rows.append(word.row([word.box(one, width=width) for one, width in zip(shown, ORIGIN, strict=True)]))
        return word.table(rows, widths=ORIGIN, borders=NO_BORDERS)

    def sections(self, sections: Sequence[Spoken]) -> Iterator[str]:
        for section in sections:
            starts_on_its_side = bool(section["blocks"]) and _lies(section["blocks"][0])
            turned, mark = self.turned(starts_on_its_side), next(self.marks)
            yield turned
            yield word.heading(
                section["title"],
                number=section["number"],
                level=section["level"],
                mark=mark,
                starts_page=mark == 1 and not turned,
            )
            for block in section["blocks"]:
                yield self.turned(_lies(block)) + self.block(block)
            if section["empty"]:
                yield word.paragraph("Nothing", word.run(section["empty"]))
            yield from self.sections(section["sections"])

    def block(self, block: Spoken) -> str:
        match block["kind"]:
            case "paragraph":
                return word.paragraph("Normal", word.run(block["text"]))
            case "bullets":
                return "".join(word.paragraph("ListBullet", word.run(item)) for item in block["items"])
            case "callout":
                edge, ground = CALLOUTS[block["tone"]]
                return word.callout(block["name"], block["text"], edge=edge, ground=ground)
            case "facts":
                return self.facts(block)
            case "figure":
                return self.figure(block)
            case _:
                return self.table(block)

    def facts(self, facts: Spoken) -> str:
        if not facts["rows"]:
            return word.paragraph("Nothing", word.run(facts["empty"]))
        rows = []
        for fact in facts["rows"]:
            label = word.paragraph("Cell", word.run(fact["label"], look=f'<w:color w:val="{word.SOFT}"/>'))
            value = word.body_cell(fact["value"], align="left", width=FACTS[1])
            rows.append(word.row([word.box(label, width=FACTS[0]), value]))
        return word.table(rows, widths=FACTS) + self.notes(facts)

    def notes(self, block: Spoken) -> str:
        """What stands below, and room after it."""
        lines = [word.paragraph("Notes", word.run(note)) for note in block["notes"]]
        if block.get("source"):
            source = word.run(catalogue(self.language)("Source") + "\u2002", look="<w:b/>")
            lines.append(word.paragraph("Notes", source, word.run(block["source"])))
        return "".join([*lines, word.paragraph("Thin")])

    def caption(self, block: Spoken) -> str:
        return word.paragraph("Caption", word.run(block["label"] + "\u2002", look="<w:b/>"), word.run(block["title"]))

    def table(self, table: Spoken) -> str:
        if not table["rows"]:
            nothing = word.paragraph("Nothing", word.run(table["empty"]))
            return self.caption(table) + nothing + self.notes(table)
        widths, size, columns = table["widths"], table["size"], table["columns"]
        heads = [word.head_cell(one, width=width, size=size) for one, width in zip(columns, widths, strict=True)]
        rows = [word.row(heads, is_head=True)]
        look = {"size": size, "is_kept": table["is_short"]}
        for cells in table["rows"]:
            placed = zip(cells, columns, widths, strict=True)
            shown = [word.body_cell(cell, align=one["align"], width=width, **look) for cell, one, width in placed]
            rows.append(word.row(shown))
        title = f"{table['label']} {table['title']}"
        return self.caption(table) + word.table(rows, widths=widths, title=title) + self.notes(table)

    def figure(self, figure: Spoken) -> str:
        if figure["empty"]:
            nothing = word.paragraph("Nothing", word.run(figure["empty"]))
            return self.caption(figure) + nothing + self.notes(figure)
        png = self.edition.pictures()[figure["id"]]
        relation, _ = self.container.part.get_or_add_image(BytesIO(png))
        self.pictures += 1
        shown = word.picture(relation, number=self.pictures, size=_size(png), title=figure["title"], alt=figure["alt"])
        return self.caption(figure) + shown + self.notes(figure)


def _entries(sections: Sequence[Spoken], marks: Iterator[int]) -> Iterator[tuple[str, int, int]]:
    """Words, level and mark of every heading of the contents, counted as the headings are."""
    for section in sections:
        mark = next(marks)
        if section["level"] <= 2:
            yield f"{section['number']}\u2002{section['title']}", section["level"], mark
        yield from _entries(section["sections"], marks)


def _lies(block: Spoken) -> bool:
    return block["kind"] == "table" and bool(block["landscape"]) and bool(block["rows"])


def _size(png: bytes) -> tuple[float, float]:
    """Width and height of a picture on the page, in mm: as wide as the text unless that is too tall."""
    wide, tall = struct.unpack(">II", png[16:24])
    scale = min(PORTRAIT / wide, TALLEST / tall)
    return wide * scale, tall * scale


def _repacked(packed: bytes) -> bytes:
    """The same entries, sorted and undated, so that the bytes depend on nothing else."""
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(packed)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in sorted(old.namelist(), key=lambda name: (name != "[Content_Types].xml", name)):
            entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            entry.compress_type, entry.create_system = zipfile.ZIP_DEFLATED, 3
            new.writestr(entry, old.read(name))
    return out.getvalue()
