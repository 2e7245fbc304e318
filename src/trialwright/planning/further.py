"""What a plan asks beyond its size: Bayesian monitoring, borrowing, a single-arm step, dropped arms, allocation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np
import scipy.special as sp

from trialwright.numerics.adaptive_allocation import Allocated, Allocation, simulate_allocation
from trialwright.numerics.arrays import Floats
from trialwright.numerics.dropping_arms import Dropping, simulate_dropping
from trialwright.numerics.optimal_monitoring import Cells, Endpoint, Monitored, Stops, Watched, optimal, watched
from trialwright.numerics.single_arm import Simon
from trialwright.planning.borrowing import Borrowed, EarlierArm, borrowed
from trialwright.planning.further_sections import MonitoringSection, SingleArmSection
from trialwright.planning.plan import BinaryEndpoint, ContinuousEndpoint
from trialwright.planning.posterior_monitoring import Monitoring, monitoring
from trialwright.planning.single_arm import SingleArm
from trialwright.planning.sizing import GOOD, Sized, value_of
from trialwright.vocabulary.errors import Refused
from trialwright.vocabulary.words import Text

NO_CUT = Text(
    en="No cut-off keeps the error {alpha:percent1} at these looks without stopping for certain. Allow more "
    "participants or a larger error.",
    fr="Aucun seuil ne respecte l’erreur {alpha:percent1} à ces analyses sans arrêter à coup sûr. Autorisez "
    "davantage de participants ou une erreur plus grande.",
)


@final
@dataclass(frozen=True, slots=True)
class SingleStep:
    """A single-arm step: Simon's designs, and monitoring by BOP2 with what it does under each truth."""

    section: SingleArmSection
    simon: Simon
    monitored: Monitored | None
    truths: tuple[tuple[str, Cells, Watched], ...]  # "null", "toxic", "inactive", "good"


@final
@dataclass(frozen=True, slots=True)
class DroppedTruth:
    """What dropping arms does under one truth, as counts of simulated trials."""

    which: str  # "null", "one", "assumed"
    truth: tuple[float, ...]  # the control first
    rejected: tuple[int, ...]  # each treatment shown
    any_shown: int
    any_wrong: int | None  # a treatment shown that is no better; None where every one is better
    kept: tuple[int, ...]
    people: float
    together: int  # any shown when nobody is dropped
    naive_wrong: int | None  # by a plain test of those kept


@final
@dataclass(frozen=True, slots=True)
class Dropped:
    """A design with dropped arms."""

    design: Dropping
    truths: tuple[DroppedTruth, ...]
    trials: int
    seed: int


@final
@dataclass(frozen=True, slots=True)
class AllocationRow:
    """One way to allocate under one truth, as counts of simulated trials."""

    adaptive: bool
    which: str  # "assumed", "null", "drift"
    shown: int
    stratified: int
    share: float  # of the best treatment, mean
    sd: float
    low: float  # 5% and 95% of the trials
    high: float
    fewer: int  # trials that give the better arm to fewer people than equal shares would
    failures: float  # people who do not do well, mean


@final
@dataclass(frozen=True, slots=True)
class Adaptive:
    """Adaptive allocation beside equal shares."""

    design: Allocation
    rows: tuple[AllocationRow, ...]
    drift: float
    trials: int
    seed: int


@final
@dataclass(frozen=True, slots=True)
class Further:
    """What was asked for; None where it was not."""

    monitoring: Monitoring | None = None
    borrowed: Borrowed | None = None
    single: SingleStep | None = None
    dropped: Dropped | None = None
    adaptive: Adaptive | None = None


def further(sized: Sized, *, arms: tuple[EarlierArm, ...] = ()) -> Further:
    """Everything the plan asks for; ``arms``: the earlier placebo arms of its file."""
    plan = sized.plan
    section, taken = plan.bayesian, None
    if section is not None and section.borrowing is not None:
        taken = borrowed(sized, section, arms=arms)
    watched_by = None
    if section is not None:
        watched_by = monitoring(sized, section, control=None if taken is None else taken.robust)
    return Further(
        watched_by,
        taken,
        None if plan.single_arm is None else single_step(plan.single_arm),
        None if plan.arms_dropped is None else dropped(sized),
        None if plan.adaptive_allocation is None else adaptive(sized),
    )


def single_step(section: SingleArmSection) -> SingleStep:
    """Simon's designs and, where it is asked, monitoring by BOP2; Refused where nothing keeps the errors."""
    arm = SingleArm(section.poor, section.good, section.alpha, section.power, section.most)
    asked = section.monitoring
    if asked is None:
        return SingleStep(section, arm.two_stages(), None, ())
    endpoints, truths = [Endpoint(section.poor)], _truths(section, asked)
    stops: Stops = "either"
    if asked.second is not None:
        endpoints.append(Endpoint(asked.second.poor, asked.second.kind == "activity"))
        stops = "either" if asked.second.kind == "toxicity" else "both"
    nulls = [cells for name, cells in truths.items() if name == "null"]
    if asked.nulls == "each" and stops == "either":
        nulls = [cells for name, cells in truths.items() if name != "good"]
    found = optimal(endpoints, asked.looks, nulls=nulls, good=truths["good"], alpha=section.alpha, stops=stops)
    if found is None:
        raise Refused(NO_CUT, {"alpha": section.alpha})
    seen = tuple(
        (name, cells, watched(endpoints, found.bounds, looks=asked.looks, truth=cells, stops=stops))
        for name, cells in truths.items()
    )
    return SingleStep(section, arm.two_stages(), found, seen)


def _truths(section: SingleArmSection, asked: MonitoringSection) -> dict[str, Cells]:
    second = asked.second
    if second is None:
        return {"null": Cells(section.poor, 0.0, 0.0), "good": Cells(section.good, 0.0, 0.0)}
    found = {"null": _cells(section.poor, second.poor, both=second.together_poor)}
    found["second poor"] = Cells.independent(section.good, second.poor)
    found["first poor"] = Cells.independent(section.poor, second.good)
    found["good"] = _cells(section.good, second.good, both=second.together_good)
    return found


def _cells(first: float, second: float, *, both: float | None) -> Cells:
    return Cells.independent(first, second) if both is None else Cells(first, second, both)


def _well(sized: Sized) -> tuple[float, ...]:
    """What is assumed of each arm so that high is good, the control first."""
    plan = sized.plan
    values = [value_of(plan, arm) for arm in (plan.control, *plan.treatments)]
    if GOOD[plan.endpoint.better] > 0:
        return tuple(values)
    return tuple(1 - value if plan.endpoint.kind == "binary" else -value for value in values)


def dropped(sized: Sized) -> Dropped:
    """The design with dropped arms, simulated without an effect, with one, and as assumed."""
    plan, section = sized.plan, sized.plan.arms_dropped
    assert section is not None, "the caller saw that it is there"
    whole = [sized.evaluable[arm.name] for arm in (plan.control, *plan.treatments)]
    first = tuple(max(1, round(n * section.fraction)) for n in whole)
    second = tuple(max(1, n - one) for n, one in zip(whole, first, strict=True))
    futile = -np.inf if section.futile_below is None else section.futile_below
    design = Dropping(first, second, section.keep, float(futile), plan.errors.alpha)
    control, *treated = _well(sized)
    best = max(range(len(treated)), key=lambda k: treated[k])
    one = tuple(value if k == best else control for k, value in enumerate(treated))
    truths = {"null": (control,) * len(whole), "one": (control, *one), "assumed": (control, *treated)}
    rows = tuple(_dropped_truth(sized, design, which=name, truth=truth) for name, truth in truths.items())
    return Dropped(design, rows, section.trials, section.seed)


def _dropped_truth(sized: Sized, design: Dropping, *, which: str, truth: tuple[float, ...]) -> DroppedTruth:
    section, endpoint = sized.plan.arms_dropped, sized.plan.endpoint
    assert section is not None
    assert isinstance(endpoint, BinaryEndpoint | ContinuousEndpoint)
    if isinstance(endpoint, BinaryEndpoint):
        found = simulate_dropping(design, truth, trials=section.trials, seed=section.seed)
    else:
        sd = endpoint.sd * (1 - endpoint.baseline_correlation**2) ** 0.5
        found = simulate_dropping(design, truth, kind="mean", sd=sd, trials=section.trials, seed=section.seed)
    wrong = [k for k, value in enumerate(truth[1:]) if value <= truth[0]]
    return DroppedTruth(
        which, truth, tuple(int(n) for n in found.rejected.sum(axis=0)), int(found.rejected.any(axis=1).sum()),
        int(found.rejected[:, wrong].any(axis=1).sum()) if wrong else None,
        tuple(int(n) for n in found.kept.sum(axis=0)), float(found.people.mean()),
        int(found.together.any(axis=1).sum()), int(found.naive[:, wrong].any(axis=1).sum()) if wrong else None,
    )  # fmt: skip


def adaptive(sized: Sized) -> Adaptive:
    """Adaptive allocation beside equal shares: as assumed, without an effect, and without one while the rate drifts."""
    section = sized.plan.adaptive_allocation
    assert section is not None, "the caller saw that it is there"
    people, rates = sum(sized.evaluable.values()), _well(sized)
    none = (rates[0],) * len(rates)
    rows = []
    design = None
    for follows in (True, False):
        made = Allocation(
            people, section.block, section.burn_in, section.least, section.delay, follows, section.tempering
        )
        design = design or made
        for which, truth, drift in (("assumed", rates, 0.0), ("null", none, 0.0), ("drift", none, section.drift)):
            found = simulate_allocation(made, truth, trials=section.trials, seed=section.seed, drift=drift)
            rows.append(_allocation_row(found, sized, which=which, rates=rates, follows=follows))
    assert design is not None
    return Adaptive(design, tuple(rows), section.drift, section.trials, section.seed)


def _allocation_row(
    found: Allocated, sized: Sized, *, which: str, rates: tuple[float, ...], follows: bool
) -> AllocationRow:
    bound = float(-sp.ndtri(sized.first.errors.one_side))
    best = 1 + int(np.argmax(rates[1:]))
    shares: Floats = found.given[:, best] / found.given.sum(axis=1)
    low, high = (float(one) for one in np.quantile(shares, [0.05, 0.95]))
    fewer = int((shares < 1 / len(rates) - 1e-9).sum())
    return AllocationRow(
        follows, which, int((found.z >= bound).any(axis=1).sum()), int((found.stratified >= bound).any(axis=1).sum()),
        float(shares.mean()), float(shares.std()), low, high, fewer,
        float((found.given - found.responded).sum(axis=1).mean()),
    )  # fmt: skip
