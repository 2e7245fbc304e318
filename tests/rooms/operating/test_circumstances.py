"""How people come and when DLTs show: each model against its own definition."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from numpy.testing import assert_allclose

from trials import study_of
from trialwright.operating import (
    Accrual,
    Circumstances,
    Committee,
    LateTiming,
    People,
    UniformTiming,
    WeibullTiming,
)
from trialwright.operating.people import NEVER, uniforms
from trialwright.vocabulary.errors import ParameterError

EVEN = (np.arange(20_000) + 0.5)[:, None] / 20_000  # the uniform distribution, as evenly as it can be drawn
RATES = np.array([0.05, 0.3, 0.9])


def test_numbers_keep_their_address() -> None:
    whole = uniforms(9, trials=range(0, 600), people=7)
    assert np.array_equal(uniforms(9, trials=range(250, 530), people=4), whole[:, 250:530, :4])
    assert np.array_equal(uniforms(9, trials=range(511, 512), people=7), whole[:, 511:512])
    assert not np.array_equal(uniforms(10, trials=range(0, 600), people=7), whole)
    assert len(np.unique(whole)) == whole.size
    first = np.random.Generator(np.random.Philox(key=9, counter=[0, 0, 0, 1])).random(2)
    assert np.array_equal(whole[0, 256:258, 0], first)


def test_the_generator_is_the_published_one() -> None:
    """Known answer of Random123 for philox4x64-10 with counter 0 and key 0; the counter goes up before each draw."""
    before = np.random.Philox(counter=[2**64 - 1] * 4, key=[0, 0])
    wanted = [0x16554D9ECA36314C, 0xDB20FE9D672D0FDC, 0xD7E772CEE186176B, 0x7E68B68AEC7BA23B]
    assert before.random_raw(4).tolist() == wanted


@settings(max_examples=40, deadline=None)
@given(st.floats(0.05, 0.95), st.floats(0.01, 0.95))
def test_weibull_by_the_share_in_the_first_half(first_half: float, rate: float) -> None:
    position = WeibullTiming(first_half=first_half).position(EVEN, np.array([rate]))
    assert np.mean(position <= 0.5) == pytest.approx(first_half, abs=2e-4)
    assert ((position >= 0) & (position <= 1)).all()


@pytest.mark.parametrize("shape", [0.5, 1.0, 3.0])
def test_weibull_by_its_shape(shape: float) -> None:
    """F(x) = 1 - (1 - p)^(x^k), divided by p within the window."""
    position = WeibullTiming(shape=shape).position(EVEN, RATES)[:, 0]
    for x in (0.1, 0.4, 0.8):
        wanted = (1 - (1 - RATES) ** (x**shape)) / RATES
        assert_allclose((position <= x).mean(axis=0), wanted, atol=1e-4)


def test_certain_and_impossible_dlts_have_a_time_too() -> None:
    position = WeibullTiming(first_half=0.3).position(EVEN, np.array([0.0, 1.0]))
    assert np.isfinite(position).all()


def test_late_onset() -> None:
    position = LateTiming(share=0.7, part=0.25).position(EVEN, RATES)
    assert np.mean(position >= 0.75) == pytest.approx(0.7, abs=1e-4)
    assert_allclose(np.histogram(position[position < 0.75], bins=3, range=(0, 0.75))[0], 2000, atol=2)
    assert_allclose(np.histogram(position[position >= 0.75], bins=5, range=(0.75, 1))[0], 2800, atol=2)


def test_fixed_gaps() -> None:
    uniform = np.zeros((1, 4))
    assert Accrual(2.5, pattern="fixed").arrivals(uniform).tolist() == [[3, 6, 8, 11]]
    assert Accrual(0, pattern="fixed").arrivals(uniform).tolist() == [[1, 1, 1, 1]]


def test_poisson_gaps_are_exponential() -> None:
    uniform = uniforms(1, trials=range(4000), people=10)[0]
    first = Accrual(20).arrivals(uniform)[:, 0] - 1
    assert first.mean() == pytest.approx(19.5, abs=1.5)  # whole days: half a day less
    assert np.mean(first >= 20) == pytest.approx(np.exp(-1), abs=0.03)
    assert Accrual(20).arrivals(uniform)[:, 9].mean() == pytest.approx(200.5, abs=4)


@settings(max_examples=30, deadline=None)
@given(st.floats(0.05, 1.0), st.floats(1.0, 300.0), st.floats(0.5, 40.0))
def test_a_ramp_integrates_to_the_number_who_came(start: float, ramp: float, gap: float) -> None:
    accrual = Accrual(gap, pattern="fixed", ramp_days=ramp, start_share=start)
    came = accrual.arrivals(np.zeros((1, 60)))[0] - 1

    def expected(days: Any) -> Any:
        """The speed integrated by the trapezoid, up to a day."""
        grid = np.linspace(0, days, 4001)
        return np.trapezoid(np.minimum(start + (1 - start) * grid / ramp, 1.0) / gap, grid, axis=0)

    number = np.arange(1, 61)
    assert (expected(came) <= number + 1e-3).all()
    assert (expected(came + 1) >= number - 1e-3).all()


def drawn(**settings: Any) -> People:
    circumstances = Circumstances(accrual=Accrual(3), **settings)
    return circumstances.draw(study_of(last_day=27), seed=1, trials=range(2000), people=10, rates=RATES)


def test_people() -> None:
    people = drawn(leaving=0.2, leaving_days=14, infusion_days=(2, 5))
    gone = people.leaves_after < NEVER
    assert np.mean(gone) == pytest.approx(0.2, abs=0.012)
    assert set(np.unique(people.leaves_after[gone])) == set(range(14))
    assert set(np.unique(people.infusion_delay)) == {2, 3, 4, 5}
    assert set(np.unique(people.dlt_delay)) == set(range(28))
    assert drawn(timing=WeibullTiming(shape=2)).dlt_delay.shape == (2000, 10, 3)
    assert drawn(timing=UniformTiming()).leaves_after.min() == NEVER


@pytest.mark.parametrize(
    "build",
    [
        lambda: Accrual(-1),
        lambda: Accrual(3, pattern="now"),  # type: ignore[arg-type]
        lambda: Accrual(3, ramp_days=float("nan")),
        lambda: Accrual(3, start_share=0),
        WeibullTiming,
        lambda: WeibullTiming(shape=1, first_half=0.5),
        lambda: WeibullTiming(shape=-1),
        lambda: WeibullTiming(first_half=1.0),
        lambda: LateTiming(share=1.2, part=0.5),
        lambda: Committee(1.5),
        lambda: Committee(0.5, instead="leave"),  # type: ignore[arg-type]
        lambda: Circumstances(accrual=Accrual(3), leaving=0.2),
        lambda: Circumstances(accrual=Accrual(3), leaving=2.0, leaving_days=3),
        lambda: Circumstances(accrual=Accrual(3), infusion_days=(3, 1)),
        lambda: Circumstances(accrual=Accrual(3), decisions="never"),  # type: ignore[arg-type]
    ],
)
def test_what_cannot_be_is_refused(build: Any) -> None:
    with pytest.raises(ParameterError, match="1 finding"):
        build()
