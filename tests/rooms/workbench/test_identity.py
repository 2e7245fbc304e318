"""Nobody records who is not recognised: passwords, lock-out, codes that count once, secrets that stay secret."""

from __future__ import annotations

import ast
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyotp
import pytest
from argon2 import PasswordHasher

from staff import ONLY_ACCOUNTS
from trials import protocol_text
from trialwright import workbench
from trialwright.ledger import secrets
from trialwright.ledger.credentials import Stored
from trialwright.vocabulary.errors import NotRecognised, RecordError, TrialError
from trialwright.vocabulary.events import DeviationRecorded
from trialwright.workbench import staff
from trialwright.workbench.asker import asking
from trialwright.workbench.trials import Trial, reach_trial

ROOT = Path(__file__).parents[3]
START = datetime(2026, 3, 2, 9, tzinfo=UTC)
FIRST, SECOND = "correct horse battery", "staple horse battery"


@dataclass
class Told:
    """A person who types what the test says."""

    secret: str = FIRST
    new: str = FIRST
    otp: str = ""
    asked: list[str] = field(default_factory=list)

    def password(self, account: str, *, again: bool) -> str:
        self.asked.append(f"password of {account}{' again' if again else ''}")
        return self.secret

    def code(self, account: str) -> str:
        self.asked.append(f"code of {account}")
        return self.otp

    def new_password(self, account: str) -> str:
        self.asked.append(f"new password of {account}")
        return self.new


@pytest.fixture(autouse=True)
def _cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(secrets, "HASHER", cheap)
    monkeypatch.setattr(secrets, "NOBODYS", cheap.hash("x"))


@pytest.fixture
def told() -> Iterator[Told]:
    person = Told()
    with asking(person):
        yield person


@pytest.fixture
def trial(tmp_path: Path, told: Told) -> Iterator[Trial]:
    """A rehearsal kept by Anna, with Ben of the board and Mona the monitor, who chose their own passwords."""
    protocol = tmp_path / "protocol.toml"
    protocol.write_text(protocol_text(extra=ONLY_ACCOUNTS), encoding="utf-8")
    folder = tmp_path / "trial"
    staff.open_trial(protocol, folder, by="anna", printed_name="Anna Example", at=START, rehearsal=True).ledger.close()
    with reach_trial(folder) as reached:
        for account, role in (("ben", "board"), ("mona", "monitor"), ("ivy", "investigator")):
            staff.open_account(
                reached,
                account,
                printed_name=account.title(),
                roles=[role],
                by="anna",
                at=START,  # type: ignore[list-item]
            )
            staff.change_password(reached, account, by=account, at=START)
        yield reached


def deviation(number: str = "D1", *, day: datetime = START) -> DeviationRecorded:
    return DeviationRecorded(deviation=number, on=day.date(), category="visit", description="x", major=False)


def record(trial: Trial, *, by: str = "mona", number: str = "D1") -> None:
    workbench.record_events(trial, [deviation(number)], by=by, at=START)


def later(seconds: int) -> datetime:
    return START + timedelta(seconds=seconds)


def code_of(address: str, at: datetime) -> str:
    return str(pyotp.parse_uri(address).at(at))  # type: ignore[union-attr]


class TestOpening:
    def test_whoever_opens_a_trial_is_its_first_administrator(self, trial: Trial) -> None:
        kinds = [record.event.kind for record in trial.records()][:4]
        assert kinds == ["trial-opened.2", "account-opened.1", "role-delegated.1", "credentials-changed.1"]
        anna = workbench.people(trial)[0]
        assert (anna.account, anna.printed_name, anna.roles) == ("anna", "Anna Example", ("administrator",))

    @pytest.mark.parametrize(("by", "name"), [("unknown", "A"), ("Anna", "A"), ("trialwright", "A"), ("anna", " ")])
    def test_an_account_needs_a_name_of_its_own(self, tmp_path: Path, told: Told, by: str, name: str) -> None:
        protocol = tmp_path / "protocol.toml"
        protocol.write_text(protocol_text(extra=ONLY_ACCOUNTS), encoding="utf-8")
        with pytest.raises(TrialError, match=r"--by|--name"):
            staff.open_trial(protocol, tmp_path / "trial", by=by, printed_name=name)
        assert not (tmp_path / "trial").exists()

    def test_a_short_password_opens_nothing(self, tmp_path: Path, told: Told) -> None:
        protocol = tmp_path / "protocol.toml"
        protocol.write_text(protocol_text(extra=ONLY_ACCOUNTS), encoding="utf-8")
        told.new = "elevenchars"
        with pytest.raises(TrialError, match="at least 12 characters"):
            staff.open_trial(protocol, tmp_path / "trial", by="anna", printed_name="Anna")
        assert not (tmp_path / "trial").exists()

    def test_a_file_with_credentials_is_its_owners_alone(self, trial: Trial) -> None:
        mode = (trial.folder / "ledger.sqlite").stat().st_mode
        assert stat.S_IMODE(mode) == 0o600

    def test_on_a_server_as_in_a_file(self, tmp_path: Path, told: Told, request: pytest.FixtureRequest) -> None:
        address = request.getfixturevalue("postgresql").address()
        protocol, folder = tmp_path / "protocol.toml", tmp_path / "trial"
        protocol.write_text(protocol_text(extra=ONLY_ACCOUNTS), encoding="utf-8")
        opened = staff.open_trial(
            protocol, folder, by="anna", printed_name="Anna", at=START, rehearsal=True, ledger=address
        )
        opened.ledger.close()
        with reach_trial(folder) as reached:
            staff.open_account(reached, "mona", printed_name="Mona", roles=["monitor"], by="anna", at=START)
            record(reached)
            told.secret = "wrong"
            with pytest.raises(NotRecognised):
                record(reached, number="D2")


class TestPasswords:
    def test_the_right_person_records(self, trial: Trial) -> None:
        record(trial)
        assert trial.records()[-1].entry.by == "mona"

    def test_nobody_is_asked_where_accounts_are_kept_elsewhere(self, tmp_path: Path, told: Told) -> None:
        protocol = tmp_path / "protocol.toml"
        protocol.write_text(protocol_text(), encoding="utf-8")
        opened = staff.open_trial(protocol, tmp_path / "trial", by="tester", at=START, rehearsal=True)
        workbench.record_events(opened, [deviation()], by="tester", at=START)
        opened.ledger.close()
        assert told.asked == []

    def test_a_wrong_password_and_an_unknown_account_get_the_same_answer(self, trial: Trial, told: Told) -> None:
        told.secret = "wrong"
        before = trial.ledger.head()
        said = []
        for account in ("mona", "nobody"):
            with pytest.raises(NotRecognised) as caught:
                record(trial, by=account)
            said.append(str(caught.value).replace(account, "X"))
        assert said[0] == said[1]
        assert "wrong" not in said[0].replace("wrong attempts", "")
        assert trial.ledger.head() == before

    def test_without_anybody_to_ask_nothing_is_recorded(self, trial: Trial) -> None:
        from trialwright.workbench.asker import Nobody

        with asking(Nobody()), pytest.raises(NotRecognised, match="nobody can be asked"):
            record(trial)

    def test_the_same_letters_from_another_keyboard_are_the_same_password(self, trial: Trial, told: Told) -> None:
        told.new, told.secret = "fenêtre ouverte", FIRST
        staff.change_password(trial, "mona", by="mona", at=START)
        told.secret = "fene\u0302tre ouverte"
        record(trial)

    def test_a_changed_password_replaces_the_old_one(self, trial: Trial, told: Told) -> None:
        told.new = SECOND
        staff.change_password(trial, "mona", by="mona", at=START)
        with pytest.raises(NotRecognised):
            record(trial)
        told.secret = SECOND
        record(trial)

    def test_only_an_administrator_gives_another_person_a_password(self, trial: Trial, told: Told) -> None:
        told.new = SECOND
        with pytest.raises(RecordError):
            staff.change_password(trial, "mona", by="ben", at=START)
        record(trial)
        staff.change_password(trial, "mona", by="anna", at=START)
        told.secret = SECOND
        record(trial, number="D2")


class TestLockOut:
    def fail(self, trial: Trial, told: Told, times: int) -> None:
        told.secret = "wrong"
        for _ in range(times):
            with pytest.raises(NotRecognised):
                record(trial)
        told.secret = FIRST

    def test_five_wrong_passwords_lock_an_account_and_the_right_one_no_longer_helps(
        self, trial: Trial, told: Told
    ) -> None:
        self.fail(trial, told, 5)
        last = trial.records()[-1]
        assert (last.event.kind, last.entry.by) == ("account-locked.1", "trialwright")
        with pytest.raises(NotRecognised):
            record(trial)
        assert trial.records()[-1] == last
        workbench.unlock_account(trial, "mona", reason="it was her", by="anna", at=START)
        record(trial)

    def test_four_wrong_passwords_and_a_right_one_begin_anew(self, trial: Trial, told: Told) -> None:
        for number in ("D1", "D2"):
            self.fail(trial, told, 4)
            record(trial, number=number)
        assert all(one.event.kind != "account-locked.1" for one in trial.records())

    def test_the_protocol_says_how_many(self, tmp_path: Path, told: Told) -> None:
        protocol = tmp_path / "protocol.toml"
        text = ONLY_ACCOUNTS.replace("[conduct]", "[conduct]\nfailed_attempts = 1")
        protocol.write_text(protocol_text(extra=text), encoding="utf-8")
        opened = staff.open_trial(protocol, tmp_path / "t", by="anna", printed_name="A", at=START, rehearsal=True)
        told.secret = "wrong"
        with pytest.raises(NotRecognised):
            record(opened, by="anna")
        assert opened.records()[-1].event.kind == "account-locked.1"
        opened.ledger.close()


class TestCodes:
    @pytest.fixture
    def decided(self, trial: Trial) -> int:
        return workbench.decide_trial(trial, dose_level=None, reason="", by="ben", at=START).position

    @pytest.fixture
    def address(self, trial: Trial, decided: int) -> str:
        return staff.new_second_factor(trial, by="ben", at=START)

    def sign(self, trial: Trial, decided: int, at: datetime) -> int:
        return workbench.sign(trial, decided, meaning="approval", by="ben", at=at).position

    def test_a_signature_takes_the_password_anew_and_a_code(
        self, trial: Trial, told: Told, decided: int, address: str
    ) -> None:
        told.asked.clear()
        told.otp = code_of(address, later(60))
        self.sign(trial, decided, later(60))
        assert told.asked == ["password of ben again", "code of ben"]
        (entry,) = workbench.signature_list(trial)
        assert entry.missing == ("investigator",)
        assert entry.given[0].event.printed_name == "Ben"
        assert entry.given[0].event.second_factor

    @pytest.mark.parametrize(("off", "fine"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)])
    def test_a_code_is_good_for_one_step_more_or_less(
        self, trial: Trial, told: Told, decided: int, address: str, off: int, fine: bool
    ) -> None:
        told.otp = code_of(address, later(600 + off))
        if fine:
            assert self.sign(trial, decided, later(600))
            return
        with pytest.raises(NotRecognised):
            self.sign(trial, decided, later(600))

    def test_the_clock_is_read_when_the_code_was_typed(
        self, trial: Trial, told: Told, decided: int, address: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        clock = [later(600)]

        def slowly(account: str) -> str:
            clock[0] = later(900)
            return code_of(address, later(900))

        monkeypatch.setattr("trialwright.workbench.identity.now", lambda: clock[0])
        monkeypatch.setattr("trialwright.workbench.recording.now", lambda: clock[0])
        monkeypatch.setattr("trialwright.workbench.trials.now", lambda: clock[0])
        monkeypatch.setattr(told, "code", slowly)
        assert workbench.sign(trial, decided, meaning="approval", by="ben").entry.at == later(900)

    def test_a_code_counts_once(self, trial: Trial, told: Told, decided: int, address: str) -> None:
        told.otp = code_of(address, later(60))
        self.sign(trial, decided, later(60))
        told.secret = FIRST
        with pytest.raises(NotRecognised):  # the same code, for another entry
            staff.new_second_factor(trial, by="ben", at=later(61))
        told.otp = code_of(address, later(30))
        with pytest.raises(NotRecognised):  # an earlier one, still within its time
            staff.new_second_factor(trial, by="ben", at=later(62))
        told.otp = code_of(address, later(90))
        assert staff.new_second_factor(trial, by="ben", at=later(90)) != address

    def test_a_right_code_without_the_password_is_nothing(
        self, trial: Trial, told: Told, decided: int, address: str
    ) -> None:
        told.otp, told.secret = code_of(address, later(60)), "wrong"
        with pytest.raises(NotRecognised):
            self.sign(trial, decided, later(60))

    def test_wrong_codes_lock_the_account_too(self, trial: Trial, told: Told, decided: int, address: str) -> None:
        told.otp = "000000" if code_of(address, later(60)) != "000000" else "000001"
        for _ in range(5):
            with pytest.raises(NotRecognised):
                self.sign(trial, decided, later(60))
        assert trial.records()[-1].event.kind == "account-locked.1"

    def test_without_codes_set_up_the_way_out_is_named(self, trial: Trial, told: Told, decided: int) -> None:
        with pytest.raises(TrialError, match="second-factor"):
            self.sign(trial, decided, later(60))

    def test_with_a_password_that_somebody_else_set_nobody_signs(
        self, trial: Trial, told: Told, decided: int, address: str
    ) -> None:
        told.new = SECOND
        staff.change_password(trial, "ben", by="anna", at=START)
        told.secret, told.otp = SECOND, code_of(address, later(60))
        with pytest.raises(RecordError, match="that anna set on"):
            self.sign(trial, decided, later(60))
        told.new = FIRST
        staff.change_password(trial, "ben", by="ben", at=later(60))
        told.secret, told.otp = FIRST, code_of(address, later(120))
        assert self.sign(trial, decided, later(120))

    def test_an_administrator_takes_lost_codes_away(self, trial: Trial, decided: int, address: str) -> None:
        with pytest.raises(TrialError, match="another person"):
            staff.remove_second_factor(trial, "ben", by="ben", at=START)
        staff.remove_second_factor(trial, "ben", by="anna", at=START)
        assert staff.new_second_factor(trial, by="ben", at=later(60)) != address

    def test_an_entry_corrected_while_it_was_read_is_not_signed(
        self, trial: Trial, told: Told, decided: int, address: str
    ) -> None:
        from trialwright.vocabulary.events import Corrected

        seen = workbench.entry_to_sign(trial, decided)
        workbench.record_events(trial, [Corrected(position=decided, reason="wrong day")], by="ben", at=START)
        told.otp = code_of(address, later(60))
        with pytest.raises(RecordError, match="is not an entry that stands"):
            workbench.sign(trial, decided, meaning="approval", by="ben", at=later(60), expected=seen)


class TestReview:
    def test_a_review_of_the_trail_waits_for_its_signature(self, trial: Trial) -> None:
        reviewed = workbench.review_trail(trial, by="mona", findings="entry 3 is late", at=START)
        (entry,) = workbench.signature_list(trial)
        assert (entry.known.position, entry.missing) == (reviewed.position, ("monitor",))
        with pytest.raises(TrialError, match="there is no entry"):
            workbench.review_trail(trial, by="mona", upto=10_000, at=START)


class TestAfterARestore:
    def test_an_administrator_sets_the_first_password_and_nobody_else_does(self, trial: Trial, told: Told) -> None:
        with closing(sqlite3.connect(trial.folder / "ledger.sqlite")) as raw, raw:
            raw.execute("DELETE FROM credentials")
        with pytest.raises(NotRecognised):
            record(trial)
        with pytest.raises(TrialError, match="administrator sets their own"):
            staff.change_password(trial, "mona", by="mona", at=START)
        told.new = told.secret = SECOND
        written = staff.change_password(trial, "anna", by="anna", at=START)
        assert [one.entry.by for one in written] == ["trialwright"]
        staff.change_password(trial, "mona", by="anna", at=START)
        record(trial)

    def test_a_locked_administrator_is_let_in_again_and_the_record_says_so(self, trial: Trial, told: Told) -> None:
        told.secret = "wrong"
        for _ in range(5):
            with pytest.raises(NotRecognised):
                workbench.close_account(trial, "ben", reason="x", by="anna", at=START)
        with closing(sqlite3.connect(trial.folder / "ledger.sqlite")) as raw, raw:
            raw.execute("DELETE FROM credentials")
        told.new = told.secret = SECOND
        kinds = [one.event.kind for one in staff.change_password(trial, "anna", by="anna", at=START)]
        assert kinds == ["account-unlocked.1", "credentials-changed.1"]
        workbench.close_account(trial, "ben", reason="x", by="anna", at=START)


class TestSecrets:
    def test_nothing_secret_is_in_the_record(self, trial: Trial, told: Told) -> None:
        address = staff.new_second_factor(trial, by="ben", at=START)
        secret = address.partition("secret=")[2].partition("&")[0]
        texts = "\n".join(one.entry.canonical() for one in trial.records())
        for hidden in (FIRST, secret, "$argon2", "otpauth"):
            assert hidden not in texts

    def test_a_password_is_kept_as_a_hash_with_the_stated_parameters(self) -> None:
        import importlib

        fresh = importlib.reload(secrets)
        kept = fresh.hash_password(FIRST)
        assert kept.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
        assert fresh.password_fits(kept, FIRST)
        assert not fresh.password_fits(kept, SECOND)
        assert not fresh.password_fits(None, FIRST)
        assert fresh.NOBODYS.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
        assert FIRST not in repr(Stored("anna", kept, "SECRET", None, 0))
        assert "SECRET" not in repr(Stored("anna", kept, "SECRET", None, 0))

    def test_a_password_and_its_entry_are_written_together_or_not_at_all(
        self, trial: Trial, told: Told, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def broken(connection: object) -> None:
            raise RuntimeError("the power fails")

        before = trial.ledger.head()
        monkeypatch.setattr(staff.credentials, "set_password", lambda *_: broken)
        with pytest.raises(RuntimeError):
            staff.change_password(trial, "mona", by="mona", at=START)
        assert trial.ledger.head() == before
        record(trial)


def test_only_two_places_append_to_the_record_of_a_trial() -> None:
    """A new command cannot forget to ask: whatever is recorded passes through ``record_offers``."""
    appending, unasked = set(), set()
    for file in sorted((ROOT / "src" / "trialwright").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("ledger.append"):
                appending.add(file.name)
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("append_offers"):
                unasked.add(file.name)
    room = {name for name in appending if (ROOT / "src" / "trialwright" / "workbench" / name).exists()}
    assert room == {"identity.py", "recording.py"}
    assert unasked == {"recording.py", "staff.py"}
