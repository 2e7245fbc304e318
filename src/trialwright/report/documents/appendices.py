"""What follows the results of a trial: the protocol in brief, its operating characteristics, checklists, a glossary."""

from __future__ import annotations

from collections.abc import Sequence

from trialwright.report.documents import protocol_words as words
from trialwright.report.documents.checklists import checklist_section
from trialwright.report.documents.consort import consort_checklist
from trialwright.report.documents.findings import Findings
from trialwright.report.documents.glossary import glossary_section
from trialwright.report.documents.operating import Foreseen, operating_document
from trialwright.report.documents.protocol_section import protocol_digest
from trialwright.report.documents.spirit import spirit_checklist
from trialwright.report.model import Paragraph, Section
from trialwright.vocabulary.words import Text

LISTINGS = Text(en="Listings 16.2", fr="Listings 16.2")
IN_THE_LISTINGS = Text(
    en="The listings by participant (ICH E3, 16.2.1 to 16.2.9), with narratives of deaths and serious events, are a "
    "document of their own: “trialwright listings”, with the same data cut.",
    fr="Les listings par personne (ICH E3, 16.2.1 à 16.2.9), avec les récits des décès et événements graves, font un "
    "document à part : « trialwright listings », à la même date d'extraction.",
)


def appendices(
    findings: Findings, present: Sequence[Section], *, foreseen: Foreseen | None = None
) -> tuple[Section, ...]:
    """The appendices; ``present`` are the sections before them, which the checklist refers to."""
    study = findings.case.study
    added = [protocol_digest(study)]
    if foreseen is not None:
        found = operating_document(foreseen, software="", version="")
        added.append(Section("operating", words.OPERATING, sections=found.sections))
    added.append(Section("listings", LISTINGS, (Paragraph(IN_THE_LISTINGS),)))
    before = [*present, *added]
    consort = checklist_section(consort_checklist(findings, before), before, id="consort")
    spirit = checklist_section(spirit_checklist(study, with_operating=foreseen is not None), before, id="spirit")
    return (*added, consort, spirit, glossary_section())
