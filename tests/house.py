"""The measuring tape of `test_house.py`: it reads source text and says what it finds; it judges nothing.

Everything here looks at syntax trees, so no room has to be importable to be measured.
"""

from __future__ import annotations

import ast
import io
import math
import os
import shutil
import subprocess
import sys
import tokenize
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SRC = ROOT / "src"
PACKAGE = SRC / "trialwright"

FLOORS = (
    ("vocabulary", "numerics"),
    ("designs", "rules", "diseases"),
    ("protocol",),
    ("conduct",),
    ("analysis", "operating"),
    ("planning",),
    ("report", "exchange", "ledger"),
    ("workbench",),
    ("cli", "web"),
)
KIT = "testing"
PURE_ROOMS = frozenset(room for floor in FLOORS[:6] for room in floor)
EDGE_ROOMS = frozenset(room for floor in FLOORS[6:] for room in floor)
HEAVY = frozenset(
    {
        "matplotlib",
        "typst",
        "statsmodels",
        "dask",
        "jinja2",
        "sqlalchemy",
        "alembic",
        "babel",
        "rich",
        "openpyxl",
        "docx",
        "pyreadstat",
        "pyarrow",
        "cryptography",
    }
)

Function = ast.FunctionDef | ast.AsyncFunctionDef
BLOCKS = (ast.If, ast.For, ast.AsyncFor, ast.While, ast.With, ast.AsyncWith, ast.Try, ast.TryStar, ast.Match)
LAYOUT = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}


# Sources and rooms


@dataclass(frozen=True)
class Source:
    """One Python file: where it stands in the house, and its text."""

    place: str
    text: str

    @property
    def room(self) -> str:
        """The folder under `trialwright/`; empty for the package's own files."""
        return self.place.partition("/")[0] if "/" in self.place else ""

    @property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, filename=self.place)


def sources(package: Path = PACKAGE) -> list[Source]:
    """Every Python file of the package, in path order."""
    files = sorted(path for path in package.rglob("*.py") if "__pycache__" not in path.parts)
    return [Source(path.relative_to(package).as_posix(), path.read_text("utf-8")) for path in files]


def rooms(package: Path = PACKAGE) -> list[str]:
    """Folders of the package that hold Python files."""
    return sorted({source.room for source in sources(package)} - {""})


# Sizes


@dataclass(frozen=True)
class Measured:
    """One function and its sizes."""

    name: str
    code_lines: int
    nesting: int
    positional: int


def code_line_numbers(text: str) -> set[int]:
    """Numbers of the lines that hold code: no blank line, no comment, no docstring."""
    lines: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type not in LAYOUT:
            lines.update(range(token.start[0], token.end[0] + 1))
    for docstring in docstrings(ast.parse(text)):
        lines.difference_update(range(docstring.lineno, (docstring.end_lineno or docstring.lineno) + 1))
    return lines


def docstrings(tree: ast.AST) -> Iterator[ast.Constant]:
    """The docstring of every module, class and function in the tree."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | Function) and ast.get_docstring(node, clean=False) is not None:
            expression = node.body[0]
            if isinstance(expression, ast.Expr) and isinstance(expression.value, ast.Constant):
                yield expression.value


def functions(source: Source) -> list[Measured]:
    """Every function and method of a file, measured; a nested one counts for itself and for its parent."""
    lines = code_line_numbers(source.text)
    return [
        Measured(
            name=f"{source.place}::{name}",
            code_lines=sum(node.lineno <= line <= (node.end_lineno or node.lineno) for line in lines),
            nesting=nesting(node.body),
            positional=positional(node, is_method=is_method),
        )
        for name, node, is_method in _functions(source.tree.body, prefix="", in_class=False)
    ]


def _functions(body: Iterable[ast.AST], *, prefix: str, in_class: bool) -> Iterator[tuple[str, Function, bool]]:
    for node in body:
        if isinstance(node, Function):
            yield prefix + node.name, node, in_class
            yield from _functions(node.body, prefix=f"{prefix}{node.name}.", in_class=False)
        elif isinstance(node, ast.ClassDef):
            yield from _functions(node.body, prefix=f"{prefix}{node.name}.", in_class=True)
        else:
            yield from _functions(ast.iter_child_nodes(node), prefix=prefix, in_class=in_class)


def nesting(body: Iterable[ast.AST]) -> int:
    """Depth of blocks inside blocks; `elif` stays on its level, a nested function starts anew."""
    return max((_depth(node) for node in body), default=0)


def _depth(node: ast.AST) -> int:
    if isinstance(node, Function | ast.ClassDef | ast.Lambda):
        return 0
    if isinstance(node, ast.If) and len(node.orelse) == 1 and isinstance(node.orelse[0], ast.If):
        return max(1 + nesting(node.body), _depth(node.orelse[0]))
    return isinstance(node, BLOCKS) + nesting(ast.iter_child_nodes(node))


def positional(node: Function, *, is_method: bool) -> int:
    """Parameters a caller may pass by position, besides self or cls; Python's own signatures (`__exit__`) are free."""
    if node.name.startswith("__") and node.name.endswith("__") and node.name not in ("__init__", "__new__", "__call__"):
        return 0
    is_static = any(isinstance(mark, ast.Name) and mark.id == "staticmethod" for mark in node.decorator_list)
    return len(node.args.posonlyargs) + len(node.args.args) - (is_method and not is_static)


def percentile(sizes: Sequence[int], share: float) -> int:
    """The smallest size that at least this share of all sizes does not exceed."""
    return sorted(sizes)[math.ceil(share * len(sizes)) - 1]


# Words


def says(word: str, *, outside: Path, within: Path = SRC) -> list[str]:
    """Text files that say a word, in any case, in their name or text, outside one folder."""
    return [
        path.relative_to(within).as_posix()
        for path in _text_files(within)
        if not path.is_relative_to(outside)
        and (word in path.relative_to(within).as_posix().lower() or word in _text(path).lower())
    ]


def hard_codes(constant: str, *, within: Path = SRC) -> list[str]:
    """Files that hold a text as a constant; docstrings and comments may speak of it."""
    return [
        path.relative_to(within).as_posix()
        for path in _text_files(within)
        if (_in_constants(constant, _text(path)) if path.suffix == ".py" else constant in _text(path).lower())
    ]


def _in_constants(constant: str, text: str) -> bool:
    tree = ast.parse(text)
    spoken = {id(docstring) for docstring in docstrings(tree)}
    strings = (node for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str))
    return any(constant in str(node.value).lower() for node in strings if id(node) not in spoken)


def _text_files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)


def _text(path: Path) -> str:
    return path.read_text("utf-8", errors="ignore")


# Purity

CLOCKS = {"time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns", "localtime", "gmtime"}
IMPURE = (
    {f"datetime.datetime.{name}" for name in ("now", "today", "utcnow")}
    | {"datetime.date.today", "os.environ", "os.environb", "os.getenv"}
    | {f"time.{name}" for name in CLOCKS}
)
SEEDED = {
    "Generator",
    "BitGenerator",
    "SeedSequence",
    "Philox",
    "PCG64",
    "PCG64DXSM",
    "SFC64",
    "MT19937",
    "default_rng",
}


def impurities(source: Source) -> list[str]:
    """Uses of the clock, the environment or global random state, as `name, line`."""
    tree = source.tree
    known = _imported_names(tree)
    calls = {id(node.func): node for node in ast.walk(tree) if isinstance(node, ast.Call)}
    found = [
        (node.lineno, name)
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute | ast.Name)
        and _is_impure(name := _full_name(node, known), call=calls.get(id(node)))
    ]
    found += [(line, name) for name, line in _imports(tree) if name.partition(".")[0] in ("random", "secrets")]
    found += [(line, name) for name, line in _imports(tree) if name in IMPURE]
    return [f"{source.place}:{line} {name}" for line, name in sorted(set(found))]


def _is_impure(name: str, *, call: ast.Call | None) -> bool:
    if name in IMPURE:
        return True
    if name == "numpy.random.default_rng":
        return call is None or _is_unseeded(call)
    head, _, last = name.rpartition(".")
    return head == "numpy.random" and last not in SEEDED


def _is_unseeded(call: ast.Call) -> bool:
    seeds = [*call.args, *(keyword.value for keyword in call.keywords)]
    return not seeds or (isinstance(seeds[0], ast.Constant) and seeds[0].value is None)


def _imported_names(tree: ast.AST) -> dict[str, str]:
    """Local name to full name: `np` to `numpy`, `now` to `datetime.datetime`."""
    names: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {
                alias.asname or alias.name.partition(".")[0]: alias.name
                if alias.asname
                else alias.name.partition(".")[0]
                for alias in node.names
            }
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
    return names


def _full_name(node: ast.expr, known: dict[str, str]) -> str:
    if isinstance(node, ast.Attribute):
        head = _full_name(node.value, known)
        return f"{head}.{node.attr}" if head else ""
    return known.get(node.id, "") if isinstance(node, ast.Name) else ""


def _imports(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Full names of what is imported anywhere in the tree, with their lines."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            yield from ((f"{module}.{alias.name}", node.lineno) for alias in node.names)


# Imports inside functions


def late_imports(source: Source) -> list[str]:
    """Imports inside a function that are not allowed there, as `name, line`."""
    late = {
        (line, name)
        for node in ast.walk(source.tree)
        if isinstance(node, Function)
        for name, line in _imports(node)
        if not _may_be_late(name.partition(".")[0], room=source.room)
    }
    return [f"{source.place}:{line} {name}" for line, name in sorted(late)]


def _may_be_late(library: str, *, room: str) -> bool:
    """A heavy library at an edge; the command line may also fetch trialwright's own rooms.

    Babel may be late anywhere: it writes numbers and days into sentences; every floor has some, a help text has none.
    """
    at_an_edge = room in EDGE_ROOMS and library in HEAVY
    return at_an_edge or library == "babel" or (room == "cli" and library in ("trialwright", ""))


# Import contracts


def lint_imports(root: Path = ROOT) -> tuple[bool, str]:
    """Run import-linter on a copy of the house: whether every contract is kept, and what it printed."""
    result = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()", "--no-cache"],
        cwd=root,
        env=os.environ | {"PYTHONPATH": str(root / "src"), "NO_COLOR": "1", "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )
    return result.returncode == 0, result.stdout + result.stderr


def copy_house(to: Path) -> Path:
    """A copy of source and contracts that a test may damage."""
    shutil.copytree(SRC, to / "src", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", to)
    return to / "src" / "trialwright"


def furnish(package: Path, place: str, *, line: str = "") -> None:
    """Add a line to a file of the copy; rooms and files that are missing are made."""
    path = package / place
    path.parent.mkdir(parents=True, exist_ok=True)
    for folder in [path.parent, *path.parent.parents]:
        if folder.is_relative_to(package) and not (folder / "__init__.py").exists():
            (folder / "__init__.py").write_text('"""Made by a test."""\n', "utf-8")
    before = path.read_text("utf-8") if path.exists() else ""
    path.write_text(f"{before}\n{line}\n", "utf-8")
