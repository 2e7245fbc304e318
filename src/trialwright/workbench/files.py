"""Files a person named: read or written, or refused in words."""

from __future__ import annotations

from pathlib import Path

from trialwright.vocabulary.errors import NotFound, TrialError


def read_file(path: Path, *, what: str) -> bytes:
    """The content of a file a person named; NotFound says why it cannot be read. ``what``: "scenario file"."""
    try:
        return path.read_bytes()
    except OSError as error:
        why = error.strerror or error
        raise NotFound(f"there is no {what} to read at {path} ({why}); name another {what}") from error


def write_file(out: Path, content: bytes) -> None:
    """Write a file where the person said, with its folder."""
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_bytes(content)
    except OSError as error:
        raise TrialError(f"{out} cannot be written: {error.strerror or error}; name another file") from error


def read_text(path: Path, *, what: str) -> str:
    """The text of a file a person named, without the space around it; NotFound says why it cannot be read."""
    try:
        return read_file(path, what=what).decode("utf-8").strip()
    except UnicodeDecodeError as error:
        raise NotFound(f"{path} is not UTF-8 text; name another {what}") from error
