"""From a plan to its numbers: each treatment against the control, the level they share, and who must be enrolled.

Levels. ``none`` and ``hierarchical``: each at the whole level, the second in order after the first; ``bonferroni``: the
level divided by their number; ``dunnett``: the level whose normal bound is Dunnett's. The control is as large as the
most demanding comparison needs. Evaluable numbers are multiplied by the design effect of clusters, 1 + ((cv^2 + 1) m -
1) icc (Eldridge, Ashby & Kerry 2006, Int J Epidemiology 35:1292), and divided by the share that stays; for repeated
measures those who leave are in the formula already, and for a time to an event in its hazard of leaving.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import final

import scipy.special as sp

from trialwright.numerics import many_to_one
from trialwright.planning import endpoints, plan as parts
from trialwright.planning.comparison import ROUNDING, Comparison, Size
from trialwright.planning.endpoints import Contrast, Endpoint
from trialwright.planning.looks import Boundaries, Errors, Looks
from trialwright.planning.plan import Arm, Plan
from trialwright.planning.plan_file import NEEDED, looks_of
from trialwright.vocabulary.errors import Refused
from trialwright.vocabulary.words import Text

GOOD: Mapping[str, int] = {"higher": 1, "later": -1, "lower": -1, "sooner": 1}  # the sign of a good effect
NO_GAP = 1e-12
WRONG_SIDE = Text(
    en="The effect assumed of {arm} ({effect:number3}) lies on the worse side of what is tested against "
    "({null:number3}): no number of participants shows it. Change the assumption, the margin, or better.",
    fr="L’effet supposé de {arm} ({effect:number3}) est du mauvais côté de ce qui est testé ({null:number3}) : aucun "
    "nombre de participants ne le montrera. Changez l’hypothèse, la marge, ou better.",
)


@final
@dataclass(frozen=True, slots=True)
class Compared:
    """One treatment against the control."""

    arm: Arm
    endpoint: Endpoint
    errors: Errors  # with the level of this comparison
    size: Size

    @property
    def contrast(self) -> Contrast:
        """The effect assumed and the one tested against."""
        return self.endpoint.contrast


@final
@dataclass(frozen=True, slots=True)
class JointPower:
    """What several treatments are shown together, one look at the end."""

    any_shown: float
    all_shown: float


@final
@dataclass(frozen=True, slots=True)
class Sized:
    """A plan with its numbers."""

    plan: Plan
    looks: Looks
    compared: tuple[Compared, ...]  # in the order of the file
    evaluable: Mapping[str, int]  # by arm
    enrolled: Mapping[str, int]  # with those who leave and with clusters
    control: float  # evaluable participants of the control, not rounded
    design_effect: float
    joint: JointPower | None  # with several treatments and one look

    @property
    def total(self) -> int:
        """Everybody who must be randomised."""
        return sum(self.enrolled.values())

    @property
    def first(self) -> Compared:
        """The first treatment of the file against the control."""
        return self.compared[0]

    @property
    def boundaries(self) -> Boundaries:
        """The boundaries; the same for every comparison."""
        return self.first.size.boundaries

    @property
    def scale(self) -> float:
        """The size of the trial over the size its first comparison needs; 1 where that decides."""
        return self.control * (1 + self.first.arm.ratio) / self.first.size.total

    @property
    def drift(self) -> float:
        """The drift of the first comparison, at the size the trial has and the effect assumed."""
        return self.boundaries.drift * math.sqrt(self.scale)

    def effect_at(self, z: float, *, fraction: float) -> float:
        """The estimate at which a look at this share of the information gives ``z``; ratios as ratios."""
        effect, null, is_log = self.first.contrast
        found = null + (effect - null) * z / (self.drift * math.sqrt(fraction))
        return math.exp(found) if is_log else found


def size_plan(plan: Plan) -> Sized:
    """How large the trial of a plan is; Refused where no number is enough."""
    looks, errors = looks_of(plan.looks), errors_of(plan)
    compared = tuple(_compare(plan, arm, looks=looks, errors=errors) for arm in plan.treatments)
    control = max(one.size.total / (1 + one.arm.ratio) for one in compared)
    if plan.size is not None:
        control = float(plan.size.control)
    evaluable = {arm.name: _up(control * arm.ratio) for arm in plan.arms}
    if len(compared) == 1 and plan.size is None:  # an exact test has whole numbers of its own
        treatment, reference = compared[0].size.participants
        evaluable = {arm.name: reference if arm.control else treatment for arm in plan.arms}
    effect = design_effect(plan.clusters)
    enrolled = {name: _up(_enlarged(count, plan, effect=effect)) for name, count in evaluable.items()}
    several = len(compared) > 1 and len(looks.fractions) == 1
    joint = _joint(plan, compared, control=control) if several else None
    return Sized(plan, looks, compared, evaluable, enrolled, control, effect, joint)


def total_for(sized: Sized, *, control: int) -> int:
    """Everybody to be randomised when so many of the control are judged."""
    counts = [_up(control * arm.ratio) for arm in sized.plan.arms]
    return sum(_up(_enlarged(count, sized.plan, effect=sized.design_effect)) for count in counts)


def errors_of(plan: Plan) -> Errors:
    """The errors of one comparison, its level taken from what all treatments share."""
    section, ratios = plan.errors, [arm.ratio for arm in plan.treatments]
    whole = Errors(section.alpha, section.power, section.sides)
    if section.multiplicity == "bonferroni":
        return replace(whole, alpha=section.alpha / len(ratios))
    if section.multiplicity == "dunnett":
        bound = many_to_one.dunnett_bound(section.alpha, ratios=ratios, two_sided=section.sides == 2)
        return replace(whole, alpha=float(sp.ndtr(-bound)) * section.sides)
    return whole


def design_effect(clusters: parts.ClustersSection | None) -> float:
    """How many times more participants are needed because those of a cluster resemble each other."""
    if clusters is None:
        return 1.0
    return max(1.0, 1 + ((clusters.cv**2 + 1) * clusters.size - 1) * clusters.icc)


def endpoint_of(plan: Plan, arm: Arm) -> Endpoint:
    """One treatment against the control, as an endpoint that knows its size; Refused on the worse side."""
    section = plan.endpoint
    found = BUILT[section.kind](section, arm=arm, control=plan.control)
    effect, null, is_log = found.contrast
    if (effect - null) * GOOD[section.better] <= 0:
        values = [math.exp(value) if is_log else value for value in (effect, null)]
        raise Refused(WRONG_SIDE, {"arm": arm.label, "effect": values[0], "null": values[1]})
    return found


def drift_under(sized: Sized, *, treatment: float, control: float) -> float:
    """The drift the trial has when the first treatment and the control are as given instead of as assumed.

    ``treatment``, ``control``: shares, means, medians or rates, as the endpoint has them. The drift of one look at the
    power planned, times the root of the size planned over the size that these would need; negative on the worse side.
    """
    plan, compared = sized.plan, sized.first
    endpoint = _assumed(plan, treatment=treatment, control=control)
    effect, null, _ = endpoint.contrast
    if abs(effect - null) < NO_GAP:
        return 0.0
    errors, ratio = compared.errors, compared.arm.ratio
    needed = endpoint.fixed(errors, ratio=ratio).participants
    found = compared.size.boundaries
    drift = found.drift / math.sqrt(found.inflation) * math.sqrt(sized.control * (1 + ratio) / needed)
    return math.copysign(drift, (effect - null) * GOOD[plan.endpoint.better])


def _assumed(plan: Plan, *, treatment: float, control: float) -> Endpoint:
    """The first comparison under other values, whichever side they lie on."""
    arms = (_with(plan, plan.treatments[0], value=treatment), _with(plan, plan.control, value=control))
    return BUILT[plan.endpoint.kind](plan.endpoint, arm=arms[0], control=arms[1])


def assuming(plan: Plan, *, control: float, treatment: float) -> Plan:
    """The plan with other values of its control and its first treatment, and a size that follows from them."""
    values = {plan.control.name: control, plan.treatments[0].name: treatment}
    arms = [_with(plan, arm, value=values.get(arm.name, value_of(plan, arm))) for arm in plan.arms]
    return replace(plan, arms=tuple(arms), size=None)


def value_of(plan: Plan, arm: Arm) -> float:
    """What is assumed of an arm: its share, mean, median or rate."""
    return _told(getattr(arm.assumed, NEEDED[plan.endpoint.kind]))


def _with(plan: Plan, arm: Arm, *, value: float) -> Arm:
    assumed = arm.assumed.model_copy(update={NEEDED[plan.endpoint.kind]: value})
    return arm.model_copy(update={"assumed": assumed})


def _compare(plan: Plan, arm: Arm, *, looks: Looks, errors: Errors) -> Compared:
    endpoint = sized_as = endpoint_of(plan, arm)
    if plan.size is not None and isinstance(endpoint, endpoints.ExactRates):  # its size is not asked, only the looks
        sized_as = endpoints.Rates(endpoint.treatment, endpoint.control)
    size = Comparison(sized_as, looks, errors, ratio=arm.ratio, arms=(arm.name, plan.control.name)).size()
    return Compared(arm, endpoint, errors, size)


def _joint(plan: Plan, compared: tuple[Compared, ...], *, control: float) -> JointPower:
    """In order, any is shown when the first is; otherwise when any passes the bound."""
    ratios = [one.arm.ratio for one in compared]
    shifts = [one.size.boundaries.drift * math.sqrt(control * (1 + one.arm.ratio) / one.size.total) for one in compared]
    bound = float(-sp.ndtri(compared[0].errors.one_side))
    every = many_to_one.power_all(bound, ratios=ratios, shifts=shifts)
    if plan.errors.multiplicity == "hierarchical":
        return JointPower(float(sp.ndtr(shifts[0] - bound)), every)
    return JointPower(many_to_one.power_any(bound, ratios=ratios, shifts=shifts), every)


def _enlarged(count: float, plan: Plan, *, effect: float) -> float:
    stays = 1 - plan.dropout.share if plan.dropout.handling == "not evaluable" else 1.0
    return count * effect / stays


def _up(number: float) -> int:
    return math.ceil(number - ROUNDING)


def _binary(section: parts.BinaryEndpoint, *, arm: Arm, control: Arm) -> Endpoint:
    treatment, reference = _told(arm.assumed.share), _told(control.assumed.share)
    if section.test != "asymptotic":
        return endpoints.ExactRates(treatment, reference, section.test)
    if section.measure == "risk difference":
        return endpoints.Rates(treatment, reference, section.margin or 0.0)
    margin = 1.0 if section.margin is None else section.margin
    return endpoints.RateRatio(treatment, reference, margin, section.measure)


def _continuous(section: parts.ContinuousEndpoint, *, arm: Arm, control: Arm) -> Endpoint:
    difference = _told(arm.assumed.mean) - _told(control.assumed.mean)
    residual = section.sd * math.sqrt(1 - section.baseline_correlation**2)
    return endpoints.Means(difference, residual, section.margin, section.sd_known)


def _repeated(section: parts.RepeatedEndpoint, *, arm: Arm, control: Arm) -> Endpoint:
    return endpoints.RepeatedMeans(
        _told(arm.assumed.mean) - _told(control.assumed.mean),
        section.sd,
        section.visits,
        section.correlation,
        section.pattern,
        (arm.assumed.retained, control.assumed.retained),
        section.margin,
    )


def _time(section: parts.TimeEndpoint, *, arm: Arm, control: Arm) -> Endpoint:
    return endpoints.TimeToEvent(
        hazard_ratio=_told(control.assumed.median) / _told(arm.assumed.median),
        control_median=_told(control.assumed.median),
        accrual=section.accrual,
        follow_up=section.follow_up,
        dropout=section.leaving,
        method=section.method,
        margin=section.margin,
    )


def _recurrent(section: parts.RecurrentEndpoint, *, arm: Arm, control: Arm) -> Endpoint:
    rates = (_told(arm.assumed.rate), _told(control.assumed.rate))
    return endpoints.Counts(*rates, section.follow_up, section.dispersion, section.margin)


def _told(value: float | None) -> float:
    assert value is not None, "the reader of the file saw to that"
    return float(value)


BUILT: Mapping[str, Callable[..., Endpoint]] = {
    "binary": _binary,
    "continuous": _continuous,
    "repeated measures": _repeated,
    "time to event": _time,
    "recurrent events": _recurrent,
}
