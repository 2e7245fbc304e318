"""The latent course of a disease: quiescent, low-active and flare spells, a semi-Markov process with gamma frailty.

A spell of state s ends in a spell of state d with the Weibull cumulative hazard H_sd(a) = (a / m_sd)^k_s at age a
(weeks), where m_sd is a scale and k_s the shape of the state. Hazards towards a worse state are multiplied by the
person's frailty (gamma, mean 1), by what the treatment does to flares and by the cost of a steroid taper; hazards
towards a better state by what the treatment does to remission. Time goes in steps of one week, over which the
multipliers are constant: within a step the probability of an end is 1 - exp(-sum of increments), exactly.

Semi-Markov models with frailty: Putter & van Houwelingen 2015, Statistical Methods in Medical Research 24:675.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import final

import numpy as np
import scipy.special as sp

from trialwright.numerics.arrays import Floats, Ints
from trialwright.numerics.scalars import is_positive
from trialwright.vocabulary.disease_course import FLARE, LOW_ACTIVE, QUIESCENT, STATES, Values
from trialwright.vocabulary.errors import Complaints, ParameterError

OLDEST = 520  # weeks; the hazard of an older spell is that of this age
WEEKS_A_YEAR = 365.25 / 7
SCALES = {  # from, to: the parameter that holds the scale of the Weibull hazard, in weeks
    (FLARE, LOW_ACTIVE): "weeks_flare_to_low",
    (FLARE, QUIESCENT): "weeks_flare_to_quiescent",
    (LOW_ACTIVE, QUIESCENT): "weeks_low_to_quiescent",
    (LOW_ACTIVE, FLARE): "weeks_low_to_flare",
    (QUIESCENT, LOW_ACTIVE): "weeks_quiescent_to_low",
    (QUIESCENT, FLARE): "weeks_quiescent_to_flare",
}
SHAPES = ("shape_quiescent", "shape_low", "shape_flare")


@final
@dataclass(frozen=True, slots=True)
class Spells:
    """Where N people stand: their state and for how many weeks they have been in it."""

    state: Ints
    age: Ints


@final
@dataclass(frozen=True)
class Course:
    """The hazards of the latent course, per week of age: ``increments[from, to, age]``."""

    scales: tuple[tuple[float, ...], ...]  # [from, to] in weeks; infinity where there is no way
    shapes: tuple[float, ...]
    frailty_variance: float

    @classmethod
    def of(cls, values: Values) -> Course:
        """The course that parameters describe; ParameterError with everything that cannot be meant."""
        complaints = Complaints()
        for key in (*SCALES.values(), *SHAPES):
            complaints.unless(is_positive(values[key]), key, values[key], "must be above 0")
        variance = values["frailty_variance"]
        complaints.unless(variance >= 0, "frailty_variance", variance, "must be 0 or more")
        complaints.raise_as(ParameterError, "this course cannot be simulated")
        scales = [[np.inf] * STATES for _ in range(STATES)]
        for (begin, end), key in SCALES.items():
            scales[begin][end] = values[key]
        return cls(tuple(map(tuple, scales)), tuple(values[key] for key in SHAPES), variance)

    @cached_property
    def increments(self) -> Floats:
        """What each week of age adds to each cumulative hazard, ``[from, to, age]``."""
        age = np.arange(OLDEST + 1, dtype=np.float64)[None, None, :]
        scale, shape = np.asarray(self.scales)[:, :, None], np.asarray(self.shapes)[:, None, None]
        return np.asarray(((age + 1) / scale) ** shape - (age / scale) ** shape)

    def frailty(self, uniform: Floats) -> Floats:
        """Gamma frailties with mean 1, one for each uniform number."""
        if self.frailty_variance == 0:
            return np.ones_like(uniform)
        shape = 1 / self.frailty_variance
        return np.asarray(sp.gammaincinv(shape, uniform) / shape)

    def week(self, spells: Spells, uniform: Floats, *, worse: Floats, better: Floats) -> Spells:
        """One week on. ``worse``, ``better``: multipliers of the hazards up and down, ``[N]``."""
        state, age = spells.state, np.minimum(spells.age, OLDEST)
        to = [
            self.increments[state, end, age] * np.where(end > state, worse, better) for end in range(STATES)
        ]  # nobody leaves for the state they are in: its scale is infinite
        total = to[QUIESCENT] + to[LOW_ACTIVE] + to[FLARE]
        leaves = -np.expm1(-total)
        moves = uniform < leaves
        place = uniform / np.maximum(leaves, np.finfo(float).tiny) * total
        end = (place >= to[QUIESCENT]).astype(np.int64) + (place >= to[QUIESCENT] + to[LOW_ACTIVE])
        return Spells(np.where(moves, end, state), np.where(moves, 0, spells.age + 1))


def mean_sojourns(course: Course) -> Floats:
    """Mean weeks of a spell in each state for a person of frailty 1, ``[S]``: the sum of the weekly survival."""
    hazard = np.cumsum(course.increments.sum(axis=1), axis=1)
    return np.asarray(1 + np.exp(-hazard).sum(axis=1))
