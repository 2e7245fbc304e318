"""Choices that an instrument leaves open, and recorded answers as they stand in an explanation."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence

import numpy as np

from trialwright.diseases.lupus.evidence import Value
from trialwright.diseases.lupus.tables import Parameter
from trialwright.vocabulary.errors import Complaints, ParameterError


def check_choices(name: str, chosen: Mapping[str, Value], *, known: Sequence[Parameter]) -> None:
    """Nothing when every choice is one of the file's; ParameterError with every complaint otherwise."""
    options = {parameter.name: parameter.values for parameter in known}
    complaints = Complaints()
    for key, value in chosen.items():
        near = difflib.get_close_matches(key, options, n=1)
        remedy = f"Did you mean {near[0]}?" if near else "Remove it"
        allowed = f"is not a choice here; there is {', '.join(options) or 'none'}"
        if complaints.unless(key in options, key, value, allowed, remedy):
            fine = any(type(value) is type(option) and value == option for option in options[key])
            complaints.unless(fine, key, value, f"must be one of {', '.join(map(str, options[key]))}".lower())
    complaints.raise_as(ParameterError, f"{name} cannot be built")


def written(value: object) -> str:
    """A recorded answer as it stands in an explanation."""
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)
