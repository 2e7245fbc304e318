"""Planning the next trial from a plan file: size it, look through it, assure it by an earlier record, write it down."""

from __future__ import annotations

from datetime import date
from importlib.metadata import version
from pathlib import Path

from trialwright.analysis import case_of
from trialwright.planning.belief import Assured, assured
from trialwright.planning.borrowing import read_earlier_arms
from trialwright.planning.further import Further, further
from trialwright.planning.outlook import Outlook, outlook
from trialwright.planning.plan import Plan
from trialwright.planning.plan_file import parse_plan, plan_schema, plan_template
from trialwright.planning.record import Recorded, recorded
from trialwright.planning.sizing import size_plan
from trialwright.report import Document, Written, write_report
from trialwright.report.documents.plan_report import assurance_document, plan_document
from trialwright.report.documents.plan_text import protocol_text
from trialwright.vocabulary.words import LANGUAGES, Language
from trialwright.workbench.files import read_file, write_file
from trialwright.workbench.trials import reach_trial

__all__ = [
    "assurance_as_document",
    "assure_plan",
    "plan_as_document",
    "plan_further",
    "plan_schema",
    "plan_template",
    "plan_text",
    "plan_trial",
    "read_plan",
    "write_plan_report",
    "write_plan_template",
]


def read_plan(path: Path) -> Plan:
    """The plan in a file; ParameterError with every finding when it does not describe one yet."""
    return parse_plan(read_file(path, what="plan file"), name=str(path))


def plan_trial(path: Path) -> tuple[Outlook, Assured | None]:
    """A plan with its numbers, and its assurance where the file says what is believed.

    A folder named by ``assurance.trial`` is read, as seen from the file; Refused where no number is enough.
    """
    plan = read_plan(path)
    found = outlook(size_plan(plan))
    if plan.assurance is None:
        return found, None
    folder = path.parent / plan.assurance.trial if plan.assurance.trial else None
    return found, assured(found.sized, record=_record(plan, folder, on=None))


def assure_plan(path: Path, *, trial: Path | None = None, on: date | None = None) -> Assured:
    """The assurance of a plan, with the record of a trial, as known on a day, as part of what is believed.

    Without ``trial``, that of the file, if it names one.
    """
    plan = read_plan(path)
    named = plan.assurance.trial if plan.assurance is not None else ""
    folder = trial if trial is not None else (path.parent / named if named else None)
    return assured(size_plan(plan), record=_record(plan, folder, on=on))


def plan_further(path: Path, found: Outlook) -> Further:
    """What the plan asks beyond its size; the file of earlier arms is read as seen from the plan."""
    section = found.sized.plan.bayesian
    if section is None or section.borrowing is None:
        return further(found.sized)
    file = path.parent / section.borrowing.file
    arms = read_earlier_arms(read_file(file, what="file of earlier arms"), name=str(file))
    return further(found.sized, arms=arms)


def plan_as_document(found: Outlook, *, assurance: Assured | None = None, beyond: Further | None = None) -> Document:
    """A plan as a document, ready for every format."""
    told = {"software": "trialwright", "version": version("trialwright")}
    return plan_document(found, assured=assurance, further=beyond, **told)


def assurance_as_document(found: Assured) -> Document:
    """What is believed, and the assurance that gives, as a document."""
    return assurance_document(found, software="trialwright", version=version("trialwright"))


def plan_text(found: Outlook) -> dict[str, list[str]]:
    """The text for the protocol, a paragraph each, in every language."""
    return {language: [one.said(language) for one in protocol_text(found)] for language in LANGUAGES}


def write_plan_report(
    found: Outlook, out: Path, *, assurance: Assured | None = None, beyond: Further | None = None,
    language: Language = "en",
) -> Written:  # fmt: skip
    """Pages, PDF, tables and figures in a folder; the same plan and record give the same bytes."""
    return write_report(plan_as_document(found, assurance=assurance, beyond=beyond), out, language=language)


def write_plan_template(out: Path) -> None:
    """A plan file to fill in."""
    write_file(out, plan_template().encode())


def _record(plan: Plan, folder: Path | None, *, on: date | None) -> Recorded | None:
    if folder is None:
        return None
    with reach_trial(folder) as trial:
        day = on or trial.today()
        case = case_of(trial.study, trial.state(on=day), on=day)
        return recorded(case, endpoint=plan.assurance.endpoint if plan.assurance else "")
