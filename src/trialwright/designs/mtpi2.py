"""mTPI-2: as mTPI, but every interval is as wide as the target interval, so that width no longer decides.

Rule in words. The target interval is the middle of a row of intervals of the same width that reaches down to 0 and up
to 1. The one with the highest posterior probability per unit of width at the current level decides: below the target
interval asks for the next level up, the target interval itself to stay, above it for the next level down. The way up
to a level that is too probably too toxic is barred, and the trial stops when that is the lowest level. At the end the
rates are pooled so that they do not fall with dose, and the level nearest to the target is selected among those tried
and not excluded.

Formula. Target interval (t - margin_below, t + margin_above), its neighbours of the same width, the pieces at 0 and 1
cut off; unit probability mass: P(low < p < high) / (high - low) under p ~ Beta(prior_a + y, prior_b + n - y). Equal
masses: the highest interval. Selection: isotonic regression of (y + 0.005) / (n + 0.01), weights from Beta(0.005,
0.005).

Excluded levels. A level with two or more settled participants and P(p > t) > exclusion_confidence is excluded with
every level above it, and the lowest one being excluded stops the trial. Exclusion is read from the present counts: it
stays because nobody is treated at an excluded level again. That two are needed is the rule of TPI (2007) and of the
reference files; it was not checked in this paper.

Differs from tables with "DU": the rule only bars the way up to an excluded level; one that becomes excluded while its
own counts say "stay" would be kept, unless leave_excluded = true. With margins of 0.05, targets of 20 to 33% and
exclusion_confidence 0.9 or 0.95 there is no such count up to 30 participants.

Reference. Guo, Wang, Yang, Lynn & Ji 2017, Contemporary Clinical Trials 58:23. Numbers agree with
references/escalation_tpi_tables and references/escalation_exact_paths.

Choose it when a target rate can be named and the site wants a table of counts to decide by; its decisions are those of
the keyboard design up to the exclusion of levels. Not when outcomes stay pending for long.
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
from trialwright.numerics.unit_mass import keys
from trialwright.vocabulary.errors import Complaints, ParameterError
from trialwright.vocabulary.seen import Ints, Proposal, Seen, any_number_of_levels
from trialwright.vocabulary.stepwise import Closure, closure
from trialwright.vocabulary.words import Text

LEAST = 2  # settled participants before a level can be excluded
PSEUDO_COUNT = 0.005  # Beta(0.005, 0.005) of the estimates at the end

ESCALATE = Text(
    en="{n_dlt} DLT in {n} at level {current}: the interval with the highest unit probability mass lies below the "
    "target interval (below {lower:percent1}), which asks for a higher level.",
    fr="{n_dlt} DLT sur {n} au palier {current} : l'intervalle de plus forte masse de probabilité unitaire est "
    "sous l'intervalle cible (sous {lower:percent1}), ce qui demande de monter.",
)
BETWEEN = Text(
    en="{n_dlt} DLT in {n} at level {current}: the target interval has the highest unit probability mass "
    "({lower:percent1} to {upper:percent1}), which asks to stay.",
    fr="{n_dlt} DLT sur {n} au palier {current} : l'intervalle cible a la plus forte masse de probabilité "
    "unitaire ({lower:percent1} à {upper:percent1}), ce qui demande de rester.",
)
DE_ESCALATE = Text(
    en="{n_dlt} DLT in {n} at level {current}: the interval with the highest unit probability mass lies above the "
    "target interval (above {upper:percent1}), which asks for a lower level.",
    fr="{n_dlt} DLT sur {n} au palier {current} : l'intervalle de plus forte masse de probabilité unitaire est "
    "au-dessus de l'intervalle cible (au-dessus de {upper:percent1}), ce qui demande de descendre.",
)


@final
@dataclass(frozen=True, slots=True)
class Mtpi2:
    """Parameters of the mTPI-2 design."""

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
        complaints.raise_as(ParameterError, "mtpi2 cannot be built")

    looks_at: ClassVar[Literal["counts"]] = "counts"  # counts per level are all it needs
    fits = any_number_of_levels

    def propose(self, seen: Seen) -> Proposal:
        """One level up, the same or one down, by the interval with the highest unit probability mass."""
        believed = self._posterior(seen)
        return step_to_strongest(
            seen,
            keys(*self._target_interval),
            prior=(self.prior_a, self.prior_b),
            closed=self._excluded(seen, believed),
            texts=(ESCALATE, BETWEEN, DE_ESCALATE),
            design="mtpi2",
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


_QUARTER = {"target_toxicity_rate": 0.25}
_UNEVEN = {"target_toxicity_rate": 0.3, "margin_below": 0.04, "margin_above": 0.06, "prior_a": 0.5, "prior_b": 0.5}
_TABLE = "escalation 0.2.3, get_mtpi2(): references/escalation_tpi_tables"
PUBLISHED = (
    Published(f"{_TABLE}, case 008", _QUARTER, 3, "2NNN", 3),
    Published(f"{_TABLE}, case 008", _QUARTER, 3, "2NNT", 1),
    Published(f"{_TABLE}, case 008", _QUARTER, 3, "2NNNT", 2),
    Published(f"{_TABLE}, case 008", _QUARTER, 3, "2NNNNNT", 3),
    Published(f"{_TABLE}, case 022", _UNEVEN, 3, "2NNT", 3),
    Published(f"{_TABLE}, case 022", _UNEVEN, 3, "2NNNNTT", 2),
)
DESIGN = Mtpi2
IN_FRENCH = "mTPI-2 : comme mTPI, mais tous les intervalles ont la largeur de l'intervalle cible."
