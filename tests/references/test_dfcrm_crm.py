"""Every case of references/dfcrm_crm: both models, Bayesian and by maximum likelihood."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose

from trialwright import designs
from trialwright.vocabulary.seen import Design, Proposal, Seen

FILE = json.loads((Path(__file__).parents[2] / "references" / "dfcrm_crm" / "cases.json").read_text("utf-8"))
BAYES = [case for case in FILE["cases"] if case["inputs"]["method"] == "bayes"]
LIKELIHOOD = [case for case in FILE["cases"] if case["inputs"]["method"] == "mle"]
TOLERANCE = FILE["tolerance"]


def design_of(case: dict[str, Any]) -> Design:
    inputs = case["inputs"]
    return designs.build(
        "crm",
        {
            "target_toxicity_rate": inputs["target"],
            "skeleton": inputs["prior"],
            "prior_sd": inputs["scale"],
            "model": {"empiric": "power", "logistic": "logistic"}[inputs["model"]],
            "intercept": inputs["intcpt"],
            "method": {"bayes": "bayes", "mle": "likelihood"}[inputs["method"]],
            "confidence": inputs["conf_level"],
            "select_among": "all",  # as the package recommends
        },
    )


def seen_of(case: dict[str, Any]) -> Seen:
    inputs = case["inputs"]
    level, dlt = np.array(inputs["level"]), np.array(inputs["tox"])
    n = [np.sum(level == d + 1) for d in range(len(inputs["prior"]))]
    n_dlt = [np.sum(dlt[level == d + 1]) for d in range(len(inputs["prior"]))]
    return Seen.of_counts(n, n_dlt, level[-1])


def evidence_of(proposal: Proposal, name: str) -> Any:
    assert proposal.evidence is not None
    return proposal.evidence[name][0]


def test_the_file_is_the_whole_of_it() -> None:
    assert (len(BAYES), len(LIKELIHOOD)) == (49, 14)


@pytest.mark.parametrize("case", BAYES, ids=lambda case: case["id"])
class TestBayes:
    def test_agrees_with_tight_quadrature(self, case: dict[str, Any]) -> None:
        proposal, wanted = design_of(case).propose(seen_of(case)), case["outputs"]["quadrature"]
        close = {"rtol": 0, "atol": TOLERANCE["quadrature"]}
        assert_allclose(evidence_of(proposal, "beta_mean"), wanted["estimate"], **close)
        assert_allclose(evidence_of(proposal, "beta_variance"), wanted["post_var"], **close)
        assert_allclose(evidence_of(proposal, "plug_in"), wanted["ptox"], **close)

    def test_agrees_with_the_package(self, case: dict[str, Any]) -> None:
        proposal, wanted = design_of(case).propose(seen_of(case)), case["outputs"]
        estimate, variance = evidence_of(proposal, "beta_mean"), evidence_of(proposal, "beta_variance")
        assert_allclose(estimate, wanted["estimate"], rtol=0, atol=TOLERANCE["dfcrm_bayes_estimate"])
        assert_allclose(variance, wanted["post_var"], rtol=0, atol=TOLERANCE["dfcrm_bayes_post_var"])
        for ours, theirs in {"plug_in": "ptox", "lower_limit": "ptoxL", "upper_limit": "ptoxU"}.items():
            curve = evidence_of(proposal, ours)
            assert_allclose(curve, wanted[theirs], rtol=0, atol=TOLERANCE["dfcrm_bayes_ptox"], err_msg=ours)

    def test_recommends_the_same_level(self, case: dict[str, Any]) -> None:
        design, seen = design_of(case), seen_of(case)
        assert design.propose(seen).dose_level[0] == case["outputs"]["mtd"]
        assert design.select(seen)[0] == case["outputs"]["mtd"]


@pytest.mark.parametrize("case", LIKELIHOOD, ids=lambda case: case["id"])
def test_maximum_likelihood(case: dict[str, Any]) -> None:
    design, seen, wanted = design_of(case), seen_of(case), case["outputs"]
    proposal = design.propose(seen)
    assert_allclose(evidence_of(proposal, "beta"), wanted["estimate"], rtol=0, atol=TOLERANCE["mle_estimate"])
    assert_allclose(evidence_of(proposal, "plug_in"), wanted["ptox"], rtol=0, atol=TOLERANCE["mle_estimate"])
    assert proposal.dose_level[0] == design.select(seen)[0] == wanted["mtd"]


def test_no_recommended_level_hangs_on_rounding() -> None:
    """The runner-up is further from the target by much more than any integration error: 1e-5 and more."""
    for case in FILE["cases"]:
        proposal = design_of(case).propose(seen_of(case))
        distance = np.sort(np.abs(evidence_of(proposal, "plug_in") - case["inputs"]["target"]))
        assert distance[1] - distance[0] > 1e-5, case["id"]
