"""Choosing a design: which designs and rules there are, what each does, and what a design advises in a protocol."""

from __future__ import annotations

import inspect
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal, final

from trialwright import designs, rules
from trialwright.designs.boin12 import Boin12
from trialwright.operating import Setting, decision_table, desirability_table
from trialwright.operating.variants import own_parameters
from trialwright.protocol import read_protocol
from trialwright.report import render_pdf, table_csv
from trialwright.report.documents.decision_tables import Chosen, decision_document, long_table
from trialwright.report.documents.desirability_tables import Ranked, desirability_document, desirability_long_table
from trialwright.vocabulary.errors import Complaints, ParameterError, Refused
from trialwright.vocabulary.parameters import Parameter, parameters_of
from trialwright.vocabulary.registry import Registry
from trialwright.vocabulary.words import Language, Text
from trialwright.workbench.files import write_file

UP_TO = 12  # participants at a level, where the protocol plans more

Kind = Literal["designs", "rules"]

BY_ACTIVITY_TOO = Text(
    en="{name} decides by activity as well as by DLTs and by all levels at once, so no table of one level's counts "
    "says what it advises; ask about one course after the other with `trialwright what-if PROTOCOL --outcomes`, or see "
    "what may follow with `trialwright pathways PROTOCOL`, which takes activity to be unknown",
    fr="{name} décide selon l'activité autant que selon les DLT et selon tous les paliers à la fois : aucune table des "
    "résultats d'un palier ne dit son avis ; interrogez les déroulements un à un avec `trialwright what-if PROTOCOLE "
    "--outcomes`, ou voyez ce qui peut suivre avec `trialwright pathways PROTOCOLE`, où l'activité est tenue pour "
    "inconnue",
)


@final
@dataclass(frozen=True, slots=True)
class Described:
    """A design or rule: its name in the protocol, its sentence, its chapters (in English), its parameters."""

    name: str
    sentence: Text
    chapters: tuple[str, ...]
    parameters: tuple[Parameter, ...]


def describe_all(kind: Kind) -> tuple[Described, ...]:
    """Everything registered, in alphabetical order."""
    return tuple(describe(kind, name) for name in _registry(kind).available())


def describe(kind: Kind, name: str) -> Described:
    """One design or rule; NotFound with the nearest name otherwise."""
    registry = _registry(kind)
    module = registry.module(name)
    paragraphs = (inspect.getdoc(module) or "").replace("``", "").split("\n\n")[1:]
    offered = getattr(module, registry.attribute)
    chapters = tuple(" ".join(paragraph.split()) for paragraph in paragraphs)
    return Described(name, _sentence(registry, name), chapters, parameters_of(offered))


def decision_tables(
    path: Path,
    name: str,
    *,
    up_to: int | None = None,
    level: int | None = None,
    sizes: Sequence[int] = (),
    settings: Sequence[str] = (),
) -> Chosen | Ranked:
    """What a design alone advises in the trial of a protocol, at every level or at one.

    The parameters are the protocol's own, changed by ``settings`` ("name=value"). A design that is not the protocol's
    takes the target DLT rate from it, and nothing else. BOIN12 is answered with one ranked table for all levels, of
    ``sizes`` participants or of whole cohorts up to ``up_to``. ParameterError names everything that is missing or does
    not go together; Refused for the other designs that look at activity, which no counts of one level decide.
    """
    registry, study = _registry("designs"), read_protocol(path)
    registry.module(name)
    parameters = {**own_parameters(study, name), **read_settings(settings)}
    design = designs.build(name, parameters)
    sentence, ranks = _sentence(registry, name), isinstance(design, Boin12)
    most = min(study.identity.planned_n, UP_TO) if up_to is None else up_to
    _check_options(ranks=ranks, up_to=up_to, level=level, sizes=sizes)
    if isinstance(design, Boin12):
        asked = sizes or _whole_cohorts(study.dosing.cohort_size, most=most)
        return Ranked(study, name, sentence, parameters, desirability_table(design, asked))
    if design.looks_at == "counts with activity":
        raise Refused(BY_ACTIVITY_TOO, {"name": name})
    dosing = study.dosing
    setting = Setting(len(dosing.amounts), dosing.start_level, dosing.cohort_size)
    wanted = range(1, setting.levels + 1) if level is None else (level,)
    tables = tuple(decision_table(design, setting, dose_level=one, up_to=most) for one in wanted)
    return Chosen(study, name, sentence, parameters, tables)


def _check_options(*, ranks: bool, up_to: int | None, level: int | None, sizes: Sequence[int]) -> None:
    """Options that the table of the design cannot heed are refused rather than passed over."""
    complaints = Complaints()
    given = ", ".join(map(str, sizes))
    complaints.unless(ranks or not sizes, "n", given, "goes with boin12 alone", "take --up-to instead")
    complaints.unless(not ranks or level is None, "level", level, "one table serves all levels here", "leave it out")
    either = not ranks or not sizes or up_to is None
    complaints.unless(either, "up to", up_to, "goes without --n, which names every number", "leave it out")
    complaints.raise_as(ParameterError, "this decision table cannot be drawn up")


def _whole_cohorts(size: int, *, most: int) -> tuple[int, ...]:
    """Participants after every whole cohort, and the largest number asked for."""
    return tuple(sorted({*range(size, most + 1, size), most}))


def write_decision_csv(chosen: Chosen | Ranked, out: Path, *, language: Language) -> None:
    """Every state of every table, one a line."""
    table = desirability_long_table(chosen) if isinstance(chosen, Ranked) else long_table(chosen)
    write_file(out, table_csv(table, language=language).encode())


def write_decision_pdf(chosen: Chosen | Ranked, out: Path, *, language: Language) -> None:
    """The tables as a PDF; the same protocol and design give the same bytes on every day."""
    made_by = {"software": "trialwright", "version": version("trialwright")}
    if isinstance(chosen, Ranked):
        document = desirability_document(chosen, **made_by)
    else:
        document = decision_document(chosen, **made_by)
    write_file(out, render_pdf(document, language=language))


def _registry(kind: Kind) -> Registry:
    return designs.REGISTRY if kind == "designs" else rules.REGISTRY


def _sentence(registry: Registry, name: str) -> Text:
    english, french = registry.sentence(name), registry.sentence_in_french(name)
    return Text.literally(english, french or f"{english} (en anglais)")


def read_settings(settings: Sequence[str]) -> dict[str, Any]:
    """``name=value`` with values as in a protocol file; a word that is no TOML value is taken as text."""
    complaints, read = Complaints(), {}
    for setting in settings:
        name, equals, value = setting.partition("=")
        fine = bool(equals) and name.strip().isidentifier() and bool(value.strip())
        if complaints.unless(fine, "set", setting, "must be name=value, as in escalate_below=0.2"):
            read[name.strip()] = read_value(value.strip())
    complaints.raise_as(ParameterError, "the settings cannot be read")
    return read


def read_value(text: str) -> Any:
    """A value as in a protocol file; a word that is no TOML value is taken as text."""
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except (ValueError, RecursionError):
        return text


def parted(text: str) -> list[str]:
    """Parts between commas that stand outside brackets and quotes."""
    parts, depth, quoted = [""], 0, False
    for letter in text:
        quoted ^= letter == '"'
        depth += 0 if quoted else (letter in "[{") - (letter in "]}")
        if letter == "," and depth == 0 and not quoted:
            parts.append("")
        else:
            parts[-1] += letter
    return [part for part in parts if part.strip()]
