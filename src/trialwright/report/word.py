"""Pieces of a Word file as text: paragraphs, tables, pictures, page breaks; whatever is said is escaped here.

The order of properties is the one the format asks for (ECMA-376, part 1, chapter 17). Lengths are in mm.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape, quoteattr

NAMESPACES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"'
)
INK, SOFT, RULE, ILLUSTRATIVE = "1B1F24", "57606A", "C9CFD6", "6A4A00"
MARGIN = 20.0
PAGE = (210.0, 297.0)
INDENT = 4.0
_JUSTIFIED = {"left": "", "right": '<w:jc w:val="right"/>', "centre": '<w:jc w:val="center"/>'}
_TABLE_BORDERS = (
    f'<w:tblBorders><w:top w:val="single" w:sz="8" w:color="{INK}"/><w:bottom w:val="single" w:sz="8" w:color="{INK}"/>'
    f'<w:insideH w:val="single" w:sz="2" w:color="{RULE}"/></w:tblBorders>'
)


def twips(length: float) -> int:
    """A length in the twentieths of a point that the format counts in."""
    return round(length * 1440 / 25.4)


def emu(length: float) -> int:
    """A length in the units that pictures are measured in."""
    return round(length * 36000)


def run(words: str, *, look: str = "") -> str:
    """Words in one look; a new line stays one.

    >>> run("a < b", look="<w:b/>")
    '<w:r><w:rPr><w:b/></w:rPr><w:t xml:space="preserve">a &lt; b</w:t></w:r>'
    """
    properties = f"<w:rPr>{look}</w:rPr>" if look else ""
    lines = [f'<w:t xml:space="preserve">{escape(line)}</w:t>' for line in words.split("\n")]
    return f"<w:r>{properties}{'<w:br/>'.join(lines)}</w:r>"


def paragraph(style: str, *runs: str, more: str = "") -> str:
    """A paragraph of a named style; `more` are further properties, in the order of the format."""
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{more}</w:pPr>{"".join(runs)}</w:p>'


def field(instruction: str) -> str:
    """A value that the reader's program works out, such as the number of the page."""
    return f'<w:fldSimple w:instr="{instruction}"><w:r><w:t>1</w:t></w:r></w:fldSimple>'


def heading(words: str, *, number: str, level: int, mark: int, starts_page: bool = False) -> str:
    """A heading with its number, known to the navigation and to the contents."""
    style = f"Heading{min(level, 3)}"
    name = f'<w:bookmarkStart w:id="{mark}" w:name="{bookmark(mark)}"/>'
    end = f'<w:bookmarkEnd w:id="{mark}"/>'
    shown = run(f"{number}\u2002", look=f'<w:b w:val="0"/><w:color w:val="{SOFT}"/>') + run(words)
    return paragraph(style, name, shown, end, more="<w:pageBreakBefore/>" if starts_page else "")


def bookmark(mark: int) -> str:
    """The name of a heading, for links."""
    return f"_Toc{mark:08d}"


def contents(entries: Sequence[tuple[str, int, int]]) -> str:
    """A table of contents of (words, level, mark) that works as it is and can be brought up to date."""
    begin = '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
    asked = '<w:r><w:instrText xml:space="preserve"> TOC \\o "1-2" \\n \\h \\z \\u </w:instrText></w:r>'
    begin += asked + '<w:r><w:fldChar w:fldCharType="separate"/></w:r>'
    end = '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    lines = []
    for place, (words, level, mark) in enumerate(entries):
        link = f'<w:hyperlink w:anchor="{bookmark(mark)}" w:history="1">{run(words)}</w:hyperlink>'
        lines.append(paragraph(f"TOC{level}", "" if place else begin, link, end if place == len(entries) - 1 else ""))
    return "".join(lines)


def cell_look(cell: Mapping[str, Any], *, size: float) -> str:
    """How the value of a cell looks: emphasised, illustrative, small."""
    parts = [
        "<w:b/>" if cell["emphasis"] else "",
        f'<w:i/><w:color w:val="{ILLUSTRATIVE}"/>' if cell["illustrative"] else "",
        letters(size),
    ]
    return "".join(parts)


def letters(size: float) -> str:
    """Letters of a size in points; nothing where it is the size of every cell."""
    return "" if size == 9.0 else f'<w:sz w:val="{round(size * 2)}"/><w:szCs w:val="{round(size * 2)}"/>'


def body_cell(cell: Mapping[str, Any], *, align: str, width: float, size: float = 9.0, is_kept: bool = False) -> str:
    """One cell of the body of a table; a kept one stays on the page of what follows."""
    words = run(cell["text"] + ("†" if cell["illustrative"] else ""), look=cell_look(cell, size=size))
    kept = "<w:keepNext/>" if is_kept else ""
    indent = f'<w:ind w:left="{twips(INDENT * cell["indent"])}"/>' if cell["indent"] else ""
    return box(paragraph("Cell", words, more=kept + indent + _JUSTIFIED[align]), width=width)


def head_cell(column: Mapping[str, Any], *, width: float, size: float) -> str:
    """The head of a column: its label, a second line, the number of people."""
    small, soft = letters(size), f'<w:color w:val="{SOFT}"/>' + letters(size)
    below = [column["sub"], f"({column['big_n']})" if column["big_n"] else ""]
    runs = [
        run(column["label"], look="<w:b/>" + small),
        *(f"<w:r><w:br/></w:r>{run(one, look=soft)}" for one in below if one),
    ]
    edge = f'<w:tcBorders><w:bottom w:val="single" w:sz="6" w:color="{INK}"/></w:tcBorders>'
    justified = "<w:keepNext/>" + _JUSTIFIED[column["align"]]
    return box(paragraph("Cell", *runs, more=justified), width=width, look=edge, at='<w:vAlign w:val="bottom"/>')


def box(content: str, *, width: float, look: str = "", at: str = "") -> str:
    """A cell of a width around paragraphs."""
    return f'<w:tc><w:tcPr><w:tcW w:w="{twips(width)}" w:type="dxa"/>{look}{at}</w:tcPr>{content}</w:tc>'


def row(cells: Sequence[str], *, is_head: bool = False) -> str:
    """A row that is never broken over two pages; the head comes again on every page."""
    head = "<w:tblHeader/>" if is_head else ""
    return f"<w:tr><w:trPr><w:cantSplit/>{head}</w:trPr>{''.join(cells)}</w:tr>"


def table(rows: Sequence[str], *, widths: Sequence[float], title: str = "", borders: str = _TABLE_BORDERS) -> str:
    """A table of fixed columns; its title is read out by a screen reader."""
    total = sum(map(twips, widths))
    grid = "".join(f'<w:gridCol w:w="{twips(width)}"/>' for width in widths)
    first = "1" if title else "0"
    return (
        f'<w:tbl><w:tblPr><w:tblW w:w="{total}" w:type="dxa"/>{borders}<w:tblLayout w:type="fixed"/>'
        '<w:tblCellMar><w:left w:w="60" w:type="dxa"/><w:right w:w="60" w:type="dxa"/></w:tblCellMar>'
        f'<w:tblLook w:val="0000" w:firstRow="{first}" w:lastRow="0" w:firstColumn="1" w:lastColumn="0" w:noHBand="1" '
        f'w:noVBand="1"/>{f"<w:tblCaption w:val={quoteattr(title)}/>" if title else ""}</w:tblPr>'
        f"<w:tblGrid>{grid}</w:tblGrid>{''.join(rows)}</w:tbl>"
    )


def callout(name: str, words: str, *, edge: str, ground: str) -> str:
    """A remark with a coloured edge; its name says what the colour means."""
    more = (
        f'<w:pBdr><w:left w:val="single" w:sz="24" w:space="8" w:color="{edge}"/></w:pBdr>'
        f'<w:shd w:val="clear" w:color="auto" w:fill="{ground}"/>'
    )
    return paragraph("Callout", run(name, look=f'<w:b/><w:color w:val="{edge}"/>'), run(f"\u2002{words}"), more=more)


def picture(relation: str, *, number: int, size: tuple[float, float], title: str, alt: str) -> str:
    """A picture in the line of the text, with what it shows for readers who cannot see it."""
    extent = f'cx="{emu(size[0])}" cy="{emu(size[1])}"'
    named = f'id="{number}" name="Figure {number}" descr={quoteattr(alt)} title={quoteattr(title)}'
    return paragraph(
        "Picture",
        f'<w:r><w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent {extent}/><wp:docPr {named}/>'
        '<a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:pic><pic:nvPicPr>'
        f'<pic:cNvPr {named}/><pic:cNvPicPr/></pic:nvPicPr><pic:blipFill><a:blip r:embed="{relation}"/><a:stretch>'
        f'<a:fillRect/></a:stretch></pic:blipFill><pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext {extent}/></a:xfrm>'
        '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic></wp:inline>'
        "</w:drawing></w:r>",
    )


def page(parts: Mapping[str, str], *, landscape: bool, is_first: bool) -> str:
    """How the pages up to here lie, with their header and footer; the very first page has no header."""
    width, height = (twips(one) for one in (PAGE[::-1] if landscape else PAGE))
    turned = ' w:orient="landscape"' if landscape else ""
    side = twips(MARGIN)
    first = f'<w:footerReference w:type="first" r:id="{parts["footer"]}"/>' if is_first else ""
    return (
        f'<w:sectPr><w:headerReference w:type="default" r:id="{parts["header"]}"/>'
        f'<w:footerReference w:type="default" r:id="{parts["footer"]}"/>{first}'
        f'<w:pgSz w:w="{width}" w:h="{height}"{turned}/>'
        f'<w:pgMar w:top="{twips(25)}" w:right="{side}" w:bottom="{twips(24)}" w:left="{side}" '
        f'w:header="{twips(12)}" w:footer="{twips(10)}" w:gutter="0"/>{"<w:titlePg/>" if is_first else ""}</w:sectPr>'
    )
