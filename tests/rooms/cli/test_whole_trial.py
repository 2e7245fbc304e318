"""Two infusions per participant, from screening to the lock of the data, through the command line alone.

The script is the one that people rehearse with (`protocols/two-infusions/rehearsal.sh`); it is run here line by line,
in a record kept in a file and in one on a PostgreSQL server: the same events, so the same head.
"""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from servers import Server
from trialwright.cli import main
from trialwright.ledger import secrets

HERE = Path(__file__).parents[3] / "protocols" / "two-infusions"
PASSWORDS = ("TRIALWRIGHT_PASSWORD", "TRIALWRIGHT_NEW_PASSWORD")
Run = Callable[..., str]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run one command line; it must succeed. The answer is what it printed."""
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(secrets, "HASHER", cheap)
    monkeypatch.setattr(secrets, "NOBODYS", cheap.hash("x"))
    monkeypatch.setattr(sys.stdin, "isatty", lambda: False, raising=False)
    monkeypatch.chdir(HERE)

    def call(*arguments: object, **passwords: str) -> str:
        for name in PASSWORDS:
            monkeypatch.delenv(name, raising=False)
        for name, value in passwords.items():
            monkeypatch.setenv(name, value)
        status: object = 0
        try:
            main([str(argument) for argument in arguments])
        except SystemExit as end:
            status = end.code
        said = capsys.readouterr()
        assert not status, f"{shlex.join(map(str, arguments))}\n{said.out}\n{said.err}"
        return said.out

    return call


def commands(trial: Path, *, ledger: str) -> Iterator[tuple[list[str], dict[str, str]]]:
    """The command lines of the script with the passwords before them."""
    for line in (HERE / "rehearsal.sh").read_text(encoding="utf-8").splitlines():
        if "trialwright " not in line or line.startswith(("#", "set")):
            continue
        words, passwords = shlex.split(line), {}
        while words[0] != "trialwright":
            name, _, passwords[name] = words.pop(0).partition("=")
        filled = [word.replace("$TRIAL", str(trial)) for word in words[1:]]
        where = filled.index("$LEDGER") if "$LEDGER" in filled else None
        if where is not None:
            filled[where : where + 1] = shlex.split(ledger)
        yield filled, passwords


def rehearsed(run: Run, trial: Path, *, ledger: str = "") -> list[str]:
    """Everything the script prints, command by command."""
    printed = [run(*words, **passwords) for words, passwords in commands(trial, ledger=ledger)]
    assert len(printed) > 80
    return printed


def test_from_screening_to_lock_in_a_file_and_on_a_server(run: Run, tmp_path: Path, postgresql: Server) -> None:
    in_file, on_server = tmp_path / "file", tmp_path / "server"
    said = rehearsed(run, in_file)
    assert "The gate is open." in "\n".join(said)
    rehearsed(run, on_server, ledger=f"--ledger {shlex.quote(postgresql.address())}")
    heads = [json.loads(run("verify", trial, "--json")) for trial in (in_file, on_server)]
    assert heads[0]["digest"] == heads[1]["digest"]
    assert heads[0]["position"] == heads[1]["position"] > 120
    assert (in_file / "ledger.sqlite").exists()
    assert not (on_server / "ledger.sqlite").exists()
    everybody_counts_at_the_dose_given(run, in_file)
    everything_is_signed(run, in_file, tmp_path / "report")
    every_bag_is_traced_both_ways(run, on_server)
    nothing_is_recorded_after_the_lock(run, in_file)


def everybody_counts_at_the_dose_given(run: Run, trial: Path) -> None:
    status = json.loads(run("status", trial, "--json"))
    assert [one["counted_level"] for one in status["participants"]] == [1, 1, 1, 2]
    assert all(one["window_complete"] and not one["dlt"] for one in status["participants"])


def everything_is_signed(run: Run, trial: Path, report: Path) -> None:
    assert all(not one["missing"] for one in json.loads(run("signatures", trial, "--json")))
    run("report", trial, "--out", report)
    page = (report / "report.html").read_text(encoding="utf-8").replace("\u00a0", " ")
    assert "Bea Example, board: approval" in page
    record = " ".join(run("decision", trial).split())
    assert "Bea Example, board: approval" in record
    assert "Nothing was open in these data." in record
    run("decision", trial, "--pdf", report / "decision.pdf", "--lang", "fr")
    assert (report / "decision.pdf").read_bytes().startswith(b"%PDF")


def every_bag_is_traced_both_ways(run: Run, trial: Path) -> None:
    forward, back = run("trace", trial, "DONOR-1"), run("trace", trial, "P-04/2")
    assert all(f"participant P-0{number}" in forward for number in (1, 2, 3, 4))
    assert "12 Jan 2058" in forward, "thirty years after the expiry of the batch"
    assert all(number in back for number in ("BAG-9", "BAG-10", "B-1", "DIN-1", "DONOR-1"))


def nothing_is_recorded_after_the_lock(run: Run, trial: Path) -> None:
    head = json.loads(run("verify", trial, "--json"))
    when = ("--by", "ivan", "--at", "2026-07-01T10:00+01:00")
    with pytest.raises(AssertionError, match="the data were locked on 2026-06-16"):
        run("deviation", trial, "late", "--category", "visit", "--minor", *when, **{PASSWORDS[0]: "ivans own password"})
    assert json.loads(run("verify", trial, "--json")) == head
