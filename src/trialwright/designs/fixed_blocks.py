"""Fixed blocks: a planned number of participants per level, in a planned order, with an optional safety boundary.

Rule in words. The blocks of the protocol are filled one after the other; participants still in their DLT window count
as filling a place. With a safety boundary, a level where the DLT rate is too probably above a limit is closed, and
every level above it with it; lower blocks that are still open go on, and the trial stops when none is left.

Formula. Level d is closed when P(p_d > safety_rate) > safety_confidence under p_d ~ Beta(prior_a + y_d,
prior_b + n_d - y_d), with n_d settled participants and y_d DLTs, at least one participant being settled there.

Reference. Farge et al. 2022, Lancet Rheumatology 4:e91 (ten at one level, then ten at the next); the boundary: Thall
& Simon 1994, Biometrics 50:337.

Choose it for one level, or for few levels that are all expected to be safe and are all wanted. Not to search for an
MTD: the next level opens because a number is reached, not because the last one was tolerated, unless a boundary is
set; combine it with wait_for_pending.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal, final

import numpy as np

from trialwright.designs import Published, check_beta_prior, check_probabilities
from trialwright.numerics.beta_binomial import BetaPosterior
from trialwright.numerics.scalars import is_count, is_list_of, is_probability
from trialwright.vocabulary.errors import Complaints, Finding, ParameterError
from trialwright.vocabulary.seen import NO_LEVEL, Floats, Ints, Note, Proposal, Seen
from trialwright.vocabulary.stepwise import CLOSED, ROUNDING
from trialwright.vocabulary.words import Text

NEXT = Text(
    en="Level {level} has {treated} of its {planned} planned participants.",
    fr="Le palier {level} compte {treated} des {planned} participants prévus.",
)
COMPLETE = Text(
    en="Every planned block is full: {total} participants.",
    fr="Tous les blocs prévus sont complets : {total} participants.",
)
NONE_LEFT = Text(
    en="No open block is left, so the trial stops.",
    fr="Il ne reste aucun bloc ouvert : l'essai s'arrête.",
)


@final
@dataclass(frozen=True, slots=True)
class FixedBlocks:
    """Parameters: block k treats ``sizes[k]`` participants at level ``levels[k]``."""

    levels: tuple[int, ...]  # level of each block, in order
    sizes: tuple[int, ...]  # participants in each block
    safety_rate: float | None = None  # absent: no boundary
    safety_confidence: float = 0.9  # a level is closed when P(rate > safety_rate) is above this
    prior_a: float = 1.0  # of the Beta prior
    prior_b: float = 1.0  # of the Beta prior

    def __post_init__(self) -> None:
        complaints = Complaints()
        for place in ("levels", "sizes"):
            values = getattr(self, place)
            if complaints.unless(
                is_list_of(is_count, values), place, values, "must list a whole number of 1 or more for every block"
            ):
                object.__setattr__(self, place, tuple(values))
        if not complaints.findings:
            allowed = f"must have as many entries as levels: {len(self.levels)}"
            complaints.unless(len(self.levels) == len(self.sizes), "sizes", self.sizes, allowed)
        rate, allowed = self.safety_rate, "must lie between 0 and 1"
        fine = rate is None or is_probability(rate)
        complaints.unless(fine, "safety_rate", rate, allowed, "leave it out for no boundary")
        check_probabilities(complaints, usual="0.9", safety_confidence=self.safety_confidence)
        check_beta_prior(complaints, prior_a=self.prior_a, prior_b=self.prior_b)
        complaints.raise_as(ParameterError, "fixed_blocks cannot be built")

    looks_at: ClassVar[Literal["counts"]] = "counts"  # counts per level are all it needs

    def fits(self, levels: int) -> Sequence[Finding]:
        """Every block must lie at a level that exists."""
        complaints = Complaints()
        allowed = f"may name levels 1 to {levels} only"
        complaints.unless(max(self.levels) <= levels, "levels", list(self.levels), allowed)
        return complaints.findings

    def propose(self, seen: Seen) -> Proposal:
        """The first block that has a free place and is not closed."""
        believed = self._posterior(seen)
        closed, level = self._closed_from(seen, believed), np.zeros(seen.batch, np.int64)
        free = seen.n_treated.copy()
        for block, size in zip(self.levels, self.sizes, strict=True):
            room = (free[:, block - 1] < size) & (block < closed)
            level = np.where((level == NO_LEVEL) & room, block, level)
            free[:, block - 1] = np.maximum(free[:, block - 1] - size, 0)
        return Proposal.of_level(
            level, notes=self._notes(seen, believed, closed=closed, level=level), posterior=believed
        )

    def select(self, seen: Seen) -> Ints:
        """The highest level with a settled participant that is not closed; 0 when there is none."""
        level = np.arange(1, seen.levels + 1)
        closed = self._closed_from(seen, self._posterior(seen))[:, None]
        return np.asarray(np.where((seen.n > 0) & (level < closed), level, NO_LEVEL).max(axis=1), np.int64)

    def _posterior(self, seen: Seen) -> BetaPosterior:
        return BetaPosterior.after(n=seen.n, n_dlt=seen.n_dlt, prior_a=self.prior_a, prior_b=self.prior_b)

    def _closed_from(self, seen: Seen, believed: BetaPosterior) -> Ints:
        """The lowest closed level; one above the highest level when all are open."""
        if self.safety_rate is None:
            return np.full(seen.batch, seen.levels + 1, np.int64)
        over = (seen.n > 0) & (believed.exceedance(self.safety_rate) > self.safety_confidence + ROUNDING)
        return np.asarray(np.where(over.any(axis=1), over.argmax(axis=1) + 1, seen.levels + 1), np.int64)

    def _notes(self, seen: Seen, believed: BetaPosterior, *, closed: Ints, level: Ints) -> tuple[Note, ...]:
        planned = np.zeros(seen.levels + 1, np.int64)
        np.add.at(planned, np.array(self.levels), np.array(self.sizes))
        place, over = np.maximum(level, 1) - 1, np.minimum(closed, seen.levels) - 1
        line, crossed, stop = np.arange(seen.batch), closed <= seen.levels, level == NO_LEVEL
        filling = {"level": level, "treated": seen.n_treated[line, place], "planned": planned[level]}
        notes = [
            Note("fixed_blocks.next", NEXT, ~stop, filling),
            Note("fixed_blocks.complete", COMPLETE, stop & ~crossed, {"total": seen.n_treated.sum(axis=1)}),
        ]
        if crossed.any() and self.safety_rate is not None:
            exceedance: Floats = believed.exceedance(self.safety_rate)
            boundary = {
                "closed": closed,
                "n": seen.n[line, over],
                "n_dlt": seen.n_dlt[line, over],
                "rate": self.safety_rate,
                "probability": exceedance[line, over],
                "confidence": self.safety_confidence,
            }
            notes.append(Note("fixed_blocks.closed", CLOSED, crossed, boundary))
            notes.append(Note("fixed_blocks.none_left", NONE_LEFT, crossed & stop, {}))
        return tuple(note for note in notes if note.where.any())


_SCLERODERMA = {"levels": (1, 2), "sizes": (10, 10)}
_FARGE = "Farge et al. 2022, Lancet Rheumatology 4:e91: ten participants at the first level, the next ten at the second"
PUBLISHED = (
    Published(_FARGE, _SCLERODERMA, 2, "1NNNNNNNNN", 1),
    Published(_FARGE, _SCLERODERMA, 2, "1NNNNNNNNNN", 2),
    Published(_FARGE, _SCLERODERMA, 2, "1NNNNNNNNNN 2NNNNNNNNNN", 0),
)
DESIGN = FixedBlocks
IN_FRENCH = "Blocs fixes : un effectif prévu par palier, dans un ordre prévu, avec un seuil de sécurité facultatif."
