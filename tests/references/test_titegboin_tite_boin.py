"""Every case of references/titegboin_tite_boin: next level, suspension, elimination, effective number."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose

from trialwright import designs
from trialwright.vocabulary.seen import NOT_YET, People, Seen

FILE = json.loads((Path(__file__).parents[2] / "references" / "titegboin_tite_boin" / "cases.json").read_text("utf-8"))
CASES = FILE["cases"]


def design_of(case: dict[str, Any]) -> Any:
    inputs = case["inputs"]
    assert inputs["min_n_eliminate"] == 3
    return designs.build(
        "tite_boin",
        {
            "target_toxicity_rate": inputs["target"],
            "extra_safe": inputs["extrasafe"],
            "offset": inputs["offset"],
            "elimination_confidence": inputs["cutoff_eli"],
            "max_pending": inputs["max_pending_fraction"],
        },
    )


def shared_out(total: int, people: int) -> list[int]:
    """A total of days as whole days of so many people."""
    return [total // people + (place < total % people) for place in range(people)] if people else []


def one_by_one(case: dict[str, Any]) -> list[tuple[int, bool, int]]:
    """Level, DLT and follow-up of everybody; the current level comes last, as it was assigned last."""
    inputs = case["inputs"]
    window = 10 * inputs["window"]
    who = []
    levels = [level for level in range(1, len(inputs["n"]) + 1) if level != inputs["current_dose"]]
    for level in [*levels, inputs["current_dose"]]:
        n, pending, dlt, follow_up = (
            inputs[name][level - 1] for name in ("n", "n_pending", "dlt", "total_followup_pending")
        )
        tenths = round(10 * follow_up)
        assert abs(tenths - 10 * follow_up) < 1e-9
        days = shared_out(tenths, pending)
        assert all(day < window for day in days)
        who += [(level, True, 0)] * dlt + [(level, False, window)] * (n - pending - dlt)
        who += [(level, False, day) for day in days]
    return who


def seen_of(case: dict[str, Any]) -> Seen:
    level, dlt, follow_up = (np.array([column]) for column in zip(*one_by_one(case), strict=True))
    window = 10 * case["inputs"]["window"]
    people = People(
        assigned=level,
        dose_level=level,
        dlt=dlt,
        complete=~dlt & (follow_up >= window),
        evaluable=level > 0,
        follow_up=follow_up,
        dlt_after=np.where(dlt, 0, NOT_YET),
    )
    levels = len(case["inputs"]["n"])
    return Seen.of_people(people, levels=levels, start_level=1, cohort_size=1, window_days=window)


def test_the_file_is_the_whole_of_it() -> None:
    assert len(CASES) == 42


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
class TestEveryCase:
    def test_is_asked_as_it_stands(self, case: dict[str, Any]) -> None:
        seen, inputs = seen_of(case), case["inputs"]
        assert seen.n_treated[0].tolist() == inputs["n"]
        assert seen.n_pending[0].tolist() == inputs["n_pending"]
        assert seen.n_dlt[0].tolist() == inputs["dlt"]
        assert seen.current[0] == inputs["current_dose"]

    def test_decides_the_same(self, case: dict[str, Any]) -> None:
        proposal, wanted = design_of(case).propose(seen_of(case)), case["outputs"]
        assert proposal.dose_level[0] == wanted["next_dose"]
        assert proposal.wait[0] == bool(wanted["pending_flag"])
        assert proposal.stop[0] == bool(wanted["early_stop"])

    def test_counts_the_same(self, case: dict[str, Any]) -> None:
        design, seen, wanted = design_of(case), seen_of(case), case["outputs"]
        proposal = design.propose(seen)
        assert proposal.evidence is not None
        effective = proposal.evidence["effective_n"][0, seen.current[0] - 1]
        close = {"rtol": 0, "atol": FILE["tolerance"]["effective_n_current"]}
        assert_allclose(effective, wanted["effective_n_current"], **close)
        assert_allclose((design.lambda_e, design.lambda_d), (wanted["lambda_e"], wanted["lambda_d"]), **close)

    def test_eliminates_the_same(self, case: dict[str, Any]) -> None:
        proposal, wanted = design_of(case).propose(seen_of(case)), case["outputs"]
        assert proposal.evidence is not None
        eliminated = proposal.evidence["eliminated"][0].tolist()
        assert eliminated == wanted["eliminated"]
        assert eliminated[case["inputs"]["current_dose"] - 1] == wanted["eliminated_current"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_neither_boundary_is_within_rounding(case: dict[str, Any]) -> None:
    wanted, inputs = case["outputs"], case["inputs"]
    rate = inputs["dlt"][inputs["current_dose"] - 1] / wanted["effective_n_current"]
    assert min(abs(rate - wanted["lambda_e"]), abs(rate - wanted["lambda_d"])) > 1e-6
