"""Stopping boundaries: against every path written out, and by what must hold for every boundary."""

from __future__ import annotations

from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from numpy.testing import assert_allclose

from trialwright.numerics.stopping_boundary import (
    boundary_at_level,
    crossing_probability,
    expected_participants,
    first_crossing,
    least_boundary_reaching,
    neighbouring_boundaries,
)

RATES = st.floats(0.02, 0.98)


@st.composite
def looks_up_to(draw: st.DrawFn, most: int) -> tuple[int, ...]:
    return tuple(sorted(draw(st.sets(st.integers(1, most), min_size=1, max_size=5))))


@st.composite
def boundaries(draw: st.DrawFn, most: int = 10) -> tuple[tuple[int, ...], tuple[int, ...]]:
    looks = draw(looks_up_to(most))
    return looks, tuple(draw(st.integers(1, look + 2)) for look in looks)


def written_out(looks: tuple[int, ...], stop_at: tuple[int, ...], rate: float) -> list[float]:
    """The same by every sequence of outcomes, one participant after the other."""
    found = [0.0] * len(looks)
    for path in product((0, 1), repeat=looks[-1]):
        crossed = [k for k, look in enumerate(looks) if sum(path[:look]) >= stop_at[k]]
        if crossed:
            found[crossed[0]] += rate ** sum(path) * (1 - rate) ** (len(path) - sum(path))
    return found


class TestCrossing:
    @settings(max_examples=60, deadline=None)
    @given(boundaries(), RATES)
    def test_agrees_with_every_path(self, boundary: tuple[tuple[int, ...], tuple[int, ...]], rate: float) -> None:
        assert_allclose(first_crossing(*boundary, rates=rate)[0], written_out(*boundary, rate), rtol=0, atol=1e-12)

    @given(boundaries(40), RATES, RATES)
    def test_rises_with_the_rate(
        self, boundary: tuple[tuple[int, ...], tuple[int, ...]], one: float, other: float
    ) -> None:
        low, high = first_crossing(*boundary, rates=sorted((one, other))).sum(axis=1)
        assert -1e-12 <= low <= high + 1e-12 <= 1 + 1e-9

    @given(boundaries(40), RATES)
    def test_expected_participants_lie_between_the_looks(
        self, boundary: tuple[tuple[int, ...], tuple[int, ...]], rate: float
    ) -> None:
        looks, stop_at = boundary
        expected = expected_participants(looks, stop_at, rates=rate)[0]
        assert looks[0] - 1e-9 <= expected <= looks[-1] + 1e-9

    def test_certain_rates(self) -> None:
        assert_allclose(first_crossing([3, 6], [2, 5], rates=[0, 1]), [[0, 0], [1, 0]], atol=1e-15)
        assert_allclose(first_crossing([3, 6], [4, 5], rates=[0, 1]), [[0, 0], [0, 1]], atol=1e-15)
        assert_allclose(expected_participants([3, 6], [4, 5], rates=[0, 1]), [6, 6])

    def test_many_participants_overflow_nothing(self) -> None:
        assert crossing_probability([1500], [751], rate=0.5) == pytest.approx(0.5 - 0.0206 / 2, abs=1e-4)

    @pytest.mark.parametrize(
        ("looks", "stop_at", "rate"),
        [
            ([], [], 0.2),
            ([3, 3], [1, 1], 0.2),
            ([0, 3], [1, 1], 0.2),
            ([3], [0], 0.2),
            ([3], [1, 2], 0.2),
            ([3], [1], 1.1),
        ],
    )
    def test_nonsense_is_refused(self, looks: list[int], stop_at: list[int], rate: float) -> None:
        with pytest.raises(ValueError, match="must"):
            first_crossing(looks, stop_at, rates=rate)


def family(looks: tuple[int, ...], rate: float) -> list[tuple[int, ...]]:
    """Every boundary of the family, found by trying very many levels, from the least crossed on."""
    levels = np.unique(np.concatenate([[0.0], np.geomspace(1e-9, 1, 4000), np.linspace(1e-4, 1, 4000)]))
    found = [boundary_at_level(looks, rate=rate, level=float(level)) for level in levels]
    return [one for one, after in pairwise(found) if one != after] + [found[-1]]


class TestSearch:
    def test_agrees_with_textbook_tails(self) -> None:
        """P(Bin(3, 1/2) >= 2) = 1/2 exactly; equality with the level stops."""
        assert boundary_at_level([1, 3], rate=0.5, level=0.5) == (1, 2)
        assert boundary_at_level([1, 3], rate=0.5, level=0.4999) == (2, 3)
        assert boundary_at_level([1, 3], rate=0.5, level=0.0) == (2, 4)

    @given(looks_up_to(40), st.floats(0.05, 0.5), st.floats(0.02, 0.98))
    def test_the_bound_is_kept_on_each_side(self, looks: tuple[int, ...], rate: float, bound: float) -> None:
        below, above = neighbouring_boundaries(looks, tested_rate=rate, true_rate=rate, probability=bound)
        assert crossing_probability(looks, below, rate=rate) <= bound + 1e-12
        if above is None:
            assert crossing_probability(looks, (1,) * len(looks), rate=rate) <= bound + 1e-12
        else:
            assert crossing_probability(looks, above, rate=rate) > bound
            assert all(one <= other for one, other in zip(above, below, strict=True))

    @settings(max_examples=25, deadline=None)
    @given(looks_up_to(15), st.floats(0.1, 0.4), st.floats(0.0, 0.4), st.floats(0.02, 0.98))
    def test_nothing_found_by_trying_levels_lies_nearer(
        self, looks: tuple[int, ...], rate: float, more: float, bound: float
    ) -> None:
        true_rate = rate + more
        crossed = [crossing_probability(looks, one, rate=true_rate) for one in family(looks, rate)]
        asked = {"tested_rate": rate, "true_rate": true_rate, "probability": bound}
        below, above = neighbouring_boundaries(looks, **asked)
        ours = crossing_probability(looks, below, rate=true_rate)
        assert max((one for one in crossed if one <= bound), default=0) <= ours + 1e-12
        if above is not None:
            theirs = min((one for one in crossed if one > bound), default=1)
            assert crossing_probability(looks, above, rate=true_rate) <= theirs + 1e-12

    def test_a_bound_that_is_met_exactly_is_kept(self) -> None:
        """One participant, one DLT stops: crossed with probability p exactly."""
        asked = {"tested_rate": 0.25, "true_rate": 0.25, "probability": 0.25}
        assert neighbouring_boundaries([1], **asked) == ((1,), None)
        assert least_boundary_reaching([1], **asked) == (1,)
        assert least_boundary_reaching([1], **asked | {"probability": 0.26}) is None
