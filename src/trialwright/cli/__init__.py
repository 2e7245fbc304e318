"""Command line: one file per group of commands; each asks the workbench and shows what it answers.

Lives here: arguments, help texts, what a terminal shows. May import: workbench (loaded on first use, so that
``--help`` answers at once) and vocabulary. To add a command: a function in the file of its group, registered on
``app``, and its sentence in ``docs/cli.md``.
"""

from trialwright.cli.main import app, main

__all__ = ["app", "main"]
