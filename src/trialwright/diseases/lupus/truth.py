"""Yes, no and not known, for a whole batch of assessments at once (the strong logic of Kleene, 1938).

Not known is never read as no: "pain and a rub" without a word about the rub stays open, unless there was no pain.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


@final
@dataclass(frozen=True, slots=True)
class Truth:
    """What is yes, what is no and what is open; each array has one entry per assessment.

    ``sure`` is true where the answer is yes, ``possible`` where it is not no; so sure implies possible.
    """

    sure: Bools
    possible: Bools

    @classmethod
    def of(cls, answers: Floats) -> Truth:
        """Read 1 as yes, 0 as no and NaN as not known."""
        return cls(sure=answers == 1, possible=answers != 0)

    @property
    def known(self) -> Bools:
        """Where the answer is yes or no."""
        return ~self.possible | self.sure

    def __and__(self, other: Truth) -> Truth:
        return Truth(self.sure & other.sure, self.possible & other.possible)

    def __or__(self, other: Truth) -> Truth:
        return Truth(self.sure | other.sure, self.possible | other.possible)

    def __invert__(self) -> Truth:
        return Truth(~self.possible, ~self.sure)

    def where_known(self, otherwise: Truth) -> Truth:
        """This answer where there is one, the other elsewhere."""
        return Truth(
            np.where(self.known, self.sure, otherwise.sure),
            np.where(self.known, self.sure, otherwise.possible),
        )

    def column(self) -> Floats:
        """The answers as they came: 1 yes, 0 no, NaN not known."""
        return np.where(self.known, self.sure.astype(np.float64), np.nan)
