"""What a design or rule takes, read off its own parameters: what may stand there, the default, what it means.

The comment behind a parameter in its file is its meaning, so that it is said once. Values are written as in a protocol.
"""

from __future__ import annotations

import inspect
import re
import types
from collections.abc import Iterable
from dataclasses import MISSING, Field, dataclass, fields
from typing import Any, Literal, Union, final, get_args, get_origin, get_type_hints

from trialwright.vocabulary.words import Text

ABSENT = Text(en="absent", fr="omis")
REQUIRED = Text(en="required", fr="obligatoire")
FORMS = {
    float: Text(en="number", fr="nombre"),
    int: Text(en="whole number", fr="nombre entier"),
    bool: Text(en="true or false", fr="true ou false"),
    str: Text(en="text", fr="texte"),
}
SEVERAL = {
    float: Text(en="numbers", fr="nombres"),
    int: Text(en="whole numbers", fr="nombres entiers"),
}
LIST = Text(en="list of {of}", fr="liste de {of}")
LISTS = Text(en="lists of {of}", fr="listes de {of}")
PAIR = Text(en="two {of}", fr="deux {of}")
OR = Text(en=" or ", fr=" ou ")
_LINE = re.compile(r"^ {4}(\w+): [^#\n]*?  # (.+)$", re.MULTILINE)


@final
@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter: its name, what may stand there, its default as a protocol file holds it, what it means."""

    name: str
    takes: Text
    default: Text
    meaning: str  # in English; "" where the name says it

    @property
    def required(self) -> bool:
        """Whether a protocol has to state it."""
        return self.default == REQUIRED


def parameters_of(kind: type) -> tuple[Parameter, ...]:
    """Every parameter a design or rule is built with, in the order of its file."""
    hints, meanings = get_type_hints(kind), _meanings(kind)
    return tuple(
        Parameter(field.name, _form(hints[field.name]), _default(field), meanings.get(field.name, ""))
        for field in fields(kind)
        if field.init
    )


def as_toml(value: Any) -> str:
    """A value as a protocol file holds it.

    >>> as_toml((0.06, 1.34**0.5)), as_toml("power"), as_toml(True)
    ('[0.06, 1.15758]', '"power"', 'true')
    """
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(as_toml, value)) + "]"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{name} = {as_toml(one)}" for name, one in value.items()) + " }"
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _default(field: Field[Any]) -> Text:
    value = field.default if field.default_factory is MISSING else field.default_factory()
    if value is MISSING:
        return REQUIRED
    return ABSENT if value is None or value == () else Text.literally(as_toml(value), as_toml(value))


def _form(hint: Any) -> Text:
    """What may stand there, in words; nothing that is absent stands there."""
    origin, parts = get_origin(hint), get_args(hint)
    if origin is Literal:
        return _either(Text.literally(as_toml(one), as_toml(one)) for one in parts)
    if origin in (Union, types.UnionType):
        return _either(_form(one) for one in parts if one is not type(None))
    if origin is tuple:
        return _of(PAIR if Ellipsis not in parts else LIST, parts[0])
    return FORMS.get(hint, FORMS[str])


def _of(how: Text, inner: Any) -> Text:
    inside = _of(LISTS, get_args(inner)[0]) if get_origin(inner) is tuple else SEVERAL[inner]
    return Text.literally(how.said("en", of=inside.en), how.said("fr", of=inside.fr))


def _either(forms: Iterable[Text]) -> Text:
    each = tuple(forms)
    return Text.literally(_listed([one.en for one in each], OR.en), _listed([one.fr for one in each], OR.fr))


def _listed(each: list[str], last: str) -> str:
    return last.join(part for part in (", ".join(each[:-1]), each[-1]) if part)


def _meanings(kind: type) -> dict[str, str]:
    """The comment behind every parameter; none where the source is not at hand."""
    try:
        return dict(_LINE.findall(inspect.getsource(kind)))
    except (OSError, TypeError):
        return {}
