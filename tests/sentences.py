"""Every sentence of the package in both languages, read from its source; the tape measure of the translation tests."""

from __future__ import annotations

import ast
import json
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import trialwright

SRC = Path(trialwright.__file__).parent
PLACE = re.compile(r"\{[^{}]*\}")
WORD = re.compile(r"[^\W\d_]{2,}")


class Sentence(NamedTuple):
    """A sentence with where it stands."""

    place: str
    en: str
    fr: str


@cache
def _texts() -> tuple[tuple[str, dict[str | None, str | None]], ...]:
    """Every ``Text(…)`` of the code: where, and what is given for each language; None where it is worked out."""
    return tuple(
        (f"{path.relative_to(SRC)}:{node.lineno}", {one.arg: _constant(one.value) for one in node.keywords})
        for path in sorted(SRC.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Text"
    )


def in_code() -> Iterator[Sentence]:
    """Every ``Text(en=…, fr=…)`` whose words stand in the code; a text built from others is checked by its parts."""
    for place, said in _texts():
        english, french = said.get("en"), said.get("fr")
        if english is not None and french is not None:
            yield Sentence(place, english, french)


def half_said() -> Iterator[str]:
    """Every ``Text(…)`` in the code that names one language and not the other."""
    return (place for place, said in _texts() if not said.keys() >= {"en", "fr"} and None not in said)


def in_data(folder: Path = SRC) -> Iterator[Sentence]:
    """Every table with ``en`` and ``fr`` in the data files of a folder."""
    for path in sorted(folder.rglob("*")):
        if path.suffix == ".toml":
            yield from _within(tomllib.loads(path.read_text("utf-8")), path.name)
        elif path.suffix == ".json":
            yield from _within(json.loads(path.read_text("utf-8")), path.name)


def _within(value: Any, place: str) -> Iterator[Sentence]:
    if isinstance(value, dict):
        if isinstance(value.get("en"), str) or isinstance(value.get("fr"), str):
            yield Sentence(place, str(value.get("en", "")), str(value.get("fr", "")))
        for key, inner in value.items():
            yield from _within(inner, f"{place} {key}")
    elif isinstance(value, list):
        for inner in value:
            yield from _within(inner, place)


def _constant(node: ast.expr) -> str | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left, right = _constant(node.left), _constant(node.right)
        return None if left is None or right is None else left + right
    return None


def words_of(sentence: str) -> set[str]:
    """Its words in small letters, without its places."""
    return {word.lower() for word in WORD.findall(PLACE.sub(" ", sentence))}


def said_parts(sentence: str, *, at_least: int = 4) -> Iterator[str]:
    """The parts of a sentence between its places that are long enough to be known again: so many words."""
    for part in PLACE.split(sentence):
        plain = " ".join(part.split()).strip(" .,;:()«»“”")
        if len(WORD.findall(plain)) >= at_least:
            yield plain
