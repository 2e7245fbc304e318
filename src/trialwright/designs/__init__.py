"""Dose-escalation designs: one file is one design, and its file name is its name in the protocol.

Lives here: nothing but designs. May import: vocabulary and numerics; a design never imports another one. To add one:
one file with the chapters docstring (rule in words, formula, reference, when to choose it and when not), parameters
(frozen, checked on construction), ``propose``, ``select``, ``PUBLISHED`` and ``DESIGN``, in this order; last,
``IN_FRENCH``: its first sentence for French readers. A promise of the kit that the publication breaks is named in
``BREAKS`` and on its page (decisions/0006). The registry finds it,
``trialwright.testing.designs.check_design`` tests it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any, final

from trialwright.numerics.scalars import is_probability
from trialwright.vocabulary.errors import Complaints
from trialwright.vocabulary.registry import Registry
from trialwright.vocabulary.seen import Design

__all__ = ["REGISTRY", "Published", "available", "build", "check_target_interval", "module"]

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


def check_target_interval(complaints: Complaints, *, target: float, margins: tuple[float, float]) -> None:
    """Note what is wrong with a target DLT rate and the margins below and above it that are near enough to it."""
    known = complaints.unless(
        is_probability(target), "target_toxicity_rate", target, "must lie between 0 and 1", "0.2 to 0.33 is usual"
    )
    rooms = (target, 1 - target) if known else (1.0, 1.0)
    limits = ("the target", "1 minus the target")
    for place, margin, room, limit in zip(("margin_below", "margin_above"), margins, rooms, limits, strict=True):
        fine = is_probability(margin) and margin < room
        complaints.unless(fine, place, margin, f"must be above 0 and less than {limit}", "0.05 is usual")


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
