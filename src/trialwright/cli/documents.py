"""Documents made from a trial or its protocol, each in one command: for the board, the registries, everybody."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from trialwright import workbench
from trialwright.cli.terminal import (
    AsOf,
    Json,
    Lang,
    ProtocolFile,
    TrialFolder,
    day,
    language,
    print_json,
    say,
    show_document,
    show_table,
)
from trialwright.vocabulary.words import Text

if TYPE_CHECKING:
    from trialwright.report import Document
    from trialwright.report.documents.checklists import Checklist
    from trialwright.vocabulary.words import Language

Out = Annotated[
    Path | None,
    typer.Option("--out", help="Folder for HTML, PDF, tables and a manifest; absent: shown here."),
]
WRITTEN = Text(
    en="{html}, {pdf}, {tables} tables as CSV, {manifest}", fr="{html}, {pdf}, {tables} tableaux en CSV, {manifest}"
)
COLUMNS = (
    Text(en="no.", fr="n°"),
    Text(en="item", fr="élément"),
    Text(en="reported", fr="rapporté"),
    Text(en="what is missing", fr="ce qui manque"),
)


def register(app: typer.Typer) -> None:
    """Add this group's commands."""
    app.command("board-pack")(board_pack)
    app.command("listings")(listings)
    app.command("lay-summary")(lay_summary)
    app.command("protocol-section")(protocol_section)
    app.command("registry-results")(registry_results)
    app.command("checklist")(checklist)


def board_pack(
    trial: TrialFolder,
    *,
    as_of: AsOf = None,
    since: Annotated[
        datetime | None,
        typer.Option(
            "--since",
            metavar="DAY",
            formats=["%Y-%m-%d"],
            help="Day of the board's last meeting; absent: the last dose decision before.",
        ),
    ] = None,
    out: Out = None,
    lang: Lang = "en",
) -> None:
    """Make the pack of the safety board: everybody's standing, events, advice and pathways, open points, clocks.

    As known at the end of a day: the same day gives the same bytes, whatever was recorded or corrected since.
    """
    spoken = language(lang)
    with workbench.reach_trial(trial) as reached:
        document = workbench.board_pack(reached, on=day(as_of), since=day(since))
    give(document, out, spoken=spoken)


def listings(trial: TrialFolder, *, as_of: AsOf = None, out: Out = None, lang: Lang = "en") -> None:
    """Make the listings 16.2.1 to 16.2.9: one row per record, by participant and day; narratives of serious events."""
    spoken = language(lang)
    with workbench.reach_trial(trial) as reached:
        document = workbench.listings(reached, on=day(as_of))
    give(document, out, spoken=spoken)


def lay_summary(trial: TrialFolder, *, as_of: AsOf = None, out: Out = None, lang: Lang = "en") -> None:
    """Make the summary in plain words: what was done, who took part, what was seen, side effects, what is not known."""
    spoken = language(lang)
    with workbench.reach_trial(trial) as reached:
        document = workbench.plain_summary(reached, on=day(as_of))
    give(document, out, spoken=spoken)


def registry_results(
    trial: TrialFolder,
    *,
    registry: Annotated[
        str, typer.Option("--registry", help="Whose shape the JSON has: clinicaltrials.gov or eudract.")
    ] = "clinicaltrials.gov",
    as_of: AsOf = None,
    out: Out = None,
    lang: Lang = "en",
    as_json: Json = False,
) -> None:
    """Make the results for registries: participant flow, baseline, outcomes, and three tables of adverse events.

    With --json in the shape of a registry, in English; otherwise to read. What is not covered or verified is said.
    """
    spoken = language(lang)
    with workbench.reach_trial(trial) as reached:
        found = workbench.results_for_registries(reached, on=day(as_of))
    if as_json:
        print_json(workbench.registry_as_data(found, registry))
        return
    give(workbench.registry_as_document(found), out, spoken=spoken)


def protocol_section(
    protocol: ProtocolFile,
    *,
    with_operating: Annotated[
        bool, typer.Option("--operating", help="Add exact operating characteristics, a scenario for every level.")
    ] = False,
    out: Out = None,
    lang: Lang = "en",
) -> None:
    """Write the dose-escalation section of a protocol from its file: design, rules, windows, stopping, sample size.

    The SPIRIT-DEFINE checklist follows: what the protocol file holds, and what is still to be written.
    """
    spoken = language(lang)
    give(workbench.protocol_section(protocol, with_operating=with_operating), out, spoken=spoken)


def checklist(
    target: Annotated[Path, typer.Argument(metavar="TRIAL|PROTOCOL", help="Folder of a trial, or a protocol file.")],
    *,
    as_of: AsOf = None,
    lang: Lang = "en",
    as_json: Json = False,
) -> None:
    """Show the CONSORT-DEFINE checklist of a trial, or the SPIRIT-DEFINE checklist of a protocol file.

    For every item: whether it is reported, where, and what is missing; and how much is covered.
    """
    spoken = language(lang)
    found = workbench.checklist_of(target, on=day(as_of))
    if as_json:
        print_json(_as_data(found, spoken))
        return
    _show_checklist(found, spoken)


def give(document: Document, out: Path | None, *, spoken: Language) -> None:
    """Write a document into a folder and say where, or show it here."""
    if out is None:
        show_document(document, spoken)
        return
    written = workbench.write_documents(document, out, language=spoken)
    names = {"html": written.html, "pdf": written.pdf.name, "manifest": written.manifest.name}
    say(WRITTEN.said(spoken, tables=len(written.tables), **names), style="bold green")


def _show_checklist(found: Checklist, spoken: Language) -> None:
    from trialwright.report.cells import say as said  # loaded when there is something to show
    from trialwright.report.documents.checklists import STANDINGS, coverage  # loaded when there is something to show

    rows = []
    for one in found.listed.items:
        answer = found.answers[one.id]
        note = one.ask if answer.note is None and answer.standing in ("partly", "missing") else answer.note
        star = "" if one.confirmed or not one.has_parent else "*"
        rows.append(
            [
                one.number + star,
                one.text.said(spoken),
                STANDINGS[answer.standing].said(spoken),
                "" if note is None else said(note, spoken),
            ]
        )
    show_table(found.listed.title.said(spoken), [column.said(spoken) for column in COLUMNS], rows=rows)
    say(f"{coverage(found).said(spoken)} ({found.listed.source})", style="bold")


def _as_data(found: Checklist, spoken: Language) -> dict[str, Any]:
    return {
        "list": found.listed.name,
        "source": found.listed.source,
        "coverage": found.coverage,
        "applicable": found.applicable,
        **{standing.replace(" ", "_"): found.count(standing) for standing in ("there", "partly", "missing")},
        "not_applicable": found.count("not applicable"),
        "items": [
            {
                "id": one.id,
                "number": one.number,
                "number_confirmed": one.confirmed,
                "item": one.text.said(spoken),
                "standing": found.answers[one.id].standing,
                "where": [
                    place if isinstance(place, str) else place.said(spoken) for place in found.answers[one.id].where
                ],
            }
            for one in found.listed.items
        ],
    }
