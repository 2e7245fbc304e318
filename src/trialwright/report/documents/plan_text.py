"""The sample-size and interim sections of a protocol, as sentences in English and French, and the words they share."""

from __future__ import annotations

import math
from typing import Any

from trialwright.planning import plan as parts
from trialwright.planning.outlook import Outlook
from trialwright.planning.plan import Plan
from trialwright.planning.sizing import Sized, value_of
from trialwright.report.documents.plan_words import (
    ASSUMED,
    EFFECTS,
    ONE_SIDED,
    PROTOCOL,
    SHAPES,
    SHARED,
    STRATEGIES,
    TESTS,
    TWO_SIDED,
    WITH_UNIT,
)
from trialwright.report.model import Filled, Joined, Sayable, fill
from trialwright.vocabulary.words import Text

ONE = Text(en="{value:plain}", fr="{value:plain}")
ONE_SHARE = Text(en="{value:percent1}", fr="{value:percent1}")
SCALED = Text(en="{scale}: {value}", fr="{scale} : {value}")
SEMICOLON = Text(en="; ", fr=" ; ")
AND = Text(en=" and ", fr=" et ")
DIFFERENCE = Text(en="{value:number3}", fr="{value:number3}")
RATIO = Text(en="{value:number2}", fr="{value:number2}")


def protocol_text(found: Outlook) -> tuple[Filled, ...]:
    """What a protocol says of its size, its looks and its estimand, a paragraph each."""
    sized, plan = found.sized, found.sized.plan
    return (_size(found), *_others(found), *_enrolment(sized), *_looks(found), *_estimand(plan))


def value_words(plan: Plan, value: float) -> Filled:
    """A share as a percentage, any other value with its decimals, a time with its unit."""
    said = fill(ONE_SHARE if plan.endpoint.kind == "binary" else ONE, value=value)
    if isinstance(plan.endpoint, parts.TimeEndpoint):
        return fill(WITH_UNIT, value=said, unit=plan.endpoint.unit)
    return said


def level_words(plan: Plan) -> Filled:
    """The level of the test, one- or two-sided."""
    return fill(ONE_SIDED if plan.errors.sides == 1 else TWO_SIDED, alpha=plan.errors.alpha)


def test_words(plan: Plan) -> Text:
    """The test of the primary endpoint."""
    endpoint = plan.endpoint
    if isinstance(endpoint, parts.BinaryEndpoint):
        return TESTS[endpoint.test if endpoint.test != "asymptotic" else endpoint.measure]
    if isinstance(endpoint, parts.ContinuousEndpoint) and endpoint.baseline_correlation:
        return TESTS["ancova"]
    return TESTS[endpoint.kind]


def scale_words(plan: Plan) -> Text:
    """What the effect is measured as."""
    return EFFECTS[getattr(plan.endpoint, "measure", plan.endpoint.kind)]


def effect_words(sized: Sized, value: float) -> Filled:
    """An effect on its own scale: ratios as ratios."""
    is_log = sized.first.contrast.is_log
    shown = fill(RATIO, value=math.exp(value)) if is_log else fill(DIFFERENCE, value=value)
    return fill(SCALED, scale=scale_words(sized.plan), value=shown)


def goal(sized: Sized) -> Filled:
    """Superiority, or non-inferiority with its margin."""
    null, is_log = sized.first.contrast.null, sized.first.contrast.is_log
    if null == 0:
        return fill(PROTOCOL["superiority"])
    margin = math.exp(null) if is_log else null
    return fill(PROTOCOL["non-inferiority"], margin=margin, scale=scale_words(sized.plan))


def _per_arm(sized: Sized, counts: Any) -> Joined:
    words = [fill(PROTOCOL["per_arm"], n=counts[arm.name], arm=arm.label) for arm in sized.plan.arms]
    return Joined(tuple(words), SEMICOLON)


def _size(found: Outlook) -> Filled:
    sized, plan = found.sized, found.sized.plan
    endpoint, arm = plan.endpoint, sized.first.arm
    told: dict[str, Any] = {
        "endpoint": endpoint.label,
        "at": fill(PROTOCOL["at"], at=endpoint.at) if endpoint.at.en else "",
        "control": value_words(plan, value_of(plan, plan.control)),
        "control_arm": plan.control.label,
        "treatment": value_words(plan, value_of(plan, arm)),
        "arm": arm.label,
        "evaluable": sum(sized.evaluable.values()),
        "per_arm": _per_arm(sized, sized.evaluable),
        "goal": goal(sized),
        "power": found.power if plan.size else plan.errors.power,
        "level": level_words(plan),
        "test": test_words(plan),
        "what": ASSUMED[endpoint.kind],
        "spread": _spread(endpoint),
    }
    kind = "given" if plan.size else "binary" if endpoint.kind == "binary" else "other"
    return fill(PROTOCOL[kind], **told)


def _others(found: Outlook) -> tuple[Filled, ...]:
    """How several treatments share the level, and the power of those after the first."""
    sized, plan = found.sized, found.sized.plan
    if plan.errors.multiplicity == "none":
        return ()
    shared = fill(SHARED[plan.errors.multiplicity], each=sized.first.errors.alpha)
    told = [
        fill(
            PROTOCOL["others"],
            treatment=value_words(plan, value_of(plan, arm)),
            arm=arm.label,
            power=found.powers[arm.name],
        )
        for arm in plan.treatments[1:]
    ]
    return (shared, *told)


def _spread(endpoint: parts.Endpoint) -> Sayable | str:
    sd = getattr(endpoint, "sd", None)
    if sd is None:
        return ""
    rho = getattr(endpoint, "baseline_correlation", 0.0)
    told = (fill(PROTOCOL["sd"], sd=sd), *((fill(PROTOCOL["baseline"], rho=rho),) if rho else ()))
    return Joined(told, "")


def _enrolment(sized: Sized) -> tuple[Filled, ...]:
    plan, found = sized.plan, []
    events = sized.first.size.events
    if events is not None:
        found.append(fill(PROTOCOL["events"], events=math.ceil(events * sized.scale)))
    told = {"total": sized.total, "per_arm": _per_arm(sized, sized.enrolled), "share": plan.dropout.share}
    kind = "counted" if plan.dropout.handling == "in the assumptions" else "dropout"
    found.append(fill(PROTOCOL[kind if plan.dropout.share else "randomised"], **told))
    if plan.clusters is not None:
        shape = {"effect": sized.design_effect, "size": plan.clusters.size, "icc": plan.clusters.icc}
        found.append(fill(PROTOCOL["clusters"], **shape))
    return tuple(found)


def _looks(found: Outlook) -> tuple[Filled, ...]:
    if len(found.looks) == 1:
        return (fill(PROTOCOL["one_look"]),)
    before = found.looks[:-1]
    fractions = Joined(tuple(fill(ONE_SHARE_0, value=one.fraction) for one in before), AND)
    shape = SHAPES[found.sized.plan.looks.shape]
    said = [
        fill(PROTOCOL["look" if len(before) == 1 else "looks"], count=len(before), fractions=fractions, shape=shape)
    ]
    for one in found.looks:
        if math.isfinite(one.upper_z):
            kind = "final" if one is found.looks[-1] else "efficacy"
            said.append(fill(PROTOCOL[kind], look=one.number, z=one.upper_z, p=one.upper_p))
        if math.isfinite(one.lower_z) and found.sized.looks.has_futility:
            said.append(fill(PROTOCOL["futility"], look=one.number, z=one.lower_z))
    return tuple(said)


ONE_SHARE_0 = Text(en="{value:percent0}", fr="{value:percent0}")


def _estimand(plan: Plan) -> tuple[Filled, ...]:
    estimand = plan.estimand
    if estimand is None:
        return ()
    attributes = ("population", "treatment", "variable", "summary")
    said = [fill(PROTOCOL["estimand"], **{name: getattr(estimand, name) for name in attributes})]
    for one in estimand.intercurrent:
        how = fill(PROTOCOL["how"], how=one.how) if one.how.en else ""
        said.append(fill(PROTOCOL["intercurrent"], event=one.event, strategy=STRATEGIES[one.strategy], how=how))
    return tuple(said)
