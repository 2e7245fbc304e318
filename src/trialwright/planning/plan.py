"""A plan of the next trial: what stands in each part of its file, with the sentence an editor shows beside it.

Shares lie between 0 and 1. Everything assumed of an arm stands with that arm, with its source. Reading: ``plan_file``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any, Literal, final

from pydantic import BeforeValidator, Field

from trialwright.planning.further_sections import (
    AdaptiveAllocationSection,
    ArmsDroppedSection,
    BayesianSection,
    SingleArmSection,
)
from trialwright.planning.looks import Shape
from trialwright.planning.simulation_sections import (
    AccrualSection,
    CourseSection,
    OptimiseSection,
    ScheduleSection,
    SimulationSection,
)
from trialwright.protocol.sections import About, Part, Positive, Share, Status, in_every_language
from trialwright.vocabulary.words import Text

NOTHING = Text(en="", fr="")
Probability = Annotated[float, Field(gt=0, lt=1)]
Real = Annotated[float, Field(allow_inf_nan=False)]
NotNegative = Annotated[float, Field(ge=0, allow_inf_nan=False)]


def _words(value: Any) -> Any:
    """A plain string says the same in every language, an empty one nothing."""
    return NOTHING if value == "" else in_every_language(value)


Words = Annotated[Text, BeforeValidator(_words, json_schema_input_type=Text | str)]
Spent = Literal["asOF", "asP", "asHSD", "asKD"]
Multiplicity = Literal["none", "bonferroni", "dunnett", "hierarchical"]
Strategy = Literal["treatment policy", "hypothetical", "composite", "while on treatment", "principal stratum"]


@final
class Identity(Part):
    """What the trial is called, and what it continues."""

    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9 ._-]{0,39}$", description="Short name of the trial")]
    title: Annotated[Words, Field(description="Full title; one text, or one for each language")]
    continues: Annotated[str, Field(description="Identifier of the trial before it, if there is one")] = ""
    illustrative: Annotated[bool, Field(description="True where assumptions are invented to show the method")] = False


@final
class Assumed(Part):
    """What is assumed of one arm; which of these is needed is said by the kind of the endpoint."""

    share: Annotated[Probability | None, Field(description="Binary: share of participants who respond")] = None
    mean: Annotated[Real | None, Field(description="Continuous, repeated measures: mean at the time judged")] = None
    retained: Annotated[
        tuple[Annotated[float, Field(gt=0, le=1)], ...],
        Field(description="Repeated measures: share still seen at each visit, falling; everybody if absent"),
    ] = ()
    median: Annotated[Positive | None, Field(description="Time to event: median time")] = None
    rate: Annotated[Positive | None, Field(description="Recurrent events: events per unit of time")] = None
    source: Annotated[Words, Field(description="Where that comes from")] = NOTHING
    status: Annotated[Status, Field(description="confirmed, conflict, unverified, or choice (ours)")] = "choice"


@final
class Arm(Part):
    """One arm: its name, its weight in the allocation, its infusions and what is assumed of it."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,29}$", description="Short name, used in data")]
    label: Annotated[Words, Field(description="What people read")]
    control: Annotated[bool, Field(description="True for the one arm the others are compared with")] = False
    ratio: Annotated[Positive, Field(description="Participants for each one of the control; 1 for the control")] = 1.0
    infusion_days: Annotated[
        tuple[Annotated[int, Field(ge=0)], ...], Field(description="Days of the infusions, from randomisation")
    ] = ()
    assumed: Annotated[Assumed, Field(description="What is assumed of it")]


class Judged(Part):
    """What every endpoint says: its name, when it is judged, which direction is good."""

    label: Annotated[Words, Field(description="What is judged, as people read it")]
    at: Annotated[Words, Field(description="When it is judged, e.g. week 24")] = NOTHING


@final
class BinaryEndpoint(Judged):
    """Whether a participant responds."""

    kind: Literal["binary"]
    better: Annotated[Literal["higher", "lower"], Field(description="Which share is the better one")] = "higher"
    measure: Annotated[
        Literal["risk difference", "risk ratio", "odds ratio"], Field(description="Treatment against control")
    ] = "risk difference"
    margin: Annotated[
        float | None,
        Field(description="Non-inferiority: the difference (or ratio) tested against; superiority if absent"),
    ] = None
    test: Annotated[
        Literal["asymptotic", "fisher", "unconditional"],
        Field(description="Score test, Fisher's exact test, or the exact unconditional test of the pooled score"),
    ] = "asymptotic"


@final
class ContinuousEndpoint(Judged):
    """A measurement at one time, compared with or without its baseline as a covariate."""

    kind: Literal["continuous"]
    better: Annotated[Literal["higher", "lower"], Field(description="Which mean is the better one")] = "lower"
    sd: Annotated[Positive, Field(description="Standard deviation of one participant, within an arm")]
    baseline_correlation: Annotated[
        float, Field(gt=-1, lt=1, description="Correlation with the baseline, for ANCOVA; 0 is a t test")
    ] = 0.0
    margin: Annotated[Real, Field(description="Difference tested against; 0 is superiority")] = 0.0
    sd_known: Annotated[bool, Field(description="Normal quantiles instead of the t distribution")] = False


@final
class RepeatedEndpoint(Judged):
    """A measurement over visits, compared at the last one by a mixed model for repeated measures."""

    kind: Literal["repeated measures"]
    better: Annotated[Literal["higher", "lower"], Field(description="Which mean is the better one")] = "lower"
    visits: Annotated[tuple[Positive, ...], Field(min_length=1, description="Times of the visits, rising")]
    sd: Annotated[Positive, Field(description="Standard deviation at the last visit, within an arm")]
    correlation: Annotated[
        float, Field(ge=0, lt=1, description="Between two visits: all alike, or between neighbours for ar1")
    ]
    pattern: Annotated[
        Literal["compound symmetry", "ar1"], Field(description="How the correlation falls with distance")
    ] = "compound symmetry"
    margin: Annotated[Real, Field(description="Difference tested against; 0 is superiority")] = 0.0


@final
class TimeEndpoint(Judged):
    """The time to an event."""

    kind: Literal["time to event"]
    better: Annotated[Literal["later", "sooner"], Field(description="Whether a late event is the good one")] = "later"
    unit: Annotated[Words, Field(description="Unit of every time in this file, e.g. months")]
    accrual: Annotated[NotNegative, Field(description="Duration of uniform accrual")]
    follow_up: Annotated[Positive, Field(description="From the last entry to the end")]
    leaving: Annotated[NotNegative, Field(description="Hazard of leaving without the event, per unit of time")] = 0.0
    margin: Annotated[Positive, Field(description="Hazard ratio tested against; 1 is superiority")] = 1.0
    method: Literal["Schoenfeld", "Freedman", "Lachin-Foulkes"] = "Schoenfeld"


@final
class RecurrentEndpoint(Judged):
    """How often an event recurs, negative binomial."""

    kind: Literal["recurrent events"]
    better: Annotated[Literal["higher", "lower"], Field(description="Which rate is the better one")] = "lower"
    unit: Annotated[Words, Field(description="Unit of time, e.g. years")]
    follow_up: Annotated[Positive, Field(description="Mean time each participant is followed")]
    dispersion: Annotated[NotNegative, Field(description="k of the variance mu + k mu^2; 0 is Poisson")]
    margin: Annotated[Positive, Field(description="Rate ratio tested against; 1 is superiority")] = 1.0


Endpoint = BinaryEndpoint | ContinuousEndpoint | RepeatedEndpoint | TimeEndpoint | RecurrentEndpoint


@final
class ErrorsSection(Part):
    """The errors a trial may make."""

    alpha: Annotated[Probability, Field(description="Level of the test, both sides together when sides is 2")] = 0.025
    sides: Annotated[Literal[1, 2], Field(description="One- or two-sided test")] = 1
    power: Annotated[Probability, Field(description="Probability of showing the effect assumed")] = 0.8
    multiplicity: Annotated[
        Multiplicity, Field(description="How several treatments share the level; needed with three arms or more")
    ] = "none"


@final
class DropoutSection(Part):
    """Participants who leave before they are judged."""

    share: Annotated[Share, Field(description="Share of those randomised")] = 0.0
    handling: Annotated[
        Literal["not evaluable", "in the assumptions"],
        Field(description="Lost to the analysis (the number is enlarged), or already counted in what is assumed"),
    ] = "not evaluable"
    source: Annotated[Words, Field(description="Where that comes from")] = NOTHING


@final
class SizeSection(Part):
    """A size that is given: the power it has is shown instead of the size a power needs."""

    control: Annotated[int, Field(ge=2, le=100_000, description="Participants of the control who are judged")]


@final
class ClustersSection(Part):
    """Participants who resemble each other: of one site, or given cells of one donor."""

    size: Annotated[float, Field(ge=1, description="Mean number of participants of a cluster")]
    icc: Annotated[float, Field(ge=0, lt=1, description="Intracluster correlation")]
    cv: Annotated[NotNegative, Field(description="Coefficient of variation of the cluster sizes")] = 0.0


@final
class IntercurrentEvent(Part):
    """Something after randomisation that changes what the endpoint means."""

    event: Annotated[Words, Field(description="What happens")]
    strategy: Annotated[Strategy, Field(description="How the estimand deals with it (ICH E9(R1))")]
    how: Annotated[Words, Field(description="What that means here")] = NOTHING


@final
class EstimandSection(Part):
    """What is to be estimated, in the five attributes of ICH E9(R1)."""

    population: Words
    treatment: Words
    variable: Words
    summary: Words
    intercurrent: tuple[IntercurrentEvent, ...] = ()


@final
class LooksSection(Part):
    """When the trial is looked at and where it stops; one look at the end if absent."""

    fractions: Annotated[tuple[Positive, ...], Field(description="Shares of the information, rising to 1")] = (1.0,)
    shape: Annotated[Shape, Field(description="Efficacy boundary: a shape or a spending function")] = "asOF"
    parameter: Annotated[Real | None, Field(description="Of WT, HP, asHSD or asKD")] = None
    futility: Annotated[
        tuple[Real, ...] | None, Field(description="Futility bounds on the z scale, one for each look but the last")
    ] = None
    futility_spending: Annotated[Spent | None, Field(description="Or: a function that spends beta")] = None
    futility_parameter: Real | None = None
    binding: Annotated[bool, Field(description="Whether the efficacy boundary relies on stopping for futility")] = False


@final
class Responders(Part):
    """Published or recorded responders of one arm."""

    responders: Annotated[int, Field(ge=0)]
    of: Annotated[int, Field(ge=1)]
    weight: Annotated[
        float, Field(gt=0, le=1, description="How much of it counts: 0.1 takes each participant as a tenth")
    ] = 1.0
    source: Annotated[Words, Field(description="Where that comes from")] = NOTHING


@final
class SafetyBelief(Part):
    """A limit for the rate of a safety event among those treated, and when it counts as exceeded."""

    label: Annotated[Words, Field(description="The event, as people read it")]
    limit: Annotated[Probability, Field(description="Rate that must not be exceeded")]
    confidence: Annotated[
        Probability, Field(description="Posterior probability above the limit from which the trial would stop")
    ] = 0.8
    prior: Annotated[tuple[Positive, Positive], Field(description="Beta prior of the rate")] = (1.0, 1.0)


@final
class AssuranceSection(Part):
    """What is believed before the trial, for assurance."""

    trial: Annotated[str, Field(description="Folder of the trial whose record is the design prior")] = ""
    endpoint: Annotated[str, Field(description="Its endpoint, by name; that of its activity if absent")] = ""
    prior: Annotated[tuple[Positive, Positive], Field(description="Beta prior before any data, of each arm")] = (
        1.0,
        1.0,
    )
    treatment: tuple[Responders, ...] = ()
    control: tuple[Responders, ...] = ()
    effect: Annotated[
        tuple[Real, Positive] | None,
        Field(description="Other endpoints: mean and standard deviation, as shares of the effect assumed"),
    ] = None
    targets: tuple[Probability, ...] = (0.8, 0.9)
    most: Annotated[int, Field(ge=2, le=5000, description="Participants of the control arm up to which is looked")] = (
        500
    )
    safety: SafetyBelief | None = None


@final
class SensitivitySection(Part):
    """Other assumptions for which the size is shown; around those of the plan if absent."""

    control: Annotated[tuple[Real, ...], Field(description="Values of the control")] = ()
    treatment: Annotated[tuple[Real, ...], Field(description="Values of the first treatment")] = ()


@final
@dataclass(frozen=True, slots=True)
class Plan:
    """A plan as it was read: every part checked, and the parts against each other."""

    identity: Identity
    arms: tuple[Arm, ...]  # in the order of the file
    endpoint: Endpoint
    errors: ErrorsSection = field(default_factory=ErrorsSection)
    dropout: DropoutSection = field(default_factory=DropoutSection)
    size: SizeSection | None = None
    clusters: ClustersSection | None = None
    estimand: EstimandSection | None = None
    looks: LooksSection = field(default_factory=LooksSection)
    assurance: AssuranceSection | None = None
    sensitivity: SensitivitySection = field(default_factory=SensitivitySection)
    course: CourseSection | None = None
    schedule: tuple[ScheduleSection, ...] = ()
    simulation: SimulationSection | None = None
    accrual: AccrualSection | None = None
    optimise: OptimiseSection | None = None
    bayesian: BayesianSection | None = None
    single_arm: SingleArmSection | None = None
    arms_dropped: ArmsDroppedSection | None = None
    adaptive_allocation: AdaptiveAllocationSection | None = None
    about: tuple[About, ...] = ()
    digest: str = ""  # SHA-256 of the file

    @property
    def control(self) -> Arm:
        """The arm the others are compared with."""
        return next(arm for arm in self.arms if arm.control)

    @property
    def treatments(self) -> tuple[Arm, ...]:
        """The other arms, in the order of the file: that in which a hierarchical test takes them."""
        return tuple(arm for arm in self.arms if not arm.control)
