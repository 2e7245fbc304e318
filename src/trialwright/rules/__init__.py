"""Safety and stopping rules: one file is one rule, and its file name is its name in the protocol.

Lives here: nothing but rules, and on this page what those about days share; each takes a proposal and what was seen,
and answers a proposal with its reason wherever it changed something. May import: vocabulary and numerics; a rule
never imports another one. To add one: one file with the chapters docstring (rule in words, formula, reference, when
to choose it and when not), parameters (frozen, checked on construction), the rule itself, ``EXAMPLE`` (parameters it
can be tried with) and ``RULE``, in this order; last, ``IN_FRENCH``: its first sentence for French readers. The
registry finds it, ``trialwright.testing.rules.check_rule`` tests it.

A stop is final: no rule undoes it. A stop has dose level 0, and dose level 0 is always a stop.

A rule says with ``needs_one_order`` whether it answers with a level found by its number; one that says nothing is taken
to, and is refused beside a design that knows only part of the order of its levels. Up and down: ``Seen.goes_up``.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import ModuleType
from typing import Any

from trialwright.numerics.scalars import is_count
from trialwright.vocabulary.errors import Complaints, ParameterError, Refused
from trialwright.vocabulary.registry import Registry
from trialwright.vocabulary.seen import People, Rule, Seen
from trialwright.vocabulary.words import Text

__all__ = ["REGISTRY", "available", "build", "check_days", "module", "people_infused"]

REGISTRY = Registry("trialwright.rules", "RULE")


def check_days(days: int, *, rule: str) -> None:
    """Raise ParameterError unless a rule's number of days can be waited for."""
    complaints = Complaints()
    complaints.unless(is_count(days), "days", days, "must be a whole number of 1 or more")
    complaints.raise_as(ParameterError, f"{rule} cannot be built")


def people_infused(seen: Seen, *, otherwise: Text) -> People | None:
    """Participants with their days since the infusion; None before the first of them.

    Refused, in the words of ``otherwise``, where only counts per level are kept.
    """
    if seen.people is None and seen.n_assigned.any():
        raise Refused(otherwise)
    return seen.people


def available() -> tuple[str, ...]:
    """The names of every rule there is."""
    return REGISTRY.available()


def module(name: str) -> ModuleType:
    """The file of a rule."""
    return REGISTRY.module(name)


def build(name: str, parameters: Mapping[str, Any]) -> Rule:
    """A rule from its name and the parameters of the protocol; every complaint at once if that cannot be done."""
    rule: Rule = REGISTRY.build(name, parameters)
    return rule
