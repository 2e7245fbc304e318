"""Worst cases over a region: the bound holds everywhere, and the gap closes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from trials import study_with
from trialwright import designs, rules
from trialwright.operating import Region, TrialEnds, Truths, every_end, largest, smallest
from trialwright.vocabulary.errors import ParameterError
from trialwright.vocabulary.orders import Order, order_of
from trialwright.vocabulary.seen import Floats


def ends_of(planned: int = 12) -> TrialEnds:
    crm = designs.build("crm", {"target_toxicity_rate": 0.3, "skeleton": [0.12, 0.3, 0.45]})
    applied = [rules.build("no_skipping", {}), rules.build("stop_when_too_toxic", {"rate": 0.3, "confidence": 0.9})]
    return every_end(study_with(crm, levels=3, rules=applied, planned=planned))


ENDS = ends_of()
CORRECT = (ENDS.selected == 2).astype(float)


def rising(region: Region, count: int, *, seed: int = 1) -> Floats:
    """Truths of a region whose rates do not fall."""
    drawn = np.random.default_rng(seed).uniform(region.lower, region.upper, (count, len(region.lower)))
    kept = drawn[(np.diff(drawn, axis=1) >= 0).all(axis=1)]
    assert len(kept) > 20
    return kept


@settings(max_examples=25, deadline=None)
@given(st.lists(st.floats(0.0, 0.6), min_size=3, max_size=3).map(sorted), st.floats(0.02, 0.3))
def test_nowhere_in_the_region_is_it_worse(middle: list[float], within: float) -> None:
    region = Region.around(middle, within=within)
    found = smallest(ENDS, CORRECT, region=region, tolerance=0.01, most_boxes=3000)
    seen = ENDS.expectation(CORRECT, Truths.of_dlt(rising(region, 1000)))
    assert found.bound <= found.value <= seen.min() + 0.01
    assert seen.min() >= found.bound
    again = ENDS.expectation(CORRECT, Truths.of_dlt(found.truth))[0]
    assert again == pytest.approx(found.value, abs=1e-9)
    truth = np.array(found.truth)
    assert (np.diff(truth) >= -1e-12).all()
    assert ((truth >= np.array(region.lower) - 2e-9) & (truth <= np.array(region.upper) + 2e-9)).all()


def test_the_gap_is_as_small_as_asked() -> None:
    region = Region((0.02, 0.2, 0.35), (0.2, 0.35, 0.6))
    wide, narrow = (smallest(ENDS, CORRECT, region=region, tolerance=size) for size in (0.05, 0.002))
    assert wide.gap <= 0.05
    assert narrow.gap <= 0.002
    assert wide.bound <= narrow.value
    assert narrow.boxes > wide.boxes


def test_a_budget_that_runs_out_leaves_an_honest_gap() -> None:
    region = Region((0.0, 0.0, 0.0), (1.0, 1.0, 1.0))
    found = largest(ENDS, CORRECT, region=region, tolerance=1e-4, most_boxes=200)
    assert found.gap > 1e-4
    assert found.bound >= ENDS.expectation(CORRECT, Truths.of_dlt(rising(region, 2000))).max()


def test_the_largest_number_of_dlts() -> None:
    """Any bounded number will do, not only probabilities."""
    region = Region((0.05, 0.1, 0.2), (0.15, 0.3, 0.5))
    dlts = ENDS.n_dlt.sum(axis=1)
    found = largest(ENDS, dlts, region=region, tolerance=0.05)
    seen = ENDS.expectation(dlts, Truths.of_dlt(rising(region, 2000)))
    assert seen.max() - 0.05 <= found.value <= found.bound <= found.value + 0.05


def test_a_single_truth_is_a_region_too() -> None:
    rates = (0.1, 0.3, 0.5)
    found = smallest(ENDS, CORRECT, region=Region(rates, rates))
    assert found.value == pytest.approx(ENDS.expectation(CORRECT, Truths.of_dlt(rates))[0], abs=1e-9)
    assert found.gap < 1e-9


def test_bad_regions() -> None:
    with pytest.raises(ParameterError, match="2 findings"):
        Region((0.1, 1.2), (0.2, -0.3))
    with pytest.raises(ParameterError, match="do not fall"):
        Region((0.3, 0.1), (0.4, 0.2))
    with pytest.raises(ParameterError, match="must have 3 levels"):
        smallest(ENDS, CORRECT, region=Region((0.1,), (0.2,)))


class TestAPartialOrder:
    """Two doses by two numbers of infusions: levels 2 and 3 may stand either way round."""

    def ends(self) -> tuple[TrialEnds, Order]:
        two_by_two = {"target_toxicity_rate": 0.3, "skeleton": [0.1, 0.2, 0.3, 0.45], "rows": 2, "columns": 2}
        design = designs.build("po_crm", two_by_two)
        order = order_of(design)
        assert order is not None
        return every_end(study_with(design, levels=4, planned=9)), order

    def test_the_bound_holds_for_truths_in_either_order(self) -> None:
        ends, order = self.ends()
        correct = (ends.selected == 2).astype(float)
        region = Region.around((0.1, 0.3, 0.3, 0.5), within=0.12, order=order)
        found = smallest(ends, correct, region=region, tolerance=0.01)
        drawn = np.random.default_rng(1).uniform(region.lower, region.upper, (3000, 4))
        drawn = drawn[(drawn[:, 0] <= drawn[:, 1:3].min(axis=1)) & (drawn[:, 3] >= drawn[:, 1:3].max(axis=1))]
        assert (drawn[:, 1] > drawn[:, 2]).any()
        seen = ends.expectation(correct, Truths.of_dlt(drawn))
        assert found.gap <= 0.01
        assert found.bound <= seen.min() <= found.value + 0.1
        assert found.value <= seen.min() + 0.01
        truth = np.array(found.truth)
        assert all(truth[low - 1] <= truth[high - 1] + 1e-12 for low, high in order.pairs())

    def test_it_covers_truths_that_fall_by_number(self) -> None:
        """Level 2 is the more toxic one throughout: no truth by number, and every one by the order that is known."""
        ends, order = self.ends()
        lower, upper, third = (0.05, 0.3, 0.1, 0.4), (0.1, 0.45, 0.2, 0.6), (ends.selected == 3).astype(float)
        with pytest.raises(ParameterError):
            Region(lower, upper)
        found = largest(ends, third, region=Region(lower, upper, order), tolerance=0.005)
        drawn = np.random.default_rng(2).uniform(lower, upper, (2000, 4))
        drawn = drawn[drawn[:, 3] >= drawn[:, 1]]
        seen = ends.expectation(third, Truths.of_dlt(drawn)).max()
        assert seen <= found.bound
        assert seen <= found.value + 0.005
        assert found.gap <= 0.005

    def test_a_region_that_falls_along_the_order_is_refused(self) -> None:
        _, order = self.ends()
        Region((0.1, 0.4, 0.2, 0.5), (0.1, 0.4, 0.2, 0.5), order)
        with pytest.raises(ParameterError, match="as far as the order"):
            Region((0.1, 0.4, 0.2, 0.3), (0.1, 0.4, 0.2, 0.3), order)
