"""See enough participants at a level before going above it.

Rule in words. A level is left upwards only once ``n`` participants are settled there. ``level = "current"``: this holds
for every level, each in its turn. A level number: it holds for that level only, for a trial that has not been above it.
Going down and stopping are never held up: a stop is final, and a rule cannot know whether another one stopped for
safety. Where a stop for a recommendation is to wait for participants, give that rule a minimum (``n_min`` of
stop_when_precise, ``n`` of stop_when_n_at_dose).

Formula. With d the current level: where level > d and n_d < n: level <- d. With d a level number: where level > d >=
current and n_d < n: level <- d.

Reference. None needed: a cohort size that the protocol promises, whatever happens in between. The name is that of
demand_n_at_dose in the escalation package, which holds up stops instead.

Choose it where cohorts may be left early or are of one, or where one level must be known well (a level number). It
changes nothing with 3+3.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, final

import numpy as np

from trialwright.numerics.scalars import is_count
from trialwright.vocabulary.errors import Complaints, Finding, ParameterError
from trialwright.vocabulary.seen import Proposal, Seen
from trialwright.vocabulary.words import Text

TOO_FEW = Text(
    en="Level {demanded} has {n} settled participants; {wanted} are wanted there before level {proposed}.",
    fr="Le palier {demanded} compte {n} participants évalués ; il en faut {wanted} avant le palier {proposed}.",
)


@final
@dataclass(frozen=True, slots=True)
class DemandNAtDose:
    """Parameters: how many, and at which level."""

    n: int  # settled participants before a level is left upwards
    level: Literal["current"] | int = "current"  # every level in its turn, or one

    def __post_init__(self) -> None:
        complaints = Complaints()
        complaints.unless(is_count(self.n), "n", self.n, "must be a whole number of 1 or more")
        known = self.level == "current" or is_count(self.level)
        complaints.unless(known, "level", self.level, 'must be "current" or the number of a level')
        complaints.raise_as(ParameterError, "demand_n_at_dose cannot be built")

    @property
    def needs_one_order(self) -> bool:
        """A level number means every level above it by number."""
        return self.level != "current"

    def fits(self, levels: int) -> Sequence[Finding]:
        """The level named must exist."""
        complaints = Complaints()
        exists = not isinstance(self.level, int) or self.level <= levels
        complaints.unless(exists, "level", self.level, f"must be one of the {levels} dose levels")
        return complaints.findings

    def __call__(self, proposal: Proposal, seen: Seen) -> Proposal:
        """The proposal, kept at the level that too few have been seen at."""
        demanded = seen.current if self.level == "current" else np.full(seen.batch, self.level, np.int64)
        n = seen.n[np.arange(seen.batch), demanded - 1]
        above = (proposal.dose_level > demanded) & (demanded >= seen.current)
        leaves = ~proposal.stop & (seen.goes_up(proposal.dose_level) if self.level == "current" else above)
        return proposal.changed(
            leaves & (n < self.n),
            code="demand_n_at_dose",
            text=TOO_FEW,
            values={"demanded": demanded, "n": n, "wanted": self.n, "proposed": proposal.dose_level},
            dose_level=demanded,
        )


EXAMPLE: Mapping[str, Any] = {"n": 4}
RULE = DemandNAtDose
IN_FRENCH = "Observer assez de participants à un palier avant de le dépasser."
