"""Analytes: what a test measures, by any of its names, and what its conversion needs."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from importlib import resources
from typing import final

from trialwright.conduct.names import same
from trialwright.conduct.units import Substance
from trialwright.protocol.study import Study


@final
@dataclass(frozen=True, slots=True)
class Analyte:
    """What is measured: its names, its molar mass (g/mol) and valence where known, and how sure those are."""

    key: str
    names: tuple[str, ...]
    substance: Substance
    source: str
    status: str


def packaged(name: str) -> list[dict[str, str]]:
    """The rows of a packaged table."""
    text = resources.files(__package__).joinpath("data", name).read_text("utf-8")
    return list(csv.DictReader(text.splitlines()))


@cache
def analytes() -> Mapping[str, Analyte]:
    """Every analyte by its key."""
    found = {}
    for row in packaged("analytes.csv"):
        names = (row["analyte"], row["name_en"], row["name_fr"], *row["other_names"].split(";"))
        mass = Fraction(row["molar_mass"]) if row["molar_mass"] else None
        substance = Substance(molar_mass=mass, valence=int(row["valence"]) if row["valence"] else None)
        known = tuple(dict.fromkeys(same(name) for name in names if name))
        found[row["analyte"]] = Analyte(row["analyte"], known, substance, row["source"], row["status"])
    return found


@cache
def _by_name() -> Mapping[str, Analyte]:
    return {name: analyte for analyte in analytes().values() for name in analyte.names}


def analyte_named(name: str) -> Analyte | None:
    """The analyte a name stands for; None where no analyte is called so."""
    return _by_name().get(same(name))


def analyte_of(study: Study, test: str) -> Analyte | None:
    """What a test of this trial measures: as the protocol says, else by its name."""
    for declared in study.laboratory:
        if same(test) in (same(declared.name.en), same(declared.name.fr)):
            return analytes().get(declared.analyte) or analyte_named(declared.name.en)
    return analyte_named(test)
