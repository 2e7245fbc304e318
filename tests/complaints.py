"""Every sentence a complaint can be made of, read from the source: what `translated` has to know.

It follows what is handed to `Complaints.unless`, `Finding` and the errors back to the strings it is made of: names to
their assignments in the function or the file, calls to what the function of that name in the file returns, both sides
of a choice. A string with values filled in becomes a sentence with numbered places.
"""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from house import PACKAGE, sources
from trialwright.ledger.troubles import DAMAGED, REMEDIES, UNREACHED
from trialwright.vocabulary.validated import ALLOWED, IN_BOTH_LANGUAGES, way_out

SAYERS = {"unless": (3, 4), "Finding": (2, 3), "raise_as": (1,), "Unreadable": (1,), "require": (1,)}
KEYWORDS = frozenset({"allowed", "remedy", "headline"})
ERRORS = frozenset(
    {
        "TrialError",
        "FindingsError",
        "ParameterError",
        "ProtocolError",
        "RecordError",
        "AdamError",
        "LedgerError",
        "LedgerUnavailable",
        "LedgerBroken",
        "OutOfOrder",
        "SealBroken",
        "NotRecognised",
        "NotFound",
    }
)
LOOKED_UP = ("get", "format")  # what is done to a table of sentences, and to a sentence with named places
DEEP = 5  # names and calls followed one after the other
COMPLAINS = re.compile(rf"\b(?:{'|'.join((*SAYERS, *sorted(ERRORS), 'ValueError', *sorted(KEYWORDS)))})\b")
NO_QUOTES = way_out("1", allowed="a number")
PLACE = re.compile(r"\{\d+\}")
SPOKEN = re.compile(r"[^\W\d_]{2,}.*\s|\s.*[^\W\d_]{2,}", re.DOTALL)  # a word, and something beside it


def sentences_of(place: str, text: str) -> dict[str, str]:
    """Each sentence of one file, with the line where it stands."""
    if not COMPLAINS.search(text):
        return {}
    reader = _Reader(
        ast.parse(text),
        has_errors=place == "vocabulary/errors.py",
        says_value_errors=place.startswith(("protocol/", "vocabulary/events")),
    )
    reader.visit(reader.tree)
    return {_numbered(one): f"{place}:{line}" for one, line in reader.found.items() if SPOKEN.search(one)}


def _numbered(sentence: str) -> str:
    """Places that are filled by name as places with numbers."""
    numbers = iter(range(len(sentence)))
    return re.sub(r"\{[a-z_]+\}", lambda _: f"{{{next(numbers)}}}", sentence)


@cache
def every_sentence() -> dict[str, str]:
    """Each sentence of the package, with one place where it stands."""
    found: dict[str, str] = {}
    for source in sources(PACKAGE):
        if source.room != "testing":
            found = sentences_of(source.place, source.text) | found
    found |= dict.fromkeys((*REMEDIES.values(), *UNREACHED.values(), DAMAGED), "ledger/troubles.py")
    found |= {
        re.sub(r"\{\w+\}", "{0}", one): "vocabulary/validated.py"
        for one in (*ALLOWED.values(), IN_BOTH_LANGUAGES, NO_QUOTES)
    }
    for path in sorted(PACKAGE.rglob("*.toml")):
        found |= dict.fromkeys(_remedies(tomllib.loads(path.read_text("utf-8"))), str(path.relative_to(PACKAGE)))
    return found


def _remedies(data: Any) -> Iterator[str]:
    """The ways out that a data file holds."""
    inner = data.values() if isinstance(data, dict) else data if isinstance(data, list) else ()
    if isinstance(data, dict) and isinstance(data.get("remedy"), str):
        yield data["remedy"]
    for one in inner:
        yield from _remedies(one)


@dataclass
class _Reader(ast.NodeVisitor):
    """One file."""

    tree: ast.Module
    has_errors: bool = False  # the file of the errors: what they hand to __init__ is said
    says_value_errors: bool = False  # validators of what people write: pydantic hands their words on
    found: dict[str, int] = field(default_factory=dict)
    around: list[ast.AST] = field(default_factory=list)
    assigned: dict[ast.AST, list[tuple[str, ast.expr]]] = field(default_factory=dict)
    functions: list[ast.FunctionDef] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.functions = [node for node in ast.walk(self.tree) if isinstance(node, ast.FunctionDef)]

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self.around.append(node)
        self.generic_visit(node)
        self.around.pop()

    def visit_Call(self, node: ast.Call) -> None:
        name = _called(node)
        is_error = name in ERRORS or (self.says_value_errors and name == "ValueError")
        wanted = SAYERS.get(name, (0,) if is_error or (self.has_errors and name == "__init__") else ())
        for argument in [node.args[place] for place in wanted if place < len(node.args)]:
            self.take(argument)
        for keyword in node.keywords:
            if keyword.arg in KEYWORDS:
                self.take(keyword.value)
        self.generic_visit(node)

    def take(self, node: ast.expr, deep: int = 0) -> None:
        """The sentences that an expression can be."""
        if deep > DEEP:
            return
        parts = list(_parts(node))
        if any(isinstance(part, str) for part in parts):
            places = iter(range(len(parts)))
            sentence = "".join(part if isinstance(part, str) else f"{{{next(places)}}}" for part in parts)
            self.found.setdefault(sentence, node.lineno)
            for part in parts:
                if not isinstance(part, str) and not isinstance(part, ast.Name | ast.Attribute | ast.Call):
                    self.take(part, deep + 1)
                elif isinstance(part, ast.Name):
                    self.named(part, deep + 1)
            return
        for inner in (*_choices(node), *(part for part in parts if isinstance(part, ast.expr) and part is not node)):
            self.take(inner, deep + 1)
        if isinstance(node, ast.Name):
            self.named(node, deep + 1)
        if isinstance(node, ast.Call) and _called(node) != "Bilingual":
            self.called(node, deep + 1)

    def named(self, node: ast.Name, deep: int) -> None:
        """What a name was last assigned, in the function, else in the file."""
        for scope in (*reversed(self.around), self.tree):
            if scope not in self.assigned:
                self.assigned[scope] = list(_assigned(scope))
            values = [value for name, value in self.assigned[scope] if name == node.id]
            for value in values:
                self.take(value, deep)
            if values:
                return

    def called(self, node: ast.Call, deep: int) -> None:
        """What the function of that name returns, the sentences handed to it, those of a table it is looked up in."""
        looked_up_in = node.func.value if isinstance(node.func, ast.Attribute) else None
        if isinstance(looked_up_in, ast.Name) and _called(node) in LOOKED_UP:
            self.named(looked_up_in, deep)
        for argument in [*node.args, *(keyword.value for keyword in node.keywords)]:
            if any(isinstance(part, str) and SPOKEN.search(part) for part in _parts(argument)):
                self.take(argument, deep)
        for function in self.functions:
            if function.name == _called(node):
                self.around.append(function)
                for inner in ast.walk(function):
                    if isinstance(inner, ast.Return) and inner.value is not None:
                        self.take(inner.value, deep)
                self.around.pop()


def _called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def _parts(node: ast.expr) -> Iterator[str | ast.expr]:
    """A string with its places, or nothing but the node itself."""
    if isinstance(node, ast.Constant):
        yield node.value if isinstance(node.value, str) else node
    elif isinstance(node, ast.JoinedStr):
        for value in node.values:
            if isinstance(value, ast.FormattedValue):
                yield value.value
            else:
                yield from _parts(value)
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        yield from _parts(node.left)
        yield from _parts(node.right)
    else:
        yield node


def _choices(node: ast.expr) -> Iterator[ast.expr]:
    """What an expression may turn out to be."""
    if isinstance(node, ast.IfExp):
        yield from (node.body, node.orelse)
    elif isinstance(node, ast.BoolOp):
        yield from node.values
    elif isinstance(node, ast.Subscript):
        yield node.value
    elif isinstance(node, ast.Dict):
        yield from node.values
    elif isinstance(node, ast.Tuple | ast.List | ast.Set):
        yield from node.elts


def _assigned(scope: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """Names and what they stand for; of a loop, everything it goes through."""
    for node in ast.walk(scope):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                yield from _paired(target, node.value)
        elif isinstance(node, ast.AnnAssign | ast.NamedExpr) and node.value is not None:
            yield from _paired(node.target, node.value)
        elif isinstance(node, ast.For | ast.comprehension):
            for name in ast.walk(node.target):
                if isinstance(name, ast.Name):
                    yield from (
                        (name.id, inner)
                        for inner in ast.walk(node.iter)
                        if isinstance(inner, ast.Constant | ast.JoinedStr)
                    )


def _paired(target: ast.expr, value: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    if isinstance(target, ast.Name):
        yield target.id, value
    elif isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        for one, other in zip(target.elts, value.elts, strict=False):
            yield from _paired(one, other)
