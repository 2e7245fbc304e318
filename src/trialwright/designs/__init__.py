"""Dose-escalation designs: one file is one design, and its file name is its name in the protocol.

Lives here: nothing but designs, and on this page the checks of parameters and the step they share. May import:
vocabulary and numerics; a design never imports another one. To add one: one file with the chapters docstring (rule in
words, formula, reference, when to choose it and when not), parameters (frozen, checked on construction), ``propose``,
``select``, ``PUBLISHED`` and ``DESIGN``, in this order; last, ``IN_FRENCH``: its first sentence for French readers. A
promise of the kit that the publication breaks is named in ``BREAKS`` and on its page (decisions/0006). The registry
finds it, ``trialwright.testing.designs.check_design`` tests it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any, final

import numpy as np

from trialwright.numerics.beta_binomial import BetaPosterior
from trialwright.numerics.boin_boundaries import TOO_HIGH
from trialwright.numerics.scalars import is_list_of, is_number, is_positive, is_probability, is_rising
from trialwright.numerics.unit_mass import Partition, towards_target
from trialwright.vocabulary.errors import Complaints, Finding
from trialwright.vocabulary.given import GIVEN
from trialwright.vocabulary.registry import Registry
from trialwright.vocabulary.seen import Design, Floats, Ints, Proposal, Seen
from trialwright.vocabulary.stepwise import Closure, at_current, step, three_reasons
from trialwright.vocabulary.words import Text

__all__ = [
    "REGISTRY",
    "Published",
    "available",
    "build",
    "check_amounts",
    "check_beta_prior",
    "check_boin_rates",
    "check_choices",
    "check_dose_given",
    "check_elimination",
    "check_flags",
    "check_probabilities",
    "check_skeleton",
    "check_target",
    "check_target_interval",
    "module",
    "one_guess_per_level",
    "rate_at",
    "step_to_strongest",
]

REGISTRY = Registry("trialwright.designs", "DESIGN")


@final
@dataclass(frozen=True, slots=True)
class Published:
    """A decision that a paper or a reference file shows, to be repeated by the design."""

    source: str
    parameters: Mapping[str, Any]
    levels: int
    outcomes: str  # cohorts in order, "1NNN 2NTN": the level, then N or T (a DLT) for every participant
    next_level: int  # 0 = stop
    selected: int | None = None  # what would be selected if the trial ended here; None: the source does not say


def check_target(complaints: Complaints, target: float) -> bool:
    """Note what is wrong with a target DLT rate; the answer is whether it is one."""
    return check_probabilities(complaints, usual="0.2–0.33", target_toxicity_rate=target)


def check_probabilities(complaints: Complaints, *, usual: str, **probabilities: float) -> bool:
    """Note every parameter, by its name, that does not lie between 0 and 1; the answer is whether all do."""
    found = [
        complaints.unless(is_probability(value), place, value, "must lie between 0 and 1", f"{usual} is usual")
        for place, value in probabilities.items()
    ]
    return all(found)


def check_beta_prior(complaints: Complaints, *, prior_a: float, prior_b: float) -> None:
    """Note what is wrong with the two numbers of a Beta prior."""
    for place, value in (("prior_a", prior_a), ("prior_b", prior_b)):
        complaints.unless(is_positive(value), place, value, "must be a number above 0", "1 is flat")


def check_amounts(complaints: Complaints, doses: tuple[float, ...]) -> bool:
    """Note what is wrong with the amounts of the dose levels; the answer is whether they can be used."""
    allowed = "must list one amount above 0 per dose level"
    listed = complaints.unless(is_list_of(is_positive, doses), "doses", doses, allowed, "for example [10, 20, 50]")
    return listed and complaints.unless(is_rising(tuple(doses)), "doses", doses, "must rise from level to level")


def check_dose_given(
    complaints: Complaints, dose: str, *, doses: tuple[float, ...], skeleton: tuple[float, ...]
) -> tuple[float, ...]:
    """Note what is wrong with the amounts of a design that guesses a rate per level; the answer is them as numbers.

    They are there with ``dose`` "given" alone, and then there is one for every guess.
    """
    if dose != GIVEN:
        complaints.unless(doses in ((), []), "doses", doses, 'must be left out, except with dose = "given"')
        return doses
    if not check_amounts(complaints, doses):
        return doses
    if isinstance(skeleton, list | tuple):
        allowed = f"must list an amount for each of the {len(skeleton)} guesses of the skeleton"
        complaints.unless(len(doses) == len(skeleton), "doses", doses, allowed)
    return tuple(map(float, doses))


def check_choices(complaints: Complaints, design: object, *, choices: Mapping[str, tuple[str, ...]]) -> None:
    """Note every parameter of a design, by its name, that is none of its choices."""
    for place, allowed in choices.items():
        value = getattr(design, place)
        complaints.unless(value in allowed, place, value, f"must be one of {', '.join(allowed)}")


def check_flags(complaints: Complaints, **flags: bool) -> None:
    """Note every parameter, by its name, that should be a flag and is not."""
    for place, value in flags.items():
        complaints.unless(isinstance(value, bool), place, value, "must be true or false")


def check_target_interval(complaints: Complaints, *, target: float, margins: tuple[float, float]) -> None:
    """Note what is wrong with a target DLT rate and the margins below and above it that are near enough to it."""
    known = check_target(complaints, target)
    rooms = (target, 1 - target) if known else (1.0, 1.0)
    limits = ("the target", "1 minus the target")
    for place, margin, room, limit in zip(("margin_below", "margin_above"), margins, rooms, limits, strict=True):
        fine = is_probability(margin) and margin < room
        complaints.unless(fine, place, margin, f"must be above 0 and less than {limit}", "0.05 is usual")


def check_boin_rates(complaints: Complaints, *, target: float, p_saf: float | None, p_tox: float | None) -> None:
    """Note what is wrong with a target DLT rate and the rates that BOIN holds for too low and for too high."""
    known = check_target(complaints, target)
    low = p_saf is None or (is_probability(p_saf) and (not known or p_saf < target))
    complaints.unless(low, "p_saf", p_saf, "must lie between 0 and the target", "leave it out for 0.6 target")
    if p_tox is None:
        high = not known or TOO_HIGH * target < 1
    else:
        high = is_probability(p_tox) and (not known or p_tox > target)
    allowed, remedy = "must lie between the target and 1", "give one when 1.4 target is 1 or more"
    complaints.unless(high, "p_tox", p_tox, allowed, remedy)


def check_elimination(complaints: Complaints, *, confidence: float, offset: float) -> None:
    """Note what is wrong with the threshold that closes a level, and with what is taken off it at the lowest level."""
    sure = check_probabilities(complaints, usual="0.95", elimination_confidence=confidence)
    below = is_number(offset) and offset >= 0 and (not sure or offset < confidence)
    allowed = "must be 0 or more, and less than elimination_confidence"
    complaints.unless(below, "offset", offset, allowed, "0.05 is usual")


def check_skeleton(complaints: Complaints, guesses: tuple[float, ...], *, intercept: float | None) -> tuple[float, ...]:
    """Note what is wrong with a guess of the DLT rate at every level; the answer is the guesses as numbers.

    ``intercept`` is a0 of a logistic curve, which stays below 1 / (1 + exp(-a0)) whatever its slope; None: no limit.
    """
    allowed = "must list one guess between 0 and 1 per dose level"
    listed = is_list_of(is_probability, guesses)
    if not complaints.unless(listed, "skeleton", guesses, allowed, "for example [0.05, 0.12, 0.25]"):
        return guesses
    numbers = tuple(map(float, guesses))
    complaints.unless(is_rising(numbers), "skeleton", guesses, "must rise from level to level")
    if is_number(intercept):
        highest = 1 / (1 + np.exp(-intercept))
        allowed = f"must stay below {highest:.4f}, the highest rate of a logistic curve with intercept {intercept}"
        complaints.unless(max(guesses) < highest, "skeleton", guesses, allowed, "raise the intercept")
    return numbers


def step_to_strongest(
    seen: Seen,
    partition: Partition,
    *,
    prior: tuple[float, float],
    closed: Closure,
    texts: Sequence[Text],
    design: str,
    posterior: BetaPosterior,
    leave_closed: bool = True,
) -> Proposal:
    """One level towards the interval that the counts at the current level speak for most, per unit of its width.

    ``partition``: the intervals, the target among them; ``prior``: of the Beta distribution whose mass is meant;
    ``closed`` and ``leave_closed``: as in ``stepwise.step``; ``texts``: the design's sentences for up, stay and down.
    """
    counts = {"n": at_current(seen.n, seen), "n_dlt": at_current(seen.n_dlt, seen)}
    direction = towards_target(**counts, prior_a=prior[0], prior_b=prior[1], partition=partition)
    lower, upper = partition.limits
    reasons = three_reasons(seen, direction, design=design, texts=texts, lower=lower, upper=upper)
    return step(
        seen,
        direction,
        closed=closed,
        reasons=reasons,
        design=design,
        leave_closed=leave_closed,
        posterior=posterior,
    )


def rate_at(curve: Floats, level: Ints) -> Floats:
    """The rate of one level of every trial, ``[B]``, from the curves ``[B, D]``; of level 1 where there is none."""
    taken: Floats = np.take_along_axis(curve, np.maximum(level - 1, 0)[:, None], axis=1)[:, 0]
    return taken


def one_guess_per_level(levels: int, **rows: Sequence[float]) -> Sequence[Finding]:
    """Complaints about every parameter, by its name, that does not hold one guess for each dose level."""
    complaints = Complaints()
    for place, row in rows.items():
        allowed = f"must have one guess for each of the {levels} dose levels, not {len(row)}"
        complaints.unless(len(row) == levels, place, list(row), allowed)
    return complaints.findings


def available() -> tuple[str, ...]:
    """The names of every design there is."""
    return REGISTRY.available()


def module(name: str) -> ModuleType:
    """The file of a design."""
    return REGISTRY.module(name)


def build(name: str, parameters: Mapping[str, Any]) -> Design:
    """A design from its name and the parameters of the protocol; every complaint at once if that cannot be done."""
    design: Design = REGISTRY.build(name, parameters)
    return design
