"""Stopping boundaries from elsewhere: Bayesian for one rate, and frequentist by repeated exact tests."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from trialwright import designs, rules
from trialwright.numerics.beta_binomial import BetaPosterior
from trialwright.numerics.stopping_boundary import (
    boundary_at_level,
    crossing_probability,
    least_boundary_reaching,
    neighbouring_boundaries,
)
from trialwright.vocabulary.seen import Ints, Proposal, Seen

REFERENCES = Path(__file__).parents[2] / "references"
BAYES, EXACT = (
    json.loads((REFERENCES / name / "cases.json").read_text("utf-8"))
    for name in ("beta_binomial_safety", "clinfun_toxbdry")
)
NOT_NEAREST = {"clinfun_toxbdry-002": "lo", "clinfun_toxbdry-010": "lo", "clinfun_toxbdry-012": "hi"}


def test_the_files_are_the_whole_of_it() -> None:
    assert (len(BAYES["cases"]), len(EXACT["cases"])) == (63, 22)


def every_count(n_max: int) -> tuple[Ints, Ints]:
    """Every number of DLTs in every number of participants."""
    pairs = [(n, y) for n in range(1, n_max + 1) for y in range(n + 1)]
    return np.array([[n] for n, _ in pairs]), np.array([[y] for _, y in pairs])


def table(stop: Any, n: Ints, n_dlt: Ints) -> list[int | None]:
    """The smallest count that stops for each number of participants; every larger count stops too."""
    found: list[int | None] = []
    for size in range(1, int(n.max()) + 1):
        stops = stop[n[:, 0] == size]
        assert (np.diff(stops.astype(int)) >= 0).all()
        found.append(int(n_dlt[n[:, 0] == size, 0][stops].min()) if stops.any() else None)
    return found


@pytest.mark.parametrize("case", BAYES["cases"], ids=lambda case: case["id"])
class TestBayes:
    def test_stop_when_too_toxic(self, case: dict[str, Any]) -> None:
        inputs = case["inputs"]
        limit = {"posterior": "beta", "rate": inputs["threshold"], "confidence": inputs["cutoff"]}
        rule = rules.build("stop_when_too_toxic", limit | {at: inputs[at] for at in ("prior_a", "prior_b")})
        n, n_dlt = every_count(inputs["n_max"])
        seen = Seen.of_counts(n, n_dlt, np.ones(len(n), np.int64))
        stopped = rule(Proposal.of_level(np.ones(len(n), np.int64)), seen).stop
        assert table(stopped, n, n_dlt) == case["outputs"]["stop_if_ge"]

    def test_fixed_blocks(self, case: dict[str, Any]) -> None:
        inputs = case["inputs"]
        limit = {"safety_rate": inputs["threshold"], "safety_confidence": inputs["cutoff"]}
        block = {"levels": [1], "sizes": [inputs["n_max"] + 1], "prior_a": inputs["prior_a"]}
        design = designs.build("fixed_blocks", limit | block | {"prior_b": inputs["prior_b"]})
        n, n_dlt = every_count(inputs["n_max"])
        seen = Seen.of_counts(n, n_dlt, np.ones(len(n), np.int64))
        assert table(design.propose(seen).stop, n, n_dlt) == case["outputs"]["stop_if_ge"]
        assert ((design.select(seen) == 0) == design.propose(seen).stop).all()

    def test_hangs_on_no_rounding(self, case: dict[str, Any]) -> None:
        inputs = case["inputs"]
        n, n_dlt = every_count(inputs["n_max"])
        believed = BetaPosterior.after(n=n, n_dlt=n_dlt, prior_a=inputs["prior_a"], prior_b=inputs["prior_b"])
        assert np.abs(believed.exceedance(inputs["threshold"]) - inputs["cutoff"]).min() > 1e-6


@pytest.mark.parametrize(("rate", "n", "n_dlt", "exactly"), [(0.35, 1, 1, 0.8775), (0.3, 3, 1, 0.6517), (0.09, 1, 0, 0.8281)])
def test_a_probability_equal_to_the_threshold_is_not_above_it(rate: float, n: int, n_dlt: int, exactly: float) -> None:
    """1 - 0.35^2 = 0.8775: the sum in binary is a hair more, and must not decide; a threshold below it does."""
    seen, on = Seen.of_counts([n], [n_dlt], 1), np.array([1])
    for confidence, stops in ((exactly, False), (exactly - 1e-6, True)):
        rule = rules.build("stop_when_too_toxic", {"rate": rate, "confidence": confidence})
        assert rule(Proposal.of_level(on), seen).stop[0] == stops
        blocks = {"levels": [1], "sizes": [9], "safety_rate": rate, "safety_confidence": confidence}
        assert designs.build("fixed_blocks", blocks).propose(seen).stop[0] == stops
        believed = BetaPosterior.after(n=seen.n, n_dlt=seen.n_dlt)
        control = rules.build("overdose_control", {"rate": rate, "max_probability": confidence})
        assert control(Proposal.of_level(on, posterior=believed), seen).stop[0] == stops


def asked(case: dict[str, Any]) -> dict[str, Any]:
    """What the bound is about: the rates and the probability."""
    inputs = case["inputs"]
    true_rate, bound = ("pLo", "cP0") if inputs["priority"] == "null" else ("pHi", "cP1")
    return {"tested_rate": inputs["pLo"], "true_rate": inputs[true_rate], "probability": inputs[bound]}


def stops_at(highest_that_goes_on: list[int]) -> tuple[int, ...]:
    return tuple(count + 1 for count in highest_that_goes_on)


def halved(looks: list[int], ends: tuple[float, float], times: int, asking: dict[str, Any]) -> tuple[Any, Any]:
    """What halving the nominal level so often leaves on both sides of the bound."""
    low, high = ends
    for _ in range(times):
        middle = boundary_at_level(looks, rate=asking["tested_rate"], level=(low + high) / 2)
        crossed = crossing_probability(looks, middle, rate=asking["true_rate"])
        low, high = ((low + high) / 2, high) if crossed <= asking["probability"] else (low, (low + high) / 2)
    return tuple(boundary_at_level(looks, rate=asking["tested_rate"], level=level) for level in (low, high))


@pytest.mark.parametrize("start", ["looks times cP0", (0.001, 0.25), (0.01, 0.5)], ids=str)
def test_a_coarse_search_explains_the_three_that_differ_and_is_not_the_only_one(start: Any) -> None:
    """Six halvings of the level give each of the eleven cases of priority "alt", from more than one start."""
    cases = [case for case in EXACT["cases"] if case["inputs"]["priority"] == "alt"]
    assert (len(cases), len(EXACT["cases"]) - len(cases)) == (11, 11)
    assert {case["id"] for case in cases} >= set(NOT_NEAREST)
    for case in cases:
        looks = case["inputs"]["n"]
        ends = (0.0, len(looks) * case["inputs"]["cP0"]) if isinstance(start, str) else start
        wanted = tuple(stops_at(case["outputs"][name]) for name in ("hi_bdry", "lo_bdry"))
        assert halved(looks, ends, 6, asked(case)) == wanted, case["id"]


@pytest.mark.parametrize("case", EXACT["cases"], ids=lambda case: case["id"])
class TestExact:
    def test_nearest_boundaries(self, case: dict[str, Any]) -> None:
        below, above = neighbouring_boundaries(case["inputs"]["n"], **asked(case))
        differs = NOT_NEAREST.get(case["id"])
        assert case["outputs"]["looks"] == case["inputs"]["n"]
        assert (below == stops_at(case["outputs"]["hi_bdry"])) == (differs != "hi")
        assert (above == stops_at(case["outputs"]["lo_bdry"])) == (differs != "lo")

    def test_the_file_s_boundaries_are_of_the_family_and_surround_ours(self, case: dict[str, Any]) -> None:
        looks, asking = case["inputs"]["n"], asked(case)
        below, above = neighbouring_boundaries(looks, **asking)
        assert above is not None
        for name, side in (("hi_bdry", 1), ("lo_bdry", -1)):
            theirs = stops_at(case["outputs"][name])
            tails = [float(level) for level in np.linspace(1e-4, 0.3, 3_000)]
            assert any(boundary_at_level(looks, rate=asking["tested_rate"], level=a) == theirs for a in tails), name
            ours = below if side == 1 else above
            assert all(side * (one - other) >= 0 for one, other in zip(theirs, ours, strict=True))
            crossed = crossing_probability(looks, theirs, rate=asking["true_rate"])
            assert side * (asking["probability"] - crossed) > 0

    def test_the_rule_takes_the_side_that_keeps_the_bound(self, case: dict[str, Any]) -> None:
        inputs, asking = case["inputs"], asked(case)
        wanted = {"looks": inputs["n"], "acceptable_rate": inputs["pLo"]}
        if inputs["priority"] == "null":
            wanted |= {"max_false_stop": inputs["cP0"], "priority": "acceptable"}
            assert rules.build("stop_at_boundary", wanted).boundary == stops_at(case["outputs"]["hi_bdry"])
        else:
            wanted |= {"unacceptable_rate": inputs["pHi"], "min_true_stop": inputs["cP1"], "priority": "unacceptable"}
            found = rules.build("stop_at_boundary", wanted).boundary
            assert found == least_boundary_reaching(inputs["n"], **asking)
            nearest = NOT_NEAREST.get(case["id"]) != "lo"
            assert (found == stops_at(case["outputs"]["lo_bdry"])) == nearest
