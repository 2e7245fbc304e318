"""The entry point: every command, and errors as one clear message instead of a traceback."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import typer

from trialwright.cli import (
    asked,
    asking,
    choosing,
    comparing,
    deciding,
    demonstration,
    exploring,
    keeping,
    operating,
    scoring,
    storing,
)
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
GROUPS = (
    demonstration,
    asking,
    choosing,
    operating,
    exploring,
    comparing,
    keeping,
    deciding,
    asked,
    storing,
    scoring,
)
for group in GROUPS:
    group.register(app)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line.

    Exit status: 0 done, 1 the trial cannot go on, 2 the input does not fit, 70 a mistake of this program.
    """
    try:
        app(args=arguments)
    except Exception as error:  # the last line of defence: a person gets a message, never a traceback
        if os.environ.get("TRIALWRIGHT_DEBUG"):
            raise
        sys.exit(complain(error))
