"""Tests over many trials at once are those of one trial, from elsewhere in the house and from slow twins."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.stats

from trialwright.numerics.contingency import mantel_haenszel
from trialwright.numerics.randomised_tests import ancova_z, fisher_z, log_rank_z, mantel_haenszel_z
from trialwright.numerics.survival import log_rank
from trialwright.numerics.two_proportions import fisher_exact

TRIALS, PEOPLE = 12, 60
RANDOM = np.random.default_rng(4)
TREATED = RANDOM.random((TRIALS, PEOPLE)) < 0.5
COUNTED = RANDOM.random((TRIALS, PEOPLE)) < 0.8
YES = (RANDOM.random((TRIALS, PEOPLE)) < 0.4 + 0.2 * TREATED).astype(np.float64)
STRATUM = RANDOM.integers(0, 3, (TRIALS, PEOPLE))


def test_mantel_haenszel_is_that_of_tables() -> None:
    found = mantel_haenszel_z(YES, treated=TREATED, counted=COUNTED, stratum=STRATUM)
    for trial in range(TRIALS):
        tables = np.zeros((3, 2, 2))
        for person in np.flatnonzero(COUNTED[trial]):
            place = (STRATUM[trial, person], int(not TREATED[trial, person]), int(not YES[trial, person]))
            tables[place] += 1
        one = mantel_haenszel(tables.astype(int), kind="general")
        assert one is not None
        assert found[trial] ** 2 == pytest.approx(one.chi_square, rel=1e-9)


def test_fisher_is_the_upper_tail_of_the_hypergeometric() -> None:
    found = fisher_z(YES, treated=TREATED, counted=COUNTED)
    for trial in range(TRIALS):
        here = COUNTED[trial]
        a, n1 = int(YES[trial][here & TREATED[trial]].sum()), int((here & TREATED[trial]).sum())
        b, n2 = int(YES[trial][here & ~TREATED[trial]].sum()), int((here & ~TREATED[trial]).sum())
        p = scipy.stats.hypergeom.sf(a - 1, n1 + n2, a + b, n1)
        assert scipy.stats.norm.sf(found[trial]) == pytest.approx(p, rel=1e-8)
        both = fisher_exact((a, n1), (b, n2))
        assert both is not None


def test_ancova_is_least_squares_one_trial_at_a_time() -> None:
    baseline = RANDOM.normal(10, 3, (TRIALS, PEOPLE))
    value = np.where(COUNTED, -0.4 * baseline - 1.5 * TREATED + RANDOM.normal(0, 3, (TRIALS, PEOPLE)), np.nan)
    found = ancova_z(value, baseline=baseline, treated=TREATED, counted=COUNTED)
    for trial in range(TRIALS):
        here = COUNTED[trial]
        x = np.column_stack([np.ones(here.sum()), TREATED[trial][here], baseline[trial][here]])
        y = value[trial][here]
        beta, residual, *_ = np.linalg.lstsq(x, y, rcond=None)
        variance = residual[0] / (len(y) - 3) * np.linalg.inv(x.T @ x)[1, 1]
        t = beta[1] / np.sqrt(variance)
        assert found[trial] == pytest.approx(scipy.stats.norm.ppf(scipy.stats.t.cdf(t, len(y) - 3)), rel=1e-6)


def test_log_rank_is_that_of_times() -> None:
    last = RANDOM.integers(1, 8, (TRIALS, PEOPLE))
    event = np.where(RANDOM.random((TRIALS, PEOPLE)) < 0.5, RANDOM.integers(1, 8, (TRIALS, PEOPLE)), -1)
    event = np.where(event <= last, event, -1)
    found = log_rank_z(event, last, treated=TREATED, counted=COUNTED)
    for trial in range(TRIALS):
        here = COUNTED[trial]
        happened = event[trial][here] >= 0
        times = np.where(happened, event[trial][here], last[trial][here])
        one = log_rank(times, happened, group=TREATED[trial][here])
        assert one is not None
        assert found[trial] ** 2 == pytest.approx(one.chi_square, rel=1e-9)


def test_nothing_to_compare_is_zero() -> None:
    nobody = np.zeros((2, 4))
    treated = np.asarray([[True, True, False, False]] * 2)
    everybody = np.ones((2, 4), bool)
    stratum = np.zeros((2, 4), np.int64)
    assert mantel_haenszel_z(nobody, treated=treated, counted=everybody, stratum=stratum).tolist() == [0, 0]
    assert log_rank_z(stratum - 1, stratum, treated=treated, counted=everybody).tolist() == [0, 0]
    assert ancova_z(nobody, baseline=nobody, treated=treated, counted=everybody).tolist() == [0, 0]
    assert fisher_z(nobody, treated=treated, counted=everybody) == pytest.approx([0, 0], abs=10)
