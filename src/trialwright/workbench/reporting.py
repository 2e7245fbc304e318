"""Writing the report of a trial: analyses at a data cut, laid out in one language."""

from __future__ import annotations

from datetime import date
from importlib.metadata import version
from pathlib import Path

from trialwright.analysis import case_of
from trialwright.report import Written, write_report
from trialwright.report.documents import trial_report
from trialwright.vocabulary.words import Language
from trialwright.workbench.trials import Trial


def report_trial(trial: Trial, out: Path, *, on: date | None = None, language: Language = "en") -> Written:
    """Write the report of a trial into a folder, as known on a day; the same record gives the same bytes."""
    day = on or trial.today()
    case = case_of(trial.study, trial.state(on=day), on=day)
    return write_report(
        trial_report(case, software="trialwright", version=version("trialwright")), out, language=language
    )
