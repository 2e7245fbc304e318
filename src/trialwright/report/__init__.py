"""Reports: a document of words, tables and figures becomes HTML, PDF, Word, CSV, SVG and PNG files.

Lives here: the document model and its renderers, which compute nothing and know nothing about trials; whoever builds a
document brings every number, word and unit.

    model, specifications    what a report says (plain immutable values)
      → edition, cells       numbered, in one language, every cell in its final words
        → widths             how wide the columns of a printed table are
        → html, pdf, docx    one self-contained page | one tagged PDF | one Word file (`word`), from the same edition
        → csv_tables         each table with its raw values
        → figures/           each figure as SVG and PNG
          → write, manifest  the files of a report, replaced as a whole, with their digests

May import: vocabulary; later the results of analysis. Heavy libraries (matplotlib, jinja2, typst, docx) are imported
when something is rendered, never with this package; its own names are loaded when they are first used (`__init__.pyi`).
To add a document: build a `Document` (`documents/`, or anywhere); the renderers stay as they are. To add a report
word: `_("…")` and its French in `locale/fr.po`.
To add a format: one module with one function from a document and a language to bytes, called in `write`. To add a kind
of figure: `figures/__init__.py` says how. The same document gives the same bytes, always.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
