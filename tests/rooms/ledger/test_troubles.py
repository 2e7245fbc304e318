"""A missing, read-only, foreign, locked or full place gives a sentence with a way out, and loses nothing."""

from __future__ import annotations

import resource
import signal
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from rooms.ledger.offered import entry, many
from rooms.ledger.writers import started
from trialwright.ledger import DatabaseLedger, sqlite
from trialwright.ledger.troubles import REMEDIES, in_plain_words
from trialwright.vocabulary.errors import LedgerBroken, LedgerUnavailable


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "trial.db"
    with closing(DatabaseLedger.create(path)) as ledger:
        ledger.append(many(5))
    return path


@contextmanager
def refused(words: str) -> Iterator[None]:
    with pytest.raises(LedgerUnavailable, match=words) as caught:
        yield
    assert len(str(caught.value)) < 500
    assert "sqlalchemy" not in str(caught.value).lower()


class TestPlaces:
    def test_a_missing_file(self, tmp_path: Path) -> None:
        with refused(r"there is no ledger at .*nowhere\.db\. Check the name, or create it first"):
            DatabaseLedger.open(tmp_path / "nowhere.db")
        assert [*tmp_path.iterdir()] == []

    @pytest.mark.parametrize("how", [DatabaseLedger.create, DatabaseLedger.open])
    def test_a_folder_instead_of_a_file(self, tmp_path: Path, how: Callable[[Path], DatabaseLedger]) -> None:
        with refused("cannot be opened. Its folder must exist"):
            how(tmp_path)

    def test_a_missing_folder(self, tmp_path: Path) -> None:
        with refused("Its folder must exist, and you must be allowed to write in it"):
            DatabaseLedger.create(tmp_path / "nowhere" / "trial.db")

    def test_a_ledger_is_never_created_over_another(self, path: Path) -> None:
        before = path.read_bytes()
        with refused("is there already. Open it, or choose another name"):
            DatabaseLedger.create(path)
        assert path.read_bytes() == before

    def test_another_programs_database_is_left_as_it_is(self, tmp_path: Path) -> None:
        other = tmp_path / "other.db"
        with closing(sqlite3.connect(other)) as raw:
            raw.execute("CREATE TABLE something (else_)")
        before = other.read_bytes()
        with refused("is a database, but holds no ledger"):
            DatabaseLedger.open(other)
        with refused("is there already"):
            DatabaseLedger.create(other)
        assert other.read_bytes() == before

    @pytest.mark.parametrize("how", [DatabaseLedger.create, DatabaseLedger.open])
    def test_a_file_that_is_no_database(self, tmp_path: Path, how: Callable[[Path], DatabaseLedger]) -> None:
        letter = tmp_path / "letter.txt"
        letter.write_text("Dear colleague, " * 100, "utf-8")
        with refused("this is not a ledger, or its beginning is damaged"):
            how(letter)
        assert letter.read_text("utf-8").startswith("Dear colleague")

    def test_an_empty_file(self, tmp_path: Path) -> None:
        (tmp_path / "empty.db").touch()
        with refused("holds no ledger"):
            DatabaseLedger.open(tmp_path / "empty.db")

    @pytest.mark.parametrize("name", ["a b.db", "100%.db", "what?.db", "#1.db", "essai-é.db", "a&mode=memory.db"])
    def test_a_name_may_hold_any_character(self, tmp_path: Path, name: str) -> None:
        with closing(DatabaseLedger.create(tmp_path / name)) as ledger:
            head = ledger.append(many(1))[-1].position
        with closing(DatabaseLedger.open(str(tmp_path / name))) as ledger:
            assert ledger.head().position == head
        assert [file.name for file in tmp_path.iterdir()] == [name]

    def test_a_url_names_the_same_file(self, path: Path) -> None:
        with closing(DatabaseLedger.open(f"sqlite:///{path}")) as ledger:
            assert ledger.verify().position == 5

    @pytest.mark.parametrize(
        ("url", "words"),
        [
            ("mysql://nurse:secret@server/trial", "a ledger cannot be kept in mysql yet; there is sqlite, postgresql$"),
            ("nothing://x", "a ledger cannot be kept in nothing yet"),
            ("sqlite+none:///{path}", "address of the ledger cannot be read. Give the path of a file"),
            (
                "://nurse:secret@",
                r"address of the ledger cannot be read\. .* such as sqlite:///trial.db or postgresql://name@server/database$",
            ),
        ],
    )
    def test_an_address_that_cannot_be_used(self, path: Path, url: str, words: str) -> None:
        with refused(words):
            DatabaseLedger.open(url.format(path=path))


class TestReadOnly:
    """Root may write anywhere, so permissions are not what is tried here."""

    def test_a_file_opened_for_reading_can_be_read_but_not_written(self, path: Path) -> None:
        with closing(DatabaseLedger.open(f"sqlite:///file:{path}?mode=ro&uri=true")) as ledger:
            assert ledger.verify().position == 5
            with refused("it may only be read. Nothing was recorded; ask for permission"):
                ledger.append([many(6)[5]])
            assert len([*ledger.read()]) == 5

    def test_an_immutable_file(self, path: Path) -> None:
        with immutable(path), refused("may only be read|cannot be opened"):
            append_one(path)
        with closing(DatabaseLedger.open(path)) as ledger:
            assert ledger.verify().position == 5

    def test_an_immutable_folder(self, path: Path) -> None:
        with immutable(path.parent), refused("may only be read|cannot be opened"):
            append_one(path)
        with immutable(path.parent), refused("folder must exist, and you must be allowed to write in it"):
            DatabaseLedger.create(path.with_name("other.db"))


def append_one(path: Path) -> None:
    with closing(DatabaseLedger.open(path)) as ledger:
        ledger.append([many(6)[5]])


@contextmanager
def immutable(path: Path) -> Iterator[None]:
    """The file or folder as the kernel refuses to change it, even for root."""
    if run("chattr", "+i", str(path)):
        pytest.skip("this account or file system has no immutable flag")
    try:
        yield
    finally:
        run("chattr", "-i", str(path))


def run(*command: str) -> bool:
    """Whether a command failed, or is not there."""
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode != 0
    except OSError:
        return True


class TestFullDisk:
    def test_a_full_database_records_nothing_and_goes_on_when_there_is_room(self, path: Path) -> None:
        with closing(DatabaseLedger.open(path)) as ledger:
            event.listen(ledger._engine, "connect", lambda raw, _: raw.execute("PRAGMA max_page_count = 12"))
            ledger._engine.dispose()
            with refused("the disk is full. Nothing was recorded; make room, then repeat the command"):
                ledger.append(many(500)[5:])
            assert ledger.verify().position == 5
            assert ledger.append([many(6)[5]])[0].position == 6
        with closing(DatabaseLedger.open(path)) as ledger:
            assert ledger.append(many(500)[6:])[-1].position == ledger.verify().position == 500

    def test_a_full_disk(self, tmp_path: Path) -> None:
        """A real file system of one megabyte, where an account may mount one."""
        disk = tmp_path / "disk"
        disk.mkdir()
        if run("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(disk)):
            pytest.skip("this account may not mount a file system")
        try:
            with closing(DatabaseLedger.create(disk / "trial.db")) as ledger:
                kept = fill(ledger)
                assert ledger.verify().position == kept > 0
            with closing(DatabaseLedger.open(disk / "trial.db")) as ledger:
                assert ledger.verify().position == kept
        finally:
            run("umount", str(disk))

    def test_a_quota(self, tmp_path: Path) -> None:
        """The system cuts a write short: what was acknowledged stays, and the reason is given in words."""
        path = tmp_path / "trial.db"
        DatabaseLedger.create(path).close()

        def work() -> Iterator[tuple[()]]:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
            with closing(DatabaseLedger.open(path)) as ledger:
                (tmp_path / "kept").write_text(str(fill(ledger)))
            yield ()

        started(work).wait()
        with closing(DatabaseLedger.open(path)) as ledger:
            assert ledger.verify().position == int((tmp_path / "kept").read_text()) > 0


def fill(ledger: DatabaseLedger) -> int:
    """Append until there is no more room; the answer is how many entries were acknowledged."""
    kept = 0
    with refused("the disk is full|the disk did not do as asked"):
        for batch in range(10_000):
            kept = ledger.append([entry(number, batch=batch) for number in range(20)])[-1].position
    return kept


class TestLocked:
    @pytest.fixture(autouse=True)
    def _impatient(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sqlite, "BUSY_TIMEOUT_S", 0.05)

    @pytest.mark.parametrize("expected", [None, 5])
    def test_a_writer_that_never_ends(self, path: Path, expected: int | None) -> None:
        with closing(DatabaseLedger.open(path)) as ledger, closing(sqlite3.connect(path)) as other:
            other.execute("BEGIN IMMEDIATE")
            with refused(
                "another program is writing to it and did not finish in time. Nothing was recorded; try again"
            ):
                ledger.append([many(6)[5]], expected=expected)
            assert ledger.verify().position == 5, "reading goes on meanwhile"

    def test_a_writer_that_ends_soon_is_waited_for(self, path: Path) -> None:
        with closing(DatabaseLedger.open(path)) as ledger, closing(sqlite3.connect(path)) as other:
            other.execute("BEGIN IMMEDIATE")
            tries = []

            def give_way(connection: object, cursor: object, statement: str, *rest: object) -> None:
                tries.append(statement)
                if len(tries) == 3:
                    other.rollback()

            event.listen(ledger._engine, "before_cursor_execute", give_way)
            assert ledger.append([many(6)[5]])[0].position == 6
            assert tries[:3] == ["BEGIN IMMEDIATE"] * 3


class TestWords:
    @pytest.mark.parametrize("name", REMEDIES)
    def test_every_known_trouble_has_a_way_out(self, name: str) -> None:
        with refused(r"trial\.db: .*\. "), in_plain_words("trial.db"):
            raise storage_error(f"{name}_DETAIL")

    def test_an_unknown_trouble_is_passed_on(self) -> None:
        with refused(r"trial\.db cannot be used: out of luck"), in_plain_words("trial.db"):
            raise storage_error("SQLITE_NEW", "out of luck")

    @pytest.mark.parametrize("error", [MemoryError(), UnicodeDecodeError("utf-8", b"", 0, 1, "bad")])
    def test_damage_that_makes_no_sense_names_the_place(self, error: Exception) -> None:
        with pytest.raises(LedgerBroken) as caught, in_plain_words("trial.db", reached=7):
            raise error
        assert caught.value.position == 8


def storage_error(name: str, words: str = "disk I/O error") -> OperationalError:
    original = sqlite3.OperationalError(words)
    original.sqlite_errorname = name.removesuffix("_DETAIL") if name[0].isdigit() else name
    return OperationalError("SELECT", None, original)


def test_nothing_is_left_open(path: Path) -> None:
    before = open_files()
    for _ in range(20):
        with closing(DatabaseLedger.open(path)) as ledger:
            ledger.head()
        with pytest.raises(LedgerUnavailable):
            DatabaseLedger.create(path)
    assert open_files() <= before


def open_files() -> int:
    """How many files this process holds open, where the system tells."""
    listing = Path("/proc/self/fd")
    return sum(1 for _ in listing.iterdir()) if listing.exists() else 0
