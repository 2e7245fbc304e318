"""Never go up by more than one level.

Rule in words. The next level is at most one above the current level, the one of the last assignment (``above =
"current"``), or one above the highest level anyone has been given (``above = "highest_tried"``, which lets a trial
that went down return at once to a level it has tried). Before the first participant nobody is treated above the
starting level. Going down may skip levels.

Formula. level <- min(level, current + 1), or min(level, highest tried + 1).

Reference. Goodman, Zahurak & Piantadosi 1995, Statistics in Medicine 14:1149; the convention ``dont_skip`` of
references/escalation_exact_paths.

Choose it with every model-based design in humans. Not needed with 3+3, which never skips.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, final

import numpy as np

from trialwright.vocabulary.errors import Complaints, ParameterError
from trialwright.vocabulary.seen import NO_LEVEL, Proposal, Seen, any_number_of_levels
from trialwright.vocabulary.words import Text

CURRENT = Text(
    en="Level {proposed} would skip a level: the last assignment was at level {base}, so {ceiling} is the highest.",
    fr="Le palier {proposed} en sauterait un : la dernière attribution était au palier {base}, donc {ceiling} au plus.",
)
TRIED = Text(
    en="Level {proposed} would skip a level: the highest level tried is {base}, so {ceiling} is the highest.",
    fr="Le palier {proposed} en sauterait un : le plus haut palier exploré est le {base}, donc {ceiling} au plus.",
)


@final
@dataclass(frozen=True, slots=True)
class NoSkipping:
    """Parameters: what the next level is at most one above of."""

    above: Literal["current", "highest_tried"] = "current"  # one level above which

    def __post_init__(self) -> None:
        complaints = Complaints()
        allowed = ("current", "highest_tried")
        complaints.unless(self.above in allowed, "above", self.above, f"must be one of {', '.join(allowed)}")
        complaints.raise_as(ParameterError, "no_skipping cannot be built")

    needs_one_order: ClassVar[bool] = True  # it answers with another level, found by number
    fits = any_number_of_levels

    def __call__(self, proposal: Proposal, seen: Seen) -> Proposal:
        """The proposal, lowered where it would skip a level."""
        base = seen.current if self.above == "current" else seen.highest_tried
        ceiling = np.where((seen.n_assigned == 0) | (base == NO_LEVEL), seen.current, base + 1)
        skips = ~proposal.stop & (proposal.dose_level > ceiling)
        return proposal.changed(
            skips,
            code="no_skipping",
            text=CURRENT if self.above == "current" else TRIED,
            values={"proposed": proposal.dose_level, "base": base, "ceiling": ceiling},
            dose_level=ceiling,
        )


EXAMPLE: Mapping[str, Any] = {}
RULE = NoSkipping
IN_FRENCH = "Ne jamais monter de plus d'un palier."
