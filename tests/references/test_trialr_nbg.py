"""Every case of references/trialr_nbg: posterior means and exceedances by Stan."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose

from trialwright import designs
from trialwright.numerics.closest import closest_to_target
from trialwright.vocabulary.seen import Posterior, Seen

FILE = json.loads((Path(__file__).parents[2] / "references" / "trialr_nbg" / "cases.json").read_text("utf-8"))


def believed_after(case: dict[str, Any]) -> Posterior:
    inputs = case["inputs"]
    design = designs.build(
        "blrm",
        {
            "doses": inputs["real_doses"],
            "reference_dose": inputs["d_star"],
            "prior_mean": [inputs["alpha_mean"], inputs["beta_mean"]],
            "prior_sd": [inputs["alpha_sd"], inputs["beta_sd"]],
        },
    )
    believed = design.propose(Seen.of_counts(inputs["n"], inputs["y"], 1)).posterior
    assert believed is not None
    return believed


def test_the_file_is_the_whole_of_it() -> None:
    assert len(FILE["cases"]) == 10


@pytest.mark.parametrize("case", FILE["cases"], ids=lambda case: case["id"])
def test_agrees_with_the_draws(case: dict[str, Any]) -> None:
    believed, wanted = believed_after(case), case["outputs"]
    assert (np.abs(believed.mean()[0] - wanted["prob_tox"]) <= 4 * np.array(wanted["mcse"])).all()
    close = {"rtol": 0, "atol": FILE["tolerance"]["p_exceeds"]}
    assert_allclose(believed.exceedance(0.35)[0], wanted["p_exceeds_035"], **close)
    assert closest_to_target(believed.mean(), case["inputs"]["target"])[0] == wanted["recommended_dose"]
