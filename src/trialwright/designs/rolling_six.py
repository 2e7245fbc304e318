"""Rolling six: up to six participants at a level at once, without waiting after every three.

Rule in words. Whoever comes next is treated at the current level while it has fewer than six participants, in their
DLT window or not, with three exceptions. Three or more, all of them settled without a DLT: one level up. Two DLTs, at
any time: the level is too toxic, and the level below is filled up to six, unless it already holds six: then it is the
MTD. Six participants: accrual is suspended until at most one of them can still have a DLT, counting those who had one;
then one level up. The highest level is the MTD after no DLT in three, or at most one in six; with ``six_at_highest`` it
takes six too.

Formula. With n settled, y DLTs and m pending at the current level: y >= 2 too toxic; n + m < 6: up when m = 0, y = 0
and n >= 3, otherwise stay; n + m >= 6: up when y + m <= 1, otherwise wait. Right below a level that was too toxic (with
``six_at_highest`` at the highest level as well), three are not enough. With six participants, y + m <= 1 says that five
are settled without a DLT, or all six with at most one DLT: whoever is still pending cannot make it two.

Reference. Skolnik, Barrett, Jayaraman, Patel & Adamson 2008, Journal of Clinical Oncology 26:190. Their table was not
at hand: the tests go through the column "Rolling 6" of JAMA Network Open 2020;3(5):e204787, table 2. What happens at
the highest level is not in that column alone: it escalates after three without a DLT, and says "escalate (or MTD)" from
five on; the protocol PBTC-042 (NCT02255461), which follows the paper, is reported to fill the highest level up to six.
The default ends there after three, as 3+3 does here; ``six_at_highest`` is the careful reading.

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

from trialwright.designs import Published, check_flags
from trialwright.vocabulary.errors import Complaints, ParameterError
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
    """One parameter; the numbers three, six and two are the design."""

    six_at_highest: bool = False  # three without a DLT are not enough at the highest level

    def __post_init__(self) -> None:
        complaints = Complaints()
        check_flags(complaints, six_at_highest=self.six_at_highest)
        complaints.raise_as(ParameterError, "rolling_six cannot be built")

    looks_at: ClassVar[Literal["counts"]] = "counts"  # of settled and of pending participants per level

    fits = any_number_of_levels

    def propose(self, seen: Seen) -> Proposal:
        """Fill to six, suspend, up, down or stop."""
        here = Standing.of(seen)
        six_needed = here.below_toxic | (self.six_at_highest & (here.level == seen.levels))
        clear = (here.n >= FIRST) & (here.n_dlt == 0) & (here.n_pending == 0) & ~six_needed
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
        return highest_cleared(seen, six_below_toxic=True, six_at_highest=self.six_at_highest, settled_alike=False)


_TABLE = "JAMA Network Open 2020;3(5):e204787, table 2, Rolling 6"
_OURS = "the rule in words above, worked out by hand: below a toxic level, and at the top"
PUBLISHED = (
    Published(_TABLE, {}, 3, "1NN", 1),
    Published(_TABLE, {}, 3, "1NT", 1),
    Published(_TABLE, {}, 3, "2NN 2T", 2),
    Published(_TABLE, {}, 3, "1NNN", 2),
    Published(_TABLE, {}, 3, "1NNNN", 2),
    Published(_TABLE, {}, 3, "1NNNNN", 2),
    Published(_TABLE, {}, 3, "1NNNNNN", 2),
    Published(_TABLE, {}, 3, "1NNNNNT", 2),
    Published(_TABLE, {}, 3, "1NNNT", 1),
    Published(_TABLE, {}, 3, "1NNNNT", 1),
    Published(_TABLE, {}, 3, "2TT", 1),
    Published(_TABLE, {}, 3, "1NNN 2TNT", 1),
    Published(_OURS, {}, 3, "1NNNNNT 2TNT", 0, 1),
    Published(_OURS, {}, 3, "1NNN 2NNN 3NNN", 0, 3),
    Published(_OURS, {"six_at_highest": True}, 3, "1NNN 2NNN 3NNN", 3, 2),
    Published(_OURS, {"six_at_highest": True}, 3, "1NNN 2NNN 3NNN 3NNT", 0, 3),
    Published(_OURS, {}, 3, "1TT", 0, 0),
)
DESIGN = RollingSix
IN_FRENCH = "Rolling six : jusqu'à six participants à la fois par palier, sans attendre tous les trois."
