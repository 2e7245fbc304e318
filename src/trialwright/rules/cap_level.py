"""Never go above a level.

Rule in words. A level number: nobody is treated above it. ``level = "cleared"``: nobody is treated more than
``above`` levels above the highest cleared level. A level is cleared when at least ``n`` participants are settled
there, at most a share ``rate`` of them with a DLT, and no level at or below it with ``n`` settled has more. While no
level is cleared, the current level is the highest. A proposal is only ever lowered.

Formula. level <- min(level, cap), with cap = the number, or max{d: n_d >= n, y_d / n_d <= rate, and y_k / n_k <= rate
for all k <= d with n_k >= n} + above.

Reference. None needed for a fixed cap: a sponsor's or a board's decision. The default of "cleared" is that of the 3+3
(no DLT in three, at most one in six; Storer 1989, Biometrics 45:925).

Choose a number where product or manufacturing sets a limit, or a board has not yet released the next level; "cleared"
with ``above = 1`` as a brake on a model-based design, with ``above = 0`` for an expansion that may not explore. Not as
the only safety rule: a cap that is fixed never comes down.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, final

import numpy as np

from trialwright.numerics.scalars import is_count, is_probability
from trialwright.vocabulary.errors import Complaints, Finding, ParameterError
from trialwright.vocabulary.seen import NO_LEVEL, Ints, Proposal, Seen
from trialwright.vocabulary.words import Text

FIXED = Text(
    en="Level {proposed} is above the cap: nobody is treated above level {cap}.",
    fr="Le palier {proposed} dépasse le plafond : personne n'est traité au-dessus du palier {cap}.",
)
CLEARED = Text(
    en="Level {proposed} is too far above the highest cleared level ({cleared}): level {cap} is the highest allowed.",
    fr="Le palier {proposed} est trop au-dessus du plus haut palier validé ({cleared}) : palier {cap} au plus.",
)
NONE = Text(
    en="No level is cleared yet: nobody is treated above the current level {cap}, so not at level {proposed}.",
    fr="Aucun palier n'est encore validé : pas d'inclusion au-dessus du palier {cap}, donc pas au palier {proposed}.",
)


@final
@dataclass(frozen=True, slots=True)
class CapLevel:
    """Parameters: the cap, and what clears a level."""

    level: Literal["cleared"] | int  # highest level allowed
    above: int = 1  # levels allowed above the highest cleared one
    n: int = 3  # settled participants that clear a level
    rate: float = 1 / 6  # highest share of DLTs that clears a level

    def __post_init__(self) -> None:
        complaints = Complaints()
        known = self.level == "cleared" or is_count(self.level)
        complaints.unless(known, "level", self.level, 'must be "cleared" or the number of a level')
        complaints.unless(is_count(self.above, least=0), "above", self.above, "must be a whole number of 0 or more")
        complaints.unless(is_count(self.n), "n", self.n, "must be a whole number of 1 or more", "3 is usual")
        complaints.unless(is_probability(self.rate), "rate", self.rate, "must lie between 0 and 1")
        complaints.raise_as(ParameterError, "cap_level cannot be built")

    needs_one_order: ClassVar[bool] = True  # it answers with another level, found by number

    def fits(self, levels: int) -> Sequence[Finding]:
        """The level named must exist."""
        complaints = Complaints()
        exists = not isinstance(self.level, int) or self.level <= levels
        complaints.unless(exists, "level", self.level, f"must be one of the {levels} dose levels")
        return complaints.findings

    judges_safety: ClassVar[bool] = True  # a level it forbids is not recommended at the end either

    @property
    def asks_posterior(self) -> bool:
        """Whether it looks at the design's posterior: levels and counts are enough."""
        return False

    def __call__(self, proposal: Proposal, seen: Seen) -> Proposal:
        """The proposal, lowered to the cap."""
        if isinstance(self.level, int):
            return _lowered(proposal, np.full(seen.batch, self.level, np.int64), text=FIXED)
        cleared = self._highest_cleared(seen)
        none = cleared == NO_LEVEL
        cap = np.where(none, proposal.dose_level, cleared + self.above)  # where none is, the other sentence applies
        capped = _lowered(proposal, cap, text=CLEARED, cleared=cleared)
        return _lowered(capped, np.where(none, seen.current, capped.dose_level), text=NONE)

    def _highest_cleared(self, seen: Seen) -> Ints:
        """The highest cleared level in every trial; 0 when there is none."""
        enough = seen.n >= self.n
        exceeded = enough & (seen.n_dlt / np.maximum(seen.n, 1) > self.rate)
        cleared = enough & ~np.logical_or.accumulate(exceeded, axis=1)
        return np.asarray(np.where(cleared, np.arange(1, seen.levels + 1), NO_LEVEL).max(axis=1), np.int64)


def _lowered(proposal: Proposal, cap: Ints, *, text: Text, **values: Ints) -> Proposal:
    return proposal.changed(
        ~proposal.stop & (proposal.dose_level > cap),
        code="cap_level",
        text=text,
        values={"proposed": proposal.dose_level, "cap": cap, **values},
        dose_level=cap,
    )


EXAMPLE: Mapping[str, Any] = {"level": "cleared"}
RULE = CapLevel
IN_FRENCH = "Ne jamais dépasser un palier."
