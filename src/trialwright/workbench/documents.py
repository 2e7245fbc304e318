"""Documents made from a trial or its protocol, each in one call: text, checklists, and where they are written."""

from __future__ import annotations

from datetime import date
from importlib.metadata import version
from pathlib import Path

from trialwright.analysis import Case, case_of
from trialwright.protocol import read_protocol
from trialwright.report import Document, Written, write_report
from trialwright.report.documents.checklists import Checklist
from trialwright.report.documents.consort import consort_checklist
from trialwright.report.documents.findings import Findings
from trialwright.report.documents.operating import Foreseen
from trialwright.report.documents.protocol_section import protocol_document
from trialwright.report.documents.spirit import spirit_checklist
from trialwright.report.documents.trial_report import trial_report
from trialwright.vocabulary.words import Language
from trialwright.workbench.characteristics import operating_characteristics
from trialwright.workbench.trials import PROTOCOL_FILE, Trial, reach_trial

NAME = "trialwright"


def protocol_section(path: Path, *, with_operating: bool = False) -> Document:
    """The dose-escalation section of a protocol, with the SPIRIT-DEFINE checklist, from a protocol file.

    ``with_operating``: with exact operating characteristics under a scenario for every level on target. Refused for a
    design that cannot be walked; ProtocolError with every finding of the file.
    """
    study = read_protocol(path)
    foreseen = operating_characteristics(path) if with_operating else None
    return protocol_document(study, foreseen, software=NAME, version=version(NAME))


def checklist_of(target: Path, *, on: date | None = None) -> Checklist:
    """CONSORT-DEFINE of the trial in a folder, on a day; SPIRIT-DEFINE of a protocol file."""
    if target.is_dir():
        with reach_trial(target) as trial:
            case = case_on(trial, on)
            document = trial_report(case, software=NAME, version=version(NAME))
            return consort_checklist(Findings.of(case), document.sections)
    return spirit_checklist(read_protocol(target), with_operating=False)


def foreseen_of(trial: Trial) -> Foreseen:
    """The operating characteristics of a trial's own protocol."""
    return operating_characteristics(trial.folder / PROTOCOL_FILE)


def case_on(trial: Trial, on: date | None) -> Case:
    """The trial at a data cut: what was known at the end of a day; today where none is named."""
    day = on or trial.today()
    return case_of(trial.study, trial.state(on=day), on=day)


def write_documents(document: Document, out: Path, *, language: Language) -> Written:
    """A document in every format in a folder; an earlier one there is replaced."""
    return write_report(document, out, language=language)
