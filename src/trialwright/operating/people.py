"""Virtual people: who would come, and what would happen to them; each has an address (seed, trial, participant).

The numbers behind one person are the same whatever else is simulated: more trials or fewer, another design, another
order, any number of workers. They come from a counter-based generator (Philox 4x64-10: Salmon, Moraes, Dror & Shaw
2011, Parallel random numbers: as easy as 1, 2, 3). Its key is the seed, its counter says where a number stands:
blocks of trials lie 2^192 numbers apart; within a block come the participants one after the other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np

from trialwright.vocabulary.seen import Floats, Ints

NEVER = np.iinfo(np.int64).max // 4  # a day that does not come
BLOCK = 256  # trials that share a stretch of the counter: part of what a seed means, never to be changed
GAP, DELAY, TOLERANCE, TIME, LEAVING, ACTIVITY, GIVEN, COMMITTEE = range(8)  # what the numbers of a person are for
PURPOSES = 8
JUDGED = GIVEN  # a quick look knows of no other dose given than the assigned one


@final
@dataclass(frozen=True, slots=True)
class People:
    """Who would come, and what would happen to them; every array is ``[B, P]``, in the order of arrival."""

    arrival: Ints  # day on which the person could be enrolled
    infusion_delay: Ints  # days from enrolment to infusion
    tolerance: Floats  # uniform: a DLT happens where the true rate of the level given is above it
    dlt_delay: Ints  # days from infusion to the DLT, if there is one; [B, P, D] where it depends on the level given
    leaves_after: Ints  # days from enrolment to leaving the trial; NEVER for most
    activity: Floats | None = None  # uniform: activity where its true rate, given DLT or none, is above it
    given: Floats | None = None  # uniform: which level is given, by Conditions.given
    committee: Floats | None = None  # uniform: the committee overrides where its rate is above it
    judged_after: Ints | None = None  # days from infusion to the visit that judges activity; None: once settled

    @property
    def trials(self) -> int:
        """For how many trials."""
        return int(self.arrival.shape[0])

    @property
    def places(self) -> int:
        """How many people would come to each."""
        return int(self.arrival.shape[1])


def uniforms(seed: int, *, trials: range, people: int) -> Floats:
    """The numbers of some trials (counted from 0), between 0 and 1: ``[PURPOSES, B, P]``."""
    first, last = trials.start // BLOCK, -(-trials.stop // BLOCK)
    blocks = [_block(seed, block, people=people) for block in range(first, last)]
    begin = trials.start - first * BLOCK
    whole = blocks[0] if len(blocks) == 1 else np.concatenate(blocks, axis=2)
    return np.ascontiguousarray(whole[:, :, begin : begin + len(trials)].transpose(1, 2, 0))


def _block(seed: int, block: int, *, people: int) -> Floats:
    """The numbers of a block of trials: ``[P, PURPOSES, BLOCK]``; more people only add to the end."""
    generator = np.random.Generator(np.random.Philox(key=seed, counter=[0, 0, 0, block]))
    return generator.random((people, PURPOSES, BLOCK))


def draw_people(
    *,
    seed: int,
    trials: int,
    people: int,
    mean_gap_days: float,
    window_days: int,
    leaving: float,
    judged_between: tuple[int, int] = (0, 0),
) -> People:
    """Virtual people for a quick look: trial ``i``, person ``j`` are the same for any number of trials or people.

    ``mean_gap_days``: mean time between arrivals (exponential). ``window_days``: last day of the DLT window; a DLT
    falls on any of its days with equal probability. ``leaving``: probability of leaving within 30 days. The infusion
    comes within 4 days. ``judged_between``: first and last day after the infusion on which activity is judged, each
    day as probable. ``Circumstances.draw`` knows more ways for people to come and go.
    """
    uniform = uniforms(seed, trials=range(trials), people=people)
    time_to = np.cumsum(-mean_gap_days * np.log1p(-uniform[GAP]), axis=1)
    goes = uniform[LEAVING] < leaving
    first, last = judged_between
    return People(
        arrival=1 + np.floor(time_to).astype(np.int64),
        infusion_delay=np.floor(5 * uniform[DELAY]).astype(np.int64),
        tolerance=uniform[TOLERANCE],
        dlt_delay=np.floor((window_days + 1) * uniform[TIME]).astype(np.int64),
        leaves_after=np.where(goes, np.floor(30 * uniform[LEAVING] / max(leaving, 1e-12)).astype(np.int64), NEVER),
        activity=uniform[ACTIVITY],
        judged_after=first + np.floor((last - first + 1) * uniform[JUDGED]).astype(np.int64),
    )
