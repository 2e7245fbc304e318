"""``open --ledger``, ``verify --anchor``, ``backup``, ``restore`` and ``trail`` as a person or a program calls them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from servers import Server
from trials import PROTOCOLS, protocol_text
from trialwright.cli import main

WORKED = PROTOCOLS / "kamen-2022"


class Answer:
    """What a command printed and how it ended."""

    def __init__(self, status: int, out: str, err: str) -> None:
        self.status, self.raw = status, out
        self.out, self.err = (" ".join(text.replace("│", " ").split()) for text in (out, err))


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]):
    def call(*arguments: object, status: int = 0) -> Answer:
        found = 0
        try:
            main([str(argument) for argument in arguments])
        except SystemExit as end:
            found = end.code if isinstance(end.code, int) else 0
        captured = capsys.readouterr()
        assert found == status, captured.err
        assert "Traceback" not in captured.err
        return Answer(found, captured.out, captured.err)

    return call


@pytest.fixture(params=["file", "server"])
def trial(request: pytest.FixtureRequest, run, tmp_path: Path) -> Path:
    """A trial of three entries, in a file or on a server."""
    (tmp_path / "protocol.toml").write_text(protocol_text(), "utf-8")
    where = [] if request.param == "file" else ["--ledger", request.getfixturevalue("postgresql").address()]
    run("open", tmp_path / "protocol.toml", "--trial", tmp_path / "trial", "--by", "Dr A", *where)
    events = [
        {"kind": "participant-enrolled.2", "body": {"usubjid": "P-1", "on": "2024-01-02", "dose_level": 1}},
        {"kind": "infusion-given.2", "body": {"usubjid": "P-1", "on": "2024-01-03", "dose_given": 1.0}},
    ]
    (tmp_path / "events.jsonl").write_text("\n".join(map(json.dumps, events)), "utf-8")
    run("record", tmp_path / "trial", tmp_path / "events.jsonl", "--by", "nurse")
    return tmp_path / "trial"


def test_every_command_works_wherever_the_ledger_is(run, trial: Path, tmp_path: Path) -> None:
    assert json.loads(run("verify", trial, "--json").raw)["position"] == 3
    assert json.loads(run("advise", trial, "--json").raw)
    assert "P-1" in run("status", trial).out
    run("decide", trial, "--by", "board")
    assert json.loads(run("verify", trial, "--json").raw)["position"] == 4


@pytest.mark.parametrize(("spoken", "words"), [("en", "Read back and whole"), ("fr", "Relu et intact")])
def test_backup_and_restore(run, trial: Path, tmp_path: Path, spoken: str, words: str) -> None:
    head = json.loads(run("verify", trial, "--json").raw)
    assert words in run("backup", trial, tmp_path / "b", "--lang", spoken).out
    found = json.loads(run("restore", tmp_path / "b", "--trial", tmp_path / "again", "--json").raw)
    assert (found["position"], found["digest"]) == (head["position"], head["digest"])
    assert run("trail", tmp_path / "again", "--json").raw == run("trail", trial, "--json").raw
    assert "never written over" in run("backup", trial, tmp_path / "b", status=1).err
    assert "already holds a trial" in run("restore", tmp_path / "b", "--trial", trial, status=1).err


def test_a_damaged_backup_is_refused_in_words(run, trial: Path, tmp_path: Path) -> None:
    run("backup", trial, tmp_path / "b")
    content = (tmp_path / "b").read_bytes()
    (tmp_path / "b").write_bytes(content.replace(b"P-1", b"P-2", 1))
    assert "is damaged at line 2" in run("restore", tmp_path / "b", "--trial", tmp_path / "again", status=1).err
    assert not (tmp_path / "again").exists()


def test_restore_to_a_server(run, tmp_path: Path, postgresql: Server) -> None:
    run("demo", "kamen-2022", "--out", tmp_path / "demo")
    run("backup", tmp_path / "demo", tmp_path / "b", "--json")
    run("restore", tmp_path / "b", "--trial", tmp_path / "served", "--ledger", postgresql.address())
    assert run("verify", tmp_path / "served", "--json").raw == run("verify", tmp_path / "demo", "--json").raw
    assert json.loads(run("advise", tmp_path / "served", "--json").raw) == json.loads(
        run("advise", tmp_path / "demo", "--json").raw
    )


def test_an_anchor_is_confirmed_with_its_time(run, trial: Path, tmp_path: Path) -> None:
    anchor = tmp_path / "anchor.json"
    run("verify", trial, "--write-anchor", anchor)
    assert "everything that the anchor of 20" in run("verify", trial, "--anchor", anchor).out
    old = {key: value for key, value in json.loads(anchor.read_text("utf-8")).items() if key != "written_at"}
    anchor.write_text(json.dumps(old), "utf-8")
    assert (
        "Elle contient tout ce que nomme l'ancre, jusqu'à l'entrée 3."
        in run("verify", trial, "--anchor", anchor, "--lang", "fr").out
    )


def test_a_password_in_an_address_is_refused(run, tmp_path: Path) -> None:
    (tmp_path / "protocol.toml").write_text(protocol_text(), "utf-8")
    where = ("--ledger", "postgresql://nurse:secret@server/trials")
    answer = run("open", tmp_path / "protocol.toml", "--trial", tmp_path / "trial", *where, status=1)
    assert "holds a password" in answer.err
    assert "secret" not in answer.err + answer.out


class TestTrail:
    def test_on_screen_the_last_entries(self, run, trial: Path) -> None:
        shown = run("trail", trial, "--last", "1").out
        assert "Infusion given. day: 2024-01-03 · dose given: 1" in shown
        assert "2 earlier entries are not shown; --last 0 shows all." in shown
        assert "Participant enrolled" in run("trail", trial, "--last", "0").out
        assert "Perfusion administrée" in run("trail", trial, "--lang", "fr").out

    def test_a_part_of_it(self, run, trial: Path) -> None:
        data = json.loads(run("trail", trial, "--by", "nurse", "--kind", "infusion-given", "--json").raw)
        assert [entry["position"] for entry in data["entries"]] == [3]
        assert data["entries"][0]["participant"] == "P-1"
        assert "No entry is like this." in run("trail", trial, "--participant", "P-9").out
        assert "Aucune entrée" in run("trail", trial, "--day", "1999-01-01", "--lang", "fr").out

    def test_files(self, run, trial: Path, tmp_path: Path) -> None:
        out, pdf = tmp_path / "trail.jsonl", tmp_path / "trail.pdf"
        said = run("trail", trial, "--out", out, "--pdf", pdf).out
        assert "holds the whole trail: 3 entries" in said
        assert "holds 3 of 3 entries" in said
        assert len(out.read_text("utf-8").split("\n")) == 4
        assert pdf.read_bytes().startswith(b"%PDF")

    def test_a_part_is_not_exported_as_a_trail(self, run, trial: Path, tmp_path: Path) -> None:
        answer = run("trail", trial, "--out", tmp_path / "t", "--by", "nurse", status=2)
        assert "a part of the trail cannot be checked" in answer.err
        assert not (tmp_path / "t").exists()

    def test_a_rehearsal_says_so(self, run, tmp_path: Path) -> None:
        (tmp_path / "protocol.toml").write_text(protocol_text(), "utf-8")
        run("open", tmp_path / "protocol.toml", "--trial", tmp_path / "trial", "--rehearsal")
        assert "A rehearsal: none of this happened." in run("trail", tmp_path / "trial").out
