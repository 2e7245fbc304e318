"""Every ledger keeps the same promises, wherever it keeps its entries."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import count
from pathlib import Path

import pytest

from servers import Server
from trialwright.ledger import DatabaseLedger, MemoryLedger
from trialwright.testing import LEDGER_CHECKS, REOPEN_CHECKS, check_ledger
from trialwright.testing.ledgers import STORY, STORY_HEAD
from trialwright.vocabulary.records import Entry, Head, Ledger, Record

Make = Callable[[], Ledger]


def database_in(folder: Path) -> Make:
    numbers = count()
    return lambda: DatabaseLedger.create(folder / f"trial {next(numbers)}.db")


def reopened(ledger: Ledger) -> Ledger:
    assert isinstance(ledger, DatabaseLedger)
    ledger.close()
    return DatabaseLedger.open(ledger.place)


def schema_of(server: Server) -> Make:
    return lambda: DatabaseLedger.create(server.address())


@pytest.fixture(params=["sqlite", "postgresql"])
def make_lasting(request: pytest.FixtureRequest, tmp_path: Path) -> Make:
    """Ledgers that outlive the program."""
    return database_in(tmp_path) if request.param == "sqlite" else schema_of(request.getfixturevalue("postgresql"))


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Make:
    if request.param == "memory":
        return MemoryLedger
    return database_in(tmp_path) if request.param == "sqlite" else schema_of(request.getfixturevalue("postgresql"))


@pytest.mark.parametrize("check", LEDGER_CHECKS, ids=lambda check: check.__name__)
def test_every_ledger(check: Callable[[Make], None], make: Make) -> None:
    check(make)


@pytest.mark.parametrize("check", REOPEN_CHECKS, ids=lambda check: check.__name__)
def test_every_ledger_that_outlives_the_program(check: Callable[..., None], make_lasting: Make) -> None:
    check(make_lasting, reopened)


def test_the_whole_kit_in_one_call(make_lasting: Make) -> None:
    check_ledger(MemoryLedger)
    check_ledger(make_lasting, reopen=reopened)


def test_the_digest_is_the_same_as_in_every_release() -> None:
    """The same events written today; an entry stored before keeps its text and its digest (test_keeping).

    Changed twice, before the first release: enrolments are written as participant-enrolled.2; then openings, infusions,
    adverse events and assessments learned more and became version 2.
    """
    golden = Head(6, "0d676f7e2ce2d8ec6d3805fdac3d6ef4c0e2e0a94f6ea0b315d4a6af0e440f55")
    assert golden == STORY_HEAD


class Faulty:
    """A ledger with one fault, to see that the kit notices."""

    def __init__(self, fault: str) -> None:
        self.fault, self.whole = fault, MemoryLedger()

    def append(self, entries: Sequence[Entry], *, expected: int | None = None) -> tuple[Record, ...]:
        if self.fault == "moves":
            expected = None
        if self.fault == "halves":
            return tuple(record for entry in entries for record in self.whole.append([entry]))
        return self.whole.append(entries, expected=expected)

    def read(self, *, after: int = 0) -> Iterator[Record]:
        return self.whole.read(after=0 if self.fault == "rereads" else after)

    def head(self) -> Head:
        return Head() if self.fault == "forgets" else self.whole.head()

    def verify(self) -> Head:
        return self.whole.verify()

    def close(self) -> None: ...


@pytest.mark.parametrize("fault", ["moves", "halves", "rereads", "forgets"])
def test_the_kit_notices_a_fault(fault: str) -> None:
    with pytest.raises(ExceptionGroup, match=r"breaks \d of its promises") as caught:
        check_ledger(lambda: Faulty(fault))
    assert all("promise: " in note for error in caught.value.exceptions for note in error.__notes__)


def test_a_ledger_without_fault_is_not_accused() -> None:
    check_ledger(lambda: Faulty("none"))


def test_the_story_uses_what_is_hard_to_store() -> None:
    text = "".join(entry.canonical() for entry in STORY)
    assert all(hard in text for hard in ("è", "🌡", "\\u0000", '\\"', "0.1", "null"))
