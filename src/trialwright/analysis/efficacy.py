"""Efficacy of a randomised trial by group: by arm where the list was opened, of everybody together where it was not.

Population: everybody randomised, in the group of randomisation. A response counts from the day its visit was planned
(from the first infusion; from randomisation for whoever was never infused) and its window is over, or as soon as it is
answered; from then on no answer counts as no response, whatever the reason. So nobody who left early is judged before
the others would be. Indices and times to a flare are those of ``activity`` and ``time_to_event``, group by group, over
those infused. Differences are against the control of the protocol, and exist only between arms.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import final

import numpy as np
import scipy.special as sp

from trialwright.analysis.activity import Activity, VisitRow, activity, row_over
from trialwright.analysis.arms import Group
from trialwright.analysis.case import Case
from trialwright.analysis.response_course import Answered, EndpointCourse, answers_of, endpoint_courses
from trialwright.analysis.time_to_event import EventTime, Followed, GroupCurve, event_times, group_curve
from trialwright.analysis.toxicity import Rate, rate
from trialwright.conduct.visits import visit_named
from trialwright.numerics.randomised_tests import mantel_haenszel_z
from trialwright.numerics.survival import cox, log_rank
from trialwright.numerics.two_proportions import fisher_exact, miettinen_nurminen, newcombe
from trialwright.protocol.sections import Endpoint

Z_95 = float(sp.ndtri(0.975))


@final
@dataclass(frozen=True, slots=True)
class GroupResponse:
    """One endpoint in one group; no answer counts as no response."""

    arm: str
    rate: Rate  # of those who count
    silent: int  # of these, without an answer
    waiting: int  # randomised, and their visit is still to come
    illustrative: bool = False  # any answer was made up


@final
@dataclass(frozen=True, slots=True)
class Difference:
    """The share of one arm less that of the control."""

    arm: str
    control: str
    difference: float | None
    newcombe: tuple[float, float] | None
    miettinen_nurminen: tuple[float, float] | None
    fisher: float | None  # two-sided p, exact
    stratified: float | None  # two-sided p, Cochran-Mantel-Haenszel over the strata of randomisation; None: one stratum


@final
@dataclass(frozen=True, slots=True)
class ArmResponse:
    """One response or remission of the protocol at the visit that is judged."""

    endpoint: Endpoint
    groups: tuple[GroupResponse, ...]
    differences: tuple[Difference, ...]  # none for everybody together
    outcomes: Mapping[str, bool]  # by participant who counts


@final
@dataclass(frozen=True, slots=True)
class ArmActivity:
    """One index over the visits, group by group in the order of the groups."""

    activity: Activity
    rows: tuple[tuple[VisitRow, ...], ...]  # by group, one for each visit; empty where nobody of it was infused


@final
@dataclass(frozen=True, slots=True)
class Contrast:
    """Two curves: what tells them apart."""

    arm: str
    control: str
    p: float | None  # log-rank, two-sided
    hazard_ratio: tuple[float, float, float] | None  # with its 95 % limits; None: no finite one


@final
@dataclass(frozen=True, slots=True)
class ArmTime:
    """The time to a flare, or that a remission lasted, group by group."""

    time: EventTime
    people: tuple[tuple[Followed, ...], ...]  # by group
    curves: tuple[GroupCurve | None, ...]  # None: nobody of the group is in the analysis
    contrasts: tuple[Contrast, ...]


def responses_of(case: Case, groups: tuple[Group, ...]) -> tuple[ArmResponse, ...]:
    """One row for each response or remission of the protocol at its visit; flares are analysed as times."""
    return tuple(_response(case, groups, endpoint=one) for one in case.study.endpoints if one.kind != "flare")


def _response(case: Case, groups: tuple[Group, ...], *, endpoint: Endpoint) -> ArmResponse:
    said = {who: _answer(case, who, endpoint=endpoint) for group in groups for who in group.usubjids}
    answers = {who: None if one is None else one.met for who, one in said.items()}
    counted = {who for who, met in answers.items() if met is not None or _is_over(case, who, endpoint=endpoint)}
    outcomes = {who: bool(met) for who, met in answers.items() if who in counted}
    rows = []
    for group in groups:
        mine = [who for who in group.usubjids if who in counted]
        silent = sum(answers[who] is None for who in mine)
        found = rate(sum(outcomes[who] for who in mine), len(mine))
        invented = any(one.illustrative for who in mine if (one := said[who]) is not None)
        rows.append(GroupResponse(group.arm, found, silent, len(group.usubjids) - len(mine), invented))
    others = [group for group in groups if group.arm != control_of(case)] if groups[0].arm else []
    differences = tuple(_difference(case, groups, arm=one, outcomes=outcomes) for one in others)
    return ArmResponse(endpoint, tuple(rows), differences, outcomes)


def control_of(case: Case) -> str:
    """The arm that the others are compared with, by name; empty where the protocol has no arms."""
    section = case.study.randomisation
    return section.control if section else ""


def _answer(case: Case, who: str, *, endpoint: Endpoint) -> Answered | None:
    """The last answer at the visit that is judged; None: there is none."""
    participant = case.state.participants[who]
    if not participant.infusions:
        return None
    said = answers_of(case, participant, endpoint=endpoint).at_visit(endpoint.visit)
    return said[-1] if said else None


def _is_over(case: Case, who: str, *, endpoint: Endpoint) -> bool:
    """Whether the visit that is judged, with its window, lies behind: a planned one, whether it was held or not."""
    visit = visit_named(case.study, endpoint.visit)
    if visit is None:
        return False
    participant = case.state.participants[who]
    number = 1 if visit.infusion == "each" else visit.infusion
    infusions = {known.event.infusion_number: known.event.on for known in participant.infusions}
    first = infusions.get(1, case.state.logs.randomisation.randomised[who].event.on)
    interval = case.study.dose_levels[participant.enrolled.event.dose_level - 1].interval_days or 0
    start = infusions.get(number, first + timedelta(days=(number - 1) * interval))  # as planned, where it was not given
    return case.on > start + timedelta(days=visit.day + (visit.window_days or 0))


def _difference(case: Case, groups: tuple[Group, ...], *, arm: Group, outcomes: Mapping[str, bool]) -> Difference:
    control = next(group for group in groups if group.arm == control_of(case))
    sides = [[who for who in group.usubjids if who in outcomes] for group in (arm, control)]
    first, second = ((sum(outcomes[who] for who in side), len(side)) for side in sides)
    exact = fisher_exact(first, second)
    gap = first[0] / first[1] - second[0] / second[1] if first[1] and second[1] else None
    return Difference(
        arm=arm.arm,
        control=control.arm,
        difference=gap,
        newcombe=newcombe(first, second),
        miettinen_nurminen=miettinen_nurminen(first, second),
        fisher=None if exact is None else exact[0],
        stratified=_stratified(case, sides, outcomes=outcomes) if all(sides) else None,
    )


def _stratified(case: Case, sides: Sequence[Sequence[str]], *, outcomes: Mapping[str, bool]) -> float | None:
    """Two-sided p over the strata in which people were randomised, the site left out; None: there is one stratum."""
    people = [who for side in sides for who in side]
    strata = [_stratum(case, who) for who in people]
    if len(set(strata)) < 2:
        return None
    numbers = {one: place for place, one in enumerate(sorted(set(strata)))}
    z = mantel_haenszel_z(
        np.array([[float(outcomes[who]) for who in people]]),
        treated=np.array([[place < len(sides[0]) for place in range(len(people))]]),
        counted=np.ones((1, len(people)), np.bool_),
        stratum=np.array([[numbers[one] for one in strata]]),
    )
    return float(2 * sp.ndtr(-abs(z[0])))


def _stratum(case: Case, who: str) -> tuple[str, ...]:
    section = case.study.randomisation
    levels = case.state.logs.randomisation.randomised[who].event.stratum
    factors = section.factors if section else ()
    return tuple(levels.get(one.name, "") for one in factors if section and one.name != section.site)


def activities_of(case: Case, groups: tuple[Group, ...]) -> tuple[ArmActivity, ...]:
    """Every index of the protocol over the visits, by group, over those infused."""
    return tuple(_activity(one, groups) for one in activity(case))


def _activity(one: Activity, groups: tuple[Group, ...]) -> ArmActivity:
    rows = []
    for group in groups:
        mine = tuple(course for course in one.people if course[0].usubjid in set(group.usubjids))
        rows.append(tuple(row_over(mine, place) for place in range(len(one.visits))) if mine else ())
    return ArmActivity(one, tuple(rows))


def times_of(case: Case, groups: tuple[Group, ...]) -> tuple[ArmTime, ...]:
    """The time to each flare, and that each remission lasted, by group, over those infused."""
    courses: tuple[EndpointCourse, ...] = endpoint_courses(case)
    return tuple(_time(case, groups, time=one) for one in event_times(case, courses))


def _time(case: Case, groups: tuple[Group, ...], *, time: EventTime) -> ArmTime:
    people = tuple(tuple(one for one in time.people if one.usubjid in set(group.usubjids)) for group in groups)
    curves = tuple(group_curve(mine, times=time.times) if mine else None for mine in people)
    if not groups[0].arm:
        return ArmTime(time, people, curves, ())
    by_name = dict(zip((group.arm for group in groups), people, strict=True))
    control = control_of(case)
    contrasts = (_contrast(name, mine, control=control, others=by_name[control]) for name, mine in by_name.items())
    return ArmTime(time, people, curves, tuple(one for one in contrasts if one.arm != control))


def _contrast(arm: str, mine: Sequence[Followed], *, control: str, others: Sequence[Followed]) -> Contrast:
    """Log-rank, and the hazard ratio of the arm to the control by Cox, ties after Efron."""
    everybody = [*mine, *others]
    days, events = [one.days for one in everybody], [one.outcome == "event" for one in everybody]
    treated = [1] * len(mine) + [0] * len(others)
    tested = log_rank(days, events, group=treated) if mine and others else None
    fitted = cox(days, events, covariates=treated) if tested is not None else None
    if fitted is None:
        return Contrast(arm, control, None if tested is None else tested.p, None)
    middle, spread = float(fitted.log_hazard_ratio[0]), math.sqrt(float(fitted.covariance[0, 0]))
    ratio = (math.exp(middle), math.exp(middle - Z_95 * spread), math.exp(middle + Z_95 * spread))
    return Contrast(arm, control, None if tested is None else tested.p, ratio)
