"""Parquet files: typed columns; days and times are read as such."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from trialwright.exchange.table import Table, Unreadable, Wanted


def read_parquet(path: Path, wanted: Wanted) -> Table:
    """A Parquet file as a table; text columns with few different values are kept once each."""
    import pyarrow  # heavy; only where such a file is read
    import pyarrow.parquet

    try:
        schema = pyarrow.parquet.read_schema(path)
        columns = [name for name in schema.names if wanted(name.upper())]
        texts = [name for name in columns if pyarrow.types.is_string(schema.field(name).type)]
        read = pyarrow.parquet.read_table(path, columns=columns, read_dictionary=texts)
        frame: pd.DataFrame = read.to_pandas()
    except (OSError, ValueError, KeyError, pyarrow.ArrowException) as error:
        raise Unreadable(str(error), "must be a Parquet file", remedy="write it anew") from error
    frame.columns = pd.Index([str(name).upper() for name in frame.columns])
    numbers = frozenset(str(name) for name in frame.columns if frame[name].dtype.kind in "iufb")
    return Table(name=path.stem.upper(), path=path, frame=frame, numbers=numbers)
