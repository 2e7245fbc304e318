"""The exact engine against slow twins: the plain walk, brute force over every participant, and simulation."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from numpy.testing import assert_allclose

from trials import study_of, study_with
from trialwright import designs, rules
from trialwright.conduct.advise import decide, selected
from trialwright.operating import Conditions, TooManyStates, TrialEnds, Truths, as_if_assigned, every_end, exact
from trialwright.operating.ends import PLANNED
from trialwright.protocol import Study
from trialwright.vocabulary.errors import ParameterError, Refused
from trialwright.vocabulary.seen import People, Seen
from walking import walk

SKELETON = [0.05, 0.12, 0.25, 0.4, 0.55]
COUNTS = {
    "crm": {"target_toxicity_rate": 0.25, "skeleton": SKELETON},
    "boin": {"target_toxicity_rate": 0.25},
    "mtpi2": {"target_toxicity_rate": 0.25},
    "three_plus_three": {},
}
RULES = {
    "no_skipping": {},
    "stop_when_too_toxic": {"rate": 0.25, "confidence": 0.8},
    "stop_when_n_at_dose": {"n": 6},
    "coherence": {"last": 2, "rate": 0.5},
}
rates = st.lists(st.floats(0.01, 0.9), min_size=5, max_size=5).map(sorted)


def study_for(name: str, *, with_rules: Any = (), **settings: Any) -> Study:
    built = [rules.build(rule, RULES[rule]) for rule in with_rules]
    return study_with(designs.build(name, COUNTS[name]), levels=5, rules=built, **settings)


@settings(max_examples=30, deadline=None)
@given(st.sampled_from(["crm", "boin", "mtpi2"]), rates, st.sampled_from([1, 2, 3]), st.integers(2, 5))
def test_as_the_plain_walk(name: str, truth: list[float], size: int, cohorts: int) -> None:
    study = study_for(name, with_rules=["no_skipping"], planned=size * cohorts, cohort_size=size)
    twin = walk(study.design, applied=study.rules, sizes=[size] * cohorts, truth=truth, select=True)
    found = every_end(study).characteristics(Truths.of_dlt(truth))
    assert_allclose(found.selection[0], twin.recommended, rtol=0, atol=1e-12)
    assert_allclose(found.n[0], twin.n, rtol=0, atol=1e-10)
    assert_allclose(found.n_dlt[0], twin.n_dlt, rtol=0, atol=1e-10)


class Brute:
    """Every course of a trial one participant at a time, nothing merged, through People as the live trial sees them."""

    def __init__(self, study: Study, *, truth: list[float], given: np.ndarray, limit: int, after_each: bool) -> None:
        self.study, self.truth, self.given, self.limit, self.after_each = study, truth, given, limit, after_each
        self.selection = np.zeros(len(truth) + 1)
        self.n, self.n_dlt, self.assigned = np.zeros(len(truth)), np.zeros(len(truth)), 0.0
        self.go([], chance=1.0)

    def seen(self, course: list[tuple[int, int, bool]]) -> Seen:
        table = np.array(course, np.int64).reshape(-1, 3)
        counted = table[:, 1] > 0
        people = People(
            assigned=table[None, :, 0],
            dose_level=np.where(counted, table[:, 1], table[:, 0])[None],
            dlt=(table[:, 2] > 0)[None],
            complete=counted[None],
            evaluable=counted[None],
            follow_up=np.where(counted, 11, -1)[None],
            dlt_after=np.where(table[:, 2] > 0, 0, -1)[None],
        )
        dosing = self.study.dosing
        return Seen.of_people(
            people,
            levels=len(self.truth),
            start_level=dosing.start_level,
            cohort_size=dosing.cohort_size,
            replacements=self.study.replacements,
        )

    def go(self, course: list[tuple[int, int, bool]], *, chance: float) -> None:
        seen = self.seen(course)
        if len(course) >= self.limit:
            return self.end(seen, chance=chance)
        if not self.after_each and (seen.in_cohort[0] or seen.replaced_in_cohort[0]):
            return self.branch(course, course[-1][0], chance=chance)
        proposal = decide(self.study, seen)
        if proposal.stop[0]:
            return self.end(seen, chance=chance)
        return self.branch(course, int(proposal.dose_level[0]), chance=chance)

    def branch(self, course: list[tuple[int, int, bool]], level: int, *, chance: float) -> None:
        for column, share in enumerate(self.given[level - 1]):
            if share == 0:
                continue
            if column == 0:
                self.go([*course, (level, 0, False)], chance=chance * share)
                continue
            risk = self.truth[column - 1]
            self.go([*course, (level, column, True)], chance=chance * share * risk)
            self.go([*course, (level, column, False)], chance=chance * share * (1 - risk))

    def end(self, seen: Seen, *, chance: float) -> None:
        self.selection[selected(self.study, seen)[0]] += chance
        self.n += chance * seen.n[0]
        self.n_dlt += chance * seen.n_dlt[0]
        self.assigned += chance * float(seen.n_assigned[0])


def assert_as_brute(study: Study, conditions: Conditions, *, truth: list[float]) -> None:
    twin = Brute(
        study,
        truth=truth,
        given=conditions.matrix(len(truth)),
        limit=conditions.limit(study),
        after_each=conditions.after_each,
    )
    found = every_end(study, conditions).characteristics(Truths.of_dlt(truth))
    assert_allclose(found.selection[0], twin.selection, rtol=0, atol=1e-12)
    assert_allclose(found.n[0], twin.n, rtol=0, atol=1e-11)
    assert_allclose(found.n_dlt[0], twin.n_dlt, rtol=0, atol=1e-11)
    assert found.expected_n[0] == pytest.approx(twin.assigned, abs=1e-11)


TRUTH = [0.1, 0.3, 0.5]
THREE_CRM = {"target_toxicity_rate": 0.3, "skeleton": [0.12, 0.3, 0.45]}


def small(*names: str, size: int = 2, planned: int = 6, name: str = "crm", start: int = 2) -> Study:
    settings = THREE_CRM if name == "crm" else {"target_toxicity_rate": 0.3}
    built = [rules.build(rule, RULES.get(rule, {})) for rule in names]
    design = designs.build(name, settings)
    return study_with(design, levels=3, rules=built, planned=planned, cohort_size=size, start_level=start)


@pytest.mark.parametrize("name", ["crm", "boin"])
def test_a_decision_after_each_participant(name: str) -> None:
    study = small("no_skipping", "complete_cohort", "stop_when_too_toxic", name=name)
    assert_as_brute(study, Conditions(after_each=True), truth=TRUTH)


GIVEN = ((0.0, 1.0, 0.0, 0.0), (0.0, 0.3, 0.7, 0.0), (0.0, 0.1, 0.3, 0.6))
SOME_NOT_MADE = ((0.1, 0.9, 0.0, 0.0), (0.2, 0.3, 0.5, 0.0), (0.1, 0.0, 0.3, 0.6))


@pytest.mark.parametrize("after_each", [False, True])
@pytest.mark.parametrize("given", [GIVEN, SOME_NOT_MADE], ids=["another dose", "no dose"])
@pytest.mark.parametrize("replacing", [None, {}, {"at_most": 1}], ids=["nobody", "everybody", "one"])
def test_the_dose_given_is_not_the_dose_assigned(given: Any, after_each: bool, replacing: Any) -> None:
    study = small("no_skipping", "complete_cohort", planned=5)
    if replacing is not None:
        rule = rules.build("replace_non_evaluable", replacing)
        study = replace(study, rules=(*study.rules, rule))
    assert_as_brute(study, Conditions(given=given, after_each=after_each), truth=TRUTH)


@pytest.mark.parametrize("size", [1, 2, 3])
def test_the_last_participants_are_remembered(size: int) -> None:
    """Coherence looks at the last two, whatever the size of a cohort: whole cohorts of two may be taken at once."""
    study = small("coherence", size=size, planned=6, start=1)
    assert_as_brute(study, Conditions(), truth=TRUTH)


def test_both_ways_to_run_a_trial_agree_where_no_rule_acts_within_a_cohort() -> None:
    """BOIN never goes up before the cohort is complete here, and a cohort of one is complete at once."""
    study = small("no_skipping", size=1, planned=9)
    truths = Truths.of_dlt([TRUTH, [0.02, 0.1, 0.2]])
    by_cohort = every_end(study).characteristics(truths)
    one_by_one = every_end(study, Conditions(after_each=True)).characteristics(truths)
    assert_allclose(by_cohort.selection, one_by_one.selection, rtol=0, atol=1e-13)
    assert_allclose(by_cohort.n, one_by_one.n, rtol=0, atol=1e-12)


def test_unequal_cohorts() -> None:
    study = small("no_skipping", planned=8)
    twin = walk(study.design, applied=study.rules, sizes=[3, 1, 4], truth=TRUTH, start=2, select=True)
    found = every_end(study, Conditions(cohorts=(3, 1, 4))).characteristics(Truths.of_dlt(TRUTH))
    assert_allclose(found.selection[0], twin.recommended, rtol=0, atol=1e-13)
    assert_allclose(found.n[0], twin.n, rtol=0, atol=1e-12)
    assert found.waits[0, 0] == pytest.approx(3)


def test_the_last_cohort_ends_at_the_planned_number() -> None:
    found = every_end(small(size=3, planned=7)).characteristics(Truths.of_dlt(TRUTH))
    assert found.expected_n[0] == pytest.approx(7)
    assert found.n_distribution[0, 7] == pytest.approx(1)


def ends_of(*names: str, planned: int = 9) -> TrialEnds:
    return every_end(small(*names, size=3, planned=planned))


def test_characteristics_add_up() -> None:
    ends = ends_of("no_skipping", "stop_when_too_toxic")
    truths = Truths.of_dlt([[0.3, 0.5, 0.7], [0.0, 0.1, 1.0], [0.1, 0.1, 0.1]])
    found = ends.characteristics(truths)
    for name in ("selection", "n_distribution", "dlt_distribution", "ended"):
        assert_allclose(getattr(found, name).sum(axis=1), 1, rtol=0, atol=1e-12)
    assert_allclose(found.n.sum(axis=1), found.expected_n, rtol=1e-12)
    dlts = found.dlt_distribution @ np.arange(found.dlt_distribution.shape[1])
    assert_allclose(dlts, found.expected_dlts, rtol=1e-12)
    assert_allclose(found.stopped_at.sum(axis=1), found.early, rtol=0, atol=1e-12)
    assert_allclose(found.n_dlt, found.n * truths.dlt, rtol=0, atol=1e-12)  # Wald: the mean of y is p times that of n
    assert set(ends.reasons) == {PLANNED, "stop_when_too_toxic"}
    assert found.overdosing(0.3)[0] == pytest.approx(found.selection[0, 2:].sum())
    beyond = ends.overdosed(truths, above=0.4)
    assert_allclose(beyond @ np.arange(beyond.shape[1]), (found.n * (truths.dlt > 0.4)).sum(axis=1), atol=1e-12)


def test_certain_outcomes() -> None:
    """Rates of 0 and 1 are truths like any other."""
    ends = ends_of("no_skipping")
    never, always = (ends.characteristics(Truths.of_dlt([p, p, p])) for p in (0.0, 1.0))
    assert never.dlt_distribution[0, 0] == 1
    assert never.selection[0, 3] == 1
    assert always.expected_dlts[0] == pytest.approx(always.expected_n[0])
    assert always.selection[0, 2:].sum() == 0


@settings(max_examples=20, deadline=None)
@given(st.lists(st.floats(0.05, 0.9), min_size=3, max_size=3))
def test_gradient(truth: list[float]) -> None:
    ends = ends_of("no_skipping", "stop_when_too_toxic", planned=6)
    values = np.stack([ends.selected == 2, ends.n[:, 0]], axis=1).astype(float)
    found = ends.gradient(values, truth)
    for level in range(3):
        step = np.zeros(3)
        step[level] = 1e-6
        up, down = (ends.expectation(values, Truths.of_dlt(np.array(truth) + sign * step))[0] for sign in (1, -1))
        assert_allclose(found[:, level], (up - down) / 2e-6, rtol=0, atol=1e-6)


def test_an_average_over_truths() -> None:
    ends = ends_of("no_skipping")
    truths = Truths.of_dlt([[0.1, 0.3, 0.5], [0.3, 0.5, 0.7]])
    each = ends.characteristics(truths)
    mean = each.averaged([1, 3])
    assert_allclose(mean.selection[0], 0.25 * each.selection[0] + 0.75 * each.selection[1], atol=1e-15)
    assert mean.expected_n[0] == pytest.approx(0.25 * each.expected_n[0] + 0.75 * each.expected_n[1])
    with pytest.raises(ParameterError, match="weights"):
        each.averaged([1, -1])


def test_activity_and_toxicity_together() -> None:
    """BOIN12 over joint outcomes: the mean number of an outcome is its rate times the mean number treated (Wald)."""
    study = study_with(designs.build("boin12", BOIN12), levels=3, planned=9, cohort_size=3)
    truths = Truths.of_activity(dlt=[0.1, 0.2, 0.4], activity=[0.2, 0.5, 0.6], odds_ratio=3.0)
    assert_allclose(truths.dlt[0], [0.1, 0.2, 0.4], atol=1e-12)
    assert_allclose(truths.activity[0], [0.2, 0.5, 0.6], atol=1e-12)
    found = every_end(study).characteristics(truths)
    assert_allclose(found.n_dlt, found.n * truths.dlt, atol=1e-12)
    assert_allclose(found.n_active, found.n * truths.activity, atol=1e-12)
    assert found.selection[0].sum() == pytest.approx(1)


BOIN12 = {"toxicity_limit": 0.35, "activity_limit": 0.25}


def test_as_if_assigned() -> None:
    """Counting everybody at the level assigned is the same trial under the mixed rates: walked, not argued."""
    mixed = as_if_assigned(TRUTH, Conditions(given=SOME_NOT_MADE))
    assert_allclose(mixed, [0.1, (0.3 * 0.1 + 0.5 * 0.3) / 0.8, (0.3 * 0.3 + 0.6 * 0.5) / 0.9])


class TestRefusals:
    def test_participants_one_by_one(self) -> None:
        study = study_of(design='name = "tite_crm"\ntarget_toxicity_rate = 0.25\nskeleton = [0.08, 0.16, 0.25]')
        with pytest.raises(Refused, match="simulate"):
            every_end(study)

    def test_too_many_states(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(exact, "MOST_STATES", 100)
        with pytest.raises(TooManyStates, match=r"after [0-9]+ participants more than 100"):
            every_end(small(size=1, planned=12))

    def test_rules_about_days_are_silent(self) -> None:
        """Sentinel and stagger speak of days; with everybody settled they change nothing."""
        study = small("no_skipping", size=3, planned=6)
        timed = [rules.build("sentinel", {"days": 3}), rules.build("stagger", {"days": 2})]
        timed_study = study_with(study.design, levels=3, rules=[*study.rules, *timed], planned=6, start_level=2)
        truth = Truths.of_dlt(TRUTH)
        plain, found = (every_end(each).characteristics(truth).selection for each in (study, timed_study))
        assert_allclose(found, plain, rtol=0, atol=0)

    @pytest.mark.parametrize(
        "settings",
        [
            {"cohorts": (3, 0)},
            {"at_most": -1},
            {"after_each": True, "cohorts": (3,)},
            {"given": ((0.5, 0.6),)},
            {"given": ((0.5, 0.5, 0.0),)},
        ],
    )
    def test_bad_conditions(self, settings: Any) -> None:
        with pytest.raises(ParameterError, match="1 finding"):
            Conditions(**settings)

    def test_bad_truths(self) -> None:
        with pytest.raises(ParameterError, match="2 findings") as caught:
            Truths.of_dlt([0.1, 1.2, float("nan")])
        assert [finding.place for finding in caught.value.findings] == ["truth[2]", "truth[3]"]
        with pytest.raises(ParameterError, match="must have 3 levels"):
            ends_of().characteristics(Truths.of_dlt([0.1, 0.2]))


def test_every_path_counts_once() -> None:
    """With every rate 1/2 and n fixed, ways are multiplicities: they add up to 2^n."""
    ends = every_end(small(size=1, planned=8))
    assert ends.ways.sum() == 2**8
    assert all(outcome >= 0 for outcome in ends.counts.ravel())
    assert len(list(product([0, 1], repeat=8))) == ends.ways.sum()
