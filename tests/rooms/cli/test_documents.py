"""The commands that make documents: what they write, print and refuse, in both languages."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from trials import PROTOCOLS, protocol_text
from trialwright.cli import main
from trialwright.workbench import open_trial

TWO = PROTOCOLS / "two-infusions" / "protocol.toml"


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("documents")
    (folder / "protocol.toml").write_text(protocol_text())
    opened = open_trial(
        folder / "protocol.toml", folder / "trial", by="tester", at=datetime(2024, 1, 1, 9, tzinfo=UTC), rehearsal=True
    )
    opened.ledger.close()
    return folder / "trial"


def call(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    status = 0
    try:
        main([str(argument) for argument in arguments])
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else 0
    captured = capsys.readouterr()
    return status, captured.out, captured.err


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("board-pack", "Personne n'a été inclus."),
        ("listings", "16.2.1 Sorties prématurées"),
        ("lay-summary", "Personne n'a encore participé."),
        ("registry-results", "Personne n'a été inclus."),
    ],
)
def test_a_document_of_an_empty_trial_in_french(
    trial: Path, capsys: pytest.CaptureFixture[str], command: str, said: str
) -> None:
    status, out, _ = call(capsys, command, trial, "--lang", "fr")
    assert status == 0
    assert said in out
    assert "RÉPÉTITION" in out, "a rehearsal says so on every document"


def test_a_document_goes_into_a_folder(trial: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = call(capsys, "board-pack", trial, "--as-of", "2024-01-01", "--out", tmp_path / "pack")
    assert status == 0
    assert "report.html" in out
    first = (tmp_path / "pack" / "manifest.json").read_bytes()
    call(capsys, "board-pack", trial, "--as-of", "2024-01-01", "--out", tmp_path / "again")
    assert (tmp_path / "again" / "manifest.json").read_bytes() == first


def test_a_meeting_after_the_day_of_the_pack_is_refused(trial: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ("board-pack", trial, "--as-of", "2024-01-01", "--since", "2024-02-01", "--lang", "fr")
    status, _, err = call(capsys, *arguments)
    assert status == 1
    assert "--since" in err
    assert "la dernière réunion" in err


def test_checklists_for_a_program(trial: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = [json.loads(call(capsys, "checklist", target, "--json")[1]) for target in (trial, TWO)]
    assert [one["list"] for one in found] == ["consort_define", "spirit_define"]
    for one in found:
        assert one["there"] + one["partly"] + one["missing"] == one["applicable"]
        assert one["coverage"] == pytest.approx(one["there"] / one["applicable"])
        assert len(one["items"]) == one["applicable"] + one["not_applicable"]
    _, out, _ = call(capsys, "checklist", TWO, "--lang", "fr")
    assert "éléments" in out


def test_registries_by_name(trial: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = call(capsys, "registry-results", trial, "--json")
    assert "resultsSection" in json.loads(out)
    _, out, _ = call(capsys, "registry-results", trial, "--json", "--registry", "eudract")
    assert "subjectDisposition" in json.loads(out)
    status, _, err = call(capsys, "registry-results", trial, "--json", "--registry", "isrctn")
    assert status == 1
    assert "clinicaltrials.gov, eudract" in err


def test_the_section_of_a_protocol_with_its_characteristics(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = call(capsys, "protocol-section", TWO, "--operating")
    assert status == 0
    for part in ("2 infusions", "28 days apart (give or take 3 days)", "SPIRIT-DEFINE", "Level selected at the end"):
        assert part in " ".join(out.split()), part
    status, _, err = call(capsys, "protocol-section", "nowhere.toml")
    assert status != 0
    assert "nowhere.toml" in err
