"""What a simulated trial meets: how people come, when DLTs show, who leaves, and how its committee decides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, final

import numpy as np

from trialwright.numerics.scalars import is_count, is_list_of, is_number, is_positive, is_probability
from trialwright.operating.made import Made
from trialwright.operating.people import (
    ACTIVITY,
    COMMITTEE,
    DELAY,
    GAP,
    GIVEN,
    LEAVING,
    NEVER,
    TIME,
    TOLERANCE,
    People,
    uniforms,
)
from trialwright.protocol.study import Study
from trialwright.vocabulary.errors import Complaints, ParameterError
from trialwright.vocabulary.seen import Floats, Ints

NEARLY = 1e-12  # how near to 0 and 1 a rate may come in the Weibull formula


@final
@dataclass(frozen=True, slots=True)
class Accrual:
    """People come one after the other, each waiting until enrolment is open.

    ``mean_gap_days``: days between two of them, on average. ``pattern``: "fixed" gaps, or "poisson": exponential ones.
    ``ramp_days``: days until that speed is reached, starting from ``start_share`` of it and rising evenly.
    """

    mean_gap_days: float
    pattern: Literal["poisson", "fixed"] = "poisson"
    ramp_days: float = 0.0
    start_share: float = 1.0

    def __post_init__(self) -> None:
        complaints = Complaints()
        for place in ("mean_gap_days", "ramp_days"):
            value = getattr(self, place)
            complaints.unless(is_number(value) and value >= 0, place, value, "must be a number of 0 or more")
        known = self.pattern in ("poisson", "fixed")
        complaints.unless(known, "pattern", self.pattern, "must be one of poisson, fixed")
        fine = is_number(self.start_share) and 0 < self.start_share <= 1
        complaints.unless(fine, "start_share", self.start_share, "must lie above 0, and be 1 at most")
        complaints.raise_as(ParameterError, "people cannot come like this")

    def arrivals(self, uniform: Floats) -> Ints:
        """The day on which each person could be enrolled, from 1; ``[B, P]``.

        The integral of the speed up to the j-th arrival is j ("fixed") or a sum of j exponentials ("poisson").
        """
        each = np.ones_like(uniform) if self.pattern == "fixed" else -np.log1p(-uniform)
        due = self.mean_gap_days * np.cumsum(each, axis=1)
        if self.ramp_days == 0:
            return 1 + np.floor(due).astype(np.int64)
        bend = (1 - self.start_share) / (2 * self.ramp_days)
        rising = 2 * due / (self.start_share + np.sqrt(self.start_share**2 + 4 * bend * due))
        before = self.ramp_days * (1 + self.start_share) / 2
        return 1 + np.floor(np.where(due < before, rising, self.ramp_days + due - before)).astype(np.int64)


@final
@dataclass(frozen=True, slots=True)
class UniformTiming:
    """A DLT falls on every day of the window with the same probability."""

    def position(self, uniform: Floats, rates: Floats) -> Floats:
        """Where in the window the DLT falls, 0 to 1: ``[B, P]``."""
        return uniform


@final
@dataclass(frozen=True, slots=True)
class WeibullTiming:
    """The time to the DLT is Weibull, with the true DLT rate of the level at the end of the window.

    Either ``shape`` (1: constant hazard; above: later) or ``first_half``, the share of the DLTs of the window that
    come in its first half, is given.
    """

    shape: float | None = None
    first_half: float | None = None

    def __post_init__(self) -> None:
        complaints = Complaints()
        one = (self.shape is None) != (self.first_half is None)
        complaints.unless(one, "shape", self.shape, "must be given, or else first_half, not both")
        complaints.unless(self.shape is None or is_positive(self.shape), "shape", self.shape, "must be above 0")
        fine = self.first_half is None or is_probability(self.first_half)
        complaints.unless(fine, "first_half", self.first_half, "must lie between 0 and 1")
        complaints.raise_as(ParameterError, "DLTs cannot come like this")

    def position(self, uniform: Floats, rates: Floats) -> Floats:
        """Where in the window a DLT at each level falls, 0 to 1: ``[B, P, D]``.

        F(x) = 1 - exp(-a x^k), F(1) = p: the time given a DLT has F(x) / p = u, so
        x = (log(1 - u p) / log(1 - p))^(1/k). F(1/2) = h p gives k = -log2(log(1 - h p) / log(1 - p)).
        """
        p = np.clip(rates, NEARLY, 1 - NEARLY)
        half = self.first_half
        shape = self.shape if half is None else -np.log2(np.log1p(-half * p) / np.log1p(-p))
        ratio = np.log1p(-uniform[..., None] * p) / np.log1p(-p)
        return np.asarray(ratio ** (1 / np.asarray(shape, np.float64)), np.float64)


@final
@dataclass(frozen=True, slots=True)
class LateTiming:
    """A ``share`` of the DLTs falls evenly into the last ``part`` of the window, the others evenly before it."""

    share: float
    part: float

    def __post_init__(self) -> None:
        complaints = Complaints()
        for place in ("share", "part"):
            value = getattr(self, place)
            complaints.unless(is_probability(value), place, value, "must lie between 0 and 1")
        complaints.raise_as(ParameterError, "DLTs cannot come like this")

    def position(self, uniform: Floats, rates: Floats) -> Floats:
        """Where in the window the DLT falls, 0 to 1: ``[B, P]``."""
        early = 1 - self.share
        before = uniform / early * (1 - self.part)
        return np.where(uniform < early, before, 1 - self.part + (uniform - early) / self.share * self.part)


Timing = UniformTiming | WeibullTiming | LateTiming


@final
@dataclass(frozen=True, slots=True)
class Committee:
    """A committee that does not follow the advice with a probability of ``rate``, each time a level is decided.

    ``instead``: it treats "one_level_lower" than advised (at the lowest level it follows), or it decides to "stay"
    where the advice is to go up.
    """

    rate: float
    instead: Literal["one_level_lower", "stay"] = "stay"

    def __post_init__(self) -> None:
        complaints = Complaints()
        fine = is_number(self.rate) and 0 <= self.rate <= 1
        complaints.unless(fine, "rate", self.rate, "must be a probability between 0 and 1")
        known = self.instead in ("one_level_lower", "stay")
        complaints.unless(known, "instead", self.instead, "must be one of one_level_lower, stay")
        complaints.raise_as(ParameterError, "no committee decides like this")


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """Everything that is not in the protocol and not in the truth.

    ``decisions``: "as_they_come": whenever the next person could be enrolled, on what is known on that day; or
    "when_settled": only when everybody treated so far is settled, after each cohort or (``Conditions.after_each``)
    after each participant: the trial of the exact engine, with a calendar. ``leaving``: probability to leave within
    ``leaving_days`` of the enrolment, on any of these days alike. ``infusion_days``: fewest and most days from
    enrolment to infusion, all alike. ``made``: which shares of the amount assigned are given; None: all of it, or what
    ``Conditions.given`` says.
    """

    accrual: Accrual
    timing: Timing = UniformTiming()
    decisions: Literal["as_they_come", "when_settled"] = "as_they_come"
    leaving: float = 0.0
    leaving_days: int = 0
    infusion_days: tuple[int, int] = (0, 0)
    committee: Committee | None = None
    made: Made | None = None

    def __post_init__(self) -> None:
        complaints = Complaints()
        known = self.decisions in ("as_they_come", "when_settled")
        complaints.unless(known, "decisions", self.decisions, "must be one of as_they_come, when_settled")
        fine = is_number(self.leaving) and 0 <= self.leaving <= 1
        complaints.unless(fine, "leaving", self.leaving, "must be a probability between 0 and 1")
        least = 1 if fine and self.leaving > 0 else 0
        allowed = "must be a whole number, 1 or more where people leave"
        complaints.unless(is_count(self.leaving_days, least=least), "leaving_days", self.leaving_days, allowed)
        delays = is_list_of(lambda days: is_count(days, least=0), self.infusion_days) and len(self.infusion_days) == 2
        fine = delays and self.infusion_days[0] <= self.infusion_days[1]
        allowed = "must be the fewest and the most days, in this order"
        complaints.unless(fine, "infusion_days", self.infusion_days, allowed)
        complaints.raise_as(ParameterError, "a trial cannot meet these circumstances")
        object.__setattr__(self, "infusion_days", tuple(self.infusion_days))

    def draw(self, study: Study, *, seed: int, trials: range, people: int, rates: Floats) -> People:
        """The people of some trials; ``rates``: true DLT rate of every level, ``[D]``."""
        uniform = uniforms(seed, trials=trials, people=people)
        first, last = study.dlt.first_day, study.dlt.last_day
        position = self.timing.position(uniform[TIME], rates)
        least, most = self.infusion_days
        goes = uniform[LEAVING] < self.leaving
        leaves = np.floor(self.leaving_days * uniform[LEAVING] / max(self.leaving, NEARLY)).astype(np.int64)
        return People(
            arrival=self.accrual.arrivals(uniform[GAP]),
            infusion_delay=least + np.floor((most - least + 1) * uniform[DELAY]).astype(np.int64),
            tolerance=uniform[TOLERANCE],
            dlt_delay=np.minimum(first + np.floor((last - first + 1) * position).astype(np.int64), last),
            leaves_after=np.where(goes, leaves, NEVER),
            activity=uniform[ACTIVITY],
            given=uniform[GIVEN],
            committee=uniform[COMMITTEE],
        )
