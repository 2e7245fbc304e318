"""Places for ledgers, of every kind that outlives the program."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from trialwright.ledger import DatabaseLedger


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty ledger."""
    is_file = request.param == "sqlite"
    address = str(tmp_path / "trial.db") if is_file else request.getfixturevalue("postgresql").address()
    with closing(DatabaseLedger.create(address)) as ledger:
        return ledger.place
