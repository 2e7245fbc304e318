"""CDISC Dataset-JSON 1.1: one JSON document, one JSON value a line (NDJSON), or those lines compressed (DSJC).

DSJC is the NDJSON text as one zlib stream without any other header (CDISC Compressed Dataset-JSON 1.1). The metadata
are the first line; files made before the standard was final have the columns in a second line, or the data of version
1.0 under ``clinicalData``: both are read. Decimals arrive as text, dates as ISO text or, from SAS, as numbers; the file
says which, and `coerce` follows it.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from trialwright.exchange.table import Table, Unreadable, Wanted

NUMERIC = frozenset({"integer", "float", "double", "decimal"})
WAYS_OUT = "write it anew as Dataset-JSON 1.1"
Head = Mapping[str, Any]
Rows = Sequence[Sequence[Any]]


def read_json(path: Path, wanted: Wanted) -> Table:
    """A Dataset-JSON document as a table."""
    return _read(path, wanted, parse=_document)


def read_lines(path: Path, wanted: Wanted) -> Table:
    """A Dataset-NDJSON file as a table."""
    return _read(path, wanted, parse=_lines)


def read_compressed(path: Path, wanted: Wanted) -> Table:
    """A compressed Dataset-JSON file (DSJC) as a table."""
    return _read(path, wanted, parse=lambda content: _lines(_inflated(content)))


def _read(path: Path, wanted: Wanted, *, parse: Callable[[bytes], tuple[Head, Rows]]) -> Table:
    try:
        head, rows = parse(path.read_bytes())
        return _table(path, head, rows=rows, wanted=wanted)
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, zlib.error, OSError, EOFError) as error:
        raise Unreadable(f"{type(error).__name__}: {error}", "must be Dataset-JSON 1.1", remedy=WAYS_OUT) from error


def _inflated(content: bytes) -> bytes:
    """The text of a compressed file: a zlib stream; gzip and bare deflate, which some writers make, are read too."""
    if content[:2] == b"\x1f\x8b":
        return gzip.decompress(content)
    try:
        return zlib.decompress(content)
    except zlib.error:
        return zlib.decompress(content, -zlib.MAX_WBITS)


def _document(content: bytes) -> tuple[Head, Rows]:
    whole = json.loads(content.decode("utf-8-sig"))
    if "columns" in whole:
        return whole, whole.get("rows") or []
    for outer in ("clinicalData", "referenceData"):
        for own in (whole.get(outer) or {}).get("itemGroupData", {}).values():
            return {**own, "columns": own["items"]}, own.get("itemData") or []
    raise KeyError("columns")


def _lines(content: bytes) -> tuple[Head, Rows]:
    lines = [line for line in content.decode("utf-8-sig").split("\n") if line.strip()]
    head: dict[str, Any] = json.loads(lines[0])
    start = 1
    while start < len(lines) and lines[start].lstrip().startswith("{") and "columns" not in head:
        head |= json.loads(lines[start])
        start += 1
    body = lines[start:]
    rows = json.loads("[" + ",".join(body) + "]")
    return head, [list(row.values()) if isinstance(row, dict) else row for row in rows]


def _table(path: Path, head: Head, *, rows: Rows, wanted: Wanted) -> Table:
    columns = head["columns"]
    promised = head.get("records")
    if promised is not None and int(promised) != len(rows):
        raise ValueError(f"{promised} records are announced, {len(rows)} are there")
    if any(len(row) != len(columns) for row in rows):
        raise ValueError("a row does not have as many values as there are columns")
    kept = [(place, column) for place, column in enumerate(columns) if wanted(str(column["name"]).upper())]
    frame = pd.DataFrame({str(column["name"]).upper(): [row[place] for row in rows] for place, column in kept})
    kinds = {str(column["name"]).upper(): column for _, column in kept}
    counted = {
        name
        for name, column in kinds.items()
        if column.get("dataType") in ("date", "datetime") and column.get("targetDataType") == "integer"
    }
    seconds = frozenset(name for name in counted if "DATETIME" in str(kinds[name].get("displayFormat", "")).upper())
    return Table(
        name=str(head.get("name") or path.stem).upper(),
        path=path,
        frame=frame,
        labels={name: str(column["label"]) for name, column in kinds.items() if column.get("label")},
        dates=frozenset(counted) - seconds,
        seconds=seconds,
        numbers=frozenset(name for name, column in kinds.items() if column.get("dataType") in NUMERIC),
    )
