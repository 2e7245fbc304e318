"""What a plan file may say beyond its size, to be monitored, borrowed, dropped or adapted.

Every part can be absent; what it asks for is then not worked out.
"""

from __future__ import annotations

from typing import Annotated, Literal, final

from pydantic import BeforeValidator, Field

from trialwright.protocol.sections import Part, Positive, in_every_language
from trialwright.vocabulary.words import Text

Probability = Annotated[float, Field(gt=0, lt=1)]
Real = Annotated[float, Field(allow_inf_nan=False)]
Words = Annotated[Text, BeforeValidator(in_every_language, json_schema_input_type=Text | str)]
Beta = tuple[Positive, Positive]
Trials = Annotated[int, Field(ge=200, le=1_000_000, description="Simulated trials of each truth")]
Seed = Annotated[int, Field(ge=0, description="Fixes every simulated trial")]


@final
class BorrowingSection(Part):
    """Placebo arms of earlier trials as a prior for the control, made robust."""

    file: Annotated[str, Field(description="CSV with trial, responders, of, source; as seen from the plan file")]
    heterogeneity: Annotated[Positive, Field(description="Scale of the half-normal of the log-odds between trials")] = (
        0.5
    )
    robust_weight: Annotated[float, Field(ge=0, lt=1, description="Weight of the vague part of the prior")] = 0.2
    centre: Annotated[tuple[Real, Positive], Field(description="Mean and SD of the mean log-odds")] = (0.0, 2.0)


@final
class BayesianSection(Part):
    """Monitoring by the posterior probability that the treatment is better, at the looks of the plan."""

    prior: Annotated[Beta, Field(description="Beta prior of the share in the treatment")] = (1.0, 1.0)
    control_prior: Annotated[Beta, Field(description="Beta prior of the share in the control")] = (1.0, 1.0)
    effect_prior: Annotated[
        tuple[Real, Positive] | None,
        Field(description="Other endpoints: mean and SD of the effect, as shares of the one assumed; flat if absent"),
    ] = None
    efficacy: Annotated[
        Probability | None,
        Field(description="Posterior probability above which it is shown; calibrated to the level if absent"),
    ] = None
    futility: Annotated[
        float, Field(ge=0, lt=1, description="Predictive probability of success below which it stops; 0 is never")
    ] = 0.05
    null_rates: Annotated[
        tuple[Probability, Probability],
        Field(description="True shares of the control over which the error is kept, from and to"),
    ] = (0.01, 0.99)
    borrowing: BorrowingSection | None = None


@final
class ToxicitySection(Part):
    """The second endpoint of a single-arm step: toxicity, or a second activity."""

    label: Annotated[Words, Field(description="The second endpoint, as people read it")]
    kind: Annotated[Literal["toxicity", "activity"], Field(description="Whether few or many are good")] = "toxicity"
    poor: Annotated[Probability, Field(description="Rate not acceptable (toxicity) or not worth pursuing")]
    good: Annotated[Probability, Field(description="Rate hoped for")]
    together_poor: Annotated[
        float | None, Field(ge=0, le=1, description="P(both in one person) at the poor rates; independent if absent")
    ] = None
    together_good: Annotated[
        float | None, Field(ge=0, le=1, description="P(both in one person) at the good rates; independent if absent")
    ] = None


@final
class MonitoringSection(Part):
    """Monitoring after so many people by BOP2, instead of Simon's two stages or beside them."""

    looks: Annotated[tuple[int, ...], Field(min_length=1, description="Participants at each look, rising")]
    second: ToxicitySection | None = None
    nulls: Annotated[
        Literal["global", "each"],
        Field(description="Error kept where both rates are poor, or where either is: the second is safer"),
    ] = "each"


@final
class SingleArmSection(Part):
    """A step with one arm and a response rate."""

    poor: Annotated[Probability, Field(description="Rate not worth pursuing")]
    good: Annotated[Probability, Field(description="Rate that is")]
    alpha: Annotated[Probability, Field(description="P(promising) at the poor rate")] = 0.05
    power: Annotated[Probability, Field(description="P(promising) at the good rate, for the two stages")] = 0.8
    most: Annotated[int, Field(ge=2, le=300, description="Participants up to which is looked")] = 120
    monitoring: MonitoringSection | None = None


@final
class ArmsDroppedSection(Part):
    """Treatments dropped after a first stage; those left are tested with both stages, the error kept strongly."""

    fraction: Annotated[Probability, Field(description="Share of each arm in the first stage")] = 0.5
    keep: Annotated[int, Field(ge=1, description="Treatments that go on at most")] = 1
    futile_below: Annotated[Real | None, Field(description="z of the first stage below which none goes on")] = None
    trials: Trials = 20_000
    seed: Seed = 1


@final
class AdaptiveAllocationSection(Part):
    """Allocation that follows the responses, with what it costs."""

    block: Annotated[int, Field(ge=1, description="Participants between two changes of the shares")] = 10
    burn_in: Annotated[int, Field(ge=0, description="Participants with equal shares at first")] = 40
    least: Annotated[float, Field(ge=0, lt=0.5, description="Least share of an arm")] = 0.1
    delay: Annotated[int, Field(ge=0, description="Participants who enter before somebody's outcome is known")] = 0
    tempering: Annotated[
        Annotated[float, Field(ge=0, le=1)] | None, Field(description="Fixed power c; n / (2 N) if absent")
    ] = None
    drift: Annotated[Real, Field(description="Change of everybody's log-odds over the trial, to show its cost")] = 1.0
    trials: Trials = 2_000
    seed: Seed = 1
