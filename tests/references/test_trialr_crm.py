"""Every case of references/trialr_crm: posterior means of the curve, four models."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose

from curves import file_of, mean_of, trialr_crm

FILE = file_of("trialr_crm")
CASES = FILE["cases"]
BY_QUADRATURE = [case for case in CASES if case["outputs"]["quadrature_prob_tox"] is not None]


def test_the_file_is_the_whole_of_it() -> None:
    assert (len(CASES), len(BY_QUADRATURE)) == (25, 18)


@pytest.mark.parametrize("case", BY_QUADRATURE, ids=lambda case: case["id"])
def test_posterior_mean_agrees_with_quadrature(case: dict[str, Any]) -> None:
    mean = mean_of(trialr_crm(case))
    assert_allclose(mean, case["outputs"]["quadrature_prob_tox"], rtol=0, atol=FILE["tolerance"]["quadrature"])


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
class TestDraws:
    def test_agrees_with_the_draws(self, case: dict[str, Any]) -> None:
        mean, wanted = mean_of(trialr_crm(case)), case["outputs"]
        assert (np.abs(mean - wanted["prob_tox"]) <= 4 * np.array(wanted["mcse"])).all()

    def test_medians_agree_with_the_draws(self, case: dict[str, Any]) -> None:
        """No standard error is given for the medians; the means' is doubled (normal draws: 1.25 times) and a bit."""
        proposal = trialr_crm(case)
        assert proposal.posterior is not None
        apart = np.abs(proposal.posterior.quantile(0.5)[0] - case["outputs"]["median_prob_tox"])
        assert (apart <= 8 * np.array(case["outputs"]["mcse"])).all()

    def test_recommends_the_same_level(self, case: dict[str, Any]) -> None:
        assert trialr_crm(case).dose_level[0] == case["outputs"]["recommended_dose"]
