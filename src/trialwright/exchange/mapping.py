"""The small file that says where somebody's data sets differ from what is usual: names, wishes, models (TOML)."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, final

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from trialwright.analysis.adam.settings import Model, Settings
from trialwright.analysis.adam.trial import AdamError
from trialwright.analysis.repeated_measures import FALLBACKS
from trialwright.vocabulary.errors import Finding
from trialwright.vocabulary.validated import allowed_by

Names = dict[str, str]
Lists = dict[str, tuple[str, ...]]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Populations(_Strict):
    every_table: str = ""
    safety: str = "SAFFL"
    baseline: str = "ITTFL"
    efficacy: str = "EFFFL"


class _Demographics(_Strict):
    continuous: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()


class _Disposition(_Strict):
    completed: str = ""


class _AdverseEvents(_Strict):
    special_interest: str = ""


class _Tests(_Strict):
    exact: bool = True
    baseline: bool = False
    confidence: float = Field(default=0.95, gt=0, lt=1)


class _Missing(_Strict):
    words: tuple[str, ...] = ()


class _Model(_Strict):
    dataset: str
    parameter: str
    kind: Literal["ancova", "mmrm"]
    response: str | None = None
    factors: tuple[str, ...] | None = None
    covariates: tuple[str, ...] | None = None
    dose: str | None = None
    visits: tuple[float, ...] | None = None
    carried_forward: bool | None = None
    least_squares: Literal["balanced", "observed"] = "balanced"
    covariance: Literal[
        "unstructured",
        "heterogeneous_toeplitz",
        "heterogeneous_autoregressive",
        "heterogeneous_compound_symmetry",
        "toeplitz",
        "autoregressive",
        "compound_symmetry",
    ] = "unstructured"
    degrees_of_freedom: Literal["kenward-roger", "satterthwaite"] = "kenward-roger"
    where: dict[str, str] = Field(default_factory=dict)


class _File(_Strict):
    treatment: str = ""
    reference: str = ""
    arms: tuple[str, ...] = ()
    datasets: Names = Field(default_factory=dict)
    columns: dict[str, Names] = Field(default_factory=dict)
    numbers: Lists = Field(default_factory=dict)
    missing: _Missing = _Missing()
    population: _Populations = _Populations()
    demographics: _Demographics = _Demographics()
    disposition: _Disposition = _Disposition()
    adverse_events: _AdverseEvents = _AdverseEvents()
    tests: _Tests = _Tests()
    parameters: Lists = Field(default_factory=dict)
    model: tuple[_Model, ...] = ()


@final
@dataclass(frozen=True, slots=True)
class Mapped:
    """What the file says: how to read the data sets, and how to analyse them."""

    settings: Settings = field(default_factory=Settings)
    datasets: Mapping[str, str] = field(default_factory=dict)  # name -> file
    columns: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # data set -> ADaM name -> column there
    numbers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    missing: tuple[str, ...] = ()


def read_mapping(path: Path) -> Mapped:
    """The mapping file; `AdamError` with every finding in it."""
    headline = f"{path.name} cannot be used"
    try:
        told = _File.model_validate(tomllib.loads(path.read_text("utf-8-sig")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise AdamError(headline, [Finding(path.name, str(error), "must be a TOML file")]) from error
    except ValidationError as error:
        raise AdamError(headline, [_finding(one) for one in error.errors()]) from error
    return Mapped(
        settings=_settings(told),
        datasets={name.upper(): file for name, file in told.datasets.items()},
        columns={
            name.upper(): {adam.upper(): column.upper() for adam, column in columns.items()}
            for name, columns in told.columns.items()
        },
        numbers={name.upper(): tuple(map(str.upper, columns)) for name, columns in told.numbers.items()},
        missing=told.missing.words,
    )


def _finding(error: ErrorDetails) -> Finding:
    place = ".".join(str(part) for part in error["loc"])
    if error["type"] == "extra_forbidden":
        return Finding(place, error["input"], "is not a word of this file", "see --template for all of them")
    return Finding(place, error["input"], allowed_by(error), "see --template")


def _settings(told: _File) -> Settings:
    return Settings(
        treatment=told.treatment.upper(),
        reference=told.reference,
        arms=told.arms,
        population=told.population.every_table.upper(),
        safety=told.population.safety.upper(),
        baseline=told.population.baseline.upper(),
        efficacy=told.population.efficacy.upper(),
        continuous=_upper(told.demographics.continuous),
        categories=_upper(told.demographics.categories),
        completed=told.disposition.completed.upper(),
        special_interest=told.adverse_events.special_interest.upper(),
        tests=told.tests.exact,
        baseline_tests=told.tests.baseline,
        confidence=told.tests.confidence,
        parameters={name.upper(): params for name, params in told.parameters.items()},
        models=tuple(_model(one) for one in told.model),
    )


def _model(told: _Model) -> Model:
    given = told.model_dump()
    for name in ("factors", "covariates"):
        given[name] = None if given[name] is None else _upper(given[name])
    for name in ("response", "dose"):
        given[name] = given[name] and given[name].upper()
    return Model(**(given | {"dataset": told.dataset.upper()}))


def _upper(names: Sequence[str]) -> tuple[str, ...]:
    return tuple(name.upper() for name in names)


TEMPLATE = """\
# How the data sets of this folder are read and analysed. Every line may be left out: what stands here is usual in ADaM.

# treatment = "TRT01P"      # the column of ADSL that names the arm, for every table
#                             (else TRT01P for baseline and efficacy, TRT01A for safety)
{arms}
[population]
# every_table = "ITTFL"     # one flag of ADSL for every table, in place of the three below
safety = "SAFFL"
baseline = "ITTFL"
efficacy = "EFFFL"

[datasets]                  # name = "file", where a file is called otherwise or there are two of one name
# ADLB = "lab_final.csv"

{columns}
[numbers]                   # further columns that hold numbers
# ADSL = ["SCORE1"]

[missing]                   # words that stand for a missing number, besides an empty cell, "." and NA
words = []

[demographics]              # empty: what ADSL has of the usual ones
continuous = []
categories = []

[disposition]
completed = ""              # a flag such as COMP24FL, or a status such as EOSSTT

[adverse_events]
special_interest = ""       # a column that names groups of events, such as CQ01NAM

[tests]
exact = true                # Fisher's exact test of every arm against the reference arm
baseline = false            # tests of baseline differences in the table (they are always in results.csv)
confidence = 0.95

[parameters]                # those to model, of data sets with many
{parameters}
# [[model]]                 # one for each model that is not the usual one
# dataset = "ADQSADAS"
# parameter = "ACTOT"
# kind = "ancova"           # or "mmrm"
# response = "CHG"
# factors = ["SITEGR1"]
# covariates = ["BASE"]
# dose = "TRT01PN"          # a number, for the test of a linear dose response
# visits = [24]             # values of AVISITN
# carried_forward = true    # rows with DTYPE LOCF count
# least_squares = "balanced"   # or "observed"
# covariance = "unstructured"  # the first to be tried, of: {patterns}
# degrees_of_freedom = "kenward-roger"   # or "satterthwaite"
# where = {{ SEX = "M" }}
"""


def template(
    *,
    arms: Sequence[str],
    reference: str,
    columns: Mapping[str, Sequence[str]],
    parameters: Mapping[str, Sequence[str]],
) -> str:
    """A mapping file to start from, with the arms, columns and parameters that were found."""
    told = f"reference = {_quoted(reference)}\narms = [{', '.join(map(_quoted, arms))}]\n" if arms else ""
    named = "".join(
        f'[columns.{name}]              # ADAM_NAME = "column in the file"; found: {" ".join(found)}\n\n'
        for name, found in columns.items()
    )
    chosen = "".join(f"{name} = [{', '.join(map(_quoted, params))}]\n" for name, params in parameters.items())
    return TEMPLATE.format(arms=told, columns=named, parameters=chosen, patterns=", ".join(FALLBACKS))


def _quoted(word: str) -> str:
    return '"' + word.replace("\\", "\\\\").replace('"', '\\"') + '"'
