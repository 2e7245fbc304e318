"""``trialwright plan``, ``assurance``, ``interim`` and the demonstration of a plan: the planning room by command."""

from __future__ import annotations

import json
import shlex
import tomllib
from pathlib import Path

import pytest

from trialwright.cli.main import main
from trialwright.planning.plan_file import parse_plan, plan_schema
from trialwright.planning.sizing import size_plan

ROOT = Path(__file__).parents[3]
RCT, DENG = ROOT / "protocols/msc-sle-rct/plan.toml", ROOT / "docs/examples/plans/deng-2017.toml"


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        main([str(one) for one in arguments])
    out = capsys.readouterr()
    return int(ended.value.code or 0), out.out, out.err


def test_the_template_can_be_planned_and_the_schema_is_the_reader_s(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    code, text, _ = run(capsys, "plan", "--template")
    assert code == 0
    assert tomllib.loads(text)["identity"]["id"] == "NEXT-TRIAL"
    path = tmp_path / "plan.toml"
    path.write_text(text, encoding="utf-8")
    code, out, _ = run(capsys, "plan", path, "--json")
    assert code == 0
    assert json.loads(out)["total"] == size_plan(parse_plan(text.encode())).total
    assert json.loads(run(capsys, "plan", "--schema")[1]) == json.loads(json.dumps(plan_schema()))


def test_mistakes_come_all_at_once_and_nothing_is_planned(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "plan.toml"
    path.write_text(RCT.read_text(encoding="utf-8").replace("share = 0.60", "shaer = 0.60").replace("0.9]", "9]"))
    code, out, err = run(capsys, "plan", path)
    assert (code, out) == (2, "")
    assert "did you mean share?" in err
    assert "assurance.targets[2]" in err
    assert run(capsys, "plan")[0] == 2
    assert run(capsys, "plan", tmp_path / "none.toml")[0] == 1


@pytest.mark.parametrize(("language", "words"), [("en", "Text for the protocol"), ("fr", "Texte pour le protocole")])
def test_the_report_is_written_in_both_languages_and_twice_the_same(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, language: str, words: str
) -> None:
    pages = []
    for folder in ("one", "two"):
        code, out, _ = run(capsys, "plan", DENG, "--out", tmp_path / folder, "--lang", language)
        assert code == 0
        assert words in out
        pages.append({path.name: path.read_bytes() for path in sorted((tmp_path / folder).rglob("*.*"))})
    assert pages[0] == pages[1]
    assert {"report.html", "report.pdf", "manifest.json"} <= set(pages[0])
    assert words in pages[0]["report.html"].decode()


def test_the_demonstration_plans_by_the_record_of_the_trial_before(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    code, out, _ = run(capsys, "demo", "msc-sle-rct", "--out", tmp_path / "rct", "--json")
    assert code == 0
    found = json.loads(out)
    record = found["assurance"]["record"]
    assert (record["trial"], record["dlt"], record["dlt_of"]) == ("MSC-SLE", 0, 8)
    assert (record["of"], record["not_judged"]) == (0, 8)  # nothing is published of their response
    assert found["assurance"]["safety"]["posterior"] == [0.5, 8.5]
    assert Path(found["report"]["pdf"]).exists()
    simulate, rehearse = (shlex.split(one) for one in found["next"])
    assert simulate == ["trialwright", "simulate-rct", str(tmp_path / "rct" / "plan.toml")]
    assert (Path(rehearse[1]) / rehearse[-1]).read_text(encoding="utf-8").startswith("#!")
    code, out, _ = run(capsys, "assurance", RCT, "--from", tmp_path / "rct" / "msc-sle", "--lang", "fr")
    assert code == 0
    assert "ne dit rien de la réponse" in out
    code, out, err = run(capsys, "assurance", DENG)
    assert code == 1
    assert "--from TRIAL" in err


def test_a_look_by_data_by_z_and_blinded(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    rows = [f"cells,{'yes' if i < 26 else 'no'}" for i in range(42)]
    rows += [f"placebo,{'yes' if i < 14 else 'no'}" for i in range(43)]
    data = tmp_path / "look.csv"
    data.write_text("arm,outcome\n" + "\n".join(rows) + "\n", encoding="utf-8")
    code, out, _ = run(capsys, "interim", RCT, "--data", data, "--json")
    assert code == 0
    by_data = json.loads(out)
    code, out, _ = run(
        capsys, "interim", RCT, "--z", by_data["z"], "--fraction", by_data["fraction"], "--most", "1.5", "--json"
    )
    by_z = json.loads(out)
    assert {**by_data, "counts": {}, "promising": None} == {**by_z, "promising": None}
    assert by_z["promising"]["least"] == pytest.approx(0.41, abs=0.01)
    data.write_text("outcome\n" + "\n".join(row.partition(",")[2] for row in rows) + "\n", encoding="utf-8")
    code, out, _ = run(capsys, "interim", RCT, "--data", data, "--lang", "fr")
    assert code == 0
    assert "en aveugle" in out
    assert "placebo" not in out.partition("La taille")[2]
    assert run(capsys, "interim", RCT)[0] == 2
    code, _, err = run(capsys, "interim", RCT, "--z", "1", "--look", "3", "--most", "0.5")
    assert code == 2
    assert "look" in err
    assert "most" in err


def test_the_lower_bound_of_a_two_sided_test_is_not_called_futility(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "plan.toml"
    text = DENG.read_text(encoding="utf-8").replace('test = "fisher"', "").replace("[size]\ncontrol = 6", "")
    path.write_text(text + "\n[looks]\nfractions = [0.5, 1.0]\n", encoding="utf-8")
    code, out, _ = run(capsys, "plan", path)
    assert code == 0
    assert "Harm" in out
    assert "util" not in out
    code, out, _ = run(capsys, "interim", path, "--z", "-3.1")
    assert code == 0
    assert "Harm up to" in out
