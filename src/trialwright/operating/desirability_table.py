"""The desirability of a dose level after every result there, ranked: what BOIN12 is run with on paper.

BOIN12 judges every level by its own counts alone, so that one table serves all levels: after n participants, so many
DLTs and so many responders, how desirable the level is, which place that takes among all results of the table that
leave a level open, and which results close it. The design itself is asked, one level and one result at a time.

The rank grows with desirability; results that are equally desirable share the mean of the places they take, and results
that close a level have none (Lin, Zhou, Yan, Li & Yuan 2020, JCO Precision Oncology 4:1393: the rank-based desirability
score).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import final

import numpy as np

from trialwright.designs.boin12 import EXPLORE_FROM, TIE, WHOLE, Boin12
from trialwright.numerics.scalars import is_count
from trialwright.operating.decision_table import MOST_PARTICIPANTS
from trialwright.vocabulary.errors import Complaints, ParameterError
from trialwright.vocabulary.seen import Seen


@final
@dataclass(frozen=True, slots=True)
class Scored:
    """One result at a level: its counts, how desirable it leaves the level, and whether it closes it."""

    n: int
    n_dlt: int
    n_active: int
    n_both: int | None  # active and with a DLT; None where the scores do not need it
    desirability: float
    too_toxic: bool  # closes the level and every one above
    too_inactive: bool  # closes the level alone
    rank: float | None = None  # 1 = the least desirable; None: closed

    @property
    def is_open(self) -> bool:
        """Whether the level may be given after this result, for all that its own counts say."""
        return not (self.too_toxic or self.too_inactive)


@final
@dataclass(frozen=True, slots=True)
class Limits:
    """What counts at the current level ask for after ``n`` participants; None where no count does."""

    n: int
    up_to: int  # DLTs up to which the level above takes part
    down_from: int  # DLTs from which on the next cohort goes down
    toxic_from: int | None  # DLTs from which on the level, and all above, are closed
    inactive_up_to: int | None  # responders up to which the level is closed


@final
@dataclass(frozen=True, slots=True)
class DesirabilityTable:
    """Every result for some numbers of participants, ordered by their counts, and the limits for each number."""

    sizes: tuple[int, ...]  # 0 first: a level never tried
    scored: tuple[Scored, ...]
    limits: tuple[Limits, ...]  # none for 0 participants
    boundaries: tuple[float, float]  # lambda_e, lambda_d
    benchmark: float  # score that a desirable level exceeds, out of 100
    stay_from: int  # participants from which an undecided DLT rate leaves the level above out
    explore_from: int  # participants from which an untried level above is tried whatever the ranks

    def of_size(self, n: int) -> tuple[Scored, ...]:
        """Every result of one number of participants."""
        return tuple(one for one in self.scored if one.n == n)


def desirability_table(design: Boin12, sizes: Sequence[int]) -> DesirabilityTable:
    """How desirable a level is after every result in some numbers of participants, and the rank of each.

    ``sizes``: numbers of participants settled at the level, whose activity is known; 0 is always part of the table.
    Raises ParameterError where one of them cannot be had.
    """
    complaints = Complaints()
    allowed = f"must be a whole number from 1 to {MOST_PARTICIPANTS}"
    complaints.unless(len(sizes) > 0, "n", "", allowed)
    for n in sizes:
        complaints.unless(is_count(n) and n <= MOST_PARTICIPANTS, "n", n, allowed)
    complaints.raise_as(ParameterError, "this decision table cannot be drawn up")
    asked = tuple(sorted({0, *sizes}))
    scored = _ranked(_scored(design, asked))
    limits = tuple(_limits(design, [one for one in scored if one.n == n]) for n in asked if n)
    return DesirabilityTable(
        asked, scored, limits, design.boundaries, design.benchmark, design.stay_from, explore_from=EXPLORE_FROM
    )


def _scored(design: Boin12, sizes: Sequence[int]) -> tuple[Scored, ...]:
    """What the design says of every result, in one batch of trials with one level each."""
    results = [
        (n, n_dlt, n_active, n_both)
        for n in sizes
        for n_dlt in range(n + 1)
        for n_active in range(n + 1)
        for n_both in _both(design, n, n_dlt=n_dlt, n_active=n_active)
    ]
    people, dlts, active, both = np.array(results).T[:, :, None]
    seen = Seen.of_counts(people, dlts, np.ones(len(results)), n_active=active, n_both=both)
    found = design.propose(seen).evidence or {}
    toxic = found["tolerable"][:, 0] == 0
    inactive = design.closed_for_activity(found["too_inactive"])[:, 0]
    found_of = zip(results, found["desirability"][:, 0], toxic, inactive, strict=True)
    return tuple(
        Scored(n, n_dlt, n_active, n_both if design.needs_both else None, float(value), bool(shut), bool(idle))
        for (n, n_dlt, n_active, n_both), value, shut, idle in found_of
    )


def _both(design: Boin12, n: int, *, n_dlt: int, n_active: int) -> range:
    """Every count of those with both; one of them where the scores do not need it."""
    fewest, most = max(0, n_dlt + n_active - n), min(n_dlt, n_active)
    return range(fewest, most + 1 if design.needs_both else fewest + 1)


def _ranked(scored: Sequence[Scored]) -> tuple[Scored, ...]:
    """The same results with their ranks: the mean place of those that are equally desirable."""
    values = np.sort([one.desirability for one in scored if one.is_open])
    if len(values) == 0:
        return tuple(scored)
    first = np.concatenate([[True], np.diff(values) >= TIE])
    group = np.cumsum(first) - 1
    starts = np.append(np.flatnonzero(first), len(values))
    means = (starts[:-1] + 1 + starts[1:]) / 2
    place = group[np.minimum(np.searchsorted(values, [one.desirability for one in scored]), len(values) - 1)]
    return tuple(
        replace(one, rank=float(means[where])) if one.is_open else one for one, where in zip(scored, place, strict=True)
    )


def _limits(design: Boin12, scored: Sequence[Scored]) -> Limits:
    """Counts at which the advice changes, among the results of one number of participants."""
    n, (lower, upper) = scored[0].n, design.boundaries
    down_from = int(np.ceil(upper * n - WHOLE))
    low = int(np.floor(lower * n + WHOLE))
    return Limits(
        n,
        up_to=low if n >= design.stay_from else down_from - 1,
        down_from=down_from,
        toxic_from=min((one.n_dlt for one in scored if one.too_toxic), default=None),
        inactive_up_to=max((one.n_active for one in scored if one.too_inactive), default=None),
    )
