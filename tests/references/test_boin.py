"""BOIN to the end of the trial: the level selected, and exact and simulated operating characteristics."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import stats

from trialwright import designs
from trialwright.numerics.beta_binomial import BetaPosterior
from trialwright.numerics.isotonic import inverse_variance, isotonic, isotonic_dlt_rate
from trialwright.vocabulary.seen import Design, Proposal, Rule, Seen
from walking import Walk, walk

REFERENCES = Path(__file__).parents[2] / "references"


def file_of(name: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((REFERENCES / name / "cases.json").read_text("utf-8"))
    return read


SELECTED, EXACT, SIMULATED = file_of("boin_select_mtd"), file_of("boin_exact_oc"), file_of("boin_oc")


def boin_of(inputs: dict[str, Any]) -> Design:
    renamed = {
        "target": "target_toxicity_rate",
        "p_tox": "p_tox",
        "cutoff_eli": "elimination_confidence",
        "extrasafe": "extra_safe",
        "offset": "offset",
        "boundMTD": "bound_selection",
    }
    return designs.build("boin", {name: inputs[theirs] for theirs, name in renamed.items() if theirs in inputs})


def printed(case: dict[str, Any], name: str) -> Any:
    """The strings of a case as numbers, one row for each level; not a number where nothing is printed."""
    words = [text.strip("()").split(",") for text in case["outputs"][name]]
    return np.array([[np.nan if word.strip() in ("----", "NA") else float(word) for word in row] for row in words])


@pytest.mark.parametrize("case", SELECTED["cases"], ids=lambda case: case["id"])
class TestSelection:
    def test_level(self, case: dict[str, Any]) -> None:
        inputs, wanted = case["inputs"], case["outputs"]["mtd"]
        seen = Seen.of_counts(inputs["npts"], inputs["ntox"], 1)
        assert boin_of(inputs).select(seen)[0] == (0 if wanted == 99 else wanted)

    def test_estimates(self, case: dict[str, Any]) -> None:
        """The file's estimates pool every level tried, eliminated or not."""
        inputs, full = case["inputs"], {"rtol": 0, "atol": SELECTED["tolerance"]["full"]}
        n, n_dlt = np.array([inputs["npts"]]), np.array([inputs["ntox"]])
        rate = isotonic_dlt_rate(n=n, n_dlt=n_dlt, admissible=n > 0, prior=0.05)
        assert_allclose(rate[0], np.array(case["outputs"]["isotonic_full"], float), **full)
        above = stats.beta.sf(inputs["target"], n_dlt + 0.05, n - n_dlt + 0.05)
        pooled = isotonic(above, (n > 0).astype(float))
        assert_allclose(pooled[0], np.array(case["outputs"]["p_overdose_full"], float), **full)
        two_decimals = {"rtol": 0, "atol": SELECTED["tolerance"]["printed"]}
        assert_allclose(rate[0], printed(case, "phat_printed")[:, 0], **two_decimals)
        assert_allclose(pooled[0], printed(case, "p_overdose_printed")[:, 0], **two_decimals)

    def test_credible_limits(self, case: dict[str, Any]) -> None:
        """Quantiles pooled with the weights of the estimates; the k-th printed is that of the k-th level tried."""
        n, n_dlt = np.array([case["inputs"]["npts"]]), np.array([case["inputs"]["ntox"]])
        believed = BetaPosterior.after(n=n, n_dlt=n_dlt, prior_a=0.05, prior_b=0.05)
        weight, tried = np.where(n > 0, inverse_variance(n, n_dlt, prior=0.05), 0.0), n[0] > 0
        wanted = np.full((len(tried), 2), np.nan)
        for column, share in enumerate((0.025, 0.975)):
            wanted[: tried.sum(), column] = isotonic(believed.quantile(share), weight)[0, tried]
        wanted[~tried] = np.nan
        two_decimals = {"rtol": 0, "atol": SELECTED["tolerance"]["printed"]}
        assert_allclose(wanted, printed(case, "ci_printed"), **two_decimals)


def stop_when_full(size: int) -> Rule:
    """The package's early stop: so many participants at the level at which the next ones would be treated too."""

    def rule(proposal: Proposal, seen: Seen) -> Proposal:
        there = np.take_along_axis(seen.n, seen.current[:, None] - 1, axis=1)[:, 0]
        full = (there >= size) & (proposal.dose_level == seen.current)
        return replace(proposal, stop=proposal.stop | full)

    return rule  # type: ignore[return-value]


def walked(inputs: dict[str, Any], *, design: Design | None = None) -> Walk:
    return walk(
        design or boin_of(inputs),
        applied=[stop_when_full(inputs["n_earlystop"])],
        sizes=[inputs["cohortsize"]] * inputs["ncohort"],
        truth=inputs["p_true"],
        start=inputs["startdose"],
        select=True,
    )


@pytest.mark.parametrize("case", EXACT["cases"], ids=lambda case: case["id"])
def test_exact_operating_characteristics(case: dict[str, Any]) -> None:
    wanted, found = case["outputs"], walked(case["inputs"])
    probability, mean = ({"rtol": 0, "atol": EXACT["tolerance"][name]} for name in ("probabilities", "means"))
    assert_allclose(found.recommended, [wanted["no_selection"], *wanted["select"]], **probability)
    assert_allclose(found.n, wanted["mean_patients"], **mean)
    assert_allclose(found.n_dlt, wanted["mean_toxicities"], **mean)


UNTITRATED = [case for case in SIMULATED["cases"] if not case["inputs"]["titration"]]


@pytest.mark.parametrize("case", UNTITRATED, ids=lambda case: case["id"])
def test_simulated_operating_characteristics(case: dict[str, Any]) -> None:
    wanted, found = case["outputs"], walked(case["inputs"])
    shares = np.array([wanted["percent_stop"], *wanted["select_percent"]]) / 100
    bound = 4 * np.sqrt(found.recommended * (1 - found.recommended) / case["inputs"]["ntrial"])
    assert (np.abs(found.recommended - shares) <= bound + 5e-5).all()
    assert_allclose(found.n, wanted["npatients"], rtol=0, atol=SIMULATED["tolerance"]["npatients"])
    assert_allclose(found.n_dlt, wanted["ntox"], rtol=0, atol=SIMULATED["tolerance"]["ntox"])
    assert found.n.sum() == pytest.approx(wanted["totaln"], rel=0, abs=SIMULATED["tolerance"]["npatients"])
    assert found.n_dlt.sum() == pytest.approx(wanted["totaltox"], rel=0, abs=SIMULATED["tolerance"]["ntox"])
