"""The same protocol with another design: what is exchanged, and whether the parts still go together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

import numpy as np

from trialwright import designs
from trialwright.numerics.calibration import skeleton, written
from trialwright.numerics.scalars import is_count, is_positive, is_probability
from trialwright.protocol.study import Study
from trialwright.vocabulary.errors import MISSING, Complaints, ParameterError
from trialwright.vocabulary.orders import Order, order_of
from trialwright.vocabulary.seen import Design, Seen

HALF_WIDTH, PRIOR_MTD = "half_width", "prior_mtd"  # of an indifference-interval skeleton; no design takes them itself


def with_design(study: Study, name: str, *, parameters: Mapping[str, Any], cohort_size: int | None = None) -> Study:
    """The study with another design, or the same with other parameters; everything else stays as it is.

    ``parameters``: as in a protocol file; ``half_width`` and ``prior_mtd`` stand for a skeleton by the indifference
    intervals of Lee & Cheung (2009). Raises NotFound for an unknown design, ParameterError with everything that does
    not fit, Refused where a rule of the protocol or the trial itself does not go with the design.
    """
    spelt = spelt_out(study, name, parameters=parameters)
    design = designs.build(name, spelt)
    _check(study, design, cohort_size=cohort_size)
    dosing = study.dosing if cohort_size is None else study.dosing.model_copy(update={"cohort_size": cohort_size})
    return replace(study, dosing=dosing, design=design, design_name=name, design_parameters=spelt)


def own_parameters(study: Study, name: str) -> dict[str, Any]:
    """What a design takes from the protocol: all where it is the protocol's own, else the target DLT rate."""
    if name == study.design_name:
        return dict(study.design_parameters)
    known = {field.name for field in fields(getattr(designs.module(name), designs.REGISTRY.attribute))}
    shared = "target_toxicity_rate"
    return {shared: study.target} if shared in known and study.target is not None else {}


def spelt_out(study: Study, name: str, *, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters with a skeleton in the place of ``half_width`` and ``prior_mtd``."""
    spelt = {key: value for key, value in parameters.items() if key not in (HALF_WIDTH, PRIOR_MTD)}
    if HALF_WIDTH not in parameters and PRIOR_MTD not in parameters:
        return spelt
    levels, half_width, prior_mtd = len(study.dosing.amounts), parameters.get(HALF_WIDTH), parameters.get(PRIOR_MTD)
    target = spelt.get("target_toxicity_rate")
    complaints = Complaints()
    there = complaints.unless(half_width is not None, HALF_WIDTH, MISSING, "must be there with prior_mtd")
    there &= complaints.unless(prior_mtd is not None, PRIOR_MTD, MISSING, "must be there with half_width")
    there &= complaints.unless(is_probability(target), "target_toxicity_rate", target, "must lie between 0 and 1")
    if there:
        check_skeleton_request(complaints, target=target, half_width=half_width, prior_mtd=prior_mtd, levels=levels)
    complaints.raise_as(ParameterError, f"{name} cannot be given a skeleton")
    try:
        guesses = skeleton(
            target=float(target),  # type: ignore[arg-type]
            halfwidth=float(half_width),  # type: ignore[arg-type]
            prior_mtd=prior_mtd,  # type: ignore[arg-type]
            levels=levels,
            kind="power" if spelt.get("model", "power") == "power" else "logistic",
            intercept=float(spelt.get("intercept", 3.0)),
        )
    except ValueError as error:
        complaints.unless(False, HALF_WIDTH, half_width, f"cannot be used: {error}")
    complaints.raise_as(ParameterError, f"{name} cannot be given a skeleton")
    return {**spelt, "skeleton": [float(guess) for guess in written(guesses)]}  # what a team pastes is evaluated


def check_skeleton_request(
    complaints: Complaints, *, target: Any, half_width: Any, prior_mtd: Any, levels: int
) -> None:
    """Note what is wrong with the request for an indifference-interval skeleton."""
    fine = complaints.unless(is_probability(target), "target_toxicity_rate", target, "must lie between 0 and 1")
    narrow = is_positive(half_width) and (not fine or half_width < min(target, 1 - target))
    allowed = "must be above 0, and target plus and minus it must lie between 0 and 1"
    complaints.unless(narrow, HALF_WIDTH, half_width, allowed, "0.05 is usual")
    exists = is_count(prior_mtd) and prior_mtd <= levels
    complaints.unless(exists, PRIOR_MTD, prior_mtd, f"must be one of the {levels} dose levels")


def _check(study: Study, design: Design, *, cohort_size: int | None) -> None:
    """The reader's questions to the parts of a protocol, asked again of the new design."""
    levels, complaints = len(study.dosing.amounts), Complaints()
    complaints.add(design.fits(levels))
    known = cohort_size is None or is_count(cohort_size)
    complaints.unless(known, "cohort_size", cohort_size, "must be a whole number of 1 or more")
    order = order_of(design)
    if order is not None and not complaints.findings:
        for rule in study.rules:
            fine = not getattr(rule, "needs_one_order", True)
            allowed = "needs dose levels in one order, and this design knows only part of theirs"
            complaints.unless(fine, type(rule).__name__, MISSING, allowed)
        for low, high in Order.of_doses(study.dose_levels).pairs():
            known = bool(order.below[low - 1, high - 1])
            complaints.unless(known, "design", MISSING, f"must put level {low} below level {high}")
    complaints.raise_as(ParameterError, "the design does not go with this protocol")
    nobody = Seen.of_counts(np.zeros((1, levels)), np.zeros((1, levels)), np.ones(1))
    proposal = design.propose(nobody)
    for rule in study.rules:
        rule(proposal, nobody)
