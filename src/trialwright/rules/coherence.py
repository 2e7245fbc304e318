"""Never go up right after a DLT.

Rule in words. Where somebody among the last to be settled had a DLT, the next level is at most the current one.
``judged = "last"``: the last ``last`` participants who are settled, in the order of their assignment, are looked at;
give the size of a cohort here where people are treated in cohorts. ``judged = "current_level"``: everybody settled at
the current level is looked at. ``rate``: a DLT among them is enough when it is left out; otherwise their share of
DLTs has to reach it. Staying and going down are never touched.

Formula. With y DLTs among the n settled participants looked at: y >= 1, or y / n >= rate: level <- min(level,
current). Participants still in their DLT window are passed over, so one who is assigned after a DLT does not hide it;
so are backfill participants at lower levels.

Reference. Cheung 2005, Biometrika 92:863 (coherence, one participant at a time: ``last = 1``). With ``last`` the size
of a cohort and ``rate`` the target, it is one half of crmsim(restrict = TRUE) of dfcrm; no_skipping is the other.

Choose "last" with every model-based design whose skeleton or prior might outrun the data. It needs to know who was
last: where only counts per level are kept (exact enumeration) it refuses, rather than mean something else there than
in the live trial. Choose "current_level" there, with ``rate`` at the target: another rule, not an approximation. It
remembers a DLT of an earlier cohort at that level, which "last" forgets, and lets an earlier cohort without one make
up for a DLT just seen, which "last" does not. Not needed with 3+3, which never goes up from 1 DLT in 3; a Bayesian
one-stage CRM is coherent by itself one participant at a time, so there the rule is a safeguard that stays silent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, final

import numpy as np

from trialwright.numerics.scalars import is_count, is_probability
from trialwright.vocabulary.errors import MISSING, Complaints, ParameterError, Refused
from trialwright.vocabulary.seen import Ints, Proposal, Seen, any_number_of_levels
from trialwright.vocabulary.words import Text

LAST = Text(
    en="{n_dlt} DLT among the last {n} settled: no escalation to level {proposed} right after it; level {level} stays.",
    fr="{n_dlt} DLT parmi les {n} derniers évalués : pas d'escalade au palier {proposed} ; on reste au palier {level}.",
)
CURRENT = Text(
    en="{n_dlt} DLT in {n} at level {level}: no escalation to level {proposed}.",
    fr="{n_dlt} DLT sur {n} au palier {level} : pas d'escalade au palier {proposed}.",
)
JUDGED = ("last", "current_level")
NO_PEOPLE = Text(
    en="coherence was asked to look at the last participants, but only counts per level are kept here; "
    'use judged = "current_level" with a rate',
    fr="coherence doit regarder les dernières personnes, et seuls les effectifs par palier sont gardés ici ; "
    'utilisez judged = "current_level" avec un taux',
)


@final
@dataclass(frozen=True, slots=True)
class Coherence:
    """Parameters: whose DLTs are looked at, and how many of them forbid to go up."""

    judged: Literal["last", "current_level"] = "last"  # whose DLTs are looked at
    last: int = 1  # how many of the last settled are looked at; the size of a cohort is usual
    rate: float | None = None  # absent: one DLT is enough

    def __post_init__(self) -> None:
        complaints = Complaints()
        complaints.unless(self.judged in JUDGED, "judged", self.judged, f"must be one of {', '.join(JUDGED)}")
        complaints.unless(is_count(self.last), "last", self.last, "must be a whole number of 1 or more")
        fine = self.rate is None or is_probability(self.rate)
        remedy = "leave it out where one DLT is enough"
        complaints.unless(fine, "rate", self.rate, "must lie between 0 and 1", remedy)
        ever = self.judged == "current_level" and self.rate is None
        complaints.unless(
            not ever, "rate", MISSING, 'is required with judged = "current_level"', "the target rate is usual"
        )
        complaints.raise_as(ParameterError, "coherence cannot be built")

    needs_one_order: ClassVar[bool] = False  # it keeps the level, waits or stops
    fits = any_number_of_levels

    def __call__(self, proposal: Proposal, seen: Seen) -> Proposal:
        """The proposal, kept at the current level where it would go up right after a DLT."""
        n, n_dlt = _at_current(seen) if self.judged == "current_level" else self._among_last(seen)
        enough = n_dlt > 0
        if self.rate is not None:
            enough &= n_dlt / np.maximum(n, 1) >= self.rate
        return proposal.changed(
            enough & ~proposal.stop & seen.goes_up(proposal.dose_level),
            code="coherence",
            text=CURRENT if self.judged == "current_level" else LAST,
            values={"n": n, "n_dlt": n_dlt, "proposed": proposal.dose_level, "level": seen.current},
            dose_level=seen.current,
        )

    def _among_last(self, seen: Seen) -> tuple[Ints, Ints]:
        """How many of the last participants are looked at, and how many of them had a DLT."""
        people = seen.people
        if seen.latest is not None:
            asked = seen.latest[:, -self.last :]
            return _count(asked >= 0), _count(asked == 1)
        if people is None and not seen.n_assigned.any():
            return seen.n_assigned, seen.n_assigned
        if people is None:
            raise Refused(NO_PEOPLE)
        settled = people.evaluable & (people.dlt | people.complete) & people.in_cohorts
        from_the_end = np.flip(np.flip(settled, axis=1).cumsum(axis=1), axis=1)
        looked_at = settled & (from_the_end <= self.last)
        return _count(looked_at), _count(looked_at & people.dlt)


def _at_current(seen: Seen) -> tuple[Ints, Ints]:
    line, here = np.arange(seen.batch), seen.current - 1
    return seen.n[line, here], seen.n_dlt[line, here]


def _count(who: Any) -> Ints:
    return np.asarray(who.sum(axis=1), np.int64)


EXAMPLE: Mapping[str, Any] = {"last": 3}
RULE = Coherence
IN_FRENCH = "Ne jamais monter juste après une DLT."
