"""Simon's designs and exact single-stage designs from elsewhere."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from trialwright.numerics.single_arm import single_stage, two_stage

REFERENCES = Path(__file__).parents[2] / "references"
SIMON, SINGLE = (
    json.loads((REFERENCES / name / "cases.json").read_text("utf-8"))
    for name in ("clinfun_simon", "clinfun_single_stage")
)


def test_the_files_are_the_whole_of_it() -> None:
    assert (len(SIMON["cases"]), len(SINGLE["cases"])) == (29, 8)


@pytest.mark.parametrize("case", SIMON["cases"], ids=lambda case: case["id"])
def test_simon(case: dict[str, Any]) -> None:
    inputs, outputs = case["inputs"], case["outputs"]
    found = two_stage(inputs["p0"], inputs["p1"], alpha=inputs["alpha"], beta=inputs["beta"], n_max=inputs["nmax"])
    assert found is not None
    for design, expected in ((found.optimal, outputs["optimal"]), (found.minimax, outputs["minimax"])):
        assert design[:4] == tuple(expected[at] for at in ("r1", "n1", "r", "n"))
        assert design.expected == pytest.approx(expected["EN_p0"], abs=SIMON["tolerance"]["EN_p0"], rel=0)
        assert design.stops_early == pytest.approx(expected["PET_p0"], abs=SIMON["tolerance"]["PET_p0"], rel=0)


@pytest.mark.parametrize("case", SINGLE["cases"], ids=lambda case: case["id"])
def test_single_stage(case: dict[str, Any]) -> None:
    inputs, outputs = case["inputs"], case["outputs"]
    found = single_stage(inputs["p0"], inputs["p1"], alpha=inputs["alpha"], beta=inputs["beta"])
    assert found is not None
    assert (found.n, found.limit) == (outputs["n"], outputs["r"])
    within = SINGLE["tolerance"]["errors"]
    assert found.alpha == pytest.approx(outputs["type1"], abs=within, rel=0)
    assert 1 - found.power == pytest.approx(outputs["type2"], abs=within, rel=0)
