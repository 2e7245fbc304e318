"""Fill a cohort at its level before deciding again.

Rule in words. While the cohort being filled has places left, the next participant joins it at the current level, even
where the design would already go up. Where the design would go down or stop, it is obeyed at once. Everybody assigned
takes a place in the cohort, whether they come to count for dose finding or not, unless ``replace_non_evaluable`` stands
in the protocol too: it says who gives the place back.

Formula. where in_cohort > 0 and level > current: level <- current. The size of a cohort is the protocol's
``cohort_size``; cohorts are counted along the last run of equal assignments.

Reference. O'Quigley & Chevret 1991, Statistics in Medicine 10:1647 (cohorts in the CRM).

Choose it whenever cohorts have more than one participant. It changes nothing with cohorts of one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, final

from trialwright.vocabulary.seen import Proposal, Seen, any_number_of_levels
from trialwright.vocabulary.words import Text

FILLING = Text(
    en="The cohort at level {current} has {in_cohort} participants so far; it is filled before level {proposed} opens.",
    fr="La cohorte du palier {current} compte {in_cohort} participants ; on la complète avant le palier {proposed}.",
)


@final
@dataclass(frozen=True, slots=True)
class CompleteCohort:
    """No parameters: the size of a cohort belongs to the protocol."""

    needs_one_order: ClassVar[bool] = False  # it keeps the level, waits or stops
    fits = any_number_of_levels

    def __call__(self, proposal: Proposal, seen: Seen) -> Proposal:
        """The proposal, kept at the current level where a cohort has places left."""
        values = {"current": seen.current, "in_cohort": seen.in_cohort, "proposed": proposal.dose_level}
        return proposal.changed(
            (seen.in_cohort > 0) & ~proposal.stop & seen.goes_up(proposal.dose_level),
            code="complete_cohort",
            text=FILLING,
            values=values,
            dose_level=seen.current,
        )


EXAMPLE: Mapping[str, Any] = {}
RULE = CompleteCohort
IN_FRENCH = "Compléter une cohorte à son palier avant de décider de nouveau."
