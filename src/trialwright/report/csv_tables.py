"""Each table as CSV for machines: UTF-8, one header of keys, raw values, days as ISO, nothing for what is missing.

One column may become several: a count over its population gives `key` and `key_of`, a tally `key_events` too, an
estimate `key`, `key_lower` and `key_upper`. The last column, `illustrative_columns`, names the keys of the illustrative
cells of the row, separated by semicolons. A text that a spreadsheet would run as a formula gets an apostrophe in front.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Sequence
from datetime import date
from io import StringIO

from trialwright.report.cells import say
from trialwright.report.model import Amount, Cell, Count, Estimate, Number, Share, Table, Tally, Value
from trialwright.vocabulary.words import Language

ILLUSTRATIVE = "illustrative_columns"
_FORMULA_STARTS = ("=", "+", "-", "@", "\t")


def table_csv(table: Table, *, language: Language) -> str:
    """The table as CSV text; only its words depend on the language."""
    sheet = StringIO()
    writer = csv.writer(sheet, lineterminator="\n")
    parts = [_parts(table, index) for index in range(len(table.columns))]
    keys = [f"{column.key}{part}" for column, own in zip(table.columns, parts, strict=True) for part in own]
    writer.writerow([*keys, ILLUSTRATIVE])
    for cells in table.rows:
        values = [
            _raw(cell.value, part, language=language) for cell, own in zip(cells, parts, strict=True) for part in own
        ]
        writer.writerow([*values, _illustrative(table, cells)])
    return sheet.getvalue()


def _parts(table: Table, index: int) -> tuple[str, ...]:
    """Endings of the columns that one column of the table becomes."""
    values = [cells[index].value for cells in table.rows]
    of = ("_of",) if any(isinstance(value, Count | Tally) for value in values) else ()
    events = ("_events",) if any(isinstance(value, Tally) for value in values) else ()
    bounds = ("_lower", "_upper") if any(isinstance(value, Estimate) for value in values) else ()
    return ("", *of, *events, *bounds)


def _illustrative(table: Table, cells: Sequence[Cell]) -> str:
    keyed = zip(table.columns, cells, strict=True)
    return ";".join(column.key for column, cell in keyed if cell.illustrative)


def _raw(value: Value, part: str, *, language: Language) -> str:
    match value, part:
        case (Number() | Share() | Estimate() | Amount()) as figure, "":
            return _exact(figure.value)
        case Estimate(), "_lower":
            return _exact(value.lower)
        case Estimate(), "_upper":
            return _exact(value.upper)
        case Count(), "":
            return str(value.n)
        case Tally(), "":
            return str(value.people) if value.of else ""
        case (Count() | Tally()) as tally, "_of":
            return str(tally.of)
        case Tally(), "_events":
            return str(value.events) if value.of else ""
        case (None, _) | (_, "_of" | "_lower" | "_upper" | "_events"):
            return ""
        case int(), _:
            return str(value)
        case date(), _:
            return value.isoformat()
    return _harmless(say(value, language))  # type: ignore[arg-type]


def _exact(value: float) -> str:
    return "" if math.isnan(value) else repr(float(value))


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA_STARTS) and len(text) > 1 else text
