"""Decision tables of the interval designs, count by count, asked of the designs themselves at level 2 of 3."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose

from trialwright import designs
from trialwright.vocabulary.seen import Design, Ints, Proposal, Seen

REFERENCES = Path(__file__).parents[2] / "references"


def file_of(name: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((REFERENCES / name / "cases.json").read_text("utf-8"))
    return read


TPI, KEYBOARD, BOIN = file_of("escalation_tpi_tables"), file_of("keyboard_boundary"), file_of("boin_boundary")


def tpi_of(inputs: dict[str, Any]) -> Design:
    """TPI, mTPI or mTPI-2."""
    renamed = {"target": "target_toxicity_rate", "exclusion_certainty": "exclusion_confidence"}
    renamed |= {"epsilon1": "margin_below", "epsilon2": "margin_above", "k1": "sds_above", "k2": "sds_below"}
    renamed |= {"prior_a": "prior_a", "prior_b": "prior_b"}
    return designs.build(
        inputs["design"].lower(), {name: inputs[theirs] for theirs, name in renamed.items() if theirs in inputs}
    )


def keyboard_of(inputs: dict[str, Any]) -> Design:
    return designs.build(
        "keyboard",
        {
            "target_toxicity_rate": inputs["target"],
            "margin_below": inputs["marginL"],
            "margin_above": inputs["marginR"],
            "elimination_confidence": inputs["cutoff_eli"],
        },
    )


def boin_of(inputs: dict[str, Any]) -> Design:
    return designs.build(
        "boin",
        {
            "target_toxicity_rate": inputs["target"],
            "p_saf": inputs["p_saf"],
            "p_tox": inputs["p_tox"],
            "elimination_confidence": inputs["cutoff_eli"],
            "extra_safe": inputs["extrasafe"],
            "offset": inputs["offset"],
        },
    )


def every_count(ns: list[int]) -> tuple[Ints, Ints]:
    pairs = np.array([(n, y) for n in ns for y in range(n + 1)])
    return pairs[:, 0], pairs[:, 1]


def asked_at(level: int, design: Design, n: Ints, n_dlt: Ints) -> Proposal:
    """What the design proposes when these counts stand at one level of three and nobody was treated elsewhere."""
    counts = np.zeros((2, len(n), 3), np.int64)
    counts[:, :, level - 1] = n, n_dlt
    return design.propose(Seen.of_counts(counts[0], counts[1], np.full(len(n), level)))


def said(proposal: Proposal, code: str) -> Any:
    """Where a reason was given, ``[B]``."""
    where = np.zeros(len(proposal.dose_level), np.bool_)
    for note in proposal.notes:
        where |= note.where & (note.code == code)
    return where


def first(n: Ints, n_dlt: Ints, where: Any) -> list[int | None]:
    """The smallest count of DLTs for every n where something holds."""
    return [min(n_dlt[(n == size) & where].tolist(), default=None) for size in np.unique(n)]


def last(n: Ints, n_dlt: Ints, where: Any, *, none: int | None) -> list[int | None]:
    """The largest one."""
    return [max(n_dlt[(n == size) & where].tolist(), default=none) for size in np.unique(n)]


@pytest.mark.parametrize("case", TPI["cases"], ids=lambda case: f"{case['inputs']['design']}-{case['id']}")
def test_tpi_family(case: dict[str, Any]) -> None:
    inputs, table = case["inputs"], case["outputs"]["table"]
    design = tpi_of(inputs)
    n, n_dlt = np.array([row["n"] for row in table]), np.array([row["y"] for row in table])
    proposal = asked_at(2, design, n, n_dlt)
    assert (inputs["current_dose"], inputs["num_doses"]) == (2, 3)
    assert proposal.dose_level.tolist() == [row["next_dose"] for row in table]
    assert proposal.evidence is not None
    probability = proposal.evidence["overdose_probability"][:, 1]
    wanted = [row["p_exceeds_target"] for row in table]
    assert_allclose(probability, wanted, rtol=0, atol=TPI["tolerance"]["probabilities"])
    excluded = (n >= 2) & (probability > inputs["exclusion_certainty"])
    assert [[True, not out, not out] for out in excluded.tolist()] == [row["admissible"] for row in table]


@pytest.mark.parametrize("case", KEYBOARD["cases"], ids=lambda case: case["id"])
def test_keyboard(case: dict[str, Any]) -> None:
    inputs, table = case["inputs"], case["outputs"]
    design = keyboard_of(inputs)
    n, n_dlt = every_count(table["n"])
    proposal = asked_at(2, design, n, n_dlt)
    assert last(n, n_dlt, proposal.dose_level == 3, none=-1) == table["escalate_if_le"]
    assert first(n, n_dlt, proposal.dose_level == 1) == table["deescalate_if_ge"]
    assert first(n, n_dlt, said(proposal, "keyboard.closed")) == table["eliminate_if_ge"]
    assert first(n, n_dlt, asked_at(1, design, n, n_dlt).stop) == table["eliminate_if_ge"]


@pytest.mark.parametrize("case", BOIN["cases"], ids=lambda case: case["id"])
def test_boin(case: dict[str, Any]) -> None:
    inputs, table = case["inputs"], case["outputs"]
    design: Any = boin_of(inputs)
    boundaries = {"rtol": 0, "atol": BOIN["tolerance"]["lambda"]}
    assert_allclose(design.lambda_e, table["lambda_e"], **boundaries)
    assert_allclose(design.lambda_d, table["lambda_d"], **boundaries)
    assert len(table["n"]) == min(inputs["ncohort"] * inputs["cohortsize"], inputs["n_earlystop"])
    n, n_dlt = every_count(table["n"])
    proposal = asked_at(2, design, n, n_dlt)
    assert last(n, n_dlt, proposal.dose_level == 3, none=None) == table["escalate_if_le"]
    assert first(n, n_dlt, proposal.dose_level == 1) == table["deescalate_if_ge"]
    assert first(n, n_dlt, said(proposal, "boin.closed")) == table["eliminate_if_ge"]
    stops = table["stop_lowest_if_ge"] if inputs["extrasafe"] else table["eliminate_if_ge"]
    assert first(n, n_dlt, asked_at(1, design, n, n_dlt).stop) == stops
