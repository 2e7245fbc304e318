"""An assessment as it arrives, checked and turned into numbers: 1 yes, 0 no, NaN not assessed, or a value.

Everything wrong is said at once. Nothing is repaired: an impossible value is a finding, never a guess.
"""

from __future__ import annotations

import difflib
import math
import numbers
from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np

from trialwright.diseases.lupus.evidence import Columns
from trialwright.diseases.lupus.tables import Recorded
from trialwright.diseases.lupus.truth import Bools, Floats
from trialwright.vocabulary.errors import Complaints, ParameterError
from trialwright.vocabulary.scores import Items


class Asks(Protocol):
    """A data file that says what an assessment may carry."""

    @property
    def name(self) -> str:
        """Its name."""
        ...

    @property
    def keys(self) -> tuple[str, ...]:
        """Every key."""
        ...

    @property
    def recorded(self) -> tuple[Recorded, ...]:
        """What is known of the keys that are more than the yes or no of an item."""
        ...


YES_NO = "must be yes or no (true or false), or left out when it was not assessed"


def one(table: Asks, items: Items) -> Columns:
    """One assessment as columns of one row; ParameterError with every finding otherwise."""
    complaints, values = Complaints(), _values(table)
    _known(table, items, complaints=complaints)
    row = {}
    for key in table.keys:
        value = items.get(key)
        understood = value is not None and _typed(key, value, recorded=values.get(key), complaints=complaints)
        row[key] = np.array([_number(value, values.get(key)) if understood else math.nan])
    return _checked(table, row, complaints=complaints)


def many(table: Asks, answers: Floats, *, keys: Sequence[str]) -> Columns:
    """A batch, its last axis the given keys; ParameterError with every finding otherwise."""
    complaints = Complaints()
    _known(table, dict.fromkeys(keys), complaints=complaints)
    allowed = f"must have one entry for each of the {len(keys)} keys on its last axis"
    complaints.unless(answers.shape[-1:] == (len(keys),), "answers", answers.shape, allowed)
    complaints.unless(len(set(keys)) == len(keys), "keys", list(keys), "must name each key once")
    complaints.raise_as(ParameterError, "this cannot be scored")
    missing = np.full(answers.shape[:-1], np.nan)
    given = {key: answers[..., place] for place, key in enumerate(keys)}
    return _checked(table, {key: given.get(key, missing) for key in table.keys}, complaints=complaints)


def _known(table: Asks, items: Mapping[str, object], *, complaints: Complaints) -> None:
    keys = table.keys
    for key in [key for key in items if key not in keys]:
        near = difflib.get_close_matches(str(key), keys, n=1)
        remedy = f"Did you mean {near[0]}?" if near else "Remove it"
        complaints.unless(False, str(key), items[key], f"is nothing that {table.name} asks for", remedy)


def _typed(key: str, value: object, *, recorded: Recorded | None, complaints: Complaints) -> bool:
    is_yes_no = isinstance(value, bool | np.bool_)
    if recorded is not None and recorded.codes:
        allowed = f"must be one of {', '.join(recorded.codes)}, or left out"
        return complaints.unless(str(value) in recorded.codes, key, value, allowed, recorded.remedy)
    if recorded is None:
        return complaints.unless(is_yes_no, key, value, YES_NO)
    is_number = isinstance(value, numbers.Real) and not is_yes_no and math.isfinite(value)
    allowed = "must be a number, or left out when it was not measured"
    return complaints.unless(is_number, key, value, allowed, recorded.remedy)


def _number(value: object, recorded: Recorded | None) -> float:
    if recorded is not None and recorded.codes:
        return float(recorded.codes[str(value)])
    return float(value)  # type: ignore[arg-type]


def _checked(table: Asks, columns: Mapping[str, Floats], *, complaints: Complaints) -> Columns:
    """The columns, when every value is possible and what implies something is carried over to it."""
    values = _values(table)
    for key, column in columns.items():
        wrong = ~np.isnan(column) & ~_possible(column, values.get(key))
        _complain(complaints, key, wrong=wrong, column=column, allowed=_allowed(values.get(key)))
    implied = dict(columns)
    for recorded in table.recorded:
        if recorded.implies is not None:
            _carry_over(recorded.key, recorded.implies, columns=implied, complaints=complaints)
    complaints.raise_as(ParameterError, "this cannot be scored")
    return implied


def _values(table: Asks) -> dict[str, Recorded]:
    return {recorded.key: recorded for recorded in table.recorded if recorded.kind != "yes-no"}


def _possible(column: Floats, recorded: Recorded | None) -> Bools:
    if recorded is None:
        yes_no: Bools = (column == 0) | (column == 1)
        return yes_no
    inside: Bools = (column >= recorded.low) & (column <= recorded.high)
    if recorded.codes:
        known: Bools = np.isin(column, list(recorded.codes.values()))
        return known
    whole: Bools = column == np.floor(column)
    return inside & whole if recorded.kind == "count" else inside


def _allowed(recorded: Recorded | None) -> tuple[str, str]:
    if recorded is None:
        return "must be 1 (yes), 0 (no) or not a number (not assessed)", ""
    if recorded.codes:
        codes = ", ".join(f"{code:g} ({name})" for name, code in recorded.codes.items())
        return f"must be one of {codes}", recorded.remedy
    whole = "a whole number " if recorded.kind == "count" else ""
    return f"must be {whole}from {recorded.low:g} to {recorded.high:g}", recorded.remedy


def _complain(complaints: Complaints, key: str, *, wrong: Bools, column: Floats, allowed: tuple[str, str]) -> None:
    if wrong.any():
        count = f" ({wrong.sum()} of {wrong.size} assessments)" if wrong.size > 1 else ""
        first = float(column[wrong][0])
        complaints.unless(False, key, int(first) if first.is_integer() else first, allowed[0] + count, allowed[1])


def _carry_over(key: str, implied: str, *, columns: dict[str, Floats], complaints: Complaints) -> None:
    """Severe pain is pain, and without pain there is no severe pain."""
    narrow, wide = columns[key], columns[implied]
    contradiction = (narrow == 1) & (wide == 0)
    allowed = (f"contradicts {implied} = 0", "Correct one of the two")
    _complain(complaints, key, wrong=contradiction, column=narrow, allowed=allowed)
    columns[key] = np.where(np.isnan(narrow) & (wide == 0), 0.0, narrow)
    columns[implied] = np.where(np.isnan(wide) & (narrow == 1), 1.0, wide)
