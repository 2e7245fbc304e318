"""The command `what-if` gives the reference decisions: protocol file in, JSON out, nothing in between."""

from __future__ import annotations

import itertools
import json
import math
from pathlib import Path
from typing import Any

import pytest
from numpy.testing import assert_allclose

from trialwright.cli import main
from trialwright.workbench import what_if
from trials import protocol_text

FOLDER = Path(__file__).parents[2] / "references"
DFCRM = json.loads((FOLDER / "dfcrm_crm" / "cases.json").read_text(encoding="utf-8"))
PATHS = json.loads((FOLDER / "escalation_exact_paths" / "cases.json").read_text(encoding="utf-8"))
UBCRM = json.loads((FOLDER / "ubcrm_3p3" / "cases.json").read_text(encoding="utf-8"))
POWER = [case for case in DFCRM["cases"] if case["inputs"]["model"] == "empiric"]
THREE = [case for case in PATHS["cases"] if case["inputs"]["design"] == "3+3"]


def with_levels(text: str, levels: int) -> str:
    return text.replace("amounts = [1.0, 2.0, 4.0]", f"amounts = {[float(d + 1) for d in range(levels)]}")


@pytest.mark.parametrize("case", POWER, ids=lambda case: case["id"])
def test_crm_power_model(case: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    inputs, wanted = case["inputs"], case["outputs"]
    method = {"bayes": "bayes", "mle": "likelihood"}[inputs["method"]]
    design = (
        f'name = "crm"\ntarget_toxicity_rate = {inputs["target"]}\nskeleton = {inputs["prior"]}\n'
        f'prior_sd = {inputs["scale"]!r}\nmethod = "{method}"\nconfidence = {inputs["conf_level"]}'
    )
    path = tmp_path / "protocol.toml"
    path.write_text(with_levels(protocol_text(design=design), len(inputs["prior"])))
    outcomes = " ".join(f"{level}{'T' if dlt else 'N'}" for level, dlt in zip(inputs["level"], inputs["tox"], strict=True))
    main_quietly(["what-if", str(path), "--outcomes", outcomes, "--json"])
    answer = json.loads(capsys.readouterr().out)
    assert answer["dose_level"] == wanted["mtd"]
    evidence = answer["evidence"]
    if method == "likelihood":
        assert_allclose(evidence["beta"], wanted["estimate"], rtol=0, atol=DFCRM["tolerance"]["mle_estimate"])
        return
    exact = wanted["quadrature"]
    close = {"rtol": 0, "atol": DFCRM["tolerance"]["quadrature"]}
    assert_allclose(evidence["beta_mean"], exact["estimate"], **close)
    assert_allclose(evidence["beta_variance"], exact["post_var"], **close)
    assert_allclose(evidence["plug_in"], exact["ptox"], **close)
    loose = {"rtol": 0, "atol": DFCRM["tolerance"]["dfcrm_bayes_ptox"]}
    assert_allclose(evidence["lower_limit"], wanted["ptoxL"], **loose)
    assert_allclose(evidence["upper_limit"], wanted["ptoxU"], **loose)


def main_quietly(arguments: list[str]) -> None:
    try:
        main(arguments)
    except SystemExit as end:
        assert not end.code  # noqa: PT017 - typer ends every command this way


def three_plus_three(path: Path, *, levels: int, allow: bool) -> dict[tuple[tuple[int, int], ...], float]:
    """Every whole course of a 3+3, by asking what-if after each cohort: final level per course of (level, DLTs)."""
    path.write_text(with_levels(protocol_text(design=f'name = "three_plus_three"\nallow_deescalate = {str(allow).lower()}'), levels))
    finished: dict[tuple[tuple[int, int], ...], int] = {}
    open_courses: list[tuple[tuple[int, int], ...]] = [()]
    while open_courses:
        course = open_courses.pop()
        outcomes = " ".join(f"{level}{'T' * dlt}{'N' * (3 - dlt)}" for level, dlt in course)
        decision = what_if(path, outcomes).decision
        if decision.action == "stop":
            finished[course] = int(decision.evidence["selected_if_stopped_now"])
        else:
            open_courses += [(*course, (decision.dose_level, dlt)) for dlt in range(4)]
    return finished


@pytest.fixture(scope="module")
def courses(tmp_path_factory: pytest.TempPathFactory):  # type: ignore[no-untyped-def]
    kept: dict[tuple[int, bool], Any] = {}

    def of(levels: int, allow: bool) -> Any:
        if (levels, allow) not in kept:
            path = tmp_path_factory.mktemp("three") / "protocol.toml"
            kept[levels, allow] = three_plus_three(path, levels=levels, allow=allow)
        return kept[levels, allow]

    return of


def characteristics(courses: Any, truth: list[float]) -> dict[str, list[float]]:
    chosen, n, dlts = [0.0] * (len(truth) + 1), [0.0] * len(truth), [0.0] * len(truth)
    for course, selected in courses.items():
        terms = [math.comb(3, y) * truth[d - 1] ** y * (1 - truth[d - 1]) ** (3 - y) for d, y in course]
        probability = math.prod(terms)
        chosen[selected] += probability
        for d, y in course:
            n[d - 1] += 3 * probability
            dlts[d - 1] += y * probability
    return {"chosen": chosen, "n": n, "dlts": dlts}


@pytest.mark.parametrize("case", [one for one in THREE if one["inputs"]["num_doses"] <= 4], ids=lambda case: case["id"])
def test_three_plus_three_exactly(case: dict[str, Any], courses: Any) -> None:
    inputs, wanted = case["inputs"], case["outputs"]
    ours = characteristics(courses(inputs["num_doses"], inputs["allow_deescalate"]), inputs["true_prob_tox"])
    assert_allclose(ours["chosen"], wanted["prob_recommend"], rtol=0, atol=PATHS["tolerance"]["probabilities"])
    assert_allclose(ours["n"], wanted["mean_n_at_dose"], rtol=0, atol=PATHS["tolerance"]["expected"])
    assert_allclose(ours["dlts"], wanted["mean_tox_at_dose"], rtol=0, atol=PATHS["tolerance"]["expected"])


@pytest.mark.parametrize(
    "case", [one for one in UBCRM["cases"] if len(one["inputs"]["true_prob_tox"]) <= 4], ids=lambda case: case["id"]
)
def test_three_plus_three_within_the_error_of_a_simulation(case: dict[str, Any], courses: Any) -> None:
    truth, trials = case["inputs"]["true_prob_tox"], case["inputs"]["nsim"]
    ours = characteristics(courses(len(truth), False), truth)["chosen"]
    wanted = [case["outputs"]["no_recommendation_percent"], *case["outputs"]["recommendation_percent"]]
    for probability, percent in zip(ours, wanted, strict=True):
        assert abs(probability - percent / 100) <= 4 * math.sqrt(probability * (1 - probability) / trials)


def test_the_files_hold_what_was_counted_on() -> None:
    assert len(POWER) == 40
    assert len(list(itertools.chain(THREE, UBCRM["cases"]))) == 17
