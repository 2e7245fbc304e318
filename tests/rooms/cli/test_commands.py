"""The commands as a person or a program calls them: what they print, how they end, what they refuse."""

from __future__ import annotations

import json
import re
import sqlite3
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from trials import PROTOCOLS, protocol_text
from trialwright.cli import main

MSC = str(PROTOCOLS / "msc-sle" / "protocol.toml")
VERBS = ("demo", "check", "open", "record", "status", "advise", "decide", "report", "verify", "what-if", "schema")


class Answer:
    """What a command printed and how it ended."""

    def __init__(self, status: int, out: str, err: str) -> None:
        self.status, self.out, self.err = status, " ".join(out.split()), " ".join(err.split())
        self.raw = out

    @property
    def data(self):  # type: ignore[no-untyped-def]
        return json.loads(self.raw)


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]):  # type: ignore[no-untyped-def]
    def call(*arguments: object) -> Answer:
        status = 0
        try:
            main([str(argument) for argument in arguments])
        except SystemExit as end:
            status = end.code if isinstance(end.code, int) else 0
        captured = capsys.readouterr()
        return Answer(status, captured.out, captured.err)

    return call


@pytest.fixture
def protocol(tmp_path: Path) -> Path:
    path = tmp_path / "protocol.toml"
    path.write_text(protocol_text(rules=['name = "no_skipping"']))
    return path


@pytest.fixture
def trial(run, protocol: Path, tmp_path: Path) -> Path:  # type: ignore[no-untyped-def]
    assert run("open", protocol, "--trial", tmp_path / "trial", "--by", "tester").status == 0
    return tmp_path / "trial"


def events(folder: Path, *offers: dict[str, object]) -> Path:
    path = folder / "events.jsonl"
    path.write_text("\n".join(json.dumps(offer) for offer in offers))
    return path


def enrol(who: str, level: int = 1) -> dict[str, object]:
    return {"kind": "participant-enrolled.1", "body": {"usubjid": who, "on": "2024-01-02", "dose_level": level}}


def infuse(who: str, dose: float = 1.0) -> dict[str, object]:
    return {"kind": "infusion-given.1", "body": {"usubjid": who, "on": "2024-01-02", "dose_given": dose}}


class TestHelp:
    @pytest.mark.parametrize("verb", VERBS)
    def test_every_verb_explains_itself_and_its_options(self, run, verb: str) -> None:  # type: ignore[no-untyped-def]
        answer = run(verb, "--help")
        assert answer.status == 0
        assert "Usage" in answer.out
        assert len(answer.out) > 200

    def test_the_version_is_the_one_reports_name(self) -> None:
        asked = [sys.executable, "-m", "trialwright", "--version"]
        done = subprocess.run(asked, capture_output=True, text=True, check=True)
        assert done.stdout == f"trialwright {version('trialwright')}\n"

    def test_the_help_loads_nothing_heavy(self) -> None:
        code = (
            "import sys\nfrom trialwright.cli import main\n"
            "try: main(['--help'])\nexcept SystemExit: pass\n"
            "heavy = {'numpy', 'scipy', 'pydantic', 'sqlalchemy', 'matplotlib', 'babel', 'jinja2', 'typst'}\n"
            "sys.stderr.write(','.join(sorted(heavy & set(sys.modules))))"
        )
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        assert done.stderr == ""
        assert all(verb in done.stdout for verb in VERBS)


class TestCheck:
    def test_findings_in_french(self, run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
        (tmp_path / "bad.toml").write_text('[identity]\ntitle = "t"\nplanned_n = 0\n[unknown]\n')
        answer = run("check", tmp_path / "bad.toml", "--lang", "fr")
        assert answer.status == 2
        assert "bad.toml ne décrit pas encore un essai — " in answer.err
        assert '"t" doit être dit dans les deux langues, comme { en = "…", fr = "…" }' in answer.err
        assert "0 doit être 1 ou plus" in answer.err
        assert "identity.sponsor est requis ; l'ajouter" in answer.err
        assert not re.search(r"\b(?:must|is|add|remove|there)\b", answer.err)

    def test_five_mistakes_five_findings(self, run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
        broken = (
            protocol_text(cohort_size=0, rules=['name = "stop_at_n"\nn = -2'])
            .replace("amounts = [1.0, 2.0, 4.0]", "amounts = [1.0, 4.0, 2.0]")
            .replace("target_toxicity_rate = 0.25", "target_toxicity_rate = 1.5")
            .replace("min_grade = 3", "min_grade = 9")
        )
        path = tmp_path / "broken.toml"
        path.write_text(broken)
        answer = run("check", path)
        assert answer.status == 2
        assert "5 findings" in answer.err
        for place in ("dose.amounts", "dose.cohort_size", "design.target_toxicity_rate", "rules[1].n", "dlt.min_grade"):
            assert place in answer.err
        assert "Traceback" not in answer.err

    @pytest.mark.parametrize(("language", "wanted"), [("en", "our choice"), ("fr", "notre choix")])
    def test_a_sound_file_is_told_back_in_words(self, run, language: str, wanted: str) -> None:  # type: ignore[no-untyped-def]
        answer = run("check", MSC, "--lang", language)
        assert answer.status == 0
        assert wanted in answer.out
        assert "2 × 10⁶" in answer.out

    def test_an_unknown_language_is_refused(self, run) -> None:  # type: ignore[no-untyped-def]
        answer = run("check", MSC, "--lang", "de")
        assert answer.status == 2
        assert "choose en" in answer.err


class TestKeeping:
    def test_a_trial_from_opening_to_report(self, run, trial: Path, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
        assert run("advise", trial, "--json").data["action"] == "start"
        assert run("decide", trial, "--by", "board", "--json").data == {
            "position": 2, "dose_level": 1, "advised": 1, "endorsed": True, "cut": "", "to_be_signed_by": [],
        }  # fmt: skip
        file = events(tmp_path, *(offer for who in ("P-1", "P-2", "P-3") for offer in (enrol(who), infuse(who))))
        assert run("record", trial, file, "--by", "tester", "--json").data["recorded"][-1]["position"] == 8
        decision = run("advise", trial, "--json").data
        assert (decision["action"], decision["dose_level"]) == ("escalate", 2)
        assert "P-2" in run("status", trial).out
        departure = run("decide", trial, "--by", "board", "--level", "1")
        assert departure.status == 1
        assert "needs --reason" in departure.err
        departed = run("decide", trial, "--by", "board", "--level", "1", "--reason", "batch 2 is late")
        assert "departure from the advice" in departed.out
        written = run("report", trial, "--out", tmp_path / "out", "--lang", "fr", "--json").data
        page = Path(written["html"]).read_text(encoding="utf-8")
        assert "batch 2 is late" in page
        assert "illustrati" not in page.partition("</head>")[2].partition("<footer")[0]

    def test_as_of_a_day_before_shows_that_day(self, run, trial: Path, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
        run("record", trial, events(tmp_path, enrol("P-1")), "--by", "tester")
        assert run("status", trial, "--json").data["participants"]
        assert not run("status", trial, "--as-of", "2020-01-01", "--json").data["participants"]

    def test_nothing_of_a_file_with_one_mistake_is_recorded(self, run, trial: Path, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
        answer = run("record", trial, events(tmp_path, enrol("P-1"), infuse("P-2"), enrol("P-3", level=8)))
        assert answer.status == 2
        assert "2 findings" in answer.err
        assert "line 2" in answer.err
        assert "line 3.dose_level" in answer.err
        assert run("verify", trial, "--json").data["position"] == 1

    def test_a_folder_holds_one_trial(self, run, trial: Path, protocol: Path) -> None:  # type: ignore[no-untyped-def]
        answer = run("open", protocol, "--trial", trial)
        assert answer.status == 1
        assert "already holds a trial" in answer.err

    def test_a_missing_trial_is_answered_with_the_way_to_open_one(self, run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
        for verb in ("status", "advise", "verify"):
            answer = run(verb, tmp_path / "nowhere")
            assert answer.status == 1
            assert "there is no trial" in answer.err


class TestVerify:
    def test_one_changed_byte_is_named_by_its_position(self, run, trial: Path, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
        run("record", trial, events(tmp_path, enrol("P-1"), infuse("P-1"), enrol("P-2")), "--by", "tester")
        assert run("verify", trial).status == 0
        ledger = trial / "ledger.sqlite"
        with sqlite3.connect(ledger) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()
        content = ledger.read_bytes()
        assert content.count(b'"dose_given":1.0') == 1
        ledger.write_bytes(content.replace(b'"dose_given":1.0', b'"dose_given":4.0'))
        answer = run("verify", trial)
        assert answer.status == 1
        assert "entry 3" in answer.err
        assert run("status", trial).status == 1

    def test_an_anchor_shows_that_the_tail_was_cut_off(self, run, trial: Path, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
        run("record", trial, events(tmp_path, enrol("P-1")), "--by", "tester")
        anchor = tmp_path / "anchor.json"
        assert run("verify", trial, "--write-anchor", anchor).status == 0
        assert run("verify", trial, "--anchor", anchor).status == 0
        stored = json.loads(anchor.read_text())
        anchor.write_text(json.dumps({**stored, "position": stored["position"] + 1}))
        answer = run("verify", trial, "--anchor", anchor)
        assert answer.status == 1
        assert "entry 3" in answer.err

    def test_a_changed_protocol_is_noticed(self, run, trial: Path) -> None:  # type: ignore[no-untyped-def]
        protocol = trial / "protocol.toml"
        protocol.write_text(protocol.read_text().replace("cohort_size = 3", "cohort_size = 2"))
        for verb in ("status", "verify", "advise"):
            answer = run(verb, trial)
            assert answer.status == 1
            assert "not the file the trial was opened from" in answer.err


class TestWhatIf:
    def test_all_that_cannot_be_read_is_named_at_once(self, run) -> None:  # type: ignore[no-untyped-def]
        answer = run("what-if", MSC, "--outcomes", "2NXN 7NN 3NN")
        assert answer.status == 2
        assert "group 1" in answer.err
        assert "group 2" in answer.err

    def test_the_reasons_are_sentences_in_both_languages(self, run) -> None:  # type: ignore[no-untyped-def]
        english = run("what-if", MSC, "--outcomes", "2NNNNN")
        french = run("what-if", MSC, "--outcomes", "2NNNNN", "--lang", "fr")
        assert "escalate to dose level 3" in english.out
        assert "nearest to the target of 20.0%" in english.out
        assert "escalader au palier de dose 3" in french.out
        assert "la cible de 20,0 %" in french.out


class TestSurprises:
    def test_a_mistake_of_ours_ends_in_a_message(self, run, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
        from trialwright.workbench import asking

        def fail(path: Path) -> None:
            raise ZeroDivisionError("surprise")

        monkeypatch.setattr(asking, "read_protocol", fail)
        answer = run("check", MSC)
        assert answer.status == 70
        assert "ZeroDivisionError" in answer.err
        assert "Traceback" not in answer.err
