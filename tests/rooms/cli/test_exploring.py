"""``pathways``, ``compare``, ``calibrate``, ``skeleton`` on a terminal: text, JSON, CSV, PDF, SVG, errors in words."""

from __future__ import annotations

import csv
import json
import re
import tomllib
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from typer.testing import CliRunner, Result

from trials import CRM, THREE, protocol_text
from trialwright import designs, workbench
from trialwright.cli import app, main
from trialwright.numerics.calibration import skeleton
from trialwright.report import render_html
from trialwright.report.documents.calibration import calibration_document
from trialwright.report.documents.comparison import comparison_document
from trialwright.report.documents.pathways import pathways_document

RULES = ['name = "no_skipping"', 'name = "complete_cohort"', 'name = "stop_at_n"\nn = 9']
PEOPLE = (
    '{"kind": "participant-enrolled.1", "body": {"usubjid": "P-01", "on": "2024-01-08", "dose_level": 1}}\n'
    '{"kind": "infusion-given.1", "body": {"usubjid": "P-01", "on": "2024-01-08", "dose_given": 1.0}}\n'
)


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def shown(*arguments: str | Path) -> str:
    done = run(*arguments)
    assert done.exit_code == 0, (done.output, done.exception)
    return done.stdout


def refused(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> str:
    with pytest.raises(SystemExit) as caught:
        main([str(argument) for argument in arguments])
    assert caught.value.code in (1, 2)
    return capsys.readouterr().err


@pytest.fixture
def protocol(tmp_path: Path) -> Path:
    path = tmp_path / "protocol.toml"
    path.write_text(protocol_text(design=CRM, rules=RULES), encoding="utf-8")
    return path


def files(folder: Path) -> list[str | Path]:
    return [part for kind in ("csv", "pdf", "svg") for part in (f"--{kind}", folder / f"x.{kind}")]


def check_files(folder: Path, *, lines: int) -> list[dict[str, str]]:
    """The three files are what they claim to be; the answer is the lines of the table."""
    assert (folder / "x.pdf").read_bytes().startswith(b"%PDF")
    drawn = ElementTree.fromstring((folder / "x.svg").read_text(encoding="utf-8"))
    named = {element.tag.rpartition("}")[2]: element.text for element in drawn if element.text}
    assert named["title"]
    assert named["desc"]
    with (folder / "x.csv").open(encoding="utf-8", newline="") as table:
        rows = list(csv.DictReader(table))
    assert len(rows) == lines
    return rows


class TestPathways:
    def test_in_words_and_in_both_languages(self, protocol: Path) -> None:
        text = shown("pathways", protocol)
        assert "If 0 of 3 have a DLT at level 1: escalate to dose level 2 (3 participants)" in text
        assert "\n    If 1 of 3 has a DLT at level 2: stay at dose level 2\n" in text
        french = shown("pathways", protocol, "--lang", "fr")
        assert "Si 0 sur 3 ont une DLT au palier 1 : escalader au palier de dose 2 (3 participants)" in french

    def test_as_data_and_as_files(self, protocol: Path, tmp_path: Path) -> None:
        data = json.loads(shown("pathways", protocol, "--cohorts", "1", "--json"))
        assert [one["outcomes"][0]["n_dlt"] for one in data["start"]["then"]] == [0, 1, 2, 3]
        shown("pathways", protocol, "--cohorts", "1", *files(tmp_path))
        rows = check_files(tmp_path, lines=5)
        assert [row["course"] for row in rows] == ["", "1NNN", "1NNT", "1NTT", "1TTT"]
        assert [row["action"] for row in rows] == ["start", *(one["action"] for one in data["start"]["then"])]

    def test_from_an_open_trial(self, protocol: Path, tmp_path: Path) -> None:
        trial, events = tmp_path / "trial", tmp_path / "events.jsonl"
        events.write_text(PEOPLE, encoding="utf-8")
        shown("open", protocol, "--trial", trial, "--by", "tester")
        shown("record", trial, events, "--by", "tester")
        data = json.loads(shown("pathways", trial, "--json"))
        assert data["start"]["n"] == [1, 0, 0]
        assert (data["start"]["dose_level"], data["start"]["next_size"]) == (1, 2)
        assert "Today" in shown("pathways", trial, "--cohorts", "1")

    def test_errors_name_the_way_out(self, protocol: Path, capsys: pytest.CaptureFixture[str]) -> None:
        said = refused(capsys, "pathways", protocol, "--cohorts", "0", "--size", "0")
        assert "cohorts" in said
        assert "size" in said
        assert "open trial" in refused(capsys, "pathways", protocol, "--as-of", "2024-01-01")
        free = protocol.with_name("free.toml")
        free.write_text(protocol_text(design=CRM), encoding="utf-8")
        assert "fewer cohorts" in refused(capsys, "pathways", free, "--cohorts", "9")


class TestCompare:
    def test_in_words_with_the_text_for_the_protocol(self, protocol: Path) -> None:
        text = " ".join(shown("compare", protocol, "--design", "boin", "--design", "tite_boin").split())
        assert "Not compared: · tite_boin:" in text
        assert "were computed exactly, without simulation, under 4 scenarios" in text
        tite = protocol.with_name("tite.toml")
        tite.write_text(protocol_text(design=CRM.replace('"crm"', '"tite_crm"'), rules=RULES), encoding="utf-8")
        assert "choose another with --choose" in " ".join(shown("compare", tite, "--design", "boin").split())
        french = " ".join(shown("compare", protocol, "--design", "boin", "--lang", "fr").split())
        assert "calculées exactement, sans simulation, sous 4 scénarios" in french

    def test_as_data_and_as_files(self, protocol: Path, tmp_path: Path) -> None:
        given = ["--design", "boin", "--design", "crm:prior_sd=0.5,skeleton=[0.05,0.1,0.2]"]
        data = json.loads(shown("compare", protocol, *given, "--within", "0.01", "--json"))
        assert [one["design"] for one in data["designs"]] == ["crm", "boin", "crm:prior_sd=0.5,skeleton=[0.05,0.1,0.2]"]
        assert data["designs"][2]["parameters"]["skeleton"] == [0.05, 0.1, 0.2]
        assert len(data["worst"]) == 4
        shown("compare", protocol, *given, *files(tmp_path))
        rows = check_files(tmp_path, lines=12)
        assert [float(row["p_right"]) for row in rows[:4]] == pytest.approx(data["designs"][0]["right"])

    def test_scenarios_of_a_file_and_another_design_in_the_text(self, protocol: Path, tmp_path: Path) -> None:
        wanted = tmp_path / "scenarios.toml"
        wanted.write_text('[[scenario]]\nname = "flat"\ndlt = [0.1, 0.1, 0.1]\n', encoding="utf-8")
        given = ["--design", "boin", "--scenarios", wanted, "--choose", "boin"]
        data = json.loads(shown("compare", protocol, *given, "--json"))
        assert [one["name"] for one in data["scenarios"]] == ["flat"]
        assert "(boin, target DLT rate 25%" in data["protocol_text"]

    def test_a_protocol_without_a_target_asks_for_one(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        path = tmp_path / "three.toml"
        path.write_text(protocol_text(design=THREE), encoding="utf-8")
        given = ["compare", path, "--design", "boin:target_toxicity_rate=0.25"]
        assert "--target" in refused(capsys, *given)
        data = json.loads(shown(*given, "--target", "0.3", "--json"))
        assert data["designs"][0]["design"] == "three_plus_three"
        assert [one["dlt"][place] for place, one in enumerate(data["scenarios"][:3])] == [0.3, 0.3, 0.3]

    def test_errors_name_everything(self, protocol: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert "at least one design" in refused(capsys, "compare", protocol)
        said = refused(capsys, "compare", protocol, "--design", "crm", "--choose", "boin", "--within", "2")
        assert all(word in said for word in ("3 findings", "twice", "choose", "within"))
        assert "did you mean boin?" in refused(capsys, "compare", protocol, "--design", "boim")
        missing = protocol.with_name("none.toml")
        assert "scenario file" in refused(capsys, "compare", protocol, "--design", "boin", "--scenarios", missing)


class TestCalibrate:
    grid = ("--vary", "prior_sd=0.5,1.16", "--vary", "half_width=0.03,0.06", "--set", "prior_mtd=2")

    def test_ends_with_a_block_to_paste(self, protocol: Path) -> None:
        text = shown("calibrate", protocol, *self.grid)
        block = tomllib.loads(text[text.index("[design]") :])["design"]
        assert block["name"] == "crm"
        assert len(block["skeleton"]) == 3
        assert "Le meilleur de 4 réglages" in shown("calibrate", protocol, *self.grid, "--lang", "fr")

    def test_as_data_and_as_files(self, protocol: Path, tmp_path: Path) -> None:
        data = json.loads(shown("calibrate", protocol, *self.grid, "--objective", "worst", "--json"))
        assert data["best"] == data["settings"][0]
        assert data["complete"]
        shown("calibrate", protocol, *self.grid, "--objective", "worst", *files(tmp_path))
        rows = check_files(tmp_path, lines=4)
        assert float(rows[0]["p_right_worst"]) == pytest.approx(data["best"]["score"])

    def test_another_design(self, protocol: Path) -> None:
        given = ["--design", "boin", "--vary", "p_saf=0.1,0.15", "--vary", "cohort_size=1,3", "--json"]
        data = json.loads(shown("calibrate", protocol, *given))
        assert {(one["parameters"]["p_saf"], one["cohort_size"]) for one in data["settings"]} == {
            (0.1, 1),
            (0.1, 3),
            (0.15, 1),
            (0.15, 3),
        }

    def test_errors_name_everything(self, protocol: Path, capsys: pytest.CaptureFixture[str]) -> None:
        said = refused(capsys, "calibrate", protocol, "--vary", "prior_sd", "--vary", "a=1", "--vary", "a=2")
        assert "2 findings" in said
        assert "prior_st" in refused(capsys, "calibrate", protocol, "--vary", "prior_st=1")
        assert "objective" in refused(capsys, "calibrate", protocol, *self.grid, "--objective", "best")


class TestSkeleton:
    asked = ("--target", "0.25", "--levels", "5", "--half-width", "0.05", "--mtd", "3")

    def test_as_text_and_as_data(self) -> None:
        data = json.loads(shown("skeleton", *self.asked, "--json"))
        expected = skeleton(target=0.25, halfwidth=0.05, prior_mtd=3, levels=5)
        assert data["skeleton"] == pytest.approx(expected.tolist())
        inner = [end for pair in data["indifference"] for end in pair if end is not None]
        assert inner == pytest.approx([0.3, 0.2, 0.3, 0.2, 0.3, 0.2, 0.3, 0.2], abs=1e-9)
        assert "skeleton = [0.0840, 0.1567, 0.2500, 0.3545, 0.4603]" in shown("skeleton", *self.asked)
        assert "0,1567" in shown("skeleton", *self.asked, "--lang", "fr")

    def test_what_is_pasted_is_a_skeleton_however_small_its_guesses(self) -> None:
        said = shown("skeleton", "--target", "0.2", "--levels", "7", "--half-width", "0.08", "--mtd", "6")
        pasted = tomllib.loads(said[said.index("skeleton =") :])["skeleton"]
        designs.build("crm", {"target_toxicity_rate": 0.2, "skeleton": pasted})
        assert pasted[:3] == [1.1e-9, 4.2e-6, 5.9e-4]

    def test_errors_name_everything(self, capsys: pytest.CaptureFixture[str]) -> None:
        asked = ("--target", "0.25", "--levels", "5", "--half-width", "0.4", "--mtd", "6", "--model", "cubic")
        said = refused(capsys, "skeleton", *asked)
        assert all(word in said for word in ("3 findings", "half_width", "prior_mtd", "model"))


@pytest.mark.parametrize("spoken", ["en", "fr"])
def test_every_document_is_whole_in_both_languages(protocol: Path, spoken: str) -> None:
    made = [
        pathways_document(workbench.follow_pathways(protocol, cohorts=3), software="s", version="1"),
        comparison_document(
            workbench.compare_designs(protocol, ["boin", "tite_boin"], within=0.01), software="s", version="1"
        ),
        calibration_document(workbench.calibrate_design(protocol, ["prior_sd=0.5,-1"]), software="s", version="1"),
    ]
    for document in made:
        page = render_html(document, language=spoken)  # type: ignore[arg-type]
        assert "<svg" in page
        words = re.sub(r"<svg.*?</svg>", "", page[page.index("<main") : page.index("</main>")], flags=re.DOTALL)
        assert "{" not in words


class TestTheDoseGiven:
    """A scenario file that says which dose is given is taken at its word by every exact command."""

    text = (
        "given = [[0, 1, 0, 0], [0, 0.5, 0.5, 0], [0.1, 0, 0.2, 0.7]]\n"
        '[[scenario]]\nname = "low"\ndlt = [0.02, 0.1, 0.2]\n'
    )

    def numbers(self, *arguments: str | Path) -> dict[str, Any]:
        read: dict[str, Any] = json.loads(shown(*arguments, "--json"))
        return read

    def test_compare_and_calibrate_say_what_operating_says(self, protocol: Path, tmp_path: Path) -> None:
        file = tmp_path / "scenarios.toml"
        file.write_text(self.text, "utf-8")
        exact = self.numbers("operating", protocol, "--scenarios", file)["scenarios"][0]
        file_options = ("--scenarios", file)
        compared = self.numbers("compare", protocol, "--design", "boin", *file_options)["designs"][0]
        assert compared["selection"][0] == pytest.approx(exact["selection"])
        sd = tomllib.loads(protocol.read_text("utf-8"))["design"].get("prior_sd", 1.34**0.5)
        tried = self.numbers("calibrate", protocol, "--vary", f"prior_sd={sd}", *file_options)["best"]
        assert tried["right"][0] == pytest.approx(exact["correct_selection"])
        file.write_text(self.text.partition("\n")[2], "utf-8")
        other = self.numbers("compare", protocol, "--design", "boin", *file_options)["designs"][0]
        assert other["selection"][0] != pytest.approx(exact["selection"])

    def test_it_is_said(self, protocol: Path, tmp_path: Path) -> None:
        file = tmp_path / "scenarios.toml"
        file.write_text(self.text, "utf-8")
        assert "dose given" in shown("compare", protocol, "--design", "boin", "--scenarios", file)
        assert "dose administrée" in shown(
            *("calibrate", protocol, "--vary", "prior_sd=0.5", "--scenarios", file, "--lang", "fr")
        )

    @pytest.mark.parametrize("told", ["leavers = { share = 0.1, within_days = 5 }", "committee = 0.1"])
    def test_what_only_a_simulation_knows_is_refused(
        self, protocol: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], told: str
    ) -> None:
        file = tmp_path / "scenarios.toml"
        file.write_text(f"[circumstances]\naccrual = 7\n{told}\n" + self.text.partition("\n")[2], "utf-8")
        for command in (("operating",), ("compare", "--design", "boin"), ("calibrate", "--vary", "prior_sd=1")):
            error = refused(capsys, command[0], protocol, *command[1:], "--scenarios", file)
            assert "trialwright simulate" in error


def test_refusals_are_said_in_the_reader_s_language(protocol: Path) -> None:
    french = shown("compare", protocol, "--design", "tite_boin", "--lang", "fr")
    assert "simulez plutôt" in french
    assert "instead" not in french
    found = json.loads(shown("compare", protocol, "--design", "tite_boin", "--lang", "fr", "--json"))
    assert "simulez plutôt" in found["left_out"][0]["why"]
