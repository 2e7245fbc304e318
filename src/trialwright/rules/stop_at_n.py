"""Stop when the planned number of participants has been assigned.

Rule in words. ``count = "assigned"``: everybody assigned counts, evaluable or not. ``count = "evaluable"``: only those
who count for dose finding, settled or still in their DLT window; somebody who turns out not to count reopens the trial
to one more. Backfill participants count like everybody else. Once there are n, nobody else is assigned.

Formula. stop when n_assigned >= n, or when settled + pending >= n.

Reference. None needed: the sample size of the protocol.

Choose it in every trial with a maximum sample size: "assigned" where the number of people exposed is fixed,
"evaluable" where the number that the dose decision rests on is, with ``at_most`` in ``replace_non_evaluable`` to bound
the rest.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, final

from trialwright.numerics.scalars import is_count
from trialwright.vocabulary.errors import Complaints, ParameterError
from trialwright.vocabulary.seen import NO_LEVEL, Proposal, Seen, any_number_of_levels
from trialwright.vocabulary.words import Text

ASSIGNED = Text(
    en="{counted} participants have been assigned; the planned number is {planned}.",
    fr="{counted} participants ont été inclus dans l'escalade ; le nombre prévu est de {planned}.",
)
EVALUABLE = Text(
    en="{counted} participants count for dose finding; the planned number is {planned}.",
    fr="{counted} participants comptent pour la recherche de dose ; le nombre prévu est de {planned}.",
)
SAID = {"assigned": ASSIGNED, "evaluable": EVALUABLE}


@final
@dataclass(frozen=True, slots=True)
class StopAtN:
    """Parameters: the planned number of participants, and who counts towards it."""

    n: int  # participants
    count: Literal["assigned", "evaluable"] = "assigned"  # who counts towards n

    def __post_init__(self) -> None:
        complaints = Complaints()
        complaints.unless(is_count(self.n), "n", self.n, "must be a whole number of 1 or more")
        known = self.count in tuple(SAID)
        complaints.unless(known, "count", self.count, f"must be one of {', '.join(SAID)}")
        complaints.raise_as(ParameterError, "stop_at_n cannot be built")

    needs_one_order: ClassVar[bool] = False  # it keeps the level, waits or stops
    fits = any_number_of_levels

    def __call__(self, proposal: Proposal, seen: Seen) -> Proposal:
        """A stop where the planned number is reached."""
        counted = seen.n_assigned if self.count == "assigned" else seen.n_treated.sum(axis=1)
        return proposal.changed(
            ~proposal.stop & (counted >= self.n),
            code="stop_at_n",
            text=SAID[self.count],
            values={"counted": counted, "planned": self.n},
            dose_level=NO_LEVEL,
            wait=False,
            stop=True,
        )


EXAMPLE: Mapping[str, Any] = {"n": 12}
RULE = StopAtN
IN_FRENCH = "Arrêter quand le nombre prévu de participants a été inclus."
