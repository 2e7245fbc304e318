"""What a validator complains of, in the words of the file a person wrote: where, what stands there, and the way out."""

from __future__ import annotations

import difflib
from typing import Any

from pydantic import TypeAdapter
from pydantic_core import ErrorDetails

from trialwright.vocabulary.errors import MISSING, Finding
from trialwright.vocabulary.validated import allowed_by, way_out


def did_you_mean(name: str, known: Any) -> str:
    """The way out when a name is not known: a near one, or nothing."""
    near = difflib.get_close_matches(name, list(known), n=1)
    return f"did you mean {near[0]}?" if near else ""


def or_near(name: str, known: Any) -> str:
    """A near name, or all there are."""
    return did_you_mean(name, known) or f"there is {', '.join(known)}"


def finding_of(section: str, detail: ErrorDetails, *, adapter: TypeAdapter[Any]) -> Finding:
    """A complaint of the validator, in the words of the file."""
    place = place_of(section, detail["loc"])
    if detail["type"] == "missing":
        return Finding(place, MISSING, allowed_by(detail), "add it")
    if detail["type"] in ("extra_forbidden", "unexpected_keyword_argument"):
        known = _properties(adapter)
        return Finding(
            place, detail["input"], "is not known here", did_you_mean(str(detail["loc"][-1]), known) or "remove it"
        )
    allowed = allowed_by(detail)
    return Finding(place, detail["input"], allowed, way_out(detail["input"], allowed=allowed))


def place_of(section: str, location: tuple[int | str, ...]) -> str:
    """``("inclusion", 2, "rule", "comparison", "value")`` as ``eligibility.inclusion[3].rule.value``."""
    shapes = {"comparison", "statement", "treatment"}
    place = section
    for part in location:
        if isinstance(part, int):
            place += f"[{part + 1}]"
        elif part not in shapes and not place.endswith(f".{part}"):
            place += f".{part}"
    return place


def _properties(adapter: TypeAdapter[Any]) -> list[str]:
    """Every property name that occurs anywhere in a section's schema."""
    schema = adapter.json_schema()
    found = list(schema.get("properties", {}))
    for definition in schema.get("$defs", {}).values():
        found += definition.get("properties", {})
    return found
