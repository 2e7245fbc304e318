"""Visits, assessments and laboratory values on the command line: template filled in, calendar, suggested grades."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from trials import ELSEWHERE, protocol_text
from trialwright.cli import main

PLAN = (
    ELSEWHERE
    + """
[[visits]]
name = { en = "Week 1", fr = "Semaine 1" }
day = 7
window_days = 2
infusion = "each"
instruments = ["sledai-2k"]

[[visits]]
name = { en = "Month 1", fr = "Mois 1" }
day = 30
window_days = 5
instruments = []

[disease]
name = "lupus"
instruments = ["sledai-2k"]

[[laboratory]]
name = { en = "ALT", fr = "ALAT" }
unit = "U/L"
visits = ["Week 1"]

[[laboratory]]
name = { en = "platelets", fr = "plaquettes" }
unit = "G/L"
visits = ["Week 1"]
"""
)


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]):  # type: ignore[no-untyped-def]
    def call(*arguments: object) -> tuple[int, str, str]:
        status = 0
        try:
            main([str(argument) for argument in arguments])
        except SystemExit as end:
            status = end.code if isinstance(end.code, int) else 0
        captured = capsys.readouterr()
        return status, captured.out, " ".join(captured.err.split())

    return call


@pytest.fixture
def trial(run, tmp_path: Path) -> Path:  # type: ignore[no-untyped-def]
    protocol = tmp_path / "protocol.toml"
    protocol.write_text(protocol_text(extra=PLAN), "utf-8")
    folder = tmp_path / "trial"
    assert run("open", protocol, "--trial", folder, "--rehearsal", "--at", "2026-03-01T08:00+01:00")[0] == 0
    events = [
        {"kind": "participant-enrolled.2", "body": {"usubjid": "P-1", "on": "2026-03-02", "dose_level": 1}},
        {"kind": "infusion-given.2", "body": {"usubjid": "P-1", "on": "2026-03-03", "dose_given": 1.0}},
    ]
    path = tmp_path / "events.jsonl"
    path.write_text("\n".join(json.dumps(one) for one in events))
    assert run("record", folder, path, "--at", "2026-03-03T18:00")[0] == 0
    return folder


AT = ("--at", "2026-03-10T09:00", "--by", "anna")


def filled(template: str, answers: dict[str, dict[str, str]]) -> str:
    rows = list(csv.DictReader(io.StringIO(template)))
    for row in rows:
        row |= answers.get(row["item"] or row["name"], {})
    out = io.StringIO()
    writer = csv.DictWriter(out, rows[0])
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def visits(run, trial: Path, *more: str) -> dict[str, dict[str, Any]]:  # type: ignore[no-untyped-def]
    status, out, _ = run("visits", trial, "--json", *more)
    assert status == 0
    return {one["visit"]: one for one in json.loads(out)["visits"]}


def test_a_visit_from_the_template(run, trial: Path) -> None:  # type: ignore[no-untyped-def]
    status, template, _ = run("assess", trial, "P-1", "--visit", "Week 1", "--template", "--lang", "fr")
    assert status == 0
    rows = list(csv.DictReader(io.StringIO(template)))
    assert {row["what"] for row in rows} == {"held", "assessment", "result"}
    assert next(row for row in rows if row["item"] == "arthritis")["question"]
    assert [row["unit"] for row in rows if row["what"] == "result"] == ["U/L", "G/L"]
    answers = {
        "arthritis": {"value": "oui"},
        "rash": {"value": "?"},
        "fever": {"value": "no"},
        "ALT": {"value": "130", "laboratory": "central"},
        "platelets": {"value": "40", "limit": "<", "laboratory": "central"},
    }
    path = trial.parent / "visit.csv"
    path.write_text(filled(template, answers), "utf-8")
    assert visits(run, trial, "--as-of", "2026-03-10")["Week 1"]["standing"] == "due"
    status, out, err = run("assess", trial, "--file", path, *AT, "--json")
    assert (status, err) == (0, "")
    kinds = [one["kind"] for one in json.loads(out)["recorded"]]
    assert kinds == ["visit-held.1", "assessment-recorded.2", "measurements-recorded.1"]
    known = visits(run, trial)["Week 1"]
    assert (known["standing"], known["held"], known["not_recorded"]) == ("held in window", "2026-03-10", [])
    assert visits(run, trial)["Month 1"]["standing"] == "not yet due"
    shown = json.loads(run("labs", trial, "--json")[1])["suggestions"]
    assert [(one["term"], one["grade"], one["grade_lower"], one["grade_upper"]) for one in shown] == [
        ("Alanine aminotransferase increased", None, 0, 4),
        ("Platelet count decreased", None, 3, 4),
    ]


def test_ranges_are_set_from_a_table(run, trial: Path) -> None:  # type: ignore[no-untyped-def]
    template = run("labs", trial, "--template")[1]
    limits = {"laboratory": "central", "on": "2026-01-01", "lower": "5", "upper": "40"}
    path = trial.parent / "ranges.csv"
    rows = list(csv.DictReader(io.StringIO(template)))
    rows[0] |= limits
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    assert run("labs", trial, "--ranges", path, *AT)[0] == 0
    values = ("--result", "ALT=41 U/L", "--result", "triglycerides=2 mmol/L")
    recorded = run("assess", trial, "P-1", "--visit", "Unscheduled", *values, "--laboratory", "central", *AT)
    assert recorded[0] == 0, recorded
    (alt, fat) = json.loads(run("labs", trial, "P-1", "--json")[1])["suggestions"]
    assert (alt["grade_lower"], alt["grade_upper"], alt["why"]) == (0, 1, "grade 0 to 1: the baseline is not known")
    assert (alt["status"], fat["status"]) == ("confirmed", "unverified")
    assert [run("labs", trial, "--lang", lang)[1].count("†") for lang in ("en", "fr")] == [2, 2]  # and the note
    rows[0]["lower"] = "50"
    path.write_text(",".join(rows[0]) + "\n" + ",".join(rows[0].values()) + "\n")
    assert "must not lie below the lower limit" in run("labs", trial, "--ranges", path, *AT)[2]


def test_one_visit_at_a_time(run, trial: Path) -> None:  # type: ignore[no-untyped-def]
    item = ("--item", "sledai-2k.arthritis=yes")
    done = run("assess", trial, "P-1", "--visit", "Week 1", *item, "--on", "2026-03-06", *AT)
    assert done[0] == 0, done
    known = visits(run, trial)["Week 1"]
    assert (known["standing"], known["not_recorded"]) == ("held early", ["ALT", "platelets"])
    assert run("assess", trial, "P-1", "--visit", "Month 1", "--missed", "moved away", *AT)[0] == 0
    known = visits(run, trial)["Month 1"]
    assert (known["standing"], known["reason"]) == ("missed", "moved away")
    shown = " ".join(run("visits", trial, "--lang", "fr")[1].split())
    assert "moved" in shown
    assert "moved away" in shown


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("P-1",), "there is nothing to record"),
        (("P-1", "--visit", "Week 9"), "is not a visit of the protocol"),
        (("P-1", "--visit", "Week 1", "--item", "arthritis"), "INSTRUMENT.ITEM=VALUE"),
        (("P-1", "--visit", "Week 1", "--item", "sledai-2k.arthritus=yes"), "arthritis"),
        (("P-1", "--visit", "Week 1", "--result", "ALT"), "TEST=VALUE"),
        (("P-1", "--visit", "Week 1", "--result", "ALT=3 mg"), "cannot be converted to U/L"),
        (("P-9", "--visit", "Week 1"), "neither screened nor enrolled"),
        (("--visit", "Week 1"), "is required"),
    ],
)
def test_what_cannot_be_done_is_said(run, trial: Path, arguments: tuple[str, ...], said: str) -> None:  # type: ignore[no-untyped-def]
    status, _, err = run("assess", trial, *arguments, *AT)
    assert status in (1, 2)
    assert said in err


def test_a_file_is_recorded_whole_or_not_at_all(run, trial: Path) -> None:  # type: ignore[no-untyped-def]
    path = trial.parent / "visit.csv"
    header = "usubjid,visit,infusion,on,what,name,value\n"
    path.write_text(header + "P-1,Week 1,,2026-03-10,held,,yes\n,Week 1,one,soon,perhaps,,\n", "utf-8")
    status, _, err = run("assess", trial, "--file", path, *AT)
    assert status == 2
    for said in ("line 3.usubjid", "line 3.what", "line 3.on", "line 3.infusion"):
        assert said in err
    assert visits(run, trial, "--as-of", "2026-03-10")["Week 1"]["held"] is None
