"""Every case of references/dfcrm_crm: both models, Bayesian and by maximum likelihood."""

from __future__ import annotations

from typing import Any

import pytest

import dfcrm

CASES = dfcrm.Cases("dfcrm_crm", curve=("dfcrm_bayes_ptox", "mle_estimate"))
BAYES, LIKELIHOOD = CASES.by("bayes"), CASES.by("mle")


def test_the_file_is_the_whole_of_it() -> None:
    assert (len(BAYES), len(LIKELIHOOD)) == (49, 14)


@pytest.mark.parametrize("case", BAYES, ids=lambda case: case["id"])
class TestBayes:
    def test_agrees_with_tight_quadrature(self, case: dict[str, Any]) -> None:
        CASES.agrees_with_tight_quadrature(dfcrm.crm_of(case).propose(dfcrm.counts_of(case)), case)

    def test_agrees_with_the_package(self, case: dict[str, Any]) -> None:
        CASES.agrees_with_the_package(dfcrm.crm_of(case).propose(dfcrm.counts_of(case)), case)


@pytest.mark.parametrize("case", LIKELIHOOD, ids=lambda case: case["id"])
def test_maximum_likelihood(case: dict[str, Any]) -> None:
    CASES.agrees_by_maximum_likelihood(dfcrm.crm_of(case).propose(dfcrm.counts_of(case)), case)


@pytest.mark.parametrize("case", [*BAYES, *LIKELIHOOD], ids=lambda case: case["id"])
class TestLevel:
    def test_is_the_same(self, case: dict[str, Any]) -> None:
        dfcrm.recommends_the_same_level(dfcrm.crm_of(case), dfcrm.counts_of(case), case=case)

    def test_comes_from_the_same_coded_doses(self, case: dict[str, Any]) -> None:
        dfcrm.codes_the_same_doses(dfcrm.crm_of(case), case)

    def test_hangs_on_no_rounding(self, case: dict[str, Any]) -> None:
        dfcrm.hangs_on_no_rounding(dfcrm.crm_of(case).propose(dfcrm.counts_of(case)), case)
