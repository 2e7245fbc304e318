"""The 17 cases of references/escalation_wages_tait, and what the design does where these are silent."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import integrate, stats

from trialwright import designs
from trialwright.numerics.one_parameter import NormalPrior, OneParameterModel, posterior
from trialwright.testing.states import seen_after
from trialwright.vocabulary.seen import Design, Proposal, Seen

FILE = json.loads(
    (Path(__file__).parents[2] / "references" / "escalation_wages_tait" / "cases.json").read_text(encoding="utf-8")
)
THREE = {
    "toxicity_limit": 0.3,
    "activity_limit": 0.3,
    "skeleton": (0.05, 0.15, 0.3),
    "activity_skeletons": ((0.2, 0.4, 0.6), (0.4, 0.6, 0.6), (0.6, 0.4, 0.2)),
}


def design_of(inputs: dict[str, Any]) -> Design:
    names = {
        "tox_limit": "toxicity_limit",
        "eff_limit": "activity_limit",
        "tox_skeleton": "skeleton",
        "eff_skeletons": "activity_skeletons",
    }
    return designs.build("wages_tait", {name: inputs[theirs] for theirs, name in names.items()})


def seen_of(inputs: dict[str, Any]) -> Seen:
    return seen_after(inputs["outcomes"], len(inputs["tox_skeleton"]), activity=True)


def proposal_of(inputs: dict[str, Any]) -> Proposal:
    return design_of(inputs).propose(seen_of(inputs))


def test_every_case_is_here() -> None:
    assert len(FILE["cases"]) == 17


@pytest.mark.parametrize("case", FILE["cases"], ids=lambda case: case["id"])
class TestCases:
    def test_level_that_follows(self, case: dict[str, Any]) -> None:
        proposal, wanted = proposal_of(case["inputs"]), case["outputs"]["maximisation_dose"]
        assert proposal.dose_level[0] == (0 if wanted is None else wanted)
        assert bool(proposal.stop[0]) is (wanted is None)

    def test_the_order_of_the_working_models_decides_nothing(self, case: dict[str, Any]) -> None:
        """Eleven cases have two equally probable models, and either asks for the same level."""
        inputs = case["inputs"]
        other = proposal_of({**inputs, "eff_skeletons": inputs["eff_skeletons"][::-1]})
        assert other.dose_level[0] == proposal_of(inputs).dose_level[0]

    def test_probabilities(self, case: dict[str, Any]) -> None:
        evidence = proposal_of(case["inputs"]).evidence or {}
        names = {
            "mean_prob_tox": "toxicity",
            "mean_prob_eff": "activity",
            "model_weights": "model_weights",
            "randomisation_prob": "randomisation_probability",
        }
        for theirs, name in names.items():
            wanted = case["outputs"][theirs]
            assert_allclose(evidence[name][0], wanted, rtol=0, atol=FILE["tolerance"]["probabilities"], err_msg=name)

    def test_model_and_admissible_levels(self, case: dict[str, Any]) -> None:
        evidence = proposal_of(case["inputs"]).evidence or {}
        assert evidence["chosen_model"][0] == case["outputs"]["chosen_model"]
        assert (evidence["admissible"][0] > 0).tolist() == case["outputs"]["admissible"]


@pytest.mark.parametrize("counts", [((3, 0, 0), (1, 0, 0)), ((6, 9, 3), (1, 4, 3)), ((40, 60, 0), (2, 45, 0))])
def test_the_evidence_of_a_model_agrees_with_adaptive_quadrature(counts: tuple[Any, Any]) -> None:
    skeleton, prior_sd = (0.3, 0.6, 0.5), 1.34**0.5
    n, y = (np.array(part) for part in counts)
    believed = posterior(OneParameterModel("power", skeleton), prior=NormalPrior(prior_sd), n=n[None], n_dlt=y[None])
    peak = believed.log_evidence()[0]

    def integrand(beta: float) -> float:
        p = np.array(skeleton) ** np.exp(beta)
        with np.errstate(divide="ignore", invalid="ignore"):
            logs = np.where(y > 0, y * np.log(p), 0).sum() + np.where(n > y, (n - y) * np.log1p(-p), 0).sum()
        return float(np.exp(logs + stats.norm.logpdf(beta, 0, prior_sd) - peak))

    points = [float(believed.beta_mean[0])]
    area = integrate.quad(integrand, -8, 8, points=points, epsabs=1e-12, epsrel=1e-12, limit=400)[0]
    assert area == pytest.approx(1.0, abs=1e-8)


def wages_tait(**parameters: Any) -> Design:
    return designs.build("wages_tait", {**THREE, **parameters})


def codes_after(outcomes: str, **parameters: Any) -> tuple[int, list[str]]:
    proposal = wages_tait(**parameters).propose(seen_after(outcomes, 3, activity=True))
    return int(proposal.dose_level[0]), [note.code for note in proposal.notes if note.where[0]]


class TestStops:
    def test_an_exact_interval_above_the_limit_at_the_lowest_level(self) -> None:
        """Fifty at level 3 without a DLT hold the curve down; seven of eight at level 1 stop the trial all the same."""
        outcomes = "3" + "E" * 50 + " 1" + "T" * 7 + "N"
        level, codes = codes_after(outcomes, skeleton=(0.01, 0.02, 0.03))
        assert (level, codes) == (0, ["wages_tait.lowest_too_toxic"])
        assert wages_tait(skeleton=(0.01, 0.02, 0.03)).select(seen_after(outcomes, 3, activity=True))[0] == 0

    def test_a_level_that_is_shown_too_inactive(self) -> None:
        """None of eleven: the exact interval ends at 28.5%, below the limit of 30%; none of ten: 30.8%."""
        outcomes = "1NNNNN 2NNNNN 3" + "N" * 11
        rising = {"activity_skeletons": ((0.2, 0.4, 0.6),)}
        assert codes_after(outcomes, **rising) == (0, ["wages_tait.too_inactive"])
        assert codes_after(outcomes[:-1], **rising) == (3, ["wages_tait.most_active"])

    def test_with_nobody_settled_the_current_level_is_kept(self) -> None:
        design = wages_tait()
        seen = seen_after("1N", 3, activity=True)
        empty = {"n": seen.n * 0, "n_dlt": seen.n_dlt * 0, "n_active": seen.n * 0}
        proposal = design.propose(type(seen).of_counts(**empty, current=2))
        assert proposal.dose_level[0] == 2
        assert design.select(type(seen).of_counts(**empty, current=2))[0] == 0

    def test_an_untried_level_may_follow_but_is_not_selected(self) -> None:
        seen = seen_after("1NNNNNN", 3, activity=True)
        design = wages_tait(activity_limit=0.1)
        assert design.propose(seen).dose_level[0] == 3
        assert design.select(seen)[0] == 1
