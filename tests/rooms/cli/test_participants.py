"""Who is outside the cohorts or got no dose, from the advice to the record and the report: said everywhere."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from trials import protocol_text
from trialwright.cli import main

BOIN = 'name = "boin"\ntarget_toxicity_rate = 0.25'
RULES = ('name = "complete_cohort"', 'name = "wait_for_pending"', 'name = "backfill"\nat_most = 2')


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]):  # type: ignore[no-untyped-def]
    def call(*arguments: object) -> tuple[int, str, str]:
        status = 0
        try:
            main([str(argument) for argument in arguments])
        except SystemExit as end:
            status = end.code if isinstance(end.code, int) else 0
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return call


def enrol(who: str, level: int, **more: Any) -> dict[str, Any]:
    body = {"usubjid": who, "on": "2024-01-02", "dose_level": level, **more}
    return {"kind": "participant-enrolled.2", "body": body}


def infuse(who: str, dose: float) -> dict[str, Any]:
    return {"kind": "infusion-given.1", "body": {"usubjid": who, "on": "2024-01-02", "dose_given": dose}}


FIRST = [offer for who in ("P-1", "P-2", "P-3") for offer in (enrol(who, 1), infuse(who, 1.0))]
SECOND = [enrol("P-4", 2)]


def opened(run, folder: Path, rules: tuple[str, ...]) -> Path:  # type: ignore[no-untyped-def]
    protocol = folder / "protocol.toml"
    protocol.write_text(protocol_text(design=BOIN, rules=rules))
    assert run("open", protocol, "--trial", folder / "trial", "--by", "tester")[0] == 0
    return folder / "trial"


def recorded(run, trial: Path, *offers: dict[str, Any]) -> tuple[int, str]:  # type: ignore[no-untyped-def]
    path = trial.parent / "events.jsonl"
    path.write_text("\n".join(json.dumps(offer) for offer in offers))
    status, _, err = run("record", trial, path, "--by", "tester")
    return status, err


def test_a_backfill_is_advised_recorded_and_reported(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    trial = opened(run, tmp_path, RULES)
    assert recorded(run, trial, *FIRST, *SECOND) == (0, "")
    advice = json.loads(run("advise", trial, "--json")[1])
    assert (advice["action"], advice["dose_level"], advice["current_dose_level"]) == ("backfill", 1, 2)
    assert "backfill at dose level 1; the cohort waits" in run("advise", trial)[1]
    assert "compléter (backfill) au palier de dose 1" in run("advise", trial, "--lang", "fr")[1]
    decide = ("decide", trial, "--level", 1, "--reason", "as advised", "--by", "board")
    assert run(*decide)[0] == 0
    assert recorded(run, trial, enrol("P-5", 1, backfill=True), infuse("P-5", 1.0)) == (0, "")
    after = json.loads(run("status", trial, "--json")[1])
    assert [one["backfill"] for one in after["participants"]] == [False] * 4 + [True]
    assert after["decision"]["current_dose_level"] == 2
    assert after["decision"]["levels"][0]["n"] == 4
    assert "(backfill)" in run("status", trial)[1]
    assert run("report", trial, "--out", tmp_path / "report")[0] == 0
    page = (tmp_path / "report" / "report.html").read_text(encoding="utf-8").replace("\u00a0", " ")
    assert "1 of the 4 enrolled were assigned as backfill" in page
    assert "backfill at dose level 1" in page


def test_who_got_no_dose_is_shown_and_does_not_count(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    trial = opened(run, tmp_path, RULES)
    reason = "the product did not meet its release criteria"
    body = {"usubjid": "P-4", "on": "2024-01-09", "completed": False, "reason": reason}
    assert recorded(run, trial, *FIRST, *SECOND, {"kind": "follow-up-ended.1", "body": body}) == (0, "")
    status = json.loads(run("status", trial, "--json")[1])
    assert [one["evaluable"] for one in status["participants"]] == [True] * 3 + [False]
    assert "not evaluable" in run("status", trial)[1]
    assert run("report", trial, "--out", tmp_path / "report")[0] == 0
    page = (tmp_path / "report" / "report.html").read_text(encoding="utf-8").replace("\u00a0", " ")
    assert f"P-4 left before any infusion and does not count for dose finding: {reason}" in page


def test_a_backfill_that_the_protocol_does_not_foresee_is_refused(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    trial = opened(run, tmp_path, RULES[:2])
    status, err = recorded(run, trial, *FIRST, enrol("P-4", 1, backfill=True))
    assert status == 2
    assert "the protocol has no rule named backfill" in " ".join(err.split())


def test_what_if_says_it_too(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    protocol = tmp_path / "protocol.toml"
    protocol.write_text(protocol_text(design=BOIN, rules=RULES))
    answer = json.loads(run("what-if", protocol, "--outcomes", "1NNN 2P", "--json")[1])
    assert (answer["action"], answer["dose_level"]) == ("backfill", 1)
