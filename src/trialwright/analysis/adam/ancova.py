"""Analysis of covariance at each visit: adjusted means of the arms, their differences, and a linear dose response.

y = arm + site group + baseline + e. Least-squares means are taken at the mean of the covariates, with site groups in
equal weight ("balanced", as LSMEANS of SAS) or by their observed shares ("observed", as LSMEANS / OM); differences of
arms are the same either way. The dose response replaces the arms by a number and tests its slope. Nothing is adjusted
for multiple comparisons.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from trialwright.analysis.adam.notes import Note
from trialwright.analysis.adam.outcomes import Outcome, models_of, outcome_of, pairs
from trialwright.analysis.adam.results import Answer, Result
from trialwright.analysis.adam.summaries import ALL_ARMS, against, decimals_of, summary
from trialwright.analysis.adam.trial import AdamTrial
from trialwright.numerics.arrays import Bools, Floats
from trialwright.numerics.linear_model import Estimated, LinearFit, combination, least_squares
from trialwright.vocabulary.words import Text

TABLE = "ancova"
TOO_FEW = Text(
    en="{parameter} at {visit}: too few values for the model; only what was observed is shown",
    fr="{parameter} à {visit} : trop peu de valeurs pour le modèle ; seules les valeurs observées sont données",
)


def analyse(trial: AdamTrial) -> Answer:
    """Every ANCOVA of the settings, and the usual one of every other outcome, at each visit after baseline."""
    answer = Answer(TABLE)
    models, answer.notes = models_of(trial, "ancova")
    for model in models:
        outcome, notes = outcome_of(trial, model)
        answer.notes += notes
        if outcome is None:
            continue
        for visit in range(len(outcome.visits)):
            answer.results += _observed(outcome, visit)
            found = [*_fitted(outcome, visit, confidence=trial.settings.confidence)]
            if not found:
                values = {"parameter": model.parameter, "visit": outcome.visits[visit]}
                answer.notes.append(Note(model.dataset, TOO_FEW, values))
            answer.results += found
    return answer


def described(outcome: Outcome) -> str:
    """The model in a formula, with what stands behind it."""
    terms = ["treatment", *(outcome.model.factors or ()), *outcome.covariate_names]
    carried = f", with {outcome.imputed} imputed rows" if outcome.imputed else ""
    return f"ANCOVA: {outcome.response} = {' + '.join(terms)}; LS means {outcome.model.least_squares}{carried}"


def _observed(outcome: Outcome, visit: int) -> Iterator[Result]:
    """Baseline, value and change as observed, among those in the model."""
    flag, when, here = outcome.population.flag, outcome.visits[visit], outcome.at(visit)
    for column in ("BASE", "AVAL", "CHG"):
        if column not in outcome.rows:
            continue
        values = outcome.rows[column].to_numpy(np.float64)
        digits = decimals_of(values)
        for place, arm in enumerate(outcome.population.arms):
            mine = values[here & (outcome.arm == place)]
            for statistic, value in summary(mine[np.isfinite(mine)]).items():
                name = f"{column} {statistic}"
                yield Result(TABLE, outcome.item, arm, name, value, flag, when, decimals=digits)


def _fitted(outcome: Outcome, visit: int, *, confidence: float) -> Iterator[Result]:
    here = outcome.at(visit)
    arms = range(len(outcome.population.arms))
    dummies = (outcome.arm[here][:, None] == np.arange(len(arms))).astype(np.float64)
    fitted = least_squares(outcome.y[here], _design(outcome, here, arms=dummies))
    if fitted is None:
        return
    named: dict[str, Any] = {"population": outcome.population.flag, "visit": outcome.visits[visit]}
    named["method"] = described(outcome)
    digits = decimals_of(outcome.y)
    centre = np.concatenate([_weights(outcome, here), outcome.covariates[here].mean(axis=0)])
    names = outcome.population.arms
    for place in arms:
        line = np.concatenate([np.eye(len(arms))[place], centre])
        found = combination(fitted, line, confidence=confidence) if dummies[:, place].any() else None
        yield from _rows(found, outcome.item, group=names[place], what="LS mean", digits=digits, named=named)
    for one, other in pairs(outcome.population):
        if dummies[:, one].any() and dummies[:, other].any():
            line = np.concatenate([np.eye(len(arms))[one] - np.eye(len(arms))[other], 0 * centre])
            found = combination(fitted, line, confidence=confidence)
            group = against(names[one], names[other])
            yield from _rows(found, outcome.item, group=group, what="difference", digits=digits, named=named)
    slope = _dose_response(outcome, here, confidence=confidence)
    if slope is not None:
        method = f"{named['method']}; treatment as the number {outcome.model.dose}"
        yield Result(TABLE, outcome.item, ALL_ARMS, "dose response p", slope.p, **(named | {"method": method}))


def _design(outcome: Outcome, here: Bools, *, arms: Floats) -> Floats:
    return np.concatenate([arms, outcome.factors[here], outcome.covariates[here]], axis=1)


def _weights(outcome: Outcome, here: Bools) -> Floats:
    """Weights of the site groups in a least-squares mean; observed shares are those of this visit."""
    if outcome.model.least_squares == "observed":
        return np.asarray(outcome.factors[here].mean(axis=0), np.float64)
    return outcome.factor_weights


def _dose_response(outcome: Outcome, here: Bools, *, confidence: float) -> Estimated | None:
    if outcome.dose is None:
        return None
    dose = np.stack([np.ones(int(here.sum())), outcome.dose[here]], axis=1)
    if not np.isfinite(dose).all():
        return None
    fitted: LinearFit | None = least_squares(outcome.y[here], _design(outcome, here, arms=dose))
    if fitted is None:
        return None
    return combination(fitted, np.eye(len(fitted.coefficients))[1], confidence=confidence)


def _rows(
    found: Estimated | None, item: tuple[str, ...], *, group: str, what: str, digits: int, named: dict[str, Any]
) -> Iterator[Result]:
    if found is None:
        return
    values = {
        what: found.estimate,
        f"{what} se": found.standard_error,
        f"{what} lower": found.limits[0],
        f"{what} upper": found.limits[1],
    }
    if what == "difference":
        values["difference p"] = found.p
    for statistic, value in values.items():
        if np.isfinite(value):
            yield Result(TABLE, item, group, statistic, value, decimals=digits, **named)
