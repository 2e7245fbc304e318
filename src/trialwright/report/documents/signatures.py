"""Signatures as shown wherever a signed entry is: printed name, role, meaning, date and time (21 CFR 11.50)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import tzinfo

from trialwright.conduct.known import Known
from trialwright.conduct.signatures import ToSign
from trialwright.report.model import Cell, Column, Filled, Joined, Table, fill
from trialwright.vocabulary.decisions import ACTIONS
from trialwright.vocabulary.events import (
    BatchReleased,
    DataLocked,
    DeviationRecorded,
    DoseDecided,
    Event,
    Role,
    Signed,
    TrailReviewed,
    WaiverGranted,
)
from trialwright.vocabulary.events.trial import Meaning
from trialwright.vocabulary.words import Text

ROLES: Mapping[Role, Text] = {
    "investigator": Text(en="investigator", fr="investigateur"),
    "statistician": Text(en="statistician", fr="statisticien"),
    "data manager": Text(en="data manager", fr="gestionnaire de données"),
    "pharmacist": Text(en="pharmacist", fr="pharmacien"),
    "monitor": Text(en="monitor", fr="moniteur"),
    "board": Text(en="board", fr="comité"),
    "sponsor": Text(en="sponsor", fr="promoteur"),
    "administrator": Text(en="administrator", fr="administrateur"),
    "unblinded pharmacist": Text(en="unblinded pharmacist", fr="pharmacien non aveugle"),
    "unblinded statistician": Text(en="unblinded statistician", fr="statisticien non aveugle"),
}
MEANINGS: Mapping[Meaning, Text] = {
    "authorship": Text(en="authorship", fr="auteur"),
    "review": Text(en="review", fr="relecture"),
    "approval": Text(en="approval", fr="approbation"),
    "responsibility": Text(en="responsibility", fr="responsabilité"),
}
SIGNED = Text(
    en="{name}, {role}: {meaning}, {on} {time} ({factor})", fr="{name}, {role} : {meaning}, {on} {time} ({factor})"
)
FACTOR = Text(en="password and one-time code", fr="mot de passe et code à usage unique")
PASSWORD = Text(en="password", fr="mot de passe")
WAITING = Text(en="waits for: {roles}", fr="en attente : {roles}")
COMPLETE = Text(en="complete", fr="complète")

DECISION = Text(
    en="Dose decision of {on}: level {level} (advised: {advised}); {followed}; reason: {reason}; cut: {cut}",
    fr="Décision de dose du {on} : palier {level} (avis : {advised}) ; {followed} ; motif : {reason} ; gel : {cut}",
)
FOLLOWED = Text(en="the advice was followed", fr="l'avis est suivi")
DEPARTED = Text(en="a departure from the advice", fr="écart par rapport à l'avis")
WAIVER = Text(
    en="Waiver of criterion {criterion} for {usubjid}, {on}: {reason}",
    fr="Dérogation au critère {criterion} pour {usubjid}, {on} : {reason}",
)
RELEASE = Text(
    en="Release of batch {batch} out of specification, {on} (outside limits: {failed}): {reason}",
    fr="Libération du lot {batch} hors spécifications, {on} (hors limites : {failed}) : {reason}",
)
DEVIATION = Text(
    en="Major deviation {deviation}, {on}: {description}", fr="Déviation majeure {deviation}, {on} : {description}"
)
LOCK = Text(
    en="Lock of the data, {on}: {reason}; open points: {points}",
    fr="Verrouillage des données, {on} : {reason} ; points ouverts : {points}",
)
REVIEW = Text(
    en="Review of the trail up to entry {upto}, {on}; findings: {findings}",
    fr="Revue de la piste d'audit jusqu'à l'entrée {upto}, {on} ; constats : {findings}",
)
NONE = Text(en="none", fr="aucun")


def entry_words(event: Event) -> Filled | str:
    """What an entry says, in one sentence: what a person reads before signing it."""
    match event:
        case DoseDecided():
            return fill(
                DECISION,
                on=event.on,
                level=event.dose_level,
                advised=fill(ACTIONS[event.advised_action], level=event.advised_dose_level),
                followed=FOLLOWED if event.endorsed else DEPARTED,
                reason=event.reason,
                cut=event.cut or NONE,
            )
        case WaiverGranted():
            return fill(WAIVER, criterion=event.criterion, usubjid=event.usubjid, on=event.on, reason=event.reason)
        case BatchReleased():
            failed = ", ".join(event.failed) or NONE
            return fill(RELEASE, batch=event.batch, on=event.on, failed=failed, reason=event.justification or NONE)
        case DeviationRecorded():
            return fill(DEVIATION, deviation=event.deviation, on=event.on, description=event.description)
        case DataLocked():
            return fill(LOCK, on=event.on, reason=event.reason, points=len(event.points))
        case TrailReviewed():
            return fill(REVIEW, upto=event.upto, on=event.on, findings=event.findings or NONE)
    return event.kind


def signature_words(known: Known[Signed], *, zone: tzinfo) -> Filled:
    """A signature: printed name, role, meaning, date and time where the trial is run, and with what it was given."""
    event = known.event
    moment = known.at.astimezone(zone) if known.at else None
    return fill(
        SIGNED,
        name=event.printed_name,
        role=ROLES[event.role],
        meaning=MEANINGS[event.meaning],
        on=known.recorded_on,
        time=f"{moment:%H:%M:%S %Z}" if moment else "",
        factor=FACTOR if event.second_factor else PASSWORD,
    )


def signature_table(entries: Iterable[ToSign], *, zone: tzinfo) -> Table:
    """Every entry that is signed by the protocol, with its signatures and the roles it waits for."""
    columns = (
        Column("entry", Text(en="Entry", fr="Entrée"), "right"),
        Column("what", Text(en="What is signed", fr="Objet")),
        Column("signature", Text(en="Signature", fr="Signature")),
        Column("state", Text(en="State", fr="État")),
    )
    rows = [row for one in entries for row in _rows(one, zone=zone)]
    return Table(
        name="signatures",
        title=Text(en="Signatures", fr="Signatures"),
        columns=columns,
        rows=tuple(rows),
        notes=(_HOLDS,),
        empty=Text(en="Nothing is signed in this record.", fr="Rien n'est signé dans ce registre."),
    )


_HOLDS = Text(
    en="A signature holds for exactly what the entry said when it was given; a correction of the entry voids it.",
    fr="Une signature vaut pour ce que l'entrée disait au moment de signer ; une correction de l'entrée l'annule.",
)


def _rows(one: ToSign, *, zone: tzinfo) -> list[tuple[Cell, ...]]:
    """A row for each signature of an entry, or one without any."""
    state = fill(WAITING, roles=Joined(tuple(ROLES[role] for role in one.missing))) if one.missing else COMPLETE
    given: list[Filled | None] = [signature_words(known, zone=zone) for known in one.given]
    return [
        (Cell(one.known.position), Cell(entry_words(one.known.event)), Cell(said), Cell(state))
        for said in given or [None]
    ]
