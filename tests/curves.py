"""Cases of the reference families about a curve and its posterior, asked of our designs as their files mean them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from trialwright import designs
from trialwright.vocabulary.seen import Posterior, Proposal, Seen

REFERENCES = Path(__file__).parents[1] / "references"
MODELS = {
    "empiric": "power",
    "logistic": "logistic",
    "logistic_gamma": "logistic-gamma",
    "logistic2": "two-parameter",
}
BLRM_EVIDENCE = {
    "mean": "posterior_mean",
    "sd": "posterior_sd",
    "prob_under": "underdose_probability",
    "prob_target": "target_probability",
    "prob_over": "overdose_probability",
}


def file_of(name: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((REFERENCES / name / "cases.json").read_text("utf-8"))
    return read


def evidence_of(proposal: Proposal, name: str) -> Any:
    assert proposal.evidence is not None
    return proposal.evidence[name][0]


def mean_of(proposal: Proposal) -> Any:
    assert proposal.posterior is not None
    return proposal.posterior.mean()[0]


def trialr_crm(case: dict[str, Any]) -> Proposal:
    """trialr::stan_crm recommends the level whose posterior mean is nearest to the target."""
    inputs = case["inputs"]
    design = designs.build(
        "crm",
        {
            "target_toxicity_rate": inputs["target"],
            "skeleton": inputs["skeleton"],
            "prior_sd": inputs.get("beta_sd", 1),
            "model": MODELS[inputs["model"]],
            "intercept": inputs.get("a0", inputs.get("alpha_mean", 3)),
            "intercept_sd": inputs.get("alpha_sd", 2),
            "prior_shape": inputs.get("beta_shape", 1),
            "estimate": "posterior-mean",
        },
    )
    return design.propose(Seen.of_counts(inputs["n"], inputs["y"], 1))


def trialr_nbg(case: dict[str, Any]) -> Posterior:
    """trialr::stan_nbg keeps a posterior; the level it recommends is not the one of our design."""
    inputs = case["inputs"]
    design = designs.build(
        "blrm",
        {
            "doses": inputs["real_doses"],
            "reference_dose": inputs["d_star"],
            "prior_mean": [inputs["alpha_mean"], inputs["beta_mean"]],
            "prior_sd": [inputs["alpha_sd"], inputs["beta_sd"]],
        },
    )
    believed = design.propose(Seen.of_counts(inputs["n"], inputs["y"], 1)).posterior
    assert believed is not None
    return believed


def crmpack(case: dict[str, Any]) -> Proposal:
    """crmPack's two-parameter models with overdose control."""
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
