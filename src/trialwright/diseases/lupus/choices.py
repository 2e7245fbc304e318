"""Choices that an instrument leaves open, and recorded answers as they stand in an explanation."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence

import numpy as np

from trialwright.diseases.lupus.evidence import Value
from trialwright.diseases.lupus.tables import Item, Parameter, Recorded
from trialwright.vocabulary.errors import Complaints, ParameterError
from trialwright.vocabulary.scores import Choice, Question
from trialwright.vocabulary.words import Language


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


def listed(given: Sequence[str], language: Language) -> str:
    """What was recorded, one after the other, its yes and no in the reader's language."""
    said = "; ".join(given)
    if language == "en":
        return said
    return re.sub(r"= no\b", "= non", re.sub(r"= yes\b", "= oui", said))


def asked(recorded: Sequence[Recorded], *, items: Sequence[Item] = ()) -> tuple[Question, ...]:
    """What a data file asks: its yes-or-no items, then whatever else may be recorded."""
    plain = [Question(item.key, "yes-no", label=item.label) for item in items]
    return (*plain, *(_question(each) for each in recorded))


def _question(recorded: Recorded) -> Question:
    return Question(
        recorded.key,
        recorded.kind,
        label=recorded.label,
        low=recorded.low,
        high=recorded.high,
        codes=tuple(recorded.codes),
        remedy=recorded.remedy,
    )


def laid_out(parameters: Sequence[Parameter], taken: Mapping[str, Value]) -> tuple[Choice, ...]:
    """The choices of a data file with the sides taken."""
    return tuple(
        Choice(
            name=each.name,
            taken=taken[each.name],
            because=each.because,
            status=each.status,
            options=tuple((option.value, option.text, option.source) for option in each.options),
        )
        for each in parameters
    )
