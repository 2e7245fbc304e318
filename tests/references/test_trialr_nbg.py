"""Every case of references/trialr_nbg: posterior means and exceedances by Stan."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose

from curves import file_of, trialr_nbg
from trialwright.numerics.closest import closest_to_target

FILE = file_of("trialr_nbg")


def test_the_file_is_the_whole_of_it() -> None:
    assert len(FILE["cases"]) == 10


@pytest.mark.parametrize("case", FILE["cases"], ids=lambda case: case["id"])
def test_agrees_with_the_draws(case: dict[str, Any]) -> None:
    believed, wanted = trialr_nbg(case), case["outputs"]
    assert (np.abs(believed.mean()[0] - wanted["prob_tox"]) <= 4 * np.array(wanted["mcse"])).all()
    close = {"rtol": 0, "atol": FILE["tolerance"]["p_exceeds"]}
    assert_allclose(believed.exceedance(0.35)[0], wanted["p_exceeds_035"], **close)
    assert closest_to_target(believed.mean(), case["inputs"]["target"])[0] == wanted["recommended_dose"]
