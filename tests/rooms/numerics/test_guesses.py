"""The guess at a dose between the levels: through the guesses, rising, and careful outside."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.special as sp
from hypothesis import given, strategies as st
from numpy.testing import assert_allclose

from trialwright.numerics.guesses import guesses_at


@st.composite
def skeletons(draw: st.DrawFn) -> tuple[list[float], list[float]]:
    size = draw(st.integers(1, 6))
    amounts = draw(st.lists(st.integers(1, 10_000), min_size=size, max_size=size, unique=True).map(sorted))
    guesses = draw(st.lists(st.integers(1, 95), min_size=size, max_size=size, unique=True).map(sorted))
    return [amount / 7 for amount in amounts], [guess / 100 for guess in guesses]


@given(skeletons(), st.floats(0.001, 1e4))
def test_it_passes_through_the_guesses_whatever_the_unit(both: tuple[list[float], list[float]], unit: float) -> None:
    amounts, guesses = both
    assert guesses_at(amounts, levels=amounts, skeleton=guesses).tolist() == guesses
    between = np.array([0.3 * amounts[0], *amounts, 2 * amounts[-1], (amounts[0] + amounts[-1]) / 2])
    here = guesses_at(between, levels=amounts, skeleton=guesses)
    there = guesses_at(between * unit, levels=np.array(amounts) * unit, skeleton=guesses)
    assert_allclose(here, there, rtol=0, atol=1e-9)


@given(skeletons(), st.floats(1e-9, 1e9), st.floats(1.0, 1e9))
def test_more_is_never_less_toxic(both: tuple[list[float], list[float]], low: float, factor: float) -> None:
    amounts, guesses = both
    less, more = guesses_at([low, low * factor], levels=amounts, skeleton=guesses)
    assert 0 < less <= more * (1 + 1e-12)
    assert more <= guesses[-1]


def test_a_logistic_curve_over_log_dose_is_completed_without_error() -> None:
    def curve(dose: float) -> float:
        return float(sp.expit(-1.4 + 1.7 * np.log(dose / 3)))

    levels = [0.5, 2.0, 3.0, 8.0]
    doses = [0.01, 0.3, 1.0, 2.5, 7.9]
    found = guesses_at(doses, levels=levels, skeleton=[curve(dose) for dose in levels])
    assert_allclose(found, [curve(dose) for dose in doses], rtol=1e-12)


@pytest.mark.parametrize(("dose", "guess"), [(8.0, 0.3), (1e9, 0.3), (1e-300, 1 / (1 + np.exp(30)))])
def test_the_ends(dose: float, guess: float) -> None:
    assert guesses_at([dose], levels=[1, 4], skeleton=[0.1, 0.3])[0] == pytest.approx(guess, rel=1e-9)


def test_one_level_has_a_slope_of_one() -> None:
    assert guesses_at([np.exp(-1)], levels=[1.0], skeleton=[0.5])[0] == pytest.approx(1 / (1 + np.e))
