"""``trialwright simulate`` and ``trialwright campaign``: the simulator's numbers, whatever the way in and out."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from trialwright.cli.main import main
from trialwright.operating import (
    Accrual,
    Circumstances,
    Committee,
    Conditions,
    LateTiming,
    Truths,
    WeibullTiming,
    simulate,
)
from trialwright.operating.simulated import Simulation
from trialwright.operating.tally import Tally
from trialwright.protocol import read_protocol

MSC = Path(__file__).parents[3] / "protocols" / "msc-sle" / "protocol.toml"
RATES = "0.05,0.12,0.3"
FAST = ("--trials", "200")


@pytest.fixture
def tite(tmp_path: Path) -> Path:
    """The worked protocol with a design that looks at participants."""
    text = MSC.read_text("utf-8").replace('name = "crm"', 'name = "tite_crm"').replace('model = "power"\n', "")
    path = tmp_path / "tite.toml"
    path.write_text(text, "utf-8")
    return path


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        main([str(one) for one in arguments])
    out = capsys.readouterr()
    return int(ended.value.code or 0), out.out, out.err


def test_json_holds_the_simulator_s_numbers(capsys: pytest.CaptureFixture[str]) -> None:
    options = ("--accrual", "7,pattern=fixed", "--time-to-dlt", "weibull:first_half=0.3", "--leavers", "0.1,9")
    more = ("--infusion-days", "1,3", "--committee", "0.2,one_level_lower", "--seed", "5")
    code, out, _ = run(capsys, "simulate", MSC, "--truth", RATES, *FAST, *options, *more, "--json")
    met = Circumstances(
        accrual=Accrual(7, pattern="fixed"),
        timing=WeibullTiming(first_half=0.3),
        leaving=0.1,
        leaving_days=9,
        infusion_days=(1, 3),
        committee=Committee(0.2, "one_level_lower"),
    )
    truth = Truths.of_dlt([0.05, 0.12, 0.3])
    found = simulate(read_protocol(MSC), truth, circumstances=met, trials=200, seed=5)
    read = json.loads(out)
    scenario = read["scenarios"][0]
    lower, upper = found.interval("selection")
    assert code == 0
    assert read["exact"] is False
    assert read["complete"] is True
    assert scenario["trials"] == 200
    assert scenario["selection"]["value"] == pytest.approx(found.selection[0].tolist())
    assert scenario["selection"]["lower"] == pytest.approx(lower[0].tolist())
    assert scenario["selection"]["upper"] == pytest.approx(upper[0].tolist())
    assert scenario["correct_selection"]["value"] == pytest.approx(found.correct(0.2)[0])
    assert scenario["mean_days"]["value"] == pytest.approx(found.duration_days[0])
    assert sum(one["value"] for one in scenario["ended"].values()) == pytest.approx(1)


def test_no_number_comes_without_its_limits(capsys: pytest.CaptureFixture[str], tite: Path, tmp_path: Path) -> None:
    sheet, paper = tmp_path / "all.csv", tmp_path / "all.pdf"
    arguments = ("--truth", RATES, *FAST, "--accrual", "7", "--csv", sheet, "--pdf", paper, "--lang", "fr")
    code, out, _ = run(capsys, "simulate", tite, *arguments)
    assert code == 0
    assert "limites de Monte-Carlo à 95 %" in out
    assert "0,05 – 0,12 – 0,3" in out
    assert paper.read_bytes().startswith(b"%PDF")
    rows = list(csv.DictReader(sheet.read_text("utf-8").splitlines()))
    assert {"selection", "n", "n_dlt", "expected_n", "mean_days", "days_nine_tenths", "ended"} <= {
        row["quantity"] for row in rows
    }
    for row in rows:
        assert float(row["lower"]) <= float(row["value"]) + 1e-9, row
        assert float(row["value"]) <= float(row["upper"]) + 1e-9, row
        assert row["trials"] == "200"


def test_the_circumstances_of_the_file_and_those_typed(
    capsys: pytest.CaptureFixture[str], tite: Path, tmp_path: Path
) -> None:
    """What is typed goes before the file; the rest of the file stays."""
    file = tmp_path / "scenarios.toml"
    file.write_text(
        "given = [[0.1, 0.9, 0, 0], [0, 0.5, 0.5, 0], [0, 0, 0.2, 0.8]]\n"
        "[circumstances]\naccrual = { mean_gap_days = 3, ramp_days = 30, start_share = 0.5 }\n"
        'time_to_dlt = { model = "late", share = 0.6, part = 0.25 }\n'
        'leavers = { share = 0.05, within_days = 9 }\ncommittee = 0.1\n[[scenario]]\nname = "{Low}"\n'
        f"dlt = [{RATES}]\n",
        "utf-8",
    )
    code, out, _ = run(capsys, "simulate", tite, "--scenarios", file, "--accrual", "9", *FAST)
    assert code == 0
    for said in ("one every 9.0 days", "60% of them in the last 25% of the window", "5.0% within 9 days"):
        assert said in out
    assert "{Low}" in out
    assert "The dose given is not always the dose assigned" in out
    code, out, _ = run(capsys, "simulate", tite, "--scenarios", file, *FAST, "--json")
    met = Circumstances(
        accrual=Accrual(3, ramp_days=30, start_share=0.5),
        timing=LateTiming(0.6, 0.25),
        leaving=0.05,
        leaving_days=9,
        committee=Committee(0.1),
    )
    given = ((0.1, 0.9, 0, 0), (0, 0.5, 0.5, 0), (0, 0, 0.2, 0.8))
    truth, conditions = Truths.of_dlt([0.05, 0.12, 0.3]), Conditions(given=given)
    alone = simulate(read_protocol(tite), truth, circumstances=met, conditions=conditions, trials=200, seed=1)
    assert json.loads(out)["scenarios"][0]["n"]["value"] == pytest.approx(alone.n[0].tolist())


def test_several_processes_find_the_same(capsys: pytest.CaptureFixture[str], tite: Path) -> None:
    arguments = ("simulate", tite, "--accrual", "7", "--trials", "50", "--json")
    alone, shared = (run(capsys, *arguments, "--workers", workers)[1] for workers in ("1", "2"))
    assert alone == shared


def test_stopped_it_shows_what_is_done(
    capsys: pytest.CaptureFixture[str], tite: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C in the second scenario: the first is shown, with the trials it had."""
    part, calls = Simulation.part, []

    def stopped(self: Simulation, *arguments: object, **named: object) -> Tally:
        calls.append(named)
        if len(calls) > 1:
            raise KeyboardInterrupt
        return part(self, *arguments, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(Simulation, "part", stopped)
    code, out, _ = run(capsys, "simulate", tite, "--accrual", "7", *FAST)
    assert code == 0
    assert "Interrupted: 200 of 800 trials" in out
    assert "Level 1 on target" in out
    assert "Level 2 on target" not in out


def test_mistakes_are_named_together(capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = run(
        capsys,
        *("simulate", MSC, "--accrual", "7,patterns=fixed", "--time-to-dlt", "weibull", "--leavers", "0.1"),
        *("--committee", "2", "--infusion-days", "x"),
    )
    assert code == 2
    assert "did you mean pattern?" in err
    assert "5 findings" not in err  # infusion days are judged with the whole, once the parts are fine
    assert "4 findings" in err
    code, _, err = run(capsys, "simulate", MSC, "--accrual", "7", "--infusion-days", "x", "--leavers", "0.1,0")
    assert code == 2
    assert "circumstances.infusion_days" in err
    assert "circumstances.leavers.within_days" in err
    code, _, err = run(capsys, "simulate", MSC)
    assert code == 2
    assert "accrual = 7" in err
    code, _, err = run(capsys, "simulate", MSC, "--accrual", "7", "--trials", "0")
    assert code == 2


def test_what_cannot_be_exact_names_this_command(capsys: pytest.CaptureFixture[str], tite: Path) -> None:
    code, _, err = run(capsys, "operating", tite)
    assert code == 1
    assert "trialwright simulate" in err
    for french in (("--lang", "fr"), ("--lang=fr",)):
        code, _, err = run(capsys, "operating", tite, *french)
        assert "simulez plutôt (trialwright simulate)" in err


class TestCampaign:
    text = (
        'trials = 60\nseed = 2\n[[study]]\nprotocol = "tite.toml"\n'
        '[[study]]\nname = "BOIN"\nprotocol = "tite.toml"\ndesign = "boin"\n'
        '[[setting]]\nname = "weekly"\naccrual = 7\n'
        '[[setting]]\nname = "settled"\naccrual = 7\ndecisions = "when_settled"\nafter_each = true\n'
        '[[scenario]]\nname = { en = "low", fr = "bas" }\ndlt = [0.05, 0.12, 0.3]\n'
        '[[scenario]]\nname = "high"\ndlt = [0.3, 0.4, 0.5]\n'
    )

    @pytest.fixture
    def file(self, tite: Path, tmp_path: Path) -> Path:
        path = tmp_path / "campaign.toml"
        path.write_text(self.text, "utf-8")
        return path

    def test_every_cell_is_shown(self, capsys: pytest.CaptureFixture[str], file: Path, tmp_path: Path) -> None:
        folder, sheet, paper = tmp_path / "kept", tmp_path / "all.csv", tmp_path / "all.pdf"
        code, out, _ = run(capsys, "campaign", file, "--folder", folder, "--csv", sheet, "--pdf", paper, "--lang", "fr")
        assert code == 0
        assert "BOIN, settled" in out
        assert "bas" in out
        rows = list(csv.DictReader(sheet.read_text("utf-8").splitlines()))
        cells = {(row["study"], row["setting"], row["scenario"]) for row in rows}
        assert cells == {
            (a, b, c) for a in ("tite_crm", "BOIN") for b in ("weekly", "settled") for c in ("bas", "high")
        }
        assert paper.read_bytes().startswith(b"%PDF")
        results = (folder / "results.json").read_bytes()
        code, out, _ = run(capsys, "campaign", file, "--folder", tmp_path / "again", "--json")
        assert (tmp_path / "again" / "results.json").read_bytes() == results
        read = json.loads(out)
        assert read["complete"] is True
        assert len(read["cells"]) == 4

    def test_it_goes_on_where_it_was_stopped(
        self, capsys: pytest.CaptureFixture[str], file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        part, ran = Simulation.part, []

        def stopped(self: Simulation, *arguments: object, **named: object) -> Tally:
            if len(ran) == 3:
                raise KeyboardInterrupt
            ran.append(named)
            return part(self, *arguments, **named)  # type: ignore[arg-type]

        with monkeypatch.context() as patch:
            patch.setattr(Simulation, "part", stopped)
            code, out, _ = run(capsys, "campaign", file, "--folder", tmp_path / "kept")
        assert code == 0
        assert "Interrupted: 180 of 480 trials" in out

        def counted(self: Simulation, *arguments: object, **named: object) -> Tally:
            ran.append(named)
            return part(self, *arguments, **named)  # type: ignore[arg-type]

        monkeypatch.setattr(Simulation, "part", counted)
        code, out, _ = run(capsys, "campaign", file, "--folder", tmp_path / "kept")
        assert len(ran) == 8
        assert "Interrupted" not in out

    def test_another_campaign_s_folder_is_refused(
        self, capsys: pytest.CaptureFixture[str], file: Path, tmp_path: Path
    ) -> None:
        run(capsys, "campaign", file, "--folder", tmp_path / "kept", "--json")
        file.write_text(self.text.replace("seed = 2", "seed = 3"), "utf-8")
        code, _, err = run(capsys, "campaign", file, "--folder", tmp_path / "kept", "--lang", "fr")
        assert code == 1
        assert "donnez à celle-ci un dossier à elle" in err

    def test_mistakes_are_named_together(self, capsys: pytest.CaptureFixture[str], file: Path, tmp_path: Path) -> None:
        wrong = self.text.replace("seed = 2", "sead = 2").replace("accrual = 7\ndec", "acrual = 7\ndec")
        wrong = wrong.replace('name = "high"', 'name = "low"').replace('design = "boin"', 'design = "boin"\nparam = 1')
        file.write_text(wrong, "utf-8")
        code, _, err = run(capsys, "campaign", file, "--folder", tmp_path / "kept")
        assert code == 2
        for place in ("sead", "seed", "study[2].param"):
            assert place in err
        file.write_text(wrong.replace("sead", "seed").replace("\nparam = 1", ""), "utf-8")
        code, _, err = run(capsys, "campaign", file, "--folder", tmp_path / "kept")
        assert code == 2
        for place in ("setting[2].acrual", "setting[2].accrual", "scenario[2].name"):
            assert place in err
        assert not (tmp_path / "kept").exists()
        code, _, err = run(capsys, "campaign", tmp_path / "none.toml", "--folder", tmp_path / "kept")
        assert code == 1
        assert "name another campaign file" in err
