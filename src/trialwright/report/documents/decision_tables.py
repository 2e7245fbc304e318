"""The decision tables of a design for a protocol, as a document, and as one long table for machines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import final

from trialwright.operating import Advised, DecisionTable
from trialwright.protocol import Study
from trialwright.report.model import (
    Cell,
    Column,
    Document,
    Fact,
    Filled,
    KeyFacts,
    Paragraph,
    Provenance,
    Section,
    Table,
    doses_in_words,
    fill,
    row,
)
from trialwright.vocabulary.decisions import LEGEND, LETTERS
from trialwright.vocabulary.words import Text

TITLE = Text(en="Decision tables of the design {design}", fr="Tables de décision du plan {design}")
SUBTITLE = Text(en="{id}, {trial}", fr="{id}, {trial}")
AT_LEVEL = Text(en="Advice at dose level {level}: {dose}", fr="Avis au palier de dose {level} : {dose}")
DESIGN = Text(en="The design", fr="Le plan d'escalade")
TABLES = Text(en="What it advises", fr="Ce qu'il préconise")
NAME = Text(en="Name in the protocol", fr="Nom dans le protocole")
PARTICIPANTS = Text(en="Participants", fr="Participants")
WITH_DLT = Text(en="{n_dlt} DLT", fr="{n_dlt} DLT")
AND_MORE = Text(en="{n_dlt}+ DLT", fr="{n_dlt}+ DLT")
LONG_TITLE = Text(en="Decision table, one state a line", fr="Table de décision, un état par ligne")
SOURCE = Text(
    en="Protocol file; no participant is involved", fr="Fichier de protocole ; aucun participant n'est concerné"
)
NOTHING = Text(en="Nothing here is illustrative.", fr="Rien ici n'est illustratif.")

ALONE = Text(
    en="This is the design alone. The protocol's rules come after it and may lower, hold or stop it: {rules}.",
    fr="Il s'agit du plan seul. Les règles du protocole passent ensuite et peuvent abaisser, suspendre ou arrêter : "
    "{rules}.",
)
NO_RULES = Text(
    en="This is the design alone; the protocol has no rules beside it.",
    fr="Il s'agit du plan seul ; le protocole n'a pas de règles en plus.",
)
ANOTHER = Text(
    en="The protocol's own design is {own}, not {design}.",
    fr="Le plan du protocole est {own}, non {design}.",
)
SETTLED = Text(
    en="Everybody counted is settled: the DLT window is over, or a DLT was seen.",
    fr="Toutes les personnes comptées sont évaluées : fenêtre de DLT terminée, ou DLT observée.",
)
NOTHING_BEFORE = Text(
    en="The starting level: nobody is assumed to have been treated at another level.",
    fr="Palier de départ : personne n'est supposé avoir été traité à un autre palier.",
)
ASSUMED = Text(
    en="Assumed before, because the design may learn from it: {course} (level, then N per participant without a DLT, "
    "T with one), the shortest course by which the design comes here from level {start}, upwards one level at a time. "
    "The other levels are empty.",
    fr="Supposé auparavant, car le plan peut en tenir compte : {course} (palier, puis N par participant sans DLT, T "
    "avec), le plus court chemin par lequel le plan arrive ici depuis le palier {start}, en montant palier par palier. "
    "Les autres sont vides.",
)
NOT_FOLLOWED = Text(
    en="Assumed before: {course} (level, then N per participant without a DLT), although the design alone does not "
    "come here by a course without DLTs from level {start}. The other levels are empty.",
    fr="Supposé auparavant : {course} (palier, puis N par participant sans DLT), bien que le plan seul n'arrive pas "
    "ici sans DLT depuis le palier {start}. Les autres paliers sont vides.",
)
NOT_REACHED = Text(
    en="The design alone does not come down to this level from level {start} after one cohort a level; nobody is "
    "assumed to have been treated at another level. Do not rely on this table.",
    fr="Le plan seul ne redescend pas à ce palier depuis le palier {start} après une cohorte par palier ; personne "
    "n'est supposé avoir été traité à un autre palier. Ne vous fiez pas à cette table.",
)


@final
@dataclass(frozen=True, slots=True)
class Chosen:
    """A design with its parameters, and what it advises in the trial of a protocol."""

    study: Study
    name: str
    sentence: Text
    parameters: Mapping[str, object]
    tables: tuple[DecisionTable, ...]

    @property
    def is_own(self) -> bool:
        """Whether this is the design that the protocol names."""
        return self.name == self.study.design_name

    def title(self, table: DecisionTable) -> Filled:
        """What a table is about: its level, with the dose amount."""
        doses = doses_in_words(self.study.dose_levels, self.study.dosing.unit)
        return fill(AT_LEVEL, level=table.dose_level, dose=doses[table.dose_level - 1])

    def caveats(self) -> tuple[Filled, ...]:
        """What must be known to read any of the tables."""
        rules = ", ".join(rule.name for rule in self.study.rule_names)
        alone = fill(ALONE, rules=rules) if rules else fill(NO_RULES)
        another = fill(ANOTHER, own=self.study.design_name, design=self.name)
        return (alone, *(() if self.is_own else (another,)), fill(SETTLED))

    def assumption(self, table: DecisionTable) -> Filled:
        """The course assumed before the first participant of a table."""
        start, course = self.study.dosing.start_level, " ".join(map(str, table.before))
        if table.reached:
            return fill(ASSUMED, course=course, start=start) if course else fill(NOTHING_BEFORE)
        return fill(NOT_FOLLOWED, course=course, start=start) if course else fill(NOT_REACHED, start=start)


def said_of(advised: Advised) -> Filled:
    """One place of the table: a letter and the level, ``E3``."""
    return fill(Text(en="{letter}{level}", fr="{letter}{level}"), letter=LETTERS[advised.action], level=_level(advised))


def _level(advised: Advised) -> str:
    return str(advised.dose_level) if advised.dose_level else ""


def decision_document(chosen: Chosen, *, software: str, version: str) -> Document:
    """The tables as a document in both languages."""
    study = chosen.study
    return Document(
        title=fill(TITLE, design=chosen.name),
        subtitle=fill(SUBTITLE, id=study.identity.id, trial=study.identity.title),
        running_head=study.identity.id,
        sections=(_design_section(chosen), _tables_section(chosen)),
        provenance=Provenance(
            source=SOURCE,
            data_cut=None,
            software=software,
            version=version,
            protocol_digest=study.digest,
        ),
        illustrative_note=NOTHING,
    )


def _design_section(chosen: Chosen) -> Section:
    facts = [Fact(NAME, Cell(chosen.name))]
    facts += [Fact(name, Cell(str(value))) for name, value in chosen.parameters.items()]
    return Section("design", DESIGN, (Paragraph(chosen.sentence), KeyFacts(tuple(facts))))


def _tables_section(chosen: Chosen) -> Section:
    caveats = tuple(Paragraph(caveat) for caveat in chosen.caveats())
    return Section("tables", TABLES, (*caveats, *(_grid(chosen, table) for table in chosen.tables)))


def _grid(chosen: Chosen, table: DecisionTable) -> Table:
    """A row for every number of participants, a column for every number of DLTs that changes something."""
    last = table.last_dlt_that_matters
    columns = [Column("n", PARTICIPANTS)]
    for n_dlt in range(last + 1):
        label = AND_MORE if n_dlt == last else WITH_DLT
        columns.append(Column(f"n_dlt_{n_dlt}", fill(label, n_dlt=n_dlt), align="centre"))
    rows = []
    for n in range(1, table.up_to + 1):
        said = [Cell(said_of(one)) for one in table.row(n)[: last + 1]]
        rows.append((Cell(n), *said, *[Cell("")] * (last + 1 - len(said))))
    return Table(
        name=f"decisions-level-{table.dose_level}",
        title=chosen.title(table),
        columns=tuple(columns),
        rows=tuple(rows),
        notes=(LEGEND, chosen.assumption(table)),
        landscape=len(columns) > 12,
    )


def long_table(chosen: Chosen) -> Table:
    """Every state of every table, one a line, with stable words for machines."""
    keys = ("design", "current_dose_level", "assumed_before", "reached", "n", "n_dlt", "action", "next_dose_level")
    rows = [
        row(
            chosen.name,
            table.dose_level,
            " ".join(map(str, table.before)),
            "yes" if table.reached else "no",
            one.n,
            one.n_dlt,
            one.action,
            one.dose_level,
        )
        for table in chosen.tables
        for one in table.advised
    ]
    columns = tuple(Column(key, key) for key in keys)
    return Table(name="decision-table", title=LONG_TITLE, columns=columns, rows=tuple(rows))
