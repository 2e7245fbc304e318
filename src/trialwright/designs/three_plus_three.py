"""3+3: three participants at a level, three more after one DLT, no further after two.

Rule in words. Three participants are treated at a level. No DLT among three: one level up. One DLT: three more at the
same level, and up if there is still only one among six. Two DLTs, at any count: the level is too toxic at once, and
the level below is the MTD. With ``allow_deescalate`` the level below has to hold six participants with at most one
DLT before it is the MTD; a level with three is filled up to six first. The highest level is the MTD after no DLT in
three, without filling up. While enough participants are treated but not all are settled, the design waits.

Formula. With n settled, y DLTs and m pending at the current level, and a goal of 6 participants after one DLT (or,
with ``allow_deescalate``, below a level that was too toxic) and 3 otherwise: y >= 2 too toxic; n + m < goal stay; m >
0 wait; otherwise up. So every count has an answer, not only multiples of three.

Reference. Storer 1989, Biometrics 45:925 (design A); Korn et al. 1994, Statistics in Medicine 13:1799 (six at the
MTD). Numbers agree with references/escalation_exact_paths and references/ubcrm_3p3.

Choose it when nothing but a table fits the site, or as the yardstick for another design. Not when a target rate
matters: it aims at none, treats many participants at low levels, and often names a level that is too low.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, final

import numpy as np

from trialwright.designs import Published, check_flags
from trialwright.vocabulary.errors import Complaints, Finding, ParameterError
from trialwright.vocabulary.seen import NO_LEVEL, Ints, Note, Proposal, Seen
from trialwright.vocabulary.words import Text

FIRST, FULL = 3, 6  # participants in a first cohort, and in a level filled up
TOO_MANY = 2  # DLTs at a level that make it too toxic

STAY = Text(
    en="{n_dlt} DLT in {n} at level {current}: it takes {goal} participants before deciding.",
    fr="{n_dlt} DLT sur {n} au palier {current} : il faut {goal} participants avant de décider.",
)
WAIT = Text(
    en="{n_pending} of {treated} participants at level {level} are still in their DLT window; their outcome decides.",
    fr="{n_pending} des {treated} participants du palier {level} sont dans leur fenêtre de DLT : il faut attendre.",
)
UP = Text(
    en="{n_dlt} DLT in {n} at level {current} allows level {level}.",
    fr="{n_dlt} DLT sur {n} au palier {current} autorise le palier {level}.",
)
DOWN = Text(
    en="Level {toxic} is too toxic ({toxic_n_dlt} DLT in {toxic_n}); level {level} is filled up to six participants.",
    fr="Le palier {toxic} est trop toxique ({toxic_n_dlt} DLT sur {toxic_n}) ; le palier {level} est complété à six.",
)
TOXIC = Text(
    en="Level {toxic} is too toxic ({toxic_n_dlt} DLT in {toxic_n}); the escalation ends.",
    fr="Le palier {toxic} est trop toxique ({toxic_n_dlt} DLT sur {toxic_n}) ; l'escalade est terminée.",
)
DONE = Text(
    en="{n_dlt} DLT in {n} at level {current}, and no higher level is open: the escalation ends.",
    fr="{n_dlt} DLT sur {n} au palier {current}, et aucun palier supérieur n'est ouvert : l'escalade est terminée.",
)


@final
@dataclass(frozen=True, slots=True)
class ThreePlusThree:
    """Parameters of the 3+3 design."""

    allow_deescalate: bool = False

    def __post_init__(self) -> None:
        complaints = Complaints()
        check_flags(complaints, allow_deescalate=self.allow_deescalate)
        complaints.raise_as(ParameterError, "three_plus_three cannot be built")

    @property
    def looks_at(self) -> Literal["counts"]:
        """Counts per level are all it needs."""
        return "counts"

    def fits(self, levels: int) -> Sequence[Finding]:
        """Any number of levels will do."""
        return ()

    def propose(self, seen: Seen) -> Proposal:
        """Fill, wait, up, down or stop."""
        toxic = _lowest_toxic(seen)
        too_toxic = seen.current >= toxic
        at = np.where(too_toxic, toxic - 1, seen.current)  # the level that would be treated, were it not yet complete
        n, n_dlt, n_pending = _at(seen.n, at), _at(seen.n_dlt, at), _at(seen.n_pending, at)
        below_toxic = self.allow_deescalate & (at + 1 == toxic)
        goal = np.where((n_dlt == 1) | below_toxic, FULL, FIRST)
        nowhere = too_toxic & ((at == NO_LEVEL) | (not self.allow_deescalate))
        fill = ~nowhere & (n + n_pending < goal)
        wait = ~nowhere & ~fill & (n_pending > 0)
        up = ~nowhere & ~fill & ~wait & (at + 1 < np.minimum(toxic, seen.levels + 1))
        level = np.where(fill | wait, at, np.where(up, at + 1, NO_LEVEL))
        here = {"n": n, "n_dlt": n_dlt, "current": at, "goal": goal, "level": level}
        pending = {"n_pending": n_pending, "treated": n + n_pending, "level": at}
        above = {"toxic": toxic, "toxic_n": _at(seen.n, toxic), "toxic_n_dlt": _at(seen.n_dlt, toxic), "level": level}
        notes = (
            Note("three_plus_three.stay", STAY, fill & ~too_toxic, here),
            Note("three_plus_three.wait", WAIT, wait, pending),
            Note("three_plus_three.escalate", UP, up, here),
            Note("three_plus_three.de_escalate", DOWN, fill & too_toxic, above),
            Note("three_plus_three.too_toxic", TOXIC, too_toxic & (level == NO_LEVEL), above),
            Note("three_plus_three.complete", DONE, ~too_toxic & (level == NO_LEVEL), here),
        )
        said = tuple(note for note in notes if note.where.any())
        return Proposal(np.asarray(level, np.int64), wait, level == NO_LEVEL, said)

    def select(self, seen: Seen) -> Ints:
        """The highest level below every level that was too toxic, with no DLT in three or at most one in six."""
        toxic = _lowest_toxic(seen)[:, None]
        level = np.arange(1, seen.levels + 1)
        three_will_do = (seen.n >= FIRST) & (seen.n_dlt == 0)
        if self.allow_deescalate:
            three_will_do &= level + 1 != toxic
        cleared = ((seen.n >= FULL) & (seen.n_dlt < TOO_MANY)) | three_will_do
        return np.asarray(np.where(cleared & (level < toxic), level, NO_LEVEL).max(axis=1), np.int64)


def _lowest_toxic(seen: Seen) -> Ints:
    """The lowest level with two DLTs; out of reach, two above the highest level, when there is none."""
    toxic = seen.n_dlt >= TOO_MANY
    return np.asarray(np.where(toxic.any(axis=1), toxic.argmax(axis=1) + 1, seen.levels + 2), np.int64)


def _at(counts: Ints, level: Ints) -> Ints:
    """The count at one level per trial; 0 below the lowest and above the highest."""
    padded = np.pad(counts, ((0, 0), (1, 1)))
    return np.asarray(
        np.take_along_axis(padded, np.minimum(level, counts.shape[1] + 1)[:, None], axis=1)[:, 0], np.int64
    )


_STOP, _DOWN = {"allow_deescalate": False}, {"allow_deescalate": True}
_EXACT = "escalation 0.2.3, get_three_plus_three(): conventions of references/escalation_exact_paths"
PUBLISHED = (
    Published("Storer 1989, design A", _STOP, 3, "1NNN", 2),
    Published("Storer 1989, design A", _STOP, 3, "1NNT", 1),
    Published("Storer 1989, design A", _STOP, 3, "1NNT 1NNN", 2),
    Published(_EXACT, _STOP, 3, "1NTT", 0, 0),
    Published(_EXACT, _STOP, 3, "1NNN 2NTT", 0, 1),
    Published(_EXACT, _STOP, 3, "1NNN 2NNN 3NNN", 0, 3),
    Published(_EXACT, _DOWN, 3, "1NNN 2NTT", 1),
    Published(_EXACT, _DOWN, 3, "1NNN 2NTT 1NNT", 0, 1),
    Published(_EXACT, _DOWN, 3, "1NNN 2NNN 3NNN", 0, 3),
)
DESIGN = ThreePlusThree
IN_FRENCH = "3+3 : trois participants par palier, trois de plus après une DLT, aucun après deux."
