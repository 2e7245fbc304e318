"""Care during a trial: background treatment with its taper, raises at flares, rescue, missed visits, leaving.

Decisions fall at visits. A visit that finds a new flare may raise the background dose; a strong raise counts as rescue
treatment, and a visit in a flare may bring other rescue treatment: both are treatment failures. A
visit without a flare takes a raised dose down towards where it began, and, under a mandatory taper, further down to the
target. A dose below the one at baseline multiplies the hazard of a flare by ``taper_flare_ratio`` to the power of the
share that was taken away: that is the price of a taper.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np
import scipy.special as sp

from trialwright.numerics.arrays import Bools, Floats
from trialwright.numerics.scalars import is_number
from trialwright.planning.disease_course import WEEKS_A_YEAR
from trialwright.vocabulary.disease_course import Values
from trialwright.vocabulary.errors import Complaints, ParameterError


@final
@dataclass(frozen=True, slots=True)
class Taper:
    """A mandatory taper of background treatment: from one week to another, down to a target."""

    from_week: float
    to_week: float
    target: float

    def __post_init__(self) -> None:
        complaints = Complaints()
        fine = is_number(self.from_week) and is_number(self.to_week) and 0 <= self.from_week < self.to_week
        complaints.unless(fine, "taper.from_week", self.from_week, "must lie before to_week", "as in 8 to 40")
        complaints.unless(is_number(self.target) and self.target >= 0, "taper.target", self.target, "must be 0 or more")
        complaints.raise_as(ParameterError, "this taper cannot be followed")


@final
@dataclass(frozen=True, slots=True)
class CareDraws:
    """The uniform numbers behind what happens at one visit, ``[N]`` each."""

    raised: Floats
    strong: Floats
    rescued: Floats
    leaves: Floats
    missed: Floats


@final
@dataclass(frozen=True, slots=True)
class UnderCare:
    """Where N people stand with their care."""

    dose: Floats
    baseline_dose: Floats
    rescued: Bools
    withdrawn: Bools

    def worse_by_taper(self, values: Values) -> Floats:
        """By what the hazard of a flare is multiplied for having less than at baseline."""
        less = np.maximum(self.baseline_dose - self.dose, 0.0) / np.maximum(self.baseline_dose, 1e-12)
        return np.asarray(values["taper_flare_ratio"] ** less)

    def better_by_rescue(self, values: Values) -> Floats:
        """By what the hazard of getting better is multiplied where rescue treatment was given."""
        return np.where(self.rescued, values["rescue_better_ratio"], 1.0)

    def after_visit(
        self, *, week: float, new_flare: Bools, in_flare: Bools, draws: CareDraws, taper: Taper | None, values: Values
    ) -> UnderCare:
        """The dose until the next visit, and who has been rescued."""
        raised = new_flare & (draws.raised < values["raise_share"])
        strong = raised & (draws.strong < values["strong_raise_share"])
        up = np.where(strong, np.maximum(values["strong_dose"], self.dose), self.dose + values["raise_by"])
        down = np.maximum(self.dose - values["dose_step"], np.minimum(self.dose, self.baseline_dose))
        if taper is not None and taper.from_week <= week <= taper.to_week:
            least = np.minimum(self.dose, taper.target)
            down = np.maximum(self.dose - values["dose_step"], least)
        dose = np.where(raised, up, np.where(in_flare, self.dose, down))
        rescued = self.rescued | strong | (in_flare & (draws.rescued < values["rescue_share"]))
        return UnderCare(np.where(self.withdrawn, self.dose, dose), self.baseline_dose, rescued, self.withdrawn)

    def leaving(self, *, weeks: float, in_flare: Bools, draws: CareDraws, values: Values) -> UnderCare:
        """Who has left by a visit that comes ``weeks`` after the last one."""
        ratio = np.where(in_flare, values["leaving_flare_ratio"], 1.0)
        share = -np.expm1(-values["leaving_per_year"] * ratio * weeks / WEEKS_A_YEAR)
        return UnderCare(self.dose, self.baseline_dose, self.rescued, self.withdrawn | (draws.leaves < share))


def baseline_dose(uniform: Floats, values: Values) -> Floats:
    """The background dose people come with: gamma by its mean and sd, in steps, some without any, ``[N]``."""
    without = values["dose_none_share"]
    mean, sd = values["dose_mean"], values["dose_sd"]
    among = np.clip((uniform - without) / (1 - without), 1e-9, 1 - 1e-9)
    dose = sp.gammaincinv((mean / sd) ** 2, among) * sd**2 / mean
    step = values["dose_step"]
    return np.where(uniform < without, 0.0, np.maximum(step, np.round(dose / step) * step))
