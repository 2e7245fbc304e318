"""``open``, ``record``, ``report``, ``verify``: what writes to a trial's record, or reads all of it."""

from __future__ import annotations

from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from trialwright import workbench
from trialwright.cli.terminal import (
    AsOf,
    At,
    By,
    Json,
    Lang,
    LedgerAddress,
    ProtocolFile,
    TrialFolder,
    day,
    language,
    moment,
    print_json,
    say,
)
from trialwright.vocabulary.words import Text

if TYPE_CHECKING:
    from trialwright.vocabulary.words import Language
    from trialwright.workbench.keeping import Anchor

OPENED = Text(en="{trial} is open in {folder}.", fr="{trial} est ouvert dans {folder}.")
RECORDED = Text(
    en="{count} entries recorded; the ledger now ends at entry {position}.",
    fr="{count} entrées enregistrées ; le registre se termine à l'entrée {position}.",
)
WHOLE = Text(
    en="The chain is whole: {count} entries, head {digest}.",
    fr="La chaîne est intacte : {count} entrées, empreinte {digest}.",
)
STANDS_SINCE = Text(
    en="It holds everything that the anchor of {moment} names, up to entry {position}.",
    fr="Elle contient tout ce que nomme l'ancre du {moment}, jusqu'à l'entrée {position}.",
)
STANDS = Text(
    en="It holds everything that the anchor names, up to entry {position}.",
    fr="Elle contient tout ce que nomme l'ancre, jusqu'à l'entrée {position}.",
)
WRITTEN = Text(
    en="Report: {html}, {pdf}, {docx}; {tables} tables, {figures} figures; manifest {manifest}",
    fr="Rapport : {html}, {pdf}, {docx} ; {tables} tableaux, {figures} figures ; manifeste {manifest}",
)


def register(app: typer.Typer) -> None:
    """Add this group's commands."""
    app.command("open")(open_trial)
    app.command("record")(record)
    app.command("report")(report)
    app.command("verify")(verify)


def open_trial(
    protocol: ProtocolFile,
    trial: Annotated[Path, typer.Option("--trial", help="New folder for the trial.")],
    *,
    rehearsal: Annotated[
        bool,
        typer.Option("--rehearsal", help="For practice: `--at` may state when things happen."),
    ] = False,
    at: At = None,
    ledger: LedgerAddress = None,
    by: By = "unknown",
    name: Annotated[
        str,
        typer.Option(
            "--name",
            help="The name of that person, as it stands beside a signature; needed where the trial keeps accounts.",
        ),
    ] = "",
    lang: Lang = "en",
    as_json: Json = False,
) -> None:
    """Open a trial from a protocol file in a new folder; its record is kept there, or on a server.

    Where the trial keeps accounts, whoever opens it becomes its first administrator and chooses a password.
    """
    spoken = language(lang)
    stated = moment(at, rehearsal=rehearsal)
    opened = workbench.open_trial(
        protocol, trial, by=by, printed_name=name, at=stated, rehearsal=rehearsal, ledger=ledger
    )
    head = opened.ledger.head()
    opened.ledger.close()
    if as_json:
        print_json(
            {"trial": opened.study.identity.id, "folder": str(trial), "position": head.position, "digest": head.digest}
        )
        return
    say(OPENED.said(spoken, trial=opened.study.identity.id, folder=trial), style="bold green")


def record(
    trial: TrialFolder,
    file: Annotated[
        Path,
        typer.Argument(metavar="FILE", help="Events, one JSON object a line; see docs/reference/events.md."),
    ],
    *,
    at: At = None,
    by: By = "unknown",
    lang: Lang = "en",
    as_json: Json = False,
) -> None:
    """Record the events of a file: all of them, or none and every finding at once."""
    spoken = language(lang)
    with workbench.reach_trial(trial) as reached:
        written = workbench.record_file(reached, file, by=by, at=at)
        position = reached.ledger.head().position
    if as_json:
        print_json(
            {"recorded": [{"position": one.position, "kind": one.event.kind, "digest": one.digest} for one in written]}
        )
        return
    say(RECORDED.said(spoken, count=len(written), position=position), style="bold green")


def report(
    trial: TrialFolder,
    out: Annotated[Path, typer.Option("--out", help="Folder for the report; an earlier report there is replaced.")],
    *,
    as_of: AsOf = None,
    with_operating: Annotated[
        bool, typer.Option("--operating", help="Add the exact operating characteristics of the protocol.")
    ] = False,
    lang: Lang = "en",
    as_json: Json = False,
) -> None:
    """Write the report: HTML, PDF, Word, tables as CSV, figures as SVG and PNG, and a manifest with their digests."""
    spoken = language(lang)
    with workbench.reach_trial(trial) as reached:
        written = workbench.report_trial(reached, out, on=day(as_of), language=spoken, with_operating=with_operating)
    if as_json:
        print_json(
            {
                "html": str(written.html),
                "pdf": str(written.pdf),
                "docx": str(written.docx),
                "manifest": str(written.manifest),
                "sha256": written.manifest_sha256,
            }
        )
        return
    counts = {"tables": len(written.tables), "figures": len(written.figures)}
    say(
        WRITTEN.said(
            spoken,
            html=written.html,
            pdf=written.pdf.name,
            docx=written.docx.name,
            manifest=written.manifest.name,
            **counts,
        ),
        style="bold green",
    )


def verify(
    trial: TrialFolder,
    anchor: Annotated[
        Path | None,
        typer.Option("--anchor", help="An anchor file written earlier: shows whether entries were cut off since."),
    ] = None,
    *,
    write_anchor: Annotated[
        Path | None, typer.Option("--write-anchor", help="Write today's head to this file, to be kept elsewhere.")
    ] = None,
    lang: Lang = "en",
    as_json: Json = False,
) -> None:
    """Recompute the ledger's digest chain; a changed entry is named by its position (exit status 1)."""
    spoken = language(lang)
    head = workbench.verify_trial(trial, anchor=anchor)
    if write_anchor is not None:
        workbench.write_anchor(head, write_anchor)
    if as_json:
        print_json({"whole": True, "position": head.position, "digest": head.digest})
        return
    say(WHOLE.said(spoken, count=head.position, digest=head.digest), style="bold green")
    if anchor is not None:
        _say_what_stands(workbench.read_anchor(anchor), spoken)


def _say_what_stands(noted: Anchor, spoken: Language) -> None:
    position = noted.head.position
    if noted.written_at is None:
        say(STANDS.said(spoken, position=position))
        return
    moment = f"{noted.written_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    say(STANDS_SINCE.said(spoken, position=position, moment=moment))
