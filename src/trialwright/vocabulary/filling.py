"""Fill a level, clear it or find it too toxic: what designs have in common that count three, six and two DLTs.

Two DLTs at a level make it, and every level above, too toxic. Below, the design says where a level takes more
participants and where it waits for those it has; this page does the rest: up where a level is cleared, down where one
is too toxic, and the end of the escalation, with the reasons.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self, final

import numpy as np

from trialwright.vocabulary.seen import NO_LEVEL, Bools, Ints, Note, Proposal, Seen
from trialwright.vocabulary.words import Text

FIRST, FULL = 3, 6  # participants in a first cohort, and in a level filled up
TOO_MANY = 2  # DLTs at a level that make it too toxic

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
class Standing:
    """The level in question, what is counted there, and what is too toxic; every array is ``[B]``."""

    toxic: Ints  # the lowest level with two DLTs; two above the highest level when there is none
    too_toxic: Bools  # the current level is that one, or above it
    level: Ints  # the current level, or the one below the lowest too toxic one; 0 = there is none
    n: Ints
    n_dlt: Ints
    n_pending: Ints

    @classmethod
    def of(cls, seen: Seen) -> Self:
        """How every trial of the batch stands."""
        toxic = lowest_toxic(seen)
        too_toxic = seen.current >= toxic
        level = np.where(too_toxic, toxic - 1, seen.current)
        n, n_dlt, n_pending = (_at(counts, level) for counts in (seen.n, seen.n_dlt, seen.n_pending))
        return cls(toxic, too_toxic, level, n, n_dlt, n_pending)

    @property
    def below_toxic(self) -> Bools:
        """The level above the one in question is too toxic."""
        return np.asarray(self.level + 1 == self.toxic, np.bool_)


def filled(
    seen: Seen,
    here: Standing,
    *,
    fill: Bools,
    wait: Bools,
    goal: Ints,
    said: tuple[Text, Text],
    design: str,
    down: bool,
) -> Proposal:
    """Stay where the level takes more (``fill``), else wait (``wait``), else up; stop where nothing is left to do.

    ``goal`` is how many participants the level takes; ``said``: the design's sentences for stay and wait. Without
    ``down`` the escalation ends at a level that is too toxic.
    """
    nowhere = here.too_toxic & ((here.level == NO_LEVEL) | (not down))
    fill = ~nowhere & fill
    wait = ~nowhere & ~fill & wait
    up = ~nowhere & ~fill & ~wait & (here.level + 1 < np.minimum(here.toxic, seen.levels + 1))
    level = np.where(fill | wait, here.level, np.where(up, here.level + 1, NO_LEVEL))
    counted = {"n": here.n, "n_dlt": here.n_dlt, "current": here.level, "goal": goal, "level": level}
    pending = {"n_pending": here.n_pending, "treated": here.n + here.n_pending, "level": here.level}
    at_toxic = {"toxic_n": _at(seen.n, here.toxic), "toxic_n_dlt": _at(seen.n_dlt, here.toxic)}
    above = {"toxic": here.toxic, **at_toxic, "level": level}
    notes = (
        Note(f"{design}.stay", said[0], fill & ~here.too_toxic, counted | pending | {"level": level}),
        Note(f"{design}.wait", said[1], wait, pending),
        Note(f"{design}.escalate", UP, up, counted),
        Note(f"{design}.de_escalate", DOWN, fill & here.too_toxic, above),
        Note(f"{design}.too_toxic", TOXIC, here.too_toxic & (level == NO_LEVEL), above),
        Note(f"{design}.complete", DONE, ~here.too_toxic & (level == NO_LEVEL), counted),
    )
    told = tuple(note for note in notes if note.where.any())
    return Proposal(np.asarray(level, np.int64), wait, level == NO_LEVEL, told)


def highest_cleared(
    seen: Seen, *, six_below_toxic: bool, six_at_highest: bool = False, settled_alike: bool = True
) -> Ints:
    """The highest level below every too toxic one, with no DLT in three or at most one in six, ``[B]``; 0 = none.

    With ``six_below_toxic`` three are not enough right below a level that was too toxic, with ``six_at_highest`` not at
    the highest level. Without ``settled_alike`` a
    level of six is cleared as soon as whoever is pending there cannot make it two DLTs any more.
    """
    toxic = lowest_toxic(seen)[:, None]
    level = np.arange(1, seen.levels + 1)
    three_will_do = (seen.n >= FIRST) & (seen.n_dlt == 0)
    if six_below_toxic:
        three_will_do &= level + 1 != toxic
    if six_at_highest:
        three_will_do &= level < seen.levels
    pending = np.zeros_like(seen.n) if settled_alike else seen.n_pending
    six = (seen.n + pending >= FULL) & (seen.n_dlt + pending < TOO_MANY)
    return np.asarray(np.where((six | three_will_do) & (level < toxic), level, NO_LEVEL).max(axis=1), np.int64)


def lowest_toxic(seen: Seen) -> Ints:
    """The lowest level with two DLTs, ``[B]``; out of reach, two above the highest level, when there is none."""
    toxic = seen.n_dlt >= TOO_MANY
    return np.asarray(np.where(toxic.any(axis=1), toxic.argmax(axis=1) + 1, seen.levels + 2), np.int64)


def _at(counts: Ints, level: Ints) -> Ints:
    """The count at one level per trial; 0 below the lowest and above the highest."""
    padded = np.pad(counts, ((0, 0), (1, 1)))
    inside = np.minimum(level, counts.shape[1] + 1)[:, None]
    return np.asarray(np.take_along_axis(padded, inside, axis=1)[:, 0], np.int64)
