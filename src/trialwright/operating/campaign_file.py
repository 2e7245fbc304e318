"""A campaign as a file: protocols, designs in their place, settings and scenarios, all against all.

::

    trials = 10000
    seed = 1

    [[study]]
    protocol = "protocol.toml"      # beside this file

    [[study]]
    name = "BOIN"
    protocol = "protocol.toml"
    design = "boin"                 # in the place of the protocol's own
    parameters = { }                # what is changed of it

    [[setting]]
    name = "one a week"
    accrual = 7                     # circumstances, as in a scenario file; also at_most, after_each, cohorts

    [[scenario]]                    # as in a scenario file; also given = [[…], …] at the top
    name = "MTD at level 3"
    dlt = [0.05, 0.12, 0.25]
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, final

from trialwright.numerics.scalars import is_count
from trialwright.operating.campaign import Campaign, RunAs
from trialwright.operating.circumstances_file import read_circumstances
from trialwright.operating.conditions import Conditions
from trialwright.operating.scenarios import Scenario, ScenarioFile, read_scenario_tables
from trialwright.operating.variants import own_parameters, with_design
from trialwright.protocol.study import Study
from trialwright.vocabulary.errors import MISSING, Complaints, ParameterError

TOP = ("trials", "seed", "study", "setting", "scenario", "given")
STUDY = ("name", "protocol", "design", "parameters")
CONDITIONS = ("at_most", "after_each", "cohorts")
Reader = Callable[[str], Study]  # a protocol, by its path as it stands in the file


@final
@dataclass(frozen=True, slots=True)
class CampaignFile:
    """A campaign, and its scenarios with their names in every language, by the name they have in the campaign."""

    campaign: Campaign
    scenarios: Mapping[str, Scenario]


def parse_campaign(content: bytes, *, read: Reader, name: str = "the campaign file") -> CampaignFile:
    """The campaign a file describes; ParameterError with every finding. ``read`` reads the protocols it names."""
    complaints, headline = Complaints(), f"{name} is no campaign yet"
    try:
        tables = tomllib.loads(content.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        complaints.unless(False, "file", MISSING, f"is not a TOML file: {error}")
        complaints.raise_as(ParameterError, headline)
    for key in set(tables) - set(TOP):
        complaints.unless(False, key, tables[key], f"is not known here; there is {', '.join(TOP)}")
    for key, least in (("trials", 1), ("seed", 0)):
        value = tables.get(key, MISSING)
        complaints.unless(is_count(value, least=least), key, value, f"must be a whole number of {least} or more")
    studies = _studies(_listed(tables, "study", complaints=complaints), read=read, complaints=complaints)
    settings = _listed(tables, "setting", complaints=complaints)
    complaints.raise_as(ParameterError, headline)
    levels = len(next(iter(studies.values())).dosing.amounts)
    told = {key: value for key, value in tables.items() if key in ("scenario", "given")}
    found = read_scenario_tables(told, levels=levels, complaints=complaints)
    run_as = _settings(settings, given=found.given if found else (), complaints=complaints)
    scenarios = _named(found, complaints)
    complaints.raise_as(ParameterError, headline)
    truths = {key: scenario.truths for key, scenario in scenarios.items()}
    return CampaignFile(Campaign(studies, truths, run_as, tables["trials"], tables["seed"]), scenarios)


def _listed(tables: Mapping[str, Any], key: str, *, complaints: Complaints) -> list[dict[str, Any]]:
    listed = tables.get(key, [])
    fine = isinstance(listed, list) and len(listed) > 0 and all(isinstance(one, dict) for one in listed)
    complaints.unless(fine, key, MISSING, "must be there at least once", f"begin each with [[{key}]]")
    return listed if fine else []


def _studies(listed: Sequence[Mapping[str, Any]], *, read: Reader, complaints: Complaints) -> dict[str, Study]:
    studies: dict[str, Study] = {}
    for number, table in enumerate(listed, start=1):
        place = f"study[{number}]"
        for key in set(table) - set(STUDY):
            complaints.unless(False, f"{place}.{key}", table[key], f"is not known here; there is {', '.join(STUDY)}")
        protocol = table.get("protocol", MISSING)
        if not complaints.unless(isinstance(protocol, str), f"{place}.protocol", protocol, "must name a protocol file"):
            continue
        study = read(str(protocol))
        design, changed = table.get("design", study.design_name), table.get("parameters", {})
        if not complaints.unless(isinstance(changed, dict), f"{place}.parameters", changed, "must be a table"):
            continue
        try:
            study = with_design(study, str(design), parameters={**own_parameters(study, str(design)), **changed})
        except ParameterError as error:
            complaints.add(finding.within(place) for finding in error.findings)
        _add(studies, str(table.get("name", design)), what=study, place=place, complaints=complaints)
    return studies


def _settings(
    listed: Sequence[Mapping[str, Any]], *, given: tuple[tuple[float, ...], ...], complaints: Complaints
) -> dict[str, RunAs]:
    settings: dict[str, RunAs] = {}
    for number, table in enumerate(listed, start=1):
        place = f"setting[{number}]"
        told = {key: value for key, value in table.items() if key not in (*CONDITIONS, "name")}
        circumstances = read_circumstances(told, complaints=complaints, place=place)
        try:
            conditions = Conditions(**{key: table[key] for key in CONDITIONS if key in table}, given=given)
        except ParameterError as error:
            complaints.add(finding.within(place) for finding in error.findings)
            continue
        if circumstances is not None:
            run_as = RunAs(circumstances, conditions)
            _add(settings, str(table.get("name", number)), what=run_as, place=place, complaints=complaints)
    return settings


def _named(found: ScenarioFile | None, complaints: Complaints) -> dict[str, Scenario]:
    scenarios: dict[str, Scenario] = {}
    for number, scenario in enumerate(found.scenarios if found else (), start=1):
        place = f"scenario[{number}]"
        _add(scenarios, scenario.name.said("en"), what=scenario, place=place, complaints=complaints)
    return scenarios


def _add(names: dict[str, Any], name: str, *, what: Any, place: str, complaints: Complaints) -> None:
    allowed = "must be another name than those before it"
    if complaints.unless(name not in names, f"{place}.name", name, allowed):
        names[name] = what
