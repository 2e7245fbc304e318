"""Means over visits: against plain comparisons where these agree, and what is said where nothing can be fitted."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import stats

from trialwright.analysis.repeated_measures import FALLBACKS, NONE_FITS, WHY, by_visit, fit_with_fallbacks
from trialwright.vocabulary.errors import Refused

RNG = np.random.default_rng(31)
TABLE = RNG.normal(0, 1, (12, 3)) + RNG.normal(0, 1, (12, 1))
WHO, WHEN = (axis.ravel() for axis in np.indices(TABLE.shape))
ARM = np.where(WHO % 2, "treated", "control")


def test_the_last_visit_of_complete_data_without_baseline_is_the_t_test() -> None:
    """With everybody seen throughout, the other visits say nothing about the difference at the last."""
    found = by_visit(TABLE.ravel(), participant=WHO, visit=WHEN, arm=ARM)
    last = found.differences[-1]
    twin = stats.ttest_ind(TABLE[1::2, 2], TABLE[::2, 2])
    assert (last.visit, last.arm, found.fitted.pattern, found.abandoned) == (2, "treated", "unstructured", ())
    assert_allclose(
        (last.mean.t, last.mean.degrees_of_freedom, last.mean.p), (twin.statistic, 10, twin.pvalue), rtol=1e-6
    )


def test_one_visit_with_baseline_is_the_analysis_of_covariance() -> None:
    baseline = RNG.normal(10, 2, 12)
    arm = np.arange(12) % 2
    found = by_visit(TABLE[:, 0], participant=np.arange(12), visit=np.ones(12, int), baseline=baseline, arm=arm)
    design = np.column_stack([np.ones(12), arm, baseline])
    beta, rest = np.linalg.lstsq(design, TABLE[:, 0], rcond=None)[:2]
    error = np.sqrt(rest[0] / 9 * np.linalg.inv(design.T @ design)[1, 1])
    mean = found.differences[0].mean
    assert_allclose((mean.estimate, mean.standard_error, mean.degrees_of_freedom), (beta[1], error, 9), rtol=1e-7)
    assert_allclose(found.means[0].mean.estimate, beta[0] + beta[2] * baseline.mean(), rtol=1e-7)


def test_the_reference_arm_is_named_or_the_first() -> None:
    first = by_visit(TABLE.ravel(), participant=WHO, visit=WHEN, arm=ARM)
    other = by_visit(TABLE.ravel(), participant=WHO, visit=WHEN, arm=ARM, reference="treated")
    assert [one.arm for one in other.differences] == ["control"] * 3
    assert_allclose(
        [one.mean.estimate for one in first.differences], [-one.mean.estimate for one in other.differences], rtol=1e-9
    )
    assert [one.n for one in first.means] == [6] * 6
    with pytest.raises(ValueError, match="not among"):
        by_visit(TABLE.ravel(), participant=WHO, visit=WHEN, arm=ARM, reference="placebo")


def test_one_arm_has_means_and_no_differences() -> None:
    found = by_visit(TABLE.ravel(), participant=WHO, visit=WHEN)
    assert found.differences == ()
    assert [one.arm for one in found.means] == [None] * 3
    assert_allclose([one.mean.estimate for one in found.means], TABLE.mean(axis=0))


def test_too_few_for_the_free_pattern_take_a_plainer_one_and_say_so() -> None:
    few = slice(0, 3 * 3)
    found = by_visit(TABLE.ravel()[few], participant=WHO[few], visit=WHEN[few])
    left = [one.pattern for one in found.abandoned]
    assert left == list(FALLBACKS[: len(left)])
    assert left
    assert found.fitted.pattern == FALLBACKS[len(left)]
    assert found.abandoned[0].why == WHY["singular"]


@pytest.mark.parametrize(
    ("rows", "patterns", "english", "french"),
    [
        (slice(0, 1), FALLBACKS, "tried: unstructured)", "pas plus d'observations"),
        (slice(0, 6), ("unstructured",), "too few participants", "trop peu de participants"),
        (slice(0, 0), FALLBACKS, "no observation", "aucune observation"),
    ],
)
def test_what_cannot_be_fitted_is_refused_in_both_languages(rows, patterns, english, french) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(Refused) as refused:
        by_visit(TABLE.ravel()[rows], participant=WHO[rows], visit=WHEN[rows], patterns=patterns)
    assert english in refused.value.said("en")
    assert french in refused.value.said("fr")


def test_an_arm_without_anybody_at_a_visit_is_refused() -> None:
    gone = (WHEN == 2) & (ARM == "treated")
    with pytest.raises(Refused, match="an arm without anybody at a visit"):
        by_visit(TABLE.ravel()[~gone], participant=WHO[~gone], visit=WHEN[~gone], arm=ARM[~gone])


def test_a_response_that_never_varies_is_refused_at_once() -> None:
    with pytest.raises(Refused, match=r"tried: unstructured\)"):
        fit_with_fallbacks(0.0 * WHO, np.ones((len(WHO), 1)), participant=WHO, visit=WHEN)
    assert NONE_FITS.fr
