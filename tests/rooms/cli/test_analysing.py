"""`trialwright analyse`: what it prints, writes and refuses, in both languages."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import adam_made as made
from trialwright.cli import main

PACKAGE = {name: frame for name, frame in made.package(18, events=40).items() if name in ("ADSL", "ADAE", "ADTTE")}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "adam").mkdir()
    for name, frame in PACKAGE.items():
        made.write(frame, tmp_path / "adam" / f"{name.lower()}.json")
    return tmp_path / "adam"


def run(*words: str) -> int:
    with pytest.raises(SystemExit) as end:
        main(["analyse", *words])
    return int(end.value.code or 0)


def test_the_report_and_its_results_are_written_twice_the_same(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    places = [tmp_path / "one", tmp_path / "two"]
    for place in places:
        assert (
            run(str(folder), "--out", str(place), "--json", "--tables", "ae_by_term,time_to_event", "--lang", "fr") == 0
        )
        told = json.loads(capsys.readouterr().out)
    assert told["arms"] == {"Placebo": 6, "Low dose": 6, "High dose": 6}
    assert told["reference"] == "Placebo"
    assert told["changed"] == []
    assert [one["dataset"] for one in told["files"]] == ["ADAE", "ADSL", "ADTTE"]
    for name in ("report.html", "report.pdf", "results.csv", "manifest.json"):
        assert (places[0] / name).read_bytes() == (places[1] / name).read_bytes()
    manifest = json.loads((places[0] / "manifest.json").read_text("utf-8"))
    assert len(manifest["data_digest"]) == 64
    assert "results.csv" in [one["path"] for one in manifest["files"]]
    page = (places[0] / "report.html").read_text("utf-8")
    assert "Évènements indésirables" in page
    assert "Kaplan-Meier" in page


def test_what_does_not_fit_is_one_error_with_all_of_it(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(str(folder), "--reference", "X", "--population", "XFL") == 2
    told = capsys.readouterr().err
    assert "2 findings" in told
    assert "reference" in told
    assert "XFL" in told
    assert run(str(folder), "--tables", "nothing") == 2
    assert "ae_by_term" in capsys.readouterr().err
    assert run(str(folder), "--map", str(folder / "no.toml")) != 0
    assert "--template" in capsys.readouterr().err


def test_the_template_names_what_was_found(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(str(folder), "--template") == 0
    told = capsys.readouterr().out
    assert 'arms = ["Placebo", "Low dose", "High dose"]' in told
    assert "[columns.ADAE]" in told
    (folder / "map.toml").write_text(told, "utf-8")
    assert run(str(folder), "--map", str(folder / "map.toml"), "--template") == 0
