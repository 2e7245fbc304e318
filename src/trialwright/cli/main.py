"""The entry point: every command, and errors as one clear message instead of a traceback."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import typer

from trialwright.cli import asking, demonstration, keeping
from trialwright.cli.terminal import complain

if TYPE_CHECKING:
    from collections.abc import Sequence

app = typer.Typer(
    name="trialwright",
    help="Runs an early-phase trial of a cell therapy, from the protocol file to the report.",
    epilog="Begin with `trialwright demo`, then `trialwright check PROTOCOL` on a protocol file of your own.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
)
for group in (demonstration, asking, keeping):
    group.register(app)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; exit status 0 when done, 1 for a trial that cannot go on, 2 for input that does not fit."""
    try:
        app(args=arguments)
    except Exception as error:
        status = complain(error)
        if status is None:
            raise
        sys.exit(status)
