"""What is known of the order of dose levels whose numbers do not say it: combinations of doses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, final

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from trialwright.vocabulary.doses import DoseLevel

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


def order_of(design: object) -> Order | None:
    """What a design knows of the order of its levels; None where their numbers say it."""
    order: Order | None = getattr(design, "order", None)
    return order


@final
@dataclass(frozen=True, slots=True)
class Order:
    """Which levels are known to be less toxic than which; of two others either may be the more toxic one.

    A design whose levels have no single order carries one as ``order``. Level numbers are one order among the
    possible ones: no level is known to be below one of a smaller number.
    """

    below: Bools  # [D, D]: row a - 1, column b - 1: level a is known to be below level b

    @classmethod
    def of_doses(cls, levels: tuple[DoseLevel, ...]) -> Order:
        """What the doses themselves say: no more at each infusion, no more infusions, and not both the same."""
        amount = np.array([level.amount for level in levels])
        infusions = np.array([level.infusions for level in levels])
        at_most = (amount[:, None] <= amount) & (infusions[:, None] <= infusions)
        return cls(np.asarray(at_most & ~at_most.T, np.bool_))

    def goes_up(self, level: Ints, current: Ints) -> Bools:
        """Where a level may be above the current one: it is neither this one nor known to be below it; ``[B]``."""
        return np.asarray((level != current) & ~self.goes_down(level, current), np.bool_)

    def goes_down(self, level: Ints, current: Ints) -> Bools:
        """Where a level is known to be below the current one, ``[B]``; never for level 0."""
        known = self.below[np.maximum(level, 1) - 1, current - 1]
        return np.asarray((level > 0) & known, np.bool_)

    def pairs(self) -> Iterator[tuple[int, int]]:
        """Every pair of levels (lower, higher) whose order is known."""
        return ((int(low) + 1, int(high) + 1) for low, high in np.argwhere(self.below))
