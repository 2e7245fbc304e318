"""The trial of a plan file as it is simulated: every finding at once where the file does not say enough."""

from __future__ import annotations

from fractions import Fraction
from math import ceil, lcm
from typing import get_args

from trialwright.planning.care import Taper
from trialwright.planning.follow_up import Visits
from trialwright.planning.infusion_effect import Schedule
from trialwright.planning.looks import Errors
from trialwright.planning.optimiser import Budget, Choices
from trialwright.planning.plan import Arm as PlannedArm, Plan
from trialwright.planning.plan_file import looks_of
from trialwright.planning.rct_analysis import Analysis
from trialwright.planning.rct_questions import schedules
from trialwright.planning.rct_simulation import Arm, Multiplicity, RctPlan
from trialwright.planning.simulation_sections import AnalysisSection, ScheduleSection, SimulationSection
from trialwright.vocabulary.disease_course import Appearance, Entry
from trialwright.vocabulary.errors import MISSING, Complaints, ParameterError

DAYS_A_WEEK = 7
ROUNDEST = 20  # the largest whole number that stands for a ratio of the allocation
HEADLINE = "this plan cannot be simulated"


def simulated_plan(plan: Plan, appearance: Appearance, *, participants: int | None = None) -> RctPlan:
    """The trial of a plan, ready to be simulated; ParameterError with everything that is missing or does not fit.

    ``participants``: the size, where the file leaves it to the plan.
    """
    complaints, simulation, course = Complaints(), plan.simulation, plan.course
    complaints.unless(simulation is not None, "simulation", MISSING, "is required to simulate", "add [simulation]")
    complaints.unless(course is not None, "course", MISSING, "is required to simulate", "add [course] disease = …")
    _check_schedules(plan, complaints)
    way, known = plan.errors.multiplicity, get_args(Multiplicity)
    fine = len(plan.treatments) < 2 or way in known
    complaints.unless(fine, "errors.multiplicity", way, "must be " + " or ".join(known) + " to be simulated")
    complaints.raise_as(ParameterError, HEADLINE)
    assert simulation is not None
    assert course is not None
    size = simulation.participants or participants
    complaints.unless(size is not None, "simulation.participants", MISSING, "is required", "say how many people")
    complaints.raise_as(ParameterError, HEADLINE)
    assert size is not None
    errors = plan.errors
    return RctPlan(
        arms=_arms(plan),
        participants=size,
        visits=_visits(simulation),
        entry=Entry(course.entry_index, course.entry_graded, course.entry_again),
        primary=_analysis(simulation),
        secondary=tuple(map(_analysis, simulation.secondary)),
        looks=looks_of(plan.looks),
        errors=Errors(errors.alpha, errors.power, errors.sides),
        drawn=simulation.drawn,
        multiplicity="hierarchical" if way == "hierarchical" else "bonferroni",
        changed=tuple(sorted(course.change.items())),
    ).check(appearance)


def whole_size(participants: float, plan: RctPlan) -> int:
    """The least multiple of the allocation block that holds so many people."""
    block = sum(arm.share for arm in plan.arms)
    return block * ceil(participants / block)


def _check_schedules(plan: Plan, complaints: Complaints) -> None:
    names = [arm.name for arm in plan.arms]
    for place, one in enumerate(plan.schedule, start=1):
        complaints.unless(one.arm in names, f"schedule[{place}].arm", one.arm, "must be one of " + ", ".join(names))
    twice = [one.arm for one in plan.schedule]
    complaints.unless(len(set(twice)) == len(twice), "schedule.arm", twice, "must name each arm once")
    for place, arm in enumerate(plan.arms, start=1):
        allowed = "must hold a first infusion to be simulated: placebo is infused too"
        complaints.unless(bool(arm.infusion_days), f"arms[{place}].infusion_days", list(arm.infusion_days), allowed)


def _arms(plan: Plan) -> tuple[Arm, ...]:
    """The control first, then the treatments in the order of the file, with whole shares of the allocation."""
    ordered = (plan.control, *plan.treatments)
    ratios = [Fraction(arm.ratio).limit_denominator(ROUNDEST) for arm in ordered]
    common = lcm(*(ratio.denominator for ratio in ratios))
    on_relapse = {one.arm: one for one in plan.schedule}
    return tuple(
        Arm(arm.name, _schedule(arm, on_relapse.get(arm.name)), active=not arm.control, share=int(ratio * common))
        for arm, ratio in zip(ordered, ratios, strict=True)
    )


def _schedule(arm: PlannedArm, relapse: ScheduleSection | None) -> Schedule:
    weeks = tuple(day / DAYS_A_WEEK for day in arm.infusion_days)
    return Schedule(weeks) if relapse is None else Schedule(weeks, relapse.on_relapse, relapse.apart_weeks)


def _visits(simulation: SimulationSection) -> Visits:
    taper = simulation.taper
    rule = None if taper is None else Taper(taper.from_week, taper.to_week, taper.target)
    return Visits(simulation.visits, simulation.screening_weeks, rule)


def _analysis(one: AnalysisSection) -> Analysis:
    return Analysis(
        one.endpoint, one.week, one.method, dose_at_most=one.dose_at_most, strata_at=one.strata_at,
        after_rescue=one.after_rescue,
    )  # fmt: skip


def choices_of(plan: Plan, simulated: RctPlan) -> Choices | None:
    """What the file offers to choose between; None where it has no [optimise]."""
    asked = plan.optimise
    if asked is None:
        return None
    budget = Budget(asked.most_people, asked.most_infusions, asked.most_product, asked.product_per_infusion)
    analyses = (simulated.primary, *simulated.secondary)
    return Choices(schedules(simulated.visits.weeks[-1]), asked.sizes, analyses, budget)
