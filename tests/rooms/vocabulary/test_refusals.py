"""A refusal is said in its reader's language, and every refusal has both."""

from __future__ import annotations

import ast
import pickle
from pathlib import Path

import pytest

import trialwright
from trialwright.vocabulary.errors import Refused
from trialwright.vocabulary.words import Text

ROOT = Path(trialwright.__file__).parent
WHY = Text(en="{n} are too many", fr="{n} sont de trop")


def test_it_is_english_by_itself_and_french_when_asked() -> None:
    refusal = Refused(WHY, {"n": 3})
    assert str(refusal) == "3 are too many"
    assert refusal.said("fr") == "3 sont de trop"


def test_it_crosses_to_another_process_with_both_languages() -> None:
    refusal = pickle.loads(pickle.dumps(Refused(WHY, {"n": 3})))
    assert refusal.said("fr") == "3 sont de trop"


@pytest.mark.parametrize("path", sorted(ROOT.rglob("*.py")), ids=lambda path: str(path.relative_to(ROOT)))
def test_no_refusal_is_written_as_a_bare_string(path: Path) -> None:
    """A string in `Refused(…)` would be English alone, and have no `said`."""
    calls = [node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call)]
    bare = [
        call.lineno
        for call in calls
        if isinstance(call.func, ast.Name)
        and call.func.id in ("Refused", "TooManyStates")
        and (not call.args or isinstance(call.args[0], ast.Constant | ast.JoinedStr | ast.Call))
    ]
    assert not bare
