"""Outcomes in a few ordered categories, and responders: counts by arm and visit, and tests between the arms.

Categories: values that are whole numbers of at most seven different kinds without a baseline, as a global impression.
Whether mean scores differ between arms is tested within site groups (Cochran-Mantel-Haenszel, row mean scores).
Responders: flags CRIT1FL and so on, with exact limits of each share and the difference from the reference arm.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from trialwright.analysis.adam.outcomes import Outcome, models_of, outcome_of
from trialwright.analysis.adam.records import ordered
from trialwright.analysis.adam.results import Answer, Result
from trialwright.analysis.adam.settings import Model
from trialwright.analysis.adam.summaries import ALL_ARMS, FISHER, against
from trialwright.analysis.adam.trial import ARM, AdamTrial
from trialwright.numerics.contingency import mantel_haenszel
from trialwright.numerics.intervals import clopper_pearson
from trialwright.numerics.two_proportions import fisher_exact, miettinen_nurminen

TABLE, RESPONDERS = "categories", "responders"
MOST = 7
CMH = "Cochran-Mantel-Haenszel test, row mean scores"
MN = "Miettinen-Nurminen limits"


def analyse(trial: AdamTrial) -> Answer:
    """How many people of each arm are in each category at each visit, and the stratified test of their mean scores."""
    answer = Answer(TABLE)
    models, answer.notes = models_of(trial, "ancova")
    for model in models:
        wanted = Model(model.dataset, model.parameter, "ancova", response="AVAL", factors=model.factors, covariates=())
        if _has_baseline(trial, model):
            continue
        outcome, _ = outcome_of(trial, wanted)
        levels = _levels(outcome)
        if outcome is not None and levels:
            for visit in range(len(outcome.visits)):
                answer.results += _counts(outcome, visit, levels=levels)
                answer.results += _tested(outcome, visit) if trial.settings.tests else []
    return answer


def _has_baseline(trial: AdamTrial, model: Model) -> bool:
    """Whether the parameter has a baseline, and so is no global impression."""
    frame = trial.datasets.get(model.dataset)
    if frame is None or "BASE" not in frame:
        return False
    mine = frame["BASE"][(frame["PARAMCD"] == model.parameter).to_numpy(bool)]
    return bool(np.isfinite(mine.to_numpy(np.float64)).any())


def _levels(outcome: Outcome | None) -> list[float]:
    if outcome is None:
        return []
    values = np.unique(outcome.y)
    whole = bool((values == np.round(values)).all())
    return values.tolist() if whole and 1 < len(values) <= MOST else []


def _counts(outcome: Outcome, visit: int, *, levels: list[float]) -> list[Result]:
    results, here = [], outcome.at(visit)
    names = {}
    if "AVALC" in outcome.rows:
        names = dict(zip(outcome.y, outcome.rows["AVALC"].astype(str), strict=True))
    for place, arm in enumerate(outcome.population.arms):
        mine = outcome.y[here & (outcome.arm == place)]
        for level in levels:
            word = f"{level:g}" + (f" {names[level]}" if names.get(level) not in (None, "", f"{level:g}") else "")
            item, flag, when = (*outcome.item, word), outcome.population.flag, outcome.visits[visit]
            results.append(Result(TABLE, item, arm, "people", int((mine == level).sum()), flag, when))
            results.append(Result(TABLE, item, arm, "of", len(mine), flag, when))
    return results


def _tested(outcome: Outcome, visit: int) -> list[Result]:
    here = outcome.at(visit)
    scores = np.unique(outcome.y[here])
    if len(scores) < 2 or len(np.unique(outcome.arm[here])) < 2:
        return []
    factors = outcome.model.factors or ()
    strata = outcome.rows[list(factors)].astype(str).agg(" ".join, axis=1).to_numpy()[here] if factors else None
    groups = np.zeros(int(here.sum()), np.int64) if strata is None else np.unique(strata, return_inverse=True)[1]
    arms, lowest = len(outcome.population.arms), scores.min()
    spread = int(scores.max() - lowest) + 1  # every whole number keeps its place, so that scores are equally spaced
    cell = (groups * arms + outcome.arm[here]) * spread + (outcome.y[here] - lowest).astype(np.int64)
    shape = (int(groups.max()) + 1, arms, spread)
    found = mantel_haenszel(np.bincount(cell, minlength=int(np.prod(shape))).reshape(shape), kind="row means")
    if found is None:
        return []
    method = CMH + (f", stratified by {', '.join(factors)}" if factors else "")
    flag, when = outcome.population.flag, outcome.visits[visit]
    return [Result(TABLE, outcome.item, ALL_ARMS, "p", found.p, flag, when, method)]


def responders(trial: AdamTrial) -> Answer:
    """The share of each arm that meets each criterion (CRIT1FL …) of an outcome, by parameter and visit."""
    answer, population = Answer(RESPONDERS), trial.population("efficacy")
    for name, frame in sorted(trial.datasets.items()):
        flags = [str(column) for column in frame if re.fullmatch(r"CRIT\d+FL", str(column))]
        if not flags or not {"PARAMCD", "AVISIT"} <= set(frame) or name.startswith(("ADLB", "ADVS", "ADEG")):
            continue
        rows = population.rows(frame)
        for flag in flags:
            judged = rows[rows[flag].isin(["Y", "N"]).to_numpy(bool)]
            for param, visit, part in _parts(judged):
                words = [str(word) for word in part[flag[:-2]].unique() if str(word)] if flag[:-2] in part else []
                item = (name, param, words[0] if words else flag)
                answer.results += _shares(part, flag, item=item, visit=visit, trial=trial)
    return answer


def _parts(rows: pd.DataFrame) -> Iterator[tuple[str, str, pd.DataFrame]]:
    """The rows of every parameter and visit, in their order."""
    params, visits = ordered(rows, "PARAMCD", by="PARAMN"), ordered(rows, "AVISIT", by="AVISITN")
    parts = dict(iter(rows.groupby(["PARAMCD", "AVISIT"], observed=True)))
    for param in params:
        for visit in visits:
            if (param, visit) in parts:
                yield param, visit, parts[param, visit]


def _shares(rows: pd.DataFrame, flag: str, *, item: tuple[str, ...], visit: str, trial: AdamTrial) -> list[Result]:
    population, results = trial.population("efficacy"), list[Result]()
    once = rows.drop_duplicates("USUBJID")
    of = once[ARM].value_counts()
    yes = once[ARM][(once[flag] == "Y").to_numpy(bool)].value_counts()
    shares = {arm: (int(yes.get(arm, 0)), int(of.get(arm, 0))) for arm in population.arms}
    named: dict[str, Any] = {"population": population.flag, "visit": visit}
    for arm, (count, n) in shares.items():
        low, high = clopper_pearson(count, n, confidence=trial.settings.confidence)
        values = {"people": count, "of": n, "share lower": float(low), "share upper": float(high)}
        results += [Result(RESPONDERS, item, arm, what, value, **named) for what, value in values.items()]
    for arm in population.others:
        pair, group = (shares[arm], shares[population.reference]), against(arm, population.reference)
        limits = miettinen_nurminen(*pair, confidence=trial.settings.confidence)
        if limits is not None:
            gap = pair[0][0] / pair[0][1] - pair[1][0] / pair[1][1]
            values = {"difference": gap, "difference lower": limits[0], "difference upper": limits[1]}
            results += [Result(RESPONDERS, item, group, what, v, method=MN, **named) for what, v in values.items()]
        exact = fisher_exact(*pair) if trial.settings.tests else None
        if exact is not None:
            results.append(Result(RESPONDERS, item, group, "p", exact[0], method=FISHER, **named))
    return results
