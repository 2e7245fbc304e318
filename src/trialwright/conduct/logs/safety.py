"""The safety log: how adverse events went on, and how they were judged, coded and reported; by the event's number."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar, final

from trialwright.conduct.known import Known, copied
from trialwright.vocabulary.events import (
    AdverseEventCoded,
    AdverseEventFollowed,
    CausalityAssessed,
    Event,
    ExpectednessAssessed,
    SafetyReportSent,
)


@final
@dataclass(slots=True)
class SafetyLog:
    """What came after the first report of each adverse event."""

    TAKES: ClassVar[tuple[type[Event], ...]] = (
        AdverseEventFollowed,
        CausalityAssessed,
        ExpectednessAssessed,
        AdverseEventCoded,
        SafetyReportSent,
    )

    followed: dict[str, list[Known[AdverseEventFollowed]]] = field(default_factory=dict)
    judged: dict[str, list[Known[CausalityAssessed]]] = field(default_factory=dict)
    expectedness: dict[str, list[Known[ExpectednessAssessed]]] = field(default_factory=dict)
    coding: dict[str, list[Known[AdverseEventCoded]]] = field(default_factory=dict)
    reports: dict[str, list[Known[SafetyReportSent]]] = field(default_factory=dict)

    def take(self, event: Event, known: Known[Any]) -> None:
        """Add what became of an adverse event."""
        match event:
            case AdverseEventFollowed(ae=number):
                self.followed.setdefault(number, []).append(known)
            case CausalityAssessed(ae=number):
                self.judged.setdefault(number, []).append(known)
            case ExpectednessAssessed(ae=number):
                self.expectedness.setdefault(number, []).append(known)
            case AdverseEventCoded(ae=number):
                self.coding.setdefault(number, []).append(known)
            case SafetyReportSent(ae=number):
                self.reports.setdefault(number, []).append(known)

    def copy(self) -> SafetyLog:
        """The same log, which does not grow with this one."""
        return copied(self)
