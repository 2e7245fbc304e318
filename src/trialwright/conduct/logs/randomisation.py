"""The randomisation log: sealed lists, who was randomised, kits, unblindings. It knows no arm."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar, final

from trialwright.conduct.known import Known, copied, require
from trialwright.vocabulary.events import (
    EnvelopeSealed,
    Event,
    KitChecked,
    KitDispensed,
    ParticipantRandomised,
    RandomisationListSealed,
    SealedListOpened,
    TreatmentUnblinded,
)


@final
@dataclass(slots=True)
class RandomisationLog:
    """What was sealed, whose number is which, what was dispensed and checked, who was unblinded."""

    TAKES: ClassVar[tuple[type[Event], ...]] = (
        RandomisationListSealed,
        ParticipantRandomised,
        EnvelopeSealed,
        KitDispensed,
        KitChecked,
        TreatmentUnblinded,
        SealedListOpened,
    )

    lists: list[Known[RandomisationListSealed]] = field(default_factory=list)
    randomised: dict[str, Known[ParticipantRandomised]] = field(default_factory=dict)  # by participant, in order
    numbers: dict[str, str] = field(default_factory=dict)  # participant by number
    envelopes: dict[str, Known[EnvelopeSealed]] = field(default_factory=dict)  # by number
    kits: dict[str, list[Known[KitDispensed]]] = field(default_factory=dict)  # by participant
    checks: dict[str, list[Known[KitChecked]]] = field(default_factory=dict)
    unblindings: dict[str, list[Known[TreatmentUnblinded]]] = field(default_factory=dict)
    openings: list[Known[SealedListOpened]] = field(default_factory=list)

    def take(self, event: Event, known: Known[Any]) -> None:
        """Add one event of the randomisation."""
        match event:
            case RandomisationListSealed():
                require(not self.randomised, "the list is in use; it is not sealed anew")
                self.lists.append(known)
            case ParticipantRandomised(usubjid=usubjid, number=number):
                require(bool(self.lists), "no randomisation list is sealed; `trialwright seal-list` makes one")
                require(usubjid not in self.randomised, f"{usubjid} is randomised already")
                require(number not in self.numbers, f"randomisation number {number} is given already")
                self.randomised[usubjid] = known
                self.numbers[number] = usubjid
            case EnvelopeSealed(number=number):
                require(number in self.numbers, f"randomisation number {number} is not given to anybody")
                require(number not in self.envelopes, f"the envelope of {number} is sealed already")
                self.envelopes[number] = known
            case SealedListOpened():
                self.openings.append(known)
            case KitDispensed() | KitChecked() | TreatmentUnblinded():
                self._of_randomised(event, known)

    def _of_randomised(self, event: KitDispensed | KitChecked | TreatmentUnblinded, known: Known[Any]) -> None:
        usubjid = event.usubjid
        require(usubjid in self.randomised, f"{usubjid} is not randomised")
        if isinstance(event, TreatmentUnblinded):
            self.unblindings.setdefault(usubjid, []).append(known)
            return
        number, given = event.infusion_number, self.kit_for(usubjid, event.infusion_number)
        if isinstance(event, KitChecked):
            require(given is not None, f"no kit is dispensed for infusion {number} of {usubjid}")
            self.checks.setdefault(usubjid, []).append(known)
            return
        require(given is None, f"the kit for infusion {number} of {usubjid} is dispensed already")
        self.kits.setdefault(usubjid, []).append(known)

    @property
    def sealed(self) -> Known[RandomisationListSealed] | None:
        """The list in force: the last one sealed."""
        return self.lists[-1] if self.lists else None

    def kit_for(self, usubjid: str, infusion_number: int) -> Known[KitDispensed] | None:
        """The kit dispensed for one infusion."""
        return next(
            (known for known in self.kits.get(usubjid, []) if known.event.infusion_number == infusion_number), None
        )

    def check_for(self, usubjid: str, infusion_number: int) -> Known[KitChecked] | None:
        """The last check of a kit by a second person before one infusion."""
        said = [known for known in self.checks.get(usubjid, []) if known.event.infusion_number == infusion_number]
        return said[-1] if said else None

    def copy(self) -> RandomisationLog:
        """The same log, which does not grow with this one."""
        return copied(self)
