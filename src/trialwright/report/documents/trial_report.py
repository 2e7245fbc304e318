"""The report of a trial at a data cut: the sections, in their order, and where every number comes from."""

from __future__ import annotations

from trialwright.analysis import Case
from trialwright.report.documents.activity import activity_section
from trialwright.report.documents.adverse_events import adverse_events_section
from trialwright.report.documents.appendices import appendices
from trialwright.report.documents.course import baseline_section, decisions_section, responses_section
from trialwright.report.documents.early_end import early_end_section
from trialwright.report.documents.exposure import exposure_section
from trialwright.report.documents.findings import Findings
from trialwright.report.documents.framing import trial_document
from trialwright.report.documents.laboratory import laboratory_section
from trialwright.report.documents.operating import Foreseen
from trialwright.report.documents.overview import disposition_section, synopsis
from trialwright.report.documents.populations import populations_section
from trialwright.report.documents.response_course import response_course_section
from trialwright.report.documents.safety import toxicity_section
from trialwright.report.documents.sources import sources_section
from trialwright.report.documents.time_to_event import time_to_event_section
from trialwright.report.model import Document
from trialwright.vocabulary.words import Text

SUBTITLE = Text(en="{id} — report at the data cut of {on}", fr="{id} — rapport à la date d'extraction du {on}")


def trial_report(case: Case, *, software: str, version: str, foreseen: Foreseen | None = None) -> Document:
    """The whole report as a document in both languages; same case, same document.

    ``foreseen``: the operating characteristics of its protocol, where they were asked for.
    """
    findings = Findings.of(case)
    sections = (
        synopsis(findings),
        disposition_section(findings),
        populations_section(findings),
        exposure_section(findings),
        toxicity_section(findings),
        decisions_section(findings),
        adverse_events_section(findings),
        laboratory_section(findings),
        baseline_section(findings),
        activity_section(findings),
        responses_section(findings),
        response_course_section(findings),
        time_to_event_section(findings),
        early_end_section(findings),
        sources_section(findings),
    )
    present = [section for section in sections if section is not None]
    return trial_document(
        case,
        (*present, *appendices(findings, present, foreseen=foreseen)),
        title=case.study.identity.title,
        subtitle=SUBTITLE,
        software=software,
        version=version,
    )
