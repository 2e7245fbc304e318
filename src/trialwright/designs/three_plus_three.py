"""3+3: three participants at a level, three more after one DLT, no further after two.

Rule in words. Three participants are treated at a level. No DLT among three: one level up. One DLT: three more at the
same level, and up if there is still only one among six. Two DLTs, at any count: the level is too toxic at once, and the
level below is the MTD. With ``allow_deescalate`` the level below has to hold six participants with at most one DLT
before it is the MTD; a level with three is filled up to six first. The highest level is the MTD after no DLT in three,
without filling up; with ``six_at_highest`` it is filled up too. While enough participants are treated but not all are
settled, the design waits.

Formula. With n settled, y DLTs and m pending at the current level, and a goal of 6 participants after one DLT (or, with
``allow_deescalate``, below a level that was too toxic; with ``six_at_highest``, at the highest level) and 3 otherwise:
y >= 2 too toxic; n + m < goal stay; m > 0 wait; otherwise up. So every count has an answer, not only multiples of
three.

Reference. Storer 1989, Biometrics 45:925; Korn et al. 1994, Statistics in Medicine 13:1799 (six at the MTD). Numbers
agree with references/escalation_exact_paths and references/ubcrm_3p3. There is no one 3+3: the one that the BOIN
application of MD Anderson compares with has both flags, so that an MTD always rests on six.

Choose it when nothing but a table fits the site, or as the yardstick for another design. Not when a target rate
matters: it aims at none, treats many participants at low levels, and often names a level that is too low.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal, final

import numpy as np

from trialwright.designs import Published, check_flags
from trialwright.vocabulary.errors import Complaints, ParameterError
from trialwright.vocabulary.filling import FIRST, FULL, Standing, filled, highest_cleared
from trialwright.vocabulary.seen import Ints, Proposal, Seen, any_number_of_levels
from trialwright.vocabulary.words import Text

STAY = Text(
    en="{n_dlt} DLT in {n} at level {current}: it takes {goal} participants before deciding.",
    fr="{n_dlt} DLT sur {n} au palier {current} : il faut {goal} participants avant de décider.",
)
WAIT = Text(
    en="{n_pending} of {treated} participants at level {level} are not settled yet; their outcome decides.",
    fr="{n_pending} des {treated} participants du palier {level} ne sont pas encore évalués ; leur issue décide.",
)


@final
@dataclass(frozen=True, slots=True)
class ThreePlusThree:
    """Parameters of the 3+3 design."""

    allow_deescalate: bool = False  # fill the level below up to six before it is the MTD
    six_at_highest: bool = False  # three without a DLT are not enough at the highest level

    def __post_init__(self) -> None:
        complaints = Complaints()
        check_flags(complaints, allow_deescalate=self.allow_deescalate, six_at_highest=self.six_at_highest)
        complaints.raise_as(ParameterError, "three_plus_three cannot be built")

    looks_at: ClassVar[Literal["counts"]] = "counts"  # counts per level are all it needs
    fits = any_number_of_levels

    def propose(self, seen: Seen) -> Proposal:
        """Fill, wait, up, down or stop."""
        here = Standing.of(seen)
        six = (self.allow_deescalate & here.below_toxic) | (self.six_at_highest & (here.level == seen.levels))
        goal = np.where((here.n_dlt == 1) | six, FULL, FIRST)
        return filled(
            seen,
            here,
            fill=here.n + here.n_pending < goal,
            wait=here.n_pending > 0,
            goal=goal,
            said=(STAY, WAIT),
            design="three_plus_three",
            down=self.allow_deescalate,
        )

    def select(self, seen: Seen) -> Ints:
        """The highest level below every level that was too toxic, with no DLT in three or at most one in six."""
        return highest_cleared(seen, six_below_toxic=self.allow_deescalate, six_at_highest=self.six_at_highest)


_STOP, _DOWN = {"allow_deescalate": False}, {"allow_deescalate": True}
_SIX = {"allow_deescalate": True, "six_at_highest": True}
_SITE = "the 3+3 of MD Anderson's BOIN application, as public documents describe it"
_EXACT = "escalation 0.2.3, get_three_plus_three(): conventions of references/escalation_exact_paths"
PUBLISHED = (
    Published(f"Storer 1989; {_EXACT}", _STOP, 3, "1NNN", 2),
    Published(f"Storer 1989; {_EXACT}", _STOP, 3, "1NNT", 1),
    Published(f"Storer 1989; {_EXACT}", _STOP, 3, "1NNT 1NNN", 2),
    Published(_EXACT, _STOP, 3, "1NTT", 0, 0),
    Published(_EXACT, _STOP, 3, "1NNN 2NTT", 0, 1),
    Published(_EXACT, _STOP, 3, "1NNN 2NNN 3NNN", 0, 3),
    Published(_EXACT, _DOWN, 3, "1NNN 2NTT", 1),
    Published(_EXACT, _DOWN, 3, "1NNN 2NTT 1NNT", 0, 1),
    Published(_EXACT, _DOWN, 3, "1NNN 2NNN 3NNN", 0, 3),
    Published(_SITE, _SIX, 3, "1NNN 2NNN 3NNN", 3, 2),
    Published(_SITE, _SIX, 3, "1NNN 2NNN 3NNN 3NNT", 0, 3),
    Published(_SITE, _SIX, 3, "1NNN 2NNN 3NNT 3NNT", 2),
)
DESIGN = ThreePlusThree
IN_FRENCH = "3+3 : trois participants par palier, trois de plus après une DLT, aucun après deux."
