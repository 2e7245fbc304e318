"""Published and independently computed assessments get the published total."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from trialwright import diseases
from trialwright.diseases.lupus.sledai import Sledai

FOLDER = Path(__file__).parents[3] / "references" / "lupus_worked_examples"
CASES = json.loads((FOLDER / "sledai.json").read_text("utf-8"))
PAIRS = {case["index"]: case for case in json.loads((FOLDER / "pair_conflict_tests.json").read_text("utf-8"))}
AS_RECORDED = {
    "pleurisy": {"pleurisy_severe_pain": True, "pleurisy_sign": False},
    "proteinuria": {"proteinuria_g_per_24h": 0.8, "proteinuria_previous_g_per_24h": 0.8},
}


def index(name: str) -> Sledai:
    found = diseases.disease("lupus").instruments()[name]
    assert isinstance(found, Sledai)
    return found


@pytest.mark.parametrize("family", ["sledai-2k", "selena-sledai", "hybrid-selena-sledai"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["items"]))
def test_published_total(case: dict[str, Any], family: str) -> None:
    total, clinical = index(family), index(f"{family}-clinical")
    present = list(total.scale) if case["items"] == "all 24" else case["items"]
    items = dict.fromkeys(total.scale, False) | dict.fromkeys(present, True)
    if "expected" in case:
        assert total.score(items).value == case["expected"], case["source"]
    if "csledai" in case:
        assert clinical.score(items).value == case["csledai"], case["source"]


@pytest.mark.parametrize("pair", AS_RECORDED)
@pytest.mark.parametrize(("family", "expected"), [("sledai-2k", "expected_2k"), ("selena-sledai", "expected_selena")])
def test_one_finding_two_indices(pair: str, family: str, expected: str) -> None:
    absent = dict.fromkeys(index(family).scale, False)
    del absent[pair]
    assert index(family).score({**absent, **AS_RECORDED[pair]}).value == PAIRS[pair][expected]


def test_every_pair_is_used() -> None:
    assert set(AS_RECORDED) == set(PAIRS)
