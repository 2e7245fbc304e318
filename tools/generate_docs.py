"""Writes the reference pages of the docs from the code itself: commands, events, protocol fields, designs, rules.

Run it as `make reference`; a test compares what it would write with what lies in `docs/reference/`.
"""

from __future__ import annotations

import dataclasses
import inspect
import json
import re
import sys
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import typer.main

from trialwright import designs, diseases, rules
from trialwright.cli import app
from trialwright.conduct.authority import MAY_RECORD, ROLES
from trialwright.protocol import protocol_schema
from trialwright.testing.diseases import absent, worst
from trialwright.vocabulary.events import EVENTS
from trialwright.vocabulary.parameters import parameters_of
from trialwright.vocabulary.registry import Registry
from trialwright.vocabulary.scores import STATUS_WORDS
from trialwright.workbench.assessments import allowed

ROOT = Path(__file__).resolve().parents[1]
REFERENCE = ROOT / "docs" / "reference"
NOTE = "\n<!-- written by tools/generate_docs.py from the code; do not edit -->\n"


def pages() -> dict[str, str]:
    """Every generated page, by file name."""
    schema = protocol_schema()
    written = {
        "cli.md": _commands(),
        "events.md": _events(),
        "roles.md": _roles(),
        "protocol.md": _protocol(schema),
        "designs.md": _registry("Designs", designs.REGISTRY, "[design]"),
        "rules.md": _registry("Rules", rules.REGISTRY, "[[rules]]"),
        "instruments.md": _instruments(),
        **{f"instruments/{name}.md": _instrument(each) for name, each in _every_instrument().items()},
    }
    return {name: text.rstrip() + "\n" + NOTE for name, text in written.items()}


def _commands() -> str:
    lines = [
        "# Commands\n",
        "Every command takes `--help`. Exit status: 0 done, 1 the trial cannot go on, 2 the input does not fit.\n",
    ]
    for name, command in _all_commands(typer.main.get_command(app)):
        lines += [
            f"## {name}\n",
            inspect.cleandoc(command.help or "") + "\n",
            "| argument or option | meaning |",
            "|---|---|",
        ]
        for parameter in command.params:
            shown = (
                parameter.metavar or parameter.name
                if parameter.param_type_name == "argument"
                else ", ".join(parameter.opts)
            )
            lines.append(f"| `{shown}` | {_cell(getattr(parameter, 'help', '') or '')} |")
        lines.append("")
    return "\n".join(lines)


def _all_commands(group: Any, before: str = "") -> Iterator[tuple[str, Any]]:
    """Every command of a group with its whole name, and those of the groups in it."""
    for name, command in sorted(group.commands.items()):
        yield f"{before}{name}", command
        if hasattr(command, "commands"):
            yield from _all_commands(command, f"{before}{name} ")


def _roles() -> str:
    lines = [
        "# Roles\n",
        "Which roles record which kind of entry, where the trial keeps accounts. Whoever signs a kind of entry by the",
        "protocol may record it, too; see [accounts](../accounts.md).\n",
        "| event | recorded by |",
        "|---|---|",
    ]
    for event, roles in MAY_RECORD.items():
        said = "every role" if set(roles) == set(ROLES) else ", ".join(roles) or "the program alone"
        lines.append(f"| `{event.kind}` | {said} |")
    return "\n".join(lines)


def _events() -> str:
    lines = [
        "# Events\n",
        "A file for `trialwright record` holds one JSON object a line, with `kind` and `body`. "
        "A field that may be left out shows its default. Days are ISO dates (`2024-01-31`).\n",
        "```json",
        '{"kind": "participant-enrolled.2", "body": {"usubjid": "P-01", "on": "2024-01-31", "dose_level": 1}}',
        "```\n",
    ]
    for kind, event in EVENTS.items():
        lines += [f"## {kind}\n", (inspect.getdoc(event) or "") + "\n", "| field | type | default |", "|---|---|---|"]
        lines += [
            f"| `{field.name}` | {_cell(_type(field.type))} | {_default(field)} |"
            for field in dataclasses.fields(event)
        ]  # type: ignore[arg-type]
        lines.append("")
    return "\n".join(lines)


def _type(annotation: Any) -> str:
    return str(annotation).replace("Literal", "one of ").replace("[", "(").replace("]", ")")


def _default(field: Any) -> str:
    return "required" if field.default is dataclasses.MISSING else f"`{json.dumps(field.default)}`"


def _protocol(schema: Mapping[str, Any]) -> str:
    lines = [
        "# The protocol file\n",
        "A TOML file; `trialwright check` names every mistake at once. "
        "An editor completes and checks it with the [JSON Schema](../protocol.schema.json): "
        "put `#:schema protocol.schema.json` on the first line.\n",
    ]
    for name, section in schema["properties"].items():
        required = "required" if name in schema["required"] else "optional"
        table = section if "properties" in section else schema["$defs"].get(_item(section), {})
        head = f"## [[{name}]]" if section.get("type") == "array" else f"## [{name}]"
        lines += [
            f"{head} — {required}\n",
            table.get("description", "") + "\n",
            "| field | type | meaning |",
            "|---|---|---|",
        ]
        wanted = table.get("required", [])
        for field, body in table.get("properties", {}).items():
            meaning = body.get("description", "") + ("" if field in wanted else " (optional)")
            lines.append(f"| `{field}` | {_cell(_shape(body))} | {_cell(meaning)} |")
        lines.append("")
    lines += ["## Rules of eligibility\n", "A rule is one of these, told by the key that only it has.\n"]
    for name in ("Comparison", "Statement", "Treatment", "All", "AnyOf"):
        body = schema["$defs"][name]
        lines.append(f"- **{', '.join(f'`{key}`' for key in body['properties'])}** — {body.get('description', '')}")
    return "\n".join(lines) + "\n"


def _item(section: Mapping[str, Any]) -> str:
    return str(section.get("items", {}).get("$ref", "")).rpartition("/")[2]


def _shape(body: Mapping[str, Any]) -> str:
    if "$ref" in body:
        return str(body["$ref"]).rpartition("/")[2]
    if "enum" in body:
        return "one of " + ", ".join(map(str, body["enum"]))
    if "anyOf" in body:
        return " or ".join(_shape(one) for one in body["anyOf"])
    if body.get("type") == "array":
        return "list of " + _shape(body.get("items", {}))
    return str(body.get("type", "value"))


def _registry(title: str, registry: Registry, place: str) -> str:
    lines = [f"# {title}\n", f"Named in the protocol file under `{place}`; the other keys there are its parameters.\n"]
    for name in registry.available():
        module = registry.module(name)
        lines += [f"## {name}\n", _prose(inspect.getdoc(module) or "") + "\n"]
        lines += _parameters(getattr(module, registry.attribute))
    return "\n".join(lines)


def _parameters(kind: type) -> list[str]:
    rows = [
        f"| `{one.name}` | {_cell(one.takes.en)} | {_cell(one.default.en)} | {_cell(one.meaning)} |"
        for one in parameters_of(kind)
    ]
    head = ["| parameter | takes | default | meaning |", "|---|---|---|---|"]
    return [*head, *rows, ""] if rows else ["It has no parameters.\n"]


def _prose(text: str) -> str:
    return re.sub(r"``([^`]+)``", r"`\1`", text)


def _instruments() -> str:
    lines = [
        "# Instruments\n",
        "Named in the protocol file under `[disease]`. Items are three-valued: true, false, or not assessed. "
        "`trialwright score` scores a file by any; a page here says what `trialwright instruments NAME` does.\n",
    ]
    for name in diseases.available():
        disease = diseases.disease(name)
        lines += [
            f"## {disease.title.en} (`{name}`)\n",
            "| instrument | name | version | ADaM code | rules: confirmed / in conflict / unverified |",
            "|---|---|---|---|---|",
        ]
        for key, instrument in disease.instruments().items():
            counts = " / ".join(str(sum(rule.status == status for rule in instrument.rules)) for status in STATUS_WORDS)
            link, title = f"[`{key}`](instruments/{key}.md)", _cell(instrument.title.en)
            lines.append(f"| {link} | {title} | {instrument.version} | {instrument.paramcd} | {counts} |")
        lines.append("")
    return "\n".join(lines)


def _every_instrument() -> dict[str, Any]:
    return {key: each for name in diseases.available() for key, each in diseases.disease(name).instruments().items()}


def _instrument(instrument: Any) -> str:
    """One page: what it asks, its rules in our words, its choices, what is unverified, a worked example."""
    lines = [
        f"# {instrument.title.en}\n",
        f"`{instrument.name}`, version {instrument.version} of its data file, ADaM code {instrument.paramcd}. "
        "[All instruments](../instruments.md).\n",
        "## Rules\n",
    ]
    for rule in instrument.rules:
        words = rule.rule.en + (f" ({rule.note.en})" if rule.note else "")
        sure = STATUS_WORDS[rule.status].en
        lines.append(f"- **{rule.label.en}** — {words}. *{sure.capitalize()}; {rule.source}.*")
    unverified = [rule.label.en for rule in instrument.rules if rule.status == "unverified"]
    lines += ["", *_unverified(unverified), *_choices(instrument), *_worked(instrument), *_questions(instrument)]
    return "\n".join(lines)


def _unverified(labels: list[str]) -> list[str]:
    if not labels:
        return []
    few = ", ".join(labels[:12]) + (" …" if len(labels) > 12 else "")
    return [f"**Unverified** ({len(labels)}): {few}. They work, and every result that used them says so.\n"]


def _choices(instrument: Any) -> list[str]:
    if not instrument.choices:
        return []
    lines = ["## Choices\n", "Where sources or trials differ; change one with `--set NAME=VALUE`.\n"]
    for choice in instrument.choices:
        taken = str(choice.taken).lower()
        lines.append(f"- `{choice.name} = {taken}` ({STATUS_WORDS[choice.status].en}): {choice.because.en}.")
        for value, words, source in choice.options:
            lines.append(f"    - `{str(value).lower()}`: {words.en.strip(' ,') or 'the rule as it stands'} ({source})")
    return [*lines, ""]


def _worked(instrument: Any) -> list[str]:
    """A worked example with its explanation, from docs/examples/instruments.toml."""
    examples = tomllib.loads((ROOT / "docs" / "examples" / "instruments.toml").read_text(encoding="utf-8"))
    stem = next((name for name in (instrument.name, *_stems(instrument.name)) if name in examples), None)
    given = dict(examples.get(stem, {"from": "worst"})) if stem else {"from": "worst"}
    full = worst(instrument) if given.pop("from", "") == "worst" else absent(instrument)
    known = {key: value for key, value in given.items() if key in instrument.items}
    score = instrument.score({**full, **known})
    said = ", ".join(f"`{key} = {json.dumps(value)}`" for key, value in known.items()) or "nothing else"
    before = "the best answers" if "from" in examples.get(stem or "", {"from": ""}) else "nothing found"
    return [
        "## Worked example\n",
        f"On top of {before}: {said}.\n",
        *(f"- {line}" for line in score.explained("en")),
        "",
    ]


def _stems(name: str) -> list[str]:
    """`sri-4-kamen` may use the example of `sri-4`."""
    parts = name.split("-")
    return ["-".join(parts[:count]) for count in range(len(parts) - 1, 0, -1)] + ["sri-4" if parts[0] == "sri" else ""]


def _questions(instrument: Any) -> list[str]:
    asked = [f"- `{each.key}`: {each.label.en} ({allowed(each)})" for each in instrument.questions]
    return ["## What it asks\n", *asked, ""]


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def write() -> Iterator[Path]:
    """Write every page, and the JSON Schema beside them."""
    REFERENCE.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        place = REFERENCE / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")
        yield place
    place = ROOT / "docs" / "protocol.schema.json"
    place.write_text(
        json.dumps(protocol_schema(), ensure_ascii=False, indent=2, sort_keys=True) + "\n", encoding="utf-8"
    )
    yield place


if __name__ == "__main__":
    for written in write():
        sys.stdout.write(f"{written.relative_to(ROOT)}\n")
