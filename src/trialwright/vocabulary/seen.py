"""What a dose decision may look at, and what it answers: arrays with a leading batch axis.

``B`` trials at once (the live trial: one), ``D`` dose levels (numbered from 1; column ``d - 1``), ``P`` participants
in the order of their assignment. A design never sees a name, a date or an event.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, Protocol, Self, final, runtime_checkable

import numpy as np
import numpy.typing as npt

from trialwright.vocabulary.errors import Finding, Refused
from trialwright.vocabulary.orders import Order
from trialwright.vocabulary.people import NO_LEVEL, NOT_YET, Bools, Floats, Ints, People, last_run, open_cohort
from trialwright.vocabulary.words import Text

__all__ = [
    "NOT_YET",
    "NO_LEVEL",
    "Bools",
    "Design",
    "Evidence",
    "Floats",
    "Ints",
    "Note",
    "People",
    "Posterior",
    "Proposal",
    "Rule",
    "Seen",
    "any_number_of_levels",
]

NO_ACTIVITY = Text(
    en="it decides by activity as well as by DLTs, and no activity is observed in this trial; say in an [activity] "
    "section what counts as activity, or name a design that looks at DLTs alone, such as boin or crm",
    fr="il décide selon l'activité autant que selon les DLT, et aucune activité n'est observée dans cet essai ; dites "
    "dans une section [activity] ce qui compte comme activité, ou nommez un plan qui ne regarde que les DLT, tel que "
    "boin ou crm",
)


@final
@dataclass(frozen=True, slots=True)
class Seen:
    """The trial as a dose decision sees it on one day, for a batch of trials.

    A participant is *settled* with a DLT, or once the whole window has passed without one; *pending* in between.
    A settled participant is *judged* once activity is known too. Until then a DLT counts, and activity is neither
    yes nor no: ``n_active`` and ``n_both`` are out of ``judged``, never out of ``n``.
    """

    n: Ints  # [B, D] settled participants
    n_dlt: Ints  # [B, D] of them with a DLT
    n_pending: Ints  # [B, D] still in their window, no DLT so far
    current: Ints  # [B] level of the last assignment to a cohort; the starting level while there is none
    in_cohort: Ints  # [B] places taken in the cohort now being filled; 0 = the next one opens a cohort
    n_assigned: Ints  # [B] everybody assigned so far, evaluable or not, backfill participants too
    people: People | None = None
    window_days: int = 0  # days in the DLT window, its first and last included; follow_up reaches it when complete
    n_active: Ints | None = None  # [B, D] settled participants with activity; None: not observed
    n_both: Ints | None = None  # [B, D] settled participants with activity and a DLT; None: not observed together
    n_judged: Ints | None = None  # [B, D] settled participants whose activity is known too; None: all of them
    n_judged_dlt: Ints | None = None  # [B, D] of those judged, with a DLT; None: all of the DLTs
    order: Order | None = None  # what is known of the order of the levels; None: the order of their numbers
    latest: Ints | None = None  # [B, K] the last K settled, oldest first: 1 DLT, 0 none, -1 nobody; None: not kept
    kept_places: Ints | None = None  # [B] of in_cohort, taken by who does not count and is not replaced; None: none
    to_replace: Ints | None = None  # [B] participants of that cohort whose place was given back; None: none

    @property
    def counted_in_cohort(self) -> Ints:
        """Participants who count for dose finding in the cohort now being filled, ``[B]``."""
        return self.in_cohort if self.kept_places is None else self.in_cohort - self.kept_places

    @property
    def replaced_in_cohort(self) -> Ints:
        """Participants of the cohort now being filled who do not count and are replaced, ``[B]``."""
        return np.zeros(self.batch, np.int64) if self.to_replace is None else self.to_replace

    @property
    def activity(self) -> Ints:
        """``n_active``, for a design that cannot do without; Refused where activity is not observed."""
        if self.n_active is None:
            raise Refused(NO_ACTIVITY)
        return self.n_active

    @property
    def activity_with_dlt(self) -> Ints:
        """``n_both``, for a design that cannot do without; Refused where activity is not observed."""
        if self.n_both is None:
            raise Refused(NO_ACTIVITY)
        return self.n_both

    @property
    def judged(self) -> Ints:
        """Settled participants whose activity is known too, ``[B, D]``: what rates of activity are rates of."""
        return self.n if self.n_judged is None else self.n_judged

    @property
    def judged_with_dlt(self) -> Ints:
        """Of those judged, participants with a DLT, ``[B, D]``."""
        return self.n_dlt if self.n_judged_dlt is None else self.n_judged_dlt

    @property
    def batch(self) -> int:
        """How many trials are looked at together."""
        return int(self.n.shape[0])

    @property
    def levels(self) -> int:
        """How many dose levels the protocol declares."""
        return int(self.n.shape[1])

    @property
    def n_treated(self) -> Ints:
        """Participants who count for dose finding at each level, settled or pending, ``[B, D]``."""
        return self.n + self.n_pending

    def goes_up(self, level: Ints) -> Bools:
        """Where this level, ``[B]``, is above the current one, or may be as far as is known."""
        return level > self.current if self.order is None else self.order.goes_up(level, self.current)

    def goes_down(self, level: Ints) -> Bools:
        """Where this level, ``[B]``, is known to be below the current one; level 0 is."""
        return level < self.current if self.order is None else (level == 0) | self.order.goes_down(level, self.current)

    @property
    def awaited(self) -> Ints:
        """Pending participants of the cohorts, ``[B]``: nobody waits for a backfill participant."""
        pending: Ints = self.n_pending.sum(axis=1)
        people = self.people
        if people is None or people.backfill is None:
            return pending
        extra = people.backfill & people.evaluable & ~people.dlt & ~people.complete
        return np.asarray(pending - extra.sum(axis=1), np.int64)

    @property
    def highest_tried(self) -> Ints:
        """The highest level anyone has been given, ``[B]``; 0 before the first participant."""
        tried = self.n_treated > 0
        return np.asarray(np.where(tried.any(axis=1), self.levels - tried[:, ::-1].argmax(axis=1), NO_LEVEL), np.int64)

    @classmethod
    def of_counts(
        cls,
        n: npt.ArrayLike,
        n_dlt: npt.ArrayLike,
        current: npt.ArrayLike,
        *,
        n_active: npt.ArrayLike | None = None,
        n_both: npt.ArrayLike | None = None,
    ) -> Self:
        """Completed cohorts only: ``n`` and ``n_dlt`` are ``[B, D]``, ``current`` is ``[B]``; nobody is pending.

        What the exact engine walks over, and the quickest way to ask a design a question. ``n_active`` and
        ``n_both`` are ``[B, D]``, for designs that look at activity too.
        """
        counts = np.atleast_2d(np.asarray(n, np.int64))
        return cls(
            n=counts,
            n_dlt=np.atleast_2d(np.asarray(n_dlt, np.int64)),
            n_pending=np.zeros_like(counts),
            current=np.atleast_1d(np.asarray(current, np.int64)),
            in_cohort=np.zeros(len(counts), np.int64),
            n_assigned=counts.sum(axis=1),
            n_active=None if n_active is None else np.atleast_2d(np.asarray(n_active, np.int64)),
            n_both=None if n_both is None else np.atleast_2d(np.asarray(n_both, np.int64)),
        )

    @classmethod
    def of_people(
        cls,
        people: People,
        *,
        levels: int,
        start_level: int,
        cohort_size: int,
        window_days: int = 0,
        replacements: int | None = None,
    ) -> Self:
        """Counted up from participants: the live trial and the simulator both come through here.

        ``replacements``: how many participants who do not count for dose finding give their place in a cohort back;
        None: all of them.
        """
        settled = people.evaluable & (people.dlt | people.complete)
        pending = people.evaluable & ~settled
        taken = people.assigned > NO_LEVEL
        n_assigned = taken.sum(axis=1)
        places = np.where(people.in_cohorts, np.arange(taken.shape[1]), -1).max(axis=1, initial=-1)
        nobody, last = places < 0, np.maximum(places, 0)[:, None]
        current = np.where(nobody, start_level, _at(people.dose_level, last))
        in_run = last_run(people, last_assigned=_at(people.assigned, last))
        in_cohort, kept_places, to_replace = open_cohort(
            people, in_run=in_run, cohort_size=cohort_size, replacements=replacements
        )
        active, both, judged, judged_dlt = _activity(people, levels=levels, settled=settled)
        return cls(
            n=count_per_level(people.dose_level, settled, levels=levels),
            n_dlt=count_per_level(people.dose_level, settled & people.dlt, levels=levels),
            n_pending=count_per_level(people.dose_level, pending, levels=levels),
            current=current.astype(np.int64),
            in_cohort=in_cohort,
            n_assigned=n_assigned.astype(np.int64),
            people=people,
            window_days=window_days,
            kept_places=kept_places,
            to_replace=to_replace,
            n_active=active,
            n_both=both,
            n_judged=judged,
            n_judged_dlt=judged_dlt,
        )


def _activity(people: People, *, levels: int, settled: Bools) -> tuple[Ints | None, ...]:
    """Active, active with a DLT, judged, judged with a DLT: counts at every level where activity is observed at all."""
    if people.active is None or people.judged is None:
        return (None,) * 4
    judged = settled & people.judged
    groups = (judged & people.active, judged & people.active & people.dlt, judged, judged & people.dlt)
    return tuple(count_per_level(people.dose_level, some, levels=levels) for some in groups)


def count_per_level(dose_level: Ints, where: Bools, *, levels: int, each: Ints | None = None) -> Ints:
    """How many of some participants are at each level, or the sum of a number of each; ``[B, P]`` to ``[B, D]``."""
    trial, place = np.nonzero(where & (dose_level > NO_LEVEL) & (dose_level <= levels))
    flat = trial * levels + dose_level[trial, place] - 1
    weights = None if each is None else each[trial, place]
    total = np.bincount(flat, weights=weights, minlength=len(where) * levels)
    return np.asarray(total.reshape(len(where), levels), np.int64)


def _at(values: Ints, place: Ints) -> Ints:
    """The value at one place per trial; 0 where there are no places at all."""
    if values.shape[1] == 0:
        return np.zeros(len(values), np.int64)
    return np.take_along_axis(values, place, axis=1)[:, 0]


@runtime_checkable
class Posterior(Protocol):
    """What is believed about the DLT rate of every level after the data; every answer is ``[B, D]``."""

    def mean(self) -> Floats:
        """Posterior mean of the DLT rate."""
        ...

    def quantile(self, probability: float) -> Floats:
        """The rate below which the truth lies with this probability."""
        ...

    def exceedance(self, rate: float) -> Floats:
        """Probability that the true DLT rate is above ``rate``."""
        ...


@final
@dataclass(frozen=True, slots=True)
class Note:
    """Where in the batch a design or rule had something to say, and what."""

    code: str  # stable name, "crm.closest_to_target"
    text: Text
    where: Bools  # [B]
    values: Mapping[str, Any]  # arrays [B], scalars, or what gives an array [B] when somebody reads; fill the text

    def said_of(self, trial: int) -> dict[str, Any]:
        """The values that belong to one trial of the batch."""
        read = {name: value() if callable(value) else value for name, value in self.values.items()}
        return {name: value[trial].item() if isinstance(value, np.ndarray) else value for name, value in read.items()}


@final
class Evidence(Mapping[str, Floats]):
    """Named arrays ``[B]`` or ``[B, D]``, worked out when somebody looks: batches of virtual trials never do."""

    def __init__(self, named: Mapping[str, Callable[[], Floats]]) -> None:
        self._named = dict(named)

    def __getitem__(self, name: str) -> Floats:
        return self._named[name]()

    def __iter__(self) -> Iterator[str]:
        return iter(self._named)

    def __len__(self) -> int:
        return len(self._named)


@final
@dataclass(frozen=True, slots=True)
class Proposal:
    """The answer for every trial of the batch: a level for the next participants, to wait, or to stop."""

    dose_level: Ints  # [B]; 0 = no level
    wait: Bools  # [B] no assignment today
    stop: Bools  # [B] no further assignment
    notes: tuple[Note, ...] = ()
    posterior: Posterior | None = None
    evidence: Mapping[str, Floats] | None = None  # named arrays [B] or [B, D]: what the design computed
    backfill: Bools | None = None  # [B] the level is for an extra participant, outside the cohorts; None: nowhere

    @property
    def backfilled(self) -> Bools:
        """Where the level is for an extra participant at a cleared level, ``[B]``."""
        return np.zeros_like(self.wait) if self.backfill is None else self.backfill

    @classmethod
    def of_level(
        cls,
        dose_level: Ints,
        *,
        stop: Bools | None = None,
        notes: Sequence[Note] = (),
        posterior: Posterior | None = None,
        evidence: Mapping[str, Floats] | None = None,
    ) -> Self:
        """A proposal to treat at ``dose_level``; level 0 always means stop."""
        stopped = (dose_level == NO_LEVEL) if stop is None else stop | (dose_level == NO_LEVEL)
        waiting = np.zeros(len(dose_level), np.bool_)
        return cls(np.asarray(dose_level, np.int64), waiting, stopped, tuple(notes), posterior, evidence)

    def changed(
        self,
        where: Bools,
        *,
        code: str,
        text: Text,
        values: Mapping[str, Any],
        dose_level: Ints | int | None = None,
        wait: bool | None = None,
        stop: bool | None = None,
        backfill: bool = False,
    ) -> Proposal:
        """The same proposal, changed where ``where`` holds, with the reason added there.

        Who waits or stops backfills nobody; a change of level alone leaves the backfill as it is.
        """
        ends = self.backfill is not None and (wait or stop)
        mask = np.where(where, backfill, self.backfilled) if backfill or ends else self.backfill
        return replace(
            self,
            dose_level=self.dose_level if dose_level is None else np.where(where, dose_level, self.dose_level),
            wait=self.wait if wait is None else np.where(where, wait, self.wait),
            stop=self.stop if stop is None else np.where(where, stop, self.stop),
            notes=(*self.notes, Note(code, text, where, values)),
            backfill=mask,
        )


@runtime_checkable
class Design(Protocol):
    """A dose-escalation design: written once over a batch, for the live trial and for every virtual one."""

    @property
    def looks_at(self) -> Literal["counts", "participants", "counts with activity"]:
        """Whether counts per level are all it needs (then exact enumeration applies).

        "counts with activity": counts of DLTs, of activity and of both together; Refused where there are none.
        """
        ...

    def propose(self, seen: Seen) -> Proposal:
        """The level for the next participants of every trial of the batch."""
        ...

    def select(self, seen: Seen) -> Ints:
        """The level selected at the end of every trial, ``[B]``; 0 = none."""
        ...

    def fits(self, levels: int) -> Sequence[Finding]:
        """Complaints when the design's parameters do not go with this number of dose levels."""
        ...


@runtime_checkable
class Rule(Protocol):
    """A safety or stopping rule: takes a proposal and what was seen, and answers a proposal."""

    def __call__(self, proposal: Proposal, seen: Seen) -> Proposal:
        """The proposal after this rule; its reason is noted wherever it changed something."""
        ...

    def fits(self, levels: int) -> Sequence[Finding]:
        """Complaints when the rule's parameters do not go with this number of dose levels."""
        ...


def any_number_of_levels(design: object, levels: int) -> Sequence[Finding]:
    """What ``fits`` is where any number of levels will do: ``fits = any_number_of_levels``."""
    return ()
