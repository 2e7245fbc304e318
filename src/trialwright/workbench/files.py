"""Files a person asked for: written, or refused in words."""

from __future__ import annotations

from pathlib import Path

from trialwright.vocabulary.errors import TrialError


def write_file(out: Path, content: bytes) -> None:
    """Write a file where the person said, with its folder."""
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_bytes(content)
    except OSError as error:
        raise TrialError(f"{out} cannot be written: {error.strerror or error}; name another file") from error
