"""Stop when the DLT rate of the level that would be treated next is known precisely enough.

Rule in words. The posterior of the DLT rate at the level proposed is measured; where the measure is below ``below``
the trial ends with that level as its recommendation. ``measure = "interval"``: the width of the central interval that
holds ``credibility`` of the posterior. ``measure = "cv"``: the coefficient of variation, from the quartiles. Not before
``n_min`` participants are settled at that level, because a tight prior looks precise before anything was seen.

Formula. interval: q((1 + c) / 2) - q((1 - c) / 2) < below, with c the credibility and q the posterior quantiles. cv:
((q(0.75) - q(0.25)) / 1.349) / q(0.5) < below; 1.349 standard deviations lie between the quartiles of a normal
distribution. ``posterior = "design"``: the posterior of the design, which borrows between levels; ``"beta"``: p_d ~
Beta(prior_a + y_d, prior_b + n_d - y_d).

Reference. O'Quigley & Reiner 1998, Biometrika 85:741; the measure "cv" follows crmPack's StoppingMTDCV (Sabanes Bove et
al. 2019, Journal of Statistical Software 89:10), applied to the DLT rate instead of the dose.

Choose "interval" where a team can say how wide is too wide (0.3 is demanding in a first trial); "cv" (0.3 to 0.4) where
rates are far from 0. Not with posterior "design" under a design that keeps no posterior (3+3, likelihood CRM): it
refuses. Not a judgement of safety: put the rules that may lower the level before it. The level it names is the one
that the design and those rules would have gone on with; the level selected at the end is the design's own answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, final

import numpy as np

from trialwright.numerics.beta_binomial import BetaPosterior
from trialwright.numerics.scalars import is_count, is_positive, is_probability
from trialwright.vocabulary.errors import Complaints, ParameterError, Refused
from trialwright.vocabulary.seen import NO_LEVEL, Floats, Posterior, Proposal, Seen, any_number_of_levels
from trialwright.vocabulary.words import Text

QUARTILES_APART = 1.349  # standard deviations between the quartiles of a normal distribution

INTERVAL = Text(
    en="The {credibility:percent0} interval of the DLT rate of level {level} is {measured:percent1} wide, less than "
    "{below:percent1}: the trial ends with level {level} as its recommendation.",
    fr="L'intervalle à {credibility:percent0} du taux de DLT du palier {level} est large de {measured:percent1}, moins "
    "que {below:percent1} : l'essai s'arrête et recommande le palier {level}.",
)
CV = Text(
    en="The coefficient of variation of the DLT rate of level {level} is {measured:percent1}, less than "
    "{below:percent1}: the trial ends with level {level} as its recommendation.",
    fr="Le coefficient de variation du taux de DLT du palier {level} est de {measured:percent1}, moins que "
    "{below:percent1} : l'essai s'arrête et recommande le palier {level}.",
)
CHOICES = {"measure": ("interval", "cv"), "posterior": ("design", "beta")}
NO_POSTERIOR = Text(
    en='stop_when_precise was asked to use the design\'s posterior, but this design keeps none; use posterior = "beta"',
    fr="stop_when_precise doit utiliser la loi a posteriori du plan, et ce plan n'en garde pas ; "
    'utilisez posterior = "beta"',
)


@final
@dataclass(frozen=True, slots=True)
class StopWhenPrecise:
    """Parameters: what is measured, and below which value it is precise enough."""

    below: float  # stops when the measure is below this
    measure: Literal["interval", "cv"] = "interval"  # width of an interval, or coefficient of variation
    credibility: float = 0.9  # of the interval
    n_min: int = 6  # settled at the level proposed
    posterior: Literal["design", "beta"] = "design"  # the design's, or a Beta posterior of the level alone
    prior_a: float = 1.0  # of the Beta prior
    prior_b: float = 1.0  # of the Beta prior

    def __post_init__(self) -> None:
        complaints = Complaints()
        for place, allowed in CHOICES.items():
            value = getattr(self, place)
            complaints.unless(value in allowed, place, value, f"must be one of {', '.join(allowed)}")
        complaints.unless(is_probability(self.below), "below", self.below, "must lie between 0 and 1")
        fine = is_probability(self.credibility)
        complaints.unless(fine, "credibility", self.credibility, "must lie between 0 and 1", "0.9 is usual")
        complaints.unless(is_count(self.n_min), "n_min", self.n_min, "must be a whole number of 1 or more")
        for place in ("prior_a", "prior_b"):
            value = getattr(self, place)
            complaints.unless(is_positive(value), place, value, "must be a number above 0", "1 is flat")
        complaints.raise_as(ParameterError, "stop_when_precise cannot be built")

    needs_one_order: ClassVar[bool] = False  # it keeps the level, waits or stops
    fits = any_number_of_levels

    def __call__(self, proposal: Proposal, seen: Seen) -> Proposal:
        """A stop where the rate of the level proposed is known precisely enough."""
        line, at = np.arange(seen.batch), np.maximum(proposal.dose_level - 1, 0)
        measured = self._measured(self._posterior(proposal, seen))[line, at]
        values = {
            "level": proposal.dose_level,
            "measured": measured,
            "below": self.below,
            "credibility": self.credibility,
        }
        return proposal.changed(
            ~proposal.stop & (seen.n[line, at] >= self.n_min) & (measured < self.below),
            code="stop_when_precise",
            text=INTERVAL if self.measure == "interval" else CV,
            values=values,
            dose_level=NO_LEVEL,
            wait=False,
            stop=True,
        )

    def _measured(self, believed: Posterior) -> Floats:
        if self.measure == "cv":
            spread = (believed.quantile(0.75) - believed.quantile(0.25)) / QUARTILES_APART
            return np.asarray(spread / believed.quantile(0.5), np.float64)
        tail = (1 - self.credibility) / 2
        return np.asarray(believed.quantile(1 - tail) - believed.quantile(tail), np.float64)

    def _posterior(self, proposal: Proposal, seen: Seen) -> Posterior:
        if self.posterior == "beta":
            return BetaPosterior.after(n=seen.n, n_dlt=seen.n_dlt, prior_a=self.prior_a, prior_b=self.prior_b)
        if proposal.posterior is None:
            raise Refused(NO_POSTERIOR)
        return proposal.posterior


EXAMPLE: Mapping[str, Any] = {"below": 0.45, "n_min": 3}
RULE = StopWhenPrecise
IN_FRENCH = "Arrêter quand le taux de DLT du palier qui serait le prochain est connu avec assez de précision."
