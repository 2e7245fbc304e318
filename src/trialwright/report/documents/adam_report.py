"""The report on somebody else's data: what was read and changed, then every table that was asked for."""

from __future__ import annotations

from trialwright.report.documents.adam_events import events_section
from trialwright.report.documents.adam_findings import findings_section
from trialwright.report.documents.adam_layout import Told, said, table
from trialwright.report.documents.adam_outcomes import outcomes_section
from trialwright.report.documents.adam_subjects import subjects_section
from trialwright.report.documents.adam_times import times_section
from trialwright.report.model import (
    Block,
    Bullets,
    Callout,
    Cell,
    Column,
    Document,
    Fact,
    KeyFacts,
    Provenance,
    Section,
    Table,
    fill,
)
from trialwright.vocabulary.words import Text

TITLE = Text(en="Analysis of {name}", fr="Analyse de {name}")
SUBTITLE = Text(
    en="{people} people, {arms} arms, from {files} data sets in the shape of ADaM",
    fr="{people} personnes, {arms} bras, à partir de {files} jeux de données au format ADaM",
)
SOURCE = Text(en="Data sets of {name}, as read", fr="Jeux de données de {name}, tels que lus")
UNUSED = Text(en="illustrative", fr="illustratif")
SUMMARY = Text(en="At a glance", fr="En bref")
PEOPLE, ARMS = Text(en="People in ADSL", fr="Personnes dans ADSL"), Text(en="Arms", fr="Bras")
REFERENCE = Text(en="Reference arm", fr="Bras de référence")
POPULATIONS = Text(en="Populations", fr="Populations")
CHANGED = Text(en="Values changed on reading", fr="Valeurs modifiées à la lecture")
FLAGS = Text(
    en="baseline {baseline}, safety {safety}, efficacy {efficacy}",
    fr="inclusion {baseline}, tolérance {safety}, efficacité {efficacy}",
)
CHANGES = Text(
    en="{values} values of {columns} columns; see “What was read”",
    fr="{values} valeurs de {columns} colonnes ; voir « Ce qui a été lu »",
)
NONE = Text(en="none", fr="aucune")
NOTICED = Text(
    en="{count} things about the data sets are to be known before the tables are read:",
    fr="{count} points sur les jeux de données sont à connaître avant de lire les tableaux :",
)
READ = Text(en="What was read", fr="Ce qui a été lu")
FILES = Text(en="Files", fr="Fichiers")
COERCIONS = Text(en="Values changed on reading", fr="Valeurs modifiées à la lecture")
NO_CHANGE = Text(en="No value was changed on reading.", fr="Aucune valeur n'a été modifiée à la lecture.")
NOT_READ = Text(en="Files of the folder that were not read: {files}.", fr="Fichiers du dossier non lus : {files}.")
ARM_N = Text(en="{arm} ({n})", fr="{arm} ({n})")
COUNTED_ONCE = Text(
    en="Values are counted, not rows. Nothing else was changed; what could mean two things would have been an error.",
    fr="Les valeurs sont comptées. Rien d'autre n'a été modifié ; ce qui est ambigu aurait été une erreur.",
)


def adam_report(told: Told, *, software: str, version: str) -> Document:
    """The whole report in both languages; the same data sets give the same document."""
    trial = told.trial
    sections = (
        _summary(told),
        subjects_section(told),
        events_section(told),
        findings_section(told),
        outcomes_section(told),
        times_section(told),
        _sources(told),
    )
    count = {"people": len(trial.subjects), "arms": len(trial.arms), "files": len(told.files)}
    return Document(
        title=fill(TITLE, name=trial.name),
        subtitle=fill(SUBTITLE, **count),
        running_head=trial.name,
        sections=tuple(section for section in sections if section is not None),
        provenance=Provenance(
            source=fill(SOURCE, name=trial.name),
            data_cut=None,
            software=software,
            version=version,
            protocol_digest="",
            data_digest=told.digest,
        ),
        illustrative_note=UNUSED,
    )


def _summary(told: Told) -> Section:
    trial, everybody = told.trial, told.trial.everybody()
    flags = {theme: trial.population(theme).flag for theme in ("baseline", "safety", "efficacy")}
    arms = ", ".join(f"{arm} ({everybody.sizes[arm]})" for arm in trial.arms)
    values = sum(one.count for one in told.coercions)
    columns = len({(one.dataset, one.column) for one in told.coercions})
    rows = (
        Fact(PEOPLE, Cell(len(trial.subjects))),
        Fact(ARMS, Cell(arms)),
        Fact(REFERENCE, Cell(trial.reference)),
        Fact(POPULATIONS, Cell(fill(FLAGS, **flags))),
        Fact(CHANGED, Cell(fill(CHANGES, values=values, columns=columns) if values else NONE)),
    )
    blocks: list[Block] = [KeyFacts(rows)]
    if trial.notes:
        blocks += [Callout("warning", fill(NOTICED, count=len(trial.notes))), Bullets(tuple(map(said, trial.notes)))]
    return Section("summary", SUMMARY, tuple(blocks))


def _sources(told: Told) -> Section:
    """Every file with its digest, and every kind of change by data set and column."""
    files = Table(
        "files",
        FILES,
        (
            Column("dataset", Text(en="Data set", fr="Jeu de données")),
            Column("file", Text(en="File", fr="Fichier")),
            Column("rows", Text(en="Rows", fr="Lignes"), "right"),
            Column("columns", Text(en="Columns read", fr="Colonnes lues"), "right"),
            Column("sha256", Text(en="SHA-256", fr="SHA-256")),
        ),
        tuple(
            (Cell(one.dataset), Cell(one.file), Cell(one.rows), Cell(one.columns), Cell(one.sha256))
            for one in told.files
        ),
        notes=(fill(NOT_READ, files=", ".join(told.not_read)),) if told.not_read else (),
    )
    columns = [
        Column("dataset", Text(en="Data set", fr="Jeu de données")),
        Column("column", Text(en="Column", fr="Colonne")),
        Column("values", Text(en="Values", fr="Valeurs"), "right"),
        Column("change", Text(en="Change", fr="Modification")),
    ]
    rows = [(Cell(one.dataset), Cell(one.column), Cell(one.count), Cell(one.what)) for one in told.coercions]
    changes = table("coercions", COERCIONS, columns=columns, rows=rows, notes=(COUNTED_ONCE,), empty=NO_CHANGE)
    return Section("read", READ, (files, changes))
