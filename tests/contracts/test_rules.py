"""Every rule keeps the contract, because it is registered; and the contract notices who does not."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from trialwright import designs, rules
from trialwright.testing.rules import RULE_CHECKS, check_rule
from trialwright.testing.states import seen_after
from trialwright.vocabulary.errors import Finding, ParameterError, Refused
from trialwright.vocabulary.seen import Proposal, Rule, Seen
from trialwright.vocabulary.words import Text

WHY = Text(en="Because of level {level}.", fr="À cause du palier {level}.")


@pytest.mark.parametrize("name", rules.available())
class TestEveryRule:
    @pytest.mark.parametrize("check", RULE_CHECKS, ids=lambda check: check.__name__)
    def test_keeps_its_promise(self, name: str, check: Callable[[Rule, int], None]) -> None:
        check(rules.build(name, rules.module(name).EXAMPLE), 3)

    def test_says_what_it_is_and_when_to_choose_it(self, name: str) -> None:
        docstring = rules.module(name).__doc__ or ""
        for chapter in ("Rule in words.", "Formula.", "Reference.", "Choose "):
            assert chapter in docstring


OTHERS: list[tuple[str, Mapping[str, Any]]] = [
    ("no_skipping", {"above": "highest_tried"}),
    ("stop_when_too_toxic", {"rate": 0.2, "confidence": 0.6, "level": "any"}),
    ("stop_when_too_toxic", {"rate": 0.2, "confidence": 0.6, "level": 2, "n_min": 2}),
    ("stop_when_too_toxic", {"rate": 0.2, "confidence": 0.6, "level": 1, "posterior": "design"}),
    ("wait_for_pending", {"scope": "before_escalation"}),
    ("wait_for_pending", {"scope": "before_next_cohort"}),
    ("coherence", {"last": 3, "rate": 0.33}),
    ("coherence", {"judged": "current_level", "rate": 0.25}),
    ("overdose_control", {"rate": 0.2, "max_probability": 0.6}),
    ("stop_when_n_at_dose", {"n": 3, "counted": "treated"}),
    ("stop_when_precise", {"below": 0.3, "measure": "cv", "n_min": 1}),
    ("stop_when_precise", {"below": 0.4, "posterior": "beta", "prior_a": 0.5, "credibility": 0.8}),
    ("demand_n_at_dose", {"n": 6, "level": 2}),
    ("cap_level", {"level": 2}),
    ("cap_level", {"level": "cleared", "above": 0, "n": 2, "rate": 0.3}),
]


@pytest.mark.parametrize(("name", "parameters"), OTHERS)
def test_other_parameters_keep_the_promises_too(name: str, parameters: Mapping[str, Any]) -> None:
    check_rule(rules.build(name, parameters))


def proposed(level: int, *, wait: bool = False) -> Proposal:
    return replace(Proposal.of_level(np.array([level])), wait=np.array([wait]))


def answer(name: str, parameters: Mapping[str, Any], proposal: Proposal, seen: Seen) -> tuple[int, bool, bool]:
    after = rules.build(name, parameters)(proposal, seen)
    return int(after.dose_level[0]), bool(after.wait[0]), bool(after.stop[0])


class TestWhatTheRulesDo:
    @pytest.mark.parametrize(
        ("above", "outcomes", "level", "allowed"),
        [
            ("current", "1NNN", 3, 2),
            ("current", "1NNN 2NNN 3NNT 1NNN", 3, 2),
            ("highest_tried", "1NNN 2NNN 3NNT 1NNN", 4, 4),
            ("highest_tried", "1NNN 2NNN 1NNN", 4, 3),
            ("current", "3NNN", 1, 1),
        ],
    )
    def test_no_skipping(self, above: str, outcomes: str, level: int, allowed: int) -> None:
        assert answer("no_skipping", {"above": above}, proposed(level), seen_after(outcomes, 4))[0] == allowed

    @pytest.mark.parametrize("above", ["current", "highest_tried"])
    def test_nobody_starts_above_the_starting_level(self, above: str) -> None:
        seen = Seen.of_counts([0, 0, 0], [0, 0, 0], 2)
        assert answer("no_skipping", {"above": above}, proposed(3), seen) == (2, False, False)
        assert answer("no_skipping", {"above": above}, proposed(2), seen) == (2, False, False)

    @pytest.mark.parametrize(("n", "stopped"), [(6, True), (7, False)])
    def test_stop_at_n(self, n: int, stopped: bool) -> None:
        after = answer("stop_at_n", {"n": n}, proposed(2, wait=True), seen_after("1NNN 2NNN", 3))
        assert after == ((0, False, True) if stopped else (2, True, False))

    @pytest.mark.parametrize(
        ("level", "outcomes", "expected"),
        [
            ("lowest", "1TTT", (0, False, True)),
            ("lowest", "1NNN 2TTT", (2, False, False)),
            ("any", "1NNN 2TTT", (0, False, True)),
            (2, "1NNN 2TTT", (1, False, False)),
            (2, "1NNN 2NNN", (2, False, False)),
            (1, "1TTT", (0, False, True)),
        ],
    )
    def test_stop_when_too_toxic(self, level: str | int, outcomes: str, expected: tuple[int, bool, bool]) -> None:
        parameters = {"rate": 0.25, "confidence": 0.9, "level": level}
        assert answer("stop_when_too_toxic", parameters, proposed(2), seen_after(outcomes, 3)) == expected

    def test_a_minimum_holds_the_stop_back(self) -> None:
        parameters = {"rate": 0.25, "confidence": 0.9, "n_min": 4}
        assert answer("stop_when_too_toxic", parameters, proposed(1), seen_after("1TTT", 3)) == (1, False, False)

    def test_a_prior_alone_stops_nothing(self) -> None:
        parameters = {"rate": 0.05, "confidence": 0.6}
        assert answer("stop_when_too_toxic", parameters, proposed(1), Seen.of_counts([0, 0], [0, 0], 1))[2] is False

    def test_the_design_s_posterior_is_used_where_asked_for(self) -> None:
        crm = designs.build("crm", {"target_toxicity_rate": 0.25, "skeleton": [0.08, 0.16, 0.25]})
        rule = rules.build("stop_when_too_toxic", {"rate": 0.25, "confidence": 0.9, "posterior": "design"})
        seen = seen_after("1TTT", 3)
        assert rule(crm.propose(seen), seen).stop[0]
        with pytest.raises(Refused, match="keeps none"):
            rule(proposed(1), seen)

    def test_the_normal_approximation_is_refused_where_there_is_no_beta(self) -> None:
        limit = {"rate": 0.25, "confidence": 0.9, "posterior": "normal-approximation"}
        rule, seen = rules.build("stop_when_too_toxic", limit), seen_after("1TTT", 3)
        crm = designs.build("crm", {"target_toxicity_rate": 0.25, "skeleton": [0.08, 0.16, 0.25]})
        assert rule(crm.propose(seen), seen).stop[0]
        boin = designs.build("boin", {"target_toxicity_rate": 0.25})
        with pytest.raises(Refused, match="no posterior of one beta"):
            rule(boin.propose(seen), seen)
        with pytest.raises(Refused, match="keeps none"):
            rule(proposed(1), seen)

    @pytest.mark.parametrize(
        ("scope", "level", "in_cohort", "waits"),
        [
            ("all", 1, 1, True),
            ("before_next_cohort", 1, 1, False),
            ("before_next_cohort", 1, 0, True),
            ("before_escalation", 1, 0, False),
            ("before_escalation", 2, 0, True),
        ],
    )
    def test_wait_for_pending(self, scope: str, level: int, in_cohort: int, waits: bool) -> None:
        seen = replace(seen_after("1NN", 3), n_pending=np.array([[1, 0, 0]]), in_cohort=np.array([in_cohort]))
        assert answer("wait_for_pending", {"scope": scope}, proposed(level), seen) == (level, waits, False)

    def test_pending_participants_never_hold_up_a_stop(self) -> None:
        seen = replace(seen_after("1TT", 3), n_pending=np.array([[1, 0, 0]]))
        assert answer("wait_for_pending", {}, proposed(0), seen) == (0, False, True)

    @pytest.mark.parametrize(("level", "expected"), [(3, 2), (2, 2), (1, 1), (0, 0)])
    def test_complete_cohort(self, level: int, expected: int) -> None:
        seen = replace(seen_after("2NN", 3), in_cohort=np.array([2]))
        assert answer("complete_cohort", {}, proposed(level), seen)[0] == expected

    @pytest.mark.parametrize(
        ("name", "parameters", "places"),
        [
            ("stop_at_n", {"n": 0}, {"n"}),
            ("no_skipping", {"above": "all"}, {"above"}),
            ("wait_for_pending", {"scope": ["all"]}, {"scope"}),
            ("stop_when_too_toxic", {"rate": 25, "confidence": 90, "level": "top"}, {"rate", "confidence", "level"}),
            ("coherence", {"judged": "first", "last": 0, "rate": 25}, {"judged", "last", "rate"}),
            ("coherence", {"judged": "current_level"}, {"rate"}),
            ("overdose_control", {"rate": 33, "max_probability": 1}, {"rate", "max_probability"}),
            ("stop_when_n_at_dose", {"n": 0, "counted": "all"}, {"n", "counted"}),
            ("stop_when_precise", {"below": 0, "n_min": 0, "measure": "sd"}, {"below", "n_min", "measure"}),
            ("demand_n_at_dose", {"n": True, "level": 0}, {"n", "level"}),
            ("cap_level", {"level": "tried", "above": -1, "rate": 0}, {"level", "above", "rate"}),
        ],
    )
    def test_bad_parameters_are_all_named(self, name: str, parameters: dict[str, Any], places: set[str]) -> None:
        with pytest.raises(ParameterError) as caught:
            rules.build(name, parameters)
        assert {finding.place for finding in caught.value.findings} == places

    @pytest.mark.parametrize(
        ("name", "parameters"),
        [
            ("stop_when_too_toxic", {"rate": 0.2, "confidence": 0.9}),
            ("demand_n_at_dose", {"n": 3}),
            ("cap_level", {}),
        ],
    )
    def test_a_level_that_does_not_exist_is_named(self, name: str, parameters: dict[str, Any]) -> None:
        rule = rules.build(name, {**parameters, "level": 4})
        assert [finding.place for finding in rule.fits(3)] == ["level"]
        assert list(rule.fits(4)) == []


class Sound:
    """Lowers everything by one level; the broken ones below differ in one thing each."""

    def fits(self, levels: int) -> Sequence[Finding]:
        return ()

    def where(self, proposal: Proposal, seen: Seen) -> Any:
        return ~proposal.stop & (proposal.dose_level > 1)

    def __call__(self, proposal: Proposal, seen: Seen) -> Proposal:
        where = self.where(proposal, seen)
        level = proposal.dose_level - 1
        return proposal.changed(where, code="lower", text=WHY, values={"level": level}, dose_level=level)


class Revives(Sound):
    def __call__(self, proposal: Proposal, seen: Seen) -> Proposal:
        return proposal.changed(
            proposal.stop, code="on", text=WHY, values={"level": 1}, dose_level=1, stop=False, wait=False
        )


class StopsAtALevel(Sound):
    def __call__(self, proposal: Proposal, seen: Seen) -> Proposal:
        return proposal.changed(~proposal.stop, code="no", text=WHY, values={"level": 1}, stop=True, wait=False)


class TalksTooMuch(Sound):
    def where(self, proposal: Proposal, seen: Seen) -> Any:
        return np.ones(seen.batch, np.bool_)

    def __call__(self, proposal: Proposal, seen: Seen) -> Proposal:
        return proposal.changed(self.where(proposal, seen), code="talk", text=WHY, values={"level": 1})


class Forgets(Sound):
    def __call__(self, proposal: Proposal, seen: Seen) -> Proposal:
        return replace(super().__call__(proposal, seen), notes=())


class LooksAtTheBatch(Sound):
    def where(self, proposal: Proposal, seen: Seen) -> Any:
        return super().where(proposal, seen) & (seen.batch > 1)


class Scribbles(Sound):
    def where(self, proposal: Proposal, seen: Seen) -> Any:
        proposal.wait[:] = False
        return super().where(proposal, seen)


class TestTheContractNotices:
    @pytest.mark.parametrize(
        ("broken", "promise"),
        [
            (Revives, "a stop is final"),
            (StopsAtALevel, "stop and level 0 go together"),
            (TalksTooMuch, "reasons and changes go together"),
            (Forgets, "earlier reasons are kept"),
            (LooksAtTheBatch, "the same answer alone"),
            (Scribbles, "left as it was given"),
        ],
        ids=lambda value: value.__name__ if isinstance(value, type) else "",
    )
    def test_a_broken_one(self, broken: type[Sound], promise: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("trialwright.testing.rules.nonsense_is_named", lambda kind: None)
        with pytest.raises(ExceptionGroup) as caught:
            check_rule(broken())
        assert any(promise in str(error) for error in caught.value.exceptions)

    def test_nothing_about_a_sound_rule(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("trialwright.testing.rules.nonsense_is_named", lambda kind: None)
        check_rule(Sound())
