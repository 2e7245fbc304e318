"""A look at a running trial that was planned by a file: what the data say against its boundaries, and the size again.

Data are one row a participant who can be judged. Without arms they are blinded and only the size is asked again; with
arms they give z, oriented so that high is good, its share of the information planned, and what follows from it.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, final

import numpy as np
import numpy.typing as npt
import scipy.special as sp

from trialwright.numerics import reestimation, sample_size
from trialwright.numerics.arrays import Floats
from trialwright.numerics.reestimation import SecondStage
from trialwright.numerics.survival import log_rank
from trialwright.planning import plan as parts
from trialwright.planning.endpoints import ExactRates
from trialwright.planning.looks import BY_NAME, Boundaries, Looks, boundaries
from trialwright.planning.monitoring import Ended, Interim, at_interim, at_the_end
from trialwright.planning.plan import Plan
from trialwright.planning.sizing import GOOD, Sized, assuming, size_plan
from trialwright.vocabulary.errors import Complaints, ParameterError, Refused
from trialwright.vocabulary.words import Text

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "binary": ("outcome",),
    "continuous": ("value",),
    "time to event": ("time", "event"),
}
OPTIONAL: Mapping[str, tuple[str, ...]] = {"continuous": ("baseline",)}
GIVE_Z = Text(
    en="The z value of this endpoint ({kind}) comes from a model that is fitted elsewhere: give it with --z, and the "
    "share of the information with --fraction.",
    fr="La valeur z de ce critère ({kind}) vient d’un modèle ajusté ailleurs : donnez-la avec --z, et la part de "
    "l’information avec --fraction.",
)
EXACT = Text(
    en="An exact test has no z value: its only look is the end, and its answer is in the table. Plan looks with test = "
    "asymptotic.",
    fr="Un test exact n’a pas de valeur z : sa seule analyse est la fin, et sa réponse est dans le tableau. Prévoyez "
    "des analyses avec test = asymptotic.",
)
NO_DIFFERENCE = Text(
    en="These data give no z value: an arm is empty, or everybody has the same outcome.",
    fr="Ces données ne donnent pas de valeur z : un bras est vide, ou tout le monde a le même résultat.",
)
ONE_TREATMENT = Text(
    en="A look by a file is prepared for one treatment against the control. Take each comparison with --z.",
    fr="Une analyse par fichier est prévue pour un traitement contre le contrôle. Prenez chaque comparaison avec --z.",
)
Columns = Mapping[str, Sequence[float]]


@final
@dataclass(frozen=True, slots=True)
class Seen:
    """What a look found."""

    z: float  # high is good
    fraction: float  # of the information planned
    counts: tuple[tuple[str, int], ...] = ()  # participants, or events, by arm


@final
@dataclass(frozen=True, slots=True)
class Looked:
    """A look against its boundaries."""

    sized: Sized
    look: int
    seen: Seen
    boundaries: Boundaries  # at the fractions there really are
    verdict: str  # efficacy, futility, harm, on, or not shown
    chances: Interim | None  # before the last look
    ended: Ended | None  # where the trial stops
    promising: Promising | None


@final
@dataclass(frozen=True, slots=True)
class Promising:
    """The promising zone of the look before the last."""

    least: float  # conditional power from which on
    stage: SecondStage
    most: float  # largest whole trial over the planned one
    total: int  # evaluable participants, or events, of the whole trial


@final
@dataclass(frozen=True, slots=True)
class Blinded:
    """The size again, from everybody together."""

    sized: Sized
    judged: int
    planned: float  # the rate or standard deviation of everybody as planned
    found: float
    again: Sized | None  # None: the effect planned does not go with what was found


def look_at(
    sized: Sized,
    look: int,
    *,
    seen: Seen,
    earlier: Sequence[float] = (),
    most: float | None = None,
    least: float | None = None,
) -> Looked:
    """A look at the trial as it was sized; ParameterError for a look or size that cannot be.

    ``earlier``: the shares of the information at the looks before, where they were not those planned;
    ``most``: the largest whole trial allowed over the planned one, to ask for the promising zone; ``least``:
    conditional power where it begins, by default where a conventional test keeps the error.
    """
    if isinstance(sized.first.endpoint, ExactRates):
        raise Refused(EXACT)
    found = _boundaries_at(sized, look, fraction=seen.fraction, earlier=earlier)
    verdict = _verdict(sized, found, look=look, z=seen.z)
    goes_on = verdict == "on"
    binding = sized.looks.binding
    return Looked(
        sized, look, seen, found, verdict,
        at_interim(found, look, z=seen.z) if goes_on else None,
        None if goes_on else at_the_end(found, look, z=seen.z, binding=binding),
        _promising(sized, found, look=look, z=seen.z, most=most, least=least) if goes_on and most else None,
    )  # fmt: skip


def seen_in(sized: Sized, columns: Columns, *, arms: Sequence[str]) -> Seen:
    """The z value and its information from data; Refused where they give none."""
    plan = sized.plan
    kind = plan.endpoint.kind
    if kind not in COLUMNS:
        raise Refused(GIVE_Z, {"kind": kind})
    if len(plan.treatments) > 1:
        raise Refused(ONE_TREATMENT)
    treated = np.array([arm != plan.control.name for arm in arms])
    values = {name: np.asarray(column, np.float64) for name, column in columns.items()}
    z = STATISTICS[kind](plan.endpoint, values, treated=treated) if 0 < treated.sum() < len(treated) else math.nan
    if not math.isfinite(z):
        raise Refused(NO_DIFFERENCE)
    planned = sized.first.size.at_looks[-1] * sized.scale
    counted = values["event"].astype(bool) if kind == "time to event" else np.ones(len(treated), bool)
    counts = ((plan.treatments[0].name, int(counted[treated].sum())), (plan.control.name, int(counted[~treated].sum())))
    return Seen(z, float(counted.sum()) / planned, counts)


def blinded_size(sized: Sized, columns: Columns) -> Blinded:
    """The size again from data without arms; Refused for endpoints without such a rule."""
    plan, endpoint = sized.plan, sized.plan.endpoint
    ratio = sized.first.arm.ratio
    if len(plan.treatments) > 1:
        raise Refused(ONE_TREATMENT)
    if isinstance(endpoint, parts.BinaryEndpoint):
        outcome = np.asarray(columns["outcome"], np.float64)
        treatment, control = (float(arm.assumed.share or 0) for arm in (plan.treatments[0], plan.control))
        planned = (ratio * treatment + control) / (1 + ratio)
        rates = reestimation.blinded_rates(
            int(outcome.sum()), len(outcome), difference=treatment - control, ratio=ratio
        )
        again = None if rates is None else size_plan(assuming(plan, treatment=rates[0], control=rates[1]))
        return Blinded(sized, len(outcome), planned, float(outcome.mean()), again)
    if isinstance(endpoint, parts.ContinuousEndpoint):
        value = np.asarray(columns["value"], np.float64)
        sd = float(value.std(ddof=1))
        changed = replace(plan, endpoint=endpoint.model_copy(update={"sd": sd}), size=None)
        return Blinded(sized, len(value), endpoint.sd, sd, size_plan(changed))
    raise Refused(GIVE_Z, {"kind": endpoint.kind})


def read_columns(plan: Plan, rows: Sequence[Mapping[str, str]]) -> tuple[dict[str, list[float]], list[str]]:
    """Numbers and arms of a table; ParameterError with every cell that cannot be meant. No arms: blinded."""
    kind, complaints = plan.endpoint.kind, Complaints()
    wanted = COLUMNS.get(kind)
    if wanted is None:
        raise Refused(GIVE_Z, {"kind": kind})
    there = set(rows[0]) if rows else set()
    complaints.unless(bool(rows), "data", 0, "must hold a row for each participant")
    optional = OPTIONAL.get(kind, ())
    for name in wanted:
        complaints.unless(name in there or not rows, name, sorted(there), "is required as a column")
    for name in there - {*wanted, *optional, "arm"}:
        complaints.unless(False, name, name, f"is not a column here; there is {', '.join((*wanted, *optional, 'arm'))}")
    complaints.raise_as(ParameterError, "these data cannot be looked at")
    names = [name for name in (*wanted, *optional) if name in there]
    columns: dict[str, list[float]] = {name: [] for name in names}
    known, arms = [arm.name for arm in plan.arms], []
    for line, row in enumerate(rows, start=2):
        for name in names:
            columns[name].append(_cell(row[name], name=name, line=line, complaints=complaints))
        if "arm" in there:
            allowed = f"must be {' or '.join(known)}"
            complaints.unless(row["arm"] in known, f"line {line}.arm", row["arm"], allowed)
            arms.append(row["arm"])
    complaints.raise_as(ParameterError, "these data cannot be looked at")
    return columns, arms


def _cell(text: str, *, name: str, line: int, complaints: Complaints) -> float:
    words = {"yes": 1.0, "no": 0.0, "oui": 1.0, "non": 0.0, "1": 1.0, "0": 0.0}
    if name in ("outcome", "event"):
        allowed = "must be yes, no, 1 or 0; leave out whoever cannot be judged"
        complaints.unless(text.casefold() in words, f"line {line}.{name}", text, allowed)
        return words.get(text.casefold(), math.nan)
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    fine = math.isfinite(value) and (name != "time" or value >= 0)
    complaints.unless(fine, f"line {line}.{name}", text, "must be a number" if name != "time" else "must be 0 or more")
    return value


def _binary(endpoint: parts.BinaryEndpoint, values: Mapping[str, Floats], *, treated: npt.NDArray[np.bool_]) -> float:
    """The score statistic with the most likely shares under the null, the one the size was worked out for."""
    outcome = values["outcome"]
    n1, n2 = int(treated.sum()), int((~treated).sum())
    p1, p2 = np.array(outcome[treated].mean()), np.array(outcome[~treated].mean())
    margin = endpoint.margin
    if endpoint.measure == "odds ratio":
        if min(p1, p2) == 0 or max(p1, p2) == 1:
            return math.nan
        spread = math.sqrt(1 / (n1 * p1 * (1 - p1)) + 1 / (n2 * p2 * (1 - p2)))
        return float(sp.logit(p1) - sp.logit(p2) - math.log(margin or 1)) / spread * GOOD[endpoint.better]
    if endpoint.measure == "risk ratio" and margin is not None:
        null1, null2 = sample_size.rates_under_ratio(p1, p2, ratio=n1 / n2, margin=margin)
        gap, weight = float(p1 - margin * p2), margin**2
    else:
        null1, null2 = sample_size.rates_under_null(p1, p2, ratio=n1 / n2, margin=margin or 0.0)
        gap, weight = float(p1 - p2 - (margin or 0.0)), 1.0
    variance = float(null1 * (1 - null1) / n1 + weight * null2 * (1 - null2) / n2)
    return gap / math.sqrt(variance) * GOOD[endpoint.better] if variance > 0 else math.nan


def _continuous(
    endpoint: parts.ContinuousEndpoint, values: Mapping[str, Floats], *, treated: npt.NDArray[np.bool_]
) -> float:
    """The t statistic of the treatment in a linear model, with the baseline if it is there, as the z of its p-value."""
    value = values["value"] - endpoint.margin * treated
    columns = [np.ones(len(value)), treated.astype(np.float64), *([values["baseline"]] if "baseline" in values else [])]
    design = np.stack(columns, axis=1)
    free = len(value) - design.shape[1]
    if free < 1 or np.linalg.matrix_rank(design) < design.shape[1]:
        return math.nan
    inverse = np.linalg.inv(design.T @ design)
    fitted = inverse @ design.T @ value
    variance = float(((value - design @ fitted) ** 2).sum() / free * inverse[1, 1])
    if variance <= 0:
        return math.nan
    t = float(fitted[1]) / math.sqrt(variance)
    return math.copysign(float(-sp.ndtri(sp.stdtr(free, -abs(t)))), t * GOOD[endpoint.better])


def _time(endpoint: parts.TimeEndpoint, values: Mapping[str, Floats], *, treated: npt.NDArray[np.bool_]) -> float:
    """The signed root of the log-rank statistic; with a margin it must come from a model."""
    if endpoint.margin != 1:
        raise Refused(GIVE_Z, {"kind": endpoint.kind})
    found = log_rank(values["time"], values["event"].astype(bool), group=treated.astype(int))
    if found is None or len(found.observed) < 2:
        return math.nan
    more = float(found.observed[1] - found.expected[1])
    return math.copysign(math.sqrt(found.chi_square), more * GOOD[endpoint.better])


STATISTICS: Mapping[str, Callable[..., float]] = {"binary": _binary, "continuous": _continuous, "time to event": _time}


def _boundaries_at(sized: Sized, look: int, *, fraction: float, earlier: Sequence[float]) -> Boundaries:
    """The boundaries with the information the looks really have: spent again where a function spends the error.

    The last look takes all that is left; shapes that are no spending function keep their bounds.
    """
    fractions, complaints = list(sized.looks.fractions), Complaints()
    fine = 1 <= look <= len(fractions)
    complaints.unless(fine, "look", look, f"must be the number of a look, 1 to {len(fractions)}")
    complaints.unless(fraction > 0, "fraction", fraction, "must be above 0")
    allowed = f"must be the shares of the {look - 1} looks before this one"
    complaints.unless(len(earlier) in (0, look - 1), "earlier", list(earlier), allowed)
    complaints.raise_as(ParameterError, "this look cannot be judged")
    fractions[: len(earlier)] = earlier
    if look < len(fractions):
        fractions[look - 1] = fraction
    rising = all(low < high for low, high in itertools.pairwise([0.0, *fractions]))
    allowed = "must lie between those of the looks before and after: " + ", ".join(f"{one:g}" for one in fractions)
    complaints.unless(rising, "fraction", round(fraction, 4), allowed)
    complaints.raise_as(ParameterError, "this look cannot be judged")
    if tuple(fractions) == sized.looks.fractions or sized.looks.shape not in BY_NAME:
        return replace(sized.boundaries, drift=sized.drift)
    looks: Looks = replace(sized.looks, fractions=tuple(fractions))
    return replace(boundaries(looks, sized.first.errors), drift=sized.drift)


def _verdict(sized: Sized, found: Boundaries, *, look: int, z: float) -> str:
    last = look == len(found.fractions)
    if z >= found.upper[look - 1]:
        return "efficacy"
    if z <= found.lower[look - 1] and (sized.plan.errors.sides == 2 or not last):
        return "harm" if sized.plan.errors.sides == 2 else "futility"
    return "not shown" if last else "on"


def _promising(
    sized: Sized, found: Boundaries, *, look: int, z: float, most: float | None, least: float | None
) -> Promising | None:
    if most is None or look != len(found.fractions) - 1 or z <= 0:
        return None
    shape: dict[str, Any] = {"seen": float(found.fractions[look - 1]), "bound": float(found.upper[-1])}
    power = sized.plan.errors.power
    begins = reestimation.least_promising(power=power, most=most, **shape) if least is None else least
    stage = reestimation.second_stage(z, power=power, least=begins, most=most, **shape)
    planned = sized.first.size.at_looks[-1] * sized.scale
    total = planned * (shape["seen"] + (1 - shape["seen"]) * stage.enlarged)
    return Promising(begins, stage, most, math.ceil(total - 1e-9))
