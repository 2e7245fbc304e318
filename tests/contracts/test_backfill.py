"""Backfill: extra participants at cleared levels, and that nothing about the cohorts changes by them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from trialwright import rules
from trialwright.testing.rules import check_rule
from trialwright.vocabulary.errors import Refused
from trialwright.vocabulary.seen import NOT_YET, People, Proposal, Seen

WINDOW, SIZE, LEVELS = 28, 3, 4


def people_in(course: str) -> People:
    """A course as in "1NNN 2PP +1P": N none, T a DLT, P in the window, X does not count; + is a backfill."""
    groups = [(group[0] == "+", group.removeprefix("+")) for group in course.split()]
    one_by_one = [(extra, int(group[0]), letter) for extra, group in groups for letter in group[1:]]

    def row(values: list[Any], kind: type) -> Any:
        return np.array([values], kind).reshape(1, -1)

    def where(letters: str) -> Any:
        return row([letter in letters for _, _, letter in one_by_one], np.bool_)

    assigned = row([level for _, level, _ in one_by_one], np.int64)
    return People(
        assigned=assigned,
        dose_level=assigned.copy(),
        dlt=where("T"),
        complete=where("N"),
        evaluable=where("NTP"),
        follow_up=np.where(where("NT"), WINDOW, np.where(where("P"), 1, NOT_YET)),
        dlt_after=np.where(where("T"), 0, NOT_YET),
        backfill=row([extra for extra, _, _ in one_by_one], np.bool_),
    )


def seen(course: str) -> Seen:
    return Seen.of_people(
        people_in(course), levels=LEVELS, start_level=1, cohort_size=SIZE, window_days=WINDOW, replacements=None
    )


def after(state: Seen, level: int, *named: tuple[str, dict[str, Any]], wait: bool = True) -> tuple[int, bool, bool]:
    """Level, wait and backfill after the rules in their order."""
    proposal = replace(Proposal.of_level(np.array([level])), wait=np.array([wait]))
    for name, parameters in named:
        proposal = rules.build(name, parameters)(proposal, state)
    return int(proposal.dose_level[0]), bool(proposal.wait[0]), bool(proposal.backfilled[0])


BACKFILL = ("backfill", {"at_most": 2})


class TestTheRule:
    @pytest.mark.parametrize(
        "parameters", [{"at_most": 2}, {"at_most": 6, "count": "all"}, {"at_most": 3, "lowest": 2}]
    )
    def test_keeps_the_promises(self, parameters: dict[str, Any]) -> None:
        check_rule(rules.build("backfill", parameters))

    @pytest.mark.parametrize(
        ("course", "designed", "parameters", "expected"),
        [
            ("1NNN 2PP", 2, {}, 1),
            ("1NNN 2NNN 3P", 3, {}, 2),  # the highest cleared level
            ("1NNN 2NNN 3P +2PN", 3, {}, 1),  # no room there
            ("1NNN 2NNN 3P +2PX", 3, {}, 2),  # who does not count takes no room
            ("1NNN 2NNN 3P +2PN +1NN", 3, {}, None),
            ("1NNN 2NNN 3P +2PN", 3, {"lowest": 2}, None),
            ("1NNN 2NNN 3P", 3, {"lowest": 3}, None),
            ("1NNN 2NNN 3P", 1, {}, 1),  # what would be treated next lies below level 2
            ("2NNN 3P", 3, {}, 2),
            ("2NNN 3P +2PP", 3, {}, None),  # nobody went past level 1
            ("1PPP", 1, {}, None),
            ("1XX 2P", 2, {}, None),  # nobody is settled there
            ("1NNN 2NNN 3P", 3, {"count": "all", "at_most": 3}, None),
            ("1NNN 2NNN 3P", 3, {"count": "all", "at_most": 4}, 2),
            ("", 1, {}, None),
        ],
    )
    def test_takes_the_highest_cleared_level_with_room(
        self, course: str, designed: int, parameters: dict[str, Any], expected: int | None
    ) -> None:
        rule = ("backfill", {"at_most": 2, **parameters})
        assert after(seen(course), designed, rule) == (
            (designed, True, False) if expected is None else (expected, False, True)
        )

    def test_a_free_place_in_a_cohort_comes_first_and_a_stop_is_final(self) -> None:
        assert after(seen("1NNN 2PP"), 2, BACKFILL, wait=False) == (2, False, False)
        assert after(seen("1NNN 2PP"), 0, BACKFILL, wait=False) == (0, False, False)

    def test_what_comes_after_may_hold_it_back(self) -> None:
        state = seen("1NNN 2PPP")
        assert after(state, 2, ("wait_for_pending", {}), BACKFILL, wait=False) == (1, False, True)
        assert after(state, 2, BACKFILL, ("stagger", {"days": 3})) == (1, True, False)
        assert after(state, 2, BACKFILL, ("stop_at_n", {"n": 6})) == (0, False, False)
        assert after(state, 2, BACKFILL, ("complete_cohort", {}), ("no_skipping", {})) == (1, False, True)

    def test_it_says_so_in_both_languages(self) -> None:
        rule = rules.build("backfill", {"at_most": 2})
        proposal = replace(Proposal.of_level(np.array([2])), wait=np.array([True]))
        (note,) = rule(proposal, seen("1NNN 2PP +1P")).notes
        said = [note.text.said(language, **note.said_of(0)) for language in ("en", "fr")]
        assert "level 1 is cleared and has room: an extra participant there (1 of 2 so far)" in said[0]
        assert "le palier 1 est acquis" in said[1]

    def test_counts_alone_are_refused(self) -> None:
        rule = rules.build("backfill", {"at_most": 2})
        with pytest.raises(Refused, match="simulate"):
            rule(Proposal.of_level(np.array([1])), Seen.of_counts([3, 0], [0, 0], 1))

    def test_one_level_cannot_be_backfilled(self) -> None:
        assert [one.place for one in rules.build("backfill", {"at_most": 1}).fits(1)] == ["lowest"]
        assert list(rules.build("backfill", {"at_most": 1}).fits(2)) == []


class TestTheCohortsAreWhatTheyWouldBeWithout:
    @settings(max_examples=300, deadline=None)
    @given(st.data())
    def test_whoever_is_added_below(self, data: st.DataObject) -> None:
        groups = data.draw(st.lists(st.tuples(st.integers(1, 4), st.text("NTPX", min_size=1, max_size=4)), max_size=5))
        main = [f"{level}{letter}" for level, letters in groups for letter in letters]
        mixed = list(main)
        for _ in range(data.draw(st.integers(0, 4))):
            extra = f"+{data.draw(st.integers(1, 4))}{data.draw(st.sampled_from('NTPX'))}"
            mixed.insert(data.draw(st.integers(0, len(mixed))), extra)
        without, with_ = seen(" ".join(main)), seen(" ".join(mixed))
        for name in ("current", "in_cohort", "counted_in_cohort", "replaced_in_cohort", "awaited"):
            assert getattr(without, name)[0] == getattr(with_, name)[0], name
        assert with_.n_assigned[0] - without.n_assigned[0] == len(mixed) - len(main)
        assert (with_.n >= without.n).all()

    def test_nobody_waits_for_them_and_their_data_count(self) -> None:
        state = seen("1NNN 2NNN +1P +1T")
        assert after(state, 3, ("wait_for_pending", {}), wait=False) == (3, False, False)
        assert (state.n[0, 0], state.n_dlt[0, 0], state.n_pending[0, 0]) == (4, 1, 1)

    def test_they_are_no_sentinel_and_hide_no_dlt(self) -> None:
        watched = ("sentinel", {"days": 7})
        assert after(seen("1NNN 2P +1N"), 2, watched, wait=False) == (2, True, False)
        assert after(seen("1NNN 2N +1P"), 2, watched, wait=False) == (2, False, False)
        assert after(seen("1NNN 2NNT +1N"), 3, ("coherence", {}), wait=False) == (2, False, False)

    def test_titration_does_not_wait_for_them(self) -> None:
        assert after(seen("1N 2N +1P"), 2, ("accelerated_titration", {}), wait=False) == (3, False, False)
