"""Every case of references/dfcrm_crm: both models, Bayesian and by maximum likelihood."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import dfcrm
from trialwright.vocabulary.seen import Design, Seen

CASES = dfcrm.Cases("dfcrm_crm", curve=("dfcrm_bayes_ptox", "mle_estimate"))
BAYES, LIKELIHOOD = CASES.by("bayes"), CASES.by("mle")


def design_of(case: dict[str, Any]) -> Design:
    design: Design = dfcrm.design_of("crm", case)
    return design


def seen_of(case: dict[str, Any]) -> Seen:
    inputs = case["inputs"]
    level, dlt = np.array(inputs["level"]), np.array(inputs["tox"])
    n = [np.sum(level == d + 1) for d in range(len(inputs["prior"]))]
    n_dlt = [np.sum(dlt[level == d + 1]) for d in range(len(inputs["prior"]))]
    return Seen.of_counts(n, n_dlt, level[-1])


def test_the_file_is_the_whole_of_it() -> None:
    assert (len(BAYES), len(LIKELIHOOD)) == (49, 14)


@pytest.mark.parametrize("case", BAYES, ids=lambda case: case["id"])
class TestBayes:
    def test_agrees_with_tight_quadrature(self, case: dict[str, Any]) -> None:
        CASES.agrees_with_tight_quadrature(design_of(case).propose(seen_of(case)), case)

    def test_agrees_with_the_package(self, case: dict[str, Any]) -> None:
        CASES.agrees_with_the_package(design_of(case).propose(seen_of(case)), case)


@pytest.mark.parametrize("case", LIKELIHOOD, ids=lambda case: case["id"])
def test_maximum_likelihood(case: dict[str, Any]) -> None:
    CASES.agrees_by_maximum_likelihood(design_of(case).propose(seen_of(case)), case)


@pytest.mark.parametrize("case", [*BAYES, *LIKELIHOOD], ids=lambda case: case["id"])
class TestLevel:
    def test_is_the_same(self, case: dict[str, Any]) -> None:
        dfcrm.recommends_the_same_level(design_of(case), seen_of(case), case=case)

    def test_hangs_on_no_rounding(self, case: dict[str, Any]) -> None:
        dfcrm.hangs_on_no_rounding(design_of(case).propose(seen_of(case)), case)
