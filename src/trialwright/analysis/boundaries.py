"""The safety boundaries of a protocol at a data cut: how many DLTs would stop, or cap, and how many there are.

Read from the rules of the protocol; nothing new is decided here. A boundary of stop_at_boundary is its own table of
numbers. Of stop_when_too_toxic with a Beta posterior it is the least number of DLTs among those evaluable that puts
P(rate > limit) above the confidence asked for. With the posterior of the design there is no such number for a level
alone: the probability itself is given where the limit is the target of the design.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import final

import numpy as np

from trialwright.analysis.case import Case
from trialwright.numerics.beta_binomial import BetaPosterior
from trialwright.rules.stop_at_boundary import StopAtBoundary
from trialwright.rules.stop_when_too_toxic import StopWhenTooToxic
from trialwright.vocabulary.decisions import LevelEvidence


@final
@dataclass(frozen=True, slots=True)
class Boundary:
    """One boundary for the people judged: a level, or (level 0) all levels together."""

    rule: str
    dose_level: int  # 0: all levels together
    n: int
    n_dlt: int
    stop_at: int | None  # DLTs that reach it with so many evaluable; None: there is no such number (yet)
    exceedance: float | None  # P(rate > limit), where the boundary is a probability
    limit: float | None  # that rate
    confidence: float | None
    reached: bool | None  # None: it is asked of a probability that is not kept


def boundaries(case: Case, levels: Iterable[LevelEvidence]) -> tuple[Boundary, ...]:
    """Every boundary of the protocol's rules, by rule and level."""
    seen = tuple(levels)
    found: list[Boundary] = []
    for rule, named in zip(case.study.rules, case.study.rule_names, strict=False):
        match rule:
            case StopAtBoundary():
                found += [
                    _fixed(rule, named.name, level=level, n=n, n_dlt=y) for level, n, y in _judged(rule.level, seen)
                ]
            case StopWhenTooToxic():
                judged = 1 if rule.level == "lowest" else rule.level
                chosen = [one for one in seen if judged in ("any", one.dose_level)]
                found += [
                    _beta(rule, named.name, one=one)
                    if rule.posterior == "beta"
                    else _believed(case, rule, name=named.name, one=one)
                    for one in chosen
                ]
    return tuple(found)


def _judged(level: str | int, seen: tuple[LevelEvidence, ...]) -> list[tuple[int, int, int]]:
    """Level, evaluable and DLTs of whom a rule judges."""
    if level == "all":
        return [(0, sum(one.n for one in seen), sum(one.n_dlt for one in seen))]
    return [(one.dose_level, one.n, one.n_dlt) for one in seen if level in ("any", one.dose_level)]


def _fixed(rule: StopAtBoundary, name: str, *, level: int, n: int, n_dlt: int) -> Boundary:
    place = int(np.searchsorted(rule.looks, n, side="right"))
    stop_at = rule.boundary[place - 1] if place else None
    return Boundary(name, level, n, n_dlt, stop_at, None, None, None, stop_at is not None and n_dlt >= stop_at)


def _beta(rule: StopWhenTooToxic, name: str, *, one: LevelEvidence) -> Boundary:
    counts = np.arange(one.n + 1)[None, :]
    people = np.full_like(counts, one.n)
    beta = BetaPosterior.after(n=people, n_dlt=counts, prior_a=rule.prior_a, prior_b=rule.prior_b)
    above = beta.exceedance(rule.rate)[0]
    stopping = np.flatnonzero(above > rule.confidence)
    asked = one.n > 0 and one.n >= rule.n_min
    stop_at = int(stopping[0]) if asked and stopping.size else None
    reached = stop_at is not None and one.n_dlt >= stop_at
    probability = float(above[one.n_dlt]) if one.n else None
    return Boundary(name, one.dose_level, one.n, one.n_dlt, stop_at, probability, rule.rate, rule.confidence, reached)


def _believed(case: Case, rule: StopWhenTooToxic, *, name: str, one: LevelEvidence) -> Boundary:
    """By the posterior of the design, known here where the limit is its target."""
    kept = rule.posterior == "design" and rule.rate == case.study.target
    probability = one.above_target if kept else None
    asked = one.n > 0 and one.n >= rule.n_min
    reached = None if probability is None else asked and probability > rule.confidence
    return Boundary(name, one.dose_level, one.n, one.n_dlt, None, probability, rule.rate, rule.confidence, reached)
