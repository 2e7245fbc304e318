"""Tables that a person fills in: any text is read, or refused in words; nothing else ever happens."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from trialwright.vocabulary.errors import Complaints, RecordError
from trialwright.workbench.tables import Row, rows_of, written
from trialwright.workbench.visiting import answer

COLUMNS = ("a", "b")


@given(st.text() | st.text(alphabet='ab,;"\n\r0?'))
def test_any_text_is_read_or_refused(text: str) -> None:
    complaints = Complaints()
    try:
        rows = rows_of(text, columns=COLUMNS, complaints=complaints)
    except RecordError:
        return
    for row in rows:
        assert row.number("a") is None or abs(row.number("a") or 0.0) < float("inf")
        assert row.truth("b") in (True, False, None)
        row.day("a")


@given(st.lists(st.tuples(st.text(alphabet="xyz ,;\"'é"), st.text(alphabet="xyz,;\n")), max_size=5))
def test_what_is_written_is_read_again(cells: list[tuple[str, str]]) -> None:
    text = written(COLUMNS, [dict(zip(COLUMNS, pair, strict=True)) for pair in cells])
    rows = rows_of(text, columns=COLUMNS, complaints=Complaints())
    kept = [pair for pair in cells if any(cell.strip() for cell in pair)]
    assert [(row.text("a"), row.text("b")) for row in rows] == [(a.strip(), b.strip()) for a, b in kept]


@pytest.mark.parametrize(
    ("text", "value"),
    [("2,5", 2.5), ("1 000", 1000.0), ("", None), ("?", None), ("inconnu", None), ("-3e2", -300.0)],
)
def test_numbers_as_people_write_them(text: str, value: float | None) -> None:
    assert Row(2, {"a": text}, Complaints()).number("a") == value


@pytest.mark.parametrize("text", ["nan", "inf", "1e999", "two"])
def test_what_is_not_a_number(text: str) -> None:
    complaints = Complaints()
    assert Row(2, {"a": text}, complaints).number("a") is None
    assert complaints.findings[0].place == "line 2.a"


@pytest.mark.parametrize(
    ("text", "value"), [("Oui", True), ("no", False), ("?", None), ("3,5", 3.5), ("trace", "trace"), ("nan", "nan")]
)
def test_answers(text: str, value: bool | float | str | None) -> None:
    assert answer(text) == value or (value is None and answer(text) is None)
