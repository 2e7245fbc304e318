"""Questions to a trial that write nothing: how does it stand, and what is advised."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import final

from trialwright.analysis import Case, case_of
from trialwright.analysis.exposure import Exposure, exposures
from trialwright.analysis.responses import Responders, responders
from trialwright.analysis.toxicity import Toxicity, toxicity
from trialwright.conduct import advise
from trialwright.vocabulary.decisions import Decision
from trialwright.workbench.trials import Trial

__all__ = ["Status", "advise_trial", "status"]


@final
@dataclass(frozen=True, slots=True)
class Status:
    """How a trial stands on a day: its people, their doses, what came of it, and the advice."""

    case: Case
    exposures: tuple[Exposure, ...]
    toxicity: Toxicity
    responders: tuple[Responders, ...]
    advice: Decision


def status(trial: Trial, *, on: date | None = None) -> Status:
    """Who is where: every participant with dose, window and outcome, as known on a day."""
    day = on or trial.today()
    case = case_of(trial.study, trial.state(on=day), on=day)
    return Status(case, exposures(case), toxicity(case), responders(case), advise(case.study, case.state, on=day))


def advise_trial(trial: Trial, *, on: date | None = None) -> Decision:
    """What the design and rules advise on a day, from what was known at its end."""
    day = on or trial.today()
    return advise(trial.study, trial.state(on=day), on=day)
