"""What a look at a running trial says of its chances, and what a trial that has stopped has shown.

Effects are drifts: Z = drift sqrt(information fraction) + noise, so the drift planned for is ``Boundaries.drift``.
Formulas and sources: ``numerics.group_sequential_inference``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np

from trialwright.numerics import group_sequential_inference as kernel
from trialwright.numerics.group_sequential_inference import Prior
from trialwright.numerics.scalars import is_count, is_number, is_positive
from trialwright.planning.looks import Boundaries
from trialwright.vocabulary.errors import Complaints, ParameterError, Refused
from trialwright.vocabulary.words import Text

LAST_LOOK = Text(
    en="Look {look} is the last: nothing is to come whose probability could be asked.",
    fr="L’analyse {look} est la dernière : il n’y a plus rien à venir dont on demanderait la probabilité.",
)
GOES_ON = Text(
    en="At look {look} a z value of {z:number3} lies between the boundaries ({lower:number3} and {upper:number3}): the "
    "trial goes on and has no final result yet.",
    fr="À l’analyse {look}, une valeur z de {z:number3} se trouve entre les limites ({lower:number3} et "
    "{upper:number3}) : l’essai continue et n’a pas encore de résultat final.",
)


@final
@dataclass(frozen=True, slots=True)
class Interim:
    """The probability of still stopping for efficacy, given one look."""

    under_the_trend: float  # conditional power at the drift the look suggests
    as_planned: float  # … at the drift planned for
    without_effect: float  # … at none
    predictive: float  # averaged over the posterior of the drift


@final
@dataclass(frozen=True, slots=True)
class Ended:
    """The result of a trial that stopped, adjusted for its looks (stage-wise order)."""

    p_value: float  # one-sided
    drift: float  # median-unbiased
    low: float
    high: float
    of_planned: tuple[float, float, float]  # estimate and limits as shares of the drift planned for


def at_interim(plan: Boundaries, look: int, *, z: float, prior: Prior | None = None) -> Interim:
    """How probably a trial still shows the effect, after look number ``look`` (1 is the first) gave ``z``.

    ``prior``: of the drift; None is flat. Refused at the last look.
    """
    _check(plan, look, z=z, prior=prior)
    if look == len(plan.fractions):
        raise Refused(LAST_LOOK, {"look": look})
    seen, later = kernel.Seen(z, float(plan.fractions[look - 1])), slice(look, None)
    times, bounds = plan.fractions[later], {"lower": plan.lower[later], "upper": plan.upper[later]}
    drifts = [kernel.current_trend(seen), plan.drift, 0.0]
    power = kernel.conditional_power(seen, times, drifts=drifts, **bounds)
    trend, planned, none = (float(value) for value in power)
    return Interim(trend, planned, none, kernel.predictive_power(seen, times, prior=prior, **bounds))


def at_the_end(plan: Boundaries, look: int, *, z: float, level: float = 0.025, binding: bool = False) -> Ended:
    """The p-value, estimate and interval of a trial that stopped at look number ``look`` with ``z``.

    ``level``: outside the interval on each side; ``binding``: whether its lower boundary had to be followed; otherwise
    it is left out. Refused where the trial goes on.
    """
    _check(plan, look, z=z, level=level)
    lower, upper = float(plan.lower[look - 1]), float(plan.upper[look - 1])
    if look < len(plan.fractions) and lower < z < upper:
        raise Refused(GOES_ON, {"look": look, "z": z, "lower": lower, "upper": upper})
    two_sided = bool((plan.lower == -plan.upper).all())
    below = plan.lower[: look - 1] if binding or two_sided else np.full(look - 1, -np.inf)
    found = kernel.stagewise_estimate(z, plan.fractions[:look], lower=below, upper=plan.upper[: look - 1], level=level)
    shares = (found.median_unbiased / plan.drift, found.low / plan.drift, found.high / plan.drift)
    return Ended(found.p_value, found.median_unbiased, found.low, found.high, shares)


def assurance(plan: Boundaries, *, mean: float, sd: float) -> float:
    """How probably the trial shows the effect, averaged over what is believed of it before the trial starts.

    ``mean``, ``sd``: of a normal belief about the effect, as shares of the one planned for: (1, 0.3) believes in it,
    give or take a third.
    """
    complaints = Complaints()
    complaints.unless(is_number(mean), "mean", mean, "must be a finite number")
    complaints.unless(is_positive(sd), "sd", sd, "must be above 0", "for a certain effect read the power")
    complaints.raise_as(ParameterError, "this belief cannot be averaged over")
    prior = Prior(mean * plan.drift, sd * plan.drift)
    return kernel.assurance(plan.fractions, lower=plan.lower, upper=plan.upper, prior=prior)


def _check(plan: Boundaries, look: int, *, z: float, prior: Prior | None = None, level: float = 0.025) -> None:
    complaints, looks = Complaints(), len(plan.fractions)
    fine = is_count(look) and look <= looks
    complaints.unless(fine, "look", look, f"must be the number of a look, 1 to {looks}")
    complaints.unless(is_number(z), "z", z, "must be a finite number")
    fine = prior is None or (is_number(prior.mean) and is_positive(prior.sd))
    complaints.unless(fine, "prior", prior, "must have a mean and a standard deviation above 0")
    complaints.unless(is_positive(level) and level < 0.5, "level", level, "must lie between 0 and one half")
    complaints.raise_as(ParameterError, "this look cannot be judged")
