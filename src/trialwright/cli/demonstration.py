"""``demo``: a worked trial from the protocol to the report."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from trialwright import workbench
from trialwright.cli import standing
from trialwright.cli.terminal import Json, Lang, console, language, print_json, say, show_document
from trialwright.vocabulary.words import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trialwright.vocabulary.words import Language
    from trialwright.workbench.demonstration import Demonstration, Progress

NEXT = (
    Text(
        en="Next, simulate the trial on a course of the disease:",
        fr="Ensuite, simuler l'essai sur l'évolution de la maladie :",
    ),
    Text(
        en="and rehearse it, from the sealed list to the board's reports:",
        fr="et le répéter, de la liste scellée aux rapports du comité :",
    ),
)


def register(app: typer.Typer) -> None:
    """Add this group's commands."""
    app.command("demo")(demo)


def demo(
    name: Annotated[
        str, typer.Argument(help="Worked trial: msc-sle, kamen-2022, or the plan msc-sle-rct.")
    ] = "msc-sle",
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder for the trial and its report; default build/demo/NAME.")
    ] = None,
    *,
    lang: Lang = "en",
    as_json: Json = False,
) -> None:
    """Run a worked trial from its protocol to its report: open, record, decide, analyse, write; or plan the next one.

    The trial is rebuilt from what was published about it; what is illustrative is marked wherever it is shown.
    Running it again replaces the folder and gives the same bytes.
    """
    spoken = language(lang)
    if name in workbench.PLANS:
        _plan(name, out or Path("build/demo") / name, spoken=spoken, as_json=as_json)
        return
    with _progress(spoken, quiet=as_json) as progress:
        done = workbench.demonstrate(name, out or Path("build/demo") / name, language=spoken, progress=progress)
    if as_json:
        print_json(_as_data(done))
        return
    _show(done, spoken)


def _plan(name: str, out: Path, *, spoken: Language, as_json: bool) -> None:
    """The trial that follows a worked one."""
    from trialwright.cli.planning import plan_data  # loaded on first use

    with _progress(spoken, quiet=as_json) as progress:
        done = workbench.demonstrate_plan(name, out, language=spoken, progress=progress)
    if as_json:
        report = {"html": str(done.written.html), "pdf": str(done.written.pdf), "manifest": str(done.written.manifest)}
        told = {"folder": str(done.folder), "report": report, "next": list(done.next_steps)}
        print_json({**told, **plan_data(done.outlook, done.assured)})
        return
    say()
    show_document(workbench.plan_as_document(done.outlook, assurance=done.assured), spoken)
    standing.show_report(done.written, done.others, spoken=spoken)
    for words, command in zip(NEXT, done.next_steps, strict=True):
        say(words.said(spoken), style="bold")
        typer.echo(f"  {command}")  # unbroken, to be copied


@contextmanager
def _progress(spoken: Language, *, quiet: bool) -> Iterator[Progress]:
    """A line per step that fills while it goes on."""
    if quiet:
        yield lambda what, done, of: None
        return
    from rich.progress import (  # loaded on first use
        BarColumn,
        MofNCompleteColumn,
        Progress as Bars,
        TextColumn,
        TimeElapsedColumn,
    )

    tasks: dict[str, int] = {}
    with Bars(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), console=console()
    ) as bars:

        def heard(what: Text, done: int, of: int) -> None:
            said = what.said(spoken)
            if said not in tasks:
                tasks[said] = bars.add_task(said, total=of)
            bars.update(bars.task_ids[list(tasks).index(said)], completed=done, total=of)

        yield heard


def _show(done: Demonstration, spoken: Language) -> None:
    """What a clinician wants to know, then where the files lie."""
    say()
    standing.show_reconstruction(done.status.case, spoken)
    standing.show_exposure(done.status, spoken)
    standing.show_toxicity(done.status.toxicity, done.status.advice, study=done.status.case.study, spoken=spoken)
    standing.show_responses(done.status, spoken)
    standing.show_advice(done.status.advice, spoken)
    standing.show_files(done.written, done.others, head=done.head, spoken=spoken)


def _as_data(done: Demonstration) -> dict[str, object]:
    return {
        "folder": str(done.folder),
        "report": {
            "html": str(done.written.html),
            "pdf": str(done.written.pdf),
            "docx": str(done.written.docx),
            "manifest": str(done.written.manifest),
        },
        "manifest_sha256": done.written.manifest_sha256,
        "head": {"position": done.head.position, "digest": done.head.digest},
        "decision": workbench.decision_as_data(done.status.advice, language="en"),
    }
