"""Treat extra participants at levels already cleared while the cohort waits.

Rule in words. Where the trial would wait, the next participant may be treated as a backfill: at the highest level that
is cleared, is not below ``lowest``, and has room. A level is cleared when the trial has gone above it (it lies below
the current level), somebody is settled there, and what the design and the rules before this one propose does not lie
below it. ``at_most`` is the room of a level: backfill participants there (``count = "backfill"``), or everybody
assigned to it who counts for dose finding (``count = "all"``). A backfill participant counts for the design like
everybody else, but belongs to no cohort: the current level, the cohort being filled and the wait for pending
participants are what they would be without. Where no level is cleared and has room, the trial waits. A stop is final.

Formula. Where wait, with d the current level and p the level proposed: k = max{j: lowest <= j < d, j <= p, n(j) >= 1,
room(j)}; where there is such a k: level <- k, wait <- no, backfill <- yes.

Reference. Dehbi, O'Quigley & Iasonos 2021, Contemporary Clinical Trials 111:106605; Zhao, Yuan, Korn & Freidlin 2024,
Clinical Cancer Research 30:673 (BF-BOIN). Differs from the first, which draws the level among those below the current
one; here, as in BF-BOIN, it is the highest. Differs from BF-BOIN in four things: there a level opens only once activity
was seen at or below it, which is not seen here (name it by ``lowest``); it closes when its own DLT rate and the rate
pooled with the next level are both above the de-escalation boundary, and may open again; here it closes when the
proposal falls below it or the design closes it; where the counts of a backfilled level contradict the decision at the
current one, the counts in between are pooled, here the design decides as it does anyway; and the cap is on everybody
assigned to a level, which here is ``count = "all"``.

Choose it to learn more about levels below the one being tried, about activity above all, without holding up the
escalation. Three words, kept apart: *cleared* is what this rule asks of a level; the *current* level is where cohorts
are; the *recommended* level is what the design selects at the end, from everybody. Its place: after the rules that
make the trial wait for a cohort (``wait_for_pending``, ``accelerated_titration``), which would undo it; before
``stagger``, which keeps anybody from being treated today and must not be undone. The rules that stop may stand
anywhere; ``stop_at_n`` counts backfill participants too. ``sentinel`` keeps others out of the cohort, not out of the
cleared levels. Not where nobody else should be treated before a cohort
is settled, as in a first use in people. It needs to know who was a backfill: where only counts per level are kept
(exact enumeration) it refuses. It only uses the time of waiting: a free place in a cohort always comes first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, final

import numpy as np

from trialwright.numerics.scalars import is_count
from trialwright.vocabulary.errors import Complaints, Finding, ParameterError, Refused
from trialwright.vocabulary.seen import Ints, People, Proposal, Seen
from trialwright.vocabulary.words import Text

COUNTS = ("backfill", "all")

EXTRA = Text(
    en="The cohort at level {current} waits; level {level} is cleared and has room: an extra participant there "
    "({taken} of {at_most} so far).",
    fr="La cohorte du palier {current} attend ; le palier {level} est acquis et a de la place : une personne de plus à "
    "ce palier ({taken} sur {at_most} à ce jour).",
)
NO_PEOPLE = Text(
    en="backfill looks at who was assigned outside the cohorts; simulate the trial instead",
    fr="backfill regarde qui a été inclus hors des cohortes ; simulez plutôt l'essai",
)


@final
@dataclass(frozen=True, slots=True)
class Backfill:
    """Parameters: the room of a level, who takes it up, and the lowest level to be filled."""

    at_most: int  # room of a level
    lowest: int = 1  # no backfill below this level
    count: Literal["backfill", "all"] = "backfill"  # who takes the room: backfill participants, or everybody

    def __post_init__(self) -> None:
        complaints = Complaints()
        complaints.unless(is_count(self.at_most), "at_most", self.at_most, "must be a whole number of 1 or more")
        complaints.unless(is_count(self.lowest), "lowest", self.lowest, "must be the number of a level")
        complaints.unless(self.count in COUNTS, "count", self.count, f"must be one of {', '.join(COUNTS)}")
        complaints.raise_as(ParameterError, "backfill cannot be built")

    about_time: ClassVar[bool] = True  # it fills waiting time: with everybody settled nobody waits, and it is silent
    needs_one_order: ClassVar[bool] = True  # it answers with another level, found by number

    def fits(self, levels: int) -> Sequence[Finding]:
        """There must be a level above the lowest one, or nothing is ever cleared."""
        complaints = Complaints()
        allowed = f"must lie below the highest of the {levels} dose levels, or nothing is ever cleared"
        complaints.unless(self.lowest < levels, "lowest", self.lowest, allowed)
        return complaints.findings

    def __call__(self, proposal: Proposal, seen: Seen) -> Proposal:
        """The wait, turned into an extra participant at a cleared level where there is one with room."""
        if seen.people is None:
            if not seen.n_assigned.any():
                return proposal
            raise Refused(NO_PEOPLE)
        taken = seen.n_treated if self.count == "all" else _backfilled(seen.people, levels=seen.levels)
        level = np.arange(1, seen.levels + 1)
        below = (level < seen.current[:, None]) & (level <= proposal.dose_level[:, None])
        fine = below & (level >= self.lowest) & (seen.n >= 1) & (taken < self.at_most)
        chosen = np.where(fine, level, 0).max(axis=1)
        there = np.take_along_axis(taken, np.maximum(chosen - 1, 0)[:, None], axis=1)[:, 0]
        return proposal.changed(
            (chosen > 0) & proposal.wait & ~proposal.stop,
            code="backfill",
            text=EXTRA,
            values={"current": seen.current, "level": chosen, "taken": there, "at_most": self.at_most},
            dose_level=chosen,
            wait=False,
            backfill=True,
        )


def _backfilled(people: People, *, levels: int) -> Ints:
    """Backfill participants who count, at each level assigned, ``[B, D]``."""
    extra = people.backfilled & people.evaluable
    at_level = people.assigned[:, :, None] == np.arange(1, levels + 1)
    return np.asarray((at_level & extra[:, :, None]).sum(axis=1), np.int64)


EXAMPLE: Mapping[str, Any] = {"at_most": 6}
COMES_AFTER = ("accelerated_titration", "wait_for_pending")
COMES_BEFORE = ("stagger",)
ONCE = True
RULE = Backfill
IN_FRENCH = "Traiter des personnes de plus aux paliers déjà acquis pendant que la cohorte attend."
