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

from trialwright.vocabulary.registry import Registry
from trialwright.vocabulary.seen import Design

__all__ = ["REGISTRY", "Published", "available", "build", "module"]

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
