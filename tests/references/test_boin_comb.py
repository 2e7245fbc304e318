"""BOIN for combinations selects as BOIN 2.7.2, except where that is less safe; and entirely so where it is asked to."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from trialwright import designs
from trialwright.vocabulary.seen import Seen

FOLDER = Path(__file__).parents[2] / "references"
FILE = json.loads((FOLDER / "boin_select_mtd_comb" / "cases.json").read_text(encoding="utf-8"))
BOUNDARY = json.loads((FOLDER / "boin_boundary" / "cases.json").read_text(encoding="utf-8"))
DIFFERENT = {"boin_select_mtd_comb-006": [2, 1], "boin_select_mtd_comb-009": [2, 2]}


def design_of(case: dict[str, Any], *, selection: str) -> Any:
    rows, columns = np.array(case["inputs"]["npts"]).shape
    parameters = {
        "target_toxicity_rate": case["inputs"]["target"],
        "rows": rows,
        "columns": columns,
        "elimination_confidence": case["inputs"]["cutoff_eli"],
        "selection": selection,
    }
    return designs.build("boin_comb", parameters)


def selected(case: dict[str, Any], *, selection: str) -> list[int]:
    n, n_dlt = (np.array(case["inputs"][name]) for name in ("npts", "ntox"))
    columns = n.shape[1]
    seen = Seen.of_counts(n.reshape(1, -1), n_dlt.reshape(1, -1), [1])
    level = int(design_of(case, selection=selection).select(seen)[0])
    return [99, 99] if level == 0 else [(level - 1) // columns + 1, (level - 1) % columns + 1]


def test_every_case_is_here() -> None:
    assert len(FILE["cases"]) == 12


@pytest.mark.parametrize("case", FILE["cases"], ids=lambda case: case["id"])
def test_the_package_rule_selects_what_the_package_selects(case: dict[str, Any]) -> None:
    assert selected(case, selection="boin-2.7.2") == case["outputs"]["mtd"]


@pytest.mark.parametrize("case", FILE["cases"], ids=lambda case: case["id"])
def test_the_rule_of_the_paper_differs_in_two_cases(case: dict[str, Any]) -> None:
    assert selected(case, selection="paper") == DIFFERENT.get(case["id"], case["outputs"]["mtd"])


@pytest.mark.parametrize("case", FILE["cases"], ids=lambda case: case["id"])
def test_the_default_differs_from_the_package_only_where_that_is_less_safe(case: dict[str, Any]) -> None:
    wanted = [2, 1] if case["id"] == "boin_select_mtd_comb-006" else case["outputs"]["mtd"]
    assert selected(case, selection="rounded") == wanted
    assert designs.module("boin_comb").DESIGN(0.3, 3, 4).selection == "rounded"


def test_the_package_recommends_a_level_above_one_that_is_closed() -> None:
    """Why it is not followed: 4 of 6 at (1, 2) close it, and (2, 3), with more of both, is recommended."""
    (case,) = [case for case in FILE["cases"] if case["id"] == "boin_select_mtd_comb-006"]
    assert (case["inputs"]["npts"][0][1], case["inputs"]["ntox"][0][1]) == (6, 4)
    assert case["outputs"]["mtd"] == [2, 3]


@pytest.mark.parametrize("selection", ["paper", "rounded", "boin-2.7.2"])
def test_estimates_pooled_together_are_a_tie(selection: str) -> None:
    """(2, 2) and (3, 1) share one estimate; what the iteration leaves between them, 1e-10, must not choose."""
    inputs = {"npts": [[3, 9], [6, 9], [9, 9]], "ntox": [[0, 2], [2, 1], [1, 4]], "target": 0.25, "cutoff_eli": 0.95}
    assert selected({"inputs": inputs}, selection=selection) == [3, 1]


@pytest.mark.parametrize("target", [0.2, 0.25, 0.3])
def test_the_boundaries_are_those_of_boin(target: float) -> None:
    """One place to find out when the two files drift apart."""
    boin: Any = designs.build("boin", {"target_toxicity_rate": target})
    comb: Any = designs.build("boin_comb", {"target_toxicity_rate": target, "rows": 1, "columns": 3})
    assert (comb.lambda_e, comb.lambda_d) == (boin.lambda_e, boin.lambda_d)


def test_one_row_decides_as_boin() -> None:
    """Every count of up to 9 at the middle of three levels, after three without a DLT below."""
    boin = designs.build("boin", {"target_toxicity_rate": 0.3})
    comb = designs.build("boin_comb", {"target_toxicity_rate": 0.3, "rows": 1, "columns": 3})
    counts = [(n, y) for n in range(10) for y in range(n + 1)]
    seen = Seen.of_counts([[3, n, 0] for n, _ in counts], [[0, y, 0] for _, y in counts], [2] * len(counts))
    assert comb.propose(seen).dose_level.tolist() == boin.propose(seen).dose_level.tolist()
