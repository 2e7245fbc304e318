"""A trial that observes activity, from protocol file to report: check, what-if, status, advise, report."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from trials import protocol_text
from trialwright.cli import main
from with_activity import BOIN12, BY_CHANGE, EFFTOX, text_with_activity

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def call(*arguments: object) -> tuple[int, str, str]:
        status = 0
        try:
            main([str(argument) for argument in arguments])
        except SystemExit as end:
            status = end.code if isinstance(end.code, int) else 0
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return call


def written(folder: Path, text: str) -> Path:
    path = folder / "protocol.toml"
    path.write_text(text)
    return path


def answers(run: Run, path: Path, outcomes: str) -> dict[str, Any]:
    status, out, err = run("what-if", path, "--outcomes", outcomes, "--json")
    assert status == 0, err
    found: dict[str, Any] = json.loads(out)
    return found


class TestCheck:
    def test_says_what_counts_as_activity(self, run: Run, tmp_path: Path) -> None:
        _, out, _ = run("check", written(tmp_path, text_with_activity()))
        assert "Activity, for dose finding" in out
        assert "Feels better, Week 4" in out
        assert "DLTs alone" not in out

    def test_and_when_the_design_does_not_look_at_it(self, run: Run, tmp_path: Path) -> None:
        text = text_with_activity(section=BY_CHANGE, design='name = "boin"\ntarget_toxicity_rate = 0.25')
        status, out, _ = run("check", written(tmp_path, text), "--lang", "fr")
        assert status == 0
        assert "affichée ; le plan d'escalade décide par les seules DLT" in " ".join(out.split())

    def test_a_design_that_needs_it_without_the_section_is_told_the_way_out(self, run: Run, tmp_path: Path) -> None:
        status, _, err = run("check", written(tmp_path, protocol_text(design=EFFTOX)))
        assert status == 2
        assert "1 finding" in err
        assert "[activity]" in err


class TestWhatIf:
    @pytest.mark.parametrize("design", [BOIN12, EFFTOX])
    def test_answers_in_the_four_letters(self, run: Run, tmp_path: Path, design: str) -> None:
        found = answers(run, written(tmp_path, text_with_activity(design=design)), "1NTE 2EEBP")
        counts = [
            (one["n"], one["n_dlt"], one["n_pending"], one["n_active"], one["n_judged"]) for one in found["levels"]
        ]
        assert counts == [(3, 1, 0, 1, 3), (3, 1, 1, 3, 3), (0, 0, 0, 0, 0)]
        assert found["evidence"]["desirability" if design == BOIN12 else "utility"]

    def test_activity_moves_the_advice(self, run: Run, tmp_path: Path) -> None:
        path = written(tmp_path, text_with_activity())
        assert answers(run, path, "1NNN")["dose_level"] == 2
        assert answers(run, path, "1NEE")["dose_level"] == 1

    def test_the_table_shows_activity(self, run: Run, tmp_path: Path) -> None:
        path = written(tmp_path, text_with_activity())
        assert "activity / known" in run("what-if", path, "--outcomes", "1NEE")[1]
        assert "2 / 3" in run("what-if", path, "--outcomes", "1NEE", "--lang", "fr")[1]

    def test_letters_of_activity_are_refused_where_the_design_looks_at_dlts_alone(
        self, run: Run, tmp_path: Path
    ) -> None:
        status, _, err = run("what-if", written(tmp_path, protocol_text()), "--outcomes", "1NNE 2NTB")
        assert status == 2
        assert "2 findings" in err
        assert "looks at DLTs alone" in err
        assert "write N instead of E and T instead of B" in err


@pytest.fixture
def trial(run: Run, tmp_path: Path) -> Path:
    folder = tmp_path / "trial"
    assert run("open", written(tmp_path, text_with_activity()), "--trial", folder, "--by", "tester")[0] == 0
    lines = []
    for who, day in (("P-1", 1), ("P-2", 2), ("P-3", 3)):
        on = f"2024-01-{day:02d}"
        lines.append({"kind": "participant-enrolled.1", "body": {"usubjid": who, "on": on, "dose_level": 1}})
        lines.append({"kind": "infusion-given.1", "body": {"usubjid": who, "on": on, "dose_given": 1.0}})
    for who, met in (("P-1", True), ("P-2", False)):
        body = {"usubjid": who, "on": "2024-02-01", "endpoint": "better", "visit": "Week 4", "met": met}
        lines.append({"kind": "response-assessed.1", "body": body})
    path = tmp_path / "events.jsonl"
    path.write_text("\n".join(map(json.dumps, lines)))
    status, _, err = run("record", folder, path, "--by", "tester")
    assert status == 0, err
    return folder


class TestARunningTrial:
    def test_status_counts_only_those_who_are_known(self, run: Run, trial: Path) -> None:
        found = json.loads(run("status", trial, "--json")[1])
        (first, *_) = found["decision"]["levels"]
        assert (first["n"], first["n_active"], first["n_judged"]) == (3, 1, 2)
        told = {one["usubjid"]: (one["activity"], one["activity_awaited"]) for one in found["participants"]}
        assert told == {"P-1": (True, False), "P-2": (False, False), "P-3": (None, True)}
        assert "1 / 2" in run("status", trial)[1]

    def test_advice_names_what_it_was_made_of(self, run: Run, trial: Path) -> None:
        out = " ".join(run("advise", trial)[1].split())
        assert "0 DLT in 3 and activity in 1 of 2 at level 1" in out

    def test_the_report_holds_the_table(self, run: Run, trial: Path, tmp_path: Path) -> None:
        status, _, err = run("report", trial, "--out", tmp_path / "report", "--lang", "fr")
        assert status == 0, err
        (page,) = (tmp_path / "report").rglob("*.html")
        text = page.read_text(encoding="utf-8")
        assert "Activité par palier de dose" in text
        assert "Une activité qui n’est pas connue n’est pas comptée comme absente" in text
