"""``analyse``: tables of a report from data sets that somebody else made, in the shape of ADaM."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from trialwright import workbench
from trialwright.cli.terminal import Json, Lang, language, print_json, say, show_table
from trialwright.vocabulary.words import Text

if TYPE_CHECKING:
    from trialwright.vocabulary.words import Language
    from trialwright.workbench.analysing import Analysed

ARM, PEOPLE = Text(en="arm", fr="bras"), Text(en="people", fr="personnes")
TITLE = Text(en="{name}: {people} people in ADSL", fr="{name} : {people} personnes dans ADSL")
CHANGED = Text(
    en="{count} values were changed on reading, in {columns} columns:",
    fr="{count} valeurs ont été modifiées à la lecture, dans {columns} colonnes :",
)
UNCHANGED = Text(en="No value was changed on reading.", fr="Aucune valeur n'a été modifiée à la lecture.")
NOTICED = Text(en="To be known before the tables are read:", fr="À savoir avant de lire les tableaux :")
CHANGE = Text(en="  · {dataset}.{column}: {count} × {what}", fr="  · {dataset}.{column} : {count} × {what}")
NOTE = Text(en="  · {about}: {note}", fr="  · {about} : {note}")
WRITTEN = Text(
    en="{tables} tables, {results} statistics. Report: {place}",
    fr="{tables} tableaux, {results} statistiques. Rapport : {place}",
)


def register(app: typer.Typer) -> None:
    """Add this group's commands."""
    app.command("analyse")(analyse)


def analyse(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="Folder with ADSL, ADAE … as XPT, Dataset-JSON, CSV or Parquet.")
    ],
    *,
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder of the report; build/analyse/NAME if absent.")
    ] = None,
    map_file: Annotated[
        Path | None, typer.Option("--map", metavar="FILE", help="TOML file for names that differ, arms and models.")
    ] = None,
    template: Annotated[
        bool, typer.Option("--template", help="Print a mapping file to start from, with what was found; no report.")
    ] = False,
    treatment: Annotated[str, typer.Option("--treatment", help="Column of ADSL that names the arm, as TRT01P.")] = "",
    population: Annotated[str, typer.Option("--population", help="Flag of ADSL for every table, as ITTFL.")] = "",
    reference: Annotated[str, typer.Option("--reference", help="The arm the others are compared with.")] = "",
    tables: Annotated[
        str, typer.Option("--tables", metavar="NAME,…", help="Only these tables; a wrong name lists them all.")
    ] = "",
    tests: Annotated[
        bool | None, typer.Option("--tests/--no-tests", help="Exact tests against the reference arm; usually yes.")
    ] = None,
    lang: Lang = "en",
    as_json: Json = False,
) -> None:
    """Make the tables of a report from somebody else's ADaM data sets, for any number of arms.

    Every value changed on reading is counted and reported; what cannot be read, or could mean two things, is an error.
    """
    spoken = language(lang)
    if template:
        sys.stdout.write(workbench.data_template(folder, map_file=map_file))
        return
    wished = tuple(name.strip() for name in tables.split(",") if name.strip())
    wishes = workbench.Wishes(treatment, population, reference, wished, tests)
    place = out or Path("build") / "analyse" / folder.resolve().name
    analysed = workbench.analyse_data(folder, place, map_file=map_file, wishes=wishes, language=spoken)
    if as_json:
        print_json(_as_data(analysed, spoken))
        return
    _show(analysed, spoken)


def _show(analysed: Analysed, spoken: Language) -> None:
    trial = analysed.trial
    sizes = trial.everybody().sizes
    say(TITLE.said(spoken, name=trial.name, people=len(trial.subjects)), style="bold")
    rows = [[arm, str(sizes[arm])] for arm in trial.arms]
    show_table("", [ARM.said(spoken), PEOPLE.said(spoken)], rows=rows, right=(1,))
    if analysed.coercions:
        count = sum(one.count for one in analysed.coercions)
        columns = len({(one.dataset, one.column) for one in analysed.coercions})
        say(CHANGED.said(spoken, count=count, columns=columns), style="bold yellow")
        for one in analysed.coercions:
            what = one.what.said(spoken)
            say(CHANGE.said(spoken, dataset=one.dataset, column=one.column, count=one.count, what=what))
    else:
        say(UNCHANGED.said(spoken))
    if analysed.notes:
        say(NOTICED.said(spoken), style="bold")
        say("\n".join(NOTE.said(spoken, about=note.about, note=note.said(spoken)) for note in analysed.notes))
    assert analysed.written is not None
    results = sum(len(answer.results) for answer in analysed.answers)
    count = len(analysed.written.tables)
    say(WRITTEN.said(spoken, tables=count, results=results, place=analysed.written.html), style="bold green")


def _as_data(analysed: Analysed, spoken: Language) -> dict[str, object]:
    trial, written = analysed.trial, analysed.written
    assert written is not None
    return {
        "arms": trial.everybody().sizes,
        "changed": [
            {"dataset": one.dataset, "column": one.column, "values": one.count, "change": one.what.said(spoken)}
            for one in analysed.coercions
        ],
        "files": [
            {"dataset": one.dataset, "file": one.file, "rows": one.rows, "sha256": one.sha256}
            for one in analysed.package.files
        ],
        "not_read": list(analysed.package.not_read),
        "notes": [{"about": note.about, "text": note.said(spoken)} for note in analysed.notes],
        "people": len(trial.subjects),
        "populations": {theme: trial.population(theme).flag for theme in ("baseline", "safety", "efficacy")},
        "reference": trial.reference,
        "report": str(written.html),
        "results": str(written.folder / "results.csv"),
        "tables": [path.stem for path in written.tables],
    }
