"""How a trial is run, as far as its operating characteristics depend on it and its protocol leaves it open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

import numpy as np

from trialwright.numerics.scalars import is_count, is_list_of
from trialwright.protocol.study import Study
from trialwright.rules.stop_at_n import StopAtN
from trialwright.vocabulary.errors import Complaints, ParameterError
from trialwright.vocabulary.seen import Floats

MOST_PER_COUNTED = 4  # participants assigned per one who is to count, at most: where to stop if they never do
ROUNDING = 1e-9  # by how much the probabilities of one row may miss 1


@final
@dataclass(frozen=True, slots=True)
class Conditions:
    """Everything has a default: cohorts of the protocol's size, its planned number, everybody given what was assigned.

    ``cohorts``: sizes of the first, second, … cohort; the last one is repeated. Empty: the protocol's cohort size.
    ``after_each``: a decision after every participant, as in the live trial when accrual is slower than the DLT
    window; otherwise after every complete cohort, as when a cohort is recruited faster than its first participant
    settles.
    ``at_most``: participants; 0: where the protocol's ``stop_at_n`` stands, or its planned number.
    ``given``: row l, column g: probability that a participant assigned to level l is given a dose that counts for
    level g; column 0: that no dose can be made, or that the participant does not count for another reason.
    """

    cohorts: tuple[int, ...] = ()
    after_each: bool = False
    at_most: int = 0
    given: tuple[tuple[float, ...], ...] = ()

    def __post_init__(self) -> None:
        complaints = Complaints()
        listed = is_list_of(is_count, self.cohorts) or self.cohorts in ((), [])
        complaints.unless(listed, "cohorts", self.cohorts, "must list whole numbers of 1 or more")
        allowed = "must be a whole number of 1 or more"
        complaints.unless(is_count(self.at_most, least=0), "at_most", self.at_most, allowed, "or left out")
        allowed = "must be left out where a decision follows every participant"
        complaints.unless(not (self.after_each and self.cohorts), "cohorts", self.cohorts, allowed)
        self._check_given(complaints)
        complaints.raise_as(ParameterError, "these conditions cannot be met")
        object.__setattr__(self, "cohorts", tuple(self.cohorts))
        object.__setattr__(self, "given", tuple(tuple(map(float, row)) for row in self.given))

    def _check_given(self, complaints: Complaints) -> None:
        for level, row in enumerate(self.given, start=1):
            place, probabilities = f"given[{level}]", np.asarray(row, np.float64)
            long_enough = len(row) == len(self.given) + 1
            allowed = f"must hold {len(self.given) + 1} probabilities: none, level 1, …, level {len(self.given)}"
            if complaints.unless(long_enough, place, tuple(row), allowed):
                whole = bool((probabilities >= 0).all() and abs(probabilities.sum() - 1) <= ROUNDING)
                complaints.unless(whole, place, tuple(row), "must be probabilities that add up to 1")

    def fits(self, study: Study) -> None:
        """Raise ParameterError when these conditions do not go with a study."""
        complaints = Complaints()
        levels = len(study.dosing.amounts)
        allowed = f"must have one row for each of the {levels} dose levels"
        complaints.unless(len(self.given) in (0, levels), "given", len(self.given), allowed)
        complaints.raise_as(ParameterError, f"these conditions do not go with {study.identity.id}")

    def limit(self, study: Study, *, leaving: bool = False) -> int:
        """The number of participants after which nobody else is assigned; ``leaving``: some are lost on the way."""
        if self.at_most:
            return self.at_most
        stops = [rule for rule in study.rules if isinstance(rule, StopAtN)]
        assigned = [rule.n for rule in stops if rule.count == "assigned"]
        factor = MOST_PER_COUNTED if self.loses or leaving else 1
        evaluable = [rule.n * factor for rule in stops if rule.count == "evaluable"]
        return min([*assigned, *evaluable], default=study.identity.planned_n)

    @property
    def loses(self) -> bool:
        """Whether a participant may turn out not to count for dose finding."""
        return any(row[0] > 0 for row in self.given)

    def size_after(self, study: Study, *, assigned: int) -> int:
        """How many participants are treated before the next decision, so many being assigned."""
        if self.after_each:
            return 1
        sizes = self.cohorts or (study.dosing.cohort_size,)
        for size in sizes:
            if assigned < size:
                return size - assigned
            assigned -= size
        return sizes[-1] - assigned % sizes[-1]

    def waits(self, study: Study, *, assigned: int) -> int:
        """How often a DLT window has been waited for once so many are assigned and settled: once per cohort."""
        count, so_far = 0, 0
        while so_far < assigned:
            so_far += self.size_after(study, assigned=so_far)
            count += 1
        return count

    def matrix(self, levels: int) -> Floats:
        """``given`` as an array ``[D, D + 1]``; without any, everybody is given what was assigned."""
        if not self.given:
            return np.eye(levels, levels + 1, k=1)
        return np.asarray(self.given, np.float64)


def as_if_assigned(rates: Floats | Sequence[float], conditions: Conditions) -> Floats:
    """The DLT rates a team sees that counts everybody at the level assigned, whatever was given.

    ``rates``: true rate of every level, ``[D]``. The answer, ``[D]``: the mean of the rates given to those assigned
    to each level. A design walked under these rates, with everybody given what was assigned, is the design that
    ignores the difference.
    """
    truth = np.asarray(rates, np.float64)
    share = conditions.matrix(len(truth))
    return np.asarray(share[:, 1:] @ truth / (1 - share[:, 0]), np.float64)
