"""A table on a narrow terminal: no number is broken while a word or a head can give way."""

from __future__ import annotations

from trialwright.cli.widths import BETWEEN, column_widths

HEADS = ("Scenario", "Level 1", "posterior rate (interval)")
ROWS = (("Every level too toxic", "5.0%", "21.9% (3.0% – 49.1%)"), ("Level 1 on target", "15.0%", "4.3%"))


def widths(width: int) -> list[int] | None:
    return column_widths(HEADS, ROWS, right=(1, 2), width=width)


def test_a_table_that_fits_is_left_as_it_is() -> None:
    assert widths(60) is None


def test_text_and_heads_give_way_before_numbers() -> None:
    for width in range(40, 56):
        found = widths(width)
        assert found is not None, width
        assert sum(found) + 2 * BETWEEN <= width
        assert found[2] >= len(ROWS[0][2]), "the interval stays on one line"
        assert found[0] >= len("Scenario")
        assert found[1] >= len("Level"), "a head breaks between words"


def test_the_last_thing_to_give_way_is_a_head_within_a_word() -> None:
    found = column_widths(("participants", "participants"), (("1", "2"),), right=(0, 1), width=12)
    assert found == [5, 5]
    assert column_widths(("n", "n"), (("123456", "123456"),), right=(0, 1), width=12) is None, "nothing would help"
