"""What is PostgreSQL's own: its guards, its rights, its troubles in words, and addresses without passwords."""

from __future__ import annotations

import os
import pwd
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from hypothesis import given, settings, strategies as st
from sqlalchemy import insert
from sqlalchemy.exc import OperationalError

from rooms.ledger.offered import logs, many
from servers import Server
from trialwright.ledger import DatabaseLedger, postgresql as backend, schema
from trialwright.ledger.chain import continued, settle
from trialwright.ledger.places import place_of
from trialwright.ledger.troubles import in_plain_words, is_busy
from trialwright.vocabulary.errors import LedgerBroken, LedgerMoved, LedgerUnavailable
from trialwright.vocabulary.records import GENESIS, Entry

psycopg = pytest.importorskip("psycopg", reason="no driver for PostgreSQL: install the extra postgresql")

LENGTH = 12
ROW = "canonical, digest, kind, usubjid, recorded_at FROM trial.entries WHERE position = 3"


@pytest.fixture
def address(postgresql: Server) -> str:
    """A ledger of twelve entries."""
    address = postgresql.address()
    with closing(DatabaseLedger.create(address)) as ledger:
        ledger.append(many(LENGTH))
    return address


def schema_in(address: str) -> str:
    return address.rpartition("schema=")[2]


def sql(server: Server, address: str, *statements: str) -> list[object]:
    return server.run(*(one.replace("trial.", f"{schema_in(address)}.") for one in statements))


@contextmanager
def refused(words: str) -> Iterator[None]:
    with pytest.raises(LedgerUnavailable, match=words) as caught:
        yield
    assert len(str(caught.value)) < 500
    assert "\n" not in str(caught.value)
    assert "sqlalchemy" not in str(caught.value).lower()


class TestGuards:
    @pytest.mark.parametrize(
        ("statement", "words"),
        [
            ("UPDATE trial.entries SET usubjid = 'S-9' WHERE position = 3", "never changed. Record a correction"),
            ("UPDATE trial.entries SET usubjid = 'S-9' WHERE false", "never changed"),
            ("DELETE FROM trial.entries WHERE position = 12", "never removed. Record a correction"),
            ("TRUNCATE trial.entries", "never removed"),
            (f"INSERT INTO trial.entries SELECT 3, {ROW}", "after the last one"),
            (f"INSERT INTO trial.entries SELECT 14, {ROW}", "after the last one"),
            (f"INSERT INTO trial.entries SELECT 0, {ROW}", "after the last one"),
            (f"INSERT INTO trial.entries SELECT NULL, {ROW}", "after the last one"),
            (
                f"INSERT INTO trial.entries SELECT 3, {ROW} ON CONFLICT (position) DO UPDATE SET kind = 'x'",
                "never changed",
            ),
            (
                "MERGE INTO trial.entries t USING trial.entries s ON t.position = s.position WHEN MATCHED THEN DELETE",
                "never removed",
            ),
        ],
    )
    @pytest.mark.parametrize("as_replica", [False, True])
    def test_sql_is_refused_in_words(
        self, postgresql: Server, address: str, statement: str, words: str, as_replica: bool
    ) -> None:
        """By the server's owner, and where replication sets ordinary guards aside."""
        role = "SET session_replication_role = " + ("replica" if as_replica else "origin")
        with pytest.raises(psycopg.errors.RestrictViolation, match=words):
            sql(postgresql, address, role, statement)
        with closing(DatabaseLedger.open(address)) as ledger:
            assert ledger.verify().position == LENGTH

    @pytest.mark.parametrize("position", [1, 5, LENGTH])
    @pytest.mark.parametrize(
        "change", ["kind = 'corrected.1'", "canonical = canonical || ' '", f"digest = '{GENESIS}'", "usubjid = NULL"]
    )
    def test_who_removes_the_guards_is_found_out(
        self, postgresql: Server, address: str, position: int, change: str
    ) -> None:
        without = "ALTER TABLE trial.entries DISABLE TRIGGER ALL"
        sql(postgresql, address, without, f"UPDATE trial.entries SET {change} WHERE position = {position}")
        with closing(DatabaseLedger.open(address)) as ledger, pytest.raises(LedgerBroken) as caught:
            ledger.verify()
        assert caught.value.position == position

    def test_an_entry_taken_out_is_missed(self, postgresql: Server, address: str) -> None:
        without = "ALTER TABLE trial.entries DISABLE TRIGGER ALL"
        sql(postgresql, address, without, "DELETE FROM trial.entries WHERE position = 7")
        with closing(DatabaseLedger.open(address)) as ledger, pytest.raises(LedgerBroken) as caught:
            ledger.verify()
        assert caught.value.position == 7


class TestSchemas:
    def test_trials_in_one_database_do_not_meet(self, postgresql: Server, address: str) -> None:
        with closing(DatabaseLedger.create(postgresql.address())) as other:
            assert other.head().position == 0
            other.append(many(3))
        with closing(DatabaseLedger.open(address)) as ledger:
            assert ledger.verify().position == LENGTH

    def test_a_ledger_is_never_made_over_another(self, address: str) -> None:
        with refused("is there already. Open it, or choose another name"):
            DatabaseLedger.create(address)

    def test_a_schema_that_holds_something_else_is_left_alone(self, postgresql: Server) -> None:
        address = postgresql.address()
        sql(postgresql, address, f"CREATE SCHEMA {schema_in(address)}", "CREATE TABLE trial.mine (n int)")
        with refused("is there already"):
            DatabaseLedger.create(address)
        with refused("is a database, but holds no ledger"):
            DatabaseLedger.open(address)

    def test_a_schema_made_by_somebody_else_is_used(self, postgresql: Server) -> None:
        address = postgresql.address()
        sql(postgresql, address, f"CREATE SCHEMA {schema_in(address)}")
        DatabaseLedger.create(address).close()

    def test_the_migrations_make_the_tables_the_code_uses(self, address: str) -> None:
        with closing(DatabaseLedger.open(address)) as ledger, ledger._engine.begin() as connection:
            context = MigrationContext.configure(connection, opts={"compare_type": True})
            assert compare_metadata(context, schema.metadata) == []

    def test_a_database_that_cannot_keep_every_text_is_refused(self, postgresql: Server) -> None:
        name = f"latin_{os.getpid()}"
        postgresql.run(f"CREATE DATABASE {name} ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0")
        with refused("the database is in LATIN1, which cannot keep every text"):
            DatabaseLedger.create(replace(postgresql, database=name).address())


class TestAddresses:
    @pytest.mark.parametrize(
        "url",
        [
            "postgresql://nurse:secret@server/trials?schema=a",
            "postgresql://nurse@server/trials?schema=a&password=secret",
            "postgresql+psycopg://nurse:secret@server/trials?schema=a&sslpassword=secret",
        ],
    )
    def test_a_password_is_never_shown(self, url: str) -> None:
        assert place_of(url, mode="rw").shown == "postgresql://nurse@server/trials?schema=a"

    def test_a_password_is_not_in_an_error(self) -> None:
        with pytest.raises(LedgerUnavailable) as caught:
            DatabaseLedger.open("postgresql://nurse:secret@127.0.0.1:9/trials?password=secret")
        assert "the server cannot be reached. Check the address" in str(caught.value)
        assert "secret" not in str(caught.value)

    @pytest.mark.parametrize("name", ["A", "a-b", "1a", "", "a b", "pg_mine", 'a"; DROP TABLE x; --', "a" * 64])
    def test_a_schema_has_a_plain_name(self, name: str) -> None:
        with refused("cannot be the schema of a ledger; use small letters, digits and _"):
            place_of(f"postgresql://server/trials?schema={name}" if name else "postgresql://s/t?schema=%20", mode="rw")

    def test_without_a_schema_it_has_its_own(self) -> None:
        assert place_of("postgresql://server/trials", mode="rw").shown.endswith("?schema=trialwright")

    def test_a_port_that_is_none(self) -> None:
        with refused("the address of the ledger cannot be read"):
            DatabaseLedger.open("postgresql://nurse:secret@server:port/trials")

    def test_without_the_driver_the_extra_is_named(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "psycopg", None)
        with refused(r'needs the extra "postgresql"; install it with `pip install .trialwright\[postgresql\].`'):
            DatabaseLedger.open("postgresql://server/trials")


class TestTroubles:
    @pytest.mark.parametrize(
        ("change", "words"),
        [
            (("host=", "host=/nowhere"), "the server cannot be reached. Check the address"),
            (("postgres@", "stranger@"), "knows no such account or database"),
            (("/test_", "/nothing_"), "knows no such account or database"),
            (("schema=", "schema=never_"), "is a database, but holds no ledger"),
            (("?", "?no_such_option=1&"), "invalid connection option"),
            (("@/", "@no.such.host.invalid/"), "the server's name is not known|cannot be reached"),
        ],
    )
    def test_an_address_that_leads_nowhere(self, address: str, change: tuple[str, str], words: str) -> None:
        wrong = address.replace(*change)
        if "no.such.host" in wrong:
            wrong = wrong.partition("?")[0]
        with refused(words):
            DatabaseLedger.open(wrong)

    def test_rights_are_granted_one_by_one(self, postgresql: Server, address: str) -> None:
        """Nobody needs more than USAGE, SELECT and INSERT; a monitor reads only."""
        monitor, nurse = (f"{who}_{schema_in(address)}" for who in ("monitor", "nurse"))
        sql(
            postgresql,
            address,
            *(f"CREATE ROLE {who} LOGIN" for who in (monitor, nurse)),
            f"GRANT USAGE ON SCHEMA {schema_in(address)} TO {monitor}, {nurse}",
            f"GRANT SELECT ON ALL TABLES IN SCHEMA {schema_in(address)} TO {monitor}, {nurse}",
            f"GRANT INSERT ON trial.entries TO {nurse}",
        )
        reader, writer = (address.replace("postgres@", f"{who}@") for who in (monitor, nurse))
        with closing(DatabaseLedger.open(reader)) as ledger:
            assert ledger.verify().position == LENGTH
            with refused("lacks the right. Ask for USAGE on the schema, SELECT on its tables and INSERT"):
                ledger.append([many(13)[12]])
        with closing(DatabaseLedger.open(writer)) as ledger:
            assert ledger.append([many(13)[12]])[0].position == 13
        with refused("lacks the right.*for CREATE on the database"):
            DatabaseLedger.create(postgresql.address(user=nurse))

    def test_a_server_that_may_only_be_read(self, postgresql: Server, address: str) -> None:
        reader = f"reader_{schema_in(address)}"
        sql(
            postgresql,
            address,
            f"CREATE ROLE {reader} LOGIN SUPERUSER",
            f"ALTER ROLE {reader} SET default_transaction_read_only = on",
        )
        with closing(DatabaseLedger.open(address.replace("postgres@", f"{reader}@"))) as ledger:
            with refused("it may only be read: a standby server, or a read-only account. Nothing was recorded"):
                ledger.append([many(13)[12]])
            assert ledger.verify().position == LENGTH

    @pytest.mark.parametrize("expected", [None, LENGTH])
    def test_a_writer_that_never_ends(
        self, address: str, monkeypatch: pytest.MonkeyPatch, expected: int | None
    ) -> None:
        monkeypatch.setattr(backend, "LOCK_TIMEOUT_S", 0.05)
        with closing(DatabaseLedger.open(address)) as ledger, closing(DatabaseLedger.open(address)) as other:
            with other._writer.begin(), refused("did not finish in time. Nothing was recorded; try again"):
                ledger.append([many(13)[12]], expected=expected)
            assert ledger.append([many(13)[12]])[0].position == LENGTH + 1

    def test_a_program_that_takes_no_lock_is_waited_for(self, address: str) -> None:
        """An insert made past this program collides with ours at the key; ours is tried again behind it."""
        kept = settle([many(13)[12]])
        with (
            closing(DatabaseLedger.open(address)) as ledger,
            closing(DatabaseLedger.open(address)) as other,
            ThreadPoolExecutor(1) as pool,
        ):
            with other._engine.begin() as connection:
                *_, last = other.lines(after=LENGTH - 1)
                (line,) = continued(kept, last=last, expected=None)
                connection.execute(insert(schema.entries), [line._asdict()])
                ours = pool.submit(ledger.append, [many(13)[12]])
                wait([ours], timeout=0.3)
            assert ours.result(timeout=30)[0].position == LENGTH + 2
            assert ledger.verify().position == LENGTH + 2

    def test_a_connection_that_was_cut_is_made_again(self, postgresql: Server, address: str) -> None:
        with closing(DatabaseLedger.open(address)) as ledger:
            ledger.head()
            cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
            postgresql.run(f"{cut} AND datname = '{postgresql.database}'")
            assert ledger.append([many(13)[12]])[0].position == LENGTH + 1

    def test_a_connection_cut_in_the_middle_is_not_taken_for_a_refusal(self, postgresql: Server, address: str) -> None:
        with (
            closing(DatabaseLedger.open(address)) as ledger,
            refused("connection to the server was lost. Read the ledger before repeating"),
            in_plain_words(ledger.place),
            ledger._writer.begin() as connection,
        ):
            pid = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar()
            postgresql.run(f"SELECT pg_terminate_backend({pid})")
            connection.exec_driver_sql("SELECT 1")

    @pytest.mark.parametrize("state", ["40001", "40P01", "55P03", "23505"])
    def test_what_may_be_tried_again(self, state: str) -> None:
        original = psycopg.OperationalError("could not serialize access")
        original.sqlstate = state
        error = LedgerUnavailable("busy")
        error.__cause__ = OperationalError("INSERT", None, original)
        assert is_busy(error)

    def test_a_full_disk(self, postgresql: Server, tmp_path: Path) -> None:
        """A real file system of two megabytes under the tables, where this account may mount one."""
        disk, name = tmp_path / "disk", f"small_{os.getpid()}"
        disk.mkdir()
        if _fails("mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(disk)):
            pytest.skip("this account may not mount a file system")
        try:
            owner = pwd.getpwnam("pgserver") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
            os.chown(disk, owner.pw_uid, owner.pw_gid)
            _open_the_way(disk)
            postgresql.run(
                f"CREATE TABLESPACE {name} LOCATION '{disk}'",
                f"CREATE ROLE {name} LOGIN SUPERUSER",
                f"ALTER ROLE {name} SET default_tablespace = {name}",
            )
            with closing(DatabaseLedger.create(postgresql.address(user=name))) as ledger:
                kept = 0
                with refused("the disk of the server is full. Nothing was recorded; have room made"):
                    for _ in range(1_000):
                        kept = ledger.append(many(50)[-1:] * 200)[-1].position
                assert ledger.verify().position == kept > 0
                postgresql.run(f"DROP SCHEMA {schema_in(ledger.place)} CASCADE", f"DROP TABLESPACE {name}")
        finally:
            _fails("umount", "-l", str(disk))


def _fails(*command: str) -> bool:
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode != 0
    except OSError:
        return True


def _open_the_way(disk: Path) -> None:
    """The server runs under another account than root, and must reach the disk."""
    for folder in disk.parents:
        if os.geteuid() == 0 and folder.stat().st_mode & 0o005 != 0o005:
            folder.chmod(folder.stat().st_mode | 0o055)


@settings(max_examples=15)
@given(log=logs, cut=st.integers(0, 8))
def test_what_the_ledger_keeps_it_gives_back(postgresql: Server, log: list[Entry], cut: int) -> None:
    with closing(DatabaseLedger.create(postgresql.address())) as ledger:
        answered = ledger.append(log[:cut]) + ledger.append(log[cut:])
        assert [record.entry for record in ledger.read()] == [replace(one, at=one.at.astimezone(UTC)) for one in log]
        assert tuple(ledger.read()) == answered
        assert ledger.verify() == ledger.head()


def test_a_ledger_that_moved_says_so(address: str) -> None:
    with closing(DatabaseLedger.open(address)) as ledger, pytest.raises(LedgerMoved) as caught:
        ledger.append([many(13)[12]], expected=LENGTH - 1)
    assert caught.value.actual == LENGTH


def test_a_commit_is_on_disk_whatever_the_server_prefers(postgresql: Server, address: str) -> None:
    lazy = f"lazy_{schema_in(address)}"
    postgresql.run(f"CREATE ROLE {lazy} LOGIN SUPERUSER", f"ALTER ROLE {lazy} SET synchronous_commit = off")
    with closing(DatabaseLedger.open(address.replace("postgres@", f"{lazy}@"))) as ledger:
        with ledger._engine.begin() as connection:
            assert connection.exec_driver_sql("SHOW synchronous_commit").scalar() == "off"
        with ledger._writer.begin() as connection:
            assert connection.exec_driver_sql("SHOW synchronous_commit").scalar() == "on"
