"""What exact and simulated operating characteristics have in common: tables and figures take either."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

import numpy as np

from trialwright.operating.truths import Truths
from trialwright.vocabulary.seen import Floats

WITH_TARGET = ("correct", "overdosing")  # characteristics that depend on the target DLT rate


@runtime_checkable
class OperatingCharacteristics(Protocol):
    """Operating characteristics, one row per truth, each with its Monte Carlo error; 0 where nothing was simulated."""

    @property
    def truths(self) -> Truths:
        """The truths of the rows."""
        ...

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why trials end: the columns of ``ended``."""
        ...

    @property
    def selection(self) -> Floats:
        """Probability that no level, level 1, … is selected, ``[T, D + 1]``."""
        ...

    @property
    def n(self) -> Floats:
        """Mean number of participants who count at each level, ``[T, D]``."""
        ...

    @property
    def n_dlt(self) -> Floats:
        """Mean number of DLTs at each level, ``[T, D]``."""
        ...

    @property
    def n_active(self) -> Floats:
        """Mean number with activity at each level, ``[T, D]``; 0 where it is not looked at."""
        ...

    @property
    def n_distribution(self) -> Floats:
        """Probability that 0, 1, … participants are assigned, ``[T, N + 1]``."""
        ...

    @property
    def dlt_distribution(self) -> Floats:
        """Probability of 0, 1, … DLTs in the trial, ``[T, M + 1]``."""
        ...

    @property
    def ended(self) -> Floats:
        """Probability of each reason to end, ``[T, R]``."""
        ...

    @property
    def stopped_at(self) -> Floats:
        """Probability to stop early at each level, ``[T, D]``."""
        ...

    @property
    def expected_n(self) -> Floats:
        """Mean number of participants assigned, ``[T]``."""
        ...

    @property
    def sd_n(self) -> Floats:
        """Standard deviation of the number assigned, ``[T]``."""
        ...

    @property
    def expected_dlts(self) -> Floats:
        """Mean number of DLTs in the trial, ``[T]``."""
        ...

    @property
    def early(self) -> Floats:
        """Probability to stop before the planned number, ``[T]``."""
        ...

    def correct(self, target: float) -> Floats:
        """Probability to select the level whose true DLT rate is closest to the target, ``[T]``."""
        ...

    def overdosing(self, target: float) -> Floats:
        """Probability to select a level above that one, ``[T]``."""
        ...

    def standard_error(self, name: str, *, target: float | None = None) -> Floats:
        """Monte Carlo standard error of one of them, by its name; "correct" and "overdosing" need the target."""
        ...

    def interval(self, name: str, *, target: float | None = None) -> tuple[Floats, Floats]:
        """Lower and upper 95 % Monte Carlo limits of one of them, by its name."""
        ...


def value_of(found: OperatingCharacteristics, name: str, *, target: float | None = None) -> Floats:
    """One of the characteristics, by its name."""
    if name not in WITH_TARGET:
        return np.asarray(getattr(found, name), np.float64)
    if target is None:
        raise ValueError(f"{name} depends on the target DLT rate; give one")
    return np.asarray(getattr(found, name)(target), np.float64)
