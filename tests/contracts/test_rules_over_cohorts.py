"""Who takes a place in a cohort, who is replaced, and titration: worked states, and what must always hold."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from trialwright import rules
from trialwright.testing.rules import check_rule
from trialwright.vocabulary.errors import ParameterError
from trialwright.vocabulary.seen import NOT_YET, People, Proposal, Seen

WINDOW = 28
SIZE = 3


def seen(course: str, *, size: int = SIZE, replacements: int | None = None, levels: int = 4, start: int = 1) -> Seen:
    """A course as in "1NNX 2P": N none, T a DLT, P in the window, X does not count."""
    pairs = [(int(group[0]), letter) for group in course.split() for letter in group[1:]]
    assigned = np.array([[level for level, _ in pairs]], np.int64).reshape(1, -1)

    def where(letters: str) -> Any:
        return np.array([[letter in letters for _, letter in pairs]], np.bool_).reshape(1, -1)

    people = People(
        assigned=assigned,
        dose_level=assigned.copy(),
        dlt=where("T"),
        complete=where("N"),
        evaluable=where("NTP"),
        follow_up=np.where(where("NT"), WINDOW, NOT_YET),
        dlt_after=np.where(where("T"), 0, NOT_YET),
    )
    return Seen.of_people(
        people, levels=levels, start_level=start, cohort_size=size, window_days=WINDOW, replacements=replacements
    )


def after(state: Seen, level: int, *named: tuple[str, dict[str, Any]], wait: bool = False) -> tuple[int, bool]:
    """The level and whether to wait, after the rules in their order; a stop is level 0."""
    proposal = replace(Proposal.of_level(np.array([level])), wait=np.array([wait]))
    for name, parameters in named:
        proposal = rules.build(name, parameters)(proposal, state)
    return int(proposal.dose_level[0]), bool(proposal.wait[0])


COHORT, REPLACE = ("complete_cohort", {}), ("replace_non_evaluable", {})


class TestTheCohort:
    @pytest.mark.parametrize(
        ("course", "replacements", "expected"),  # places taken, who counts, to be replaced
        [
            ("1NNN", None, (0, 0, 0)),
            ("1NX", None, (1, 1, 1)),
            ("1NX", 0, (2, 1, 0)),
            ("1NXN", 0, (0, 0, 0)),  # full: everybody assigned takes a place
            ("1NXN", None, (2, 2, 1)),
            ("1NXNN", None, (0, 0, 0)),
            ("1X", None, (0, 0, 1)),
            ("1NNNX", None, (0, 0, 1)),  # the second cohort was opened, and nobody in it counts
            ("1NXNNP", None, (1, 1, 0)),
            ("1NXX", 1, (2, 1, 1)),  # the second who does not count keeps the place
            ("1NXXN", 1, (0, 0, 0)),
            ("1X 2X", 1, (1, 0, 0)),  # one replacement in the whole trial
            ("1NNN 2PX", None, (1, 1, 1)),
            ("", None, (0, 0, 0)),
        ],
    )
    def test_is_counted_by_places(self, course: str, replacements: int | None, expected: tuple[int, ...]) -> None:
        state = seen(course, replacements=replacements)
        found = (state.in_cohort[0], state.counted_in_cohort[0], state.replaced_in_cohort[0])
        assert found == expected

    def test_late_news_reopens_the_cohort_while_the_level_has_not_been_left(self) -> None:
        assert after(seen("1NNP"), 2, COHORT, REPLACE) == (2, False)
        assert after(seen("1NNX"), 2, COHORT, REPLACE) == (1, False)
        assert after(seen("1NNX 2P"), 2, COHORT, REPLACE) == (2, False)

    @settings(max_examples=300, deadline=None)
    @given(st.text("NTPX", max_size=14), st.integers(1, 4), st.none() | st.integers(0, 5))
    def test_is_what_a_clerk_with_a_list_would_say(self, letters: str, size: int, replacements: int | None) -> None:
        """One run at one level, gone through by hand."""
        left, places, counted, back = float("inf") if replacements is None else replacements, 0, 0, 0
        for letter in letters:
            if letter == "X" and left > 0:
                left, back = left - 1, back + 1
                continue
            places, counted = places + 1, counted + (letter != "X")
            if places == size:
                places = counted = back = 0
        state = seen(f"1{letters}" if letters else "", size=size, replacements=replacements)
        found = (state.in_cohort[0], state.counted_in_cohort[0], state.replaced_in_cohort[0])
        assert found == (places, counted, back)


class TestReplacement:
    @pytest.mark.parametrize(
        ("course", "replacements", "named", "expected"),
        [
            ("1NXN", 0, [COHORT], 2),  # nobody is replaced without the rule
            ("1NXN", None, [COHORT, REPLACE], 1),
            ("1NXN", None, [REPLACE, COHORT], 1),
            ("1NXNN", None, [COHORT, REPLACE], 2),
            ("1NNNX", None, [COHORT, REPLACE], 1),
            ("1NN", None, [REPLACE], 2),  # the rule alone replaces, and does not complete
            ("1X", None, [REPLACE], 1),
            ("1NXX", 1, [COHORT, REPLACE], 1),
            ("1NXXN", 1, [COHORT, REPLACE], 2),
        ],
    )
    def test_at_the_same_level(
        self, course: str, replacements: int | None, named: list[tuple[str, dict[str, Any]]], expected: int
    ) -> None:
        assert after(seen(course, replacements=replacements), 2, *named) == (expected, False)

    def test_the_design_s_way_down_and_its_stop_are_obeyed(self) -> None:
        state = seen("1NNN 2TX")
        assert after(state, 1, COHORT, REPLACE) == (1, False)
        assert after(state, 0, COHORT, REPLACE) == (0, False)

    def test_the_next_cohort_waits_but_a_replacement_does_not(self) -> None:
        waits = ("wait_for_pending", {"scope": "before_next_cohort"})
        assert after(seen("1PPP"), 1, waits) == (1, True)
        assert after(seen("1PXP", replacements=0), 1, waits) == (1, True)
        assert after(seen("1PXP"), 1, waits) == (1, False)
        assert after(seen("1PPPX"), 1, waits) == (1, False)

    def test_the_sentinel_is_who_counts_whoever_holds_a_place(self) -> None:
        watched = ("sentinel", {"days": 7})
        for replacements in (0, None):
            assert after(seen("1X", replacements=replacements), 1, watched) == (1, False)
            assert after(seen("1XP", replacements=replacements), 1, watched) == (1, True)

    @pytest.mark.parametrize("at_most", [0, -1, "all", True, 1.5])
    def test_a_number_that_is_none_is_named(self, at_most: Any) -> None:
        with pytest.raises(ParameterError, match="at_most"):
            rules.build("replace_non_evaluable", {"at_most": at_most})


class TestStopAtN:
    def test_counts_everybody_or_who_counts(self) -> None:
        assert after(seen("1NXP 2TX"), 2, ("stop_at_n", {"n": 5})) == (0, False)
        assert after(seen("1NXP 2TX"), 2, ("stop_at_n", {"n": 4, "count": "evaluable"})) == (2, False)
        assert after(seen("1NXP 2TX"), 2, ("stop_at_n", {"n": 3, "count": "evaluable"})) == (0, False)

    def test_keeps_the_promises_and_names_a_bad_count(self) -> None:
        check_rule(rules.build("stop_at_n", {"n": 9, "count": "evaluable"}))
        with pytest.raises(ParameterError, match="count"):
            rules.build("stop_at_n", {"n": 9, "count": "infused"})


TITRATION = ("accelerated_titration", {})


class TestTitration:
    @pytest.mark.parametrize("until", ["highest", 2])
    def test_keeps_the_promises(self, until: Any) -> None:
        check_rule(rules.build("accelerated_titration", {"until_level": until}))

    @pytest.mark.parametrize(
        ("course", "designed", "expected"),
        [
            ("", 1, (1, False)),
            ("1P", 1, (1, True)),
            ("1N", 1, (2, False)),
            ("1N", 3, (2, False)),  # one level at a time, whatever the design says
            ("1X", 2, (1, False)),  # nobody who counts at the level
            ("1XN", 1, (2, False)),
            ("1N 2P", 2, (2, True)),
            ("1N 2N 3N", 3, (4, False)),
            ("1N 2N 3N 4P", 4, (4, True)),  # the last of the titration
            ("1N 2N 3N 4N", 3, (4, False)),  # filled even where the design would go down
            ("1N 2N 3N 4NP", 4, (4, False)),
            ("1N 2N 3N 4NNN", 3, (3, False)),
            ("1N 2T", 1, (2, False)),  # the cohort at the level of the first DLT is filled
            ("1N 2TN", 3, (2, False)),
            ("1N 2TP", 1, (2, False)),
            ("1N 2TT", 1, (1, False)),  # a second DLT: the design decides
            ("1N 2TNN", 1, (1, False)),
            ("1N 2TNN", 3, (3, False)),
            ("1N 2TNN 1N", 2, (2, False)),  # only that cohort is filled
            ("1N 2TNN 3N", 2, (2, False)),
            ("1N 2T", 0, (0, False)),  # a stop is obeyed
        ],
    )
    def test_goes_up_waits_and_fills(self, course: str, designed: int, expected: tuple[int, bool]) -> None:
        assert after(seen(course), designed, TITRATION) == expected

    @pytest.mark.parametrize(
        ("course", "designed", "expected"),
        [
            ("1N", 1, (2, False)),
            ("1N 2P", 3, (2, True)),
            ("1N 2N", 3, (2, False)),
            ("1N 2NNN", 3, (3, False)),
            ("1N 2NNN 3T", 2, (2, False)),  # above the last level of the titration nothing is filled
        ],
    )
    def test_ends_at_the_level_named(self, course: str, designed: int, expected: tuple[int, bool]) -> None:
        assert after(seen(course), designed, ("accelerated_titration", {"until_level": 2})) == expected

    def test_goes_on_after_complete_cohort_and_is_undone_before_it(self) -> None:
        assert after(seen("1N"), 2, COHORT, REPLACE, TITRATION) == (2, False)
        assert after(seen("1N"), 1, TITRATION, COHORT) == (1, False)

    def test_a_cohort_of_one_needs_no_filling(self) -> None:
        assert after(seen("1N 2T", size=1), 1, TITRATION) == (1, False)

    def test_a_wait_before_it_is_kept(self) -> None:
        assert after(seen("1N"), 1, TITRATION, wait=True) == (2, True)
        assert after(seen("1P"), 1, ("wait_for_pending", {}), TITRATION) == (1, True)

    def test_a_level_that_does_not_exist_is_named(self) -> None:
        rule = rules.build("accelerated_titration", {"until_level": 4})
        assert [finding.place for finding in rule.fits(3)] == ["until_level"]
        assert list(rule.fits(4)) == []
