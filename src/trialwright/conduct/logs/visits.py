"""The visit log: visits held and missed, measurements, and the range each laboratory calls normal."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar, final

from trialwright.conduct.known import Known, copied
from trialwright.vocabulary.events import Event, LaboratoryRangeSet, MeasurementsRecorded, VisitHeld, VisitMissed


@final
@dataclass(slots=True)
class VisitLog:
    """What was seen of each person, in the order of recording."""

    TAKES: ClassVar[tuple[type[Event], ...]] = (VisitHeld, VisitMissed, MeasurementsRecorded, LaboratoryRangeSet)

    held: dict[str, list[Known[VisitHeld]]] = field(default_factory=dict)
    missed: dict[str, list[Known[VisitMissed]]] = field(default_factory=dict)
    measurements: dict[str, list[Known[MeasurementsRecorded]]] = field(default_factory=dict)
    ranges: list[Known[LaboratoryRangeSet]] = field(default_factory=list)

    def take(self, event: Event, known: Known[Any]) -> None:
        """Add one event of a visit."""
        match event:
            case VisitHeld(usubjid=usubjid):
                self.held.setdefault(usubjid, []).append(known)
            case VisitMissed(usubjid=usubjid):
                self.missed.setdefault(usubjid, []).append(known)
            case MeasurementsRecorded(usubjid=usubjid):
                self.measurements.setdefault(usubjid, []).append(known)
            case LaboratoryRangeSet():
                self.ranges.append(known)

    def copy(self) -> VisitLog:
        """The same log, which does not grow with this one."""
        return copied(self)
