"""Never treat at a level that is too probably an overdose.

Rule in words. The design's posterior gives, for every level, the probability that its true DLT rate is above
``rate``. Where this probability is above ``max_probability`` at the level proposed, the highest level below it where
it is not is taken instead; where there is no such level, the trial stops. While nobody is settled the prior alone may
keep the trial from going up, but it neither sends it down nor stops it: the starting level is the protocol's choice.

Formula. level <- max{d <= level: P(p_d > rate | data) <= max_probability}; stop if this set is empty. Exactly
``max_probability`` is still admissible.

Reference. Babb, Rogatko & Zacks 1998, Statistics in Medicine 17:1103 (escalation with overdose control);
Neuenschwander, Branson & Gsponer 2008, Statistics in Medicine 27:2420 (P(overdose) < 0.25).

Choose it with every design that keeps a posterior for its curve (CRM, two-parameter logistic); 0.25 is usual, with
``rate`` the lower end of the overdose interval, or the target. It refuses under a design that keeps no posterior (3+3,
likelihood CRM): use stop_when_too_toxic with posterior "beta" there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, final

import numpy as np

from trialwright.numerics.scalars import is_probability
from trialwright.vocabulary.errors import Complaints, ParameterError, Refused
from trialwright.vocabulary.seen import NO_LEVEL, Bools, Floats, Proposal, Seen, any_number_of_levels
from trialwright.vocabulary.stepwise import ROUNDING
from trialwright.vocabulary.words import Text

FACTS_EN = (
    "The probability that the DLT rate of level {proposed} is above {rate:percent1} is {probability:percent1}, more "
    "than {max_probability:percent1}"
)
FACTS_FR = (
    "La probabilité que le taux de DLT du palier {proposed} dépasse {rate:percent1} est de {probability:percent1}, "
    "au-delà de {max_probability:percent1}"
)
LOWERED = Text(
    en=f"{FACTS_EN}: level {{level}} is the highest admissible one.",
    fr=f"{FACTS_FR} : le palier {{level}} est le plus haut admissible.",
)
STOP = Text(
    en=f"{FACTS_EN}, and no lower level is admissible: the trial stops.",
    fr=f"{FACTS_FR}, et aucun palier inférieur n'est admissible : l'essai s'arrête.",
)
NO_POSTERIOR = Text(
    en="overdose_control needs the design's posterior, but this design keeps none; "
    'use stop_when_too_toxic with posterior = "beta"',
    fr="overdose_control a besoin de la loi a posteriori du plan, et ce plan n'en garde pas ; "
    'utilisez stop_when_too_toxic avec posterior = "beta"',
)


@final
@dataclass(frozen=True, slots=True)
class OverdoseControl:
    """Parameters: the DLT rate above which a dose is an overdose, and how probable that may be."""

    rate: float  # DLT rate above which a level is an overdose
    max_probability: float  # highest P(overdose) of a level that may be given

    def __post_init__(self) -> None:
        complaints = Complaints()
        for place in ("rate", "max_probability"):
            value = getattr(self, place)
            complaints.unless(is_probability(value), place, value, "must lie between 0 and 1")
        complaints.raise_as(ParameterError, "overdose_control cannot be built")

    needs_one_order: ClassVar[bool] = True  # it answers with another level, found by number
    fits = any_number_of_levels
    judges_safety: ClassVar[bool] = True  # a level it forbids is not recommended at the end either

    def __call__(self, proposal: Proposal, seen: Seen) -> Proposal:
        """The proposal, lowered to the highest admissible level; a stop where there is none."""
        if proposal.posterior is None:
            raise Refused(NO_POSTERIOR)
        exceedance = proposal.posterior.exceedance(self.rate)
        levels = np.arange(1, seen.levels + 1)
        allowed = self._admissible(exceedance, seen) & (levels <= proposal.dose_level[:, None])
        highest = np.where(allowed, levels, NO_LEVEL).max(axis=1)
        lowered = ~proposal.stop & (highest < proposal.dose_level)
        values = {
            "proposed": proposal.dose_level,
            "rate": self.rate,
            "probability": exceedance[np.arange(seen.batch), np.maximum(proposal.dose_level - 1, 0)],
            "max_probability": self.max_probability,
            "level": highest,
        }
        code, none_left = "overdose_control", highest == NO_LEVEL
        kept = proposal.changed(lowered & ~none_left, code=code, text=LOWERED, values=values, dose_level=highest)
        return kept.changed(
            lowered & none_left, code=code, text=STOP, values=values, dose_level=NO_LEVEL, wait=False, stop=True
        )

    def _admissible(self, exceedance: Floats, seen: Seen) -> Bools:
        """Levels that are not too probably overdoses; up to the current one the prior alone forbids nothing."""
        nobody = seen.n.sum(axis=1, keepdims=True) == 0
        spared = nobody & (np.arange(1, seen.levels + 1) <= seen.current[:, None])
        return np.asarray((exceedance <= self.max_probability + ROUNDING) | spared, np.bool_)


EXAMPLE: Mapping[str, Any] = {"rate": 0.33, "max_probability": 0.25}
RULE = OverdoseControl
IN_FRENCH = "Ne jamais traiter à un palier qui est trop probablement un surdosage."
