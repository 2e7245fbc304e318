"""Clocks of expedited reporting: which reports are owed, by which day, and which report answered them.

A clock starts on the first day on which nothing that is known speaks against any of its conditions: what nobody has
judged yet counts as it may be, so that a late judgement cannot make a report late unseen. It is then *conditional*
until the judgements are there. Day 0 is the day on which the sponsor (or the investigator) learned of what started it;
where nobody recorded that day it is not known, and so is the last day.

A clock ends without a report when a judgement takes one of its conditions away in time. Too late, it stays overdue. An
event that turns fatal or life-threatening starts the clock of those anew, from the day the sponsor learned of that; the
clock of other serious events that ran before goes on until a report answers either. Days are calendar days; the last
day is day 0 plus ``days``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, final

from trialwright.conduct.adverse_events import Course, course, until
from trialwright.conduct.state import Known, TrialState
from trialwright.protocol.safety import Clock
from trialwright.protocol.study import Study
from trialwright.vocabulary.events import AdverseEventFollowed, AdverseEventReported, Event, SafetyReportSent
from trialwright.vocabulary.events.safety import CausalityAssessed, ExpectednessAssessed

Standing = Literal["overdue", "running", "day 0 not known", "answered late", "answered"]


@final
@dataclass(frozen=True, slots=True)
class Reporting:
    """One report that is owed, or may be, for one event."""

    clock: Clock
    ae: str
    usubjid: str
    term: str
    waits_for: tuple[str, ...]  # judgements without which it is not certain that the report is owed
    started: date  # the day of what started it
    day_0: date | None  # the day of awareness; None: not recorded
    due: date | None  # the last day
    answered: date | None  # the day of the report that answered it
    follow_up_due: date | None
    follow_up: date | None  # the day of the report that completed it
    report: Known[SafetyReportSent] | None  # that answered it; None also where the sponsor knew by itself
    on: date

    @property
    def standing(self) -> Standing:
        """How the first report stands."""
        if self.answered is not None:
            return "answered late" if self.due is not None and self.answered > self.due else "answered"
        if self.due is None:
            return "day 0 not known"
        return "overdue" if self.on > self.due else "running"

    @property
    def open_until(self) -> date | None:
        """The last day of what is owed next; None when nothing is, or the day is not known."""
        if self.answered is None:
            return self.due
        return self.follow_up_due if self.follow_up is None else None

    @property
    def is_open(self) -> bool:
        """Whether a report is still owed."""
        return self.answered is None or (self.follow_up_due is not None and self.follow_up is None)

    @property
    def is_overdue(self) -> bool:
        """Whether what is owed next is late."""
        return self.open_until is not None and self.on > self.open_until

    @property
    def days_left(self) -> int | None:
        """Days from today to the last day; negative once it is over."""
        return None if self.open_until is None else (self.open_until - self.on).days


def reportings(study: Study, state: TrialState, *, on: date) -> tuple[Reporting, ...]:
    """Every report owed or sent, most pressing first: overdue, then day 0 not known, then by the last day."""
    found = [
        one
        for known in state.adverse_events.values()
        if known.event.on <= on
        for clock in study.clocks
        if (one := reporting(state, known, clock=clock, on=on)) is not None
    ]
    return tuple(sorted(found, key=_pressing))


def _pressing(one: Reporting) -> tuple[bool, bool, date, str, str]:
    return (not one.is_open, one.open_until is not None, one.open_until or one.started, one.ae, one.clock.name)


def reporting(state: TrialState, known: Known[AdverseEventReported], *, clock: Clock, on: date) -> Reporting | None:
    """One clock of one event on a day; None when it does not run."""
    started: date | None = None
    for day in _days(state, known, on=on):
        now = course(state, known, on=day)
        if started is None:
            started = day if _all(_conditions(clock, now).values()) is not False else None
        elif not _goes_on(clock, now):
            run = _run(state, known, clock=clock, started=started, on=on)
            overdue = run.due is not None and day > run.due
            if overdue or (run.answered is not None and run.answered <= day):
                return run
            started = None
    return None if started is None else _run(state, known, clock=clock, started=started, on=on)


def _conditions(clock: Clock, now: Course) -> dict[str, bool | None]:
    """What the clock asks of an event, and whether it is so; None: nobody has judged."""
    asked: dict[str, bool | None] = {}
    if clock.serious:
        asked["seriousness"] = now.serious
    if clock.related:
        asked["relation"] = now.relation.counts
    if clock.unexpected:
        asked["expectedness"] = None if now.expected is None else not now.expected
    if clock.severity != "any":
        severe = now.threatens_life
        wanted = clock.severity == "fatal or life-threatening"
        asked["severity"] = None if severe is None else severe is wanted
    return asked


def _goes_on(clock: Clock, now: Course) -> bool:
    """Whether a clock that runs goes on: that an event became worse takes no report away."""
    asked = _conditions(clock, now)
    if clock.severity == "other":
        asked.pop("severity")
    return _all(asked.values()) is not False


def _all(answers: Iterable[bool | None]) -> bool | None:
    given = set(answers)
    return False if False in given else None if None in given else True


def _entries(state: TrialState, known: Known[AdverseEventReported]) -> list[Known[Event]]:
    log, number = state.logs.safety, known.event.ae
    lists: Sequence[Sequence[Known[Event]]] = (
        log.followed.get(number, []),
        log.judged.get(number, []),
        log.expectedness.get(number, []),
    )
    return [known, *(one for entries in lists for one in entries)]


def _days(state: TrialState, known: Known[AdverseEventReported], *, on: date) -> tuple[date, ...]:
    """The days on which something was learned of an event."""
    return tuple(sorted({one.event.on for one in until(_entries(state, known), on)}))  # type: ignore[attr-defined]


def _day_0(state: TrialState, known: Known[AdverseEventReported], *, clock: Clock, started: date) -> date | None:
    """The earliest recorded awareness of what was learned on the day the clock started."""
    entries = (one.event for one in _entries(state, known))
    aware = [_aware(event, clock) for event in entries if event.on == started]  # type: ignore[attr-defined]
    return min((day for day in aware if day is not None), default=None)


def _aware(event: Event, clock: Clock) -> date | None:
    """The day on which sponsor or investigator learned of one entry; who judges knows on that day."""
    match event:
        case AdverseEventReported():
            return event.aware_on if clock.starts == "investigator" else event.sponsor_aware_on
        case AdverseEventFollowed():
            return event.on if clock.starts == "investigator" else event.sponsor_aware_on
        case CausalityAssessed():
            own = event.assessor == clock.starts
            return event.on if own else event.sponsor_aware_on if clock.starts == "sponsor" else None
        case ExpectednessAssessed():
            return event.on if clock.starts == "sponsor" else None
    return None


def _run(state: TrialState, known: Known[AdverseEventReported], *, clock: Clock, started: date, on: date) -> Reporting:
    now = course(state, known, on=on)
    day_0 = _day_0(state, known, clock=clock, started=started)
    due = None if day_0 is None else day_0 + timedelta(days=clock.days)
    answers = _answers(state, known, clock=clock, since=day_0 or started, on=on)
    answered = answers[0].event.on if answers else _told_sponsor(state, known, clock=clock, started=started, on=on)
    follow_up_due, follow_up = _follow_up(clock, due=due, answers=answers)
    return Reporting(
        clock=clock,
        ae=known.event.ae,
        usubjid=known.event.usubjid,
        term=known.event.term,
        waits_for=tuple(name for name, answer in _conditions(clock, now).items() if answer is None),
        started=started,
        day_0=day_0,
        due=due,
        answered=answered,
        follow_up_due=follow_up_due,
        follow_up=follow_up,
        report=answers[0] if answers else None,
        on=on,
    )


def _answers(
    state: TrialState, known: Known[AdverseEventReported], *, clock: Clock, since: date, on: date
) -> list[Known[SafetyReportSent]]:
    """The reports that answer a clock, by day: its own first where two went on one day."""
    names = (clock.name, *clock.also_answered_by)
    sent = until(state.logs.safety.reports.get(known.event.ae, ()), on)
    return [one for one in sent if one.event.clock in names and one.event.on >= since]


def _told_sponsor(
    state: TrialState, known: Known[AdverseEventReported], *, clock: Clock, started: date, on: date
) -> date | None:
    """Where the investigator owes a report to the sponsor: the day from which the sponsor knew of it or of more."""
    if clock.starts != "investigator":
        return None
    to_sponsor = clock.model_copy(update={"starts": "sponsor"})
    since = (one.event for one in _entries(state, known) if one.event.on >= started)  # type: ignore[attr-defined]
    told = [_aware(event, to_sponsor) for event in since]
    return min((day for day in told if day is not None and day <= on), default=None)


def _follow_up(
    clock: Clock, *, due: date | None, answers: Sequence[Known[SafetyReportSent]]
) -> tuple[date | None, date | None]:
    """The last day for what completes a report, and the day of the report that completed it."""
    if clock.follow_up_days is None:
        return None, None
    base = due
    if due is not None and answers and clock.follow_up_from == "report":
        base = min(due, answers[0].event.on)
    completed = [one.event.on for place, one in enumerate(answers) if place > 0 or one.event.complete]
    last = None if base is None else base + timedelta(days=clock.follow_up_days)
    return last, completed[0] if completed else None
