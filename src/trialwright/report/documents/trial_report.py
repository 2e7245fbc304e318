"""The report of a trial at a data cut: the sections, in their order, and where every number comes from."""

from __future__ import annotations

from trialwright.analysis import Case
from trialwright.report.documents.activity import activity_section
from trialwright.report.documents.adverse_events import adverse_events_section
from trialwright.report.documents.course import baseline_section, decisions_section, responses_section
from trialwright.report.documents.early_end import early_end_section
from trialwright.report.documents.exposure import exposure_section
from trialwright.report.documents.findings import Findings
from trialwright.report.documents.laboratory import laboratory_section
from trialwright.report.documents.overview import disposition_section, synopsis
from trialwright.report.documents.populations import populations_section
from trialwright.report.documents.response_course import response_course_section
from trialwright.report.documents.safety import toxicity_section
from trialwright.report.documents.sources import sources_section
from trialwright.report.documents.time_to_event import time_to_event_section
from trialwright.report.model import Document, Provenance, fill
from trialwright.vocabulary.words import Text

ILLUSTRATIVE = Text(
    en="illustrative: not published; made up to complete the record, in agreement with the published aggregates.",
    fr="illustratif : non publié ; imaginé pour compléter le registre, en accord avec les agrégats publiés.",
)
SUBTITLE = Text(en="{id} — report at the data cut of {on}", fr="{id} — rapport à la date d'extraction du {on}")
RECONSTRUCTION = Text(
    en="Record reconstructed from publications (see the protocol's sources)",
    fr="Registre reconstitué à partir de publications (voir les sources du protocole)",
)
RECORD = Text(en="Trial record", fr="Registre de l'essai")
REHEARSAL = Text(
    en="Record of a rehearsal: none of this happened", fr="Registre d'une répétition : rien de ceci n'a eu lieu"
)
REHEARSED = Text(
    en="REHEARSAL: none of this happened. {id} — report at the data cut of {on}",
    fr="RÉPÉTITION : rien de ceci n'a eu lieu. {id} — rapport à la date d'extraction du {on}",
)


def trial_report(case: Case, *, software: str, version: str) -> Document:
    """The whole report as a document in both languages; same case, same document."""
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
    identity, head = case.study.identity, case.state.head
    return Document(
        title=identity.title,
        subtitle=fill(REHEARSED if case.state.is_rehearsal else SUBTITLE, id=identity.id, on=case.on),
        running_head=identity.id,
        sections=tuple(section for section in sections if section is not None),
        provenance=Provenance(
            source=_source(case),
            data_cut=case.on,
            software=software,
            version=version,
            protocol_digest=case.study.digest,
            ledger_position=head.position,
            ledger_digest=head.digest,
        ),
        illustrative_note=ILLUSTRATIVE,
    )


def _source(case: Case) -> Text:
    if case.state.is_rehearsal:
        return REHEARSAL
    return RECONSTRUCTION if case.state.is_reconstruction else RECORD
