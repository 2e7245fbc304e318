"""``trialwright operating``: the numbers are the engine's, whatever the way out."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from trialwright.cli.main import main
from trialwright.operating import Truths, every_end
from trialwright.protocol import read_protocol

PROTOCOL = Path(__file__).parents[3] / "protocols" / "msc-sle" / "protocol.toml"
RATES = "0.05,0.12,0.3"


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        main(["operating", str(PROTOCOL), *arguments])
    out = capsys.readouterr()
    return int(ended.value.code or 0), out.out, out.err


def test_json_holds_the_engine_s_numbers(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "--truth", RATES, "--json", "--worst", "0.02", "--gap-days", "20")
    found = every_end(read_protocol(PROTOCOL)).characteristics(Truths.of_dlt([0.05, 0.12, 0.3]))
    read = json.loads(out)
    scenario = read["scenarios"][0]
    assert code == 0
    assert scenario["selection"] == pytest.approx(found.selection[0].tolist(), abs=1e-15)
    assert scenario["correct_selection"] == pytest.approx(found.correct(0.2)[0])
    assert scenario["worst"]["bound"] <= scenario["worst"]["value"] <= scenario["correct_selection"]
    assert scenario["mean_days"] == pytest.approx(found.duration(gap_days=20, window_days=11)[0])
    assert sum(scenario["ended"].values()) == pytest.approx(1)
    assert read["exact"] is True


def test_text_csv_and_pdf(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    sheet, paper = tmp_path / "oc" / "all.csv", tmp_path / "oc.pdf"
    code, out, _ = run(capsys, "--truth", RATES, "--csv", str(sheet), "--pdf", str(paper), "--lang", "fr")
    assert code == 0
    assert "Palier retenu à la fin" in out
    assert "0,05 – 0,12 – 0,3" in out
    rows = list(csv.DictReader(sheet.read_text("utf-8").splitlines()))
    selected = [float(row["value"]) for row in rows if row["quantity"] == "selection"]
    assert sum(selected) == pytest.approx(1)
    assert paper.read_bytes().startswith(b"%PDF")


def test_a_scenario_file_with_doses_given(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Level 2 can be made for half of those assigned to it; the others get level 1."""
    file = tmp_path / "scenarios.toml"
    given = "given = [[0, 1, 0, 0], [0, 0.5, 0.5, 0], [0, 0, 0.2, 0.8]]\n"
    file.write_text(given + '[[scenario]]\nname = { en = "Low", fr = "Bas" }\ndlt = [0.02, 0.1, 0.2]\n', "utf-8")
    code, out, _ = run(capsys, "--scenarios", str(file), "--json")
    scenario = json.loads(out)["scenarios"][0]
    assert code == 0
    assert scenario["name"] == {"en": "Low", "fr": "Bas"}
    assert scenario["ignoring_dose_given"] != pytest.approx(scenario["selection"])
    code, out, _ = run(capsys, "--scenarios", str(file))
    assert "If the dose given were ignored" in out


def test_mistakes_are_named_together(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, _, err = run(capsys, "--truth", "0.1,0.2", "--truth", "a,b,c")
    assert code == 2
    assert "2 findings" in err
    file = tmp_path / "scenarios.toml"
    file.write_text("[[scenario]]\ndlt = [0.1, 0.2, 1.3]\nnmae = 'x'\n[[other]]\n", "utf-8")
    code, _, err = run(capsys, "--scenarios", str(file))
    assert code == 2
    file.write_text("[[scenario]]\ndlt = [0.1, 0.2, 1.3]\nnmae = 'x'\n", "utf-8")
    code, _, err = run(capsys, "--scenarios", str(file))
    assert "3 findings" in err
    assert "did you mean name?" in err
    code, _, err = run(capsys, "--scenarios", str(tmp_path / "none.toml"))
    assert code == 1
    assert "name another scenario file" in err
    code, _, err = run(capsys, "--cohorts", "3,x")
    assert code == 2


def test_a_design_that_cannot_be_walked_says_so(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    text = PROTOCOL.read_text("utf-8").replace('name = "crm"', 'name = "tite_crm"').replace('model = "power"\n', "")
    tite = tmp_path / "protocol.toml"
    tite.write_text(text, "utf-8")
    with pytest.raises(SystemExit) as ended:
        main(["operating", str(tite)])
    assert ended.value.code in (1, 2)
    assert "simulate" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["operating", "compare --design boin", "calibrate --vary prior_sd=1"])
def test_rules_that_are_silent_here_are_named(command: str, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Nobody waits in an exact walk, so nobody is treated as a backfill: the reader is told."""
    filled = tmp_path / "protocol.toml"
    filled.write_text(PROTOCOL.read_text("utf-8") + '\n[[rules]]\nname = "backfill"\nat_most = 3\n', "utf-8")
    name, *more = command.split()

    def said(path: Path, lang: str) -> str:
        with pytest.raises(SystemExit) as ended:
            main([name, str(path), *more, "--lang", lang])
        assert not ended.value.code
        return " ".join(capsys.readouterr().out.split())

    assert "have no effect here: backfill." in said(filled, "en")
    assert "sont ici sans effet : backfill." in said(filled, "fr")
    assert "have no effect here" not in said(PROTOCOL, "en")
