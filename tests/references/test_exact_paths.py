"""Exact operating characteristics: every cohort outcome is walked with the design's decisions."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose

from trialwright import designs, rules
from trialwright.vocabulary.seen import Design, Rule
from walking import Walk, walk

REFERENCES = Path(__file__).parents[2] / "references"
EXACT = json.loads((REFERENCES / "escalation_exact_paths" / "cases.json").read_text("utf-8"))
SIMULATED = json.loads((REFERENCES / "ubcrm_3p3" / "cases.json").read_text("utf-8"))


def cases_of(design: str) -> list[dict[str, Any]]:
    return [case for case in EXACT["cases"] if case["inputs"]["design"] == design]


def assert_as_in(case: dict[str, Any], found: Walk) -> None:
    wanted, tolerance = case["outputs"], EXACT["tolerance"]
    probability = {"rtol": 0, "atol": tolerance["probabilities"]}
    expected = {"rtol": 0, "atol": tolerance["expected"]}
    assert_allclose(found.recommended, wanted["prob_recommend"], **probability)
    # The mean over paths of the share of each level; the file's conventions describe it as a ratio of means.
    assert_allclose(found.share, wanted["prob_administer"], **probability)
    assert_allclose(found.still_open, wanted["prob_still_open"], **probability)
    assert_allclose(found.n, wanted["mean_n_at_dose"], **expected)
    assert_allclose(found.n_dlt, wanted["mean_tox_at_dose"], **expected)
    assert_allclose(found.n.sum(), wanted["expected_n"], **expected)
    assert_allclose(found.n_dlt.sum(), wanted["expected_tox"], **expected)
    assert found.paths == wanted["terminal_nodes"]


def crm_of(inputs: dict[str, Any]) -> Design:
    assert inputs["dont_skip"]
    return designs.build(
        "crm",
        {
            "target_toxicity_rate": inputs["target"],
            "skeleton": inputs["skeleton"],
            "prior_sd": inputs["scale"],
            "model": {"empiric": "power", "logistic": "logistic"}[inputs["model"]],
            "intercept": inputs.get("intcpt", 3),
        },
    )


def stop_of(inputs: dict[str, Any], *, posterior: str) -> Rule:
    stop = inputs["stop_too_toxic"]
    return rules.build(
        "stop_when_too_toxic",
        {
            "level": stop["dose"],
            "rate": stop["tox_threshold"],
            "confidence": stop["confidence"],
            "posterior": posterior,
        },
    )


@pytest.mark.parametrize("case", cases_of("3+3"), ids=lambda case: case["id"])
def test_three_plus_three(case: dict[str, Any]) -> None:
    inputs = case["inputs"]
    design = designs.build("three_plus_three", {"allow_deescalate": inputs["allow_deescalate"]})
    assert_as_in(case, walk(design, applied=[], sizes=inputs["cohort_sizes"], truth=inputs["true_prob_tox"]))


@pytest.mark.parametrize("case", cases_of("CRM"), ids=lambda case: case["id"])
def test_crm(case: dict[str, Any]) -> None:
    inputs = case["inputs"]
    applied = [rules.build("no_skipping", {})]
    assert_as_in(
        case, walk(crm_of(inputs), applied=applied, sizes=inputs["cohort_sizes"], truth=inputs["true_prob_tox"])
    )


def interval_design_of(inputs: dict[str, Any]) -> Design:
    """BOIN, mTPI, mTPI-2 or TPI as in the file; the name of the design there is its name here, in lower case."""
    renamed = {
        "target": "target_toxicity_rate",
        "epsilon1": "margin_below",
        "epsilon2": "margin_above",
        "k1": "sds_above",
        "k2": "sds_below",
        "exclusion_certainty": "exclusion_confidence",
    }
    assert not inputs.get("stop_when_deescalation_impossible", False)
    given = {name: inputs[theirs] for theirs, name in renamed.items() if theirs in inputs}
    return designs.build(inputs["design"].lower(), given)


@pytest.mark.parametrize(
    "case",
    [case for design in ("BOIN", "mTPI", "mTPI2", "TPI") for case in cases_of(design)],
    ids=lambda case: f"{case['inputs']['design']}-{case['id']}",
)
def test_interval_designs(case: dict[str, Any]) -> None:
    inputs = case["inputs"]
    found = walk(interval_design_of(inputs), applied=[], sizes=inputs["cohort_sizes"], truth=inputs["true_prob_tox"])
    assert_as_in(case, found)


@pytest.mark.parametrize("case", cases_of("CRM+stop"), ids=lambda case: case["id"])
def test_crm_with_a_stop_under_the_package_s_approximation(case: dict[str, Any]) -> None:
    inputs = case["inputs"]
    applied = [rules.build("no_skipping", {}), stop_of(inputs, posterior="normal-approximation")]
    assert_as_in(
        case, walk(crm_of(inputs), applied=applied, sizes=inputs["cohort_sizes"], truth=inputs["true_prob_tox"])
    )


def test_crm_with_a_stop_by_the_posterior_itself_differs_a_little() -> None:
    """Six of the seven cases move, none by more than 0.0055: a few states lie between approximation and posterior."""
    apart = []
    for case in cases_of("CRM+stop"):
        inputs = case["inputs"]
        applied = [rules.build("no_skipping", {}), stop_of(inputs, posterior="design")]
        found = walk(crm_of(inputs), applied=applied, sizes=inputs["cohort_sizes"], truth=inputs["true_prob_tox"])
        apart.append(np.abs(found.recommended - case["outputs"]["prob_recommend"]).max())
    assert sorted(apart)[0] < 1e-9 < sorted(apart)[1]
    assert max(apart) < 0.0055


@pytest.mark.parametrize("case", SIMULATED["cases"], ids=lambda case: case["id"])
def test_simulated_three_plus_three(case: dict[str, Any]) -> None:
    truth, wanted, trials = case["inputs"]["true_prob_tox"], case["outputs"], case["inputs"]["nsim"]
    sizes = [3] * (2 * len(truth))
    found = walk(designs.build("three_plus_three", {}), applied=[], sizes=sizes, truth=truth)
    shares = np.array([wanted["no_recommendation_percent"], *wanted["recommendation_percent"]]) / 100
    errors = 4 / np.sqrt(trials)
    assert (np.abs(found.recommended - shares) <= errors * np.sqrt(found.recommended * (1 - found.recommended))).all()
    assert (np.abs(found.n - wanted["mean_patients"]) <= errors * np.sqrt(found.n_squared - found.n**2)).all()
    spread = np.sqrt(found.n_dlt_squared - found.n_dlt**2)
    assert (np.abs(found.n_dlt - wanted["mean_dlts"]) <= errors * spread).all()
    totals = np.array([found.n.sum(), found.n_dlt.sum()])
    apart = np.abs(totals - [wanted["mean_total_patients"], wanted["mean_total_dlts"]])
    assert (apart <= errors * np.sqrt(found.totals_squared - totals**2)).all()
