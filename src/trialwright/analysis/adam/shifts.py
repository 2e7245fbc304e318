"""Shift of laboratory values: from the category (or grade) at baseline to the worst one on treatment, by arm.

Categories are those of the reference range (BNRIND, ANRIND: low, normal, high), grades those of ATOXGR where there are
any. The worst record is the one flagged ANL01FL where that flags one of each person and parameter; else anybody with a
value out of range after baseline counts there, and with values out on both sides under both.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import numpy as np
import pandas as pd

from trialwright.analysis.adam.notes import Note
from trialwright.analysis.adam.records import needed, ordered
from trialwright.analysis.adam.results import Answer, Result
from trialwright.analysis.adam.summaries import ALL_ARMS
from trialwright.analysis.adam.trial import ARM, PERSON, AdamTrial, Population
from trialwright.numerics.contingency import mantel_haenszel
from trialwright.vocabulary.words import Text

RANGES = {"L": "low", "LOW": "low", "N": "normal", "NORMAL": "normal", "H": "high", "HIGH": "high"}
ORDER = ("low", "normal", "high", "low and high", "not known")
CMH = "Cochran-Mantel-Haenszel test, row mean scores, stratified by baseline"
NO_BASELINE = Text(
    en="{count} people have no baseline category of a parameter in at least one case; shown as not known",
    fr="{count} personnes n'ont pas de catégorie à l'inclusion pour au moins un paramètre ; indiquées inconnues",
)
BY_FLAG = Text(en="the worst record is the one flagged ANL01FL = Y", fr="le pire relevé est celui qui a ANL01FL = Y")
BY_VALUE = Text(
    en="the worst category after baseline is taken from all records with a category",
    fr="la pire catégorie après l'inclusion est prise sur tous les relevés qui ont une catégorie",
)


def analyse(trial: AdamTrial, name: str) -> Answer:
    """How many people go from each category at baseline to each worst category afterwards; ``name`` is the data set."""
    answer, frame = Answer(f"{name.lower()}_shift"), trial.datasets[name]
    if notes := needed(name, frame, columns=("PARAMCD", "ANRIND", "BNRIND")):
        answer.notes += notes
        return answer
    population = trial.population("safety")
    rows = population.rows(frame)
    rows = rows[_after_baseline(rows)].assign(_FROM=_category(rows["BNRIND"]), _TO=_category(rows["ANRIND"]))
    worst = _worst(rows, answer, name=name)
    unknown = worst[worst["_FROM"] == ORDER[-1]]
    if len(unknown):
        answer.notes.append(Note(name, NO_BASELINE, {"count": int(unknown[PERSON].nunique())}))
    for param in ordered(worst, "PARAMCD", by="PARAMN"):
        mine = worst[(worst["PARAMCD"] == param).to_numpy(bool)]
        answer.results += _counts(answer.table, param, rows=mine, population=population)
        if trial.settings.tests:
            answer.results += _tested(answer.table, param, rows=mine, flag=population.flag)
    return answer


def _counts(table: str, param: str, *, rows: pd.DataFrame, population: Population) -> Iterator[Result]:
    """How many people of each arm go from each category to each other, in the order of the categories."""
    arms = rows[ARM].astype(str).to_numpy()
    starts, ends = rows["_FROM"].to_numpy(str), rows["_TO"].to_numpy(str)
    for start, end in product(ORDER, ORDER):
        if not ((starts == start).any() and (ends == end).any()):
            continue
        these = arms[(starts == start) & (ends == end)]
        for arm in population.arms:
            yield Result(table, (param, start, end), arm, "people", int((these == arm).sum()), population.flag)


def _after_baseline(rows: pd.DataFrame) -> pd.Series[bool]:
    if "AVISITN" in rows:
        after = ~(rows["AVISITN"] <= 0)
    elif "ADY" in rows:
        after = rows["ADY"] > 1
    else:
        after = pd.Series(True, index=rows.index)
    if "ABLFL" in rows:
        after &= rows["ABLFL"] != "Y"
    return after & (rows["ANRIND"] != "")


def _category(words: pd.Series[str]) -> pd.Series[str]:
    return words.astype(str).str.upper().map(lambda word: RANGES.get(word, ORDER[-1])).astype(object)


def _worst(rows: pd.DataFrame, answer: Answer, *, name: str) -> pd.DataFrame:
    """One row for each person and parameter; an end of treatment is tried without, as it copies another visit."""
    key = [PERSON, "PARAMCD"]
    if "ANL01FL" in rows:
        flagged = rows[(rows["ANL01FL"] == "Y").to_numpy(bool)]
        copies = (
            flagged["AVISIT"].astype(str).str.upper().str.contains("END OF TREATMENT") if "AVISIT" in rows else None
        )
        for tried in (flagged, flagged if copies is None else flagged[~copies.to_numpy(bool)]):
            if len(tried) and not tried.duplicated(key).any():
                answer.notes.append(Note(name, BY_FLAG))
                return tried
    answer.notes.append(Note(name, BY_VALUE))
    has = rows.assign(_L=rows["_TO"] == "low", _H=rows["_TO"] == "high", _N=rows["_TO"] == "normal")
    most = has.groupby(key, observed=True)[["_L", "_H", "_N"]].transform("any")
    low, high, normal = (most[column].to_numpy(bool) for column in ("_L", "_H", "_N"))
    to = np.select([low & high, low, high, normal], [ORDER[3], ORDER[0], ORDER[2], ORDER[1]], ORDER[-1])
    return rows.assign(_TO=to).drop_duplicates(key)


def _tested(table: str, param: str, *, rows: pd.DataFrame, flag: str) -> list[Result]:
    """Whether mean scores of the worst category differ between arms, within categories at baseline."""
    known = rows[(rows["_FROM"] != ORDER[-1]) & (rows["_TO"] != ORDER[-1])]
    if known["_TO"].nunique() < 2 or known[ARM].nunique() < 2 or known["_FROM"].nunique() < 2:
        return []
    ends = [word for word in ORDER if (known["_TO"] == word).any()]
    starts, start = np.unique(known["_FROM"].to_numpy(str), return_inverse=True)
    end = pd.Categorical(known["_TO"], categories=ends).codes.astype(np.int64)
    arm, arms = np.asarray(known[ARM].cat.codes, np.int64), len(known[ARM].cat.categories)
    shape = (len(starts), arms, len(ends))
    strata = np.bincount((start * arms + arm) * len(ends) + end, minlength=int(np.prod(shape))).reshape(shape)
    found = mantel_haenszel(strata, kind="row means")
    return [] if found is None else [Result(table, (param,), ALL_ARMS, "p", found.p, flag, method=CMH)]
