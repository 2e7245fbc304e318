"""Killed at any moment while recording, a trial keeps every acknowledged event and an unbroken chain."""

from __future__ import annotations

import json
import os
import random
import signal
import struct
import time
from pathlib import Path

import pytest

from trials import protocol_text
from trialwright.workbench import open_trial, reach_trial, record_file, verify_trial

KILLS = 220
NUMBER = struct.Struct("<i")


def test_220_kills_during_record_lose_nothing(tmp_path: Path) -> None:
    """Each child records files of three events through the same use case as the command, and says how far it got."""
    if not hasattr(os, "fork"):
        pytest.skip("needs fork, to kill a process that has everything loaded")
    protocol = tmp_path / "protocol.toml"
    protocol.write_text(protocol_text())
    folder = tmp_path / "trial"
    open_trial(protocol, folder, by="tester").ledger.close()
    chance, acknowledged, cut_short = random.Random(2019), 1, 0
    for attempt in range(KILLS):
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            _record_until_killed(folder, attempt, writer)
        os.close(writer)
        # After so many files as chance says, at a random moment of the next one; on a busy machine too.
        told = _told(reader, files=chance.randrange(4))
        time.sleep(chance.uniform(0.0, 0.03))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        told += _told(reader)
        os.close(reader)
        acknowledged = max([acknowledged, *told])
        head = verify_trial(folder)
        assert head.position >= acknowledged, f"kill {attempt}: entry {acknowledged} was acknowledged and is gone"
        assert (head.position - 1) % 3 == 0, f"kill {attempt}: a file was recorded in part"
        cut_short += head.position > acknowledged
    with reach_trial(folder) as trial:
        assert len(trial.state().participants) == (verify_trial(folder).position - 1) // 3
    assert acknowledged > KILLS, "the children must get to record something"


def _record_until_killed(folder: Path, attempt: int, writer: int) -> None:
    """The child: never returns."""
    number = 0
    while True:
        who = f"P-{attempt}-{number}"
        number += 1
        day = "2024-01-02"
        events = [
            {"kind": "participant-enrolled.1", "body": {"usubjid": who, "on": day, "dose_level": 1}},
            {"kind": "infusion-given.1", "body": {"usubjid": who, "on": day, "dose_given": 1.0}},
            {"kind": "follow-up-ended.1", "body": {"usubjid": who, "on": day, "completed": False, "reason": "x"}},
        ]
        file = folder.parent / f"{os.getpid()}.jsonl"
        file.write_text("\n".join(json.dumps(event) for event in events))
        with reach_trial(folder) as trial:
            written = record_file(trial, file, by="child")
        os.write(writer, NUMBER.pack(written[-1].position))


def _told(reader: int, files: int | None = None) -> list[int]:
    """The positions acknowledged: of so many files, or of all until the pipe is closed."""
    told = []
    while files is None or len(told) < files:
        packed = os.read(reader, NUMBER.size)  # written in one piece, so read in one piece
        if len(packed) < NUMBER.size:
            break
        told += NUMBER.unpack(packed)
    return told
