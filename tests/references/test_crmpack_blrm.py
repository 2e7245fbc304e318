"""Every case of references/crmpack_logistic_lognormal and references/crmpack_logistic_normal."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose

from trialwright import designs
from trialwright.vocabulary.seen import NO_LEVEL, Proposal, Seen

ROOT = Path(__file__).parents[2] / "references"
NAMES = ("crmpack_logistic_lognormal", "crmpack_logistic_normal")
FILES = {name: json.loads((ROOT / name / "cases.json").read_text("utf-8")) for name in NAMES}
CASES = [case for file in FILES.values() for case in file["cases"]]
TOLERANCE = FILES[NAMES[0]]["tolerance"]
EVIDENCE = {
    "mean": "posterior_mean",
    "sd": "posterior_sd",
    "prob_under": "underdose_probability",
    "prob_target": "target_probability",
    "prob_over": "overdose_probability",
}
QUANTILES = {"q025": 0.025, "q50": 0.5, "q975": 0.975}


def proposal_of(case: dict[str, Any]) -> Proposal:
    inputs = case["inputs"]
    covariance = np.array(inputs["cov"])
    sd = np.sqrt(np.diag(covariance))
    assert inputs["overdose_interval"] == [inputs["target_interval"][1], 1]
    design = designs.build(
        "blrm",
        {
            "doses": list(map(float, inputs["dose_grid"])),
            "reference_dose": inputs["ref_dose"],
            "prior_mean": inputs["mean"],
            "prior_sd": sd.tolist(),
            "prior_correlation": float(covariance[0, 1] / sd.prod()),
            "slope": {"logistic_lognormal": "log-normal", "logistic_normal": "normal"}[inputs["model"]],
            "target_interval": inputs["target_interval"],
            "max_overdose_probability": inputs["max_overdose_prob"],
        },
    )
    return design.propose(Seen.of_counts(inputs["n"], inputs["y"], 1))


def evidence_of(proposal: Proposal, name: str) -> Any:
    assert proposal.evidence is not None
    return proposal.evidence[name][0]


def test_the_files_are_the_whole_of_it() -> None:
    assert [len(file["cases"]) for file in FILES.values()] == [24, 13]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
class TestBlrm:
    def test_agrees_with_quadrature(self, case: dict[str, Any]) -> None:
        proposal, wanted = proposal_of(case), case["outputs"]["quadrature"]
        for theirs, ours in EVIDENCE.items():
            got = evidence_of(proposal, ours)
            assert_allclose(got, wanted[theirs], rtol=0, atol=TOLERANCE["quadrature"], err_msg=theirs)

    def test_quantiles_agree_with_quadrature_and_draws(self, case: dict[str, Any]) -> None:
        believed = proposal_of(case).posterior
        assert believed is not None
        for name, probability in QUANTILES.items():
            got = believed.quantile(probability)[0]
            wanted = case["outputs"]["quadrature"][name]
            assert_allclose(got, wanted, rtol=0, atol=TOLERANCE["quadrature_quantiles"], err_msg=name)
            assert_allclose(got, case["outputs"]["mcmc"][name], rtol=0, atol=0.01, err_msg=name)

    def test_agrees_with_the_draws(self, case: dict[str, Any]) -> None:
        proposal, wanted = proposal_of(case), case["outputs"]["mcmc"]
        for name, error in {"mean": "mcse_mean", "prob_over": "mcse_over"}.items():
            apart = np.abs(evidence_of(proposal, EVIDENCE[name]) - wanted[name])
            assert (apart <= 4 * np.array(wanted[error])).all(), name

    def test_recommends_the_same_level(self, case: dict[str, Any]) -> None:
        proposal, wanted = proposal_of(case), case["outputs"]["ewoc_dose_from_quadrature"] or NO_LEVEL
        assert evidence_of(proposal, "recommended_level") == wanted
        if sum(case["inputs"]["n"]) > 0:
            assert proposal.dose_level[0] == (case["outputs"].get("next_best_dose_index") or NO_LEVEL) == wanted
            assert proposal.stop[0] == (wanted == NO_LEVEL)

    def test_no_recommendation_hangs_on_rounding(self, case: dict[str, Any]) -> None:
        proposal = proposal_of(case)
        over, on_target = (evidence_of(proposal, EVIDENCE[name]) for name in ("prob_over", "prob_target"))
        limit = case["inputs"]["max_overdose_prob"]
        assert np.abs(over - limit).min() > 1e-5
        still_open = np.sort(on_target[over <= limit])
        assert (np.diff(still_open)[-1:] > 1e-5).all()
