"""Scenarios: named truths a team wants to see its design under, from a file, from the command line, or by default.

A scenario file is TOML, one table per scenario::

    [[scenario]]
    name = { en = "MTD at level 3", fr = "DMT au palier 3" }
    dlt = [0.05, 0.10, 0.25, 0.40, 0.55]
    activity = [0.1, 0.2, 0.3, 0.3, 0.3]   # only for designs that look at activity
    odds_ratio = 1.0                       # between activity and DLT; 1: independent

A top line ``given = [[…], …]`` says with what probability a participant assigned to each level is given no dose, a dose
that counts for level 1, for level 2, … (``Conditions.given``). A table ``[circumstances]`` is for simulations
(``circumstances_file``).
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, final

import numpy as np

from trialwright.numerics.scalars import is_number, is_positive
from trialwright.operating.truths import Truths
from trialwright.protocol.study import Study
from trialwright.vocabulary.errors import MISSING, Complaints, ParameterError
from trialwright.vocabulary.words import Text

BEST_AT = Text(en="Level {level} on target", fr="Palier {level} à la cible")
TOO_TOXIC = Text(en="Every level too toxic", fr="Tous les paliers trop toxiques")
ON_LOGIT = (1.2, 0.9)  # steps of the default scenarios on the logit scale: below the target level, and above it
WITHOUT_TARGET = 0.25  # DLT rate looked for where a design has no target, such as 3+3
FIELDS = ("name", "dlt", "activity", "odds_ratio")


@final
@dataclass(frozen=True, slots=True)
class Scenario:
    """One named truth: DLT rates by level, and activity rates where they matter."""

    name: Text
    dlt: tuple[float, ...]
    activity: tuple[float, ...] = ()
    odds_ratio: float = 1.0

    @property
    def truths(self) -> Truths:
        """As the exact engine takes it."""
        if not self.activity:
            return Truths.of_dlt(self.dlt)
        return Truths.of_activity(dlt=self.dlt, activity=self.activity, odds_ratio=self.odds_ratio)


def together(scenarios: Sequence[Scenario]) -> Truths:
    """The truths of some scenarios, one row each."""
    return Truths(np.concatenate([scenario.truths.cells for scenario in scenarios]))


def default_scenarios(study: Study, *, target: float | None = None) -> tuple[Scenario, ...]:
    """A scenario for each level on target, and one with all of them above, when the team names none.

    The rates lie on a logistic curve through the target: neighbours below are 1.2 apart on the logit scale, above 0.9.
    They are there to look at a design, and say nothing about a product. ``target``: another one than the
    study's; without any, 25 %. Activity, where the design looks at it, rises evenly from 20 % to 60 %.
    """
    aimed = study.target if target is None else target
    target = WITHOUT_TARGET if aimed is None else aimed
    levels = len(study.dosing.amounts)
    activity: tuple[float, ...] = ()
    if study.design.looks_at == "counts with activity":
        activity = tuple(round(float(rate), 3) for rate in np.linspace(0.2, 0.6, levels))
    best = [
        Scenario(Text(en=BEST_AT.en.format(level=level), fr=BEST_AT.fr.format(level=level)), dlt, activity)
        for level in range(1, levels + 1)
        for dlt in [_curve(target, levels=levels, best=level)]
    ]
    return (*best, Scenario(TOO_TOXIC, _curve(target, levels=levels, best=-0.5), activity))


def _curve(target: float, *, levels: int, best: float) -> tuple[float, ...]:
    away = np.arange(1, levels + 1) - best
    logits = np.log(target / (1 - target)) + away * np.where(away < 0, *ON_LOGIT)
    return tuple(round(float(rate), 3) for rate in 1 / (1 + np.exp(-logits)))


@final
@dataclass(frozen=True, slots=True)
class ScenarioFile:
    """What a scenario file holds; ``circumstances`` as it stands there, for ``circumstances_file``."""

    scenarios: tuple[Scenario, ...]
    given: tuple[tuple[float, ...], ...] = ()
    circumstances: Mapping[str, Any] = field(default_factory=dict)


def parse_scenarios(content: bytes, *, levels: int, name: str = "the scenario file") -> tuple[Scenario, ...]:
    """The scenarios of a file; ParameterError with every finding."""
    return parse_scenario_file(content, levels=levels, name=name).scenarios


def parse_scenario_file(content: bytes, *, levels: int, name: str = "the scenario file") -> ScenarioFile:
    """Everything a scenario file holds; ParameterError with every finding."""
    complaints = Complaints()
    try:
        tables = tomllib.loads(content.decode())
    except (ValueError, RecursionError) as error:  # not UTF-8, not TOML, a number of thousands of digits
        complaints.unless(False, "file", MISSING, f"is not a TOML file: {error}")
        complaints.raise_as(ParameterError, f"{name} cannot be read")
    allowed = "may hold given, circumstances and [[scenario]] tables only"
    complaints.unless(set(tables) <= {"scenario", "given", "circumstances"}, "file", ", ".join(tables), allowed)
    found = read_scenario_tables(tables, levels=levels, complaints=complaints)
    complaints.raise_as(ParameterError, f"{name} cannot be read")
    assert found is not None
    return found


def read_scenario_tables(tables: Mapping[str, Any], *, levels: int, complaints: Complaints) -> ScenarioFile | None:
    """The scenarios, doses given and circumstances among the tables of a file; None with the findings."""
    before = len(complaints.findings)
    listed = tables.get("scenario", [])
    fine = isinstance(listed, list) and len(listed) > 0 and all(isinstance(one, dict) for one in listed)
    complaints.unless(fine, "scenario", MISSING, "must be there at least once", "begin each with [[scenario]]")
    given = tables.get("given", [])
    rows = isinstance(given, list) and all(isinstance(row, list) and all(map(is_number, row)) for row in given)
    complaints.unless(rows, "given", given, "must list one row of probabilities for each level")
    circumstances = tables.get("circumstances", {})
    complaints.unless(isinstance(circumstances, dict), "circumstances", circumstances, "must be a table")
    found = [
        _scenario(one, place=f"scenario[{row}]", levels=levels, complaints=complaints)
        for row, one in enumerate(listed if fine else [], start=1)
    ]
    if len(complaints.findings) > before:
        return None
    return ScenarioFile(
        scenarios=tuple(scenario for scenario in found if scenario is not None),
        given=tuple(tuple(map(float, row)) for row in given),
        circumstances=circumstances,
    )


def _scenario(table: Mapping[str, Any], *, place: str, levels: int, complaints: Complaints) -> Scenario | None:
    before = len(complaints.findings)
    for unknown in set(table) - set(FIELDS):
        near = difflib.get_close_matches(unknown, FIELDS, n=1)
        remedy = f"did you mean {near[0]}?" if near else "remove it"
        complaints.unless(False, f"{place}.{unknown}", table[unknown], "is not known here", remedy)
    text = _name(table.get("name", MISSING), place=place, complaints=complaints)
    for outcome in ("dlt", "activity"):
        if outcome == "activity" and outcome not in table:
            continue
        rates = table.get(outcome, MISSING)
        fine = isinstance(rates, list) and len(rates) == levels and all(is_number(p) and 0 <= p <= 1 for p in rates)
        complaints.unless(fine, f"{place}.{outcome}", rates, f"must list {levels} rates between 0 and 1, one per level")
    ratio = table.get("odds_ratio", 1.0)
    complaints.unless(is_positive(ratio), f"{place}.odds_ratio", ratio, "must be above 0", "1 is independence")
    if len(complaints.findings) > before or text is None:
        return None
    return Scenario(text, tuple(table["dlt"]), tuple(table.get("activity", ())), float(ratio))


def _name(given: Any, *, place: str, complaints: Complaints) -> Text | None:
    if isinstance(given, str) and given:
        return Text.literally(given, given)
    both = (
        isinstance(given, dict) and set(given) == {"en", "fr"} and all(isinstance(v, str) and v for v in given.values())
    )
    complaints.unless(both, f"{place}.name", given, "must be a text, or one for en and one for fr")
    return Text.literally(given["en"], given["fr"]) if both else None
