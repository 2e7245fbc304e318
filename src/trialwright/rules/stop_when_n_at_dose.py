"""Stop when enough participants have been seen at the level that would be treated next.

Rule in words. Where the level proposed already has ``n`` participants, one more would teach little: nobody else is
assigned, and the trial ends with that level as its recommendation. ``counted = "settled"``: participants whose DLT
window is over, or who had a DLT, count; ``counted = "treated"``: those still in their window count too.

Formula. stop when n_d >= n at the proposed level d.

Reference. Liu & Yuan 2015, Journal of the Royal Statistical Society C 64:507, and the BOIN software (n.earlystop);
O'Quigley & Reiner 1998, Biometrika 85:741, for the CRM.

Choose it to end a trial that has settled on a level; 9 to 12 is usual. With "settled" people may be assigned beyond
``n`` while others are in their window, unless wait_for_pending stands in the protocol; with "treated" the last of them
may still have a DLT after the stop, and the advice then changes. Not a judgement of safety: put the rules that may
lower the level before it. The level it names is the one that the design and those rules would have gone on with; the
level selected at the end is the design's own answer, which knows of no rules and may differ.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, final

import numpy as np

from trialwright.numerics.scalars import is_count
from trialwright.vocabulary.errors import Complaints, ParameterError
from trialwright.vocabulary.seen import NO_LEVEL, Proposal, Seen, any_number_of_levels
from trialwright.vocabulary.words import Text

SETTLED = Text(
    en="Level {level} would be treated next and already has {n} settled participants ({planned} were wanted): the "
    "trial ends with level {level} as its recommendation.",
    fr="Le palier {level} serait le prochain et compte déjà {n} participants évalués ({planned} étaient voulus) : "
    "l'essai s'arrête et recommande le palier {level}.",
)
TREATED = Text(
    en="Level {level} would be treated next and already has {n} participants ({planned} were wanted): the trial ends "
    "with level {level} as its recommendation.",
    fr="Le palier {level} serait le prochain et compte déjà {n} participants ({planned} étaient voulus) : l'essai "
    "s'arrête et recommande le palier {level}.",
)
SAID = {"settled": SETTLED, "treated": TREATED}


@final
@dataclass(frozen=True, slots=True)
class StopWhenNAtDose:
    """Parameters: how many at the proposed level are enough, and who counts."""

    n: int  # participants at the level proposed
    counted: Literal["settled", "treated"] = "settled"  # settled only, or those in their window too

    def __post_init__(self) -> None:
        complaints = Complaints()
        complaints.unless(is_count(self.n), "n", self.n, "must be a whole number of 1 or more", "9 to 12 is usual")
        known = self.counted in tuple(SAID)
        complaints.unless(known, "counted", self.counted, f"must be one of {', '.join(SAID)}")
        complaints.raise_as(ParameterError, "stop_when_n_at_dose cannot be built")

    needs_one_order: ClassVar[bool] = False  # it keeps the level, waits or stops
    fits = any_number_of_levels

    def __call__(self, proposal: Proposal, seen: Seen) -> Proposal:
        """A stop where the level proposed has been seen in enough participants."""
        counts = seen.n if self.counted == "settled" else seen.n_treated
        n = counts[np.arange(seen.batch), np.maximum(proposal.dose_level - 1, 0)]
        return proposal.changed(
            ~proposal.stop & (n >= self.n),
            code="stop_when_n_at_dose",
            text=SAID[self.counted],
            values={"level": proposal.dose_level, "n": n, "planned": self.n},
            dose_level=NO_LEVEL,
            wait=False,
            stop=True,
        )


EXAMPLE: Mapping[str, Any] = {"n": 6}
RULE = StopWhenNAtDose
IN_FRENCH = "Arrêter quand assez de participants ont été observés au palier qui serait le prochain."
