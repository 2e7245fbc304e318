"""What proves who somebody is: beside the record, changed with it or not at all, the same in SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from rooms.ledger.offered import many
from trialwright.ledger import DatabaseLedger
from trialwright.ledger.credentials import forget_failures, remove_second_factor, set_password, set_second_factor
from trialwright.vocabulary.errors import LedgerMoved


@pytest.fixture(params=["sqlite", "postgresql"])
def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[DatabaseLedger]:
    on_server = request.param == "postgresql"
    place = request.getfixturevalue("postgresql").address() if on_server else tmp_path / "trial.db"
    with closing(DatabaseLedger.create(place, first=many(1), beside=set_password("anna", "hash"))) as made:
        yield made


def test_a_ledger_begins_with_its_first_credentials(ledger: DatabaseLedger) -> None:
    assert ledger.head().position == 1
    assert not ledger.credentials.is_empty()
    found = ledger.credentials.attempt("anna")
    assert found is not None
    assert (found.password_hash, found.second_factor, found.failures) == ("hash", None, 1)


def test_who_has_no_credentials_is_not_found_and_leaves_nothing(ledger: DatabaseLedger) -> None:
    assert ledger.credentials.attempt("eve") is None
    assert not ledger.credentials.succeeded("eve")
    assert ledger.credentials.attempt("eve") is None


def test_attempts_are_counted_until_one_succeeds(ledger: DatabaseLedger) -> None:
    counted = [ledger.credentials.attempt("anna") for _ in range(3)]
    assert [one.failures for one in counted if one] == [1, 2, 3]
    assert ledger.credentials.succeeded("anna")
    again = ledger.credentials.attempt("anna")
    assert again is not None
    assert again.failures == 1


def test_attempts_at_the_same_time_are_all_counted(ledger: DatabaseLedger) -> None:
    with ThreadPoolExecutor(4) as pool:
        counted = [one.failures for one in pool.map(lambda _: ledger.credentials.attempt("anna"), range(12)) if one]
    assert sorted(counted) == list(range(1, 13))


def test_a_step_is_used_once_and_none_before_it(ledger: DatabaseLedger) -> None:
    kept = ledger.credentials
    assert kept.succeeded("anna", step=7)
    assert [kept.succeeded("anna", step=step) for step in (7, 6, 8, 8)] == [False, False, True, False]


def test_a_new_second_factor_begins_anew_and_a_removed_one_is_gone(ledger: DatabaseLedger) -> None:
    ledger.append(many(2)[1:], beside=set_second_factor("anna", "SECRET"))
    assert ledger.credentials.has_second_factor("anna")
    assert ledger.credentials.succeeded("anna", step=7)
    ledger.append(many(3)[2:], beside=set_second_factor("anna", "ANOTHER"))
    assert ledger.credentials.succeeded("anna", step=7)
    ledger.append(many(4)[3:], beside=remove_second_factor("anna"))
    assert not ledger.credentials.has_second_factor("anna")


def test_nothing_changes_where_the_entry_is_refused(ledger: DatabaseLedger) -> None:
    with pytest.raises(LedgerMoved):
        ledger.append(many(2)[1:], expected=9, beside=set_password("anna", "other"))
    found = ledger.credentials.attempt("anna")
    assert found is not None
    assert found.password_hash == "hash"
    ledger.append(many(2)[1:], beside=forget_failures("anna"))
    found = ledger.credentials.attempt("anna")
    assert found is not None
    assert found.failures == 1


def test_the_lines_of_the_ledger_say_nothing_of_it(ledger: DatabaseLedger) -> None:
    ledger.append(many(2)[1:], beside=set_second_factor("anna", "SECRETSECRET"))
    assert all("SECRETSECRET" not in line.canonical for line in ledger.lines())
