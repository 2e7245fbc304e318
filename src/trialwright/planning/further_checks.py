"""What the further parts of a plan file say together, and with its arms, endpoint and looks."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

from trialwright.numerics.optimal_monitoring import Cells
from trialwright.planning import further_sections as parts
from trialwright.vocabulary.errors import MISSING, Complaints


def check_further(read: Mapping[str, Any], complaints: Complaints) -> None:
    """Note every complaint about the parts that are there."""
    kind = getattr(read.get("endpoint"), "kind", None)
    if isinstance(bayesian := read.get("bayesian"), parts.BayesianSection):
        _check_bayesian(bayesian, read, complaints=complaints)
    if isinstance(arm := read.get("single_arm"), parts.SingleArmSection):
        _check_single_arm(arm, complaints)
    if isinstance(dropped := read.get("arms_dropped"), parts.ArmsDroppedSection):
        _check_dropped(dropped, read, complaints=complaints)
        fine = kind in (None, "binary", "continuous")
        complaints.unless(fine, "arms_dropped", kind, "goes with a binary or a continuous endpoint")
    if isinstance(adaptive := read.get("adaptive_allocation"), parts.AdaptiveAllocationSection):
        fine = kind in (None, "binary")
        complaints.unless(fine, "adaptive_allocation", kind, "goes with a binary endpoint")
        arms = len(read.get("arms", ()))
        fine = not arms or adaptive.least * arms < 1
        complaints.unless(fine, "adaptive_allocation.least", adaptive.least, "must leave something to share")


def _check_bayesian(section: parts.BayesianSection, read: Mapping[str, Any], *, complaints: Complaints) -> None:
    low, high = section.null_rates
    complaints.unless(low < high, "bayesian.null_rates", [low, high], "must rise")
    endpoint = read.get("endpoint")
    if endpoint is None:
        return
    binary = endpoint.kind == "binary"
    for name in ("prior", "control_prior", "borrowing"):
        if name in section.model_fields_set and not binary:
            complaints.unless(False, f"bayesian.{name}", MISSING, "goes with a binary endpoint", "give effect_prior")
    fine = not binary or section.effect_prior is None
    complaints.unless(fine, "bayesian.effect_prior", section.effect_prior, "goes with other endpoints", "give prior")
    if binary:
        ratio = endpoint.measure != "risk difference" and endpoint.margin is not None
        allowed = "must be a risk difference where a margin is to be judged by the posterior"
        complaints.unless(not ratio, "endpoint.measure", endpoint.measure, allowed)
    errors = read.get("errors")
    fine = errors is None or errors.sides == 1
    allowed = "must be 1: a posterior probability of being better has one side"
    complaints.unless(fine, "errors.sides", getattr(errors, "sides", 1), allowed, "sides = 1 with half the level")


def _check_single_arm(section: parts.SingleArmSection, complaints: Complaints) -> None:
    allowed = f"must be above the poor rate {section.poor}"
    complaints.unless(section.good > section.poor, "single_arm.good", section.good, allowed)
    if section.monitoring is None:
        return
    looks, second = section.monitoring.looks, section.monitoring.second
    rising = looks[0] > 0 and all(low < high for low, high in itertools.pairwise(looks))
    complaints.unless(rising, "single_arm.monitoring.looks", list(looks), "must rise from above 0")
    complaints.unless(looks[-1] <= 200, "single_arm.monitoring.looks", list(looks), "must end at 200 or less")
    if second is None:
        return
    place = "single_arm.monitoring.second"
    fine = second.good < second.poor if second.kind == "toxicity" else second.good > second.poor
    allowed = "must be below the poor rate" if second.kind == "toxicity" else "must be above the poor rate"
    complaints.unless(fine, f"{place}.good", second.good, allowed)
    for name in ("poor", "good"):
        both, pair = getattr(second, f"together_{name}"), (getattr(section, name), getattr(second, name))
        if both is not None:
            try:
                Cells(*pair, both)
            except ValueError:
                least, most = max(0.0, sum(pair) - 1), min(pair)
                allowed = f"must lie between {least:.3g} and {most:.3g} with these rates"
                complaints.unless(False, f"{place}.together_{name}", both, allowed)


def _check_dropped(section: parts.ArmsDroppedSection, read: Mapping[str, Any], *, complaints: Complaints) -> None:
    arms = read.get("arms")
    if arms is not None:
        fine = len(arms) > 2
        complaints.unless(fine, "arms_dropped", len(arms), "needs two treatments or more", "add [[arms]]")
        most = max(len(arms) - 1, 1)
        complaints.unless(section.keep <= most, "arms_dropped.keep", section.keep, f"must be {most} at most")
    looks, errors = read.get("looks"), read.get("errors")
    once = looks is None or len(looks.fractions) == 1
    allowed = "is instead of other looks: the first stage is its own"
    complaints.unless(once, "looks.fractions", list(looks.fractions) if looks else MISSING, allowed, "[1.0]")
    fine = errors is None or errors.sides == 1
    complaints.unless(fine, "errors.sides", getattr(errors, "sides", 1), "must be 1 where arms are dropped")
