"""``check`` prints the stopping tables of a protocol, derived or given."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from trials import protocol_text
from trialwright.cli import app

DERIVED = 'name = "stop_at_boundary"\nlooks = [2, 10, 20]\nacceptable_rate = 0.1\nmax_false_stop = 0.1'
GIVEN = 'name = "stop_at_boundary"\nlooks = [5, 10]\nstop_at = [2, 3]\nlevel = "any"'


def checked(folder: Path, *options: str, rules: tuple[str, ...]) -> str:
    path = folder / "protocol.toml"
    path.write_text(protocol_text(rules=rules), encoding="utf-8")
    done = CliRunner().invoke(app, ["check", str(path), *options])
    assert done.exit_code == 0, done.output
    return " ".join(done.output.split())


def test_as_data(tmp_path: Path) -> None:
    """At 10 %: P(2 of 2) = 0.01, P(3 or more of 10) = 0.0702, P(5 or more of 20) = 0.0432: a level of 0.0702."""
    derived, given = json.loads(checked(tmp_path, "--json", rules=(DERIVED, GIVEN)))["stopping_tables"]
    assert derived["table"] == [
        {"settled": 2, "dlts_that_stop": 2},
        {"settled": 10, "dlts_that_stop": 3},
        {"settled": 20, "dlts_that_stop": 5},
    ]
    (crossed,) = derived["stops_with_probability"]
    assert crossed["dlt_rate"] == 0.1
    assert 0.0702 < crossed["probability"] <= 0.1
    assert given == {
        "rule": 2,
        "level": "any",
        "derived": False,
        "table": [{"settled": 5, "dlts_that_stop": 2}, {"settled": 10, "dlts_that_stop": 3}],
        "stops_with_probability": [],
    }


@pytest.mark.parametrize(
    ("language", "sentences"),
    [
        (
            "en",
            ("(derived from its probabilities; all levels together)", "10 settled: 3 DLT or more", "rate is 10."),
        ),
        ("fr", ("(déduite de ses probabilités ; tous paliers confondus)", "10 évalués : 3 DLT ou plus", "de 10,0")),
    ],
)
def test_in_words(tmp_path: Path, language: str, sentences: tuple[str, ...]) -> None:
    said = checked(tmp_path, "--lang", language, rules=(DERIVED,))
    assert all(sentence in said for sentence in sentences), said


def test_a_look_at_which_nothing_stops_says_so(tmp_path: Path) -> None:
    rule = 'name = "stop_at_boundary"\nlooks = [1, 20]\nacceptable_rate = 0.3\nmax_false_stop = 0.05'
    assert "1 settled: no number of DLTs" in checked(tmp_path, rules=(rule,))


def test_nothing_without_the_rule(tmp_path: Path) -> None:
    assert "Stopping table" not in checked(tmp_path, rules=())
    assert json.loads(checked(tmp_path, "--json", rules=()))["stopping_tables"] == []
