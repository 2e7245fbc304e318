"""Analysing data sets that somebody else made: a folder in the shape of ADaM becomes the tables of a report."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from io import StringIO
from pathlib import Path
from typing import final

from trialwright.analysis.adam.analyses import NAMES, analyse
from trialwright.analysis.adam.notes import Coercion, Note
from trialwright.analysis.adam.outcomes import datasets_of, parameters_of
from trialwright.analysis.adam.results import Answer, Result
from trialwright.analysis.adam.settings import Settings
from trialwright.analysis.adam.trial import AdamError, AdamTrial, trial_of
from trialwright.exchange.mapping import Mapped, read_mapping, template
from trialwright.exchange.package import Package, read_package
from trialwright.report import Written, write_report
from trialwright.report.documents.adam_layout import Told
from trialwright.report.documents.adam_report import adam_report
from trialwright.vocabulary.errors import Finding, NotFound
from trialwright.vocabulary.words import Language

TABLES = NAMES


@final
@dataclass(frozen=True, slots=True)
class Wishes:
    """What is asked for on the way, over what the mapping file says; empty means: as there, else as usual."""

    treatment: str = ""
    population: str = ""
    reference: str = ""
    tables: tuple[str, ...] = ()
    tests: bool | None = None


@final
@dataclass(frozen=True, slots=True)
class Analysed:
    """What was read, what came of it, and where the report is, if one was written."""

    trial: AdamTrial
    package: Package
    answers: tuple[Answer, ...]
    written: Written | None

    @property
    def coercions(self) -> tuple[Coercion, ...]:
        """Values that were changed on reading."""
        return self.package.coercions

    @property
    def notes(self) -> tuple[Note, ...]:
        """All that was noticed, of the data sets and of the analyses; each once."""
        every = [*self.trial.notes, *(note for answer in self.answers for note in answer.notes)]
        return tuple({(note.about, note.text, str(note.values)): note for note in every}.values())


def analyse_data(
    folder: Path, out: Path | None = None, *, map_file: Path | None = None, wishes: Wishes | None = None,
    language: Language = "en",
) -> Analysed:  # fmt: skip
    """Read a folder of data sets, make the tables asked for, and write their report into ``out`` if one is named.

    AdamError with every finding where a file cannot be read or the wishes do not fit the data.
    """
    wished = wishes or Wishes()
    tables = _tables(wished.tables)
    mapped = _mapped(map_file)
    package = read_package(folder, mapped)
    trial = trial_of(package.datasets, settings=_settings(mapped.settings, wished), labels=package.labels)
    answers = tuple(analyse(trial, tables))
    told = Told(trial, {answer.table: answer for answer in answers}, package.files, package.coercions, package.not_read)
    if out is None:
        return Analysed(trial, package, answers, None)
    document = adam_report(told, software="trialwright", version=version("trialwright"))
    results = {"results.csv": results_csv(answers).encode()}
    return Analysed(trial, package, answers, write_report(document, out, language=language, further=results))


def _tables(wanted: Sequence[str]) -> Sequence[str]:
    strange = [Finding("tables", name, f"must be one of {', '.join(NAMES)}") for name in wanted if name not in NAMES]
    if strange:
        raise AdamError("These tables cannot be made", strange)
    return wanted or NAMES


def _mapped(map_file: Path | None) -> Mapped:
    if map_file is None:
        return Mapped()
    if not map_file.is_file():
        raise NotFound(f"there is no file {map_file}; write one with --template")
    return read_mapping(map_file)


def _settings(settings: Settings, wished: Wishes) -> Settings:
    return replace(
        settings,
        treatment=wished.treatment.upper() or settings.treatment,
        population=wished.population.upper() or settings.population,
        reference=wished.reference or settings.reference,
        tests=settings.tests if wished.tests is None else wished.tests,
    )


def results_csv(answers: Iterable[Answer]) -> str:
    """Every statistic as a line: table, item, visit, group, statistic, value, population, method."""
    sheet = StringIO()
    writer = csv.writer(sheet, lineterminator="\n")
    writer.writerow(
        ["table", "item_1", "item_2", "item_3", "visit", "group", "statistic", "value", "population", "method"]
    )
    writer.writerows(_line(one) for answer in answers for one in answer.results)
    return sheet.getvalue()


def _line(one: Result) -> list[str]:
    items = [*one.item, "", "", ""][:3]
    value = str(int(one.value)) if float(one.value).is_integer() else repr(float(one.value))
    return [one.table, *items, one.visit, one.group, one.statistic, value, one.population, one.method]


def data_template(folder: Path, *, map_file: Path | None = None) -> str:
    """A mapping file to start from, with what the folder holds: arms, columns of ADSL, parameters to model."""
    package = read_package(folder, _mapped(map_file))
    columns = {name: list(map(str, frame.columns)) for name, frame in package.datasets.items()}
    try:
        trial = trial_of(package.datasets, settings=Settings())
    except AdamError:  # the names differ: that is what the file is for
        return template(arms=(), reference="", columns=columns, parameters={})
    parameters = {name: parameters_of(trial, name)[0] for name in datasets_of(trial)}
    return template(arms=trial.arms, reference=trial.reference, columns=columns, parameters=parameters)
