"""Efficacy by arm: the stratified test by its formula, the contrast of two curves, and groups that are empty."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
import scipy.stats

import randomised as rct
from trialwright.analysis import Case, case_of
from trialwright.analysis.arms import by_arm
from trialwright.analysis.efficacy import responses_of, times_of
from trialwright.numerics.survival import log_rank
from trialwright.protocol import parse_protocol
from trialwright.vocabulary.errors import ProtocolError
from trialwright.workbench import reach_trial

NEPHRITIS = {who: place % 3 != 0 for place, who in enumerate(rct.PEOPLE)}  # as `randomised.stratum` says


@pytest.fixture(scope="module")
def blinded(tmp_path_factory: pytest.TempPathFactory) -> Case:
    folder = rct.opened(tmp_path_factory.mktemp("efficacy"))
    rct.entered(folder)
    rct.treated(folder)
    with reach_trial(folder) as trial:
        return case_of(trial.study, trial.state(), on=date(2027, 1, 20))


def allocated(case: Case, treated: set[str]) -> Case:
    return replace(case, allocation={who: rct.ARMS[who not in treated] for who in rct.PEOPLE})


def mantel_haenszel(case: Case, outcomes: dict[str, bool], treated: set[str]) -> float:
    """The two-sided p by the sums of the definition, one stratum after the other."""
    gap = variance = 0.0
    for level in (True, False):
        mine = [who for who in outcomes if NEPHRITIS[who] is level]
        n, n1 = len(mine), sum(who in treated for who in mine)
        m1 = sum(outcomes[who] for who in mine)
        if n < 2:
            continue
        gap += sum(outcomes[who] for who in mine if who in treated) - m1 * n1 / n
        variance += m1 * (n - m1) * n1 * (n - n1) / (n**2 * (n - 1))
    return float(scipy.stats.chi2.sf(gap**2 / variance, 1)) if variance else 1.0


@pytest.mark.parametrize("treated", [{"RCT-01", "RCT-02", "RCT-04"}, {"RCT-03", "RCT-04", "RCT-05"}])
def test_the_stratified_test_is_over_the_strata_without_the_site(blinded: Case, treated: set[str]) -> None:
    case = allocated(blinded, treated)
    (one,) = responses_of(case, by_arm(case))
    (difference,) = one.differences
    assert (difference.arm, difference.control) == rct.ARMS  # no control is named: the last
    assert difference.stratified == pytest.approx(mantel_haenszel(case, dict(one.outcomes), treated), abs=1e-12)


def test_whoever_left_before_the_visit_counts_once_it_is_over(blinded: Case) -> None:
    case = allocated(blinded, {"RCT-01"})
    (one,) = responses_of(case, by_arm(case))
    assert one.outcomes[rct.PEOPLE[-1]] is False
    assert sum(each.silent for each in one.groups) == 1
    (early,) = responses_of(replace(case, on=date(2027, 1, 4) + timedelta(days=10)), by_arm(case))
    assert rct.PEOPLE[-1] not in early.outcomes


def test_an_arm_without_people_has_no_difference_and_no_curve(blinded: Case) -> None:
    case = allocated(blinded, set())
    (one,) = responses_of(case, by_arm(case))
    (difference,) = one.differences
    assert (difference.difference, difference.newcombe, difference.fisher, difference.stratified) == (None,) * 4
    (time,) = times_of(case, by_arm(case))
    assert time.curves[0] is None
    assert (time.contrasts[0].p, time.contrasts[0].hazard_ratio) == (None, None)


def test_two_curves_are_told_apart_by_the_log_rank_test(blinded: Case) -> None:
    treated = {"RCT-01", "RCT-03", "RCT-05"}
    case = allocated(blinded, treated)
    (time,) = times_of(case, by_arm(case))
    people = [one for mine in time.people for one in mine]
    found = log_rank(
        [one.days for one in people],
        [one.outcome == "event" for one in people],
        group=np.array([one.usubjid in treated for one in people], int),
    )
    assert found is not None
    (contrast,) = time.contrasts
    assert contrast.p == pytest.approx(found.p)
    if contrast.hazard_ratio is not None:
        middle, low, high = contrast.hazard_ratio
        assert math.log(middle) == pytest.approx((math.log(low) + math.log(high)) / 2)


def test_two_controls_are_refused() -> None:
    text = rct.protocol().replace("ratio = 1", "ratio = 1\ncontrol = true")
    with pytest.raises(ProtocolError, match="more than one control"):
        parse_protocol(text.encode())
    one = rct.protocol().replace("ratio = 1", "ratio = 1\ncontrol = true", 1)
    study = parse_protocol(one.encode())
    assert study.randomisation is not None
    assert study.randomisation.control == rct.ARMS[0]
