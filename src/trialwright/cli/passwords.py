"""How the command line asks for passwords and one-time codes: on the terminal, or for scripts from where they say.

A password is never an argument of a command: arguments are seen by everyone on the computer, and stay in histories.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import final

import typer

from trialwright.vocabulary.errors import NotRecognised

PASSWORD, NEW, CODE = "TRIALWRIGHT_PASSWORD", "TRIALWRIGHT_NEW_PASSWORD", "TRIALWRIGHT_CODE"


@final
class Terminal:
    """Asks on the terminal; without one, takes what the environment holds."""

    def __init__(self) -> None:
        self._typed: dict[str, str] = {}
        self.password_file: Path | None = None

    def password(self, account: str, *, again: bool) -> str:
        """The password of an account; for a signature typed anew where there is a terminal, whatever was given."""
        given = None if again and sys.stdin.isatty() else self._given()
        if given is not None:
            return given
        if again or account not in self._typed:
            self._typed[account] = _ask(f"Password of {account}", instead=f"{PASSWORD} or --password-file")
        return self._typed[account]

    def code(self, account: str) -> str:
        """A one-time code of an account."""
        return os.environ.get(CODE) or _ask(f"One-time code of {account}", instead=CODE)

    def new_password(self, account: str) -> str:
        """A new password, typed twice."""
        return os.environ.get(NEW) or _ask(f"New password of {account}", instead=NEW, twice=True)

    def _given(self) -> str | None:
        """What a script gave, if it did."""
        if self.password_file is None:
            return os.environ.get(PASSWORD)
        try:
            return self.password_file.read_text(encoding="utf-8").partition("\n")[0].removesuffix("\r")
        except (OSError, UnicodeDecodeError) as error:
            why = type(error).__name__
            raise NotRecognised(f"the password file {self.password_file} cannot be read ({why})") from None


def _ask(what: str, *, instead: str, twice: bool = False) -> str:
    if not sys.stdin.isatty():
        raise NotRecognised(f"{what} is needed, and there is no terminal to ask on; a script gives it by {instead}")
    answer: str = typer.prompt(what, hide_input=True, confirmation_prompt=twice, err=True)
    return answer
