"""The entry point: every command, and errors as one clear message instead of a traceback."""

from __future__ import annotations

import os
import sys
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from trialwright.cli import (
    adverse_events,
    analysing,
    asked,
    asking,
    board_reports,
    checking,
    choosing,
    clocks,
    comparing,
    deciding,
    demonstration,
    documents,
    exploring,
    keeping,
    leaving,
    operating,
    planning,
    preparing,
    product,
    randomising,
    scoring,
    screening,
    signing,
    simulating,
    simulating_rct,
    staff,
    storing,
    tracing,
    unblinding,
    visiting,
)
from trialwright.cli.passwords import Terminal
from trialwright.cli.terminal import asked_in, complain
from trialwright.workbench.asker import asker, asking as asking_people

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import ModuleType

app = typer.Typer(
    name="trialwright",
    help="Runs an early-phase trial of a cell therapy, from the protocol file to the report.",
    epilog="Begin with `trialwright demo`, then `trialwright check PROTOCOL` on a protocol file of your own.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
)
PANELS: Mapping[str, tuple[ModuleType, ...]] = {
    "Begin": (demonstration, asking),
    "Design a trial": (choosing, operating, exploring, comparing, simulating),
    "Plan the next trial": (planning, simulating_rct),
    "Open and keep the record": (keeping, storing),
    "People and signatures": (staff, signing),
    "Participants": (screening, visiting, leaving),
    "Randomisation and blinding": (randomising, unblinding, board_reports),
    "Product and infusions": (product, preparing, tracing),
    "Safety": (adverse_events, clocks),
    "Data and decisions": (deciding, asked, checking),
    "Documents": (documents,),
    "Instruments": (scoring,),
    "Data from elsewhere": (analysing,),
}
for panel, groups in PANELS.items():
    before = len(app.registered_commands), len(app.registered_groups)
    for group in groups:
        group.register(app)
    for command in app.registered_commands[before[0] :]:
        command.rich_help_panel = panel
    for inner in app.registered_groups[before[1] :]:
        inner.rich_help_panel = panel


def _tell_version(wanted: bool) -> None:
    """The version that reports and manifests name, for a bug report or a validation file."""
    if wanted:
        typer.echo(f"trialwright {version('trialwright')}")
        raise typer.Exit


@app.callback()
def everywhere(
    _version: Annotated[
        bool,
        typer.Option("--version", help="Print the version and stop.", callback=_tell_version, is_eager=True),
    ] = False,
    password_file: Annotated[
        Path | None,
        typer.Option(
            "--password-file",
            help="For scripts: a file whose first line is the password of --by; before the command's name.",
            envvar="TRIALWRIGHT_PASSWORD_FILE",
        ),
    ] = None,
) -> None:
    """What holds for every command."""
    here = asker()
    if isinstance(here, Terminal):
        here.password_file = password_file


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line.

    Exit status: 0 done, 1 the trial cannot go on, 2 the input does not fit, 70 a mistake of this program.
    """
    try:
        with asking_people(Terminal()):
            app(args=arguments, prog_name="trialwright")
    except Exception as error:  # the last line of defence: a person gets a message, never a traceback
        if os.environ.get("TRIALWRIGHT_DEBUG"):
            raise
        sys.exit(complain(error, asked_in(sys.argv[1:] if arguments is None else arguments)))
