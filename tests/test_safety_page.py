"""The page on adverse events, followed: its files are written, every command answers as printed there."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from trialwright.cli import main

PAGE = (Path(__file__).parents[1] / "docs" / "safety.md").read_text(encoding="utf-8")
FILES = {"toml": "protocol.toml", "json": "monday.jsonl"}


def test_every_command_answers_as_printed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    ran = 0
    for kind, block in re.findall(r"```(\w+)\n(.*?)```", PAGE, flags=re.DOTALL):
        if kind in FILES:
            (tmp_path / FILES[kind]).write_text(block, encoding="utf-8")
            continue
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, *printed = part.rstrip().splitlines()
            with pytest.raises(SystemExit):
                main(shlex.split(command)[1:])
            said = capsys.readouterr()
            answered = (said.out.rstrip() + said.err.rstrip()).splitlines()
            assert [line.rstrip() for line in answered] == [line.rstrip() for line in printed], command
            ran += 1
    assert ran == len(re.findall(r"^\$ ", PAGE, flags=re.MULTILINE)) > 10
