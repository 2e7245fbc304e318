"""Naranjo scores and the grades a CTCAE term has, against the worked examples from elsewhere."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from trialwright.conduct.aids.naranjo import naranjo
from trialwright.vocabulary.ctcae import find, grade_findings

FOLDER = Path(__file__).parents[2] / "references" / "lupus_worked_examples"
ANSWERS = {"y": "yes", "n": "no", "u": "unknown"}


def cases(family: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((FOLDER / f"{family}.json").read_text("utf-8"))
    assert found
    return found


@pytest.mark.parametrize("case", cases("naranjo"), ids=lambda case: f"{case['score']}-{case['band']}")
def test_naranjo(case: dict[str, Any]) -> None:
    found = naranjo({item: ANSWERS[answer] for item, answer in case["answers"].items()})
    assert (found.score, found.category.en) == (case["score"], case["band"])


@pytest.mark.parametrize("case", cases("ctcae_legal_grades"), ids=lambda case: f"{case['term']}-{case['grade']}")
def test_a_term_has_the_grades_of_the_nci_file(case: dict[str, Any]) -> None:
    assert find(case["term"]) is not None
    refused = list(grade_findings(case["term"], case["grade"], place="grade"))
    assert (not refused) is case["legal"]
