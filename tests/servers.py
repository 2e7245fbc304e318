"""A real PostgreSQL server for the tests: one for all of them, started when the first asks for it, gone at the end.

It comes with the wheel ``pgserver`` and needs nothing set up; each worker of a run side by side has its own database.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import pytest


@dataclass(frozen=True)
class Server:
    """A running server, and addresses of ledgers that are not there yet."""

    folder: str  # of its socket
    database: str
    numbers: Iterator[int] = field(default_factory=count)

    def address(self, *, schema: str = "", user: str = "postgres") -> str:
        """The address of a schema; without a name one that nobody used."""
        name = schema or f"trial_{os.getpid()}_{next(self.numbers)}"
        return f"postgresql://{user}@/{self.database}?host={self.folder}&schema={name}"

    def run(self, *statements: str, database: str = "") -> list[Any]:
        """Run SQL as the server's owner; the answer is the rows of the last statement."""
        import psycopg  # it may be missing

        where = {"host": self.folder, "user": "postgres", "dbname": database or self.database, "autocommit": True}
        with closing(psycopg.connect(**where)) as connection:  # type: ignore[arg-type]
            for statement in statements:
                cursor = connection.execute(statement)  # type: ignore[arg-type]
            return cursor.fetchall() if cursor.description else []


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The server; tests that ask for it are left out, with the reason, where its wheel cannot be installed."""
    pytest.importorskip(
        "psycopg", reason="no driver for PostgreSQL: install the extra postgresql", exc_type=ImportError
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about a folder for its lock file
        pgserver = pytest.importorskip(
            "pgserver", reason="no PostgreSQL server: the wheel pgserver is not installed", exc_type=ImportError
        )
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    shared = tmp_path_factory.getbasetemp().parent if worker else tmp_path_factory.getbasetemp()
    running = pgserver.get_server(shared / "postgresql", cleanup_mode="delete")
    try:
        folder = str(running.get_postmaster_info().socket_dir)
        server = Server(folder, f"test_{worker or 'alone'}")
        server.run(f"CREATE DATABASE {server.database}", database="postgres")
        yield server
    finally:
        running.cleanup()
