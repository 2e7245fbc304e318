"""The HTML page: sound, self-contained, readable without eyes, readable in the dark."""

from __future__ import annotations

import re
from dataclasses import replace
from importlib.resources import files
from itertools import pairwise

import pytest

from rooms.report.pages import Page
from rooms.report.sample import sample
from trialwright.report import Section, render_html
from trialwright.vocabulary.words import LANGUAGES, Text

CSS = files("trialwright.report").joinpath("templates", "report.css").read_text("utf-8")


@pytest.fixture(scope="module", params=LANGUAGES)
def language(request):
    return request.param


@pytest.fixture(scope="module")
def html(language):
    return render_html(sample(), language=language)


@pytest.fixture(scope="module")
def page(html):
    return Page(html)


def test_the_page_names_its_language(page, language):
    assert page.all("html")[0].attributes["lang"] == language
    assert page.all("title")[0].text.strip()


def test_nothing_is_fetched(html, page):
    assert not re.search(r"https?://|@import|url\((?!#)", html)
    linked = [one.attributes.get(name, "#") for one in page.elements for name in ("href", "src", "xlink:href")]
    assert all(address.startswith("#") for address in linked)


def test_only_the_script_of_the_page_may_run(page):
    policy = next(one for one in page.all("meta") if "http-equiv" in one.attributes).attributes["content"]
    assert "default-src 'none'" in policy
    assert "script-src 'sha256-" in policy
    assert not any(name.startswith("on") for one in page.elements for name in one.attributes)


def test_every_id_is_used_once_and_every_link_arrives(page):
    ids = [one.attributes["id"] for one in page.elements if "id" in one.attributes]
    assert len(ids) == len(set(ids))
    wanted = {one.attributes["href"][1:] for one in page.elements if "href" in one.attributes}
    for one in page.elements:
        wanted |= set(one.attributes.get("aria-labelledby", "").split())
        wanted |= set(re.findall(r"url\(#([^)]+)\)", " ".join(one.attributes.values())))
    assert wanted <= set(ids)


def test_every_table_has_a_caption_and_headed_rows_and_columns(page):
    tables = page.all("table")
    assert len(tables) == 6
    for table in tables:
        assert table.inner[0] == "caption"
    assert all(one.attributes.get("scope") in ("col", "row") for one in page.all("th"))


def test_every_picture_says_what_it_shows(page):
    pictures = page.all("svg")
    assert len(pictures) == 3
    for picture in pictures:
        assert picture.attributes["role"] == "img"
        assert picture.inner[:2] == ["title", "desc"]


def test_headings_go_down_one_level_at_a_time(page):
    levels = [int(one.tag[1]) for one in page.elements if re.fullmatch("h[1-6]", one.tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(below - above <= 1 for above, below in pairwise(levels))


def test_an_illustrative_value_is_marked_for_everyone(page, language):
    cell = next(one for one in page.all("td") if "illustrative" in one.attributes["class"])
    assert "†" in cell.text
    assert {"en": "(illustrative)", "fr": "(illustratif)"}[language] in cell.text
    assert any("†" in one.text for one in page.all("p") if "div" in one.within)


def test_an_empty_table_and_an_empty_section_say_so(language):
    empty = replace(sample(), sections=(Section("none", Text(en="None", fr="Aucun")),))
    words = {"en": "Nothing was recorded for this section.", "fr": "Rien n’a été consigné pour cette section."}
    assert words[language] in render_html(empty, language=language)
    assert {"en": "No participant died.", "fr": "Aucun participant n’est décédé."}[language] in render_html(
        sample(), language=language
    )
    Page(render_html(replace(sample(), sections=()), language=language))


def test_no_english_in_the_french_page():
    text = " ".join(one.text for one in Page(render_html(sample(), language="fr")).all("body"))
    assert not re.search(r"\b(Contents|Source of|Data cut|Ledger|Filter|Skip|Table \d|Page)\b", text)
    assert "Tableau 1" in text
    assert "12,1\u00a0%" in text


def _luminance(color: str) -> float:
    parts = [int(color[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("theme", range(3))
def test_every_colour_of_letters_can_be_read(theme):
    block = re.findall(r"--paper:[^}]+", CSS)[theme]
    colors = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", block))
    for ink in ("ink", "soft", "accent", "illustrative", "warning"):
        for ground in ("paper", "faint", "illustrative-ground"):
            light, dark = sorted((_luminance(colors[ink]), _luminance(colors[ground])), reverse=True)
            assert (light + 0.05) / (dark + 0.05) >= 4.5, (ink, ground)


def test_a_figure_with_invented_points_carries_the_note(page):
    noted = [one.text for one in page.all("figure") if "†" in one.text.split("</svg>")[-1]]
    assert len(noted) == 2
