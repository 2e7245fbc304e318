"""The files of a report: the same bytes every time, true digests, hostile words harmless, old files gone."""

from __future__ import annotations

import copy
import hashlib
import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from rooms.report.sample import sample
from trialwright.report import (
    Cell,
    Column,
    Figure,
    Paragraph,
    Section,
    Table,
    render_html,
    render_pdf,
    row,
    write_report,
)
from trialwright.report.figures import draw_svg
from trialwright.report.specifications import BarFigure, BarRow
from trialwright.vocabulary.errors import Refused
from trialwright.vocabulary.words import Text

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    '#panic("x")',
    "$x$ and $ \\frac{ $",
    "]#read(\"/etc/passwd\")[",
    "*bold* _it_ `raw` @ref <label> // gone /* gone",
    "back\\slash \\u{41} \\n",
    "left\u202eright",
    "{n} {{ }} {% raw %} {{ 7 * 7 }}",
    "nul\x00 esc\x1b half\ud800",
    "漢字 🙂 \ue000 عربي",
    "</style></title></svg><!--",
)  # fmt: skip


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    return write_report(sample(), tmp_path_factory.mktemp("report") / "en", language="en")


def test_two_processes_write_the_same_bytes(tmp_path):
    program = Path(__file__).with_name("run_report.py")
    runs = []
    for seed in ("1", "2"):
        where = tmp_path / seed
        extra = {"PYTHONHASHSEED": seed, "SOURCE_DATE_EPOCH": seed, "TZ": "Pacific/Auckland" if seed == "1" else "UTC"}
        said = subprocess.run(
            [sys.executable, str(program), str(where)],
            env={**os.environ, **extra},
            check=True,
            capture_output=True,
            text=True,
        )
        files = {path.relative_to(where): path.read_bytes() for path in sorted(where.rglob("*")) if path.is_file()}
        runs.append((said.stdout, files))
    assert runs[0] == runs[1]
    assert len(runs[0][1]) == 2 * (4 + 7 + 2 * 3)


def test_the_document_is_left_as_it_was():
    document = sample()
    before = copy.deepcopy(document)
    render_html(document, language="fr")
    assert document == before


def test_the_manifest_tells_the_truth(written):
    text = written.manifest.read_text("utf-8")
    manifest = json.loads(text)
    assert text == json.dumps(manifest, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
    found = {path.relative_to(written.folder).as_posix() for path in written.folder.rglob("*") if path.is_file()}
    assert {entry["path"] for entry in manifest["files"]} == found - {"manifest.json"}
    for entry in manifest["files"]:
        content = (written.folder / entry["path"]).read_bytes()
        assert (entry["bytes"], entry["sha256"]) == (len(content), hashlib.sha256(content).hexdigest())
    assert manifest["ledger_head"]["position"] == 1248
    assert manifest["languages"] == ["en"]
    assert written.manifest_sha256 == hashlib.sha256(text.encode()).hexdigest()


def test_the_pdf_is_tagged_archivable_and_dated_by_its_data(written):
    pdf = written.pdf.read_bytes()
    assert b"StructTreeRoot" in pdf
    assert b"<pdfuaid:part>1" in pdf
    assert b"<pdfaid:part>2" in pdf
    assert set(re.findall(rb"CreationDate\(D:(\d{8})", pdf)) == {b"20230306"}
    assert b"/Outlines" in pdf


def _hostile_document():
    table = Table("t", HOSTILE[0], (Column("a", HOSTILE[1]), Column("b", "B")), tuple(row(one, one) for one in HOSTILE))
    blocks = [Paragraph(one) for one in HOSTILE]
    bars = BarFigure(("n", HOSTILE[3]), tuple(BarRow(one, (1.0, 2.0), one) for one in HOSTILE), HOSTILE[3])
    figure = Figure("f", HOSTILE[11], HOSTILE[1], bars)
    section = Section(HOSTILE[1], HOSTILE[2], (*blocks, table, figure))
    return replace(sample(), title=HOSTILE[0], subtitle=HOSTILE[2], running_head=HOSTILE[5], sections=(section,))


def test_hostile_words_are_only_words_in_a_page():
    html = render_html(_hostile_document(), language="en")
    assert html.count("<script>") == 1
    assert "<img" not in html
    assert "onerror=alert(1)&gt;" in html
    assert "49" not in re.sub(r"<svg.*?</svg>|#\w+", "", html, flags=re.DOTALL).split("<main")[1].split("</main>")[0]
    assert "[U+202E]" in html
    assert not re.search("[\u202e\x00\x1b]", html)


def test_hostile_words_are_only_words_in_a_pdf():
    pdf = render_pdf(_hostile_document(), language="en")
    assert pdf.startswith(b"%PDF")
    assert b"<pdfuaid:part>1" in pdf


def test_hostile_words_are_only_words_in_a_figure():
    bars = BarFigure(HOSTILE, (BarRow(HOSTILE[0], (1.0,) * len(HOSTILE)),), "$x^2$")
    svg = draw_svg(bars, title=HOSTILE[11], alt=HOSTILE[0], language="en")
    assert "<script" not in svg
    assert svg.count("</svg>") == 1


def test_an_earlier_report_is_replaced_and_other_files_stay(tmp_path):
    out = tmp_path / "deep" / "report"
    write_report(sample(), out, language="en")
    (out / "letter.txt").write_text("mine", "utf-8")
    (out / "tables" / "own.csv").write_text("mine", "utf-8")
    small = replace(sample(), sections=sample().sections[:1])
    write_report(small, out, language="en")
    assert {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()} == {
        "letter.txt", "manifest.json", "report.docx", "report.html", "report.pdf", "tables/own.csv",
    }  # fmt: skip
    assert [path.name for path in out.parent.iterdir()] == ["report"]


def test_a_manifest_cannot_name_files_outside_the_report(tmp_path):
    out = tmp_path / "report"
    out.mkdir()
    outside = tmp_path / "precious.txt"
    outside.write_text("keep", "utf-8")
    paths = ["../precious.txt", str(outside), "tables/../../precious.txt", "..\\precious.txt"]
    (out / "manifest.json").write_text(json.dumps({"files": [{"path": path} for path in paths]}), "utf-8")
    write_report(replace(sample(), sections=()), out, language="en")
    assert outside.read_text("utf-8") == "keep"


def test_a_file_in_the_way_is_refused_in_words(tmp_path):
    (tmp_path / "report").write_text("", "utf-8")
    with pytest.raises(Refused, match="is a file"):
        write_report(sample(), tmp_path / "report", language="en")


def test_a_thing_with_one_column_and_one_missing_cell(tmp_path):
    table = Table("one", Text(en="One", fr="Un"), (Column("a", "A"),), (row(Cell(None, illustrative=True)),))
    wide = replace(table, landscape=True, rows=())
    document = replace(sample(), sections=(Section("s", "S", (table, wide)), Section("t", "T", (wide, table))))
    assert write_report(document, tmp_path / "r", language="fr").pdf.stat().st_size > 1000


def test_the_room_opens_without_its_heavy_tools():
    probe = (
        "import sys\nfrom trialwright.report import *\n"
        "print(sorted({'matplotlib', 'jinja2', 'typst', 'docx'} & set(sys.modules)), 'render_pdf' in globals())"
    )
    said = subprocess.run([sys.executable, "-c", probe], check=True, capture_output=True, text=True)
    assert said.stdout.strip() == "[] True"
