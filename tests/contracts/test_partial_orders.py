"""Designs on combinations: a slow twin, what one more DLT can and cannot do, and what the rules make of it."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any, ClassVar

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from scipy.integrate import quad
from scipy.stats import norm

from trialwright import designs, rules
from trialwright.testing.designs import check_design
from trialwright.testing.states import people_of, seen_after, seen_of
from trialwright.vocabulary.errors import ParameterError
from trialwright.vocabulary.orders import Order
from trialwright.vocabulary.seen import Design, Proposal, Seen

SIX = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5)
TWO_BY_THREE: dict[str, Any] = {"target_toxicity_rate": 0.25, "skeleton": SIX, "rows": 2, "columns": 3}
FOUR: dict[str, Any] = {"target_toxicity_rate": 0.25, "skeleton": (0.08, 0.16, 0.25, 0.4), "rows": 2, "columns": 2}
LEGENDRE, WEIGHTS = np.polynomial.legendre.leggauss(400)


def counts(levels: int) -> st.SearchStrategy[tuple[list[int], list[int]]]:
    """Settled participants at every level, and how many of them had a DLT."""
    one = st.integers(0, 6).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n)))
    return st.lists(one, min_size=levels, max_size=levels).map(
        lambda pairs: ([n for n, _ in pairs], [y for _, y in pairs])
    )


def by_a_dense_grid(ordering: tuple[int, ...], n: list[int], n_dlt: list[int], *, sd: float) -> tuple[float, float]:
    """Evidence of one ordering and posterior mean of beta, straight from the formula."""
    place = {level: rank for rank, level in enumerate(ordering)}
    guesses = np.array([SIX[place[level]] for level in range(1, 7)])

    def likelihood(beta: float) -> float:
        p = guesses ** np.exp(beta)
        return float(np.prod(p**n_dlt * (1 - p) ** (np.array(n) - n_dlt)) * norm.pdf(beta, scale=sd))

    beta = 10 * sd * LEGENDRE
    dense = np.array([likelihood(value) for value in beta]) * WEIGHTS * 10 * sd
    return float(dense.sum()), float((dense * beta).sum() / dense.sum())


@pytest.mark.parametrize(
    ("n", "n_dlt"),
    [
        ([3, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0]),
        ([3, 3, 0, 3, 3, 0], [0, 1, 0, 0, 2, 0]),
        ([3, 6, 3, 3, 0, 0], [0, 1, 2, 0, 0, 0]),
        ([3, 3, 0, 6, 3, 3], [1, 0, 0, 4, 1, 0]),
    ],
)
def test_agrees_with_a_dense_grid(n: list[int], n_dlt: list[int]) -> None:
    prior = (0.3, 0.1, 0.1, 0.2, 0.3)
    design: Any = designs.build("po_crm", {**TWO_BY_THREE, "prior_probability": prior, "untried": "open"})
    assert len(design.possible) == len(prior)
    slow = [by_a_dense_grid(one, n, n_dlt, sd=1.34**0.5) for one in design.possible]
    weight = np.array([evidence for evidence, _ in slow]) * prior
    proposal = design.propose(Seen.of_counts([n], [n_dlt], [1]))
    found = proposal.evidence
    np.testing.assert_allclose(found["ordering_probability"][0], weight / weight.sum(), rtol=0, atol=1e-7)
    best = int(weight.argmax())
    assert found["ordering"][0] == best + 1
    curve = np.empty(6)
    for rank, level in enumerate(design.possible[best]):
        curve[level - 1] = SIX[rank] ** np.exp(slow[best][1])
    np.testing.assert_allclose(found["plug_in"][0], curve, rtol=0, atol=1e-7)
    assert proposal.dose_level[0] == np.abs(curve - 0.25).argmin() + 1


def test_the_dense_grid_agrees_with_adaptive_quadrature() -> None:
    """The twin has a twin: one integral by scipy."""
    n, n_dlt = np.array([3, 3, 0, 0, 0, 0]), np.array([0, 1, 0, 0, 0, 0])

    def integrand(beta: float) -> float:
        p = np.array(SIX) ** np.exp(beta)
        return float(np.prod(p**n_dlt * (1 - p) ** (n - n_dlt)) * norm.pdf(beta))

    wanted, _ = quad(integrand, -10, 10, points=[-1, 0, 1], epsabs=1e-13)
    found, _ = by_a_dense_grid((1, 2, 3, 4, 5, 6), n.tolist(), n_dlt.tolist(), sd=1.0)
    assert found == pytest.approx(wanted, rel=1e-9)


@given(counts(5))
@settings(max_examples=40, deadline=None)
def test_one_ordering_is_the_crm(seen: tuple[list[int], list[int]]) -> None:
    shared = {"target_toxicity_rate": 0.25, "skeleton": (0.05, 0.12, 0.25, 0.4, 0.55)}
    crm = designs.build("crm", {**shared, "select_among": "all"})
    po_crm = designs.build("po_crm", {**shared, "orderings": ((1, 2, 3, 4, 5),), "untried": "open"})
    batch = Seen.of_counts(*([one] for one in seen), [1])
    assert po_crm.propose(batch).dose_level[0] == crm.propose(batch).dose_level[0]


def test_equally_probable_orderings_go_to_the_first_listed() -> None:
    first = designs.build("po_crm", {**FOUR, "rows": None, "columns": None, "orderings": ((1, 3, 2, 4), (1, 2, 3, 4))})
    other = designs.build("po_crm", {**FOUR, "rows": None, "columns": None, "orderings": ((1, 2, 3, 4), (1, 3, 2, 4))})
    seen = seen_after("1NNN", 4)
    answers = [design.propose(seen) for design in (first, other)]
    assert [answer.dose_level[0] for answer in answers] == [2, 3]  # 4 is nearest, the third place the last open one
    assert all((answer.evidence or {})["ordering"][0] == 1 for answer in answers)


class TestWhatIsOpen:
    """2 x 3 levels: 1 2 3 in the first row, 4 5 6 in the second."""

    @pytest.mark.parametrize(
        ("untried", "outcomes", "level"),
        [
            ("open", "1NNN", 5),  # where the curve of the first order points
            ("one", "1NNN", 4),  # 2 and 4 lie directly above 1, and 4 comes later in this order
            ("one", "1NNN 2NNN", 5),  # the curve points to 6; 5 has 2 directly below
            ("all", "1NNN 2NNN", 4),  # 5 needs 4 as well
            ("all", "1NNN 2NNN 3NNN", 4),
            ("one", "1NNN 2NNN 3NNN", 6),
            ("all", "1NNN 2NNN 3NNN 4NNN 5NNN", 6),
        ],
    )
    def test_a_level_opens_from_below(self, untried: str, outcomes: str, level: int) -> None:
        design = designs.build("po_crm", {**TWO_BY_THREE, "untried": untried})
        assert design.propose(seen_after(outcomes, 6)).dose_level[0] == level

    def test_the_reason_is_said(self) -> None:
        design = designs.build("po_crm", TWO_BY_THREE)
        notes = [note for note in design.propose(seen_after("1NNN", 6)).notes if note.where[0]]
        assert [note.code for note in notes] == ["po_crm.closest_to_target", "po_crm.not_open"]
        assert "level 4 is the last open one" in notes[1].text.said("en", **notes[1].said_of(0))

    @given(counts(6), st.sampled_from(["one", "all"]))
    @settings(max_examples=60, deadline=None)
    def test_nobody_is_sent_where_nothing_below_was_tried(self, given: Any, untried: str) -> None:
        design: Any = designs.build("po_crm", {**TWO_BY_THREE, "untried": untried})
        n, n_dlt = given
        level = int(design.propose(Seen.of_counts([n], [n_dlt], [1])).dose_level[0])
        row, column = divmod(level - 1, 3)
        beneath = [n[(row - 1) * 3 + column]] * (row > 0) + [n[level - 2]] * (column > 0)
        above = [n[3 * r + c] for r, c in itertools.product(range(row, 2), range(column, 3))]
        enough = all(beneath) if untried == "all" else any(beneath) or not beneath
        assert sum(n) == 0 or any(above) or enough


COMBINATIONS: list[tuple[Design, int]] = [
    (designs.build("po_crm", FOUR), 4),
    (designs.build("po_crm", {**FOUR, "untried": "all", "estimate": "posterior-mean"}), 4),
    (designs.build("boin_comb", {"target_toxicity_rate": 0.25, "rows": 2, "columns": 2}), 4),
    (designs.build("boin_comb", {"target_toxicity_rate": 0.3, "rows": 3, "columns": 2, "p_tox": 0.5}), 6),
    (
        designs.build(
            "boin_comb", {"target_toxicity_rate": 0.3, "rows": 2, "columns": 3, "elimination_confidence": 0.6}
        ),
        6,
    ),
]


@pytest.mark.parametrize(("design", "levels"), COMBINATIONS, ids=range(len(COMBINATIONS)))
def test_the_promises_hold_in_the_partial_order(design: Design, levels: int) -> None:
    check_design(design, levels=levels)


class TestOneMoreDlt:
    @given(st.integers(0, 10**6), st.sampled_from([FOUR, TWO_BY_THREE]))
    @settings(max_examples=15, deadline=None)
    def test_raises_nothing_while_the_order_stays_the_same(self, seed: int, parameters: dict[str, Any]) -> None:
        design: Any = designs.build("po_crm", {**parameters, "untried": "open"})
        levels = len(parameters["skeleton"])
        people = people_of(levels, trials=60, seed=seed)
        seen = seen_of(people, levels)
        spared = people.evaluable & people.complete & ~people.dlt
        hit = spared & (spared.cumsum(axis=1) == 1)
        at = people.dose_level[:, :, None] == np.arange(1, levels + 1)
        worse = Seen.of_counts(seen.n, seen.n_dlt + (at & hit[:, :, None]).sum(axis=1), seen.current)
        before = design.propose(Seen.of_counts(seen.n, seen.n_dlt, seen.current))
        after = design.propose(worse)
        same = (before.evidence["ordering"] == after.evidence["ordering"]) & hit.any(axis=1)
        assert (after.evidence["plug_in"][same] >= before.evidence["plug_in"][same] - 1e-9).all()
        place = np.argsort(np.array(design.possible), axis=1)[before.evidence["ordering"].astype(int) - 1]
        line = np.arange(seen.batch)
        ranks = [place[line, answer.dose_level - 1] for answer in (before, after)]
        assert (ranks[1] <= ranks[0])[same].all()

    def test_can_point_to_another_order_and_above_the_current_level(self) -> None:
        """The counterexample of the page: a DLT at 2 (no more infusions) moves the blame, and 5, above 2, follows."""
        design = designs.build("po_crm", TWO_BY_THREE)
        n, n_dlt, more = [6, 3, 6, 0, 6, 3], [1, 0, 1, 0, 1, 1], [1, 1, 1, 0, 1, 1]
        before, after = (design.propose(Seen.of_counts([n], [y], [2])) for y in (n_dlt, more))
        assert (before.dose_level[0], after.dose_level[0]) == (4, 5)
        assert bool(design.order.below[2 - 1, 5 - 1])  # type: ignore[attr-defined]
        assert "the blame moves from one component to the other" in " ".join(
            (designs.module("po_crm").__doc__ or "").split()
        )


class TestBoinComb:
    """3 x 3 levels: 1 2 3, 4 5 6, 7 8 9."""

    GRID: ClassVar = {"target_toxicity_rate": 0.3, "rows": 3, "columns": 3}

    @pytest.mark.parametrize(
        ("outcomes", "level"),
        [
            ("1NNN", 2),  # 2 and 4 are equally promising: the smaller number
            ("1NNN 2NNN 4NNT 2NNN", 3),  # 3 and 5 are both untried
            ("1NNN 2NNN 4NNN", 5),  # 5 and 7
            ("1NNN 2NNN 3NNT 2NNN", 3),  # 3 (1 of 3) is more promising than 5 (untried)
            ("1NNN 2NNT", 2),
            ("1NNN 2NTT", 1),
            ("1NNN 2NNN 5NTT", 2),  # 2 (0 of 3, 17.1 %) is more promising than 4 (untried, 12.2 %)
            ("1TTT", 0),
            ("1NNN 2TTT 4NNN 5NNN", 4),  # 2 closes 5: back to the open neighbour
        ],
    )
    def test_one_step_at_a_time(self, outcomes: str, level: int) -> None:
        proposal = self.propose(outcomes)
        assert proposal.dose_level[0] == level

    def propose(self, outcomes: str) -> Proposal:
        return designs.build("boin_comb", self.GRID).propose(seen_after(outcomes, 9))

    def test_the_promise_of_a_neighbour_is_the_probability_between_the_boundaries(self) -> None:
        design: Any = designs.build("boin_comb", self.GRID)
        inside = (design.propose(seen_after("1NNN 2NNT", 9)).evidence or {})["inside_probability"][0]
        beta = np.linspace(design.lambda_e, design.lambda_d, 200_001)
        for level, (y, n) in {1: (0, 3), 2: (1, 3), 3: (0, 0)}.items():
            density = beta**y * (1 - beta) ** (n - y) * np.prod([n + 1, *([3] if y else [])])
            assert inside[level - 1] == pytest.approx(np.trapezoid(density, beta), abs=1e-9)

    def test_a_closed_level_closes_what_has_no_less_of_either(self) -> None:
        closed = (self.propose("1NNN 2TTT").evidence or {})["closed"][0]
        assert np.flatnonzero(closed).tolist() == [1, 2, 4, 5, 7, 8]

    def test_a_trial_that_is_closed_in_leaves_for_the_nearest_open_level(self) -> None:
        assert self.propose("1NNN 2TTT 4TTT 5NNN").dose_level[0] == 1

    def test_sentences_in_both_languages(self) -> None:
        notes = [note for note in self.propose("1NNN 2NTT").notes if note.where[0]]
        assert [note.code for note in notes] == ["boin_comb.de_escalate", "boin_comb.chosen"]
        assert notes[1].text.said("fr", **notes[1].said_of(0)).startswith("Le palier 1 est retenu")


class TestFindings:
    def of(self, name: str, **parameters: Any) -> set[str]:
        with pytest.raises(ParameterError) as caught:
            designs.build(name, parameters)
        return {finding.place for finding in caught.value.findings}

    def test_orderings_of_po_crm(self) -> None:
        shared = {"target_toxicity_rate": 0.25, "skeleton": (0.1, 0.2, 0.3)}
        assert self.of("po_crm", **shared) == {"rows", "columns"}
        assert self.of("po_crm", **shared, orderings=((1, 2, 3), (1, 2))) == {"orderings"}
        assert self.of("po_crm", **shared, orderings=((2, 1, 3),)) == {"orderings"}
        assert self.of("po_crm", **shared, orderings=((1, 3, 2),)) == {"orderings"}
        assert self.of("po_crm", **shared, orderings=((1, 2, 3), (1, 2, 3))) == {"orderings"}
        assert self.of("po_crm", **shared, orderings=((1, 2, 3),), rows=1) == {"rows"}
        assert self.of("po_crm", **shared, rows=1, columns=3, prior_probability=(0.5, 0.5)) == {"prior_probability"}
        assert self.of("po_crm", **shared, orderings=((1, 2, 3),), prior_probability=(0.5,)) == {"prior_probability"}

    def test_the_number_of_levels(self) -> None:
        assert {one.place for one in designs.build("po_crm", FOUR).fits(6)} == {"skeleton", "orderings"}
        grid = designs.build("boin_comb", {"target_toxicity_rate": 0.3, "rows": 2, "columns": 3})
        assert [one.place for one in grid.fits(4)] == ["rows"]
        assert not grid.fits(6)


class TestRulesOnCombinations:
    """2 x 2 levels; 2 and 3 are each above 1 and below 4, and neither is known to be above the other."""

    ORDER = Order(np.array([[0, 1, 1, 1], [0, 0, 0, 1], [0, 0, 0, 1], [0, 0, 0, 0]], np.bool_))

    def after(self, rule: str, outcomes: str, *, level: int, **parameters: Any) -> Proposal:
        seen = replace(seen_after(outcomes, 4), order=self.ORDER, in_cohort=np.array([1]))
        return rules.build(rule, parameters)(Proposal.of_level(np.array([level])), seen)

    @pytest.mark.parametrize(("level", "kept"), [(1, False), (2, True), (4, True)])
    def test_a_sideways_step_counts_as_up(self, level: int, kept: bool) -> None:
        """From level 3: level 2 has the smaller number, and may yet be the more toxic one."""
        answer = 3 if kept else level
        assert self.after("coherence", "1NNN 3NNT", level=level).dose_level[0] == answer
        assert self.after("complete_cohort", "1NNN 3NNT", level=level).dose_level[0] == answer
        assert self.after("demand_n_at_dose", "1NNN 3NNT", level=level, n=6).dose_level[0] == answer

    def test_without_an_order_numbers_decide(self) -> None:
        seen = seen_after("1NNN 3NNT", 4)
        proposal = Proposal.of_level(np.array([2]))
        assert rules.build("coherence", {})(proposal, seen).dose_level[0] == 2

    def test_which_rules_need_one_order(self) -> None:
        needing = {name for name in rules.available() if self.needs(name, rules.module(name).EXAMPLE)}
        assert needing == {"no_skipping", "cap_level", "overdose_control", "accelerated_titration", "backfill"}
        assert self.needs("demand_n_at_dose", {"n": 3, "level": 2})
        assert self.needs("stop_when_too_toxic", {"rate": 0.3, "confidence": 0.9, "level": 2})

    def needs(self, name: str, parameters: Any) -> bool:
        built: Any = rules.build(name, parameters)
        return bool(built.needs_one_order)
