"""Simulated trials: as day by day, as the exact engine says, and the same whoever else is simulated."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose

from staggered import STUDIES, people_at, study_at
from trials import study_with
from trialwright import designs, rules
from trialwright.operating import (
    Accrual,
    Characteristics,
    Circumstances,
    Committee,
    Conditions,
    LateTiming,
    OperatingCharacteristics,
    Simulated,
    Truths,
    every_end,
    run_trials,
    simulate,
)
from trialwright.operating.deciding import Decider
from trialwright.operating.facts import Facts
from trialwright.operating.lockstep import Lockstep
from trialwright.operating.simulated import SLICE, Simulation
from trialwright.operating.tally import Tally
from trialwright.protocol import Study
from trialwright.testing.designs import instances
from trialwright.testing.states import needs_activity
from trialwright.vocabulary.errors import ParameterError
from trialwright.vocabulary.seen import Floats

RATES = np.array([0.1, 0.25, 0.45])
COURSE = ("assigned", "given", "enrolled", "infused", "dlt", "left")
SLOW = Circumstances(accrual=Accrual(40, pattern="fixed"))
SETTLED = Circumstances(accrual=Accrual(3), decisions="when_settled")


@pytest.mark.parametrize("place", range(len(STUDIES)))
def test_the_assignments_are_those_made_day_by_day(place: int) -> None:
    """With its test beside it (live = day by day), a simulated trial is what the live trial would have been."""
    study, people = study_at(place), people_at(place, trials=80)
    slow = run_trials(study, people, true_dlt_rate=RATES, days=400)
    facts = Facts.none_yet(study, people, cells=Truths.of_dlt(RATES).cells[0])
    Lockstep.of(facts, Decider.of(study, people=people.places), limit=people.places).run()
    for name in ("assigned", "enrolled", "infused", "dlt", "left"):
        assert np.array_equal(getattr(slow, name), getattr(facts, name)), name
    assert facts.last_enrolled.max() < 390, "a trial may not be cut off by the last day"


GIVEN = ((0.1, 0.9, 0.0, 0.0), (0.1, 0.3, 0.6, 0.0), (0.2, 0.1, 0.2, 0.5))
MANY = Circumstances(
    accrual=Accrual(2.5, ramp_days=20, start_share=0.4),
    leaving=0.2,
    leaving_days=15,
    infusion_days=(1, 6),
    committee=Committee(0.2),
)


@pytest.mark.parametrize("place", [0, 1, 2, 4, 6, 7])
def test_nothing_is_missed_between_the_days_that_are_looked_at(place: int) -> None:
    """Another dose than the assigned one, leavers, a committee: asked every evening, merged or not, it is the same."""
    study = study_at(place)
    people = MANY.draw(study, seed=5, trials=range(150), people=14, rates=RATES)
    found = []
    for merges in (True, False):
        decider = Decider.of(study, people=people.places)
        assert decider.merges
        decider.merges = merges
        cells = Truths.of_dlt(RATES).cells[0]
        facts = Facts.none_yet(study, people, cells=cells, given=Conditions(given=GIVEN).matrix(3))
        finished = Lockstep.of(facts, decider, limit=14, committee=MANY.committee).run()
        found.append((facts, finished))
    (fast, ends), (slow, late) = found
    for name in COURSE:
        assert np.array_equal(getattr(fast, name), getattr(slow, name)), name
    for name in ("selected", "n", "n_dlt", "assigned", "current", "days"):
        assert np.array_equal(getattr(ends, name), getattr(late, name)), name
    assert (fast.given != fast.assigned).any()
    assert ((fast.infused > 10**9) & (fast.assigned > 0)).any()


# ── Against the exact engine ─────────────────────────────────────────────────────────────────────────────────────────


def away(found: OperatingCharacteristics, exact: Characteristics, name: str) -> Floats:
    """How many Monte Carlo errors a share or a mean lies away from the exact one; a share's error under the truth."""
    value, truth = np.asarray(getattr(found, name)), np.asarray(getattr(exact, name))
    if name in ("n", "n_dlt", "n_active", "expected_n", "expected_dlts"):
        error = found.standard_error(name)
    else:
        error = np.sqrt(np.clip(truth * (1 - truth), 0, 1) / trials_of(found))
    return np.asarray(np.abs(value - truth) / np.maximum(error, 1e-6))


def trials_of(found: OperatingCharacteristics) -> float:
    assert isinstance(found, Simulated)
    return float(found.trials[0])


def assert_as_exact(study: Study, truths: Truths, circumstances: Circumstances, conditions: Conditions) -> None:
    found = simulate(
        study,
        truths,
        circumstances=circumstances,
        conditions=conditions if circumstances.decisions == "when_settled" else replace(conditions, after_each=False),
        trials=3000,
        seed=11,
    )
    exact = every_end(study, conditions).characteristics(truths)
    for name in ("selection", "n", "n_dlt", "n_active", "early", "expected_n", "stopped_at"):
        assert (away(found, exact, name) <= 4).all(), name
    for why, share in zip(exact.reasons, exact.ended[0], strict=True):
        seen = found.ended[0][found.reasons.index(why)] if why in found.reasons else 0.0
        assert abs(seen - share) <= 4 * np.sqrt(max(share * (1 - share), 0.0) / 3000) + 1e-9, why


def truths_for(levels: int, activity: bool) -> Truths:
    dlt = np.linspace(0.12, 0.5, levels)
    if activity:
        return Truths.of_activity(dlt=dlt, activity=np.linspace(0.2, 0.6, levels), odds_ratio=2.0)
    return Truths.of_dlt(dlt)


COUNTING = [name for name in designs.available() if instances(name, None)[0][0].looks_at != "participants"]


LABORIOUS = ("efftox",)  # six parameters: some hundredths of a second for every state


@pytest.mark.parametrize("name", COUNTING)
class TestEveryDesignThatCounts:
    """A new design is tested because it exists; on a smaller trial where each state takes long."""

    def test_by_cohorts(self, name: str) -> None:
        design, levels = instances(name, None)[0]
        study = study_with(design, levels=levels, planned=6 if name in LABORIOUS else 9, cohort_size=3)
        truths = truths_for(levels, needs_activity(design))
        assert_as_exact(study, truths, SETTLED, Conditions())

    def test_one_by_one_as_people_come_slowly(self, name: str) -> None:
        design, levels = instances(name, None)[-1]
        study = study_with(design, levels=levels, planned=3 if name in LABORIOUS else 6, cohort_size=1)
        truths = truths_for(levels, needs_activity(design))
        assert_as_exact(study, truths, SLOW, Conditions(after_each=True))


WITH_RULES = [place for place in range(len(STUDIES)) if study_at(place).design.looks_at == "counts"]


@pytest.mark.parametrize("after_each", [False, True])
@pytest.mark.parametrize("place", WITH_RULES)
def test_whole_protocols_with_their_rules(place: int, after_each: bool) -> None:
    """Rules about waiting and about days are silent once everybody is settled, the others are not."""
    conditions = Conditions(after_each=after_each, at_most=9)
    assert_as_exact(study_at(place), Truths.of_dlt(RATES), SETTLED, conditions)


@pytest.mark.parametrize("after_each", [False, True])
@pytest.mark.parametrize("replacing", [None, {}, {"at_most": 1}], ids=["nobody", "everybody", "one"])
def test_doses_not_made_and_other_doses(replacing: Any, after_each: bool) -> None:
    names = ["no_skipping", "complete_cohort"]
    applied = [rules.build(name, {}) for name in names]
    if replacing is not None:
        applied.append(rules.build("replace_non_evaluable", replacing))
    crm = designs.build("crm", {"target_toxicity_rate": 0.3, "skeleton": [0.12, 0.3, 0.45]})
    study = study_with(crm, levels=3, rules=applied, planned=9, cohort_size=2, start_level=2)
    assert_as_exact(study, Truths.of_dlt(RATES), SETTLED, Conditions(given=GIVEN, after_each=after_each))


@pytest.mark.parametrize("how", [Conditions(cohorts=(3, 1, 4)), Conditions(at_most=7)])
def test_unequal_cohorts_and_rules_that_look_back(how: Conditions) -> None:
    boin = designs.build("boin", {"target_toxicity_rate": 0.3})
    stop = rules.build("stop_when_too_toxic", {"rate": 0.3, "confidence": 0.8})
    applied = [rules.build("coherence", {"last": 2}), rules.build("complete_cohort", {}), stop]
    study = study_with(boin, levels=3, rules=applied, planned=8, start_level=2)
    assert_as_exact(study, Truths.of_dlt([0.3, 0.4, 0.6]), SETTLED, how)


def test_cohorts_recruited_faster_than_their_first_participant_settles() -> None:
    """As people come, one a day, before any DLT can show: the CRM looks at who is settled and keeps its level."""
    crm = designs.build("crm", {"target_toxicity_rate": 0.3, "skeleton": [0.12, 0.3, 0.45]})
    applied = [rules.build("complete_cohort", {}), rules.build("wait_for_pending", {"scope": "before_next_cohort"})]
    study = study_with(crm, levels=3, rules=applied, planned=12)
    late = LateTiming(share=1 - 1e-12, part=0.5)
    fast = Circumstances(accrual=Accrual(0, pattern="fixed"), timing=late)
    assert_as_exact(study, Truths.of_dlt(RATES), fast, Conditions())


def test_titration() -> None:
    boin = designs.build("boin", {"target_toxicity_rate": 0.25})
    applied = [rules.build(name, {}) for name in ("complete_cohort", "accelerated_titration")]
    study = study_with(boin, levels=4, rules=applied, planned=12)
    assert_as_exact(study, truths_for(4, False), SETTLED, Conditions())


# ── Addresses ────────────────────────────────────────────────────────────────────────────────────────────────────────


def small(name: str = "crm") -> Study:
    settings: dict[str, Any] = {"target_toxicity_rate": 0.25}
    if name != "boin":
        settings["skeleton"] = [0.08, 0.16, 0.25]
    return study_with(designs.build(name, settings), levels=3, planned=9)


@pytest.mark.parametrize("name", ["crm", "tite_crm"])
def test_any_slice_in_any_order_is_the_same(name: str) -> None:
    cells = Truths.of_dlt(RATES).cells[0]
    whole = Simulation.of(small(name), circumstances=MANY, conditions=Conditions()).part(
        cells, seed=3, trials=range(900)
    )
    parts = [
        Simulation.of(small(name), circumstances=MANY, conditions=Conditions()).part(cells, seed=3, trials=part)
        for part in (range(700, 900), range(0, 255), range(255, 257), range(257, 700))
    ]
    assert Tally.together(parts) == whole
    assert Tally.together(reversed(parts)).plain() == whole.plain()
    assert (
        Simulation.of(small(name), circumstances=MANY, conditions=Conditions()).part(cells, seed=4, trials=range(900))
        != whole
    )


def test_two_designs_meet_the_same_people() -> None:
    drawn = [
        MANY.draw(small(name), seed=3, trials=range(20, 24), people=people, rates=RATES)
        for name, people in (("crm", 9), ("boin", 5))
    ]
    for field in fields(drawn[0]):
        one, other = (getattr(people, field.name) for people in drawn)
        assert other is None if one is None else np.array_equal(one[:, :5], other), field.name


def test_a_simulation_is_the_sum_of_its_slices_and_says_how_far_it_is() -> None:
    heard: list[tuple[int, int]] = []
    truths = Truths.of_dlt([RATES, RATES / 2])
    found = simulate(
        small(),
        truths,
        circumstances=SETTLED,
        trials=SLICE + 10,
        seed=1,
        progress=lambda done, total: heard.append((done, total)),
    )
    total = 2 * (SLICE + 10)
    assert heard == [(SLICE, total), (2 * SLICE, total), (2 * SLICE + 10, total), (total, total)]
    assert found.complete
    alone = Simulation.of(small(), circumstances=SETTLED, conditions=Conditions()).part(
        truths.cells[1], seed=1, trials=range(SLICE + 10)
    )
    assert found.tallies[1] == alone


class TestInterrupted:
    def stopped_after(self, parts: int) -> Simulated:
        def interrupt(done: int, total: int) -> None:
            if done >= parts * SLICE:
                raise KeyboardInterrupt

        truths = Truths.of_dlt([RATES, RATES / 2])
        return simulate(small(), truths, circumstances=SETTLED, trials=5 * SLICE, seed=1, progress=interrupt)

    def test_what_is_done_is_kept(self) -> None:
        found = self.stopped_after(3)
        assert not found.complete
        assert found.trials.tolist() == [2 * SLICE, SLICE]
        assert_allclose(found.selection.sum(axis=1), 1, atol=1e-12)

    def test_truths_without_any_trial_are_left_out(self) -> None:
        found = self.stopped_after(1)
        assert not found.complete
        assert found.trials.tolist() == [SLICE]
        assert len(found.truths) == len(found.selection) == 1

    def test_one_lot_of_the_first_truth_is_not_everything(self) -> None:
        def interrupt(done: int, total: int) -> None:
            raise KeyboardInterrupt

        truths = Truths.of_dlt([RATES, RATES / 2])
        found = simulate(small(), truths, circumstances=SETTLED, trials=20, seed=1, progress=interrupt)
        assert found.trials.tolist() == [20]
        assert not found.complete

    def test_with_nothing_done_it_goes_on_upwards(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def interrupt(*_: object, **__: object) -> Tally:
            raise KeyboardInterrupt

        monkeypatch.setattr(Simulation, "part", interrupt)
        with pytest.raises(KeyboardInterrupt):
            simulate(small(), Truths.of_dlt(RATES), circumstances=SETTLED, trials=20, seed=1)


def test_how_many_trials_are_run_at_once_changes_nothing() -> None:
    truths = Truths.of_dlt([RATES, RATES / 2])
    whole, parts = (
        simulate(small(), truths, circumstances=SETTLED, trials=100, seed=3, at_once=size) for size in (100, 17)
    )
    assert whole.tallies == parts.tallies


# ── Numbers and their errors ─────────────────────────────────────────────────────────────────────────────────────────


def found_for(trials: int = 4000, **settings: Any) -> Simulated:
    study = small("boin")
    stop = rules.build("stop_when_too_toxic", {"rate": 0.25, "confidence": 0.8})
    study = replace(study, rules=(stop,))
    circumstances = replace(SETTLED, **settings)
    return simulate(study, Truths.of_dlt([0.25, 0.4, 0.6]), circumstances=circumstances, trials=trials, seed=2)


def test_both_results_answer_the_same_questions() -> None:
    found = found_for(500)
    exact = every_end(small("boin")).characteristics(Truths.of_dlt([0.25, 0.4, 0.6]))
    for each in (found, exact):
        assert isinstance(each, OperatingCharacteristics)
        for name in ("selection", "n", "early", "expected_dlts", "ended"):
            lower, upper = each.interval(name)
            assert (lower <= getattr(each, name)).all()
            assert (getattr(each, name) <= upper).all()
            assert each.standard_error(name).shape == getattr(each, name).shape
        assert each.interval("correct", target=0.25)[0].shape == (1,)
    assert (exact.standard_error("n") == 0).all()
    with pytest.raises(ValueError, match="target"):
        found.standard_error("correct")
    for ask in (found.standard_error, found.interval):
        with pytest.raises(ValueError, match="sd_n"):
            ask("sd_n")
    one = found_for(1)
    assert np.isnan(one.standard_error("n")).all()


def test_errors_are_those_between_trials() -> None:
    """Many small simulations with different people spread as far as each of them says."""
    study, truths = small("boin"), Truths.of_dlt([0.25, 0.4, 0.6])
    many = [simulate(study, truths, circumstances=SETTLED, trials=200, seed=seed) for seed in range(120)]
    for name in ("n", "selection", "expected_dlts", "duration_days"):
        spread = np.std([getattr(one, name) for one in many], axis=0)
        said = np.mean([one.standard_error(name) for one in many], axis=0)
        assert_allclose(spread[said > 1e-3], said[said > 1e-3], rtol=0.25)
    truth = every_end(study).characteristics(truths).correct(0.25)[0]
    covered = [lower[0] <= truth <= upper[0] for lower, upper in (one.interval("correct", target=0.25) for one in many)]
    assert 0.88 <= np.mean(covered) <= 1


def test_characteristics_add_up() -> None:
    found = found_for()
    for name in ("selection", "n_distribution", "dlt_distribution", "ended"):
        assert_allclose(getattr(found, name).sum(axis=1), 1, rtol=0, atol=1e-12)
    assert_allclose(found.n.sum(axis=1), found.expected_n, rtol=1e-12)
    assert_allclose(found.n_dlt.sum(axis=1), found.expected_dlts, rtol=1e-12)
    assert_allclose(found.stopped_at.sum(axis=1), found.early, atol=1e-12)
    assert 0 < found.early[0] < 1
    assert found.duration_quantile(0.1)[0] <= found.duration_quantile(0.5)[0] <= found.duration_quantile(0.9)[0]
    lower, upper = found.duration_quantile_interval(0.5)
    assert lower[0] <= found.duration_quantile(0.5)[0] <= upper[0]
    assert Tally.revived(found.tallies[0].plain()) == found.tallies[0]


def test_a_committee_that_stays_treats_fewer_at_high_levels() -> None:
    plain = found_for()
    for instead in ("stay", "one_level_lower"):
        careful = found_for(committee=Committee(0.5, instead=instead))
        assert careful.n[0, 2] < plain.n[0, 2] - 4 * plain.standard_error("n")[0, 2]
    assert found_for(committee=Committee(0.0)).tallies == plain.tallies


def test_a_committee_that_always_stays_never_goes_up() -> None:
    assert_allclose(found_for(committee=Committee(1.0)).n[0, 1:], 0)


class TestRefusals:
    @pytest.mark.parametrize(
        ("circumstances", "conditions", "place"),
        [
            (SLOW, Conditions(after_each=True), "after_each"),
            (SLOW, Conditions(cohorts=(2,)), "cohorts"),
            (replace(SETTLED, leaving=0.1, leaving_days=5), Conditions(cohorts=(2,)), "cohorts"),
        ],
    )
    def test_what_does_not_go_together(self, circumstances: Circumstances, conditions: Conditions, place: str) -> None:
        with pytest.raises(ParameterError) as caught:
            Simulation.of(small(), circumstances=circumstances, conditions=conditions)
        assert [finding.place for finding in caught.value.findings] == [place]

    def test_everything_else_that_is_wrong_is_named(self) -> None:
        with pytest.raises(ParameterError) as caught:
            simulate(small(), Truths.of_dlt([0.1]), circumstances=SLOW, trials=0, seed=-1)
        assert [finding.place for finding in caught.value.findings] == ["truth", "trials", "seed"]

    def test_a_committee_needs_an_order(self) -> None:
        design, levels = instances("po_crm", None)[0]
        study = study_with(design, levels=levels, planned=6)
        with pytest.raises(ParameterError, match="committee"):
            Simulation.of(study, circumstances=replace(SLOW, committee=Committee(0.1)), conditions=Conditions())
