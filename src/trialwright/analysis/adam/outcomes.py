"""What is modelled: parameters of efficacy-like data sets, and the rows, response and adjustments of each model.

Usual: rows flagged ANL01FL, one for each person and visit; the change from baseline adjusted for the baseline where
there is one, else the value; site groups where there is SITEGR1. Whoever lacks a value that a model needs is left out
of it, and counted.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import final

import numpy as np
import numpy.typing as npt
import pandas as pd

from trialwright.analysis.adam.notes import Note
from trialwright.analysis.adam.records import ordered
from trialwright.analysis.adam.settings import Kind, Model
from trialwright.analysis.adam.trial import ARM, PERSON, AdamTrial, Population
from trialwright.numerics.arrays import Floats, Ints
from trialwright.vocabulary.words import Text

NOT_OUTCOMES = ("ADSL", "ADAE", "ADLB", "ADVS", "ADTTE", "ADEG", "ADPC", "ADPP", "ADEX", "ADCM", "ADMH", "ADPR", "ADDV")
FEW = 3  # with so many parameters or fewer, all are analysed without being asked for
BASELINE, SITES = "BASE", "SITEGR1"
CARRIED = "LOCF"

CHOOSE = Text(
    en="has {count} parameters and none is called a total; name those to model under [parameters]",
    fr="a {count} paramètres et aucun n'est un total ; nommer ceux à modéliser sous [parameters]",
)
INCOMPLETE = Text(
    en="{parameter}: {count} of {of} rows lack a value that the model needs ({columns}); they are left out",
    fr="{parameter} : {count} lignes sur {of} n'ont pas une valeur nécessaire au modèle ({columns}) ; laissées de côté",
)
SEVERAL = Text(
    en="{parameter}: {count} further rows of a person and visit; the first one counts",
    fr="{parameter} : {count} autres lignes d'une personne et visite ; la première compte",
)
NOT_THERE = Text(
    en="the model of {parameter} asks for {column}, which is neither in the data set nor in ADSL",
    fr="le modèle de {parameter} demande {column}, qui n'est ni dans le jeu de données ni dans ADSL",
)


@final
@dataclass(frozen=True, slots=True)
class Outcome:
    """The rows of one model as arrays ``[N]``; ``factors`` are dummies with the first level left out."""

    model: Model
    response: str
    population: Population
    rows: pd.DataFrame
    y: Floats
    arm: Ints
    visit: Ints
    visits: tuple[str, ...]
    covariates: Floats  # [N, c]
    covariate_names: tuple[str, ...]
    factors: Floats  # [N, f]
    factor_names: tuple[str, ...]
    factor_weights: Floats  # [f] of a least-squares mean: one over the number of levels, or their observed shares
    dose: Floats | None
    imputed: int

    @property
    def item(self) -> tuple[str, str]:
        """Data set and parameter."""
        return self.model.dataset, self.model.parameter

    def at(self, visit: int) -> npt.NDArray[np.bool_]:
        """The rows of one visit."""
        return np.asarray(self.visit == visit, bool)


def datasets_of(trial: AdamTrial) -> dict[str, pd.DataFrame]:
    """The data sets with outcomes: those with parameters, visits and values that are not safety data."""
    return {
        name: frame
        for name, frame in sorted(trial.datasets.items())
        if not name.startswith(NOT_OUTCOMES) and {"PARAMCD", "AVISIT", "AVAL"} <= set(frame)
    }


def parameters_of(trial: AdamTrial, name: str) -> tuple[tuple[str, ...], list[Note]]:
    """The parameters of a data set that are modelled: those asked for, all of a few, or the totals among many."""
    if name in trial.settings.parameters:
        return trial.settings.parameters[name], []
    frame = trial.datasets[name]
    known = [param for param in ordered(frame, "PARAMCD", by="PARAMN") if param]
    if len(known) <= FEW:
        return tuple(known), []
    titles = frame.drop_duplicates("PARAMCD").set_index("PARAMCD")["PARAM"].astype(str) if "PARAM" in frame else None
    totals = tuple(
        param for param in known if "TOT" in param or (titles is not None and "TOTAL" in str(titles[param]).upper())
    )
    return totals, [] if totals else [Note(name, CHOOSE, {"count": len(known)})]


def models_of(trial: AdamTrial, kind: Kind) -> tuple[list[Model], list[Note]]:
    """The models of a kind: those of the settings, and the usual one of every other parameter."""
    asked, notes = [model for model in trial.settings.models if model.kind == kind], list[Note]()
    known = {(model.dataset, model.parameter) for model in asked}
    for name in datasets_of(trial):
        parameters, said = parameters_of(trial, name)
        notes += said
        asked += [Model(name, param, kind) for param in parameters if (name, param) not in known]
    return asked, notes


def outcome_of(trial: AdamTrial, model: Model) -> tuple[Outcome | None, list[Note]]:
    """The rows of a model after baseline, ready to be fitted; None where there are none."""
    frame, population, notes = trial.datasets.get(model.dataset), trial.population("efficacy"), list[Note]()
    if frame is None or "PARAMCD" not in frame:
        return None, notes
    rows = _chosen(population.rows(frame[frame["PARAMCD"] == model.parameter]), model)
    model = _usual(model, rows, trial=trial)
    rows, absent = _joined(rows, model, trial=trial)
    if absent or rows.empty:
        notes += [Note(model.dataset, NOT_THERE, {"parameter": model.parameter, "column": one}) for one in absent]
        return None, notes
    again = rows.duplicated([PERSON, "AVISIT"])
    if again.any():
        notes.append(Note(model.dataset, SEVERAL, {"parameter": model.parameter, "count": int(again.sum())}))
        rows = rows[~again]
    rows = _complete(rows, model, notes=notes)
    return (None if rows.empty else _arrays(rows, model, population=population)), notes


def _chosen(rows: pd.DataFrame, model: Model) -> pd.DataFrame:
    """Flagged rows after baseline; carried-forward ones as the model wants; others derived only for ANCOVA."""
    keep = np.ones(len(rows), bool)
    if "ANL01FL" in rows and (rows["ANL01FL"] == "Y").any():
        keep &= (rows["ANL01FL"] == "Y").to_numpy(bool)
    if "AVISITN" in rows:
        keep &= (rows["AVISITN"] > 0).to_numpy(bool)
    if "ABLFL" in rows:
        keep &= (rows["ABLFL"] != "Y").to_numpy(bool)
    if "DTYPE" in rows and model.kind == "mmrm":
        keep &= (rows["DTYPE"] == "").to_numpy(bool) | _wants_carried(model, rows)
    elif "DTYPE" in rows and model.carried_forward is False:
        keep &= (rows["DTYPE"] != CARRIED).to_numpy(bool)
    if model.visits is not None and "AVISITN" in rows:
        keep &= rows["AVISITN"].isin(model.visits).to_numpy(bool)
    for column, word in model.where.items():
        keep &= (rows[column].astype(str) == word).to_numpy(bool) if column in rows else False
    return rows[keep & (rows["AVISIT"] != "").to_numpy(bool)]


def _wants_carried(model: Model, rows: pd.DataFrame) -> npt.NDArray[np.bool_]:
    return (rows["DTYPE"] == CARRIED).to_numpy(bool) & bool(model.carried_forward)


def _usual(model: Model, rows: pd.DataFrame, *, trial: AdamTrial) -> Model:
    """The model with what was left open filled in."""
    based = BASELINE in rows and bool(np.isfinite(rows[BASELINE].to_numpy(np.float64)).any())
    changed = based and "CHG" in rows and bool(np.isfinite(rows["CHG"].to_numpy(np.float64)).any())
    sites = SITES in rows or SITES in trial.subjects
    return replace(
        model,
        response=model.response or ("CHG" if changed else "AVAL"),
        covariates=((BASELINE,) if based else ()) if model.covariates is None else model.covariates,
        factors=((SITES,) if sites else ()) if model.factors is None else model.factors,
        dose=_dose(trial) if model.dose is None else model.dose,
    )


def _dose(trial: AdamTrial) -> str:
    """The number of the treatment, where it looks like a dose: 0 for the reference, and larger than mere numbering."""
    population = trial.population("efficacy")
    name = f"{population.treatment}N"
    if name not in trial.subjects or len(trial.arms) < 3:
        return ""
    subjects = trial.subjects[trial.subjects[population.treatment].isin(trial.arms)]
    doses = subjects.groupby(subjects[population.treatment].astype(str))[name].first()
    looks_like = doses.get(population.reference) == 0 and doses.max() > len(doses) and doses.is_unique
    return name if bool(looks_like) else ""


def _joined(rows: pd.DataFrame, model: Model, *, trial: AdamTrial) -> tuple[pd.DataFrame, list[str]]:
    """The rows with every column of the model, from ADSL where the data set has it not; and those found nowhere."""
    rows, absent = rows.copy(), []
    subjects = trial.subjects.set_index("USUBJID")
    for column in (model.response or "", *(model.covariates or ()), *(model.factors or ()), model.dose or ""):
        if not column or column in rows:
            continue
        if column in subjects:
            rows[column] = subjects[column].reindex(rows["USUBJID"].astype(str)).to_numpy()
        else:
            absent.append(column)
    return rows, absent


def _complete(rows: pd.DataFrame, model: Model, *, notes: list[Note]) -> pd.DataFrame:
    needed = [model.response or "", *(model.covariates or ())]
    known = np.ones(len(rows), bool)
    lacking = []
    for column in needed:
        there = np.isfinite(rows[column].to_numpy(np.float64))
        lacking += [] if there.all() else [column]
        known &= there
    for column in model.factors or ():
        there = (rows[column].astype(str) != "").to_numpy(bool)
        lacking += [] if there.all() else [column]
        known &= there
    if not known.all():
        values = {"parameter": model.parameter, "count": int((~known).sum()), "of": len(rows)}
        notes.append(Note(model.dataset, INCOMPLETE, values | {"columns": ", ".join(lacking)}))
    return rows[known]


def _arrays(rows: pd.DataFrame, model: Model, *, population: Population) -> Outcome:
    visits = tuple(ordered(rows, "AVISIT", by="AVISITN"))
    factors, names, weights = _dummies(rows, model)
    covariates = [rows[name].to_numpy(np.float64) for name in model.covariates or ()]
    return Outcome(
        model=model,
        response=model.response or "",
        population=population,
        rows=rows,
        y=rows[model.response or ""].to_numpy(np.float64),
        arm=np.asarray(rows[ARM].cat.codes, np.int64),
        visit=np.asarray(pd.Categorical(rows["AVISIT"].astype(str), categories=list(visits)).codes, np.int64),
        visits=visits,
        covariates=np.column_stack(covariates) if covariates else np.zeros((len(rows), 0)),
        covariate_names=model.covariates or (),
        factors=factors,
        factor_names=names,
        factor_weights=weights,
        dose=rows[model.dose].to_numpy(np.float64) if model.dose else None,
        imputed=int((rows["DTYPE"] != "").sum()) if "DTYPE" in rows else 0,
    )


def _dummies(rows: pd.DataFrame, model: Model) -> tuple[Floats, tuple[str, ...], Floats]:
    """One column for every level but the first of every factor, and its weight in a least-squares mean."""
    columns, names, weights = [], list[str](), list[float]()
    for factor in model.factors or ():
        words = rows[factor].astype(str).to_numpy()
        levels = sorted(set(words))
        for level in levels[1:]:
            columns.append((words == level).astype(np.float64))
            names.append(f"{factor} {level}")
            weights.append(1 / len(levels) if model.least_squares == "balanced" else float((words == level).mean()))
    return (
        np.column_stack(columns) if columns else np.zeros((len(rows), 0)),
        tuple(names),
        np.array(weights, np.float64),
    )


def pairs(population: Population) -> Iterator[tuple[int, int]]:
    """Every arm against the reference arm, then the other arms among each other; places in the list of arms."""
    arms = population.arms
    first = arms.index(population.reference)
    yield from ((place, first) for place in range(len(arms)) if place != first)
    rest = [place for place in range(len(arms)) if place != first]
    yield from ((later, earlier) for number, earlier in enumerate(rest) for later in rest[number + 1 :])
