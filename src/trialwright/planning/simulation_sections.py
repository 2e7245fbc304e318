"""What a plan file says about simulating its trial: the course of the disease, infusions on relapse, the simulation.

Arms, infusion days, errors and looks are those of the plan itself, so that what is simulated is what is planned.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal, final

from pydantic import Field

from trialwright.protocol.sections import Part

NotNegative = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Week = Annotated[int, Field(ge=0, le=520)]


@final
class CourseSection(Part):
    """The disease whose course is simulated, who may enter, and which of its numbers are changed."""

    disease: Annotated[str, Field(description="Name of the disease")]
    entry_index: Annotated[NotNegative, Field(description="Activity index at screening, at least")] = 6.0
    entry_graded: Annotated[bool, Field(description="Whether activity by grades is needed to enter too")] = True
    entry_again: Annotated[bool, Field(description="Whether all of it must still hold at baseline")] = True
    change: Annotated[
        Mapping[str, float],
        Field(description="Numbers of the model with another value, by key; see docs/disease-course"),
    ] = {}


@final
class ScheduleSection(Part):
    """Infusions of one arm that wait for a relapse, after those of its infusion_days."""

    arm: Annotated[str, Field(description="Name of the arm")]
    on_relapse: Annotated[int, Field(ge=1, le=12, description="Further infusions at most, each after a new flare")]
    apart_weeks: Annotated[float, Field(gt=0, description="Between the last infusion and one on relapse, at least")] = (
        12.0
    )


class AnalysisSection(Part):
    """One analysis: an endpoint of the disease, the week at which it is judged, and how it is tested."""

    endpoint: Annotated[str, Field(description="Endpoint, by its name")]
    week: Annotated[Week, Field(description="Week of the visit at which it is judged")]
    method: Annotated[
        Literal["cmh", "exact", "ancova", "mmrm", "log-rank"], Field(description="How the arms are compared")
    ] = "cmh"
    dose_at_most: Annotated[
        NotNegative | None, Field(description="A response with more background treatment than this is none")
    ] = None
    strata_at: Annotated[
        NotNegative | None, Field(description="Baseline index from which a participant is in the upper stratum")
    ] = None
    after_rescue: Annotated[
        Literal["kept", "left out"] | None,
        Field(description="Values of a change after rescue; if absent, ancova keeps them and mmrm leaves them out"),
    ] = None


@final
class TaperSection(Part):
    """A mandatory taper of background treatment."""

    from_week: Week
    to_week: Week
    target: NotNegative


@final
class SimulationSection(AnalysisSection):
    """How the trial is simulated: its primary analysis, visits, size, and what is drawn anew in each trial."""

    participants: Annotated[
        int | None, Field(ge=4, le=20_000, description="In all arms together; the size of the plan if absent")
    ] = None
    visits: Annotated[tuple[Week, ...], Field(description="Weeks of the visits, from 0")] = tuple(range(0, 53, 4))
    screening_weeks: Annotated[Week, Field(description="Weeks between screening and the first infusion")] = 4
    taper: TaperSection | None = None
    drawn: Annotated[
        Literal["nothing", "effect", "all"],
        Field(description="What is drawn for each trial instead of taken at its centre: assurance instead of power"),
    ] = "nothing"
    secondary: tuple[AnalysisSection, ...] = ()
    trials: Annotated[int, Field(ge=1, le=1_000_000, description="Simulated trials")] = 1000
    seed: Annotated[int, Field(ge=0, description="Fixes every virtual person")] = 1


@final
class AccrualSection(Part):
    """How people come in calendar time; without it simulated trials have no calendar. Read by simulate-rct."""

    per_month: Annotated[float | None, Field(description="Participants a month (30.44 days) in all")] = None
    per_site_month: Annotated[float | None, Field(description="Or: participants a month of one site")] = None
    sites: Annotated[int | None, Field(le=1000, description="Sites in all, with per_site_month")] = None
    at_start: Annotated[int, Field(description="Sites planned to be open on day 0")] = 1
    opening_gap_days: Annotated[float, Field(description="Then one more site each so many days")] = 0.0
    opening_delay_days: Annotated[
        float, Field(description="Mean by which each site opens later than planned (exponential)")
    ] = 0.0
    between_sites_cv: Annotated[
        float, Field(description="Coefficient of variation of the rates of sites (gamma); 0: all alike")
    ] = 0.0
    ramp_days: Annotated[float, Field(description="From opening to the full rate, rising evenly")] = 0.0
    start_share: Annotated[float, Field(description="Share of the full rate on opening")] = 1.0
    to_infusion_days: Annotated[
        float | tuple[float, float, float],
        Field(description="From randomisation to week 0 (manufacturing): days, or least, most likely and most"),
    ] = 0.0
    decision_days: Annotated[float, Field(description="From the last visit a look needs to its decision")] = 0.0


@final
class OptimiseSection(Part):
    """What may be chosen between, and what there is at most; the endpoints are those of [simulation]."""

    sizes: Annotated[tuple[int, ...], Field(min_length=1, description="Participants in both arms, rising")]
    most_people: Annotated[int | None, Field(ge=1)] = None
    most_infusions: Annotated[float | None, Field(gt=0, description="Of the product, in the whole trial")] = None
    most_product: Annotated[float | None, Field(gt=0, description="In the unit of product_per_infusion")] = None
    product_per_infusion: Annotated[float, Field(gt=0, description="Amount in one infusion, e.g. cells")] = 1.0
