"""Columns of printed tables: together as wide as the page, no word wider than its column, nothing lost."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from trialwright.report.widths import (
    LANDSCAPE,
    PADDING,
    PORTRAIT,
    SIZES,
    WHOLE,
    ZERO_WIDTH_SPACE,
    bound_brackets,
    breakable,
    layout_of,
    length,
)

DIGEST = "27f89aa179862b0779604712d2703ab6f31e8b38f27abaa9660fa89e81e5e16c"
WORDS = st.text("abcdefgh WMi./-é1", max_size=60)


def columns(*labels: str) -> list[dict[str, Any]]:
    return [{"label": label, "sub": "", "big_n": ""} for label in labels]


def cells(*texts: str) -> list[dict[str, Any]]:
    plain = {"emphasis": False, "illustrative": False, "indent": 0}
    return [{"text": text, "whole": len(text) <= WHOLE, **plain} for text in texts]


@settings(max_examples=60)
@given(st.integers(1, 14).flatmap(lambda n: st.lists(st.lists(WORDS, min_size=n, max_size=n), min_size=1, max_size=5)))
def test_columns_fill_the_page_and_never_more(texts: list[list[str]]) -> None:
    heads, *rows = texts
    found = layout_of(columns(*heads), [cells(*row) for row in rows], wish=False)
    room = LANDSCAPE if found.landscape else PORTRAIT
    assert sum(found.widths) == pytest.approx(room, abs=0.1)
    assert min(found.widths) > 0
    assert found.size in SIZES


@settings(max_examples=60)
@given(WORDS, st.floats(6, 60), st.sampled_from(SIZES))
def test_every_part_of_a_broken_word_fits_and_no_letter_is_lost(text: str, width: float, size: float) -> None:
    broken = breakable(text, width=width, size=size)
    assert broken.replace(ZERO_WIDTH_SPACE, "") == text
    parts = broken.replace(" ", ZERO_WIDTH_SPACE).split(ZERO_WIDTH_SPACE)
    assert all(
        length(part, size=size) <= width or len(part) <= 2 for part in parts if part.isalpha() and part.islower()
    )


def test_a_short_table_stands_in_usual_letters() -> None:
    found = layout_of(columns("Dose", "n"), [cells("1", "3")], wish=False)
    assert (found.size, found.landscape) == (9.0, False)
    assert found.widths[0] >= found.widths[1]


def test_a_table_asked_to_lie_lies() -> None:
    assert layout_of(columns("Dose"), [cells("1")], wish=True).landscape


def test_smaller_letters_come_before_a_page_on_its_side() -> None:
    row = [cells(*["MSC-SLE-01"] * count) for count in (7, 8, 10)]
    found = [layout_of(columns(*"abcdefghijkl"[: len(one)]), [one], wish=False) for one in row]
    assert [(one.size, one.landscape) for one in found] == [(9.0, False), (8.0, False), (9.0, True)]


def test_a_long_text_gets_the_room_that_keys_do_not_need() -> None:
    found = layout_of(columns("Part", "Note"), [cells("dose.cohort_size", "word " * 120)], wish=False)
    assert found.widths[1] > 2 * found.widths[0]
    assert found.widths[0] - PADDING >= length("cohort_size", size=9.0)


def test_a_digest_in_a_narrow_column_is_broken() -> None:
    parts = breakable(DIGEST, width=30.0, size=9.0).split(ZERO_WIDTH_SPACE)
    assert len(parts) > 2
    assert "".join(parts) == DIGEST


def test_a_head_takes_two_lines_where_there_is_room_and_its_bracket_stays_whole() -> None:
    levels = [f"level {place} (1 × 10⁶ cells/kg)" for place in (1, 2, 3)]
    empty, full = [["Enrolled", "–", "–", "–", "8"]], [["Enrolled", "–", "5 (100.0%)", "3 (100.0%)", "8 (100.0%)"]]
    for rows in (empty, full):
        found = layout_of(columns("Population", *levels, "Total"), [cells(*row) for row in rows], wish=False)
        rooms = [width - PADDING for width in found.widths[1:4]]
        heads = [bound_brackets(head, width=room, size=found.size) for head, room in zip(levels, rooms, strict=True)]
        assert [head.split(" ") for head in heads] == [
            ["level", str(place), "(1\xa0×\xa010⁶\xa0cells/kg)"] for place in (1, 2, 3)
        ]


def test_a_bracket_wider_than_its_column_is_left_to_be_broken() -> None:
    assert bound_brackets("level 1 (1 × 10⁶ cells/kg)", width=10.0, size=9.0) == "level 1 (1 × 10⁶ cells/kg)"
