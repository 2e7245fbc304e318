"""The exact engine against operating characteristics computed or simulated elsewhere."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose

from trials import study_with
from trialwright import designs, rules
from trialwright.operating import Conditions, Truths, every_end
from trialwright.operating.ends import TrialEnds
from trialwright.vocabulary.seen import Proposal, Rule, Seen

REFERENCES = Path(__file__).parents[2] / "references"


def file_of(name: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((REFERENCES / name / "cases.json").read_text("utf-8"))
    return read


BOIN, CRMSIM, SAFETY = file_of("boin_exact_oc"), file_of("dfcrm_crmsim"), file_of("beta_binomial_safety_oc")


def stop_when_full(size: int) -> Rule:
    """BOIN's early stop: so many participants at the level at which the next ones would be treated too."""

    def rule(proposal: Proposal, seen: Seen) -> Proposal:
        there = np.take_along_axis(seen.n, seen.current[:, None] - 1, axis=1)[:, 0]
        full = (there >= size) & (proposal.dose_level == seen.current)
        return replace(proposal, stop=proposal.stop | full)

    return rule  # type: ignore[return-value]


@pytest.mark.parametrize("case", BOIN["cases"], ids=lambda case: case["id"])
def test_boin(case: dict[str, Any]) -> None:
    inputs, wanted = case["inputs"], case["outputs"]
    names = {"target": "target_toxicity_rate", "cutoff_eli": "elimination_confidence", "extrasafe": "extra_safe"}
    names |= {"offset": "offset", "boundMTD": "bound_selection"}
    study = study_with(
        designs.build("boin", {ours: inputs[theirs] for theirs, ours in names.items()}),
        levels=len(inputs["p_true"]),
        rules=[stop_when_full(inputs["n_earlystop"])],
        planned=inputs["ncohort"] * inputs["cohortsize"],
        cohort_size=inputs["cohortsize"],
        start_level=inputs["startdose"],
    )
    found = every_end(study).characteristics(Truths.of_dlt(inputs["p_true"]))
    exact = {"rtol": 0, "atol": BOIN["tolerance"]["probabilities"]}
    means = {"rtol": 0, "atol": BOIN["tolerance"]["means"]}
    assert_allclose(found.selection[0], [wanted["no_selection"], *wanted["select"]], **exact)
    assert_allclose(found.n[0], wanted["mean_patients"], **means)
    assert_allclose(found.n_dlt[0], wanted["mean_toxicities"], **means)


def crm_as_simulated(inputs: dict[str, Any]) -> TrialEnds:
    """crmsim's trial; restricted: no level is skipped, none is opened right after a cohort with the target rate."""
    size, plan = inputs["mcohort"], inputs["x0"]
    restriction = [rules.build("no_skipping", {}), rules.build("coherence", {"last": size, "rate": inputs["target"]})]
    settings = {
        "target_toxicity_rate": inputs["target"],
        "skeleton": inputs["prior"],
        "prior_sd": inputs["scale"],
        "method": {"bayes": "bayes", "mle": "likelihood"}[inputs["method"]],
        "model": {"empiric": "power", "logistic": "logistic"}[inputs["model"]],
        "intercept": inputs["intcpt"],
        "select_among": "all",
        "initial_sequence": plan if len(plan) > 1 else [],
    }
    study = study_with(
        designs.build("crm", settings),
        levels=len(inputs["prior"]),
        rules=restriction if inputs["restrict"] else [],
        planned=inputs["n"],
        cohort_size=size,
        start_level=plan[0],
    )
    return every_end(study)


def final_estimate(inputs: dict[str, Any], ends: TrialEnds) -> tuple[float, float]:
    """Mean of the posterior mean of beta at the end of a trial, and its standard deviation."""
    settings = {"target_toxicity_rate": inputs["target"], "skeleton": inputs["prior"], "prior_sd": inputs["scale"]}
    evidence = designs.build("crm", settings).propose(Seen.of_counts(ends.n, ends.n_dlt, ends.current)).evidence
    assert evidence is not None
    moments = np.column_stack([evidence["beta_mean"], evidence["beta_mean"] ** 2])
    mean, square = ends.expectation(moments, Truths.of_dlt(inputs["true_prob_tox"]))[0]
    return mean, np.sqrt(square - mean**2)


@pytest.mark.parametrize("case", CRMSIM["cases"], ids=lambda case: case["id"])
def test_crm(case: dict[str, Any]) -> None:
    inputs, wanted = case["inputs"], case["outputs"]
    ends = crm_as_simulated(inputs)
    found = ends.characteristics(Truths.of_dlt(inputs["true_prob_tox"]))
    selection = found.selection[0, 1:]
    bound = 4 * np.sqrt(selection * (1 - selection) / inputs["nsim"])
    assert (np.abs(selection - wanted["selection"]) <= bound + 1e-12).all(), (selection, wanted["selection"])
    assert_allclose(found.n[0], wanted["mean_patients"], rtol=0, atol=CRMSIM["tolerance"]["mean_patients"])
    assert_allclose(found.n_dlt[0], wanted["mean_toxicities"], rtol=0, atol=CRMSIM["tolerance"]["mean_toxicities"])
    if inputs["method"] == "bayes":  # where the likelihood has no maximum our estimate is not a number to average
        mean, spread = final_estimate(inputs, ends)
        assert abs(mean - wanted["mean_final_estimate"]) <= 4 * spread / np.sqrt(inputs["nsim"])


@pytest.mark.parametrize("case", SAFETY["cases"], ids=lambda case: case["id"])
def test_safety_boundary(case: dict[str, Any]) -> None:
    """One level, a decision after every participant: whoever crosses the boundary, at the last look too, selects none."""
    inputs, wanted = case["inputs"], case["outputs"]
    limit = {"level": "lowest", "rate": inputs["threshold"], "confidence": inputs["cutoff"]}
    prior = {"prior_a": inputs["prior_a"], "prior_b": inputs["prior_b"], "n_min": inputs["first_look"]}
    rule = rules.build("stop_when_too_toxic", {**limit, **prior})
    for n, least in enumerate(wanted["stop_if_ge"], start=1):
        ones = np.ones(n + 1, np.int64)
        stopped = rule(Proposal.of_level(ones), Seen.of_counts(n * ones[:, None], np.arange(n + 1)[:, None], ones)).stop
        assert stopped.tolist() == [least is not None and y >= least for y in range(n + 1)]
    blocks = designs.build("fixed_blocks", {"levels": [1], "sizes": [inputs["n_max"]]})
    study = study_with(blocks, levels=1, rules=[rule], planned=inputs["n_max"], cohort_size=1)
    ends = every_end(study, Conditions(after_each=True))
    for row in wanted["oc"]:
        found = ends.characteristics(Truths.of_dlt([row["p"]]))
        assert found.selection[0, 0] == pytest.approx(row["prob_stop"], rel=0, abs=SAFETY["tolerance"]["probabilities"])
        assert found.expected_n[0] == pytest.approx(row["expected_n"], rel=0, abs=SAFETY["tolerance"]["expected_n"])
