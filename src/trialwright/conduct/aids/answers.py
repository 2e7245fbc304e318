"""The data file of an aid, and complaints about answers that it does not know."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any

from trialwright.vocabulary.errors import Complaints, ParameterError


@cache
def written(name: str) -> dict[str, Any]:
    """A data file of this folder, as it is written."""
    text = resources.files("trialwright.conduct.aids").joinpath("data", f"{name}.toml").read_text("utf-8")
    return tomllib.loads(text)


def check(given: Mapping[str, str], allowed: Mapping[str, Sequence[str]], *, aid: str) -> None:
    """ParameterError that names every question which is not asked, and every answer which is not known."""
    complaints = Complaints()
    for question, answer in given.items():
        there = question in allowed
        complaints.unless(there, question, answer, f"is not asked; there is {', '.join(allowed)}")
        fine = not there or answer in allowed[question]
        complaints.unless(fine, question, answer, f"must be one of {', '.join(allowed.get(question, ()))}")
    complaints.raise_as(ParameterError, f"{aid} cannot be answered like this")
