"""The case that is analysed: a study, its state, and how everybody stands on the day of the data cut."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import final

from trialwright.conduct import TrialState, everyone
from trialwright.conduct.state import Participant
from trialwright.conduct.toxicity import Observed
from trialwright.protocol import Study


@final
@dataclass(frozen=True, slots=True)
class Case:
    """Everything an analysis may look at."""

    study: Study
    state: TrialState
    on: date  # the data cut
    observed: Mapping[str, Observed]  # by participant, in the order of enrolment
    allocation: Mapping[str, str] | None = None  # arm by participant, where the sealed list was opened; never recorded

    @property
    def infused(self) -> tuple[Participant, ...]:
        """The safety population: everybody who received any infusion."""
        return tuple(one for one in self.state.participants.values() if one.infusions)

    @property
    def evaluable(self) -> tuple[Observed, ...]:
        """The dose-determining population: everybody with a settled DLT outcome."""
        return tuple(one for one in self.observed.values() if one.settled)

    def level_of(self, usubjid: str) -> int:
        """The dose level at which a participant counts."""
        return self.observed[usubjid].dose_level


def case_of(study: Study, state: TrialState, *, on: date, allocation: Mapping[str, str] | None = None) -> Case:
    """The case at a data cut; ``state`` is what was known then. Without an ``allocation`` it is a blinded one."""
    return Case(study, state, on, {one.usubjid: one for one in everyone(study, state, on=on)}, allocation)
