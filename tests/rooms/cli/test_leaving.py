"""Leaving observation and withdrawing consent on the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from trials import protocol_text
from trialwright.cli import main

Call = Callable[..., tuple[int, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Call:
    def call(*arguments: object) -> tuple[int, str]:
        status: object = 0
        try:
            main([str(argument) for argument in arguments])
        except SystemExit as end:
            status = end.code
        said = capsys.readouterr()
        return int(status or 0), said.out + said.err  # type: ignore[call-overload]

    return call


@pytest.fixture
def trial(run: Call, tmp_path: Path) -> Path:
    protocol, folder, lines = tmp_path / "protocol.toml", tmp_path / "trial", tmp_path / "lines.jsonl"
    protocol.write_text(protocol_text(), encoding="utf-8")
    run("open", protocol, "--trial", folder, "--rehearsal", "--at", "2026-03-02T08:00+00:00")
    entered = [
        {"kind": "participant-enrolled.2", "body": {"usubjid": f"P-{number}", "on": "2026-03-02", "dose_level": 1}}
        for number in (1, 2)
    ]
    lines.write_text("\n".join(map(json.dumps, entered)), encoding="utf-8")
    assert run("record", folder, lines, "--at", "2026-03-02T09:00+00:00")[0] == 0
    return folder


AT = ("--at", "2026-03-05T09:00+00:00")


def test_who_dies_leaves_observation(run: Call, trial: Path) -> None:
    status, said = run("leave", trial, "P-1", "--how", "died", "--on", "2026-03-04", *AT, "--lang", "fr")
    assert (status, "décès" in said) == (0, True)
    people = json.loads(run("status", trial, "--json")[1])["participants"]
    assert [one["evaluable"] for one in people] == [False, True]
    status, said = run("leave", trial, "P-1", "--how", "completed", *AT)
    assert status == 2
    assert "has already ended" in said


def test_an_unknown_way_of_leaving_is_refused_with_those_there_are(run: Call, trial: Path) -> None:
    status, said = run("leave", trial, "P-1", "--how", "gone", *AT)
    assert status == 2
    assert "lost to follow-up" in said


def test_withdrawing_from_everything_ends_the_follow_up_in_one_go(run: Call, trial: Path) -> None:
    status, said = run("withdraw", trial, "P-1", "--from", "everything", *AT, "--json")
    assert status == 0
    assert len(json.loads(said)["positions"]) == 2
    status, said = run("withdraw", trial, "P-2", "--from", "infusions", *AT, "--json")
    assert len(json.loads(said)["positions"]) == 1
    people = json.loads(run("status", trial, "--json")[1])["participants"]
    assert [one["evaluable"] for one in people] == [False, True]
