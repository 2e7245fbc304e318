"""Boundaries, crossing probabilities and expected information from elsewhere, each within its file's tolerance."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import scipy.special as sp
from numpy.testing import assert_allclose

from trialwright.numerics.arrays import Floats
from trialwright.numerics.group_sequential import crossing, expected_information
from trialwright.numerics.group_sequential_boundaries import (
    by_both_spendings,
    by_spending,
    drift_at_power,
    inflation,
    last_solved,
    wang_tsiatis,
)
from trialwright.numerics.spending import spent

REFERENCES = Path(__file__).parents[2] / "references"
RPACT, FUTILITY, GSDESIGN, CROSSING = (
    json.loads((REFERENCES / name / "cases.json").read_text("utf-8"))
    for name in ("rpact_boundaries", "rpact_futility", "gsdesign_boundaries", "gsdesign_crossing")
)
EVERY_RPACT, EVERY_FUTILITY, EVERY_GSDESIGN, EVERY_CROSSING = (
    pytest.mark.parametrize("case", file["cases"], ids=lambda case: case["id"])
    for file in (RPACT, FUTILITY, GSDESIGN, CROSSING)
)
GSDESIGN_NAMES = {
    "OF": "OF", "Pocock": "P", "sfLDOF": "asOF", "sfLDPocock": "asP", "sfHSD": "asHSD", "sfPower": "asKD",
}  # fmt: skip
SHAPES = {"OF": 0.0, "P": 0.5}
HAYBITTLE_PETO = 3.0


def upper_bounds(kind: str, times: Any, *, alpha: float, parameter: float | None = None, **more: Any) -> Floats:
    if kind in ("OF", "P", "WT"):
        return wang_tsiatis(times, alpha=alpha, delta=SHAPES.get(kind, parameter), **more)
    if kind == "HP":
        return last_solved(times, alpha=alpha, before=[HAYBITTLE_PETO] * (len(times) - 1), **more)
    return by_spending(times, spent=spent(kind, times, total=alpha, gamma=parameter), **more)


def near(found: Any, expected: Any, within: float) -> None:
    assert_allclose(found, expected, rtol=0, atol=within)


def test_the_files_are_the_whole_of_it() -> None:
    assert [len(file["cases"]) for file in (RPACT, FUTILITY, GSDESIGN, CROSSING)] == [41, 13, 67, 8]


@EVERY_CROSSING
def test_crossing(case: dict[str, Any]) -> None:
    inputs, outputs = case["inputs"], case["outputs"]
    found = crossing(
        inputs["information"], lower=inputs["lower"], upper=inputs["upper"], drifts=[0.7, inputs["theta"]]
    )
    near(found.upper[1], outputs["upper_prob"], CROSSING["tolerance"]["probabilities"])
    near(found.lower[1], outputs["lower_prob"], CROSSING["tolerance"]["probabilities"])


@EVERY_RPACT
def test_boundaries(case: dict[str, Any]) -> None:
    inputs, outputs, within = case["inputs"], case["outputs"], RPACT["tolerance"]
    times, sided, beta = inputs["information_rates"], inputs["sided"], inputs["beta"]
    alpha, parameter = inputs["alpha"] / sided, inputs["deltaWT"] if inputs["type"] == "WT" else inputs["gammaA"]
    upper = upper_bounds(inputs["type"], times, alpha=alpha, parameter=parameter, two_sided=sided == 2)
    lower = -upper if sided == 2 else np.full(len(upper), -np.inf)
    drift = drift_at_power(times, lower=lower, upper=upper, wanted=1 - beta)
    factor = inflation(drift, alpha=alpha, beta=beta)
    stopping = np.cumsum(crossing(times, lower=lower, upper=upper, drifts=[0, drift]).upper, axis=1)
    expected = expected_information(times, lower=lower, upper=upper, drifts=[0, drift]) * factor
    near(upper, outputs["critical_values"], within["critical_values"])
    near(sp.ndtr(-upper), outputs["stage_levels_one_sided"], within["alpha_spent"])
    near(sided * stopping[0], outputs["alpha_spent"], within["alpha_spent"])
    near(factor, outputs["inflation_factor"], within["inflation_factor"])
    near(drift**2 / outputs["shift"], 1, within["inflation_factor"])
    near(stopping[1], outputs["power_by_stage"], within["power_by_stage"])
    near(
        expected,
        [outputs["average_sample_number_h0"], outputs["average_sample_number_h1"]],
        within["inflation_factor"],
    )


@EVERY_FUTILITY
def test_futility(case: dict[str, Any]) -> None:
    inputs, outputs, within = case["inputs"], case["outputs"], FUTILITY["tolerance"]
    times, alpha, beta = np.arange(1, inputs["k"] + 1) / inputs["k"], inputs["alpha"], inputs["beta"]
    binding = inputs["futility_bounds_z"] if inputs["binding"] else None
    upper = upper_bounds(inputs["type"], times, alpha=alpha, lower=binding)
    lower = np.append(inputs["futility_bounds_z"], -np.inf)
    drift = drift_at_power(times, lower=lower, upper=upper, wanted=1 - beta)
    factor = inflation(drift, alpha=alpha, beta=beta)
    expected = expected_information(times, lower=lower, upper=upper, drifts=[0, drift]) * factor
    near(upper, outputs["critical_values"], within["critical_values"])
    near(factor, outputs["inflation_factor"], within["inflation_factor"])
    near(
        expected,
        [outputs["average_sample_number_h0"], outputs["average_sample_number_h1"]],
        within["inflation_factor"],
    )


@EVERY_GSDESIGN
def test_gsdesign(case: dict[str, Any]) -> None:
    inputs, outputs, within = case["inputs"], case["outputs"], GSDESIGN["tolerance"]
    times, alpha, beta = inputs["timing"], inputs["alpha"], inputs["beta"]
    lower, upper, drift = gsdesign_bounds(inputs)
    factor = inflation(drift, alpha=alpha, beta=beta)
    found = crossing(times, lower=lower, upper=upper, drifts=[0, drift])
    near(upper, outputs["upper_bound"], within["bounds"])
    if outputs["lower_bound"] is not None:
        near(lower, outputs["lower_bound"], within["bounds"])
    near(factor * np.array(times), outputs["information_ratio"], within["information_ratio"])
    near(found.upper[0], outputs["upper_cross_prob_h0"], within["probabilities"])
    near(alpha_by_look(inputs, lower, upper=upper), outputs["upper_spend"], within["probabilities"])
    near(found.upper[1], outputs["upper_cross_prob_h1"], within["probabilities"])
    near(found.stopping @ np.array(times) * factor, outputs["expected_n_h0_h1"], within["information_ratio"])


def alpha_by_look(inputs: dict[str, Any], lower: Floats, *, upper: Floats) -> Floats:
    """The error of each look: with a futility bound that does not bind, as if nobody stopped there."""
    followed = lower if inputs["test_type"] != 4 else np.full(len(lower), -np.inf)
    return crossing(inputs["timing"], lower=followed, upper=upper, drifts=0).upper[0]


def gsdesign_bounds(inputs: dict[str, Any]) -> tuple[Floats, Floats, float]:
    times, alpha, kind = inputs["timing"], inputs["alpha"], GSDESIGN_NAMES[inputs["upper_spending"]]
    if inputs["test_type"] != 4:
        two_sided = inputs["test_type"] == 2
        upper = upper_bounds(kind, times, alpha=alpha, parameter=inputs["upper_parameter"], two_sided=two_sided)
        lower = -upper if two_sided else np.full(len(upper), -np.inf)
        return lower, upper, drift_at_power(times, lower=lower, upper=upper, wanted=1 - inputs["beta"])
    futile: Any = GSDESIGN_NAMES[inputs["lower_spending"]]
    effective: Any = kind
    return by_both_spendings(
        times,
        alpha_spent=spent(effective, times, total=alpha, gamma=inputs["upper_parameter"]),
        beta_spent=spent(futile, times, total=inputs["beta"], gamma=inputs["lower_parameter"]),
        binding=False,
    )
