"""Simon's designs against a search that tries everything, and against simulated trials."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.stats as st
from numpy.testing import assert_allclose

from trialwright.numerics import single_arm as sa


def every_design(p0: float, p1: float, *, alpha: float, beta: float, n_max: int) -> list[tuple[float, ...]]:
    """(EN, n, n1, r1, r) of every two-stage design that keeps both errors, by the sum of the paper."""
    found = []
    for n in range(2, n_max + 1):
        for n1 in range(1, n):
            for r1 in range(n1):
                for r in range(r1 + 1, n):
                    not_promising = []
                    for p in (p0, p1):
                        x = np.arange(r1 + 1, min(n1, r) + 1)
                        later = (st.binom.pmf(x, n1, p) * st.binom.cdf(r - x, n - n1, p)).sum()
                        not_promising.append(st.binom.cdf(r1, n1, p) + later)
                    if 1 - not_promising[0] <= alpha:
                        if not_promising[1] <= beta:
                            found.append((n1 + st.binom.sf(r1, n1, p0) * (n - n1), n, n1, r1, r))
                        break  # the least r that keeps alpha
    return found


@pytest.mark.parametrize(
    ("p0", "p1", "alpha", "n_max"),
    [(0.1, 0.5, 0.1, 14), (0.001, 0.4, 0.05, 11), (0.4, 0.85, 0.1, 14), (0.05, 0.9, 0.2, 6)],
)
def test_trying_everything_finds_no_better_design(p0: float, p1: float, alpha: float, n_max: int) -> None:
    asked: Any = {"p0": p0, "p1": p1, "alpha": alpha, "beta": 0.2, "n_max": n_max}
    slow, found = every_design(**asked), sa.two_stage(**asked)
    assert found is not None
    assert (found.optimal.expected, *found.optimal[3::-1]) == pytest.approx(reordered(min(slow)))
    least = min(design[1] for design in slow)
    minimax = min(design for design in slow if design[1] == least)
    assert (found.minimax.expected, *found.minimax[3::-1]) == pytest.approx(reordered(minimax))
    for corner in found.admissible:
        assert corner.expected == pytest.approx(min(design[0] for design in slow if design[1] == corner.n))


def reordered(design: tuple[float, ...]) -> tuple[float, ...]:
    expected, n, n1, r1, r = design
    return expected, n, r, n1, r1


def test_admissible_designs_win_for_some_weight() -> None:
    found = sa.two_stage(0.2, 0.4, alpha=0.05, beta=0.1)
    assert found is not None
    assert found.admissible[0] == found.minimax
    assert found.admissible[-1] == found.optimal
    n, expected = (np.array(values) for values in zip(*((d.n, d.expected) for d in found.admissible), strict=True))
    weights = np.linspace(0, 1, 2001)[:, None]
    winners = set(np.argmin(weights * n + (1 - weights) * expected, axis=1).tolist())
    assert winners == set(range(len(found.admissible)))


@pytest.mark.parametrize("rate", [0.1, 0.3, 0.6])
def test_simulated_trials_agree(rate: float) -> None:
    rng, trials, design = np.random.default_rng(9), 200_000, (1, 10, 5, 29)
    first, second = rng.binomial(10, rate, trials), rng.binomial(19, rate, trials)
    goes_on = first > 1
    found = sa.at_rates(design, [rate])
    within = 4 * 0.5 / np.sqrt(trials)
    assert_allclose(found.stops_early[0], 1 - goes_on.mean(), atol=within)
    assert_allclose(found.promising[0], (goes_on & (first + second > 5)).mean(), atol=within)
    assert_allclose(found.expected[0], np.where(goes_on, 29, 10).mean(), atol=19 * within)


def test_the_stated_errors_are_those_at_the_rates() -> None:
    found = sa.two_stage(0.1, 0.3, alpha=0.05, beta=0.2)
    assert found is not None
    again = sa.at_rates(found.optimal, [0.1, 0.3])
    assert_allclose(again.promising, [found.optimal.alpha, found.optimal.power], atol=1e-13)
    assert again.stops_early[0] == pytest.approx(found.optimal.stops_early)


def test_too_few_participants_are_none() -> None:
    assert sa.two_stage(0.1, 0.2, alpha=0.05, beta=0.1, n_max=40) is None
    assert sa.single_stage(0.1, 0.2, alpha=0.05, beta=0.1, n_max=40) is None


@pytest.mark.parametrize("rates", [(0.3, 0.1), (0.0, 0.2), (0.2, 1.0), (0.2, 0.2)])
def test_rates_that_do_not_rise_are_refused(rates: tuple[float, float]) -> None:
    for search in (sa.two_stage, sa.single_stage):
        with pytest.raises(ValueError, match="rise strictly"):
            search(*rates, alpha=0.05, beta=0.2)  # type: ignore[operator]
