"""BOIN with accelerated titration: exact probabilities against the simulated reference, cohort by cohort."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import stats

from trialwright import designs, rules
from trialwright.vocabulary.seen import Design, Floats, Rule, Seen

FILE = json.loads((Path(__file__).parents[2] / "references" / "boin_oc" / "cases.json").read_text("utf-8"))
TITRATED = [case for case in FILE["cases"] if case["inputs"]["titration"]]

State = tuple[tuple[int, ...], tuple[int, ...], int, int]  # n, DLTs, current level, in the cohort being filled


@dataclass
class Found:
    recommended: Floats
    n: Floats
    n_dlt: Floats
    alone: set[State] = field(default_factory=set)  # states after which one participant was treated alone


def seen_in(states: Sequence[State]) -> Seen:
    n, n_dlt, current, in_cohort = zip(*states, strict=True)
    return replace(Seen.of_counts(n, n_dlt, current), in_cohort=np.array(in_cohort))


def walked(design: Design, applied: Sequence[Rule], *, truth: Sequence[float], size: int, most: int) -> Found:
    """Every path: one participant while the titration lasts, then cohorts, the last one cut off at ``most``."""
    levels = len(truth)
    found = Found(np.zeros(levels + 1), *np.zeros((2, levels)))  # type: ignore[misc]
    nothing = (0,) * levels
    frontier: dict[State, float] = {treated(nothing, nothing, 1, (1, y), before=0, size=size): p for y, p in binomial(1, truth[0])}
    while frontier:
        states = list(frontier)
        seen = seen_in(states)
        proposal = design.propose(seen)
        for rule in applied:
            proposal = rule(proposal, seen)
        selected = design.select(seen)
        following: dict[State, float] = {}
        for place, (state, weight) in enumerate(frontier.items()):
            n, n_dlt, current, in_cohort = state
            if proposal.stop[place] or sum(n) == most:
                answer = 0 if proposal.stop[place] else selected[place]
                found.recommended[answer] += weight
                found.n += weight * np.array(n)
                found.n_dlt += weight * np.array(n_dlt)
                continue
            level = int(proposal.dose_level[place])
            before = in_cohort if level == current else 0
            titrating = sum(n_dlt) == 0 and n[level - 1] == 0
            many = 1 if titrating else min(size - before, most - sum(n))
            if titrating:
                found.alone.add(state)
            for y, p in binomial(many, truth[level - 1]):
                after = treated(n, n_dlt, level, (many, y), before=before, size=size)
                following[after] = following.get(after, 0.0) + weight * p
        frontier = following
    return found


def treated(n: tuple[int, ...], n_dlt: tuple[int, ...], level: int, new: tuple[int, int], *, before: int, size: int) -> State:
    more, dlts = list(n), list(n_dlt)
    more[level - 1] += new[0]
    dlts[level - 1] += new[1]
    return tuple(more), tuple(dlts), level, (before + new[0]) % size


def binomial(n: int, rate: float) -> list[tuple[int, float]]:
    return [(y, float(stats.binom.pmf(y, n, rate))) for y in range(n + 1)]


def found_for(inputs: dict[str, Any], titration: Rule) -> Found:
    design = designs.build("boin", {"target_toxicity_rate": inputs["target"]})
    applied = [rules.build("complete_cohort", {}), titration]
    size = inputs["cohortsize"]
    return walked(design, applied, truth=inputs["p_true"], size=size, most=size * inputs["ncohort"])


@pytest.mark.parametrize("case", TITRATED, ids=lambda case: case["id"])
def test_simulated_operating_characteristics_with_titration(case: dict[str, Any]) -> None:
    wanted, found = case["outputs"], found_for(case["inputs"], rules.build("accelerated_titration", {}))
    shares = np.array([wanted["percent_stop"], *wanted["select_percent"]]) / 100
    bound = 4 * np.sqrt(found.recommended * (1 - found.recommended) / case["inputs"]["ntrial"])
    assert (np.abs(found.recommended - shares) <= bound + 5e-5).all()
    assert_allclose(found.n, wanted["npatients"], rtol=0, atol=FILE["tolerance"]["npatients"])
    assert_allclose(found.n_dlt, wanted["ntox"], rtol=0, atol=FILE["tolerance"]["ntox"])
    assert found.n.sum() == pytest.approx(wanted["totaln"], rel=0, abs=FILE["tolerance"]["npatients"])
    assert found.n_dlt.sum() == pytest.approx(wanted["totaltox"], rel=0, abs=FILE["tolerance"]["ntox"])
    assert found.recommended.sum() == pytest.approx(1)


def test_there_is_a_case_with_titration() -> None:
    assert [case["id"] for case in TITRATED] == ["boin_oc-012"]


def test_without_the_rule_the_case_is_missed() -> None:
    """The reference can tell the difference: a titration that ends at level 2 treats others."""
    case = TITRATED[0]
    found = found_for(case["inputs"], rules.build("accelerated_titration", {"until_level": 2}))
    away = np.abs(found.n - case["outputs"]["npatients"])
    assert away.max() > 4 * FILE["tolerance"]["npatients"]
