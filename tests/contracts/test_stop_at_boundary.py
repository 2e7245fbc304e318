"""stop_at_boundary: worked states, what it refuses, and its promise kept by the exact engine."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from trials import study_with
from trialwright import designs, rules
from trialwright.conduct.advise import selected
from trialwright.numerics.stopping_boundary import expected_participants, first_crossing
from trialwright.operating import Conditions, Truths, every_end
from trialwright.testing.rules import check_rule
from trialwright.testing.states import seen_after
from trialwright.vocabulary.errors import ParameterError
from trialwright.vocabulary.seen import Proposal, Seen

GIVEN = {"looks": [3, 6], "stop_at": [2, 3]}
DERIVED = {"looks": [10, 20, 30], "acceptable_rate": 0.15, "max_false_stop": 0.1}
BOTH = {**DERIVED, "unacceptable_rate": 0.35, "min_true_stop": 0.8}


def proposed(level: int, *, wait: bool = False) -> Proposal:
    return replace(Proposal.of_level(np.array([level])), wait=np.array([wait]))


def after(outcomes: str, level: str | int) -> Proposal:
    return rules.build("stop_at_boundary", {**GIVEN, "level": level})(proposed(2), seen_after(outcomes, 3))


@pytest.mark.parametrize("level", ["all", "any", 1, 2])
@pytest.mark.parametrize("boundary", [GIVEN, {"looks": [1, 2, 3, 6], "acceptable_rate": 0.2, "max_false_stop": 0.2}])
def test_keeps_the_contract(boundary: dict[str, Any], level: str | int) -> None:
    check_rule(rules.build("stop_at_boundary", {**boundary, "level": level}))


@pytest.mark.parametrize(
    ("level", "outcomes", "expected"),
    [
        ("all", "1TT", (2, False)),  # before the first look
        ("all", "1TTN", (0, True)),
        ("all", "1NNT", (2, False)),
        ("all", "1NNT 2TN", (0, True)),  # five: the boundary of the look at three holds
        ("all", "1NNT 2TNN", (2, False)),  # six: two are not three
        ("all", "1NNT 2TTN", (0, True)),
        ("all", "1NNT 2TTN 3NNN", (0, True)),  # after the last look too
        ("any", "1NNT 2TNN", (2, False)),  # one of three at each
        ("any", "1NNN 2TTN", (0, True)),
        (1, "1NNN 2TTN", (2, False)),
        (1, "1TTN 2NNN", (0, True)),
        (2, "1NNN 2TTN", (1, False)),
        (2, "1TTN 2NNN", (2, False)),
    ],
)
def test_what_it_does(level: str | int, outcomes: str, expected: tuple[int, bool]) -> None:
    told = after(outcomes, level=level)
    assert (int(told.dose_level[0]), bool(told.stop[0])) == expected


def test_a_level_below_the_one_judged_is_left_alone() -> None:
    rule = rules.build("stop_at_boundary", {**GIVEN, "level": 2})
    told = rule(proposed(1, wait=True), seen_after("1NNN 2TTN", 3))
    assert (told.dose_level[0], told.wait[0], told.stop[0]) == (1, True, False)


@pytest.mark.parametrize(
    ("level", "said", "dit"),
    [
        (
            "all",
            "2 DLTs among 3 settled participants, all levels together, reach the boundary (2 or more from 3 "
            "participants on): the trial stops.",
            "2 DLT chez 3 participants évalués, tous paliers confondus, atteignent la limite (2 ou plus à partir de 3 "
            "participants) : l'essai s'arrête.",
        ),
        (
            1,
            "2 DLTs among 3 settled participants at level 1 reach the boundary (2 or more from 3 participants on): "
            "the trial stops.",
            "2 DLT chez 3 participants évalués au palier 1 atteignent la limite (2 ou plus à partir de 3 "
            "participants) : l'essai s'arrête.",
        ),
    ],
)
def test_says_why(level: str | int, said: str, dit: str) -> None:
    (note,) = after("1TTN", level=level).notes
    assert note.where.tolist() == [True]
    assert (note.text.said("en", **note.said_of(0)), note.text.said("fr", **note.said_of(0))) == (said, dit)


def test_judges_safety_and_needs_an_order_only_to_cap() -> None:
    assert [rules.build("stop_at_boundary", {**GIVEN, "level": at}).needs_one_order for at in ("all", "any", 1, 2)] == [
        False,
        False,
        False,
        True,
    ]
    study = study_with(
        designs.build("fixed_blocks", {"levels": [1], "sizes": [6]}),
        levels=1,
        rules=[rules.build("stop_at_boundary", GIVEN)],
        planned=6,
    )
    assert selected(study, Seen.of_counts([[6], [6]], [[2], [3]], [1, 1])).tolist() == [1, 0]


class TestDerived:
    def test_the_bound_alone(self) -> None:
        assert rules.build("stop_at_boundary", DERIVED).boundary == (4, 6, 9)  # clinfun_toxbdry-011: one more than hi

    def test_priority_of_the_unacceptable_rate(self) -> None:
        wanted = {"unacceptable_rate": 0.35, "min_true_stop": 0.9, "priority": "unacceptable"}
        rule = rules.build("stop_at_boundary", {"looks": [10, 20, 30], "acceptable_rate": 0.15} | wanted)
        assert rule.boundary == (4, 6, 8)  # clinfun_toxbdry-012: one more than lo

    def test_both_where_both_can_be_had(self) -> None:
        assert rules.build("stop_at_boundary", BOTH).boundary == (4, 6, 9)
        with pytest.raises(ParameterError, match=r"with these looks it is 0\.8") as caught:
            rules.build("stop_at_boundary", {**BOTH, "min_true_stop": 0.95})
        assert [finding.place for finding in caught.value.findings] == ["min_true_stop"]
        first = rules.build("stop_at_boundary", {**BOTH, "min_true_stop": 0.95, "priority": "acceptable"})
        assert first.boundary == (4, 6, 9)


@pytest.mark.parametrize(
    ("parameters", "places"),
    [
        ({"looks": [3, 3], "stop_at": [1, 2]}, {"looks"}),
        ({"looks": [3, 6], "stop_at": [2]}, {"stop_at"}),
        ({"looks": [3, 6], "stop_at": [3, 2]}, {"stop_at"}),
        ({"looks": [3, 6], "stop_at": [4, 7]}, {"stop_at"}),  # never reached
        ({"looks": [3, 6], "stop_at": 2}, {"stop_at"}),
        ({**GIVEN, "acceptable_rate": 0.2, "priority": "acceptable"}, {"acceptable_rate", "priority"}),
        ({"looks": [3, 6]}, {"acceptable_rate", "max_false_stop"}),
        ({"looks": [3, 6], "priority": "unacceptable"}, {"acceptable_rate", "unacceptable_rate", "min_true_stop"}),
        ({**DERIVED, "unacceptable_rate": 0.3}, {"min_true_stop"}),
        ({**DERIVED, "unacceptable_rate": 0.15, "min_true_stop": 0.8}, {"unacceptable_rate"}),
        ({**DERIVED, "max_false_stop": 10, "level": "lowest", "priority": 1}, {"max_false_stop", "level", "priority"}),
        ({"looks": [2], "acceptable_rate": 0.3, "max_false_stop": 0.05}, {"max_false_stop"}),  # both DLTs: 0.09
        (
            {"looks": [2], "acceptable_rate": 0.1, "priority": "unacceptable"}
            | {"unacceptable_rate": 0.3, "min_true_stop": 0.9},
            {"min_true_stop"},
        ),
    ],
)
def test_bad_parameters_are_all_named(parameters: dict[str, Any], places: set[str]) -> None:
    with pytest.raises(ParameterError) as caught:
        rules.build("stop_at_boundary", parameters)
    assert {finding.place for finding in caught.value.findings} == places


def test_a_level_that_does_not_exist_is_named() -> None:
    rule = rules.build("stop_at_boundary", {**GIVEN, "level": 4})
    assert [finding.place for finding in rule.fits(3)] == ["level"]
    assert list(rule.fits(4)) == []


@pytest.mark.parametrize("rate", [0.05, 0.15, 0.35, 0.6])
def test_the_exact_engine_finds_the_same_probabilities(rate: float) -> None:
    """One level in cohorts that end at the looks: stopped, and treated, as the kernel says."""
    rule = rules.build("stop_at_boundary", {**DERIVED, "looks": [5, 10, 15, 20]})
    blocks = designs.build("fixed_blocks", {"levels": [1], "sizes": [20]})
    study = study_with(blocks, levels=1, rules=[rule], planned=20, cohort_size=5)
    found = every_end(study).characteristics(Truths.of_dlt([rate]))
    crossed = first_crossing(rule.looks, rule.boundary, rates=rate)[0]
    assert found.selection[0, 0] == pytest.approx(crossed.sum(), rel=0, abs=1e-12)
    treated = expected_participants(rule.looks, rule.boundary, rates=rate)[0]
    assert found.expected_n[0] == pytest.approx(treated, rel=0, abs=1e-10)


def test_between_the_looks_it_stops_more_often() -> None:
    """What the docstring warns of: asked after each participant, the bound of the looks is not kept."""
    rule = rules.build("stop_at_boundary", {**DERIVED, "looks": [5, 10, 15, 20]})
    blocks = designs.build("fixed_blocks", {"levels": [1], "sizes": [20]})
    study = study_with(blocks, levels=1, rules=[rule], planned=20, cohort_size=1)
    found = every_end(study, Conditions(after_each=True)).characteristics(Truths.of_dlt([0.15]))
    at_the_looks = first_crossing(rule.looks, rule.boundary, rates=0.15).sum()
    assert found.selection[0, 0] > at_the_looks + 0.01
