"""When a trial is looked at, and the boundaries at which it stops.

Looks are fractions of the most information there will be. A boundary is on the z scale: a trial stops for efficacy at
or above the upper one, and for futility (or, two-sided, for harm) at or below the lower one. Formulas and sources:
``numerics.group_sequential_boundaries`` and ``numerics.spending``. Numbers agree with references/rpact_boundaries,
rpact_futility and gsdesign_boundaries.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, final, get_args

import numpy as np
import scipy.special as sp

from trialwright.numerics import group_sequential_boundaries as kernel
from trialwright.numerics.arrays import Floats
from trialwright.numerics.group_sequential import crossing
from trialwright.numerics.scalars import is_list_of, is_number, is_positive, is_probability, is_rising
from trialwright.numerics.spending import Spending, spent
from trialwright.vocabulary.errors import Complaints, ParameterError, Refused
from trialwright.vocabulary.words import Text

Shape = Literal["OF", "P", "WT", "HP", "asOF", "asP", "asHSD", "asKD"]
SHAPES: tuple[Shape, ...] = get_args(Shape)
SPENDINGS: tuple[Spending, ...] = get_args(Spending)
BY_NAME: Mapping[str, Spending] = {name: name for name in SPENDINGS}
DELTA = {"OF": 0.0, "P": 0.5}
LATEST = 1e-9  # how far the last fraction may be from 1

ONE_SIDED_FUTILITY = Text(
    en="A futility boundary is planned for a one-sided test only. Take sides = 1 with half the level.",
    fr="Une limite de futilité n’est prévue que pour un test unilatéral. Prenez sides = 1 avec la moitié du niveau.",
)
USED_UP = Text(
    en="The bound {bound:number2} at every look before the last uses up the error {alpha:number4}: nothing is left for "
    "the last look. Take a higher bound (parameter), fewer looks, or a spending function.",
    fr="La borne {bound:number2} à chaque analyse avant la dernière épuise l’erreur {alpha:number4} : il ne reste rien "
    "pour la dernière. Prenez une borne plus élevée (parameter), moins d’analyses, ou une fonction de dépense.",
)
OUT_OF_REACH = Text(
    en="No effect, however large, reaches the power {power:percent0}: the futility boundary stops the trial too often. "
    "Take lower futility bounds or later looks.",
    fr="Aucun effet, si grand soit-il, n’atteint la puissance {power:percent0} : la limite de futilité arrête l’essai "
    "trop souvent. Prenez des bornes de futilité plus basses ou des analyses plus tardives.",
)
NO_ROOM = Text(
    en="At look {look} the futility boundary leaves no room for an efficacy bound above it: the trial would always end "
    "there, or call success whatever is seen. Take lower futility bounds, or fewer looks.",
    fr="À l’analyse {look}, la limite de futilité ne laisse pas de place à une borne d’efficacité au-dessus d’elle : "
    "l’essai s’y terminerait toujours, ou conclurait au succès quoi qu’on observe. Prenez des bornes de futilité plus "
    "basses, ou moins d’analyses.",
)


@final
@dataclass(frozen=True, slots=True)
class Errors:
    """The errors a trial may make: the level of its test, one- or two-sided, and its power."""

    alpha: float = 0.025  # of both sides together when sides is 2
    power: float = 0.8
    sides: Literal[1, 2] = 1

    def __post_init__(self) -> None:
        complaints = Complaints()
        complaints.unless(is_probability(self.alpha), "alpha", self.alpha, "must lie strictly between 0 and 1")
        complaints.unless(is_probability(self.power), "power", self.power, "must lie strictly between 0 and 1")
        complaints.unless(self.sides in (1, 2), "sides", self.sides, "must be 1 or 2")
        if not complaints.findings:
            complaints.unless(
                self.power > self.one_side, "power", self.power, "must be above the error of one side", "0.8 is usual"
            )
        complaints.raise_as(ParameterError, "these errors cannot be planned for")

    @property
    def one_side(self) -> float:
        """The error of one side."""
        return self.alpha / self.sides

    @property
    def beta(self) -> float:
        """The probability of missing the effect."""
        return 1 - self.power


@final
@dataclass(frozen=True, slots=True)
class Looks:
    """When the trial is looked at and the shape of its boundaries; one look is a fixed design."""

    fractions: tuple[float, ...] = (1.0,)  # of the most information, rising to 1
    shape: Shape = "asOF"
    parameter: float | None = None  # delta of WT, gamma of asHSD and asKD, the bound of HP before the end (None: 3)
    futility: tuple[float, ...] | None = None  # z values at each look but the last
    futility_spending: Spending | None = None  # instead of z values: how beta is spent
    futility_parameter: float | None = None
    binding: bool = False  # whether the efficacy boundary counts on futility being followed

    def __post_init__(self) -> None:
        complaints = Complaints()
        known = self._check_fractions(complaints)
        fine = complaints.unless(self.shape in SHAPES, "shape", self.shape, "must be one of " + ", ".join(SHAPES))
        if fine:
            _check_parameter(complaints, "parameter", shape=self.shape, value=self.parameter)
        if known:
            self._check_futility(complaints)
        complaints.raise_as(ParameterError, "these looks cannot be planned")

    def _check_fractions(self, complaints: Complaints) -> bool:
        allowed = "must rise from above 0 to 1"
        fine = is_list_of(is_positive, self.fractions) and is_rising(tuple(self.fractions))
        fine = fine and abs(self.fractions[-1] - 1) <= LATEST
        remedy = "give each look as a share of the information"
        return complaints.unless(fine, "fractions", self.fractions, allowed, remedy)

    def _check_futility(self, complaints: Complaints) -> None:
        once = self.futility is None or self.futility_spending is None
        complaints.unless(once, "futility", self.futility, "is given twice", "leave out one of the two")
        if self.futility is not None:
            fine = all(map(is_number, self.futility)) and len(self.futility) == len(self.fractions) - 1
            complaints.unless(fine, "futility", self.futility, "must be one number for each look but the last")
        if self.futility_spending is not None:
            kind, allowed = self.futility_spending, "must be one of " + ", ".join(SPENDINGS)
            if complaints.unless(kind in SPENDINGS, "futility_spending", kind, allowed):
                _check_parameter(complaints, "futility_parameter", shape=kind, value=self.futility_parameter)

    @property
    def has_futility(self) -> bool:
        """Whether the trial may stop for futility."""
        return self.futility is not None or self.futility_spending is not None


@final
@dataclass(frozen=True, slots=True)
class Boundaries:
    """The boundaries of a trial and what they do; arrays have one entry per look, (K,)."""

    fractions: Floats
    lower: Floats  # z scale; minus infinity where a look cannot stop there
    upper: Floats
    drift: float  # sqrt of the most information times the effect at which the power is reached
    inflation: float  # the most information over that of a trial with one look
    error_by_look: Floats  # first stop above without an effect; of one side
    power_by_look: Floats  # first stop above with the effect planned for
    futility_by_look: tuple[Floats, Floats]  # first stop below: without and with that effect
    expected: tuple[float, float]  # information over that of one look: without and with that effect

    @property
    def nominal(self) -> Floats:
        """The one-sided p-value at each look that stops for efficacy."""
        return np.asarray(sp.ndtr(-self.upper), np.float64)


def boundaries(looks: Looks, errors: Errors) -> Boundaries:
    """The boundaries that keep the errors at these looks, with their crossing probabilities.

    Raises Refused where the looks do not go together with the errors.

    >>> boundaries(Looks((0.5, 1.0), "OF"), Errors()).upper.round(4).tolist()
    [2.7965, 1.9774]
    """
    if looks.has_futility and errors.sides == 2:
        raise Refused(ONE_SIDED_FUTILITY)
    times = np.append(np.asarray(looks.fractions[:-1], np.float64), 1.0)
    lower, upper, drift = (
        _spent_both(looks, errors, times=times) if looks.futility_spending else _one(looks, errors, times=times)
    )
    found = crossing(times, lower=lower, upper=upper, drifts=[0.0, drift])
    inflation = kernel.inflation(drift, alpha=errors.one_side, beta=errors.beta)
    expected = found.stopping @ times * inflation
    return Boundaries(
        times, lower, upper, drift, inflation, found.upper[0], found.upper[1],
        (found.lower[0], found.lower[1]), (float(expected[0]), float(expected[1])),
    )  # fmt: skip


def _must_leave_room(lower: Floats, upper: Floats) -> None:
    """Both boundaries may meet at the last look only, and an efficacy bound is a number that can be missed."""
    met = upper <= np.append(np.maximum(lower[:-1], kernel.LOWEST), kernel.LOWEST)
    if met.any():
        raise Refused(NO_ROOM, {"look": int(np.argmax(met)) + 1})


def _spent_both(looks: Looks, errors: Errors, *, times: Floats) -> kernel.WithFutility:
    assert looks.futility_spending is not None
    alpha = _alpha_spent(looks, errors, times=times)
    beta = spent(looks.futility_spending, times, total=errors.beta, gamma=looks.futility_parameter)
    found = kernel.by_both_spendings(
        times.tolist(), alpha_spent=alpha.tolist(), beta_spent=beta.tolist(), binding=looks.binding
    )
    _must_leave_room(found.lower, found.upper)
    return found


def _alpha_spent(looks: Looks, errors: Errors, *, times: Floats) -> Floats:
    """What the shape spends by each look when nobody stops for futility, (K,)."""
    if spending := BY_NAME.get(looks.shape):
        return spent(spending, times, total=errors.one_side, gamma=looks.parameter)
    upper = _upper(looks, errors, times=times)
    return np.cumsum(crossing(times, lower=np.full(len(times), -np.inf), upper=upper, drifts=0.0).upper[0])


def _one(looks: Looks, errors: Errors, *, times: Floats) -> kernel.WithFutility:
    upper = _upper(looks, errors, times=times)
    lower = -upper if errors.sides == 2 else np.full(len(times), -np.inf)
    if looks.futility is not None:
        lower = np.append(np.minimum(looks.futility, upper[:-1]), -np.inf)
        _must_leave_room(lower, upper)
    try:
        drift = kernel.drift_at_power(times.tolist(), lower=lower, upper=upper, wanted=errors.power)
    except ValueError as error:
        raise Refused(OUT_OF_REACH, {"power": errors.power}) from error
    return kernel.WithFutility(lower, upper, drift)


def _upper(looks: Looks, errors: Errors, *, times: Floats) -> Floats:
    lower = looks.futility if looks.binding else None
    two_sided, alpha, fractions = errors.sides == 2, errors.one_side, times.tolist()
    if looks.shape in ("OF", "P", "WT"):
        delta = DELTA.get(looks.shape, looks.parameter)
        return kernel.wang_tsiatis(fractions, alpha=alpha, delta=float(delta or 0), lower=lower, two_sided=two_sided)
    if looks.shape == "HP":
        bound = 3.0 if looks.parameter is None else looks.parameter
        before = [bound] * (len(times) - 1)
        try:
            return kernel.last_solved(fractions, alpha=alpha, before=before, lower=lower, two_sided=two_sided)
        except ValueError as error:
            raise Refused(USED_UP, {"bound": bound, "alpha": alpha}) from error
    plan = spent(BY_NAME[looks.shape], times, total=alpha, gamma=looks.parameter).tolist()
    return kernel.by_spending(fractions, spent=plan, lower=lower, two_sided=two_sided)


def _check_parameter(complaints: Complaints, place: str, *, shape: str, value: float | None) -> None:
    fine, allowed = True, ""
    if shape == "asKD":
        fine, allowed = is_positive(value), "must be above 0 for asKD"
    elif shape in ("asHSD", "WT"):
        fine, allowed = is_number(value), f"must be a number for {shape}"
    elif shape == "HP":
        fine, allowed = value is None or is_positive(value), "must be above 0 for HP, or left out (3)"
    else:
        fine, allowed = value is None, f"means nothing for {shape}: leave it out"
    complaints.unless(fine, place, value, allowed)
