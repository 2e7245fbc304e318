"""Keyboard design: the strongest key of the posterior decides, where a key is an interval as wide as the target key.

Rule in words. The target key is a small interval of DLT rates around the target; keys as wide as it lie side by side
out to 0 and 1. The key most probable at the current level decides: below the target key asks for the next level up,
the target key itself to stay, above it for the next level down. A level whose DLT rate is too probably above the
target is eliminated with every level above it; when the lowest is eliminated the trial stops. At the end the rates are
pooled so that they do not fall with dose, and the level nearest to the target is selected among those tried and not
eliminated.

Formula. Target key (t - margin_below, t + margin_above); a key cut off at 0 or 1 counts with its probability scaled up
to the full width; p ~ Beta(1 + y, 1 + n - y). Equally strong: the upper key. Eliminated: n >= elimination_n and P(p >
t) > elimination_confidence. Selection: isotonic regression of (y + 0.05) / (n + 0.1), weights from Beta(0.05, 0.05).

Differs from Yan, Mandrekar & Yuan 2017, twice, and follows the tables of references/keyboard_boundary. They eliminate
from three participants on, those tables from the first; elimination_n = 1 unless given. One DLT in the first
participant ends the trial at a target of 20%; set elimination_n = 3 for the rule of the paper, which is also what the
tool behind the tables is reported to do in conduct and selection, whatever its tables print. And they leave out a key
cut off at 0 or 1. That changes a decision only where a key as wide as the target key finds no room next to it, on the
side of 0: at a target of 10% with margins of 0.05 (or 20%, or 25%, with 0.1) their trial could never go up. From 15%
on, with margins of 0.05, there is no such count up to 30 participants.

Elimination is read from the present counts: a level whose counts eliminate it is out, and stays out because nobody is
treated there again.

Reference. Yan, Mandrekar & Yuan 2017, Clinical Cancer Research 23:3994. Numbers agree with
references/keyboard_boundary.

Choose it when a target rate can be named and the site wants a table of counts to decide by. Not when outcomes stay
pending for long, nor when toxicity may fall with dose.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal, final

from trialwright.designs import Published, check_probabilities, check_target_interval, step_to_strongest
from trialwright.numerics.beta_binomial import BetaPosterior
from trialwright.numerics.isotonic import selected_after_pooling
from trialwright.numerics.scalars import is_count
from trialwright.numerics.unit_mass import keys
from trialwright.vocabulary.errors import Complaints, ParameterError
from trialwright.vocabulary.seen import Ints, Proposal, Seen, any_number_of_levels
from trialwright.vocabulary.stepwise import Closure, closure
from trialwright.vocabulary.words import Text

PSEUDO_COUNT = 0.05  # Beta(0.05, 0.05) of the estimates at the end

ESCALATE = Text(
    en="{n_dlt} DLT in {n} at level {current}: the strongest key lies below the target key (below "
    "{lower:percent1}), which asks for a higher level.",
    fr="{n_dlt} DLT sur {n} au palier {current} : la touche la plus forte est sous la touche cible (sous "
    "{lower:percent1}), ce qui demande de monter.",
)
BETWEEN = Text(
    en="{n_dlt} DLT in {n} at level {current}: the strongest key is the target key ({lower:percent1} to "
    "{upper:percent1}), which asks to stay.",
    fr="{n_dlt} DLT sur {n} au palier {current} : la touche la plus forte est la touche cible ({lower:percent1} à "
    "{upper:percent1}), ce qui demande de rester.",
)
DE_ESCALATE = Text(
    en="{n_dlt} DLT in {n} at level {current}: the strongest key lies above the target key (above "
    "{upper:percent1}), which asks for a lower level.",
    fr="{n_dlt} DLT sur {n} au palier {current} : la touche la plus forte est au-dessus de la touche cible "
    "(au-dessus de {upper:percent1}), ce qui demande de descendre.",
)


@final
@dataclass(frozen=True, slots=True)
class Keyboard:
    """Parameters of the keyboard design."""

    target_toxicity_rate: float  # DLT rate aimed at
    margin_below: float = 0.05  # the target key reaches from target - margin_below
    margin_above: float = 0.05  # to target + margin_above
    elimination_confidence: float = 0.95  # a level is closed when P(rate > target) is above this
    elimination_n: int = 1  # settled participants before a level can be eliminated; differs from the paper's 3

    def __post_init__(self) -> None:
        complaints = Complaints()
        margins = (self.margin_below, self.margin_above)
        check_target_interval(complaints, target=self.target_toxicity_rate, margins=margins)
        check_probabilities(complaints, usual="0.95", elimination_confidence=self.elimination_confidence)
        least = self.elimination_n
        complaints.unless(is_count(least), "elimination_n", least, "must be a whole number of 1 or more", "3 is usual")
        complaints.raise_as(ParameterError, "keyboard cannot be built")

    looks_at: ClassVar[Literal["counts"]] = "counts"  # counts per level are all it needs
    fits = any_number_of_levels

    def propose(self, seen: Seen) -> Proposal:
        """One level up, the same or one down, by the strongest key; below every eliminated level."""
        believed = self._posterior(seen)
        return step_to_strongest(
            seen,
            keys(*self._target_interval),
            prior=(1.0, 1.0),
            closed=self._eliminated(seen, believed),
            texts=(ESCALATE, BETWEEN, DE_ESCALATE),
            design="keyboard",
            posterior=believed,
        )

    def select(self, seen: Seen) -> Ints:
        """The level whose pooled estimate is nearest to the target, among those tried and not eliminated; 0 = none."""
        still_open = self._eliminated(seen, self._posterior(seen)).open
        return selected_after_pooling(
            still_open, self.target_toxicity_rate, n=seen.n, n_dlt=seen.n_dlt, prior=PSEUDO_COUNT
        )

    @property
    def _target_interval(self) -> tuple[float, float]:
        return self.target_toxicity_rate - self.margin_below, self.target_toxicity_rate + self.margin_above

    def _posterior(self, seen: Seen) -> BetaPosterior:
        return BetaPosterior.after(n=seen.n, n_dlt=seen.n_dlt)

    def _eliminated(self, seen: Seen, believed: BetaPosterior) -> Closure:
        target, confidence, least = self.target_toxicity_rate, self.elimination_confidence, self.elimination_n
        return closure(seen, believed.exceedance(target), rate=target, confidence=confidence, least=least)


_FIFTH, _UNEVEN = {"target_toxicity_rate": 0.2}, {"target_toxicity_rate": 0.25, "margin_below": 0.08}
_TABLE = "Keyboard 0.1.3, get.boundary.kb(): references/keyboard_boundary"
PUBLISHED = (
    Published(f"{_TABLE}, case 008", _FIFTH, 3, "1T", 0),
    Published(f"{_TABLE}, case 008", _FIFTH, 3, "1NNN", 2),
    Published(f"{_TABLE}, case 008", _FIFTH, 3, "1NNN 2NNT", 1),
    Published(f"{_TABLE}, case 008", _FIFTH, 3, "1NNN 2NNNNNT", 2),
    Published(f"{_TABLE}, case 008", _FIFTH, 3, "1NNN 2NNNNNNNT", 3),
    Published(f"{_TABLE}, case 017", _UNEVEN, 3, "1NNN 2NNNNNT", 2),
)
DESIGN = Keyboard
IN_FRENCH = "Keyboard : la touche la plus forte décide ; chaque touche a la largeur de l'intervalle cible."
