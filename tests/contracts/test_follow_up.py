"""What follow-up means to the designs that look at participants one by one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose

from trialwright import designs
from trialwright.testing.designs import WINDOW, people_of, seen_of
from trialwright.vocabulary.seen import NOT_YET, Ints, People, Proposal, Seen

SKELETON = {"target_toxicity_rate": 0.25, "skeleton": (0.08, 0.16, 0.25)}
CRM: Any = designs.build("crm", SKELETON)
LINEAR: Any = designs.build("tite_crm", SKELETON)
ADAPTIVE: Any = designs.build("tite_crm", {**SKELETON, "weights": "adaptive"})
LIKELIHOOD: Any = designs.build("tite_crm", {**SKELETON, "model": "logistic", "method": "likelihood"})
BOIN: Any = designs.build("boin", {"target_toxicity_rate": 0.25})
TITE_BOIN: Any = designs.build("tite_boin", {"target_toxicity_rate": 0.25})
IMPUTED: Any = designs.build("tite_boin", {"target_toxicity_rate": 0.25, "estimate": "imputed"})
ALL = [LINEAR, ADAPTIVE, LIKELIHOOD, TITE_BOIN, IMPUTED]


def trial_of(*who: tuple[int, str, int]) -> People:
    """One trial: level, T (a DLT), N (none, still in the window), F (finished) or X (not evaluable), and a day."""
    level = np.array([[level for level, _, _ in who]], np.int64)
    kind = np.array([[kind for _, kind, _ in who]])
    day = np.array([[day for _, _, day in who]], np.int64)
    dlt = kind == "T"
    return People(
        assigned=level,
        dose_level=level.copy(),
        dlt=dlt,
        complete=kind == "F",
        evaluable=kind != "X",
        follow_up=np.where(kind == "F", WINDOW, day),
        dlt_after=np.where(dlt, day, NOT_YET),
    )


def ask(design: Any, *who: tuple[int, str, int]) -> Proposal:
    proposal: Proposal = design.propose(seen_of(trial_of(*who), 3))
    return proposal


def said(proposal: Proposal) -> list[str]:
    return [note.code for note in proposal.notes if note.where[0]]


def settled(people: People) -> People:
    """The same trials after everybody's window."""
    late = people.evaluable & ~people.dlt & ~people.complete
    follow_up = np.where(late, WINDOW, people.follow_up)
    return replace(people, complete=people.complete | late, follow_up=follow_up)


@pytest.mark.parametrize("design", ALL, ids=range(len(ALL)))
class TestEveryOne:
    def test_leaves_out_who_is_not_evaluable(self, design: Any) -> None:
        who = [(1, "F", 28), (1, "F", 28), (2, "T", 3), (2, "F", 28), (2, "N", 9)]
        without, with_them = ask(design, *who), ask(design, (1, "X", 20), (2, "X", 28), *who)
        assert without.dose_level[0] == with_them.dose_level[0]
        assert without.evidence is not None
        assert with_them.evidence is not None
        for name, values in without.evidence.items():
            assert_allclose(values, with_them.evidence[name], rtol=0, atol=1e-12, err_msg=name)

    def test_who_is_not_infused_yet_says_nothing(self, design: Any) -> None:
        who = [(1, "F", 28), (1, "F", 28), (1, "F", 28)]
        assert ask(design, *who, (1, "N", NOT_YET)).dose_level[0] == ask(design, *who, (1, "N", 0)).dose_level[0]

    def test_an_event_that_awaits_judgement_is_not_taken_for_none(self, design: Any) -> None:
        who = [(1, "F", 28), (1, "F", 28), (1, "T", 4), (1, "F", 28)]
        unjudged, unknown = ask(design, *who, (1, "N", WINDOW + 3)), ask(design, *who, (1, "N", 0))
        assert unjudged.dose_level[0] == unknown.dose_level[0]
        assert unjudged.evidence is not None
        assert unknown.evidence is not None
        for name, values in unjudged.evidence.items():
            assert np.array_equal(values, unknown.evidence[name]), name

    def test_more_follow_up_without_a_dlt_never_lowers_the_level(self, design: Any) -> None:
        people = people_of(3)
        pending = people.evaluable & ~people.dlt & ~people.complete
        later = np.where(pending, np.minimum(people.follow_up + 7, WINDOW - 1), people.follow_up)
        before = design.propose(seen_of(people, 3))
        after = design.propose(seen_of(replace(people, follow_up=later), 3))
        assert (after.dose_level >= before.dose_level).all()

    def test_counts_alone_are_everybody_settled(self, design: Any) -> None:
        seen = seen_of(settled(people_of(3)), 3)
        assert not seen.n_pending.any()
        counted = replace(seen, people=None)
        with_people, with_counts = design.propose(seen), design.propose(counted)
        assert np.array_equal(with_people.dose_level, with_counts.dose_level)
        assert np.array_equal(with_people.stop, with_counts.stop)
        assert np.array_equal(design.select(seen), design.select(counted))


class TestAtTheEndOfEveryWindow:
    def test_the_tite_crm_is_the_crm(self) -> None:
        seen = seen_of(settled(people_of(3)), 3)
        plain = CRM.propose(seen)
        for design in (LINEAR, ADAPTIVE):
            ours = design.propose(seen)
            assert np.array_equal(ours.dose_level, plain.dose_level)
            assert_allclose(ours.evidence["beta_mean"], plain.evidence["beta_mean"], rtol=0, atol=1e-12)
            assert np.array_equal(design.select(seen), CRM.select(seen))

    def test_tite_boin_is_boin(self) -> None:
        seen = seen_of(settled(people_of(3)), 3)
        for design in (TITE_BOIN, IMPUTED):
            ours, plain = design.propose(seen), BOIN.propose(seen)
            assert np.array_equal(ours.dose_level, plain.dose_level)
            assert not ours.wait.any()
            assert np.array_equal(design.select(seen), BOIN.select(seen))


def pending_only(seen: Seen, pending: Ints) -> Seen:
    return replace(seen, n_pending=pending)


class TestTiteCrm:
    def test_weights_by_hand(self) -> None:
        people = trial_of((1, "F", 28), (1, "T", 7), (2, "N", 7), (2, "N", 14), (2, "N", NOT_YET), (2, "X", 20))
        seen = seen_of(people, 3)
        assert LINEAR.weights_of(seen)[0].tolist() == [1, 1, 0.25, 0.5, 0, 0]
        assert_allclose(ADAPTIVE.weights_of(seen)[0], [1, 1, 1 / 2, (1 + 7 / 21) / 2, 0, 0], rtol=0, atol=1e-15)

    def test_says_what_the_pending_count_for(self) -> None:
        proposal = ask(LINEAR, (1, "F", 28), (1, "N", 7), (1, "N", 14))
        (note, *_) = [note for note in proposal.notes if note.where[0]]
        english, french = (note.text.said(language, **note.said_of(0)) for language in ("en", "fr"))
        assert english == ("2 participants without a DLT are still in their window; together they count as 0.75.")
        assert french.endswith("ensemble ils comptent pour 0,75.")

    def test_keeps_the_level_while_nothing_is_known(self) -> None:
        proposal = ask(LINEAR, (2, "N", 0), (2, "N", NOT_YET))
        assert proposal.dose_level[0] == 2
        assert said(proposal) == ["tite_crm.weighed", "tite_crm.nothing_known"]
        assert LINEAR.select(seen_of(trial_of((2, "N", 0)), 3))[0] == 0

    def test_without_a_window_nobody_pending_counts(self) -> None:
        seen = replace(seen_of(trial_of((1, "F", 28), (1, "N", 7)), 3), window_days=0)
        assert LINEAR.weights_of(seen)[0].tolist() == [1, 0]
        assert ADAPTIVE.weights_of(seen)[0].tolist() == [1, 0]


class TestTiteBoin:
    def test_waits_while_more_than_half_are_pending(self) -> None:
        finished = [(1, "F", 28)] * 2
        assert not ask(TITE_BOIN, *finished, (1, "N", 20), (1, "N", 20)).wait[0]
        proposal = ask(TITE_BOIN, *finished, *[(1, "N", 27)] * 3)
        assert (proposal.wait[0], proposal.dose_level[0], said(proposal)) == (True, 1, ["tite_boin.suspended"])
        (note,) = [note for note in proposal.notes if note.where[0]]
        assert note.text.said("en", **note.said_of(0)) == (
            "3 of 5 participants at level 1 are in their window, more than the share of 50.0% that may be: nobody is "
            "assigned for now."
        )

    def test_waits_at_the_lowest_level_when_asked_to_go_down(self) -> None:
        proposal = ask(TITE_BOIN, (1, "T", 3), (1, "F", 28), (1, "N", 27))
        assert (proposal.wait[0], proposal.dose_level[0], said(proposal)) == (True, 1, ["tite_boin.unsettled"])

    def test_elimination_does_not_wait(self) -> None:
        toxic = [(2, "T", 1)] * 4 + [(2, "N", 2)] * 5
        proposal = ask(TITE_BOIN, (1, "F", 28), *toxic)
        assert (proposal.wait[0], proposal.dose_level[0]) == (True, 2)  # 4 in 9 does not eliminate: it waits
        proposal = ask(TITE_BOIN, (1, "F", 28), *toxic, *[(2, "T", 1), (2, "N", 1)] * 2)
        assert (proposal.wait[0], proposal.dose_level[0]) == (False, 1)  # 6 in 13 does, 7 of them pending

    def test_extra_safe_acts_at_the_lowest_level_and_at_the_end(self) -> None:
        parameters = {"target_toxicity_rate": 0.3, "extra_safe": True, "offset": 0.2}
        safer: Any = designs.build("tite_boin", parameters)
        there = [(1, "T", 2), (1, "T", 2), (1, "F", 28)]  # 2 DLT in 3: above 30% with a probability of 91.6%
        assert ask(safer, *there).stop[0]
        assert not ask(TITE_BOIN, *there).stop[0]
        above = [*there, (2, "F", 28)]
        assert not ask(safer, *above).stop[0]
        assert safer.select(seen_of(trial_of(*above), 3))[0] == 0
        toxic = [(1, "T", 2)] * 3
        for who, threshold in ((toxic, 0.75), ([*toxic, (2, "F", 28)], 0.95)):
            (note,) = [note for note in ask(safer, *who).notes if note.code == "tite_boin.closed"]
            assert note.said_of(0)["confidence"] == pytest.approx(threshold)

    def test_rules_are_told_what_the_follow_up_says(self) -> None:
        believed = ask(TITE_BOIN, (1, "T", 2), (1, "F", 28), (1, "N", 14)).posterior
        assert believed is not None
        assert believed.mean()[0, 0] == pytest.approx((1 + 1) / (2 + 2.5), abs=1e-15)

    def test_the_dlts_to_be_expected_are_imputed_by_hand(self) -> None:
        proposal = ask(IMPUTED, (2, "T", 3), *[(2, "F", 28)] * 4, (2, "N", 7), (2, "N", NOT_YET))
        assert proposal.evidence is not None
        rate = (1 + (2 - 0.25) * (1 + 0.125) / (7 - 2 - 1 + 1 - 0.125)) / 7
        assert proposal.evidence["imputed_rate"][0].tolist() == [0, pytest.approx(rate, abs=1e-15), 0]
        (note,) = [note for note in proposal.notes if note.where[0]]
        assert note.text.said("en", **note.said_of(0)) == (
            "1 DLT in 7 at level 2, 2 of them in their window: with the DLTs to be expected of these, the rate is 20.1%"
            " (boundaries 19.7% and 29.8%, observed rate 14.3%), which asks to stay."
        )

    def test_imputed_dlts_alone_never_lower_the_level(self) -> None:
        proposal = ask(IMPUTED, (2, "T", 3), *[(2, "F", 28)] * 2, *[(2, "N", 0)] * 2)
        assert proposal.evidence is not None
        assert proposal.evidence["imputed_rate"][0, 1] > IMPUTED.lambda_d
        assert proposal.dose_level[0] == 2  # 1 DLT in 5 is not above 25%

    def test_a_boundary_that_is_met_exactly_is_obeyed(self) -> None:
        design: Any = designs.build("tite_boin", {"target_toxicity_rate": 0.4, "p_saf": 0.2, "p_tox": 0.6})
        assert design.lambda_d == pytest.approx(0.5, abs=1e-15)
        assert ask(design, (2, "T", 3), (2, "F", 28)).dose_level[0] == 1

    def test_counts_alone_give_those_in_their_window_no_follow_up(self) -> None:
        seen = replace(seen_of(trial_of((1, "F", 28), (1, "F", 28)), 3), people=None)
        assert TITE_BOIN.propose(seen).dose_level[0] == 2
        proposal = TITE_BOIN.propose(pending_only(seen, np.array([[2, 0, 0]])))
        assert proposal.evidence["effective_n"][0].tolist() == [2, 0, 0]
