"""Every way a trial can go, walked once: reachable states breadth-first, equal states merged.

A state holds the outcomes counted at every level and whatever else the protocol's decision can look at. From each state
the protocol's own ``decide`` is asked what comes next, a whole frontier in one batch, and each possible outcome of the
next participants leads to another state. Ways that lead to the same state are added up. In the end every state in which
a trial can stop carries one number, and the probability to stop there is

    P(state | truth) = ways x product over levels of p_d^y_d (1 - p_d)^(n_d - y_d)

whatever the truth. What is computed from it (``operating.ends``) has no Monte Carlo error.

Two ways to run a trial are walked: a decision after each complete cohort (recruited faster than its first participant
settles), or after each participant (recruited more slowly than that). Between the two lies a trial in which decisions
are taken with participants pending; there, people have to be simulated day by day.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import product
from math import factorial, prod
from typing import final

import numpy as np

from trialwright.conduct.advise import decide, selected
from trialwright.conduct.titration import titrates, titrating
from trialwright.numerics.packing import Layout, merged
from trialwright.operating.conditions import Conditions
from trialwright.operating.ends import PLANNED, TrialEnds
from trialwright.protocol.study import Study
from trialwright.rules.coherence import Coherence
from trialwright.vocabulary.errors import Refused
from trialwright.vocabulary.seen import Bools, Floats, Ints, Proposal, Seen
from trialwright.vocabulary.words import Text

MOST_STATES = 3_000_000  # a frontier of this size takes some minutes and a gigabyte
CHUNK = 1 << 16  # states decided on at a time
NO_PEOPLE = Text(
    en="{design} looks at participants one by one, each with a follow-up or a dose of its own, so counts per level are "
    "not enough for exact operating characteristics; simulate instead (trialwright simulate)",
    fr="{design} regarde chaque personne avec son propre suivi ou sa propre dose : les effectifs par palier ne "
    "suffisent pas à des caractéristiques opératoires exactes ; simulez plutôt (trialwright simulate)",
)
WAITS = Text(
    en="with everybody settled the protocol still asks to wait ({code}), so no trial would ever end; take that rule "
    "out for the exact operating characteristics, or simulate (trialwright simulate)",
    fr="tout le monde étant évalué, le protocole demande encore d'attendre ({code}), si bien qu'aucun essai ne "
    "finirait ; retirez cette règle pour les caractéristiques exactes, ou simulez (trialwright simulate)",
)
TOO_MANY = Text(
    en="after {assigned} participants more than {most} different states are reachable, too many to be walked; plan "
    "fewer participants or larger cohorts, or simulate (trialwright simulate)",
    fr="après {assigned} personnes, plus de {most} états différents sont possibles, trop pour être parcourus ; "
    "prévoyez moins de personnes ou de plus grandes cohortes, ou simulez (trialwright simulate)",
)
NO_END = (
    "after {assigned} participants the trial has not ended although {limit} are planned; "
    "limit the replacements, or the number assigned"
)


class TooManyStates(Refused):
    """The trial has more reachable states than can be walked; simulation is the way."""


def every_end(study: Study, conditions: Conditions | None = None) -> TrialEnds:
    """Every way a trial under this protocol can end, with the number of ways that lead there.

    ``conditions``: how it is run, where the protocol leaves it open. Raises Refused where the design looks at more
    than counts, where the trial could not end, or (TooManyStates) where it has too many states.
    """
    setting = conditions or Conditions()
    setting.fits(study)
    if study.design.looks_at == "participants":
        raise Refused(NO_PEOPLE, {"design": study.design_name})
    settled = replace(study, rules=tuple(rule for rule in study.rules if not getattr(rule, "about_time", False)))
    return _Walk.of(settled, setting).walked()


@final
@dataclass(frozen=True, slots=True)
class _Frontier:
    """Some states with the same number assigned, packed; and the number of ways that lead to each."""

    packed: Ints  # [W, B]
    ways: Floats  # [B]

    def only(self, rows: Ints) -> _Frontier:
        return _Frontier(self.packed[:, rows], self.ways[rows])

    def chunks(self) -> Iterator[_Frontier]:
        for begin in range(0, len(self.ways), CHUNK):
            yield _Frontier(self.packed[:, begin : begin + CHUNK], self.ways[begin : begin + CHUNK])


@final
@dataclass(frozen=True, slots=True)
class _Fields:
    """Where each part of a state is kept; the first levels x outcomes fields are the counts."""

    current: int  # level of the last participant; the starting level before the first
    in_cohort: int  # places taken in the open cohort; 0: the next decision is due
    kept: int  # of them, by participants who do not count and are not replaced
    back: int  # participants of that cohort whose place was given back
    replaced: int  # places given back in the trial, while that is limited
    assigned: int  # level of the open cohort; the current one is another where another dose was given
    latest: slice  # outcomes of the last few who are settled, oldest first: 0 nobody, 1 no DLT, 2 DLT


@final
@dataclass(slots=True)
class _Walk:
    """The walk under way."""

    study: Study
    conditions: Conditions
    levels: int
    outcomes: int  # 2: DLT or none; 4: with activity too
    limit: int
    remembered: int
    layout: Layout
    fields: _Fields
    titrates: bool
    jumps: bool  # whole cohorts at once
    buckets: dict[int, list[_Frontier]] = field(default_factory=lambda: defaultdict(list))
    stopped: list[tuple[int, str, _Frontier]] = field(default_factory=list)

    @classmethod
    def of(cls, study: Study, conditions: Conditions) -> _Walk:
        levels, limit = len(study.dosing.amounts), conditions.limit(study)
        outcomes = 4 if study.design.looks_at == "counts with activity" else 2
        remembered = max(map(looks_back, study.rules), default=0)
        sizes = {*conditions.cohorts} or {study.dosing.cohort_size}
        even = remembered == 0 or (len(sizes) == 1 and remembered % max(sizes) == 0 and limit % max(sizes) == 0)
        first = levels * outcomes
        lost = limit if conditions.loses else 0
        limited = min(lost, study.replacements or 0)
        largest = [limit] * first + [levels, max(sizes), lost, lost, limited, levels] + [2] * remembered
        current, in_cohort, kept, back, replaced, assigned = range(first, first + 6)
        latest = slice(first + 6, first + 6 + remembered)
        fields = _Fields(current, in_cohort, kept, back, replaced, assigned, latest)
        one_by_one = titrates(study)
        jumps = even and not conditions.given and not conditions.after_each and not one_by_one
        return cls(
            study, conditions, levels, outcomes, limit, remembered, Layout.of(largest), fields, one_by_one, jumps
        )

    def walked(self) -> TrialEnds:
        """All states in which a trial ends."""
        start = np.zeros((self.layout.words, 1), np.int64)
        start = self.layout.written(start, field=self.fields.current, value=self.study.dosing.start_level)
        self.buckets[0].append(_Frontier(start, np.ones(1)))
        while self.buckets:
            assigned = min(self.buckets)
            frontier = _together(self.buckets.pop(assigned))
            self._check_size(len(frontier.ways), assigned=assigned)
            if assigned >= self.limit:
                self._stop(frontier, code=PLANNED, assigned=assigned)
                continue
            for part in frontier.chunks():
                self._go_on(part, assigned=assigned)
        return self._ends()

    def _check_size(self, size: int, *, assigned: int) -> None:
        if size > MOST_STATES:
            raise TooManyStates(TOO_MANY, {"assigned": assigned, "most": MOST_STATES})

    def _go_on(self, frontier: _Frontier, *, assigned: int) -> None:
        """One step from some states: a decision where one is due, then every outcome of the next participants."""
        filling = self._filling(frontier, assigned=assigned)
        self._assign(frontier.only(np.flatnonzero(filling > 0)), filling[filling > 0], assigned=assigned)
        due = frontier.only(np.flatnonzero(filling == 0))
        if len(due.ways) == 0:
            return
        proposal = decide(self.study, self.seen(due.packed, assigned=assigned))
        self._check_wait(proposal)
        for code, rows in last_reasons(proposal, proposal.stop):
            self._stop(due.only(rows), code=PLANNED if code == FULL else code, assigned=assigned)
        open_rows = np.flatnonzero(~proposal.stop)
        self._assign(due.only(open_rows), proposal.dose_level[open_rows], assigned=assigned)

    def _stop(self, frontier: _Frontier, *, code: str, assigned: int) -> None:
        """Keep some states as ends; what only a further decision would look at is forgotten first."""
        packed, names = frontier.packed, self.fields
        if not self.jumps:
            for open_part in (names.in_cohort, names.kept, names.back, names.replaced, names.assigned):
                packed = self.layout.written(packed, field=open_part, value=0)
        for past in range(names.latest.start, names.latest.stop):
            packed = self.layout.written(packed, field=past, value=0)
        self.stopped.append((assigned, code, _Frontier(*merged(packed, frontier.ways))))

    def _filling(self, frontier: _Frontier, *, assigned: int) -> Ints:
        """The level of the open cohort where places are left and no decision is due; 0 elsewhere."""
        if self.jumps or self.conditions.after_each:
            return np.zeros(len(frontier.ways), np.int64)
        names = [self.fields.in_cohort, self.fields.back, self.fields.assigned]
        inside, back, level = self.layout.read(frontier.packed, names).T
        filling = (inside > 0) | (back > 0)
        if self.titrates:
            filling &= ~titrating(self.study, self.seen(frontier.packed, assigned=assigned))
        return np.where(filling, level, 0)

    def _check_wait(self, proposal: Proposal) -> None:
        forever = proposal.wait & ~proposal.stop
        if forever.any():
            code = next(note.code for note in reversed(proposal.notes) if (note.where & forever).any())
            raise Refused(WAITS, {"code": code})

    def _assign(self, frontier: _Frontier, level: Ints, *, assigned: int) -> None:
        """Everything that can become of the next participants, at the levels they are assigned to."""
        for chosen in range(1, self.levels + 1):
            here = np.flatnonzero(level == chosen)
            if len(here):
                branch = self._cohort if self.jumps else self._participant
                branch(frontier.only(here), chosen, assigned=assigned)

    def _cohort(self, frontier: _Frontier, level: int, *, assigned: int) -> None:
        """A whole cohort, everybody given what was assigned."""
        size = min(self.conditions.size_after(self.study, assigned=assigned), self.limit - assigned)
        moved = self.layout.written(frontier.packed, field=self.fields.current, value=level)
        units = self.layout.units[(level - 1) * self.outcomes : level * self.outcomes]
        for counts, ways in _compositions(size, parts=self.outcomes):
            packed = moved + (np.array(counts) @ units)[:, None]
            packed = self._remember(packed, dlts=[*[False] * (size - _dlts(counts)), *[True] * _dlts(counts)])
            self.buckets[assigned + size].append(_Frontier(packed, frontier.ways * ways))

    def _participant(self, frontier: _Frontier, level: int, *, assigned: int) -> None:
        """One participant: what was given, and what became of it."""
        share = self.conditions.matrix(self.levels)[level - 1]
        for given in np.flatnonzero(share):
            counted = bool(given > 0)
            packed = self._placed(frontier.packed, level, assigned=assigned, counted=counted)
            packed = self.layout.written(packed, field=self.fields.current, value=int(given) if counted else level)
            for outcome in range(self.outcomes if counted else 1):
                after = packed
                if counted:
                    unit = self.layout.units[(given - 1) * self.outcomes + outcome]
                    after = self._remember(packed + unit[:, None], dlts=[outcome in DLT_OUTCOMES])
                self.buckets[assigned + 1].append(_Frontier(after, frontier.ways * share[given]))

    def _placed(self, packed: Ints, level: int, *, assigned: int, counted: bool) -> Ints:
        """The states with one more place of the cohort filled, if the participant fills one."""
        names = [self.fields.in_cohort, self.fields.kept, self.fields.back, self.fields.replaced, self.fields.assigned]
        inside, kept, back, replaced, last = self.layout.read(packed, names).T
        inside, kept, back = (np.where(last == level, value, 0) for value in (inside, kept, back))
        most = self.study.replacements
        gives_back = np.full(len(last), not counted) & (most is None or replaced < most)
        inside, kept, back = inside + ~gives_back, kept + (~gives_back & (not counted)), back + gives_back
        full = inside == self._cohort_size(assigned=assigned)
        inside, kept, back = (np.where(full, 0, value) for value in (inside, kept, back))
        counting = replaced if most is None else replaced + gives_back
        open_at = np.where((inside > 0) | (back > 0), level, 0)  # where no cohort is open, it no longer matters
        for field_, value in zip(names, (inside, kept, back, counting, open_at), strict=True):
            packed = self.layout.written(packed, field=field_, value=value)
        return packed

    def _cohort_size(self, *, assigned: int) -> int:
        """The size of the cohort that is open once so many are assigned."""
        if self.conditions.after_each or not self.conditions.cohorts:
            return self.study.dosing.cohort_size
        for size in self.conditions.cohorts:
            if assigned < size:
                return size
            assigned -= size
        return self.conditions.cohorts[-1]

    def _remember(self, packed: Ints, *, dlts: list[bool]) -> Ints:
        """The outcomes of the last few, the oldest forgotten."""
        if not self.remembered:
            return packed
        codes = [*self.layout.read(packed, self.fields.latest).T, *(1 + dlt for dlt in dlts)][-self.remembered :]
        for place, code in enumerate(codes, start=self.fields.latest.start):
            packed = self.layout.written(packed, field=place, value=code)
        return packed

    def seen(self, packed: Ints, *, assigned: int) -> Seen:
        """Packed states as a decision sees them: nobody pending."""
        counts = self.counts(packed)
        names = [self.fields.current, self.fields.in_cohort, self.fields.kept, self.fields.back]
        current, inside, kept, back = self.layout.read(packed, names).T
        latest = self.layout.read(packed, self.fields.latest) - 1 if self.remembered else None
        active = counts[:, :, 2:].sum(axis=2) if self.outcomes == 4 else None
        return Seen(
            n=counts.sum(axis=2),
            n_dlt=counts[:, :, list(DLT_OUTCOMES)[: self.outcomes // 2]].sum(axis=2),
            n_pending=np.zeros(counts.shape[:2], np.int64),
            current=current,
            in_cohort=inside,
            n_assigned=np.full(len(counts), assigned, np.int64),
            latest=latest,
            n_active=active,
            kept_places=kept,
            to_replace=back,
            n_both=counts[:, :, 3] if self.outcomes == 4 else None,
        )

    def counts(self, packed: Ints) -> Ints:
        """The outcomes counted at every level, ``[B, D, K]``."""
        flat = self.layout.read(packed, slice(0, self.levels * self.outcomes))
        return flat.reshape(-1, self.levels, self.outcomes)

    def _ends(self) -> TrialEnds:
        """The states of all ends together, with the level each of them selects."""
        codes = tuple(dict.fromkeys([PLANNED, *(code for _, code, _ in self.stopped)]))
        parts = [
            (assigned, codes.index(code), part) for assigned, code, whole in self.stopped for part in whole.chunks()
        ]
        chosen = [selected(self.study, self.seen(part.packed, assigned=assigned)) for assigned, _, part in parts]
        packed = np.concatenate([part.packed for _, _, part in parts], axis=1)
        lengths = [len(part.ways) for _, _, part in parts]
        return TrialEnds(
            counts=self.counts(packed),
            ways=np.concatenate([part.ways for _, _, part in parts]),
            selected=np.concatenate(chosen),
            current=self.layout.read(packed, [self.fields.current])[:, 0],
            assigned=np.repeat([assigned for assigned, _, _ in parts], lengths),
            waits=np.repeat([self.conditions.waits(self.study, assigned=n) for n, _, _ in parts], lengths),
            reason=np.repeat([code for _, code, _ in parts], lengths),
            reasons=codes,
        )


FULL = "stop_at_n"  # the reason given at the planned number of participants
DLT_OUTCOMES = (1, 3)  # outcomes are: neither, DLT alone, activity alone, both


def looks_back(rule: object) -> int:
    """How many of the last participants a rule looks at."""
    return rule.last if isinstance(rule, Coherence) and rule.judged == "last" else 0


def _dlts(counts: tuple[int, ...]) -> int:
    return sum(counts[outcome] for outcome in DLT_OUTCOMES if outcome < len(counts))


def _compositions(size: int, *, parts: int) -> Iterator[tuple[tuple[int, ...], float]]:
    """Every way to share out a cohort among the outcomes, with its multinomial coefficient."""
    for counts in product(range(size + 1), repeat=parts):
        if sum(counts) == size:
            yield counts, float(factorial(size) // prod(map(factorial, counts)))


def _together(frontiers: list[_Frontier]) -> _Frontier:
    """Equal states merged."""
    packed = np.concatenate([frontier.packed for frontier in frontiers], axis=1)
    return _Frontier(*merged(packed, np.concatenate([frontier.ways for frontier in frontiers])))


def last_reasons(proposal: Proposal, where: Bools) -> Iterator[tuple[str, Ints]]:
    """The last reason given in each of some trials, and in which of them."""
    left = where.copy()
    for note in reversed(proposal.notes):
        rows = np.flatnonzero(left & note.where)
        if len(rows):
            yield note.code, rows
            left[rows] = False
    if left.any():
        yield "design", np.flatnonzero(left)
