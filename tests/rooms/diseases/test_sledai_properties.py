"""What holds for every assessment: missing is not absent, order is nothing, one batch and one by one agree."""

from __future__ import annotations

import itertools
import math
import time

import numpy as np
import pytest
from hypothesis import given, strategies as st

from trialwright.diseases.lupus import tables
from trialwright.diseases.lupus.sledai import Sledai, instruments
from trialwright.diseases.lupus.truth import Truth
from trialwright.vocabulary.errors import ParameterError

INDICES = {each.name: each for each in instruments()}
BASE = tables.table("sledai-2k")
ITEMS = tuple(item.key for item in BASE.items)
RISING = (
    "arthritis_joints",
    "rbc_per_hpf",
    "wbc_per_hpf",
    "proteinuria_g_per_24h",
    "temperature_c",
    "dna_farr_percent",
)
FALLING = ("platelets_e9_per_l", "leukocytes_e9_per_l", "proteinuria_previous_g_per_24h")
EDGES = {
    "arthritis_joints": (0, 1, 2, 3, 28),
    "rbc_per_hpf": (0, 5, 6),
    "wbc_per_hpf": (0, 5, 6),
    "proteinuria_g_per_24h": (0, 0.3, 0.5, 0.8, 1.1, 3),
    "proteinuria_previous_g_per_24h": (0, 0.5, 0.6, 0.8, 3),
    "temperature_c": (36.6, 38.0, 38.1),
    "dna_farr_percent": (0, 25, 26),
    "platelets_e9_per_l": (20, 99, 100, 250),
    "leukocytes_e9_per_l": (1, 2.9, 3.0, 7),
}

names = st.sampled_from(sorted(INDICES))
answers = st.fixed_dictionaries({}, optional={key: st.sampled_from([True, False, None]) for key in ITEMS})
full = st.fixed_dictionaries({key: st.booleans() for key in ITEMS})


def answer_of(key: str) -> st.SearchStrategy[bool | float | None]:
    return st.sampled_from([*EDGES[key], None]) if key in EDGES else st.sampled_from([True, False, None])


def _possible(recorded: dict[str, bool | float | None]) -> bool:
    pairs = [(each.key, each.implies) for each in BASE.recorded if each.implies is not None]
    return not any(recorded.get(key) is True and recorded.get(implied) is False for key, implied in pairs)


graded = st.fixed_dictionaries({}, optional={key: answer_of(key) for key in BASE.keys}).filter(_possible)


def row(recorded: dict[str, bool | float | None]) -> list[float]:
    return [math.nan if recorded.get(key) is None else float(recorded[key] or 0) for key in BASE.keys]


@given(names, full)
def test_a_full_assessment_adds_its_weights(name: str, items: dict[str, bool]) -> None:
    score = INDICES[name].score(items)
    assert score.value == sum(item.weight for item in INDICES[name].counted if items[item.key])
    assert score.value == score.lower == score.upper == sum(point.points or 0 for point in score.points)


@given(names, full, st.sampled_from(ITEMS))
def test_one_more_item_never_lowers_the_total(name: str, items: dict[str, bool], more: str) -> None:
    before, after = (INDICES[name].score(items | {more: present}).value for present in (False, True))
    assert before is not None
    assert after is not None
    assert after >= before


@given(names, graded)
def test_missing_is_not_absent(name: str, items: dict[str, bool | float | None]) -> None:
    score = INDICES[name].score(items)
    assert (score.value is None) == bool(score.not_assessed)
    assert score.not_assessed == tuple(point.item for point in score.points if point.points is None)
    open_weight = sum(item.weight for item in INDICES[name].counted if item.key in score.not_assessed)
    assert score.upper - score.lower == open_weight


@given(names, graded)
def test_left_out_and_not_assessed_are_the_same(name: str, items: dict[str, bool | float | None]) -> None:
    given_only = {key: value for key, value in items.items() if value is not None}
    assert INDICES[name].score(items) == INDICES[name].score(given_only)


@given(names, graded, st.randoms(use_true_random=False))
def test_the_order_of_the_items_is_nothing(name: str, items: dict[str, bool | float | None], random: object) -> None:
    shuffled = list(items.items())
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert INDICES[name].score(items) == INDICES[name].score(dict(shuffled))


@given(names, answers, st.sampled_from(ITEMS))
def test_knowing_more_stays_within_the_bounds(name: str, items: dict[str, bool | None], more: str) -> None:
    before = INDICES[name].score(items | {more: None})
    for known in (True, False):
        after = INDICES[name].score(items | {more: known})
        assert before.lower <= after.lower <= after.upper <= before.upper


@given(names, graded, st.sampled_from(RISING + FALLING))
def test_a_worse_value_never_lowers_the_bounds(name: str, items: dict[str, bool | float | None], key: str) -> None:
    values = sorted(EDGES[key], reverse=key in FALLING)
    scores = [INDICES[name].score(items | {key: value}) for value in values]
    for milder, worse in itertools.pairwise(scores):
        assert milder.lower <= worse.lower
        assert milder.upper <= worse.upper


@given(names, st.lists(graded, min_size=1, max_size=6))
def test_a_batch_and_one_by_one_agree(name: str, batch: list[dict[str, bool | float | None]]) -> None:
    together = INDICES[name].score_many(np.array([row(items) for items in batch]))
    for place, items in enumerate(batch):
        alone = INDICES[name].score(items)
        assert (together.lower[place], together.upper[place]) == (alone.lower, alone.upper)
        np.testing.assert_equal(together.value[place], math.nan if alone.value is None else alone.value)


class TestBatches:
    def sledai(self) -> Sledai:
        return INDICES["sledai-2k"]

    def test_participants_by_visits_by_items(self) -> None:
        drawn = np.random.default_rng(7).choice([0.0, 1.0, np.nan], p=[0.7, 0.2, 0.1], size=(5, 3, 24))
        totals = self.sledai().score_many(drawn, keys=ITEMS)
        weights = np.array([item.weight for item in BASE.items])
        np.testing.assert_array_equal(totals.lower, np.nansum(drawn * weights, axis=-1))
        np.testing.assert_array_equal(totals.upper, np.where(np.isnan(drawn), 1, drawn) @ weights)
        np.testing.assert_array_equal(totals.value, drawn @ weights)
        assert totals.value.shape == (5, 3)

    def test_keys_may_stand_in_any_order(self) -> None:
        totals = self.sledai().score_many(
            np.array([[1.0, 38.5, 0.0]]), keys=("rash", "temperature_c", "fever_infection")
        )
        assert (totals.lower[0], np.isnan(totals.value[0])) == (3, True)

    def test_a_hundred_thousand_assessments_take_about_a_second(self) -> None:
        drawn = np.full((100_000, len(self.sledai().items)), np.nan)
        drawn[:, :24] = np.random.default_rng(7).integers(0, 2, size=(100_000, 24))
        start = time.perf_counter()
        totals = self.sledai().score_many(drawn)
        assert time.perf_counter() - start < 5  # about 0.3 s on a quiet core
        assert not np.isnan(totals.value).any()

    def test_every_impossible_column_is_named_and_counted(self) -> None:
        drawn = np.array([[2.0, 100_000.0, 0.0, 1.0], [1.0, np.inf, 0.0, 1.0], [np.nan, 90.0, np.nan, 0.0]])
        keys = ("rash", "platelets_e9_per_l", "pleurisy_pain", "pleurisy_severe_pain")
        with pytest.raises(ParameterError) as caught:
            self.sledai().score_many(drawn, keys=keys)
        said = {finding.place: finding.allowed for finding in caught.value.findings}
        assert "(1 of 3 assessments)" in said["rash"]
        assert "(2 of 3 assessments)" in said["platelets_e9_per_l"]
        assert "contradicts pleurisy_pain = 0 (2 of 3 assessments)" in said["pleurisy_severe_pain"]

    def test_unknown_keys_and_wrong_shapes_are_findings(self) -> None:
        with pytest.raises(ParameterError) as caught:
            self.sledai().score_many(np.zeros((4, 3)), keys=("rash", "rash", "artritis", "fever"))
        assert [finding.place for finding in caught.value.findings] == ["artritis", "answers", "keys"]


class TestThreeValues:
    """The truth tables of strong Kleene logic, spelt out."""

    @pytest.mark.parametrize(("one", "other"), [*itertools.product([0.0, math.nan, 1.0], repeat=2)])
    def test_and_is_the_lesser_or_the_greater_and_not_the_opposite(self, one: float, other: float) -> None:
        half = {0.0: 0.0, 1.0: 1.0}  # not known counts one half: Kleene's and, or, not are min, max, 1 - x
        a, b = half.get(one, 0.5), half.get(other, 0.5)
        left, right = Truth.of(np.array([one])), Truth.of(np.array([other]))
        for truth, expected in ((left & right, min(a, b)), (left | right, max(a, b)), (~left, 1 - a)):
            assert (int(truth.sure[0]) + int(truth.possible[0])) / 2 == expected
