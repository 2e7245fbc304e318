"""CSV files of adverse events: which columns a protocol asks for, and what their lines say.

A cell left empty says nothing; ``?`` and ``unknown`` say the same, for people. Several values of one cell are parted by
``|``. Commas or semicolons part the cells.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from trialwright.protocol import Study
from trialwright.vocabulary import ctcae
from trialwright.vocabulary.errors import Complaints
from trialwright.vocabulary.events import (
    AdverseEventCoded,
    CausalityAssessed,
    Event,
    ExpectednessAssessed,
    SafetyReportSent,
)
from trialwright.workbench import tables

UNKNOWN = "unknown"
NOTHING = ("", *tables.UNKNOWN)
LISTS = ("seriousness",)
TRUTHS = (
    "related",
    "serious",
    "after_relapse",
    "expected",
    "meaningful",
    "preexisting",
    "dlt",
    "complete",
)
NOT_TYPED = ("naranjo", "soc", "causality")  # of a report: the first two come later, by judging and by coding


def columns(study: Study, kind: type[Event]) -> tuple[str, ...]:
    """The columns of a file for one kind of event: its fields, without those that this protocol has no use for."""
    names = [one.name for one in dataclasses.fields(kind)]  # type: ignore[arg-type]
    if kind is AdverseEventCoded:
        return ("ae", "term", *(name for name in names if name != "ae"))
    if kind in (CausalityAssessed, ExpectednessAssessed, SafetyReportSent):
        return tuple(name for name in names if name != "naranjo")
    unused = set(NOT_TYPED)
    unused |= set() if study.safety.ctcae == ctcae.VERSION else {"ctcae_term"}
    unused |= set() if study.dlt.needs_meaning else {"meaningful"}
    unused |= set() if study.clocks else {"aware_on", "sponsor_aware_on"}
    several = any(level.infusions > 1 for level in study.dose_levels)
    unused |= set() if several else {"infusion_number"}
    return tuple(name for name in names if name not in unused)


def read_facts(
    path: Path, *, kind: type[Event], known: Sequence[str], complaints: Complaints
) -> list[tuple[int, dict[str, Any]]]:
    """The lines of a file as facts of events, each with its number; empty cells and empty lines are left out.

    NotFound when it cannot be read; RecordError names columns that are not known; cells that cannot be read are noted.
    """
    unused = tuple(one.name for one in dataclasses.fields(kind) if one.name not in known)  # type: ignore[arg-type]
    facts = []
    for row in tables.read_rows(path, columns=known, unused=unused, complaints=complaints):
        read = {name: row.text(name) for name in row.cells}
        told = {name: cell for name, cell in read.items() if cell.casefold() not in NOTHING or _judged(name, cell)}
        if told:
            each = {name: _read(name, told[name], line=row.line, complaints=complaints) for name in told}
            facts.append((row.line, each))
    return facts


def _judged(name: str, cell: str) -> bool:
    """Whether a cell says that the relation was looked at, and cannot be judged: a judgement too."""
    return name == "related" and cell != ""


def _read(name: str, cell: str, *, line: int, complaints: Complaints) -> Any:
    if name in LISTS:
        return [part.strip() for part in cell.split("|") if part.strip()]
    if name not in TRUTHS:
        return cell
    if cell.casefold() in NOTHING:
        return UNKNOWN
    return tables.Row(line, {name: cell}, complaints).truth(name)
