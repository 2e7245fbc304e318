"""What can be made of the dose assigned: shares of its amount, and what a dose between the levels does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np
import numpy.typing as npt

from trialwright.numerics.scalars import is_list_of, is_number, is_positive
from trialwright.protocol.study import Study
from trialwright.vocabulary.errors import Complaints, ParameterError
from trialwright.vocabulary.seen import Floats, Ints

ROUNDING = 1e-9  # by how much the probabilities may miss 1


@final
@dataclass(frozen=True, slots=True)
class Made:
    """Each participant is given one of these shares of the amount assigned, with its probability.

    ``shares``: 1 is the whole amount, 0.5 half of it. Whoever is given nothing leaves before the infusion: that is
    ``Circumstances.leaving``.
    """

    shares: tuple[float, ...]
    probabilities: tuple[float, ...]

    def __post_init__(self) -> None:
        complaints = Complaints()
        fine = is_list_of(is_positive, self.shares)
        complaints.unless(fine, "shares", self.shares, "must list shares of the amount assigned, each above 0")
        listed = is_list_of(is_number, self.probabilities) and len(self.probabilities) == len(self.shares)
        whole = listed and min(self.probabilities) >= 0 and abs(sum(self.probabilities) - 1) <= ROUNDING
        allowed = "must list a probability for every share, which add up to 1"
        complaints.unless(whole, "probabilities", self.probabilities, allowed)
        complaints.raise_as(ParameterError, "no doses can be made like this")
        for place in ("shares", "probabilities"):
            object.__setattr__(self, place, tuple(map(float, getattr(self, place))))

    def doses(self, study: Study, rates: Floats) -> Doses:
        """What those assigned to each level may be given; ``rates``: true DLT rate of every level, ``[D]``."""
        levels = np.asarray(study.dosing.amounts, np.float64)
        amount = np.multiply.outer(levels, self.shares)
        placed = [[study.placed(one, assigned=row).level for one in line] for row, line in enumerate(amount, start=1)]
        rate = rates_at(amount, levels=levels, rates=rates)
        return Doses(np.cumsum(self.probabilities), amount, np.array(placed, np.int64), rate)


@final
@dataclass(frozen=True, slots=True)
class Doses:
    """For those assigned to level d, the s-th dose that may be made of it."""

    up_to: Floats  # [S] cumulative probabilities
    amount: Floats  # [D, S]
    level: Ints  # [D, S] it counts for
    rate: Floats  # [D, S] true DLT rate

    def which(self, uniform: Floats) -> Ints:
        """Which of them each person is given."""
        return np.asarray(np.minimum(np.searchsorted(self.up_to, uniform, side="right"), len(self.up_to) - 1), np.int64)


def rates_at(amounts: npt.ArrayLike, *, levels: Floats, rates: Floats) -> Floats:
    """True DLT rates of some amounts: between two levels linear in the logarithm of the amount.

    Below the lowest and above the highest level the line of the two nearest goes on, between 0 and 1; with one level
    every amount has its rate. At the level's own amount the answer is its rate.

    >>> rates_at([1, 2, 4, 8], levels=np.array([1.0, 4.0]), rates=np.array([0.1, 0.3])).round(3).tolist()
    [0.1, 0.2, 0.3, 0.4]
    """
    given = np.asarray(amounts, np.float64)
    if len(levels) == 1:
        return np.full(given.shape, float(rates[0]))
    known, at = np.log(levels), np.log(given)
    low = np.clip(np.searchsorted(levels, given, side="right") - 1, 0, len(levels) - 2)
    share = np.where(given == levels[low], 0.0, (at - known[low]) / (known[low + 1] - known[low]))
    share = np.where(given == levels[low + 1], 1.0, share)
    return np.asarray(np.clip(rates[low] * (1 - share) + rates[low + 1] * share, 0.0, 1.0), np.float64)
