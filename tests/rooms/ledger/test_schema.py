"""Tables have versions: an older ledger is brought up to date, a newer one is left alone."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from rooms.ledger.offered import many
from trialwright.ledger import DatabaseLedger, schema
from trialwright.vocabulary.errors import LedgerUnavailable

NEXT = '''
"""A version that does not exist yet."""
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade():
    op.execute("CREATE TABLE notes (note TEXT)")
    {then}
'''


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "trial.db"
    with closing(DatabaseLedger.create(path)) as ledger:
        ledger.append(many(5))
    return path


def next_version(folder: Path, monkeypatch: pytest.MonkeyPatch, *, then: str = "") -> None:
    """Let this program be one version further than it is."""
    shutil.copytree(schema.MIGRATIONS, folder / "migrations", ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "migrations" / "versions" / "version_0003.py").write_text(NEXT.format(then=then), "utf-8")
    monkeypatch.setattr(schema, "MIGRATIONS", folder / "migrations")


def tables(path: Path) -> set[str]:
    with closing(sqlite3.connect(path)) as raw:
        return {name for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}


def test_the_migrations_make_the_tables_the_code_uses(path: Path) -> None:
    with closing(DatabaseLedger.open(path)) as ledger, ledger._engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, schema.metadata) == []


def test_the_migrations_form_one_line() -> None:
    scripts = [*schema.scripts().walk_revisions()]
    assert len(schema.scripts().get_heads()) == 1
    assert [script.revision for script in scripts] == sorted((s.revision for s in scripts), reverse=True)
    assert tuple(script.revision for script in reversed(scripts)) == schema.versions(), "its file is named after it"


def test_every_database_has_the_same_guards() -> None:
    names = ("entries_are_never_changed", "entries_are_never_removed", "entries_are_added_at_the_end")
    for guards in schema.APPEND_ONLY.values():
        assert all(any(f"CREATE TRIGGER {name} BEFORE" in guard for guard in guards) for name in names)


def test_an_older_ledger_is_brought_up_to_date(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    next_version(tmp_path, monkeypatch)
    assert "notes" not in tables(path)
    with closing(DatabaseLedger.open(path)) as ledger:
        assert ledger.verify().position == 5
        assert ledger.append([many(6)[5]])[0].position == 6
    assert "notes" in tables(path)
    DatabaseLedger.open(path).close()


def test_a_new_ledger_goes_through_every_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    next_version(tmp_path, monkeypatch)
    DatabaseLedger.create(tmp_path / "new.db").close()
    assert tables(tmp_path / "new.db") == {"entries", "credentials", "notes", "alembic_version"}


def test_an_upgrade_that_fails_leaves_the_ledger_as_it_was(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        next_version(tmp_path, patch, then='op.execute("CREATE TABLE entries (again TEXT)")')
        with pytest.raises(LedgerUnavailable, match="already exists"):
            DatabaseLedger.open(path)
    assert "notes" not in tables(path)
    with closing(DatabaseLedger.open(path)) as ledger:
        assert ledger.verify().position == 5


def test_a_newer_ledger_is_left_alone(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        next_version(tmp_path, patch)
        DatabaseLedger.open(path).close()
    before = path.read_bytes()
    with pytest.raises(LedgerUnavailable, match=r"newer version .* version 0003; .* up to 0002.* Install that version"):
        DatabaseLedger.open(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("statement", "refusal"),
    [
        ("INSERT INTO alembic_version VALUES ('0001')", r"several versions \(0001, 0002\)"),
        ("UPDATE alembic_version SET version_num = '9f3c2a'", "newer version"),
        ("DELETE FROM alembic_version", "holds no ledger"),
        ("DROP TABLE alembic_version", "holds no ledger"),
    ],
)
def test_tables_of_another_kind_are_left_alone(path: Path, statement: str, refusal: str) -> None:
    with closing(sqlite3.connect(path)) as raw:
        raw.execute(statement)
        raw.commit()
    before = path.read_bytes()
    with pytest.raises(LedgerUnavailable, match=refusal):
        DatabaseLedger.open(path)
    assert path.read_bytes() == before


def test_a_ledger_that_grew_while_we_waited_is_left_alone(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both of two programs saw an older ledger; the newer one was first to bring it up to date."""
    with monkeypatch.context() as patch:
        next_version(tmp_path, patch)
        DatabaseLedger.open(path).close()
    asked, before = schema.is_current, iter([False])
    monkeypatch.setattr(
        schema, "is_current", lambda connection, place: next(before, asked) and asked(connection, place=place)
    )
    with pytest.raises(LedgerUnavailable, match=r"newer version .* version 0003"):
        DatabaseLedger.open(path)


def test_the_file_is_safe_against_a_loss_of_power(path: Path) -> None:
    with closing(DatabaseLedger.open(path)) as ledger, ledger._engine.connect() as connection:
        pragmas = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("journal_mode", "synchronous")
        }
        assert pragmas == {"journal_mode": "wal", "synchronous": 2}
        assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar() == 5_000
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


def test_a_ledger_whose_journal_mode_was_lost_gets_it_back(path: Path) -> None:
    with closing(sqlite3.connect(path)) as raw:
        assert raw.execute("PRAGMA journal_mode=DELETE").fetchone() == ("delete",)
    DatabaseLedger.open(path).close()
    with closing(sqlite3.connect(path)) as raw:
        assert raw.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_a_closed_ledger_is_one_file(path: Path) -> None:
    assert [file.name for file in path.parent.iterdir()] == ["trial.db"]
