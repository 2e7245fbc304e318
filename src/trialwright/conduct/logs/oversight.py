"""The oversight log: frozen data cuts, signatures, queries, deviations, locks of the data, reviews of the trail."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar, final

from trialwright.conduct.known import Known, copied, require
from trialwright.vocabulary.events import (
    DataCutFrozen,
    DataLocked,
    DataUnlocked,
    DeviationRecorded,
    Event,
    QueryAnswered,
    QueryClosed,
    QueryRaised,
    Signed,
    TrailReviewed,
)
from trialwright.vocabulary.records import event_digest


@final
@dataclass(slots=True)
class OversightLog:
    """What was cut, signed, asked, deviated from, locked and reviewed."""

    TAKES: ClassVar[tuple[type[Event], ...]] = (
        DataCutFrozen,
        Signed,
        QueryRaised,
        QueryAnswered,
        QueryClosed,
        DeviationRecorded,
        DataLocked,
        DataUnlocked,
        TrailReviewed,
    )

    cuts: dict[str, Known[DataCutFrozen]] = field(default_factory=dict)
    signatures: dict[int, list[Known[Signed]]] = field(default_factory=dict)  # by the position of the entry signed
    queries: dict[str, Known[QueryRaised]] = field(default_factory=dict)
    answers: dict[str, list[Known[QueryAnswered]]] = field(default_factory=dict)
    closings: dict[str, Known[QueryClosed]] = field(default_factory=dict)
    deviations: dict[str, Known[DeviationRecorded]] = field(default_factory=dict)
    locks: list[Known[DataLocked] | Known[DataUnlocked]] = field(default_factory=list)
    reviews: list[Known[TrailReviewed]] = field(default_factory=list)

    def take(self, event: Event, known: Known[Any]) -> None:
        """Add one event of oversight."""
        match event:
            case DataCutFrozen(cut=number):
                require(number not in self.cuts, f"data cut {number} exists already")
                self.cuts[number] = known
            case Signed(position=position):
                self.signatures.setdefault(position, []).append(known)
            case DeviationRecorded(deviation=number):
                require(number not in self.deviations, f"deviation {number} is recorded already; correct it instead")
                self.deviations[number] = known
            case DataLocked() | DataUnlocked():
                locking = isinstance(event, DataLocked)
                require(self.is_locked != locking, f"the data are {'locked already' if locking else 'not locked'}")
                self.locks.append(known)
            case TrailReviewed():
                self.reviews.append(known)
            case _:
                self._take_query(event, known)

    def _take_query(self, event: Event, known: Known[Any]) -> None:
        number: str = getattr(event, "query", "")
        if isinstance(event, QueryRaised):
            require(number not in self.queries, f"query {number} exists already")
            self.queries[number] = known
            return
        require(number in self.queries, f"there is no query {number}")
        require(number not in self.closings, f"query {number} is closed")
        if isinstance(event, QueryClosed):
            self.closings[number] = known
        else:
            self.answers.setdefault(number, []).append(known)

    @property
    def is_locked(self) -> bool:
        """Whether the data are final for now."""
        return bool(self.locks) and isinstance(self.locks[-1].event, DataLocked)

    @property
    def open_queries(self) -> tuple[Known[QueryRaised], ...]:
        """The queries that are not closed."""
        return tuple(known for number, known in self.queries.items() if number not in self.closings)

    def signatures_of(self, known: Known[Any]) -> tuple[Known[Signed], ...]:
        """The signatures that hold for an entry as it stands; those given before a correction do not."""
        given = self.signatures.get(known.position, [])
        if not given:
            return ()
        stands = event_digest(known.event)
        return tuple(one for one in given if one.event.event_digest == stands)

    def copy(self) -> OversightLog:
        """The same log, which does not grow with this one."""
        return copied(self)
