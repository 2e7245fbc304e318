"""Nothing in a ledger can be changed unnoticed: not through SQL, not in the stored text, not in the file's bytes."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, strategies as st

from rooms.ledger.offered import many
from trialwright.ledger import DatabaseLedger
from trialwright.vocabulary.errors import LedgerBroken, LedgerError, LedgerUnavailable
from trialwright.vocabulary.records import GENESIS, Head, Record, chained

LENGTH = 30
FLIPS = 600


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("whole") / "trial.db"
    with closing(DatabaseLedger.create(path)) as ledger:
        ledger.append(many(LENGTH))
    return path


@pytest.fixture
def path(whole: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(whole, tmp_path / "trial.db"))


def records_of(path: Path) -> tuple[Record, ...]:
    with closing(DatabaseLedger.open(path)) as ledger:
        return tuple(ledger.read())


def unguarded(path: Path) -> sqlite3.Connection:
    """A connection of someone who knows how to remove the guards."""
    raw = sqlite3.connect(path, isolation_level=None)
    for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        raw.execute(f"DROP TRIGGER {name}")
    return raw


def tamper(path: Path, sql: str, *values: object) -> None:
    with closing(unguarded(path)) as raw:
        assert raw.execute(sql, values).rowcount > 0


def broken_at(path: Path) -> int:
    with closing(DatabaseLedger.open(path)) as ledger, pytest.raises(LedgerBroken) as caught:
        ledger.verify()
    return caught.value.position


class TestGuards:
    @pytest.mark.parametrize(
        ("sql", "words"),
        [
            ("UPDATE entries SET usubjid = 'S-9' WHERE position = 3", "never changed. Record a correction instead"),
            ("UPDATE entries SET position = position + 100", "never changed"),
            ("UPDATE OR REPLACE entries SET position = 2 WHERE position = 1", "never changed"),
            ("DELETE FROM entries WHERE position = 30", "never removed. Record a correction instead"),
            ("DELETE FROM entries", "never removed"),
            (
                "REPLACE INTO entries SELECT 3, canonical, digest, kind, usubjid, recorded_at FROM entries",
                "after the last",
            ),
            (
                "INSERT INTO entries SELECT 40, canonical, digest, kind, usubjid, recorded_at FROM entries",
                "after the last",
            ),
            (
                "INSERT INTO entries SELECT -1, canonical, digest, kind, usubjid, recorded_at FROM entries",
                "after the last",
            ),
        ],
    )
    def test_sql_is_refused_in_words(self, path: Path, sql: str, words: str) -> None:
        before = records_of(path)
        with closing(sqlite3.connect(path)) as raw, pytest.raises(sqlite3.IntegrityError, match=words):
            raw.execute(sql)
        assert records_of(path) == before


class TestStoredText:
    @given(position=st.integers(1, LENGTH), place=st.integers(0, 10_000), new=st.integers(0, 255))
    def test_one_changed_byte_is_found_and_named(
        self, whole: Path, tmp_path_factory: pytest.TempPathFactory, position: int, place: int, new: int
    ) -> None:
        path = Path(shutil.copy(whole, tmp_path_factory.getbasetemp() / "changed.db"))
        with closing(unguarded(path)) as raw:
            query = "SELECT CAST(canonical AS BLOB) FROM entries WHERE position = ?"
            text = bytearray(raw.execute(query, [position]).fetchone()[0])
            place %= len(text)
            text[place] = new if new != text[place] else new ^ 1
            change = "UPDATE entries SET canonical = CAST(? AS TEXT) WHERE position = ?"
            raw.execute(change, [bytes(text), position])
        assert broken_at(path) == position

    @pytest.mark.parametrize("position", [1, 2, 17, LENGTH])
    @pytest.mark.parametrize(
        ("column", "value"),
        [
            ("digest", GENESIS),
            ("digest", 7),
            ("kind", "corrected.1"),
            ("usubjid", None),
            ("usubjid", "S-9"),
            ("recorded_at", "2031-01-01T00:00:00.000000+00:00"),
            ("canonical", b"\x00\x01"),
            ("canonical", ""),
        ],
    )
    def test_a_changed_column_is_found_and_named(self, path: Path, position: int, column: str, value: object) -> None:
        tamper(path, f"UPDATE entries SET {column} = ? WHERE position = ?", value, position)
        assert broken_at(path) == position

    @pytest.mark.parametrize("position", [1, 2, 17, LENGTH - 1])
    def test_a_removed_entry_is_missed(self, path: Path, position: int) -> None:
        tamper(path, "DELETE FROM entries WHERE position = ?", position)
        assert broken_at(path) == position

    def test_a_removed_entry_is_not_hidden_by_closing_the_gap(self, path: Path) -> None:
        tamper(path, "DELETE FROM entries WHERE position = 5")
        tamper(path, "UPDATE entries SET position = position - 1 WHERE position > 5")
        assert broken_at(path) == 5

    def test_two_entries_that_changed_places_are_found(self, path: Path) -> None:
        for old, new in ((5, 99), (6, 5), (99, 6)):
            tamper(path, "UPDATE entries SET position = ? WHERE position = ?", new, old)
        assert broken_at(path) == 5

    @pytest.mark.parametrize(
        ("change", "words"),
        [
            (lambda text: "[" * 100_000, "cannot be read"),
            (lambda text: text[:-1], "cannot be read"),
            (lambda text: "[]", "cannot be read"),
            (lambda text: json.dumps({"kind": "corrected.1"}), "cannot be read"),
            (lambda text: text.replace('"grade":1', '"grade":9'), "does not read as adverse-event-reported.2"),
            (lambda text: text.replace("Dr ", "Mr ").replace('"provenance":null', '"provenance":7'), "does not read"),
        ],
    )
    def test_a_text_that_cannot_be_read_is_found_though_its_digest_fits(
        self, path: Path, change: Callable[[str], str], words: str
    ) -> None:
        with closing(unguarded(path)) as raw:
            text, digest = raw.execute("SELECT canonical, digest FROM entries WHERE position = 29").fetchone()
            changed = change(text)
            assert changed != text
            update = "UPDATE entries SET canonical = ?, digest = ? WHERE position = 30"
            raw.execute(update, [changed, chained(digest, 30, changed)])
            if "does not read" in words:  # let the query columns agree, to get as far as the facts
                copied = "UPDATE entries SET (kind, usubjid, recorded_at) = (?, ?, ?) WHERE position = 30"
                stored = json.loads(changed)
                raw.execute(copied, [stored["kind"], stored["body"]["usubjid"], stored["at"]])
        with closing(DatabaseLedger.open(path)) as ledger, pytest.raises(LedgerBroken, match=words) as caught:
            ledger.verify()
        assert caught.value.position == 30

    def test_an_entry_of_a_newer_version_is_not_called_broken(self, path: Path) -> None:
        with closing(unguarded(path)) as raw:
            text, digest = raw.execute("SELECT canonical, digest FROM entries WHERE position = 30").fetchone()
            newer = text.replace("adverse-event-reported.2", "adverse-event-reported.9")
            columns = raw.execute("SELECT usubjid, recorded_at FROM entries WHERE position = 30").fetchone()
            row = [31, newer, chained(digest, 31, newer), "adverse-event-reported.9", *columns]
            raw.execute("INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?)", row)
        with closing(DatabaseLedger.open(path)) as ledger:
            with pytest.raises(LedgerUnavailable, match=r"entry 31 .* newer version wrote it\. Install"):
                ledger.verify()
            assert ledger.head().position == 31

    def test_nothing_is_read_from_a_changed_entry_on(self, path: Path) -> None:
        tamper(path, "UPDATE entries SET canonical = replace(canonical, ':1,', ':2,') WHERE position = 9")
        given_out = list[int]()
        with closing(DatabaseLedger.open(path)) as ledger, pytest.raises(LedgerBroken):
            given_out.extend(record.position for record in ledger.read())
        with closing(DatabaseLedger.open(path)) as ledger:
            assert len([*ledger.read(after=9)]) == LENGTH - 9
            with pytest.raises(LedgerBroken):
                next(ledger.read(after=8))

    @pytest.mark.parametrize(
        "sql",
        [
            "UPDATE entries SET digest = lower(hex(zeroblob(32))) WHERE position = 30",
            "UPDATE entries SET canonical = replace(canonical, 'batch', 'Batch') WHERE position = 30",
            "UPDATE entries SET digest = lower(hex(zeroblob(32))) WHERE position = 29",
            "DELETE FROM entries WHERE position = 29",
            "UPDATE entries SET position = 31 WHERE position = 30",
        ],
    )
    def test_nothing_is_added_to_a_broken_end(self, path: Path, sql: str) -> None:
        tamper(path, sql)
        with closing(DatabaseLedger.open(path)) as ledger:
            with pytest.raises(LedgerBroken):
                ledger.append(many(LENGTH + 1)[LENGTH:])
            with pytest.raises(LedgerBroken):
                ledger.head()
        with closing(sqlite3.connect(path)) as raw:
            assert raw.execute("SELECT count(*) FROM entries WHERE position > 31").fetchone() == (0,)


class TestFile:
    """Damage below SQL: a disk that lost a byte, or a hand that edited the file."""

    def outcome(self, path: Path) -> tuple[str, object]:
        """How the ledger answers: the type of its refusal, or everything it gives out after it verified."""
        try:
            with closing(DatabaseLedger.open(path)) as ledger:
                head = ledger.verify()
                return "verified", (head, tuple(ledger.read()))
        except LedgerError as error:
            return type(error).__name__, None

    def test_every_flipped_byte_that_matters_is_found(self, whole: Path, tmp_path: Path) -> None:
        data = whole.read_bytes()
        untouched = self.outcome(whole)
        rng = np.random.default_rng(20240301)
        copy, outcomes = tmp_path / "flipped.db", Counter[str]()
        for place, mask in zip(rng.integers(0, len(data), FLIPS), rng.integers(1, 256, FLIPS), strict=True):
            flipped = bytearray(data)
            flipped[place] ^= int(mask)
            copy.write_bytes(flipped)
            outcome = self.outcome(copy)
            assert outcome[0] != "verified" or outcome == untouched, f"byte {place} changed to {flipped[place]}"
            outcomes[outcome[0]] += 1
        assert set(outcomes) == {"verified", "LedgerBroken", "LedgerUnavailable"}, "all three ways are exercised"
        assert outcomes["LedgerBroken"] > FLIPS / 5

    def test_every_flipped_bit_of_one_entry_is_found(self, whole: Path, tmp_path: Path) -> None:
        data = whole.read_bytes()
        text = records_of(whole)[11].entry.canonical().encode()
        start, copy = data.index(text), tmp_path / "flipped.db"
        for place in range(start, start + len(text)):
            flipped = bytearray(data)
            flipped[place] ^= 1 << place % 8
            copy.write_bytes(flipped)
            assert broken_at(copy) == 12

    def test_a_file_cut_short_is_found(self, whole: Path, tmp_path: Path) -> None:
        data, copy = whole.read_bytes(), tmp_path / "cut.db"
        for length in range(0, len(data), 512):
            copy.write_bytes(data[:length])
            assert self.outcome(copy)[0] in ("LedgerBroken", "LedgerUnavailable"), f"cut to {length} bytes"

    def test_a_page_that_hides_the_last_entries_is_found(self, whole: Path, tmp_path: Path) -> None:
        """The chain of what is left is whole; only the file's own check can tell."""
        data, copy = bytearray(whole.read_bytes()), tmp_path / "hidden.db"
        last = records_of(whole)[-1].entry.canonical().encode()
        page = data.index(last) // 4096 * 4096
        cells = int.from_bytes(data[page + 3 : page + 5])
        data[page + 3 : page + 5] = (cells - 1).to_bytes(2)
        copy.write_bytes(data)
        with closing(DatabaseLedger.open(copy)) as ledger:
            assert ledger.head().position == LENGTH - 1
            with pytest.raises(LedgerBroken, match="damaged") as caught:
                ledger.verify()
        assert caught.value.position == LENGTH

    def test_a_whole_ledger_is_not_accused(self, path: Path) -> None:
        with closing(DatabaseLedger.open(path)) as ledger:
            assert ledger.verify() == ledger.head() != Head()
