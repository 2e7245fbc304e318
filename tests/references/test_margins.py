"""How far every reference decision is from being another one: of the CRM and BLRM families here, of all others below.

The margin of a decision by a curve: how much further from the target the runner-up is than the level recommended. The
margins of a decision with overdose control: the smallest distance of an overdose probability from its limit, and how
much less probably on target the runner-up is. A decision whose margin is not above the noise is a tie: it has to be
named in ``TIES`` with the written rule that breaks it. The margins of the other families: ``tests/margins.py`` and
``tests/family_margins.py``.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, final

import numpy as np
import pytest

import curves
import dfcrm
from family_margins import everything
from margins import DESIRABLE, ERRORS, MASS, MODELS, PENDING, SHARED, Compared
from trialwright.numerics.closest import TIE, closest_to_target

NOISE = 1e-7  # ours: the kernels promise 1e-8; a tie is anything within 1e-9
TIES: dict[str, str] = {}  # id: the written rule that breaks it; there is none in the CRM and BLRM families
NEAR = 1e-6  # closer than this is a tie that has to be named, in the other families
FIRST = "equally probable models: the first"
HALF = "more than half in their window makes it wait; half does not"
NAMED: dict[tuple[str, str], str] = {  # what is equal in which case: the written rule that breaks it
    ("escalation_tpi_tables-007", MASS): "1 DLT in 2 under mTPI, 1.12 in the target interval and above: the higher one",
    **{(f"titegboin_tite_boin-{number}", PENDING): HALF for number in ("035", "043", "045")},
    ("escalation_boin12-028", DESIRABLE): "of equally desirable levels, while the one above takes part, the highest",
    ("escalation_boin12-054", DESIRABLE): "of equally desirable levels, while the one above takes part, the highest",
    **{
        (f"escalation_wages_tait-{number}", MODELS): FIRST
        for number in ("002", "004", "005", "009", "011", "014", "015", "017", "019", "021", "023")
    },
}
WITHIN_DRAWS = {  # an overdose probability lies within four standard errors of the limit in the package's draws
    "crmpack_logistic_lognormal-007",
    "crmpack_logistic_lognormal-009",
    "crmpack_logistic_normal-012",
    "crmpack_logistic_normal-015",
}
CLEAR = 100  # times our error, at the least, is every margin
PAGE = Path(__file__).parents[2] / "docs" / "numerical-stability.md"


@final
@dataclass(frozen=True)
class Margin:
    """One decision of one family: by how much it is made, and how far off the file's own numbers may be."""

    family: str
    id: str
    between: str
    margin: float
    noise_of_the_file: float


def behind(curve: Any, target: float) -> float:
    """How much further from the target the runner-up is than the nearest level."""
    distance = np.sort(np.abs(np.asarray(curve) - target))
    return float(distance[1] - distance[0])


def of_dfcrm(case: dict[str, Any]) -> Margin:
    inputs, family = case["inputs"], "dfcrm_crm"
    proposal = dfcrm.crm_of(case).propose(dfcrm.counts_of(case))
    tolerance = curves.file_of(family)["tolerance"]
    noise = tolerance["dfcrm_bayes_ptox"] if inputs["method"] == "bayes" else tolerance["mle_estimate"]
    margin = behind(dfcrm.evidence_of(proposal, "plug_in"), inputs["target"])
    return Margin(family, case["id"], "distance from the target", margin, 2 * noise)


def of_trialr(family: str, case: dict[str, Any]) -> Margin:
    mean = curves.mean_of(curves.trialr_crm(case)) if family == "trialr_crm" else curves.trialr_nbg(case).mean()[0]
    noise = 2 * 4 * max(case["outputs"]["mcse"])  # two levels, each to four standard errors
    return Margin(family, case["id"], "distance from the target", behind(mean, case["inputs"]["target"]), noise)


def of_crmpack(family: str, case: dict[str, Any]) -> list[Margin]:
    over, on_target = (
        curves.evidence_of(curves.crmpack(case), curves.BLRM_EVIDENCE[name]) for name in ("prob_over", "prob_target")
    )
    limit, noise = case["inputs"]["max_overdose_prob"], curves.file_of(family)["tolerance"]["quadrature"]
    to_limit = float(np.abs(over - limit).min())
    found = [Margin(family, case["id"], "overdose probability and limit", to_limit, noise)]
    still_open = np.sort(on_target[over <= limit])
    if len(still_open) > 1:
        apart = float(still_open[-1] - still_open[-2])
        found.append(Margin(family, case["id"], "probability of the target", apart, 2 * noise))
    return found


CRMPACK = ("crmpack_logistic_lognormal", "crmpack_logistic_normal")
TRIALR = ("trialr_crm", "trialr_nbg")
MARGINS = [
    *(of_dfcrm(case) for case in curves.file_of("dfcrm_crm")["cases"]),
    *(of_trialr(family, case) for family in TRIALR for case in curves.file_of(family)["cases"]),
    *(margin for family in CRMPACK for case in curves.file_of(family)["cases"] for margin in of_crmpack(family, case)),
]


def test_every_case_is_there() -> None:
    assert len({margin.id for margin in MARGINS}) == 63 + 25 + 10 + 24 + 13


@pytest.mark.parametrize("case", MARGINS, ids=lambda case: f"{case.id}: {case.between}")
def test_no_decision_sits_within_numerical_noise(case: Margin) -> None:
    if case.id in TIES:
        assert case.margin <= TIE, "named as a tie, and is none"
    else:
        assert case.margin > NOISE
        assert case.margin > case.noise_of_the_file


def test_which_decisions_the_draws_of_the_package_could_not_tell() -> None:
    """Not our noise but the reference's: its draws may open or close a level by chance; quadrature does not."""
    unsure = set()
    for case in (case for family in CRMPACK for case in curves.file_of(family)["cases"]):
        over = curves.evidence_of(curves.crmpack(case), curves.BLRM_EVIDENCE["prob_over"])
        near = np.abs(over - case["inputs"]["max_overdose_prob"]) < 4 * np.array(case["outputs"]["mcmc"]["mcse_over"])
        unsure |= {case["id"]} if near.any() else set()
    assert unsure == set(WITHIN_DRAWS)


class TestTies:
    """No reference of the CRM and BLRM families is a tie, so the written rules are shown on made ones."""

    @pytest.mark.parametrize("apart", [0.0, 1e-12, -1e-12])
    def test_levels_equally_far_from_the_target_go_to_the_lower(self, apart: float) -> None:
        assert closest_to_target(np.array([[0.1, 0.2 + apart, 0.3]]), 0.25).tolist() == [2]

    def test_a_difference_above_the_noise_decides(self) -> None:
        assert closest_to_target(np.array([[0.1, 0.2 - NOISE, 0.3]]), 0.25).tolist() == [3]


def test_the_page_shows_the_smallest_margins() -> None:
    page = PAGE.read_text("utf-8")
    for family, between in sorted({(margin.family, margin.between) for margin in MARGINS}):
        here = [margin for margin in MARGINS if (margin.family, margin.between) == (family, between)]
        least = min(here, key=lambda margin: margin.margin)
        row = f"| {family} | {len(here)} | {between} | {least.margin:.4f} | {least.id} |"
        assert row in page, row
    for one in WITHIN_DRAWS:
        assert one in page, one


def smallest(of: list[Compared]) -> Compared:
    """The first of those with the smallest margin: some cases ask for the same state."""
    here = [one for one in of if (one.id, one.between) not in NAMED]
    least = min(one.margin for one in here)
    return next(one for one in here if one.margin <= least + TIE)


def shown(margin: float) -> str:
    """Four decimals, or two digits where these show too little."""
    return f"{margin:.4f}" if margin >= 0.001 else np.format_float_positional(margin, precision=2, fractional=False)


def test_no_decision_of_the_other_families_sits_within_noise_unnamed() -> None:
    """One test, because the margins take some seconds: what is near is named, the rest is clear, the page says both."""
    compared, page = everything(), PAGE.read_text("utf-8")
    pooled = [one for one in compared if one.between == SHARED]
    groups: dict[tuple[str, str], list[Compared]] = {}
    for one in compared:
        if one.between != SHARED:
            groups.setdefault((one.family, one.between), []).append(one)
    near = {(one.id, one.between): one.margin for here in groups.values() for one in here if one.margin < NEAR}
    assert set(near) == set(NAMED)
    assert max(near.values()) <= TIE, "named as a tie, and is none"
    for (family, between), here in groups.items():
        least = smallest(here)
        assert least.margin > CLEAR * float(ERRORS[between]), least
        row = f"| {family} | {len(here)} | {between} | {ERRORS[between]} | {shown(least.margin)} | {least.id} |"
        assert row in page, row
    for case, _ in NAMED:
        assert case in page, case
    for family in {one.family for one in pooled}:
        levels = f"`{family}` ({sum(one.family == family for one in pooled)})"
        assert levels in page, levels
