"""Where each part of the protocol comes from, and its eligibility criteria with their registered operators."""

from __future__ import annotations

from collections.abc import Mapping

from trialwright.protocol.conduct import Guarded
from trialwright.report.documents.findings import Findings
from trialwright.report.model import Block, Callout, Cell, Column, Joined, Section, Table, fill
from trialwright.vocabulary.scores import STATUS_WORDS
from trialwright.vocabulary.words import Text

ELSEWHERE = Text(
    en="Documented in another system ({where}), and not guarded by this record: {what}.",
    fr="Documenté dans un autre système ({where}), et non contrôlé par ce registre : {what}.",
)
GUARDED_WORDS: Mapping[Guarded, Text] = {
    "accounts": Text(en="accounts, roles and signatures", fr="comptes, rôles et signatures"),
    "eligibility": Text(en="eligibility", fr="éligibilité"),
    "decision": Text(en="dose decisions", fr="décisions de dose"),
    "product": Text(en="the product", fr="le produit"),
    "identity": Text(en="the second person's check of identity", fr="le contrôle d'identité par une seconde personne"),
}
STATUS = {**STATUS_WORDS, "choice": Text(en="our choice", fr="notre choix")}


def sources_section(findings: Findings) -> Section:
    """What of the protocol file is confirmed, contradicted by another source, unverified, or our own choice."""
    study = findings.case.study
    rows = [
        (
            Cell(about.place),
            Cell(STATUS[about.status], emphasis=about.status != "confirmed"),
            Cell(about.note),
            Cell(about.source or None),
        )
        for about in study.about
    ]
    for kind, criteria in (("inclusion", study.eligibility.inclusion), ("exclusion", study.eligibility.exclusion)):
        rows += [
            (
                Cell(f"{kind} {one.id}"),
                Cell(STATUS[one.status]),
                Cell(one.note or one.text),
                Cell(one.source or None),
            )
            for one in criteria
            if one.status != "confirmed"
        ]
    table = Table(
        name="sources",
        title=Text(en="Where the protocol file comes from", fr="D'où vient le fichier de protocole"),
        columns=(
            Column("place", Text(en="Part", fr="Partie")),
            Column("status", Text(en="Status", fr="Statut")),
            Column("note", Text(en="Note", fr="Note")),
            Column("source", Text(en="Source", fr="Source")),
        ),
        rows=tuple(rows),
        empty=Text(en="The protocol file states no sources.", fr="Le fichier de protocole n'indique pas de source."),
    )
    blocks: list[Block] = [table, _eligibility_table(findings)]
    conduct = study.conduct
    if conduct.elsewhere and conduct.where is not None and not study.identity.reconstruction:
        what = Joined(tuple(GUARDED_WORDS[one] for one in conduct.elsewhere))
        blocks.append(Callout("warning", fill(ELSEWHERE, what=what, where=conduct.where)))
    if not study.eligibility.complete:
        incomplete = Text(
            en="The list of eligibility criteria is incomplete.",
            fr="La liste des critères d'éligibilité est incomplète.",
        )
        blocks.append(Callout("warning", study.eligibility.note or incomplete))
    return Section("protocol", Text(en="Protocol and its sources", fr="Protocole et sources"), tuple(blocks))


def _eligibility_table(findings: Findings) -> Table:
    study = findings.case.study
    listed = [("+", one) for one in study.eligibility.inclusion] + [("−", one) for one in study.eligibility.exclusion]
    return Table(
        name="eligibility",
        title=Text(
            en="Eligibility criteria with their registered operators",
            fr="Critères d'éligibilité avec leurs opérateurs enregistrés",
        ),
        columns=(
            Column("id", Text(en="Criterion", fr="Critère")),
            Column("text", Text(en="Text", fr="Texte")),
            Column("rule", Text(en="Rule", fr="Règle")),
        ),
        rows=tuple((Cell(f"{sign} {one.id}"), Cell(one.text), Cell(one.rule)) for sign, one in listed),
        notes=(Text(en="+ inclusion, − exclusion.", fr="+ inclusion, − non-inclusion."),),
        empty=Text(en="The protocol file states no criteria.", fr="Le fichier de protocole n'indique aucun critère."),
    )
