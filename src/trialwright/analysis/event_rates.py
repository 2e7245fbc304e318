"""How often adverse events come for the time at risk: by kind and dose level, and by infusion.

Time at risk runs from the day of the first infusion to the end of follow-up or the data cut, both included. That of
an infusion runs to the day before the next one. An event counts for the infusion last given by the day it emerged: an
event on the day of an infusion counts for that infusion. What the record ties to an infusion is counted beside it.
Rates have exact Poisson intervals, for which events of one person are taken to be independent of each other.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import final

from trialwright.analysis.adverse_events import KINDS, ListedEvent, Tally, of_interest, people_by_level, tally
from trialwright.analysis.case import Case
from trialwright.conduct.state import Participant
from trialwright.numerics.poisson_rates import poisson_exact

DAYS_PER_YEAR = 365.25
RATED = ("emergent", "related", "not_judged", "grade_3_or_more", "serious", "serious_unknown")
WHERE_ANY = ("not_judged", "serious_unknown")  # what is not known is said where there is any of it

Matches = Callable[[ListedEvent], bool]


@final
@dataclass(frozen=True, slots=True)
class EventRate:
    """Events for the time at risk of some people, per participant-year, with the exact 95 % interval."""

    events: int
    days: int  # participant-days at risk
    rate: float | None  # None: nobody at risk
    lower: float | None
    upper: float | None

    @property
    def years(self) -> float:
        """Participant-years at risk."""
        return self.days / DAYS_PER_YEAR


@final
@dataclass(frozen=True, slots=True)
class RateRow:
    """One kind of event: its rate by dose level, in order, and in total."""

    kind: str
    levels: tuple[EventRate, ...]
    total: EventRate


@final
@dataclass(frozen=True, slots=True)
class InfusionRow:
    """The time after one infusion, up to the next one."""

    number: int
    given_to: int
    emerged: Tally
    related: Tally
    severe: Tally
    rate: EventRate
    tied: int  # events that the record ties to this infusion


@final
@dataclass(frozen=True, slots=True)
class RelapseRow:
    """One kind of event: not after a relapse, after one, and where nobody said."""

    kind: str
    before: Tally
    after: Tally
    not_said: Tally


def event_rate(events: int, days: int) -> EventRate:
    """A rate per participant-year.

    >>> one = event_rate(0, 3653)
    >>> (one.rate, one.lower, round(one.upper, 3)), event_rate(0, 0).rate
    ((0.0, 0.0, 0.369), None)
    """
    if days <= 0:
        return EventRate(events, 0, None, None, None)
    years = days / DAYS_PER_YEAR
    lower, upper = poisson_exact(events, years)
    return EventRate(events, days, events / years, float(lower), float(upper))


def rates(case: Case, events: Sequence[ListedEvent]) -> tuple[RateRow, ...]:
    """One row per kind of treatment-emergent event."""
    infused = [one.usubjid for one in case.infused]
    at_level = people_by_level(case)
    return tuple(
        RateRow(
            kind,
            tuple(_rate_of(case, filter(matches, events), people=people) for people in at_level),
            _rate_of(case, filter(matches, events), people=infused),
        )
        for kind, matches in _kinds(case, events)
    )


def _kinds(case: Case, events: Sequence[ListedEvent]) -> list[tuple[str, Matches]]:
    """Kinds of ours and of the protocol; those of missing judgements only where any is missing."""
    ours = [(kind, matches) for kind, matches in KINDS if kind in RATED]
    of_protocol = [(f"interest:{one.name}", of_interest(one.name)) for one in case.study.safety.special_interest]
    some = [pair for pair in ours if pair[0] not in WHERE_ANY or any(map(pair[1], events))]
    return [*some, *of_protocol]


def _rate_of(case: Case, events: Iterable[ListedEvent], *, people: Collection[str]) -> EventRate:
    days = sum(days_at_risk(case, case.state.participants[who]) for who in people)
    return event_rate(tally(events, people).events, days)


def days_at_risk(case: Case, one: Participant) -> int:
    """Days from the first infusion to the last one observed, both included."""
    return _days(one.infusions[0].event.on, _last_day(case, one)) if one.infusions else 0


def _last_day(case: Case, one: Participant) -> date:
    return case.on if one.ended is None else min(one.ended.event.on, case.on)


def _days(first: date, last: date) -> int:
    return max(0, (last - first).days + 1)


def by_infusion(case: Case, events: Sequence[ListedEvent]) -> tuple[InfusionRow, ...]:
    """One row per infusion number that anybody was given."""
    highest = max((len(one.infusions) for one in case.infused), default=0)
    return tuple(_after_infusion(case, events, number=number) for number in range(1, highest + 1))


def _after_infusion(case: Case, events: Sequence[ListedEvent], *, number: int) -> InfusionRow:
    people = [one for one in case.infused if len(one.infusions) >= number]
    names = [one.usubjid for one in people]
    mine = [one for one in events if one.emergent and one.infusion == number]
    days = sum(_days_after(case, one, number=number) for one in people)
    emerged = tally(mine, names)
    tied = [one for one in events if one.emergent and one.known.event.infusion_number == number]
    return InfusionRow(
        number=number,
        given_to=len(people),
        emerged=emerged,
        related=tally([one for one in mine if one.course.relation.counts is True], names),
        severe=tally([one for one in mine if one.course.worst >= 3], names),
        rate=event_rate(emerged.events, days),
        tied=tally(tied, names).events,
    )


def _days_after(case: Case, one: Participant, *, number: int) -> int:
    """Days at risk after an infusion: up to the day before the next one."""
    given = [known.event.on for known in one.infusions]
    last = _last_day(case, one)
    if number < len(given):
        last = min(last, given[number] - timedelta(days=1))
    return _days(given[number - 1], last)


def by_relapse(case: Case, events: Sequence[ListedEvent]) -> tuple[RelapseRow, ...]:
    """Treatment-emergent events before and after a relapse, by kind; none where nobody said of any event."""
    infused = [one.usubjid for one in case.infused]
    counted = [one for one in events if one.emergent and one.known.event.usubjid in infused]
    if all(one.course.after_relapse is None for one in counted):
        return ()

    def of(matches: Matches, said: bool | None) -> Tally:
        return tally([one for one in counted if matches(one) and one.course.after_relapse is said], infused)

    return tuple(
        RelapseRow(kind, before=of(matches, False), after=of(matches, True), not_said=of(matches, None))
        for kind, matches in _kinds(case, events)
    )
