"""Rolling six with participants in their window: the published decisions, entry by entry, and what must always hold."""

from __future__ import annotations

import pytest
from hypothesis import given, settings, strategies as st

from trialwright import designs
from trialwright.conduct.outcomes import seen_after
from trialwright.vocabulary.seen import Proposal, Seen

ROLLING_SIX = designs.build("rolling_six", {})
UP, SAME, DOWN, HOLD = "escalate", "same", "de-escalate", "hold"

# Enrolled, settled, DLTs among them, decision. Source: JAMA Netw Open 2020;3(5):e204787, table 2, column "Rolling 6",
# one entry per row (ranges written out), rows that the design does not allow left out.
TABLE = [
    *[(total, 0, 0, SAME) for total in range(1, 6)],
    (6, 0, 0, HOLD),
    *[(total, 1, 0, SAME) for total in range(1, 6)],
    (6, 1, 0, HOLD),
    *[(total, 2, 0, SAME) for total in range(2, 6)],
    (6, 2, 0, HOLD),
    (3, 3, 0, UP),
    (4, 3, 0, SAME),
    (5, 3, 0, SAME),
    (6, 3, 0, HOLD),
    (4, 4, 0, UP),
    (5, 4, 0, SAME),
    (6, 4, 0, HOLD),
    (5, 5, 0, UP),
    (6, 5, 0, UP),
    *[(total, settled, 1, SAME) for total in range(1, 6) for settled in range(1, total + 1)],
    *[(6, settled, 1, HOLD) for settled in range(1, 6)],
    (6, 6, 1, UP),
    (6, 6, 0, UP),
    *[(total, settled, 2, DOWN) for total in range(2, 7) for settled in range(2, total + 1)],
    *[(total, settled, 3, DOWN) for total in range(3, 7) for settled in range(3, total + 1)],
]


def letters(total: int, settled: int, dlts: int) -> str:
    return "T" * dlts + "N" * (settled - dlts) + "P" * (total - settled)


def after(course: str, *, levels: int = 3) -> tuple[Proposal, Seen]:
    seen = seen_after(course, levels=levels, start_level=1)
    return ROLLING_SIX.propose(seen), seen


def decision(course: str, *, current: int = 2) -> str:
    proposal, _ = after(course)
    if proposal.wait[0]:
        return HOLD
    step = int(proposal.dose_level[0]) - current
    return {1: UP, 0: SAME, -1: DOWN}[step]


@pytest.mark.parametrize(("total", "settled", "dlts", "expected"), TABLE)
def test_the_published_table(total: int, settled: int, dlts: int, expected: str) -> None:
    assert decision(f"1NNN 2{letters(total, settled, dlts)}") == expected


def test_no_entry_of_the_table_is_asked_twice_in_different_ways() -> None:
    assert len({entry[:3] for entry in TABLE}) == len(TABLE)


@pytest.mark.parametrize(
    ("course", "level", "wait", "selected"),
    [
        ("1NNN 2TT", 1, False, 0),  # three are not enough below a level that was too toxic
        ("1NNN 2TT 1NN", 1, False, 0),
        ("1NNN 2TT 1NNP", 0, False, 1),  # the last one pending cannot make it two
        ("1NNN 2TT 1NPP", 1, True, 0),
        ("1NNN 2TT 1NTP", 1, True, 0),
        ("1NNN 2TT 1NTN", 0, False, 1),
        ("1NNN 2TT 1TTN", 0, False, 0),
        ("1NNNNNN 2TT", 0, False, 1),  # six at the level below already: the MTD
        ("1NNNNNP 2TT", 0, False, 1),
        ("1NNN 2NNN 3NNN", 0, False, 3),
        ("1NNN 2NNN 3NNP", 3, False, 2),
        ("1NNN 2NNN 3NNNNNP", 0, False, 3),
    ],
)
def test_below_a_toxic_level_and_at_the_top(course: str, level: int, wait: bool, selected: int) -> None:
    proposal, seen = after(course)
    assert (int(proposal.dose_level[0]), bool(proposal.wait[0])) == (level, wait)
    assert int(ROLLING_SIX.select(seen)[0]) == selected


@pytest.mark.parametrize(
    ("course", "level", "wait", "selected"),
    [
        ("1NNN 2NNN 3NNN", 3, False, 2),
        ("1NNN 2NNN 3NNNN", 3, False, 2),
        ("1NNN 2NNN 3NNNNNP", 0, False, 3),  # the last one pending cannot make it two
        ("1NNN 2NNN 3NNNNTP", 3, True, 2),
        ("1NNN 2NNN 3NNNNTN", 0, False, 3),
        ("1NNN 2NNN 3NNNTT", 2, False, 1),
        ("1NNN 2NNN", 3, False, 2),  # below the top three will do
    ],
)
def test_six_at_the_highest_level(course: str, level: int, wait: bool, selected: int) -> None:
    careful = designs.build("rolling_six", {"six_at_highest": True})
    seen = seen_after(course, levels=3, start_level=1)
    proposal = careful.propose(seen)
    assert (int(proposal.dose_level[0]), bool(proposal.wait[0])) == (level, wait)
    assert int(careful.select(seen)[0]) == selected


def test_who_does_not_count_is_replaced_while_the_level_has_not_been_left() -> None:
    """Counts alone decide: two settled without a DLT and one who left are two, and a third is wanted."""
    assert decision("1NNN 2NN") == SAME


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_rolled_to_the_end_it_never_treats_a_seventh_and_always_ends(data: st.DataObject) -> None:
    """Whatever comes, and in whatever order outcomes come in: at most six a level, never above two DLTs, an end."""
    levels = data.draw(st.integers(1, 4))
    design = designs.build("rolling_six", {"six_at_highest": data.draw(st.booleans())})
    course: list[list[str]] = []  # level, letter
    for _ in range(60):
        seen = seen_after(" ".join(level + letter for level, letter in course), levels=levels, start_level=1)
        proposal = design.propose(seen)
        if course and proposal.stop[0]:
            break
        pending = [place for place, (_, letter) in enumerate(course) if letter == "P"]
        if course and proposal.wait[0]:
            assert pending, "it waits for somebody"
        if pending and (proposal.wait[0] or data.draw(st.booleans())):
            course[data.draw(st.sampled_from(pending))][1] = data.draw(st.sampled_from("NNT"))
            continue
        level = int(proposal.dose_level[0]) if course else 1
        assert not any(seen.n_dlt[0, :level] >= 2)
        assert seen.n_treated[0, level - 1] < 6
        course.append([str(level), "P"])
    else:
        pytest.fail("it goes on for ever")
    selected = int(design.select(seen)[0])
    assert selected == 0 or seen.n_dlt[0, selected - 1] + seen.n_pending[0, selected - 1] < 2
