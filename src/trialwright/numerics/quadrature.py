"""Expectations and cumulative probabilities under one-dimensional densities, for a batch of densities at once.

The rule is the trapezoid on equidistant nodes. On an analytic integrand that vanishes at both ends its error falls
like exp(-c/h) with the step h (Trefethen & Weideman 2014, SIAM Review 56:385, theorem 5.1), so halving the step
squares it. Every second node is the rule of double step: its disagreement with the full rule is an error estimate
that costs nothing, and a disagreement of 1e-6 means that the full rule is good to about 1e-12.

All rows start on one axis. Rows that disagree by more than ``TOLERANCE``, or whose density has not died out at an
end, move to an axis of their own: cropped to where their mass is, moved outwards where it reaches an end, more nodes
each time. Those axes are snapped to a lattice so that rows alike share one, which keeps the work a matrix product;
the choice is made from the row alone, so nothing depends on which other rows are in the batch.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import final

import numpy as np
import scipy.special as sp

from trialwright.numerics.arrays import Bools, Floats, Ints

TOLERANCE = 1e-6  # allowed disagreement of the rules with step h and 2h; the error of the first is about its square
END = 30.0  # log density at an end of the axis, below the peak: exp(-30) leaves less than 1e-12 of the mass outside
CROP = 40.0  # a closer axis keeps what is less than this below the peak
FIRST_COUNT, LAST_COUNT = 97, 49_153  # nodes of a closer axis: at first, and when giving up
NOTHING = -700.0  # a log density this far below the peak counts as this: smaller ones cost time and add nothing
CHUNK = 256  # rows worked on at a time, so that they stay in the cache of the processor
AT_ONCE = 1 << 21  # values held at a time, 16 MB: fewer rows where there are very many nodes


class QuadratureError(ArithmeticError):
    """A density could not be integrated to the tolerance; there is no answer rather than a doubtful one."""


@final
@dataclass(frozen=True, slots=True)
class Axis:
    """Equidistant nodes."""

    low: float
    step: float
    count: int  # odd, so that the rule of double step ends on the same nodes

    @property
    def nodes(self) -> Floats:
        """``[K]``."""
        return np.asarray(self.low + self.step * np.arange(self.count), np.float64)

    def halved(self) -> Axis:
        """The same range with half the step."""
        return Axis(self.low, self.step / 2, 2 * self.count - 1)

    @classmethod
    def between(cls, low: float, high: float, *, step: float) -> Axis:
        """An axis from one end to the other, with a step of at most ``step``."""
        halves = int(np.ceil((high - low) / (2 * step)))
        return cls(low, (high - low) / (2 * halves), 2 * halves + 1)

    @classmethod
    def around_zero(cls, half_width: float, step: float) -> Axis:
        """An axis symmetric about 0, with a step of at most ``step``."""
        halves = int(np.ceil(half_width / step))
        return cls(-half_width, half_width / halves, 2 * halves + 1)


@final
@dataclass(frozen=True, slots=True)
class Panel:
    """Some rows of the batch and the axis on which they reach the tolerance."""

    rows: Ints
    axis: Axis


OnNodes = Callable[[Ints], Floats]  # rows [b] -> [b, K], a new array, up to a constant per row
LogDensity = Callable[[Floats], OnNodes]  # nodes [K] -> the log density there
Functions = Callable[[Floats], Floats]  # nodes [K] -> [K, M]


def expectations(
    log_density: LogDensity, functions: Functions, *, batch: int, start: Axis | Sequence[Panel]
) -> tuple[Floats, tuple[Panel, ...]]:
    """Expected values ``[batch, M]`` of the functions, and the panels on which each row reached the tolerance."""
    waiting = [Panel(np.arange(batch), start)] if isinstance(start, Axis) else list(start)
    answer = np.empty((batch, functions(waiting[0].axis.nodes).shape[1]))
    done, count = list[Panel](), FIRST_COUNT
    while waiting:
        late: list[Panel] = []
        for panel in waiting:
            values, good = _attempt(log_density, functions, panel=panel)
            answer[panel.rows[good]] = values[good]
            done.append(Panel(panel.rows[good], panel.axis))
            late.append(Panel(panel.rows[~good], panel.axis))
        waiting = [closer for panel in late if len(panel.rows) for closer in _closer(log_density, panel, count=count)]
        count = 2 * count - 1
    return answer, tuple(panel for panel in done if len(panel.rows))


def cumulative(log_density: LogDensity, panels: tuple[Panel, ...], *, points: Floats) -> Floats:
    """Probability below each point, ``[batch, len(points)]``.

    The sinc interpolant of the density is integrated term by term: with nodes x_k and step h,
    F(x) = h sum_k f(x_k) (1/2 + Si(pi (x - x_k) / h) / pi)   (Stenger 1993, Numerical Methods Based on Sinc and
    Analytic Functions). Its error is the square root of the trapezoid's, hence the halved step.
    """
    answer = np.empty((sum(len(panel.rows) for panel in panels), len(points)))
    for panel in panels:
        axis = panel.axis.halved()
        below = _share_below((points[None, :] - axis.nodes[:, None]) / axis.step)
        density = log_density(axis.nodes)
        for rows in _chunks(panel.rows, nodes=axis.count):
            weights = _weights(density(rows))
            answer[rows] = (weights @ below) / weights.sum(axis=1, keepdims=True)
    answer[:, np.isinf(points)] = points[np.isinf(points)] > 0
    return np.clip(answer, 0.0, 1.0)


def quantiles(log_density: LogDensity, panels: tuple[Panel, ...], *, probability: float) -> Floats:
    """The point below which each row has this probability, ``[batch]``."""
    answer = np.empty(sum(len(panel.rows) for panel in panels))
    for panel in panels:
        for rows in _chunks(panel.rows, nodes=2 * panel.axis.count):
            answer[rows] = _invert(log_density, Panel(rows, panel.axis.halved()), probability=probability)
    return answer


def _invert(log_density: LogDensity, panel: Panel, *, probability: float) -> Floats:
    """Newton's steps inside the cell between two nodes that holds the quantile, bisection where one would leave it."""
    nodes, step = panel.axis.nodes, panel.axis.step
    weights = _weights(log_density(nodes)(panel.rows))
    total = weights.sum(axis=1)
    at_nodes = _below_nodes(weights) / total[:, None]
    cell = np.clip((at_nodes < probability).sum(axis=1) - 1, 0, len(nodes) - 2)
    low, high = nodes[cell], nodes[cell] + step
    point = low + step / 2
    for _ in range(60):
        steps = (point[:, None] - nodes) / step
        share, slope = _share_below(steps), np.sinc(steps) / step
        excess = (weights * share).sum(axis=1) / total - probability
        low, high = np.where(excess <= 0, point, low), np.where(excess > 0, point, high)
        with np.errstate(divide="ignore", invalid="ignore"):
            newton = point - excess * total / (weights * slope).sum(axis=1)
        least = 1e-13 * (1 + np.abs(point).max(initial=0.0))
        arrived = np.abs(newton - point) < least  # at an end of the bracket by now: not a step that leaves it
        moved = np.where(arrived | ((newton > low) & (newton < high)), newton, (low + high) / 2)
        if np.abs(moved - point).max(initial=0.0) < least:
            return np.asarray(moved, np.float64)
        point = moved
    return np.asarray(point, np.float64)


def _below_nodes(weights: Floats) -> Floats:
    """The mass below every node, ``[rows, K]``: weights times what each contributes at its distance, by convolution."""
    count = weights.shape[1]
    by_distance = _share_below(np.arange(1 - count, count))
    size = 1 << int(np.ceil(np.log2(count + len(by_distance))))
    sums = np.fft.irfft(np.fft.rfft(weights, size) * np.fft.rfft(by_distance, size), size)
    return np.asarray(sums[:, count - 1 : 2 * count - 1], np.float64)


def _share_below(steps: Floats | Ints) -> Floats:
    """What a node contributes to F at a point that lies so many steps above it."""
    return np.asarray(0.5 + sp.sici(np.pi * steps)[0] / np.pi, np.float64)


def _attempt(log_density: LogDensity, functions: Functions, *, panel: Panel) -> tuple[Floats, Bools]:
    """Expected values on one axis, and which rows reached the tolerance there."""
    nodes = panel.axis.nodes
    halfway = len(nodes[::2])  # every second node comes first here: the rule of double step
    full = np.concatenate([np.ones((len(nodes), 1)), functions(nodes)], axis=1)
    twice, between = np.empty((2, len(panel.rows), full.shape[1]))
    ends = np.empty(len(panel.rows))
    density = log_density(np.concatenate([nodes[::2], nodes[1::2]]))
    for here in _slices(len(panel.rows), nodes=len(nodes)):
        weights = _weights(density(panel.rows[here]))
        np.matmul(weights[:, :halfway], full[::2], out=twice[here])
        np.matmul(weights[:, halfway:], full[1::2], out=between[here])
        np.maximum(weights[:, 0], weights[:, halfway - 1], out=ends[here])
    mass = twice[:, :1] + between[:, :1]
    values = (twice + between)[:, 1:] / mass
    apart = (np.abs(values - twice[:, 1:] / twice[:, :1]) / np.maximum(1.0, np.abs(values))).max(axis=1)
    apart = np.maximum(apart, np.abs(2 * twice[:, :1] / mass - 1)[:, 0])
    return values, np.asarray((apart <= TOLERANCE) & (ends <= np.exp(-END)), np.bool_)


def _closer(log_density: LogDensity, panel: Panel, *, count: int) -> list[Panel]:
    """New axes for the rows of a panel, around the mass seen on the old one.

    The width is the next power of two and the low end a multiple of a quarter of it.
    """
    if count > LAST_COUNT:
        raise QuadratureError(f"{len(panel.rows)} densities do not settle with {panel.axis.count} nodes")
    low, high = _seen(log_density, panel)
    power = np.ceil(np.log2(high - low))
    quarter = 2.0**power / 4
    place = np.floor(low / quarter)
    kinds, kind = np.unique(np.stack([power, place], axis=1), axis=0, return_inverse=True)
    axes = [Axis(float(p * 2.0**w / 4), float(1.25 * 2.0**w / (count - 1)), count) for w, p in kinds]
    return [Panel(panel.rows[kind.ravel() == index], axis) for index, axis in enumerate(axes)]


def _seen(log_density: LogDensity, panel: Panel) -> tuple[Floats, Floats]:
    """Where the mass of each row lies, as far as its axis shows; beyond the axis where it reaches an end."""
    nodes, last_node = panel.axis.nodes, panel.axis.count - 1
    width = nodes[-1] - nodes[0]
    lows, highs = np.empty(len(panel.rows)), np.empty(len(panel.rows))
    density = log_density(nodes)
    for here in _slices(len(panel.rows), nodes=len(nodes)):
        logs = density(panel.rows[here])
        seen = logs > logs.max(axis=1, keepdims=True) - CROP
        first, last = seen.argmax(axis=1), last_node - seen[:, ::-1].argmax(axis=1)
        lows[here] = nodes[np.maximum(first - 1, 0)] - np.where(first == 0, width, 0.0)
        highs[here] = nodes[np.minimum(last + 1, last_node)] + np.where(last == last_node, width, 0.0)
    return lows, highs


def _slices(length: int, *, nodes: int) -> Iterator[slice]:
    rows = min(CHUNK, max(1, AT_ONCE // nodes))
    return (slice(begin, min(begin + rows, length)) for begin in range(0, length, rows))


def _chunks(rows: Ints, *, nodes: int) -> Iterator[Ints]:
    return (rows[here] for here in _slices(len(rows), nodes=nodes))


def _weights(logs: Floats) -> Floats:
    """Density at the nodes, its peak 1; the logs are used up."""
    logs -= logs.max(axis=1, keepdims=True)
    np.maximum(logs, NOTHING, out=logs)
    return np.exp(logs, out=logs)
