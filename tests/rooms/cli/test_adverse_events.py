"""`ae` and `clocks` on the command line: recorded, refused with every finding, shown in two languages and as data."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from trials import ELSEWHERE, protocol_text
from trialwright.cli import main

FIRST = """{"kind": "participant-enrolled.2", "body": {"usubjid": "P-1", "on": "2024-01-02", "dose_level": 1}}
{"kind": "infusion-given.2", "body": {"usubjid": "P-1", "on": "2024-01-03", "dose_given": 1.0}}
"""
AT = ("--at", "2024-01-20T09:00+00:00")
FEVER = ("--participant", "P-1", "--term", "fever", "--grade", 3, "--onset", "2024-01-04", "--related", "yes")


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
    protocol = tmp_path / "protocol.toml"
    protocol.write_text(protocol_text(extra=f'{ELSEWHERE}\n[safety]\nprofiles = ["eu-536-2014"]\n'))
    folder = tmp_path / "trial"
    started = ("--rehearsal", "--at", "2024-01-02T08:00+00:00", "--by", "tester")
    assert run("open", protocol, "--trial", folder, *started)[0] == 0
    events = tmp_path / "events.jsonl"
    events.write_text(FIRST)
    assert run("record", folder, events, "--at", "2024-01-03T18:00+00:00", "--by", "tester")[0] == 0
    return folder


def listed(run, trial: Path) -> dict[str, Any]:  # type: ignore[no-untyped-def]
    found: dict[str, Any] = json.loads(run("ae", "list", trial, "--json")[1])
    return found


def file_of(trial: Path, text: str) -> Path:
    path = trial.parent / "lines.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_an_event_from_report_to_adjudication(run, trial: Path) -> None:  # type: ignore[no-untyped-def]
    assert run("ae", "report", trial, *FEVER, *AT)[0] == 0
    assert run("ae", "judge", trial, "--ae", "AE-1", "--as", "sponsor", "--causality", "unlikely", *AT)[0] == 0
    assert run("ae", "follow", trial, "--ae", "AE-1", "--grade", 4, "--on", "2024-01-06", *AT)[0] == 0
    assert run("ae", "adjudicate", trial, "--ae", "AE-1", "--dlt", "no", "--reason", "so", *AT)[0] == 0
    (one,) = listed(run, trial)["events"]
    assert (one["grade"], one["worst_grade"], one["related"], one["sponsor_downgrade"]) == (4, 4, True, True)
    assert one["dlt"] == {"computed": True, "adjudicated": False, "stands": False, "disagree": True}
    shown = run("ae", "list", trial, "--lang", "fr")[1]
    assert "adjugé autrement que selon la définition" in shown
    assert run("report", trial, "--out", trial.parent / "report")[0] == 0
    page = (trial.parent / "report" / "report.html").read_text(encoding="utf-8")
    assert "by definition and as adjudicated" in page
    assert "the sponsor holds it for unrelated" in page


def test_a_judgement_needs_an_answer_and_not_known_is_one(run, trial: Path) -> None:  # type: ignore[no-untyped-def]
    assert run("ae", "report", trial, *FEVER, *AT)[0] == 0
    judge = ("ae", "judge", trial, "--ae", "AE-1", "--as", "investigator")
    status, _, err = run(*judge, *AT)
    assert status == 2
    assert "related" in err
    assert run(*judge, "--related", "unknown", *AT)[0] == 0
    assert listed(run, trial)["events"][0]["related"] is None
    assert run(*judge, "--related", "maybe", *AT)[0] == 2


def test_a_file_is_recorded_whole_or_not_at_all_with_every_finding(run, trial: Path) -> None:  # type: ignore[no-untyped-def]
    head = "usubjid;term;ctcae_term;on;grade;related;serious;seriousness\n"
    wrong = file_of(
        trial,
        f"{head}P-1;sick;Nausea;2024-01-09;4;oui;non;\nP-9;ill;Malaise;2024-01-09;1;perhaps;no;\n"
        "P-1;ill;Malais;2024-01-09;1;?;yes;\n",
    )
    status, _, err = run("ae", "report", trial, "--file", wrong, *AT)
    assert status == 2
    for said in ("line 2.grade", "line 3.related", "line 4.ctcae_term", "line 4.seriousness"):
        assert said in err
    assert listed(run, trial)["events"] == []
    right = file_of(
        trial,
        f"{head}P-1;sick;Nausea;2024-01-09;3;oui;oui;hospitalisation|disability\n\nP-1;ill;Malaise;2024-01-09;1;?;non;\n",
    )
    assert run("ae", "report", trial, "--file", right, *AT)[0] == 0
    events = listed(run, trial)["events"]
    assert [one["ae"] for one in events] == ["AE-1", "AE-2"]
    assert events[0]["seriousness"] == ["hospitalisation", "disability"]
    assert events[1]["related"] is None


def test_columns_that_are_not_there_are_named(run, trial: Path) -> None:  # type: ignore[no-untyped-def]
    status, _, err = run("ae", "follow", trial, "--file", file_of(trial, "ae,grades\nAE-1,3\n"), *AT)
    assert status == 2
    assert "grades" in err


def test_a_template_is_read_back(run, trial: Path) -> None:  # type: ignore[no-untyped-def]
    for verb in ("report", "follow", "judge", "expect", "code", "adjudicate", "sent"):
        status, header, _ = run("ae", verb, trial, "--template")
        assert status == 0
        status, out, err = run("ae", verb, trial, "--file", file_of(trial, header), *AT)
        assert (status, err) == (0, ""), verb
        assert "0" in out


def test_a_coder_codes_by_term(run, trial: Path) -> None:  # type: ignore[no-untyped-def]
    for _ in range(2):
        assert run("ae", "report", trial, *FEVER, *AT)[0] == 0
    coding = file_of(trial, "term,pt,soc\nFever,Pyrexia,General\n")
    status, _, err = run("ae", "code", trial, "--file", coding, "--dictionary", "D", "--version", "27.1", *AT)
    assert (status, err) == (0, "")
    assert [one["coded"]["pt"] for one in listed(run, trial)["events"]] == ["Pyrexia", "Pyrexia"]
    unknown = file_of(trial, "term,pt,soc\nchills,Chills,General\n")
    assert run("ae", "code", trial, "--file", unknown, "--dictionary", "D", "--version", "27.1", *AT)[0] == 2


def test_clocks_are_shown_answered_and_given_as_data(run, trial: Path) -> None:  # type: ignore[no-untyped-def]
    serious = ("--serious", "yes", "--because", "hospitalisation", "--expected", "no")
    assert run("ae", "report", trial, *FEVER, *serious, "--sponsor-aware", "2024-01-04", *AT)[0] == 0
    shown = run("clocks", trial)[1]
    assert "OVERDUE" in shown
    assert "EN RETARD" in run("clocks", trial, "--lang", "fr")[1]
    (owed,) = json.loads(run("clocks", trial, "--json")[1])["reports"]
    assert (owed["clock"], owed["due"], owed["days_left"], owed["overdue"]) == ("eu-other", "2024-01-19", -1, True)
    assert run("ae", "sent", trial, "--ae", "AE-1", "--clock", "eu-other", "--to", "authority", *AT)[0] == 0
    (told,) = json.loads(run("clocks", trial, "--json")[1])["reports"]
    assert (told["standing"], told["open"]) == ("answered late", False)
    assert told["report"] == {"position": 5, "clock": "eu-other", "recipient": "authority", "reference": ""}
    assert "authority, #5" in run("clocks", trial)[1]
    before = json.loads(run("clocks", trial, "--as-of", "2024-01-03", "--json")[1])
    assert before["reports"] == []
    assert before["dlt_windows"][0]["standing"] == "open"


def test_aids_and_terms_answer_without_recording(run, trial: Path) -> None:  # type: ignore[no-untyped-def]
    assert json.loads(run("ae", "aid", "naranjo", "2=yes", "5=no", "--json")[1])["score"] == 4
    assert json.loads(run("ae", "aid", "crs", "--died", "--json")[1])["grade"] == 5
    assert json.loads(run("ae", "aid", "icans", "ice=9", "--json")[1])["at_least"] == 1
    assert run("ae", "aid", "naranjo", "2:yes")[0] == 2
    assert run("ae", "aid", "icans", "ice=many")[0] == 2
    assert run("ae", "aid", "horoscope")[0] == 1
    assert json.loads(run("ae", "term", "nausea", "--json")[1])["grades"] == [1, 2, 3]
    status, _, err = run("ae", "term", "anaemia")
    assert status == 1
    assert "Anemia" in err
