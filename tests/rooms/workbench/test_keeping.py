"""A trial's record lies in a file or on a server, is anchored, backed up and restored, and is the same everywhere."""

from __future__ import annotations

import json
import shutil
import sqlite3
import zipfile
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest

from servers import Server
from trials import PROTOCOLS, protocol_text
from trialwright.conduct.offers import read_offers
from trialwright.ledger import DatabaseLedger
from trialwright.vocabulary.errors import LedgerBroken, LedgerUnavailable, NotFound, TrialError
from trialwright.vocabulary.records import Head, chained
from trialwright.workbench import back_up, check_backup, open_trial, reach_trial, restore, verify_trial, write_anchor
from trialwright.workbench.keeping import read_anchor
from trialwright.workbench.recording import record_offers

WORKED = PROTOCOLS / "kamen-2022"
START = datetime(2024, 1, 1, 9, tzinfo=UTC)


@cache
def events() -> str:
    return (WORKED / "events.jsonl").read_text("utf-8")


def worked(folder: Path, *, ledger: str | None = None) -> Head:
    """A worked trial, recorded whole."""
    offers = read_offers(events())
    opened = open_trial(WORKED / "protocol.toml", folder, by="reconstruction", at=offers[0].at, ledger=ledger)
    record_offers(opened, offers, by="reconstruction")
    opened.ledger.close()
    return verify_trial(folder)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("whole") / "trial"
    worked(folder)
    return folder


@pytest.fixture(params=["file", "server"])
def ledger(request: pytest.FixtureRequest) -> str | None:
    """Where the record of a new trial is kept."""
    return None if request.param == "file" else request.getfixturevalue("postgresql").address()


@pytest.fixture
def protocol(tmp_path: Path) -> Path:
    path = tmp_path / "protocol.toml"
    path.write_text(protocol_text(), "utf-8")
    return path


class TestOnAServer:
    def test_the_same_events_give_the_same_head_everywhere(
        self, whole: Path, tmp_path: Path, ledger: str | None
    ) -> None:
        assert worked(tmp_path / "trial", ledger=ledger) == verify_trial(whole)

    def test_the_folder_keeps_the_protocol_and_where_the_ledger_is(
        self, protocol: Path, tmp_path: Path, postgresql: Server
    ) -> None:
        address = postgresql.address()
        open_trial(protocol, tmp_path / "trial", by="tester", ledger=address).ledger.close()
        assert sorted(file.name for file in (tmp_path / "trial").iterdir()) == ["ledger.toml", "protocol.toml"]
        said = (tmp_path / "trial" / "ledger.toml").read_text("utf-8")
        assert address.rpartition("=")[2] in said
        assert "No password belongs here" in said
        with reach_trial(tmp_path / "trial") as trial:
            assert trial.ledger.head().position == 1

    @pytest.mark.parametrize(
        ("address", "words"),
        [
            (
                "postgresql://nurse:secret@server/trials",
                "holds a password, which would be kept with the trial. Leave it",
            ),
            ("postgresql://nurse@server/trials?password=secret", "holds a password"),
            ("mysql://server/trials", "mysql is not a server for a ledger. Give an address such as postgresql://"),
            ("sqlite:///trial.db", "sqlite is not a server for a ledger"),
            ("trial.db", "sqlite is not a server"),
            ("://", "cannot be read"),
            ("postgresql://nurse@server:port/trials", "cannot be read"),
            ("postgresql://server/trials?schema=A-B", "cannot be the schema of a ledger"),
            ("postgresql://127.0.0.1:9/trials", "the server cannot be reached"),
        ],
    )
    def test_an_address_that_cannot_be_used_leaves_nothing(
        self, protocol: Path, tmp_path: Path, address: str, words: str
    ) -> None:
        with pytest.raises(LedgerUnavailable, match=words) as caught:
            open_trial(protocol, tmp_path / "trial", by="tester", ledger=address)
        assert "secret" not in str(caught.value)
        assert not (tmp_path / "trial").exists()

    def test_a_schema_that_holds_a_trial_already_is_left_alone(
        self, protocol: Path, tmp_path: Path, postgresql: Server
    ) -> None:
        address = postgresql.address()
        open_trial(protocol, tmp_path / "one", by="tester", ledger=address).ledger.close()
        with pytest.raises(LedgerUnavailable, match="is there already"):
            open_trial(protocol, tmp_path / "two", by="tester", ledger=address)
        assert not (tmp_path / "two").exists()
        assert verify_trial(tmp_path / "one").position == 1

    @pytest.mark.parametrize(
        "said", ["", "address = 1", "address", "[address]", 'address = "\\ud800"', "\udcff", "address = []"]
    )
    def test_a_folder_that_does_not_say_where_its_ledger_is(self, protocol: Path, tmp_path: Path, said: str) -> None:
        folder = tmp_path / "trial"
        folder.mkdir()
        shutil.copy(protocol, folder)
        (folder / "ledger.toml").write_bytes(said.encode("utf-8", "surrogateescape"))
        with pytest.raises(NotFound, match="does not say where the ledger is; it holds one line: address"):
            verify_trial(folder)

    def test_two_ledgers_are_one_too_many(self, whole: Path, tmp_path: Path) -> None:
        folder = shutil.copytree(whole, tmp_path / "trial")
        (folder / "ledger.toml").write_text('address = "postgresql://server/trials"', "utf-8")
        with pytest.raises(TrialError, match="holds a ledger and the address of another"):
            verify_trial(folder)


def test_a_trial_that_cannot_be_opened_leaves_nothing(
    protocol: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise LedgerUnavailable("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(DatabaseLedger, "create", fails)
        with pytest.raises(LedgerUnavailable):
            open_trial(protocol, tmp_path / "trial", by="tester")
    assert not (tmp_path / "trial").exists()
    open_trial(protocol, tmp_path / "trial", by="tester").ledger.close()


class TestAnchors:
    @pytest.fixture
    def trial(self, protocol: Path, tmp_path: Path) -> Path:
        open_trial(protocol, tmp_path / "trial", by="tester", at=START).ledger.close()
        return tmp_path / "trial"

    def test_an_anchor_says_when_it_was_written(self, trial: Path, tmp_path: Path) -> None:
        write_anchor(verify_trial(trial), tmp_path / "anchor.json")
        noted = read_anchor(tmp_path / "anchor.json")
        assert noted.head == verify_trial(trial, anchor=tmp_path / "anchor.json")
        assert noted.written_at is not None
        assert abs(noted.written_at - datetime.now(UTC)) < timedelta(minutes=5)

    def test_an_anchor_of_an_earlier_version_still_holds(self, trial: Path, tmp_path: Path) -> None:
        head = verify_trial(trial)
        anchor = tmp_path / "anchor.json"
        anchor.write_text(json.dumps({"position": head.position, "digest": head.digest}), "utf-8")
        assert verify_trial(trial, anchor=anchor) == head
        assert read_anchor(anchor).written_at is None

    def test_an_entry_dated_back_behind_an_anchor_is_noticed(self, trial: Path, tmp_path: Path) -> None:
        write_anchor(verify_trial(trial), tmp_path / "anchor.json", at=START + timedelta(days=10))
        _enrol(trial, at=START + timedelta(days=9))
        with pytest.raises(LedgerBroken, match=r"but the anchor of 2024-01-11 .* does not know it") as caught:
            verify_trial(trial, anchor=tmp_path / "anchor.json")
        assert caught.value.position == 2

    def test_clocks_may_differ_by_minutes(self, trial: Path, tmp_path: Path) -> None:
        write_anchor(verify_trial(trial), tmp_path / "anchor.json", at=START + timedelta(days=10))
        _enrol(trial, at=START + timedelta(days=10, minutes=-2))
        assert verify_trial(trial, anchor=tmp_path / "anchor.json").position == 2

    def test_an_anchor_older_than_what_it_names_is_noticed(self, trial: Path, tmp_path: Path) -> None:
        write_anchor(verify_trial(trial), tmp_path / "anchor.json", at=START - timedelta(days=1))
        with pytest.raises(LedgerBroken, match="after the anchor that names it"):
            verify_trial(trial, anchor=tmp_path / "anchor.json")

    def test_where_times_are_stated_they_say_nothing(self, whole: Path, tmp_path: Path) -> None:
        write_anchor(verify_trial(whole), tmp_path / "anchor.json", at=datetime(1999, 1, 1, tzinfo=UTC))
        verify_trial(whole, anchor=tmp_path / "anchor.json")


def _enrol(folder: Path, *, at: datetime) -> None:
    line = {"kind": "participant-enrolled.2", "body": {"usubjid": "P-1", "on": "2024-01-02", "dose_level": 1}}
    with reach_trial(folder) as trial:
        record_offers(trial, read_offers(json.dumps(line)), by="tester", at=at)


class TestBackup:
    def test_a_trial_goes_through_files_and_servers_and_stays_the_same(
        self, whole: Path, tmp_path: Path, postgresql: Server
    ) -> None:
        head, files = verify_trial(whole), [tmp_path / f"{number}.backup" for number in range(3)]
        back_up(whole, files[0])
        restore(files[0], tmp_path / "served", ledger=postgresql.address())
        back_up(tmp_path / "served", files[1])
        restore(files[1], tmp_path / "again")
        back_up(tmp_path / "again", files[2])
        assert [verify_trial(tmp_path / name) for name in ("served", "again")] == [head, head]
        assert len({file.read_bytes() for file in files}) == 1
        with reach_trial(whole) as before, reach_trial(tmp_path / "served") as after:
            assert after.state() == before.state()
            assert after.records() == before.records()
        assert sorted(one.name for one in tmp_path.iterdir() if one.is_file()) == [file.name for file in files]

    def test_anyone_can_check_a_backup(self, whole: Path, tmp_path: Path) -> None:
        """With nothing but a program for zip files and SHA-256."""
        back_up(whole, tmp_path / "backup")
        with zipfile.ZipFile(tmp_path / "backup") as archive:
            manifest = json.loads(archive.read("manifest.json"))
            digest = "0" * 64
            for number, text in enumerate(archive.read("ledger.jsonl").decode().split("\n")[:-1], start=1):
                line = json.loads(text)
                digest = chained(digest, number, line["canonical"])
                assert (line["position"], line["digest"]) == (number, digest)
        assert manifest["head"] == digest == verify_trial(whole).digest

    def test_an_entry_stored_under_an_older_name_keeps_its_bytes(self, whole: Path, tmp_path: Path) -> None:
        """What is read as a newer kind is backed up as it was hashed."""
        released = Path(__file__).parents[1] / "ledger" / "released" / "0001.sqlite"
        ledger = DatabaseLedger.open(shutil.copy(released, tmp_path / "old.db"))
        lines = [*ledger.lines()]
        ledger.close()
        copy = DatabaseLedger.restore(tmp_path / "copy.db", lines)
        assert [*copy.lines()] == lines
        copy.close()

    def test_nothing_is_written_over(self, whole: Path, tmp_path: Path, ledger: str | None) -> None:
        back_up(whole, tmp_path / "backup")
        before = (tmp_path / "backup").read_bytes()
        with pytest.raises(TrialError, match="never written over; choose another name"):
            back_up(whole, tmp_path / "backup")
        assert (tmp_path / "backup").read_bytes() == before
        restore(tmp_path / "backup", tmp_path / "trial", ledger=ledger)
        with pytest.raises(TrialError, match="already holds a trial"):
            restore(tmp_path / "backup", tmp_path / "trial", ledger=ledger)
        if ledger:
            with pytest.raises(LedgerUnavailable, match="is there already"):
                restore(tmp_path / "backup", tmp_path / "other", ledger=ledger)
            assert not (tmp_path / "other").exists()
        assert verify_trial(tmp_path / "trial") == verify_trial(whole)

    def test_a_broken_ledger_is_not_backed_up(self, whole: Path, tmp_path: Path) -> None:
        folder = shutil.copytree(whole, tmp_path / "trial")
        with closing(sqlite3.connect(folder / "ledger.sqlite", isolation_level=None)) as raw:
            raw.execute("DROP TRIGGER entries_are_never_changed")
            raw.execute("UPDATE entries SET canonical = canonical || ' ' WHERE position = 7")
        with pytest.raises(LedgerBroken) as caught:
            back_up(folder, tmp_path / "backup")
        assert caught.value.position == 7
        assert sorted(one.name for one in tmp_path.iterdir()) == ["trial"]

    def test_a_place_that_cannot_be_written(self, whole: Path, tmp_path: Path) -> None:
        (tmp_path / "file").touch()
        with pytest.raises(TrialError, match="cannot be written"):
            back_up(whole, tmp_path / "file" / "backup")


@pytest.fixture(scope="module")
def backup(whole: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("backup") / "trial.backup"
    back_up(whole, file)
    return file


class TestDamage:
    def refused(self, content: bytes, folder: Path, words: str) -> None:
        (folder / "damaged").write_bytes(content)
        with pytest.raises(LedgerUnavailable, match=words):
            restore(folder / "damaged", folder / "trial")
        assert [one.name for one in folder.iterdir()] == ["damaged"]

    def test_a_changed_entry_is_named_by_its_line(self, backup: Path, tmp_path: Path) -> None:
        content = backup.read_bytes()
        with zipfile.ZipFile(backup) as archive:
            line = archive.read("ledger.jsonl").split(b"\n")[8]
        changed = content.replace(line, line.replace(b"reconstruction", b"reconstructiom", 1), 1)
        assert changed != content
        self.refused(changed, tmp_path, "ledger.jsonl in .* is damaged at line 9: its text does not match its digest")

    def test_a_changed_protocol_is_named(self, backup: Path, tmp_path: Path) -> None:
        content = backup.read_bytes()
        self.refused(content.replace(b"planned_n", b"planned_m", 1), tmp_path, "protocol.toml|Bad CRC-32")

    @pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.9, 0.999])
    def test_a_file_cut_short_is_refused(self, backup: Path, tmp_path: Path, share: float) -> None:
        content = backup.read_bytes()
        self.refused(content[: int(len(content) * share)], tmp_path, "is not a whole backup of a trial")

    def test_every_changed_byte_is_noticed_or_means_nothing(self, backup: Path, tmp_path: Path, whole: Path) -> None:
        """In the frame of the file some bytes mean nothing; what is restored then is the whole trial."""
        content, head, noticed = backup.read_bytes(), verify_trial(whole), 0
        for place in range(0, len(content), max(1, len(content) // 150)):
            changed = bytearray(content)
            changed[place] ^= 0x15
            (tmp_path / "changed").write_bytes(changed)
            try:
                assert check_backup(tmp_path / "changed").head == head
            except TrialError:
                noticed += 1
        assert noticed > 140

    @pytest.mark.parametrize(
        ("names", "words"),
        [
            ([], "is not a backup of a trial; it must hold protocol.toml, ledger.jsonl"),
            (["manifest.json"], "is not a backup of a trial"),
            (["protocol.toml", "ledger.jsonl", "anchor.json", "manifest.json", "x"], "is not a backup of a trial"),
            (["protocol.toml", "ledger.jsonl", "anchor.json", "manifest.json"], "is not a whole backup of a trial"),
        ],
    )
    def test_another_archive_is_refused(self, tmp_path: Path, names: list[str], words: str) -> None:
        with zipfile.ZipFile(tmp_path / "other", "w") as archive:
            for name in names:
                archive.writestr(name, b"{}")
        content = (tmp_path / "other").read_bytes()
        (tmp_path / "other").unlink()
        self.refused(content, tmp_path, words)

    def test_a_file_packed_again_is_refused(self, backup: Path, tmp_path: Path) -> None:
        with zipfile.ZipFile(backup) as old, zipfile.ZipFile(tmp_path / "new", "w", zipfile.ZIP_DEFLATED) as new:
            for name in old.namelist():
                new.writestr(name, old.read(name))
        content = (tmp_path / "new").read_bytes()
        (tmp_path / "new").unlink()
        self.refused(content, tmp_path, "was packed by another program")

    def test_a_missing_file(self, tmp_path: Path) -> None:
        with pytest.raises(NotFound, match="cannot be read"):
            restore(tmp_path / "nowhere", tmp_path / "trial")

    def test_a_restore_that_fails_leaves_nothing(
        self, backup: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fails(*_: object) -> None:
            raise LedgerUnavailable("the disk is full")

        monkeypatch.setattr(DatabaseLedger, "restore", fails)
        with pytest.raises(LedgerUnavailable, match="disk is full"):
            restore(backup, tmp_path / "trial")
        assert [*tmp_path.iterdir()] == []
