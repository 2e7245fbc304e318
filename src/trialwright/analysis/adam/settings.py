"""How a trial's data sets are to be analysed where the names or the wishes differ from what is usual in ADaM."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, final

Kind = Literal["ancova", "mmrm"]
LeastSquares = Literal["balanced", "observed"]


@final
@dataclass(frozen=True, slots=True)
class Model:
    """A model of a continuous outcome: which parameter of which data set, adjusted for what.

    ``None`` stands for "as is usual": the change from baseline adjusted for baseline where there is a baseline, else
    the value; site groups where SITEGR1 exists; every visit after baseline for ANCOVA.
    """

    dataset: str
    parameter: str
    kind: Kind
    response: str | None = None
    factors: tuple[str, ...] | None = None
    covariates: tuple[str, ...] | None = None
    dose: str | None = None  # a number in ADSL or the data set, for the test of a linear dose response
    visits: tuple[float, ...] | None = None
    carried_forward: bool | None = None  # rows with DTYPE LOCF count; usual: yes for ANCOVA, no for MMRM
    least_squares: LeastSquares = "balanced"
    covariance: str = "unstructured"
    degrees_of_freedom: Literal["kenward-roger", "satterthwaite"] = "kenward-roger"
    where: Mapping[str, str] = field(default_factory=dict)


@final
@dataclass(frozen=True, slots=True)
class Settings:
    """Wishes of the analyst; empty means: as is usual in ADaM."""

    treatment: str = ""  # for every table; else TRT01P (baseline, efficacy) and TRT01A (safety)
    reference: str = ""
    arms: tuple[str, ...] = ()
    population: str = ""  # for every table
    safety: str = "SAFFL"
    baseline: str = "ITTFL"
    efficacy: str = "EFFFL"
    continuous: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    completed: str = ""
    special_interest: str = ""
    tests: bool = True
    baseline_tests: bool = False
    confidence: float = 0.95
    parameters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # of a data set, those to model
    models: tuple[Model, ...] = ()
