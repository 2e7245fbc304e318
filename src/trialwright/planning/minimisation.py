"""Minimisation: the arm that leaves the prognostic factors most alike, with a chance below 1 so that nobody is certain.

Pocock & Simon, *Biometrics* 31 (1975) 103–115. For a new participant and each arm ``k``: over the factors ``i``, with
weight ``w_i``, the imbalance of the counts of those who share the participant's level of ``i``, had this one been given
``k``: ``G_k = Σ w_i D_ik``. ``D`` is the range or the variance. The arm with the smallest ``G`` is favoured with
probability ``p``; among equals one is drawn.

For unequal ratios the counts are divided by the ratio, and the favoured arm's probability depends on its share:
``1 - p_k = (1 - p) (R - r_k) / (R - r_1)``, with ``R`` the sum of the ratio and ``r_1`` its smallest share, the others
by their ratio (biased-coin minimisation, after Han, Enas & McEntegart, *Stat Med* 28 (2009); the article was not at
hand, the property was derived anew and is tested). Were arm ``k`` favoured with probability ``r_k / R``, every arm
would then be given in its ratio; with the same ``p`` for each, it would not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, final

from trialwright.planning.randomisation import Chances, Ratio, check_ratio
from trialwright.planning.secret_stream import Draws, chosen
from trialwright.vocabulary.errors import Complaints, ParameterError

Levels = tuple[str, ...]  # a participant's level of each factor, in the order of the weights
Past = Sequence[tuple[Levels, int]]  # everybody before, with the arm


@final
@dataclass(frozen=True, slots=True)
class Minimisation:
    """How the next arm is found; ``weights`` holds one number for each factor."""

    ratio: Ratio
    weights: tuple[float, ...]
    favoured: float = 0.8  # Pocock and Simon give no one value; 0.8 is usual, and is stated in the protocol
    imbalance: Literal["range", "variance"] = "range"

    def __post_init__(self) -> None:
        """Refuse what cannot be meant."""
        complaints = Complaints()
        check_ratio(self.ratio, complaints)
        complaints.unless(bool(self.weights), "weights", self.weights, "must hold one number for each factor")
        complaints.unless(all(one > 0 for one in self.weights), "weights", self.weights, "must be above 0")
        by_chance = min(self.ratio, default=1) / (sum(self.ratio) or 1)
        allowed = f"must lie above {by_chance:.3g}, what the ratio alone gives, and be 1 at most"
        complaints.unless(by_chance < self.favoured <= 1, "favoured", self.favoured, allowed)
        complaints.raise_as(ParameterError, "minimisation cannot be used so")

    def imbalances(self, past: Past, levels: Levels) -> tuple[Fraction, ...]:
        """``G_k`` of each arm: how uneven the factors would be, had this participant been given it."""
        self._check(levels)
        arms = range(len(self.ratio))
        totals = [Fraction(0)] * len(self.ratio)
        for place, weight in enumerate(self.weights):
            counts = [0] * len(self.ratio)
            for others, arm in past:
                counts[arm] += others[place] == levels[place]
            for arm in arms:
                with_one = [Fraction(counts[one] + (one == arm), self.ratio[one]) for one in arms]
                totals[arm] += _exact(weight) * _spread(with_one, self.imbalance)
        return tuple(totals)

    def chances(self, past: Past, levels: Levels) -> Chances:
        """With which chance each arm comes next, for whoever knows everybody's factors and arms."""
        found = self.imbalances(past, levels)
        equals = [arm for arm, one in enumerate(found) if one == min(found)]
        alike = sum(self.ratio[arm] for arm in equals)  # among equals, by the ratio
        total = [Fraction(0)] * len(self.ratio)
        for arm in equals:
            share = Fraction(self.ratio[arm], alike)
            total = [one + share * part for one, part in zip(total, self.given_favoured(arm), strict=True)]
        return tuple(total)

    def given_favoured(self, arm: int) -> Chances:
        """With which chance each arm is given when this one is favoured."""
        whole, least = sum(self.ratio), min(self.ratio)
        rest = (1 - _exact(self.favoured)) * Fraction(whole - self.ratio[arm], whole - least)
        others = whole - self.ratio[arm]
        return tuple(
            1 - rest if other == arm else rest * Fraction(share, others) for other, share in enumerate(self.ratio)
        )

    def next(self, draws: Draws, *, past: Past, levels: Levels) -> int:
        """The arm of the next participant."""
        return chosen(self.chances(past, levels), draws)

    def _check(self, levels: Levels) -> None:
        complaints = Complaints()
        complaints.unless(
            len(levels) == len(self.weights), "levels", levels, f"must name {len(self.weights)} levels, one a factor"
        )
        complaints.raise_as(ParameterError, "this participant cannot be allocated")


def _exact(value: float) -> Fraction:
    """A number as it was written: 0.8 is four fifths."""
    return Fraction(repr(value))


def _spread(counts: Sequence[Fraction], imbalance: str) -> Fraction:
    if imbalance == "range":
        return max(counts) - min(counts)
    mean = sum(counts, Fraction(0)) / len(counts)
    return sum(((count - mean) ** 2 for count in counts), Fraction(0)) / (len(counts) - 1)
