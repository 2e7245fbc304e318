"""Laboratory values, vital signs and scores by visit: the value and its change from baseline, by arm."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any, final

import numpy as np
import numpy.typing as npt
import pandas as pd

from trialwright.analysis.adam.records import by_visit, needed, ordered
from trialwright.analysis.adam.results import Answer, Result
from trialwright.analysis.adam.summaries import decimals_of
from trialwright.analysis.adam.trial import ARM, AdamTrial, Population, Theme

STATISTICS = ("n", "mean", "sd", "median", "min", "max")
COLUMNS = ("PARAMCD", "AVISIT", "AVAL")


def analyse(trial: AdamTrial, name: str, *, theme: Theme) -> Answer:
    """n, mean, standard deviation, median and range by parameter, time point and visit; ``name`` is the data set."""
    answer, frame = Answer(name.lower()), trial.datasets[name]
    if notes := needed(name, frame, columns=COLUMNS):
        answer.notes += notes
        return answer
    population = trial.population(theme)
    rows, notes = by_visit(trial, name, population=population)
    answer.notes += notes
    grid = _grid(rows, population)
    answer.results += _results(rows, grid, table=answer.table, flag=population.flag)
    return answer


@final
@dataclass(frozen=True, slots=True)
class _Grid:
    """The cells of the table: parameters, time points, visits and arms, and which cell every row belongs to."""

    params: list[str]
    points: list[str]
    visits: list[str]
    arms: tuple[str, ...]
    param: npt.NDArray[np.int64]
    cell: npt.NDArray[np.int64]

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """How many of each."""
        return len(self.params), len(self.points), len(self.visits), len(self.arms)

    @property
    def size(self) -> int:
        """How many cells."""
        return int(np.prod(self.shape))


def _grid(rows: pd.DataFrame, population: Population) -> _Grid:
    params, visits = ordered(rows, "PARAMCD", by="PARAMN"), ordered(rows, "AVISIT", by="AVISITN")
    points = ordered(rows, "ATPT", by="ATPTN") if "ATPT" in rows else [""]
    param = _codes(rows["PARAMCD"], params)
    point = _codes(rows["ATPT"], points) if "ATPT" in rows else np.zeros(len(rows), np.int64)
    arm = rows[ARM].cat.codes.to_numpy(np.int64)
    cell = (param * len(points) + point) * len(visits) + _codes(rows["AVISIT"], visits)
    return _Grid(params, points, visits, population.arms, param, cell * len(population.arms) + arm)


def _codes(column: pd.Series[str], words: list[str]) -> npt.NDArray[np.int64]:
    return np.asarray(pd.Categorical(column.astype(str), categories=words).codes, np.int64)


def _results(rows: pd.DataFrame, grid: _Grid, *, table: str, flag: str) -> Iterator[Result]:
    columns = [column for column in ("AVAL", "CHG") if column in rows]
    found = {one: _summaries(rows[one].to_numpy(np.float64), grid.cell, size=grid.size) for one in columns}
    values = rows["AVAL"].to_numpy(np.float64)
    decimals = [decimals_of(values[grid.param == one]) for one in range(len(grid.params))]
    used = np.bincount(grid.cell, minlength=grid.size).reshape(grid.shape).any(axis=3)
    for param, point, visit in np.argwhere(used):
        item = (grid.params[param], grid.points[point]) if grid.points[point] else (grid.params[param],)
        for number, column, statistic in product(range(len(grid.arms)), columns, STATISTICS):
            cell = int(np.ravel_multi_index((param, point, visit, number), grid.shape))
            value = float(found[column][statistic][cell])
            if statistic == "n" or np.isfinite(value):
                named: dict[str, Any] = {"visit": grid.visits[visit], "decimals": decimals[param]}
                yield Result(table, item, grid.arms[number], f"{column} {statistic}", value, flag, **named)


def _summaries(
    values: npt.NDArray[np.float64], cell: npt.NDArray[np.int64], *, size: int
) -> dict[str, npt.NDArray[np.float64]]:
    """The statistics of every cell ``[size]``, missing values left out."""
    known = np.isfinite(values)
    grouped = pd.Series(values[known]).groupby(cell[known])
    whole = pd.RangeIndex(size)
    table = grouped.agg(["count", "mean", "std", "median", "min", "max"]).reindex(whole)
    named = {"n": table["count"].fillna(0)} | {
        name: table[column]
        for name, column in zip(STATISTICS[1:], ("mean", "std", "median", "min", "max"), strict=True)
    }
    return {name: column.to_numpy(np.float64) for name, column in named.items()}
