"""Endpoints of a comparison of two arms, with what is assumed of them, and how many participants one look needs.

Arm 1 is the treatment, arm 2 the control; ``ratio`` is n1 / n2. Formulas and sources: ``numerics.sample_size``,
``survival_size``, ``repeated_size``, ``count_rates`` and ``exact_two_rates``. Numbers agree with
references/rpact_sample_size and gsdesign_sample_size.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, final

import numpy as np

from trialwright.numerics import count_rates, exact_two_rates, repeated_size, sample_size, survival_size
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


TOO_LARGE = Text(
    en="With {most} participants in an arm or fewer the exact test does not reach the power {power:percent0}. Take the "
    "asymptotic test, another effect, or less power.",
    fr="Avec {most} participants par bras ou moins, le test exact n’atteint pas la puissance {power:percent0}. Prenez "
    "le test asymptotique, un autre effet, ou moins de puissance.",
)


class Contrast(NamedTuple):
    """The effect assumed and the one tested against, on the scale on which estimates are normal."""

    effect: float
    null: float
    is_log: bool = False  # a log ratio: exp shows it


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

    @property
    def contrast(self) -> Contrast:
        """The difference of the rates."""
        return Contrast(self.treatment - self.control, self.margin)

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

    @property
    def contrast(self) -> Contrast:
        """The difference of the means."""
        return Contrast(self.difference, self.margin)

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
    margin: float = 1.0  # hazard ratio under the null; Schoenfeld's method only

    def __post_init__(self) -> None:
        complaints = Complaints()
        for place in ("hazard_ratio", "control_median", "follow_up", "margin"):
            complaints.unless(is_positive(getattr(self, place)), place, getattr(self, place), "must be above 0")
        for place in ("accrual", "dropout"):
            value = getattr(self, place)
            complaints.unless(is_number(value) and value >= 0, place, value, "must be 0 or more")
        allowed = "must be Schoenfeld, Freedman or Lachin-Foulkes"
        complaints.unless(self.method in (*EVENTS, "Lachin-Foulkes"), "method", self.method, allowed)
        fine = self.margin == 1 or self.method == "Schoenfeld"
        complaints.unless(fine, "margin", self.margin, "goes with Schoenfeld's method only")
        complaints.raise_as(ParameterError, "these times cannot be compared")

    @property
    def contrast(self) -> Contrast:
        """The log hazard ratio."""
        return Contrast(float(np.log(self.hazard_ratio)), float(np.log(self.margin)), is_log=True)

    def fixed(self, errors: Errors, *, ratio: float) -> Needed:
        """Participants and events for one look; Refused where the hazard ratio is that of the null."""
        _refuse_no_effect(self.hazard_ratio, self.margin)
        hazard = float(np.log(2) / self.control_median)
        followed = survival_size.Followed(self.accrual, self.follow_up, self.dropout)
        asked = {"alpha": errors.one_side, "beta": errors.beta, "ratio": ratio}
        if self.method == "Lachin-Foulkes":
            found = survival_size.lachin_foulkes(self.hazard_ratio, control_hazard=hazard, followed=followed, **asked)
            return Needed(found.participants, found.events)
        if self.method == "Schoenfeld":
            events = survival_size.schoenfeld_events(self.hazard_ratio, margin=self.margin, **asked)
        else:
            events = EVENTS[self.method](self.hazard_ratio, **asked)
        participants = survival_size.participants_for(
            events, control_hazard=hazard, hazard_ratio=self.hazard_ratio, followed=followed, ratio=ratio
        )
        return Needed(participants, events)


EVENTS: Mapping[str, Callable[..., float]] = {
    "Schoenfeld": survival_size.schoenfeld_events,
    "Freedman": survival_size.freedman_events,
}
RATIOS: Mapping[str, Callable[..., Any]] = {
    "risk ratio": sample_size.risk_ratio,
    "odds ratio": sample_size.odds_ratio,
}


@final
@dataclass(frozen=True, slots=True)
class RateRatio:
    """The share of participants who respond, compared by the ratio of the shares or of their odds."""

    treatment: float
    control: float
    margin: float = 1.0  # the ratio under the null
    measure: Literal["risk ratio", "odds ratio"] = "risk ratio"

    def __post_init__(self) -> None:
        complaints = Complaints()
        for arm, rate in (("treatment", self.treatment), ("control", self.control)):
            complaints.unless(is_probability(rate), arm, rate, "must lie strictly between 0 and 1")
        complaints.unless(is_positive(self.margin), "margin", self.margin, "must be above 0")
        complaints.unless(self.measure in RATIOS, "measure", self.measure, "must be risk ratio or odds ratio")
        complaints.raise_as(ParameterError, "these rates cannot be compared")

    @property
    def contrast(self) -> Contrast:
        """The log of the ratio."""
        risk = float(np.log(self.treatment / self.control))
        odds = float(np.log((1 - self.control) / (1 - self.treatment)))
        effect = risk if self.measure == "risk ratio" else risk + odds
        return Contrast(effect, float(np.log(self.margin)), is_log=True)

    def fixed(self, errors: Errors, *, ratio: float) -> Needed:
        """Participants for one look; Refused where the ratio is that of the null."""
        _refuse_no_effect(float(np.exp(self.contrast.effect)), self.margin)
        asked = {"alpha": errors.one_side, "beta": errors.beta, "ratio": ratio, "margin": self.margin}
        return Needed(float(RATIOS[self.measure](self.treatment, self.control, **asked)))


@final
@dataclass(frozen=True, slots=True)
class ExactRates:
    """The share of participants who respond, compared by an exact test at the end."""

    treatment: float
    control: float
    test: exact_two_rates.ExactTest = "fisher"

    def __post_init__(self) -> None:
        complaints = Complaints()
        for arm, rate in (("treatment", self.treatment), ("control", self.control)):
            complaints.unless(is_probability(rate), arm, rate, "must lie strictly between 0 and 1")
        allowed = "must be fisher or unconditional"
        complaints.unless(self.test in ("fisher", "unconditional"), "test", self.test, allowed)
        complaints.raise_as(ParameterError, "these rates cannot be compared")

    @property
    def contrast(self) -> Contrast:
        """The difference of the rates."""
        return Contrast(self.treatment - self.control, 0.0)

    def fixed(self, errors: Errors, *, ratio: float) -> Needed:
        """Participants for one look, whole; Refused where an arm would be too large for the exact test."""
        _refuse_no_effect(self.treatment, self.control)
        high, low = self.rates
        near = float(sample_size.two_rates(high, low, alpha=errors.one_side, beta=errors.beta, ratio=ratio))
        found = exact_two_rates.exact_size(
            high, low, alpha=errors.one_side, beta=errors.beta, ratio=ratio, test=self.test,
            start=int(0.8 * near / (1 + ratio)),
        )  # fmt: skip
        if found is None:
            raise Refused(TOO_LARGE, {"most": exact_two_rates.LARGEST, "power": errors.power})
        return Needed(found.treatment + found.control)

    @property
    def rates(self) -> tuple[float, float]:
        """Both rates, of those who respond or of those who do not, the higher one in the treatment."""
        if self.treatment > self.control:
            return self.treatment, self.control
        return 1 - self.treatment, 1 - self.control


@final
@dataclass(frozen=True, slots=True)
class RepeatedMeans:
    """The mean at the last of several visits, by a mixed model for repeated measures."""

    difference: float  # treatment less control, at the last visit
    sd: float  # at the last visit, within an arm
    visits: tuple[float, ...]
    correlation: float
    pattern: repeated_size.Pattern = "compound symmetry"
    retained: tuple[tuple[float, ...], tuple[float, ...]] = ((), ())  # of treatment and control; (): everybody
    margin: float = 0.0

    @property
    def contrast(self) -> Contrast:
        """The difference of the means."""
        return Contrast(self.difference, self.margin)

    @property
    def spread(self) -> tuple[float, float]:
        """The variance of each arm's mean, in units of sd^2 / n."""
        between = repeated_size.visit_correlation(self.visits, correlation=self.correlation, pattern=self.pattern)
        shares = ([*(kept or np.ones(len(self.visits)))] for kept in self.retained)
        treatment, control = (repeated_size.last_visit_variance(between, kept) for kept in shares)
        return treatment, control

    def fixed(self, errors: Errors, *, ratio: float) -> Needed:
        """Participants randomised, for one look; Refused where the difference is the margin."""
        _refuse_no_effect(self.difference, self.margin)
        asked = {"alpha": errors.one_side, "beta": errors.beta, "ratio": ratio, "margin": self.margin}
        return Needed(repeated_size.repeated_means(self.difference, self.sd, spread=self.spread, **asked))


@final
@dataclass(frozen=True, slots=True)
class Counts:
    """How often an event recurs, negative binomial."""

    treatment: float  # events per unit of time
    control: float
    follow_up: float
    dispersion: float
    margin: float = 1.0  # rate ratio under the null

    def __post_init__(self) -> None:
        complaints = Complaints()
        for place in ("treatment", "control", "follow_up", "margin"):
            complaints.unless(is_positive(getattr(self, place)), place, getattr(self, place), "must be above 0")
        fine = is_number(self.dispersion) and self.dispersion >= 0
        complaints.unless(fine, "dispersion", self.dispersion, "must be 0 or more")
        complaints.raise_as(ParameterError, "these rates cannot be compared")

    @property
    def contrast(self) -> Contrast:
        """The log rate ratio."""
        return Contrast(float(np.log(self.treatment / self.control)), float(np.log(self.margin)), is_log=True)

    def fixed(self, errors: Errors, *, ratio: float) -> Needed:
        """Participants for one look; Refused where the rate ratio is that of the null."""
        _refuse_no_effect(self.treatment / self.control, self.margin)
        found = count_rates.two_count_rates(
            self.treatment, self.control, follow_up=self.follow_up, dispersion=self.dispersion,
            alpha=errors.one_side, beta=errors.beta, ratio=ratio, margin=self.margin,
        )  # fmt: skip
        return Needed(found)


Endpoint = Rates | Means | TimeToEvent | RateRatio | ExactRates | RepeatedMeans | Counts


def _refuse_no_effect(effect: float, null: float) -> None:
    if abs(effect - null) < 1e-12:
        raise Refused(NO_EFFECT, {"effect": effect, "null": null})
