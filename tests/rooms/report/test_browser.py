"""The page in a browser: accessible (axe, WCAG 2.2 AA), sorted and filtered by keyboard, readable on a phone, in print.

One browser for everything. Where a machine has none, the tests are left out and say so.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from browsers import NoBrowser, browser
from rooms.report.sample import sample
from rooms.report.worked import worked
from trialwright.report import Cell, Column, Document, Provenance, Section, Table, render_html, row
from trialwright.vocabulary.words import LANGUAGES, Language

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
DESKTOP, PHONE, SMALL_PHONE = (
    {"width": 1280, "height": 900},
    {"width": 390, "height": 800},
    {"width": 320, "height": 640},
)
BY_SIZE = ["target-size", "scrollable-region-focusable", "meta-viewport"]  # what a small screen can break


@pytest.fixture(scope="module")
def opened() -> Iterator[Any]:
    try:
        with browser() as one:
            yield one
    except NoBrowser as none:
        pytest.skip(f"no browser on this machine: {none}")


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Document]:
    return {"sample": sample(), "msc-sle": worked("msc-sle", tmp_path_factory.mktemp("worked") / "trial")}


@pytest.fixture(scope="module")
def pages(opened: Any, documents: dict[str, Document], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A page of the browser per document and language, loaded once."""
    folder = tmp_path_factory.mktemp("pages")
    loaded: dict[tuple[str, Language], Any] = {}

    def page(name: str, language: Language) -> Any:
        if (name, language) not in loaded:
            file = folder / f"{name}-{language}.html"
            file.write_text(render_html(documents[name], language=language), "utf-8")
            loaded[name, language] = arrived(opened, file)
        return loaded[name, language]

    yield page
    for one in loaded.values():
        one.close()


def arrived(opened: Any, file: Path) -> Any:
    """The page, with every complaint of its console kept and smooth scrolling out of the way."""
    page = opened.new_page(viewport=DESKTOP, reduced_motion="reduce")
    page.complaints = []
    page.on("console", lambda said: page.complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.goto(file.as_uri())
    return page


def violations(page: Any, *rules: str) -> list[tuple[str, str]]:
    """What axe complains about: the rule and the first element; only these rules, or all of WCAG 2.2 AA."""
    from axe_playwright_python.sync_playwright import Axe

    only = {"type": "rule", "values": list(rules)} if rules else {"type": "tag", "values": WCAG}
    found = Axe().run(page, options={"runOnly": only, "resultTypes": ["violations"]})
    return [(one["id"], one["nodes"][0]["html"]) for one in found.response["violations"]]


def seen_as(page: Any, size: dict[str, int], scheme: str = "light") -> None:
    page.emulate_media(color_scheme=scheme, media="screen")
    page.set_viewport_size(size)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["sample", "msc-sle"])
def test_nothing_stands_in_the_way_of_anybody(pages: Any, name: str, language: Language) -> None:
    page = pages(name, language)
    seen_as(page, DESKTOP)
    assert violations(page) == []
    seen_as(page, DESKTOP, "dark")
    assert violations(page, "color-contrast") == []
    seen_as(page, PHONE, "dark")
    assert violations(page, *BY_SIZE) == []
    assert page.complaints == []


def test_axe_does_complain_where_there_is_reason(opened: Any) -> None:
    page = opened.new_page()
    page.set_content('<html lang="en"><title>t</title><p style="color:#999">pale</p><input type="text"><img src="x">')
    assert {"color-contrast", "label", "image-alt"} <= {rule for rule, _ in violations(page)}
    page.close()


@pytest.mark.parametrize("name", ["sample", "msc-sle"])
def test_a_phone_scrolls_tables_but_never_the_page(pages: Any, name: str) -> None:
    page = pages(name, "fr")
    for size in (SMALL_PHONE, PHONE, DESKTOP):
        seen_as(page, size)
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
        over = page.evaluate(
            "[...document.querySelectorAll('.scroll')].filter(o => o.scrollWidth > o.clientWidth).length"
        )
        page.wait_for_function("n => document.querySelectorAll('.scroll[tabindex=\"0\"]').length === n", arg=over)
    assert over < page.locator(".scroll").count()


TABLE = Table(
    "t",
    "T",
    (Column("who", "Who"), Column("n", "Number", "right")),
    (
        *(row(f"p-{number:02d}", number) for number in (3, 10, 1, 2)),
        row("none", None),
        row("q-1", 7),
        row("q-2", 8),
        row(Cell("Total", emphasis=True), 24),
    ),
)
GROUPS = Table(
    "g",
    "G",
    (Column("term", "Term"), Column("n", "N")),
    tuple(
        row(Cell(term, indent=indent), 1)
        for indent, term in (
            (0, "Any"), (0, "Blood"), (1, "Anaemia"), (1, "Bleeding"),
            (0, "Skin"), (1, "Rash"), (1, "Itch"), (0, "Liver"), (1, "Jaundice"),
        )
    ),
)  # fmt: skip


@pytest.fixture
def small(opened: Any, tmp_path: Path) -> Iterator[Any]:
    origin = Provenance("source", None, "software", "0", "digest")
    document = Document("Title", "", "Head", (Section("s", "S", (TABLE, GROUPS)),), origin, "")
    file = tmp_path / "small.html"
    file.write_text(render_html(document, language="en"), "utf-8")
    page = arrived(opened, file)
    yield page
    assert page.complaints == []
    page.close()


def first_cells(page: Any, number: int) -> list[str]:
    return list(page.locator(f"#table-{number} tbody tr:visible th").all_inner_texts())


def test_a_column_is_sorted_by_keyboard_and_says_which_way(small: Any) -> None:
    as_it_was = first_cells(small, 1)
    button = small.get_by_role("button", name="Sort by Number")
    head = small.locator("#table-1 thead th").nth(1)
    button.focus()
    small.keyboard.press("Enter")
    assert head.get_attribute("aria-sort") == "ascending"
    assert first_cells(small, 1) == ["p-01", "p-02", "p-03", "q-1", "q-2", "p-10", "none", "Total"]
    small.keyboard.press("Space")
    assert head.get_attribute("aria-sort") == "descending"
    assert first_cells(small, 1) == ["p-10", "q-2", "q-1", "p-03", "p-02", "p-01", "none", "Total"]
    small.keyboard.press("Enter")
    assert head.get_attribute("aria-sort") is None
    assert first_cells(small, 1) == as_it_was


def test_rows_are_filtered_with_those_they_stand_under_and_counted(small: Any) -> None:
    small.get_by_label("Filter the rows").nth(0).fill("Q-")
    assert first_cells(small, 1) == ["q-1", "q-2"]
    assert small.get_by_role("status").nth(0).inner_text() == "2 of 8 rows"
    box = small.get_by_label("Filter the rows").nth(1)
    box.fill("rash")
    assert first_cells(small, 2) == ["Skin", "Rash"]
    box.fill("blood")
    assert first_cells(small, 2) == ["Blood", "Anaemia", "Bleeding"]
    box.fill("")
    assert len(first_cells(small, 2)) == 9
    assert small.get_by_role("status").nth(1).inner_text() == ""


def test_dark_or_light_is_the_readers_choice_and_is_kept(opened: Any, documents: dict[str, Document]) -> None:
    html = render_html(documents["sample"], language="en")
    small = opened.new_page(color_scheme="light")
    # An address of its own: what a file may keep is up to the browser.
    small.route("**/*", lambda route: route.fulfill(body=html, content_type="text/html"))
    small.goto("http://report.test/")
    ground = "getComputedStyle(document.body).backgroundColor"
    light = small.evaluate(ground)
    switch = small.get_by_role("button", name="Dark colours")
    assert switch.get_attribute("aria-pressed") == "false"
    switch.click()
    assert switch.get_attribute("aria-pressed") == "true"
    dark = small.evaluate(ground)
    assert dark != light
    small.reload()
    assert small.evaluate(ground) == dark
    small.close()


def test_the_contents_follow_the_reader(pages: Any) -> None:
    page = pages("msc-sle", "en")
    seen_as(page, DESKTOP)
    link = page.locator(".contents.wide a").nth(3)
    link.click()
    page.wait_for_function("document.querySelectorAll('.contents.wide a')[3].hasAttribute('aria-current')")
    assert page.locator(".contents.wide a[aria-current]").count() == 1
    assert link.bounding_box()["y"] >= 0


def test_what_is_printed_has_no_controls_and_heads_that_come_again(pages: Any) -> None:
    page = pages("msc-sle", "en")
    seen_as(page, DESKTOP, "dark")
    page.emulate_media(media="print")
    for control in (".bar", ".filter", ".contents.wide", "th button", ".skip"):
        assert page.locator(control).count()
        assert page.locator(f"{control}:visible").count() == 0
    assert page.locator("thead").first.evaluate("one => getComputedStyle(one).display") == "table-header-group"
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    page.emulate_media(media="screen")
