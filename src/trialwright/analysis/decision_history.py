"""Every dose decision in order: what was known, what was advised, what people decided, and whether they departed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

from trialwright.analysis.case import Case
from trialwright.conduct.state import Known
from trialwright.vocabulary.events import DoseDecided


@final
@dataclass(frozen=True, slots=True)
class Decided:
    """One decision, and how many people had been enrolled when it was taken."""

    number: int
    known: Known[DoseDecided]
    enrolled: int


def decision_history(case: Case) -> tuple[Decided, ...]:
    """The decisions, first to last."""
    enrolled = [one.enrolled.position for one in case.state.participants.values()]
    return tuple(
        Decided(number, known, sum(position < known.position for position in enrolled))
        for number, known in enumerate(case.state.decisions, start=1)
    )
