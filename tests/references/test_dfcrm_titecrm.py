"""Every case of references/dfcrm_titecrm: weights, both models, Bayesian and by maximum likelihood."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose

from trialwright import designs
from trialwright.vocabulary.seen import NOT_YET, People, Proposal, Seen

FILE = json.loads((Path(__file__).parents[2] / "references" / "dfcrm_titecrm" / "cases.json").read_text("utf-8"))
BAYES = [case for case in FILE["cases"] if case["inputs"]["method"] == "bayes"]
LIKELIHOOD = [case for case in FILE["cases"] if case["inputs"]["method"] == "mle"]
TOLERANCE = FILE["tolerance"]


def design_of(case: dict[str, Any]) -> Any:
    inputs = case["inputs"]
    return designs.build(
        "tite_crm",
        {
            "target_toxicity_rate": inputs["target"],
            "skeleton": inputs["prior"],
            "weights": {"adaptive": "adaptive", "linear": "linear", "weights": "linear"}[inputs["scheme"]],
            "prior_sd": inputs["scale"],
            "model": {"empiric": "power", "logistic": "logistic"}[inputs["model"]],
            "intercept": inputs["intcpt"],
            "method": {"bayes": "bayes", "mle": "likelihood"}[inputs["method"]],
            "confidence": inputs["conf_level"],
            "select_among": "all",  # as the package recommends
        },
    )


def whole(values: Any, times: int) -> Any:
    """Days must be whole here: tenths of days in the cases become days, thousandths of a given weight too."""
    days = np.rint(np.array([values]) * times)
    assert_allclose(days / times, [values], rtol=0, atol=1e-12)
    return days.astype(np.int64)


def seen_of(case: dict[str, Any]) -> Seen:
    inputs = case["inputs"]
    level, dlt = np.array([inputs["level"]]), np.array([inputs["tox"]]) == 1
    if inputs["scheme"] == "weights":
        follow_up, window = whole(inputs["weights"], 1000), 1000
    else:
        follow_up, window = whole(inputs["followup"], 10), 10 * inputs["obswin"]
    people = People(
        assigned=level,
        dose_level=level,
        dlt=dlt,
        complete=~dlt & (follow_up >= window),
        evaluable=level > 0,
        follow_up=follow_up,
        dlt_after=np.where(dlt, follow_up, NOT_YET),
    )
    return Seen.of_people(people, levels=len(inputs["prior"]), start_level=1, cohort_size=1, window_days=window)


def evidence_of(proposal: Proposal, name: str) -> Any:
    assert proposal.evidence is not None
    return proposal.evidence[name][0]


def test_the_file_is_the_whole_of_it() -> None:
    assert (len(BAYES), len(LIKELIHOOD)) == (34, 7)


@pytest.mark.parametrize("case", FILE["cases"], ids=lambda case: case["id"])
def test_weights(case: dict[str, Any]) -> None:
    weights = design_of(case).weights_of(seen_of(case))[0]
    assert_allclose(weights, case["outputs"]["weights"], rtol=0, atol=TOLERANCE["weights"])


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
            assert_allclose(curve, wanted[theirs], rtol=0, atol=TOLERANCE["ptox"], err_msg=ours)

    def test_recommends_the_same_level(self, case: dict[str, Any]) -> None:
        design, seen = design_of(case), seen_of(case)
        assert design.propose(seen).dose_level[0] == case["outputs"]["mtd"]
        assert design.select(seen)[0] == case["outputs"]["mtd"]


@pytest.mark.parametrize("case", LIKELIHOOD, ids=lambda case: case["id"])
def test_maximum_likelihood(case: dict[str, Any]) -> None:
    design, seen, wanted = design_of(case), seen_of(case), case["outputs"]
    proposal = design.propose(seen)
    assert_allclose(evidence_of(proposal, "beta"), wanted["estimate"], rtol=0, atol=TOLERANCE["mle_estimate"])
    assert_allclose(evidence_of(proposal, "plug_in"), wanted["ptox"], rtol=0, atol=TOLERANCE["ptox"])
    assert proposal.dose_level[0] == design.select(seen)[0] == wanted["mtd"]


def test_no_recommended_level_hangs_on_rounding() -> None:
    """The runner-up is further from the target by much more than any integration error: 1e-5 and more."""
    for case in FILE["cases"]:
        proposal = design_of(case).propose(seen_of(case))
        distance = np.sort(np.abs(evidence_of(proposal, "plug_in") - case["inputs"]["target"]))
        assert distance[1] - distance[0] > 1e-5, case["id"]
