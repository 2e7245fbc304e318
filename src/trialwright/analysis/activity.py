"""Disease activity over the visits: every index, its change from baseline, over everybody and by dose level.

Population: everybody infused. A visit is named by its English name and the infusion it is counted from. Of several
assessments at a visit the last recorded counts, as for the endpoints. A score that is not certain because items were
not assessed is missing, as is a visit that was due and has none; a visit that is not due yet, or after the end of
follow-up, is neither. Baseline: the last assessment on or before the first infusion. An index whose scores stand for
levels (remission: yes or no) is counted by level instead of summarised.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, final

from trialwright.analysis.baseline import Summary, score_at_baseline, summarised
from trialwright.analysis.case import Case
from trialwright.conduct.state import Known, Participant
from trialwright.conduct.visits import Appointment, calendar, counted_from, instruments_at
from trialwright.numerics.signed_rank import hodges_lehmann, hodges_lehmann_limits, signed_rank
from trialwright.vocabulary.events import AssessmentRecorded
from trialwright.vocabulary.scores import Instrument, Score
from trialwright.vocabulary.words import Text

FEW = 5  # fewer than so many: their values are shown one by one
Standing = Literal["known", "missing", "not expected"]


@final
@dataclass(frozen=True, slots=True, order=True)
class When:
    """A visit: its English name and the number of the infusion it is counted from; baseline has number 0."""

    name: str
    infusion: int = 1

    @property
    def is_baseline(self) -> bool:
        """Whether it is the last assessment before the first infusion, whatever visit it was recorded at."""
        return self.infusion == 0


BASELINE = When("", 0)


@final
@dataclass(frozen=True, slots=True)
class Measured:
    """One participant at one visit."""

    usubjid: str
    dose_level: int
    when: When
    standing: Standing
    day: int | None = None  # from the first infusion
    score: Score | None = None
    illustrative: bool = False

    @property
    def value(self) -> float | None:
        """The score; None where it is missing."""
        return None if self.score is None else self.score.value


@final
@dataclass(frozen=True, slots=True)
class VisitRow:
    """One visit over everybody (``dose_level`` None) or at one dose level."""

    when: When
    dose_level: int | None
    summary: Summary
    values: tuple[float, ...]  # in the order of enrolment
    change: Summary | None  # None at baseline
    changes: tuple[float, ...]
    levels: tuple[tuple[Text, int], ...] = ()  # how many at each level, for an index of levels


@final
@dataclass(frozen=True, slots=True)
class Change:
    """Change within participants from baseline to one visit, over all dose levels."""

    when: When
    n: int
    n_zero: int
    middle: float  # Hodges-Lehmann
    limits: tuple[float, float, float] | None  # lower, upper, and the confidence really reached; None: too few
    p: float | None  # signed-rank, exact; None: nobody changed


@final
@dataclass(frozen=True, slots=True)
class Activity:
    """One index over the visits."""

    instrument: Instrument
    visits: tuple[When, ...]  # baseline first; those at which it is planned, or was recorded
    people: tuple[tuple[Measured, ...], ...]  # by participant, one for each visit
    rows: tuple[VisitRow, ...]
    changes: tuple[Change, ...]
    planned: bool  # whether any visit after baseline is planned or was recorded

    @property
    def of_levels(self) -> bool:
        """Whether its scores stand for levels."""
        return any(one.score is not None and one.score.levels for course in self.people for one in course)

    @property
    def is_recorded(self) -> bool:
        """Whether anything of it was recorded."""
        return any(one.score is not None for course in self.people for one in course)

    @property
    def is_followed(self) -> bool:
        """Whether any score after baseline is known."""
        return any(one.value is not None and not one.when.is_baseline for course in self.people for one in course)


def activity(case: Case) -> tuple[Activity, ...]:
    """Every index the protocol assesses, in its order; none where it names no disease."""
    section = case.study.disease_section
    names = section.instruments if section else ()
    instruments = [case.study.instrument(name) for name in names]
    appointments = calendar(case.study, case.state, on=case.on)
    return tuple(_of(case, one, appointments=appointments) for one in instruments if one is not None)


def _of(case: Case, instrument: Instrument, *, appointments: Sequence[Appointment]) -> Activity:
    visits = _visits(case, instrument, appointments=appointments)
    standing = expected(appointments, on=case.on)
    people = tuple(
        tuple(_measured(case, participant, when=when, instrument=instrument, standing=standing) for when in visits)
        for participant in case.infused
    )
    levels = sorted({case.level_of(one.usubjid) for one in case.infused})
    groups: list[int | None] = [None, *levels] if len(levels) > 1 else [None]
    places = range(len(visits)) if people else ()
    rows = tuple(row_over(people, place, level=level) for place in places for level in groups)
    changes = [_change(row) for row in rows if row.dose_level is None and row.changes and not row.levels]
    return Activity(instrument, visits, people, rows, tuple(changes), len(visits) > 1)


def expected(appointments: Sequence[Appointment], *, on: date) -> dict[tuple[str, When], bool]:
    """Whether something should be known of a participant's visit: its window, or without one its day, has passed."""

    def should(one: Appointment) -> bool:
        if one.standing == "due":
            return one.last is None and one.planned is not None and on > one.planned
        return one.standing not in ("not yet due", "not expected")

    return {(one.usubjid, When(one.visit.en, one.infusion_number)): should(one) for one in appointments}


def _visits(case: Case, instrument: Instrument, *, appointments: Sequence[Appointment]) -> tuple[When, ...]:
    """Baseline, then the visits in the order of their planned days; unplanned ones by their first day."""
    found: dict[When, int] = {}
    for one in appointments:
        if instrument.name in instruments_at(case.study, one.visit.en) and one.planned is not None:
            first = case.state.participants[one.usubjid].infusions[0].event.on
            when, day = When(one.visit.en, one.infusion_number), (one.planned - first).days
            found[when] = min(day, found.get(when, day))
    for participant in case.infused:
        for known in _own(participant, instrument):
            when, day = _when(case, known), _day(participant, known.event.on)
            if day > 0 and when not in found:
                found[when] = day
    after = [when for when in found if when.name not in _before(case)]
    return (BASELINE, *sorted(after, key=lambda when: (found[when], when)))


def _before(case: Case) -> set[str]:
    """Visits planned by the day of the first infusion: they are the baseline."""
    return {visit.name.en for visit in case.study.visits if visit.day <= 0 and visit.infusion in (1, "each")}


def _own(participant: Participant, instrument: Instrument) -> list[Known[AssessmentRecorded]]:
    return [known for known in participant.assessments if known.event.instrument == instrument.name]


def _when(case: Case, known: Known[AssessmentRecorded]) -> When:
    event = known.event
    return When(event.visit, counted_from(case.study, event.visit, stated=event.infusion_number))


def _day(participant: Participant, on: date) -> int:
    return (on - participant.infusions[0].event.on).days


def _measured(
    case: Case,
    participant: Participant,
    *,
    when: When,
    instrument: Instrument,
    standing: dict[tuple[str, When], bool],
) -> Measured:
    who, level = participant.usubjid, case.level_of(participant.usubjid)
    if when.is_baseline:
        known, score = score_at_baseline(participant, instrument)
    else:
        own = [one for one in _own(participant, instrument) if _when(case, one) == when]
        known = max((one for one in own if _day(participant, one.event.on) > 0), key=_order, default=None)
        score = None if known is None else instrument.score(known.event.items)
    if known is None or score is None:
        due = when.is_baseline or standing.get((who, when), False)
        return Measured(who, level, when, "missing" if due else "not expected")
    day, invented = _day(participant, known.event.on), known.illustrative("items")
    return Measured(who, level, when, "missing" if score.value is None else "known", day, score, invented)


def _order(known: Known[AssessmentRecorded]) -> int:
    return known.position


def row_over(people: Sequence[Sequence[Measured]], place: int, *, level: int | None = None) -> VisitRow:
    """One visit, by its place among the visits, over the people given, or over those of them at one dose level."""
    mine = [course for course in people if level is None or course[place].dose_level == level]
    values = [course[place].value for course in mine]
    known = tuple(value for value in values if value is not None)
    missing = sum(course[place].standing == "missing" for course in mine)
    pairs = [(course[0].value, course[place].value) for course in mine]
    changes = tuple(after - before for before, after in pairs if before is not None and after is not None)
    when = people[0][place].when
    changed = None if when.is_baseline else summarised(list(changes))
    return VisitRow(
        when=when,
        dose_level=level,
        summary=summarised(list(known), missing=missing),
        values=known,
        change=changed,
        changes=() if when.is_baseline else changes,
        levels=_levels([course[place] for course in mine]),
    )


def _levels(measured: Sequence[Measured]) -> tuple[tuple[Text, int], ...]:
    """How many stand at each level, the highest first."""
    said = [(one.score.value, one.score.level) for one in measured if one.score is not None and one.score.level]
    words = {value: level for value, level in said if value is not None}
    return tuple((words[value], sum(other == value for other, _ in said)) for value in sorted(words, reverse=True))


def _change(row: VisitRow) -> Change:
    tested = signed_rank(row.changes)
    limits = hodges_lehmann_limits(row.changes)
    return Change(row.when, len(row.changes), tested.n_zero, hodges_lehmann(row.changes), limits, tested.p_exact)
