"""Exact operating characteristics for the reference tests: every cohort outcome, walked with the design's decisions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import stats

from trialwright.vocabulary.seen import Design, Floats, Ints, Rule, Seen


@dataclass
class Walk:
    """What came out of every path: recommendations, shares and numbers at each level, their squares, still open."""

    recommended: Floats
    share: Floats
    n: Floats
    n_dlt: Floats
    n_squared: Floats
    n_dlt_squared: Floats
    totals_squared: Floats  # of the participants and of the DLTs of a trial
    still_open: float = 0.0
    paths: float = 0  # how many courses there are, whatever their probability


def walk(
    design: Design,
    *,
    applied: Sequence[Rule],
    sizes: Sequence[int],
    truth: Sequence[float],
    start: int = 1,
    select: bool = False,
) -> Walk:
    """Every path of cohorts, equal states merged.

    A design that stops names what it selects; one that does not, what it proposes next, or with ``select`` what it
    selects after the last cohort.
    """
    levels, risk = len(truth), np.array(truth)
    found = Walk(np.zeros(levels + 1), *np.zeros((5, levels)), np.zeros(2))
    n, n_dlt, current = np.zeros((1, levels), np.int64), np.zeros((1, levels), np.int64), np.array([start])
    weight = np.ones((1, 2))  # probability, and number of courses that lead to the state
    for cohort, size in enumerate(sizes, start=1):
        n, n_dlt, current, weight = after_cohort(n, n_dlt, current, weight, size=size, risk=risk)
        seen = Seen.of_counts(n, n_dlt, current)
        if select and cohort == len(sizes):
            current = design.select(seen)
            break
        proposal = design.propose(seen)
        for rule in applied:
            proposal = rule(proposal, seen)
        selected = design.select(seen) if select or proposal.posterior is None else np.zeros(len(n), np.int64)
        settle(found, proposal.stop, answer=selected, n=n, n_dlt=n_dlt, weight=weight)
        on = ~proposal.stop
        n, n_dlt, current, weight = merged(n[on], n_dlt[on], proposal.dose_level[on], weight[on])
    settle(found, np.ones(len(n), np.bool_), answer=current, n=n, n_dlt=n_dlt, weight=weight)
    found.still_open = weight[:, 0].sum()
    return found


def merged(n: Ints, n_dlt: Ints, current: Ints, weight: Floats) -> tuple[Ints, Ints, Ints, Floats]:
    """The same states, each once, with the weights of its copies, ``[B, 2]``, added up."""
    states, place = np.unique(np.column_stack([n, n_dlt, current]), axis=0, return_inverse=True)
    total = np.zeros((len(states), 2))
    np.add.at(total, place.ravel(), weight)
    levels = n.shape[1]
    return states[:, :levels], states[:, levels : 2 * levels], states[:, -1], total


def after_cohort(
    n: Ints, n_dlt: Ints, current: Ints, weight: Floats, *, size: int, risk: Floats
) -> tuple[Ints, Ints, Ints, Floats]:
    branches = []
    for count in range(size + 1):
        more, toxic, line = n.copy(), n_dlt.copy(), np.arange(len(n))
        more[line, current - 1] += size
        toxic[line, current - 1] += count
        chance = stats.binom.pmf(count, size, risk[current - 1])
        branches.append((more, toxic, current, weight * np.column_stack([chance, np.ones(len(chance))])))
    return tuple(np.concatenate(part) for part in zip(*branches, strict=True))  # type: ignore[return-value]


def settle(found: Walk, here: Any, *, answer: Ints, n: Ints, n_dlt: Ints, weight: Floats) -> None:
    found.paths += weight[here, 1].sum()
    weight = weight[:, 0]
    np.add.at(found.recommended, answer[here], weight[here])
    found.share += weight[here] @ (n[here] / n[here].sum(axis=1, keepdims=True))
    found.n += weight[here] @ n[here]
    found.n_squared += weight[here] @ n[here] ** 2
    found.n_dlt += weight[here] @ n_dlt[here]
    found.n_dlt_squared += weight[here] @ n_dlt[here] ** 2
    found.totals_squared += weight[here] @ np.column_stack([n[here].sum(axis=1), n_dlt[here].sum(axis=1)]) ** 2
