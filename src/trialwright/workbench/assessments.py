"""A file of assessments, read: rows of a CSV or Excel sheet as answers to the questions of an instrument.

An empty cell was not assessed. Nothing is repaired: what is not an answer is a finding with its row and column.
"""

from __future__ import annotations

import csv
import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, final

from trialwright.vocabulary.errors import MISSING, Complaints, NotFound, ParameterError, TrialError
from trialwright.vocabulary.scores import Question
from trialwright.vocabulary.words import Language, Text, plain
from trialwright.workbench.tables import lines_of

WHO = ("usubjid", "visit", "visit_date")  # the columns that say whose assessment it is, and when; all optional
NOT_DONE = frozenset({"", "nd", "na", "n/a", ".", "nan", "not done", "non fait"})
YES, NO = frozenset({"yes", "y", "true", "1", "oui", "o", "vrai"}), frozenset({"no", "n", "false", "0", "non", "faux"})
EARLIER = ("previous", "baseline")
COMMENT = "#"
KINDS = {
    "yes-no": Text(en="yes or no", fr="oui ou non"),
    "number": Text(en="{low} to {high}", fr="{low} à {high}"),
    "count": Text(en="whole number, {low} to {high}", fr="nombre entier, {low} à {high}"),
    "code": Text(en="{codes}", fr="{codes}"),
}


@final
@dataclass(frozen=True, slots=True)
class Row:
    """One row as read: its number in the file, and its cells by column."""

    number: int
    cells: Mapping[str, str]

    def said(self, name: str) -> str:
        """The cell of a column, whatever the case of its name; empty where there is none."""
        return next((cell for column, cell in self.cells.items() if column.lower() == name), "").strip()


def allowed(question: Question, language: Language = "en") -> str:
    """How a question may be answered, in words."""
    low, high = (plain(end, language) for end in (question.low, question.high))
    return KINDS[question.kind].said(language, low=low, high=high, codes=", ".join(question.codes))


def rows_of(path: Path) -> Iterator[Row]:
    """The rows of a file below its header; comment lines (their first cell is #) are left out."""
    lines = _sheet(path) if path.suffix.lower() in (".xlsx", ".xlsm") else _text(path)
    header: list[str] | None = None
    for number, line in enumerate(lines, start=1):
        if not any(cell.strip() for cell in line) or line[0].strip() == COMMENT:
            continue
        if header is None:
            header = [cell.strip() for cell in line]
            _check_header(header, path=path)
            continue
        _check_width(line, header, number=number, path=path)
        yield Row(number, dict(zip(header, [*line, *[""] * len(header)], strict=False)))
    if header is None:
        raise NotFound(f"{path} is empty; `trialwright score … --template` writes a file with a header")


def _check_header(header: Sequence[str], *, path: Path) -> None:
    complaints = Complaints()
    for name in dict.fromkeys(name for name in header if name):
        count = header.count(name)
        complaints.unless(count == 1, name, MISSING, f"stands {count} times in the header", "Keep one of the columns")
    complaints.raise_as(ParameterError, f"{path} cannot be read")


def _check_width(line: Sequence[str], header: Sequence[str], *, number: int, path: Path) -> None:
    complaints, beyond = Complaints(), [cell for cell in line[len(header) :] if cell.strip()]
    allowed = f"stands beyond the last of {len(header)} columns"
    complaints.unless(not beyond, f"row {number}", beyond[0] if beyond else "", allowed, "Look for a stray separator")
    complaints.raise_as(ParameterError, f"{path} cannot be read")


def _text(path: Path) -> Iterator[list[str]]:
    try:
        lines = lines_of(path.read_text("utf-8-sig"))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise NotFound(f"{path} cannot be read as a CSV file ({error}); save it as CSV in UTF-8") from error
    yield from (cells for _, cells in lines)


def _sheet(path: Path) -> Iterator[list[str]]:
    """The first sheet of an Excel file."""
    try:
        import openpyxl  # a heavy library that not every installation has
    except ImportError as error:
        why = "reading Excel files needs the package openpyxl, which is not installed; save the sheet as CSV instead"
        raise TrialError(why) from error
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    except Exception as error:
        raise NotFound(f"{path} cannot be read as an Excel file ({error})") from error
    for line in book.active.iter_rows(values_only=True):
        yield [_cell(value) for value in line]


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat()
    return str(value).strip()


def check_columns(rows: Sequence[Row], asked: Mapping[str, Question], *, complaints: Complaints) -> None:
    """A finding for every column that nothing asks for."""
    for column in dict.fromkeys(name for row in rows[:1] for name in row.cells):
        near = difflib.get_close_matches(column, asked, n=1)
        remedy = f"Did you mean {near[0]}?" if near else "Remove the column, or begin its name with #"
        known = column in asked or column.lower() in WHO or not column or column.startswith(COMMENT)
        complaints.unless(known, column, MISSING, "is nothing that is asked for", remedy)


def answers_of(row: Row, asked: Mapping[str, Question], *, complaints: Complaints) -> dict[str, bool | float | str]:
    """The answers of a row; a finding for every cell that is none."""
    found: dict[str, bool | float | str] = {}
    for key, question in asked.items():
        cell = row.cells.get(key, "").strip()
        if cell.lower() in NOT_DONE:
            continue
        value = _read(cell, question)
        if complaints.unless(value is not None, f"row {row.number}.{key}", cell, _wanted(question), question.remedy):
            assert value is not None, "complained about above"
            found[key] = value
    return found


def _read(cell: str, question: Question) -> bool | float | str | None:
    """A cell as its question asks for it; None when it cannot be that."""
    if question.kind == "yes-no":
        return True if cell.lower() in YES else False if cell.lower() in NO else None
    if question.kind == "code":
        return next((code for code in question.codes if code.lower() == cell.lower()), None)
    try:
        number = float(cell.replace(",", "."))
    except ValueError:
        return None
    return int(number) if question.kind == "count" and number.is_integer() else number


def _wanted(question: Question) -> str:
    return f"must be {allowed(question)}, or empty when it was not assessed"


def with_earlier(
    rows: Sequence[Row], answers: Sequence[dict[str, Any]], *, asked: Mapping[str, Question]
) -> list[dict[str, Any]]:
    """Answers about the previous visit and the baseline, taken from the participant's own earlier rows."""
    days = [_day(row) for row in rows]
    _check_days(rows, days)
    order = sorted(range(len(rows)), key=lambda place: days[place])
    seen: dict[str, list[int]] = {}
    filled = [dict(items) for items in answers]
    for place in order:
        before = seen.setdefault(rows[place].said("usubjid"), [])
        if "first_visit" in asked and "first_visit" not in filled[place]:
            filled[place]["first_visit"] = not before
        for key in asked:
            which, now = _earlier(key)
            if before and now and key not in filled[place]:
                value = answers[before[0] if which == "baseline" else before[-1]].get(now)
                filled[place] |= {} if value is None else {key: value}
        before.append(place)
    return filled


def _check_days(rows: Sequence[Row], days: Sequence[date]) -> None:
    """A finding for two rows of one participant on one day: which came first is not known."""
    complaints, seen = Complaints(), dict[tuple[str, date], int]()
    for row, day in zip(rows, days, strict=True):
        first = seen.setdefault((row.said("usubjid"), day), row.number)
        allowed = f"is also the day of row {first} of the same participant"
        complaints.unless(first == row.number, f"row {row.number}.visit_date", day.isoformat(), allowed)
    complaints.raise_as(ParameterError, "the visits cannot be ordered")


def _earlier(key: str) -> tuple[str, str]:
    """Which earlier visit a key speaks of, and the key that this visit answered."""
    parts = key.split("_")
    which = next((part for part in parts if part in EARLIER), "")
    return which, "_".join(part for part in parts if part != which) if which else ""


def _day(row: Row) -> date:
    cell = row.said("visit_date")
    try:
        return date.fromisoformat(cell)
    except ValueError as error:
        finding = Complaints()
        finding.unless(False, f"row {row.number}.visit_date", cell, "must be a day like 2024-01-31 to order the visits")
        raise ParameterError("the visits cannot be ordered", finding.findings) from error
