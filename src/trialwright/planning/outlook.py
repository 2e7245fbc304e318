"""What a sized plan would do: look by look, over the effects that may be true, and under other assumptions.

Every number is computed here, from ``numerics.group_sequential``; a report only lays them out.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import final

import numpy as np
import scipy.optimize as so

from trialwright.numerics.arrays import Floats
from trialwright.numerics.exact_two_rates import Bools, exact_power, largest_error, rejects
from trialwright.numerics.group_sequential import crossing
from trialwright.planning.endpoints import ExactRates
from trialwright.planning.plan import Plan
from trialwright.planning.sizing import Sized, assuming, drift_under, size_plan, value_of
from trialwright.vocabulary.errors import ParameterError, Refused

POINTS = 41  # of a curve
BEYOND = 1.6  # how far a curve goes past the effect assumed


@final
@dataclass(frozen=True, slots=True)
class LookRow:
    """One look: its bounds on three scales, and how probably the trial stops there."""

    number: int
    fraction: float
    information: float  # evaluable participants, or events
    upper_z: float
    upper_p: float  # of the test as it has sides
    upper_effect: float
    lower_z: float  # minus infinity where futility cannot stop it
    lower_effect: float
    spent: float  # error of one side by this look, cumulative
    efficacy: tuple[float, float]  # P(stop for efficacy here): without, with the effect assumed
    futility: tuple[float, float]


@final
@dataclass(frozen=True, slots=True)
class PowerPoint:
    """What happens when the treatment is as given."""

    treatment: float
    power: float
    expected: float  # information when it stops


@final
@dataclass(frozen=True, slots=True)
class Elsewhere:
    """The same plan under other assumptions; None where no number is enough."""

    control: float
    treatment: float
    total: int | None  # to be randomised for the power planned
    power: float | None  # of the trial as sized


@final
@dataclass(frozen=True, slots=True)
class Outlook:
    """All of it."""

    sized: Sized
    looks: tuple[LookRow, ...]
    curve: tuple[PowerPoint, ...]
    elsewhere: tuple[Elsewhere, ...]
    power: float  # of the first comparison, for what is assumed
    detectable: float | None  # the treatment's value that is shown with the power planned, where the size is given
    powers: Mapping[str, float]  # of each treatment by itself, for what is assumed of it
    best: float | None  # an exact test: its power if everybody in the treatment did well


def outlook(sized: Sized) -> Outlook:
    """What the trial of a plan would do."""
    least = detectable(sized) if sized.plan.size is not None and is_superiority(sized.plan) else None
    shown = (look_rows(sized), power_curve(sized), other_assumptions(sized))
    best = None
    if isinstance(sized.first.endpoint, ExactRates):
        perfect = 1.0 if sized.plan.endpoint.better == "higher" else 0.0
        best = float(power_under(sized, [perfect], control=value_of(sized.plan, sized.plan.control))[0][0])
    return Outlook(sized, *shown, power_assumed(sized), least, powers(sized), best)


def look_rows(sized: Sized) -> tuple[LookRow, ...]:
    """The looks of the first comparison; the bounds are those of every comparison."""
    found, compared = sized.boundaries, sized.first
    if isinstance(compared.endpoint, ExactRates):
        return (_exact_row(sized),)
    below = found.lower if sized.looks.binding or compared.errors.sides == 2 else np.full(len(found.lower), -np.inf)
    errors = crossing(found.fractions, lower=below, upper=found.upper, drifts=0.0).upper[0]
    spent = np.cumsum(errors)
    both = crossing(found.fractions, lower=found.lower, upper=found.upper, drifts=[0.0, sized.drift])
    rows = []
    for k, fraction in enumerate(found.fractions.tolist()):
        upper, lower = float(found.upper[k]), float(found.lower[k])
        last = k + 1 == len(found.fractions)
        shown = lower if math.isfinite(lower) and not last else -math.inf
        rows.append(
            LookRow(
                number=k + 1,
                fraction=fraction,
                information=compared.size.at_looks[k] * sized.scale,
                upper_z=upper,
                upper_p=float(found.nominal[k]) * compared.errors.sides,
                upper_effect=sized.effect_at(upper, fraction=fraction) if math.isfinite(upper) else math.nan,
                lower_z=shown,
                lower_effect=sized.effect_at(shown, fraction=fraction) if math.isfinite(shown) else math.nan,
                spent=float(spent[k]),
                efficacy=(float(both.upper[0, k]), float(both.upper[1, k])),
                futility=(float(both.lower[0, k]), float(both.lower[1, k])),
            )
        )
    return tuple(rows)


def _exact_row(sized: Sized) -> LookRow:
    """The one look of an exact test: its level, and the error and power it really has; there is no bound in z."""
    error, sides = largest_error(exact_region(sized)), sized.first.errors.sides
    return LookRow(
        number=1, fraction=1.0, information=float(sum(sized.evaluable.values())), upper_z=math.nan,
        upper_p=sized.first.errors.one_side * sides, upper_effect=math.nan, lower_z=-math.inf, lower_effect=math.nan,
        spent=error, efficacy=(error, power_assumed(sized)), futility=(0.0, 0.0),
    )  # fmt: skip


def power_curve(sized: Sized) -> tuple[PowerPoint, ...]:
    """Power and expected information while the treatment goes from the control to beyond what is assumed."""
    plan, compared = sized.plan, sized.first
    control, assumed = value_of(plan, plan.control), value_of(plan, compared.arm)
    treatments = _between(plan, control=control, assumed=assumed)
    power, stops = power_under(sized, treatments, control=control)
    once = compared.size.at_looks[-1] * sized.scale
    return tuple(
        PowerPoint(value, float(shown), float(stop) * once)
        for value, shown, stop in zip(treatments, power, stops, strict=True)
    )


def power_under(sized: Sized, treatments: Sequence[float], *, control: float) -> tuple[Floats, Floats]:
    """The power and the share of the information used, for each value of the treatment; an exact test exactly."""
    endpoint = sized.first.endpoint
    if not isinstance(endpoint, ExactRates):
        return power_of(sized, [drift_under(sized, treatment=value, control=control) for value in treatments])
    values, other = np.asarray(treatments, np.float64), control
    if endpoint.treatment < endpoint.control:
        values, other = 1 - values, 1 - other
    power = exact_power(values, other, region=exact_region(sized))
    return power, np.ones(len(power))


def exact_region(sized: Sized) -> Bools:
    """The tables an exact test rejects, those who do badly counted where a low share is the good one."""
    plan, endpoint = sized.plan, sized.first.endpoint
    assert isinstance(endpoint, ExactRates)
    sizes = sized.evaluable[sized.first.arm.name], sized.evaluable[plan.control.name]
    return rejects(*sizes, alpha=sized.first.errors.one_side, test=endpoint.test)


def power_assumed(sized: Sized) -> float:
    """The power of the trial at the size it has, for what is assumed."""
    plan = sized.plan
    return float(power_under(sized, [value_of(plan, sized.first.arm)], control=value_of(plan, plan.control))[0][0])


def powers(sized: Sized) -> dict[str, float]:
    """The power of each treatment against the control, by itself, at the size the trial has."""
    found = {}
    for one in sized.compared:
        if isinstance(one.endpoint, ExactRates):
            sizes = sized.evaluable[one.arm.name], sized.evaluable[sized.plan.control.name]
            region = rejects(*sizes, alpha=one.errors.one_side, test=one.endpoint.test)
            found[one.arm.name] = float(exact_power(*one.endpoint.rates, region=region))
        else:
            drift = one.size.boundaries.drift * math.sqrt(sized.control * (1 + one.arm.ratio) / one.size.total)
            found[one.arm.name] = float(power_of(sized, [drift])[0][0])
    return found


def detectable(sized: Sized) -> float | None:
    """The treatment's value shown with the power planned, at the size there is; None: none is. Superiority only."""
    plan, wanted = sized.plan, sized.plan.errors.power
    control = value_of(plan, plan.control)
    assumed = value_of(plan, sized.first.arm)
    most = (1 - 1e-9 if assumed > control else 1e-9) if plan.endpoint.kind == "binary" else None
    near, far = assumed, assumed

    def short(value: float) -> float:
        return float(power_under(sized, [value], control=control)[0][0]) - wanted

    while short(far) < 0:
        if far == most:
            return None
        step = far - control
        far = control + 2 * step
        far = far if most is None else (min(far, most) if assumed > control else max(far, most))
        if abs(step) > 1e6 * max(1.0, abs(assumed - control)):
            return None
    while short(near) > 0:
        near = control + (near - control) / 2
    return near if near == far else float(so.brentq(short, near, far, xtol=1e-10))


def power_of(sized: Sized, drifts: Sequence[float]) -> tuple[Floats, Floats]:
    """The power and the share of the information used, for each drift, (D,) each."""
    found = sized.boundaries
    stopped = crossing(found.fractions, lower=found.lower, upper=found.upper, drifts=drifts)
    return stopped.upper.sum(axis=1), np.asarray(stopped.stopping @ found.fractions, np.float64)


def other_assumptions(sized: Sized) -> tuple[Elsewhere, ...]:
    """The size and the power under other assumptions, those of the file or around the plan's own."""
    plan = sized.plan
    controls = plan.sensitivity.control or _around(plan, value_of(plan, plan.control))
    treatments = plan.sensitivity.treatment or _around(plan, value_of(plan, sized.first.arm))
    return tuple(_elsewhere(sized, pair) for pair in itertools.product(controls, treatments))


def _elsewhere(sized: Sized, pair: tuple[float, float]) -> Elsewhere:
    control, treatment = pair
    try:
        power: float | None = float(power_under(sized, [treatment], control=control)[0][0])
    except (ParameterError, Refused):
        power = None
    try:
        total: int | None = size_plan(assuming(sized.plan, control=control, treatment=treatment)).total
    except (ParameterError, Refused):
        total = None
    return Elsewhere(control, treatment, total, power)


def _around(plan: Plan, value: float) -> tuple[float, ...]:
    return AROUND[plan.endpoint.kind](value)


def _shares(value: float) -> tuple[float, ...]:
    return tuple(round(value + step, 10) for step in (-0.05, 0.0, 0.05) if 0 < value + step < 1)


def _multiples(value: float) -> tuple[float, ...]:
    return tuple(value * step for step in (0.8, 1.0, 1.25))


def _as_it_is(value: float) -> tuple[float, ...]:
    return (value,) if value == 0 else _multiples(value)


AROUND: dict[str, Callable[[float], tuple[float, ...]]] = {
    "binary": _shares,
    "continuous": _as_it_is,
    "repeated measures": _as_it_is,
    "time to event": _multiples,
    "recurrent events": _multiples,
}


def _between(plan: Plan, *, control: float, assumed: float) -> list[float]:
    """Values of the treatment from the control to beyond what is assumed; where both are one, around it."""
    if plan.endpoint.kind in ("time to event", "recurrent events"):
        return [math.exp(value) for value in _span(plan, math.log(control), math.log(assumed), step=math.log(1.6))]
    step = 0.25 if plan.endpoint.kind == "binary" else abs(control) / 2 or 1.0
    values = _span(plan, control, assumed, step=step)
    return [min(max(value, 0.01), 0.99) for value in values] if plan.endpoint.kind == "binary" else values


def _span(plan: Plan, *ends: float, step: float) -> list[float]:
    control, assumed = ends
    if abs(assumed - control) > 1e-12 and is_superiority(plan):
        return [float(value) for value in np.linspace(control, control + (assumed - control) * BEYOND, POINTS)]
    good = step if plan.endpoint.better in ("higher", "later") else -step
    return [float(value) for value in np.linspace(assumed - good, assumed + good / 2, POINTS)]


def is_superiority(plan: Plan) -> bool:
    """Whether the effect is tested against none at all."""
    margin = getattr(plan.endpoint, "margin", None)
    return margin in (None, 0.0) or (margin == 1.0 and plan.endpoint.kind not in ("continuous", "repeated measures"))
