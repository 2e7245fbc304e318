"""The posterior of two outcomes against a dense grid over all six parameters, and against itself with finer steps."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.special as sp
from numpy.testing import assert_allclose

from trialwright.numerics import two_outcomes as kernel
from trialwright.numerics.two_outcomes import TwoOutcomeModel, TwoOutcomes, two_outcomes

MODEL = TwoOutcomeModel(
    coded_doses=(-0.7, 0.1, 0.6),
    dlt=((-1.2, 1.1), (0.8, 1.0)),
    activity=((0.2, 1.0), (0.7, 0.9), (-0.1, 0.4)),
    association=(0.5, 1.2),
)
NOBODY = (0, 0, 0)
COURSES = {
    "nobody": (NOBODY,) * 6,
    "mixed": ((2, 1, 0), (1, 0, 2), (1, 3, 1), (0, 1, 2), NOBODY, NOBODY),
    "always together": ((5, 3, 1), NOBODY, NOBODY, (1, 3, 5), NOBODY, NOBODY),
    "never together": (NOBODY, (2, 3, 4), (4, 3, 2), NOBODY, NOBODY, NOBODY),
    "activity not known": ((2, 0, 0), NOBODY, (1, 1, 0), NOBODY, (0, 3, 1), (0, 1, 3)),
}
TWO_LEVELS = slice(0, 2)


def as_rows(found: TwoOutcomes) -> np.ndarray[Any, Any]:
    return np.stack([found.dlt, found.activity, found.dlt_below, found.activity_above])


def by_dense_grid(cells: tuple[tuple[int, ...], ...]) -> np.ndarray[Any, Any]:
    """Posterior means from the likelihood as the paper writes it, on a trapezoid grid around the prior mean."""

    def axis(count: int) -> np.ndarray[Any, Any]:
        return np.linspace(-5, 5, count)

    x = np.asarray(MODEL.coded_doses)

    def rates(prior: Any, counts: tuple[int, ...]) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
        z = np.stack([one.ravel() for one in np.meshgrid(*map(axis, counts), indexing="ij")], axis=1)
        mean, sd = np.asarray(prior).T
        theta = mean + z * sd
        powers = x[:, None] ** np.arange(len(counts))
        return sp.expit(theta @ powers.T), np.exp(-(z**2).sum(axis=1) / 2)

    (p, w_p), (q, w_q) = rates(MODEL.dlt, (23, 23)), rates(MODEL.activity, (19, 19, 13))
    w_p, keep = w_p / w_p.sum(), w_q > 1e-5
    q, w_q = q[keep], w_q[keep] / w_q[keep].sum()
    total, dlt, activity = 0.0, np.zeros(3), np.zeros(3)
    for z in axis(13):
        k = np.tanh((MODEL.association[0] + MODEL.association[1] * z) / 2)
        joint = np.exp(-(z**2) / 2) * np.multiply.outer(w_p, w_q)
        for level in range(3):
            a, b = np.multiply.outer(p[:, level], np.ones(len(q))), q[:, level]
            shared = k * a * (1 - a) * b * (1 - b)
            likelihoods = (
                (1 - a) * (1 - b) + shared,
                a * (1 - b) - shared,
                (1 - a) * b - shared,
                a * b + shared,
                1 - a,
                a,
            )
            for likelihood, row in zip(likelihoods, cells, strict=True):
                joint = joint * likelihood ** row[level] if row[level] else joint
        total += joint.sum()
        dlt, activity = dlt + joint.sum(axis=1) @ p, activity + joint.sum(axis=0) @ q
    return np.stack([dlt / total, activity / total])


@pytest.mark.parametrize("course", COURSES)
class TestAgainstTwins:
    def test_means_equal_those_of_a_dense_grid(self, course: str) -> None:
        found = two_outcomes(MODEL, COURSES[course], dlt_rate=0.3, activity_rate=0.4)
        assert_allclose(as_rows(found)[TWO_LEVELS], by_dense_grid(COURSES[course]), rtol=0, atol=2e-4)

    def test_probabilities_equal_those_of_finer_steps(self, course: str, monkeypatch: pytest.MonkeyPatch) -> None:
        found = as_rows(two_outcomes(MODEL, COURSES[course], dlt_rate=0.3, activity_rate=0.4))
        finer = {"POLE_STEP": 0.4, "GAUSSIAN_STEP": 0.4, "MOST_PAIRS": 4_000_000, "LEAST_WEIGHT": 1e-9, "END": 26.0}
        for name, value in {**finer, "ASSOCIATIONS": 17}.items():
            monkeypatch.setattr(kernel, name, value)
        fine = two_outcomes.__wrapped__(MODEL, COURSES[course], dlt_rate=0.3, activity_rate=0.4)
        assert_allclose(found, as_rows(fine), rtol=0, atol=2e-4)


def test_without_data_the_logits_are_normal() -> None:
    found = two_outcomes(MODEL, COURSES["nobody"], dlt_rate=0.3, activity_rate=0.4)
    x = np.asarray(MODEL.coded_doses)
    mean, sd = -1.2 + 0.8 * x, np.sqrt(1.1**2 + x**2)
    assert_allclose(found.dlt_below, sp.ndtr((sp.logit(0.3) - mean) / sd), rtol=0, atol=1e-6)
    mean, sd = 0.2 + 0.7 * x - 0.1 * x**2, np.sqrt(1 + (0.9 * x) ** 2 + (0.4 * x**2) ** 2)
    assert_allclose(found.activity_above, sp.ndtr((mean - sp.logit(0.4)) / sd), rtol=0, atol=1e-6)


def test_the_association_matters_and_its_sign_too() -> None:
    together = two_outcomes(MODEL, COURSES["always together"], dlt_rate=0.3, activity_rate=0.4)
    never = two_outcomes(MODEL, COURSES["never together"], dlt_rate=0.3, activity_rate=0.4)
    alone = COURSES["always together"]
    split = (NOBODY, NOBODY, NOBODY, NOBODY, alone[0], alone[3])  # the DLTs without any activity known
    only_dlts = two_outcomes(MODEL, split, dlt_rate=0.3, activity_rate=0.4)
    assert np.abs(together.dlt - only_dlts.dlt).max() > 1e-3
    assert np.abs(together.dlt - never.dlt).max() > 1e-2


def test_wide_priors_and_many_participants_stay_sound() -> None:
    wide = TwoOutcomeModel((-1.0, 0.0, 1.0), ((0.0, 10.0), (0.0, 10.0)), ((0.0, 10.0),) * 3, (3.0, 2.0))
    for cells in (COURSES["mixed"], tuple(tuple(20 * count for count in row) for row in COURSES["mixed"])):
        rows = as_rows(two_outcomes(wide, cells, dlt_rate=0.3, activity_rate=0.4))
        assert ((rows >= 0) & (rows <= 1)).all()
    observed = np.array([20, 20, 80]) / np.array([80, 100, 100])
    assert_allclose(rows[0], observed, rtol=0, atol=0.3)
