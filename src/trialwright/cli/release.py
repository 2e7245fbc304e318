"""The version that reports and manifests name: asked for rarely, and its library takes long to load."""

from __future__ import annotations

from importlib.metadata import version


def named() -> str:
    """The program with its version, for a bug report or a validation file."""
    return f"trialwright {version('trialwright')}"
