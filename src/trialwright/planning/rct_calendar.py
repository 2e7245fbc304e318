"""The calendar of simulated trials: when the last person is randomised, when looks fall and what they overrun, the end.

It is worked out beside the trials, from numbers of their own under the same address, so that nothing a trial finds
depends on it. A look sees the first n people randomised (as its test does) and falls on the day when the last of them
is due at the primary visit; its decision comes some days later. People keep coming until that decision. Week 0, and
with it every visit, counts from the end of a person's wait for the infusion. Whoever has left still counts as due.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, final

import numpy as np

from trialwright.numerics.arrays import Floats, Ints
from trialwright.planning.accrual import Accrual, randomised_days, waits
from trialwright.planning.rct_simulation import RctPlan, RctResults, lot_ranges

DAYS_A_WEEK = 7
PLACES = 60  # people whose day of randomisation is kept, for the curve


@final
@dataclass(frozen=True, slots=True)
class RctCalendar:
    """Days of T simulated trials from the planned opening; K looks, the last of which is the primary analysis."""

    people_at: Ints  # [J]: which people ``came`` speaks of, from 1
    came: Floats  # [T, J]: days of their randomisation, were no look to stop the trial
    reached: Floats  # [T, K]: the look's people have all come to the primary visit
    decided: Floats  # [T, K]: the decision of the look
    randomised: Ints  # [T, K]: people randomised by the decision
    infused: Ints  # [T, K]: of them infused, whatever the infusion held
    last_visit: Floats  # [T, K]: of those randomised by the decision
    stops: Ints  # [T]: the look that ends the trial, from 0

    @property
    def last_randomised(self) -> Floats:
        """The day of the last randomisation were no look to stop the trial, ``[T]``."""
        return self.came[:, -1]

    def at_the_end(self, what: Floats | Ints) -> Floats:
        """A number ``[T, K]`` at the look that ends each trial, ``[T]``."""
        return np.take_along_axis(what, self.stops[:, None], axis=1)[:, 0].astype(np.float64)


def rct_calendar(accrual: Accrual, results: RctResults) -> RctCalendar:
    """The calendar of simulated trials; the same whoever simulated them. ``results``: where each of them stops."""
    lots = [_lot(accrual, results.plan, seed=results.seed, trials=lot) for lot in lot_ranges(results.trials)]
    plan = results.plan
    places = _places(plan.participants)
    stops = (np.abs(results.stopped) - 1).max(axis=1)  # a trial goes on until every comparison has ended
    found: dict[str, Any] = {name: np.concatenate([lot[name] for lot in lots]) for name in lots[0]}
    return RctCalendar(people_at=places + 1, stops=stops, **found)


def _places(people: int) -> Ints:
    return np.unique(np.round(np.linspace(0, people - 1, min(PLACES, people))).astype(np.int64))


def _lot(accrual: Accrual, plan: RctPlan, *, seed: int, trials: range) -> dict[str, Floats | Ints]:
    came = randomised_days(accrual, seed=seed, trials=trials, people=plan.participants)
    begins = came + waits(accrual, seed=seed, trials=trials, people=plan.participants)
    first = np.asarray([arm.schedule.weeks[0] for arm in plan.arms])[plan.allocation] * DAYS_A_WEEK
    due = np.maximum.accumulate(begins, axis=1) + plan.primary.week * DAYS_A_WEEK
    reached = due[:, np.asarray(plan.people_at_looks) - 1]
    decided = reached + accrual.decision_days
    here = came[:, None, :] <= decided[:, :, None]
    last = np.where(here, begins[:, None, :], -np.inf).max(axis=2) + plan.visits.span * DAYS_A_WEEK
    return {
        "came": came[:, _places(plan.participants)],
        "reached": reached,
        "decided": decided,
        "randomised": here.sum(axis=2),
        "infused": (here & ((begins + first)[:, None, :] <= decided[:, :, None])).sum(axis=2),
        "last_visit": last,
    }
