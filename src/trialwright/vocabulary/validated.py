"""What a validator says is allowed, in words a person can act on: the same for a protocol, a plan and an event."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from pydantic_core import ErrorDetails

IN_BOTH_LANGUAGES = 'must be said in both languages, as in { en = "…", fr = "…" }'
_NUMBER, _TABLE, _LIST = "must be a number", "must be a table of its own fields", "must be a list, in square brackets"
ALLOWED: Mapping[str, str] = {  # by the validator's name of the complaint
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_type": _NUMBER,
    "float_parsing": _NUMBER,
    "finite_number": "must be a finite number",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "string_type": "must be text, in quotes",
    "date_type": "must be a day, as in 2026-03-02",
    "list_type": _LIST,
    "tuple_type": _LIST,
    "dict_type": _TABLE,
    "model_type": _TABLE,
    "model_attributes_type": _TABLE,
    "dataclass_type": _TABLE,
    "greater_than": "must be above {gt}",
    "greater_than_equal": "must be {ge} or more",
    "less_than": "must be below {lt}",
    "less_than_equal": "must be {le} or less",
    "missing": "is required",
    "too_short": "must hold {min_length} or more",
    "too_long": "must hold {max_length} at most",
    "string_too_short": "must not be empty",
}


def allowed_by(detail: ErrorDetails) -> str:
    """What may stand there, in words; a complaint with words of its own keeps them."""
    limits, said = detail.get("ctx", {}), ALLOWED.get(detail["type"])
    if detail["type"] == "dataclass_type" and limits.get("class_name") == "Text":
        return IN_BOTH_LANGUAGES
    if detail["type"] == "literal_error":
        return "must be " + str(limits["expected"]).replace("'", "")
    if said is not None:
        numbers = (int, float)
        return said.format(
            **{name: f"{limit:g}" if isinstance(limit, numbers) else limit for name, limit in limits.items()}
        )
    message = detail["msg"].removeprefix("Value error, ").replace("Input should", "must")
    return message[:1].lower() + message[1:]


def way_out(given: Any, *, allowed: str) -> str:
    """A number in quotes is text to the file; that is easily overlooked."""
    numeric = isinstance(given, str) and re.fullmatch(r"[+-]?[0-9.]+(e[+-]?[0-9]+)?", given, re.IGNORECASE)
    return "leave out the quotes" if numeric and "number" in allowed else ""
