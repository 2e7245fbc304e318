"""Virtual trials, day by day and all in lockstep: people arrive, wait, are infused, have a DLT or leave.

A day ends with a decision made from everything known at its end; who arrives on the next day is treated by it.
The decision comes from ``conduct.decide``, the door the live trial uses, so a virtual trial written into a ledger
and replayed gives the same decision on every day.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np

from trialwright.conduct.advise import decide
from trialwright.protocol.study import Study
from trialwright.vocabulary import seen as words
from trialwright.vocabulary.seen import NOT_YET, Bools, Floats, Ints, Seen

NEVER = np.iinfo(np.int64).max // 4  # a day that does not come


@final
@dataclass(frozen=True, slots=True)
class People:
    """Who would come, and what would happen to them; every array is ``[B, P]``, in the order of arrival."""

    arrival: Ints  # day on which the person could be enrolled
    infusion_delay: Ints  # days from enrolment to infusion
    tolerance: Floats  # uniform: a DLT happens where the true rate of the level given is above it
    dlt_delay: Ints  # days from infusion to the DLT, if there is one
    leaves_after: Ints  # days from enrolment to leaving the trial; NEVER for most
    liveliness: Floats  # uniform: there is activity where the true rate of the level given is above it
    judged_after: Ints  # days from infusion to the visit at which activity is judged


@final
@dataclass(frozen=True, slots=True)
class VirtualTrials:
    """What happened, ``[B, P]`` in the order of assignment, and the decision at the end of every day, ``[B, T]``."""

    assigned: Ints  # 0: nobody
    backfill: Bools  # assigned as an extra participant at a cleared level
    enrolled: Ints
    infused: Ints  # NEVER where the person left before
    dlt: Ints  # day of the DLT; NEVER where there is none
    left: Ints
    active: Bools  # activity, whether it is known yet or not
    judged: Ints  # day on which activity is known; NEVER where the person left before, or it is not observed
    dose_level: Ints  # decided at the end of the day; 0 while waiting or stopped
    wait: Bools
    stop: Bools
    backfilling: Bools  # the level decided is for an extra participant


def draw_people(
    *,
    seed: int,
    trials: int,
    people: int,
    mean_gap_days: float,
    window_days: int,
    leaving: float,
    judged_between: tuple[int, int] = (0, 0),
) -> People:
    """Virtual people with an address: trial ``i``, person ``j`` are the same for any number of trials or people.

    ``mean_gap_days``: mean time between arrivals (exponential). ``window_days``: last day of the DLT window; a DLT
    falls on any of its days with equal probability. ``leaving``: probability of leaving within 30 days.
    ``judged_between``: first and last day after the infusion on which activity is judged, each day as probable.
    """
    first, last = judged_between
    more = np.stack([_uniforms(seed, trial, people=people, stream=1, width=2) for trial in range(trials)])
    uniform = np.stack([_uniforms(seed, trial, people=people) for trial in range(trials)])
    gaps = np.floor(-mean_gap_days * np.log1p(-uniform[..., 0])).astype(np.int64)
    goes = uniform[..., 4] < leaving
    return People(
        arrival=1 + np.cumsum(gaps, axis=1),
        infusion_delay=np.floor(5 * uniform[..., 1]).astype(np.int64),
        tolerance=uniform[..., 2],
        dlt_delay=np.floor((window_days + 1) * uniform[..., 3]).astype(np.int64),
        leaves_after=np.where(goes, np.floor(30 * uniform[..., 4] / max(leaving, 1e-12)).astype(np.int64), NEVER),
        liveliness=more[..., 0],
        judged_after=first + np.floor((last - first + 1) * more[..., 1]).astype(np.int64),
    )


def _uniforms(seed: int, trial: int, *, people: int, stream: int = 0, width: int = 5) -> Floats:
    """Uniforms per person, from a counter-based generator keyed by seed, trial and what they are for."""
    generator = np.random.Generator(np.random.Philox(key=seed, counter=[0, 0, stream, trial]))
    return generator.random((people, width))


def run_trials(
    study: Study, people: People, *, true_dlt_rate: Floats, days: int, true_activity_rate: Floats | None = None
) -> VirtualTrials:
    """Run all trials for a number of days; the true rates are one per dose level, activity independent of the DLT.

    Activity is judged in a study that observes it; ``true_activity_rate`` must then be given.
    """
    if (study.activity is None) != (true_activity_rate is None):
        raise ValueError("true_activity_rate goes with a study that says in [activity] what counts, and only with it")
    running = _Running.empty(study, people, days=days)
    for today in range(days):
        running.enrol(people, today=today, true_dlt_rate=true_dlt_rate, true_activity_rate=true_activity_rate)
        running.decide(study, today=today)
    return running.trials


@final
@dataclass(slots=True)
class _Running:
    """The lockstep under way: arrays are filled from the left as people are assigned."""

    trials: VirtualTrials
    next_person: Ints  # [B] index of the next person to arrive
    level: Ints  # [B] what yesterday's decision allows; 0 = nobody
    extra: Bools  # [B] whether that level is for an extra participant

    @classmethod
    def empty(cls, study: Study, people: People, *, days: int) -> _Running:
        batch, places = people.arrival.shape
        never = np.full((batch, places), NEVER, np.int64)
        trials = VirtualTrials(
            assigned=np.zeros((batch, places), np.int64),
            backfill=np.zeros((batch, places), np.bool_),
            enrolled=never.copy(),
            infused=never.copy(),
            dlt=never.copy(),
            left=never.copy(),
            active=np.zeros((batch, places), np.bool_),
            judged=never.copy(),
            dose_level=np.zeros((batch, days), np.int64),
            wait=np.zeros((batch, days), np.bool_),
            stop=np.zeros((batch, days), np.bool_),
            backfilling=np.zeros((batch, days), np.bool_),
        )
        return cls(trials, np.zeros(batch, np.int64), np.zeros(batch, np.int64), np.zeros(batch, np.bool_))

    def enrol(
        self, people: People, *, today: int, true_dlt_rate: Floats, true_activity_rate: Floats | None = None
    ) -> None:
        """At most one person a day and trial is enrolled, at the level decided the evening before."""
        places = people.arrival.shape[1]
        who = np.minimum(self.next_person, places - 1)
        here = np.arange(len(who))
        comes = (self.next_person < places) & (people.arrival[here, who] <= today) & (self.level > 0)
        row, one = here[comes], who[comes]
        level = self.level[comes]
        infused = today + people.infusion_delay[row, one]
        left = today + people.leaves_after[row, one]
        gone_before = left < infused
        toxic = (people.tolerance[row, one] < true_dlt_rate[level - 1]) & ~gone_before
        dlt = infused + people.dlt_delay[row, one]
        toxic &= dlt <= left
        trials = self.trials
        trials.assigned[row, one], trials.enrolled[row, one] = level, today
        trials.backfill[row, one] = self.extra[comes]
        trials.infused[row, one] = np.where(gone_before, NEVER, infused)
        trials.left[row, one] = np.where(people.leaves_after[row, one] >= NEVER, NEVER, left)
        trials.dlt[row, one] = np.where(toxic, dlt, NEVER)
        if true_activity_rate is not None:
            judged = infused + people.judged_after[row, one]
            trials.active[row, one] = people.liveliness[row, one] < true_activity_rate[level - 1]
            trials.judged[row, one] = np.where(gone_before | (judged > left), NEVER, judged)
        self.next_person = self.next_person + comes

    def decide(self, study: Study, *, today: int) -> None:
        """The decision at the end of a day, from what is known then."""
        proposal = decide(study, seen_at(study, self.trials, today=today))
        treat = ~proposal.wait & ~proposal.stop
        self.level = np.where(treat, proposal.dose_level, 0)
        self.extra = treat & proposal.backfilled
        self.trials.dose_level[:, today], self.trials.backfilling[:, today] = self.level, self.extra
        self.trials.wait[:, today] = proposal.wait & ~proposal.stop
        self.trials.stop[:, today] = proposal.stop


def seen_at(study: Study, trials: VirtualTrials, *, today: int) -> Seen:
    """What is known of virtual trials at the end of a day."""
    dlt = trials.dlt <= today
    window_end = np.where(trials.infused < NEVER, trials.infused + study.dlt.last_day, NEVER)
    left = (trials.left <= today) & (trials.left <= window_end)
    infused = trials.infused <= today
    known = words.People(
        assigned=np.where(trials.enrolled <= today, trials.assigned, 0),
        dose_level=np.where(trials.enrolled <= today, trials.assigned, 0),
        dlt=dlt,
        complete=(today > window_end) & ~left,
        evaluable=(trials.enrolled <= today) & (dlt | ~left),
        follow_up=np.where(infused, today - trials.infused, NOT_YET),
        dlt_after=np.where(dlt, trials.dlt - trials.infused, NOT_YET),
        active=None if study.activity is None else trials.active & (trials.judged <= today),
        judged=None if study.activity is None else trials.judged <= today,
        backfill=trials.backfill & (trials.enrolled <= today),
    )
    dosing = study.dosing
    return Seen.of_people(
        known,
        levels=len(dosing.amounts),
        start_level=dosing.start_level,
        cohort_size=dosing.cohort_size,
        window_days=study.dlt.window_days,
        replacements=study.replacements,
    )
