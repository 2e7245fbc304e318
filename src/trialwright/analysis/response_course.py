"""Endpoints over the visits: who met them when, how many by each rule for the missing, and for how long.

An answer that somebody recorded stands; where nobody did, and the protocol says by which score an endpoint is met, the
score of that visit answers. Two rules for the missing are always shown side by side, and never mixed:

* observed               of those with an answer
* non-responder          of everybody infused whose visit was due: no answer counts as not met, whatever the reason
                         (missed, left, died). For a flare the same rule would flatter, so it is not applied to one.

What happened in between (a rescue, another treatment) is in the answer as it was recorded: the protocol's definition
says how; nothing is added here. Posterior of the share: Beta(a + met, b + not met), of those with an answer.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import final

import numpy as np

from trialwright.analysis.activity import When
from trialwright.analysis.case import Case
from trialwright.analysis.toxicity import Rate, rate
from trialwright.conduct.state import Participant
from trialwright.conduct.visits import calendar, counted_from
from trialwright.numerics.beta_binomial import BetaPosterior
from trialwright.protocol.sections import Endpoint
from trialwright.vocabulary.spells import Seen, is_sustained

COMPARE: Mapping[str, Callable[[float, float], bool]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "=": operator.eq,
    "<": operator.lt,
    "<=": operator.le,
}


@final
@dataclass(frozen=True, slots=True)
class Answered:
    """What is known of one participant and one endpoint at one visit; ``met`` None: assessed, and not known."""

    when: When
    day: int  # from the first infusion
    met: bool | None
    by_score: bool  # answered by the score, not by a person
    illustrative: bool = False  # who, or what
    day_illustrative: bool = False


@final
@dataclass(frozen=True, slots=True)
class Course:
    """One participant's answers, in the order of their days."""

    usubjid: str
    dose_level: int
    answers: tuple[Answered, ...]

    @property
    def illustrative(self) -> bool:
        """Whether any of it, or any of its days, was made up."""
        return any(one.illustrative or one.day_illustrative for one in self.answers)

    @property
    def seen(self) -> tuple[Seen, ...]:
        """The answers as a course: one a day; of two on a day, one that is known."""
        by_day: dict[int, bool | None] = {}
        for one in self.answers:
            by_day[one.day] = by_day.get(one.day) if one.met is None else one.met
        return tuple(Seen(day, by_day[day]) for day in sorted(by_day))

    def at_visit(self, name: str) -> list[Answered]:
        """The answers at a visit, whatever infusion it is counted from, by day."""
        return [one for one in self.answers if one.when.name == name]

    def at(self, when: When) -> Answered | None:
        """The answer at a visit; of several visits outside the plan, the last."""
        return next((one for one in reversed(self.answers) if one.when == when), None)


@final
@dataclass(frozen=True, slots=True)
class Posterior:
    """What is believed of the share after those with an answer."""

    mean: float
    lower: float  # 95 %, equal-tailed
    upper: float


@final
@dataclass(frozen=True, slots=True)
class VisitResponse:
    """One endpoint at one visit, over everybody (``dose_level`` None) or at one dose level."""

    when: When
    dose_level: int | None
    observed: Rate
    imputed: Rate | None  # no answer counts as not met; None for a flare
    missing: int  # no answer, though the day of the visit has passed
    posterior: Posterior


@final
@dataclass(frozen=True, slots=True)
class Sustained:
    """Who kept it for as long as the protocol asks; open: still with it, and not yet for so long, or nothing known."""

    days: int
    sustained: tuple[str, ...]
    not_sustained: tuple[str, ...]
    open: tuple[str, ...]
    rate: Rate  # of those where it is known


@final
@dataclass(frozen=True, slots=True)
class EndpointCourse:
    """One endpoint (by its name) over all visits."""

    endpoint: Endpoint
    visits: tuple[When, ...]
    people: tuple[Course, ...]
    rows: tuple[VisitResponse, ...]
    sustained: Sustained | None  # None: the protocol does not say what sustained is


def endpoint_courses(case: Case) -> tuple[EndpointCourse, ...]:
    """Every endpoint of the protocol, once for each name."""
    first: dict[str, Endpoint] = {}
    for endpoint in case.study.endpoints:
        first.setdefault(endpoint.name, endpoint)
    return tuple(_of(case, endpoint) for endpoint in first.values())


def _of(case: Case, endpoint: Endpoint) -> EndpointCourse:
    people = tuple(answers_of(case, one, endpoint=endpoint) for one in case.infused)
    days: dict[When, int] = {}
    for course in people:
        for one in course.answers:
            days[one.when] = min(one.day, days.get(one.when, one.day))
    due = _passed(case)
    judged = {one.visit for one in case.study.endpoints if one.name == endpoint.name}
    planned = {visit.name.en: visit.day for visit in case.study.visits}
    for _, when in due:
        if when.name in judged:
            days.setdefault(when, planned.get(when.name, 0))
    visits = tuple(sorted(days, key=lambda when: (days[when], when)))
    levels = sorted({course.dose_level for course in people})
    groups: list[int | None] = [None, *levels] if len(levels) > 1 else [None]
    rows = tuple(_row(people, when, endpoint=endpoint, due=due, level=level) for when in visits for level in groups)
    return EndpointCourse(endpoint, visits, people, rows if people else (), _sustained(people, endpoint))


def _passed(case: Case) -> dict[tuple[str, When], bool]:
    """Whether the day of a visit (with its window) has passed, for those who left before it too."""
    return {
        (one.usubjid, When(one.visit.en, one.infusion_number)): one.planned is not None
        and case.on > (one.last or one.planned)
        for one in calendar(case.study, case.state, on=case.on)
    }


def answers_of(case: Case, participant: Participant, *, endpoint: Endpoint) -> Course:
    """What is known of one participant and one endpoint at every visit, by a person or by the score.

    A planned visit has one answer, the last recorded. Visits outside the plan all bear the same name: there each day
    has its own, so that a flare found at one of them is not lost to the next.
    """
    start = participant.infusions[0].event.on
    planned = {visit.name.en for visit in case.study.visits}
    found: dict[tuple[When, int], Answered] = {}
    for assessed in participant.assessments:
        event = assessed.event
        day = (event.on - start).days
        instrument = case.study.instrument(event.instrument)
        if event.instrument != endpoint.instrument or instrument is None or day <= 0:
            continue
        when = When(event.visit, counted_from(case.study, event.visit, stated=event.infusion_number))
        met = _met(instrument.score(event.items).value, endpoint)
        invented = assessed.illustrative("items") or assessed.illustrative("usubjid")
        key = (when, 0 if when.name in planned else day)
        found[key] = Answered(when, day, met, True, invented, assessed.illustrative("on"))
    for known in participant.responses:
        said = known.event
        if said.endpoint == endpoint.name:
            when = When(said.visit, counted_from(case.study, said.visit, stated=None))
            invented = known.illustrative("usubjid") or known.illustrative("met")
            day = (said.on - start).days
            key = (when, 0 if when.name in planned else day)
            found[key] = Answered(when, day, said.met, False, invented, known.illustrative("on"))
    ordered = sorted(found.values(), key=lambda one: (one.day, one.when))
    return Course(participant.usubjid, case.level_of(participant.usubjid), tuple(ordered))


def _met(score: float | None, endpoint: Endpoint) -> bool | None:
    if score is None or endpoint.operator is None or endpoint.value is None:
        return None
    return COMPARE[endpoint.operator](score, endpoint.value)


def _row(
    people: tuple[Course, ...],
    when: When,
    *,
    endpoint: Endpoint,
    due: Mapping[tuple[str, When], bool],
    level: int | None,
) -> VisitResponse:
    mine = [course for course in people if level is None or course.dose_level == level]
    answers = {course.usubjid: course.at(when) for course in mine}
    judged = [one.met for one in answers.values() if one is not None and one.met is not None]
    silent = [who for who, one in answers.items() if one is None or one.met is None]
    missing = sum(due.get((who, when), False) or answers[who] is not None for who in silent)
    count, of = sum(judged), len(judged)
    imputed = None if endpoint.kind == "flare" else rate(count, of + missing)
    return VisitResponse(when, level, rate(count, of), imputed, missing, posterior(count, of, prior=endpoint.prior))


def posterior(count: int, of: int, *, prior: tuple[float, float]) -> Posterior:
    """The Beta posterior of a share: its mean and its equal-tailed 95 % interval.

    >>> round(posterior(5, 6, prior=(1, 1)).mean, 3)
    0.75
    """
    belief = BetaPosterior.after(n=np.array([[of]]), n_dlt=np.array([[count]]), prior_a=prior[0], prior_b=prior[1])
    low, high = (float(belief.quantile(place)[0, 0]) for place in (0.025, 0.975))
    return Posterior(float(belief.mean()[0, 0]), low, high)


def _sustained(people: tuple[Course, ...], endpoint: Endpoint) -> Sustained | None:
    if endpoint.sustained_days is None or endpoint.kind == "flare":
        return None
    said = {course.usubjid: is_sustained(course.seen, days=endpoint.sustained_days) for course in people}
    kept, lost, unknown = (tuple(who for who, one in said.items() if one is answer) for answer in (True, False, None))
    return Sustained(endpoint.sustained_days, kept, lost, unknown, rate(len(kept), len(kept) + len(lost)))
