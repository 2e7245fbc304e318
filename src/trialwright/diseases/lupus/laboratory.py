"""The laboratory panel: units, the laboratory's own range, and eGFR by CKD-EPI 2021.

eGFR = 142 · min(Scr/κ, 1)^α · max(Scr/κ, 1)^-1.200 · 0.9938^age (· 1.012 for women), Scr in mg/dL (Inker 2021).
A value is low or high only by the range of the laboratory that measured it; without the range it is not known.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, final

import numpy as np

from trialwright.diseases.lupus import answers
from trialwright.diseases.lupus.choices import asked, written
from trialwright.diseases.lupus.evidence import Columns, Value
from trialwright.diseases.lupus.tables import Recorded, recorded_from, written_in
from trialwright.diseases.lupus.truth import Floats
from trialwright.vocabulary.errors import Complaints, ParameterError
from trialwright.vocabulary.scores import Choice, Items, Point, Question, Rule, Score
from trialwright.vocabulary.words import Text

FILE = "laboratory"
EQUATION = Text(en="creatinine, age and sex (CKD-EPI 2021)", fr="créatinine, âge et sexe (CKD-EPI 2021)")


@final
@dataclass(frozen=True, slots=True)
class Analyte:
    """One quantity: its ADaM code, the unit it is kept in, and the factors from other units."""

    key: str
    paramcd: str
    label: Text
    unit: str
    units: Mapping[str, float] = field(hash=False)


@cache
def analytes() -> Mapping[str, Analyte]:
    """Every analyte of the panel by its name."""
    return {
        key: Analyte(key, line["paramcd"], label=Text(**line["label"]), unit=line["unit"], units=line["units"])
        for key, line in written_in(FILE)["analyte"].items()
    }


def converted(analyte: str, value: float, *, unit: str) -> float:
    """A value in the unit the panel keeps; ParameterError for an analyte or unit it does not know.

    >>> converted("creatinine", 1.0, unit="mg/dL")
    88.4
    """
    known, complaints = analytes(), Complaints()
    near = difflib.get_close_matches(analyte, known, n=1)
    allowed = f"is not in the panel; there is {', '.join(known)}"
    if complaints.unless(analyte in known, "analyte", analyte, allowed, f"Did you mean {near[0]}?" if near else ""):
        units = known[analyte].units
        complaints.unless(unit in units, "unit", unit, f"is not a unit of {analyte}; there is {', '.join(units)}")
    complaints.unless(math.isfinite(value) and value >= 0, "value", value, "must be a number, 0 or more")
    complaints.raise_as(ParameterError, "this value cannot be converted")
    return value * known[analyte].units[unit]


def is_low(value: float | None, *, lower_limit: float | None) -> bool | None:
    """Whether a value lies below the laboratory's range; None when value or range is not known."""
    return None if value is None or lower_limit is None else value < lower_limit


def is_high(value: float | None, *, upper_limit: float | None) -> bool | None:
    """Whether a value lies above the laboratory's range; None when value or range is not known."""
    return None if value is None or upper_limit is None else value > upper_limit


def egfr(creatinine_umol_per_l: Floats, *, age_years: Floats, is_female: Floats) -> Floats:
    """Estimated GFR in mL/min/1.73 m² of adults (Inker 2021); NaN where anything is not known. Shapes alike.

    >>> round(float(egfr(np.array(88.4), age_years=np.array(50.0), is_female=np.array(1.0))), 1)
    68.6
    """
    body = written_in(FILE)["egfr"]
    creatinine = creatinine_umol_per_l / body["umol_per_mg_dl"]
    by_sex = [
        sex["factor"]
        * np.minimum(creatinine / sex["kappa"], 1) ** sex["below_exponent"]
        * np.maximum(creatinine / sex["kappa"], 1) ** body["above_exponent"]
        for sex in (body["male"], body["female"])
    ]
    shared = body["factor"] * body["per_year"] ** age_years
    found: Floats = shared * np.where(is_female == 1, by_sex[1], by_sex[0])
    return np.where(np.isnan(is_female), np.nan, found)


@final
@dataclass(frozen=True, slots=True)
class Egfr:
    """eGFR as an instrument: creatinine, age and sex of one assessment."""

    name: str
    version: str
    paramcd: str
    title: Text
    source: str
    status: Any
    recorded: tuple[Recorded, ...]

    @property
    def keys(self) -> tuple[str, ...]:
        """Everything an assessment may carry."""
        return tuple(recorded.key for recorded in self.recorded)

    @property
    def items(self) -> Sequence[str]:
        """Creatinine, age, sex."""
        return self.keys

    @property
    def scale(self) -> Mapping[str, Sequence[Value]]:
        """Answers from the lowest to the highest eGFR."""
        return {"creatinine_umol_per_l": (400, 120, 60), "age_years": (80, 40, 18), "sex": ("female", "male")}

    @property
    def questions(self) -> Sequence[Question]:
        """What is asked."""
        return asked(self.recorded)

    @property
    def rules(self) -> Sequence[Rule]:
        """The equation."""
        return (Rule("egfr", self.title, rule=EQUATION, source=self.source, status=self.status),)

    @property
    def choices(self) -> Sequence[Choice]:
        """None: the equation leaves nothing open."""
        return ()

    def score(self, items: Items) -> Score:
        """The eGFR of one assessment."""
        columns = answers.one(self, items)
        value = float(_of(columns)[0])
        missing = tuple(key for key in self.keys if items.get(key) is None)
        ends = self._ends(columns)
        point = Point(
            item="egfr",
            label=self.title,
            value="; ".join(f"{key} = {written(items[key])}" for key in self.keys if items.get(key) is not None)
            or None,
            points=None if missing else value,
            rule=EQUATION,
            source=self.source,
            status=self.status,
        )
        return Score(
            instrument=self.name,
            version=self.version,
            value=None if missing else value,
            lower=ends[0] if missing else value,
            upper=ends[1] if missing else value,
            points=(point,),
            not_assessed=missing,
        )

    def score_many(self, assessments: Floats, *, keys: Sequence[str] | None = None) -> Floats:
        """EGFR of a batch; sex is 1 for women, 0 for men. Shapes: (..., K) to (...)."""
        return _of(
            answers.many(self, np.asarray(assessments, dtype=np.float64), keys=self.keys if keys is None else keys)
        )

    def _ends(self, columns: Columns) -> tuple[float, float]:
        """The least and the greatest eGFR that what is missing allows."""
        spans = {each.key: (each.low, each.high) for each in self.recorded}
        corners = [
            _of(
                {
                    key: np.where(np.isnan(column), spans[key][(corner >> place) & 1], column)
                    for place, (key, column) in enumerate(columns.items())
                }
            )
            for corner in range(2 ** len(self.keys))
        ]
        return float(np.min(corners)), float(np.max(corners))


def _of(columns: Columns) -> Floats:
    return egfr(columns["creatinine_umol_per_l"], age_years=columns["age_years"], is_female=columns["sex"])


def instruments() -> tuple[Egfr, ...]:
    """The equation as an instrument."""
    body = written_in(FILE)
    line = body["egfr"]
    return (
        Egfr(
            name=line["name"],
            version=body["version"],
            paramcd=line["paramcd"],
            title=Text(**line["title"]),
            source=line["source"],
            status=line["status"],
            recorded=tuple(recorded_from(key, each) for key, each in body["recorded"].items()),
        ),
    )
