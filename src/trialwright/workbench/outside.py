"""Tables that were never recorded here, checked by the same rules as a record: what does not go together in them.

A map (TOML) says which column names the person, and which rows of a table mean a death, a response, an event …, on a
day of a column or not before a day. Nothing is recorded.
"""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Literal, final

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from trialwright.conduct.consistency import Day, Happening, clashes
from trialwright.conduct.cuts import contradictions
from trialwright.vocabulary.errors import MISSING, Complaints, Finding, NotFound, RecordError
from trialwright.vocabulary.events import CutPoint
from trialwright.vocabulary.validated import allowed_by
from trialwright.vocabulary.words import Text
from trialwright.workbench.tables import named_cells
from trialwright.workbench.trials import Trial

What = Literal[
    "death",
    "consent",
    "enrolment",
    "infusion",
    "end",
    "withdrawal",
    "response",
    "relapse",
    "assessment",
    "visit",
    "measurement",
    "event",
    "release",
    "finding",
]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True, populate_by_name=True)


@final
class Meaning(_Part):
    """Which rows of a table mean what, and when it happened."""

    what: What
    column: str
    equals: Annotated[tuple[str, ...] | None, Field(alias="is")] = None  # absent: any row that is not empty
    day: str = ""  # the column of the day: a number counted from the first infusion, or a date
    not_before: int | date | None = None  # where no day is known: the earliest it can have been
    because: Text | None = None

    @model_validator(mode="after")
    def _has_a_day(self) -> Meaning:
        if bool(self.day) == (self.not_before is not None):
            raise ValueError("needs the column of its day, or 'not_before' where no day is known: one of the two")
        return self


@final
class Mapped(_Part):
    """One table and what its columns mean."""

    file: str
    usubjid: str
    happening: Annotated[tuple[Meaning, ...], Field(min_length=1)]


@final
@dataclass(frozen=True, slots=True)
class Checked:
    """What was read, and what in it does not go together."""

    people: int
    happenings: int
    points: tuple[CutPoint, ...]


def check_data(path: Path) -> Checked:
    """Check tables by the map at a path; the tables lie beside it.

    Raises NotFound for a file that is not there, RecordError with every cell that cannot be read.
    """
    happened: list[Happening] = []
    complaints = Complaints()
    for table in _map(path):
        happened += _happenings(path.parent / table.file, table, complaints=complaints)
    complaints.raise_as(RecordError, f"the tables of {path} cannot be read")
    return Checked(len({one.usubjid for one in happened}), len(happened), clashes(happened))


def inconsistencies(trial: Trial, *, on: date | None = None) -> tuple[CutPoint, ...]:
    """What does not go together in a trial's own record, as known now or at the end of a day."""
    return tuple(contradictions(trial.study, trial.state(on=on), on=on or trial.today()))


def _map(path: Path) -> tuple[Mapped, ...]:
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise NotFound(f"there is no map to read at {path} ({error.strerror or error})") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RecordError(f"{path} cannot be read", [Finding("file", MISSING, f"is not TOML: {error}")]) from error
    try:
        return TypeAdapter(tuple[Mapped, ...]).validate_python(content.get("table", ()))
    except ValidationError as error:
        findings = [
            Finding(".".join(["table", *map(str, one["loc"])]), one["input"], allowed_by(one)) for one in error.errors()
        ]
        raise RecordError(f"{path} is not a map of tables", findings) from error


def _happenings(path: Path, table: Mapped, *, complaints: Complaints) -> Iterator[Happening]:
    try:
        rows = list(named_cells(path.read_text(encoding="utf-8-sig")))
    except (OSError, ValueError, csv.Error) as error:
        raise NotFound(f"{path} cannot be read as a CSV table ({error})") from error
    needed = {table.usubjid, *(name for one in table.happening for name in (one.column, one.day) if name)}
    there = set(rows[0][1]) if rows else needed
    for name in sorted(needed - there):
        complaints.unless(
            False, f"{path.name}, line 1", name, f"is not a column; there is {', '.join(map(str, there))}"
        )
    if needed - there:
        return
    for line, row in rows:
        yield from _of_row(row, table, place=f"{path.name}, line {line}", complaints=complaints)


def _of_row(row: Mapping[str, str | None], table: Mapped, *, place: str, complaints: Complaints) -> Iterator[Happening]:
    usubjid = (row[table.usubjid] or "").strip()
    if not complaints.unless(bool(usubjid), place, usubjid, "must name the person"):
        return
    for meaning in table.happening:
        value = (row[meaning.column] or "").strip()
        if not value or (meaning.equals is not None and value not in meaning.equals):
            continue
        if meaning.not_before is not None:
            yield Happening(usubjid, meaning.what, meaning.not_before, value, or_later=True)
            continue
        text = (row[meaning.day] or "").strip()
        day = _day(text)
        if complaints.unless(day is not None or not text, place, text, "must be a day: a whole number, or 2024-01-31"):
            yield from [] if day is None else [Happening(usubjid, meaning.what, day, value)]


def _day(text: str) -> Day | None:
    for read in (int, date.fromisoformat):
        try:
            return read(text)
        except ValueError:
            continue
    return None
