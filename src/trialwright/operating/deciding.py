"""Decisions for many virtual trials: equal states are decided on once, and remembered.

Where the design and every rule look at counts, trials in the same state get the same decision, so ``decide`` is asked
about distinct states only. Where participants or days matter, it is asked about every trial.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any, final

import numpy as np

from trialwright.conduct.advise import decide, selected
from trialwright.numerics.packing import Layout, distinct
from trialwright.operating.exact import last_reasons, looks_back
from trialwright.protocol.study import Study
from trialwright.vocabulary.seen import NO_LEVEL, Bools, Ints, People, Proposal, Seen

COUNTED = ("n", "n_dlt", "n_pending", "n_active", "n_both", "n_judged", "n_judged_dlt")  # [B, D], the last four where
# activity is looked at
ABOVE = 1000  # more than any dose level
SINGLE = ("current", "in_cohort", "n_assigned", "kept_places", "to_replace")  # [B]


@final
@dataclass(frozen=True, slots=True)
class Verdict:
    """What was decided, ``[B]`` each."""

    level: Ints  # for the next participants; 0 while waiting or stopped
    extra: Bools  # whether that is for a backfill participant
    reason: Ints  # where nobody is to be treated: index into the codes of who decided; -1 elsewhere


@final
@dataclass(slots=True)
class Decider:
    """Asks the protocol, and remembers the answers for distinct states."""

    study: Study
    merges: bool
    layout: Layout
    remembered: int  # outcomes of the last participants that a rule looks at
    codes: list[str] = field(default_factory=list)
    known: dict[bytes, int] = field(default_factory=dict)  # level, and the reason in the digits above
    selections: dict[bytes, int] = field(default_factory=dict)

    @classmethod
    def of(cls, study: Study, *, people: int) -> Decider:
        """For trials with so many people at most."""
        counts = study.design.looks_at != "participants"
        timed = any(getattr(rule, "about_time", False) for rule in study.rules)
        levels, columns = len(study.dosing.amounts), 7 if study.design.looks_at == "counts with activity" else 3
        remembered = max(map(looks_back, study.rules), default=0)
        single = [levels, study.dosing.cohort_size, people, people, people]
        layout = Layout.of([people] * (levels * columns) + single + [2] * remembered)
        return cls(study, counts and not timed, layout, remembered)

    def decisions(self, seen: Seen) -> Verdict:
        """What is to be done next in every trial of the batch."""
        if not self.merges:
            return self._asked(seen)
        states, keys, which = self._distinct(seen)
        missing = [place for place, key in enumerate(keys) if key not in self.known]
        if missing:
            found = self._asked(_taken(states, np.array(missing)))
            answers = found.level + (found.reason + 1) * ABOVE
            self.known |= zip((keys[place] for place in missing), answers.tolist(), strict=True)
        reason, level = np.divmod(np.array([self.known[key] for key in keys], np.int64), ABOVE)
        return Verdict(level[which], np.zeros(len(which), np.bool_), reason[which] - 1)

    def selected(self, seen: Seen) -> Ints:
        """The level recommended at the end of every trial of the batch; 0: none."""
        if not self.merges:
            return selected(self.study, seen)
        states, keys, which = self._distinct(seen)
        missing = [place for place, key in enumerate(keys) if key not in self.selections]
        if missing:
            found = selected(self.study, _taken(states, np.array(missing)))
            self.selections |= zip((keys[place] for place in missing), found.tolist(), strict=True)
        return np.array([self.selections[key] for key in keys], np.int64)[which]

    def _asked(self, seen: Seen) -> Verdict:
        proposal = decide(self.study, seen)
        nobody = proposal.wait | proposal.stop
        level = np.where(nobody, NO_LEVEL, proposal.dose_level)
        return Verdict(level, ~nobody & proposal.backfilled, self._reasons(proposal, nobody))

    def _reasons(self, proposal: Proposal, nobody: Bools) -> Ints:
        answer = np.full(len(nobody), -1, np.int64)
        for code, rows in last_reasons(proposal, nobody):
            if code not in self.codes:
                self.codes.append(code)
            answer[rows] = self.codes.index(code)
        return answer

    def _distinct(self, seen: Seen) -> tuple[Seen, Sequence[bytes], Ints]:
        """Every state once, by counts alone; its key; and which of them each trial is in."""
        latest = self._latest(seen)
        columns = [column for name in COUNTED if (values := getattr(seen, name)) is not None for column in values.T]
        columns += [getattr(seen, name) for name in SINGLE]
        columns += [] if latest is None else list((latest + 1).T)
        packed = self.layout.packed(columns)
        first, which = distinct(packed)
        keys = np.ascontiguousarray(packed[:, first].T).view(f"V{8 * len(packed)}")[:, 0].tolist()
        return _taken(replace(seen, people=None, latest=latest), first), keys, which

    def _latest(self, seen: Seen) -> Ints | None:
        """The outcomes of the last few settled participants, oldest first, as ``Seen.latest``."""
        people = seen.people
        if not self.remembered or people is None:
            return None
        settled = people.evaluable & (people.dlt | people.complete) & (people.assigned > NO_LEVEL)
        from_the_end = np.flip(np.flip(settled, axis=1).cumsum(axis=1), axis=1)
        outcome = np.where(people.dlt, 2, 1)
        codes = [
            np.where(settled & (from_the_end == place), outcome, 0).sum(axis=1)
            for place in range(self.remembered, 0, -1)
        ]
        return np.asarray(np.stack(codes, axis=1) - 1, np.int64)


def rows_of(seen: Seen, rows: Ints) -> Seen:
    """Some trials of the batch, in their order."""
    return seen if len(rows) == seen.batch else _taken(seen, rows)


def _taken(seen: Seen, rows: Ints) -> Seen:
    kept = {field.name: getattr(seen, field.name) for field in fields(Seen) if field.name != "people"}
    cut: dict[str, Any] = {
        name: value[rows] if isinstance(value, np.ndarray) else value for name, value in kept.items()
    }
    return Seen(**cut, people=None if seen.people is None else _people(seen.people, rows))


def _people(people: People, rows: Ints) -> People:
    told = {field.name: getattr(people, field.name) for field in fields(People)}
    cut: dict[str, Any] = {name: None if value is None else value[rows] for name, value in told.items()}
    return People(**cut)
