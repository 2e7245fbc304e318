"""What a disease says of its own course, so that trials of it can be simulated: numbers, appearances, endpoints.

The latent course (spells of being quiescent, slightly active, in flare) is the same for every disease and lives in
planning. What a visit shows of it (items, grades, a physician's global) and how that becomes an endpoint is the
disease's own. Every number has a prior, a source and a status; nobody's number is hidden in code.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, final, runtime_checkable

import numpy as np
import numpy.typing as npt

from trialwright.vocabulary.scores import Status
from trialwright.vocabulary.words import Text

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Values = Mapping[str, float]  # one value per parameter

QUIESCENT, LOW_ACTIVE, FLARE = 0, 1, 2  # the states of the latent course, from best to worst
STATES = 3
NORMAL_95 = 1.959963984540054
Scale = Literal["plain", "log", "logit"]
Kind = Literal["response", "change", "event"]


@final
@dataclass(frozen=True, slots=True)
class CourseParameter:
    """One number of the model: the value used, its prior, and where it comes from.

    ``low`` and ``high`` are the central 95 % of its prior, which is normal on its ``scale`` (plain, log or logit) with
    its centre at ``prior``; where both are equal, it is held fixed.
    """

    key: str
    label: Text
    unit: str
    prior: float
    low: float
    high: float
    scale: Scale
    about: Literal["course", "care", "visit", "effect"]
    source: str
    status: Status
    calibrated: float | None = None

    @property
    def value(self) -> float:
        """The value used: the calibrated one, or the centre of the prior."""
        return self.prior if self.calibrated is None else self.calibrated

    @property
    def is_fixed(self) -> bool:
        """Whether the prior leaves nothing open."""
        return self.low == self.high

    def onto_scale(self, value: float) -> float:
        """A value on the scale on which the prior is normal."""
        if self.scale == "log":
            return math.log(value)
        return math.log(value / (1 - value)) if self.scale == "logit" else value

    def from_scale(self, place: float) -> float:
        """The value that stands at a place of the scale."""
        if self.scale == "log":
            return math.exp(place)
        return 1 / (1 + math.exp(-place)) if self.scale == "logit" else place

    @property
    def prior_sd(self) -> float:
        """Standard deviation of the prior on its scale."""
        return 0.0 if self.is_fixed else (self.onto_scale(self.high) - self.onto_scale(self.low)) / (2 * NORMAL_95)

    @property
    def moved(self) -> float:
        """How many prior standard deviations the value used is away from the centre of the prior."""
        return (self.onto_scale(self.value) - self.onto_scale(self.prior)) / self.prior_sd if self.prior_sd else 0.0

    def away(self, sds: float, *, centre: float | None = None) -> float:
        """The value so many prior standard deviations away from a centre (the value used unless given)."""
        middle = self.value if centre is None else centre
        return middle if self.is_fixed else self.from_scale(self.onto_scale(middle) + self.prior_sd * sds)


@final
@dataclass(frozen=True, slots=True)
class CourseTarget:
    """A published number that the course is held against; ``tolerance``: one standard deviation.

    ``tapered``: whether a taper of background treatment was mandatory in that arm, so that the fit is shown with one.
    """

    key: str
    label: Text
    value: float
    tolerance: float
    kind: Literal["share", "number"]
    source: str
    status: Status
    tapered: bool = False


@final
@dataclass(frozen=True, slots=True)
class SimulatedEndpoint:
    """An endpoint that can be computed for many virtual people at once, by the definition of the live instrument.

    ``response``: yes or no at each visit. ``change``: a number at each visit. ``event``: whether a visit shows one.
    """

    name: str
    title: Text
    kind: Kind
    better: Literal["higher", "lower"]
    instrument: str  # the live instrument whose rule it is


@final
@dataclass(frozen=True, slots=True)
class Observed:
    """What was seen of N virtual people at V visits, the first of which is baseline.

    ``columns`` holds what the disease shows, NaN where a visit was missed or came after withdrawal.
    """

    weeks: Floats  # [V]
    columns: Floats  # [N, V, C]
    dose: Floats  # [N, V], background treatment, in the unit of the disease's parameters
    rescued: Bools  # [N, V], by this visit
    withdrawn: Bools  # [N, V], by this visit

    def rows(self, which: slice | Ints) -> Observed:
        """The same for some of the people."""
        return Observed(self.weeks, self.columns[which], self.dose[which], self.rescued[which], self.withdrawn[which])


@final
@dataclass(frozen=True, slots=True)
class Shown:
    """One visit of N people: what can be seen, and the hidden numbers that make the next visit resemble it."""

    columns: Floats  # [N, C]
    hidden: Floats  # [N, H]


@final
@dataclass(frozen=True, slots=True)
class Entry:
    """Who may enter a trial: an index at least so high at screening, and whatever else the disease asks for."""

    index_at_least: float
    graded: bool = True  # whether the disease's grades must show activity too
    again: bool = True  # whether all of it must still hold at baseline


@runtime_checkable
class Appearance(Protocol):
    """How a disease shows the states of its latent course, and what endpoints it has."""

    def __hash__(self) -> int:
        """A value: what was made for it may be remembered."""
        ...

    @property
    def parameters(self) -> Sequence[CourseParameter]:
        """Every number of the model, with prior, source and status."""
        ...

    @property
    def uncertainty(self) -> Floats:
        """What is not known after calibration: a factor L, ``[K, K]``, in prior standard deviations; L z is a draw."""
        ...

    @property
    def targets(self) -> Sequence[CourseTarget]:
        """The published numbers that the course is held against."""
        ...

    @property
    def fit(self) -> Mapping[str, float]:
        """What the calibrated course shows for each target, by key."""
        ...

    @property
    def left_open(self) -> Mapping[str, float]:
        """For each calibrated parameter: the share of its prior standard deviation that calibration left."""
        ...

    @property
    def endpoints(self) -> Mapping[str, SimulatedEndpoint]:
        """The endpoints that can be simulated, by name."""
        ...

    @property
    def trait_draws(self) -> int:
        """How many uniform numbers make a person."""
        ...

    @property
    def visit_draws(self) -> int:
        """How many uniform numbers make a visit."""
        ...

    def shown(
        self, traits: Floats, state: Ints, *, draws: Floats, before: Shown | None, weeks: float, values: Values
    ) -> Shown:
        """What a visit shows; ``before`` is the last visit, ``weeks`` ago. Arrays lead with the people, ``[N, …]``."""
        ...

    def is_eligible(self, shown: Shown, entry: Entry) -> Bools:
        """Who fulfils the entry criterion at screening, ``[N]``."""
        ...

    def evaluate(
        self, endpoints: Sequence[str], observed: Observed, *, places: Mapping[str, Sequence[int]] | None = None
    ) -> Mapping[str, Floats]:
        """Endpoints at every visit, ``[N, V]`` each; NaN where one cannot be said. By the live instruments' own rules.

        A change is the value itself, not yet less baseline; an event is 1 where a visit shows one. ``places``: an
        endpoint that is wanted at some visits only, and which; it is NaN at the others.
        """
        ...

    def summaries(self, observed: Observed) -> Mapping[str, float]:
        """Numbers a published trial would print of these people, under the keys of the calibration targets."""
        ...


def drawn(appearance: Appearance, z: Floats) -> dict[str, float]:
    """A value for every parameter, from what is known after calibration; ``z``: standard normal deviates, ``[K]``."""
    away = appearance.uncertainty @ z
    return {one.key: one.away(float(sds)) for one, sds in zip(appearance.parameters, away, strict=True)}


def central(parameters: Sequence[CourseParameter]) -> dict[str, float]:
    """The central value of every parameter."""
    return {one.key: one.value for one in parameters}
