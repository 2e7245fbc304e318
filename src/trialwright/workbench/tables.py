"""CSV tables a team fills in: read with every finding at once, written from the protocol so that nothing is guessed.

A cell left empty says nothing. ``?``, ``unknown`` and ``inconnu`` say: looked for, and not known.
"""

from __future__ import annotations

import csv
import io
import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import final

from trialwright.vocabulary.errors import Complaints, Finding, NotFound, RecordError

YES, NO = ("yes", "oui", "true", "y", "o"), ("no", "non", "false", "n")
UNKNOWN = ("?", "unknown", "inconnu", "inconnue", "nk")
SIZE = 10_000_000  # bytes


@final
@dataclass(slots=True)
class Row:
    """One line of a table; what cannot be read is noted and answered with None."""

    line: int
    cells: Mapping[str, str]
    complaints: Complaints = field(repr=False)

    def text(self, name: str) -> str:
        """The text of a cell, nothing where it is empty."""
        return self.cells.get(name, "").strip()

    def number(self, name: str) -> float | None:
        """A number, with a point or a comma; None where the cell is empty or not known."""
        text = self.text(name)
        if not text or self.unknown(name):
            return None
        try:
            value = float(text.replace(",", ".").replace(" ", "").replace("\u00a0", "").replace("\u202f", ""))
        except ValueError:
            value = float("nan")
        fine = abs(value) < float("inf")
        self.complain(fine, name, allowed="must be a number, as in 2.5")
        return value if fine else None

    def day(self, name: str) -> date | None:
        """A day; None where the cell is empty."""
        text = self.text(name)
        try:
            return date.fromisoformat(text) if text else None
        except ValueError:
            self.complain(False, name, allowed="must be a day, as in 2024-01-31")
            return None

    def truth(self, name: str) -> bool | None:
        """Yes or no; None where the cell is empty or not known."""
        text = self.text(name).casefold()
        if text in YES or text in NO:
            return text in YES
        self.complain(not text or text in UNKNOWN, name, allowed="must be yes or no, or ? for not known")
        return None

    def unknown(self, name: str) -> bool:
        """Whether the cell says that it was looked for, and is not known."""
        return self.text(name).casefold() in UNKNOWN

    def complain(self, fine: bool, name: str, *, allowed: str) -> None:
        """Note a finding about a cell, unless fine."""
        self.complaints.unless(fine, f"line {self.line}.{name}", self.text(name), allowed)


def read_rows(
    path: Path, *, columns: Sequence[str], unused: Sequence[str] = (), complaints: Complaints
) -> tuple[Row, ...]:
    """The rows of a CSV file with these columns, separated by commas or semicolons; empty lines are left out.

    ``unused``: columns that may be there too, although nobody is asked for them. Raises NotFound when it cannot be
    read; RecordError when its columns are not these.
    """
    try:
        if path.stat().st_size > SIZE:
            raise RecordError(f"{path} cannot be read", [Finding("file", path.name, "is larger than 10 MB")])
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise NotFound(f"{path} cannot be read as UTF-8 text ({error})") from error
    return rows_of(text, columns=columns, unused=unused, complaints=complaints)


def lines_of(text: str) -> list[tuple[int, list[str]]]:
    """The lines of a CSV text with their numbers, parted by semicolons where its first line has more of them.

    csv.Error when it is none.
    """
    first = text.partition("\n")[0]
    sign = ";" if first.count(";") > first.count(",") else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=sign, strict=True)
    return [(reader.line_num, cells) for cells in reader]


def rows_of(
    text: str, *, columns: Sequence[str], unused: Sequence[str] = (), complaints: Complaints
) -> tuple[Row, ...]:
    """The rows of a CSV text; see ``read_rows``."""
    try:
        lines = lines_of(text)
    except csv.Error as error:
        raise RecordError("the table cannot be read", [Finding("file", "", f"is not CSV: {error}")]) from error
    names = [name.strip() for name in lines[0][1]] if lines else []
    unknown = [
        Finding("line 1", name, f"is not a column; there is {', '.join(columns)}")
        for name in names
        if name not in (*columns, *unused)
    ]
    if unknown or not names:
        nothing = [Finding("line 1", "", f"must name the columns: {', '.join(columns)}")]
        raise RecordError("the table cannot be read", unknown or nothing)
    rows = []
    for number, cells in lines[1:]:
        if not any(cell.strip() for cell in cells):
            continue
        extra = len(cells) > len(names)
        complaints.unless(not extra, f"line {number}", len(cells), f"holds more than the {len(names)} columns named")
        rows.append(Row(number, dict(zip(names, cells, strict=False)), complaints))
    return tuple(rows)


def named_cells(text: str) -> Iterator[tuple[int, dict[str, str | None]]]:
    """Every line after the first as cells by the name of their column, with its number; empty lines are left out.

    None stands for a cell that a short line does not have. ValueError for a line with more cells than names, csv.Error
    for what is no CSV.
    """
    lines = lines_of(text)
    names = [name.strip() for name in lines[0][1]] if lines else []
    for number, cells in lines[1:]:
        if len(cells) > len(names):
            raise ValueError(f"line {number} has more cells than the first line has names")
        if cells:
            yield number, dict(itertools.zip_longest(names, cells))


def written(columns: Sequence[str], rows: Iterable[Mapping[str, str]]) -> str:
    """A CSV text."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()
