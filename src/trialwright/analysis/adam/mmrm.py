"""Repeated measures (MMRM) over all visits after baseline: adjusted means by arm and visit, and their differences.

y = arm by visit + baseline by visit + site group + e, REML, an unstructured covariance of the visits or, where that has
no estimate, the next named pattern (Mallinckrodt et al. 2008, Drug Information Journal 42:303); values carried forward
do not count. Least-squares means are taken at the mean of the covariates over the rows analysed, site groups in equal
weight unless "observed" is asked for.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from trialwright.analysis.adam.notes import Note
from trialwright.analysis.adam.outcomes import Outcome, models_of, outcome_of, pairs
from trialwright.analysis.adam.results import Answer, Result
from trialwright.analysis.adam.summaries import against, decimals_of
from trialwright.analysis.adam.trial import PERSON, AdamTrial
from trialwright.analysis.repeated_measures import FALLBACKS, fit_with_fallbacks
from trialwright.numerics.arrays import Floats
from trialwright.numerics.repeated_measures import Fitted
from trialwright.numerics.small_samples import Contrast, contrast
from trialwright.vocabulary.errors import Refused
from trialwright.vocabulary.words import Text

TABLE = "mmrm"
MOST_VISITS = 8  # unless asked for: an unstructured covariance of more visits takes long and says little
ONE_VISIT = Text(
    en="{parameter} has one visit after baseline; there is nothing repeated to model",
    fr="{parameter} n'a qu'une visite après l'inclusion ; rien n'est répété",
)
MANY_VISITS = Text(
    en="{parameter} has {count} visits after baseline; its repeated measures are modelled when a [[model]] asks for it",
    fr="{parameter} a {count} visites après l'inclusion ; mesures répétées modélisées si un [[model]] le demande",
)
NOT_FITTED = Text(en="{parameter}: {why}", fr="{parameter} : {why}")
LEFT = Text(
    en="{parameter}: the covariance {pattern} was left: {why}",
    fr="{parameter} : la covariance {pattern} a été abandonnée : {why}",
)


def analyse(trial: AdamTrial) -> Answer:
    """Every MMRM of the settings, and the usual one of every other outcome with a few visits after baseline."""
    answer = Answer(TABLE)
    models, answer.notes = models_of(trial, "mmrm")
    for model in models:
        outcome, notes = outcome_of(trial, model)
        answer.notes += notes
        if outcome is None:
            continue
        count, asked = len(outcome.visits), model in trial.settings.models
        values = {"parameter": model.parameter, "count": count}
        if count < 2 or (count > MOST_VISITS and not asked):
            answer.notes.append(Note(model.dataset, ONE_VISIT if count < 2 else MANY_VISITS, values))
            continue
        try:
            answer.results += [*_fitted(outcome, answer, confidence=trial.settings.confidence)]
        except Refused as why:
            answer.notes.append(Note(model.dataset, NOT_FITTED, {"parameter": model.parameter, "why": why}))
    return answer


def _fitted(outcome: Outcome, answer: Answer, *, confidence: float) -> Iterator[Result]:
    arms, visits = len(outcome.population.arms), len(outcome.visits)
    present = [int(arm) for arm in np.flatnonzero(np.bincount(outcome.arm, minlength=arms))]
    cells = [(visit, arm) for visit in range(visits) for arm in present]
    design = _design(outcome, cells)
    first = FALLBACKS.index(outcome.model.covariance) if outcome.model.covariance in FALLBACKS else 0
    person = outcome.rows[PERSON].to_numpy(np.int64)
    fitted, left = fit_with_fallbacks(
        outcome.y, design, participant=person, visit=outcome.visit, patterns=FALLBACKS[first:]
    )
    for gone in left:
        values = {"parameter": outcome.model.parameter, "pattern": gone.pattern, "why": gone.why}
        answer.notes.append(Note(outcome.model.dataset, LEFT, values))
    lines = _lines(outcome, cells, columns=design.shape[1])
    named: dict[str, Any] = {"population": outcome.population.flag, "method": _described(outcome, fitted)}
    for place, (visit, arm) in enumerate(cells):
        name = outcome.population.arms[arm]
        n = int(((outcome.visit == visit) & (outcome.arm == arm)).sum())
        yield Result(TABLE, outcome.item, name, "n", n, visit=outcome.visits[visit], **named)
        found = contrast(fitted, lines[place], method=outcome.model.degrees_of_freedom, confidence=confidence)
        yield from _rows(found, outcome, group=name, what="LS mean", visit=visit, named=named)
    index = {cell: place for place, cell in enumerate(cells)}
    for visit in range(visits):
        for one, other in pairs(outcome.population):
            if (visit, one) in index and (visit, other) in index:
                line = lines[index[visit, one]] - lines[index[visit, other]]
                found = contrast(fitted, line, method=outcome.model.degrees_of_freedom, confidence=confidence)
                group = against(outcome.population.arms[one], outcome.population.arms[other])
                yield from _rows(found, outcome, group=group, what="difference", visit=visit, named=named)


def _design(outcome: Outcome, cells: list[tuple[int, int]]) -> Floats:
    """A column for every arm at every visit, the first covariate by visit, further covariates, then the factors."""
    columns = [((outcome.visit == visit) & (outcome.arm == arm)).astype(np.float64) for visit, arm in cells]
    if outcome.covariates.shape[1]:
        slope = outcome.covariates[:, 0]
        columns += [np.where(outcome.visit == visit, slope, 0.0) for visit in range(len(outcome.visits))]
    return np.column_stack([*columns, outcome.covariates[:, 1:], outcome.factors])


def _lines(outcome: Outcome, cells: list[tuple[int, int]], *, columns: int) -> Floats:
    """The weights of the coefficients in the adjusted mean of every cell."""
    lines = np.zeros((len(cells), columns))
    lines[:, : len(cells)] = np.eye(len(cells))
    place = len(cells)
    centre = outcome.covariates.mean(axis=0)
    if len(centre):
        lines[np.arange(len(cells)), place + np.array([visit for visit, _ in cells])] = centre[0]
        place += len(outcome.visits)
    lines[:, place : place + len(centre[1:])] = centre[1:]
    place += len(centre[1:])
    lines[:, place:] = outcome.factor_weights
    return lines


def _described(outcome: Outcome, fitted: Fitted) -> str:
    terms = ["treatment × visit", *(f"{name} × visit" for name in outcome.covariate_names[:1])]
    terms += [*outcome.covariate_names[1:], *(outcome.model.factors or ())]
    how = f"{fitted.pattern.replace('_', ' ')} covariance, {outcome.model.degrees_of_freedom} degrees of freedom"
    return f"MMRM, REML: {outcome.response} = {' + '.join(terms)}; {how}; LS means {outcome.model.least_squares}"


def _rows(
    found: Contrast, outcome: Outcome, *, group: str, what: str, visit: int, named: dict[str, Any]
) -> Iterator[Result]:
    values = {
        what: found.estimate,
        f"{what} se": found.standard_error,
        f"{what} lower": found.limits[0],
        f"{what} upper": found.limits[1],
        f"{what} df": found.degrees_of_freedom,
    }
    if what == "difference":
        values["difference p"] = found.p
    digits, when = decimals_of(outcome.y), outcome.visits[visit]
    first = Result(TABLE, outcome.item, group, what, found.estimate, visit=when, decimals=digits, **named)
    for statistic, value in values.items():
        if np.isfinite(value):
            yield replace(first, statistic=statistic, value=value)
