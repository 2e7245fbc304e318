"""Every case of references/trialr_efftox: rates, acceptability, utility and the level that follows."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose

from trialwright import designs, rules
from trialwright.designs.efftox import EffTox
from trialwright.testing.designs import within_tolerable
from trialwright.testing.states import people_of, row_of, seen_after, seen_for
from trialwright.vocabulary.seen import Proposal

FILE = json.loads((Path(__file__).parents[2] / "references" / "trialr_efftox" / "cases.json").read_text("utf-8"))
NAMES = {
    "doses": "real_doses",
    "toxicity_limit": "toxicity_hurdle",
    "activity_limit": "efficacy_hurdle",
    "hinge_activity": "eff0",
    "hinge_dlt": "tox1",
    "least_probability_safe": "p_t",
    "least_probability_active": "p_e",
}
PRIORS = {
    "prior_dlt_intercept": "alpha",
    "prior_dlt_slope": "beta",
    "prior_activity_intercept": "gamma",
    "prior_activity_slope": "zeta",
    "prior_activity_curvature": "eta",
    "prior_association": "psi",
}
CASES = pytest.mark.parametrize("case", FILE["cases"], ids=lambda case: case["id"])


def design_of(inputs: dict[str, Any]) -> EffTox:
    parameters = {name: inputs[theirs] for name, theirs in NAMES.items()}
    parameters |= {name: inputs["priors"][theirs] for name, theirs in PRIORS.items()}
    design = designs.build("efftox", {**parameters, "hinge_both": [inputs["eff_star"], inputs["tox_star"]]})
    assert isinstance(design, EffTox)
    return design


def proposal_of(inputs: dict[str, Any]) -> Proposal:
    seen = seen_after(inputs["outcomes"], len(inputs["real_doses"]), activity=True)
    return design_of(inputs).propose(seen)


def test_the_file_is_the_whole_of_it() -> None:
    assert len(FILE["cases"]) == 8


@CASES
class TestAgreesWithTheDraws:
    def test_rates_and_their_probabilities(self, case: dict[str, Any]) -> None:
        evidence, wanted = proposal_of(case["inputs"]).evidence or {}, case["outputs"]
        names = {
            "toxicity": "prob_tox",
            "activity": "prob_eff",
            "probability_safe": "prob_acc_tox",
            "probability_active": "prob_acc_eff",
        }
        for ours, theirs in names.items():
            assert_allclose(evidence[ours][0], wanted[theirs], rtol=0, atol=0.01, err_msg=ours)
        for ours in ("toxicity", "activity"):
            assert_allclose(evidence[ours][0], wanted[names[ours]], rtol=0, atol=4 * wanted["mcse"], err_msg=ours)

    def test_utility_and_exponent(self, case: dict[str, Any]) -> None:
        wanted = case["outputs"]
        assert design_of(case["inputs"]).exponent == pytest.approx(wanted["p_norm"], rel=0, abs=1e-5)
        utility = (proposal_of(case["inputs"]).evidence or {})["utility"][0]
        assert_allclose(utility, wanted["utility"], rtol=0, atol=0.05)

    def test_the_level_that_follows(self, case: dict[str, Any]) -> None:
        inputs, wanted = case["inputs"], case["outputs"]
        proposal = proposal_of(inputs)
        given, levels = inputs["doses"], np.arange(1, len(inputs["real_doses"]) + 1)
        near = (levels >= min(given) - 1) & (levels <= max(given) + 1)
        acceptable = ((proposal.evidence or {})["acceptable"][0] > 0) & near
        assert acceptable.tolist() == wanted["acceptable"]
        assert int(proposal.dose_level[0]) == (wanted["recommended_dose"] or 0)


class TestWhatThePaperSays:
    DESIGN = design_of(FILE["cases"][0]["inputs"])

    def test_the_contour_runs_through_its_three_hinges_and_the_ideal_is_worth_one(self) -> None:
        pairs = np.array([[0.5, 0.0], [1.0, 0.65], [0.7, 0.25], [1.0, 0.0]])
        utility = self.DESIGN.utility(activity=pairs[:, 0], toxicity=pairs[:, 1])
        assert_allclose(utility, [0, 0, 0, 1], rtol=0, atol=1e-9)

    def test_more_activity_is_worth_more_and_more_dlts_less(self) -> None:
        rates = np.linspace(0.01, 0.99, 40)
        assert (np.diff(self.DESIGN.utility(activity=rates, toxicity=np.full(40, 0.2))) > 0).all()
        assert (np.diff(self.DESIGN.utility(activity=np.full(40, 0.6), toxicity=rates)) < 0).all()

    def test_the_proposal_lies_below_the_ceiling_of_toxicity_and_within_one_of_what_was_given(self) -> None:
        for trial in range(40):
            seen = row_of(seen_for(self.DESIGN, people_of(5, trials=40), levels=5), trial)
            within_tolerable(self.DESIGN, seen)
            level = int(self.DESIGN.propose(seen).dose_level[0])
            tried = np.flatnonzero(seen.n_treated[0]) + 1
            assert level == 0 or not len(tried) or min(tried) - 1 <= level <= max(tried) + 1

    def test_only_a_level_that_was_tried_is_selected(self) -> None:
        seen = seen_after("1NNE 2EEN", 5, activity=True)
        assert self.DESIGN.propose(seen).dose_level[0] == 3
        assert self.DESIGN.select(seen)[0] == 2

    def test_three_dlts_at_the_lowest_level_can_lead_up_and_the_page_says_so(self) -> None:
        assert self.DESIGN.propose(seen_after("1TTT", 5, activity=True)).dose_level[0] == 2
        assert "One more DLT can open a level above" in (designs.module("efftox").__doc__ or "")

    def test_the_two_rules_its_page_asks_for_hold_it_back(self) -> None:
        seen = seen_after("1TTT", 5, activity=True)
        proposal = self.DESIGN.propose(seen)
        coherent = rules.build("coherence", {"last": 3})(proposal, seen)
        assert coherent.dose_level[0] == 1
        safety = {"level": "lowest", "rate": 0.3, "confidence": 0.9, "posterior": "beta"}
        assert rules.build("stop_when_too_toxic", safety)(coherent, seen).stop[0]

    def test_no_level_is_skipped_while_the_one_below_is_only_filling(self) -> None:
        """Somebody is in the window at level 2; nobody is settled there, so level 3 is not yet one step up."""
        seen = seen_after("1NNNNEE", 5, activity=True)
        filling = replace(seen, n_pending=np.array([[0, 3, 0, 0, 0]]), current=np.array([2]))
        assert self.DESIGN.propose(seen).evidence["utility"][0].argmax() == 3  # level 4, were it within reach
        assert self.DESIGN.propose(filling).dose_level[0] == 2
