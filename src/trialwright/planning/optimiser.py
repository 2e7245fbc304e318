"""Choosing between schedules, sizes and endpoints within a budget of people, infusions and product.

Every schedule is simulated once at the largest size; smaller sizes are its first participants and every endpoint is
read from the same trials, so that all candidates meet the same virtual people. Candidates over the budget stay in the
table, behind the others. Ranked by power; equal power by fewer people, fewer infusions, then the order of the list.
On the Pareto front are those that no other one beats or equals in power, people and infusions at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import final

from trialwright.numerics.scalars import is_count, is_list_of, is_positive, is_rising
from trialwright.planning.infusion_effect import Schedule
from trialwright.planning.looks import Looks
from trialwright.planning.rct_analysis import Analysis
from trialwright.planning.rct_questions import critical_z, two_arms
from trialwright.planning.rct_simulation import RctPlan, RctResults
from trialwright.vocabulary.errors import Complaints, ParameterError


@final
@dataclass(frozen=True, slots=True)
class Budget:
    """What there is at most; None is no limit."""

    people: int | None = None
    infusions: float | None = None  # of the product, mean over the trials
    product: float | None = None  # in the unit of ``product_per_infusion``
    product_per_infusion: float = 1.0

    def __post_init__(self) -> None:
        complaints = Complaints()
        for place in ("people", "infusions", "product"):
            value = getattr(self, place)
            complaints.unless(value is None or is_positive(value), place, value, "must be above 0, or left out")
        value = self.product_per_infusion
        complaints.unless(is_positive(value), "product_per_infusion", value, "must be above 0")
        complaints.raise_as(ParameterError, "this budget cannot be kept")


@final
@dataclass(frozen=True, slots=True)
class Choices:
    """What may be chosen."""

    schedules: Mapping[str, Schedule]
    sizes: tuple[int, ...]
    analyses: tuple[Analysis, ...]
    budget: Budget

    def __post_init__(self) -> None:
        complaints = Complaints()
        complaints.unless(bool(self.schedules), "schedules", list(self.schedules), "must hold one at least")
        complaints.unless(bool(self.analyses), "analyses", list(self.analyses), "must hold one at least")
        fine = is_list_of(is_count, self.sizes) and is_rising(tuple(map(float, self.sizes)))
        complaints.unless(fine, "sizes", self.sizes, "must be whole numbers that rise", "as in [80, 120, 160]")
        complaints.raise_as(ParameterError, "there is nothing to choose from")

    def plans(self, plan: RctPlan) -> dict[str, RctPlan]:
        """What has to be simulated: one campaign per schedule, at the largest size, with a look at every size."""
        looks = Looks((*(size / self.sizes[-1] for size in self.sizes[:-1]), 1.0))
        first, *others = self.analyses
        return {
            name: replace(
                two_arms(plan, schedule), participants=self.sizes[-1], looks=looks, primary=first,
                secondary=tuple(others),
            )
            for name, schedule in self.schedules.items()
        }  # fmt: skip


@final
@dataclass(frozen=True, slots=True)
class Candidate:
    """One choice and what it brings."""

    schedule: str
    people: int
    analysis: Analysis
    found: int
    trials: int
    infusions: float  # of the product, in the whole trial
    product: float
    within: bool  # the budget
    on_front: bool = False

    @property
    def power(self) -> float:
        """Share of the trials that find the treatment better."""
        return self.found / self.trials


def candidates(choices: Choices, results: Mapping[str, RctResults]) -> tuple[Candidate, ...]:
    """Every choice, the best first."""
    found = [
        _candidate(choices, results[name], schedule=name, place=(number, size))
        for name in choices.schedules
        for number in range(len(choices.analyses))
        for size in range(len(choices.sizes))
    ]
    front = [replace(one, on_front=one.within and not _is_beaten(one, found)) for one in found]
    order = sorted(
        enumerate(front), key=lambda one: (not one[1].within, -one[1].found, one[1].people, one[1].infusions, one[0])
    )
    return tuple(one for _, one in order)


def _candidate(choices: Choices, results: RctResults, *, schedule: str, place: tuple[int, int]) -> Candidate:
    number, size = place
    z = results.z[:, 0, size] if number == 0 else results.others[:, 0, number - 1, size]
    people, budget = choices.sizes[size], choices.budget
    infusions = float(results.infusions[:, 1].mean()) * people / 2
    product = infusions * budget.product_per_infusion
    limits = ((people, budget.people), (infusions, budget.infusions), (product, budget.product))
    within = all(most is None or used <= most for used, most in limits)
    count = int((z >= critical_z(results.plan)).sum())
    return Candidate(schedule, people, choices.analyses[number], count, results.trials, infusions, product, within)


def _is_beaten(one: Candidate, others: Sequence[Candidate]) -> bool:
    """Whether another one within the budget is as good in everything and better in something."""

    def goods(each: Candidate) -> tuple[float, float, float]:
        return each.found, -each.people, -each.infusions

    mine = goods(one)
    return any(
        other.within
        and goods(other) != mine
        and all(theirs >= own for theirs, own in zip(goods(other), mine, strict=True))
        for other in others
    )
