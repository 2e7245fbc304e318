"""Stop, or stay below, when a level is too probably above a DLT rate.

Rule in words. The probability that the true DLT rate of a level is above ``rate`` is worked out from everybody
settled. Where it is above ``confidence``: ``level = "lowest"``: the trial stops when this holds for level 1. ``level
= "any"``: the trial stops when it holds for any level that someone has been given. A level number: level 1 stops the
trial; an excess at a level in the middle does not, it caps the trial below that level (a proposal of this level or
higher becomes the level below it).

Formula. P(p_d > rate | data) > confidence. ``posterior = "beta"``: p_d ~ Beta(prior_a + y_d, prior_b + n_d - y_d),
once a participant is settled at that level. ``posterior = "design"``: the posterior of the design, which borrows
between levels, once a participant is settled anywhere. ``posterior = "normal-approximation"``: as "design", with beta
of a one-parameter CRM taken to be normal with its posterior mean and variance. ``n_min``: not before that many are
settled at the level judged.

"design" and "normal-approximation" differ where the posterior of beta is skewed: after few participants, or with no
DLT or nothing but DLTs. In the seven CRM+stop cases of references/escalation_exact_paths six probabilities of ending
without a dose differ, by 0.0055 at most (case 082: 0.4858 and 0.4804). The R package escalation 0.2.3 uses the
approximation, and "normal-approximation" repeats its numbers; choose it to check a protocol against that tool.
"design" is the statement the formula makes, without an error of its own, and exists for every design that keeps a
posterior.

Reference. Thall & Simon 1994, Biometrics 50:337; with a CRM posterior: the stopping rule of
references/escalation_exact_paths (CRM+stop).

Choose it with every design that has no stopping rule of its own. Not with posterior "design" under a design that
keeps no posterior (3+3, likelihood CRM), nor with "normal-approximation" under one without a beta: it refuses.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, final

import numpy as np

from trialwright.numerics.beta_binomial import BetaPosterior
from trialwright.numerics.normal_beta import exceedance_if_normal
from trialwright.numerics.one_parameter import OneParameterPosterior
from trialwright.numerics.scalars import is_count, is_positive, is_probability
from trialwright.vocabulary.errors import Complaints, Finding, ParameterError, Refused
from trialwright.vocabulary.seen import NO_LEVEL, Bools, Floats, Ints, Proposal, Seen
from trialwright.vocabulary.stepwise import ROUNDING
from trialwright.vocabulary.words import Text

KINDS = ("beta", "design", "normal-approximation")
NO_BETA = Text(
    en="stop_when_too_toxic was asked for the normal approximation of beta, but this design has no posterior of one "
    'beta; use posterior = "design", or "beta"',
    fr="stop_when_too_toxic doit employer l'approximation normale de beta, mais ce plan n'a pas de loi a posteriori "
    'd\'un seul beta ; utilisez posterior = "design" ou "beta"',
)
FACTS_EN = (
    "The probability that the DLT rate of level {judged} is above {rate:percent1} is {probability:percent1}, more "
    "than {confidence:percent1}"
)
FACTS_FR = (
    "La probabilité que le taux de DLT du palier {judged} dépasse {rate:percent1} est de {probability:percent1}, "
    "au-delà de {confidence:percent1}"
)
STOP = Text(en=f"{FACTS_EN}: the trial stops.", fr=f"{FACTS_FR} : l'essai s'arrête.")
CAP = Text(
    en=f"{FACTS_EN}: no one is treated at that level or above.",
    fr=f"{FACTS_FR} : personne n'est traité à ce palier ni au-dessus.",
)
NO_POSTERIOR = Text(
    en="stop_when_too_toxic was asked to use the design's posterior, but this design keeps none; "
    'use posterior = "beta"',
    fr="stop_when_too_toxic doit utiliser la loi a posteriori du plan, et ce plan n'en garde pas ; "
    'utilisez posterior = "beta"',
)


@final
@dataclass(frozen=True, slots=True)
class StopWhenTooToxic:
    """Parameters: which level is judged, against which rate, and how sure one has to be."""

    rate: float  # DLT rate that is too high
    confidence: float  # stops when P(rate too high) is above this
    level: Literal["lowest", "any"] | int = "lowest"  # lowest, any that was given, or one
    posterior: Literal["beta", "design", "normal-approximation"] = "beta"  # of the level alone (beta), or the design's
    prior_a: float = 1.0  # of the Beta prior
    prior_b: float = 1.0  # of the Beta prior
    n_min: int = 0  # settled participants at the level before it is judged

    def __post_init__(self) -> None:
        complaints = Complaints()
        for place in ("rate", "confidence"):
            value = getattr(self, place)
            complaints.unless(is_probability(value), place, value, "must lie between 0 and 1")
        known = self.level in ("lowest", "any") or is_count(self.level)
        complaints.unless(known, "level", self.level, 'must be "lowest", "any" or the number of a level')
        allowed = f"must be one of {', '.join(KINDS)}"
        complaints.unless(self.posterior in KINDS, "posterior", self.posterior, allowed)
        for place in ("prior_a", "prior_b"):
            value = getattr(self, place)
            complaints.unless(is_positive(value), place, value, "must be a number above 0", "1 is flat")
        complaints.unless(is_count(self.n_min, least=0), "n_min", self.n_min, "must be a whole number of 0 or more")
        complaints.raise_as(ParameterError, "stop_when_too_toxic cannot be built")

    @property
    def needs_one_order(self) -> bool:
        """Staying below a level number needs one order; stopping does not."""
        return isinstance(self.level, int) and self.level > 1

    def fits(self, levels: int) -> Sequence[Finding]:
        """The level judged must exist."""
        complaints = Complaints()
        exists = not isinstance(self.level, int) or self.level <= levels
        complaints.unless(exists, "level", self.level, f"must be one of the {levels} dose levels")
        return complaints.findings

    judges_safety: ClassVar[bool] = True  # a level it forbids is not recommended at the end either

    @property
    def asks_posterior(self) -> bool:
        """Whether it looks at the design's posterior: it may keep a posterior of its own."""
        return self.posterior != "beta"

    def __call__(self, proposal: Proposal, seen: Seen) -> Proposal:
        """A stop, or a level below the one that is too toxic."""
        exceedance = self._exceedance(proposal, seen)
        judged, over = self._judge(exceedance, seen)
        values = {
            "judged": judged,
            "rate": self.rate,
            "probability": exceedance[np.arange(seen.batch), judged - 1],
            "confidence": self.confidence,
        }
        code = "stop_when_too_toxic"
        if isinstance(self.level, int) and self.level > 1:
            capped = over & ~proposal.stop & (proposal.dose_level >= self.level)
            return proposal.changed(capped, code=code, text=CAP, values=values, dose_level=self.level - 1)
        stopped = over & ~proposal.stop
        return proposal.changed(
            stopped, code=code, text=STOP, values=values, dose_level=NO_LEVEL, wait=False, stop=True
        )

    def _exceedance(self, proposal: Proposal, seen: Seen) -> Floats:
        """Probability that the DLT rate of each level is above the limit, ``[B, D]``."""
        believed = proposal.posterior
        if self.posterior == "beta":
            beta = BetaPosterior.after(n=seen.n, n_dlt=seen.n_dlt, prior_a=self.prior_a, prior_b=self.prior_b)
            return beta.exceedance(self.rate)
        if believed is None:
            raise Refused(NO_POSTERIOR)
        if self.posterior == "design":
            return believed.exceedance(self.rate)
        if not isinstance(believed, OneParameterPosterior):
            raise Refused(NO_BETA)
        return exceedance_if_normal(believed, self.rate)

    def _judge(self, exceedance: Floats, seen: Seen) -> tuple[Ints, Bools]:
        """The level judged in every trial (the lowest one over the limit if any will do), and whether it is over."""
        enough = seen.n >= self.n_min
        enough &= seen.n > 0 if self.posterior == "beta" else seen.n.sum(axis=1, keepdims=True) > 0
        over = enough & (exceedance > self.confidence + ROUNDING)
        if self.level == "any":
            over &= seen.n_treated > 0
            return np.asarray(over.argmax(axis=1) + 1, np.int64), np.asarray(over.any(axis=1), np.bool_)
        level = 1 if self.level == "lowest" else int(self.level)
        return np.full(seen.batch, level, np.int64), np.asarray(over[:, level - 1], np.bool_)


EXAMPLE: Mapping[str, Any] = {"rate": 0.25, "confidence": 0.9}
RULE = StopWhenTooToxic
IN_FRENCH = "Arrêter, ou rester en dessous, quand un palier dépasse trop probablement un taux de DLT."
