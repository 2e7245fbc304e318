"""Dose levels: a declared, ordered set of amounts; a level is an index into it, counted from 1."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import final


@final
@dataclass(frozen=True, slots=True)
class DoseLevel:
    """One member of the dose set: how much at each infusion, how many infusions, how many days apart."""

    level: int
    amount: float  # in the protocol's dose unit
    infusions: int = 1
    interval_days: int | None = None


@final
@dataclass(frozen=True, slots=True)
class Placed:
    """The level a dose given counts for, and whether it lies within the protocol's tolerance of that level."""

    level: int
    within_tolerance: bool


def place(dose_given: float, levels: Sequence[DoseLevel], *, tolerance: float) -> Placed:
    """The declared level nearest to the dose given at one infusion; a tie goes to the lower level.

    Where levels differ in the number of infusions, give it those with the planned number only: one infusion cannot
    tell them apart.

    ``tolerance`` is a share of the level's amount (0.1 = 10 %). Outside it the participant still counts at the
    nearest level, and is listed.

    >>> place(3.5e6, [DoseLevel(1, 1e6), DoseLevel(2, 2e6), DoseLevel(3, 4e6)], tolerance=0.1)
    Placed(level=3, within_tolerance=False)
    """
    nearest = min(levels, key=lambda level: (abs(level.amount - dose_given), level.level))
    return Placed(nearest.level, abs(dose_given - nearest.amount) <= tolerance * nearest.amount)
