"""Simulated operating characteristics: many virtual trials, each number with its Monte Carlo error.

A share p of N trials has the standard error sqrt(p (1 - p) / N) and Wilson's limits; a mean has the standard deviation
between trials divided by sqrt(N), and limits 1.96 of these away. The limits say how far the numbers of this simulation
may be from those of endlessly many trials under the same truth; they say nothing about whether that truth is right.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from itertools import product
from typing import final

import numpy as np
import scipy.special as sp

from trialwright.conduct.titration import titrates
from trialwright.numerics.intervals import wilson
from trialwright.numerics.scalars import is_count
from trialwright.operating.circumstances import Circumstances
from trialwright.operating.conditions import Conditions
from trialwright.operating.deciding import Decider
from trialwright.operating.ends import PLANNED
from trialwright.operating.facts import Facts
from trialwright.operating.lockstep import Lockstep
from trialwright.operating.results import value_of
from trialwright.operating.tally import Tally
from trialwright.operating.truths import Truths
from trialwright.protocol.study import Study
from trialwright.vocabulary.errors import Complaints, ParameterError
from trialwright.vocabulary.seen import Floats

SLICE = 5120  # trials run together: memory stays bounded, and progress is heard of
SHARES = ("selection", "n_distribution", "dlt_distribution", "ended", "stopped_at", "early", "correct", "overdosing")
MEANS = ("n", "n_dlt", "n_active")  # with a sum of squares in the tally
FROM_COUNTS = {"expected_n": "n_distribution", "expected_dlts": "dlt_distribution", "duration_days": "days"}
LARGEST_SEED = 1 << 128  # the seed is the key of the generator
Progress = Callable[[int, int], None]  # trials done, of how many


def simulate(
    study: Study,
    truths: Truths,
    *,
    circumstances: Circumstances,
    trials: int,
    seed: int,
    conditions: Conditions | None = None,
    at_once: int = SLICE,
    progress: Progress | None = None,
) -> Simulated:
    """Operating characteristics of a study under some truths, from so many virtual trials each.

    ``seed``: with the number of a trial and of a participant it fixes who comes and what happens to them, for every
    truth and design alike. ``at_once``: trials run together; the numbers do not depend on it. ``progress`` hears how
    many trials are done. A KeyboardInterrupt ends the simulation and keeps what is done: ``complete`` is False then,
    and truths at the end of which no trial was run are left out; one that comes before any trial is done goes on
    upwards. Raises ParameterError where conditions, circumstances and study do not go together.
    """
    run = Simulation.of(study, circumstances=circumstances, conditions=conditions or Conditions())
    run.check(truths, trials=trials, seed=seed)
    done: list[list[Tally]] = [[] for _ in range(len(truths))]
    total = trials * len(truths)
    try:
        for part, row in product(slices(trials, at_once), range(len(truths))):
            done[row].append(run.part(truths.cells[row], seed=seed, trials=part))
            if progress is not None:
                progress(sum(lot.trials for lots in done for lot in lots), total)
    except KeyboardInterrupt:
        if not any(done):
            raise
    run_for = sum(bool(lots) for lots in done)
    tallies = tuple(Tally.together(lots) for lots in done[:run_for])
    return Simulated(truths.only(slice(run_for)), tallies, trials, len(truths) - run_for)


def slices(trials: int, at_once: int = SLICE) -> list[range]:
    """The trials, numbered from 0, in the lots in which they are run."""
    return [range(begin, min(begin + at_once, trials)) for begin in range(0, trials, at_once)]


@final
@dataclass(frozen=True, slots=True)
class Simulation:
    """A study, how it is run and what it meets; decisions on equal states are remembered from lot to lot."""

    study: Study
    circumstances: Circumstances
    conditions: Conditions
    decider: Decider
    limit: int

    @classmethod
    def of(cls, study: Study, *, circumstances: Circumstances, conditions: Conditions) -> Simulation:
        """Checked: ParameterError with everything that does not go together."""
        conditions.fits(study)
        _check(study, circumstances=circumstances, conditions=conditions)
        limit = conditions.limit(study, leaving=circumstances.leaving > 0)
        run = study
        if circumstances.decisions == "when_settled":
            timeless = tuple(rule for rule in study.rules if not getattr(rule, "about_time", False))
            run = replace(study, rules=timeless)
        return cls(run, circumstances, conditions, Decider.of(run, people=limit), limit)

    def check(self, truths: Truths, *, trials: int, seed: int) -> None:
        """Raise ParameterError where these truths or numbers do not go with the study."""
        complaints = Complaints()
        levels, outcomes = len(self.study.dosing.amounts), 4 if self._with_activity else 2
        found = truths.cells.shape[1:]
        allowed = f"must have {levels} levels with {outcomes} outcomes each"
        fine = found == (levels, outcomes)
        complaints.unless(fine, "truth", f"{found[0]} levels with {found[1]} outcomes", allowed)
        complaints.unless(is_count(trials), "trials", trials, "must be a whole number of 1 or more")
        fine = is_count(seed, least=0) and seed < LARGEST_SEED
        complaints.unless(fine, "seed", seed, "must be a whole number of 0 or more, below 2^128")
        complaints.raise_as(ParameterError, f"{self.study.identity.id} cannot be simulated like this")

    @property
    def _with_activity(self) -> bool:
        return self.study.design.looks_at == "counts with activity"

    def part(self, cells: Floats, *, seed: int, trials: range) -> Tally:
        """Some of the trials under one truth, ``[D, K]``, from their first to their last day."""
        rates = np.asarray(cells[:, 1::2].sum(axis=1), np.float64)
        people = self.circumstances.draw(self.study, seed=seed, trials=trials, people=self.limit, rates=rates)
        given = self.conditions.matrix(len(cells)) if self.conditions.given else None
        made = None if self.circumstances.made is None else self.circumstances.made.doses(self.study, rates)
        lockstep = Lockstep.of(
            Facts.none_yet(self.study, people, cells=cells, given=given, made=made),
            self.decider,
            limit=self.limit,
            settled=self.circumstances.decisions == "when_settled",
            conditions=self.conditions,
            committee=self.circumstances.committee,
        )
        return Tally.of(lockstep.run())


def _check(study: Study, *, circumstances: Circumstances, conditions: Conditions) -> None:
    complaints = Complaints()
    when = "must be left out where decisions are taken as people come"
    live = circumstances.decisions == "as_they_come"
    complaints.unless(not (live and conditions.after_each), "after_each", True, when)
    complaints.unless(not (live and conditions.cohorts), "cohorts", conditions.cohorts, when)
    lost = conditions.loses or circumstances.leaving > 0
    allowed = "must be left out where participants may be lost: the protocol's cohort size is kept then"
    complaints.unless(not (lost and conditions.cohorts), "cohorts", conditions.cohorts, allowed)
    allowed = "must be left out where accelerated_titration says how many come before a decision"
    complaints.unless(not (titrates(study) and conditions.cohorts), "cohorts", conditions.cohorts, allowed)
    allowed = "must be left out where the order of the levels is known in part only"
    complaints.unless(study.order is None or circumstances.committee is None, "committee", "given", allowed)
    several = any(level.infusions > 1 for level in study.dose_levels)
    made = circumstances.made is not None
    allowed = "must be left out where Conditions.given says which level is given"
    complaints.unless(not (made and conditions.given), "made", "given", allowed)
    allowed = "must be left out where a level has more than one infusion: one amount is not the dose there"
    complaints.unless(not (made and several), "made", "given", allowed)
    complaints.raise_as(ParameterError, f"{study.identity.id} cannot be simulated like this")


@final
@dataclass(frozen=True, slots=True)
class Simulated:
    """Simulated operating characteristics, one row per truth; names and shapes are those of the exact ones."""

    truths: Truths
    tallies: tuple[Tally, ...]
    wanted: int  # trials asked for under each truth
    left_out: int = 0  # truths asked for under which no trial was run

    @property
    def trials(self) -> Floats:
        """Trials run under each truth, ``[T]``."""
        return np.array([tally.trials for tally in self.tallies], np.float64)

    @property
    def complete(self) -> bool:
        """Whether all the trials asked for were run."""
        return not self.left_out and all(tally.trials == self.wanted for tally in self.tallies)

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why trials ended: as planned, or the code of the reason given when they stopped."""
        return (PLANNED, *sorted({why for tally in self.tallies for why in tally.ended} - {PLANNED}))

    @property
    def selection(self) -> Floats:
        """Share of trials that select no level, level 1, …, ``[T, D + 1]``."""
        return self._per_trial("selection")

    @property
    def n(self) -> Floats:
        """Mean number of participants who count at each level, ``[T, D]``."""
        return self._per_trial("n")

    @property
    def n_dlt(self) -> Floats:
        """Mean number of DLTs at each level, ``[T, D]``."""
        return self._per_trial("n_dlt")

    @property
    def n_active(self) -> Floats:
        """Mean number with activity at each level, ``[T, D]``; 0 where it is not looked at."""
        return self._per_trial("n_active")

    @property
    def stopped_at(self) -> Floats:
        """Share of trials that stop early at each level, ``[T, D]``."""
        return self._per_trial("stopped_at")

    @property
    def n_distribution(self) -> Floats:
        """Share of trials with 0, 1, … participants, ``[T, N + 1]``."""
        return self._distribution("n_distribution")

    @property
    def dlt_distribution(self) -> Floats:
        """Share of trials with 0, 1, … DLTs, ``[T, M + 1]``."""
        return self._distribution("dlt_distribution")

    @property
    def ended(self) -> Floats:
        """Share of trials that ended for each reason, ``[T, R]``."""
        rows = [[tally.ended.get(why, 0) / tally.trials for why in self.reasons] for tally in self.tallies]
        return np.array(rows, np.float64)

    @property
    def expected_n(self) -> Floats:
        """Mean number of participants assigned, ``[T]``."""
        return self._moments("n_distribution")[0]

    @property
    def sd_n(self) -> Floats:
        """Standard deviation of the number assigned, ``[T]``."""
        return self._moments("n_distribution")[1]

    @property
    def expected_dlts(self) -> Floats:
        """Mean number of DLTs in the trial, ``[T]``."""
        return self._moments("dlt_distribution")[0]

    @property
    def early(self) -> Floats:
        """Share of trials that stop before the planned number, ``[T]``."""
        return np.asarray(1 - self.ended[:, 0], np.float64)

    @property
    def duration_days(self) -> Floats:
        """Mean days from the opening of the trial to the end of the last follow-up, ``[T]``."""
        return self._moments("days")[0]

    @property
    def duration_sd(self) -> Floats:
        """Standard deviation of the duration in days, ``[T]``."""
        return self._moments("days")[1]

    def duration_quantile(self, probability: float) -> Floats:
        """Days within which this share of the trials is over, ``[T]``."""
        return self._quantile(np.full(len(self.tallies), probability))

    def duration_quantile_interval(self, probability: float) -> tuple[Floats, Floats]:
        """Its 95 % limits: the quantiles one binomial interval of their rank away."""
        lower, upper = wilson(probability * self.trials, self.trials)
        return self._quantile(lower), self._quantile(upper)

    def correct(self, target: float) -> Floats:
        """Share of trials that select the level whose true DLT rate is closest to the target, ``[T]``."""
        return np.asarray(self.selection[np.arange(len(self.tallies)), self.truths.best(target)], np.float64)

    def overdosing(self, target: float) -> Floats:
        """Share of trials that select a level above that one, ``[T]``."""
        levels = np.arange(self.selection.shape[1])
        return np.asarray((self.selection * (levels > self.truths.best(target)[:, None])).sum(axis=1), np.float64)

    def standard_error(self, name: str, *, target: float | None = None) -> Floats:
        """Monte Carlo standard error of one of them, by its name, in the shape it has itself."""
        value = value_of(self, name, target=target)
        trials = self.trials.reshape(-1, *[1] * (value.ndim - 1))
        if _is_share(name):
            return np.asarray(np.sqrt(np.clip(value * (1 - value), 0, 1) / trials), np.float64)
        if name in MEANS:
            variance = np.maximum(self._per_trial(f"{name}_squared") - value**2, 0.0)
        else:
            variance = self._moments(FROM_COUNTS[name])[1] ** 2
        return np.where(trials > 1, np.sqrt(variance / np.maximum(trials - 1, 1)), np.nan)

    def interval(self, name: str, *, target: float | None = None) -> tuple[Floats, Floats]:
        """Lower and upper 95 % Monte Carlo limits: Wilson's for a share, 1.96 standard errors away for a mean."""
        value = value_of(self, name, target=target)
        if _is_share(name):
            trials = np.broadcast_to(self.trials.reshape(-1, *[1] * (value.ndim - 1)), value.shape)
            return wilson(value * trials, trials)
        reach = sp.ndtri(0.975) * self.standard_error(name)
        return value - reach, value + reach

    def _per_trial(self, name: str) -> Floats:
        return np.array([np.array(getattr(tally, name)) / tally.trials for tally in self.tallies], np.float64)

    def _distribution(self, name: str) -> Floats:
        most = max(max(getattr(tally, name)) for tally in self.tallies)
        rows = [[getattr(tally, name).get(count, 0) for count in range(most + 1)] for tally in self.tallies]
        return np.asarray(np.array(rows, np.float64) / self.trials[:, None], np.float64)

    def _moments(self, name: str) -> tuple[Floats, Floats]:
        """Mean and standard deviation over trials of a number counted in the tallies."""
        pairs = [_columns(getattr(tally, name)) for tally in self.tallies]
        means = np.array([value @ count / count.sum() for value, count in pairs])
        squares = np.array(
            [(value - mean) ** 2 @ count / count.sum() for (value, count), mean in zip(pairs, means, strict=True)]
        )
        return means, np.sqrt(squares)

    def _quantile(self, probabilities: Floats) -> Floats:
        answer = []
        for tally, probability in zip(self.tallies, probabilities, strict=True):
            value, count = _columns(tally.days)
            place = np.searchsorted(count.cumsum(), probability * count.sum() - 1e-9)
            answer.append(value[min(int(place), len(value) - 1)])
        return np.array(answer, np.float64)


def _is_share(name: str) -> bool:
    """Whether it is a share of trials rather than a mean; ValueError where its Monte Carlo error is not known."""
    if name not in (*SHARES, *MEANS, *FROM_COUNTS):
        raise ValueError(f"no Monte Carlo error is known for {name}")
    return name in SHARES


def _columns(counts: Mapping[int, int]) -> tuple[Floats, Floats]:
    """The numbers counted, and how often each was."""
    return np.array(list(counts), np.float64), np.array(list(counts.values()), np.float64)
