"""Cumulative cohort design (CCD): up, stay or down by how far the DLT rate at the current level is from the target.

Rule in words. All participants ever settled at the current level count together, whichever cohort they came with. The
next cohort goes one level up when their DLT rate is at or below the target minus a margin, one level down when it is
at or above the target plus the margin, and stays in between. At the end the rates are pooled so that they do not fall
with dose, and the level nearest to the target is selected among those tried. No level is ever closed and the design
never stops a trial: add stop_when_too_toxic and stop_at_n.

Formula. y DLTs in n participants at the current level, target t, margin Delta: up y / n <= t - Delta; down y / n >= t +
Delta. Selection: isotonic regression of y / n with weights n; levels that share an estimate: the highest of them below
the target, otherwise the lowest. Rules that ask for a posterior get Beta(1 + y, 1 + n - y), which decides nothing here.

Margin. It has to be given. The paper recommends, as remembered and not verified against its table: 0.09 for targets of
10 to 25%, 0.10 for 30 and 35%, 0.12 for 40%, 0.13 for 45 and 50%.

Reference. Ivanova, Flournoy & Chung 2007, Journal of Statistical Planning and Inference 137:2316. The rule is given
from memory, like the margins. No reference file holds its decisions; the published decisions below are that rule worked
out by hand.

Choose it to repeat a trial that used it, or as the plainest yardstick for boin, keyboard and mtpi2. Not without a rule
that stops for toxicity: three DLTs in three at the lowest level are answered by treating there again; nor when
outcomes stay pending for long, nor when toxicity may fall with dose.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal, final

import numpy as np

from trialwright.designs import Published, check_target
from trialwright.numerics.beta_binomial import BetaPosterior
from trialwright.numerics.isotonic import isotonic, nearest_after_pooling
from trialwright.numerics.scalars import is_probability
from trialwright.vocabulary.errors import Complaints, ParameterError
from trialwright.vocabulary.seen import Floats, Ints, Proposal, Seen, any_number_of_levels
from trialwright.vocabulary.stepwise import DOWN, ROUNDING, STAY, UP, at_current, closure, step, three_reasons
from trialwright.vocabulary.words import Text

NEVER = 1.0  # no probability exceeds it: the paper closes no level

ESCALATE = Text(
    en="{n_dlt} DLT in {n} at level {current}: the rate is at or below {lower:percent1}, which asks for a higher "
    "level.",
    fr="{n_dlt} DLT sur {n} au palier {current} : le taux ne dépasse pas {lower:percent1}, ce qui demande de monter.",
)
BETWEEN = Text(
    en="{n_dlt} DLT in {n} at level {current}: the rate lies between {lower:percent1} and {upper:percent1}, which asks "
    "to stay.",
    fr="{n_dlt} DLT sur {n} au palier {current} : le taux est compris entre {lower:percent1} et {upper:percent1}, ce "
    "qui demande de rester.",
)
DE_ESCALATE = Text(
    en="{n_dlt} DLT in {n} at level {current}: the rate is at or above {upper:percent1}, which asks for a lower level.",
    fr="{n_dlt} DLT sur {n} au palier {current} : le taux atteint {upper:percent1}, ce qui demande de descendre.",
)


@final
@dataclass(frozen=True, slots=True)
class CumulativeCohort:
    """Parameters of the cumulative cohort design."""

    target_toxicity_rate: float  # Gamma
    margin: float  # Delta: how far from the target a rate has to be for a step

    def __post_init__(self) -> None:
        complaints = Complaints()
        target, margin = self.target_toxicity_rate, self.margin
        room = min(target, 1 - target) if check_target(complaints, target) else 1.0
        allowed = "must be above 0, and less than the target and than 1 minus the target"
        complaints.unless(is_probability(margin) and margin < room, "margin", margin, allowed, "0.09 to 0.13 is usual")
        complaints.raise_as(ParameterError, "cumulative_cohort cannot be built")

    looks_at: ClassVar[Literal["counts"]] = "counts"  # counts per level are all it needs
    fits = any_number_of_levels

    def propose(self, seen: Seen) -> Proposal:
        """One level up, the same or one down, by the DLT rate of everybody settled at the current level."""
        target, believed = self.target_toxicity_rate, BetaPosterior.after(n=seen.n, n_dlt=seen.n_dlt)
        lower, upper = target - self.margin, target + self.margin
        n, n_dlt = at_current(seen.n, seen), at_current(seen.n_dlt, seen)
        up, down = n_dlt <= lower * n + ROUNDING, n_dlt >= upper * n - ROUNDING
        direction = np.where(down, DOWN, np.where(up, UP, STAY))
        texts, said = (ESCALATE, BETWEEN, DE_ESCALATE), {"lower": lower, "upper": upper}
        reasons = three_reasons(seen, direction, design="cumulative_cohort", texts=texts, **said)
        closed = closure(seen, believed.exceedance(target), rate=target, confidence=NEVER, least=1)
        return step(seen, direction, closed=closed, reasons=reasons, design="cumulative_cohort", posterior=believed)

    def select(self, seen: Seen) -> Ints:
        """The level whose pooled DLT rate is nearest to the target, among those tried; 0 = none."""
        weight: Floats = seen.n.astype(np.float64)  # an untried level has no weight and takes no part
        rate = isotonic(seen.n_dlt / np.maximum(seen.n, 1), weight)
        return nearest_after_pooling(rate, self.target_toxicity_rate)


_QUARTER, _THIRTY = {"target_toxicity_rate": 0.25, "margin": 0.09}, {"target_toxicity_rate": 0.3, "margin": 0.1}
_PAPER = "Ivanova, Flournoy & Chung 2007, the rule of the cumulative cohort design, worked out by hand"
PUBLISHED = (
    Published(f"{_PAPER}: 0/3 is at or below 16%", _QUARTER, 3, "2NNN", 3),
    Published(f"{_PAPER}: 1/3 lies between 16% and 34%", _QUARTER, 3, "2NNT", 2),
    Published(f"{_PAPER}: 2/3 is at or above 34%", _QUARTER, 3, "2NTT", 1),
    Published(f"{_PAPER}: both cohorts at level 2 count, 1/6 is above 16%", _QUARTER, 3, "1NNN 2NNT 2NNN", 2),
    Published(f"{_PAPER}: 1/7 is below 16%", _QUARTER, 3, "2NNNNNNT", 3),
    Published(f"{_PAPER}: 1/5 is 20%, the end of the interval goes up", _THIRTY, 3, "2NNNNT", 3),
    Published(f"{_PAPER}: 2/5 is 40%, the end of the interval goes down", _THIRTY, 3, "2NNNTT", 1),
    Published(f"{_PAPER}: there is nothing below the lowest level", _QUARTER, 3, "1TTT", 1, 1),
    Published(f"{_PAPER}: 1/3 and 0/4 are pooled to 1/7, 3/3 is further", _QUARTER, 3, "1NNT 2NNNN 3TTT", 2, 2),
)
DESIGN = CumulativeCohort
IN_FRENCH = "Cohortes cumulées (CCD) : l'écart entre le taux observé au palier et la cible décide."
