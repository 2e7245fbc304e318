"""Unblinding where accounts are kept: two people prove to be there, or it is an emergency; or nothing is recorded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from argon2 import PasswordHasher

import randomised as rct
from trials import THREE, protocol_text
from trialwright import workbench
from trialwright.ledger import secrets
from trialwright.ledger.sealing import read_key
from trialwright.vocabulary.errors import NotRecognised, RecordError
from trialwright.vocabulary.events import ParticipantEnrolled
from trialwright.workbench import staff
from trialwright.workbench.asker import asking
from trialwright.workbench.recording import record_events
from trialwright.workbench.trials import Trial

START = datetime(2027, 1, 4, 9, tzinfo=UTC)
WRONG = "not what it was before"


@dataclass
class Everybody:
    """Each person types a password of their own; ``wrong`` names who does not know it."""

    wrong: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)

    def password(self, account: str, *, again: bool) -> str:
        self.asked.append(f"{account}{' again' if again else ''}")
        return WRONG if account in self.wrong else self.new_password(account)

    def code(self, account: str) -> str:
        raise AssertionError("no second factor here")

    def new_password(self, account: str) -> str:
        return f"the password of {account}"


@pytest.fixture
def people(monkeypatch: pytest.MonkeyPatch) -> Iterator[Everybody]:
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(secrets, "HASHER", cheap)
    monkeypatch.setattr(secrets, "NOBODYS", cheap.hash("x"))
    told = Everybody()
    with asking(told):
        yield told


@pytest.fixture
def trial(people: Everybody, tmp_path: Path) -> Trial:
    text = rct.RANDOMISATION.format(method="permuted blocks").replace('"accounts", ', "")
    text = text.replace("[conduct]\n", "[conduct]\nsecond_factor = false\n")
    file = tmp_path / "protocol.toml"
    file.write_text(protocol_text(design=THREE, extra=text), encoding="utf-8")
    made = staff.open_trial(file, tmp_path / "trial", by="root", printed_name="Root", at=START, rehearsal=True)
    roles = {"inv": "investigator", "sta": "unblinded statistician", "mon": "monitor"}
    for account, role in roles.items():
        staff.open_account(made, account, printed_name=account, roles=[role], by="root", at=START)  # type: ignore[list-item]
    workbench.seal_list(made, tmp_path / "list.key", sizes=(4,), break_glass=tmp_path / "sites", by="sta", at=START)
    enrolled = ParticipantEnrolled(usubjid="P-1", on=START.date(), dose_level=1)
    record_events(made, [enrolled], by="inv", at=START)
    workbench.randomise(made, "P-1", stratum={"site": "Paris", "nephritis": "no"}, by="inv", at=START)
    return made


def unblind(trial: Trial, *, key: str = "list.key", **how: object) -> str:
    settings = {"reason": "anaphylaxis", "told_to": ["Dr A"], "by": "inv", "at": START + timedelta(hours=1)}
    opened = read_key(trial.folder.parent / key, passphrase=str)
    return workbench.unblind(trial, "P-1", key=opened, **{**settings, **how}).arm.name  # type: ignore[arg-type]


def test_both_people_type_their_passwords_anew(trial: Trial, people: Everybody) -> None:
    people.asked.clear()
    assert unblind(trial, witness="mon") in rct.ARMS
    assert people.asked == ["mon again", "inv again"]


@pytest.mark.parametrize("who", ["mon", "inv"])
def test_nothing_is_shown_or_recorded_when_one_of_them_is_not_recognised(
    trial: Trial, people: Everybody, who: str
) -> None:
    before = trial.ledger.head()
    people.wrong.add(who)
    with pytest.raises(NotRecognised):
        unblind(trial, witness="mon")
    assert trial.ledger.head() == before


def test_a_witness_has_an_account_and_a_role(trial: Trial) -> None:
    with pytest.raises(NotRecognised):
        unblind(trial, witness="eve")
    with pytest.raises(RecordError, match="is another"):
        unblind(trial, witness="inv")


def test_in_an_emergency_the_investigator_is_enough_and_a_monitor_is_not(trial: Trial, people: Everybody) -> None:
    assert unblind(trial, key="sites/break-glass-1.key", emergency=True) in rct.ARMS
    with pytest.raises(RecordError, match="is recorded by investigator"):
        unblind(trial, key="sites/break-glass-1.key", emergency=True, by="mon")
    people.wrong.add("inv")
    with pytest.raises(NotRecognised):
        unblind(trial, key="sites/break-glass-1.key", emergency=True)


def test_the_list_is_opened_by_delegated_people_alone(trial: Trial) -> None:
    key = read_key(trial.folder.parent / "list.key", passphrase=str)
    with pytest.raises(RecordError, match="is recorded by unblinded statistician"):
        workbench.kit_list(trial, key, by="inv", at=START)
    assert workbench.kit_list(trial, key, by="sta", at=START)[0].arm.name in rct.ARMS
