"""Time to event: first flare, duration of remission, deaths that compete, and one line for each participant.

Time 0 of a flare is the first infusion, of a remission's duration the first visit with it. A state is known on the days
of visits only; what had not happened by the last visit that says so is censored there (still in remission at the last
visit: censored). Kaplan-Meier censors a death without the event on its day; the Aalen-Johansen estimate counts it as
what it is. Nobody without an answer after time 0 enters; how many that are is part of the result.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, final

from trialwright.analysis.case import Case
from trialwright.analysis.response_course import Course, EndpointCourse
from trialwright.conduct.adverse_events import course as ae_course, courses
from trialwright.conduct.state import Participant
from trialwright.numerics.competing_risks import Incidence, cumulative_incidence
from trialwright.numerics.survival import Curve, SurvivalAt, kaplan_meier, limits_of_time, median_time, survival_at
from trialwright.protocol.sections import Endpoint
from trialwright.vocabulary.spells import Spell, Time, spells, time_to_first, time_to_loss

Outcome = Literal["event", "censored", "died"]
SEVERE = 3  # CTCAE: severe or medically significant
CAUSES: Mapping[Outcome, int] = {"censored": 0, "event": 1, "died": 2}


@final
@dataclass(frozen=True, slots=True)
class Followed:
    """One participant's time, in days."""

    usubjid: str
    dose_level: int
    days: float
    outcome: Outcome
    after: int | None  # an event lies after this day, the last known without it; None: not known


@final
@dataclass(frozen=True, slots=True)
class GroupCurve:
    """Kaplan-Meier over everybody (``dose_level`` None) or at one dose level."""

    dose_level: int | None
    n: int
    events: int
    curve: Curve
    median: float | None  # None: not reached
    median_limits: tuple[float | None, float | None]  # where the limits of the curve cross one half
    at: tuple[SurvivalAt, ...]  # at `EventTime.times`


@final
@dataclass(frozen=True, slots=True)
class EventTime:
    """The time to a flare, or that a remission lasted."""

    endpoint: Endpoint
    people: tuple[Followed, ...]
    without: tuple[str, ...]  # nothing known after time 0, or never in remission
    times: tuple[float, ...]  # at which numbers at risk are given
    groups: tuple[GroupCurve, ...]
    illustrative: bool  # any answer, or its day, was made up
    competing: Incidence | None  # columns: the event, death; None where nobody died first


@final
@dataclass(frozen=True, slots=True)
class StateSpells:
    """One participant's spells of one endpoint and how it stood at the last visit that says; None: nothing known."""

    endpoint: Endpoint
    spells: tuple[Spell, ...]
    last_day: int | None
    last_state: bool | None
    illustrative: bool


@final
@dataclass(frozen=True, slots=True)
class Line:
    """One participant, in days from the first infusion."""

    usubjid: str
    dose_level: int
    infusions: tuple[int, ...]
    window_ends: int | None  # the last day of the DLT window; None while infusions are still to come
    severe: tuple[tuple[int, bool], ...]  # adverse events of grade 3 or more: onset, and whether its day was made up
    states: tuple[StateSpells, ...]
    flares: tuple[tuple[int, bool], ...]  # the visits at which a flare was found, and whether any of it was made up
    end: int  # of follow-up, or the data cut
    is_open: bool  # follow-up goes on
    death: int | None
    illustrative: bool  # the days of infusion or of the end of follow-up were made up


def event_times(case: Case, endpoints: Sequence[EndpointCourse]) -> tuple[EventTime, ...]:
    """One analysis for each flare and each remission of the protocol."""
    died = deaths(case)
    ticks = _ticks(case)
    return tuple(_of(one, died=died, ticks=ticks) for one in endpoints if one.endpoint.kind != "response")


def deaths(case: Case) -> dict[str, int]:
    """The day of death from the first infusion, by participant: of a fatal event, or as the follow-up ended."""
    found: dict[str, date] = {}
    for one in courses(case.state, on=case.on):
        if one.is_fatal:
            found[one.event.usubjid] = one.ended_on or max(step.on for step in one.steps)
    for participant in case.infused:
        ended = participant.ended
        if ended is not None and ended.event.how == "died":
            found[participant.usubjid] = ended.event.on
    people = {one.usubjid: one for one in case.infused}
    return {who: _day(people[who], on) for who, on in found.items() if who in people}


def _day(participant: Participant, on: date) -> int:
    return (on - participant.infusions[0].event.on).days


def _ticks(case: Case) -> tuple[float, ...]:
    """The days of the visits planned after the first infusion; those of the data where none are planned."""
    planned = {float(visit.day) for visit in case.study.visits if visit.day > 0 and visit.infusion in (1, "each")}
    return (0.0, *sorted(planned))


def _of(one: EndpointCourse, *, died: Mapping[str, int], ticks: tuple[float, ...]) -> EventTime:
    people, without = [], []
    for course in one.people:
        time, start = _time(course, one.endpoint)
        death = died.get(course.usubjid)
        followed = _followed(course, time, death=None if death is None or start is None else death - start)
        if followed is None:
            without.append(course.usubjid)
        else:
            people.append(followed)
    longest = max((each.days for each in people), default=0.0)
    times = tuple(tick for tick in ticks if tick <= longest) or (0.0,)
    levels = sorted({each.dose_level for each in people})
    picked: list[int | None] = [None, *levels] if len(levels) > 1 else [None]
    groups = tuple(group_curve(people, times=times, level=level) for level in picked) if people else ()
    has_died = any(each.outcome == "died" for each in people)
    causes = [CAUSES[each.outcome] for each in people]
    competing = cumulative_incidence([each.days for each in people], causes, causes=2) if has_died else None
    invented = any(course.illustrative for course in one.people)
    return EventTime(one.endpoint, tuple(people), tuple(without), times, groups, invented, competing)


def _time(course: Course, endpoint: Endpoint) -> tuple[Time | None, int | None]:
    """The time, and the day from the first infusion that it counts from; None and None where it never began."""
    if endpoint.kind == "flare":
        return time_to_first(course.seen), 0
    later = [seen for seen in course.seen if seen.day > 0]
    there = spells(later)
    return (time_to_loss(later), there[0].first) if there else (None, None)


def _followed(course: Course, time: Time | None, *, death: int | None) -> Followed | None:
    """A death after what was last known ends the time; before anything was known it is all there is."""
    if time is not None and (time.is_event or death is None or death < time.day):
        return Followed(
            course.usubjid, course.dose_level, time.day, "event" if time.is_event else "censored", time.after
        )
    if death is None or death < 0:
        return None
    return Followed(course.usubjid, course.dose_level, float(death), "died", None if time is None else time.after)


def group_curve(people: Sequence[Followed], *, times: tuple[float, ...], level: int | None = None) -> GroupCurve:
    """Kaplan-Meier over the people given, or over those of them at one dose level; ``times`` as in `EventTime`."""
    mine = [one for one in people if level is None or one.dose_level == level]
    events = [one.outcome == "event" for one in mine]
    curve = kaplan_meier([one.days for one in mine], events)
    at = tuple(survival_at(curve, time) for time in times)
    return GroupCurve(level, len(mine), sum(events), curve, median_time(curve), limits_of_time(curve), at)


def lines(case: Case, endpoints: Sequence[EndpointCourse]) -> tuple[Line, ...]:
    """One line for each participant infused, in the order of enrolment."""
    died = deaths(case)
    return tuple(_line(case, one, endpoints=endpoints, death=died.get(one.usubjid)) for one in case.infused)


def _line(case: Case, participant: Participant, *, endpoints: Sequence[EndpointCourse], death: int | None) -> Line:
    who = participant.usubjid
    mine = [(one.endpoint, next(course for course in one.people if course.usubjid == who)) for one in endpoints]
    events = [ae_course(case.state, known, on=case.on) for known in case.state.events_of(who)]
    window = case.observed[who].window_ends
    ended = participant.ended
    return Line(
        usubjid=who,
        dose_level=case.level_of(who),
        infusions=tuple(_day(participant, known.event.on) for known in participant.infusions),
        window_ends=None if window is None else _day(participant, window),
        severe=tuple(
            (_day(participant, one.event.on), one.known.illustrative("on")) for one in events if one.worst >= SEVERE
        ),
        states=tuple(_states(endpoint, course) for endpoint, course in mine if endpoint.kind != "flare"),
        flares=_flares([course for endpoint, course in mine if endpoint.kind == "flare"]),
        end=_day(participant, ended.event.on if ended is not None else case.on),
        is_open=ended is None and death is None,
        death=death,
        illustrative=participant.infusions[0].illustrative("on") or (ended is not None and ended.illustrative("on")),
    )


def _states(endpoint: Endpoint, course: Course) -> StateSpells:
    later = [seen for seen in course.seen if seen.day > 0]
    known = [seen for seen in later if seen.present is not None]
    last = known[-1] if known else None
    day, state = (last.day, last.present) if last else (None, None)
    return StateSpells(endpoint, spells(later), day, state, course.illustrative)


def _flares(courses_of: Sequence[Course]) -> tuple[tuple[int, bool], ...]:
    found = {seen.day: one.illustrative for one in courses_of for seen in one.seen if seen.present and seen.day > 0}
    return tuple(sorted(found.items()))
