"""By how much each decision of the reference cases is made, family by family.

Every function yields ``Compared``: two numbers that a decision compares, how far they are apart, and in which state.
Only what can change the answer is compared: two keys that both ask to go down are not. Levels that share one estimate
after pooling are counted as such (``SHARED``): which of them is taken is the affair of a rule, not of a margin. Counts
that are compared with counts (3+3) leave nothing to rounding and are not here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, final

import numpy as np

from references import test_boin, test_boin_comb, test_interval_tables
from trialwright.numerics.beta_binomial import BetaPosterior
from trialwright.numerics.isotonic import isotonic_dlt_rate
from trialwright.numerics.isotonic_grid import isotonic_grid_dlt_rate
from trialwright.numerics.unit_mass import Partition, around_target, keys, three_intervals, unit_mass
from trialwright.vocabulary.seen import Seen

DISTANCE, MASS, SHARED = "distance from the target", "probability per unit of the intervals", "one estimate"
CLOSES, WHOLE, ROUNDED = "overdose probability and threshold", "DLTs and boundary times n", "estimate and its rounding"
POOLED, POOLED_ON_GRID = "distance from the target, pooled", "distance from the target, pooled on a grid"
UPPER, PENDING, MODELS = "estimate and upper boundary", "pending and the most allowed", "log weight of the models"
STOPS, INACTIVE, DESIRABLE = "stopping probability and threshold", "inactivity and threshold", "desirability"
ACCEPTABLE, UTILITY, ACTIVITY = "acceptability and limit", "utility", "activity"
LIMIT, INTERVAL = "DLT rate and limit", "exact interval and limit"

# How wrong the numbers compared can be here: what the kernels promise (quadrature) or leave to rounding.
ERRORS = {
    **dict.fromkeys((DISTANCE, LIMIT, ACTIVITY, MODELS), "1e-8"),
    **dict.fromkeys((CLOSES, INACTIVE, DESIRABLE, INTERVAL), "1e-14"),
    **dict.fromkeys((MASS, WHOLE, PENDING, POOLED, UPPER), "1e-12"),
    **dict.fromkeys((ROUNDED, POOLED_ON_GRID), "1e-8"),
    **dict.fromkeys((ACCEPTABLE, UTILITY), "2e-4"),
    STOPS: "1e-7",
}
SAME = 1e-12  # estimates closer than this come from one pool
SAME_ON_GRID = 1e-8  # on a grid the iteration leaves a little between them


@final
@dataclass(frozen=True)
class Compared:
    """Two numbers that one decision compares."""

    family: str
    id: str
    between: str
    state: str  # counts, or whatever tells it from the others of the case
    margin: float


def apart(limit: float, values: Any) -> float:
    """How far the nearest of some values is from a limit."""
    return float(np.min(np.abs(np.asarray(values) - limit)))


# --- by the counts at one level ---------------------------------------------------------------------------------------


@final
@dataclass(frozen=True)
class Place:
    """The family and the case that counts belong to."""

    family: str
    id: str

    def of_counts(self, between: str, n: Any, y: Any, margin: Any, *, where: Any = True) -> Iterator[Compared]:
        """A margin for every pair of counts at one level, ``[B]`` each."""
        for size, dlts, by, here in zip(n, y, margin, np.broadcast_to(where, len(n)), strict=True):
            if here:
                yield Compared(self.family, self.id, between, f"{dlts} of {size}", float(by))

    def of_states(
        self, between: str, seen: Seen, margin: Any, *, where: Any = True, of: str = ""
    ) -> Iterator[Compared]:
        """A margin for every state of a trial, ``[B]``; infinite where nothing was to be decided."""
        for place in np.flatnonzero(np.broadcast_to(where, seen.batch) & np.isfinite(margin)):
            state = f"{seen.n_dlt[place].tolist()} of {seen.n[place].tolist()} {of}".strip()
            yield Compared(self.family, self.id, between, state, float(margin[place]))

    def closes(self, n: Any, y: Any, design: Any, *, threshold: float, least: int) -> Iterator[Compared]:
        """The probability of a rate above the target and the confidence that closes a level."""
        prior = {name: getattr(design, name, 1.0) for name in ("prior_a", "prior_b")}
        over = BetaPosterior.after(n=n, n_dlt=y, **prior).exceedance(design.target_toxicity_rate)
        yield from self.of_counts(CLOSES, n, y, np.abs(over - threshold), where=n >= least)

    def one(self, between: str, margin: float, *, of: str = "") -> Compared:
        return Compared(self.family, self.id, between, of, margin)

    def ranked(self, between: str, values: Any, *, among: Any) -> Iterator[Compared]:
        """The largest value among some and the next."""
        order = np.sort(values[among])
        if len(order) > 1:
            yield self.one(between, float(order[-1] - order[-2]))

    def closures(self, n: Any, y: Any, design: Any) -> Iterator[Compared]:
        """The same with every threshold the design has: a stricter one at the lowest level, if it is extra safe."""
        excludes = hasattr(design, "exclusion_confidence")
        usual = design.exclusion_confidence if excludes else design.elimination_confidence
        stricter = [usual - design.offset] if getattr(design, "extra_safe", False) else []
        for threshold in (usual, *stricter):
            yield from self.closes(n, y, design, threshold=threshold, least=2 if excludes else 3)

    def rate_counts(self, n: Any, y: Any, design: Any) -> Iterator[Compared]:
        """The count of DLTs and either boundary, times ``n``."""
        margin = np.minimum(np.abs(y - design.lambda_e * n), np.abs(y - design.lambda_d * n))
        yield from self.of_counts(WHOLE, n, y, margin, where=n > 0)

    def strongest(self, n: Any, y: Any, design: Any) -> Iterator[Compared]:
        """The mass per unit of the strongest interval, and of the strongest one that asks for something else."""
        mass, target = masses(design, n, y)
        way = np.sign(target - np.arange(mass.shape[1]))
        of_way = np.stack([mass[:, way == one].max(axis=1) for one in (1, 0, -1)], axis=1)
        ranked = np.sort(of_way, axis=1)
        yield from self.of_counts(MASS, n, y, ranked[:, -1] - ranked[:, -2], where=n > 0)


def masses(design: Any, n: Any, y: Any) -> tuple[Any, int]:
    """What the design compares, interval by interval, ``[B, K]``, and which of them is the target's."""
    name, target = type(design).__name__, design.target_toxicity_rate
    if name == "Tpi":
        believed = BetaPosterior.after(n=n, n_dlt=y, prior_a=design.prior_a, prior_b=design.prior_b)
        sds = {"sds_below": design.sds_below, "sds_above": design.sds_above}
        return around_target(believed.a, believed.b, target=target, **sds), 1
    limits = target - design.margin_below, target + design.margin_above
    partition: Partition = three_intervals(*limits) if name == "Mtpi" else keys(*limits)
    prior = {name: getattr(design, name, 1.0) for name in ("prior_a", "prior_b")}
    return unit_mass(n=n, n_dlt=y, partition=partition, **prior), partition.target


def of_one_level(place: Place, design: Any, n: Any, y: Any) -> Iterator[Compared]:
    """All that BOIN, keyboard, TPI, mTPI and mTPI-2 compare while a trial runs."""
    n, y = np.unique(np.stack([n, y]), axis=1)
    yield from place.rate_counts(n, y, design) if hasattr(design, "lambda_e") else place.strongest(n, y, design)
    yield from place.closures(n, y, design)


def interval_tables() -> Iterator[Compared]:
    for case in test_interval_tables.TPI["cases"]:
        table = case["outputs"]["table"]
        n, y = np.array([[row["n"], row["y"]] for row in table]).T
        place = Place("escalation_tpi_tables", case["id"])
        yield from of_one_level(place, test_interval_tables.tpi_of(case["inputs"]), n, y)
    builders = {
        "keyboard_boundary": (test_interval_tables.KEYBOARD, test_interval_tables.keyboard_of),
        "boin_boundary": (test_interval_tables.BOIN, test_interval_tables.boin_of),
    }
    for family, (file, build) in builders.items():
        for case in file["cases"]:
            n, y = test_interval_tables.every_count(case["outputs"]["n"])
            yield from of_one_level(Place(family, case["id"]), build(case["inputs"]), n, y)


# --- the level selected at the end ------------------------------------------------------------------------------------


def chosen_after_pooling(rate: Any, target: float, *, at_most: float = np.inf, same: float = SAME) -> tuple[Any, Any]:
    """How much nearer to the target the nearest estimate is than any other one, and where levels share it; ``[B]``."""
    line, distance = np.arange(len(rate)), np.where(rate <= at_most, np.abs(rate - target), np.inf)
    best = distance.argmin(axis=1)
    alike = np.abs(rate - rate[line, best][:, None]) <= same
    some = np.isfinite(distance[line, best])
    others = np.where(alike, np.inf, distance).min(axis=1)
    return np.where(some, others - np.where(some, distance[line, best], 0), np.inf), some & (alike.sum(axis=1) > 1)


def of_boin_selection(place: Place, design: Any, seen: Seen) -> Iterator[Compared]:
    still_open = design._eliminated(seen, BetaPosterior.after(n=seen.n, n_dlt=seen.n_dlt)).open
    at_most = design.lambda_d if design.bound_selection else np.inf
    rate = isotonic_dlt_rate(n=seen.n, n_dlt=seen.n_dlt, admissible=(seen.n > 0) & still_open, prior=0.05)
    margin, shared = chosen_after_pooling(rate, design.target_toxicity_rate, at_most=at_most)
    yield from place.of_states(POOLED, seen, margin)
    yield from place.of_states(SHARED, seen, np.zeros(len(rate)), where=shared)
    if design.bound_selection:
        away = np.abs(rate - at_most)
        yield from place.of_states(UPPER, seen, np.where(np.isnan(away), np.inf, away).min(axis=1))
    yield from place.closures(seen.n.ravel(), seen.n_dlt.ravel(), design)


def boin_selections() -> Iterator[Compared]:
    for case in test_boin.SELECTED["cases"]:
        inputs = case["inputs"]
        seen = Seen.of_counts(inputs["npts"], inputs["ntox"], 1)
        yield from of_boin_selection(Place("boin_select_mtd", case["id"]), test_boin.boin_of(inputs), seen)


def combination_selections() -> Iterator[Compared]:
    """Estimates are rounded to hundredths before they are compared: how far each is from being rounded otherwise."""
    for case in test_boin_comb.FILE["cases"]:
        n, y = (np.array(case["inputs"][name]) for name in ("npts", "ntox"))
        rate = isotonic_grid_dlt_rate(n=n[None], n_dlt=y[None]).reshape(1, -1)
        place, seen = Place("boin_select_mtd_comb", case["id"]), Seen.of_counts(n.reshape(1, -1), y.reshape(1, -1), [1])
        to_half = np.abs(100 * rate - np.floor(100 * rate) - 0.5)[0] / 100
        yield from place.of_counts(ROUNDED, n.ravel(), y.ravel(), to_half, where=n.ravel() > 0)
        for selection in ("rounded", "boin-2.7.2", "paper"):
            design = test_boin_comb.design_of(case, selection=selection)
            over = BetaPosterior.after(n=seen.n, n_dlt=seen.n_dlt).exceedance(design.target_toxicity_rate)
            closed = (design._closed_in_reference if selection == "boin-2.7.2" else design._closed)(seen, over)
            curve = np.where((seen.n > 0) & ~closed, rate if selection == "paper" else rate.round(2), np.nan)
            margin, shared = chosen_after_pooling(curve, design.target_toxicity_rate, same=SAME_ON_GRID)
            yield from place.of_states(POOLED_ON_GRID, seen, margin, of=selection)
            yield from place.of_states(SHARED, seen, np.zeros(1), where=shared, of=selection)
        yield from place.closures(n.ravel(), y.ravel(), design)
