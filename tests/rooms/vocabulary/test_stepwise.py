"""One step up, stay or down: never beyond the levels there are, never onto a closed one, always with a reason."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from trialwright.vocabulary.seen import Proposal, Seen
from trialwright.vocabulary.stepwise import DOWN, STAY, UP, closure, step, stricter_at_lowest


def stepped(
    direction: int,
    *,
    current: int,
    over: tuple[int, ...] = (),
    n: tuple[int, ...] = (3, 3, 3),
    leave_closed: bool = True,
) -> Proposal:
    """The step from a level when the levels in ``over`` are closed by their own counts."""
    seen = Seen.of_counts(n, [0, 0, 0], current)
    probability = np.array([[1.0 if level in over else 0.0 for level in (1, 2, 3)]])
    closed = closure(seen, probability, rate=0.25, confidence=0.95, least=3)
    return step(seen, np.array([direction]), closed=closed, reasons=(), design="some", leave_closed=leave_closed)


def codes(proposal: Proposal) -> list[str]:
    return [note.code.removeprefix("some.") for note in proposal.notes if note.where[0]]


@pytest.mark.parametrize(
    ("direction", "current", "over", "level", "why"),
    [
        (UP, 1, (), 2, []),
        (STAY, 2, (), 2, []),
        (DOWN, 2, (), 1, []),
        (UP, 3, (), 3, ["highest"]),
        (DOWN, 1, (), 1, ["lowest"]),
        (UP, 1, (2,), 1, ["closed"]),
        (UP, 1, (3,), 2, []),
        (STAY, 2, (2,), 1, ["closed"]),
        (DOWN, 2, (2,), 1, ["closed"]),
        (UP, 3, (2,), 1, ["closed"]),
        (DOWN, 3, (2,), 1, ["closed"]),
        (DOWN, 1, (1,), 0, ["closed", "none_open"]),
        (UP, 1, (1,), 0, ["closed", "none_open"]),
        (STAY, 3, (1, 2), 0, ["closed", "none_open"]),
    ],
)
def test_a_step(direction: int, current: int, over: tuple[int, ...], level: int, why: list[str]) -> None:
    proposal = stepped(direction, current=current, over=over)
    assert (int(proposal.dose_level[0]), bool(proposal.stop[0])) == (level, level == 0)
    assert codes(proposal) == why


@pytest.mark.parametrize(
    ("direction", "current", "over", "level"),
    [
        (STAY, 2, (2,), 2),
        (UP, 2, (2,), 2),
        (DOWN, 2, (2,), 1),
        (STAY, 3, (2,), 1),
        (STAY, 1, (1,), 0),
        (UP, 1, (2,), 1),
    ],
)
def test_a_closed_level_may_be_kept(direction: int, current: int, over: tuple[int, ...], level: int) -> None:
    proposal = stepped(direction, current=current, over=over, leave_closed=False)
    assert proposal.dose_level[0] == level
    assert ("kept" in codes(proposal)) == (level == current and current in over)


def test_nobody_settled_is_no_step() -> None:
    proposal = stepped(UP, current=1, n=(0, 0, 0))
    assert (proposal.dose_level[0], codes(proposal)) == (1, ["nobody_settled"])


def test_too_few_do_not_close_a_level() -> None:
    assert stepped(STAY, current=2, over=(2,), n=(3, 2, 0)).dose_level[0] == 2


def test_equal_to_the_threshold_is_not_above_it() -> None:
    seen = Seen.of_counts([3, 3], [0, 0], 1)
    probability = np.array([[0.95 + 1e-14, 0.95 + 1e-9]])
    closed = closure(seen, probability, rate=0.25, confidence=0.95, least=3)
    assert closed.closed.tolist() == [[False, True]]


def test_the_lowest_level_may_be_judged_more_strictly() -> None:
    seen = Seen.of_counts([[3, 3], [2, 3]], [[0, 0], [0, 0]], [1, 1])
    usual = closure(seen, np.full((2, 2), 0.9), rate=0.25, confidence=0.95, least=3)
    strict = stricter_at_lowest(usual, seen, confidence=0.85, least=3)
    assert usual.closed.tolist() == [[False, False], [False, False]]
    assert strict.closed.tolist() == [[True, False], [False, False]]
    assert strict.confidence.tolist() == [0.85, 0.95]
    assert strict.lowest.tolist() == [1, 3]
    assert strict.open.tolist() == [[False, False], [True, True]]


def test_pending_participants_do_not_count_yet() -> None:
    seen = replace(Seen.of_counts([0, 0], [0, 0], 1), n_pending=np.array([[3, 0]]))
    closed = closure(seen, np.ones((1, 2)), rate=0.25, confidence=0.95, least=1)
    assert step(seen, np.array([UP]), closed=closed, reasons=(), design="some").dose_level[0] == 1
