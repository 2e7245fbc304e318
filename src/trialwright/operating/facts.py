"""What has happened to the people of virtual trials, and what of it is known at the end of a day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, final

import numpy as np

from trialwright.operating.made import Doses
from trialwright.operating.people import NEVER, People
from trialwright.protocol.study import Study
from trialwright.vocabulary import seen as words
from trialwright.vocabulary.seen import NOT_YET, Bools, Floats, Ints, Seen


@final
@dataclass(slots=True)
class Facts:
    """Filled from the left as people are assigned, each with the whole course at once; ``[B, P]``."""

    study: Study
    people: People
    cells: Floats  # [D, K] true probabilities of the outcomes at each level
    given_matrix: Floats | None  # [D, D + 1] Conditions.matrix; None: everybody is given what was assigned
    made: Doses | None  # the amounts that may be given instead of the levels' own; None: those
    assigned: Ints  # 0: nobody
    given: Ints  # level of the dose given, for who is infused; the assigned one for the others
    amount: Floats  # given at the infusion; nan for who is not infused
    enrolled: Ints
    infused: Ints  # NEVER where the person left before
    dlt: Ints  # day of the DLT; NEVER where there is none
    left: Ints
    active: Bools
    judged: Ints  # day on which activity is known; NEVER where it will not be
    backfill: Bools  # an extra participant at a cleared level, outside the cohorts
    count: Ints  # [B] people assigned so far
    last_enrolled: Ints  # [B] day of the last enrolment; 0 before the first
    settled_on: Ints  # [B] day at whose end everybody assigned so far is settled
    closed_on: Ints  # [B] day on which the last follow-up of those assigned so far ends

    @classmethod
    def none_yet(
        cls, study: Study, people: People, *, cells: Floats, given: Floats | None = None, made: Doses | None = None
    ) -> Facts:
        """Before the first participant."""
        if made is not None and people.given is None:
            raise ValueError("doses are made in part only for people with a number for it: take Circumstances.draw")
        shape = people.arrival.shape
        never, nobody, zeros = np.full(shape, NEVER, np.int64), np.zeros(shape, np.int64), np.zeros(shape[0], np.int64)
        return cls(
            study=study,
            people=people,
            cells=cells,
            given_matrix=given,
            made=made,
            assigned=nobody,
            given=nobody.copy(),
            amount=np.full(shape, np.nan),
            enrolled=never,
            infused=never.copy(),
            dlt=never.copy(),
            left=never.copy(),
            active=np.zeros(shape, np.bool_),
            judged=never.copy(),
            backfill=np.zeros(shape, np.bool_),
            count=zeros,
            last_enrolled=zeros.copy(),
            settled_on=zeros.copy(),
            closed_on=zeros.copy(),
        )

    def next_arrival(self, rows: Ints) -> Ints:
        """The first day on which the next person of each of these trials could be enrolled; at most one a day."""
        arrival = self.people.arrival[rows, np.minimum(self.count[rows], self.people.places - 1)]
        return np.asarray(np.maximum(arrival, self.last_enrolled[rows] + 1), np.int64)

    def enrol(self, rows: Ints, *, level: Ints, day: Ints, extra: Bools | None = None) -> None:
        """The next person of each of these trials is assigned to a level on a day; what comes of it is decided now.

        ``extra``: who of them is a backfill participant; None: nobody.
        """
        one = self.count[rows]
        place = rows * self.people.places + one  # in the arrays laid out flat
        planned = day + self.people.infusion_delay.reshape(-1)[place]
        stays = self.people.leaves_after.reshape(-1)[place]
        leaves = np.where(stays >= NEVER, NEVER, day + stays)
        given, amount, rate = self._dose(place, level=level)
        left = np.where(given == 0, np.minimum(leaves, planned), leaves)
        made = (given > 0) & (left >= planned)
        given = np.where(made, given, level)
        infused = np.where(made, planned, NEVER)
        toxic = self.people.tolerance.reshape(-1)[place] < rate
        on = planned + self._delay(place, given=given)
        dlt = np.where(toxic & made & (on <= left), on, NEVER)
        known = {"assigned": level, "given": given, "enrolled": day, "infused": infused, "dlt": dlt, "left": left}
        known["amount"] = np.where(made, amount, np.nan)
        for name, value in known.items():
            getattr(self, name).reshape(-1)[place] = value
        self.active.reshape(-1)[place] = self._activity(place, given=given, toxic=toxic)
        self.judged.reshape(-1)[place] = self._judged(place, infused=infused, left=left)
        self.backfill.reshape(-1)[place] = False if extra is None else extra
        ends = np.minimum(np.where(made, planned + self.study.dlt.last_day, NEVER), left)
        settles = np.minimum(dlt, np.where(made & (left > ends), ends + 1, left))
        self.count[rows], self.last_enrolled[rows] = one + 1, day
        self.settled_on[rows] = np.maximum(self.settled_on[rows], settles)
        self.closed_on[rows] = np.maximum(self.closed_on[rows], ends)

    @property
    def _rate(self) -> Floats:
        return np.asarray(self.cells[:, 1::2].sum(axis=1), np.float64)

    def _dose(self, place: Ints, *, level: Ints) -> tuple[Ints, Floats, Floats]:
        """What each person will be given: the level it counts for (0: nothing), the amount, and its true DLT rate."""
        made, drawn = self.made, self.people.given
        if made is not None and drawn is not None:
            one = made.which(drawn.reshape(-1)[place])
            return made.level[level - 1, one], made.amount[level - 1, one], made.rate[level - 1, one]
        given = self._given(place, level=level)
        return given, np.asarray(self.study.dosing.amounts, np.float64)[given - 1], self._rate[given - 1]

    def _given(self, place: Ints, *, level: Ints) -> Ints:
        """The level of the dose each person will be given; 0: none."""
        if self.given_matrix is None or self.people.given is None:
            return level
        up_to = self.given_matrix.cumsum(axis=1)[level - 1]
        drawn = (self.people.given.reshape(-1)[place][:, None] >= up_to).sum(axis=1)
        possible = self.given_matrix.shape[1] - 1 - (self.given_matrix[:, ::-1] > 0).argmax(axis=1)
        return np.asarray(np.minimum(drawn, possible[level - 1]), np.int64)

    def _delay(self, place: Ints, *, given: Ints) -> Ints:
        delay = self.people.dlt_delay
        which = place if delay.ndim == 2 else place * delay.shape[2] + given - 1
        return np.asarray(delay.reshape(-1)[which], np.int64)

    def _activity(self, place: Ints, *, given: Ints, toxic: Bools) -> Bools:
        """Activity, with its rate among those with a DLT or among those without."""
        if self.cells.shape[1] < 4 or self.people.activity is None:
            return np.zeros(len(place), np.bool_)
        together = np.stack([self.cells[:, 2], self.cells[:, 3]])
        of = np.stack([self.cells[:, 0] + self.cells[:, 2], self.cells[:, 1] + self.cells[:, 3]])
        rate = together / np.where(of > 0, of, 1.0)
        return np.asarray(self.people.activity.reshape(-1)[place] < rate[toxic.astype(np.int64), given - 1], np.bool_)

    def _judged(self, place: Ints, *, infused: Ints, left: Ints) -> Ints:
        """The day on which activity is known: at the visit, unless the person is gone by then."""
        if self.people.judged_after is None:
            return infused  # counted from the day the person is settled
        visit = infused + self.people.judged_after.reshape(-1)[place]
        return np.where((infused >= NEVER) | (visit > left), NEVER, visit)

    def seen(self, rows: Ints, *, day: Ints) -> Seen:
        """What is known of some trials (in their order), each at the end of its own day: nothing that happens later."""
        width = int(self.count[rows].max(initial=0))
        today = day[:, None]
        which = slice(None) if len(rows) == self.people.trials else rows  # every trial once: no copy is needed
        assigned, given, enrolled, infused, dlt_on, left_on = (
            getattr(self, name)[which, :width] for name in ("assigned", "given", "enrolled", "infused", "dlt", "left")
        )
        here, treated, dlt = enrolled <= today, infused <= today, dlt_on <= today
        window_end = np.where(infused < NEVER, infused + self.study.dlt.last_day, NEVER)
        left = (left_on <= today) & (left_on <= window_end)
        known = words.People(
            assigned=np.where(here, assigned, 0),
            dose_level=np.where(treated, given, np.where(here, assigned, 0)),
            dlt=dlt,
            complete=(today > window_end) & ~left,
            evaluable=here & (dlt | ~left),
            follow_up=np.where(treated, today - infused, NOT_YET),
            dlt_after=np.where(dlt, dlt_on - infused, NOT_YET),
            backfill=self.backfill[which, :width] & here,
            amount=np.where(treated, self.amount[which, :width], np.nan) if self.study.uses_dose_given else None,
            **self._activity_known(which, width=width, today=today),
        )
        return self._counted(known)

    def _activity_known(self, which: slice | Ints, *, width: int, today: Ints) -> dict[str, Any]:
        """Activity where it is observed: in a study that says what counts, or for a design that looks at it."""
        if self.study.activity is None and self.study.design.looks_at != "counts with activity":
            return {}
        judged = self.judged[which, :width] <= today
        return {"active": self.active[which, :width] & judged, "judged": judged}

    def _counted(self, known: words.People) -> Seen:
        dosing = self.study.dosing
        return Seen.of_people(
            known,
            levels=len(dosing.amounts),
            start_level=dosing.start_level,
            cohort_size=dosing.cohort_size,
            window_days=self.study.dlt.window_days,
            replacements=self.study.replacements,
        )

    def next_change(self, rows: Ints, *, day: Ints) -> Ints:
        """The next day on which a count can change: an infusion, a DLT, a window that is over, a leaving, a visit."""
        width = int(self.count[rows].max(initial=0))
        infused = self.infused[rows, :width]
        over = np.where(infused < NEVER, infused + self.study.dlt.last_day + 1, NEVER)
        known = [getattr(self, name)[rows, :width] for name in ("dlt", "left", "judged")]
        days = np.concatenate([infused, over, *known], axis=1)
        return np.asarray(np.where(days > day[:, None], days, NEVER).min(axis=1, initial=NEVER), np.int64)
