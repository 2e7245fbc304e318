"""What can be computed from every way a trial can end: characteristics under any truth, exactly.

With counts c_dk of outcome k at level d and w ways to an end, the end has probability w exp(sum c_dk log pi_dk) under a
truth with outcome probabilities pi_dk: for many truths at once this is one matrix product.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import final

import numpy as np
import numpy.typing as npt

from trialwright.operating.results import value_of
from trialwright.operating.truths import Truths
from trialwright.vocabulary.errors import Complaints, ParameterError
from trialwright.vocabulary.seen import Floats, Ints

PLANNED = "planned"  # the reason of an end at the planned number of participants
NEVER_HAPPENS = -1e300  # stands for log 0: times a count of 0 it is 0, times any other count its exponential is 0
AT_ONCE = 1 << 23  # probabilities held at a time, 64 MB
SUM_TOLERANCE = 1e-9


@final
@dataclass(frozen=True, slots=True)
class TrialEnds:
    """Every state in which a trial can end; rows ``S`` are ends, ``D`` levels, ``K`` outcomes.

    Outcomes are counted at the level the design counts them: no DLT, DLT; for a design that looks at activity:
    neither, DLT alone, activity alone, both.
    """

    counts: Ints  # [S, D, K]
    ways: Floats  # [S] number of ways that lead there, times the probabilities that do not depend on the truth
    selected: Ints  # [S] 0: none
    current: Ints  # [S] level of the last participant
    assigned: Ints  # [S] participants, counted for dose finding or not
    waits: Ints  # [S] DLT windows waited for
    reason: Ints  # [S] index into reasons
    reasons: tuple[str, ...]  # why the trial ended: PLANNED, or the code of the reason given when it stopped

    @property
    def levels(self) -> int:
        """How many dose levels there are."""
        return int(self.counts.shape[1])

    @property
    def n(self) -> Ints:
        """Participants who count at each level, ``[S, D]``."""
        return np.asarray(self.counts.sum(axis=2), np.int64)

    @property
    def n_dlt(self) -> Ints:
        """DLTs at each level, ``[S, D]``."""
        return np.asarray(self.counts[:, :, 1::2].sum(axis=2), np.int64)

    @property
    def early(self) -> npt.NDArray[np.bool_]:
        """Ends before the planned number was reached, ``[S]``."""
        return np.asarray(self.reason != self.reasons.index(PLANNED), np.bool_)

    def probabilities(self, truths: Truths) -> Floats:
        """The probability of every end under every truth, ``[T, S]``; each row adds up to 1."""
        self._check(truths)
        with np.errstate(divide="ignore"):
            logs = np.log(truths.cells.reshape(len(truths), -1))
        exponent = np.maximum(logs, NEVER_HAPPENS) @ self.counts.reshape(len(self.counts), -1).T.astype(np.float64)
        answer = np.asarray(np.exp(exponent, out=exponent), np.float64)
        answer *= self.ways
        return answer

    def _check(self, truths: Truths) -> None:
        complaints = Complaints()
        wanted = (self.counts.shape[1], self.counts.shape[2])
        found = truths.cells.shape[1:]
        allowed = f"must have {wanted[0]} levels with {wanted[1]} outcomes each, as the trial has"
        complaints.unless(found == wanted, "truth", f"{found[0]} levels with {found[1]} outcomes", allowed)
        complaints.raise_as(ParameterError, "this truth does not go with the trial")

    def expectation(self, values: npt.ArrayLike, truths: Truths) -> Floats:
        """The mean over trials of what has a value at every end: ``[S]`` or ``[S, F]`` to ``[T]`` or ``[T, F]``.

        A characteristic of one's own is one line: ``ends.expectation(ends.selected >= 3, truths)``.
        """
        table = np.asarray(values, np.float64)
        return np.concatenate([chance @ table for _, chance in self._batches(truths)])

    def _batches(self, truths: Truths) -> Iterator[tuple[Truths, Floats]]:
        """Some truths at a time with the probabilities of all ends, so that memory stays bounded."""
        step = max(1, AT_ONCE // max(1, len(self.ways)))
        for begin in range(0, len(truths), step):
            part = truths.only(slice(begin, begin + step))
            yield part, self.probabilities(part)

    def gradient(self, values: npt.ArrayLike, rates: Sequence[float]) -> Floats:
        """How the mean of something changes with the true DLT rate of each level, ``[D]`` or ``[F, D]``.

        ``values``: ``[S]`` or ``[S, F]``; ``rates``: one truth, strictly between 0 and 1. The derivative of
        w p^y (1 - p)^(n - y) is its value times y / p - (n - y) / (1 - p).
        """
        truth = Truths.of_dlt(rates)
        p = np.asarray(rates, np.float64)
        complaints = Complaints()
        complaints.unless(bool(((p > 0) & (p < 1)).all()), "rates", rates, "must lie strictly between 0 and 1")
        complaints.raise_as(ParameterError, "there is no gradient here")
        score = self.n_dlt / p - (self.n - self.n_dlt) / (1 - p)
        return np.asarray((np.asarray(values, np.float64).T * self.probabilities(truth)[0]) @ score, np.float64)

    def characteristics(self, truths: Truths) -> Characteristics:
        """All the usual operating characteristics under every truth."""
        first, kind = self._kinds()
        outcomes = self.counts.reshape(len(self.counts), -1).astype(np.float64)
        means, chances = [], []
        for _, chance in self._batches(truths):
            means.append(chance @ outcomes)
            chances += [np.bincount(kind, weights=row, minlength=len(first)) for row in chance]
        of_kinds, counts = np.array(chances), np.concatenate(means).reshape(len(truths), *self.counts.shape[1:])
        total = of_kinds.sum(axis=1)
        if np.abs(total - 1).max(initial=0.0) > SUM_TOLERANCE:
            raise ArithmeticError(f"the probabilities of all ends add up to {total.tolist()}, not to 1")
        return Characteristics(
            truths=truths,
            reasons=self.reasons,
            n=counts.sum(axis=2),
            n_dlt=counts[:, :, 1::2].sum(axis=2),
            n_active=counts[:, :, 2:].sum(axis=2),
            **{name: of_kinds @ block for name, block in self._blocks(first).items()},
        )

    def _kinds(self) -> tuple[Ints, Ints]:
        """The first end of each kind, ``[G]``, and the kind of every end, ``[S]``.

        Ends of a kind differ only in what is averaged over participants, so their probabilities are added up first.
        """
        stopped_at = np.where(self.early, self.current, 0)
        columns = (self.selected, self.assigned, self.n_dlt.sum(axis=1), self.reason, stopped_at, self.waits)
        key = np.ravel_multi_index(columns, [int(column.max()) + 1 for column in columns])
        _, first, kind = np.unique(key, return_index=True, return_inverse=True)
        return np.asarray(first, np.int64), np.asarray(kind, np.int64)

    def _blocks(self, ends: Ints) -> dict[str, Floats]:
        """What is averaged over some ends, column by column."""
        dlts, assigned = self.n_dlt.sum(axis=1), self.assigned
        return {
            "selection": _indicators(self.selected[ends], self.levels + 1),
            "n_distribution": _indicators(assigned[ends], int(assigned.max()) + 1),
            "dlt_distribution": _indicators(dlts[ends], int(dlts.max()) + 1),
            "ended": _indicators(self.reason[ends], len(self.reasons)),
            "stopped_at": _indicators(np.where(self.early, self.current, 0)[ends], self.levels + 1)[:, 1:],
            "waits": np.asarray(self.waits[ends][:, None], np.float64),
        }

    def overdosed(self, truths: Truths, *, above: float) -> Floats:
        """The distribution of how many are treated at a level whose true DLT rate is above a limit, ``[T, N + 1]``."""
        n = self.n
        answer = np.zeros((len(truths), int(n.sum(axis=1).max()) + 1))
        too_high = truths.dlt > above
        for row, pattern in enumerate(too_high):
            chance = self.probabilities(truths.only(slice(row, row + 1)))[0]
            answer[row] = np.bincount(n @ pattern, weights=chance, minlength=answer.shape[1])
        return answer


def _indicators(values: Ints, count: int) -> Floats:
    """``[S, count]``: 1 in the column of the value."""
    return np.asarray(values[:, None] == np.arange(count), np.float64)


@final
@dataclass(frozen=True, slots=True)
class Characteristics:
    """Operating characteristics, one row per truth; exact, up to rounding in the last digits."""

    truths: Truths
    reasons: tuple[str, ...]
    selection: Floats  # [T, D + 1] probability that no level, level 1, … is selected
    n: Floats  # [T, D] mean number of participants who count at each level
    n_dlt: Floats  # [T, D] mean number of DLTs
    n_active: Floats  # [T, D] mean number with activity; 0 where it is not looked at
    n_distribution: Floats  # [T, N + 1] probability that 0, 1, … participants are assigned
    dlt_distribution: Floats  # [T, M + 1] probability of 0, 1, … DLTs in the trial
    ended: Floats  # [T, R] probability of each reason to end
    stopped_at: Floats  # [T, D] probability to stop early at each level
    waits: Floats  # [T, 1] mean number of DLT windows waited for

    def standard_error(self, name: str, *, target: float | None = None) -> Floats:
        """Monte Carlo standard errors of one of the characteristics: 0, there was no simulation."""
        return np.zeros_like(value_of(self, name, target=target))

    def interval(self, name: str, *, target: float | None = None) -> tuple[Floats, Floats]:
        """Monte Carlo limits of one of the characteristics: the number itself, twice."""
        value = value_of(self, name, target=target)
        return value, value

    @property
    def expected_n(self) -> Floats:
        """Mean number of participants assigned, ``[T]``."""
        return np.asarray(self.n_distribution @ np.arange(self.n_distribution.shape[1]), np.float64)

    @property
    def sd_n(self) -> Floats:
        """Standard deviation of the number assigned, ``[T]``."""
        square = self.n_distribution @ np.arange(self.n_distribution.shape[1]) ** 2
        return np.asarray(np.sqrt(np.maximum(square - self.expected_n**2, 0.0)), np.float64)

    @property
    def expected_dlts(self) -> Floats:
        """Mean number of DLTs in the trial, ``[T]``."""
        return np.asarray(self.n_dlt.sum(axis=1), np.float64)

    @property
    def early(self) -> Floats:
        """Probability to stop before the planned number, ``[T]``."""
        return np.asarray(1 - self.ended[:, self.reasons.index(PLANNED)], np.float64)

    def correct(self, target: float) -> Floats:
        """Probability to select the level whose true DLT rate is closest to the target, ``[T]`` (ties: the lower)."""
        right = self.truths.best(target)
        return np.asarray(np.take_along_axis(self.selection, right[:, None], axis=1)[:, 0], np.float64)

    def overdosing(self, target: float) -> Floats:
        """Probability to select a level above that one, ``[T]``."""
        levels = np.arange(self.selection.shape[1])
        return np.asarray((self.selection * (levels > self.truths.best(target)[:, None])).sum(axis=1), np.float64)

    def duration(self, *, gap_days: float, window_days: float) -> Floats:
        """Mean days from the first day to the last participant's end of window, ``[T]``.

        People come ``gap_days`` apart on average, and nobody is kept waiting: who comes while a cohort is under
        observation is not enrolled (the gap begins anew when the trial opens again). Time from enrolment to
        infusion is not counted.
        """
        return np.asarray(self.expected_n * gap_days + self.waits[:, 0] * window_days, np.float64)

    def averaged(self, weights: Sequence[float] | Floats) -> Characteristics:
        """The characteristics averaged over the truths, for example over a prior on them; one row.

        The truth of the row is the weighted mean of the truths, and only stands for them.
        """
        share = np.asarray(weights, np.float64)
        complaints = Complaints()
        fits = share.shape == (len(self.truths),) and bool((share >= 0).all()) and share.sum() > 0
        complaints.unless(fits, "weights", weights, f"must be {len(self.truths)} numbers of 0 or more, not all 0")
        complaints.raise_as(ParameterError, "no average can be taken")
        share = share / share.sum()
        averages = {
            name: (share @ getattr(self, name))[None, :]
            for name in self.__slots__
            if isinstance(getattr(self, name), np.ndarray)
        }
        cells = np.tensordot(share, self.truths.cells, axes=1)[None]
        return Characteristics(truths=Truths(cells), reasons=self.reasons, **averages)
