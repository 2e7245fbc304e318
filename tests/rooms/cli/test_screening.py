"""From consent to a place in the trial, on the command line: the template filled in, shown, confirmed, enrolled."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from trials import PROTOCOLS
from trialwright.cli import main
from trialwright.conduct.cuts import cut_points, said
from trialwright.workbench import reach_trial

CONDUCT = """
[conduct]
elsewhere = ["accounts", "decision", "product", "identity"]
where = { en = "paper files", fr = "dossiers papier" }
"""


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


@pytest.fixture
def trial(run, tmp_path: Path) -> Path:  # type: ignore[no-untyped-def]
    text = (PROTOCOLS / "msc-sle" / "protocol.toml").read_text("utf-8")
    protocol = tmp_path / "protocol.toml"
    protocol.write_text(text.replace("reconstruction = true", "reconstruction = false") + CONDUCT, "utf-8")
    opened = run("open", protocol, "--trial", tmp_path / "trial", "--rehearsal", "--at", "2026-03-01T08:00+01:00")
    assert opened[0] == 0
    return tmp_path / "trial"


ANSWERS: dict[str, dict[str, str]] = {
    "weight": {"value": "60"},
    "age": {"value": "34"},
    "SELENA-SLEDAI": {"value": "8"},
    "time at stable doses": {"value": "2", "unit": "months"},
    "history": {"value": "yes"},
    "prednisone or equivalent": {"value": "yes", "dose": "0,1", "dose_unit": "mg/kg/day", "duration": "60"},
    "belimumab IV": {"value": "yes", "dose": "10", "duration": "4"},
}


def filled(template: str, **other: dict[str, str]) -> str:
    rows = list(csv.DictReader(io.StringIO(template)))
    for row in rows:
        usual = {"treatment": "no", "fact": "yes"}.get(row["what"], "")
        row |= {"value": usual} | ANSWERS.get(row["name"], {}) | other.get(row["name"], {})
    out = io.StringIO()
    writer = csv.DictWriter(out, rows[0])
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def facts(run, trial: Path, **other: dict[str, str]) -> Path:  # type: ignore[no-untyped-def]
    status, template, _ = run("screen", trial, "--template")
    assert status == 0
    path = trial.parent / "P-01.csv"
    path.write_text(filled(template, **other), "utf-8")
    return path


AT = ("--at", "2026-03-05T09:00", "--by", "anna")


def test_from_consent_to_a_place_in_the_trial(run, trial: Path) -> None:  # type: ignore[no-untyped-def]
    screened = run("screen", trial, "P-01", "--consented", "2026-03-02", "--facts", facts(run, trial), *AT, "--json")
    assert screened[0] == 0, screened
    known = json.loads(screened[1])
    assert (known["computed"], known["recorded"]) == ("met", [2, 3])
    refractory = next(one for one in known["criteria"] if one["id"] == "I4")
    assert refractory["evidence"][0]["found"] == "prednisone or equivalent: 0.1 mg/kg/day = 6 mg/day, 60 days"
    assert "has not been screened" in run("enrol", trial, "P-02", *AT)[2]
    assert "is not confirmed" in run("enrol", trial, "P-01", *AT)[2]
    assert "the criteria give: met" in run("confirm", trial, "P-01", *AT)[1]
    known = ("--baseline", "sex=female", "--baseline", "age=34")
    enrolled: dict[str, Any] = json.loads(run("enrol", trial, "P-01", *known, *AT, "--json")[1])
    assert enrolled["dose_level"] == 2, "the protocol starts at level 2"
    with reach_trial(trial) as reached:
        baseline = reached.state().participants["P-01"].baseline
    assert {name: one.event.value for name, one in baseline.items()} == {"sex": "female", "age": 34.0}
    assert "Tous critères : rempli." in run("screen", trial, "P-01", "--show", "--lang", "fr")[1]


def test_a_waiver_is_shown_beside_its_criterion(run, trial: Path) -> None:  # type: ignore[no-untyped-def]
    path = facts(run, trial, age={"value": "17"})
    assert run("screen", trial, "P-01", "--consented", "2026-03-02", "--facts", path, *AT)[0] == 0
    status, _, err = run("confirm", trial, "P-01", *AT)
    assert (status, "criterion I1 keeps the person out and is not waived" in err) == (2, True)
    assert run("waive", trial, "P-01", "I1", *AT)[0] == 1
    assert run("waive", trial, "P-01", "I1", "--reason", "18 next week", *AT)[0] == 0
    assert run("confirm", trial, "P-01", *AT)[0] == 0
    shown = json.loads(run("screen", trial, "P-01", "--show", "--json")[1])
    waiver = next(one for one in shown["criteria"] if one["id"] == "I1")["waiver"]
    assert (waiver["reason"], shown["computed"]) == ("18 next week", "not met")
    assert run("enrol", trial, "P-01", *AT)[0] == 0, "accounts, and so signatures, are kept elsewhere"
    with reach_trial(trial) as reached:
        points = cut_points(reached.study, reached.state(), on=date(2026, 3, 5))
    waived = [point for point in points if point.code == "criterion-waived"]
    assert [said(point, "en") for point in waived] == ["P-01: criterion I1 was waived: 18 next week"]
    assert said(waived[0], "fr") == "P-01 : dérogation au critère I1 : 18 next week"


def test_a_file_is_recorded_whole_or_not_at_all(run, trial: Path) -> None:  # type: ignore[no-untyped-def]
    path = facts(run, trial, age={"value": "many"}, **{"belimumab IV": {"value": "perhaps"}})
    status, _, err = run("screen", trial, "P-01", "--consented", "2026-03-02", "--facts", path, *AT)
    assert status == 2
    assert "must be a number" in err
    assert "must be yes or no" in err
    path = facts(run, trial, age={"unit": "mg"}, **{"history": {"value": ""}})
    err = run("screen", trial, "P-01", "--consented", "2026-03-02", "--facts", path, *AT)[2]
    assert "treatments count only as a complete history" in err
    path = facts(run, trial, age={"unit": "mg"})
    err = run("screen", trial, "P-01", "--consented", "2026-03-02", "--facts", path, *AT)[2]
    assert "cannot be converted to years" in err
    assert run("screen", trial, "P-01", "--show")[0] == 1, "nothing was recorded"


@pytest.mark.parametrize(
    ("arguments", "wanted"),
    [
        (("P-01",), "there is nothing to record"),
        (("P-01", "--show"), "P-01 has not been screened"),
        (("P-01", "--facts", "nowhere.csv"), "cannot be read"),
        (("Dupont", "--consented", "2026-03-02"), "looks like a person's name"),
    ],
)
def test_what_cannot_be_done_is_said(run, trial: Path, arguments: tuple[str, ...], wanted: str) -> None:  # type: ignore[no-untyped-def]
    status, _, err = run("screen", trial, *arguments, *AT)
    assert status in (1, 2)
    assert wanted in " ".join(err.split())
