"""Ledgers to be measured: a file, and a schema of a PostgreSQL server that is started for it."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))  # the writers that the tests race and kill


@dataclass(frozen=True)
class Measured:
    """Where one ledger is to be made, and the server behind it."""

    name: str
    address: str
    server: Any = None


@contextmanager
def places(*, address: str | None = None) -> Iterator[list[Measured]]:
    """A file of SQLite, and a server: the one at ``address``, or one of the wheel ``pgserver`` if that is there."""
    with TemporaryDirectory(prefix="trialwright-") as folder:
        found = [Measured("SQLite", str(Path(folder) / "ledger.sqlite"))]
        if address:
            yield [*found, Measured("PostgreSQL", address)]
            return
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                import pgserver
        except ImportError:
            print("PostgreSQL: left out, the wheel pgserver is not installed", file=sys.stderr)
            yield found
            return
        server = pgserver.get_server(Path(folder) / "postgresql", cleanup_mode="delete")
        try:
            socket = server.get_postmaster_info().socket_dir
            url = f"postgresql://postgres@/postgres?host={socket}&schema=measured"
            yield [*found, Measured("PostgreSQL", url, server)]
        finally:
            server.cleanup()
