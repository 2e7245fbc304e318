"""Batch, store, prepare, confirm-identity, infuse, trace: from the donor to the vein by the command line alone."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from trialwright.cli import main

EXAMPLE = Path(__file__).parents[3] / "docs" / "examples" / "product.toml"
BATCH = """
[[donations]]
donation = "DIN-1"
donor = "DONOR-1"
on = 2026-02-01

[[batches]]
batch = "B-1"
donations = ["DIN-1"]
on = 2026-02-03
expires_on = 2028-02-03

[[bags]]
bag = "BAG-1"
batch = "B-1"
on = 2026-02-03
volume_ml = 20
cells = 1e8
counts = "total"
counted = "pre-freeze"
viability = 0.9
dmso_percent = 10
"""
TESTS = (
    ("viability", "91", "%"),
    ("marker", "98.2", "%"),
    ("sterility", '"no growth"', ""),
    ("mycoplasma", "false", ""),
)
RELEASE = '[[releases]]\nbatch = "B-1"\non = 2026-02-18\n'
Run = Callable[..., tuple[int, str, str]]


def results(*left_out: str, **changed: str) -> str:
    return "".join(
        f'[[tests]]\nbatch = "B-1"\non = 2026-02-17\ntest = "{test}"\nunit = "{unit}"\n'
        f"value = {changed.get(test, value)}\n"
        for test, value, unit in TESTS
        if test not in left_out
    )


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def call(*arguments: object, at: str = "", by: str = "pharmacist") -> tuple[int, str, str]:
        status = 0
        said = [str(argument) for argument in arguments]
        said += ["--at", at, "--by", by] if at else []
        try:
            main(said)
        except SystemExit as end:
            status = end.code if isinstance(end.code, int) else 0
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return call


@pytest.fixture
def trial(run: Run, tmp_path: Path) -> Path:
    folder = tmp_path / "trial"
    assert run("open", EXAMPLE, "--trial", folder, "--rehearsal", at="2026-02-20T09:00+01:00")[0] == 0
    return folder


def filed(run: Run, trial: Path, text: str, *, suffix: str = ".toml") -> tuple[int, str, str]:
    path = trial.parent / f"batch{suffix}"
    path.write_text(text, encoding="utf-8")
    return run("batch", trial, "--file", path, at="2026-02-20T10:00")


def enrolled(run: Run, trial: Path) -> None:
    path = trial.parent / "enrolled.jsonl"
    body = {"usubjid": "P-01", "on": "2026-03-02", "dose_level": 1}
    path.write_text(json.dumps({"kind": "participant-enrolled.2", "body": body}), encoding="utf-8")
    assert run("record", trial, path, at="2026-03-02T09:00")[0] == 0


class TestFromDonorToVein:
    def test_a_dose_from_the_donor_to_the_vein_and_back(self, run: Run, trial: Path) -> None:
        assert filed(run, trial, BATCH + results() + RELEASE)[0] == 0
        enrolled(run, trial)
        dose = ("prepare", trial, "P-01", "--weight", 65)
        status, said, _ = run(*dose, "--release", "--thawed-at", "2026-03-03T08:05", at="2026-03-03T08:10")
        assert status == 0
        assert "Dose released: 6.48 × 10⁷ cells ÷ 65 kg" in said
        infusion = ("infuse", trial, "P-01", "--began", "2026-03-03T09:00", "--ended", "2026-03-03T09:30")
        status, _, wrong = run(*infusion, at="2026-03-03T10:00", by="nurse")
        assert (status, "not confirmed by a second person" in wrong) == (2, True)
        check = ("confirm-identity", trial, "P-01", "--weight", 65, "--batch", "B-1", "--bag", "BAG-1")
        assert run(*check, at="2026-03-03T08:20", by="pharmacist")[0] == 2
        assert run(*check, at="2026-03-03T08:30", by="nurse")[0] == 0
        pause = ("--interruption", "2026-03-03T09:10/2026-03-03T09:15/chills")
        status, said, _ = run(*infusion, *pause, "--volume", 17, "--json", at="2026-03-03T10:00", by="nurse")
        given = json.loads(said)
        assert status == 0
        assert given["dose_assigned"] == 1e6
        assert given["dose_released"] == pytest.approx(6.48e7 / 65)
        assert given["dose_given"] == pytest.approx(6.48e7 / 65 * 17 / 18)
        assert given["rate"]["value"] == pytest.approx(17 / 25)  # 30 min without the 5 of the pause
        forward = json.loads(run("trace", trial, "DONOR-1", "--json")[1])
        back = json.loads(run("trace", trial, "P-01/1", "--json")[1])
        assert '"P-01"' in json.dumps(forward["forward"])
        assert '"DONOR-1"' in json.dumps(back["back"])
        assert {one["until"] for one in (*forward["kept"], *back["kept"])} == {"2058-02-03"}
        assert back["missing"] == []

    def test_prepare_speaks_french_and_records_nothing(self, run: Run, trial: Path) -> None:
        filed(run, trial, BATCH + results() + RELEASE)
        enrolled(run, trial)
        before = json.loads(run("verify", trial, "--json")[1])
        said = run("prepare", trial, "P-01", "--weight", 65, "--lang", "fr", at="2026-03-03T08:10")[1]
        assert "Cellules à donner : 1 × 10⁶ cellules/kg (palier 1) × 65 kg = 6,5 × 10⁷ cellules" in said
        assert json.loads(run("verify", trial, "--json")[1]) == before

    def test_a_bag_that_may_not_be_used_is_refused_with_every_reason(self, run: Run, trial: Path) -> None:
        filed(run, trial, BATCH + results())
        enrolled(run, trial)
        gone = run("store", trial, "BAG-1", "--what", "destroyed", at="2026-03-02T12:00")
        assert gone[0] == 0
        dose = ("prepare", trial, "P-01", "--weight", 65, "--bag", "BAG-1", "--release")
        status, said, wrong = run(*dose, at="2026-03-03T08:10")
        assert status == 2
        for reason in ("not released", "destroyed on 2 Mar 2026"):
            assert reason in said
            assert reason in wrong


class TestBatchFiles:
    def test_all_or_nothing_with_every_finding_in_its_place(self, run: Run, trial: Path) -> None:
        broken = BATCH.replace('counts = "total"', 'counts = "all"').replace("2028-02-03", "2025-02-03")
        status, _, wrong = filed(run, trial, broken + results(viability='"high"'))
        assert status == 2
        for place in ("batches[1].expires_on", "bags[1].counts", "tests[1].value"):
            assert place in wrong
        assert "No batch" in run("batch", trial)[1]

    @pytest.mark.parametrize(
        ("suffix", "text", "said"),
        [
            (".toml", "[[bottles]]\nx = 1\n", "bottles"),
            (".toml", "batches = 3\n", "must be a list of tables"),
            (".toml", "this is not TOML", "file"),
            (".json", "[1, 2]", "must hold lists by name"),
            (".json", "{", "file"),
            (".csv", "what,batch\nbatches\n", "line 2"),
            (".csv", "what,batch\nbottles,B-1\n", "is not known here"),
            (".toml", RELEASE + "in_specification = true\n", "is computed from the tests"),
        ],
    )
    def test_files_that_cannot_be_read(self, run: Run, trial: Path, suffix: str, text: str, said: str) -> None:
        status, _, wrong = filed(run, trial, text, suffix=suffix)
        assert (status, said in wrong) == (2, True), wrong

    def test_out_of_specification_only_with_a_reason(self, run: Run, trial: Path) -> None:
        assert filed(run, trial, BATCH + results("sterility", viability="60"))[0] == 0
        status, _, wrong = run("batch", trial, "B-1", "--release", at="2026-02-21T10:00")
        assert (status, "justification" in wrong) == (2, True)
        reason = ("--justification", "no other treatment is left")
        said = json.loads(run("batch", trial, "B-1", "--release", *reason, "--json", at="2026-02-21T10:00")[1])
        assert said["failed"] == ["viability", "sterility"]
        shown = json.loads(run("batch", trial, "B-1", "--json")[1])["batches"][0]
        verdicts = {one["test"]: one["verdict"] for one in shown["tests"]}
        assert verdicts == {
            "viability": "not met",
            "marker": "met",
            "sterility": "cannot be assessed",
            "mycoplasma": "met",
        }
        assert said["to_sign"] == []  # the example keeps its accounts, and so its signatures, elsewhere
        assert shown["in_specification"] is False

    def test_a_batch_is_shown_in_both_languages(self, run: Run, trial: Path) -> None:
        filed(run, trial, BATCH + results("sterility"))
        assert "cannot be assessed" in run("batch", trial)[1]
        assert "non évaluable" in run("batch", trial, "--lang", "fr")[1]

    def test_the_toml_template_names_every_test_and_can_be_recorded_as_it_is(self, run: Run, trial: Path) -> None:
        template = run("batch", trial, "--template", "toml")[1]
        assert all(f'test = "{test}"' in template for test, _, _ in TESTS)
        assert filed(run, trial, template)[0] == 0
        shown = json.loads(run("batch", trial, "--json")[1])["batches"][0]
        assert {one["verdict"] for one in shown["tests"]} == {"cannot be assessed"}

    def test_the_csv_template_does_the_same(self, run: Run, trial: Path) -> None:
        template = run("batch", trial, "--template", "csv")[1]
        filled = template.replace("mycoplasma,,", "mycoplasma,false,").replace("viability,,%", "viability,91,%")
        status, _, wrong = filed(run, trial, filled, suffix=".csv")
        assert status == 0, wrong
        shown = json.loads(run("batch", trial, "--json")[1])["batches"][0]
        verdicts = {one["test"]: one["verdict"] for one in shown["tests"]}
        assert verdicts["mycoplasma"] == verdicts["viability"] == "met"
        assert verdicts["marker"] == "cannot be assessed"

    def test_numbers_that_do_not_exist(self, run: Run, trial: Path) -> None:
        for asked in (("batch", trial, "B-9"), ("trace", trial, "B-9")):
            status, _, wrong = run(*asked)
            assert (status, "B-9" in wrong) == (1, True)


def test_what_is_wrong_with_an_option_is_said(run: Run, trial: Path) -> None:
    enrolled(run, trial)
    wrong: Any = ("infuse", trial, "P-01", "--interruption", "yesterday")
    assert run(*wrong, at="2026-03-03T10:00")[0] == 2
    assert run("batch", trial, "--template", "pdf")[0] == 2
    assert run("prepare", trial, "P-01", "--weight", 0, at="2026-03-03T10:00")[0] == 2
