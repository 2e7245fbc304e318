"""Intervals, tests and models of the analysis against the numbers of established packages."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose

from trialwright.numerics import intervals, poisson_rates, repeated_measures, signed_rank, survival, two_proportions

REFERENCES = Path(__file__).parents[2] / "references"


def cases(family: str) -> list[dict[str, Any]]:
    """The cases of one family, each with id, inputs and outputs."""
    found: list[dict[str, Any]] = json.loads((REFERENCES / family / "cases.json").read_text("utf-8"))["cases"]
    return found


def named(case: dict[str, Any]) -> str:
    return str(case["id"])


def test_the_files_are_the_whole_of_it() -> None:
    families = ("binomial_ci", "poisson_rate", "two_proportions", "paired_change", "mmrm", "survival")
    assert [len(cases(f"analysis_{family}")) for family in families] == [34, 11, 14, 13, 4, 7]


@pytest.mark.parametrize("case", cases("analysis_binomial_ci"), ids=named)
def test_proportions(case: dict[str, Any]) -> None:
    count, trials, confidence = (case["inputs"][name] for name in ("x", "n", "conf_level"))
    ours = {
        "clopper_pearson": intervals.clopper_pearson(count, trials, confidence=confidence),
        "wilson": intervals.wilson(count, trials, confidence=confidence),
        "agresti_coull": intervals.agresti_coull(count, trials, confidence=confidence),
        "jeffreys_equal_tail": intervals.beta_equal_tail(count, trials, confidence=confidence),
        "uniform_equal_tail": intervals.beta_equal_tail(count, trials, prior=(1, 1), confidence=confidence),
        "one_sided_upper_exact": intervals.upper_limit(count, trials, confidence=confidence),
    }
    assert set(ours) == set(case["outputs"])
    for name, limits in case["outputs"].items():
        assert_allclose(ours[name], limits, rtol=0, atol=1e-8, err_msg=name)


@pytest.mark.parametrize("case", cases("analysis_poisson_rate"), ids=named)
def test_rates(case: dict[str, Any]) -> None:
    observed, expected = case["inputs"], case["outputs"]
    events, exposure, confidence = observed["events"], observed["exposure"], observed["conf_level"]
    exact = poisson_rates.poisson_exact(events, exposure, confidence=confidence)
    gamma = poisson_rates.gamma_equal_tail(events, exposure, confidence=confidence)
    assert_allclose(exact, expected["exact_ci"], rtol=0, atol=1e-9)
    assert_allclose(gamma, expected["gamma_jeffreys"], rtol=0, atol=1e-9)
    assert_allclose(events / exposure, expected["rate"], rtol=0, atol=1e-9)


@pytest.mark.parametrize("case", cases("analysis_two_proportions"), ids=named)
def test_two_shares(case: dict[str, Any]) -> None:
    observed, expected = case["inputs"], case["outputs"]
    first, second = (observed["x1"], observed["n1"]), (observed["x2"], observed["n2"])
    tested = two_proportions.fisher_exact(first, second)
    assert tested is not None
    assert_allclose(tested, (expected["fisher_two_sided_p"], expected["fisher_greater_p"]), rtol=0, atol=1e-8)
    chi_square = two_proportions.chi_square(first, second)
    assert chi_square == pytest.approx(expected["chisq_p_uncorrected"], rel=0, abs=1e-8)
    ratio = two_proportions.conditional_odds_ratio(first, second)
    assert ratio == (None if expected["conditional_odds_ratio"] is None else pytest.approx(expected["conditional_odds_ratio"], rel=1e-3, abs=0))


@pytest.mark.parametrize("case", cases("analysis_paired_change"), ids=named)
def test_change_from_baseline(case: dict[str, Any]) -> None:
    expected = case["outputs"]
    change = [after - before for before, after in zip(case["inputs"]["baseline"], case["inputs"]["followup"], strict=True)]
    mean, ranks = signed_rank.paired_t(change), signed_rank.signed_rank(change)
    assert mean.limits is not None
    ours = (mean.mean, mean.t, mean.p, *mean.limits, ranks.positive_ranks, ranks.p_normal)
    theirs = [expected[name] for name in ("mean_change", "t", "p_t")] + expected["ci95"]
    theirs += [expected[name] for name in ("wilcoxon_V", "p_wilcoxon_normal_corrected")]
    assert_allclose(ours, theirs, rtol=0, atol=1e-8)
    assert ranks.n_zero == expected["n_zero"]
    assert (ranks.tied or ranks.n_zero > 0) == (expected["p_wilcoxon_exact"] is None)
    if expected["p_wilcoxon_exact"] is not None:
        assert ranks.p_exact == pytest.approx(expected["p_wilcoxon_exact"], rel=0, abs=1e-8)


def by_reml(inputs: dict[str, Any], *, covariance: repeated_measures.Covariance) -> repeated_measures.Fitted:
    visit = np.array(inputs["visit"])
    design = np.column_stack([np.ones(len(visit)), visit == 3, visit == 6, inputs["baseline"]])
    found = repeated_measures.fit(
        inputs["y"], design, participant=inputs["id"], visit=visit, covariance=covariance
    )
    assert isinstance(found, repeated_measures.Fitted), found
    return found


@pytest.mark.parametrize("case", cases("analysis_mmrm"), ids=named)
class TestRepeatedMeasures:
    def check(self, found: repeated_measures.Fitted, expected: dict[str, Any]) -> None:
        assert_allclose(found.coefficients, expected["coef"], rtol=0, atol=0.001)
        assert_allclose(np.sqrt(np.diag(found.covariance)), expected["se"], rtol=0, atol=0.002)
        assert found.log_likelihood == pytest.approx(expected["reml_loglik"], rel=0, abs=1e-4)

    @pytest.mark.parametrize(
        ("covariance", "called"),
        [("unstructured_by_order", "unstructured"), ("compound_symmetry", "compound_symmetry")],
    )
    def test_the_numbers_of_the_file(
        self, case: dict[str, Any], covariance: repeated_measures.Covariance, called: str
    ) -> None:
        self.check(by_reml(case["inputs"], covariance=covariance), case["outputs"][called])

    def test_by_visit_is_more_likely_where_a_visit_is_missing(self, case: dict[str, Any]) -> None:
        """The reference pairs correlations by order, not by visit: see the README of the family."""
        found, expected = by_reml(case["inputs"], covariance="unstructured"), case["outputs"]["unstructured"]
        if len(case["inputs"]["y"]) == 3 * found.n_participants:
            self.check(found, expected)
        else:
            assert found.log_likelihood > expected["reml_loglik"] + 1e-3


@pytest.mark.parametrize("case", cases("analysis_survival"), ids=named)
class TestTimeToEvent:
    def test_kaplan_meier(self, case: dict[str, Any]) -> None:
        expected, curve = case["outputs"], survival.kaplan_meier(case["inputs"]["time"], case["inputs"]["event"])
        for place, time in enumerate(case["inputs"]["at"]):
            found = survival.survival_at(curve, time)
            assert found.limits is not None
            ours = (found.survival, *found.limits, found.standard_error)
            names = ("km", "km_lower95_loglog", "km_upper95_loglog", "km_se_greenwood")
            assert_allclose(ours, [expected[name][place] for name in names], rtol=0, atol=1e-8)
        assert survival.median_time(curve) == (expected["median"] and pytest.approx(expected["median"], rel=0, abs=1e-8))

    def test_log_rank(self, case: dict[str, Any]) -> None:
        found = survival.log_rank(case["inputs"]["time"], case["inputs"]["event"], group=case["inputs"]["group"])
        assert found is not None
        assert found.chi_square == pytest.approx(case["outputs"]["logrank_chisq"], rel=0, abs=1e-6)

    def test_cox(self, case: dict[str, Any]) -> None:
        observed, expected = case["inputs"], case["outputs"]
        for ties in ("efron", "breslow"):
            found = survival.cox(observed["time"], observed["event"], covariates=observed["group"], ties=ties)
            if expected[f"cox_loghr_{ties}"] is None:
                assert found is None
                continue
            assert found is not None
            assert_allclose(found.log_hazard_ratio, expected[f"cox_loghr_{ties}"], rtol=0, atol=1e-5)
            if ties == "efron":
                assert_allclose(np.sqrt(found.covariance), expected["cox_se_efron"], rtol=0, atol=1e-5)
