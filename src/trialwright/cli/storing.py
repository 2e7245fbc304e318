"""``backup``, ``restore``: a trial's record in one file, and back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from trialwright import workbench
from trialwright.cli.terminal import Json, Lang, LedgerAddress, TrialFolder, language, print_json, say
from trialwright.vocabulary.words import Text

BACKED_UP = Text(
    en="{trial} is in {file}: {count} entries, head {digest}. Read back and whole.",
    fr="{trial} est dans {file} : {count} entrées, empreinte {digest}. Relu et intact.",
)
RESTORED = Text(
    en="{trial} is in {folder}: {count} entries, head {digest}. The chain is whole.",
    fr="{trial} est dans {folder} : {count} entrées, empreinte {digest}. La chaîne est intacte.",
)


def register(app: typer.Typer) -> None:
    """Add this group's commands."""
    app.command("backup")(backup)
    app.command("restore")(restore)


def backup(
    trial: TrialFolder,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The file to write; it must not be there yet.")],
    *,
    lang: Lang = "en",
    as_json: Json = False,
) -> None:
    """Write a trial into one file: protocol, record, anchor and a manifest; checked before it gets its name."""
    spoken = language(lang)
    done = workbench.back_up(trial, file)
    if as_json:
        print_json({"trial": done.trial, "file": str(file), "position": done.head.position, "digest": done.head.digest})
        return
    counts = {"trial": done.trial, "count": done.head.position, "digest": done.head.digest}
    say(BACKED_UP.said(spoken, file=file, **counts), style="bold green")


def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A file written by `trialwright backup`.")],
    trial: Annotated[Path, typer.Option("--trial", help="New folder for the trial.")],
    *,
    ledger: LedgerAddress = None,
    lang: Lang = "en",
    as_json: Json = False,
) -> None:
    """Make a trial from a backup, after checking all of it; a damage is named by its place, nothing is overwritten."""
    spoken = language(lang)
    done = workbench.restore(file, trial, ledger=ledger)
    if as_json:
        print_json(
            {"trial": done.trial, "folder": str(trial), "position": done.head.position, "digest": done.head.digest}
        )
        return
    counts = {"trial": done.trial, "count": done.head.position, "digest": done.head.digest}
    say(RESTORED.said(spoken, folder=trial, **counts), style="bold green")
