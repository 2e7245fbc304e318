"""Between the guesses of a skeleton: the guess at a dose that is none of the levels."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import scipy.special as sp

from trialwright.numerics.arrays import Floats

LOWEST_LOGIT = -30.0  # a guess is never below 1e-13: that far down every curve has reached 0


def guesses_at(doses: npt.ArrayLike, *, levels: npt.ArrayLike, skeleton: npt.ArrayLike) -> Floats:
    """The guess of the DLT rate at each of some doses, by the guesses at the levels.

    ``doses``: amounts above 0, ``[S]``; ``levels``: the levels' amounts, rising, ``[D]``; ``skeleton``: their guesses,
    ``[D]``. Between two levels logit(s) is linear in log(dose):

        logit s(x) = logit s_d + (logit s_{d+1} - logit s_d) (log x - log x_d) / (log x_{d+1} - log x_d)

    Below the lowest level the line of the first two goes on (with one level: one more unit of log dose adds 1 to the
    logit). Above the highest level the highest guess is kept.

    >>> guesses_at([1, 2, 4, 8], levels=[1, 4], skeleton=[0.1, 0.3]).round(3).tolist()
    [0.1, 0.179, 0.3, 0.3]
    """
    given, declared = np.asarray(doses, np.float64), np.asarray(levels, np.float64)
    guesses = np.asarray(skeleton, np.float64)
    at, known, logits = np.log(given), np.log(declared), sp.logit(guesses)
    slope = (logits[1] - logits[0]) / (known[1] - known[0]) if len(known) > 1 else 1.0
    between = np.interp(at, known, logits)
    logit = np.where(at < known[0], np.maximum(logits[0] + slope * (at - known[0]), LOWEST_LOGIT), between)
    place = np.minimum(np.searchsorted(declared, given), len(declared) - 1)
    return np.where(given == declared[place], guesses[place], np.where(at > known[-1], guesses[-1], sp.expit(logit)))
