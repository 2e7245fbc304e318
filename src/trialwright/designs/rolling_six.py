"""Rolling six: up to six participants at a level at once, without waiting after every three.

Rule in words. Whoever comes next is treated at the current level while it has fewer than six participants, in their
DLT window or not, with three exceptions. Three or more, all of them settled without a DLT: one level up. Two DLTs, at
any time: the level is too toxic, and the level below is filled up to six, unless it already holds six: then it is the
MTD. Six participants: accrual is suspended until at most one of them can still have a DLT, counting those who had one;
then one level up. The highest level is the MTD after no DLT in three, or at most one in six.

Formula. With n settled, y DLTs and m pending at the current level: y >= 2 too toxic; n + m < 6: up when m = 0, y = 0
and n >= 3, otherwise stay; n + m >= 6: up when y + m <= 1, otherwise wait. Right below a level that was too toxic,
three are not enough. With six participants, y + m <= 1 says that five are settled without a DLT, or all six with at
most one DLT: whoever is still pending cannot make it two.

Reference. Skolnik, Barrett, Jayaraman, Patel & Adamson 2008, Journal of Clinical Oncology 26:190 (decision table). The
tests also go through the side-by-side decisions in JAMA Network Open 2020;3(5):e204787, table 2.

Choose it where 3+3 would be chosen and the wait after every three participants costs too much, as in paediatric trials.
Participants who do not count for dose finding are replaced by who comes next, as long as the level has not been left.
It decides about pending participants itself: ``wait_for_pending`` is not needed beside it and would take away what it
is for, and ``complete_cohort`` would hold back an escalation after four or five. Set ``cohort_size`` to 1. Not when a
target rate matters: it aims at none, and like 3+3 often names a level that is too low; nor when DLTs come late in the
window: up to six people are treated before the first of them is known.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal, final

import numpy as np

from trialwright.designs import Published
from trialwright.vocabulary.filling import FIRST, FULL, TOO_MANY, Standing, filled, highest_cleared
from trialwright.vocabulary.seen import Ints, Proposal, Seen, any_number_of_levels
from trialwright.vocabulary.words import Text

STAY = Text(
    en="{treated} participants at level {current}, {n_dlt} with a DLT and {n_pending} in their window: it takes up to "
    "{goal}.",
    fr="{treated} participants au palier {current}, {n_dlt} avec une DLT et {n_pending} dans leur fenêtre : il peut en "
    "recevoir {goal}.",
)
WAIT = Text(
    en="Level {level} holds {treated} participants, {n_pending} of them in their DLT window: accrual is suspended.",
    fr="Le palier {level} compte {treated} participants, dont {n_pending} dans leur fenêtre de DLT : inclusions "
    "suspendues.",
)


@final
@dataclass(frozen=True, slots=True)
class RollingSix:
    """No parameters: the numbers three, six and two are the design."""

    def __post_init__(self) -> None:
        """Nothing to check."""

    looks_at: ClassVar[Literal["counts"]] = "counts"  # of settled and of pending participants per level

    fits = any_number_of_levels

    def propose(self, seen: Seen) -> Proposal:
        """Fill to six, suspend, up, down or stop."""
        here = Standing.of(seen)
        clear = (here.n >= FIRST) & (here.n_dlt == 0) & (here.n_pending == 0) & ~here.below_toxic
        return filled(
            seen,
            here,
            fill=(here.n + here.n_pending < FULL) & ~clear,
            wait=here.n_dlt + here.n_pending >= TOO_MANY,
            goal=np.full(seen.batch, FULL),
            said=(STAY, WAIT),
            design="rolling_six",
            down=True,
        )

    def select(self, seen: Seen) -> Ints:
        """The highest level below every too toxic one, with no DLT in three or at most one in six."""
        return highest_cleared(seen, six_below_toxic=True, settled_alike=False)


_SKOLNIK = "Skolnik et al. 2008, decision table"
PUBLISHED = (
    Published(_SKOLNIK, {}, 3, "1NN", 1),
    Published(_SKOLNIK, {}, 3, "1NT", 1),
    Published(_SKOLNIK, {}, 3, "2NN 2T", 2),
    Published(_SKOLNIK, {}, 3, "1NNN", 2),
    Published(_SKOLNIK, {}, 3, "1NNNN", 2),
    Published(_SKOLNIK, {}, 3, "1NNNNN", 2),
    Published(_SKOLNIK, {}, 3, "1NNNNNN", 2),
    Published(_SKOLNIK, {}, 3, "1NNNNNT", 2),
    Published(_SKOLNIK, {}, 3, "1NNNT", 1),
    Published(_SKOLNIK, {}, 3, "1NNNNT", 1),
    Published(_SKOLNIK, {}, 3, "2TT", 1),
    Published(_SKOLNIK, {}, 3, "1NNN 2TNT", 1),
    Published(_SKOLNIK, {}, 3, "1NNNNNT 2TNT", 0, 1),
    Published(_SKOLNIK, {}, 3, "1NNN 2NNN 3NNN", 0, 3),
    Published(_SKOLNIK, {}, 3, "1TT", 0, 0),
)
DESIGN = RollingSix
IN_FRENCH = "Rolling six : jusqu'à six participants à la fois par palier, sans attendre tous les trois."
