"""How a person is asked for what only they know: the program says so once; nobody is asked where it does not."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Protocol, final

from trialwright.vocabulary.errors import NotRecognised


class Asker(Protocol):
    """How this program asks a person for what only they know."""

    def password(self, account: str, *, again: bool) -> str:
        """The password of an account; ``again`` where it has to be typed anew, as for a signature."""
        ...

    def code(self, account: str) -> str:
        """A one-time code of an account."""
        ...

    def new_password(self, account: str) -> str:
        """The password that an account gets."""
        ...


@final
class Nobody:
    """Where nobody can be asked."""

    def password(self, account: str, *, again: bool) -> str:
        """Refused."""
        raise NotRecognised(f"the password of {account} is needed, and nobody can be asked for it here")

    def code(self, account: str) -> str:
        """Refused."""
        raise NotRecognised(f"a one-time code of {account} is needed, and nobody can be asked for it here")

    def new_password(self, account: str) -> str:
        """Refused."""
        raise NotRecognised(f"a password for {account} is needed, and nobody can be asked for it here")


_ASKER: ContextVar[Asker] = ContextVar("asker", default=Nobody())  # noqa: B039


@contextmanager
def asking(asker: Asker) -> Iterator[None]:
    """Within this block, people are asked in this way."""
    before = _ASKER.set(asker)
    try:
        yield
    finally:
        _ASKER.reset(before)


def asker() -> Asker:
    """How people are asked here."""
    return _ASKER.get()
