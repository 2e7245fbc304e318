"""Accounts and signatures as a person or a script meets them on the command line."""

from __future__ import annotations

import json
import stat
import sys
from dataclasses import dataclass
from pathlib import Path

import pyotp
import pytest
from argon2 import PasswordHasher

from staff import ONLY_ACCOUNTS
from trials import protocol_text
from trialwright.cli import main
from trialwright.ledger import secrets

ANNA, BEN, BENS_OWN = "annas own password", "the first of bens", "bens own password"
AT = "2026-03-02T09:00+00:00"


@dataclass
class Answer:
    status: int
    out: str
    err: str

    @property
    def data(self):  # type: ignore[no-untyped-def]
        return json.loads(self.out)

    @property
    def words(self) -> str:
        return " ".join((self.out + self.err).split())


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(secrets, "HASHER", cheap)
    monkeypatch.setattr(secrets, "NOBODYS", cheap.hash("x"))
    monkeypatch.setattr(sys.stdin, "isatty", lambda: False, raising=False)

    def call(*arguments: object, password: str = "", new: str = "", code: str = "") -> Answer:
        for name, value in (("PASSWORD", password), ("NEW_PASSWORD", new), ("CODE", code)):
            if value:
                monkeypatch.setenv(f"TRIALWRIGHT_{name}", value)
            else:
                monkeypatch.delenv(f"TRIALWRIGHT_{name}", raising=False)
        status = 0
        try:
            main([str(argument) for argument in arguments])
        except SystemExit as end:
            status = end.code if isinstance(end.code, int) else 0
        captured = capsys.readouterr()
        return Answer(status, captured.out, captured.err)

    return call


@pytest.fixture
def folder(run, tmp_path: Path) -> Path:  # type: ignore[no-untyped-def]
    """A rehearsal opened by Anna, with Ben of the board, his own password and his codes; his decision at entry 10."""
    protocol, folder = tmp_path / "protocol.toml", tmp_path / "trial"
    protocol.write_text(protocol_text(extra=ONLY_ACCOUNTS), encoding="utf-8")
    opening = ("--trial", folder, "--by", "anna", "--name", "Anna Example", "--rehearsal", "--at", AT)
    assert run("open", protocol, *opening, new=ANNA).status == 0
    who = ("--account", "ben", "--name", "Ben Board", "--role", "board")
    assert run("accounts", "open", folder, *who, "--by", "anna", "--at", AT, password=ANNA, new=BEN).status == 0
    assert run("accounts", "password", folder, "--by", "ben", "--at", AT, password=BEN, new=BENS_OWN).status == 0
    secret = ("--to", tmp_path / "secret.txt", "--json")
    answer = run("accounts", "second-factor", folder, *secret, "--by", "ben", "--at", AT, password=BENS_OWN)
    assert answer.data == {"account": "ben", "written_to": str(tmp_path / "secret.txt")}
    assert run("decide", folder, "--by", "ben", "--at", AT, password=BENS_OWN).status == 0
    return folder


def code(folder: Path, at: str) -> str:
    from datetime import datetime

    address = (folder.parent / "secret.txt").read_text(encoding="utf-8").strip()
    return str(pyotp.parse_uri(address).at(datetime.fromisoformat(at)))  # type: ignore[union-attr]


def test_from_opening_to_a_signed_decision(run, folder: Path) -> None:  # type: ignore[no-untyped-def]
    later = "2026-03-02T10:00+00:00"
    signed = run(
        "sign", folder, 10, "--meaning", "approval", "--by", "ben", "--at", later,
        password=BENS_OWN, code=code(folder, later),
    )  # fmt: skip
    assert signed.status == 0
    assert "Entry 10: Dose decision of 2 Mar 2026: level 1" in signed.words
    assert "Ben Board, board: approval, 2 Mar 2026 10:00:00 UTC (password and one-time code)" in signed.words
    assert "Entry 10 waits for: investigator." in signed.words
    (waiting,) = run("signatures", folder, "--json").data
    assert waiting["missing"] == ["investigator"]
    assert waiting["signatures"][0]["printed_name"] == "Ben Board"
    assert "en attente : investigateur" in run("signatures", folder, "--lang", "fr").words


def test_the_report_shows_who_signed_a_decision_and_when(run, folder: Path, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    later = "2026-03-02T10:00+00:00"
    args = ("--meaning", "approval", "--by", "ben", "--at", later)
    assert run("sign", folder, 10, *args, password=BENS_OWN, code=code(folder, later)).status == 0
    assert run("report", folder, "--out", tmp_path / "report").status == 0
    page = (tmp_path / "report" / "report.html").read_text(encoding="utf-8").replace("\u00a0", " ")
    assert "Ben Board, board: approval, 2 Mar 2026 10:00:00 UTC" in page


def test_accounts_are_listed_by_default_and_as_of_a_day(run, folder: Path) -> None:  # type: ignore[no-untyped-def]
    shown = run("accounts", folder)
    assert "Ben Board" in shown.words
    assert "Only one administrator" in shown.words
    assert "Un seul administrateur" in run("accounts", folder, "--lang", "fr").words
    assert [one["account"] for one in run("accounts", "list", folder, "--json").data] == ["anna", "ben"]
    assert run("accounts", folder, "--as-of", "2026-03-01", "--json").data == []


def test_roles_are_delegated_and_taken_back(run, folder: Path) -> None:  # type: ignore[no-untyped-def]
    by = ("--by", "anna", "--at", "2026-03-03T09:00+00:00")
    role = ("--account", "ben", "--role", "sponsor")
    assert run("accounts", "delegate", folder, *role, "--until", "2026-04-30", *by, password=ANNA).status == 0
    assert run("accounts", "end-delegation", folder, *role, "--reason", "left", *by, password=ANNA).status == 0
    (ben,) = [one for one in run("accounts", folder, "--json").data if one["account"] == "ben"]
    assert ben["delegations"][1] == {"role": "sponsor", "first_day": "2026-03-03", "last_day": "2026-03-03"}
    unknown = run("accounts", "delegate", folder, "--account", "ben", "--role", "king", *by, password=ANNA)
    assert unknown.status == 2
    assert "'king' is not a role" in unknown.words


def test_an_account_is_locked_unlocked_and_closed(run, folder: Path) -> None:  # type: ignore[no-untyped-def]
    at = ("--at", "2026-03-03T09:00+00:00")
    for _ in range(5):
        assert run("decide", folder, "--by", "ben", *at, password="wrong").status == 1
    assert "locked since 3 Mar 2026" in run("accounts", folder).words
    about = (folder, "--account", "ben", "--reason", "it was him", "--by", "anna", *at)
    assert run("accounts", "unlock", *about, password=ANNA).status == 0
    assert run("decide", folder, "--by", "ben", *at, password=BENS_OWN).status == 0
    assert run("accounts", "close", *about, password=ANNA).status == 0
    assert "closed on 3 Mar 2026" in run("accounts", folder).words


def test_a_review_is_recorded_and_waits_for_its_signature(run, folder: Path) -> None:  # type: ignore[no-untyped-def]
    who = ("--account", "mona", "--name", "Mona Monitor", "--role", "monitor")
    assert run("accounts", "open", folder, *who, "--by", "anna", "--at", AT, password=ANNA, new=BEN).status == 0
    done = run("review", folder, "--upto", 9, "--findings", "none", "--by", "mona", "--at", AT, password=BEN, new="")
    assert "to be signed by: monitor" in done.words
    assert run("signatures", folder, "--json").data[-1]["kind"] == "trail-reviewed.1"


def test_a_password_comes_from_a_file_for_every_command(run, folder: Path, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    kept = tmp_path / "password"
    kept.write_text(f"{BENS_OWN}\n", encoding="utf-8")
    assert run("--password-file", kept, "decide", folder, "--by", "ben", "--at", AT).status == 0
    refused = run("--password-file", tmp_path / "none", "decide", folder, "--by", "ben", "--at", AT)
    assert refused.status == 1
    assert "cannot be read" in refused.words


def test_without_a_terminal_a_script_is_told_how_to_give_the_password(run, folder: Path) -> None:  # type: ignore[no-untyped-def]
    refused = run("decide", folder, "--by", "ben", "--at", AT)
    assert refused.status == 1
    assert "TRIALWRIGHT_PASSWORD or --password-file" in refused.words


def test_on_a_terminal_a_signature_takes_no_password_from_the_environment(
    run,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,  # type: ignore[no-untyped-def]
) -> None:
    from trialwright.cli import passwords

    asked: list[str] = []
    monkeypatch.setattr(passwords.sys.stdin, "isatty", lambda: True, raising=False)
    monkeypatch.setattr(passwords.typer, "prompt", lambda what, **_: asked.append(what) or "typed")
    monkeypatch.setenv("TRIALWRIGHT_PASSWORD", "given")
    terminal = passwords.Terminal()
    assert terminal.password("ben", again=False) == "given"
    assert terminal.password("ben", again=True) == "typed"
    assert asked == ["Password of ben"]


def test_no_answer_holds_a_secret(run, folder: Path, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    secret = (tmp_path / "secret.txt").read_text(encoding="utf-8").partition("secret=")[2].partition("&")[0].strip()
    assert stat.S_IMODE((tmp_path / "secret.txt").stat().st_mode) == 0o600
    assert run("report", folder, "--out", tmp_path / "report").status == 0
    answers = [
        run("accounts", folder, "--json"),
        run("signatures", folder, "--json"),
        run("status", folder, "--json"),
        run("accounts", "second-factor", folder, "--json", "--by", "ben", password=BENS_OWN),
        run("decide", folder, "--by", "ben", "--at", AT, password="wrongly typed"),
        run("accounts", "second-factor", folder, "--to", tmp_path / "secret.txt", "--by", "ben", password=BENS_OWN),
    ]
    assert [one.status for one in answers] == [0, 0, 0, 1, 1, 1]
    told = "".join(one.out + one.err for one in answers)
    told += "".join(path.read_text(errors="replace") for path in (tmp_path / "report").rglob("*") if path.is_file())
    for hidden in (secret, ANNA, BEN, BENS_OWN, "wrongly typed", "$argon2", "otpauth"):
        assert hidden not in told


def test_a_trial_with_accounts_elsewhere_says_so(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    protocol, folder = tmp_path / "protocol.toml", tmp_path / "trial"
    protocol.write_text(protocol_text(), encoding="utf-8")
    assert run("open", protocol, "--trial", folder, "--by", "tester").status == 0
    for command in (("sign", folder, 1, "--meaning", "review"), ("accounts", "password", folder)):
        refused = run(*command, "--by", "tester", new=BEN)
        assert refused.status == 1
        assert "keeps no accounts here" in refused.words
