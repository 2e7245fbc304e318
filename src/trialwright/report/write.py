"""The files of a report: all rendered before the first is written, then put in place of the earlier report."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar, final

from trialwright.report.csv_tables import table_csv
from trialwright.report.docx import lay_out_docx
from trialwright.report.edition import edition_of, numbered_figures, numbered_tables
from trialwright.report.html import lay_out_html
from trialwright.report.manifest import MANIFEST, files_listed, manifest_json
from trialwright.report.model import Document
from trialwright.report.pdf import lay_out_pdf
from trialwright.vocabulary.errors import Refused
from trialwright.vocabulary.words import Language, Text

Drawn = TypeVar("Drawn", str, bytes)
A_FILE = Text(
    en="{out} is a file; a report needs a folder. Name another place with --out",
    fr="{out} est un fichier ; un rapport demande un dossier. Nommez un autre endroit avec --out",
)


@final
@dataclass(frozen=True, slots=True)
class Written:
    """Where the files of a report are, and the digest of its manifest."""

    folder: Path
    html: Path
    pdf: Path
    docx: Path
    tables: tuple[Path, ...]
    figures: tuple[Path, ...]  # each as SVG; beside it lies the same as PNG
    manifest: Path
    manifest_sha256: str


def write_report(
    document: Document, out: Path, *, language: Language, further: Mapping[str, bytes] | None = None
) -> Written:
    """Write the report into a folder, replacing an earlier report there; other files in it are left alone.

    ``further`` files, by path inside the folder, are written and listed with the report's own.
    """
    if out.exists() and not out.is_dir():
        raise Refused(A_FILE, {"out": out})
    contents = {**report_files(document, language=language), **(further or {})}
    manifest = manifest_json(contents, origin=document.provenance, language=language).encode()
    _replace(out, {**contents, MANIFEST: manifest})
    return Written(
        folder=out,
        html=out / "report.html",
        pdf=out / "report.pdf",
        docx=out / "report.docx",
        tables=tuple(out / path for path in contents if path.startswith("tables/")),
        figures=tuple(out / path for path in contents if path.startswith("figures/") and path.endswith(".svg")),
        manifest=out / MANIFEST,
        manifest_sha256=hashlib.sha256(manifest).hexdigest(),
    )


def report_files(document: Document, *, language: Language) -> dict[str, bytes]:
    """Every file of the report except its manifest, by path inside the folder."""
    edition = edition_of(document, language)
    tables = {f"tables/{stem}.csv": table_csv(table, language=language) for stem, table in numbered_tables(document)}
    html = lay_out_html(edition, language=language)
    pdf = lay_out_pdf(edition, language=language, data_cut=document.provenance.data_cut)
    docx = lay_out_docx(edition, language=language, origin=document.provenance)
    texts = {"report.html": html, **tables, **_figures(document, edition.figures, ending="svg")}
    return {
        **{path: text.encode() for path, text in texts.items()},
        **_figures(document, edition.pictures(), ending="png"),
        "report.docx": docx,
        "report.pdf": pdf,
    }


def _figures(document: Document, drawn: Mapping[str, Drawn], *, ending: str) -> dict[str, Drawn]:
    """The figures that show something, by path inside the folder."""
    return {
        f"figures/{stem}.{ending}": drawn[f"figure-{number}"]
        for number, (stem, figure) in enumerate(numbered_figures(document), 1)
        if not figure.spec.is_empty
    }


def _replace(out: Path, contents: Mapping[str, bytes]) -> None:
    """Write beside the folder first, then move file by file, the manifest last."""
    out.parent.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
    try:
        for path, content in contents.items():
            _put(aside / path, content)
        _remove_stale(out, kept=set(contents))
        for path in contents:
            (out / path).parent.mkdir(parents=True, exist_ok=True)
            (aside / path).replace(out / path)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _put(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def _remove_stale(out: Path, *, kept: set[str]) -> None:
    """Files of the earlier report that the new one does not have; only those its manifest names."""
    for path in files_listed(out):
        place = out / path
        if path not in kept and place.is_file() and place.resolve().is_relative_to(out.resolve()):
            place.unlink()
    for folder in ("tables", "figures"):
        place = out / folder
        if place.is_dir() and not any(place.iterdir()):
            place.rmdir()
