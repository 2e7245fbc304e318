"""Dose-escalation designs: one file is one design, and its file name is its name in the protocol.

Lives here: nothing but designs. May import: vocabulary and numerics; a design never imports another one. To add one:
one file with the chapters docstring (rule in words, formula, reference, when to choose it and when not), parameters
(frozen, checked on construction), ``propose``, ``select``, ``PUBLISHED`` and ``DESIGN``, in this order; last,
``IN_FRENCH``: its first sentence for French readers. The registry finds it,
``trialwright.testing.designs.check_design`` tests it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any, final

from trialwright.numerics.boin_boundaries import TOO_HIGH
from trialwright.numerics.scalars import is_number, is_probability
from trialwright.vocabulary.errors import Complaints
from trialwright.vocabulary.registry import Registry
from trialwright.vocabulary.seen import Design

__all__ = [
    "REGISTRY",
    "Published",
    "available",
    "build",
    "check_boin_rates",
    "check_elimination",
    "check_flags",
    "check_target",
    "check_target_interval",
    "module",
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
    allowed = "must lie between 0 and 1"
    return complaints.unless(is_probability(target), "target_toxicity_rate", target, allowed, "0.2 to 0.33 is usual")


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
    between = "must lie between 0 and 1"
    sure = complaints.unless(is_probability(confidence), "elimination_confidence", confidence, between, "0.95 is usual")
    below = is_number(offset) and offset >= 0 and (not sure or offset < confidence)
    allowed = "must be 0 or more, and less than elimination_confidence"
    complaints.unless(below, "offset", offset, allowed, "0.05 is usual")


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
