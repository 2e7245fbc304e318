"""The Word file: sound, navigable, in its language, and the same bytes every time."""

from __future__ import annotations

import time
import zipfile
from dataclasses import replace
from io import BytesIO
from typing import Any

import docx
import pytest

from rooms.report.sample import sample
from trialwright.report import Cell, Column, Section, Table, render_docx, row
from trialwright.report.edition import edition_of
from trialwright.vocabulary.words import LANGUAGES

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


@pytest.fixture(scope="module", params=LANGUAGES)
def language(request):
    return request.param


@pytest.fixture(scope="module")
def packed(language):
    return render_docx(sample(), language=language)


@pytest.fixture(scope="module")
def word(packed):
    return docx.Document(BytesIO(packed))


@pytest.fixture(scope="module")
def spoken(language):
    return edition_of(sample(), language).words


def blocks_of(spoken: dict[str, Any]) -> list[dict[str, Any]]:
    found = []
    for section in spoken["sections"]:
        found += [*section["blocks"], *blocks_of(section)]
    return found


def titles_of(spoken: dict[str, Any]) -> list[str]:
    found = []
    for section in spoken["sections"]:
        found += [f"{section['number']}\u2002{section['title']}", *titles_of(section)]
    return found


def test_later_and_elsewhere_the_same_bytes(packed, language, monkeypatch):
    monkeypatch.setattr(time, "time", lambda: 2e9)
    assert render_docx(sample(), language=language) == packed
    with zipfile.ZipFile(BytesIO(packed)) as entries:
        assert {one.date_time for one in entries.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        names = entries.namelist()
        assert names[0] == "[Content_Types].xml"
        assert names[1:] == sorted(names[1:])


def test_its_properties_come_from_the_data(word, language):
    about = word.core_properties
    assert about.created == about.modified
    assert about.created.date() == sample().provenance.data_cut
    assert about.language == {"en": "en-GB", "fr": "fr-FR"}[language]
    assert "python-docx" not in f"{about.author} {about.comments} {about.last_modified_by}"
    defaults = word.styles.element.find(f"{W}docDefaults")
    assert {one.get(f"{W}val") for one in defaults.iter(f"{W}lang")} == {about.language}


def test_every_heading_is_one_for_the_navigation_and_the_contents(word, spoken):
    heads = [one for one in word.paragraphs if one.style.name.startswith("Heading")]
    assert [one.text for one in heads] == titles_of(spoken)
    marks = {one.get(f"{W}name") for one in word.element.iter(f"{W}bookmarkStart")}
    links = {one.get(f"{W}anchor") for one in word.element.iter(f"{W}hyperlink")}
    assert links
    assert links <= marks


def test_every_table_says_what_the_page_says_and_repeats_its_head(word, spoken):
    wanted = [one for one in blocks_of(spoken) if one["kind"] == "table" and one["rows"]]
    found = [one for one in word.tables if one._tbl.tblPr.find(f"{W}tblCaption") is not None]
    assert len(found) == len(wanted) > 0
    for table, said in zip(found, wanted, strict=True):
        assert len(table._tbl.tr_lst) == len(said["rows"]) + 1
        heads = [one.find(f"{W}trPr/{W}tblHeader") is not None for one in table._tbl.tr_lst]
        assert heads == [True] + [False] * len(said["rows"])
        cells = [
            ["".join(words.text or "" for words in cell.iter(f"{W}t")) for cell in tr.tc_lst]
            for tr in table._tbl.tr_lst
        ]
        shown = [[cell["text"] + "†" * cell["illustrative"] for cell in cells] for cells in said["rows"]]
        assert cells[1:] == [[text.replace("\n", "") for text in texts] for texts in shown]


def test_every_figure_says_what_it_shows(word, spoken):
    wanted = [one for one in blocks_of(spoken) if one["kind"] == "figure" and not one["empty"]]
    named = [one for one in word.element.iter() if one.tag.endswith("}docPr")]
    assert [(one.get("title"), one.get("descr")) for one in named] == [(one["title"], one["alt"]) for one in wanted]


def test_the_foot_of_every_page_has_source_digest_and_page_x_of_y(word, spoken, language):
    for section in word.sections:
        foot = section.footer._element
        text = "".join(one.text or "" for one in foot.iter(f"{W}t"))
        assert all(line in text for line in spoken["footer"])
        assert [one.get(f"{W}instr") for one in foot.iter(f"{W}fldSimple")] == ["PAGE", "NUMPAGES"]
        assert {"en": "Page 1 of 1", "fr": "Page 1 sur 1"}[language] in text
        assert section.header.paragraphs[0].text == spoken["running_head"]
    assert word.sections[0].different_first_page_header_footer


def test_a_wide_table_lies_on_its_side_and_the_next_page_stands():
    table = Table("t", "T", (Column("a", "A"), Column("b", "B")), (row("x", Cell(1, indent=2)),), landscape=True)
    upright = replace(table, landscape=False)
    document = replace(sample(), sections=(Section("s", "S", (table, replace(table, rows=()), upright, table)),))
    word = docx.Document(BytesIO(render_docx(document, language="en")))
    assert [one.orientation for one in word.sections] == [0, 1, 0, 1]
    assert len(word.element.body.findall(f"{W}tbl")) == 1 + 3


def test_a_report_of_nothing_and_hostile_words():
    bare = replace(sample(), sections=(), title='<w:p/> & "x"', provenance=replace(sample().provenance, data_cut=None))
    word = docx.Document(BytesIO(render_docx(bare, language="fr")))
    assert word.paragraphs[0].text == '<w:p/> & "x"'
    assert word.core_properties.created.year == 2000


@pytest.mark.parametrize(("n", "has_contents"), [(0, False), (4, False), (5, True)])
def test_a_short_paper_has_no_page_of_contents(n, has_contents):
    document = replace(sample(), sections=tuple(Section(f"s{one}", "S") for one in range(n)))
    word = docx.Document(BytesIO(render_docx(document, language="en")))
    assert edition_of(document, "en").words["has_contents"] is has_contents
    assert ("Contents" in [one.text for one in word.paragraphs]) is has_contents
