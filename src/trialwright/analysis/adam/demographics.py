"""Demographic and baseline characteristics by arm."""

from __future__ import annotations

import numpy as np
import pandas as pd
import scipy.special as sp

from trialwright.analysis.adam.results import Answer, Result
from trialwright.analysis.adam.summaries import ALL_ARMS, associated, by_arm, counted, in_order, summarised
from trialwright.analysis.adam.trial import AdamTrial, Population
from trialwright.numerics.linear_model import one_way

TABLE = "demographics"
MISSING = "missing"
CONTINUOUS = ("AGE", "HEIGHTBL", "WEIGHTBL", "BMIBL", "EDUCLVL", "DURDIS", "MMSETOT")
CATEGORIES = ("AGEGR1", "SEX", "RACE", "ETHNIC", "REGION1", "BMIBLGR1", "DURDSGR1")
ANOVA, CHI_SQUARE = "one-way analysis of variance", "Pearson's chi-square test"


def analyse(trial: AdamTrial) -> Answer:
    """Summaries of numbers and counts of categories; differences of arms are tested for the results' file."""
    answer, population = Answer(TABLE), trial.population("baseline")
    subjects = trial.subjects.set_index("USUBJID").loc[population.people.index]
    settings = trial.settings
    numbers = settings.continuous or tuple(name for name in CONTINUOUS if _has_numbers(subjects, name))
    groups = settings.categories or tuple(name for name in CATEGORIES if name in subjects)
    for name in _beside(numbers, groups):
        if name in numbers:
            values = subjects[name].astype(float)
            answer.results += summarised(TABLE, (name,), values=values, population=population)
            answer.results += _tested(values, name, population=population)
        else:
            _count(answer, subjects, name=name, population=population, exact=settings.baseline_tests)
    return answer


def _has_numbers(subjects: pd.DataFrame, name: str) -> bool:
    return name in subjects and subjects[name].dtype.kind == "f"


def _beside(numbers: tuple[str, ...], groups: tuple[str, ...]) -> list[str]:
    """Numbers with their own groups (AGE, AGEGR1) after them, then the other categories."""
    order = []
    for name in numbers:
        own = [group for group in groups if group[:3] == name[:3] and "GR" in group]
        order += [name, *own]
    first = [name for name in groups if name not in order]
    place = order.index("AGEGR1") + 1 if "AGEGR1" in order else 1 if order[:1] == ["AGE"] else 0
    return order[:place] + first + order[place:]


def _tested(values: pd.Series[float], name: str, *, population: Population) -> list[Result]:
    known = np.isfinite(values.to_numpy(float))
    p = one_way(values.to_numpy(float)[known], population.people.to_numpy(str)[known])
    return [] if p is None else [Result(TABLE, (name,), ALL_ARMS, "p", p, population.flag, method=ANOVA)]


def _count(answer: Answer, subjects: pd.DataFrame, *, name: str, population: Population, exact: bool) -> None:
    words = subjects[name].astype(str)
    number = subjects[f"{name}N"] if f"{name}N" in subjects and subjects[f"{name}N"].dtype.kind == "f" else None
    rows = []
    for word in in_order(words, number):
        counts = by_arm(population, words == word)
        rows.append([counts[arm] for arm in population.arms])
        answer.results += counted(TABLE, (name, word), counts=counts, population=population)
    if (words == "").any():
        counts = by_arm(population, words == "")
        answer.results += counted(TABLE, (name, MISSING), counts=counts, population=population)
    answer.results += [*_chi_square(rows, name, population=population)]
    if rows and exact:
        answer.results += associated(TABLE, (name,), counts=rows, population=population)


def _chi_square(rows: list[list[int]], name: str, *, population: Population) -> list[Result]:
    table = np.array(rows, float)
    if not len(table):
        return []
    table = table[table.sum(axis=1) > 0][:, table.sum(axis=0) > 0]
    if min(table.shape) < 2:
        return []
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / table.sum()
    statistic = float(((table - expected) ** 2 / expected).sum())
    p = float(sp.chdtrc((table.shape[0] - 1) * (table.shape[1] - 1), statistic))
    return [Result(TABLE, (name,), ALL_ARMS, "p chi-square", p, population.flag, method=CHI_SQUARE)]
