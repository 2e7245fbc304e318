"""What the cases of dfcrm::crm and dfcrm::titecrm have in common: their file, their parameters, what they answer."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.testing import assert_allclose

from trialwright import designs
from trialwright.vocabulary.seen import Design, Proposal, Seen

REFERENCES = Path(__file__).parents[1] / "references"
CODED = 1e-12  # coded doses are written with 15 digits; the file names no tolerance for them


@dataclass(frozen=True)
class Cases:
    """One file of cases; ``curve`` names the tolerance of the curve, Bayesian and by maximum likelihood."""

    name: str
    curve: tuple[str, str]

    @cached_property
    def file(self) -> Any:
        return json.loads((REFERENCES / self.name / "cases.json").read_text("utf-8"))

    def by(self, method: str) -> list[dict[str, Any]]:
        return [case for case in self.file["cases"] if case["inputs"]["method"] == method]

    def near(self, quantity: str) -> dict[str, float]:
        return {"rtol": 0, "atol": self.file["tolerance"][quantity]}

    def agrees_with_tight_quadrature(self, proposal: Proposal, case: dict[str, Any]) -> None:
        wanted, close = case["outputs"]["quadrature"], self.near("quadrature")
        assert_allclose(evidence_of(proposal, "beta_mean"), wanted["estimate"], **close)
        assert_allclose(evidence_of(proposal, "beta_variance"), wanted["post_var"], **close)
        assert_allclose(evidence_of(proposal, "plug_in"), wanted["ptox"], **close)

    def agrees_with_the_package(self, proposal: Proposal, case: dict[str, Any]) -> None:
        wanted = case["outputs"]
        assert_allclose(evidence_of(proposal, "beta_mean"), wanted["estimate"], **self.near("dfcrm_bayes_estimate"))
        assert_allclose(evidence_of(proposal, "beta_variance"), wanted["post_var"], **self.near("dfcrm_bayes_post_var"))
        for ours, theirs in {"plug_in": "ptox", "lower_limit": "ptoxL", "upper_limit": "ptoxU"}.items():
            assert_allclose(evidence_of(proposal, ours), wanted[theirs], err_msg=ours, **self.near(self.curve[0]))

    def agrees_by_maximum_likelihood(self, proposal: Proposal, case: dict[str, Any]) -> None:
        wanted = case["outputs"]
        assert_allclose(evidence_of(proposal, "beta"), wanted["estimate"], **self.near("mle_estimate"))
        assert_allclose(evidence_of(proposal, "plug_in"), wanted["ptox"], **self.near(self.curve[1]))


def design_of(name: str, case: dict[str, Any], **more: Any) -> Any:
    """The design a case was computed with."""
    inputs = case["inputs"]
    parameters = {
        "target_toxicity_rate": inputs["target"],
        "skeleton": inputs["prior"],
        "prior_sd": inputs["scale"],
        "model": {"empiric": "power", "logistic": "logistic"}[inputs["model"]],
        "intercept": inputs["intcpt"],
        "method": {"bayes": "bayes", "mle": "likelihood"}[inputs["method"]],
        "confidence": inputs["conf_level"],
        "select_among": "all",  # as the package recommends
    }
    return designs.build(name, parameters | more)


def crm_of(case: dict[str, Any]) -> Design:
    design: Design = design_of("crm", case)
    return design


def counts_of(case: dict[str, Any]) -> Seen:
    """The participants of a case of dfcrm::crm, counted."""
    inputs = case["inputs"]
    level, dlt = np.array(inputs["level"]), np.array(inputs["tox"])
    n = [np.sum(level == d + 1) for d in range(len(inputs["prior"]))]
    n_dlt = [np.sum(dlt[level == d + 1]) for d in range(len(inputs["prior"]))]
    return Seen.of_counts(n, n_dlt, level[-1])


def evidence_of(proposal: Proposal, name: str) -> Any:
    assert proposal.evidence is not None
    return proposal.evidence[name][0]


def codes_the_same_doses(design: Any, case: dict[str, Any]) -> None:
    """The package's coded dose is the prior guess (power) or x_d; ours is what exp(beta) multiplies, made positive."""
    curve = design.curve
    coded = curve.skeleton if curve.kind == "power" else -curve.slopes
    assert_allclose(coded, case["outputs"]["dosescaled"], rtol=0, atol=CODED)


def recommends_the_same_level(design: Any, seen: Seen, *, case: dict[str, Any]) -> None:
    assert design.propose(seen).dose_level[0] == design.select(seen)[0] == case["outputs"]["mtd"]


def hangs_on_no_rounding(proposal: Proposal, case: dict[str, Any]) -> None:
    """The runner-up is further from the target by much more than any integration error: 1e-5 and more."""
    distance = np.sort(np.abs(evidence_of(proposal, "plug_in") - case["inputs"]["target"]))
    assert distance[1] - distance[0] > 1e-5, case["id"]
