"""Batch files of every shape: they are recorded whole, or refused with findings; never anything else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from trialwright import workbench
from trialwright.vocabulary.errors import TrialError
from trialwright.workbench.templates import COLUMNS

EXAMPLE = Path(__file__).parents[3] / "docs" / "examples" / "product.toml"
OPENED = datetime(2026, 3, 1, 9, tzinfo=UTC)
NAMES = ("donations", "batches", "bags", "tests", "storage", "releases", "bottles")
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.sampled_from(["B-1", "DIN-1", "BAG-1", "2026-02-01", "viability", "thawed", "total", "pre-freeze", "", "nan"]),
    st.text(max_size=8),
)
ROWS = st.dictionaries(st.sampled_from(COLUMNS), SCALARS | st.lists(SCALARS, max_size=2), max_size=8)
FILES = st.dictionaries(st.sampled_from(NAMES), st.lists(ROWS, max_size=3) | SCALARS, max_size=4) | SCALARS
QUIET = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    folder = tmp_path_factory.mktemp("batches") / "trial"
    opened = workbench.open_trial(EXAMPLE, folder, by="tester", at=OPENED, rehearsal=True)
    opened.ledger.close()
    with workbench.reach_trial(folder) as reached:
        yield reached


def offered(trial: Any, path: Path) -> None:
    """A file is refused in words, and then nothing of it is recorded."""
    before = trial.ledger.head()
    try:
        workbench.record_batches(trial, path, by="tester", at=OPENED)
        return
    except TrialError as error:
        said = str(error)
    assert said
    assert trial.ledger.head() == before


@QUIET
@given(FILES)
def test_json_of_any_shape(trial: Any, tmp_path_factory: pytest.TempPathFactory, content: Any) -> None:
    path = tmp_path_factory.mktemp("file") / "batch.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    offered(trial, path)


@QUIET
@given(st.lists(st.lists(st.text(max_size=6), max_size=5), max_size=5), st.lists(st.sampled_from(COLUMNS), max_size=5))
def test_csv_of_any_shape(
    trial: Any, tmp_path_factory: pytest.TempPathFactory, cells: list[list[str]], header: list[str]
) -> None:
    path = tmp_path_factory.mktemp("file") / "batch.csv"
    path.write_text("\n".join(",".join(row) for row in [header, *cells]), encoding="utf-8", newline="")
    offered(trial, path)


@QUIET
@given(st.binary(max_size=200), st.sampled_from([".toml", ".json", ".csv", ".xls"]))
def test_bytes_of_any_kind(trial: Any, tmp_path_factory: pytest.TempPathFactory, content: bytes, suffix: str) -> None:
    path = tmp_path_factory.mktemp("file") / f"batch{suffix}"
    path.write_bytes(content)
    offered(trial, path)
