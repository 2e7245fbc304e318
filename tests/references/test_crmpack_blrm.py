"""Every case of references/crmpack_logistic_lognormal and references/crmpack_logistic_normal."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose

from curves import BLRM_EVIDENCE as EVIDENCE
from curves import crmpack, evidence_of, file_of
from trialwright.vocabulary.seen import NO_LEVEL

NAMES = ("crmpack_logistic_lognormal", "crmpack_logistic_normal")
FILES = {name: file_of(name) for name in NAMES}
CASES = [case for file in FILES.values() for case in file["cases"]]
TOLERANCE = FILES[NAMES[0]]["tolerance"]
QUANTILES = {"q025": 0.025, "q50": 0.5, "q975": 0.975}


def test_the_files_are_the_whole_of_it() -> None:
    assert [len(file["cases"]) for file in FILES.values()] == [24, 13]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
class TestBlrm:
    def test_agrees_with_quadrature(self, case: dict[str, Any]) -> None:
        proposal, wanted = crmpack(case), case["outputs"]["quadrature"]
        for theirs, ours in EVIDENCE.items():
            got = evidence_of(proposal, ours)
            assert_allclose(got, wanted[theirs], rtol=0, atol=TOLERANCE["quadrature"], err_msg=theirs)

    def test_quantiles_agree_with_quadrature_and_draws(self, case: dict[str, Any]) -> None:
        believed = crmpack(case).posterior
        assert believed is not None
        for name, probability in QUANTILES.items():
            got = believed.quantile(probability)[0]
            wanted = case["outputs"]["quadrature"][name]
            assert_allclose(got, wanted, rtol=0, atol=TOLERANCE["quadrature_quantiles"], err_msg=name)
            assert_allclose(got, case["outputs"]["mcmc"][name], rtol=0, atol=0.01, err_msg=name)

    def test_agrees_with_the_draws(self, case: dict[str, Any]) -> None:
        proposal, wanted = crmpack(case), case["outputs"]["mcmc"]
        for name, error in {"mean": "mcse_mean", "prob_over": "mcse_over"}.items():
            apart = np.abs(evidence_of(proposal, EVIDENCE[name]) - wanted[name])
            assert (apart <= 4 * np.array(wanted[error])).all(), name
        draws = (evidence_of(proposal, EVIDENCE["sd"]) / wanted["mcse_mean"]) ** 2  # so many are worth as much
        for name in ("prob_under", "prob_target"):  # the file has no error of these
            share = evidence_of(proposal, EVIDENCE[name])
            assert (np.abs(share - wanted[name]) <= 4 * np.sqrt(share * (1 - share) / draws)).all(), name

    def test_recommends_the_same_level(self, case: dict[str, Any]) -> None:
        proposal, wanted = crmpack(case), case["outputs"]["ewoc_dose_from_quadrature"] or NO_LEVEL
        assert evidence_of(proposal, "recommended_level") == wanted
        if sum(case["inputs"]["n"]) > 0:
            assert proposal.dose_level[0] == (case["outputs"].get("next_best_dose_index") or NO_LEVEL) == wanted
            dose = case["inputs"]["dose_grid"][wanted - 1] if wanted != NO_LEVEL else None
            assert dose == case["outputs"].get("next_best_dose_value")
            assert proposal.stop[0] == (wanted == NO_LEVEL)
