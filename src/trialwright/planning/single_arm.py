"""One arm and a response rate: an exact single stage, or Simon's two stages with those between optimal and minimax.

Formulas and sources: ``numerics.single_arm``. Numbers agree with references/clinfun_simon and clinfun_single_stage.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

from trialwright.numerics import single_arm as kernel
from trialwright.numerics.sample_size import ExactRate
from trialwright.numerics.scalars import is_count, is_probability
from trialwright.vocabulary.errors import Complaints, ParameterError, Refused
from trialwright.vocabulary.words import Text

TOO_FEW = Text(
    en="With {n_max} participants or fewer no exact design keeps both errors. Allow more (n_max), or rates further "
    "apart.",
    fr="Avec {n_max} participants ou moins, aucun plan exact ne respecte les deux erreurs. Autorisez-en davantage "
    "(n_max), ou des taux plus éloignés.",
)


@final
@dataclass(frozen=True, slots=True)
class SingleArm:
    """A rate not worth pursuing, one that is, and the errors allowed between them."""

    poor: float  # p0
    good: float  # p1
    alpha: float = 0.05  # P(promising) at the poor rate
    power: float = 0.8  # P(promising) at the good rate
    n_max: int = 120

    def __post_init__(self) -> None:
        complaints = Complaints()
        for place in ("poor", "good", "alpha", "power"):
            value = getattr(self, place)
            complaints.unless(is_probability(value), place, value, "must lie strictly between 0 and 1")
        complaints.unless(is_count(self.n_max, least=2), "n_max", self.n_max, "must be a whole number of 2 or more")
        if not complaints.findings:
            complaints.unless(self.good > self.poor, "good", self.good, f"must be above the poor rate {self.poor}")
        complaints.raise_as(ParameterError, "this arm cannot be planned")

    def two_stages(self) -> kernel.Simon:
        """Simon's optimal, minimax and admissible designs; Refused where n_max is too small."""
        found = kernel.two_stage(self.poor, self.good, alpha=self.alpha, beta=1 - self.power, n_max=self.n_max)
        if found is None:
            raise Refused(TOO_FEW, {"n_max": self.n_max})
        return found

    def one_stage(self) -> ExactRate:
        """The least n with one exact test at the end; Refused where n_max is too small."""
        found = kernel.single_stage(self.poor, self.good, alpha=self.alpha, beta=1 - self.power, n_max=self.n_max)
        if found is None:
            raise Refused(TOO_FEW, {"n_max": self.n_max})
        return found
