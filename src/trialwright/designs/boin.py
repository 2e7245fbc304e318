"""Bayesian optimal interval design (BOIN): up, stay or down by the observed DLT rate at the current level alone.

Rule in words. Two boundaries are worked out before the trial. The next cohort goes one level up when the observed DLT
rate at the current level is at or below the lower one, one level down when it is at or above the upper one, and stays
in between. A level whose DLT rate is too probably above the target is eliminated with every level above it; when the
lowest is eliminated the trial stops. At the end the rates are pooled so that they do not fall with dose, and the level
nearest to the target is selected among those tried and not eliminated. With extra_safe the lowest level stops the
trial at a lower probability; with bound_selection the selected level's estimate may not exceed the upper boundary.

Formula. lambda_e = log((1 - p_saf) / (1 - t)) / log(t (1 - p_saf) / (p_saf (1 - t))), lambda_d = log((1 - t) / (1 -
p_tox)) / log(p_tox (1 - t) / (t (1 - p_tox))), t the target; p_saf = 0.6 t and p_tox = 1.4 t unless given. Up: y <=
floor(lambda_e n); down: y >= ceiling(lambda_d n). Eliminated: n >= 3 and P(p > t) > elimination_confidence under
Beta(1 + y, 1 + n - y). Selection: isotonic regression of (y + 0.05) / (n + 0.1), weights from Beta(0.05, 0.05).

Differs from Liu & Yuan 2015: where lambda_d n is a whole number, that count stays and one more goes down, as in the
tables of references/boin_boundary. It matters only for rare choices of p_saf and p_tox.

Elimination is read from the present counts: a level whose counts eliminate it is out, and stays out because nobody is
treated there again. Accelerated titration is a rule about cohort sizes, not part of this file.

Reference. Liu & Yuan 2015, Applied Statistics 64:507; Yuan, Hess, Hilsenbeck & Gilbert 2016, Clinical Cancer Research
22:4291. Numbers agree with references/boin_boundary, boin_select_mtd, boin_exact_oc, boin_oc, escalation_exact_paths.

Choose it when a target rate can be named and the site wants a table of counts to decide by. Not when outcomes stay
pending for long, nor when toxicity may fall with dose.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal, final

import numpy as np

from trialwright.designs import Published, check_boin_rates, check_elimination, check_flags
from trialwright.numerics.beta_binomial import BetaPosterior
from trialwright.numerics.boin_boundaries import deescalation_boundary, escalation_boundary, towards_boundaries
from trialwright.numerics.isotonic import selected_after_pooling
from trialwright.vocabulary.errors import Complaints, ParameterError
from trialwright.vocabulary.seen import Floats, Ints, Proposal, Seen, any_number_of_levels
from trialwright.vocabulary.stepwise import (
    BY_RATE,
    Closure,
    at_current,
    closure,
    step,
    stricter_at_lowest,
    three_reasons,
)

LEAST = 3  # settled participants before a level can be eliminated
PSEUDO_COUNT = 0.05  # Beta(0.05, 0.05) of the estimates at the end


@final
@dataclass(frozen=True, slots=True)
class Boin:
    """Parameters of the BOIN design."""

    target_toxicity_rate: float  # DLT rate aimed at
    p_saf: float | None = None  # highest rate that is too low; absent: 0.6 target
    p_tox: float | None = None  # lowest rate that is too high; absent: 1.4 target
    elimination_confidence: float = 0.95  # a level is closed when P(rate > target) is above this
    extra_safe: bool = False  # stop earlier at the lowest level
    offset: float = 0.05  # the lowest level stops the trial above elimination_confidence - offset, when extra_safe
    bound_selection: bool = False  # the level selected may not be estimated above the upper boundary

    def __post_init__(self) -> None:
        complaints = Complaints()
        check_boin_rates(complaints, target=self.target_toxicity_rate, p_saf=self.p_saf, p_tox=self.p_tox)
        check_elimination(complaints, confidence=self.elimination_confidence, offset=self.offset)
        check_flags(complaints, extra_safe=self.extra_safe, bound_selection=self.bound_selection)
        complaints.raise_as(ParameterError, "boin cannot be built")

    looks_at: ClassVar[Literal["counts"]] = "counts"  # counts per level are all it needs

    @property
    def lambda_e(self) -> float:
        """Up at or below this observed rate (Liu & Yuan 2015)."""
        return escalation_boundary(self.target_toxicity_rate, self.p_saf)

    @property
    def lambda_d(self) -> float:
        """Down at or above this observed rate (Liu & Yuan 2015)."""
        return deescalation_boundary(self.target_toxicity_rate, self.p_tox)

    fits = any_number_of_levels

    def propose(self, seen: Seen) -> Proposal:
        """One level up, the same or one down; below every eliminated level."""
        believed = _posterior(seen)
        counts = {"n": at_current(seen.n, seen), "n_dlt": at_current(seen.n_dlt, seen)}
        direction = towards_boundaries(**counts, lambda_e=self.lambda_e, lambda_d=self.lambda_d)
        said = {"lower": self.lambda_e, "upper": self.lambda_d}
        reasons = three_reasons(seen, direction, design="boin", texts=BY_RATE, **said)
        return step(
            seen, direction, closed=self._eliminated(seen, believed), reasons=reasons, design="boin", posterior=believed
        )

    def select(self, seen: Seen) -> Ints:
        """The level whose pooled estimate is nearest to the target, among those tried and not eliminated; 0 = none."""
        at_most = self.lambda_d if self.bound_selection else np.inf
        still_open = self._eliminated(seen, _posterior(seen)).open
        return selected_after_pooling(
            still_open, self.target_toxicity_rate, n=seen.n, n_dlt=seen.n_dlt, prior=PSEUDO_COUNT, at_most=at_most
        )

    def _eliminated(self, seen: Seen, believed: BetaPosterior) -> Closure:
        target, confidence = self.target_toxicity_rate, self.elimination_confidence
        probability: Floats = believed.exceedance(target)
        usual = closure(seen, probability, rate=target, confidence=confidence, least=LEAST)
        if not self.extra_safe:
            return usual
        return stricter_at_lowest(usual, seen, confidence=confidence - self.offset, least=LEAST)


def _posterior(seen: Seen) -> BetaPosterior:
    return BetaPosterior.after(n=seen.n, n_dlt=seen.n_dlt)


_QUARTER, _SAFER = {"target_toxicity_rate": 0.25}, {"target_toxicity_rate": 0.3, "extra_safe": True, "offset": 0.2}
_TABLE, _SELECTION = "BOIN 2.7.2, get.boundary(): references/boin_boundary", "BOIN 2.7.2, select.mtd(): case"
PUBLISHED = (
    Published(f"{_TABLE}, case 007", _QUARTER, 3, "1NNN", 2),
    Published(f"{_TABLE}, case 007", _QUARTER, 3, "1NNN 2NNT", 1),
    Published(f"{_TABLE}, case 007", _QUARTER, 3, "1NNN 2NNT 1NNN 2NNN", 3),
    Published(f"{_TABLE}, case 007", _QUARTER, 3, "1NNN 2NNNN 3NNNT", 3),
    Published(f"{_TABLE}, case 007", _QUARTER, 3, "1TTT", 0),
    Published(f"{_TABLE}, case 051", _SAFER, 3, "1NTT", 0, 0),
    Published(f"{_SELECTION} 001 of references/boin_select_mtd", _QUARTER, 5, "1NNN 2NNN 3NTT", 2, 2),
)
DESIGN = Boin
IN_FRENCH = "Plan bayésien à intervalle optimal (BOIN) : le taux de DLT observé au palier décide."
