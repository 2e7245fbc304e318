"""TITE-BOIN: every case of references/titegboin_tite_boin, and the imputed estimate against a published table."""

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


def seen_by(who: list[tuple[int, bool, int]], *, levels: int, window: int) -> Seen:
    level, dlt, follow_up = (np.array([column]) for column in zip(*who, strict=True))
    people = People(
        assigned=level,
        dose_level=level,
        dlt=dlt,
        complete=~dlt & (follow_up >= window),
        evaluable=level > 0,
        follow_up=follow_up,
        dlt_after=np.where(dlt, 0, NOT_YET),
    )
    return Seen.of_people(people, levels=levels, start_level=1, cohort_size=1, window_days=window)


def seen_of(case: dict[str, Any]) -> Seen:
    return seen_by(one_by_one(case), levels=len(case["inputs"]["n"]), window=10 * case["inputs"]["window"])


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


# Treated, DLTs, in their window, follow-up in hundredths of a window, answer, at a target of 20%. Source: PMC9260438,
# table 1, made with the authors' TITE-BOIN software: every row, at both ends of the follow-up it speaks of, or on both
# sides of the follow-up at which it changes (given to two decimals there).
UP, STAY, DOWN, WAIT, CLOSED = "up", "stay", "down", "wait", "closed"
PRINTED = [
    *[(3, 0, 1, days, UP) for days in (0, 99)],
    *[(3, 0, pending, 50, WAIT) for pending in (2, 3)],
    *[(3, 1, pending, days, DOWN) for pending in (1, 2) for days in (0, 99 * pending)],
    (3, 2, 1, 50, CLOSED),
    *[(6, 0, pending, days, UP) for pending in (1, 3) for days in (0, 99 * pending)],
    *[(6, 0, pending, 50, WAIT) for pending in (4, 6)],
    *[(6, 1, pending, days, STAY) for pending in (0, 3) for days in (0, 99 * pending)],
    *[(6, 1, pending, 50, WAIT) for pending in (4, 5)],
    *[(6, 2, pending, days, DOWN) for pending in (0, 4) for days in (0, 99 * pending)],
    (6, 3, 3, 50, CLOSED),
    *[(9, 0, pending, days, UP) for pending in (0, 4) for days in (0, 99 * pending)],
    (9, 0, 5, 50, WAIT),
    *[(9, 1, pending, days, UP) for pending in (0, 2) for days in (0, 99 * pending)],
    *[(9, 1, 3, 76, STAY), (9, 1, 3, 78, UP), (9, 1, 4, 214, STAY), (9, 1, 4, 216, UP), (9, 1, 5, 50, WAIT)],
    (9, 2, 0, 0, STAY),
    *[(9, 2, 1, 51, DOWN), (9, 2, 1, 53, STAY), (9, 2, 2, 158, DOWN), (9, 2, 2, 160, STAY)],
    *[(9, 2, 3, 265, DOWN), (9, 2, 3, 267, STAY), (9, 2, 4, 372, DOWN), (9, 2, 4, 374, STAY), (9, 2, 5, 50, WAIT)],
    *[(9, 3, pending, days, DOWN) for pending in (0, 6) for days in (0, 99 * pending)],
    (9, 4, 5, 50, CLOSED),
]


def answered(row: tuple[int, int, int, int, str], **parameters: Any) -> str:
    """What follows at level 2 of 3, in a window of 100 days."""
    n, n_dlt, pending, days, _ = row
    who = [(1, False, 100)] * 3 + [(2, True, 0)] * n_dlt + [(2, False, 100)] * (n - n_dlt - pending)
    seen = seen_by(who + [(2, False, day) for day in shared_out(days, pending)], levels=3, window=100)
    proposal = designs.build("tite_boin", {"target_toxicity_rate": 0.2, **parameters}).propose(seen)
    assert proposal.evidence is not None
    if proposal.wait[0]:
        return WAIT
    if proposal.evidence["eliminated"][0, 1]:
        return CLOSED
    return {3: UP, 2: STAY, 1: DOWN}[int(proposal.dose_level[0])]


@pytest.mark.parametrize("row", PRINTED, ids=str)
def test_the_imputed_estimate_decides_as_a_published_table(row: tuple[int, int, int, int, str]) -> None:
    assert answered(row, estimate="imputed") == row[-1]


def test_where_the_effective_number_decides_otherwise_than_the_published_table() -> None:
    apart = {row[:4]: answered(row) for row in PRINTED if answered(row) != row[-1]}
    assert apart == {(3, 1, 2, 0): WAIT, (3, 1, 2, 198): WAIT, (6, 2, 4, 0): WAIT, (6, 2, 4, 396): WAIT} | {
        (6, 1, 3, 0): DOWN,
        (9, 1, 3, 76): UP,
        (9, 1, 4, 214): UP,
        (9, 2, 1, 51): STAY,
        (9, 2, 2, 158): STAY,
        (9, 2, 3, 265): STAY,
        (9, 2, 4, 372): STAY,
        (9, 3, 6, 0): WAIT,
        (9, 3, 6, 594): WAIT,
    }
