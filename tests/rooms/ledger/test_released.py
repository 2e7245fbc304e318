"""A ledger made by any released version opens today, whole, and goes on; ``released/`` holds one of each.

The files are never made anew: ``NNNN.sqlite`` as that version wrote it, ``NNNN.postgresql.sql`` as
``pg_dump --inserts`` gave it back. A version that changes the tables adds its own pair.
"""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from rooms.ledger.offered import many
from servers import Server
from trialwright.ledger import DatabaseLedger, schema
from trialwright.vocabulary.records import Head

RELEASED = Path(__file__).parent / "released"
VERSIONS = schema.versions()
HEADS = {
    "0001": Head(6, "b67ba50aaf291c55a83eeb5c48c4db3889eaf8718c95dbfe004ddf5984c25c93"),
    "0002": Head(6, "6f7db65369ade29534e4fc0e41d15898e444cec9deb21d579d2a10b449cd39f2"),
}


@pytest.fixture(params=["sqlite", "postgresql"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def restored(version: str, *, kind: str, folder: Path, request: pytest.FixtureRequest) -> str:
    if kind == "sqlite":
        return str(shutil.copy(RELEASED / f"{version}.sqlite", folder / "trial.db"))
    server: Server = request.getfixturevalue("postgresql")
    server.run((RELEASED / f"{version}.postgresql.sql").read_text("utf-8"))
    return server.address(schema=f"released_{version}")


def test_every_version_has_its_ledgers(kind: str) -> None:
    suffix = "sqlite" if kind == "sqlite" else "postgresql.sql"
    assert sorted(file.name for file in RELEASED.glob(f"*.{suffix}")) == [f"{one}.{suffix}" for one in VERSIONS]


@pytest.mark.parametrize("version", VERSIONS)
def test_a_ledger_of_an_earlier_version_is_brought_up_to_date_and_goes_on(
    version: str, kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    place = restored(version, kind=kind, folder=tmp_path, request=request)
    with closing(DatabaseLedger.open(place)) as ledger:
        with ledger._engine.begin() as connection:
            assert schema.version_of(connection, place=place) == VERSIONS[-1]
        assert ledger.verify() == HEADS[version]
        assert ledger.append([many(7)[6]])[0].position == ledger.verify().position == HEADS[version].position + 1


@pytest.mark.parametrize("statement", ["UPDATE entries SET kind = 'x'", "DELETE FROM entries"])
@pytest.mark.parametrize("version", VERSIONS)
def test_its_guards_still_stand(version: str, statement: str, tmp_path: Path) -> None:
    place = str(shutil.copy(RELEASED / f"{version}.sqlite", tmp_path / "trial.db"))
    DatabaseLedger.open(place).close()
    with closing(sqlite3.connect(place)) as raw, pytest.raises(sqlite3.IntegrityError, match="append-only"):
        raw.execute(statement)
