"""Worked states of the rules that look at counts, at who was last, and at a posterior: what each does, and says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, final

import numpy as np
import pytest

from trialwright import designs, rules
from trialwright.testing.states import seen_after
from trialwright.vocabulary.errors import Refused
from trialwright.vocabulary.seen import Floats, Proposal, Seen

STOPPED = (0, False, True)


@final
@dataclass(frozen=True)
class Believed:
    """A posterior whose answers are written down."""

    above: tuple[float, ...]

    def mean(self) -> Floats:
        return np.array([self.above])

    def quantile(self, probability: float) -> Floats:
        return np.array([self.above]) * probability

    def exceedance(self, rate: float) -> Floats:
        return np.array([self.above])


def proposed(level: int, *, wait: bool = False, above: tuple[float, ...] | None = None) -> Proposal:
    believed = None if above is None else Believed(above)
    return replace(Proposal.of_level(np.array([level]), posterior=believed), wait=np.array([wait]))


def asked(name: str, parameters: Mapping[str, Any], proposal: Proposal, *, seen: Seen) -> Proposal:
    return rules.build(name, parameters)(proposal, seen)


def answer(name: str, parameters: Mapping[str, Any], proposal: Proposal, *, seen: Seen) -> tuple[int, bool, bool]:
    after = asked(name, parameters, proposal, seen=seen)
    return int(after.dose_level[0]), bool(after.wait[0]), bool(after.stop[0])


def reason(after: Proposal, language: Any = "en") -> str:
    (note,) = [note for note in after.notes if note.where[0]]
    return note.text.said(language, **note.said_of(0))


class TestCoherence:
    @pytest.mark.parametrize(
        ("parameters", "outcomes", "level", "expected"),
        [
            ({}, "1NNT", 2, 1),  # the last participant had a DLT
            ({}, "1NTN", 2, 2),  # the one before had; Cheung 2005 looks at the last
            ({"last": 3}, "1NTN", 2, 1),
            ({"last": 3}, "1NTN", 1, 1),  # staying is allowed
            ({"last": 3}, "2NTN", 1, 1),  # going down is allowed
            ({"last": 3}, "1NTN 1NNN", 2, 2),  # another cohort came after
            ({"last": 3, "rate": 0.25}, "1NNT", 2, 1),  # 1/3 reaches 0.25: crmsim(restrict = TRUE)
            ({"last": 3, "rate": 0.34}, "1NNT", 2, 2),
            ({"last": 3, "rate": 1 / 3}, "1NNT", 2, 1),  # equality forbids
            ({"judged": "current_level", "rate": 0.25}, "1NNT", 2, 1),
            ({"judged": "current_level", "rate": 0.25}, "1NNN 1NNT", 2, 2),  # 1/6 at the level
            ({"judged": "current_level", "rate": 0.25}, "1TTN 1NNN", 2, 1),  # 2/6, though the last cohort had none
        ],
    )
    def test_no_escalation_right_after_a_dlt(
        self, parameters: dict[str, Any], outcomes: str, level: int, expected: int
    ) -> None:
        assert answer("coherence", parameters, proposed(level), seen=seen_after(outcomes, 3)) == (
            expected,
            False,
            False,
        )

    def test_a_pending_participant_does_not_hide_the_dlt_before(self) -> None:
        seen = seen_after("1NTN", 3)
        assert seen.people is not None
        pending = replace(seen, people=replace(seen.people, complete=np.array([[True, True, False]])))
        assert answer("coherence", {}, proposed(2), seen=pending)[0] == 1

    def test_a_participant_who_does_not_count_is_passed_over(self) -> None:
        seen = seen_after("1NTT", 3)
        assert seen.people is not None
        nobody = replace(seen, people=replace(seen.people, evaluable=np.array([[True, False, False]])))
        assert answer("coherence", {}, proposed(2), seen=nobody)[0] == 2

    def test_counts_alone_do_not_say_who_was_last(self) -> None:
        counts = Seen.of_counts([3, 0], [1, 0], 1)
        with pytest.raises(Refused, match="current_level"):
            asked("coherence", {}, proposed(2), seen=counts)
        assert answer("coherence", {"judged": "current_level", "rate": 0.3}, proposed(2), seen=counts)[0] == 1

    def test_the_restriction_of_crmsim_needs_no_skipping_beside_it(self) -> None:
        """A CRM that would go from 1 to 3 after 1 DLT in 3 stays; after none it goes up by one."""
        crm = designs.build("crm", {"target_toxicity_rate": 0.5, "skeleton": [0.1, 0.2, 0.45]})
        seen = seen_after("1NNT", 3)
        assert int(crm.propose(seen).dose_level[0]) > 1
        assert answer("coherence", {"last": 3, "rate": 0.25}, crm.propose(seen), seen=seen)[0] == 1

    def test_it_says_why(self) -> None:
        after = asked("coherence", {"last": 3}, proposed(2), seen=seen_after("1NTN", 3))
        assert reason(after).startswith("1 DLT among the last 3 settled: no escalation to level 2")
        assert "pas d'escalade au palier 2" in reason(after, "fr")


LIMIT = {"rate": 0.33, "max_probability": 0.25}


class TestOverdoseControl:
    @pytest.mark.parametrize(
        ("above", "level", "expected"),
        [
            ((0.1, 0.2, 0.3), 3, (2, False, False)),
            ((0.1, 0.3, 0.5), 3, (1, False, False)),
            ((0.1, 0.25, 0.5), 2, (2, False, False)),  # exactly the limit is admissible
            ((0.3, 0.4, 0.5), 2, STOPPED),
            ((0.3, 0.1, 0.1), 3, (3, False, False)),  # only the level proposed and those below it are asked about
            ((0.9, 0.9, 0.9), 0, STOPPED),
        ],
    )
    def test_the_highest_admissible_level(
        self, above: tuple[float, ...], level: int, expected: tuple[int, bool, bool]
    ) -> None:
        seen = seen_after("1NNN 2NNN", 3)
        assert answer("overdose_control", LIMIT, proposed(level, above=above), seen=seen) == expected

    def test_a_stop_does_not_wait_and_a_lower_level_still_does(self) -> None:
        seen = seen_after("1NNN", 3)
        lowered = proposed(3, wait=True, above=(0.1, 0.3, 0.5))
        assert answer("overdose_control", LIMIT, lowered, seen=seen) == (1, True, False)
        stopped = proposed(3, wait=True, above=(0.5, 0.5, 0.5))
        assert answer("overdose_control", LIMIT, stopped, seen=seen) == STOPPED

    @pytest.mark.parametrize(("level", "expected"), [(2, 2), (3, 2), (1, 1)])
    def test_the_prior_alone_stops_nothing_but_opens_nothing(self, level: int, expected: int) -> None:
        nobody = Seen.of_counts([0, 0, 0], [0, 0, 0], 2)
        everything_over = proposed(level, above=(0.9, 0.9, 0.9))
        assert answer("overdose_control", LIMIT, everything_over, seen=nobody) == (expected, False, False)

    def test_with_the_posterior_of_a_design(self) -> None:
        crm = designs.build("crm", {"target_toxicity_rate": 0.25, "skeleton": [0.08, 0.16, 0.25]})
        toxic, fine = seen_after("1TTT", 3), seen_after("1NNN 2NNN 3NNN", 3)
        assert answer("overdose_control", LIMIT, crm.propose(toxic), seen=toxic) == STOPPED
        assert answer("overdose_control", LIMIT, crm.propose(fine), seen=fine) == (3, False, False)

    def test_it_refuses_a_design_without_a_posterior(self) -> None:
        with pytest.raises(Refused, match="keeps none"):
            asked("overdose_control", LIMIT, proposed(1), seen=seen_after("1N", 3))

    def test_it_says_why(self) -> None:
        after = asked("overdose_control", LIMIT, proposed(3, above=(0.1, 0.3, 0.5)), seen=seen_after("1N", 3))
        assert reason(after) == (
            "The probability that the DLT rate of level 3 is above 33.0% is 50.0%, more than 25.0%: level 1 is the "
            "highest admissible one."
        )
        assert reason(after, "fr").endswith("le palier 1 est le plus haut admissible.")


class TestStopWhenNAtDose:
    @pytest.mark.parametrize(
        ("n", "level", "expected"),
        [
            (6, 1, STOPPED),
            (7, 1, (1, True, False)),
            (6, 2, (2, True, False)),
            (3, 2, STOPPED),
            (1, 3, (3, True, False)),
        ],
    )
    def test_the_level_proposed_is_the_one_counted(self, n: int, level: int, expected: tuple[int, bool, bool]) -> None:
        seen = seen_after("1NNNNNN 2NNT", 3)
        assert answer("stop_when_n_at_dose", {"n": n}, proposed(level, wait=True), seen=seen) == expected

    @pytest.mark.parametrize(("counted", "stopped"), [("settled", False), ("treated", True)])
    def test_who_is_still_in_the_window_counts_if_asked_for(self, counted: str, stopped: bool) -> None:
        seen = replace(seen_after("1NN", 3), n_pending=np.array([[1, 0, 0]]))
        assert answer("stop_when_n_at_dose", {"n": 3, "counted": counted}, proposed(1), seen=seen)[2] is stopped


class TestStopWhenPrecise:
    def test_the_width_of_the_interval_by_hand(self) -> None:
        """Beta(1, 7) after 0 of 6: the 5% and 95% quantiles are 1 - 0.95^(1/7) and 1 - 0.05^(1/7)."""
        width = 0.95 ** (1 / 7) - 0.05 ** (1 / 7)
        seen = seen_after("1NNNNNN", 3)
        for below, stopped in ((width + 1e-9, True), (width - 1e-9, False)):
            asked_for = {"below": below, "posterior": "beta"}
            assert answer("stop_when_precise", asked_for, proposed(1), seen=seen)[2] is stopped

    def test_the_coefficient_of_variation_by_hand(self) -> None:
        """Beta(7, 1) after 6 of 6: the quantile at q is q^(1/7)."""

        def quantile(share: float) -> float:
            return float(share ** (1 / 7))

        cv = (quantile(0.75) - quantile(0.25)) / 1.349 / quantile(0.5)
        seen = seen_after("1TTTTTT", 3)
        for below, stopped in ((cv + 1e-9, True), (cv - 1e-9, False)):
            asked_for = {"below": below, "posterior": "beta", "measure": "cv"}
            assert answer("stop_when_precise", asked_for, proposed(1), seen=seen)[2] is stopped

    @pytest.mark.parametrize(("level", "stopped"), [(1, True), (2, False), (0, True)])
    def test_nobody_stops_on_a_prior(self, level: int, stopped: bool) -> None:
        """The posterior is narrow everywhere; only level 1 has been seen in enough participants."""
        narrow = proposed(level, above=(0.1, 0.1, 0.1))
        seen = seen_after("1NNNNNN 2NNNNN", 3)
        assert answer("stop_when_precise", {"below": 0.3}, narrow, seen=seen)[2] is stopped

    def test_it_refuses_a_design_without_a_posterior(self) -> None:
        with pytest.raises(Refused, match='posterior = "beta"'):
            asked("stop_when_precise", {"below": 0.3}, proposed(1), seen=seen_after("1N", 3))


class TestDemandNAtDose:
    @pytest.mark.parametrize(
        ("parameters", "outcomes", "level", "expected"),
        [
            ({"n": 4}, "1NNN", 2, 1),
            ({"n": 3}, "1NNN", 2, 2),
            ({"n": 6}, "1NNN 2NNN", 1, 1),  # going down is never held up
            ({"n": 6}, "1NNN 2NNN", 2, 2),
            ({"n": 6, "level": 2}, "1NNN", 2, 2),  # reaching the level is free, leaving it is not
            ({"n": 6, "level": 2}, "1NNN", 3, 2),
            ({"n": 6, "level": 2}, "1NNN 2NNN", 3, 2),
            ({"n": 6, "level": 2}, "2NNNNNN", 3, 3),
            ({"n": 6, "level": 1}, "2NNN", 3, 3),  # a trial that began above it
        ],
    )
    def test_enough_before_going_up(self, parameters: dict[str, Any], outcomes: str, level: int, expected: int) -> None:
        after = answer("demand_n_at_dose", parameters, proposed(level), seen=seen_after(outcomes, 3))
        assert after == (expected, False, False)

    def test_a_stop_is_never_held_up(self) -> None:
        assert answer("demand_n_at_dose", {"n": 9}, proposed(0), seen=seen_after("1TTT", 3)) == STOPPED


class TestCapLevel:
    @pytest.mark.parametrize(
        ("parameters", "outcomes", "level", "expected"),
        [
            ({"level": 2}, "1NNN 2NNN", 3, 2),
            ({"level": 2}, "1NNN 2NNN", 2, 2),
            ({"level": "cleared"}, "1NNN", 3, 2),
            ({"level": "cleared"}, "1NN", 2, 1),  # two are not enough to clear a level
            ({"level": "cleared"}, "1NNT", 2, 1),  # one of three is more than one of six
            ({"level": "cleared"}, "1NNT 1NNN", 2, 2),
            ({"level": "cleared", "above": 0}, "1NNN 2NN", 2, 1),
            ({"level": "cleared", "above": 0}, "1NNN 2NNN", 3, 2),
            ({"level": "cleared"}, "1TTN 2NNN", 3, 2),  # level 1 is not cleared, so level 2 is not either
            ({"level": "cleared"}, "1N 2NNN", 3, 3),  # too few at level 1 say nothing
        ],
    )
    def test_never_above(self, parameters: dict[str, Any], outcomes: str, level: int, expected: int) -> None:
        after = answer("cap_level", parameters, proposed(level), seen=seen_after(outcomes, 3))
        assert after == (expected, False, False)

    def test_the_starting_level_stays_open(self) -> None:
        nobody = Seen.of_counts([0, 0, 0], [0, 0, 0], 2)
        assert answer("cap_level", {"level": "cleared"}, proposed(2), seen=nobody)[0] == 2

    def test_one_reason_where_it_changed_something(self) -> None:
        none = asked("cap_level", {"level": "cleared"}, proposed(2), seen=seen_after("1NN", 3))
        far = asked("cap_level", {"level": "cleared"}, proposed(3), seen=seen_after("1NNN", 3))
        assert reason(none).startswith("No level is cleared yet")
        assert reason(far) == "Level 3 is too far above the highest cleared level (1): level 2 is the highest allowed."
        assert reason(far, "fr").startswith("Le palier 3 est trop au-dessus")
