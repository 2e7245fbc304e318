"""Endpoints of a comparison of two arms, with what is assumed of them, and how many participants one look needs.

Arm 1 is the treatment, arm 2 the control; ``ratio`` is n1 / n2. Formulas and sources: ``numerics.sample_size`` and
``numerics.survival_size``. Numbers agree with references/rpact_sample_size and gsdesign_sample_size.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple, final

import numpy as np

from trialwright.numerics import sample_size, survival_size
from trialwright.numerics.scalars import is_number, is_positive, is_probability
from trialwright.planning.looks import Errors
from trialwright.vocabulary.errors import Complaints, ParameterError, Refused
from trialwright.vocabulary.words import Text

NO_EFFECT = Text(
    en="The effect assumed ({effect:number3}) does not differ from what is tested against ({null:number3}): no number "
    "of participants shows it. Assume another effect or another margin.",
    fr="L’effet supposé ({effect:number3}) ne diffère pas de ce qui est testé ({null:number3}) : aucun nombre de "
    "participants ne le montrera. Supposez un autre effet ou une autre marge.",
)
Events = Literal["Schoenfeld", "Freedman", "Lachin-Foulkes"]


class Needed(NamedTuple):
    """What one look needs, both arms together and not rounded."""

    participants: float
    events: float | None = None


@final
@dataclass(frozen=True, slots=True)
class Rates:
    """The share of participants who respond; the test pools the rates under the null."""

    treatment: float
    control: float
    margin: float = 0.0  # difference under the null; below 0: how much worse the treatment may be

    def __post_init__(self) -> None:
        complaints = Complaints()
        for arm, rate in (("treatment", self.treatment), ("control", self.control)):
            complaints.unless(is_probability(rate), arm, rate, "must lie strictly between 0 and 1")
        fine = is_number(self.margin) and -1 < self.margin < 1
        complaints.unless(fine, "margin", self.margin, "must lie strictly between -1 and 1")
        complaints.raise_as(ParameterError, "these rates cannot be compared")

    def fixed(self, errors: Errors, *, ratio: float) -> Needed:
        """Participants for one look; Refused where the rates differ by the margin."""
        _refuse_no_effect(self.treatment - self.control, self.margin)
        n = sample_size.two_rates(
            self.treatment, self.control, alpha=errors.one_side, beta=errors.beta, ratio=ratio, margin=self.margin
        )
        return Needed(float(n))


@final
@dataclass(frozen=True, slots=True)
class Means:
    """The mean of a measurement, or of its change."""

    difference: float  # treatment less control
    sd: float  # of one participant, the same in both arms
    margin: float = 0.0
    sd_known: bool = False  # normal quantiles instead of the t distribution

    def __post_init__(self) -> None:
        complaints = Complaints()
        complaints.unless(is_number(self.difference), "difference", self.difference, "must be a number")
        complaints.unless(is_positive(self.sd), "sd", self.sd, "must be above 0")
        complaints.unless(is_number(self.margin), "margin", self.margin, "must be a number")
        complaints.raise_as(ParameterError, "these means cannot be compared")

    def fixed(self, errors: Errors, *, ratio: float) -> Needed:
        """Participants for one look; Refused where the difference is the margin."""
        _refuse_no_effect(self.difference, self.margin)
        shape = {"ratio": ratio, "margin": self.margin, "alpha": errors.one_side, "beta": errors.beta}
        return Needed(sample_size.two_means(self.difference, self.sd, sd_known=self.sd_known, **shape))


@final
@dataclass(frozen=True, slots=True)
class TimeToEvent:
    """The time to an event such as a flare; exponential, uniform accrual, one unit of time throughout."""

    hazard_ratio: float  # treatment over control
    control_median: float
    accrual: float
    follow_up: float  # from the last entry to the end
    dropout: float = 0.0  # hazard of leaving without the event
    method: Events = "Schoenfeld"

    def __post_init__(self) -> None:
        complaints = Complaints()
        for place in ("hazard_ratio", "control_median", "follow_up"):
            complaints.unless(is_positive(getattr(self, place)), place, getattr(self, place), "must be above 0")
        for place in ("accrual", "dropout"):
            value = getattr(self, place)
            complaints.unless(is_number(value) and value >= 0, place, value, "must be 0 or more")
        allowed = "must be Schoenfeld, Freedman or Lachin-Foulkes"
        complaints.unless(self.method in (*EVENTS, "Lachin-Foulkes"), "method", self.method, allowed)
        complaints.raise_as(ParameterError, "these times cannot be compared")

    def fixed(self, errors: Errors, *, ratio: float) -> Needed:
        """Participants and events for one look; Refused where the hazard ratio is 1."""
        _refuse_no_effect(self.hazard_ratio, 1.0)
        hazard = float(np.log(2) / self.control_median)
        followed = survival_size.Followed(self.accrual, self.follow_up, self.dropout)
        asked = {"alpha": errors.one_side, "beta": errors.beta, "ratio": ratio}
        if self.method == "Lachin-Foulkes":
            found = survival_size.lachin_foulkes(self.hazard_ratio, control_hazard=hazard, followed=followed, **asked)
            return Needed(found.participants, found.events)
        events = EVENTS[self.method](self.hazard_ratio, **asked)
        participants = survival_size.participants_for(
            events, control_hazard=hazard, hazard_ratio=self.hazard_ratio, followed=followed, ratio=ratio
        )
        return Needed(participants, events)


EVENTS: Mapping[str, Callable[..., float]] = {
    "Schoenfeld": survival_size.schoenfeld_events,
    "Freedman": survival_size.freedman_events,
}
Endpoint = Rates | Means | TimeToEvent


def _refuse_no_effect(effect: float, null: float) -> None:
    if abs(effect - null) < 1e-12:
        raise Refused(NO_EFFECT, {"effect": effect, "null": null})
