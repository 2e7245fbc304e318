"""Values in their final words, and the raw values beside them."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import date
from io import StringIO

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from rooms.report.pages import Page
from rooms.report.sample import sample
from trialwright.report import (
    BarFigure,
    BarRow,
    Cell,
    Column,
    Count,
    Estimate,
    Figure,
    IntervalFigure,
    IntervalRow,
    Lane,
    Number,
    Paragraph,
    Section,
    Share,
    Table,
    TimelineFigure,
    TimelinePoint,
    TimelineSpan,
    render_html,
    row,
    table_csv,
)
from trialwright.report.cells import legible, say, typeset, written
from trialwright.report.edition import numbered_figures, numbered_tables
from trialwright.report.figures import draw_svg
from trialwright.vocabulary.words import LANGUAGES, Text

NAN, INFINITY = float("nan"), float("inf")


@pytest.mark.parametrize(
    ("value", "english", "french"),
    [
        (None, "–", "–"),
        (12345, "12,345", "12\u202f345"),
        (Number(0.145, 2), "0.15", "0,15"),
        (Number(2.5, 0), "3", "3"),
        (Number(-0.001, 2), "0.00", "0,00"),
        (Number(-1.5, 1), "−1.5", "−1,5"),
        (Number(NAN), "–", "–"),
        (Number(INFINITY), "∞", "∞"),
        (Number(1e300), "1e300", "1e300"),
        (Share(0.3694), "36.9%", "36,9\u00a0%"),
        (Share(NAN), "–", "–"),
        (Count(3, 8), "3 (37.5%)", "3 (37,5\u00a0%)"),
        (Count(0, 0), "0 (–)", "0 (–)"),
        (Estimate(0.12, 0.03, 0.31), "0.12 (0.03 to 0.31)", "0,12 (0,03 à 0,31)"),
        (Estimate(0.12, NAN, NAN, 0, True), "12%", "12\u00a0%"),
        (Estimate(2.0, 1.0, INFINITY, 1), "2.0 (1.0 to ∞)", "2,0 (1,0 à ∞)"),
        (date(2019, 9, 11), "11 Sept 2019", "11 sept. 2019"),
    ],
)
def test_a_value_in_both_languages(value, english, french):
    assert (written(value, "en"), written(value, "fr")) == (english, french)


def test_what_cannot_be_seen_is_spelt_out():
    assert legible("a\u202eb\x00c\ud800d\r\ne") == "a[U+202E]b[U+0000]c[U+D800]d\ne"


def test_a_sentence_with_an_unfilled_place_is_printed_as_it_stands():
    assert say(Text(en="{n} of {of}", fr=""), "en") == "{n} of {of}"
    assert say(Text(en="a { b", fr=""), "en") == "a { b"


def test_numbers_and_french_signs_keep_their_company():
    assert typeset(Text(en="", fr="Niveau 2 : « oui » ; 5 % ?"), "fr") == (
        "Niveau\u00a02\u00a0: «\u00a0oui\u00a0»\u00a0; 5\u00a0%\u00a0?"
    )
    assert typeset("term : d'origine", "fr") == "term : d'origine"
    assert typeset(Text(en="it's", fr="l'essai, jusqu'à d'« autres », 'ainsi'"), "fr") == (
        "l’essai, jusqu’à d’«\u00a0autres\u00a0», 'ainsi'"
    )
    assert typeset(Text(en="it's", fr="l'essai"), "en") == "it's"


def _read(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(text, newline="")))


def test_csv_keeps_raw_values_and_marks_what_is_illustrative():
    table = Table(
        "mixed",
        "Mixed",
        (Column("a", "A"), Column("b", "B"), Column("c", "C"), Column("d", "D"), Column("e", "E")),
        (
            row('x, "y"\nz', Count(1, 3), Estimate(0.1 + 0.2, 0.1, NAN), Cell(Number(1 / 3), illustrative=True), 7),
            row("=1+1", None, Number(2.0), Cell(date(2020, 1, 2), illustrative=True), Cell(-3, illustrative=True)),
        ),
    )
    first, second = _read(table_csv(table, language="en"))
    assert first == {
        "a": 'x, "y"\nz', "b": "1", "b_of": "3", "c": "0.30000000000000004", "c_lower": "0.1", "c_upper": "",
        "d": "0.3333333333333333", "e": "7", "illustrative_columns": "d",
    }  # fmt: skip
    assert (second["a"], second["b"], second["c"], second["d"]) == ("'=1+1", "", "2.0", "2020-01-02")
    assert second["illustrative_columns"] == "d;e"
    assert "\r" not in table_csv(table, language="en")


@pytest.mark.parametrize("language", LANGUAGES)
def test_csv_of_the_sample_has_every_row(language):
    for _, table in numbered_tables(sample()):
        rows = list(csv.reader(StringIO(table_csv(table, language=language), newline="")))
        assert len(rows) == len(table.rows) + 1
        assert len({len(cells) for cells in rows}) == 1


def test_files_are_numbered_in_reading_order():
    assert [stem for stem, _ in numbered_tables(sample())][:3] == ["01-disposition", "02-exposure", "03-dlt"]
    assert [stem for stem, _ in numbered_figures(sample())] == ["01-disposition", "02-dlt-posterior", "03-timeline"]


def test_a_table_refuses_uneven_rows_and_twin_columns():
    with pytest.raises(ValueError, match="row 2 must have 1 cells"):
        Table("t", "T", (Column("a", "A"),), (row(1), row(1, 2)))
    with pytest.raises(ValueError, match="keys must differ"):
        Table("t", "T", (Column("a", "A"), Column("a", "B")), ())


texts = st.text(max_size=30)
floats = st.floats(allow_nan=True, allow_infinity=True)
values = st.one_of(
    st.none(),
    texts,
    st.builds(Text, en=texts, fr=texts),
    st.integers(-(10**20), 10**20),
    st.builds(Number, floats, st.integers(0, 6)),
    st.builds(Share, floats, st.integers(0, 3)),
    st.builds(Count, st.integers(0, 10**6), st.integers(0, 10**6)),
    st.builds(Estimate, floats, floats, floats, st.integers(0, 4), st.booleans()),
    st.dates(),
)
cells = st.builds(Cell, values, illustrative=st.booleans(), emphasis=st.booleans(), indent=st.integers(0, 6))
tables = st.lists(st.tuples(cells, cells), max_size=5).map(
    lambda rows: Table("any", "Any", (Column("a", "A"), Column("b", "B", "right")), tuple(rows))
)


@given(table=tables, words=st.builds(Text, en=texts, fr=texts), language=st.sampled_from(LANGUAGES))
@settings(max_examples=80, suppress_health_check=[HealthCheck.too_slow])
def test_any_cell_makes_a_sound_page_and_a_sound_csv(table, words, language):
    document = replace(sample(), title=words, sections=(Section("s", words, (Paragraph(words), table)),))
    page = Page(render_html(document, language=language))
    assert len(page.all("script")) == 1
    shown = [one.text for one in page.all("td")]
    assert not any(text.lower() in ("nan", "nan%", "inf") for text in shown if text != written_text(table, language))
    read = list(csv.reader(StringIO(table_csv(table, language=language), newline="")))
    assert [len(cells) for cells in read] == [len(read[0])] * (len(table.rows) + 1)


def written_text(table: Table, language: str) -> str:
    """The one text cell that may spell a word by chance."""
    found = [cell.value for cells in table.rows for cell in cells if isinstance(cell.value, str)]
    return next((text for text in found if text.lower() in ("nan", "nan%", "inf")), "")


@given(values=st.lists(st.tuples(floats, floats, floats), min_size=1, max_size=4), words=texts, share=st.booleans())
@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
def test_any_numbers_make_a_figure(values, words, share):
    rows = tuple(IntervalRow(words, *three, count=words, annotation=words) for three in values)
    bars = tuple(BarRow(words, tuple(abs(value) for value in three), words) for three in values)
    specs = (
        IntervalFigure(rows, words, as_share=share, axis_start=None),
        BarFigure(("a", "b", words), bars, words),
        BarFigure(("a", "b", words), bars, words, arrangement="grouped", decimals=1),
    )
    for spec in specs:
        svg = draw_svg(spec, title=words, alt=words, language="fr")
        assert svg.count("<title>") == 1
        assert "NaN" not in svg.replace(words, "")
        assert "nan" not in svg.split("</desc>")[1]


@given(days=st.lists(st.integers(-400, 4000), min_size=1, max_size=6), words=texts)
@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
def test_any_days_make_a_timeline(days, words):
    points = tuple(TimelinePoint(day, words) for day in days)
    spans = tuple(TimelineSpan(day, day + 5, words) for day in days)
    draw_svg(TimelineFigure((Lane(words, points, spans),), words), title=words, alt=words, language="en")


def test_an_empty_figure_says_so():
    figure = Figure("none", "None", "Nothing", BarFigure((), (), ""))
    html = render_html(replace(sample(), sections=(Section("s", "S", (figure,)),)), language="en")
    assert "No data to draw." in html
    assert "<svg" not in html
