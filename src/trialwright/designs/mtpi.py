"""Modified toxicity probability interval design (mTPI): the interval with the highest unit probability mass decides.

Rule in words. The range of DLT rates is cut into too low, near the target, and too high. Of the three, the one that
holds most posterior probability per unit of width at the current level decides: too low asks for the next level up,
near the target to stay, too high for the next level down. The way up to a level that is too probably too toxic is
barred, and the trial stops when that is the lowest level. At the end the rates are pooled so that they do not fall
with dose, and the level nearest to the target is selected among those tried and not excluded.

Formula. Intervals (0, t - margin_below), (t - margin_below, t + margin_above), (t + margin_above, 1); unit probability
mass: P(low < p < high) / (high - low) under p ~ Beta(prior_a + y, prior_b + n - y). Equal masses: the higher interval.
Selection: isotonic regression of (y + 0.005) / (n + 0.01), weights from Beta(0.005, 0.005).

Excluded levels. A level with two or more settled participants and P(p > t) > exclusion_confidence is excluded with
every level above it, and the lowest one being excluded stops the trial. Exclusion is read from the present counts: it
stays because nobody is treated at an excluded level again. That two are needed is the rule of TPI (2007) and of the
reference files; the paper of 2010 is reported to need none, so that at 0.95 and a target of 22% or less one DLT in the
first participant would exclude the level.

Differs from later tables ("DU" in the mTPI spreadsheet): the rule of 2010 only bars the way up to an excluded level.
A level that becomes excluded while its own counts say "stay" is kept, as in references/escalation_tpi_tables: 6 DLT
in 12 at a target of 33% and exclusion_confidence 0.9; 7 in 20 at a target of 20% and 0.95. leave_excluded = true goes
down instead, and is the safer choice.

Differs from escalation 0.2.3, which stops at the lowest level only when its counts also say "down": ours stops, as
the paper does. No reference case turns on it.

Reference. Ji, Liu, Li & Bekele 2010, Clinical Trials 7:653; Ji & Wang 2013, Journal of Clinical Oncology 31:1785.
Numbers agree with references/escalation_tpi_tables and references/escalation_exact_paths. Equal masses, and the weights
of the estimates at the end, are not prescribed by the paper.

Choose it to repeat a trial that used it. Not for a new one: because the widest interval is spread thin, it stays at
rates well above the target (3 DLT in 6 at a target of 30%); mtpi2 and keyboard mend that.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal, final

from trialwright.designs import (
    Published,
    check_beta_prior,
    check_flags,
    check_probabilities,
    check_target_interval,
    step_to_strongest,
)
from trialwright.numerics.beta_binomial import BetaPosterior
from trialwright.numerics.isotonic import selected_after_pooling
from trialwright.numerics.unit_mass import three_intervals
from trialwright.vocabulary.errors import Complaints, ParameterError
from trialwright.vocabulary.seen import Ints, Proposal, Seen, any_number_of_levels
from trialwright.vocabulary.stepwise import Closure, closure
from trialwright.vocabulary.words import Text

LEAST = 2  # settled participants before a level can be excluded
PSEUDO_COUNT = 0.005  # Beta(0.005, 0.005) of the estimates at the end

ESCALATE = Text(
    en="{n_dlt} DLT in {n} at level {current}: the interval of rates that are too low has the highest unit "
    "probability mass (below {lower:percent1}), which asks for a higher level.",
    fr="{n_dlt} DLT sur {n} au palier {current} : l'intervalle des taux trop bas a la plus forte masse de "
    "probabilité unitaire (sous {lower:percent1}), ce qui demande de monter.",
)
BETWEEN = Text(
    en="{n_dlt} DLT in {n} at level {current}: the target interval has the highest unit probability mass "
    "({lower:percent1} to {upper:percent1}), which asks to stay.",
    fr="{n_dlt} DLT sur {n} au palier {current} : l'intervalle cible a la plus forte masse de probabilité "
    "unitaire ({lower:percent1} à {upper:percent1}), ce qui demande de rester.",
)
DE_ESCALATE = Text(
    en="{n_dlt} DLT in {n} at level {current}: the interval of rates that are too high has the highest unit "
    "probability mass (above {upper:percent1}), which asks for a lower level.",
    fr="{n_dlt} DLT sur {n} au palier {current} : l'intervalle des taux trop élevés a la plus forte masse de "
    "probabilité unitaire (au-dessus de {upper:percent1}), ce qui demande de descendre.",
)


@final
@dataclass(frozen=True, slots=True)
class Mtpi:
    """Parameters of the mTPI design."""

    target_toxicity_rate: float  # DLT rate aimed at
    margin_below: float = 0.05  # epsilon 1: rates from target - margin_below on are near enough
    margin_above: float = 0.05  # epsilon 2
    exclusion_confidence: float = 0.95  # a level is excluded when P(rate > target) is above this
    prior_a: float = 1.0  # of the Beta prior
    prior_b: float = 1.0  # of the Beta prior
    leave_excluded: bool = False  # true: go down from an excluded level even where its counts say "stay"

    def __post_init__(self) -> None:
        complaints = Complaints()
        margins = (self.margin_below, self.margin_above)
        check_target_interval(complaints, target=self.target_toxicity_rate, margins=margins)
        check_probabilities(complaints, usual="0.95", exclusion_confidence=self.exclusion_confidence)
        check_beta_prior(complaints, prior_a=self.prior_a, prior_b=self.prior_b)
        check_flags(complaints, leave_excluded=self.leave_excluded)
        complaints.raise_as(ParameterError, "mtpi cannot be built")

    looks_at: ClassVar[Literal["counts"]] = "counts"  # counts per level are all it needs
    fits = any_number_of_levels

    def propose(self, seen: Seen) -> Proposal:
        """One level up, the same or one down, by the interval with the highest unit probability mass."""
        believed = self._posterior(seen)
        return step_to_strongest(
            seen,
            three_intervals(*self._target_interval),
            prior=(self.prior_a, self.prior_b),
            closed=self._excluded(seen, believed),
            texts=(ESCALATE, BETWEEN, DE_ESCALATE),
            design="mtpi",
            posterior=believed,
            leave_closed=self.leave_excluded,
        )

    def select(self, seen: Seen) -> Ints:
        """The level whose pooled estimate is nearest to the target, among those tried and not excluded; 0 = none."""
        still_open = self._excluded(seen, self._posterior(seen)).open
        return selected_after_pooling(
            still_open, self.target_toxicity_rate, n=seen.n, n_dlt=seen.n_dlt, prior=PSEUDO_COUNT
        )

    @property
    def _target_interval(self) -> tuple[float, float]:
        return self.target_toxicity_rate - self.margin_below, self.target_toxicity_rate + self.margin_above

    def _posterior(self, seen: Seen) -> BetaPosterior:
        return BetaPosterior.after(n=seen.n, n_dlt=seen.n_dlt, prior_a=self.prior_a, prior_b=self.prior_b)

    def _excluded(self, seen: Seen, believed: BetaPosterior) -> Closure:
        target, confidence = self.target_toxicity_rate, self.exclusion_confidence
        return closure(seen, believed.exceedance(target), rate=target, confidence=confidence, least=LEAST)


_QUARTER, _THIRD = {"target_toxicity_rate": 0.25}, {"target_toxicity_rate": 0.33, "exclusion_confidence": 0.9}
_TABLE = "escalation 0.2.3, get_mtpi(): references/escalation_tpi_tables"
PUBLISHED = (
    Published(f"{_TABLE}, case 007", _QUARTER, 3, "2NNN", 3),
    Published(f"{_TABLE}, case 007", _QUARTER, 3, "2NNT", 2),
    Published(f"{_TABLE}, case 007", _QUARTER, 3, "2NTT", 1),
    Published(f"{_TABLE}, case 007", _QUARTER, 3, "2NNNNTT", 2),
    Published(f"{_TABLE}, case 013: excluded, and kept", _THIRD, 3, "2NNNNNNTTTTTT", 2),
    Published(f"{_TABLE}, case 013", _THIRD, 3, "2NNNNNTTTTTTT", 1),
)
DESIGN = Mtpi
IN_FRENCH = "mTPI : l'intervalle ayant la plus forte masse de probabilité par unité de largeur décide."
