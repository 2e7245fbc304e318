"""What every document of a trial shares: its head, where each number comes from, and the warning of a rehearsal."""

from __future__ import annotations

from collections.abc import Sequence

from trialwright.analysis import Case
from trialwright.report.model import Document, Provenance, Section, Words, fill
from trialwright.vocabulary.words import Text

ILLUSTRATIVE = Text(
    en="illustrative: not published; made up to complete the record, in agreement with the published aggregates.",
    fr="illustratif : non publié ; imaginé pour compléter le registre, en accord avec les agrégats publiés.",
)
RECONSTRUCTION = Text(
    en="Record reconstructed from publications (see the protocol's sources)",
    fr="Registre reconstitué à partir de publications (voir les sources du protocole)",
)
RECORD = Text(en="Trial record", fr="Registre de l'essai")
REHEARSAL = Text(
    en="Record of a rehearsal: none of this happened", fr="Registre d'une répétition : rien de ceci n'a eu lieu"
)
REHEARSED = Text(
    en="REHEARSAL: none of this happened. {subtitle}", fr="RÉPÉTITION : rien de ceci n'a eu lieu. {subtitle}"
)


def trial_document(
    case: Case, sections: Sequence[Section], *, title: Words, subtitle: Text, software: str, version: str
) -> Document:
    """A document about a trial at its data cut; ``subtitle`` has the places ``id`` and ``on``."""
    identity, head = case.study.identity, case.state.head
    said = fill(subtitle, id=identity.id, on=case.on)
    return Document(
        title=title,
        subtitle=fill(REHEARSED, subtitle=said) if case.state.is_rehearsal else said,
        running_head=identity.id,
        sections=tuple(sections),
        provenance=Provenance(
            source=source_of(case),
            data_cut=case.on,
            software=software,
            version=version,
            protocol_digest=case.study.digest,
            ledger_position=head.position,
            ledger_digest=head.digest,
        ),
        illustrative_note=ILLUSTRATIVE,
    )


def source_of(case: Case) -> Text:
    """Where the record comes from: the trial itself, a rehearsal, or publications."""
    if case.state.is_rehearsal:
        return REHEARSAL
    return RECONSTRUCTION if case.state.is_reconstruction else RECORD
