"""The worst a design can do over a whole region of truths, with a proven bound.

Let E(theta) be the mean of something with values between m and M at the ends of the trial, theta_d = 2 arcsin
sqrt(p_d), n_d the participants and s_d = (y_d - n_d p_d) / sqrt(p_d q_d) the score at level d. Participants come one
after the other and the level is chosen from what was seen, so v.s is a martingale and E (v.s)^2 = sum v_d^2 E n_d.
Hence

    dE / dtheta_d       = E f s_d
    v' (d2 E) v         = E f X,  X = (v.s)^2 - sum v_d^2 n_d - sum v_d^2 k_d s_d
    k_d                 = (q_d - p_d) / (2 sqrt(p_d q_d))
    | E f X |          <= (M - m) / 2 E |X|, since E X = 0
                       <= (M - m) [ sum v_d^2 E n_d + (1/2) sum v_d^2 |k_d| E |s_d| ]
    |k_d| E |s_d|      <= min( |k_d| sqrt(E n_d), E n_d / max(p_d, q_d) )

With at most N participants the bracket is known before anything is computed. In a box of half-widths r around a centre
E is therefore at most E(centre) + sum |gradient_d| r_d + half of the bracket at v = r: branch and bound closes the gap
between that and the values found. The bound is proven, apart from rounding in the last digits.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

import numpy as np
import numpy.typing as npt

from trialwright.numerics.scalars import is_list_of, is_probability
from trialwright.operating.ends import TrialEnds
from trialwright.operating.truths import Truths
from trialwright.vocabulary.errors import Complaints, ParameterError
from trialwright.vocabulary.orders import Order
from trialwright.vocabulary.seen import Floats

AT_ONCE = 128  # boxes split per round
NO_ROOM = "must leave room for rates that do not fall from level to level, as far as the order of the levels is known"
EDGE = 1e-9  # rates are kept this far from 0 and 1, where E hardly differs: by less than N times this


@final
@dataclass(frozen=True, slots=True)
class Region:
    """Truths to be covered: a range of the DLT rate at every level, rates never falling from level to level.

    ``order``: where only a part of the order of the levels is known, rates never fall along that part.
    """

    lower: tuple[float, ...]
    upper: tuple[float, ...]
    order: Order | None = None

    def __post_init__(self) -> None:
        complaints = Complaints()
        for place in ("lower", "upper"):
            rates = getattr(self, place)
            allowed = "must list one rate between 0 and 1 for each level"
            complaints.unless(is_list_of(_is_rate, rates), place, rates, allowed)
        if not complaints.findings:
            allowed = f"must have as many rates as lower: {len(self.lower)}"
            if complaints.unless(len(self.upper) == len(self.lower), "upper", self.upper, allowed):
                complaints.unless(self._holds_some(), "upper", self.upper, NO_ROOM)
        complaints.raise_as(ParameterError, "this region holds no truth")

    def _holds_some(self) -> bool:
        known = self.order is None or len(self.order.below) == len(self.lower)
        return known and bool((_raised(np.asarray(self.lower), self.order) <= np.asarray(self.upper)).all())

    @classmethod
    def around(cls, rates: Sequence[float], *, within: float, order: Order | None = None) -> Region:
        """Every rate within so much of a given truth."""
        middle = np.asarray(rates, np.float64)
        low, high = np.clip(middle - within, 0, 1), np.clip(middle + within, 0, 1)
        return cls(tuple(low.tolist()), tuple(high.tolist()), order)


def _raised(rates: Floats, order: Order | None) -> Floats:
    """The lowest rates above these that do not fall along what is known of the order; ``[..., D]``."""
    if order is None:
        return np.asarray(np.maximum.accumulate(rates, axis=-1), np.float64)
    answer = rates.copy()
    for level, below in enumerate(order.below.T):  # nothing is known to be below a level of a smaller number
        answer[..., level] = np.maximum(answer[..., level], answer[..., below].max(axis=-1, initial=-np.inf))
    return answer


def _lowered(rates: Floats, order: Order | None) -> Floats:
    """The highest rates below these that do not fall along what is known of the order; ``[..., D]``."""
    if order is None:
        return np.asarray(np.minimum.accumulate(rates[..., ::-1], axis=-1)[..., ::-1], np.float64)
    answer = rates.copy()
    for level, above in reversed(list(enumerate(order.below))):
        answer[..., level] = np.minimum(answer[..., level], answer[..., above].min(axis=-1, initial=np.inf))
    return answer


def _is_rate(value: object) -> bool:
    return is_probability(value) or value in (0, 1)


@final
@dataclass(frozen=True, slots=True)
class WorstCase:
    """The worst truth found, its value, and how much worse it could be at most."""

    truth: tuple[float, ...]
    value: float
    bound: float  # proven: nowhere in the region is it worse than this
    boxes: int

    @property
    def gap(self) -> float:
        """What is left between the worst found and the bound."""
        return abs(self.bound - self.value)


def smallest(
    ends: TrialEnds, values: npt.ArrayLike, *, region: Region, tolerance: float = 0.005, most_boxes: int = 20_000
) -> WorstCase:
    """The smallest mean over a region, such as the probability of correct selection where it is lowest.

    ``values``: ``[S]``, one value per end. The search stops when the gap is at most ``tolerance``, or after
    ``most_boxes``: then the gap is larger, and said.
    """
    turned = largest(ends, -np.asarray(values, np.float64), region=region, tolerance=tolerance, most_boxes=most_boxes)
    return WorstCase(turned.truth, -turned.value, -turned.bound, turned.boxes)


def largest(
    ends: TrialEnds, values: npt.ArrayLike, *, region: Region, tolerance: float = 0.005, most_boxes: int = 20_000
) -> WorstCase:
    """The largest mean over a region, such as the probability to select a toxic level; arguments as in ``smallest``."""
    complaints = Complaints()
    allowed = f"must have {ends.levels} levels, as the trial has"
    complaints.unless(len(region.lower) == ends.levels, "region", len(region.lower), allowed)
    complaints.unless(ends.counts.shape[2] == 2, "values", "activity", "need a design that looks at DLTs alone")
    complaints.raise_as(ParameterError, "this worst case cannot be searched")
    return _Search.of(ends, np.asarray(values, np.float64)).over(region, tolerance=tolerance, most_boxes=most_boxes)


@final
@dataclass(frozen=True, slots=True)
class _Boxes:
    """Boxes of angles: ``low`` and ``high`` are ``[T, D]``; ``order`` as in a region."""

    low: Floats
    high: Floats
    order: Order | None

    @property
    def centre(self) -> Floats:
        return (self.low + self.high) / 2

    @property
    def reach(self) -> Floats:
        return (self.high - self.low) / 2

    def tightened(self) -> _Boxes:
        """Only what holds rates that do not fall; boxes without any are left out."""
        low, high = _raised(self.low, self.order), _lowered(self.high, self.order)
        some = (low <= high).all(axis=1)
        return _Boxes(low[some], high[some], self.order)

    def halves(self, along: npt.NDArray[np.int64]) -> _Boxes:
        """Each box in two, across one of its sides."""
        row, middle = np.arange(len(along)), self.centre[np.arange(len(along)), along]
        low, high = self.low.copy(), self.high.copy()
        low[row, along], high[row, along] = middle, middle
        return _Boxes(np.concatenate([self.low, low]), np.concatenate([high, self.high]), self.order)


@final
@dataclass(slots=True)
class _Search:
    """Branch and bound under way."""

    ends: TrialEnds
    values: Floats
    table: Floats  # [S, 1 + 2D] of the values, and of the values times y and n
    spread: float
    most: int  # participants
    best: float = -np.inf
    where: Floats | None = None

    @classmethod
    def of(cls, ends: TrialEnds, values: Floats) -> _Search:
        table = np.concatenate([values[:, None], values[:, None] * ends.n_dlt, values[:, None] * ends.n], axis=1)
        return cls(ends, values, table, float(np.ptp(values)), int(ends.n.sum(axis=1).max()))

    def over(self, region: Region, *, tolerance: float, most_boxes: int) -> WorstCase:
        low, high = (_angle(np.array([side])) for side in (region.lower, region.upper))
        queue: list[tuple[float, int, Floats, Floats, int]] = []
        count, boxes = 0, _Boxes(low, high, region.order).tightened()
        while len(boxes.low):
            bounds, along = self.bounded(boxes)
            for bound, low_side, high_side, side in zip(bounds, boxes.low, boxes.high, along, strict=True):
                count += 1
                heapq.heappush(queue, (-float(bound), count, low_side, high_side, int(side)))
            if -queue[0][0] <= self.best + tolerance or count >= most_boxes:
                break
            boxes = self._next(queue, tolerance=tolerance, order=region.order)
        bound = max(self.best, -queue[0][0])
        assert self.where is not None
        return WorstCase(tuple(_rate(self.where).tolist()), self.best, bound, count)

    def _next(
        self, queue: list[tuple[float, int, Floats, Floats, int]], *, tolerance: float, order: Order | None
    ) -> _Boxes:
        """The halves of the boxes that promise most."""
        taken: list[tuple[float, int, Floats, Floats, int]] = []
        while queue and len(taken) < AT_ONCE and -queue[0][0] > self.best + tolerance:
            taken.append(heapq.heappop(queue))
        parts = _Boxes(np.array([one[2] for one in taken]), np.array([one[3] for one in taken]), order)
        return parts.halves(np.array([one[4] for one in taken])).tightened()

    def bounded(self, boxes: _Boxes) -> tuple[Floats, npt.NDArray[np.int64]]:
        """The most each box can hold, and across which side it is best cut."""
        mean, gradient = self.at(boxes.centre)
        self._note(boxes.centre, mean)
        corner = _raised(np.where(gradient > 0, boxes.high, boxes.low), boxes.order)
        self._note(corner, self.at(corner)[0])
        reach = boxes.reach
        bend = self.spread * (self.most * reach**2 + 0.5 * reach**2 * self._skew(boxes))
        linear = np.abs(gradient) * reach
        rest = self.spread * (self.most * (reach**2).max(axis=1) + 0.5 * self._skew_of(boxes)) / 2
        return mean + linear.sum(axis=1) + rest, (linear + bend / 2).argmax(axis=1)

    def _skew(self, boxes: _Boxes) -> Floats:
        """The most that |k_d| E|s_d| can be in each box if everybody is treated at level d, ``[T, D]``."""
        low, high = _rate(boxes.low), _rate(boxes.high)
        bend = np.maximum(np.abs(1 - 2 * low), np.abs(1 - 2 * high)) / 2
        variance = np.minimum(low * (1 - low), high * (1 - high))
        larger = np.where(
            (low <= 0.5) & (high >= 0.5), 0.5, np.minimum(np.maximum(low, 1 - low), np.maximum(high, 1 - high))
        )
        return np.minimum(bend * np.sqrt(self.most / variance), self.most / larger)

    def _skew_of(self, boxes: _Boxes) -> Floats:
        """The same with N participants shared: sum r_d^2 k_d sqrt(E n_d) <= sqrt(N sum r_d^4 k_d^2)."""
        each = boxes.reach**2 * self._skew(boxes)
        return np.asarray(np.sqrt((each**2).sum(axis=1)), np.float64)

    def at(self, angle: Floats) -> tuple[Floats, Floats]:
        """E and its gradient at some points, ``[T]`` and ``[T, D]``."""
        p = _rate(angle)
        sums = self.ends.expectation(self.table, Truths.of_dlt(p))
        levels = self.ends.levels
        gradient = (sums[:, 1 : 1 + levels] - p * sums[:, 1 + levels :]) / np.sqrt(p * (1 - p))
        return sums[:, 0], gradient

    def _note(self, points: Floats, found: Floats) -> None:
        """Keep the best point so far."""
        top = int(found.argmax())
        if found[top] > self.best:
            self.best, self.where = float(found[top]), points[top]


def _angle(rate: Floats) -> Floats:
    return np.asarray(2 * np.arcsin(np.sqrt(np.clip(rate, EDGE, 1 - EDGE))), np.float64)


def _rate(angle: Floats) -> Floats:
    return np.asarray(np.clip(np.sin(angle / 2) ** 2, EDGE, 1 - EDGE), np.float64)
