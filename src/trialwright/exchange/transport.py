"""SAS transport files (XPT, versions 5 and 8): read by ReadStat, text in UTF-8 or else Windows-1252.

Numbers that SAS shows as dates stay what they are, days from 1960-01-01; `coerce` turns them into days and counts them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from trialwright.exchange.table import Table, Unreadable, Wanted, count_foreign

DATE_FORMATS = ("DATE", "YYMMDD", "DDMMYY", "MMDDYY", "E8601DA", "IS8601DA", "B8601DA", "WEEKDATE", "WORDDATE")
SECOND_FORMATS = ("DATETIME", "E8601DT", "IS8601DT", "B8601DT", "DATEAMPM")


def read_transport(path: Path, wanted: Wanted) -> Table:
    """A transport file as a table; `Unreadable` where it is not one."""
    try:
        frame, told, decoded = _read(path, wanted)
    except Exception as error:  # ReadStat has an exception of its own for every kind of damage
        raise Unreadable(
            str(error), "must be a SAS transport file (XPT version 5 or 8)", remedy="export it anew"
        ) from error
    frame.columns = pd.Index([str(name).upper() for name in frame.columns])
    formats = {name.upper(): str(shown or "").upper() for name, shown in told.original_variable_types.items()}
    seconds = frozenset(name for name, shown in formats.items() if shown.startswith(SECOND_FORMATS))
    return Table(
        name=str(told.table_name or path.stem).upper(),
        path=path,
        frame=frame,
        labels={name.upper(): label for name, label in told.column_names_to_labels.items() if label},
        dates=frozenset(name for name, shown in formats.items() if shown.startswith(DATE_FORMATS)) - seconds,
        seconds=seconds,
        numbers=frozenset(
            name.upper() for name, kind in told.readstat_variable_types.items() if kind not in ("string", "string_ref")
        ),
        decoded=decoded,
    )


def _read(path: Path, wanted: Wanted) -> tuple[pd.DataFrame, Any, dict[str, int]]:
    import pyreadstat  # heavy; only where such a file is read

    with path.open("rb") as opened:
        if opened.read(20) != b"HEADER RECORD*******":
            raise ValueError("the file does not begin as a transport file does")
    _, told = pyreadstat.read_xport(str(path), metadataonly=True, encoding="WINDOWS-1252")
    columns = [name for name in told.column_names if wanted(name.upper())]
    options: dict[str, Any] = {"usecols": columns, "disable_datetime_conversion": True}
    try:
        frame, told = pyreadstat.read_xport(str(path), encoding="UTF-8", **options)
        return frame, told, {}
    except Exception:  # text that is not UTF-8
        frame, told = pyreadstat.read_xport(str(path), encoding="WINDOWS-1252", **options)
        return frame, told, count_foreign(frame)
