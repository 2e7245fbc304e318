"""Dose-transition pathways: what is promised is what ``advise`` later says, over all courses of small studies."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from itertools import permutations, product
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.stats import binom

from trials import CRM, THREE, on, recorded, state_of, study_of, study_with
from trialwright import designs, rules
from trialwright.conduct import advise, fold
from trialwright.operating import Truths, every_end
from trialwright.operating.pathways import Pathways, Step, looks_at_order, pathways
from trialwright.protocol import Study
from trialwright.testing.states import people_of, seen_of
from trialwright.vocabulary.errors import ParameterError, Refused
from trialwright.vocabulary.events import (
    AdverseEventReported,
    EnrolmentClosed,
    Event,
    FollowUpEnded,
    InfusionGiven,
    ParticipantEnrolled,
)
from trialwright.vocabulary.seen import Proposal

ROOT = Path(__file__).parents[3]
WINDOW = 10
SKIP, COHORT, STOP = 'name = "no_skipping"', 'name = "complete_cohort"', 'name = "stop_at_n"\nn = 8'
TOXIC = 'name = "stop_when_too_toxic"\nlevel = "lowest"\nrate = 0.25\nconfidence = 0.8\nposterior = "beta"'
WAIT, SENTINEL = 'name = "wait_for_pending"\nscope = "before_escalation"', 'name = "sentinel"\ndays = 5'
LAST, TITRATION = 'name = "coherence"\nlast = 2\nrate = 0.4', 'name = "accelerated_titration"'
BOIN = 'name = "boin"\ntarget_toxicity_rate = 0.25'
STUDIES = {
    "crm": {"design": CRM, "rules": [SKIP, COHORT, TOXIC, WAIT, STOP]},
    "three_plus_three": {"design": THREE, "rules": [COHORT, SENTINEL]},
    "in order": {"design": BOIN, "rules": [LAST, STOP]},
    "in pairs": {"design": CRM, "rules": [LAST, COHORT], "cohort_size": 2, "start_level": 2},
    "titration": {"design": BOIN, "rules": [COHORT, TITRATION, STOP]},
    "tite_crm": {"design": CRM.replace('"crm"', '"tite_crm"'), "rules": [SKIP, STOP]},
    "by ones": {"design": BOIN, "rules": [STOP], "cohort_size": 1},
}


def people(level: int, results: str, *, day: int, first: int) -> list[Event]:
    """Participants infused on one day, each with a DLT three days later or none."""
    events: list[Event] = []
    for place, result in enumerate(results, start=first):
        who = f"P-{place:02d}"
        events.append(ParticipantEnrolled(usubjid=who, on=on(day), dose_level=level))
        events.append(InfusionGiven(usubjid=who, on=on(day), dose_given=float(2 ** (level - 1))))
        if result == "T":
            severe = AdverseEventReported(
                usubjid=who, ae=f"D-{who}", term="fever", on=on(day + 3), grade=3, related=True
            )
            events.append(severe)
    return events


def results_of(step: Step) -> set[str]:
    """All the results a branch stands for, in the order of assignment."""
    if step.orders:
        return set(step.orders)
    assert len(step.outcomes) == 1
    n, n_dlt = step.outcomes[0].n, step.outcomes[0].n_dlt
    return {"".join(one) for one in permutations("T" * n_dlt + "N" * (n - n_dlt))}


def compare_all(study: Study, found: Pathways, *, before: list[Event], day: int, treated: int) -> int:
    """Record every course in a ledger of its own and ask the live trial; the answer is how many were compared."""

    def ask(step: Step, events: list[Event], *, day: int, treated: int) -> int:
        ordered = sorted(events, key=lambda event: event.on)
        state = fold(recorded(*ordered), zone=study.identity.zone)
        decision = advise(study, state, on=on(day))
        level = 0 if decision.action in ("stop", "wait") else decision.dose_level
        assert (step.action, step.dose_level) == (decision.action, level), events
        assert step.selected == decision.evidence["selected_if_stopped_now"]
        assert step.n == tuple(one.n for one in decision.levels)
        assert step.n_dlt == tuple(one.n_dlt for one in decision.levels)
        compared = 1
        for following in step.then:
            for results in results_of(following):
                more = people(step.dose_level, results, day=day, first=treated + 1)
                compared += ask(following, events + more, day=day + WINDOW + 1, treated=treated + len(results))
        return compared

    return ask(found.start, before, day=day, treated=treated)


@pytest.mark.parametrize("name", STUDIES)
def test_what_is_promised_is_what_is_later_advised(name: str) -> None:
    study = study_of(last_day=WINDOW, **STUDIES[name])
    found = pathways(study, cohorts=3)
    compared = compare_all(study, found, before=[], day=0, treated=0)
    assert compared >= found.start.paths > 3


def test_every_result_is_there_once() -> None:
    found = pathways(study_of(last_day=WINDOW, **STUDIES["in order"]), cohorts=2)
    for _, step in found.steps():
        if step.then:
            results = Counter(one for following in step.then for one in results_of(following))
            assert results == Counter("".join(one) for one in product("NT", repeat=step.next_size))


def test_orders_are_told_apart_where_they_matter_and_only_there() -> None:
    found = pathways(study_of(last_day=WINDOW, **STUDIES["in order"]), cohorts=2)
    assert any(step.orders for _, step in found.steps())
    found = pathways(study_of(last_day=WINDOW, **STUDIES["crm"]), cohorts=2)
    assert not any(step.orders for _, step in found.steps())


@pytest.mark.parametrize("name", rules.available())
def test_no_other_rule_looks_at_the_order_of_results(name: str) -> None:
    """Two settled participants of the same level change places: only rules known to look at order may notice."""
    rule, crm = rules.build(name, rules.module(name).EXAMPLE), study_of().design
    people_then = people_of(3, trials=200)
    done = people_then.assigned > 0
    people_then = replace(people_then, complete=done, evaluable=done, follow_up=np.where(done, 28, -1))
    swapped = people_then.dlt.copy()
    swapped[:, [0, 2]] = swapped[:, [2, 0]]
    other = replace(people_then, dlt=np.where(done[:, [2]], swapped, people_then.dlt))
    answers = []
    for one in (people_then, other):
        one = replace(one, dlt_after=np.where(one.dlt, 0, -1))
        seen = seen_of(one, 3)
        base = replace(Proposal.of_level(np.minimum(seen.current + 1, 3)), posterior=crm.propose(seen).posterior)
        said = rule(base, seen)
        answers.append((said.dose_level.tolist(), said.stop.tolist()))
    assert answers[0] == answers[1] or looks_at_order(rule)


class TestOpenTrial:
    study = study_of(last_day=WINDOW, **STUDIES["crm"])

    def test_the_people_already_there_count(self) -> None:
        before = people(1, "NNT", day=0, first=1)
        state = state_of(self.study, *before)
        found = pathways(self.study, cohorts=2, state=state, on=on(WINDOW + 1))
        assert not any(found.pending)
        assert compare_all(self.study, found, before=before, day=WINDOW + 1, treated=3) > 4

    def test_a_cohort_that_has_begun_is_filled_first(self) -> None:
        state = state_of(self.study, *people(1, "NN", day=0, first=1))
        found = pathways(self.study, cohorts=1, state=state, on=on(WINDOW + 1))
        assert (found.start.dose_level, found.start.next_size) == (1, 1)

    def test_a_cohort_is_filled_at_the_level_assigned_whatever_was_given(self) -> None:
        enrolled = ParticipantEnrolled(usubjid="P-01", on=on(0), dose_level=2)
        given = InfusionGiven(usubjid="P-01", on=on(0), dose_given=1.0)  # the dose of level 1
        study = study_of(design=BOIN, rules=[COHORT], last_day=WINDOW)
        found = pathways(study, cohorts=1, state=state_of(study, enrolled, given), on=on(WINDOW + 1))
        assert found.start.n == (1, 0, 0)
        assert found.start.next_size == (2 if found.start.dose_level == 2 else 3)

    def test_those_in_their_window_settle_first(self) -> None:
        state = state_of(self.study, *people(1, "NN", day=0, first=1))
        found = pathways(self.study, cohorts=1, state=state, on=on(2))
        assert found.pending == (2, 0, 0)
        assert [step.outcomes[0].n_dlt for step in found.start.then] == [0, 1, 2]
        for step in found.start.then:
            results = "N" * (2 - step.outcomes[0].n_dlt) + "T" * step.outcomes[0].n_dlt
            settled = replace(found, start=step)
            compare_all(self.study, settled, before=people(1, results, day=0, first=1), day=WINDOW + 1, treated=2)

    def test_today_is_what_is_advised_today(self) -> None:
        study = study_of(last_day=WINDOW, design=CRM, rules=['name = "wait_for_pending"'])
        state = state_of(study, *people(1, "NNN", day=0, first=1))
        decision = advise(study, state, on=on(2))
        found = pathways(study, cohorts=1, state=state, on=on(2))
        assert decision.action == "wait"
        assert (found.start.action, found.start.reasons) == (decision.action, decision.reasons)

    def test_who_does_not_count_is_not_waited_for(self) -> None:
        left = FollowUpEnded(usubjid="P-02", on=on(1), completed=False, reason="left")
        state = state_of(self.study, *sorted([*people(1, "NN", day=0, first=1), left], key=lambda event: event.on))
        assert pathways(self.study, cohorts=1, state=state, on=on(2)).pending == (1, 0, 0)

    def test_a_closed_trial_has_nothing_ahead(self) -> None:
        closed = EnrolmentClosed(on=on(20), by="sponsor", informative=False, reason="done")
        state = state_of(self.study, *people(1, "NNN", day=0, first=1), closed)
        with pytest.raises(Refused, match="closed"):
            pathways(self.study, cohorts=1, state=state, on=on(20))
        assert pathways(self.study, cohorts=1, state=state, on=on(19)).start.then


def test_too_much_is_refused_with_the_way_out() -> None:
    with pytest.raises(Refused, match="fewer cohorts"):
        pathways(study_of(last_day=WINDOW, design=BOIN), cohorts=10)


def test_the_size_asked_for_and_the_planned_number_are_kept() -> None:
    found = pathways(study_of(last_day=WINDOW, **STUDIES["crm"]), cohorts=3, size=5)
    assert found.start.next_size == 5
    assert {step.next_size for _, step in found.steps()} == {0, 3, 5}


def test_numbers_that_cannot_be_are_all_named() -> None:
    with pytest.raises(ParameterError) as caught:
        pathways(study_of(), cohorts=0, size=0, on=on(1))
    assert {finding.place for finding in caught.value.findings} == {"cohorts", "size", "on"}


def chance(path: tuple[Step, ...], truth: list[float]) -> float:
    """The probability of a course under true DLT rates."""
    groups = [group for step in path for group in step.outcomes]
    return prod(float(binom.pmf(one.n_dlt, one.n, truth[one.dose_level - 1])) for one in groups)


@pytest.mark.parametrize("name", ["crm", "three_plus_three", "titration"])
def test_all_courses_together_are_the_exact_characteristics(name: str) -> None:
    """No course is lost or there twice: weighed by their probabilities they give what the exact engine gives."""
    study, truth = study_of(last_day=WINDOW, **STUDIES[name]), [0.1, 0.25, 0.45]
    found = pathways(study, cohorts=12)
    ends = [((*before, step), chance((*before, step), truth)) for before, step in found.steps() if not step.then]
    exact = every_end(study).characteristics(Truths.of_dlt(truth))
    assert sum(weight for _, weight in ends) == pytest.approx(1.0)
    assert all(path[-1].action == "stop" for path, _ in ends)
    for level in range(3):
        assert sum(w * path[-1].n[level] for path, w in ends) == pytest.approx(exact.n[0, level])
        assert sum(w * path[-1].n_dlt[level] for path, w in ends) == pytest.approx(exact.n_dlt[0, level])
    for level in range(4):
        assert sum(w for path, w in ends if path[-1].selected == level) == pytest.approx(exact.selection[0, level])


REFERENCE = json.loads((ROOT / "references" / "escalation_exact_paths" / "cases.json").read_text(encoding="utf-8"))
COUNTED = [case for case in REFERENCE["cases"] if case["inputs"]["design"] == "3+3"]


@pytest.mark.parametrize("case", COUNTED, ids=lambda case: case["id"])
def test_as_many_courses_as_the_reference_counts(case: dict[str, Any]) -> None:
    inputs = case["inputs"]
    design = designs.build("three_plus_three", {"allow_deescalate": inputs["allow_deescalate"]})
    found = pathways(study_with(design, levels=inputs["num_doses"]), cohorts=len(inputs["cohort_sizes"]))
    assert found.start.paths == case["outputs"]["terminal_nodes"]
