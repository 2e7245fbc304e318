"""Assurance: the power of a plan averaged over what is believed before the trial, for every size.

Belief about an arm: Beta(a + sum w r, b + sum w (n - r)) over its sources of r responders of n with weight w, the
record of an earlier trial at weight 1 with the treatment (O'Hagan, Stevens & Campbell 2005, Pharmaceutical Statistics
4:187). Shares are integrated at 96 x 96 Gauss-Legendre nodes of their probability; other endpoints take a normal belief
about the effect as a share of the one assumed. However large the trial, assurance stays below the belief that the
treatment is better at all (beyond the margin): the ceiling.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, final

import numpy as np
import scipy.special as sp

from trialwright.numerics import sample_size
from trialwright.numerics.arrays import Floats
from trialwright.numerics.exact_two_rates import binomials, rejects
from trialwright.numerics.predictive import predictive_success, responses_needed
from trialwright.planning.outlook import power_assumed, power_of
from trialwright.planning.plan import AssuranceSection, BinaryEndpoint, SafetyBelief
from trialwright.planning.record import Recorded
from trialwright.planning.sizing import GOOD, Sized
from trialwright.vocabulary.errors import Refused
from trialwright.vocabulary.words import Text

NODES, WEIGHTS = np.polynomial.legendre.leggauss(96)
UNIT, MASS = (NODES + 1) / 2, WEIGHTS / 2
DRIFTS = np.linspace(-10.0, 16.0, 1301)
SMALLEST, CURVE = 5, 25  # participants of the control at which a curve begins, and its points
NO_BELIEF = Text(
    en="The plan says nothing of what is believed: add an [assurance] part, or ask with --from TRIAL.",
    fr="Le plan ne dit rien de ce que l’on croit savoir : ajoutez une partie [assurance], ou demandez avec --from "
    "ESSAI.",
)
ONLY_EFFECT = Text(
    en="The record of a trial holds responders; this plan judges {endpoint}. Give assurance.effect = [mean, sd].",
    fr="L’enregistrement d’un essai contient des répondeurs ; ce plan juge {endpoint}. Donnez assurance.effect = "
    "[moyenne, écart-type].",
)
Pair = tuple[float, float]


@final
@dataclass(frozen=True, slots=True)
class SafetyOutlook:
    """What is believed of a safety event, and how probably the next trial would end above its limit."""

    belief: SafetyBelief
    posterior: Pair
    above: float  # P(rate > limit) now
    treated: int
    stops_from: int  # events among those treated from which the limit counts as exceeded; treated + 1: none
    stopped: float  # predictive probability of that many


@final
@dataclass(frozen=True, slots=True)
class Assured:
    """Assurance of a plan."""

    sized: Sized
    record: Recorded | None
    treatment: Pair | None  # Beta parameters; None for endpoints without shares
    control: Pair | None
    curve: tuple[tuple[int, float], ...]  # evaluable participants of the control, assurance
    at_plan: float
    ceiling: float
    reached: Mapping[float, int | None]  # target: least evaluable participants of the control, within those allowed
    safety: SafetyOutlook | None
    power: float  # for what is assumed
    most: int  # participants of the control up to which was looked


def assured(sized: Sized, *, record: Recorded | None = None) -> Assured:
    """The assurance of a plan over sizes; Refused where nothing is believed, or a record cannot say it."""
    section, endpoint = sized.plan.assurance, sized.plan.endpoint
    if section is None:
        raise Refused(NO_BELIEF)
    if not isinstance(endpoint, BinaryEndpoint):
        if record is not None and section.safety is None:
            raise Refused(ONLY_EFFECT, {"endpoint": endpoint.label})
        return _of_effect(sized, section, record=record)
    treatment, control = believed(section, record=record)
    shares = _Shares.of(sized, treatment=treatment, control=control)
    return Assured(
        sized, record, treatment, control, *_looked_at(sized, section, at=shares.assurance), shares.ceiling(),
        _reached(section, at=shares.assurance), _safety(sized, section, record=record), power_assumed(sized),
        section.most,
    )  # fmt: skip


def believed(section: AssuranceSection, *, record: Recorded | None) -> tuple[Pair, Pair]:
    """Beta parameters of treatment and control."""
    found = []
    for sources, seen in ((section.treatment, record), (section.control, None)):
        a, b = section.prior
        for source in sources:
            a += source.weight * source.responders
            b += source.weight * (source.of - source.responders)
        if seen is not None:
            a, b = a + seen.responders, b + seen.of - seen.responders
        found.append((a, b))
    return found[0], found[1]


@final
@dataclass(frozen=True, slots=True)
class _Shares:
    """Nodes of both shares, with what the trial needs at each to keep its errors."""

    sized: Sized
    believed: tuple[Pair, Pair]
    treatment: Floats  # (96,)
    control: Floats
    signed: Floats  # root of 1 / participants needed, below 0 on the worse side, (96, 96)
    power: Floats  # at ``DRIFTS``

    @classmethod
    def of(cls, sized: Sized, *, treatment: Pair, control: Pair) -> _Shares:
        p1, p2 = (np.asarray(sp.betaincinv(*both, UNIT), np.float64) for both in (treatment, control))
        safe = (np.clip(p, 1e-9, 1 - 1e-9) for p in (p1, p2))
        grid = np.meshgrid(*safe, indexing="ij")
        return cls(
            sized,
            (treatment, control),
            p1,
            p2,
            _signed(sized, treatment=grid[0], control=grid[1]),
            power_of(sized, DRIFTS.tolist())[0],
        )

    def assurance(self, control: int) -> float:
        """With so many evaluable participants of the control."""
        if self.sized.plan.endpoint.test != "asymptotic":  # type: ignore[union-attr]
            return self._exact(control)
        errors, ratio = self.sized.first.errors, self.sized.first.arm.ratio
        once = float(-sp.ndtri(errors.one_side) - sp.ndtri(errors.beta))
        power = np.interp(once * math.sqrt(control * (1 + ratio)) * self.signed, DRIFTS, self.power)
        return float(MASS @ power @ MASS)

    def _exact(self, control: int) -> float:
        endpoint: Any = self.sized.plan.endpoint
        treated = math.ceil(self.sized.first.arm.ratio * control - 1e-9)
        one_side = self.sized.first.errors.one_side
        region = rejects(treated, control, alpha=one_side, test=endpoint.test)
        p1, p2 = (
            (self.treatment, self.control) if endpoint.better == "higher" else (1 - self.treatment, 1 - self.control)
        )
        return float(MASS @ (binomials(treated, p1) @ region @ binomials(control, p2).T) @ MASS)

    def ceiling(self) -> float:
        """The belief that the treatment is better than what is tested against."""
        endpoint: Any = self.sized.plan.endpoint
        edge = _edge(endpoint, self.control)
        below = sp.betainc(*self.believed[0], np.clip(edge, 0, 1))
        return float(MASS @ (1 - below if endpoint.better == "higher" else below))


def _edge(endpoint: BinaryEndpoint, control: Floats) -> Floats:
    """The share of the treatment at which the effect is the one tested against."""
    if endpoint.measure == "risk difference":
        return control + (endpoint.margin or 0.0)
    margin = 1.0 if endpoint.margin is None else endpoint.margin
    if endpoint.measure == "risk ratio":
        return margin * control
    odds = margin * control / (1 - control)
    return np.asarray(odds / (1 + odds), np.float64)


def _signed(sized: Sized, *, treatment: Floats, control: Floats) -> Floats:
    endpoint: Any = sized.plan.endpoint
    errors = sized.first.errors
    asked = {"alpha": errors.one_side, "beta": errors.beta, "ratio": sized.first.arm.ratio}
    if endpoint.measure == "risk difference":
        needed = sample_size.two_rates(treatment, control, margin=endpoint.margin or 0.0, **asked)
    else:
        size = sample_size.risk_ratio if endpoint.measure == "risk ratio" else sample_size.odds_ratio
        needed = size(treatment, control, margin=1.0 if endpoint.margin is None else endpoint.margin, **asked)
    side = np.sign(treatment - _edge(endpoint, control)) * GOOD[endpoint.better]
    return np.asarray(side / np.sqrt(needed), np.float64)


def _of_effect(sized: Sized, section: AssuranceSection, *, record: Recorded | None) -> Assured:
    assert section.effect is not None, "the reader of the file saw to that"
    mean, sd = section.effect
    effects = mean + sd * np.asarray(sp.ndtri(UNIT), np.float64)
    power = power_of(sized, DRIFTS.tolist())[0]
    drift = sized.drift / math.sqrt(sized.control)

    def at(control: int) -> float:
        return float(MASS @ np.interp(drift * math.sqrt(control) * effects, DRIFTS, power))

    shown = _looked_at(sized, section, at=at)
    ceiling, safety = float(sp.ndtr(mean / sd)), _safety(sized, section, record=record)
    reached = _reached(section, at=at)
    return Assured(sized, record, None, None, *shown, ceiling, reached, safety, power_assumed(sized), section.most)


def _looked_at(sized: Sized, section: AssuranceSection, *, at: Any) -> tuple[tuple[tuple[int, float], ...], float]:
    """The curve, and the assurance of the plan as it is sized."""
    sizes = np.unique(np.round(np.geomspace(SMALLEST, max(section.most, SMALLEST + 1), CURVE)).astype(int))
    planned = sized.evaluable[sized.plan.control.name]
    return tuple((int(size), at(int(size))) for size in sizes), at(planned)


def _reached(section: AssuranceSection, *, at: Any) -> dict[float, int | None]:
    found: dict[float, int | None] = {}
    for target in section.targets:
        low, high = 1, section.most
        if at(high) < target:
            found[target] = None
            continue
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if at(middle) >= target else (middle, high)
        found[target] = high
    return found


def _safety(sized: Sized, section: AssuranceSection, *, record: Recorded | None) -> SafetyOutlook | None:
    belief = section.safety
    if belief is None:
        return None
    a, b = belief.prior
    if record is not None:
        a, b = a + record.dlt, b + record.dlt_of - record.dlt
    treated = sum(_counts(sized))
    needed = responses_needed(treated, rate=belief.limit, confidence=belief.confidence, prior=belief.prior)
    stopped = 0.0
    if needed <= treated:
        stopped = float(predictive_success([0], [0], n_total=treated, needed=needed, prior=(a, b))[0])
    return SafetyOutlook(belief, (a, b), float(sp.betaincc(a, b, belief.limit)), treated, needed, stopped)


def _counts(sized: Sized) -> Sequence[int]:
    return [sized.enrolled[arm.name] for arm in sized.plan.treatments]
