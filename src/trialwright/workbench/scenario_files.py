"""Scenarios as a person gives them: a file, rates typed on a command line, or none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from trialwright.operating.scenarios import Scenario, ScenarioFile, default_scenarios, parse_scenario_file
from trialwright.protocol import Study
from trialwright.vocabulary.errors import Complaints, ParameterError
from trialwright.vocabulary.words import Text
from trialwright.workbench.files import read_file

ONLY_SIMULATED = ("leavers", "committee")  # circumstances that change exact characteristics, which do not know them


def scenarios_for(
    study: Study, path: Path | None, *, typed: Sequence[str] = (), target: float | None = None
) -> ScenarioFile:
    """What is asked for: rates typed ("0.05,0.10,0.25") and a file; without either, a level on target at a time."""
    levels = len(study.dosing.amounts)
    named = _typed(typed, levels=levels)
    if path is None:
        return ScenarioFile(named or default_scenarios(study, target=target))
    found = parse_scenario_file(read_file(path, what="scenario file"), levels=levels, name=str(path))
    return replace(found, scenarios=(*named, *found.scenarios))


def exact_scenarios(
    study: Study, path: Path | None, *, typed: Sequence[str] = (), target: float | None = None
) -> ScenarioFile:
    """The same for exact characteristics: ParameterError where the file asks for what only a simulation knows.

    Accrual, time to DLT and infusion days change nothing where everybody is settled before the next decision.
    """
    found, complaints = scenarios_for(study, path, typed=typed, target=target), Complaints()
    for name in ONLY_SIMULATED:
        there = name in found.circumstances
        remedy = "take it out here, or ask trialwright simulate"
        allowed = "is not known to exact characteristics"
        complaints.unless(not there, f"circumstances.{name}", found.circumstances.get(name), allowed, remedy)
    complaints.raise_as(ParameterError, f"{path} asks for more than exact characteristics can tell")
    return found


def _typed(truths: Sequence[str], *, levels: int) -> tuple[Scenario, ...]:
    """Truths as typed on a command line."""
    complaints, found = Complaints(), []
    for typed in truths:
        try:
            rates = [float(part) for part in typed.replace(";", ",").split(",")]
        except ValueError:
            rates = []
        fine = len(rates) == levels and all(0 <= rate <= 1 for rate in rates)
        allowed = f"must give {levels} rates between 0 and 1, as in 0.05,0.10,0.25"
        if complaints.unless(fine, "truth", typed, allowed):
            name = " – ".join(f"{rate:g}" for rate in rates)
            found.append(Scenario(Text(en=name, fr=name.replace(".", ",")), tuple(rates)))
    complaints.raise_as(ParameterError, "the truths cannot be read")
    return tuple(found)
