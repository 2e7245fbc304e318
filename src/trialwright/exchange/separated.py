"""CSV files: every value is text; comma, semicolon or tab between them; UTF-8, or else Windows-1252."""

from __future__ import annotations

import csv
from io import StringIO
from pathlib import Path

import pandas as pd

from trialwright.exchange.table import Table, Unreadable, Wanted, count_foreign

SEPARATORS = ",;\t"


def read_separated(path: Path, wanted: Wanted) -> Table:
    """A CSV file as a table of text; an empty cell is an empty text."""
    content = path.read_bytes()
    text, foreign = _decoded(content)
    first = text.partition("\n")[0]
    separator = max(SEPARATORS, key=first.count)
    names = [name.strip() for name in next(csv.reader(StringIO(first), delimiter=separator), [])]
    if not names or len({name.upper() for name in names}) < len(names):
        raise Unreadable(first[:80], "must have one line of different column names first")
    try:
        frame = pd.read_csv(
            StringIO(text),
            sep=separator,
            dtype=str,
            keep_default_na=False,
            usecols=lambda name: wanted(str(name).strip().upper()),
        )
    except (ValueError, pd.errors.ParserError) as error:
        raise Unreadable(str(error), "must have as many values in every line as it has columns") from error
    frame.columns = pd.Index([str(name).strip().upper() for name in frame.columns])
    return Table(
        name=path.stem.upper(), path=path, frame=frame, typed=False, decoded=count_foreign(frame) if foreign else {}
    )


def _decoded(content: bytes) -> tuple[str, bool]:
    """The text of the file, and whether it had to be taken for Windows-1252."""
    try:
        return content.decode("utf-8-sig"), False
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace"), True
