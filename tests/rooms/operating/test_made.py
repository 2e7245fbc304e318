"""Doses made in part: shares of the amount assigned, their levels and rates, and the trials that meet them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose

from staggered import CRM_GIVEN, DOSES_GIVEN, LAST_DAY
from trials import CRM, study_of
from trialwright.operating import Accrual, Circumstances, Conditions, Made, Truths, draw_people, run_trials, simulate
from trialwright.operating.deciding import Decider
from trialwright.operating.facts import Facts
from trialwright.operating.lockstep import Lockstep
from trialwright.operating.made import rates_at
from trialwright.vocabulary.errors import ParameterError

RATES = np.array([0.1, 0.25, 0.45])
MADE = Made(shares=(0.4, 0.7, 1.0), probabilities=(0.2, 0.3, 0.5))
MEETS = Circumstances(accrual=Accrual(3), leaving=0.1, leaving_days=10, infusion_days=(0, 3), made=MADE)


def test_what_those_assigned_to_a_level_may_be_given() -> None:
    """Levels of 1, 2 and 4: 0.7 of level 3 is 2.8, nearest to 2; its rate lies log2(1.4) of the way to that of 4."""
    doses = MADE.doses(study_of(), RATES)
    assert_allclose(doses.amount, [[0.4, 0.7, 1], [0.8, 1.4, 2], [1.6, 2.8, 4]])
    assert doses.level.tolist() == [[1, 1, 1], [1, 1, 2], [2, 2, 3]]
    assert_allclose(doses.rate[2], [0.1 + 0.15 * np.log2(1.6), 0.25 + 0.2 * np.log2(1.4), 0.45], atol=1e-12)
    assert (np.diff(doses.rate, axis=1) > 0).all()
    drawn = doses.which(np.array([0.0, 0.1999, 0.2001, 0.4999, 0.5001, 0.9999]))
    assert drawn.tolist() == [0, 0, 1, 1, 2, 2]


def test_rates_between_levels_and_outside() -> None:
    levels = np.array([1.0, 2.0, 4.0])
    assert rates_at(levels, levels=levels, rates=RATES).tolist() == RATES.tolist()
    outside = rates_at([0.5, 1e-9, 8.0, 1e9], levels=levels, rates=RATES)
    assert_allclose(outside, [0.0, 0.0, 0.65, 1.0], atol=1e-12)
    assert rates_at([0.1, 3.0], levels=np.array([1.0]), rates=np.array([0.2])).tolist() == [0.2, 0.2]


@pytest.mark.parametrize("place", [0, 1])
def test_trials_in_lockstep_are_those_made_day_by_day(place: int) -> None:
    study = study_of(last_day=LAST_DAY, **DOSES_GIVEN[place])
    people = MEETS.draw(study, seed=3, trials=range(25), people=12, rates=RATES)
    slow = run_trials(study, people, true_dlt_rate=RATES, days=300, made=MADE)
    facts = Facts.none_yet(study, people, cells=Truths.of_dlt(RATES).cells[0], made=MADE.doses(study, RATES))
    Lockstep.of(facts, Decider.of(study, people=people.places), limit=people.places).run()
    for name in ("assigned", "enrolled", "infused", "dlt", "left"):
        assert np.array_equal(getattr(slow, name), getattr(facts, name)), name
    assert np.array_equal(slow.amount, facts.amount, equal_nan=True)
    assert facts.last_enrolled.max() < 290, "a trial may not be cut off by the last day"


def test_whole_doses_change_nothing() -> None:
    """Everybody is given all of it: the same trials as without, by levels or by doses."""
    found = []
    for design, made in ((CRM, None), (CRM, Made((1.0,), (1.0,))), (CRM_GIVEN, Made((1.0,), (1.0,)))):
        how = Circumstances(accrual=Accrual(3), decisions="when_settled", made=made)
        study = study_of(design=design, rules=['name = "stop_at_n"\nn = 9'])
        found.append(simulate(study, Truths.of_dlt(RATES), circumstances=how, trials=200, seed=5).selection)
    assert np.array_equal(found[0], found[1])
    assert np.array_equal(found[0], found[2])


@pytest.mark.parametrize(
    ("settings", "place"),
    [
        ({"shares": (0.0, 1.0), "probabilities": (0.5, 0.5)}, "shares"),
        ({"shares": (0.5, 1.0), "probabilities": (0.5, 0.4)}, "probabilities"),
        ({"shares": (0.5, 1.0), "probabilities": (1.0,)}, "probabilities"),
        ({"shares": (0.5, 1.0), "probabilities": (1.5, -0.5)}, "probabilities"),
    ],
)
def test_bad_shares_are_named(settings: dict[str, Any], place: str) -> None:
    with pytest.raises(ParameterError) as failed:
        Made(**settings)
    assert [finding.place for finding in failed.value.findings] == [place]


def test_shares_do_not_go_with_levels_given_or_with_people_without_a_number_for_it() -> None:
    given = Conditions(given=((0.0, 1.0, 0.0, 0.0), (0.0, 0.5, 0.5, 0.0), (0.0, 0.0, 0.0, 1.0)))
    with pytest.raises(ParameterError, match="which level is given"):
        simulate(study_of(), Truths.of_dlt(RATES), circumstances=MEETS, conditions=given, trials=2, seed=1)
    people = draw_people(seed=1, trials=2, people=3, mean_gap_days=3, window_days=10, leaving=0.1)
    with pytest.raises(ValueError, match=r"Circumstances\.draw"):
        run_trials(study_of(), people, true_dlt_rate=RATES, days=3, made=MADE)
