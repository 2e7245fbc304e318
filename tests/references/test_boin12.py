"""The 42 decisions of references/escalation_boin12, and what the design does where it leaves that tool."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose

from trialwright import designs
from trialwright.testing.states import seen_after
from trialwright.vocabulary.errors import Refused
from trialwright.vocabulary.seen import Design, Proposal, Seen

FILE = json.loads(
    (Path(__file__).parents[2] / "references" / "escalation_boin12" / "cases.json").read_text(encoding="utf-8")
)
LIMITS = {"toxicity_limit": 0.35, "activity_limit": 0.25}


def boin12(**parameters: Any) -> Design:
    return designs.build("boin12", {**LIMITS, **parameters})


def counted(inputs: dict[str, Any]) -> Seen:
    """The counts of a case, straight from its participants."""
    here = np.array(inputs["doses"])[:, None] == np.arange(1, inputs["num_doses"] + 1)
    tox, eff = np.array(inputs["tox"]), np.array(inputs["eff"])
    counts = {"n_active": eff @ here, "n_both": (tox * eff) @ here}
    return Seen.of_counts(here.sum(axis=0), tox @ here, inputs["doses"][-1], **counts)


def design_of(inputs: dict[str, Any]) -> Design:
    names = {
        "phi_t": "toxicity_limit",
        "phi_e": "activity_limit",
        "u2": "score_neither",
        "u3": "score_both",
        "c_t": "toxicity_confidence",
        "c_e": "activity_confidence",
        "n_star": "stay_from",
        "prior_a": "prior_a",
        "prior_b": "prior_b",
    }
    return designs.build("boin12", {name: inputs[theirs] for theirs, name in names.items()})


def proposal_of(inputs: dict[str, Any]) -> Proposal:
    return design_of(inputs).propose(counted(inputs))


def test_every_case_scores_the_ends_as_100_and_0() -> None:
    assert len(FILE["cases"]) == 42
    assert {(case["inputs"]["u1"], case["inputs"]["u4"]) for case in FILE["cases"]} == {(100, 0)}


@pytest.mark.parametrize("case", FILE["cases"], ids=lambda case: case["id"])
class TestDecisions:
    def test_next_level(self, case: dict[str, Any]) -> None:
        proposal = proposal_of(case["inputs"])
        assert proposal.dose_level[0] == case["outputs"]["next_dose"]
        assert bool(proposal.stop[0]) is not case["outputs"]["continue"]

    def test_desirability_and_admissible_neighbours(self, case: dict[str, Any]) -> None:
        evidence, current = proposal_of(case["inputs"]).evidence or {}, case["inputs"]["doses"][-1]
        wanted = FILE["tolerance"]["desirability"]
        assert_allclose(100 * evidence["desirability"][0], case["outputs"]["desirability"], rtol=0, atol=wanted)
        admissible = [level for level in np.flatnonzero(evidence["admissible"][0]) + 1 if abs(level - current) <= 1]
        assert admissible == case["outputs"]["admissible_neighbours"]

    def test_the_same_from_the_course_as_written(self, case: dict[str, Any]) -> None:
        inputs = case["inputs"]
        written, told = seen_after(inputs["outcomes"], inputs["num_doses"], activity=True), counted(inputs)
        for name in ("n", "n_dlt", "n_active", "n_both", "current"):
            assert np.array_equal(getattr(written, name), getattr(told, name))


def level_after(outcomes: str, *, levels: int = 4, **parameters: Any) -> int:
    return int(boin12(**parameters).propose(seen_after(outcomes, levels, activity=True)).dose_level[0])


class TestWhatThePaperSays:
    def test_a_lowest_level_that_is_too_toxic_stops_the_trial(self) -> None:
        assert level_after("1TTT") == 0

    def test_a_closed_level_below_is_passed_over(self) -> None:
        """Level 2 is closed for want of activity (none in nine); the tool would go there after a high DLT rate."""
        assert level_after("1NEE 2NNNNNNNNN 3TTN") == 1

    def test_toxicity_closes_every_level_above_too(self) -> None:
        assert level_after("1EEN 2TTT 3EEE") == 1

    def test_all_open_levels_too_inactive_stops_the_trial(self) -> None:
        assert level_after("1" + "N" * 12 + " 2" + "N" * 12, levels=2) == 0

    def test_a_level_above_that_was_never_tried_is_tried_after_nine(self) -> None:
        assert level_after("1EEEEEEEN") == 1
        assert level_after("1EEEEEEENN") == 2
        assert level_after("1EEEEEEENN 2N 1E") == 1

    def test_an_undecided_rate_does_not_go_up_once_enough_were_treated(self) -> None:
        outcomes = "1TNNTNN"  # 2 of 6: between the boundaries 0.276 and 0.419
        assert level_after(outcomes, stay_from=6) == 1
        assert level_after(outcomes, stay_from=7) == 2

    def test_the_best_score_up_to_the_mtd_is_selected(self) -> None:
        seen = seen_after("1NNE 2EEN 3ETB", 3, activity=True)
        assert boin12().select(seen)[0] == 2
        assert boin12().select(seen_after("1NNE 2NEN 3EEE", 3, activity=True))[0] == 3
        assert boin12().select(seen_after("1TTT", 3, activity=True))[0] == 0

    def test_the_selection_is_never_above_the_mtd(self) -> None:
        """Level 2 has the better score, but level 1 is nearer to the toxicity limit (3 of 9 against 6 of 9)."""
        seen = seen_after("1NNNNNETTT 2EEEBBBBBB", 2, activity=True)
        design = boin12(toxicity_confidence=0.99)
        assert design.select(seen)[0] == 1

    def test_scores_that_add_up_to_100_need_no_joint_counts(self) -> None:
        apart = {"n_active": [1, 0, 0]}
        assert boin12().propose(Seen.of_counts([3, 0, 0], [1, 0, 0], 1, **apart)).dose_level[0] > 0
        with pytest.raises(Refused, match="looks at DLTs alone"):
            boin12(score_both=50).propose(Seen.of_counts([3, 0, 0], [1, 0, 0], 1, **apart))
