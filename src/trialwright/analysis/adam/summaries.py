"""Counts and summaries by arm: the arithmetic that the tables share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from trialwright.analysis.adam.results import TOTAL, Result
from trialwright.analysis.adam.trial import Population
from trialwright.numerics.contingency import TooLarge, freeman_halton
from trialwright.numerics.two_proportions import fisher_exact

ALL_ARMS = "all arms"
FISHER = "Fisher's exact test, two-sided"
FREEMAN_HALTON = "Fisher-Freeman-Halton exact test"


def against(arm: str, reference: str) -> str:
    """How a comparison of two arms is called in the results.

    >>> against("Low dose", "Placebo")
    'Low dose v Placebo'
    """
    return f"{arm} v {reference}"


def by_arm(population: Population, chosen: pd.Series[bool]) -> dict[str, int]:
    """How many people of each arm are among the chosen; ``chosen`` is indexed as the population's people are."""
    counts = population.people[chosen.to_numpy(bool)].value_counts()
    return {arm: int(counts.get(arm, 0)) for arm in population.arms}


def counted(
    table: str, item: tuple[str, ...], *, counts: Mapping[str, int], population: Population, visit: str = ""
) -> list[Result]:
    """How many people of how many, for every arm and in total."""
    sizes = population.sizes
    named: dict[str, Any] = {"population": population.flag, "visit": visit}
    results = []
    for arm in population.arms:
        results.append(Result(table, item, arm, "people", counts[arm], **named))
        results.append(Result(table, item, arm, "of", sizes[arm], **named))
    results.append(Result(table, item, TOTAL, "people", sum(counts.values()), **named))
    results.append(Result(table, item, TOTAL, "of", sum(sizes.values()), **named))
    return results


def compared(table: str, item: tuple[str, ...], *, counts: Mapping[str, int], population: Population) -> list[Result]:
    """Fisher's exact test of every arm against the reference arm; none where neither arm has anybody with it."""
    sizes, reference = population.sizes, population.reference
    results = []
    for arm in population.others:
        if counts[arm] == counts[reference] == 0:
            continue
        found = fisher_exact((counts[arm], sizes[arm]), (counts[reference], sizes[reference]))
        if found is not None:
            group = against(arm, reference)
            results.append(Result(table, item, group, "p", found[0], population.flag, method=FISHER))
    return results


def associated(table: str, item: tuple[str, ...], *, counts: Any, population: Population) -> list[Result]:
    """The exact test of no association of arms (columns) and categories (rows); none where it is too large."""
    p = freeman_halton(np.asarray(counts))
    if p is None or isinstance(p, TooLarge):
        return []
    return [Result(table, item, ALL_ARMS, "p", p, population.flag, method=FREEMAN_HALTON)]


def summarised(table: str, item: tuple[str, ...], *, values: pd.Series[float], population: Population) -> list[Result]:
    """n, mean, standard deviation, median, quartiles and range for every arm and in total.

    ``values`` is indexed as the population's people are. Quartiles are averages at ties of the distribution function,
    as in SAS (definition 5).
    """
    decimals = decimals_of(np.asarray(values, np.float64))
    arms = population.people.to_numpy(object)
    groups = [(arm, arms == arm) for arm in population.arms] + [(TOTAL, np.ones(len(arms), bool))]
    results = []
    for group, mine in groups:
        own = values.to_numpy(np.float64)[mine]
        for statistic, value in summary(own[np.isfinite(own)]).items():
            results.append(Result(table, item, group, statistic, value, population.flag, decimals=decimals))
        absent = int((~np.isfinite(own)).sum())
        results.append(Result(table, item, group, "missing", absent, population.flag))
    return results


def summary(values: np.ndarray[Any, np.dtype[np.float64]]) -> dict[str, float]:
    """The usual statistics of some values; only n where there are none, and no standard deviation of one.

    >>> summary(np.array([1.0, 2.0, 4.0]))["median"], summary(np.array([]))
    (2.0, {'n': 0})
    """
    if len(values) == 0:
        return {"n": 0}
    low, middle, high = np.quantile(values, (0.25, 0.5, 0.75), method="averaged_inverted_cdf")
    named = (
        ("n", len(values)), ("mean", values.mean()), ("median", middle), ("q1", low), ("q3", high),
        ("min", values.min()), ("max", values.max()),
    )  # fmt: skip
    found = {name: float(value) for name, value in named}
    return found | {"sd": float(values.std(ddof=1))} if len(values) > 1 else found


def decimals_of(values: np.ndarray[Any, np.dtype[np.float64]], *, most: int = 3) -> int:
    """With how many decimals values were recorded, up to three.

    >>> decimals_of(np.array([1.5, 2.0])), decimals_of(np.array([3.0]))
    (1, 0)
    """
    finite = values[np.isfinite(values)]
    for decimals in range(most):
        scaled = finite * 10.0**decimals
        if (np.abs(scaled - np.round(scaled)) < 1e-6 * np.maximum(1.0, np.abs(scaled))).all():
            return decimals
    return most


def in_order(words: pd.Series[str], number: pd.Series[float] | None) -> Sequence[str]:
    """The words of a column, by the number that stands beside each, else by the alphabet; empty ones left out."""
    if number is None:
        return sorted({str(word) for word in words.unique()} - {""})
    place = number.groupby(words.astype(str)).min()
    return [str(word) for word in place.sort_values(kind="stable").index if word != ""]
