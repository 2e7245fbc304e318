"""Stop when the planned number of participants has been assigned.

Rule in words. Everybody assigned counts, evaluable or not; once there are n, nobody else is assigned.

Formula. stop when n_assigned >= n.

Reference. None needed: the sample size of the protocol.

Choose it in every trial with a maximum sample size. To count evaluable participants only, raise n by the replacements
the protocol allows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, final

from trialwright.numerics.scalars import is_count
from trialwright.vocabulary.errors import Complaints, Finding, ParameterError
from trialwright.vocabulary.seen import NO_LEVEL, Proposal, Seen
from trialwright.vocabulary.words import Text

REACHED = Text(
    en="{assigned} participants have been assigned; the planned number is {planned}.",
    fr="{assigned} participants ont été inclus dans l'escalade ; le nombre prévu est de {planned}.",
)


@final
@dataclass(frozen=True, slots=True)
class StopAtN:
    """Parameters: the planned number of participants."""

    n: int

    def __post_init__(self) -> None:
        complaints = Complaints()
        complaints.unless(is_count(self.n), "n", self.n, "must be a whole number of 1 or more")
        complaints.raise_as(ParameterError, "stop_at_n cannot be built")

    @property
    def needs_one_order(self) -> bool:
        """It keeps the level, waits or stops."""
        return False

    def fits(self, levels: int) -> Sequence[Finding]:
        """Any number of levels will do."""
        return ()

    def __call__(self, proposal: Proposal, seen: Seen) -> Proposal:
        """A stop where the planned number is reached."""
        return proposal.changed(
            ~proposal.stop & (seen.n_assigned >= self.n),
            code="stop_at_n",
            text=REACHED,
            values={"assigned": seen.n_assigned, "planned": self.n},
            dose_level=NO_LEVEL,
            wait=False,
            stop=True,
        )


EXAMPLE: Mapping[str, Any] = {"n": 12}
RULE = StopAtN
IN_FRENCH = "Arrêter quand le nombre prévu de participants a été inclus."
