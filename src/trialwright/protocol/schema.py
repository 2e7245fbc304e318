"""The JSON Schema of a protocol file, for editors that complete and check while one types."""

from __future__ import annotations

from typing import Any

from trialwright import designs, rules
from trialwright.protocol.read import SECTIONS


def protocol_schema() -> dict[str, Any]:
    """One JSON Schema (2020-12) for the whole protocol file, with the registered designs and rules named in it."""
    definitions: dict[str, Any] = {}
    properties: dict[str, Any] = {}
    for name, (adapter, _) in SECTIONS.items():
        schema = adapter.json_schema(ref_template="#/$defs/{model}")
        definitions |= schema.pop("$defs", {})
        properties[name] = schema
    properties["design"] = _choice(properties["design"], designs.available())
    definitions["NamedParameters"] = _choice(definitions["NamedParameters"], rules.available())
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "trialwright protocol",
        "type": "object",
        "additionalProperties": False,
        "required": [name for name, (_, optional) in SECTIONS.items() if not optional],
        "properties": properties,
        "$defs": dict(sorted(definitions.items())),
    }


def _choice(schema: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    """A named part, its name restricted to what is registered."""
    named = schema["properties"]["name"] | {"enum": list(names)}
    return schema | {"properties": schema["properties"] | {"name": named}}
