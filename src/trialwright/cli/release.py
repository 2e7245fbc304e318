"""The version that reports and manifests name; a file of its own, for it is asked for rarely and its library is slow."""

from __future__ import annotations

from importlib.metadata import version


def named() -> str:
    """The program with its version, for a bug report or a validation file."""
    return f"trialwright {version('trialwright')}"
