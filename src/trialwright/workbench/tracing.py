"""From donor to participant and back, in the record of a trial."""

from __future__ import annotations

from datetime import date

from trialwright.conduct.trace import Trace, trace
from trialwright.workbench.trials import Trial


def trace_trial(trial: Trial, number: str, *, on: date | None = None) -> Trace:
    """Everything before and after a number in the chain, as known now or on a day; NotFound for an unknown one."""
    return trace(trial.study, trial.state(on=on), number=number)
