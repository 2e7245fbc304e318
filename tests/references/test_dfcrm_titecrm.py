"""Every case of references/dfcrm_titecrm: weights, both models, Bayesian and by maximum likelihood."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose

import dfcrm
from trialwright.vocabulary.seen import NOT_YET, People, Seen

CASES = dfcrm.Cases("dfcrm_titecrm", curve=("ptox", "ptox"))
BAYES, LIKELIHOOD = CASES.by("bayes"), CASES.by("mle")


def design_of(case: dict[str, Any]) -> Any:
    weights = {"adaptive": "adaptive", "linear": "linear", "weights": "linear"}[case["inputs"]["scheme"]]
    return dfcrm.design_of("tite_crm", case, weights=weights)


def whole(values: Any, times: int) -> Any:
    """Days must be whole here: tenths of days in the cases become days, thousandths of a given weight too."""
    days = np.rint(np.array([values]) * times)
    assert_allclose(days / times, [values], rtol=0, atol=1e-12)
    return days.astype(np.int64)


def seen_of(case: dict[str, Any]) -> Seen:
    inputs = case["inputs"]
    level, dlt = np.array([inputs["level"]]), np.array([inputs["tox"]]) == 1
    if inputs["scheme"] == "weights":
        follow_up, window = whole(inputs["weights"], 1000), 1000
    else:
        follow_up, window = whole(inputs["followup"], 10), 10 * inputs["obswin"]
    people = People(
        assigned=level,
        dose_level=level,
        dlt=dlt,
        complete=~dlt & (follow_up >= window),
        evaluable=level > 0,
        follow_up=follow_up,
        dlt_after=np.where(dlt, follow_up, NOT_YET),
    )
    return Seen.of_people(people, levels=len(inputs["prior"]), start_level=1, cohort_size=1, window_days=window)


def test_the_file_is_the_whole_of_it() -> None:
    assert (len(BAYES), len(LIKELIHOOD)) == (34, 7)


@pytest.mark.parametrize("case", [*BAYES, *LIKELIHOOD], ids=lambda case: case["id"])
def test_weights(case: dict[str, Any]) -> None:
    weights = design_of(case).weights_of(seen_of(case))[0]
    assert_allclose(weights, case["outputs"]["weights"], **CASES.near("weights"))


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
