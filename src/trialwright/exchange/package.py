"""A folder of data sets in the shape of ADaM, read whole: every file once, all that is wrong told at once."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import final

import pandas as pd

from trialwright.analysis.adam.demographics import CONTINUOUS
from trialwright.analysis.adam.notes import Coercion, FileRead
from trialwright.analysis.adam.trial import AdamError
from trialwright.exchange.coerce import make_sense
from trialwright.exchange.dataset_json import read_compressed, read_json, read_lines
from trialwright.exchange.mapping import Mapped
from trialwright.exchange.parquet import read_parquet
from trialwright.exchange.separated import read_separated
from trialwright.exchange.table import Table, Unreadable, Wanted, everything
from trialwright.exchange.transport import read_transport
from trialwright.vocabulary.errors import MISSING, Complaints, Finding

READERS: Mapping[str, Callable[[Path, Wanted], Table]] = {
    ".xpt": read_transport,
    ".json": read_json,
    ".ndjson": read_lines,
    ".dsjc": read_compressed,
    ".csv": read_separated,
    ".parquet": read_parquet,
}
HEADLINE = "These data sets cannot be read"
_USED = (
    "USUBJID TRTP TRTPN TRTA TRTAN SITEGR1 SAFFL ITTFL EFFFL PARAM PARAMCD PARAMN AVAL AVALC AVALU BASE CHG AVISIT "
    "AVISITN ATPT ATPTN ADT ADY VISITNUM ABLFL ANL01FL DTYPE AENTMTFL ANRIND BNRIND ATOXGR BTOXGR CNSR PARAMU SRCDOM "
    "AEBODSYS AESOC AEDECOD AETERM AESEV ASEV AETOXGR AESER AEREL AEREL1 ARELGR1 AEACN AEOUT AESDTH TRTEMFL "
    "ASTDT"
)
USED = frozenset(_USED.split())
OF_KIND = re.compile(r"CRIT\d+(FL)?|(CQ|SMQ)\d+N(?:AM)")


@final
@dataclass(frozen=True, slots=True)
class Package:
    """Data sets made sense of, with what was read, what was changed, and which files were not read."""

    datasets: Mapping[str, pd.DataFrame]
    labels: Mapping[str, str]
    files: tuple[FileRead, ...]
    coercions: tuple[Coercion, ...]
    not_read: tuple[str, ...]


def read_package(folder: Path, mapped: Mapped) -> Package:
    """Every data set of a folder; `AdamError` with all findings where something cannot be read."""
    wrong = Complaints()
    chosen, others = _files(folder, mapped, wrong=wrong)
    datasets: dict[str, pd.DataFrame] = {}
    labels: dict[str, str] = {}
    files, coercions = list[FileRead](), list[Coercion]()
    for name, path in chosen.items():
        table = _read(name, path, mapped=mapped, wrong=wrong)
        if table is None:
            continue
        numbers = frozenset(mapped.numbers.get(name, ())) | _model_columns(mapped)
        numbers |= {*CONTINUOUS, *mapped.settings.continuous} if name == "ADSL" else frozenset()
        sense = make_sense(table, numbers=numbers, missing=mapped.missing)
        wrong.add(sense.findings)
        coercions += sense.coercions
        datasets[name] = sense.frame
        labels |= {f"{name}.{column}": label for column, label in table.labels.items()}
        labels |= _titles(sense.frame, name)
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        files.append(FileRead(name, path.name, len(sense.frame), len(sense.frame.columns), digest))
    wrong.raise_as(AdamError, HEADLINE)
    return Package(datasets, labels, tuple(files), tuple(coercions), others)


def _files(folder: Path, mapped: Mapped, *, wrong: Complaints) -> tuple[dict[str, Path], tuple[str, ...]]:
    """The file of each data set, and the files that are none."""
    if not folder.is_dir():
        raise AdamError(HEADLINE, [Finding(str(folder), MISSING, "must be a folder with data sets")])
    found: dict[str, list[Path]] = {}
    others = []
    named = {file: name for name, file in mapped.datasets.items()}
    for path in sorted(folder.iterdir()):
        if not path.is_file() or path.name.startswith("."):
            continue
        name = named.get(path.name) or path.stem.upper()
        if path.suffix.lower() not in READERS or not (path.name in named or name.startswith("AD")):
            others.append(path.name)
        elif path.name in named or name not in mapped.datasets:
            found.setdefault(name, []).append(path)
    for name, file in mapped.datasets.items():
        wrong.unless((folder / file).is_file(), f"datasets.{name}", file, f"must be a file in {folder.name}")
    for name, paths in found.items():
        files = ", ".join(path.name for path in paths)
        remedy = f'keep one, or name it: [datasets] {name} = "{paths[0].name}"'
        wrong.unless(len(paths) == 1, name, files, "must be one file", remedy)
    if not found and not wrong.findings:
        kinds = ", ".join(READERS)
        wrong.unless(False, str(folder), MISSING, f"must hold data sets named AD… ({kinds})", "see --map")
    return {name: paths[0] for name, paths in sorted(found.items())}, tuple(others)


def _read(name: str, path: Path, *, mapped: Mapped, wrong: Complaints) -> Table | None:
    """A file as a table with ADaM's names."""
    renamed = {column: adam for adam, column in mapped.columns.get(name, {}).items()}
    wished = USED | _model_columns(mapped) | set(mapped.numbers.get(name, ())) | {mapped.settings.special_interest}

    def wanted(column: str) -> bool:
        return column in wished or column in renamed or bool(OF_KIND.fullmatch(column))

    try:
        table = READERS[path.suffix.lower()](path, everything if name == "ADSL" else wanted)
    except Unreadable as why:
        wrong.unless(False, path.name, why.value, why.allowed, why.remedy)
        return None
    there = set(map(str, table.frame.columns))
    for column, adam in renamed.items():
        wrong.unless(column in there, f"columns.{name}.{adam}", column, f"must be a column of {path.name}")
    if len(there) < len(table.frame.columns):
        wrong.unless(False, path.name, MISSING, "must have different column names, whatever their case")
        return None
    replaced = [adam for column, adam in renamed.items() if adam in there and column in there and adam != column]
    return _renamed(table, name, renamed=renamed, without=replaced)


def _renamed(table: Table, name: str, *, renamed: Mapping[str, str], without: list[str]) -> Table:
    frame = table.frame.drop(columns=without).rename(columns=dict(renamed))

    def new(names: frozenset[str]) -> frozenset[str]:
        return frozenset(renamed.get(one, one) for one in names)

    return Table(
        name=name,
        path=table.path,
        frame=frame,
        labels={renamed.get(column, column): label for column, label in table.labels.items()},
        dates=new(table.dates),
        seconds=new(table.seconds),
        numbers=new(table.numbers),
        typed=table.typed,
        decoded={renamed.get(column, column): count for column, count in table.decoded.items()},
    )


def _model_columns(mapped: Mapped) -> frozenset[str]:
    """Columns that only the models ask for; those of factors stay text."""
    numbers = set[str]()
    for model in mapped.settings.models:
        numbers |= {model.response or "", *(model.covariates or ()), model.dose or ""}
    return frozenset(numbers - {""})


def _titles(frame: pd.DataFrame, name: str) -> dict[str, str]:
    """What each parameter is called."""
    if not {"PARAM", "PARAMCD"} <= set(frame):
        return {}
    once = frame[["PARAMCD", "PARAM"]].drop_duplicates("PARAMCD").astype(str)
    return {f"{name}/{code}": title for code, title in zip(once["PARAMCD"], once["PARAM"], strict=True)}
