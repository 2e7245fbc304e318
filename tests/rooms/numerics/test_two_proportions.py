"""Two shares against plain enumeration, a fine grid, and printed numbers."""

from __future__ import annotations

import math
from itertools import product

import numpy as np
import pytest
from numpy.testing import assert_allclose

from trialwright.numerics import two_proportions as tp

Z2 = 1.959963984540054**2
PAIRS = [((x, m), (y, n)) for m, n in ((1, 1), (3, 5), (6, 2)) for x, y in product(range(m + 1), range(n + 1))]


@pytest.mark.parametrize(("first", "second"), PAIRS)
class TestEveryCountOfSmallArms:
    def test_fisher_is_the_sum_over_tables(self, first: tp.Share, second: tp.Share) -> None:
        (x, m), (y, n) = first, second
        ways = {k: math.comb(m, k) * math.comb(n, x + y - k) for k in range(m + 1) if 0 <= x + y - k <= n}
        total = sum(ways.values())
        two_sided = sum(way for way in ways.values() if way <= ways[x]) / total
        greater = sum(way for k, way in ways.items() if k >= x) / total
        assert_allclose(tp.fisher_exact(first, second), (two_sided, greater), atol=1e-12)

    def test_restricted_shares_are_the_most_likely(self, first: tp.Share, second: tp.Share) -> None:
        def log_likelihood(one: float, two: float) -> float:
            terms = [
                (first[0], one),
                (first[1] - first[0], 1 - one),
                (second[0], two),
                (second[1] - second[0], 1 - two),
            ]
            return sum(count * math.log(share) if share > 0 else -math.inf for count, share in terms if count)

        for difference in (-0.7, -0.1, 0.0, 0.35):
            one, two = tp.restricted_shares(first, second, difference=difference)
            assert one - two == pytest.approx(difference, abs=1e-9)
            grid = np.linspace(max(0, -difference), min(1, 1 - difference), 501)
            best = max(log_likelihood(float(share + difference), float(share)) for share in grid)
            assert log_likelihood(one, two) >= best - 1e-6

    def test_limits_hold_the_difference_and_mirror(self, first: tp.Share, second: tp.Share) -> None:
        gap = first[0] / first[1] - second[0] / second[1]
        for interval in (tp.newcombe, tp.miettinen_nurminen, tp.wald):
            limits, mirrored = interval(first, second), interval(second, first)
            assert limits is not None
            assert mirrored is not None
            assert limits[0] - 1e-9 <= gap <= limits[1] + 1e-9
            assert_allclose(limits, (-mirrored[1], -mirrored[0]), atol=1e-9)

    def test_the_odds_ratio_maximises_the_conditional_likelihood(self, first: tp.Share, second: tp.Share) -> None:
        (x, m), (y, n) = first, second
        possible = [k for k in range(m + 1) if 0 <= x + y - k <= n]
        ratio = tp.conditional_odds_ratio(first, second)
        if len(possible) == 1 or x == possible[-1]:
            assert ratio is None
            return
        assert ratio is not None

        def likelihood(psi: float) -> float:
            weight = {k: math.comb(m, k) * math.comb(n, x + y - k) * psi ** (k - possible[0]) for k in possible}
            return weight[x] / sum(weight.values())

        assert all(likelihood(ratio) >= likelihood(psi) - 1e-12 for psi in np.geomspace(1e-4, 1e4, 400))


class TestKnownNumbers:
    """Everybody against nobody, where the score limit is in closed form: (1 - d) / (1 + d) = z^2 / (N - 1)."""

    def test_everybody_against_nobody(self) -> None:
        assert_allclose(tp.newcombe((10, 10), (0, 10)), (0.6075, 1.0), atol=5e-5)
        assert_allclose(tp.miettinen_nurminen((10, 10), (0, 10)), ((19 - Z2) / (19 + Z2), 1.0), atol=1e-8)

    def test_a_score_limit_is_where_the_test_turns(self) -> None:
        limits = tp.miettinen_nurminen((7, 13), (1, 12), confidence=0.9)
        assert limits is not None
        for limit in limits:
            one, two = tp.restricted_shares((7, 13), (1, 12), difference=limit)
            variance = (one * (1 - one) / 13 + two * (1 - two) / 12) * 25 / 24
            assert abs(7 / 13 - 1 / 12 - limit) / math.sqrt(variance) == pytest.approx(1.6448536, abs=1e-6)


class TestNothingToCompare:
    @pytest.mark.parametrize(
        "call",
        [tp.fisher_exact, tp.conditional_odds_ratio, tp.chi_square, tp.newcombe, tp.miettinen_nurminen, tp.wald],
    )
    def test_an_empty_arm_has_no_answer_and_an_impossible_count_is_an_error(self, call) -> None:  # type: ignore[no-untyped-def]
        assert call((0, 0), (1, 3)) is None
        with pytest.raises(ValueError, match="between 0 and the number"):
            call((4, 3), (1, 3))

    def test_one_outcome_for_everybody(self) -> None:
        assert tp.chi_square((3, 3), (4, 4)) is None
        assert tp.conditional_odds_ratio((3, 3), (4, 4)) is None
        assert tp.fisher_exact((0, 3), (0, 4)) == (1.0, 1.0)
        assert tp.conditional_odds_ratio((0, 3), (2, 4)) == 0.0
