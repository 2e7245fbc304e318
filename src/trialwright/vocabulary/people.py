"""Participants one by one, for a batch of trials: what everything a dose decision sees is counted from.

``B`` trials at once (the live trial: one), ``P`` participants in the order of their assignment.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self, final

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

NOT_YET = -1  # a day that has not come: not infused, no DLT
NO_LEVEL = 0  # "no dose level": nobody sits here, nothing is advised, no dose is selected


@final
@dataclass(frozen=True, slots=True)
class People:
    """Participants one by one, in the order of their assignment; every array is ``[B, P]``."""

    assigned: Ints  # level assigned; 0 = this place is not taken yet
    dose_level: Ints  # level the design counts: nearest to the dose given, the assigned one before the infusion
    dlt: Bools  # a dose-limiting toxicity has been seen
    complete: Bools  # the whole DLT window has passed
    evaluable: Bools  # counts for dose finding at all (infused, or still expected to be)
    follow_up: Ints  # days since the infusion, up to the first event awaiting judgement; NOT_YET before it
    dlt_after: Ints  # days from that infusion to the DLT; NOT_YET without one
    active: Bools | None = None  # activity has been seen; None: this trial does not observe activity
    judged: Bools | None = None  # whether there was activity is known; without it ``active`` says nothing
    backfill: Bools | None = None  # an extra participant at a cleared level, outside the cohorts; None: nobody
    amount: Floats | None = None  # given at the infusion, in the protocol's unit; nan before it; None: not told

    @property
    def backfilled(self) -> Bools:
        """Who is an extra participant at a cleared level, ``[B, P]``."""
        return np.zeros_like(self.dlt) if self.backfill is None else self.backfill

    @property
    def in_cohorts(self) -> Bools:
        """Who was assigned to a cohort: everybody but backfill participants, ``[B, P]``."""
        return np.asarray((self.assigned > NO_LEVEL) & ~self.backfilled, np.bool_)

    @classmethod
    def settled(cls, assigned: Ints, dlt: Bools, *, window_days: int = 0, active: Bools | None = None) -> Self:
        """Everybody treated as assigned and observed to the end of the window; a DLT came on the day of the infusion.

        ``assigned``, ``dlt`` and ``active`` are ``[B, P]``, 0 and False where the place is not taken.
        """
        taken = assigned > NO_LEVEL
        return cls(
            assigned=assigned,
            dose_level=assigned.copy(),
            dlt=dlt,
            complete=taken,
            evaluable=taken.copy(),
            follow_up=np.where(taken, window_days, NOT_YET),
            dlt_after=np.where(dlt, 0, NOT_YET),
            active=active,
            judged=None if active is None else taken.copy(),
        )


def last_run(people: People, *, last_assigned: Ints) -> Bools:
    """The run of equal assignments at the end, ``[B, P]``; backfill participants neither belong to it nor break it."""
    taken = people.in_cohorts
    other = taken & (people.assigned != last_assigned[:, None])
    return np.asarray(taken & (np.flip(np.flip(other, axis=1).cumsum(axis=1), axis=1) == 0), np.bool_)


def open_cohort(
    people: People, *, in_run: Bools, cohort_size: int, replacements: int | None
) -> tuple[Ints, Ints, Ints]:
    """Of the cohort now being filled: places taken, by who does not count, and participants to be replaced; ``[B]``.

    Every participant of the run takes a place, in the order of assignment, except the first ``replacements`` of the
    trial who do not count; a cohort ends with the participant who takes its last place.
    """
    lost = people.in_cohorts & ~people.evaluable
    replaced = lost if replacements is None else lost & (lost.cumsum(axis=1) <= replacements)
    place = in_run & ~replaced
    taken = place.cumsum(axis=1)
    total = place.sum(axis=1)
    closed = (total - total % cohort_size)[:, None]  # places in the cohorts that are full
    after = in_run & (taken - place >= closed)
    counts = (after & some for some in (place, place & lost, replaced))
    in_cohort, kept_places, to_replace = (np.asarray(count.sum(axis=1), np.int64) for count in counts)
    return in_cohort, kept_places, to_replace
