"""Worked states of the rules that look at days since an infusion: stagger and sentinel."""

from __future__ import annotations

import numpy as np
import pytest

from trialwright import rules
from trialwright.vocabulary.errors import Refused
from trialwright.vocabulary.seen import NOT_YET, People, Proposal, Seen

WINDOW = 28


def seen(*follow_up: int, evaluable: tuple[bool, ...] = (), level: int = 1, cohort_size: int = 3) -> Seen:
    """Participants at one level, in the order of assignment, by their days of follow-up."""
    days = np.array([follow_up], np.int64).reshape(1, -1)
    counted = np.array([evaluable or (True,) * len(follow_up)], np.bool_).reshape(1, -1)
    people = People(
        assigned=np.full(days.shape, level),
        dose_level=np.full(days.shape, level),
        dlt=np.zeros(days.shape, np.bool_),
        complete=days >= WINDOW,
        evaluable=counted,
        follow_up=days,
        dlt_after=np.full(days.shape, NOT_YET),
    )
    return Seen.of_people(people, levels=3, start_level=1, cohort_size=cohort_size, window_days=WINDOW)


def waits(name: str, state: Seen, *, to: int = 1) -> bool:
    after = rules.build(name, {"days": 7})(Proposal.of_level(np.array([to])), state)
    assert bool(after.wait[0]) == any(note.where[0] for note in after.notes)
    return bool(after.wait[0])


class TestStagger:
    @pytest.mark.parametrize(
        ("follow_up", "expected"),
        [((), False), ((6,), True), ((7,), False), ((20, 8, 3), True), ((20, 8, 7), False), ((20, NOT_YET), True)],
    )
    def test_the_interval_is_counted_from_the_day_of_the_infusion(
        self, follow_up: tuple[int, ...], expected: bool
    ) -> None:
        assert waits("stagger", seen(*follow_up)) is expected

    def test_who_left_before_the_infusion_holds_nobody_up(self) -> None:
        assert not waits("stagger", seen(20, NOT_YET, evaluable=(True, False)))


class TestSentinel:
    @pytest.mark.parametrize(
        ("follow_up", "expected"),
        [
            ((), False),
            ((NOT_YET,), True),  # assigned, not infused yet
            ((6,), True),
            ((7,), False),
            ((7, 1), False),  # the second one is not a sentinel
            ((30, 30, 30), False),  # the next cohort opens with a sentinel of its own
            ((30, 30, 30, 2), True),
            ((30, 30, 30, 9), False),
        ],
    )
    def test_only_the_first_of_a_cohort_is_watched_alone(self, follow_up: tuple[int, ...], expected: bool) -> None:
        assert waits("sentinel", seen(*follow_up)) is expected

    def test_a_sentinel_who_cannot_be_evaluated_is_followed_by_another(self) -> None:
        assert not waits("sentinel", seen(2, evaluable=(False,)))
        assert waits("sentinel", seen(2, 1, evaluable=(False, True)))

    def test_a_step_down_is_not_held_up(self) -> None:
        assert waits("sentinel", seen(2, level=2), to=2)
        assert not waits("sentinel", seen(2, level=2), to=1)


@pytest.mark.parametrize("name", ["stagger", "sentinel"])
def test_counts_alone_are_refused_and_a_stop_is_never_held_up(name: str) -> None:
    rule = rules.build(name, {"days": 7})
    with pytest.raises(Refused, match="simulate"):
        rule(Proposal.of_level(np.array([1])), Seen.of_counts([3, 0, 0], [0, 0, 0], 1))
    stopped = rule(Proposal.of_level(np.array([0])), seen(1))
    assert stopped.stop[0]
    assert not stopped.wait[0]
