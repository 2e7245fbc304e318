"""Repeated measures by REML against the whole matrix written out, and against tests that are exact."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import optimize, stats

from trialwright.numerics import repeated_measures as rm, small_samples as ss
from trialwright.numerics.arrays import Bools, Floats, Ints
from trialwright.numerics.covariance_patterns import PATTERNS, PatternName, pattern

Rows = tuple[Floats, Floats, Ints, Ints]  # response, design, participant, visit


def rows(seed: int, *, people: int = 14, visits: int = 3, missing: float = 0.15, arms: bool = True) -> Rows:
    """Invented participants with a baseline, in two arms; some visits are missing, never all of one participant."""
    rng = np.random.default_rng(seed)
    who, when = (axis.ravel() for axis in np.indices((people, visits)))
    baseline, own = rng.normal(10, 3, people), rng.normal(0, 1.5, people)
    y = 2 + 0.8 * baseline[who] - 0.7 * when + own[who] + rng.normal(0, 1 + 0.3 * when)
    x = np.column_stack([*(when == stage for stage in range(visits)), baseline[who], *[who % 2] * arms]).astype(float)
    kept = (rng.random(len(y)) >= missing) | (when == who % visits)
    return y[kept], x[kept], who[kept], when[kept]


def dense(theta: Floats, data: Rows, *, name: PatternName) -> tuple[float, Floats, Floats]:
    """Deviance, coefficients and their covariance from the covariance matrix of all observations at once."""
    y, x, who, when = data
    value = pattern(name, int(when.max()) + 1).at(theta).value
    v = value[np.ix_(when, when)] * (who[:, None] == who)
    if np.linalg.eigvalsh(v)[0] <= 0:
        return np.inf, np.zeros(x.shape[1]), np.eye(x.shape[1])
    w = np.linalg.inv(v)
    c = np.linalg.inv(x.T @ w @ x)
    beta = c @ x.T @ w @ y
    rest = y - x @ beta
    constant = (len(y) - x.shape[1]) * np.log(2 * np.pi)
    deviance = np.linalg.slogdet(v)[1] - np.linalg.slogdet(c)[1] + rest @ w @ rest + constant
    return float(deviance), beta, c


def fitted(data: Rows, name: PatternName = "unstructured") -> rm.Fitted:
    y, x, who, when = data
    found = rm.fit(y, x, participant=who, visit=when, covariance=name)
    assert isinstance(found, rm.Fitted), found
    return found


@pytest.mark.parametrize("name", PATTERNS)
class TestEveryPattern:
    def test_derivatives_are_those_of_small_differences(self, name: PatternName) -> None:
        shapes = pattern(name, 4)
        near = shapes.near(np.array([[4, 1, 1, 0.5], [1, 5, 2, 1], [1, 2, 6, 2], [0.5, 1, 2, 3.0]]))
        at, step = shapes.at(near), 1e-5
        for place in range(len(near)):
            ahead, behind = (shapes.at(near + sign * step * np.eye(len(near))[place]) for sign in (1, -1))
            assert_allclose(at.first[place], (ahead.value - behind.value) / (2 * step), atol=1e-8)
            assert_allclose(at.second[place], (ahead.first - behind.first) / (2 * step), atol=1e-8)

    def test_a_matrix_of_the_family_is_found_again(self, name: PatternName) -> None:
        shapes = pattern(name, 3)
        inside = shapes.at(shapes.near(np.array([[4, 1, 0.5], [1, 5, 2], [0.5, 2, 6.0]])))
        assert_allclose(shapes.at(shapes.near(inside.value)).value, inside.value, atol=1e-10)

    @pytest.mark.parametrize("seed", [1, 2])
    def test_the_deviance_is_lowest_and_flat(self, name: PatternName, seed: int) -> None:
        data = rows(seed, visits=4, people=16)
        found = fitted(data, name)
        deviance, beta, c = dense(found.parameters, data, name=name)
        assert_allclose(found.log_likelihood, -deviance / 2, rtol=1e-10)
        assert_allclose(found.coefficients, beta, rtol=1e-7, atol=1e-8)
        assert_allclose(found.covariance, c, rtol=1e-7, atol=1e-9)
        again = optimize.minimize(
            lambda theta: dense(theta, data, name=name)[0],
            found.parameters,
            method="Nelder-Mead",
            options={"maxfev": 600},
        )
        assert again.fun >= deviance - 1e-7

    def test_information_is_the_curvature_of_the_whole_matrix(self, name: PatternName) -> None:
        data = rows(5, people=18)
        found = fitted(data, name)
        steps = 1e-3 * np.maximum(1, np.abs(found.parameters))

        def moved(i: int, j: int, *, by: tuple[int, int]) -> float:
            theta = found.parameters.copy()
            theta[i] += by[0] * steps[i]
            theta[j] += by[1] * steps[j]
            return dense(theta, data, name=name)[0] / 2

        for i in range(len(steps)):
            for j in range(i + 1):
                corners = sum(a * b * moved(i, j, by=(a, b)) for a in (1, -1) for b in (1, -1))
                second = corners / (4 * steps[i] * steps[j])
                size = np.sqrt(found.observed[i, i] * found.observed[j, j])
                assert abs(found.observed[i, j] - second) < 2e-3 * size

    def test_the_slopes_are_those_of_the_covariance_of_the_coefficients(self, name: PatternName) -> None:
        data = rows(7)
        found = fitted(data, name)
        for place in range(len(found.parameters)):
            step = 1e-5 * np.eye(len(found.parameters))[place]
            ahead, behind = (dense(found.parameters + sign * step, data, name=name)[2] for sign in (1, -1))
            ours = found.covariance @ found.slopes[place] @ found.covariance
            assert_allclose(ours, (ahead - behind) / 2e-5, atol=1e-6)


def test_of_two_tops_the_higher_one_is_found() -> None:
    """Nine participants, six visits missing: from the residuals' covariance the climb ends on the lower top."""
    data = rows(35, people=9, missing=0.2)
    near_the_top = np.array([4.34, 0.19, -1.77, 13.62, 3.88, 2.53])
    assert -2 * fitted(data).log_likelihood <= dense(near_the_top, data, name="unstructured")[0]


class TestKenwardRoger:
    @pytest.mark.parametrize("name", ["heterogeneous_autoregressive", "unstructured"])
    def test_the_adjustment_is_that_of_the_whole_matrix(self, name: PatternName) -> None:
        data = rows(11, people=10)
        _, x, who, when = data
        found = fitted(data, name)
        same = who[:, None] == who
        shape = pattern(name, 3).at(found.parameters)
        w = np.linalg.inv(shape.value[np.ix_(when, when)] * same)
        c = np.linalg.inv(x.T @ w @ x)
        count = len(found.parameters)
        first = [shape.first[i][np.ix_(when, when)] * same for i in range(count)]
        project = w - w @ x @ c @ x.T @ w
        expected = np.array([[np.trace(project @ a @ project @ b) / 2 for b in first] for a in first])
        assert_allclose(found.expected, expected, rtol=1e-8, atol=1e-10)
        a, bulk = np.linalg.inv(expected), np.zeros_like(c)
        for i in range(count):
            for j in range(count):
                q = x.T @ w @ first[i] @ w @ first[j] @ w @ x
                p = (x.T @ w @ first[i] @ w @ x) @ c @ (x.T @ w @ first[j] @ w @ x)
                bulk += a[i, j] * (q - p)
        assert_allclose(ss.adjusted_covariance(found, information="expected"), c + 2 * c @ bulk @ c, rtol=1e-7)

    @pytest.mark.parametrize("information", ["observed", "expected"])
    @pytest.mark.parametrize("people", [4, 6, 7, 9, 30])
    def test_complete_data_give_hotellings_exact_test(self, people: int, information: ss.Information) -> None:
        """One degree of freedom is enough; only two of them, with five participants, cannot be told from 0 / 0."""
        rng = np.random.default_rng(3)
        table = rng.normal(0.5, 1, (people, 3)) + rng.normal(0, 1, (people, 1))
        who, when = (axis.ravel() for axis in np.indices(table.shape))
        found = fitted((table.ravel(), np.eye(3)[when], who, when))
        tested = ss.joint_test(found, np.eye(3), information=information)
        assert tested is not None
        mean = table.mean(axis=0)
        square = people * mean @ np.linalg.solve(np.cov(table.T), mean)
        exact = square * (people - 3) / (3 * (people - 1))
        assert_allclose((tested.f, tested.denominator), (exact, people - 3), rtol=1e-4)

    def test_two_degrees_of_freedom_leave_the_scale_open(self) -> None:
        table = np.random.default_rng(3).normal(0.5, 1, (5, 3))
        who, when = (axis.ravel() for axis in np.indices(table.shape))
        assert ss.joint_test(fitted((table.ravel(), np.eye(3)[when], who, when)), np.eye(3)) is None

    @pytest.mark.parametrize("method", ["kenward-roger", "satterthwaite"])
    def test_one_visit_is_the_two_sample_t_test(self, method: ss.Method) -> None:
        y, arm = np.array([3.1, 4.2, 5.9, 2.2, 8.1, 6.3, 7.7]), np.array([0, 0, 0, 0, 1, 1, 1])
        found = fitted((y, np.column_stack([np.ones(7), arm]), np.arange(7), np.zeros(7, int)))
        tested = ss.contrast(found, [0, 1], method=method)
        twin = stats.ttest_ind(y[arm == 1], y[arm == 0])
        assert_allclose((tested.t, tested.degrees_of_freedom, tested.p), (twin.statistic, 5, twin.pvalue), rtol=1e-7)
        assert_allclose(tested.limits, twin.confidence_interval(), rtol=1e-7)

    @pytest.mark.parametrize("method", ["kenward-roger", "satterthwaite"])
    def test_a_change_between_two_visits_is_the_paired_t_test(self, method: ss.Method) -> None:
        table = np.array([[5.0, 3.2], [6.1, 5.5], [4.4, 4.9], [7.3, 5.0], [6.6, 4.1]])
        who, when = (axis.ravel() for axis in np.indices(table.shape))
        found = fitted((table.ravel(), np.eye(2)[when], who, when))
        tested, twin = ss.contrast(found, [-1, 1], method=method), stats.ttest_rel(table[:, 1], table[:, 0])
        assert_allclose((tested.t, tested.degrees_of_freedom, tested.p), (twin.statistic, 4, twin.pvalue), rtol=1e-6)

    def test_the_way_a_pattern_is_written_does_not_matter(self) -> None:
        """With two visits six patterns are two families: the tests agree inside each."""
        data = rows(13, visits=2, people=9)
        groups = (["unstructured", "heterogeneous_toeplitz", "heterogeneous_autoregressive"],
                  ["toeplitz", "autoregressive", "compound_symmetry"])  # fmt: skip
        for group in groups:
            tests = [ss.contrast(fitted(data, name), [1, -1, 0, 0]) for name in group]  # type: ignore[arg-type]
            for one in tests[1:]:
                assert_allclose(
                    (one.standard_error, one.degrees_of_freedom),
                    (tests[0].standard_error, tests[0].degrees_of_freedom),
                    rtol=1e-6,
                )

    def test_joint_tests_of_both_kinds(self) -> None:
        found = fitted(rows(17, people=30))
        lines = np.array([[1, -1, 0, 0, 0], [0, 1, -1, 0, 0.0]])
        kinds: tuple[tuple[ss.Method, list[list[float]]], ...] = (
            ("kenward-roger", [[2, 1], [-1, 3]]),
            ("satterthwaite", [[0.6, 0.8], [-0.8, 0.6]]),  # a rotation: rows that span the same otherwise may differ
        )
        for method, mixed in kinds:
            tested, turned = (ss.joint_test(found, m, method=method) for m in (lines, mixed @ lines))
            assert tested is not None
            assert turned is not None
            assert 2 < tested.denominator < 60
            assert_allclose((tested.f, tested.denominator), (turned.f, turned.denominator), rtol=1e-6)
            single = ss.joint_test(found, lines[:1], method=method)
            assert single is not None
            assert single.p == ss.contrast(found, lines[0], method=method).p

    def test_units_do_not_matter(self) -> None:
        y, x, who, when = rows(19)
        one, other = fitted((y, x, who, when)), fitted((1e-4 * y, x * [1, 1, 1, 1e5, 1], who, when))
        assert_allclose(ss.contrast(one, [0, 0, 0, 0, 1]).p, ss.contrast(other, [0, 0, 0, 0, 1]).p, rtol=1e-5)

    def test_degrees_of_freedom_that_do_not_exist(self) -> None:
        found = fitted(rows(23))
        loose = replace(found, observed=found.observed / 1e4)
        for method in ("kenward-roger", "satterthwaite"):
            assert ss.joint_test(loose, np.eye(5)[:3], method=method) is None

    def test_what_is_asked_must_make_sense(self) -> None:
        found = fitted(rows(23))
        for weights in ([0, 0, 0, 0, 0], [1, 2]):
            with pytest.raises(ValueError, match="weights"):
                ss.contrast(found, weights)
        with pytest.raises(ValueError, match="independent rows"):
            ss.joint_test(found, [[1, 0, 0, 0, 0], [2, 0, 0, 0, 0]])
        with pytest.raises(ValueError, match="confidence"):
            ss.contrast(found, [1, 0, 0, 0, 0], confidence=95)


def whole(seen: Bools) -> Rows:
    """Ones for a design, invented responses, for the cells of a table of participants by visits."""
    who, when = np.nonzero(seen)
    return np.sin(7.0 * who + when), np.ones((len(who), 1)), who, when


class TestNothingToFit:
    def fit(self, data: Rows, name: PatternName = "unstructured") -> rm.Fitted | rm.NotFitted:
        y, x, who, when = data
        return rm.fit(y, x, participant=who, visit=when, covariance=name)

    def test_one_participant_with_one_visit(self) -> None:
        assert self.fit(whole(np.ones((1, 1), np.bool_))) == rm.NotFitted("too_few")

    def test_nobody(self) -> None:
        nobody = (np.zeros(0), np.zeros((0, 1)), np.zeros(0, int), np.zeros(0, int))
        assert self.fit(nobody) == rm.NotFitted("too_few")

    def test_one_participant_with_three_visits(self) -> None:
        assert isinstance(self.fit(whole(np.ones((1, 3), np.bool_))), rm.NotFitted)

    def test_two_participants_with_three_visits_have_no_highest_likelihood(self) -> None:
        assert self.fit(whole(np.ones((2, 3), np.bool_))) == rm.NotFitted("singular")

    def test_two_visits_that_nobody_has_both_of(self) -> None:
        seen = np.array([[1, 1, 0], [1, 1, 0], [1, 0, 0], [1, 1, 0], [0, 0, 1], [0, 0, 1], [1, 0, 1]], np.bool_)
        assert self.fit(whole(seen)) == rm.NotFitted("never_together")

    def test_two_columns_that_say_the_same(self) -> None:
        y, x, who, when = rows(29)
        assert self.fit((y, np.column_stack([x, x[:, 0]]), who, when)) == rm.NotFitted("not_identifiable")
        assert self.fit((y, np.column_stack([x, 0 * y]), who, when)) == rm.NotFitted("not_identifiable")

    def test_a_response_that_never_varies(self) -> None:
        y, x, who, when = rows(29)
        assert self.fit((0 * y + 3, x, who, when)) == rm.NotFitted("no_variation")
        assert self.fit((0 * y, x, who, when)) == rm.NotFitted("no_variation")

    def test_missing_values_and_double_rows_are_errors(self) -> None:
        y, x, who, when = rows(29)
        with pytest.raises(ValueError, match="left out"):
            self.fit((np.where(who == 1, np.nan, y), x, who, when))
        with pytest.raises(ValueError, match="at most one"):
            self.fit((y, x, who, 0 * when))
        with pytest.raises(ValueError, match="one row"):
            self.fit((y[1:], x, who, when))
