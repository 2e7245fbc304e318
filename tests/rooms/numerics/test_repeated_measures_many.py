"""Repeated measures of many trials at once are those of each trial alone, which is the slow twin."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from trialwright.analysis.repeated_measures import by_visit
from trialwright.numerics.repeated_measures import Fitted, fit
from trialwright.numerics.repeated_measures_many import Contrasts, contrasts_of_many
from trialwright.numerics.small_samples import contrast


def trials(count: int, *, people: int, visits: int, leaving: float = 0.08) -> tuple[np.ndarray, np.ndarray]:
    """Correlated visits with a baseline, some missed, some people leaving: ``[B, N, T]`` and ``[B, N, 3]``."""
    rng = np.random.default_rng(visits * people)
    root = np.linalg.cholesky(0.5 ** np.abs(np.subtract.outer(np.arange(visits), np.arange(visits))) * 4.0)
    baseline = rng.normal(10, 3, (count, people))
    y = rng.normal(size=(count, people, visits)) @ root.T - 0.4 * baseline[:, :, None]
    gone = (rng.random(y.shape) < leaving).cumsum(axis=2) > 0
    y[gone | (rng.random(y.shape) < 0.06)] = np.nan
    arm = np.broadcast_to(np.arange(people) % 2, baseline.shape).astype(float)
    return y, np.stack([np.ones_like(baseline), arm, baseline], axis=2)


def alone(y: np.ndarray, x: np.ndarray, *, column: int, visit: int) -> tuple[float, float, float, float]:
    who, when = np.nonzero(np.isfinite(y))
    visits, columns = y.shape[1], x.shape[1]
    design = np.zeros((len(who), columns * visits))
    for place in range(columns):
        design[np.arange(len(who)), place * visits + when] = x[who, place]
    fitted = fit(y[who, when], design, participant=who, visit=when)
    assert isinstance(fitted, Fitted)
    line = np.zeros(columns * visits)
    line[column * visits + visit] = 1
    found = contrast(fitted, line)
    return found.estimate, found.standard_error, found.degrees_of_freedom, found.t


def stacked(found: Contrasts) -> np.ndarray:
    return np.stack([found.estimate, found.standard_error, found.degrees_of_freedom, found.t], axis=1)


@pytest.mark.parametrize(("people", "visits", "column"), [(30, 2, 1), (40, 3, 1), (60, 4, 1), (40, 3, 2), (25, 1, 1)])
def test_every_trial_is_that_of_the_single_analysis(people: int, visits: int, column: int) -> None:
    y, x = trials(3, people=people, visits=visits)
    found = stacked(contrasts_of_many(y, x, column=column))
    slow = [alone(y[trial], x[trial], column=column, visit=visits - 1) for trial in range(3)]
    assert_allclose(found[:, [0, 1, 3]], np.asarray(slow)[:, [0, 1, 3]], rtol=0, atol=1e-6)
    assert_allclose(found[:, 2], np.asarray(slow)[:, 2], rtol=1e-5)


def test_an_earlier_visit_and_the_difference_of_the_analysis() -> None:
    y, x = trials(1, people=50, visits=3)
    who, when = np.nonzero(np.isfinite(y[0]))
    whole = by_visit(y[0, who, when], participant=who, visit=when, baseline=x[0, who, 2], arm=x[0, who, 1])
    for visit in range(3):
        found, mean = contrasts_of_many(y, x, column=1, visit=visit), whole.differences[visit].mean
        assert found.estimate[0] == pytest.approx(mean.estimate, abs=1e-6)
        assert found.standard_error[0] == pytest.approx(mean.standard_error, abs=1e-6)


def test_complete_visits_are_an_ancova_at_each_of_them() -> None:
    """Without missing visits the others say nothing more: least squares at the last visit, n - 3 degrees of freedom."""
    y, x = trials(3, people=30, visits=3, leaving=0.0)
    y = np.where(np.isnan(y), 1.5, y)
    found = contrasts_of_many(y, x, column=1)
    for trial in range(3):
        inverse = np.linalg.inv(x[trial].T @ x[trial])
        beta = inverse @ x[trial].T @ y[trial, :, -1]
        rest = y[trial, :, -1] - x[trial] @ beta
        assert found.estimate[trial] == pytest.approx(beta[1], abs=1e-9)
        assert found.standard_error[trial] == pytest.approx(np.sqrt(rest @ rest / 27 * inverse[1, 1]), abs=1e-8)
        assert found.degrees_of_freedom[trial] == pytest.approx(27, abs=1e-5)


def test_who_has_no_visit_or_no_baseline_does_not_count() -> None:
    y, x = trials(2, people=40, visits=3)
    none, unknown = y.copy(), x.copy()
    none[:, :6] = np.nan
    unknown[:, :6, 2] = np.nan
    fewer = stacked(contrasts_of_many(y[:, 6:], x[:, 6:], column=1))
    assert_allclose(stacked(contrasts_of_many(none, x, column=1)), fewer, rtol=1e-9)
    assert_allclose(stacked(contrasts_of_many(y, unknown, column=1)), fewer, rtol=1e-9)


def test_what_has_no_estimate_is_missing_and_does_not_disturb_the_others() -> None:
    y, x = trials(7, people=40, visits=3)
    before = stacked(contrasts_of_many(y[:1], x[:1], column=1))
    y[1] = np.nan
    y[2][x[2, :, 1] == 1, 1] = np.nan  # an arm without anybody at a visit
    y[3][::2, 0] = y[3][1::2, 2] = np.nan  # two visits that nobody has both of
    y[4] = 2 * x[4, :, 2:]  # nothing left to vary
    y[5][5:] = np.nan  # too few
    y[6] = y[6][:, :1]  # visits that say the same
    found = stacked(contrasts_of_many(y, x, column=1))
    assert np.array_equal(found[:1], before)
    assert np.isnan(found[1:]).all()
