"""Toxicity probability interval design (TPI): as mTPI, but the target interval is measured in posterior deviations.

Rule in words. Around the target lies an interval that is wide while little is known and narrows with the data: so many
posterior standard deviations of the current level's DLT rate below and above. Whichever is most probable decides: a
rate below the interval asks for the next level up, one inside it to stay, one above it for the next level down. The
way up to a level that is too probably too toxic is barred, and the trial stops when that is the lowest level. At the
end the rates are pooled so that they do not fall with dose, and the level nearest to the target is selected among
those tried and not excluded.

Formula. p ~ Beta(prior_a + y, prior_b + n - y) with standard deviation s; the largest of P(p < t - sds_below s), P(t -
sds_below s < p < t + sds_above s) and P(p > t + sds_above s), t the target; equal ones: the higher. (In the paper's
formulas and table K1 is sds_above and K2 is sds_below; its prose is reported to swap them.) Selection: isotonic
regression of (y + 0.005) / (n + 0.01), weights from Beta(0.005, 0.005).

Excluded levels. A level with two or more settled participants and P(p > t) > exclusion_confidence is excluded with
every level above it, and the lowest one being excluded stops the trial. Exclusion is read from the present counts: it
stays because nobody is treated at an excluded level again.

Differs from designs that leave an eliminated level: the rule only bars the way up to an excluded level; one that
becomes excluded while its own counts say "stay" would be kept, unless leave_excluded = true, which is how others read
the paper. With the usual parameters, targets of 20 to 33% and exclusion_confidence 0.9 or 0.95 there is no such count
up to 30 participants.

Reference. Ji, Li & Bekele 2007, Clinical Trials 4:235. Numbers agree with references/escalation_tpi_tables and
references/escalation_exact_paths.

Choose it to repeat a trial that used it. Not for a new one: what counts as near the target depends on how much is
known, which is hard to defend before a board; mtpi2, keyboard and boin replaced it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal, final

from trialwright.designs import Published, check_flags, check_probabilities, check_target
from trialwright.numerics.beta_binomial import BetaPosterior
from trialwright.numerics.isotonic import selected_after_pooling
from trialwright.numerics.scalars import is_positive
from trialwright.numerics.unit_mass import around_target, strongest
from trialwright.vocabulary.errors import Complaints, ParameterError
from trialwright.vocabulary.seen import Ints, Proposal, Seen, any_number_of_levels
from trialwright.vocabulary.stepwise import Closure, at_current, closure, step, three_reasons
from trialwright.vocabulary.words import Text

LEAST = 2  # settled participants before a level can be excluded
PSEUDO_COUNT = 0.005  # Beta(0.005, 0.005) of the estimates at the end

ESCALATE = Text(
    en="{n_dlt} DLT in {n} at level {current}: most probably the DLT rate is below the interval around the target of "
    "{target:percent1}, which asks for a higher level.",
    fr="{n_dlt} DLT sur {n} au palier {current} : le taux de DLT est le plus probablement sous l'intervalle autour de "
    "la cible de {target:percent1}, ce qui demande de monter.",
)
BETWEEN = Text(
    en="{n_dlt} DLT in {n} at level {current}: most probably the DLT rate is inside the interval around the target of "
    "{target:percent1}, which asks to stay.",
    fr="{n_dlt} DLT sur {n} au palier {current} : le taux de DLT est le plus probablement dans l'intervalle autour de "
    "la cible de {target:percent1}, ce qui demande de rester.",
)
DE_ESCALATE = Text(
    en="{n_dlt} DLT in {n} at level {current}: most probably the DLT rate is above the interval around the target of "
    "{target:percent1}, which asks for a lower level.",
    fr="{n_dlt} DLT sur {n} au palier {current} : le taux de DLT est le plus probablement au-dessus de l'intervalle "
    "autour de la cible de {target:percent1}, ce qui demande de descendre.",
)


@final
@dataclass(frozen=True, slots=True)
class Tpi:
    """Parameters of the TPI design."""

    target_toxicity_rate: float  # DLT rate aimed at
    sds_below: float = 1.5  # K2: the interval reaches this many posterior standard deviations below the target
    sds_above: float = 1.0  # K1
    exclusion_confidence: float = 0.95  # a level is excluded when P(rate > target) is above this
    prior_a: float = 0.005  # of the Beta prior
    prior_b: float = 0.005  # of the Beta prior
    leave_excluded: bool = False  # true: go down from an excluded level even where its counts say "stay"

    def __post_init__(self) -> None:
        complaints = Complaints()
        check_target(complaints, self.target_toxicity_rate)
        check_probabilities(complaints, usual="0.95", exclusion_confidence=self.exclusion_confidence)
        for place, usual in (("sds_below", 1.5), ("sds_above", 1), ("prior_a", 0.005), ("prior_b", 0.005)):
            value = getattr(self, place)
            complaints.unless(is_positive(value), place, value, "must be a number above 0", f"{usual} is usual")
        check_flags(complaints, leave_excluded=self.leave_excluded)
        complaints.raise_as(ParameterError, "tpi cannot be built")

    looks_at: ClassVar[Literal["counts"]] = "counts"  # counts per level are all it needs
    fits = any_number_of_levels

    def propose(self, seen: Seen) -> Proposal:
        """One level up, the same or one down, by the most probable of below, inside and above the interval."""
        target, n, n_dlt = self.target_toxicity_rate, at_current(seen.n, seen), at_current(seen.n_dlt, seen)
        believed = BetaPosterior.after(n=n, n_dlt=n_dlt, prior_a=self.prior_a, prior_b=self.prior_b)
        share = around_target(believed.a, believed.b, target=target, sds_below=self.sds_below, sds_above=self.sds_above)
        direction = 1 - strongest(share)
        texts = (ESCALATE, BETWEEN, DE_ESCALATE)
        reasons = three_reasons(seen, direction, design="tpi", texts=texts, target=target)
        closed, leave = self._excluded(seen), self.leave_excluded
        return step(seen, direction, closed=closed, reasons=reasons, design="tpi", leave_closed=leave)

    def select(self, seen: Seen) -> Ints:
        """The level whose pooled estimate is nearest to the target, among those tried and not excluded; 0 = none."""
        still_open = self._excluded(seen).open
        return selected_after_pooling(
            still_open, self.target_toxicity_rate, n=seen.n, n_dlt=seen.n_dlt, prior=PSEUDO_COUNT
        )

    def _excluded(self, seen: Seen) -> Closure:
        believed = BetaPosterior.after(n=seen.n, n_dlt=seen.n_dlt, prior_a=self.prior_a, prior_b=self.prior_b)
        target, confidence = self.target_toxicity_rate, self.exclusion_confidence
        return closure(seen, believed.exceedance(target), rate=target, confidence=confidence, least=LEAST)


_QUARTER = {"target_toxicity_rate": 0.25}
_WIDE_ABOVE = {"target_toxicity_rate": 0.25, "sds_below": 1.0, "sds_above": 1.5}
_SIX = "Ji, Li & Bekele 2007, table 1, six participants, as quoted in public; one answer for targets of 20 to 30%"
_TABLE = "escalation 0.2.3, get_tpi(): references/escalation_tpi_tables"
PUBLISHED = (
    Published(f"{_TABLE}, case 019", _QUARTER, 3, "2NNN", 3),
    Published(f"{_TABLE}, case 019", _QUARTER, 3, "2NNT", 2),
    Published(f"{_TABLE}, case 019", _QUARTER, 3, "2NNTT", 1),
    Published(f"{_TABLE}, case 019", _QUARTER, 3, "2NNNNNNNNT", 3),
    Published(_SIX, _QUARTER, 3, "2NNNNNN", 3),
    Published(_SIX, _QUARTER, 3, "2NNNNNT", 2),
    Published(_SIX, _QUARTER, 3, "2NNNNTT", 2),
    Published(_SIX, _QUARTER, 3, "2NNNTTT", 1),
    Published(f"{_TABLE}, case 020", _WIDE_ABOVE, 3, "2NNNNNNT", 3),
)
DESIGN = Tpi
IN_FRENCH = "TPI : comme mTPI, mais l'intervalle cible se mesure en écarts-types a posteriori."
