"""i3+3: the simplicity of 3+3 for any target rate and any number of participants, with one look at "one DLT less".

Rule in words. Around the target lies an interval of rates that are near enough. Next level up when the observed DLT
rate at the current level is below the interval, stay when it is inside. When it is above, ask what it would be with
one DLT less: below the interval means that the data are too few to tell, so stay; otherwise one level down. A level
whose DLT rate is too probably above the target is eliminated with every level above it; when the lowest is eliminated
the trial stops. At the end the rates are pooled so that they do not fall with dose, and the level nearest to the
target is selected among those tried and not eliminated.

Formula. With y DLTs in n at the current level and the interval [t - margin_below, t + margin_above]: up when y / n is
below it; stay when y / n is inside, or above while (y - 1) / n is below; down when y / n is above and (y - 1) / n is
not below. Eliminated: n >= 3 and P(p > t) > elimination_confidence under Beta(1 + y, 1 + n - y). Selection: isotonic
regression of (y + 0.005) / (n + 0.01), weights from Beta(0.005, 0.005).

Elimination is read from the present counts: a level whose counts eliminate it is out, and stays out because nobody is
treated there again.

Reference. Liu, Wang & Ji 2020, Journal of Biopharmaceutical Statistics 30:294. Its text and tables were not at hand and
no reference file holds them; the published decisions below are the rule worked out by hand. Elimination from three
participants on, at 0.95, and the estimate at the end are as in designs of the same family, not checked in this paper.

Choose it when the site knows 3+3 and a target rate can be named. Not when a decision has to be defended by a model, nor
when outcomes stay pending for long.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal, final

import numpy as np

from trialwright.designs import Published, check_probabilities, check_target_interval
from trialwright.numerics.beta_binomial import BetaPosterior
from trialwright.numerics.isotonic import selected_after_pooling
from trialwright.vocabulary.errors import Complaints, ParameterError
from trialwright.vocabulary.seen import Bools, Ints, Note, Proposal, Seen, any_number_of_levels
from trialwright.vocabulary.stepwise import DOWN, STAY, UP, Closure, at_current, closure, step, three_reasons
from trialwright.vocabulary.words import Text

LEAST = 3  # settled participants before a level can be eliminated
PSEUDO_COUNT = 0.005  # Beta(0.005, 0.005) of the estimates at the end
ROUNDING = 1e-9  # a count nearer to the end of the interval than this lies on it, which is inside

ESCALATE = Text(
    en="{n_dlt} DLT in {n} at level {current}: the rate is below {lower:percent1}, which asks for a higher level.",
    fr="{n_dlt} DLT sur {n} au palier {current} : le taux est sous {lower:percent1}, ce qui demande de monter.",
)
INSIDE = Text(
    en="{n_dlt} DLT in {n} at level {current}: the rate lies between {lower:percent1} and {upper:percent1}, which asks "
    "to stay.",
    fr="{n_dlt} DLT sur {n} au palier {current} : le taux est compris entre {lower:percent1} et {upper:percent1}, ce "
    "qui demande de rester.",
)
DE_ESCALATE = Text(
    en="{n_dlt} DLT in {n} at level {current}: the rate is above {upper:percent1}, and would not be below "
    "{lower:percent1} with one DLT less, which asks for a lower level.",
    fr="{n_dlt} DLT sur {n} au palier {current} : le taux dépasse {upper:percent1}, et avec une DLT de moins il ne "
    "serait pas sous {lower:percent1}, ce qui demande de descendre.",
)
TOO_FEW = Text(
    en="{n_dlt} DLT in {n} at level {current}: the rate is above {upper:percent1}, but would be below {lower:percent1} "
    "with one DLT less; the data are too few to tell, which asks to stay.",
    fr="{n_dlt} DLT sur {n} au palier {current} : le taux dépasse {upper:percent1}, mais avec une DLT de moins il "
    "serait sous {lower:percent1} ; les données ne permettent pas de trancher, ce qui demande de rester.",
)


@final
@dataclass(frozen=True, slots=True)
class I3Plus3:
    """Parameters of the i3+3 design."""

    target_toxicity_rate: float  # DLT rate aimed at
    margin_below: float = 0.05  # epsilon 1: rates from target - margin_below on are near enough
    margin_above: float = 0.05  # epsilon 2
    elimination_confidence: float = 0.95  # a level is closed when P(rate > target) is above this

    def __post_init__(self) -> None:
        complaints = Complaints()
        margins = (self.margin_below, self.margin_above)
        check_target_interval(complaints, target=self.target_toxicity_rate, margins=margins)
        check_probabilities(complaints, usual="0.95", elimination_confidence=self.elimination_confidence)
        complaints.raise_as(ParameterError, "i3_plus_3 cannot be built")

    looks_at: ClassVar[Literal["counts"]] = "counts"  # counts per level are all it needs
    fits = any_number_of_levels

    def propose(self, seen: Seen) -> Proposal:
        """One level up, the same or one down, by the observed rate and by the rate with one DLT less."""
        lower, upper = self.target_toxicity_rate - self.margin_below, self.target_toxicity_rate + self.margin_above
        n, n_dlt, believed = at_current(seen.n, seen), at_current(seen.n_dlt, seen), _posterior(seen)
        below = n_dlt < lower * n - ROUNDING
        above = n_dlt > upper * n + ROUNDING
        too_few: Bools = above & (n_dlt - 1 < lower * n - ROUNDING)
        direction = np.where(below, UP, np.where(above & ~too_few, DOWN, STAY))
        texts, said = (ESCALATE, INSIDE, DE_ESCALATE), {"lower": lower, "upper": upper}
        up, stay, down = three_reasons(seen, direction, design="i3_plus_3", texts=texts, **said)
        unsure = Note("i3_plus_3.too_few", TOO_FEW, too_few, up.values)
        inside = Note(stay.code, stay.text, stay.where & ~too_few, stay.values)
        reasons, closed = (up, inside, unsure, down), self._eliminated(seen, believed)
        return step(seen, direction, closed=closed, reasons=reasons, design="i3_plus_3", posterior=believed)

    def select(self, seen: Seen) -> Ints:
        """The level whose pooled estimate is nearest to the target, among those tried and not eliminated; 0 = none."""
        still_open = self._eliminated(seen, _posterior(seen)).open
        return selected_after_pooling(
            still_open, self.target_toxicity_rate, n=seen.n, n_dlt=seen.n_dlt, prior=PSEUDO_COUNT
        )

    def _eliminated(self, seen: Seen, believed: BetaPosterior) -> Closure:
        target, confidence = self.target_toxicity_rate, self.elimination_confidence
        return closure(seen, believed.exceedance(target), rate=target, confidence=confidence, least=LEAST)


def _posterior(seen: Seen) -> BetaPosterior:
    return BetaPosterior.after(n=seen.n, n_dlt=seen.n_dlt)


_THIRTY, _FIFTH = {"target_toxicity_rate": 0.3}, {"target_toxicity_rate": 0.2}
_PAPER = "Liu, Wang & Ji 2020, the i3+3 algorithm, worked out by hand"
PUBLISHED = (
    Published(f"{_PAPER}: 0/3 is below [25%, 35%]", _THIRTY, 3, "2NNN", 3),
    Published(f"{_PAPER}: 1/3 is inside [25%, 35%]", _THIRTY, 3, "2NNT", 2),
    Published(f"{_PAPER}: 2/3 is above, 1/3 is inside", _THIRTY, 3, "2NTT", 1),
    Published(f"{_PAPER}: 1/6 is below [25%, 35%]", _THIRTY, 3, "2NNNNNT", 3),
    Published(f"{_PAPER}: 3/6 is above, 2/6 is inside", _THIRTY, 3, "2NNNTTT", 1),
    Published(f"{_PAPER}: 1/3 is above [15%, 25%], 0/3 is below", _FIFTH, 3, "2NNT", 2),
    Published(f"{_PAPER}: 3/3 is too toxic", _THIRTY, 3, "1TTT", 0, 0),
)
DESIGN = I3Plus3
IN_FRENCH = "i3+3 : la simplicité du 3+3 pour tout taux cible et tout nombre de participants."
