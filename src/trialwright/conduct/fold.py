"""From the record to the state: a fold over events, with corrections standing in the place of what they correct."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date
from typing import Any, final
from zoneinfo import ZoneInfo

from trialwright.conduct.known import Known, require
from trialwright.conduct.logs import LOG_OF, Logs
from trialwright.conduct.state import Participant, TrialState
from trialwright.vocabulary.errors import OutOfOrder, RecordError
from trialwright.vocabulary.events import (
    AdverseEventReported,
    AssessmentRecorded,
    BaselineRecorded,
    Corrected,
    DeviationRecorded,
    DltAdjudicated,
    DoseDecided,
    EnrolmentClosed,
    Event,
    FollowUpEnded,
    IdentityConfirmed,
    InfusionGiven,
    ParticipantEnrolled,
    ParticipantScreened,
    ProductReleased,
    ResponseAssessed,
    TrialOpened,
)
from trialwright.vocabulary.records import Head, Record, revive


def as_of(records: Iterable[Record], on: date, *, zone: ZoneInfo) -> tuple[Record, ...]:
    """What was in the record at the end of a day; what was written or corrected later is not known yet."""
    return tuple(record for record in records if record.recorded_on(zone) <= on)


def fold(records: Iterable[Record], *, zone: ZoneInfo) -> TrialState:
    """The state of the trial after these records.

    A correction takes the place of the entry it corrects. Raises OutOfOrder for an event that speaks of something
    that has not happened, which a ledger written through this package never holds.
    """
    kept = tuple(records)
    effective, corrections = _corrected(kept)
    folding = Folding()
    for record, event in effective:
        folding.take(event, known_of(record, event, zone=zone))
    head = Head(kept[-1].position, kept[-1].digest) if kept else Head()
    return replace(folding.state(head), corrections=corrections)


def known_of(record: Record, event: Event, *, zone: ZoneInfo) -> Known[Any]:
    """An event as it becomes known through a record; ``event`` is what stands there now."""
    entry = record.entry
    return Known(event, record.position, record.recorded_on(zone), entry.provenance, entry.by, entry.at)


def stands_at(records: Iterable[Record], position: int) -> Event | None:
    """What stands now in the place of an entry: itself, what replaced it, or nothing where it was withdrawn."""
    stands: Event | None = None
    for record in records:
        event = record.event
        if record.position == position:
            stands = None if isinstance(event, Corrected) else event
        elif isinstance(event, Corrected) and event.position == position and stands is not None:
            stands = corrected_event(event)
    return stands


def _corrected(records: tuple[Record, ...]) -> tuple[list[tuple[Record, Event]], int]:
    """The events that stand, each at the place of the entry it belongs to, and how many corrections there were."""
    standing: dict[int, tuple[Record, Event] | None] = {}
    corrections = 0
    for record in records:
        event = record.event
        if not isinstance(event, Corrected):
            standing[record.position] = (record, event)
            continue
        corrections += 1
        before = standing.get(event.position)
        if before is None:
            raise OutOfOrder(f"entry {record.position} corrects entry {event.position}, which does not stand")
        new = None if event.replacement is None else (before[0], revive(event.replacement_kind, event.replacement))
        standing[event.position] = new
    return [pair for pair in standing.values() if pair is not None], corrections


@final
@dataclass(slots=True)
class Chart:
    """A participant while the fold is under way: the fields of ``Participant``, in containers that grow in place."""

    enrolled: Known[ParticipantEnrolled]
    baseline: dict[str, Known[BaselineRecorded]] = field(default_factory=dict)
    releases: list[Known[ProductReleased]] = field(default_factory=list)
    confirmations: list[Known[IdentityConfirmed]] = field(default_factory=list)
    infusions: list[Known[InfusionGiven]] = field(default_factory=list)
    assessments: list[Known[AssessmentRecorded]] = field(default_factory=list)
    responses: list[Known[ResponseAssessed]] = field(default_factory=list)
    ended: Known[FollowUpEnded] | None = None
    released: set[int] = field(init=False)  # the infusions that have a release

    def __post_init__(self) -> None:
        """Note which infusions have a release."""
        self.released = {known.event.infusion_number for known in self.releases}

    @property
    def usubjid(self) -> str:
        """The participant's pseudonym."""
        return self.enrolled.event.usubjid

    @classmethod
    def of(cls, one: Participant) -> Chart:
        """A chart that goes on from what is known."""
        known = ((each.name, getattr(one, each.name)) for each in fields(one))
        return cls(**{name: _GROWING.get(type(value), _same)(value) for name, value in known})

    def participant(self) -> Participant:
        """What is known so far; it does not grow with the chart."""
        known = ((each.name, getattr(self, each.name)) for each in fields(Participant))
        return Participant(**{name: _STILL.get(type(value), _same)(value) for name, value in known})


def _same(value: Any) -> Any:
    return value


_GROWING: Mapping[type, Callable[[Any], Any]] = {tuple: list, dict: dict}
_STILL: Mapping[type, Callable[[Any], Any]] = {list: tuple, dict: dict}


@final
@dataclass(slots=True)
class Folding:
    """A fold under way. ``take`` checks one event against what is known and adds it, or raises OutOfOrder."""

    opened: Known[TrialOpened] | None = None
    participants: dict[str, Chart] = field(default_factory=dict)
    adverse_events: dict[str, Known[AdverseEventReported]] = field(default_factory=dict)
    adjudications: dict[str, Known[DltAdjudicated]] = field(default_factory=dict)
    decisions: list[Known[DoseDecided]] = field(default_factory=list)
    closed: Known[EnrolmentClosed] | None = None
    logs: Logs = field(default_factory=Logs)

    @classmethod
    def of(cls, state: TrialState) -> Folding:
        """A fold that goes on from a state."""
        return cls(
            state.opened,
            {usubjid: Chart.of(one) for usubjid, one in state.participants.items()},
            dict(state.adverse_events),
            dict(state.adjudications),
            list(state.decisions),
            state.closed,
            state.logs.copy(),
        )

    def state(self, head: Head) -> TrialState:
        """What is known so far, at this end of the record."""
        ordered = sorted(self.participants.values(), key=lambda one: (one.enrolled.event.on, one.enrolled.position))
        return TrialState(
            opened=self.opened,
            participants={one.usubjid: one.participant() for one in ordered},
            adverse_events=dict(self.adverse_events),
            adjudications=dict(self.adjudications),
            decisions=tuple(self.decisions),
            closed=self.closed,
            logs=self.logs.copy(),
            head=head,
        )

    def take(self, event: Event, known: Known[Any]) -> None:
        """Add one event."""
        match event:
            case TrialOpened():
                require(self.opened is None, "the trial is already open")
                self.opened = known
            case _ if self.opened is None:
                raise OutOfOrder(f"{event.kind} comes before the trial was opened")
            case ParticipantEnrolled(usubjid=usubjid):
                require(self.closed is None, f"{usubjid} cannot be enrolled: enrolment is closed")
                require(usubjid not in self.participants, f"{usubjid} is already enrolled")
                self.participants[usubjid] = Chart(known)
            case EnrolmentClosed():
                require(self.closed is None, "enrolment is already closed")
                self.closed = known
            case DoseDecided():
                self.decisions.append(known)
            case AdverseEventReported(usubjid=usubjid, ae=number):
                require(
                    number not in self.adverse_events, f"adverse event {number} is already recorded; correct it instead"
                )
                require(event.preexisting or event.on >= self._since(usubjid), self._too_early(usubjid, event.on))
                self.adverse_events[number] = known
            case DltAdjudicated(ae=number):
                require(number in self.adverse_events, f"adverse event {number} is not recorded")
                self.adjudications[number] = known
            case _ if type(event) in LOG_OF:
                self._of_log(event, known)
            case _:
                self._of_participant(event, known)

    def _of_log(self, event: Event, known: Known[Any]) -> None:
        """Events that belong to a log, about somebody or something that is known."""
        number, usubjid = getattr(event, "ae", None), getattr(event, "usubjid", None)
        require(number is None or number in self.adverse_events, f"adverse event {number} is not recorded")
        screening = self.logs.screening
        met = not usubjid or usubjid in self.participants or usubjid in screening.screened
        newcomer = isinstance(event, ParticipantScreened | DeviationRecorded)  # of somebody assigned in breach, perhaps
        require(met or newcomer, f"{usubjid} is neither screened nor enrolled")
        self.logs.take(event, known)

    def _of_participant(self, event: Event, known: Known[Any]) -> None:
        """Events that belong to one participant's own record."""
        one = self._enrolled(getattr(event, "usubjid", ""))
        match event:
            case BaselineRecorded(characteristic=name):
                one.baseline[name] = known
            case ProductReleased(infusion_number=number):
                require(number not in one.released, f"{one.usubjid} already has a release for infusion {number}")
                one.releases.append(known)
                one.released.add(number)
            case IdentityConfirmed(infusion_number=number):
                require(number in one.released, f"nothing is released for infusion {number} of {one.usubjid}")
                one.confirmations.append(known)
            case InfusionGiven(infusion_number=number):
                expected = len(one.infusions) + 1
                require(number == expected, f"the next infusion of {one.usubjid} is number {expected}, not {number}")
                self._not_before_enrolment(one.usubjid, event.on)
                one.infusions.append(known)
            case AssessmentRecorded():
                one.assessments.append(known)
            case ResponseAssessed():
                one.responses.append(known)
            case FollowUpEnded():
                require(one.ended is None, f"the follow-up of {one.usubjid} has already ended")
                self._not_before_enrolment(one.usubjid, event.on)
                one.ended = known
            case _:
                raise OutOfOrder(f"{event.kind} is not an event this version can fold")

    def _enrolled(self, usubjid: str) -> Chart:
        if usubjid not in self.participants:
            raise OutOfOrder(f"{usubjid} is not enrolled")
        return self.participants[usubjid]

    def _since(self, usubjid: str) -> date:
        """The day from which adverse events are recorded: of consent; of enrolment where no consent is known."""
        consented = self.logs.screening.screened.get(usubjid)
        return consented.event.consented_on if consented else self._enrolled(usubjid).enrolled.event.on

    def _too_early(self, usubjid: str, on: date) -> str:
        return (
            f"{on} lies before {usubjid} consented or was enrolled ({self._since(usubjid)}); "
            "mark an event that had begun before, and worsened since, as preexisting"
        )

    def _not_before_enrolment(self, usubjid: str, on: date) -> None:
        enrolled = self._enrolled(usubjid).enrolled.event.on
        require(on >= enrolled, f"{on} lies before {usubjid} was enrolled ({enrolled})")


def corrected_event(correction: Corrected) -> Event | None:
    """The event a correction puts in place, checked; None when the entry is withdrawn. Raises RecordError."""
    if correction.replacement is None:
        return None
    try:
        return revive(correction.replacement_kind, correction.replacement)
    except RecordError as error:
        raise RecordError("a correction does not fit", [one.within("replacement") for one in error.findings]) from error
