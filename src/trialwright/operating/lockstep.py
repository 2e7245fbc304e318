"""Many virtual trials at once, each with a clock of its own: a decision is asked only when somebody could be enrolled.

Somebody who could be enrolled from a day on is treated on the first day for which the evening before decided to treat.
While the answer is to wait or to stop, it is asked again on the next evening on which it can have changed: after a
DLT, the end of a window, an infusion or a leaving where counts are looked at; after each day where days are. So the
assignments are those of ``virtual.run_trials``, evening by evening. A trial is over with the last planned participant,
or when it treats nobody and nothing is left that could change that.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import final

import numpy as np

from trialwright.conduct.titration import titrating
from trialwright.operating.circumstances import Committee
from trialwright.operating.conditions import Conditions
from trialwright.operating.deciding import Decider, rows_of
from trialwright.operating.ends import PLANNED
from trialwright.operating.exact import FULL
from trialwright.operating.facts import Facts
from trialwright.operating.people import NEVER
from trialwright.protocol.study import Study
from trialwright.vocabulary.seen import Bools, Ints, Seen

UNDECIDED = -1  # in place of a reason: the trial goes on


@final
@dataclass(frozen=True, slots=True)
class Finished:
    """How each trial ended; ``[B]`` or ``[B, D]``."""

    selected: Ints  # 0: none
    n: Ints
    n_dlt: Ints
    n_active: Ints
    assigned: Ints  # participants, counted or not
    current: Ints  # level of the last participant
    days: Ints  # from the opening of the trial to the end of the last follow-up
    reason: Ints  # index into reasons
    reasons: tuple[str, ...]


@final
@dataclass(slots=True)
class Lockstep:
    """Trials under way."""

    study: Study
    facts: Facts
    decider: Decider
    limit: int  # participants after whom nobody else is assigned
    settled: bool  # decisions only when everybody is settled
    conditions: Conditions
    committee: Committee | None
    ask: Ints  # [B] day at whose end the trial is looked at next
    reason: Ints  # [B] UNDECIDED; afterwards 0: as planned, or 1 + the index of the decider's code

    @classmethod
    def of(
        cls,
        facts: Facts,
        decider: Decider,
        *,
        limit: int,
        settled: bool = False,
        conditions: Conditions | None = None,
        committee: Committee | None = None,
    ) -> Lockstep:
        """Before the first participant."""
        everyone = np.arange(facts.people.trials)
        ask = facts.next_arrival(everyone) - 1
        most, how = min(limit, facts.people.places), conditions or Conditions()
        reason = np.full(len(everyone), UNDECIDED, np.int64)
        return cls(decider.study, facts, decider, most, settled, how, committee, ask, reason)

    def run(self) -> Finished:
        """On to the end of every trial."""
        while len(rows := np.flatnonzero(self.reason == UNDECIDED)):
            self._step(rows)
        return self._finished()

    def _step(self, rows: Ints) -> None:
        """One look at each of some trials."""
        seen = self.facts.seen(rows, day=self.ask[rows])
        level, extra, size, why = self._decided(rows, seen)
        treats = level > 0
        self._enrol(rows[treats], level[treats], extra=extra[treats], size=size[treats])
        self._look_again(rows[~treats], why[~treats])

    def _decided(self, rows: Ints, seen: Seen) -> tuple[Ints, Bools, Ints, Ints]:
        """The level for the next participants of each trial (0: nobody now), whether extra, how many, why nobody."""
        filling, size = self._filling(rows, seen)
        last = self.facts.assigned[rows, np.maximum(self.facts.count[rows] - 1, 0)]
        level, why = np.where(filling, last, 0), np.full(len(rows), UNDECIDED, np.int64)
        extra = np.zeros(len(rows), np.bool_)
        due = np.flatnonzero(~filling)
        if len(due):
            asked = rows_of(self._between_cohorts(seen), due)
            verdict = self.decider.decisions(asked)
            level[due], why[due] = self._endorsed(rows[due], verdict.level, seen=asked), verdict.reason
            extra[due] = verdict.extra
        return level, extra, size, why

    def _between_cohorts(self, seen: Seen) -> Seen:
        """The same; with cohorts of sizes other than the protocol's, no cohort is open when a decision is due."""
        if not self.conditions.cohorts:
            return seen
        none = np.zeros(seen.batch, np.int64)
        return replace(seen, in_cohort=none, kept_places=none, to_replace=none)

    def _filling(self, rows: Ints, seen: Seen) -> tuple[Bools, Ints]:
        """Where an open cohort is filled without a decision, and how many participants come before the next look."""
        one = np.ones(len(rows), np.int64)
        if not self.settled or self.conditions.after_each:
            return np.zeros(len(rows), np.bool_), one
        if self.conditions.cohorts:
            assigned = self.facts.count[rows]
            sizes = [self.conditions.size_after(self.study, assigned=n) for n in range(self.limit)]
            return np.zeros(len(rows), np.bool_), np.array(sizes, np.int64)[assigned]
        one_at_a_time = titrating(self.study, seen)
        filling = ((seen.in_cohort > 0) | (seen.replaced_in_cohort > 0)) & ~one_at_a_time
        left = self.study.dosing.cohort_size - np.where(filling, seen.in_cohort, 0)
        return filling, np.where(one_at_a_time, one, left)

    def _endorsed(self, rows: Ints, level: Ints, *, seen: Seen) -> Ints:
        """The level after the committee has had its say; the first participant starts where the protocol says."""
        drawn = self.facts.people.committee
        if self.committee is None or drawn is None:
            return level
        one = np.minimum(self.facts.count[rows], self.facts.people.places - 1)
        overrides = (drawn[rows, one] < self.committee.rate) & (level > 0) & (seen.n_assigned > 0)
        if self.committee.instead == "one_level_lower":
            return np.where(overrides, np.maximum(level - 1, 1), level)
        return np.where(overrides & seen.goes_up(level), seen.current, level)

    def _enrol(self, rows: Ints, level: Ints, *, extra: Bools, size: Ints) -> None:
        """The next participants of each trial, one after the other, and when it is looked at next."""
        facts = self.facts
        size = np.minimum(size, self.limit - facts.count[rows])
        for place in range(int(size.max(initial=0))):
            here = size > place
            day = np.maximum(facts.next_arrival(rows[here]), self.ask[rows[here]] + 1)
            facts.enrol(rows[here], level=level[here], day=day, extra=extra[here])
        full = facts.count[rows] >= self.limit
        self.reason[rows[full]] = 0
        soonest = facts.settled_on[rows] if self.settled else facts.next_arrival(rows) - 1
        self.ask[rows] = np.maximum(soonest, facts.last_enrolled[rows])

    def _look_again(self, rows: Ints, why: Ints) -> None:
        """Where nobody is to be treated now: the next evening on which that may have changed, or the end."""
        if self.decider.merges:
            later = self.facts.next_change(rows, day=self.ask[rows])
        else:
            waits = max((getattr(rule, "days", 0) for rule in self.study.rules), default=0)
            over = self.ask[rows] >= self.facts.settled_on[rows] + waits
            later = np.where(over, NEVER, self.ask[rows] + 1)
        ends = later >= NEVER
        self.reason[rows[ends]] = why[ends] + 1
        self.ask[rows[~ends]] = later[~ends]

    def _finished(self) -> Finished:
        everyone = np.arange(self.facts.people.trials)
        seen = self.facts.seen(everyone, day=self.facts.settled_on)
        return Finished(
            selected=self.decider.selected(seen),
            n=seen.n,
            n_dlt=seen.n_dlt,
            n_active=np.zeros_like(seen.n) if seen.n_active is None else seen.n_active,
            assigned=seen.n_assigned,
            current=seen.current,
            days=self.facts.closed_on,
            reason=self.reason,
            reasons=(PLANNED, *(PLANNED if code == FULL else code for code in self.decider.codes)),
        )
