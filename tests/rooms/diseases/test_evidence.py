"""The words a data file may write: each against its truth table, and what is not a rule."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, strategies as st

from trialwright.diseases.lupus.evidence import AT_LEAST, AT_MOST, read, read_by

NONE = math.nan
LISTS = {"abc": ["a", "b", "c"], "nothing": []}


def judged(rule: object, *, parameters: dict[str, object] | None = None, **values: float) -> bool | None:
    """Yes, no or open for one assessment."""
    columns = {name: np.array([value]) for name, value in values.items()}
    truth = read(rule, LISTS).truth(columns, parameters or {})  # type: ignore[arg-type]
    assert truth.possible[0] or not truth.sure[0]
    return bool(truth.sure[0]) if truth.known[0] else None


class TestShares:
    @pytest.mark.parametrize(
        ("now", "before", "expected"), [(1.5, 2, True), (1.4, 2, False), (0.9, 1.2, True), (1, 0, True), (0, 0, True)]
    )
    def test_a_share_is_compared_by_multiplying(self, now: float, before: float, expected: bool) -> None:
        assert judged("now / before >= 0.75", now=now, before=before) is expected

    def test_without_the_earlier_value_a_share_is_open(self) -> None:
        assert judged("now / before >= 0.75", now=1.0, before=NONE) is None


class TestCounts:
    @pytest.mark.parametrize(
        ("a", "b", "c", "expected"),
        [(1, 1, 0, True), (1, 0, 0, False), (1, NONE, 0, None), (1, 1, NONE, True), (0, 0, NONE, False)],
    )
    def test_two_of_three(self, a: float, b: float, c: float, expected: bool | None) -> None:
        rule = {"at_least": 2, "of": "abc", "rule": "{} >= 1"}
        assert judged(rule, a=a, b=b, c=c) is expected
        assert (
            judged({"at_least": "wanted", "of": ["a", "b", "c"]}, a=a, b=b, c=c, parameters={"wanted": 2}) is expected
        )

    def test_of_nothing_none_is_any_and_all_are_all(self) -> None:
        assert judged({"any_of": "nothing", "rule": "{}"}, a=1) is False
        assert judged({"all_of": "nothing", "rule": "{}"}, a=0) is True


class TestMeasuredNow:
    RULE = {"measured_now": {"a": "a > 1", "b": "b > 1"}, "otherwise": "c > 1"}  # noqa: RUF012

    @pytest.mark.parametrize(
        ("a", "b", "c", "expected"),
        [
            (2, NONE, NONE, True),
            (0, NONE, 5, False),
            (0, 2, NONE, True),
            (NONE, 0, 5, False),
            (NONE, NONE, 5, True),
            (NONE, NONE, NONE, None),
        ],
    )
    def test_the_last_resort_counts_only_alone(self, a: float, b: float, c: float, expected: bool | None) -> None:
        assert judged(self.RULE, a=a, b=b, c=c) is expected

    def test_what_was_measured_may_still_be_open(self) -> None:
        rule = {"measured_now": {"a": {"all": ["a > 1", "d"]}, "b": "b > 1"}}
        assert judged(rule, a=2, b=0, d=NONE) is None
        assert judged(rule, a=2, b=2, d=NONE) is True
        assert judged(rule, a=NONE, b=NONE, d=1) is None


class TestBounds:
    @pytest.mark.parametrize(("least", "most", "expected"), [(0, 4, True), (0, 5, None), (5, 9, False), (4, 4, True)])
    def test_a_value_known_within_bounds(self, least: float, most: float, expected: bool | None) -> None:
        bounds = {AT_LEAST.format("total"): least, AT_MOST.format("total"): most}
        assert judged("total <= 4", total=NONE, **bounds) is expected

    @given(st.floats(-9, 9), st.floats(0, 9), st.floats(-9, 9), st.sampled_from([">", ">=", "<", "<="]))
    def test_bounds_hold_every_value_between(self, least: float, width: float, limit: float, sign: str) -> None:
        bounds = {AT_LEAST.format("x"): least, AT_MOST.format("x"): least + width}
        said = judged(f"x {sign} {limit:.3f}", x=NONE, **bounds)
        answers = {judged(f"x {sign} {limit:.3f}", x=value) for value in (least, least + width / 2, least + width)}
        assert said in ({None} | answers if len(answers) > 1 else answers)


class TestChoices:
    RULE = {"when": "way", "is": "b", "then": "x > 1", "otherwise": "y > 1"}  # noqa: RUF012

    @pytest.mark.parametrize(("way", "expected", "reads"), [("b", True, ["x"]), ("c", False, ["y"])])
    def test_one_of_several_ways(self, way: str, expected: bool, reads: list[str]) -> None:
        assert judged(self.RULE, x=2, y=0, parameters={"way": way}) is expected
        assert list(read_by(read(self.RULE), {"way": way})) == reads


@pytest.mark.parametrize(
    "written",
    [{"at_least": 2}, {"of": ["a"]}, {"any_of": "abc"}, {"all": ["a"], "any": ["b"]}, "a / b", "not a / b > 1"],
)
def test_what_is_no_rule_is_refused(written: object) -> None:
    with pytest.raises(ValueError, match="is not a rule"):
        read(written, LISTS)
