"""``designs`` and ``rules`` on a terminal: lists, explanations, decision tables as text, JSON, CSV and PDF."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from typer.testing import CliRunner, Result

from trials import CRM, protocol_text
from trialwright import designs, rules
from trialwright.cli import app, main
from trialwright.protocol import read_protocol
from trialwright.testing.states import seen_after
from with_activity import EFFTOX, text_with_activity

WORKED = Path(__file__).parents[3] / "protocols" / "msc-sle" / "protocol.toml"


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def shown(*arguments: str | Path) -> str:
    done = run(*arguments)
    assert done.exit_code == 0, done.output
    return done.output


def rows(text: str) -> list[list[str]]:
    """Lines of the decision tables: the number of participants, then the places."""
    return [line.split() for line in text.splitlines() if re.fullmatch(r" +\d+( +[A-Z]\d*)+ *", line)]


@pytest.fixture
def protocol(tmp_path: Path) -> Path:
    """A CRM that starts at level 1, with a rule beside it."""
    path = tmp_path / "protocol.toml"
    path.write_text(protocol_text(design=CRM, rules=['name = "no_skipping"']), encoding="utf-8")
    return path


class TestLists:
    @pytest.mark.parametrize(("verb", "registry"), [("designs", designs.REGISTRY), ("rules", rules.REGISTRY)])
    def test_everything_is_listed_with_its_sentence(self, verb: str, registry: designs.Registry) -> None:
        listed = json.loads(shown(verb, "--json"))
        assert {one["name"]: one["sentence"] for one in listed} == {
            name: registry.sentence(name) for name in registry.available()
        }
        text = shown(verb)
        assert all(name in text for name in registry.available())

    @pytest.mark.parametrize("verb", ["designs", "rules"])
    def test_in_french_too(self, verb: str) -> None:
        english, french = (json.loads(shown(verb, "--json", "--lang", language)) for language in ("en", "fr"))
        assert [one["name"] for one in english] == [one["name"] for one in french]
        assert all(one["sentence"] != other["sentence"] for one, other in zip(english, french, strict=True))

    def test_a_sentence_that_nobody_translated_says_so(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delattr("trialwright.rules.no_skipping.IN_FRENCH")
        listed = {one["name"]: one["sentence"] for one in json.loads(shown("rules", "--json", "--lang", "fr"))}
        assert listed["no_skipping"] == "Never go up by more than one level. (en anglais)"

    @pytest.mark.parametrize(("verb", "name"), [("designs", "crm"), ("rules", "coherence")])
    def test_one_is_explained(self, verb: str, name: str) -> None:
        text = shown(verb, name)
        assert all(chapter in text for chapter in ("Rule in words.", "Formula.", "Reference.", "Choose "))
        assert "Parameters" in text
        assert "en anglais" in shown(verb, name, "--lang", "fr") or "qu'en anglais" in shown(verb, name, "--lang", "fr")
        assert json.loads(shown(verb, name, "--json"))["name"] == name

    def test_a_wrong_name_is_answered_with_the_nearest(self, capsys: pytest.CaptureFixture[str]) -> None:
        with pytest.raises(SystemExit) as caught:
            main(["rules", "no_skiping"])
        assert caught.value.code == 1
        assert "did you mean no_skipping?" in capsys.readouterr().err

    @pytest.mark.parametrize(
        "option",
        [["--csv", "a.csv"], ["--pdf", "a.pdf"], ["--level", "1"], ["--up-to", "3"], ["--n", "3"], ["--set", "a=1"]],
    )
    def test_a_table_needs_a_protocol(self, option: list[str]) -> None:
        done = run("designs", "crm", *option)
        assert done.exit_code == 2
        assert option[0] in done.output


class TestDecisionTable:
    def test_each_place_is_the_design_s_own_advice(self, protocol: Path) -> None:
        design = read_protocol(protocol).design
        places = rows(shown("designs", "crm", protocol, "--up-to", "3", "--level", "1"))
        assert [place[0] for place in places] == ["1", "2", "3"]
        for n, *cells in places:
            for n_dlt, cell in enumerate(cells):
                outcomes = f"1{'N' * (int(n) - n_dlt)}{'T' * n_dlt}"
                level = int(design.propose(seen_after(outcomes, 3)).dose_level[0])
                assert cell == f"{'S' if level == 1 else 'E'}{level}", outcomes

    def test_it_says_that_the_rules_come_after_and_what_it_assumes(self, protocol: Path) -> None:
        text = " ".join(shown("designs", "crm", protocol).split())
        assert "may lower, hold or stop it: no_skipping." in text
        assert "nobody is assumed to have been treated at another level" in text
        assert "Assumed before, because the design may learn from it: 1NNN" in text
        assert "E go up, S stay, D go down" in text

    def test_in_french_letters_and_words_are_french(self, protocol: Path) -> None:
        text = shown("designs", "crm", protocol, "--lang", "fr", "--up-to", "3")
        assert "Avis au palier de dose 2" in text
        assert "R rester" in text
        assert {cell[0] for _, *cells in rows(text) for cell in cells} <= set("ERDAX")

    def test_a_narrow_terminal_cuts_nothing(self, monkeypatch: pytest.MonkeyPatch) -> None:
        wide = rows(shown("designs", "crm", WORKED, "--up-to", "60"))
        monkeypatch.setattr("trialwright.cli.choosing.console", lambda: Console(highlight=False, width=30))
        assert rows(shown("designs", "crm", WORKED, "--up-to", "60")) == wide
        assert len(wide) == 3 * 60

    def test_the_planned_number_is_the_length_of_the_table(self) -> None:
        table = json.loads(shown("designs", "crm", WORKED, "--json"))["tables"][0]
        assert max(one["n"] for one in table["advised"]) == read_protocol(WORKED).identity.planned_n == 10

    def test_the_course_down_to_a_level_below_the_start_is_told(self) -> None:
        lowest, start, _ = json.loads(shown("designs", "crm", WORKED, "--json"))["tables"]
        assert start["assumed_before"] == []
        (course,) = lowest["assumed_before"]
        assert course.startswith("2")
        assert "T" in course

    def test_a_table_not_to_be_relied_on_says_so(self) -> None:
        text = " ".join(shown("designs", "three_plus_three", WORKED, "--level", "1").split())
        assert "Do not rely on this table." in text

    def test_another_design_takes_the_target_and_what_is_set(self, protocol: Path) -> None:
        read = shown("designs", "fixed_blocks", protocol, "--set", "levels=[1]", "--set", "sizes=[6]", "--json")
        data = json.loads(read)
        assert (data["design"], data["design_of_protocol"]) == ("fixed_blocks", "crm")
        assert data["parameters"] == {"levels": [1], "sizes": [6]}
        assert any("own design is crm" in caveat for caveat in data["caveats"])

    def test_a_parameter_that_is_set_replaces_the_protocol_s(self, protocol: Path) -> None:
        data = json.loads(shown("designs", "crm", protocol, "--set", "model=logistic", "--json"))
        assert data["parameters"]["model"] == "logistic"
        assert data["parameters"]["target_toxicity_rate"] == 0.25

    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            (["fixed_blocks"], ["levels", "sizes"]),
            (["crm", "--set", "skeleton=[0.3, 0.2, 0.1]", "--set", "prior_sd=-1"], ["skeleton", "prior_sd"]),
            (["crm", "--level", "4", "--up-to", "0"], ["level", "up to"]),
            (["crm", "--set", "skeleton"], ["name=value"]),
        ],
    )
    def test_what_does_not_fit_is_named(
        self, protocol: Path, arguments: list[str], said: list[str], capsys: pytest.CaptureFixture[str]
    ) -> None:
        name, *options = arguments
        with pytest.raises(SystemExit) as caught:
            main(["designs", name, str(protocol), *options])
        assert caught.value.code == 2
        told = capsys.readouterr().err
        assert all(word in told for word in said)


class TestFiles:
    def test_the_csv_holds_every_state_with_stable_words(self, protocol: Path, tmp_path: Path) -> None:
        out = tmp_path / "new" / "table.csv"
        shown("designs", "crm", protocol, "--csv", out, "--up-to", "3", "--lang", "fr")
        with out.open(encoding="utf-8", newline="") as sheet:
            lines = list(csv.DictReader(sheet))
        assert len(lines) == 3 * (2 + 3 + 4)
        assert {line["action"] for line in lines} <= {"escalate", "stay", "de-escalate", "wait", "stop"}
        states = {(line["current_dose_level"], line["n"], line["n_dlt"]): line for line in lines}
        assert states["1", "3", "0"]["action"] == "escalate"
        assert states["2", "1", "0"]["assumed_before"] == "1NNN"

    @pytest.mark.parametrize("language", ["en", "fr"])
    def test_the_pdf_is_one(self, protocol: Path, tmp_path: Path, language: str) -> None:
        out = tmp_path / "table.pdf"
        text = shown("designs", "crm", protocol, "--pdf", out, "--lang", language, "--up-to", "3")
        assert str(out) in text.replace("\n", "")
        assert out.read_bytes().startswith(b"%PDF-")

    def test_a_file_that_cannot_be_written_is_a_message(
        self, protocol: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        with pytest.raises(SystemExit) as caught:
            main(["designs", "crm", str(protocol), "--csv", str(tmp_path), "--level", "1"])
        assert caught.value.code == 1
        assert "cannot be written" in capsys.readouterr().err


class TestRanked:
    """BOIN12's table: ranks and desirability of every result; the other designs with activity have none."""

    @pytest.fixture
    def active(self, tmp_path: Path) -> Path:
        path = tmp_path / "active.toml"
        path.write_text(text_with_activity(), encoding="utf-8")
        return path

    @pytest.mark.parametrize(
        ("language", "rank", "share", "said"),
        [
            ("en", "0 45.5 71.5 93.5 118.5 142.5 163 179", "0 5.2 12.0 23.6", "the trial stops"),
            ("fr", "0 45,5 71,5 93,5 118,5 142,5 163 179", "0 5,2 12,0 23,6", "l'essai s'arrête"),
        ],
    )
    def test_text_and_files(
        self, active: Path, tmp_path: Path, *, language: str, rank: str, share: str, said: str, monkeypatch: Any
    ) -> None:
        monkeypatch.setenv("COLUMNS", "80")
        monkeypatch.setattr("trialwright.cli.ranking.console", lambda: Console(highlight=False, width=80))
        sheet, pdf = tmp_path / "ranks.csv", tmp_path / "ranks.pdf"
        options = ["--up-to", "12", "--lang", language, "--csv", sheet, "--pdf", pdf]
        text = shown("designs", "boin12", active, *options)
        grids = text[text.index("3 participants") :].replace(str(tmp_path), "")
        assert max(map(len, grids.splitlines())) <= 80
        lines = [" ".join(line.split()) for line in text.splitlines()]
        assert rank in lines
        assert any(line.startswith(share) for line in lines)
        assert said in " ".join(lines)
        assert pdf.read_bytes().startswith(b"%PDF-")
        with sheet.open(encoding="utf-8", newline="") as opened:
            results = list(csv.DictReader(opened))
        assert len(results) == 1 + 16 + 49 + 100 + 169
        assert {one["rank"] for one in results if one["open"] == "no"} == {""}
        (highest,) = (one for one in results if (one["n"], one["n_dlt"], one["n_active"]) == ("12", "0", "12"))
        assert (highest["rank"], highest["too_toxic"], highest["n_both"]) == ("186.0", "no", "")

    def test_json_and_the_third_count_where_scores_need_it(self, active: Path) -> None:
        asked = ["designs", "boin12", active, "--n", "3,4"]
        data = json.loads(shown(*asked, "--json"))
        assert [one["n"] for one in data["limits"]] == [3, 4]
        assert (round(data["lambda_e"], 3), round(data["lambda_d"], 3), data["benchmark"]) == (0.276, 0.419, 70.5)
        assert {one["n_both"] for one in data["desirability"]} == {None}
        apart = [*asked, "--set", "score_both=50"]
        assert {one["n_both"] for one in json.loads(shown(*apart, "--json"))["desirability"]} == {0, 1, 2, 3, 4}
        assert "3 participants, 1 of them active with a DLT: rank" in shown(*apart)

    @pytest.mark.parametrize(
        ("design", "options", "code", "said"),
        [
            (
                "boin12",
                ["--n", "3", "--up-to", "4", "--level", "1"],
                2,
                ["one table serves all levels", "goes without"],
            ),
            ("boin12", ["--n", "0"], 2, ["from 1 to 60"]),
            ("three_plus_three", ["--n", "3"], 2, ["goes with boin12 alone"]),
            ("efftox", [], 1, ["trialwright what-if", "trialwright pathways"]),
        ],
    )
    def test_what_cannot_be_had_says_what_can(
        self, active: Path, capsys: Any, *, design: str, options: list[str], code: int, said: list[str]
    ) -> None:
        if design == "efftox":
            active.write_text(text_with_activity(design=EFFTOX), encoding="utf-8")
        with pytest.raises(SystemExit) as caught:
            main(["designs", design, str(active), *options])
        assert caught.value.code == code
        told = capsys.readouterr().err
        assert all(word in told for word in said)
