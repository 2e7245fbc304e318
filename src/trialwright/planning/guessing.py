"""How well the next allocation could be guessed: by somebody who knows the method and has been told every earlier arm.

That is more than anybody should know, so it is an upper limit (the guessing game of Blackwell & Hodges, *Ann Math Stat*
28 (1957) 449–460, with the best of all guesses instead of their "convergence" guess).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import final

from trialwright.planning.randomisation import Method


@final
@dataclass(frozen=True, slots=True)
class Guessable:
    """Of allocations: how many are guessed right at best, how many are certain beforehand, how many by chance alone."""

    best: float
    certain: float
    by_chance: float


def guessable(method: Method, sequences: Iterable[Sequence[int]]) -> Guessable:
    """The mean over lists of one method, each guessed from its first allocation on, shares from 0 to 1."""
    best, certain, count = 0.0, 0, 0
    for sequence in sequences:
        for place in range(len(sequence)):
            highest = max(method.chances(sequence[:place]))
            best, certain, count = best + float(highest), certain + (highest == 1), count + 1
    return Guessable(best / count, certain / count, max(method.ratio) / sum(method.ratio))


def convergence_guesses(sequence: Sequence[int]) -> float:
    """How many of a list of two equal arms the "convergence" guess gets right on average.

    It names the arm given less often so far, and either with a half when both were given equally often (Blackwell &
    Hodges 1957). In a block of ``2 m`` that is ``m + 2^(2m - 1) / C(2m, m) - 1/2`` on average.
    """
    right, ahead = 0.0, 0  # ahead: allocations to arm 0 minus those to arm 1
    for arm in sequence:
        right += 0.5 if ahead == 0 else float((ahead > 0) == (arm == 1))
        ahead += 1 if arm == 0 else -1
    return right
