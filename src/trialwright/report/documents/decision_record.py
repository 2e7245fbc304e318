"""The record of one dose decision: what was decided, on which frozen data, with what advice, by whom it is signed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, final

from trialwright.conduct.cuts import said as point_said
from trialwright.conduct.known import Known
from trialwright.conduct.signatures import ToSign
from trialwright.operating.pathways import Pathways
from trialwright.protocol import Study
from trialwright.report.documents.findings import NO, UNKNOWN, YES
from trialwright.report.documents.pathways import opening, tree_figure
from trialwright.report.documents.signatures import signature_table
from trialwright.report.model import (
    Block,
    Bullets,
    Callout,
    Cell,
    Column,
    Document,
    Fact,
    KeyFacts,
    Paragraph,
    Provenance,
    Section,
    Table,
    fill,
)
from trialwright.vocabulary.decisions import ACTIONS, Decision
from trialwright.vocabulary.events import CutPoint, DataCutFrozen, DoseDecided
from trialwright.vocabulary.records import Head
from trialwright.vocabulary.words import Language, Text

TITLE = Text(en="Record of a dose decision", fr="Procès-verbal d'une décision de dose")
SUBTITLE = Text(en="{id} — decision of {on}, entry {position}", fr="{id} — décision du {on}, entrée {position}")
SOURCE = Text(en="Trial record", fr="Registre de l'essai")
REHEARSAL = Text(en="A rehearsal: none of this happened.", fr="Une répétition : rien de ceci n'a eu lieu.")
AWAITED = Text(
    en="Not signed by everyone yet: nobody is treated under this decision.",
    fr="Pas encore signée par tous : personne n'est traité selon cette décision.",
)
LEVEL = Text(en="level {level}", fr="palier {level}")
NO_CUT = Text(en="This decision names no frozen data cut.", fr="Cette décision ne cite pas de gel des données.")
NOTHING_OPEN = Text(en="Nothing was open in these data.", fr="Rien n'était en suspens dans ces données.")
OPEN = Text(en="Open in these data:", fr="En suspens dans ces données :")
NO_PATHWAYS = Text(en="There is nothing ahead to list.", fr="Il n'y a rien à lister pour la suite.")
CHANGED = Text(
    en="The pathways computed now are not those kept with the decision: another version of this program made those.",
    fr="Les parcours calculés maintenant ne sont pas ceux de la décision, faits par une autre version du programme.",
)
NOTHING = Text(en="Nothing here is illustrative.", fr="Rien ici n'est illustratif.")
IDS = ("usubjid", "assigned", "dose_level", "dlt", "complete", "evaluable", "follow_up")


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionRecord:
    """Everything that belongs to one decision."""

    study: Study
    known: Known[DoseDecided]
    cut: DataCutFrozen | None
    data: Sequence[Mapping[str, Any]]  # one row a participant, as the design saw them
    advice: Decision
    pathways: Pathways | None
    pathways_same: bool  # as those whose digest stands in the decision
    signing: ToSign
    head: Head
    rehearsal: bool


def decision_document(record: DecisionRecord, *, software: str, version: str) -> Document:
    """The record as a document in both languages; same record, same document."""
    identity, event = record.study.identity, record.known.event
    return Document(
        title=TITLE,
        subtitle=fill(SUBTITLE, id=identity.id, on=event.on, position=record.known.position),
        running_head=identity.id,
        sections=(_decision(record), _data(record), _advice(record), _pathways(record), _signatures(record)),
        provenance=Provenance(
            source=REHEARSAL if record.rehearsal else SOURCE,
            data_cut=record.cut.on if record.cut else event.on,
            software=software,
            version=version,
            protocol_digest=record.study.digest,
            ledger_position=record.head.position,
            ledger_digest=record.head.digest,
        ),
        illustrative_note=NOTHING,
    )


def _decision(record: DecisionRecord) -> Section:
    event = record.known.event
    level = fill(LEVEL, level=event.dose_level) if event.dose_level else ACTIONS["stop"]
    facts: list[tuple[Text, Any]] = [
        (Text(en="Decided", fr="Décidé"), level),
        (Text(en="Advised", fr="Avis"), fill(ACTIONS[event.advised_action], level=event.advised_dose_level)),
        (Text(en="The advice was followed", fr="L'avis est suivi"), YES if event.endorsed else NO),
        (Text(en="Reason", fr="Motif"), event.reason),
        (Text(en="Day of the decision", fr="Jour de la décision"), event.on),
        (Text(en="Recorded by", fr="Enregistrée par"), event.decided_by),
    ]
    blocks: list[Block] = [KeyFacts(tuple(Fact(label, Cell(value)) for label, value in facts))]
    if record.rehearsal:
        blocks.append(Callout("warning", REHEARSAL))
    if record.signing.missing:
        blocks.append(Callout("warning", AWAITED))
    return Section("decision", Text(en="Decision", fr="Décision"), tuple(blocks))


def _data(record: DecisionRecord) -> Section:
    title = Text(en="Data behind it", fr="Données à l'appui")
    if record.cut is None:
        return Section("data", title, (Callout("warning", NO_CUT), _data_table(record)))
    cut = record.cut
    facts: list[tuple[Text, Any]] = [
        (Text(en="Data cut", fr="Gel des données"), cut.cut),
        (Text(en="What was known at the end of", fr="Ce qui était connu à la fin du"), cut.on),
        (Text(en="Entries of the record", fr="Entrées du registre"), f"1–{cut.upto}"),
        (Text(en="SHA-256 of the record up to there", fr="SHA-256 du registre jusque-là"), cut.ledger_digest),
        (Text(en="SHA-256 of the data", fr="SHA-256 des données"), cut.data_digest),
    ]
    points: Block = Paragraph(OPEN if cut.points else NOTHING_OPEN)
    listed: tuple[Block, ...] = (Bullets(tuple(_Point(point) for point in cut.points)),) if cut.points else ()
    known = KeyFacts(tuple(Fact(label, Cell(value)) for label, value in facts))
    return Section("data", title, (known, points, *listed, _data_table(record)))


def _data_table(record: DecisionRecord) -> Table:
    columns = (
        Column("usubjid", Text(en="Participant", fr="Personne")),
        Column("assigned", Text(en="Assigned", fr="Assigné"), "right"),
        Column("dose_level", Text(en="Counts at level", fr="Compte au palier"), "right"),
        Column("dlt", Text(en="DLT", fr="DLT")),
        Column("complete", Text(en="Window complete", fr="Fenêtre terminée")),
        Column("evaluable", Text(en="Evaluable", fr="Évaluable")),
        Column("follow_up", Text(en="Follow-up (days)", fr="Suivi (jours)"), "right"),
    )
    return Table(
        name="data",
        title=Text(en="The data as the design saw them", fr="Les données telles que le plan les a vues"),
        columns=columns,
        rows=tuple(tuple(_cell(row[name]) for name in IDS) for row in record.data),
        empty=Text(en="Nobody had been enrolled.", fr="Personne n'avait été inclus."),
    )


def _cell(value: Any) -> Cell:
    if isinstance(value, bool):
        return Cell(YES if value else NO)
    if value is None or (isinstance(value, int) and value < 0):
        return Cell(UNKNOWN)
    return Cell(value)


def _advice(record: DecisionRecord) -> Section:
    lead = Text(
        en="On these data the protocol's design and rules advise: {action}.",
        fr="Sur ces données, le plan d'escalade et les règles du protocole préconisent : {action}.",
    )
    advice = record.advice
    action = fill(ACTIONS[advice.action], level=advice.dose_level)
    blocks = (Paragraph(fill(lead, action=action)), Bullets(advice.reasons))
    return Section("advice", Text(en="Advice of the protocol", fr="Avis du protocole"), blocks)


def _pathways(record: DecisionRecord) -> Section:
    title = Text(en="What may come next", fr="Ce qui peut suivre")
    if record.pathways is None:
        return Section("pathways", title, (Paragraph(NO_PATHWAYS),))
    blocks: list[Block] = [*(Paragraph(line) for line in opening(record.pathways)), tree_figure(record.pathways)]
    if not record.pathways_same:
        blocks.append(Callout("warning", CHANGED))
    return Section("pathways", title, tuple(blocks))


def _signatures(record: DecisionRecord) -> Section:
    table = signature_table([record.signing], zone=record.study.identity.zone)
    return Section("signatures", Text(en="Signatures", fr="Signatures"), (table,))


@final
@dataclass(frozen=True, slots=True)
class _Point:
    """What was open, in the language of the reader."""

    point: CutPoint

    def said(self, language: Language, /) -> str:
        """The point in words."""
        return point_said(self.point, language)
