"""Writing the report of a trial: analyses at a data cut, laid out in one language."""

from __future__ import annotations

from datetime import date
from importlib.metadata import version
from pathlib import Path

from trialwright.report import Written, write_report
from trialwright.report.documents.trial_report import trial_report
from trialwright.vocabulary.words import Language
from trialwright.workbench.documents import case_on, foreseen_of
from trialwright.workbench.trials import Trial


def report_trial(
    trial: Trial, out: Path, *, on: date | None = None, language: Language = "en", with_operating: bool = False
) -> Written:
    """Write the report of a trial into a folder, as known on a day; the same record gives the same bytes.

    ``with_operating``: with the exact operating characteristics of its protocol; Refused where it has none.
    """
    foreseen = foreseen_of(trial) if with_operating else None
    document = trial_report(
        case_on(trial, on), software="trialwright", version=version("trialwright"), foreseen=foreseen
    )
    return write_report(document, out, language=language)
