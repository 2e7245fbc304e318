"""CSV files of adverse events: which columns a protocol asks for, and what their lines say.

A cell left empty says nothing; ``?`` and ``unknown`` say the same, for people. Several values of one cell are parted by
``|``. Commas or semicolons part the cells.
"""

from __future__ import annotations

import csv
import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from trialwright.protocol import Study
from trialwright.vocabulary import ctcae
from trialwright.vocabulary.errors import Complaints, NotFound, RecordError
from trialwright.vocabulary.events import (
    AdverseEventCoded,
    CausalityAssessed,
    Event,
    ExpectednessAssessed,
    SafetyReportSent,
)
from trialwright.workbench.tables import lines_of

WORDS = {"yes": True, "oui": True, "true": True, "no": False, "non": False, "false": False}
UNKNOWN = "unknown"
NOTHING = ("", "?", "unknown", "inconnu", "inconnue")
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
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise NotFound(f"{path} cannot be read as UTF-8 text ({error})") from error
    try:
        lines = lines_of(text)
    except csv.Error as error:
        raise NotFound(f"{path} cannot be read as CSV ({error})") from error
    names = [name.strip() for name in lines[0][1]] if lines else []
    every = [*known, *(one.name for one in dataclasses.fields(kind))]  # type: ignore[arg-type]
    head = Complaints()
    head.unless(bool(names), "line 1", text.partition("\n")[0], f"must name the columns: {', '.join(known)}")
    for name in names:
        head.unless(name in every, "line 1", name, f"is not a column; there is {', '.join(known)}")
    head.raise_as(RecordError, f"{path.name} cannot be read; nothing was recorded")
    rows = []
    for line, cells in lines[1:]:
        fine = len(cells) <= len(names)
        complaints.unless(fine, f"line {line}", len(cells), f"holds more than the {len(names)} columns named")
        facts = dict(zip(names, (cell.strip() for cell in cells), strict=False))
        told = {name: cell for name, cell in facts.items() if cell.casefold() not in NOTHING or _judged(name, cell)}
        if told:
            rows.append((line, {name: _read(name, told[name], line=line, complaints=complaints) for name in told}))
    return rows


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
    known = cell.casefold() in WORDS
    complaints.unless(known, f"line {line}.{name}", cell, "must be yes or no, or empty where it is not known")
    return WORDS.get(cell.casefold())
