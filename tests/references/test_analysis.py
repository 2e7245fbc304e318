"""Intervals, tests and models of the analysis against the numbers of established packages."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from numpy.testing import assert_allclose

from trialwright.numerics import intervals, poisson_rates

REFERENCES = Path(__file__).parents[2] / "references"


def cases(family: str) -> list[dict[str, Any]]:
    """The cases of one family, each with id, inputs and outputs."""
    found: list[dict[str, Any]] = json.loads((REFERENCES / family / "cases.json").read_text("utf-8"))["cases"]
    return found


def named(case: dict[str, Any]) -> str:
    return str(case["id"])


def test_the_files_are_the_whole_of_it() -> None:
    families = ("binomial_ci", "poisson_rate")
    assert [len(cases(f"analysis_{family}")) for family in families] == [34, 11]


@pytest.mark.parametrize("case", cases("analysis_binomial_ci"), ids=named)
def test_proportions(case: dict[str, Any]) -> None:
    count, trials, confidence = (case["inputs"][name] for name in ("x", "n", "conf_level"))
    ours = {
        "clopper_pearson": intervals.clopper_pearson(count, trials, confidence=confidence),
        "wilson": intervals.wilson(count, trials, confidence=confidence),
        "agresti_coull": intervals.agresti_coull(count, trials, confidence=confidence),
        "jeffreys_equal_tail": intervals.beta_equal_tail(count, trials, confidence=confidence),
        "uniform_equal_tail": intervals.beta_equal_tail(count, trials, prior=(1, 1), confidence=confidence),
        "one_sided_upper_exact": intervals.upper_limit(count, trials, confidence=confidence),
    }
    assert set(ours) == set(case["outputs"])
    for name, limits in case["outputs"].items():
        assert_allclose(ours[name], limits, rtol=0, atol=1e-8, err_msg=name)


@pytest.mark.parametrize("case", cases("analysis_poisson_rate"), ids=named)
def test_rates(case: dict[str, Any]) -> None:
    observed, expected = case["inputs"], case["outputs"]
    events, exposure, confidence = observed["events"], observed["exposure"], observed["conf_level"]
    exact = poisson_rates.poisson_exact(events, exposure, confidence=confidence)
    gamma = poisson_rates.gamma_equal_tail(events, exposure, confidence=confidence)
    assert_allclose(exact, expected["exact_ci"], rtol=0, atol=1e-9)
    assert_allclose(gamma, expected["gamma_jeffreys"], rtol=0, atol=1e-9)
    assert_allclose(events / exposure, expected["rate"], rtol=0, atol=1e-9)
