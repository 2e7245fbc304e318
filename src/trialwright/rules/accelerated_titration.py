"""One participant a level, one level up after each, until the first DLT.

Rule in words. From the starting level on, every level is given to one participant; after each one whose window passed
without a DLT, the next goes one level up, whatever the design says. While that one participant is in the window, nobody
is assigned. The titration ends with the first DLT of the trial, or at ``until_level`` ("highest" unless a level is
named). Then the cohort at the level where it ended is filled up to the protocol's ``cohort_size``, even where the
design would go down after that one DLT or up after none, and from there on the design decides. A second DLT in that
cohort ends the filling: the design's way down is obeyed at once. A stop is always obeyed. A participant who does not
count for dose finding is followed by another at the same level.

Formula. With y DLTs in the trial, d the current level, m(d) counted there, u = until_level: where y = 0 and the highest
level tried is below u: level <- d + 1 (d while m(d) = 0), wait while someone is pending. Where all of the cohort being
filled is all there is at d, d is the highest level tried, and y = 1 = y(d) or (y = 0 and d = u): level <- d.

Reference. Simon, Freidlin, Rubinstein, Arbuck, Collins & Christian 1997, Journal of the National Cancer Institute
89:1138 (accelerated titration); volume and page could not be confirmed. Differs from the paper: its designs also leave
the titration at the second toxicity of grade 2; only DLTs are seen here, so the first DLT ends it. As in BOIN with
titration (references/boin_oc, case 012) when the cohort is filled all at once; that package also fills it after a
second DLT, which can only differ where participants are decided on one by one.

Choose it when the lowest levels are expected to be far below any effect, and a DLT would be noticed within a short
window. Not for a first use in people whose early participants must be many. Its place in the protocol: after
``complete_cohort``, ``replace_non_evaluable`` and ``demand_n_at_dose``, which would undo it; before
``overdose_control``, ``coherence`` and ``cap_level``, which it must not undo. The reader says so where that is not
kept. ``no_skipping``, ``wait_for_pending``, ``sentinel``, ``stagger`` and the rules that stop may stand anywhere. With
3+3, ``allow_deescalate`` is needed: the levels below a toxic one have one participant each.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, final

import numpy as np

from trialwright.numerics.scalars import is_count
from trialwright.vocabulary.errors import Complaints, Finding, ParameterError
from trialwright.vocabulary.seen import Bools, Ints, Proposal, Seen
from trialwright.vocabulary.words import Text

NEXT = Text(
    en="No DLT so far: the titration goes on with one participant at level {level}.",
    fr="Aucune DLT jusqu'ici : la titration se poursuit avec une personne au palier {level}.",
)
PENDING = Text(
    en="No DLT so far: the titration waits for the participant in the DLT window at level {current}.",
    fr="Aucune DLT jusqu'ici : la titration attend la personne dans sa fenêtre de DLT au palier {current}.",
)
FILLING = Text(
    en="The titration ended at level {current}: its cohort ({in_cohort} so far) is filled before the design decides.",
    fr="La titration s'est terminée au palier {current} : sa cohorte ({in_cohort} à ce jour) est complétée avant que "
    "le plan ne décide.",
)


@final
@dataclass(frozen=True, slots=True)
class AcceleratedTitration:
    """Parameters: the level at which the titration ends if no DLT ended it before."""

    until_level: Literal["highest"] | int = "highest"  # level at which it ends, without a DLT

    def __post_init__(self) -> None:
        complaints = Complaints()
        known = self.until_level == "highest" or is_count(self.until_level)
        complaints.unless(known, "until_level", self.until_level, 'must be "highest" or the number of a level')
        complaints.raise_as(ParameterError, "accelerated_titration cannot be built")

    needs_one_order: ClassVar[bool] = True  # it goes up by number

    def fits(self, levels: int) -> Sequence[Finding]:
        """The level named must exist."""
        complaints = Complaints()
        exists = not isinstance(self.until_level, int) or self.until_level <= levels
        complaints.unless(exists, "until_level", self.until_level, f"must be one of the {levels} dose levels")
        return complaints.findings

    def __call__(self, proposal: Proposal, seen: Seen) -> Proposal:
        """The next level up, the wait for the one participant, or the same level until its cohort is full."""
        until = seen.levels if isinstance(self.until_level, str) else self.until_level
        here, n_pending = _at_current(seen.n_treated, seen), seen.awaited
        open_ = (seen.n_assigned > 0) & (seen.n_dlt.sum(axis=1) == 0) & (seen.current <= until) & ~proposal.stop
        below = open_ & (seen.highest_tried < until)
        last = open_ & (seen.highest_tried == until) & (seen.current == until) & (here == 1)
        held = (below | last) & (n_pending > 0)
        going = below & (n_pending == 0)
        level = np.where(here > 0, np.minimum(seen.current + 1, until), seen.current)
        filling = self._filling(seen, here=here, until=until) & ~held & ~going & ~proposal.stop
        return (
            proposal.changed(
                going & (proposal.dose_level != level),
                code="accelerated_titration.next",
                text=NEXT,
                values={"level": level},
                dose_level=level,
            )
            .changed(
                held & (~proposal.wait | (proposal.dose_level != seen.current)),
                code="accelerated_titration.wait",
                text=PENDING,
                values={"current": seen.current},
                dose_level=seen.current,
                wait=True,
            )
            .changed(
                filling & (proposal.dose_level != seen.current),
                code="accelerated_titration.fill",
                text=FILLING,
                values={"current": seen.current, "in_cohort": seen.in_cohort},
                dose_level=seen.current,
            )
        )

    def _filling(self, seen: Seen, *, here: Ints, until: int) -> Bools:
        """Trials whose cohort being filled is the one in which the titration ended, with places left."""
        whole_level = (seen.in_cohort > 0) & (seen.counted_in_cohort == here)
        highest = (seen.current == seen.highest_tried) & (seen.current <= until)
        n_dlt, n_dlt_here = seen.n_dlt.sum(axis=1), _at_current(seen.n_dlt, seen)
        by_dlt = (n_dlt == 1) & (n_dlt_here == 1)
        by_level = (n_dlt == 0) & (seen.current == until)
        return np.asarray(whole_level & highest & (by_dlt | by_level), np.bool_)


def _at_current(counts: Ints, seen: Seen) -> Ints:
    """The count at the current level of every trial, ``[B]``."""
    return np.asarray(np.take_along_axis(counts, seen.current[:, None] - 1, axis=1)[:, 0], np.int64)


EXAMPLE: Mapping[str, Any] = {}
COMES_AFTER = ("complete_cohort", "demand_n_at_dose", "replace_non_evaluable")
COMES_BEFORE = ("cap_level", "coherence", "overdose_control")
RULE = AcceleratedTitration
IN_FRENCH = "Une personne par palier, un palier de plus après chacune, jusqu'à la première DLT."
