"""Setting up a continual reassessment method: skeletons, model sensitivity, and a first stage that fits the second.

All of it concerns the one-parameter models of ``one_parameter``: exp(beta) times a coded dose, power or logistic.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, final

import numpy as np
import scipy.special as sp

from trialwright.numerics.arrays import Bools, Floats, Ints
from trialwright.numerics.closest import closest_to_target
from trialwright.numerics.one_parameter import OneParameterModel, Prior, posterior

Kind = Literal["power", "logistic"]
FAR = 60.0  # beyond this beta every curve is at one of its ends
DECIMALS, MORE = 4, 12  # of a guess that is written down: usually, and how many more are tried
LEAST = 6  # a guess below 10 to minus this is written with a power of ten


def skeleton(
    *, target: float, halfwidth: float, prior_mtd: int, levels: int, kind: Kind = "power", intercept: float = 3.0
) -> Floats:
    """Prior guesses ``[levels]`` whose indifference intervals all are ``target`` plus and minus ``halfwidth``.

    Level ``prior_mtd`` (from 1) is guessed at the target. Between neighbours there is a beta at which the lower one has
    the rate target - halfwidth and the upper one target + halfwidth, so their coded doses stand in one fixed ratio
    (Lee & Cheung 2009, Clinical Trials 6:227). ValueError where there is no such curve, or where guesses
    far from ``prior_mtd`` can no longer be told from 0, from 1 or from each other.

    >>> skeleton(target=0.2, halfwidth=0.05, prior_mtd=2, levels=3).round(4).tolist()
    [0.1105, 0.2, 0.3085]
    """
    coded = np.array([_coded(rate, kind, intercept=intercept) for rate in (target - halfwidth, target + halfwidth)])
    ratio = coded[0] / coded[1]
    steps = prior_mtd - np.arange(1, levels + 1)
    doses = _coded(target, kind, intercept=intercept) * ratio**steps
    guesses = np.asarray(np.exp(doses) if kind == "power" else sp.expit(intercept + doses), np.float64)
    if not _usable(guesses):
        raise ValueError(f"of {levels} guesses some are too near to 0, to 1 or to each other; take fewer levels")
    return guesses


def _usable(guesses: Floats) -> bool:
    """Whether guesses lie between 0 and 1 and rise, as a skeleton must."""
    return bool(guesses[0] > 0 and guesses[-1] < 1 and (np.diff(guesses) > 0).all())


def written(guesses: Floats) -> tuple[str, ...]:
    """The guesses of a skeleton as a team writes them into its protocol: what is written is a skeleton again.

    Four decimals; more for one so near to 0 or 1 that these would not show two digits of the distance, and for all
    where fewer would make neighbours equal.

    >>> written(np.array([1.42e-12, 0.000634, 0.2])), written(np.array([0.2, 0.99996]))
    (('1.4e-12', '0.00063', '0.2000'), ('0.2000', '0.999960'))
    """
    for more in range(MORE):
        words = tuple(_written(float(guess), more=more) for guess in guesses)
        if _usable(np.array(words, np.float64)):
            return words
    return tuple(repr(float(guess)) for guess in guesses)


def _written(guess: float, *, more: int) -> str:
    nearest = int(np.floor(np.log10(min(guess, 1 - guess))))
    decimals = max(DECIMALS, 1 - nearest) + more
    return f"{guess:.{1 + more}e}" if guess < 10.0**-LEAST else f"{guess:.{decimals}f}"


def _coded(rate: float, kind: Kind, *, intercept: float) -> float:
    """The coded dose at which beta = 0 gives this rate; below 0, or no curve falls with beta."""
    if not 0 < rate < 1:
        raise ValueError(f"the target and both ends of its indifference interval must lie between 0 and 1, not {rate}")
    coded = float(np.log(rate) if kind == "power" else sp.logit(rate) - intercept)
    if coded >= 0:
        raise ValueError(f"a logistic curve with intercept {intercept} never reaches the rate {rate}")
    return coded


@final
@dataclass(frozen=True, slots=True)
class Sensitivity:
    """Where each level is the right one: intervals of beta, and of the rates that are taken for the target."""

    beta: Floats  # [D, 2]; the outer ends are infinite
    indifference: Floats  # [D, 2]; nan where there is no neighbour


def sensitivity(model: OneParameterModel, *, target: float) -> Sensitivity:
    """Model sensitivity (Cheung & Chappell 2002, Biometrics 58:671; Cheung 2011).

    Level d is nearest to the target for beta between b_(d-1) and b_d, where p_d(b_d) + p_(d+1)(b_d) = 2 target. Its
    indifference interval is from p_(d-1)(b_(d-1)) to p_(d+1)(b_d).
    """
    low, high = np.full(len(model.skeleton) - 1, -FAR), np.full(len(model.skeleton) - 1, FAR)
    for _ in range(80):
        middle = (low + high) / 2
        rising = _neighbours(model, middle).sum(axis=1) > 2 * target  # rates fall as beta rises
        low, high = np.where(rising, middle, low), np.where(rising, high, middle)
    ends = (low + high) / 2
    rates = _neighbours(model, ends)
    beta = np.stack([np.append(-np.inf, ends), np.append(ends, np.inf)], axis=1)
    indifference = np.stack([np.append(np.nan, rates[:, 0]), np.append(rates[:, 1], np.nan)], axis=1)
    return Sensitivity(beta, indifference)


def _neighbours(model: OneParameterModel, beta: Floats) -> Floats:
    """The rates of levels d and d + 1 at the d-th beta, ``[D - 1, 2]``."""
    rates, place = model.rates(beta), np.arange(len(beta))
    return np.stack([rates[place, place], rates[place, place + 1]], axis=1)


def coherent(model: OneParameterModel, *, prior: Prior, target: float, sequence: tuple[int, ...]) -> Bools:
    """Whether a first DLT would be answered without going up, for every participant but the last, ``[N - 1]``.

    ``sequence`` gives the level of every participant of the first stage. If participant i has the first DLT, the model
    takes over; an answer above the level of participant i would be incoherent (Cheung 2005, Biometrika 92:863).
    ValueError where the sequence names a level that the model does not have.
    """
    levels, given = len(model.skeleton), np.asarray(sequence[:-1], np.int64)
    if not all(1 <= level <= levels for level in sequence):
        raise ValueError(f"a sequence for {levels} levels cannot hold {sorted(set(sequence))}")
    here = given[:, None] == np.arange(1, levels + 1)
    believed = posterior(model, prior=prior, n=here.cumsum(axis=0), n_dlt=here.astype(np.int64))
    return np.asarray(closest_to_target(believed.plug_in(), target) <= given, np.bool_)


def initial_sequence(
    model: OneParameterModel, *, prior: Prior, target: float, participants: int, at_top: int
) -> tuple[int, ...]:
    """The slowest even climb that is coherent with the model throughout; the highest level takes everybody left.

    ``participants`` less ``at_top`` are spread evenly over the levels below the highest, the remainder going to the
    upper ones. While the sequence is incoherent one participant fewer is spread. With one for each level there is
    nothing left to give up: if that is incoherent too, there is no such sequence and the answer is empty. A single
    level takes everybody.
    """
    below = len(model.skeleton) - 1
    if below == 0:
        return (1,) * participants
    for spread in range(participants - at_top, below - 1, -1):
        plan = _climb(_even(spread, below), participants)
        if coherent(model, prior=prior, target=target, sequence=plan).all():
            return plan
    return ()


def _even(spread: int, below: int) -> Ints:
    sizes = np.full(below, spread // below)
    sizes[below - spread % below :] += 1
    return np.asarray(sizes, np.int64)


def _climb(sizes: Ints, participants: int) -> tuple[int, ...]:
    climb = np.repeat(np.arange(1, len(sizes) + 1), sizes)
    return (*climb.tolist(), *[len(sizes) + 1] * (participants - len(climb)))
