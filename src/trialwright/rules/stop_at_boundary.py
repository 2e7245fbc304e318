"""Stop, or stay below, when the DLTs reach a boundary fixed in advance for each number of settled participants.

Rule in words. ``looks`` lists numbers of settled participants, ``stop_at`` the number of DLTs that stops at each. The
boundary is given, or derived: every look tests whether the DLT rate is at most ``acceptable_rate``, all looks at the
same nominal level, and the highest level is taken that stops with probability ``max_false_stop`` at most when the rate
is ``acceptable_rate``. With ``unacceptable_rate`` the trial must also stop with probability ``min_true_stop`` at least
when the rate is that high. Where both cannot be had the protocol is refused, unless ``priority`` says which one counts:
"acceptable", or "unacceptable" (then the lowest level that keeps ``min_true_stop``). ``level = "all"``: DLTs and
participants of all levels together. ``level = "any"``: each level that someone has been given by itself; any one stops
the trial. A level number: level 1 stops the trial; a higher one caps the trial below that level.

Formula. Stop when y >= c_k, with n settled participants, y of them with a DLT, and k the last look with n_k <= n; no
stop before the first look. Derived: c_k(a) = the least y with P(Bin(n_k, acceptable_rate) >= y) <= a; n_k + 1, which
cannot be reached, where there is none. The probability of ever reaching the boundary is summed over all counts at all
looks, without simulation.

Reference. Pocock 1977, Biometrika 64:191 (one nominal level at all looks), with exact binomial tests. The manual of
the R package clinfun 1.1.5, toxbdry, describes the same; its boundaries are the highest numbers that go on, one less
than stop_at: "acceptable" is its hi.bdry, "unacceptable" its lo.bdry. They surround the bound, and in 19 of the 22
cases of references/clinfun_toxbdry they are the nearest ones that do. In 3, all of them with priority "alt", one of
the two is not the nearest: what a search leaves that halves the level a few times and stops. Several such searches
repeat all eleven cases with priority "alt", so the numbers do not say which one is the tool's, and its manual does
not either (a set number of iterations). None of them is a rule about DLTs. The nearest is taken here: "slightly above"
and "slightly below" are the manual's words, and no boundary of the family lies in between.

Choose it where a protocol prints a table of stopping numbers, or bounds the probability of a false stop. List as looks
every number at which the trial is asked, as cohort ends: asked between two looks, the rule holds the boundary of the
last one, so that cohorts cannot jump over a look unseen; it then stops more often than at the looks alone, and
``max_false_stop`` no longer bounds it. As with every rule read from the present counts, participants who settle after
a stop without a DLT may lift it where the next look allows more. With "any" the probabilities are those of one level,
not of the trial. Not where levels differ much and are pooled: DLTs at a high level would stop a trial whose low levels
are fine; nor for a posterior probability: use stop_when_too_toxic.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, ClassVar, Literal, final

import numpy as np

from trialwright.numerics.scalars import is_count, is_list_of, is_probability, is_rising
from trialwright.numerics.stopping_boundary import (
    crossing_probability,
    least_boundary_reaching,
    neighbouring_boundaries,
)
from trialwright.vocabulary.errors import Complaints, Finding, ParameterError
from trialwright.vocabulary.seen import NO_LEVEL, Bools, Ints, Proposal, Seen
from trialwright.vocabulary.words import Text

COUNTED_EN = "{n_dlt} DLTs among {n} settled participants"
COUNTED_FR = "{n_dlt} DLT chez {n} participants évalués"
BOUNDARY_EN = "reach the boundary ({limit} or more from {look} participants on)"
BOUNDARY_FR = "atteignent la limite ({limit} ou plus à partir de {look} participants)"
ALL = Text(
    en=f"{COUNTED_EN}, all levels together, {BOUNDARY_EN}: the trial stops.",
    fr=f"{COUNTED_FR}, tous paliers confondus, {BOUNDARY_FR} : l'essai s'arrête.",
)
ONE = Text(
    en=f"{COUNTED_EN} at level {{judged}} {BOUNDARY_EN}: the trial stops.",
    fr=f"{COUNTED_FR} au palier {{judged}} {BOUNDARY_FR} : l'essai s'arrête.",
)
CAP = Text(
    en=f"{COUNTED_EN} at level {{judged}} {BOUNDARY_EN}: no one is treated at that level or above.",
    fr=f"{COUNTED_FR} au palier {{judged}} {BOUNDARY_FR} : personne n'est traité à ce palier ni au-dessus.",
)
GIVEN_OR_DERIVED = "leave it out where stop_at gives the boundary"


@final
@dataclass(frozen=True, slots=True)
class StopAtBoundary:
    """Parameters: the looks, the boundary or what it is derived from, and whose DLTs count."""

    looks: tuple[int, ...]  # numbers of settled participants
    stop_at: tuple[int, ...] | None = None  # absent: derived
    acceptable_rate: float | None = None  # DLT rate at which a stop would be false
    max_false_stop: float | None = None  # probability of stopping at the acceptable rate
    unacceptable_rate: float | None = None  # DLT rate at which the trial should stop
    min_true_stop: float | None = None  # probability of stopping at the unacceptable rate
    priority: Literal["acceptable", "unacceptable"] | None = None  # absent: both are kept, or the protocol is refused
    level: Literal["all", "any"] | int = "all"  # all together, each by itself, or one
    boundary: tuple[int, ...] = field(init=False)  # the count that stops at each look

    def __post_init__(self) -> None:
        complaints = Complaints()
        self._check(complaints)
        if not complaints.findings:
            object.__setattr__(self, "looks", tuple(self.looks))
            boundary = self._derived(complaints) if self.stop_at is None else tuple(self.stop_at)
            object.__setattr__(self, "boundary", boundary)
        complaints.raise_as(ParameterError, "stop_at_boundary cannot be built")

    @property
    def needs_one_order(self) -> bool:
        """Staying below a level number needs one order; stopping does not."""
        return isinstance(self.level, int) and self.level > 1

    judges_safety: ClassVar[bool] = True  # a level it forbids is not recommended at the end either

    @property
    def asks_posterior(self) -> bool:
        """Whether it looks at the design's posterior: its table of numbers is enough."""
        return False

    def fits(self, levels: int) -> Sequence[Finding]:
        """The level judged must exist."""
        complaints = Complaints()
        exists = not isinstance(self.level, int) or self.level <= levels
        complaints.unless(exists, "level", self.level, f"must be one of the {levels} dose levels")
        return complaints.findings

    def __call__(self, proposal: Proposal, seen: Seen) -> Proposal:
        """A stop, or a level below the one where the boundary is reached."""
        n, n_dlt, judged, text = self._counted(seen)
        look, limit = self._limit(n)
        values = {"n": n, "n_dlt": n_dlt, "judged": judged, "look": look, "limit": limit}
        over, code = (look > 0) & (n_dlt >= limit) & ~proposal.stop, "stop_at_boundary"
        if text is CAP:
            capped = over & (proposal.dose_level >= judged)
            return proposal.changed(capped, code=code, text=text, values=values, dose_level=judged - 1)
        return proposal.changed(over, code=code, text=text, values=values, dose_level=NO_LEVEL, wait=False, stop=True)

    def _counted(self, seen: Seen) -> tuple[Ints, Ints, Ints, Text]:
        """Settled participants and DLTs judged in every trial, the level they are of, and the sentence for it."""
        if self.level == "all":
            return seen.n.sum(axis=1), seen.n_dlt.sum(axis=1), np.zeros(seen.batch, np.int64), ALL
        level = int(self.level) if self.level != "any" else 0
        judged = np.full(seen.batch, level) if level else self._reached(seen).argmax(axis=1) + 1
        line = np.arange(seen.batch)
        return seen.n[line, judged - 1], seen.n_dlt[line, judged - 1], judged, CAP if level > 1 else ONE

    def _reached(self, seen: Seen) -> Bools:
        """At which levels the boundary is reached, ``[B, D]``."""
        look, limit = self._limit(seen.n)
        return np.asarray((look > 0) & (seen.n_dlt >= limit), np.bool_)

    def _limit(self, n: Ints) -> tuple[Ints, Ints]:
        """The last look not above ``n`` and the count that stops there; look 0 before the first."""
        place = np.searchsorted(self.looks, n, side="right")
        return np.array([0, *self.looks])[place], np.array([0, *self.boundary])[place]

    def _check(self, complaints: Complaints) -> None:
        counts, rising = is_list_of(is_count, self.looks), "must list whole numbers of 1 or more, rising"
        complaints.unless(counts and is_rising(tuple(self.looks)), "looks", self.looks, rising)
        kinds = (None, "acceptable", "unacceptable")
        complaints.unless(
            self.priority in kinds, "priority", self.priority, 'must be "acceptable" or "unacceptable", or be left out'
        )
        known = self.level in ("all", "any") or is_count(self.level)
        complaints.unless(known, "level", self.level, 'must be "all", "any" or the number of a level')
        for place in ("acceptable_rate", "max_false_stop", "unacceptable_rate", "min_true_stop"):
            value = getattr(self, place)
            complaints.unless(value is None or is_probability(value), place, value, "must lie between 0 and 1")
        if self.stop_at is not None:
            self._check_given(complaints)
        elif not complaints.findings:
            self._check_derivable(complaints)

    def _check_given(self, complaints: Complaints) -> None:
        """One count per look, never falling, and nothing to derive it from beside it."""
        if not is_list_of(is_count, self.stop_at):
            complaints.unless(False, "stop_at", self.stop_at, "must list a whole number of 1 or more for every look")
        elif not complaints.findings:
            counts = tuple(self.stop_at or ())
            allowed = f"must have as many entries as looks: {len(self.looks)}"
            complaints.unless(len(counts) == len(self.looks), "stop_at", counts, allowed)
            falls = any(later < earlier for earlier, later in pairwise(counts))
            complaints.unless(not falls, "stop_at", counts, "must not fall from look to look")
            reachable = any(count <= look for count, look in zip(counts, self.looks, strict=False))
            complaints.unless(reachable, "stop_at", counts, "must be reachable at one look at least")
        for place in ("acceptable_rate", "max_false_stop", "unacceptable_rate", "min_true_stop", "priority"):
            value = getattr(self, place)
            readable = value is None or any(finding.place == place for finding in complaints.findings)
            complaints.unless(readable, place, value, "derives a boundary, and stop_at gives one", GIVEN_OR_DERIVED)

    def _check_derivable(self, complaints: Complaints) -> None:
        """What the priority needs is there, and nothing that would be ignored."""
        why = "is needed to derive the boundary"
        wanted = ["acceptable_rate"]
        wanted += [] if self.priority == "unacceptable" else ["max_false_stop"]
        pair = ["unacceptable_rate", "min_true_stop"]
        asked = self.priority == "unacceptable" or any(getattr(self, place) is not None for place in pair)
        for place in wanted + (pair if asked else []):
            complaints.unless(getattr(self, place) is not None, place, None, why, "or give stop_at")
        low, high = self.acceptable_rate, self.unacceptable_rate
        ordered = low is None or high is None or low < high
        complaints.unless(ordered, "unacceptable_rate", high, f"must be above acceptable_rate, {low}")

    def _derived(self, complaints: Complaints) -> tuple[int, ...]:
        """The boundary that keeps what was asked for; a finding where there is none."""
        looks, rate, none = self.looks, float(self.acceptable_rate or 0), "cannot be kept with these looks"
        power, high = float(self.min_true_stop or 0), float(self.unacceptable_rate or 0)
        if self.priority == "unacceptable":
            found = least_boundary_reaching(looks, tested_rate=rate, true_rate=high, probability=power)
            complaints.unless(found is not None, "min_true_stop", power, none, "add looks or participants")
            return found or ()
        bound = float(self.max_false_stop or 0)
        below = neighbouring_boundaries(looks, tested_rate=rate, true_rate=rate, probability=bound).below
        stops = any(count <= look for count, look in zip(below, looks, strict=True))
        complaints.unless(stops, "max_false_stop", bound, f"{none}: the trial could never stop")
        if self.priority is None and self.unacceptable_rate is not None:
            reached = crossing_probability(looks, below, rate=high)
            allowed = f"cannot be kept together with max_false_stop: with these looks it is {reached:.4f}"
            complaints.unless(reached >= power, "min_true_stop", power, allowed, "add looks, or name a priority")
        return below


EXAMPLE: Mapping[str, Any] = {"looks": (3, 6, 9, 12), "acceptable_rate": 0.1, "max_false_stop": 0.1}
RULE = StopAtBoundary
IN_FRENCH = "Arrêter, ou rester en dessous, quand les DLT atteignent une limite fixée d'avance."
