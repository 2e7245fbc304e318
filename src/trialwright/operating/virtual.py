"""Virtual trials, day by day and all in lockstep: people arrive, wait, are infused, have a DLT or leave.

A day ends with a decision made from everything known at its end; who arrives on the next day is treated by it.
The decision comes from ``conduct.decide``, the door the live trial uses, so a virtual trial written into a ledger
and replayed gives the same decision on every day. ``operating.simulated`` runs the same trials without stopping on
days on which nobody could be enrolled.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np

from trialwright.conduct.advise import decide
from trialwright.operating.facts import Facts
from trialwright.operating.made import Made
from trialwright.operating.people import NEVER, People, draw_people
from trialwright.operating.truths import Truths
from trialwright.protocol.study import Study
from trialwright.vocabulary.seen import Bools, Floats, Ints

__all__ = ["NEVER", "People", "VirtualTrials", "draw_people", "run_trials"]


@final
@dataclass(frozen=True, slots=True)
class VirtualTrials:
    """What happened, ``[B, P]`` in the order of assignment, and the decision at the end of every day, ``[B, T]``."""

    assigned: Ints  # 0: nobody
    backfill: Bools  # assigned as an extra participant at a cleared level
    enrolled: Ints
    infused: Ints  # NEVER where the person left before
    amount: Floats  # given at the infusion; nan for who is not infused
    dlt: Ints  # day of the DLT; NEVER where there is none
    left: Ints
    active: Bools  # activity, whether it is known yet or not
    judged: Ints  # day on which activity is known; NEVER where the person left before, or it is not observed
    dose_level: Ints  # decided at the end of the day; 0 while waiting or stopped
    wait: Bools
    stop: Bools
    backfilling: Bools  # the level decided is for an extra participant


def run_trials(
    study: Study,
    people: People,
    *,
    true_dlt_rate: Floats,
    days: int,
    true_activity_rate: Floats | None = None,
    made: Made | None = None,
) -> VirtualTrials:
    """Run all trials for a number of days; the true rates are one per dose level, activity independent of the DLT.

    Activity is judged in a study that observes it; ``true_activity_rate`` must then be given. ``made``: which shares
    of the amount assigned are given, for people who have a number for it; None: all of it.
    """
    if (study.activity is None) != (true_activity_rate is None):
        raise ValueError("true_activity_rate goes with a study that says in [activity] what counts, and only with it")
    truths = Truths.of_dlt(true_dlt_rate)
    if true_activity_rate is not None:
        truths = Truths.of_activity(dlt=true_dlt_rate, activity=true_activity_rate)
    doses = None if made is None else made.doses(study, np.asarray(true_dlt_rate, np.float64))
    facts = Facts.none_yet(study, people, cells=truths.cells[0], made=doses)
    everyone = np.arange(people.trials)
    level = np.zeros((people.trials, days), np.int64)
    wait, stop, extra = np.zeros((3, people.trials, days), np.bool_)
    for today in range(days):
        now = np.full(people.trials, today)
        if today:
            comes = (facts.count < people.places) & (facts.next_arrival(everyone) <= today) & (level[:, today - 1] > 0)
            rows = np.flatnonzero(comes)
            facts.enrol(rows, level=level[rows, today - 1], day=now[rows], extra=extra[rows, today - 1])
        proposal = decide(study, facts.seen(everyone, day=now))
        wait[:, today], stop[:, today] = proposal.wait & ~proposal.stop, proposal.stop
        level[:, today] = np.where(proposal.wait | proposal.stop, 0, proposal.dose_level)
        extra[:, today] = (level[:, today] > 0) & proposal.backfilled
    return VirtualTrials(
        assigned=facts.assigned,
        backfill=facts.backfill,
        enrolled=facts.enrolled,
        infused=facts.infused,
        amount=facts.amount,
        dlt=facts.dlt,
        left=facts.left,
        active=facts.active,
        judged=facts.judged,
        dose_level=level,
        wait=wait,
        stop=stop,
        backfilling=extra,
    )
