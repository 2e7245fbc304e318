"""What might be true of the doses: the probability of every outcome at every level."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np
import numpy.typing as npt

from trialwright.vocabulary.errors import Complaints, ParameterError
from trialwright.vocabulary.seen import Floats, Ints

TIE = 1e-9  # true rates that differ from the target by as much, to this precision, are ties


@final
@dataclass(frozen=True, slots=True)
class Truths:
    """Some truths at once: ``cells`` is ``[T, D, K]``, the probabilities of the K outcomes at each level.

    Two outcomes: no DLT, DLT. Four: neither, DLT alone, activity alone, both.
    """

    cells: Floats

    def __len__(self) -> int:
        return len(self.cells)

    @classmethod
    def of_dlt(cls, rates: npt.ArrayLike) -> Truths:
        """One true DLT rate per level, ``[D]``, or several such truths, ``[T, D]``."""
        table = _checked(rates, name="truth")
        return cls(np.stack([1 - table, table], axis=2))

    @classmethod
    def of_activity(cls, *, dlt: npt.ArrayLike, activity: npt.ArrayLike, odds_ratio: float = 1.0) -> Truths:
        """DLT and activity rates per level, ``[D]`` or ``[T, D]``, and how they go together.

        ``odds_ratio`` 1: independent. The probability of both solves the Plackett equation
        (Plackett 1965, Journal of the American Statistical Association 60:516).
        """
        toxic, active = _checked(dlt, name="dlt"), _checked(activity, name="activity")
        complaints = Complaints()
        complaints.unless(toxic.shape == active.shape, "activity", activity, "must have one rate for each DLT rate")
        complaints.unless(odds_ratio > 0, "odds_ratio", odds_ratio, "must be above 0", "1 is independence")
        complaints.raise_as(ParameterError, "this truth cannot be")
        both = _plackett(toxic, active, odds_ratio=odds_ratio)
        return cls(np.stack([1 - toxic - active + both, toxic - both, active - both, both], axis=2))

    @property
    def dlt(self) -> Floats:
        """True DLT rates, ``[T, D]``."""
        return np.asarray(self.cells[:, :, 1::2].sum(axis=2), np.float64)

    @property
    def activity(self) -> Floats:
        """True activity rates, ``[T, D]``; 0 where activity is not looked at."""
        return np.asarray(self.cells[:, :, 2:].sum(axis=2), np.float64)

    def only(self, rows: slice) -> Truths:
        """Some of the truths."""
        return Truths(self.cells[rows])

    def best(self, target: float) -> Ints:
        """The level whose true DLT rate is closest to the target, ``[T]``; ties go to the lower level."""
        distance = np.abs(self.dlt - target)
        return np.asarray((distance <= distance.min(axis=1, keepdims=True) + TIE).argmax(axis=1) + 1, np.int64)


def _plackett(toxic: Floats, active: Floats, *, odds_ratio: float) -> Floats:
    """The probability of both outcomes, given each of theirs and the odds ratio between them."""
    if abs(odds_ratio - 1) < 1e-12:
        return toxic * active
    total = 1 + (toxic + active) * (odds_ratio - 1)
    root = np.sqrt(total**2 - 4 * odds_ratio * (odds_ratio - 1) * toxic * active)
    return np.asarray((total - root) / (2 * (odds_ratio - 1)), np.float64)


def _checked(rates: npt.ArrayLike, *, name: str) -> Floats:
    """Rates as a table ``[T, D]``; ParameterError with every place that is not a probability."""
    table = np.atleast_2d(np.asarray(rates, np.float64))
    complaints = Complaints()
    for row, column in np.argwhere(~((table >= 0) & (table <= 1))):
        place = f"{name}[{column + 1}]" if len(table) == 1 else f"{name} {row + 1}, level {column + 1}"
        complaints.unless(False, place, float(table[row, column]), "must be a probability between 0 and 1")
    complaints.raise_as(ParameterError, "this truth cannot be")
    return table
