"""Replace participants who do not count for dose finding.

Rule in words. A participant who does not count, because no dose could be made or given, or because the window was left
without a DLT, gives the place in the cohort back: the next participant takes it, at the same level, even where the
design would already go up. ``at_most`` is the greatest number of participants who give their place back ("unlimited"
unless a number is named): the first so many of the trial, in the order of assignment; later ones keep their place, and
the cohort is full without them. In a protocol without this rule nobody is replaced. Where the design would go down or
stop, it is obeyed at once. Whoever has a DLT counts, whatever came after.

Formula. Participants of the last run of equal assignments take places 1, 2, … in the order of assignment, except those
who give theirs back; a cohort is full with every ``cohort_size`` places. Where the cohort being filled, not yet full,
holds somebody who gave a place back, and level > current: level <- current.

Reference. None needed: a statement of the protocol.

Choose it beside ``complete_cohort``, which fills the places there are; this rule says that a place is free again, and
tells ``complete_cohort``, ``wait_for_pending`` and ``sentinel`` where a cohort ends. Their order does not matter. It
may stand once. That somebody does not count may become known late: if the level has not been left, the cohort is
counted again and its place is filled next; if it has been left, nobody goes back. Not with designs that decide about
whoever comes next by counts alone, such as ``rolling_six``: there a participant who does not count changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, final

from trialwright.numerics.scalars import is_count
from trialwright.vocabulary.errors import Complaints, ParameterError
from trialwright.vocabulary.seen import Proposal, Seen, any_number_of_levels
from trialwright.vocabulary.words import Text

REPLACED = Text(
    en="In this cohort at level {current}, participants who do not count for dose finding ({replaced}) are replaced "
    "before level {proposed} opens.",
    fr="Dans cette cohorte du palier {current}, les personnes qui ne comptent pas pour la recherche de dose "
    "({replaced}) sont remplacées avant l'ouverture du palier {proposed}.",
)


@final
@dataclass(frozen=True, slots=True)
class ReplaceNonEvaluable:
    """Parameters: how many participants at most give their place back, in the whole trial."""

    at_most: Literal["unlimited"] | int = "unlimited"  # participants replaced in the whole trial

    def __post_init__(self) -> None:
        complaints = Complaints()
        known = self.at_most == "unlimited" or is_count(self.at_most)
        allowed = 'must be "unlimited" or a whole number of 1 or more'
        complaints.unless(known, "at_most", self.at_most, allowed, "leave the rule out to replace nobody")
        complaints.raise_as(ParameterError, "replace_non_evaluable cannot be built")

    @property
    def replacements(self) -> int | None:
        """How many give their place back, for counting cohorts; None: all of them."""
        return None if isinstance(self.at_most, str) else self.at_most

    needs_one_order: ClassVar[bool] = False  # it keeps the level
    fits = any_number_of_levels

    def __call__(self, proposal: Proposal, seen: Seen) -> Proposal:
        """The proposal, kept at the current level where a place of the cohort was given back."""
        replaced = seen.replaced_in_cohort
        return proposal.changed(
            (replaced > 0) & ~proposal.stop & seen.goes_up(proposal.dose_level),
            code="replace_non_evaluable",
            text=REPLACED,
            values={"replaced": replaced, "current": seen.current, "proposed": proposal.dose_level},
            dose_level=seen.current,
        )


EXAMPLE: Mapping[str, Any] = {"at_most": 2}
ONCE = True
RULE = ReplaceNonEvaluable
IN_FRENCH = "Remplacer les personnes qui ne comptent pas pour la recherche de dose."
