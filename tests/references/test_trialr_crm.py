"""Every case of references/trialr_crm: posterior means of the curve, four models."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.special import expit

from curves import file_of, mean_of, trialr_crm
from trialwright.numerics import plane
from trialwright.numerics.calibration import sensitivity
from trialwright.numerics.one_parameter import OneParameterPosterior
from trialwright.numerics.quadrature import Axis
from trialwright.numerics.two_parameter import TwoParameterPosterior

FILE = file_of("trialr_crm")
NOTHING = 2.0**-55  # added to 0.25 in floating point, this changes nothing
CASES = FILE["cases"]
BY_QUADRATURE = [case for case in CASES if case["outputs"]["quadrature_prob_tox"] is not None]


def chance_of_being_nearest(believed: Any, target: float) -> Any:
    """The posterior probability of every level that its rate is the nearest to the target, ``[D]``."""
    if isinstance(believed, OneParameterPosterior):
        ends = sensitivity(believed.model, target=target).beta[:-1, 1]  # of beta; the first level's rate falls with it
        below = [believed.exceedance(rate)[0, 0] for rate in believed.model.rates(ends)[:, 0]]
        chance = np.diff([0.0, *below, 1.0])
        # In the package's draws all levels are equally far where no rate can be told from 0; the first is taken then.
        moved = 1 - believed.exceedance(NOTHING)[0, -1]
        return chance + moved * np.array([1.0, *np.zeros(len(chance) - 2), -1.0])
    assert isinstance(believed, TwoParameterPosterior)
    box = plane.Box(Axis.around_zero(7, 0.03), Axis.around_zero(7, 0.03))
    weight = plane.densities(believed.counts, believed.model.table(box))[0]
    nearest = np.abs(expit(believed.model.logits(box)) - target).argmin(axis=0)
    return np.bincount(nearest, weights=weight / weight.sum(), minlength=len(believed.model.coded_doses))


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

    def test_agrees_with_the_draws_on_which_level_is_the_nearest(self, case: dict[str, Any]) -> None:
        chance = chance_of_being_nearest(trialr_crm(case).posterior, case["inputs"]["target"])
        assert_allclose(chance, case["outputs"]["prob_mtd"], rtol=0, atol=FILE["tolerance"]["prob_mtd"])
