"""Every case of references/dfcrm_getprior, dfcrm_crmsens, dfcrm_cohere and dfcrm_getinit."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose

from trialwright.numerics.calibration import coherent, initial_sequence, sensitivity, skeleton
from trialwright.numerics.one_parameter import NormalPrior, OneParameterModel

ROOT = Path(__file__).parents[2] / "references"
KINDS = {"empiric": "power", "logistic": "logistic"}


def cases(name: str) -> list[Any]:
    file = json.loads((ROOT / name / "cases.json").read_text("utf-8"))
    return [pytest.param(case, file["tolerance"], id=case["id"]) for case in file["cases"]]


def model_of(inputs: dict[str, Any]) -> OneParameterModel:
    return OneParameterModel(KINDS[inputs["model"]], tuple(inputs["prior"]), inputs["intcpt"])


def numbers(rows: list[list[float | None]]) -> np.ndarray:
    return np.array([[np.nan if value is None else value for value in row] for row in rows])


def test_the_files_are_the_whole_of_it() -> None:
    names = ("dfcrm_getprior", "dfcrm_crmsens", "dfcrm_cohere", "dfcrm_getinit")
    assert [len(cases(name)) for name in names] == [91, 34, 25, 8]


@pytest.mark.parametrize(("case", "tolerance"), cases("dfcrm_getprior"))
def test_skeletons(case: dict[str, Any], tolerance: dict[str, Any]) -> None:
    inputs = case["inputs"]
    ours = skeleton(
        target=inputs["target"],
        halfwidth=inputs["halfwidth"],
        prior_mtd=inputs["nu"],
        levels=inputs["nlevel"],
        kind=KINDS[inputs["model"]],
        intercept=inputs["intcpt"],
    )
    assert_allclose(ours, case["outputs"]["skeleton"], rtol=0, atol=tolerance["skeleton"])


@pytest.mark.parametrize(("case", "tolerance"), cases("dfcrm_crmsens"))
def test_sensitivity(case: dict[str, Any], tolerance: dict[str, Any]) -> None:
    """The outer ends of the intervals of beta are arbitrary in the file."""
    ours = sensitivity(model_of(case["inputs"]), target=case["inputs"]["target"])
    wanted = numbers(case["outputs"]["beta_intervals"])
    close = {"rtol": 0, "atol": tolerance["beta_intervals"]}
    assert_allclose(ours.beta[1:, 0], wanted[1:, 0], **close)
    assert_allclose(ours.beta[:-1, 1], wanted[:-1, 1], **close)
    wanted = numbers(case["outputs"]["indifference_intervals"])
    assert_allclose(ours.indifference, wanted, rtol=0, atol=tolerance["indifference_intervals"])


@pytest.mark.parametrize(("case", "tolerance"), cases("dfcrm_cohere"))
def test_coherence(case: dict[str, Any], tolerance: dict[str, Any]) -> None:
    assert tolerance == {"coherent": "exact"}
    inputs = case["inputs"]
    prior = NormalPrior(inputs["scale"])
    ours = coherent(model_of(inputs), prior=prior, target=inputs["target"], sequence=tuple(inputs["x0"]))
    assert ours.tolist() == case["outputs"]["coherent"]
    assert ours.all() == (case["outputs"]["message"] == "Coherent")


@pytest.mark.parametrize(("case", "tolerance"), cases("dfcrm_getinit"))
def test_initial_sequences(case: dict[str, Any], tolerance: dict[str, Any]) -> None:
    assert tolerance == {"x0": "exact"}
    inputs = case["inputs"]
    model, prior = model_of(inputs), NormalPrior(inputs["scale"])
    ours = initial_sequence(
        model, prior=prior, target=inputs["target"], participants=inputs["n"], at_top=inputs["nK"]
    )
    assert list(ours) == case["outputs"]["x0"]
    assert coherent(model, prior=prior, target=inputs["target"], sequence=ours).all()
