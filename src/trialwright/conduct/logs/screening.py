"""The screening log: who consented and was screened, what was found, waived and confirmed, who withdrew consent."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar, final

from trialwright.conduct.known import Known, copied, require
from trialwright.vocabulary.events import (
    ConsentWithdrawn,
    EligibilityConfirmed,
    Event,
    ParticipantScreened,
    ScreeningRecorded,
    WaiverGranted,
)


@final
@dataclass(slots=True)
class ScreeningLog:
    """Everyone who was screened, by pseudonym, enrolled later or not."""

    TAKES: ClassVar[tuple[type[Event], ...]] = (
        ParticipantScreened,
        ScreeningRecorded,
        WaiverGranted,
        EligibilityConfirmed,
        ConsentWithdrawn,
    )

    screened: dict[str, Known[ParticipantScreened]] = field(default_factory=dict)
    findings: dict[str, list[Known[ScreeningRecorded]]] = field(default_factory=dict)
    waivers: dict[str, list[Known[WaiverGranted]]] = field(default_factory=dict)
    confirmations: dict[str, list[Known[EligibilityConfirmed]]] = field(default_factory=dict)
    withdrawals: dict[str, list[Known[ConsentWithdrawn]]] = field(default_factory=dict)

    def take(self, event: Event, known: Known[Any]) -> None:
        """Add one event of screening."""
        match event:
            case ParticipantScreened(usubjid=usubjid):
                require(
                    usubjid not in self.screened,
                    f"{usubjid} is screened already; a second screening needs a new pseudonym",
                )
                self.screened[usubjid] = known
            case ScreeningRecorded(usubjid=usubjid):
                self._screened(usubjid)
                self.findings.setdefault(usubjid, []).append(known)
            case WaiverGranted(usubjid=usubjid):
                self._screened(usubjid)
                self.waivers.setdefault(usubjid, []).append(known)
            case EligibilityConfirmed(usubjid=usubjid):
                self._screened(usubjid)
                self.confirmations.setdefault(usubjid, []).append(known)
            case ConsentWithdrawn(usubjid=usubjid):
                self.withdrawals.setdefault(usubjid, []).append(known)

    def _screened(self, usubjid: str) -> None:
        require(usubjid in self.screened, f"{usubjid} has not been screened")

    def confirmed(self, usubjid: str) -> Known[EligibilityConfirmed] | None:
        """The last judgement of a person's eligibility."""
        said = self.confirmations.get(usubjid, [])
        return said[-1] if said else None

    def withdrew(self, usubjid: str) -> Known[ConsentWithdrawn] | None:
        """The first withdrawal of consent, if there was one."""
        said = self.withdrawals.get(usubjid, [])
        return said[0] if said else None

    def copy(self) -> ScreeningLog:
        """The same log, which does not grow with this one."""
        return copied(self)
